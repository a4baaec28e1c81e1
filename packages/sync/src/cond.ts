/**
 * Cond: Go's `sync.Cond`, a place to wait for a change of what a lock protects.
 *
 * Invariants
 *  1. A waiter is queued before the lock is released, so no signal given after that is missed.
 *  2. `signal` wakes the longest waiting; with nobody waiting it is lost. A signal reaches one waiter: if that one
 *     is called off after it, before its caller ran, the next gets it.
 *  3. `wait` returns, or fails because it was called off, with the lock held; who ends before it hears of that gives it back.
 *  4. A token of the lock, taken before `wait`, stands for it again afterwards.
 *  5. Whoever is in the queue is counted by the lock, which he waits for too: while an async function holds it he is not deadlocked.
 *
 * A woken waiter is moved to the lock's own queue ("wait morphing") and runs when it has the lock, so a broadcast
 * does not make everybody run to find the lock taken. It asks in the name of the waiter: the lock must not take whoever
 * signalled for its holder.
 */
import {
  type Abortable,
  currentGoroutine,
  type Goroutine,
  isOp,
  Op,
  type OpRecord,
  type Waiter,
  type WaitReason,
} from "@gort/sched";
import { WaitQueue, withOptions } from "@gort/sched/primitives";
import { badArgument } from "@gort/types";
import type { Locker, WaitOptions } from "./api.ts";
import { MisuseError, texts } from "./errors.ts";
import { FAILED, PARKED, USED } from "./states.ts";
import { holdOf, resume } from "./token.ts";

/** A lock that counts those who wait for a condition of it. */
interface Counting extends Locker {
  condWaits?(delta: 1 | -1): void;
}

/** The op of a lock that notes who holds it. */
interface Owned {
  /** Takes the lock for `g`, if it is free. */
  tryFor(g: Goroutine | null): boolean;
}

/** @internal */
export class CondOp extends Op<void> implements Waiter, Abortable {
  private readonly cond: Cond;
  /** Taking the lock again, after the wake-up. */
  private relock: OpRecord<unknown> | null = null;
  private failure: { readonly error: unknown } | null = null;
  private g: Goroutine | null = null;
  /** What tells the hold of the lock that goes on after the wake-up. */
  private hold = 0;

  constructor(cond: Cond) {
    super();
    this.cond = cond;
  }

  override get reason(): WaitReason {
    return this.relock === null ? "sync.Cond.Wait" : this.relock.reason;
  }

  override describe(): string {
    return this.relock === null ? "sync.Cond" : this.relock.describe();
  }

  override tryNow(): boolean {
    this.g = currentGoroutine();
    return false;
  }

  override park(): void {
    const { cond } = this;
    cond.add(this);
    this.hold = holdOf(cond.l);
    try {
      cond.l.unlock();
    } catch (error) {
      cond.remove(this);
      throw error;
    }
  }

  /** Signalled or called off: takes the lock, then is over. */
  lockAgain(): void {
    try {
      const op = this.cond.l.lock() as OpRecord<unknown> & Partial<Owned>;
      if (!isOp(op)) throw badArgument("Cond", "l.lock()", op, "an operation", "type");
      this.relock = op;
      if (op.tryFor === undefined ? op.tryNow() : op.tryFor(this.g)) op.state = USED;
      else {
        op.waiter = this;
        op.state = PARKED;
        op.park();
        return;
      }
    } catch (error) {
      if (this.state !== PARKED) throw error;
      // A locker of somebody's own: that is for who waits to hear, not for who signals.
      this.cannotLock(error);
      return;
    }
    this.over();
  }

  /** It is over without the lock. */
  private cannotLock(error: unknown): void {
    this.failure = null;
    this.fail(error);
  }

  wake(op: OpRecord<any>): void {
    const failed = op.state === FAILED;
    op.state = USED;
    if (failed) this.cannotLock(op.error);
    else this.over();
  }

  private over(): void {
    resume(this.cond.l, this.hold);
    if (this.failure !== null) this.fail(this.failure.error);
    else this.complete();
  }

  abort(error: unknown): boolean {
    if (this.relock !== null) return false;
    this.cond.remove(this);
    this.failure = { error };
    this.lockAgain();
    return true;
  }

  /** Leaves without the lock: the goroutine is ended, or a select took another case. */
  override unpark(): void {
    const { relock, cond } = this;
    if (relock === null) {
      cond.remove(this);
      return;
    }
    relock.state = USED;
    relock.unpark();
    if (this.failure === null) cond.signal();
  }

  override discard(): void {
    this.cond.l.unlock();
    this.cond.signal();
  }

  override discardFailure(): void {
    if (this.failure !== null) this.cond.l.unlock();
  }
}

/**
 * Go's `sync.Cond`.
 *
 * @example
 * ```ts
 * import { go } from "@gort/sched";
 * import { Cond, Mutex } from "@gort/sync";
 *
 * const mu = new Mutex();
 * const changed = new Cond(mu);
 * let ready = false;
 * const waiter = go(function* () {
 *   yield* mu.lock();
 *   while (!ready) yield* changed.wait();
 *   mu.unlock();
 *   return "saw it";
 * });
 * await mu.lock();
 * ready = true;
 * changed.broadcast();
 * mu.unlock();
 * await waiter.join(); // => "saw it"
 * ```
 */
export class Cond {
  /** The lock that protects what is waited for (Go: `L`). */
  readonly l: Locker;
  /** @internal */
  readonly queue: WaitQueue<CondOp> = new WaitQueue();
  private readonly checker: Cond;

  /**
   * @param l a `Mutex`, an `RWMutex`, an `rLocker()`, or any locker
   * @throws TypeError for anything else
   */
  constructor(l: Locker) {
    const locker = l as Partial<Locker> | null | undefined;
    if (typeof locker?.unlock !== "function" || typeof locker.lock !== "function")
      throw badArgument("Cond", "l", l, "a locker, such as a Mutex", "type");
    this.l = l;
    this.checker = this;
  }

  /**
   * Releases the lock, waits for a wake-up, and takes the lock again (Go: `Wait`). Check the condition in a loop.
   * Called off by `options` it fails, but with the lock held, so `try`/`finally` around it stays simple; a token of the lock that was
   * taken before the wait stands for it after either end. In a select it is better not a case: where another case is ready at once the
   * lock is not released and still held, and where one is chosen later it is not held; such a token says which by `held`. Two conditions
   * of one lock cannot be cases of one select, for each would release it. O(1).
   * @throws FatalError if the lock is not held: `sync: unlock of unlocked mutex`, or what else its `unlock` throws
   * @throws MisuseError `sync.Cond is copied`
   * @throws TypeError for options that are unknown or of a wrong type
   */
  wait(options?: WaitOptions): Op<void> {
    this.checkCopy();
    return withOptions(new CondOp(this), options, "Cond.wait");
  }

  /**
   * Wakes the longest waiting, if anybody waits (Go: `Signal`). O(1).
   * @throws MisuseError `sync.Cond is copied`
   */
  signal(): void {
    this.checkCopy();
    this.wakeOne();
  }

  /**
   * Wakes all who wait now (Go: `Broadcast`). O(waiters).
   * @throws MisuseError `sync.Cond is copied`
   */
  broadcast(): void {
    this.checkCopy();
    for (let n = this.queue.length; n > 0; n--) this.wakeOne();
  }

  /** What `JSON.stringify` shows: nothing of its insides, as Go. */
  toJSON(): object {
    return {};
  }

  /** What `console.log` shows on Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `sync.Cond (${this.queue.length} waiting)`;
  }

  /** @internal */
  add(op: CondOp): void {
    this.queue.push(op);
    (this.l as Counting).condWaits?.(1);
  }

  /** @internal */
  remove(op: CondOp): void {
    // A refused wait took itself off; a select does so again.
    if (op.queue !== this.queue) return;
    this.queue.remove(op);
    (this.l as Counting).condWaits?.(-1);
  }

  private wakeOne(): void {
    const op = this.queue.head;
    if (op === null) return;
    this.remove(op);
    op.lockAgain();
  }

  private checkCopy(): void {
    if (this.checker !== this) throw new MisuseError(texts.condCopied);
  }
}
