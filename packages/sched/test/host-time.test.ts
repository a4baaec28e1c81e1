/** Whose time it is: see also host.test.ts and runners/mock-timers.node.mjs. */
import { afterEach, expect, test, vi } from "vitest";
import { HostTime } from "../src/host-time.ts";

afterEach(() => vi.useRealTimers());

/** Lets the host's own time go on. */
function spin(): void {
  const start = performance.now();
  while (performance.now() - start < 3);
}

test("time made while Date is a fake goes by that from the start", () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "Date"] });
  const time = new HostTime();
  const start = time.now();
  spin();
  expect(time.now()).toBe(start);
  vi.advanceTimersByTime(1000);
  expect(time.now()).toBe(start + 1000);
});

test("time made before the fakes stands still with them, and goes on when they are gone", () => {
  const time = new HostTime();
  const before = time.now();
  vi.useFakeTimers({ toFake: ["setTimeout", "Date"] });
  const start = time.now();
  expect(start).toBeGreaterThanOrEqual(before);
  spin();
  expect(time.now()).toBe(start);
  vi.useRealTimers();
  expect(time.now()).toBe(start); // it goes on from the first look
  spin();
  expect(time.now()).toBeGreaterThan(start);
});

test("a fake Date beside the host's own timers is no time to go by", () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const time = new HostTime();
  const start = time.now();
  spin();
  expect(time.now()).toBeGreaterThan(start);
});
