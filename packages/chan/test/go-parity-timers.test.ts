/** Timers beside channels that are always ready: Go's TestTimerFairness and TestTimerFairness2. */
import { makeChan, select } from "@gort/chan";
import { createScheduler, newTimer, poll } from "@gort/sched";
import { describe, expect, test } from "vitest";

describe.each([1, 4])("timers are not starved by always-ready channel traffic, %i Ps", (procs) => {
  test("a 20 ms timer case is chosen beside a case that is always ready", async () => {
    const s = createScheduler({ procs });
    const passes = await s.run(function* () {
      const done = makeChan<never>();
      const c = makeChan<number>();
      for (let i = 0; i < 2; i++) {
        s.go(function* () {
          for (;;) {
            const r = yield* select({ send: c.send(0), done: done.recv() });
            if (r.case === "done") return;
          }
        });
      }
      let n = 0;
      // On a busy machine the 20 ms may be over before the first pass.
      for (let timers = 0; n === 0 && timers < 50; timers++) {
        const timer = newTimer(20);
        while ((yield* select({ c: c.recv(), timer: timer.c.recv() })).case === "c") n++;
      }
      done.close();
      return n;
    });
    expect(passes).toBeGreaterThan(0);
  });

  test("so is that of each of two goroutines that feed each other and wait for the host in between", async () => {
    const s = createScheduler({ procs });
    const ended = await s.run(function* () {
      const done = makeChan<number>();
      const c = makeChan<number>();
      for (let i = 0; i < 2; i++) {
        s.go(function* () {
          const timer = newTimer(20);
          for (;;) {
            yield* poll(Promise.resolve());
            const r = yield* select({ send: c.send(0), recv: c.recv(), timer: timer.c.recv() });
            if (r.case === "timer") break;
          }
          yield* done.send(i);
        });
      }
      const ended = [];
      for (let i = 0; i < 2; i++) ended.push(yield* done.recv());
      return ended.sort();
    });
    expect(ended).toEqual([0, 1]);
  });
});
