/** What a group counts, and what it leaves behind. */
import { getEventListeners } from "node:events";
import type { Go } from "@gort/sched";
import { expect, it } from "vitest";
import { ErrGroup, WaitGroup } from "../src/index.ts";
import { program } from "./trace.ts";

it("a function that cannot be started is not counted by a WaitGroup", async () => {
  const wg = new WaitGroup();
  const boom = (): never => {
    throw new Error("boom");
  };
  // The default of a generator function's parameter is computed when it is called.
  const fn = function* (_n: number = boom()): Go {} as () => Go;
  expect(() => wg.go(fn)).toThrow("boom");
  await program(function* () {
    expect(() => wg.go(fn)).toThrow("boom");
  });
  expect(wg.describe()).toBe("sync.WaitGroup (counter 0)");
  await wg.wait();
});

it("an ErrGroup that is over no longer listens to the parent of its signal", async () => {
  const parent = new AbortController();
  const listeners = (): number => getEventListeners(parent.signal, "abort").length;
  for (const fails of [false, true]) {
    const [g, signal] = ErrGroup.withSignal(parent.signal);
    expect(listeners()).toBe(1);
    await g.go(async () => {
      if (fails) throw new Error("x");
    });
    await g.wait().then(
      () => {},
      () => {},
    );
    expect(signal.aborted).toBe(true);
    expect(listeners()).toBe(0);
  }
});
