/**
 * Op: a blocking operation as a value. `ch.recv()`, `mu.lock()`, `sleep(5)` each return one.
 *
 * One object is at once the iterator and the iterator result (for `yield*`), the thenable (for `await`)
 * and the waiter record on the primitive's queue (Go's sudog), so an operation costs one small object.
 *
 * How it moves: FRESH --tryNow--> DONE, or FRESH --park--> PARKED --complete/fail--> DONE/FAILED; the user
 * takes the result once (USED). `next()` that cannot complete returns the op itself with `done: false`;
 * `yield*` hands that very object to the scheduler, which sets `waiter` and parks the goroutine on it.
 *
 * Invariants
 *  1. Nothing happens before the op is used: constructing one has no effect on the primitive.
 *  2. `tryNow` either completes (sets `value`, returns true), throws, or changes nothing and returns false.
 *     Taking and owning are one synchronous step.
 *  3. After `park` the op is on the primitive's queue; `unpark` takes it off in O(1) and leaves no trace.
 *  4. `complete` and `fail` are called at most once, by the primitive, after it took the op off its queue.
 *  5. A waiter is woken exactly once per op. A select is the waiter of its cases and unparks the losers
 *     in the same synchronous step, so no queue ever holds an op whose select is over.
 *
 * Why not a generator method (`*recv()`): twice the cost per operation, measured. Why not a promise: no
 * synchronous completion, no removal from a queue, and a microtask for every value.
 */
import { AsyncWaiter, callBackSoon, promiseOf } from "./async-waiter.ts";
import { currentGate } from "./current.ts";
import { COPIES_RESULTS, Delegate } from "./delegate.ts";
import { DONE, FAILED, FRESH, PARKED, USED, WOKEN } from "./op-state.ts";
import { overdue, preempt } from "./preempt.ts";
import { afterTurn, turnSpent } from "./turn.ts";
import type { WaitQueue } from "./wait-queue.ts";
import type { WaitReason } from "./wait-reason.ts";

/** The brand by which an op of any copy of the package is known. */
const OP = Symbol.for("gort.op");

/** Whoever waits for an op: a goroutine, a select, an async function. */
export interface Waiter {
  /** The op completed or failed (`op.state` tells). Called once, synchronously, by the primitive. */
  wake(op: OpRecord<any>): void;
  /**
   * For a waiter that is itself an op and passes the outcome on, such as a select. `op` is about to complete or fail: true if that
   * decides this op too, and nothing else can from now on; false if something else has decided it, so that `op` comes too late.
   * A waiter that passes an outcome on asks its own waiter first, if that one has `claim`.
   */
  claim?(op: OpRecord<any>): boolean;
}

/**
 * A blocking operation as a value, as `ch.recv()`, `mu.lock()` and `sleep(5)` return it. It is lazy: nothing happens before it is used.
 * Use it once: by `yield*` in a generator goroutine, by `await` anywhere, by {@link Op.start | start}, or as a case of a select.
 *
 * This is all that its users need. Schedulers, primitives and whatever combines ops see the whole record, {@link OpRecord}.
 */
export interface Op<T> extends PromiseLike<T> {
  /** For `await`. */
  then<R1 = T, R2 = never>(
    onFulfilled?: ((value: T) => R1 | PromiseLike<R1>) | null,
    onRejected?: ((reason: any) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2>;
  /** For `yield*` in a generator goroutine. */
  [Symbol.iterator](): Iterator<OpRecord<any>, T, unknown>;
  /**
   * Starts the op now: its value if it completes at once, else a promise. `await op.start()` is the fast form of `await op`
   * in an async function: half the cost where the op is ready, and it takes effect before anything else can run. An op that
   * fails rejects. Every so often the value comes in a promise too, so that a loop over ops that are always ready
   * lets the host's timers fire. Misuse rejects. O(1) beside what the op does.
   */
  start(): T | Promise<T>;
}

/**
 * The whole of an {@link Op}: the record that waits in a primitive's queue, as Go's sudog does. A primitive makes ops of its own by a class
 * that extends {@link Op} and says how to complete at once, how to wait and how to stop waiting. Whatever combines ops, as a select
 * does, has it from {@link isOp}.
 *
 * Selects, and what calls an op off, give a meaning to some further members. An op of your own need not have any of them, and must not
 * use their names for anything else:
 *
 * - `ok`: false says that a receive found its channel closed.
 * - `quit()`: another case was chosen; the op leaves its queue, before anybody's code runs. An op that passes on the outcome of another
 *   one, such as a receive, which cannot be given back, passes this call on to it, and `claim` likewise.
 * - `withdraw()`: takes back what was asked for before the op was used, or returns false.
 * - `abort(error)`: the op cleans up and then fails, or returns false.
 * - `began`: trying the op began something that may have made others ready.
 * - `competes`: see `CompetingOp`.
 * - `arm()` and `reset()`: the op can be used again.
 * - `ch` and `cases`: the op is one of a channel, or a select.
 *
 * @example
 * ```ts
 * import { isOp, type Op, sleep } from "@gort/sched";
 * import { FRESH } from "@gort/sched/primitives";
 *
 * function isUnused(op: Op<unknown>): boolean {
 *   return isOp(op) && op.state === FRESH;
 * }
 * isUnused(sleep(1)); // => true
 * ```
 */
export abstract class OpRecord<T> implements Op<T>, Iterator<OpRecord<any>, T, unknown> {
  /** The op is its own iterator result: false while parked, true with `value` when complete. */
  done = false;
  /** What the op gives, once `state` is {@link DONE}; `tryNow` and `complete` set it. */
  value: T = undefined as T;
  /** {@link FRESH}, {@link PARKED}, `DECIDED`, {@link DONE}, {@link FAILED}, {@link USED} or {@link WOKEN}. */
  state: number = FRESH;
  /** Whom `complete` and `fail` wake; null while nobody waits. */
  waiter: Waiter | null = null;
  /** What `fail` was given, once `state` is {@link FAILED}. */
  error: unknown = undefined;
  /** The queue the op is in, or null; kept by {@link WaitQueue}. */
  queue: WaitQueue<any> | null = null;
  /** The op behind it in its queue. */
  qnext: OpRecord<any> | null = null;
  /** The op before it in its queue. */
  qprev: OpRecord<any> | null = null;

  // No static block, and no static field, which becomes one: React Native's preset for Babel refuses these.
  /** @internal */
  get [OP](): true {
    return true;
  }

  /** Why a goroutine parked on this op waits. */
  abstract readonly reason: WaitReason;
  /** Completes at once if that is possible now: sets `value` and returns true, or throws, or changes nothing and returns false. */
  abstract tryNow(): boolean;
  /** Puts the op on the primitive's queue. May complete or fail it right away: whoever calls this looks at `state` then. */
  abstract park(): void;
  /**
   * Takes it off again; called before `park` returns if code that `park` runs ends the wait. What this throws when another case was
   * chosen is an uncaught error.
   */
  abstract unpark(): void;

  /** What is waited for, for dumps and deadlock reports, such as `chan "jobs" (len 0, cap 4)`. */
  describe(): string {
    return "";
  }

  /** What `JSON.stringify` shows, and `console.log` on Node; one that is not used yet lacks its `await` or `yield*`. */
  toJSON(): string {
    const what = this.describe();
    return `Op { ${this.reason}${what && `: ${what}`}${this.state === FRESH ? ", not used yet" : ""} }`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toJSON();
  }

  /**
   * Whether only code of its own program can end the wait, and no one outside: what Go calls durably blocked. Time in a
   * bubble (`@gort/sched/testing`) stands still while a goroutine waits for an op that says no. Outside of bubbles that says nothing:
   * an op that something outside completes extends `OutsideOp`, or its wait is taken for a deadlock.
   */
  isDurable(): boolean {
    return true;
  }

  /** The primitive completes the parked op. */
  complete(value: T): void {
    this.value = value;
    this.state = DONE;
    const waiter = this.waiter;
    if (waiter !== null) waiter.wake(this);
  }

  /** The primitive fails the parked op. */
  fail(error: unknown): void {
    this.error = error;
    this.state = FAILED;
    const waiter = this.waiter;
    if (waiter !== null) waiter.wake(this);
  }

  // Declared as an Iterator, not as `this`: from `this` TypeScript would infer `any` for `yield* op`.
  /** An op is its own iterator. */
  [Symbol.iterator](): Iterator<OpRecord<any>, T, unknown> {
    return COPIES_RESULTS ? new Delegate(this) : this;
  }

  /** One step of `yield*`; for schedulers, not for users. */
  next(): IteratorResult<OpRecord<any>, T> {
    const state = this.state;
    if (state === FRESH) {
      if (overdue()) return preempt;
      if (this.tryNow()) {
        this.state = USED;
        this.done = true;
      } else {
        this.state = PARKED;
        this.park();
      }
      return this as unknown as IteratorResult<OpRecord<any>, T>;
    }
    if (state === DONE) {
      this.state = USED;
      this.done = true;
      return this as unknown as IteratorResult<OpRecord<any>, T>;
    }
    if (state === FAILED) {
      this.state = USED;
      throw this.error;
    }
    if (state === WOKEN) {
      this.state = USED;
      this.done = this.retry();
      return this as unknown as IteratorResult<OpRecord<any>, T>;
    }
    throw misuse(state);
  }

  /**
   * A primitive whose woken waiters must compete (Go's mutex in normal mode) takes the op off its queue, sets
   * `state` to {@link WOKEN} and wakes the waiter; when that runs, `retry` completes (sets `value`, returns
   * true), throws, or queues the op again, sets `state` to {@link PARKED} and returns false. Only a goroutine
   * in `yield*` and an async function can be woken so; any other waiter has to be given the outcome.
   * `unpark` of a woken op passes the wake-up on.
   */
  retry(): boolean {
    return true;
  }

  /** The op completed, but its result will never be taken: gives back what it stands for. */
  discard(): void {}

  /** The op failed, but nobody will hear of it: gives back what the failure stands for, such as the lock after `Cond.wait`. */
  discardFailure(): void {}

  /** The result was taken and nobody holds the op any more: it may be handed out again. */
  recycle(): void {}

  /** The goroutine is ended while parked here: leaves the queue. For schedulers. */
  return(value?: unknown): IteratorResult<OpRecord<any>, T> {
    this.abandon();
    return { done: true, value: value as T };
  }

  /** An error is thrown into the goroutine while parked here: leaves the queue. For schedulers. */
  throw(error?: unknown): IteratorResult<OpRecord<any>, T> {
    this.abandon();
    throw error;
  }

  private abandon(): void {
    const state = this.state;
    this.state = USED;
    this.waiter = null;
    if (state === PARKED || state === WOKEN) this.unpark();
    else if (state === DONE) this.discard();
    else if (state === FAILED) this.discardFailure();
  }

  /**
   * Waits from an async function: `await op`. The callbacks run in a later microtask, never at once.
   * Throws nothing; misuse rejects.
   */
  then<R1 = T, R2 = never>(
    onFulfilled?: ((value: T) => R1 | PromiseLike<R1>) | null,
    onRejected?: ((reason: any) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    let failed = false;
    let result: unknown;
    try {
      if (this.state !== FRESH) throw misuse(this.state);
      if (this.tryNow()) {
        this.state = USED;
        result = this.value;
      }
    } catch (error) {
      failed = true;
      result = error;
      if (this.state === FRESH) this.state = USED;
    }
    const gate = currentGate();
    if (!failed && this.state === FRESH) {
      const waiter = new AsyncWaiter(gate, this, onFulfilled, onRejected, false);
      waiter.park();
      return waiter as unknown as Promise<R1 | R2>;
    }
    gate.moved++;
    return callBackSoon(failed, result, onFulfilled, onRejected) as Promise<R1 | R2>;
  }

  /**
   * Starts the op now: see `start` of `Op`.
   *
   * @example
   * ```ts
   * import { sleep } from "@gort/sched";
   *
   * await sleep(1).start(); // => undefined
   * ```
   */
  start(): T | Promise<T> {
    try {
      if (this.state !== FRESH) throw misuse(this.state);
      if (this.tryNow()) this.state = USED;
    } catch (error) {
      if (this.state === FRESH) this.state = USED;
      return Promise.reject(error);
    }
    return this.state === FRESH ? this.promised() : this.given(this.value);
  }

  /** For primitives that write `start` out: parks the op and gives the promise of its outcome. */
  protected promised(): Promise<T> {
    return promiseOf(currentGate(), this);
  }

  /** For primitives that write `start` out: the value of an op that completed at once. */
  protected given(value: T): T | Promise<T> {
    currentGate().moved++;
    return turnSpent() ? new Promise<T>((resolve) => afterTurn(() => resolve(value))) : value;
  }
}

/**
 * The class to extend for ops of your own: see {@link OpRecord}.
 *
 * @example
 * ```ts
 * import { Op, run } from "@gort/sched";
 * import { WaitQueue } from "@gort/sched/primitives";
 *
 * // A latch: everyone waits until it opens.
 * const waiting = new WaitQueue<Opened>();
 * let open = false;
 * class Opened extends Op<string> {
 *   get reason(): "semacquire" { return "semacquire"; }
 *   tryNow() { this.value = "through"; return open; }
 *   park() { waiting.push(this); }
 *   unpark() { waiting.remove(this); }
 * }
 * const program = run(function* () { return yield* new Opened(); });
 * await Promise.resolve();
 * open = true;
 * for (let op; (op = waiting.shift()) !== null; ) op.complete("through");
 * await program; // => "through"
 * ```
 */
export const Op: abstract new <T>() => OpRecord<T> = OpRecord;

/**
 * A constructor of ops of class `c` that is a plain function, `init`, which begins with {@link initOp}: V8 does not inline `super()`
 * inside of a `try`, and all of an async function is one. The class declares its fields and has no constructor of its own.
 * @internal
 */
export function opMaker<T extends OpRecord<any>, A extends unknown[]>(
  c: { readonly prototype: T },
  init: (this: T, ...args: A) => void,
): new (...args: A) => T {
  init.prototype = c.prototype;
  return init as unknown as new (...args: A) => T;
}

/**
 * Writes the fields of a fresh op, in the order of the class: see {@link opMaker}.
 * @internal
 */
export function initOp(op: OpRecord<any>): void {
  op.done = false;
  op.value = undefined;
  op.state = FRESH;
  op.waiter = null;
  op.error = undefined;
  op.queue = null;
  op.qnext = null;
  op.qprev = null;
}

/**
 * Whether `v` is an op, from whichever copy of this package. O(1).
 *
 * @example
 * ```ts
 * import { isOp, sleep } from "@gort/sched";
 *
 * isOp(sleep(1)); // => true
 * isOp(Promise.resolve()); // => false
 * ```
 */
export function isOp<T>(v: Op<T>): v is OpRecord<T>;
export function isOp(v: unknown): v is OpRecord<unknown>;
export function isOp(v: unknown): boolean {
  return typeof v === "object" && v !== null && (v as Record<symbol, unknown>)[OP] === true;
}

/** Whether an op handed its result or error over and its goroutine may go on. */
export function isOver(op: OpRecord<any>): boolean {
  return op.state === DONE || op.state === FAILED;
}

/** What using an op that is not {@link FRESH} throws. */
export function misuse(state: number): Error {
  return new Error(
    state === USED
      ? "gort: operation used twice; an Op is one-shot, make a new one for each use"
      : "gort: operation used while it is pending; an Op is one-shot, make a new one for each use",
  );
}
