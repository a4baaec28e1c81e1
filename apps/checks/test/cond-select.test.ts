/** A select that waits for a condition and for the lock which that wait releases. */
import { select } from "@gort/chan";
import { background, withCancel } from "@gort/context";
import { go, type Op, run, sleep } from "@gort/sched";
import { expect, it } from "vitest";
import { checkCond, checkMutex, checkRWMutex } from "../../../packages/sync/src/check.ts";
import { Cond, Mutex, RWMutex, type WaitOptions } from "@gort/sync";

interface Lock {
  lock(o?: WaitOptions): Op<unknown>;
  again(o?: WaitOptions): Op<unknown>;
  unlock(): void;
  check(): void;
}

/** The lock for writing, whose `again` is the same lock once more. */
function exclusive<L extends Mutex | RWMutex>(
  locker: L,
  check: (locker: L) => void,
): Lock & { locker: L } {
  const lock = (o?: WaitOptions): Op<unknown> => locker.lock(o);
  return { locker, lock, again: lock, unlock: () => locker.unlock(), check: () => check(locker) };
}

const locks: Record<string, () => Lock & { locker: Mutex | RWMutex }> = {
  mutex: () => exclusive(new Mutex(), checkMutex),
  "rwmutex, writer": () => exclusive(new RWMutex(), checkRWMutex),
  "rwmutex, reader": () => {
    const locker = new RWMutex();
    return {
      locker,
      lock: (o) => locker.lock(o),
      again: (o) => locker.rLock(o),
      unlock: () => locker.rUnlock(),
      check: () => checkRWMutex(locker),
    };
  },
};

const cases = Object.keys(locks).flatMap((kind) =>
  [true, false].flatMap((first) =>
    [true, false].map((calledOff) => [kind, first, calledOff] as const),
  ),
);

it.each(cases)(
  "takes the lock that its condition released: %s, condition first %s, with a signal %s",
  async (kind, first, calledOff) => {
    const { lock, again, unlock, check, locker } = locks[kind]!();
    const c = new Cond(locker);
    const o = calledOff ? { signal: new AbortController().signal } : undefined;
    await run(function* () {
      yield* lock();
      const r = yield* first
        ? select({ cond: c.wait(o), lock: again(o) })
        : select({ lock: again(o), cond: c.wait(o) });
      expect(r.case).toBe("lock");
      check();
      checkCond(c);
      expect(c.queue.length).toBe(0);
      unlock();
      check();
    });
    expect(locker.tryLock()).toBe(true);
  },
);

it.each([true, false])(
  "a token says whether the lock is held when another case was chosen, at once: %s",
  async (atOnce) => {
    const mu = new Mutex();
    const c = new Cond(mu);
    await run(function* () {
      const token = yield* mu.lock();
      const r = yield* select({ cond: c.wait(), late: sleep(atOnce ? 0 : 1) });
      expect([r.case, token.held, mu.locked]).toEqual(["late", atOnce, atOnce]);
      token.unlock();
      checkMutex(mu);
      checkCond(c);
    });
    expect(mu.tryLock()).toBe(true);
  },
);

it("gives back the lock with which its condition failed, if its goroutine ends before it hears of that", async () => {
  const mu = new Mutex();
  const c = new Cond(mu);
  const [ctx, cancel] = withCancel(background());
  await run(function* () {
    go(function* () {
      yield* mu.lock();
      yield* select({ cond: c.wait({ ctx }), late: sleep(1e6) });
    });
    yield* sleep(1);
    cancel();
    expect(mu.locked).toBe(true);
  });
  expect(mu.locked).toBe(false);
});
