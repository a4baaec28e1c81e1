/** afterFunc, on the host's clock and on one of the user's own: see also timers.test.ts. */
import { expect, test } from "vitest";
import { afterFunc, type Clock, createFifoScheduler, createScheduler, sleep } from "./helpers.ts";

test("a negative time is no earlier than now: what is made first runs first", async () => {
  const order = await createFifoScheduler().run(function* () {
    const out: string[] = [];
    afterFunc(0, () => out.push("first"));
    afterFunc(-5, () => out.push("second"));
    yield* sleep(5);
    return out;
  });
  expect(order).toEqual(["first", "second"]);
});

/** A clock that goes on when it is told to, and calls what is due by then. */
class HandClock implements Clock {
  private time = 0;
  private due: { readonly when: number; readonly fire: () => void }[] = [];

  now(): number {
    return this.time;
  }
  wall(): number {
    return this.time;
  }
  schedule(when: number, fire: () => void): { cancel(): boolean } {
    const item = { when, fire };
    this.due.push(item);
    return {
      cancel: () => {
        const was = this.due.includes(item);
        this.due = this.due.filter((d) => d !== item);
        return was;
      },
    };
  }
  /** Goes on, and lets what was started run. */
  async pass(ms: number): Promise<void> {
    this.time += ms;
    const ready = this.due.filter((d) => d.when <= this.time);
    this.due = this.due.filter((d) => d.when > this.time);
    for (const d of ready) d.fire();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test("on a clock of the user's own reset and stop say whether it was active, and a reset takes the old time away", async () => {
  const clock = new HandClock();
  let ran = 0;
  await createScheduler({ clock }).run(async () => {
    const timer = afterFunc(10, () => ran++);
    expect(timer.reset(20)).toBe(true);
    await clock.pass(15);
    expect(ran).toBe(0);
    await clock.pass(10);
    expect([ran, timer.stop()]).toEqual([1, false]);
    expect([timer.reset(5), timer.stop(), timer.stop()]).toEqual([false, true, false]);
    await clock.pass(100);
    expect(ran).toBe(1);
  });
});
