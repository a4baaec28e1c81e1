/** Who holds the lock after a wait. */
import { type Go, go } from "@gort/sched";
import { expect, it } from "vitest";
import { Cond, type Locker, Mutex, RWMutex } from "../src/index.ts";
import { program, settle } from "./trace.ts";

const locks: [string, () => Mutex | RWMutex][] = [
  ["Mutex", () => new Mutex()],
  ["RWMutex", () => new RWMutex()],
];

it.each(locks)(
  "after wait the %s is held by the waiter, not by whoever woke it",
  async (kind, make) => {
    await program(function* () {
      const l = make();
      const c = new Cond(l);
      const held = (name: string): void =>
        expect(l.describe()).toMatch(
          new RegExp(`^sync.${kind} held by goroutine \\d+ \\(${name}\\)$`),
        );
      for (const unlockFirst of [true, false]) {
        const w = go(function* waiter(): Go {
          yield* l.lock();
          yield* c.wait();
          held("waiter");
          yield* settle();
          l.unlock();
        });
        yield* settle();
        yield* l.lock();
        if (unlockFirst) l.unlock();
        c.signal();
        if (!unlockFirst) l.unlock();
        held("waiter");
        yield* w.join();
      }
    });
  },
);

it("after wait in an async function it is held outside of any goroutine", async () => {
  const mu = new Mutex();
  const c = new Cond(mu);
  mu.tryLock();
  const waiting = c.wait().start();
  await program(function* () {
    yield* settle();
    c.signal();
    expect(mu.describe()).toBe("sync.Mutex held outside of any goroutine");
  });
  await waiting;
  mu.unlock();
});

it("a locker of its own will do", async () => {
  const mu = new Mutex();
  const own: Locker = { lock: () => mu.lock(), unlock: () => mu.unlock() };
  for (const l of [own, new RWMutex().rLocker()]) {
    await l.lock();
    const c = new Cond(l);
    const waiting = c.wait().start();
    c.broadcast();
    await waiting;
    l.unlock();
  }
  expect(mu.locked).toBe(false);
});
