import { createScheduler, gosched } from "@gort/sched";
import { expect, test } from "vitest";
import {
  ContextWrapper,
  afterFunc,
  background,
  checkContext,
  withCancel,
  withoutCancel,
} from "../src/index.ts";

test("[1.21] AfterFunc runs f in its own goroutine after done (at once if already done); cancel does not wait for it", async () => {
  const s = createScheduler();
  await s.run(function* () {
    const log: string[] = [];
    const [ctx, cancel] = withCancel(background());
    afterFunc(ctx, function* () {
      log.push("f");
      yield* gosched();
      log.push("f again");
    });
    const before = s.numGoroutine();
    cancel();
    log.push("cancelled");
    expect(s.numGoroutine()).toBe(before + 1);
    afterFunc(ctx, () => void log.push("late"));
    for (let i = 0; i < 5; i++) yield* gosched();
    expect(log[0]).toBe("cancelled");
    expect(log.slice(1).sort()).toEqual(["f", "f again", "late"]);
  });
});

test("[1.21] stop() is true iff it prevented f; false after f started or after a previous stop; stop does not wait", async () => {
  const s = createScheduler();
  await s.run(function* () {
    let ran = 0;
    const [ctx, cancel] = withCancel(background());
    const stop1 = afterFunc(ctx, () => void ran++);
    const stop2 = afterFunc(new ContextWrapper(ctx), () => void ran++);
    expect(checkContext(ctx)).toBe(2);
    expect(stop1()).toBe(true);
    expect(stop1()).toBe(false);
    expect(checkContext(ctx)).toBe(1);
    cancel();
    expect(stop2()).toBe(false);
    for (let i = 0; i < 3; i++) yield* gosched();
    expect(ran).toBe(1);
    expect([stop1(), stop2()]).toEqual([false, false]);
  });
});

test("on a context that never ends it never runs, and can be stopped", () => {
  for (const ctx of [background(), withoutCancel(withCancel(background())[0])]) {
    const stop = afterFunc(ctx, () => {
      throw new Error("ran");
    });
    expect([stop(), stop()]).toEqual([true, false]);
  }
});

test("outside goroutines it runs on the default scheduler", async () => {
  const [ctx, cancel] = withCancel(background());
  const ran = new Promise<string>((resolve) => {
    afterFunc(ctx, async () => {
      await Promise.resolve();
      resolve("ran");
    });
  });
  cancel();
  expect(await ran).toBe("ran");
});
