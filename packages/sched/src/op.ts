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
import type { WaitQueue } from "./wait-queue.ts";
import type { WaitReason } from "./wait-reason.ts";

/** Not used yet. */
export const FRESH = 0;
/** On the primitive's queue. */
export const PARKED = 1;
/** Completed, result not taken yet. */
export const DONE = 2;
/** Failed, error not taken yet. */
export const FAILED = 3;
/** Result or error taken. */
export const USED = 4;

/** Whoever waits for an op: a goroutine, a select, an async function. */
export interface Waiter {
  /** The op completed or failed (`op.state` tells). Called once, synchronously, by the primitive. */
  wake(op: Op<any>): void;
}

export abstract class Op<T> implements Iterator<Op<any>, T, unknown>, PromiseLike<T> {
  /** The op is its own iterator result: false while parked, true with `value` when complete. */
  done = false;
  value: T = undefined as T;
  state: number = FRESH;
  waiter: Waiter | null = null;
  error: unknown = undefined;
  queue: WaitQueue<any> | null = null;
  qnext: Op<any> | null = null;
  qprev: Op<any> | null = null;

  /** Why a goroutine parked on this op waits. */
  abstract readonly reason: WaitReason;
  /** Completes at once if that is possible now; see invariant 2. */
  abstract tryNow(): boolean;
  /** Puts the op on the primitive's queue. */
  abstract park(): void;
  /** Takes it off again. */
  abstract unpark(): void;

  /** What is waited for, for dumps and deadlock reports, such as `chan "jobs" (len 0, cap 4)`. */
  describe(): string {
    return "";
  }

  /** The primitive completes the parked op. */
  complete(value: T): void {
    this.value = value;
    this.state = DONE;
    this.waiter!.wake(this);
  }

  /** The primitive fails the parked op. */
  fail(error: unknown): void {
    this.error = error;
    this.state = FAILED;
    this.waiter!.wake(this);
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<Op<any>, T> {
    const state = this.state;
    if (state === FRESH) {
      if (this.tryNow()) {
        this.state = USED;
        this.done = true;
      } else {
        this.state = PARKED;
        this.park();
      }
      return this as unknown as IteratorResult<Op<any>, T>;
    }
    if (state === DONE) {
      this.state = USED;
      this.done = true;
      return this as unknown as IteratorResult<Op<any>, T>;
    }
    if (state === FAILED) {
      this.state = USED;
      throw this.error;
    }
    throw new Error(
      state === USED
        ? "gort: operation used twice; an Op is one-shot, make a new one for each use"
        : "gort: operation resumed while parked; only a scheduler may step a goroutine",
    );
  }

  then<R1 = T, R2 = never>(
    onFulfilled?: ((value: T) => R1 | PromiseLike<R1>) | null,
    onRejected?: ((reason: unknown) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    return new Promise<T>((resolve, reject) => {
      if (this.state !== FRESH) throw new Error("gort: operation used twice; an Op is one-shot");
      if (this.tryNow()) {
        this.state = USED;
        resolve(this.value);
        return;
      }
      this.waiter = {
        wake(op) {
          const failed = op.state === FAILED;
          op.state = USED;
          if (failed) reject(op.error);
          else resolve(op.value as T);
        },
      };
      this.state = PARKED;
      this.park();
    }).then(onFulfilled, onRejected);
  }
}
