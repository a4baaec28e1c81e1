/** A context that is two: its end is a select of theirs, and it calls off whatever waits with it. */
import { makeChan, select } from "@gort/chan";
import { background, type Context, withCancel } from "@gort/context";
import { type ContextLike, type Op, sleep } from "@gort/sched";
import { Cond, Mutex, Semaphore } from "@gort/sync";
import { describe, expect, test } from "vitest";

const merged = (a: Context, b: Context): ContextLike => ({
  err: () => a.err() ?? b.err(),
  done: () => ({ recv: () => select({ a: a.done().recv(), b: b.done().recv() }) }),
});

/** What waits for ever, but for its context; and how to see afterwards that it has left its queue. */
const waits: Record<string, () => Promise<[(ctx: ContextLike) => Op<unknown>, () => boolean]>> = {
  sleep: async () => [(ctx) => sleep(Infinity, { ctx }), () => true],
  receive: async () => {
    const ch = makeChan<number>();
    return [(ctx) => ch.recv({ ctx }), () => !ch.trySend(1)];
  },
  "case of a select": async () => {
    const ch = makeChan<number>();
    return [
      (ctx) => select({ a: ch.recv({ ctx }), b: makeChan<number>().recv() }),
      () => !ch.trySend(1),
    ];
  },
  lock: async () => {
    const mu = new Mutex();
    await mu.lock();
    return [(ctx) => mu.lock({ ctx }), () => (mu.unlock(), mu.tryLock())];
  },
  permit: async () => {
    const sem = new Semaphore(1);
    await sem.acquire();
    return [(ctx) => sem.acquire(1, { ctx }), () => (sem.release(), sem.tryAcquire())];
  },
  condition: async () => {
    const mu = new Mutex();
    const cond = new Cond(mu);
    await mu.lock();
    return [(ctx) => cond.wait({ ctx }), () => (mu.unlock(), mu.tryLock())];
  },
};

describe.each(Object.entries(waits))("%s", (_, make) => {
  test.each(["first", "second"])("ends with the %s of two contexts", async (which) => {
    const [first, cancelFirst] = withCancel(background());
    const [second, cancelSecond] = withCancel(background());
    const [wait, hasLeft] = await make();
    const over = (async () => await wait(merged(first, second)))();
    await sleep(1);
    if (which === "first") cancelFirst();
    else cancelSecond();
    await expect(over).rejects.toThrow("context canceled");
    expect(hasLeft()).toBe(true);
  });
});
