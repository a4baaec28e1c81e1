import {
  createDeterministicScheduler,
  createFifoScheduler,
  go,
  gosched,
  isDeadlockError,
  sleep,
} from "@gort/sched";
import { describe, expect, it } from "vitest";
import { checkCond, checkMutex } from "../src/check.ts";
import { Cond, Mutex, RWMutex } from "../src/index.ts";
import { program, settle } from "./trace.ts";

function setup(n: number) {
  const mu = new Mutex();
  const c = new Cond(mu);
  const awake: number[] = [];
  const start = function* () {
    for (let i = 0; i < n; i++) {
      go(function* () {
        yield* mu.lock();
        yield* c.wait();
        expect(mu.tryLock()).toBe(false);
        awake.push(i);
        mu.unlock();
      });
      yield* settle();
    }
  };
  return { mu, c, awake, start };
}

describe("cond", () => {
  it("Signal wakes exactly one, the longest waiting; signals without waiters are lost", async () => {
    await program(function* () {
      const { mu, c, awake, start } = setup(3);
      c.signal();
      c.signal();
      yield* start();
      expect(awake).toEqual([]);
      for (let i = 0; i < 3; i++) {
        yield* mu.lock();
        c.signal();
        mu.unlock();
        yield* settle();
        expect(awake).toEqual([0, 1, 2].slice(0, i + 1));
        checkCond(c);
        checkMutex(mu);
      }
    });
  });

  it("Broadcast wakes all current waiters, each once; later waiters are not woken by it", async () => {
    await program(function* () {
      const { mu, c, awake, start } = setup(3);
      yield* start();
      c.broadcast();
      let late = false;
      go(function* () {
        yield* mu.lock();
        yield* c.wait();
        late = true;
      });
      yield* settle();
      expect(awake).toEqual([0, 1, 2]);
      expect(late).toBe(false);
      checkCond(c);
      c.signal();
      yield* settle();
      expect(late).toBe(true);
    });
  });

  it("Wait unlocks L while parked and holds it on return", async () => {
    await program(function* () {
      const { mu, c, awake, start } = setup(1);
      yield* start();
      expect(mu.tryLock()).toBe(true);
      c.signal();
      yield* settle();
      expect(awake).toEqual([]); // it has to wait for the lock
      mu.unlock();
      yield* settle();
      expect(awake).toEqual([0]);
    });
  });

  it("Wait without the lock is fatal `sync: unlock of unlocked mutex`", async () => {
    const c = new Cond(new Mutex());
    await expect((async () => c.wait())()).rejects.toThrow("sync: unlock of unlocked mutex");
    checkCond(c);
    expect(c.queue.length).toBe(0);
  });

  it("use of a copied Cond panics `sync.Cond is copied`", () => {
    const c = new Cond(new Mutex());
    const copy = Object.assign(Object.create(Cond.prototype) as Cond, c);
    for (const use of [() => copy.wait(), () => copy.signal(), () => copy.broadcast()])
      expect(use).toThrow("sync.Cond is copied");
    c.signal();
  });

  it("a wait nobody ends is a deadlock", async () => {
    const error: unknown = await createFifoScheduler()
      .run(function* () {
        const mu = new Mutex();
        yield* mu.lock();
        yield* new Cond(mu).wait();
      })
      .catch((e: unknown) => e);
    expect(isDeadlockError(error)).toBe(true);
  });

  it("called off, it fails with the lock held; the signal goes to the next", async () => {
    await program(function* () {
      const { mu, c, awake, start } = setup(0);
      const stop = new AbortController();
      const outcome: string[] = [];
      go(function* () {
        yield* mu.lock();
        try {
          yield* c.wait({ signal: stop.signal });
        } catch (e) {
          outcome.push((e as Error).message);
          expect(mu.tryLock()).toBe(false);
        }
        mu.unlock();
      });
      yield* settle();
      yield* start();
      yield* mu.lock();
      stop.abort(new Error("stop"));
      go(function* () {
        yield* mu.lock();
        yield* c.wait();
        awake.push(9);
        mu.unlock();
      });
      yield* settle();
      expect(outcome).toEqual([]); // it waits for the lock
      mu.unlock();
      yield* settle();
      expect(outcome).toEqual(["stop"]);
      c.signal();
      yield* settle();
      expect(awake).toEqual([9]);
    });
  });

  it("called off after the signal, it returns normally: the wake-up is not lost", async () => {
    await program(function* () {
      const mu = new Mutex();
      const c = new Cond(mu);
      const stop = new AbortController();
      let outcome = "";
      go(function* () {
        yield* mu.lock();
        try {
          yield* c.wait({ signal: stop.signal });
          outcome = "signalled";
        } catch {
          outcome = "called off";
        }
        mu.unlock();
      });
      yield* settle();
      yield* mu.lock();
      c.signal();
      stop.abort();
      mu.unlock();
      yield* settle();
      expect(outcome).toBe("signalled");
    });
  });

  it("works with an RWMutex, a read locker, and from async functions", async () => {
    const rw = new RWMutex();
    for (const l of [rw, rw.rLocker()]) {
      const c = new Cond(l);
      let ready = false;
      const waiter = (async () => {
        await l.lock();
        while (!ready) await c.wait();
        l.unlock();
      })();
      await sleep(0);
      await rw.lock();
      ready = true;
      c.broadcast();
      rw.unlock();
      await waiter;
    }
    expect(rw.tryLock()).toBe(true);
  });

  it("TestRace's steps: two waiters and a changing condition end in order", async () => {
    let waited = 0;
    for (let seed = 1; seed <= 20; seed++) {
      await createDeterministicScheduler({ seed }).run(function* () {
        const mu = new Mutex();
        const c = new Cond(mu);
        let x = 0;
        const first = go(function* () {
          yield* mu.lock();
          x = 1;
          yield* c.wait();
          expect(x).toBe(2);
          x = 3;
          c.signal();
          mu.unlock();
        });
        const second = go(function* () {
          for (;;) {
            yield* mu.lock();
            if (x === 1) {
              x = 2;
              // Go may preempt it here: the third then asks for the lock before the first is woken.
              yield* gosched();
              c.signal();
              mu.unlock();
              return;
            }
            mu.unlock();
            yield* gosched();
          }
        });
        const third = go(function* () {
          for (;;) {
            yield* mu.lock();
            if (x === 2) {
              yield* c.wait();
              expect(x).toBe(3);
              waited++;
              mu.unlock();
              return;
            }
            if (x === 3) {
              mu.unlock();
              return;
            }
            mu.unlock();
            yield* gosched();
          }
        });
        for (const g of [first, second, third]) yield* g.join();
        checkCond(c);
      });
    }
    expect(waited).toBeGreaterThan(0);
    expect(waited).toBeLessThan(20);
  });
});
