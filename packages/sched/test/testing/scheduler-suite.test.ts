/** Every scheduler of ours passes the published suite. */
import { describe, test } from "vitest";
import {
  createDeterministicScheduler,
  createFifoScheduler,
  createScheduler,
  type Scheduler,
} from "@gort/sched";
import { schedulerSuite } from "@gort/sched/testing";

const makers: Record<string, () => Scheduler> = {
  fifo: () => createFifoScheduler(),
  "gmp, one P": () => createScheduler(),
  "gmp, four Ps": () => createScheduler({ procs: 4 }),
  "gmp, a short slice": () => createScheduler({ slice: 0.01 }),
  "deterministic, seed 1": () => createDeterministicScheduler({ seed: 1 }),
  "deterministic, seed 2": () => createDeterministicScheduler({ seed: 2 }),
  deterministic: () => createDeterministicScheduler(),
};

for (const [name, make] of Object.entries(makers)) {
  describe(name, () => {
    for (const c of schedulerSuite) test(c.name, () => c.run(make));
  });
}
