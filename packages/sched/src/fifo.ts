/**
 * The FIFO scheduler: one queue. The reference the others are compared with.
 *
 * Invariant: goroutines run in the order in which they became runnable.
 */
import { checkOptions } from "@gort/types";
import type { Scheduler, SchedulerOptions } from "./api.ts";
import { Core } from "./core.ts";
import type { G } from "./g.ts";
import { OPTIONS } from "./options.ts";
import { Ring } from "./ring.ts";

class FifoScheduler extends Core {
  readonly procs = 1;
  private readonly queue = new Ring();

  protected put(g: G): void {
    this.queue.push(g);
  }

  protected pick(): G | null {
    return this.queue.shift();
  }

  queued(): G[] {
    return this.queue.list();
  }

  protected clearQueues(): void {
    this.queue.clear();
  }
}

/**
 * A scheduler with one queue, first come first served: the simplest that can work, and the reference.
 * `go` and waking cost O(1).
 * @throws RangeError for an option out of range; TypeError for an option that is unknown or of a wrong type
 *
 * @example
 * ```ts
 * import { createFifoScheduler } from "@gort/sched";
 *
 * const s = createFifoScheduler();
 * const result = await s.run(function* () {
 *   const g = s.go(function* () {
 *     return 6 * 7;
 *   });
 *   return yield* g.join();
 * });
 * result; // => 42
 * ```
 */
export function createFifoScheduler(options: SchedulerOptions = {}): Scheduler {
  checkOptions("createFifoScheduler", options, `${OPTIONS} clock`);
  return new FifoScheduler(options, null, null, true);
}
