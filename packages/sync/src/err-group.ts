/**
 * ErrGroup: `golang.org/x/sync/errgroup`. Goroutines that work on one task, the first error of which ends it.
 *
 * Invariants
 *  1. `active` counts the functions handed in and not ended, `running` those of them that were started; with a
 *     limit, `running` never exceeds it, and a queue is non-empty only while the limit is reached.
 *  2. The first error by time is kept for good: every `wait` fails with it.
 *  3. The context is cancelled once, by the first error or by the end of the first `wait`; who waits hears of that end first, so
 *     that a wait with the group's own context succeeds.
 *  4. A panic is not caught, and ends the program as in any goroutine. Whoever waits is not told before that; where the program or the
 *     process survives, `wait` fails with the panic. That the program of a function ended before it did is an error.
 *  5. A function runs on the scheduler on which it was handed in, also if it had to wait for its turn; if the program in which it was
 *     handed in is over by then it is not started, which is an error.
 *
 * Go's `Go` blocks its caller while the limit is reached. Here `go` takes the function at once, and what it returns
 * waits until it was started: `yield*` or `await` that for Go's back-pressure. A lazy `go` was rejected: forgetting
 * to wait would silently run nothing.
 */
import { isGoexit, type Op, onAbort } from "@gort/sched";
import {
  type Carrier,
  currentProgram,
  enter,
  isSignal,
  leave,
  startBy,
  WaitQueue,
  withOptions,
} from "@gort/sched/primitives";
import { badArgument, badNumber } from "@gort/types";
import type { Body, PlainBody, ContextLike, WaitOptions } from "./api.ts";
import { checkBody } from "./body.ts";
import { carry } from "./carry.ts";
import { limitWhileActive, MisuseError, neverStarted } from "./errors.ts";
import { GroupWaitOp, isOff, StartOp } from "./group-ops.ts";
import { isPanic } from "./panic.ts";
import { place, start } from "./start.ts";
import { FRESH, PARKED } from "./states.ts";

const DERIVE = Symbol.for("gort.context.derive");

/** What is derived from a context: one with what contexts have, and nothing else that `C` may have. */
export type DerivedContext<C> = keyof C extends ContextMember
  ? C
  : Pick<C, keyof C & ContextMember>;
/** The members that each context has. */
export type ContextMember = "deadline" | "done" | "err" | "signal" | "toString" | "value";

type Cancel = (cause?: unknown) => void;
type Derive = () => readonly [ContextLike, Cancel];

/**
 * Go's `errgroup.Group`.
 *
 * @example
 * ```ts
 * import { ErrGroup } from "@gort/sync";
 *
 * const g = new ErrGroup();
 * const sizes: number[] = [];
 * for (const url of ["a", "bb"]) {
 *   await g.go(async () => {
 *     sizes.push(url.length);
 *   });
 * }
 * await g.wait();
 * sizes; // => [1, 2]
 * ```
 */
export class ErrGroup {
  /** @internal */
  active = 0;
  /** @internal */
  running = 0;
  /** @internal */
  limit = Infinity;
  /** @internal */
  failed = false;
  /** @internal */
  error: unknown = undefined;
  /** @internal */
  readonly queue: WaitQueue<StartOp> = new WaitQueue();
  /** @internal */
  readonly waiters: WaitQueue<GroupWaitOp> = new WaitQueue();
  private cancelCause: Cancel | null = null;
  /** Its context, whose end others may wait for. */
  private derived: { isAwaited?(): boolean } | null = null;

  /**
   * A group with a context derived from `ctx`, which is cancelled with the first error as its cause, or when the
   * first `wait` ends (Go: `WithContext`). O(1).
   * @param ctx a context of `@gort/context`; another one goes into a `ContextWrapper` of it first
   * @throws TypeError if no context can be derived from `ctx`
   */
  static withContext<C extends ContextLike>(ctx: C): [group: ErrGroup, ctx: DerivedContext<C>] {
    const derive = (ctx as { [DERIVE]?: Derive } | null | undefined)?.[DERIVE];
    if (typeof derive !== "function") {
      const want = "a context of @gort/context, or another one in its ContextWrapper";
      throw badArgument("ErrGroup.withContext", "ctx", ctx, want, "type");
    }
    const group = newGroup();
    const [derived, cancel] = derive.call(ctx);
    group.cancelCause = cancel;
    group.derived = derived as { isAwaited?(): boolean };
    return [group, derived as DerivedContext<C>];
  }

  /**
   * A group with an `AbortSignal`, which is aborted with the first error as its reason, or when the first `wait`
   * ends: {@link withContext} for code that knows signals only. O(1).
   * @param parent aborts the group's signal too
   * @throws TypeError for a parent that is no signal
   *
   * @example
   * ```ts
   * import { ErrGroup } from "@gort/sync";
   *
   * const [g, signal] = ErrGroup.withSignal();
   * await g.go(async () => {
   *   throw new Error("disk full");
   * });
   * const message = await g.wait().then(
   *   () => "fine",
   *   (e) => (e as Error).message,
   * );
   * message; // => "disk full"
   * signal.reason.message; // => "disk full"
   * ```
   */
  static withSignal(parent?: AbortSignal): [group: ErrGroup, signal: AbortSignal] {
    if (parent !== undefined && !isSignal(parent))
      throw badArgument("ErrGroup.withSignal", "parent", parent, "an AbortSignal", "type");
    const group = newGroup();
    const controller = new AbortController();
    let leave: (() => void) | null = null;
    if (parent !== undefined) {
      const follow = (): void => controller.abort(parent.reason);
      if (parent.aborted) follow();
      else leave = onAbort(parent, follow);
    }
    group.cancelCause = (cause) => {
      leave?.();
      controller.abort(cause);
    };
    return [group, controller.signal];
  }

  /**
   * Runs `fn` in a goroutine of the group (Go: `Go`), at once or when the limit allows. What `fn` throws is the group's error, unless
   * that is a panic. O(1).
   *
   * `await` or `yield*` what this returns to be held up while the limit is reached. It completes when `fn` is started. Called off before
   * that, or losing in a select, it takes `fn` back, which then never starts. If the program is over before the turn of `fn` comes, `fn`
   * is not started either, and that is an error of the group.
   * @param fn a generator function, an async or a plain function
   * @throws TypeError if `fn` is no function or an async generator function, or for options that are unknown or of a wrong type
   */
  go<R>(fn: Body<R>, options?: WaitOptions): Op<void>;
  /** Runs `fn` in a goroutine of the group, at once or when the limit allows: of a plain function that gives a promise or not. */
  go<T>(fn: PlainBody<T>, options?: WaitOptions): Op<void>;
  go(fn: Body<unknown>, options?: WaitOptions): Op<void> {
    checkBody("ErrGroup.go", "fn", fn);
    const op = new StartOp(this, fn);
    const guarded = withOptions(op, options, "ErrGroup.go");
    if (guarded !== op && isOff(guarded)) return guarded;
    this.active++;
    if (this.running < this.limit) this.begin(op);
    else {
      op.carrier = carry(fn);
      op.place = place();
      op.program = currentProgram();
      if (guarded !== op) op.guard = guarded;
      this.queue.push(op);
    }
    return guarded;
  }

  /**
   * Runs `fn` in a goroutine if the limit allows that now (Go: `TryGo`); false if not. O(1).
   * @throws TypeError if `fn` is no function or an async generator function
   */
  tryGo<R>(fn: Body<R>): boolean;
  /** Runs `fn` in a goroutine if the limit allows that now: of a plain function that gives a promise or not. */
  tryGo<T>(fn: PlainBody<T>): boolean;
  tryGo(fn: Body<unknown>): boolean {
    checkBody("ErrGroup.tryGo", "fn", fn);
    if (this.running >= this.limit) return false;
    this.active++;
    this.running++;
    start(fn, this, this);
    return true;
  }

  /**
   * Waits until all functions ended (Go: `Wait`), cancels the group's context, and fails with the first error if
   * there was one. Called off by the group's own context it fails once that is cancelled by the first error, and does not
   * wait for the functions that still run. O(1).
   * @throws TypeError for options that are unknown or of a wrong type
   */
  wait(options?: WaitOptions): Op<void> {
    return withOptions(new GroupWaitOp(this), options, "ErrGroup.wait");
  }

  /**
   * At most `n` functions run at the same time (Go: `SetLimit`); 0 lets none start, a negative `n` removes the limit, also
   * while functions run. O(functions that it lets in).
   * @param n an integer, or Infinity for none
   * @throws MisuseError `errgroup: modify limit while N goroutines in the group are still active`
   * @throws RangeError for another number, TypeError for anything else
   */
  setLimit(n: number): void {
    if (!Number.isSafeInteger(n) && n !== Infinity)
      throw badNumber("ErrGroup.setLimit", "n", n, "an integer");
    const limit = n < 0 ? Infinity : n;
    if (limit !== Infinity && this.running > 0)
      throw new MisuseError(limitWhileActive(this.running));
    this.limit = limit;
    this.startQueued();
  }

  /** What dumps and reports say of it, such as `errgroup (3 running, 2 waiting, limit 3)`. */
  describe(): string {
    const limit = this.limit === Infinity ? "" : `, limit ${this.limit}`;
    return `errgroup (${this.running} running, ${this.queue.length} waiting${limit})`;
  }

  /** What `JSON.stringify` shows: nothing of its insides, as Go. */
  toJSON(): object {
    return {};
  }

  /** What `console.log` shows on Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.describe();
  }

  private begin(op: StartOp): void {
    this.running++;
    op.started = true;
    start(op.fn, this, this);
  }

  /** Starts a function where it was handed in. */
  private startAt(op: StartOp): void {
    const before = enter(null, op.place);
    try {
      start(op.fn, this, this);
    } finally {
      leave(before);
    }
  }

  /** The same in the async context in which it was handed in, perhaps in a later job; its program may be over by then. */
  private startIn(carrier: Carrier, op: StartOp): void {
    startBy(carrier, op.place, () => {
      if (op.isTooLate) this.killed(neverStarted());
      else this.startAt(op);
    });
  }

  private startQueued(): void {
    for (let op; this.running < this.limit && (op = this.queue.head) !== null;) {
      if (op.guard !== null && op.state === FRESH && isOff(op.guard)) {
        op.withdraw();
        continue;
      }
      this.queue.remove(op);
      if (op.isTooLate) {
        this.refuse(op);
        continue;
      }
      this.running++;
      op.started = true;
      if (op.carrier === null) this.startAt(op);
      else this.startIn(op.carrier, op);
      if (op.state === PARKED) op.complete();
    }
  }

  /** Ends what waited for its turn until its program was over. */
  private refuse(op: StartOp): void {
    const error = neverStarted();
    op.refused = error;
    try {
      this.failWith(error);
    } finally {
      this.ended();
      if (op.state === PARKED) op.fail(error);
    }
  }

  /** @internal A function returned. */
  returned(): void {}

  /** @internal A function threw. */
  threw(error: unknown): void {
    if (isGoexit(error)) throw error;
    if (!isPanic(error)) {
      this.failWith(error);
      return;
    }
    // Who waits, and who has the context, hears of it by `done`: when the program has ended of it.
    this.note(error);
    throw error;
  }

  private note(error: unknown): void {
    if (this.failed) return;
    this.failed = true;
    this.error = error;
  }

  private failWith(error: unknown): void {
    if (this.failed) return;
    this.note(error);
    this.cancel();
  }

  /** @internal The program of a function ended, and the function with it. */
  killed(error: Error): void {
    try {
      this.failWith(error);
    } finally {
      this.done();
    }
  }

  /** @internal The goroutine of a function ended: by a panic, too, which has ended its program by now. */
  done(): void {
    this.running--;
    try {
      if (this.failed) this.cancel();
      this.startQueued();
    } finally {
      this.ended();
    }
  }

  /** @internal Whether anybody waits for it, or for his turn in it, or may wait for the end of its context. */
  isAwaited(): boolean {
    if (this.waiters.head !== null) return true;
    if (this.cancelCause !== null && this.derived !== null && (this.derived.isAwaited?.() ?? true))
      return true;
    for (let op = this.queue.head; op !== null; op = op.qnext as StartOp | null)
      if (!op.isTooLate) return true;
    return false;
  }

  /** @internal A function ended or was taken back. */
  ended(): void {
    if (--this.active > 0) return;
    if (this.waiters.head === null) return;
    for (let op; (op = this.waiters.shift()) !== null;) {
      if (this.failed) op.fail(this.error);
      else op.complete();
    }
    this.cancel();
  }

  /** @internal */
  cancel(): void {
    const cancel = this.cancelCause;
    this.cancelCause = null;
    cancel?.(this.error);
  }
}

/** Outside of the class: one that names itself in its body is renamed by the bundler, and so is `ErrGroup.name`. */
function newGroup(): ErrGroup {
  return new ErrGroup();
}
