/**
 * Contracts of `@gort/sync`: what a lock is, how a wait is cancelled, what a goroutine body may be.
 *
 * Invariants
 *  1. Every blocking call returns an `Op` (or a {@link Routine}, where user code runs inside) and takes
 *     {@link WaitOptions}; a cancelled wait leaves the primitive as if it had never been asked.
 *  2. Taking and owning are one synchronous step: whoever is told it has the lock has it.
 *  3. A wait that was already cancelled fails even if it could succeed at once; a wait that succeeded is not
 *     undone by a later cancellation.
 *  4. A token releases at most once. One of an exclusive lock never releases what somebody else holds by now; tokens of readers and
 *     permits stand for one of many that are alike, and release one.
 */
import type { ContextLike, DoneChan, Go, Goroutine, Op, OpRecord, WaitOptions } from "@gort/sched";

// Go, Goroutine and Op, since declarations that are made of inferred types have to name them.
export type { ContextLike, DoneChan, Go, Goroutine, Op, WaitOptions };

/** Go's `sync.Locker`. */
export interface Locker {
  /** Waits for the lock. */
  lock(options?: WaitOptions): Op<unknown>;
  /** Releases it; a fatal error if it is not held. */
  unlock(): void;
}

/**
 * A held lock, for `using`. `unlock` and `[Symbol.dispose]` do the same, once: later calls do nothing.
 */
export interface LockToken extends Disposable {
  /** Whether this token still stands for the lock; not while its holder waits for a condition. O(1). */
  readonly held: boolean;
  /** Releases the lock if this token still stands for it. O(1). */
  unlock(): void;
}

/** Held permits of a semaphore, for `using`. `release` and `[Symbol.dispose]` do the same, once. */
export interface Permit extends Disposable {
  /** How many permits it stands for. */
  readonly weight: number;
  /** Whether they are still held. O(1). */
  readonly held: boolean;
  /** Gives them back; later calls do nothing. O(waiters let in). */
  release(): void;
}

/** What runs under a lock or once: a generator function (`function* () {}`), an async or a plain function. */
export type Body<R, A extends unknown[] = []> = (
  ...args: A
) => Generator<OpRecord<any> | undefined, R, any> | PromiseLike<R> | R;

/** What runs under a lock, of a plain function that gives a promise or not, now the one and now the other: `T` is all that it returns. */
export type PlainBody<T> = () => T extends Generator<any, any, any> | AsyncGenerator<any, any, any>
  ? never
  : T;

/**
 * A blocking call in which user code runs, such as `mu.withLock(fn)`: use it by `yield*` in a generator goroutine
 * or by `await`. Nothing happens before that, and nothing twice: awaited again it gives the same result, stepped again it throws, but
 * for one of `Once` or `onceFunc` and the like, which ends as another call of these does. Unlike an `Op` it cannot be a case of a select.
 */
export interface Routine<R> extends PromiseLike<R> {
  /** Runs it on the goroutine that does `yield*`. */
  [Symbol.iterator](): Iterator<OpRecord<any> | undefined, R, any>;
}
