/** Every scheduler of ours passes the published suite. */
import { describe, test } from "vitest";
import {
  createDeterministicScheduler,
  createFifoScheduler,
  createScheduler,
  type Scheduler,
} from "@gort/sched";
import { schedulerSuite } from "@gort/sched/testing";
import { turnIsLong } from "../../src/turn.ts";

const makers: Record<string, () => Scheduler> = {
  fifo: () => createFifoScheduler(),
  "gmp, one P": () => createScheduler(),
  "gmp, four Ps": () => createScheduler({ procs: 4 }),
  "gmp, a short slice": () => createScheduler({ slice: 0.01 }),
  "deterministic, seed 1": () => createDeterministicScheduler({ seed: 1 }),
  "deterministic, seed 2": () => createDeterministicScheduler({ seed: 2 }),
  deterministic: () => createDeterministicScheduler(),
};

/** Lets code take so long that what is started now waits for a turn of the host. */
function spendTurn(): void {
  turnIsLong(performance.now());
  for (const end = performance.now() + 20; performance.now() < end;);
  turnIsLong(performance.now());
}

describe("on a machine so slow that the host has its turn first", () => {
  for (const c of schedulerSuite.filter((c) =>
    /wake each other|wake a goroutine before/.test(c.name),
  ))
    test(c.name, () =>
      c.run(() => {
        spendTurn();
        return createScheduler();
      }),
    );
});

for (const [name, make] of Object.entries(makers)) {
  describe(name, () => {
    for (const c of schedulerSuite) test(c.name, () => c.run(make));
  });
}
