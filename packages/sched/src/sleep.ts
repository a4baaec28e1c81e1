/**
 * sleep, gosched: the two ways to give way.
 *
 * Invariants
 *  1. `sleep(ms)` waits at least `ms`; 0 and less return at once without giving way, as in Go.
 *  2. It goes by the clock of the goroutine that called it, known from the call on: `await` uses an op in a later job,
 *     in which nobody knows the goroutine any more. Called outside goroutines, by the clock that is current when it is used.
 *  3. `gosched()` lets every goroutine that is runnable now go first.
 */
import { ambient } from "./ambient.ts";
import { Alarm, type Ringer } from "./alarm.ts";
import type { Clock } from "./api.ts";
import { type WaitOptions, withOptions } from "./call-off.ts";
import { HeapClock } from "./clock.ts";
import { currentClock } from "./current.ts";
import { checkMs } from "./errors.ts";
import { Op } from "./op.ts";
import { DONE, FRESH, USED } from "./op-state.ts";
import { PollOp } from "./poll.ts";
import type { TimerItem } from "./timer-heap.ts";
import type { WaitReason } from "./wait-reason.ts";

class SleepOp extends Op<void> implements Ringer, TimerItem {
  // Itself the item in the heap of our clocks, so that a sleeper costs one object.
  index = -1;
  private readonly ms: number;
  /** The clock it goes by, if that is known already; once parked the alarm on it, unless it is one of ours. */
  private on: Clock | Alarm | null;

  constructor(ms: number) {
    super();
    this.ms = ms;
    const { sched } = ambient;
    this.on = sched === null ? null : sched.clock;
  }

  get reason(): WaitReason {
    return "sleep";
  }

  override tryNow(): boolean {
    return this.ms <= 0;
  }

  override park(): void {
    const clock = (this.on as Clock | null) ?? currentClock();
    const when = clock.now() + this.ms;
    if (clock instanceof HeapClock) {
      this.on = clock;
      clock.add(this, when);
    } else {
      const alarm = new Alarm(clock, this);
      this.on = alarm;
      alarm.set(when);
    }
  }

  override unpark(): void {
    const { on } = this;
    if (on instanceof HeapClock) on.cancel(this);
    else (on as Alarm).clear();
  }

  fire(): void {
    this.complete(undefined);
  }

  ring(): void {
    this.complete(undefined);
  }

  override describe(): string {
    return `${this.ms} ms`;
  }
}

/**
 * Waits at least `ms` milliseconds while everything else goes on; it does nothing until it is used by `await` or `yield*`, and in a
 * select it is a timeout. Go's `time.Sleep`: zero and negative return at once. O(log n) in the number of
 * pending timers. Infinity sleeps for ever. With `{ signal }` or `{ ctx }` it can be called off: it then fails with the
 * signal's reason or the context's error.
 *
 * @throws RangeError for NaN; TypeError for what is no number
 * @throws TypeError for options that are unknown or of a wrong type
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
export function sleep(ms: number, options?: WaitOptions): Op<void> {
  const op = new SleepOp(checkMs("sleep", "ms", ms));
  return options === undefined ? op : withOptions(op, options, "sleep");
}

/** What a bare `yield` looks like to the scheduler. */
const GIVE_WAY = /* @__PURE__ */ Object.freeze({ done: false as const, value: undefined });

const settled = Promise.resolve();

/**
 * Gives way: in `yield*` as a bare `yield` does, and `how` tells a tracer why; used otherwise, by waiting for a job of its own.
 */
export class GoschedOp extends PollOp<void> {
  private readonly how: typeof GIVE_WAY;

  constructor(how = GIVE_WAY) {
    super(settled);
    this.how = how;
  }

  override get reason(): WaitReason {
    return "sleep";
  }

  override next(): any {
    if (this.state === FRESH) {
      this.state = DONE;
      return this.how;
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
