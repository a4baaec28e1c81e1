/**
 * Calling a wait off: `{ signal }` and `{ ctx }` of every op that blocks, here for all packages.
 *
 * Invariants
 *  1. The cancellation is looked at first: if it has happened, the op fails although it could complete at once, and
 *     nothing was taken.
 *  2. Exactly one of {outcome, cancellation} is delivered: what came first, or claimed it first. The op is taken off its queue
 *     in the same synchronous step in which the cancellation is delivered, so nothing can be granted to it afterwards.
 *  3. The signal and the done channel are waited on only while the op is parked; after it nothing is left there.
 *  4. An op that must clean up before it may fail (`Cond.wait` has to lock again) has `abort`; it is told, and
 *     delivers the failure itself. What calls such an op off has `abort` too, for who calls that off in turn.
 *  5. The op that is called off is one-shot as any other: used before, or by somebody else, it is refused untouched.
 *  6. What a context, a signal or the op itself runs as the wait is left takes nothing from it: the wait is over by then, and an op that
 *     can leaves its queue first. What it grants all the same is given back, or stands if nobody was told yet; what it throws is an
 *     uncaught error of the host's.
 *  7. Options that cannot be are refused with their name and value before anything is done, misspelled ones too: a wait
 *     that was meant to end and does not is found late.
 *
 * Why a wrapper and not fields of every op: an op without options stays small and has no branch for it. Why not a select:
 * its code would come along with every primitive of a bundle.
 */
import { badArgument, checkOptions } from "@gort/types";
import type { Abilities } from "./abilities.ts";
import { aborted, badSignal, isSignal } from "./abort.ts";
import type { Yields } from "./api.ts";
import { calledOff } from "./called-off.ts";
import { type Competing, CompetingOp } from "./competing.ts";
import { badContext, type ContextLike, isContext, whyEnded } from "./context-like.ts";
import { reportUncaught } from "./host.ts";
import { DECIDED, DONE, FAILED, FRESH, PARKED, USED, WOKEN } from "./op-state.ts";
import { isOp, misuse, type Op, type OpRecord, type Waiter } from "./op.ts";
import type { WaitReason } from "./wait-reason.ts";

export type { ContextLike, DoneChan } from "./context-like.ts";

/**
 * How a blocking call can be called off. Both may be given; the first to end wins. A context of `@gort/context` itself
 * will do too. What was called off took and gave nothing; what completed is not undone. Anything else is refused.
 *
 * @example
 * ```ts
 * import { sleep } from "@gort/sched";
 *
 * const stop = new AbortController();
 * const asleep = sleep(60_000, { signal: stop.signal }).start();
 * stop.abort("wake up");
 * let why: unknown;
 * try {
 *   await asleep;
 * } catch (reason) {
 *   why = reason;
 * }
 * why; // => "wake up"
 * ```
 */
export interface WaitOptions {
  /** Aborting it fails the wait with `signal.reason`. */
  readonly signal?: AbortSignal | null | undefined;
  /** Ending it fails the wait with `ctx.err()`. */
  readonly ctx?: ContextLike | null | undefined;
}

/** An op that cleans up before it fails; false if its outcome is decided and stands. */
export interface Abortable {
  /** It is called off; it will fail with `error`, at once or later. */
  abort(error: unknown): boolean;
}

class CallOffOp<T> extends CompetingOp<T> implements Waiter {
  private readonly inner: OpRecord<T> & Partial<Competing & Abortable & Abilities>;
  private readonly signal: AbortSignal | null;
  private readonly ctx: ContextLike | null;
  private doneOp: OpRecord<unknown> | null = null;
  private abortOp: OpRecord<unknown> | null = null;
  /** What was about to end the wait first. What calls it off may claim that before it wakes this one, as a select does. */
  private by: OpRecord<unknown> | null = null;
  /** Called off by somebody else, where the op has to be told. */
  readonly abort: Abortable["abort"] | undefined;

  constructor(inner: OpRecord<T>, signal: AbortSignal | null, ctx: ContextLike | null) {
    super();
    this.inner = inner;
    this.signal = signal;
    this.ctx = ctx;
    this.abort = this.inner.abort === undefined ? undefined : (error) => this.tell(error);
  }

  override get reason(): WaitReason {
    return this.inner.reason;
  }

  /** Of a receive: false if the channel was closed. Anything else that completed is ok. */
  get ok(): boolean {
    return (this.inner as { readonly ok?: boolean }).ok !== false;
  }

  /** Of an op of a channel: its record. */
  get ch(): unknown {
    return this.inner.ch;
  }

  /** Of a select: its cases. */
  get cases(): unknown {
    return this.inner.cases;
  }

  get began(): boolean {
    return this.inner.began === true;
  }

  override describe(): string {
    return this.inner.describe();
  }

  override isDurable(): boolean {
    return this.inner.isDurable() && this.doneOp?.isDurable() !== false;
  }

  override tryNow(): boolean {
    const { signal, ctx, inner } = this;
    if (inner.state !== FRESH) {
      if (inner.arm === undefined) throw misuse(inner.state);
      inner.arm();
    }
    if (signal !== null && signal.aborted && this.withdraw()) throw calledOff(signal.reason);
    const error = ctx === null ? null : ctx.err();
    if (error !== null && error !== undefined && this.withdraw()) throw calledOff(error);
    if (!inner.tryNow()) return this.isOver();
    inner.state = USED;
    this.value = inner.value;
    return true;
  }

  quit(): void {
    const { inner } = this;
    if (inner.waiter === this) inner.quit?.();
  }

  claim(op: OpRecord<any>): boolean {
    const { state } = this;
    const callsOff = op === this.doneOp || op === this.abortOp;
    if (op !== this.inner && !callsOff) return false;
    if (state === DECIDED) return !callsOff || op === this.by;
    // A wait that is woken, or that cleans up, is only told that it is called off.
    if (callsOff && (state === WOKEN || (state === PARKED && this.abort !== undefined)))
      return true;
    if (state !== PARKED) return false;
    const outer = this.waiter;
    if (outer !== null && outer.claim !== undefined && !outer.claim(this)) return false;
    this.state = DECIDED;
    this.by = op;
    return true;
  }

  /** Called off before it waited, or not chosen: false if what it waits for was granted before that. What others wait for stays. */
  withdraw(): boolean {
    const { inner } = this;
    return inner.waiter !== null || inner.withdraw === undefined || inner.withdraw();
  }

  /** Nothing is ready: looks once more at the context, whose `err` may be behind its `done`. Always false, or a throw. */
  private isOver(): false {
    // Undefined as well: as with `err`, who writes a context by hand may give nothing at all.
    const done = this.ctx?.done() ?? null;
    this.doneOp = done === null ? null : (done.recv() as OpRecord<unknown>);
    if (this.doneOp !== null && this.doneOp.tryNow() && this.withdraw())
      throw calledOff(whyEnded(this.ctx!));
    return false;
  }

  override park(): void {
    const { inner, signal } = this;
    if (inner.state !== FRESH) throw misuse(inner.state);
    inner.waiter = this;
    if (inner.competes !== undefined) inner.competes = this.competes;
    inner.state = PARKED;
    inner.park();
    // Parking may have let it in: a condition unlocks, and a select waits for that lock too.
    if (this.state !== PARKED) return;
    if (signal !== null) this.watch((this.abortOp = aborted(signal) as OpRecord<unknown>));
    // Detached if the signal has fired.
    if (this.doneOp !== null) this.watch(this.doneOp);
  }

  /** Waits for the signal or the context, which may have ended while the op was parked. */
  private watch(op: OpRecord<unknown>): void {
    if (op.tryNow()) {
      this.wake(op);
      return;
    }
    op.waiter = this;
    op.state = PARKED;
    op.park();
  }

  override unpark(): void {
    this.state = USED;
    this.quit();
    this.detach();
    this.release();
  }

  override discard(): void {
    this.inner.value = this.value;
    this.inner.discard();
  }

  override discardFailure(): void {
    this.inner.discardFailure();
  }

  /** As a case that was not chosen: of an op of a channel this is called, of others `withdraw`. */
  override recycle(): void {
    if (this.inner.state === FRESH) this.withdraw();
  }

  wake(op: OpRecord<any>): void {
    if (op === this.abortOp) {
      op.state = USED;
      this.cancel(op, op.value);
    } else if (op === this.doneOp) {
      op.state = USED;
      this.cancel(op, whyEnded(this.ctx!));
    } else if (op.state === WOKEN) {
      this.state = WOKEN;
      this.waiter?.wake(this);
    } else {
      const { state } = op;
      const counts = this.claim(op);
      this.detach();
      op.state = USED;
      op.waiter = null;
      // It comes too late, or its goroutine was ended by what ran since it was decided.
      if (!counts || this.state === USED) {
        if (state === DONE) op.discard();
        else op.discardFailure();
      } else if (state === FAILED) this.fail(op.error);
      else this.complete(op.value);
    }
  }

  override retry(): boolean {
    const { inner } = this;
    const calledOff = inner.state === FAILED;
    inner.state = USED;
    try {
      if (calledOff) throw inner.error;
      if (!inner.retry()) {
        this.state = PARKED;
        return false;
      }
    } catch (error) {
      this.detach();
      throw error;
    }
    this.detach();
    this.value = inner.value;
    return true;
  }

  private cancel(by: OpRecord<unknown>, error: unknown): void {
    const { state } = this;
    calledOff(error);
    if (this.abort !== undefined) {
      if (state === PARKED || state === WOKEN) this.tell(error);
      return;
    }
    if (!this.claim(by)) return;
    this.quit();
    this.detach();
    this.release();
    if (state === WOKEN) {
      // Woken but not run yet: its waiter is on its way already and finds the failure.
      this.error = error;
      this.state = FAILED;
    } else if (this.state === DECIDED) {
      // Unless its goroutine was ended by what ran as the op left.
      this.fail(error);
    }
  }

  /** Tells the op that it is called off; false if its outcome is decided and stands. */
  private tell(error: unknown): boolean {
    const called = this.inner.abort!(error);
    if (called) this.detach();
    return called;
  }

  /** The op leaves its queue for good, unless parking found it in somebody else's hands. */
  private release(): void {
    const { inner } = this;
    if (inner.waiter !== null && inner.waiter !== this) return;
    inner.waiter = null;
    // It may have left already: see `quit`.
    if (inner.state === PARKED || inner.state === WOKEN) unpark(inner);
    inner.state = USED;
  }

  private detach(): void {
    const { abortOp, doneOp } = this;
    this.abortOp = null;
    this.doneOp = null;
    if (abortOp !== null) leave(abortOp);
    if (doneOp !== null) leave(doneOp);
  }
}

function leave(op: OpRecord<unknown>): void {
  if (op.state !== PARKED) return;
  op.state = USED;
  unpark(op);
}

/** Takes an op off its queue. What that throws keeps neither the wait from its end nor others who are woken with it. */
function unpark(op: OpRecord<unknown>): void {
  try {
    op.unpark();
  } catch (error) {
    reportUncaught(error);
  }
}

/**
 * `op`, with the options of a wait: called off by a signal or a context it fails with `signal.reason` or `ctx.err()`, and took
 * nothing. `op` itself if the options name neither. For the blocking calls of primitives; `where` is their name in errors. O(1).
 *
 * @throws TypeError that names the option and its value, for one that is unknown or of a wrong type; for what is no operation
 *
 * @example
 * ```ts
 * import { type Op, type OpRecord, sleep, type WaitOptions } from "@gort/sched";
 * import { withOptions } from "@gort/sched/primitives";
 *
 * const nap = (options?: WaitOptions): Op<void> => withOptions(sleep(1000), options, "nap");
 * let why: unknown;
 * try {
 *   await nap({ signal: AbortSignal.abort("stop") });
 * } catch (reason) {
 *   why = reason;
 * }
 * why; // => "stop"
 * nap({ signal: 5 as never }); // throws nap: options.signal is 5, want an AbortSignal
 * ```
 */
export function withOptions<T>(op: Op<T>, options: WaitOptions | undefined, where: string): Op<T> {
  if (options === undefined) return op;
  if (!isOp(op)) throw badArgument(where, "op", op, "an operation", "type");
  // First, since asking a context for its signal makes one.
  if (isContext(options)) return new CallOffOp(op, null, options);
  const other = isSignal(options) || Array.isArray(options);
  if (typeof options !== "object" || options === null || other)
    throw badArgument(where, "options", options, "{ signal } or { ctx }", "type");
  for (const name in options)
    if (name !== "signal" && name !== "ctx") checkOptions(where, options, "signal ctx");
  const signal = options.signal ?? null;
  const ctx = options.ctx ?? null;
  if (signal !== null && !isSignal(signal)) throw badSignal(where, "options.signal", signal);
  if (ctx !== null && !isContext(ctx)) throw badContext(where, "options.ctx", ctx);
  return signal === null && ctx === null ? op : new CallOffOp(op, signal, ctx);
}

/** What a receive has besides an op: `ok`, and the brand by which a select infers what a closed channel gives. */
export type ReceiveOf<O extends { readonly ok: boolean }> = Pick<
  O,
  "ok" | Exclude<keyof O & symbol, typeof Symbol.iterator>
>;

/**
 * `op`, given up with `signal.reason` when the signal fires; `op` itself when there is no signal. If the signal has
 * already fired the result fails, even if `op` could complete at once. Of a receive the result has `ok` too. O(1).
 *
 * @throws TypeError for what is no signal, and for what is no operation
 *
 * @example
 * ```ts
 * import { sleep, withSignal } from "@gort/sched";
 *
 * const controller = new AbortController();
 * controller.abort(new Error("enough"));
 * let message = "";
 * try {
 *   await withSignal(sleep(1000), controller.signal);
 * } catch (e) {
 *   message = (e as Error).message;
 * }
 * message; // => "enough"
 * ```
 */
export function withSignal<O extends Op<any> & { readonly ok: boolean }>(
  op: O,
  signal: AbortSignal | null | undefined,
): Op<O extends Yields<infer T> ? T : never> & ReceiveOf<O>;
export function withSignal<T>(op: Op<T>, signal: AbortSignal | null | undefined): Op<T>;
export function withSignal(op: Op<any>, signal: AbortSignal | null | undefined): Op<any> {
  if (!isOp(op)) throw badArgument("withSignal", "op", op, "an operation", "type");
  if (signal === null || signal === undefined) return op;
  if (!isSignal(signal)) throw badSignal("withSignal", "signal", signal);
  return new CallOffOp(op, signal, null);
}
