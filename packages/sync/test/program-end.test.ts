/** What had been granted to a goroutine whose program ends before it runs goes on to others, who may share it from outside. */
import { createFifoScheduler, type Go, type Op } from "@gort/sched";
import { describe, expect, it } from "vitest";
import { checkCond, checkMutex, checkRWMutex, checkSemaphore } from "../src/check.ts";
import { Cond, Mutex, RWMutex, Semaphore } from "../src/index.ts";
import { settle } from "./trace.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Something that is taken: how one waits for it, how it is granted, and whether it is free after all. */
interface Taken {
  wait(): Op<unknown>;
  grant(): void;
  free(): boolean;
}

const taken: Record<string, () => Taken> = {
  mutex: () => {
    const mu = new Mutex();
    mu.tryLock();
    return {
      wait: () => mu.lock(),
      grant: () => mu.unlock(),
      free: () => (checkMutex(mu), mu.tryLock()),
    };
  },
  "rwmutex, writer": () => {
    const rw = new RWMutex();
    rw.tryLock();
    return {
      wait: () => rw.lock(),
      grant: () => rw.unlock(),
      free: () => (checkRWMutex(rw), rw.tryLock()),
    };
  },
  "rwmutex, reader": () => {
    const rw = new RWMutex();
    rw.tryLock();
    return {
      wait: () => rw.rLock(),
      grant: () => rw.unlock(),
      free: () => (checkRWMutex(rw), rw.tryLock()),
    };
  },
  semaphore: () => {
    const sem = new Semaphore(2);
    void sem.tryAcquire(2);
    return {
      wait: () => sem.acquire(2),
      grant: () => sem.release(2),
      free: () => (checkSemaphore(sem), sem.available === 2),
    };
  },
  "semaphore, with a signal": () => {
    const sem = new Semaphore(2);
    void sem.tryAcquire(2);
    const { signal } = new AbortController();
    return {
      wait: () => sem.acquire(2, { signal }),
      grant: () => sem.release(2),
      free: () => (checkSemaphore(sem), sem.available === 2),
    };
  },
};

it.each(Object.entries(taken))(
  "what was granted to a goroutine whose program ends before it runs is free again: %s",
  async (_name, make) => {
    const { wait, grant, free } = make();
    const s = createFifoScheduler();
    await s.run(function* () {
      s.go(function* (): Go {
        yield* wait();
      });
      yield* settle();
      grant();
    });
    expect(free()).toBe(true);
  },
);

describe("a program that ends", () => {
  /**
   * A goroutine waits for the Cond and after it an async function does; `then` is the rest of the program, and gives
   * whether it holds the lock in the end. Gives whether the async function goes on, and whether it has after a signal more.
   */
  async function waiters(
    then: (c: Cond, mu: Mutex, stop: () => void) => Go<boolean>,
  ): Promise<[boolean, boolean]> {
    const mu = new Mutex();
    const c = new Cond(mu);
    const stop = new AbortController();
    let woken = false;
    const s = createFifoScheduler();
    const held = await s.run(function* () {
      s.go(function* (): Go {
        yield* mu.lock();
        yield* c.wait({ signal: stop.signal });
        mu.unlock();
      });
      yield* settle();
      mu.tryLock();
      void c.wait().then(() => {
        woken = true;
        mu.unlock();
      });
      return yield* then(c, mu, () => stop.abort());
    });
    if (held) mu.unlock();
    await turn();
    const before = woken;
    c.signal();
    await turn();
    checkCond(c);
    checkMutex(mu);
    return [before, woken];
  }

  it("hands on the signal of a waiter that has the lock by then, and did not run", async () => {
    expect(
      await waiters(function* (c) {
        c.signal();
        return false;
      }),
    ).toEqual([true, true]);
  });

  it("hands on the signal of a waiter that still queues for the lock", async () => {
    expect(
      await waiters(function* (c, mu) {
        mu.tryLock();
        c.signal();
        yield* settle();
        return true;
      }),
    ).toEqual([true, true]);
  });

  it("wakes nobody by a waiter that was called off and queues for the lock", async () => {
    expect(
      await waiters(function* (_c, mu, stop) {
        mu.tryLock();
        stop();
        yield* settle();
        return true;
      }),
    ).toEqual([false, true]);
  });
});
