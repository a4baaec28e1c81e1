/**
 * The conformance suite of the `Scheduler` contract: what ops and users rely on, whatever the order of goroutines.
 *
 * Invariants: every case makes its own scheduler; no case depends on which runnable goroutine runs first, nor on how
 * long anything takes; a failure is an Error that says what was wanted. There is no test-runner in here: pass the
 * cases to whichever you use.
 */
import type { Scheduler } from "../api.ts";
import { goroutineCases } from "./goroutine-cases.ts";
import { programCases } from "./program-cases.ts";
import { timeCases } from "./time-cases.ts";

/** One check: `run` rejects if the scheduler that `make` makes does not conform. */
export interface SchedulerCase {
  /** What the case asks for, in words. */
  readonly name: string;
  /** Rejects with an Error that says what was wanted. */
  readonly run: (make: () => Scheduler) => Promise<void>;
}

/**
 * The conformance cases for a {@link Scheduler}: run each with a factory of yours, of schedulers whose wall clock says 2000 or later.
 *
 * @example
 * ```ts
 * import { createFifoScheduler } from "@gort/sched";
 * import { schedulerSuite } from "@gort/sched/testing";
 *
 * for (const c of schedulerSuite) await c.run(() => createFifoScheduler());
 * schedulerSuite.length > 20; // => true
 * ```
 */
export const schedulerSuite: readonly SchedulerCase[] = Object.entries({
  ...goroutineCases,
  ...timeCases,
  ...programCases,
}).map(([name, run]) => ({ name, run }));
