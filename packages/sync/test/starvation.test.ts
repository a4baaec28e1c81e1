/** The 1 ms of starvation mode, on a clock that moves only when it is told to. */
import { createDeterministicScheduler, type Go, go, sleep } from "@gort/sched";
import { describe, expect, it } from "vitest";
import { checkMutex } from "../src/check.ts";
import { Mutex } from "../src/index.ts";
import { settle } from "./trace.ts";

/** Runs `main` with a mutex that is held, and what starts a goroutine that locks it. */
async function contended(main: (mu: Mutex, locker: (ms: number) => Go) => Go): Promise<void> {
  await createDeterministicScheduler({ seed: 1 }).run(function* () {
    const mu = new Mutex();
    yield* mu.lock();
    yield* main(mu, function* (ms) {
      go(function* () {
        yield* mu.lock();
        yield* sleep(ms);
        mu.unlock();
      });
      yield* settle();
    });
    checkMutex(mu);
  });
}

/** Unlocks, and locks again ahead of the waiter that was woken. */
function* barge(mu: Mutex): Go {
  mu.unlock();
  yield* mu.lock();
  yield* settle();
}

describe("starvation mode", () => {
  it.each([
    [0.5, false],
    [0.9, false],
    [1, false],
    [1.1, true],
    [1.9, true],
  ])("a waiter that waited %d ms and loses turns it on: %s", async (ms, starving) => {
    await contended(function* (mu, locker) {
      yield* locker(0);
      yield* sleep(ms);
      yield* barge(mu);
      expect(mu.starving).toBe(starving);
      mu.unlock();
      expect(mu.locked).toBe(starving);
      yield* settle();
      yield* sleep(1);
      expect([mu.locked, mu.starving]).toEqual([false, false]);
    });
  });

  it.each([
    [0.5, false],
    [1, false],
    [1.5, true],
  ])(
    "lasts while it hands over to a waiter that waited %d ms: %s, though another one is behind it",
    async (ms, starving) => {
      await contended(function* (mu, locker) {
        yield* locker(ms);
        yield* sleep(2);
        yield* barge(mu);
        expect(mu.starving).toBe(true);
        yield* locker(5);
        yield* locker(0);
        mu.unlock(); // to the first, which holds it while the second waits
        expect(mu.starving).toBe(true);
        yield* sleep(ms + 0.1); // the first has handed it to the second
        expect(mu.queue.length).toBe(1);
        expect(mu.starving).toBe(starving);
        yield* sleep(10);
        expect([mu.locked, mu.starving]).toEqual([false, false]);
      });
    },
  );
});
