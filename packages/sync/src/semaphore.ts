/**
 * Semaphore: `golang.org/x/sync/semaphore`, weighted and strictly first come first served.
 *
 * Invariants
 *  1. 0 <= `held` <= `size`; `held` is the sum of the permits granted and not released.
 *  2. If somebody is queued, the request at the head does not fit. So a big request is never overtaken by a small
 *     one that would fit, and `tryAcquire` fails while anybody waits.
 *  3. A request above `size` is in no queue: it can never be granted, and blocks nobody but itself.
 *  4. A request that is called off frees its place at once, and those behind it get in if they fit.
 *  5. A spare op is used, never waited, and is handed out again, as in `mutex.ts`.
 */
import { Op, type OpRecord, type WaitReason } from "@gort/sched";
import { initOp, opMaker, overdue, preempt, WaitQueue, withOptions } from "@gort/sched/primitives";
import { badNumber } from "@gort/types";
import type { Body, Permit, PlainBody, Routine, WaitOptions } from "./api.ts";
import { checkBody, HoldingRoutine, type Held } from "./body.ts";
import { disposable } from "./dispose.ts";
import { checkedName, MisuseError, texts } from "./errors.ts";
import { FRESH, USED } from "./states.ts";

const SemaphorePermit: new (owner: Semaphore, weight: number) => Permit =
  /* @__PURE__ */ disposable(
    class SemaphorePermit {
      readonly weight: number;
      private owner: Semaphore | null;

      constructor(owner: Semaphore, weight: number) {
        this.owner = owner;
        this.weight = weight;
      }

      get held(): boolean {
        return this.owner !== null;
      }

      release(): void {
        const owner = this.owner;
        if (owner === null) return;
        this.owner = null;
        owner.release(this.weight);
      }

      end(): void {
        this.release();
      }
    },
  );

/** What `yield*` gets if the permits were free; it is read before anything else can happen. */
class PermitFree implements IteratorReturnResult<Permit> {
  readonly done = true;
  weight = 0;
  private readonly sem: Semaphore;

  constructor(sem: Semaphore) {
    this.sem = sem;
  }

  get value(): Permit {
    return new SemaphorePermit(this.sem, this.weight);
  }
}

/** Made by {@link MakeAcquire}. @internal */
export class AcquireOp extends Op<Permit> {
  declare weight: number;
  declare sem: Semaphore;

  override next(): IteratorResult<OpRecord<any>, Permit> {
    const { sem, weight } = this;
    if (this.state !== FRESH) return super.next();
    if (overdue()) return preempt;
    if (sem.take(weight)) {
      this.state = USED;
      sem.spare = this;
      const free = (sem.free ??= new PermitFree(sem));
      free.weight = weight;
      return free;
    }
    return super.next();
  }

  override get reason(): WaitReason {
    return "semaphore.Acquire";
  }

  override describe(): string {
    return `${this.sem.describe()}, asking for ${this.weight}`;
  }

  override tryNow(): boolean {
    if (!this.sem.take(this.weight)) return false;
    this.value = new SemaphorePermit(this.sem, this.weight);
    return true;
  }

  override park(): void {
    if (this.weight <= this.sem.size) this.sem.queue.push(this);
  }

  override unpark(): void {
    const { queue } = this.sem;
    const first = queue.head === this;
    queue.remove(this);
    if (first) this.sem.letIn();
  }

  override discard(): void {
    this.value.release();
  }

  grant(): void {
    this.complete(new SemaphorePermit(this.sem, this.weight));
  }
}

const MakeAcquire = /* @__PURE__ */ opMaker(AcquireOp, function (sem: Semaphore, weight: number) {
  initOp(this);
  this.sem = sem;
  this.weight = weight;
});

class HeldPermits implements Held {
  private readonly sem: Semaphore;
  private readonly n: number;

  constructor(sem: Semaphore, n: number) {
    this.sem = sem;
    this.n = n;
  }

  unlock(): void {
    this.sem.release(this.n);
  }

  isAwaited(): boolean {
    return this.sem.queue.head !== null;
  }
}

/**
 * A weighted semaphore (Go: `semaphore.Weighted`).
 *
 * @example
 * ```ts
 * import { Semaphore } from "@gort/sync";
 *
 * const sem = new Semaphore(10);
 * const permit = await sem.acquire(7);
 * sem.tryAcquire(4); // => false
 * sem.available; // => 3
 * permit.release();
 * sem.available; // => 10
 * ```
 */
export class Semaphore {
  /** How many permits there are. */
  readonly size: number;
  /** Shown in dumps and deadlock reports. */
  readonly name: string;
  /** @internal */
  held = 0;
  /** @internal */
  spare: AcquireOp | null = null;
  /** @internal */
  free: PermitFree | null = null;
  /** @internal */
  readonly queue: WaitQueue<AcquireOp> = new WaitQueue();

  /**
   * @param size how many permits there are, an integer from 0 to 2^53 - 1
   * @param name shown in dumps and deadlock reports
   * @throws RangeError for another number, TypeError for anything else
   */
  constructor(size: number, name = "") {
    if (!Number.isSafeInteger(size) || size < 0)
      throw badNumber("Semaphore", "size", size, "an integer from 0");
    this.size = size;
    this.name = checkedName("Semaphore", name);
  }

  /** Permits that are free now. O(1). */
  get available(): number {
    return this.size - this.held;
  }

  /** Requests that wait in the queue. O(1). */
  get waiting(): number {
    return this.queue.length;
  }

  /**
   * Waits for `n` permits (Go: `Acquire`). The result is for `using`, or release by {@link release}. O(1).
   * If a signal or context already ended, fails even if permits are free, and takes none.
   * More than `size` is no error, as in Go: `new Semaphore(2).acquire(3)` waits for ever, or until it is called off, and
   * blocks nobody but itself.
   * @param n an integer from 0 to 2^53 - 1, default 1
   * @throws RangeError for another number, TypeError for anything else and for options that are unknown or of a wrong type
   */
  acquire(n = 1, options?: WaitOptions): Op<Permit> {
    checkWeight("Semaphore.acquire", n);
    if (options !== undefined)
      return withOptions(new MakeAcquire(this, n), options, "Semaphore.acquire");
    const op = this.spare;
    if (op === null) return new MakeAcquire(this, n);
    this.spare = null;
    op.state = FRESH;
    op.weight = n;
    return op;
  }

  /**
   * Takes `n` permits if they are free and nobody waits (Go: `TryAcquire`). Never blocks. O(1).
   * @param n an integer from 0 to 2^53 - 1, default 1
   * @throws RangeError for another number, TypeError for anything else
   */
  tryAcquire(n = 1): boolean {
    checkWeight("Semaphore.tryAcquire", n);
    return this.take(n);
  }

  /**
   * Gives back `n` permits (Go: `Release`), and lets in those at the front that fit. O(let in).
   * @param n an integer from 0 to 2^53 - 1, default 1
   * @throws MisuseError `semaphore: released more than held`
   * @throws RangeError for another number, TypeError for anything else
   */
  release(n = 1): void {
    checkWeight("Semaphore.release", n);
    if (n > this.held) throw new MisuseError(texts.releasedTooMuch);
    this.held -= n;
    this.letIn();
  }

  /**
   * Runs `fn` with `n` permits and gives them back however it ends; see `Mutex.withLock`. Cost and errors are those of {@link acquire},
   * too.
   */
  withPermits<R>(n: number, fn: Body<R>, options?: WaitOptions): Routine<R>;
  /** Runs `fn` with `n` permits: of a plain function that gives a promise or not. */
  withPermits<T>(n: number, fn: PlainBody<T>, options?: WaitOptions): Routine<Awaited<T>>;
  withPermits(n: number, fn: Body<unknown>, options?: WaitOptions): Routine<unknown> {
    checkWeight("Semaphore.withPermits", n);
    checkBody("Semaphore.withPermits", "fn", fn);
    return new HoldingRoutine(this.acquire(n, options), new HeldPermits(this, n), fn);
  }

  /** What dumps and reports say of it, such as `semaphore "uploads" (3 of 10 held, 2 waiting)`. */
  describe(): string {
    const name = this.name === "" ? "" : ` ${JSON.stringify(this.name)}`;
    return `semaphore${name} (${this.held} of ${this.size} held, ${this.queue.length} waiting)`;
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
  take(n: number): boolean {
    if (this.size - this.held < n || this.queue.head !== null) return false;
    this.held += n;
    return true;
  }

  /** @internal */
  letIn(): void {
    const { queue } = this;
    for (let op = queue.head; op !== null && op.weight <= this.size - this.held; op = queue.head) {
      void queue.shift();
      this.held += op.weight;
      op.grant();
    }
  }
}

function checkWeight(where: string, n: number): void {
  if (!Number.isSafeInteger(n) || n < 0) throw badNumber(where, "n", n, "an integer from 0");
}
