/**
 * Once: Go's `sync.Once`.
 *
 * Invariants
 *  1. A body is started at most once, and the Once is done when that body ends, however it ends.
 *  2. Whoever calls `do` meanwhile waits for that end and then returns normally, also if it was a panic.
 *  3. A queue is non-empty only while the body runs.
 *  4. If the program ends in which the body runs, the Once is LOST: whoever waits and whoever comes then fails, for what the body
 *     was to do is not done and will not be. While others wait the goroutine of the body is watched for that.
 *  5. While an async function waits for the promise of the body, so do all others: they are not deadlocked.
 *
 * `do` inside its own body deadlocks, as in Go; the report says so.
 */
import {
  currentGoroutine,
  type Goroutine,
  type Op,
  type OpRecord,
  type Waiter,
  type WaitReason,
} from "@gort/sched";
import { OutsideOp, overdue, preempt, WaitQueue, withOptions } from "@gort/sched/primitives";
import type { Body, Routine, WaitOptions } from "./api.ts";
import { BaseRoutine, checkBody, finishAsync, finishSteps, isPromise } from "./body.ts";
import { PARKED, USED } from "./states.ts";

const NEW = 0;
const RUNNING = 1;
const OVER = 2;
const LOST = 3;

class OnceOp extends OutsideOp<void> {
  private readonly once: Once;

  constructor(once: Once) {
    super();
    this.once = once;
  }

  override get reason(): WaitReason {
    return "sync.Once.Do";
  }

  override describe(): string {
    const { runner } = this.once;
    const where = runner === null ? "" : ` in goroutine ${runner.id} (${runner.name})`;
    return `sync.Once whose function is still running${where}`;
  }

  override tryNow(): boolean {
    const { once } = this;
    if (once.state === LOST) throw once.error;
    return once.state === OVER;
  }

  override park(): void {
    this.once.queue.push(this);
    this.once.watch();
    if (this.once.outside) super.park();
  }

  override unpark(): void {
    super.unpark();
    this.once.queue.remove(this);
    if (this.once.queue.head === null) this.once.unwatch();
  }

  override isDurable(): boolean {
    return true;
  }
}

const FINISHED: IteratorReturnResult<void> = /* @__PURE__ */ Object.freeze({
  done: true,
  value: undefined,
});

/** What `do` gives once the Once is done: one for all, and its own iterator, so that nothing is allocated. */
class OverAlready implements Routine<void>, Iterator<never, void, any> {
  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<never, void> {
    return overdue() ? (preempt as IteratorYieldResult<never>) : FINISHED;
  }

  then<R1 = void, R2 = never>(
    onFulfilled?: ((value: void) => R1 | PromiseLike<R1>) | null,
    onRejected?: ((reason: any) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    // An op, which counts how long the host has been kept waiting.
    return new OnceOp(ENDED).then(onFulfilled, onRejected);
  }
}

const ENDED = { state: OVER } as Once;

const OVER_ALREADY: Routine<void> = /* @__PURE__ */ new OverAlready();

/** The wait for the end of somebody else's run; refuses options that cannot be. */
function waitFor(once: Once, options: WaitOptions | undefined): Op<void> {
  return withOptions(new OnceOp(once), options, "Once.do");
}

class DoRoutine extends BaseRoutine<void> {
  private readonly once: Once;
  private readonly fn: Body<unknown>;
  private readonly options: WaitOptions | undefined;

  constructor(once: Once, fn: Body<unknown>, options: WaitOptions | undefined) {
    super();
    this.once = once;
    this.fn = fn;
    this.options = options;
  }

  *[Symbol.iterator](): Generator<OpRecord<any> | undefined, void, any> {
    const { once } = this;
    if (once.state !== NEW) {
      yield* waitFor(once, this.options);
      return;
    }
    once.state = RUNNING;
    once.runner = currentGoroutine();
    try {
      yield* finishSteps(this.fn());
    } finally {
      once.finish();
    }
  }

  protected override async promise(): Promise<void> {
    const { once } = this;
    if (once.state !== NEW) {
      await waitFor(once, this.options).start();
      return;
    }
    once.state = RUNNING;
    try {
      const r: unknown = this.fn();
      once.outside = isPromise(r);
      const value: unknown = await finishAsync(r);
      if (once.outside) await finishAsync(value);
    } finally {
      once.finish();
    }
  }
}

/** Waits for the end of the goroutine in which a body runs, while others wait for that body. */
class Watch implements Waiter {
  readonly join: OpRecord<unknown>;
  private readonly once: Once;

  constructor(once: Once, join: OpRecord<unknown>) {
    this.once = once;
    this.join = join;
    join.waiter = this;
    join.state = PARKED;
  }

  wake(): void {
    this.once.lose(this.join.error);
  }
}

/**
 * Go's `sync.Once`.
 *
 * @example
 * ```ts
 * import { Once } from "@gort/sync";
 *
 * const once = new Once();
 * let n = 0;
 * await once.do(() => n++);
 * await once.do(() => n++);
 * n; // => 1
 * once.done; // => true
 * ```
 */
export class Once {
  /** @internal */
  state: number = NEW;
  /** @internal The goroutine of the body while it runs, null for an async function's. */
  runner: Goroutine | null = null;
  /** @internal Whether it is over when a promise is that an async function awaits. */
  outside = false;
  /** @internal Why a Once that is LOST is. */
  error: unknown = undefined;
  private watching: Watch | null = null;
  /** @internal */
  readonly queue: WaitQueue<OnceOp> = new WaitQueue();

  /** Whether the one run is over. O(1). */
  get done(): boolean {
    return this.state === OVER;
  }

  /**
   * Runs `fn` if no call did before, else waits until that run is over (Go: `Do`). Use the result by `yield*` or
   * `await`. If `fn` throws, the first call throws that, and the others return normally. If the program ends in which `fn` runs,
   * they fail, and so does every later call. O(1), and O(waiters) at its end.
   * @param fn a generator function, an async or a plain function
   * @param options call off the wait for somebody else's run, also if it is over by now; they do not reach `fn`
   * @throws TypeError if `fn` is no function or an async generator function, or for options that are unknown or of a wrong type
   */
  do(fn: Body<unknown>, options?: WaitOptions): Routine<void> {
    checkBody("Once.do", "fn", fn);
    if (options !== undefined) void waitFor(this, options);
    else if (this.state === OVER) return OVER_ALREADY;
    return new DoRoutine(this, fn, options);
  }

  /** What `JSON.stringify` shows: nothing of its insides, as Go. */
  toJSON(): object {
    return {};
  }

  /** What `console.log` shows on Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `sync.Once (${this.done ? "" : "not "}done)`;
  }

  /** @internal */
  finish(): void {
    this.unwatch();
    this.runner = null;
    this.state = OVER;
    for (let op; (op = this.queue.shift()) !== null;) op.complete();
  }

  /** @internal Hears of the end of the goroutine in which the body runs, which may be over already. */
  watch(): void {
    if (this.runner === null || this.watching !== null) return;
    const join = this.runner.join() as OpRecord<unknown>;
    try {
      if (join.tryNow()) return;
    } catch (error) {
      this.lose(error);
      return;
    }
    this.watching = new Watch(this, join);
    join.park();
  }

  /** @internal */
  unwatch(): void {
    const join = this.watching?.join;
    this.watching = null;
    if (join?.state !== PARKED) return;
    join.state = USED;
    join.unpark();
  }

  /** @internal The goroutine of the body ended, and the body did not. */
  lose(error: unknown): void {
    this.watching = null;
    this.state = LOST;
    this.runner = null;
    this.error = error;
    for (let op; (op = this.queue.shift()) !== null;) op.fail(error);
  }
}
