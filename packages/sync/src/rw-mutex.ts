/**
 * RWMutex: Go's `sync.RWMutex`, many readers or one writer, writers first.
 *
 * Writers take turns as the lockers of a `Mutex` do, with its two modes (`mutex.ts`): one that is woken competes with whoever runs,
 * and one that has waited too long is handed the turn. Whoever has the turn waits for the readers inside to leave.
 *
 * Invariants
 *  1. `writer` is HELD exactly while a writer owns it; then `readers` is 0.
 *  2. `writer` is PENDING while a writer that has the turn waits for the readers inside to leave; then `readers` > 0,
 *     and readers that come now queue (otherwise writers would starve).
 *  3. If `writer` is NONE no reader is queued, and if a writer is, then some writer is woken and will compete.
 *  4. When a writer unlocks, all readers that queued meanwhile get in before the next writer has the turn.
 *  5. A spare op is used, never waited, and is handed out again, as in `mutex.ts`.
 *  6. At most one writer is woken; it is in state WOKEN and in no queue. `starving` implies that a writer has the turn and another
 *     is queued.
 *
 * A second `rLock` by a goroutine that already reads deadlocks behind a waiting writer, as in Go.
 */
import { currentGoroutine, type Goroutine, type Op } from "@gort/sched";
import { WaitQueue, withOptions } from "@gort/sched/primitives";
import type { Body, Locker, LockToken, PlainBody, Routine, WaitOptions } from "./api.ts";
import { checkBody, HoldingRoutine } from "./body.ts";
import { handOver, wakeOne } from "./contest.ts";
import { checkedName, fatal, texts } from "./errors.ts";
import { describeLock } from "./mutex.ts";
import { ReadLocker } from "./read-locker.ts";
import { HELD, NONE, PENDING, ReadOp, WriteOp } from "./rw-ops.ts";
import { FRESH } from "./states.ts";
import {
  ExclusiveToken,
  type Resumed,
  type SharedFree,
  SharedToken,
  type TakenFree,
} from "./token.ts";

/**
 * Go's `sync.RWMutex`.
 *
 * @example
 * ```ts
 * import { RWMutex } from "@gort/sync";
 *
 * const rw = new RWMutex();
 * await rw.rLock();
 * rw.tryRLock(); // => true
 * rw.tryLock(); // => false
 * rw.rUnlock();
 * rw.rUnlock();
 * rw.tryLock(); // => true
 * rw.tryRLock(); // => false
 * ```
 */
export class RWMutex implements Locker {
  /** Shown in dumps and deadlock reports. */
  readonly name: string;
  /** @internal */
  readers = 0;
  /** @internal */
  writer: number = NONE;
  /** @internal */
  pending: WriteOp | null = null;
  /** @internal */
  woken: WriteOp | null = null;
  /** @internal */
  starving = false;
  /** @internal */
  releases = 0;
  /** @internal */
  holder: Goroutine | null = null;
  /** @internal Those who wait for a condition of it. */
  conds = 0;
  /** @internal */
  resumed: Resumed | null = null;
  /** @internal */
  spareWrite: WriteOp | null = null;
  /** @internal */
  spareRead: ReadOp | null = null;
  /** @internal */
  free: TakenFree | null = null;
  /** @internal */
  readFree: SharedFree | null = null;
  /** @internal */
  reading: ReadLocker | null = null;
  /** @internal Writers who wait for their turn. */
  readonly queue: WaitQueue<WriteOp> = new WaitQueue();
  /** @internal */
  readonly waitingReaders: WaitQueue<ReadOp> = new WaitQueue();

  /**
   * @param name shown in dumps and deadlock reports
   * @throws TypeError for a name that is no string
   */
  constructor(name = "") {
    this.name = checkedName("RWMutex", name);
  }

  /**
   * Waits until nobody reads or writes, then holds it alone (Go: `Lock`). The result is a token for `using`.
   * O(1).
   * @throws TypeError for options that are unknown or of a wrong type
   */
  lock(options?: WaitOptions): Op<LockToken> {
    if (options !== undefined) return withOptions(new WriteOp(this), options, "RWMutex.lock");
    const op = this.spareWrite;
    if (op === null) return new WriteOp(this);
    this.spareWrite = null;
    op.state = FRESH;
    return op;
  }

  /** Locks for writing if nobody holds it (Go: `TryLock`). Never blocks. O(1). */
  tryLock(): boolean {
    if (this.writer !== NONE || this.readers > 0) return false;
    this.writer = HELD;
    this.holder = currentGoroutine();
    return true;
  }

  /**
   * Ends writing (Go: `Unlock`). O(readers let in).
   * @throws FatalError `sync: Unlock of unlocked RWMutex`
   */
  unlock(): void {
    if (this.writer !== HELD) throw fatal(texts.unlockOfUnlockedRWMutex);
    this.releases = (this.releases + 1) | 0;
    this.holder = null;
    if (this.queue.head === null && this.waitingReaders.head === null) this.writer = NONE;
    else this.next();
  }

  /**
   * Waits while somebody writes or waits to write, then reads beside others (Go: `RLock`). O(1).
   * @throws TypeError for options that are unknown or of a wrong type
   */
  rLock(options?: WaitOptions): Op<LockToken> {
    if (options !== undefined) return withOptions(new ReadOp(this), options, "RWMutex.rLock");
    const op = this.spareRead;
    if (op === null) return new ReadOp(this);
    this.spareRead = null;
    op.state = FRESH;
    return op;
  }

  /** Locks for reading if nobody writes or waits to write (Go: `TryRLock`). Never blocks. O(1). */
  tryRLock(): boolean {
    if (this.writer !== NONE) return false;
    this.readers++;
    return true;
  }

  /**
   * Ends one reading (Go: `RUnlock`). O(1).
   * @throws FatalError `sync: RUnlock of unlocked RWMutex`
   */
  rUnlock(): void {
    if (this.readers === 0) throw fatal(texts.rUnlockOfUnlockedRWMutex);
    if (--this.readers === 0 && this.writer === PENDING) {
      const op = this.pending!;
      this.pending = null;
      op.complete(this.take(op.g));
    }
  }

  /**
   * The locker whose `lock` and `unlock` are `rLock` and `rUnlock` (Go: `RLocker`); the same each time. O(1).
   *
   * @example
   * ```ts
   * import { RWMutex } from "@gort/sync";
   *
   * const rw = new RWMutex();
   * const reading = rw.rLocker();
   * await reading.lock();
   * await reading.lock();
   * rw.tryLock(); // => false
   * ```
   */
  rLocker(): Locker {
    return (this.reading ??= new ReadLocker(this));
  }

  /** Runs `fn` holding it alone, and unlocks however it ends; see `Mutex.withLock`. Cost and errors are those, too. */
  withLock<R>(fn: Body<R>, options?: WaitOptions): Routine<R>;
  /** Runs `fn` holding it alone: of a plain function that gives a promise or not. */
  withLock<T>(fn: PlainBody<T>, options?: WaitOptions): Routine<Awaited<T>>;
  withLock(fn: Body<unknown>, options?: WaitOptions): Routine<unknown> {
    checkBody("RWMutex.withLock", "fn", fn);
    return new HoldingRoutine(this.lock(options), this, fn);
  }

  /** Runs `fn` holding it for reading, and unlocks however it ends; see `Mutex.withLock`. Cost and errors are those, too. */
  withRLock<R>(fn: Body<R>, options?: WaitOptions): Routine<R>;
  /** Runs `fn` holding it for reading: of a plain function that gives a promise or not. */
  withRLock<T>(fn: PlainBody<T>, options?: WaitOptions): Routine<Awaited<T>>;
  withRLock(fn: Body<unknown>, options?: WaitOptions): Routine<unknown> {
    checkBody("RWMutex.withRLock", "fn", fn);
    return new HoldingRoutine(this.rLock(options), (this.reading ??= new ReadLocker(this)), fn);
  }

  /** What dumps and reports say of it, such as `sync.RWMutex "cache" read by 3, 1 waiting`. */
  describe(): string {
    const waiting =
      this.queue.length + this.waitingReaders.length + (this.pending === null ? 0 : 1);
    const held = this.writer === HELD;
    const text = describeLock("sync.RWMutex", this.name, held, this.holder, 0);
    const readers = this.readers > 0 ? ` read by ${this.readers}` : "";
    return `${text}${readers}${waiting > 0 ? `, ${waiting} waiting` : ""}`;
  }

  /** What `JSON.stringify` shows: nothing of its insides, as Go. */
  toJSON(): object {
    return {};
  }

  /** What `console.log` shows on Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.describe();
  }

  /** @internal */
  condWaits(delta: 1 | -1): void {
    this.conds += delta;
  }

  /** @internal */
  isAwaited(): boolean {
    return (
      this.pending !== null ||
      this.queue.head !== null ||
      this.waitingReaders.head !== null ||
      this.conds > 0
    );
  }

  /** @internal */
  take(g: Goroutine | null): LockToken {
    this.writer = HELD;
    this.holder = g;
    return new ExclusiveToken(this);
  }

  /** @internal */
  readToken(): LockToken {
    return new SharedToken(this);
  }

  /** Gives the turn to a writer. @internal */
  hand(op: WriteOp): void {
    if (this.readers === 0) op.complete(this.take(op.g));
    else this.wait(op);
  }

  /** One that has the turn waits for the readers inside. @internal */
  wait(op: WriteOp): void {
    this.writer = PENDING;
    this.pending = op;
  }

  /**
   * The writer that had the turn is gone: readers that queued get in, then the turn is the next writer's.
   *
   * One who gets in may make others leave before this is over (a select takes its other cases off their queues, or
   * gives back what came too late). So nothing is counted in advance, and the turn is nobody's but not free meanwhile.
   * @internal
   */
  next(): void {
    this.writer = PENDING;
    this.readers++;
    for (let r; (r = this.waitingReaders.shift()) !== null;) {
      this.readers++;
      r.complete(this.readToken());
    }
    this.readers--;
    this.writer = NONE;
    if (this.starving) handOver(this);
    else if (this.woken === null) wakeOne(this);
  }
}
