/** What was made outside of a bubble is its own to it, unless a promise tells of it. */
import { go, now, type Op, poll, sleep } from "@gort/sched";
import { bubble, BubbleError } from "@gort/sched/testing";
import { describe, expect, it } from "vitest";
import { Mutex, RWMutex, Semaphore, WaitGroup } from "../src/index.ts";

/** A primitive that code outside holds, and releases soon; and the wait for it. */
const held: Record<string, () => { release: () => void; wait: () => Op<unknown> }> = {
  Mutex() {
    const mu = new Mutex();
    mu.tryLock();
    return { release: () => mu.unlock(), wait: () => mu.lock() };
  },
  RWMutex() {
    const rw = new RWMutex();
    rw.tryLock();
    return { release: () => rw.unlock(), wait: () => rw.rLock() };
  },
  WaitGroup() {
    const wg = new WaitGroup();
    wg.add(1);
    return { release: () => wg.done(), wait: () => wg.wait() };
  },
  Semaphore() {
    const sem = new Semaphore(1);
    sem.tryAcquire();
    return { release: () => sem.release(), wait: () => sem.acquire() };
  },
};

describe.each(Object.entries(held))("a bubble that waits for a %s made outside", (_name, make) => {
  it("counts it as its own: who waits for code outside to release it is blocked for good", async () => {
    const { release, wait } = make();
    const error: unknown = await bubble(function* () {
      yield* wait();
    }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(BubbleError);
    release();
  });

  it("waits for it by a promise, and time stands still", async () => {
    const { release, wait } = make();
    const released = Promise.resolve(wait().start());
    setTimeout(release, 10);
    const at = await bubble(function* () {
      go(function* () {
        yield* sleep(1000);
      });
      yield* poll(released);
      const at = now();
      yield* sleep(1000);
      return at;
    });
    expect(at).toBe(0);
  });
});
