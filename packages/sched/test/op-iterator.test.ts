/** The async iterator of ops; its use by channels is tested in `@gort/chan`. */
import { expect, test } from "vitest";
import { createScheduler, newTicker } from "../src/index.ts";
import { OpIterator } from "../src/primitives.ts";
import { Chan } from "./helpers.ts";

test("return ends the next calls that wait, side by side, and takes nothing", async () => {
  const c = new Chan();
  const it = new OpIterator<number>(() => c.recv() as never);
  expect(it[Symbol.asyncIterator]()).toBe(it);
  const waiting = [it.next(), it.next()];
  expect(c.receivers.length).toBe(2);
  expect(await it.return("x")).toEqual({ done: true, value: "x" });
  expect(await Promise.all(waiting)).toEqual([
    { done: true, value: undefined },
    { done: true, value: undefined },
  ]);
  expect(c.receivers.length).toBe(0);
  expect(await it.next()).toEqual({ done: true, value: undefined });
});

test("several workers that share one iterator: what is kept is bounded by how many wait", async () => {
  const c = new Chan();
  const it = new OpIterator<number>(() => c.recv() as never);
  const { waiting } = it as unknown as { waiting: unknown[] };
  expect(waiting).toEqual([]);
  const kept = (): number => (it as unknown as { waiting: unknown[] }).waiting.length;
  const item = (value: number) => ({ done: false, value }) as never;
  let got = 0;
  const worker = async (): Promise<void> => {
    while (!(await it.next()).done) got++;
  };
  const workers = Promise.all([worker(), worker(), worker()]);
  let most = 0;
  for (let i = 0; i < 1000; i++) {
    await c.send(item(i));
    most = Math.max(most, kept());
  }
  expect(got).toBe(1000);
  expect(most).toBeLessThan(20);
  await it.return();
  await workers;
  expect([kept(), c.receivers.length]).toEqual([0, 0]);
});

test("a loop over a ticker's channel that is left beside a waiting next ends at once, and its timer is disarmed", async () => {
  const s = createScheduler();
  const ticker = await s.run(function* () {
    return newTicker(3_600_000);
  });
  const it = ticker.c[Symbol.asyncIterator]();
  const next = it.next();
  expect(s.stats().timers).toBe(1);
  await it.return!();
  expect(await next).toEqual({ done: true, value: undefined });
  expect(s.stats().timers).toBe(0);
});
