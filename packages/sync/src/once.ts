/**
 * Once: Go's `sync.Once`.
 *
 * Invariants
 *  1. A body is started at most once, and the Once is done when that body ends, however it ends.
 *  2. Whoever calls `do` meanwhile waits for that end and then returns normally, also if it was a panic.
 *  3. A queue is non-empty only while the body runs.
 *
 * `do` inside its own body deadlocks, as in Go; the report says so.
 */
import { Op, WaitQueue, type WaitReason, withOptions } from "@gort/sched";
import { checkFunction } from "@gort/types";
import type { Body, Routine, WaitOptions } from "./api.ts";
import { BaseRoutine, callAsync, finishSteps } from "./body.ts";

const NEW = 0;
const RUNNING = 1;
const OVER = 2;

class OnceOp extends Op<void> {
  private readonly once: Once;

  constructor(once: Once) {
    super();
    this.once = once;
  }

  override get reason(): WaitReason {
    return "sync.Once.Do";
  }

  override describe(): string {
    return "sync.Once whose function is still running";
  }

  override tryNow(): boolean {
    return this.once.state === OVER;
  }

  override park(): void {
    this.once.queue.push(this);
  }

  override unpark(): void {
    this.once.queue.remove(this);
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

  next(): IteratorReturnResult<void> {
    return FINISHED;
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

  *[Symbol.iterator](): Generator<Op<any> | undefined, void, any> {
    const { once } = this;
    if (once.state !== NEW) {
      yield* waitFor(once, this.options);
      return;
    }
    once.state = RUNNING;
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
      await callAsync(this.fn);
    } finally {
      once.finish();
    }
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
  /** @internal */
  readonly queue: WaitQueue<OnceOp> = new WaitQueue();

  /** Whether the one run is over. O(1). */
  get done(): boolean {
    return this.state === OVER;
  }

  /**
   * Runs `fn` if no call did before, else waits until that run is over (Go: `Do`). Use the result by `yield*` or
   * `await`. If `fn` throws, the first call throws that, and the others return normally.
   * @param fn a generator function, an async or a plain function
   * @param options call off the wait for somebody else's run, also if it is over by now; they do not reach `fn`
   * @throws TypeError for options that are unknown or of a wrong type
   */
  do(fn: Body<unknown>, options?: WaitOptions): Routine<void> {
    checkFunction("Once.do", "fn", fn);
    if (options !== undefined) void waitFor(this, options);
    else if (this.state === OVER) return OVER_ALREADY;
    return new DoRoutine(this, fn, options);
  }

  /** @internal */
  finish(): void {
    this.state = OVER;
    for (let op; (op = this.queue.shift()) !== null;) op.complete();
  }
}
