/** Who holds the lock after a wait, and after a tryLock. */
import { type Go, go, withSignal } from "@gort/sched";
import { describe, expect, it } from "vitest";
import { checkMutex } from "../src/check.ts";
import { Cond, type Locker, type LockToken, Mutex, RWMutex } from "../src/index.ts";
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

describe.each(locks)("a token of a %s taken before a wait", (_kind, make) => {
  it("stands for the lock again after it, however often, and releases it", async () => {
    await program(function* () {
      const l = make();
      const c = new Cond(l);
      for (let i = 0; i < 2; i++) (yield* l.lock()).unlock();
      const w = go(function* (): Go<boolean[]> {
        const token = yield* l.lock();
        const seen = [token.held];
        for (let i = 0; i < 2; i++) {
          yield* c.wait();
          seen.push(token.held);
        }
        token.unlock();
        return [...seen, token.held];
      });
      for (let i = 0; i < 2; i++) {
        yield* settle();
        const other = yield* l.lock();
        c.signal();
        l.unlock();
        expect(other.held).toBe(false);
        other.unlock();
      }
      expect(yield* w.join()).toEqual([true, true, true, false]);
      expect(l.tryLock()).toBe(true);
      l.unlock();
    });
  });

  it("stands for it also if it is first looked at after the wait", async () => {
    await program(function* () {
      const l = make();
      const c = new Cond(l);
      go(function* (): Go {
        yield;
        c.signal();
      });
      const taken = l.lock()[Symbol.iterator]().next();
      yield* c.wait();
      const token = taken.value as LockToken;
      expect(token.held).toBe(true);
      token.unlock();
      expect(l.tryLock()).toBe(true);
      l.unlock();
    });
  });

  it("stands for it also after one that was called off, and not while another holds it", async () => {
    const l = make();
    const c = new Cond(l);
    const stop = new AbortController();
    const token = await l.lock();
    const waiting = c.wait({ signal: stop.signal }).start();
    expect(token.held).toBe(false);
    const other = await l.lock();
    token.unlock();
    expect(other.held).toBe(true);
    stop.abort("enough");
    other.unlock();
    await expect(waiting).rejects.toBe("enough");
    expect([token.held, other.held]).toEqual([true, false]);
    other.unlock();
    token.unlock();
    expect(l.tryLock()).toBe(true);
  });
});

it.each(locks)(
  "tokens of a %s of two who wait in turn stand each for its own hold",
  async (_kind, make) => {
    await program(function* () {
      const l = make();
      const c = new Cond(l);
      const waiter = function* (): Go<boolean[]> {
        const token = yield* l.lock();
        yield* c.wait();
        const seen = [token.held];
        token.unlock();
        return [...seen, token.held];
      };
      const both = [go(waiter), go(waiter)];
      yield* settle();
      for (const w of both) {
        c.signal();
        expect(yield* w.join()).toEqual([true, false]);
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

it("a wait whose locker fails to lock again fails with that, and does not say that it holds the lock", async () => {
  const mu = new Mutex();
  const stop = new AbortController();
  const own: Locker = {
    lock: () => withSignal(mu.lock(), stop.signal),
    unlock: () => mu.unlock(),
  };
  const c = new Cond(own);
  await own.lock();
  const waiting = c.wait().then(
    () => "went on",
    (e: unknown) => e,
  );
  await new Promise((resolve) => setImmediate(resolve));
  mu.tryLock();
  c.signal();
  stop.abort("gave up");
  expect(await waiting).toBe("gave up");
  mu.unlock();
  checkMutex(mu);
});

it.each(locks)("a dump names the goroutine that took a %s by tryLock", async (kind, make) => {
  await program(function* () {
    const l = make();
    const g = go(function* taker(): Go {
      l.tryLock();
      yield;
    });
    yield* g.join();
    expect(l.describe()).toMatch(new RegExp(`^sync.${kind} held by goroutine \\d+ \\(taker\\)$`));
  });
});

it.each<[string, (mu: Mutex) => unknown, string]>([
  ["gives a promise", async (mu) => mu.lock(), "Cond: l.lock() is"],
  ["gives a routine", (mu) => mu.withLock(() => {}), "Cond: l.lock() is"],
  ["throws", () => panics(), "no lock today"],
])(
  "a locker of one's own whose lock %s fails the wait, not the signal",
  async (_name, lock, text) => {
    const mu = new Mutex();
    mu.tryLock();
    const c = new Cond({ lock: () => lock(mu) as any, unlock: () => mu.unlock() });
    const first = c.wait().then(() => "woken", String);
    await Promise.resolve();
    c.signal();
    expect(await first).toContain(text);
    expect(c.queue.length).toBe(0);
  },
);

function panics(): never {
  throw new Error("no lock today");
}

/** A goroutine's wait, which its test steps and ends by hand, and an async function's behind it. */
async function twoWaiting() {
  const l = new Mutex();
  const c = new Cond(l);
  await l.lock();
  const first = c.wait()[Symbol.iterator]();
  first.next();
  await l.lock();
  const second = c.wait().then(() => "woken");
  return { l, c, first, second };
}

it("a signal for a waiter that leaves before it has the lock goes to the next one", async () => {
  const { l, c, first, second } = await twoWaiting();
  await l.lock();
  c.signal();
  first.return!();
  l.unlock();
  expect(await second).toBe("woken");
  expect(l.tryLock()).toBe(false);
});

it("so does one for a waiter that had the lock and ended before it ran", async () => {
  const { l, c, first, second } = await twoWaiting();
  expect(l.tryLock()).toBe(true);
  l.unlock();
  c.signal();
  expect(l.tryLock()).toBe(false);
  first.return!();
  expect(await second).toBe("woken");
  expect(l.tryLock()).toBe(false);
});
