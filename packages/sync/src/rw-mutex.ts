/**
 * RWMutex: Go's `sync.RWMutex`, many readers or one writer, writers first.
 *
 * Invariants
 *  1. `writer` is HELD exactly while a writer owns it; then `readers` is 0.
 *  2. `writer` is PENDING while the writer at the front waits for the readers inside to leave; then `readers` > 0,
 *     and readers that come now queue (otherwise writers would starve).
 *  3. `writer` is NONE only if both queues are empty: nobody waits for what could be had.
 *  4. When a writer unlocks, all readers that queued meanwhile get in before the next writer, and that next
 *     writer is PENDING at once.
 *  5. A spare op is used, never waited, and is handed out again, as in `mutex.ts`.
 *
 * A second `rLock` by a goroutine that already reads deadlocks behind a waiting writer, as in Go.
 *
 * Difference to Go inside what Go promises: writers are served strictly first come first served, by handing over;
 * in Go they compete through an inner mutex. A woken writer is never overtaken here.
 */
import { currentGoroutine, type Goroutine, Op, type OpRecord, type WaitReason } from "@gort/sched";
import { overdue, preempt, WaitQueue, withOptions } from "@gort/sched/primitives";
import type { Body, Locker, LockToken, PlainBody, Routine, WaitOptions } from "./api.ts";
import { checkBody, HoldingRoutine } from "./body.ts";
import { fatal, texts } from "./errors.ts";
import { describeLock } from "./mutex.ts";
import { ReadLocker } from "./read-locker.ts";
import { FRESH, USED } from "./states.ts";
import { ExclusiveToken, SharedFree, SharedToken, TakenFree } from "./token.ts";

/** @internal */
export const NONE = 0;
/** @internal */
export const PENDING = 1;
/** @internal */
export const HELD = 2;

/** @internal */
export class WriteOp extends Op<LockToken> {
  g: Goroutine | null = null;
  private readonly rw: RWMutex;

  constructor(rw: RWMutex) {
    super();
    this.rw = rw;
  }

  override get reason(): WaitReason {
    return "sync.RWMutex.Lock";
  }

  override describe(): string {
    return this.rw.describe();
  }

  override next(): IteratorResult<OpRecord<any>, LockToken> {
    const rw = this.rw;
    if (this.state !== FRESH) return super.next();
    if (overdue()) return preempt;
    if (rw.tryLock()) {
      this.state = USED;
      rw.spareWrite = this;
      return (rw.free ??= new TakenFree(rw));
    }
    return super.next();
  }

  override tryNow(): boolean {
    return this.tryFor(currentGoroutine());
  }

  tryFor(g: Goroutine | null): boolean {
    const rw = this.rw;
    this.g = g;
    if (rw.writer !== NONE || rw.readers > 0) return false;
    this.value = rw.take(g);
    return true;
  }

  override park(): void {
    const rw = this.rw;
    if (rw.writer === NONE) {
      // Free: another case of the same select unlocked it, to wait for a condition.
      if (rw.readers === 0) {
        this.complete(rw.take(this.g));
        return;
      }
      rw.writer = PENDING;
      rw.pending = this;
    } else {
      rw.writers.push(this);
    }
  }

  override unpark(): void {
    const rw = this.rw;
    if (rw.pending === this) {
      rw.pending = null;
      rw.next();
    } else {
      rw.writers.remove(this);
    }
  }

  override discard(): void {
    this.value.unlock();
  }
}

/** @internal */
export class ReadOp extends Op<LockToken> {
  private readonly rw: RWMutex;

  constructor(rw: RWMutex) {
    super();
    this.rw = rw;
  }

  override get reason(): WaitReason {
    return "sync.RWMutex.RLock";
  }

  override describe(): string {
    return this.rw.describe();
  }

  override next(): IteratorResult<OpRecord<any>, LockToken> {
    const rw = this.rw;
    if (this.state !== FRESH) return super.next();
    if (overdue()) return preempt;
    if (rw.tryRLock()) {
      this.state = USED;
      rw.spareRead = this;
      return (rw.readFree ??= new SharedFree(rw));
    }
    return super.next();
  }

  override tryNow(): boolean {
    const rw = this.rw;
    if (rw.writer !== NONE) return false;
    rw.readers++;
    this.value = rw.readToken();
    return true;
  }

  override park(): void {
    const rw = this.rw;
    if (rw.writer === NONE) {
      rw.readers++;
      this.complete(rw.readToken());
    } else rw.waitingReaders.push(this);
  }

  override unpark(): void {
    this.rw.waitingReaders.remove(this);
  }

  override discard(): void {
    this.value.unlock();
  }
}

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
  releases = 0;
  /** @internal */
  holder: Goroutine | null = null;
  /** @internal Those who wait for a condition of it. */
  conds = 0;
  /** @internal */
  spareWrite: WriteOp | null = null;
  /** @internal */
  spareRead: ReadOp | null = null;
  /** @internal */
  free: TakenFree | null = null;
  /** @internal */
  readFree: SharedFree | null = null;
  /** @internal */
  readonly writers: WaitQueue<WriteOp> = new WaitQueue();
  /** @internal */
  readonly waitingReaders: WaitQueue<ReadOp> = new WaitQueue();

  /** @param name shown in dumps and deadlock reports */
  constructor(name = "") {
    this.name = name;
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
    this.next();
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
   * A locker whose `lock` and `unlock` are `rLock` and `rUnlock` (Go: `RLocker`). O(1).
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
    return new ReadLocker(this);
  }

  /** Runs `fn` holding it alone, and unlocks however it ends; see `Mutex.withLock`. Cost and errors are those, too. */
  withLock<R>(fn: Body<R>, options?: WaitOptions): Routine<R>;
  /** For a plain function that gives a promise or not. */
  withLock<T>(fn: PlainBody<T>, options?: WaitOptions): Routine<Awaited<T>>;
  withLock(fn: Body<unknown>, options?: WaitOptions): Routine<unknown> {
    checkBody("RWMutex.withLock", "fn", fn);
    return new HoldingRoutine(this.lock(options), this, fn);
  }

  /** Runs `fn` holding it for reading, and unlocks however it ends; see `Mutex.withLock`. Cost and errors are those, too. */
  withRLock<R>(fn: Body<R>, options?: WaitOptions): Routine<R>;
  /** For a plain function that gives a promise or not. */
  withRLock<T>(fn: PlainBody<T>, options?: WaitOptions): Routine<Awaited<T>>;
  withRLock(fn: Body<unknown>, options?: WaitOptions): Routine<unknown> {
    checkBody("RWMutex.withRLock", "fn", fn);
    return new HoldingRoutine(this.rLock(options), new ReadLocker(this), fn);
  }

  /** Such as `sync.RWMutex "cache" read by 3, 1 waiting`. */
  describe(): string {
    const waiting =
      this.writers.length + this.waitingReaders.length + (this.pending === null ? 0 : 1);
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
      this.writers.head !== null ||
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

  /**
   * The writer at the front is gone: readers that queued get in, then the next writer's turn comes.
   *
   * One who gets in may make others leave before this is over (a select takes its other cases off their queues, or
   * gives back what came too late). So nothing is counted in advance, and whoever lets readers in counts as one himself
   * meanwhile: nobody inside is then the last one.
   * @internal
   */
  next(): void {
    const op = this.writers.shift();
    this.writer = op === null ? NONE : PENDING;
    this.pending = op;
    this.readers++;
    for (let r; (r = this.waitingReaders.shift()) !== null;) {
      this.readers++;
      r.complete(this.readToken());
    }
    this.rUnlock();
  }
}
