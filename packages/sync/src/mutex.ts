/**
 * Mutex: Go's `sync.Mutex`, normal and starvation mode.
 *
 * Normal mode: waiters queue first come first served, but a woken waiter does not own the mutex; it competes with
 * whoever runs, and usually loses against a goroutine that unlocks and locks again at once. That is what makes a
 * contended mutex fast. A waiter that loses goes back to the head of the queue; one that waited more than 1 ms
 * and loses switches the mutex to starvation mode: `unlock` hands the mutex to the waiter at the head, newcomers queue
 * at the tail and cannot `tryLock`. The mode ends with a waiter that is the last or waited less than 1 ms.
 *
 * Invariants
 *  1. `starving` implies `locked` and a waiter in the queue.
 *  2. If it is unlocked and somebody is queued, then some waiter is woken and will compete.
 *  3. At most one waiter is woken (`woken`); it is in state WOKEN and in no queue.
 *  4. `holder` is null while unlocked; `releases` counts the unlocks, so a token of an earlier lock knows it is stale.
 *  5. `spare`, if any, is a used op that never waited and that nobody but careless code knows.
 *
 * An uncontended `yield* mu.lock()` allocates no op: the next `lock` hands the same out again. Using an op twice is
 * found as long as no other `lock` came in between. An op that waited, or was a case of a select, is not used again:
 * whoever completed it may still have to give back what it stands for.
 *
 * Two waiters cannot compete: a case of a select, which must be told the outcome, and anything that is neither
 * `yield*` nor `await`. They are handed the mutex as in starvation mode. In starvation mode Go's Unlock also
 * yields to the new owner; a JavaScript function cannot, so the owner runs when the unlocker next waits.
 *
 * Why not hand over always, as JS peers do: each lock would then wait for a switch to its owner (a lock convoy).
 * Ownership by goroutine is not checked, as in Go: any goroutine may unlock.
 */
import {
  currentGoroutine,
  type Goroutine,
  now,
  type Op,
  type OpRecord,
  type WaitReason,
} from "@gort/sched";
import {
  CompetingOp,
  initOp,
  opMaker,
  overdue,
  preempt,
  WaitQueue,
  withOptions,
} from "@gort/sched/primitives";
import type { Body, Locker, LockToken, PlainBody, Routine, WaitOptions } from "./api.ts";
import { checkBody, HoldingRoutine } from "./body.ts";
import { giveUp, handOver, lose, wakeOne } from "./contest.ts";
import { checkedName, fatal, texts } from "./errors.ts";
import { FRESH, PARKED, USED } from "./states.ts";
import { ExclusiveToken, type Resumed, TakenFree } from "./token.ts";

/** Made by {@link MakeLock}. @internal */
export class LockOp extends CompetingOp<LockToken> {
  declare waitStart: number;
  declare g: Goroutine | null;
  declare mutex: Mutex;

  override get reason(): WaitReason {
    return "sync.Mutex.Lock";
  }

  override describe(): string {
    return this.mutex.describe();
  }

  override next(): IteratorResult<OpRecord<any>, LockToken> {
    const m = this.mutex;
    if (this.state === FRESH && m.locked === false) {
      if (overdue()) return preempt;
      m.locked = true;
      m.holder = currentGoroutine();
      this.state = USED;
      m.spare = this;
      return (m.free ??= new TakenFree(m));
    }
    return super.next();
  }

  override tryNow(): boolean {
    return this.tryFor(currentGoroutine());
  }

  tryFor(g: Goroutine | null): boolean {
    const m = this.mutex;
    this.g = g;
    if (m.locked) return false;
    this.value = m.take(g);
    return true;
  }

  override park(): void {
    const m = this.mutex;
    if (m.locked === false) {
      // Another case of the same select unlocked it, to wait for a condition.
      m.hand(this);
      return;
    }
    this.waitStart = now();
    m.queue.push(this);
  }

  override retry(): boolean {
    const m = this.mutex;
    m.woken = null;
    if (!m.locked) {
      this.value = m.take(this.g);
      return true;
    }
    lose(m, this);
    this.state = PARKED;
    return false;
  }

  override unpark(): void {
    giveUp(this.mutex, this, !this.mutex.locked);
  }

  override discard(): void {
    this.value.unlock();
  }
}

const MakeLock = /* @__PURE__ */ opMaker(LockOp, function (mutex: Mutex) {
  initOp(this);
  this.competes = false;
  this.waitStart = 0;
  this.g = null;
  this.mutex = mutex;
});

/**
 * Go's `sync.Mutex`.
 *
 * @example
 * ```ts
 * import { Mutex } from "@gort/sync";
 *
 * const mu = new Mutex("accounts");
 * await mu.lock();
 * mu.tryLock(); // => false
 * mu.unlock();
 *
 * const total = await mu.withLock(async () => 40 + 2);
 * total; // => 42
 * ```
 */
export class Mutex implements Locker {
  /** Shown in dumps and deadlock reports. */
  readonly name: string;
  /** @internal */
  locked = false;
  /** @internal */
  starving = false;
  /** @internal */
  woken: LockOp | null = null;
  /** @internal */
  releases = 0;
  /** @internal */
  holder: Goroutine | null = null;
  /** @internal Those who wait for a condition of it. */
  conds = 0;
  /** @internal */
  resumed: Resumed | null = null;
  /** @internal */
  spare: LockOp | null = null;
  /** @internal */
  free: TakenFree | null = null;
  /** @internal */
  readonly queue: WaitQueue<LockOp> = new WaitQueue();

  /**
   * @param name shown in dumps and deadlock reports
   * @throws TypeError for a name that is no string
   */
  constructor(name = "") {
    this.name = checkedName("Mutex", name);
  }

  /**
   * Waits until nobody else holds the mutex, then holds it until {@link unlock} (Go: `Lock`). The result is a token for `using`, which
   * can be ignored. It does nothing until it is used by `await` or `yield*`. O(1). Fails with the reason of the signal or the error of
   * the context in `options`.
   * @throws TypeError for options that are unknown or of a wrong type
   *
   * @example
   * ```ts
   * import { Mutex } from "@gort/sync";
   *
   * const mu = new Mutex();
   * const token = await mu.lock({ signal: AbortSignal.timeout(1000) });
   * token.unlock();
   * token.unlock(); // once is enough, twice does no harm
   * mu.tryLock(); // => true
   * ```
   */
  lock(options?: WaitOptions): Op<LockToken> {
    if (options !== undefined) return withOptions(new MakeLock(this), options, "Mutex.lock");
    const op = this.spare;
    if (op === null) return new MakeLock(this);
    this.spare = null;
    op.state = FRESH;
    return op;
  }

  /** Locks if that is possible at once (Go: `TryLock`): not locked, not starving. Never blocks. O(1). */
  tryLock(): boolean {
    if (this.locked) return false;
    this.locked = true;
    this.holder = currentGoroutine();
    return true;
  }

  /**
   * Unlocks (Go: `Unlock`); any goroutine may. O(1).
   * @throws FatalError `sync: unlock of unlocked mutex`
   */
  unlock(): void {
    // Compared, because V8 asks a field that is merely tested whether it is "", 0 or document.all.
    if (this.locked === false) throw fatal(texts.unlockOfUnlockedMutex);
    this.releases = (this.releases + 1) | 0;
    this.holder = null;
    if (this.queue.head === null) this.locked = false;
    else this.passOn();
  }

  /**
   * Runs `fn` with the mutex held and unlocks however it ends. `fn` is a generator function, an async or a plain
   * one; use the result by `yield*` or `await`. A program that ends runs no unlock: what its goroutines hold then stays held.
   * O(1), and as {@link unlock}.
   * @throws TypeError if `fn` is no function or an async generator function, or for options that are unknown or of a wrong type
   *
   * @example
   * ```ts
   * import { go } from "@gort/sched";
   * import { Mutex } from "@gort/sync";
   *
   * const mu = new Mutex();
   * let n = 0;
   * const g = go(function* () {
   *   return yield* mu.withLock(function* () {
   *     n++;
   *     return n;
   *   });
   * });
   * await g.join(); // => 1
   * ```
   */
  withLock<R>(fn: Body<R>, options?: WaitOptions): Routine<R>;
  /** Runs `fn` with the mutex held: of a plain function that gives a promise or not. */
  withLock<T>(fn: PlainBody<T>, options?: WaitOptions): Routine<Awaited<T>>;
  withLock(fn: Body<unknown>, options?: WaitOptions): Routine<unknown> {
    checkBody("Mutex.withLock", "fn", fn);
    return new HoldingRoutine(this.lock(options), this, fn);
  }

  /** What dumps and reports say of it, such as `sync.Mutex "accounts" held by goroutine 7 (worker), 2 waiting`. */
  describe(): string {
    return describeLock("sync.Mutex", this.name, this.locked, this.holder, this.queue.length);
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
    return this.queue.head !== null || this.conds > 0;
  }

  /** @internal */
  take(g: Goroutine | null): LockToken {
    this.locked = true;
    this.holder = g;
    return new ExclusiveToken(this);
  }

  /** Unlocks although somebody is queued. */
  private passOn(): void {
    if (this.starving) {
      handOver(this);
      return;
    }
    this.locked = false;
    if (this.woken === null) wakeOne(this);
  }

  /** @internal */
  hand(op: LockOp): void {
    op.complete(this.take(op.g));
  }
}

/** @internal */
export function describeLock(
  kind: string,
  name: string,
  held: boolean,
  holder: Goroutine | null,
  waiting: number,
): string {
  let text = name === "" ? kind : `${kind} ${JSON.stringify(name)}`;
  if (held) {
    if (holder === null) text += " held outside of any goroutine";
    else text += ` held by goroutine ${holder.id}${holder.name === "" ? "" : ` (${holder.name})`}`;
  }
  if (waiting > 0) text += `, ${waiting} waiting`;
  return text;
}
