/**
 * sleep, gosched: the two ways to give way.
 *
 * Invariants: `sleep(ms)` waits at least `ms`; 0 and less return at once without giving way, as in Go.
 * `gosched()` lets every goroutine that is runnable now go first.
 */
import type { Clock } from "./api.ts";
import { HeapClock } from "./clock.ts";
import { currentClock } from "./current.ts";
import { checkMs } from "./errors.ts";
import { DONE, FRESH, Op, USED } from "./op.ts";
import { TimerNode } from "./timer-heap.ts";
import type { WaitReason } from "./wait-reason.ts";

/** The heap's side of a sleep. */
class SleepNode extends TimerNode {
  readonly op: SleepOp;

  constructor(op: SleepOp) {
    super();
    this.op = op;
  }

  override fire(): void {
    this.op.complete(undefined);
  }
}

class SleepOp extends Op<void> {
  private readonly ms: number;
  private cancel: { cancel(): boolean } | null = null;
  private node: SleepNode | null = null;
  private clock: Clock | null = null;

  constructor(ms: number) {
    super();
    this.ms = ms;
  }

  get reason(): WaitReason {
    return "sleep";
  }

  override tryNow(): boolean {
    return this.ms <= 0;
  }

  override park(): void {
    const clock = (this.clock = currentClock());
    const when = clock.now() + this.ms;
    if (clock instanceof HeapClock) clock.add((this.node = new SleepNode(this)), when);
    else this.cancel = clock.schedule(when, () => this.complete(undefined));
  }

  override unpark(): void {
    if (this.node !== null) (this.clock as HeapClock).cancel(this.node);
    else this.cancel?.cancel();
  }

  override describe(): string {
    return `${this.ms} ms`;
  }
}

/**
 * Waits at least `ms` milliseconds. Go's `time.Sleep`: zero and negative return at once. O(log n) in the number of
 * pending timers. Infinity sleeps for ever. Throws a RangeError for NaN.
 *
 * @example
 * ```ts
 * import { now, sleep } from "@gort/sched";
 *
 * const start = now();
 * await sleep(5);
 * now() - start >= 5; // => true
 * ```
 */
export function sleep(ms: number): Op<void> {
  return new SleepOp(checkMs("sleep", "ms", ms));
}

/** What a bare `yield` looks like to the scheduler. */
const GIVE_WAY = Object.freeze({ done: false as const, value: undefined });

class GoschedOp extends Op<void> {
  get reason(): WaitReason {
    return "sleep";
  }

  override tryNow(): boolean {
    return true;
  }

  override park(): void {}
  override unpark(): void {}

  override next(): any {
    if (this.state === FRESH) {
      this.state = DONE;
      return GIVE_WAY;
    }
    if (this.state === DONE) {
      this.state = USED;
      this.done = true;
      return this;
    }
    return super.next();
  }
}

/**
 * Lets the other runnable goroutines run first. Go's `runtime.Gosched`. In a generator goroutine a bare `yield` is
 * the same and cheaper. O(1).
 *
 * @example
 * ```ts
 * import { createFifoScheduler, gosched } from "@gort/sched";
 *
 * const order: string[] = [];
 * const s = createFifoScheduler();
 * await s.run(function* () {
 *   s.go(function* () {
 *     order.push("other");
 *   });
 *   yield* gosched();
 *   order.push("main");
 * });
 * order.join(" "); // => "other main"
 * ```
 */
export function gosched(): Op<void> {
  return new GoschedOp();
}
