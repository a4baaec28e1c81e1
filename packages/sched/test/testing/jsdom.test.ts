/** Bubbles and programs amid fake timers in what jest makes of jsdom: no `setImmediate`, no channels, signals that go by the fakes. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { bubble } from "../../src/testing/index.ts";
import { Chan, run, sleep } from "../helpers.ts";

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("setImmediate", undefined);
  vi.stubGlobal("MessageChannel", undefined);
  vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
    const c = new AbortController();
    setTimeout(() => c.abort(), ms);
    return c.signal;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("time of a bubble of async functions jumps", async () => {
  await expect(bubble(() => sleep(1000).start())).resolves.toBe(undefined);
});

test("a bubble of async functions that wait for good fails", async () => {
  const stuck = bubble(async () => void (await new Chan().recv()), { patience: 20 });
  await expect(stuck).rejects.toThrow("all goroutines in bubble are blocked");
});

test("a program of generators is deadlocked at once", async () => {
  const stuck = run(function* () {
    yield* new Chan().recv();
  });
  await expect(stuck).rejects.toThrow("all goroutines are asleep");
});

test("timers that refuse to be methods, as those of browsers do, give the turns too", async () => {
  vi.useRealTimers();
  const { setTimeout: set } = globalThis;
  vi.stubGlobal("setTimeout", function (this: unknown, fn: () => void, ms?: number) {
    if (this !== undefined && this !== globalThis) throw new TypeError("Illegal invocation");
    return set(fn, ms);
  });
  const stuck = run(function* () {
    yield* new Chan().recv();
  });
  await expect(stuck).rejects.toThrow("all goroutines are asleep");
});
