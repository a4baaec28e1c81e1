import {
  createFifoScheduler,
  type Go,
  go,
  gosched,
  isDeadlockError,
  type Op,
  sleep,
  withDefer,
} from "@gort/sched";
import { PARKED } from "@gort/sched/primitives";
import { isFatalError } from "@gort/types";
import { describe, expect, it } from "vitest";
import { checkMutex } from "../src/check.ts";
import { Mutex } from "../src/index.ts";
import { program, settle, spin } from "./trace.ts";
import { recordOf } from "../../sched/test/record-of.ts";

describe("mutex", () => {
  it("Unlock of an unlocked mutex is fatal `sync: unlock of unlocked mutex`; recover does not help", async () => {
    const mu = new Mutex();
    let thrown: unknown;
    try {
      mu.unlock();
    } catch (e) {
      thrown = e;
    }
    expect(isFatalError(thrown)).toBe(true);
    expect(String(thrown)).toBe("fatal error: sync: unlock of unlocked mutex");
    expect(mu.tryLock()).toBe(true);
    let recovered: unknown = "not called";
    await expect(
      program(function* () {
        yield* gosched();
        withDefer((s) => {
          s.defer(() => {
            recovered = s.recover();
          });
          new Mutex().unlock();
        });
      }),
    ).rejects.toThrow("sync: unlock of unlocked mutex");
    expect(recovered).toBe("not called"); // fatal: not even deferred functions run
  });

  it("TryLock is true iff free, never blocks", () => {
    const mu = new Mutex();
    expect(mu.tryLock()).toBe(true);
    expect(mu.tryLock()).toBe(false);
    mu.unlock();
    expect(mu.tryLock()).toBe(true);
  });

  it("any goroutine may unlock; ownership is not tracked", async () => {
    await program(function* () {
      const mu = new Mutex();
      yield* mu.lock();
      go(function* () {
        mu.unlock();
      });
      yield* mu.lock();
      mu.unlock();
    });
  });

  it("waiters acquire in the order they parked", async () => {
    const log: string[] = [];
    await program(function* () {
      const mu = new Mutex();
      yield* mu.lock();
      for (let i = 0; i < 3; i++) {
        go(function* () {
          yield* mu.lock();
          log.push(`l${i}`);
          mu.unlock();
        });
        yield* settle();
      }
      mu.unlock();
      log.push("unlocked");
      yield* settle();
    });
    expect(log).toEqual(["unlocked", "l0", "l1", "l2"]);
  });

  it("normal mode lets a running goroutine re-lock ahead of the woken waiter", async () => {
    const log: string[] = [];
    await program(function* () {
      const mu = new Mutex();
      yield* mu.lock();
      go(function* () {
        yield* mu.lock();
        log.push("waiter got it");
        mu.unlock();
      });
      yield* settle();
      mu.unlock();
      checkMutex(mu);
      yield* mu.lock();
      log.push("main locked again");
      mu.unlock();
      checkMutex(mu);
      yield* settle();
    });
    expect(log).toEqual(["main locked again", "waiter got it"]);
  });

  it("an async waiter competes too: tryLock wins over a woken one, which then gets its turn", async () => {
    const mu = new Mutex();
    mu.tryLock();
    let got = false;
    const waiter = (async () => {
      await mu.lock();
      got = true;
    })();
    await sleep(0);
    mu.unlock();
    expect(mu.tryLock()).toBe(true);
    await sleep(2);
    expect(got).toBe(false);
    checkMutex(mu);
    mu.unlock();
    await waiter;
    expect(mu.tryLock()).toBe(false);
  });

  it("a waiter delayed more than 1 ms turns on starvation mode: Unlock hands over directly, newcomers queue at the tail", async () => {
    const log: string[] = [];
    await program(function* () {
      const mu = new Mutex();
      yield* mu.lock();
      const lock = (name: string) =>
        go(function* () {
          yield* mu.lock();
          log.push(name);
          mu.unlock();
        });
      lock("waiter got it");
      yield* settle();
      spin(3);
      mu.unlock();
      yield* mu.lock();
      log.push("main barged");
      yield* settle(); // the waiter wakes, loses, and starves the others
      checkMutex(mu);
      expect(mu.starving).toBe(true);
      lock("newcomer");
      yield* settle();
      mu.unlock(); // handed to the waiter, not free for anybody
      expect(mu.tryLock()).toBe(false);
      expect(mu.queue.length).toBe(1);
      yield* settle();
      expect(mu.starving).toBe(false);
      expect(mu.tryLock()).toBe(true);
    });
    expect(log).toEqual(["main barged", "waiter got it", "newcomer"]);
  });

  it("starvation mode ends with the last waiter, and when that waiter is called off", async () => {
    await program(function* () {
      const mu = new Mutex();
      const stop = new AbortController();
      yield* mu.lock();
      const waiter = go(function* () {
        yield* mu.lock({ signal: stop.signal });
      });
      yield* settle();
      spin(2);
      mu.unlock();
      mu.tryLock();
      yield* settle();
      expect(mu.starving).toBe(true);
      stop.abort(new Error("enough"));
      expect(mu.starving).toBe(false);
      checkMutex(mu);
      mu.unlock();
      expect(mu.tryLock()).toBe(true);
      let message = "";
      try {
        yield* waiter.join();
      } catch (e) {
        message = (e as Error).message;
      }
      expect(message).toBe("enough");
    });
  });

  it("fairness: against a goroutine re-locking in a tight loop, 10 acquisitions finish", async () => {
    const acquired = await program(function* () {
      const mu = new Mutex();
      let stop = false;
      go(function* () {
        while (!stop) {
          yield* mu.lock();
          spin(0.1);
          yield* gosched();
          mu.unlock();
        }
      });
      let n = 0;
      for (; n < 10; n++) {
        yield* mu.lock();
        yield* gosched();
        mu.unlock();
      }
      stop = true;
      return n;
    });
    expect(acquired).toBe(10);
  });

  it("mutual exclusion under 10 goroutines x 1000 Lock/TryLock mix", async () => {
    const total = await program(function* () {
      const mu = new Mutex();
      let inside = 0;
      let count = 0;
      const all = Array.from({ length: 10 }, (_, g) =>
        go(function* () {
          for (let i = 0; i < 1000; i++) {
            if (i % 3 === 0) {
              if (mu.tryLock()) mu.unlock();
              continue;
            }
            yield* mu.lock();
            expect(inside++).toBe(0);
            if ((i + g) % 7 === 0) yield* gosched();
            inside--;
            count++;
            mu.unlock();
          }
        }),
      );
      for (const g of all) yield* g.join();
      checkMutex(mu);
      return count;
    });
    expect(total).toBe(6660);
  });

  it("a token unlocks once, and never a lock that somebody else holds by now", async () => {
    const mu = new Mutex();
    const first = await mu.lock();
    expect(first.held).toBe(true);
    first.unlock();
    expect(first.held).toBe(false);
    const second = await mu.lock();
    first.unlock();
    first[Symbol.dispose]();
    expect(second.held).toBe(true);
    mu.unlock();
    expect(second.held).toBe(false);
    mu.tryLock();
    second.unlock();
    expect(mu.tryLock()).toBe(false);
  });

  it("withLock unlocks however a generator, async or plain function ends", async () => {
    const mu = new Mutex();
    const fail = (): never => {
      throw new Error("inside");
    };
    const values = await program(function* () {
      const out: unknown[] = [];
      out.push(
        yield* mu.withLock(function* () {
          expect(mu.tryLock()).toBe(false);
          yield* gosched();
          return 1;
        }),
      );
      out.push(yield* mu.withLock(async () => 2));
      out.push(yield* mu.withLock(() => 3));
      for (const bad of [
        fail,
        async () => fail(),
        () =>
          (function* (): Go {
            fail();
          })(),
      ]) {
        try {
          yield* mu.withLock<void>(bad as () => void);
        } catch (e) {
          out.push((e as Error).message);
        }
      }
      return out;
    });
    expect(values).toEqual([1, 2, 3, "inside", "inside", "inside"]);
    expect(await mu.withLock(async () => "a")).toBe("a");
    expect(await mu.withLock(() => "p")).toBe("p");
    expect(
      await mu.withLock(function* () {
        yield* gosched();
        return "g";
      }),
    ).toBe("g");
    await expect(mu.withLock(fail)).rejects.toThrow("inside");
    expect(mu.tryLock()).toBe(true);
    mu.unlock();
    // A generator body under await waits for other locks, for timers, and starves nobody.
    const other = new Mutex();
    other.tryLock();
    let timerFired = false;
    setTimeout(() => {
      timerFired = true;
      other.unlock();
    }, 5);
    const waited = await mu.withLock(function* () {
      while (!timerFired) yield* gosched();
      yield* other.lock();
      yield* sleep(1);
      return mu.tryLock();
    });
    expect(waited).toBe(false);
    expect(mu.tryLock()).toBe(true);
  });

  it("a deadlock report names the mutex and its holder", async () => {
    let error: unknown;
    try {
      await createFifoScheduler().run(function* () {
        const mu = new Mutex("ledger");
        yield* mu.lock();
        yield* mu.lock();
      });
    } catch (e) {
      error = e;
    }
    expect(isDeadlockError(error)).toBe(true);
    expect(String((error as Error).message)).toContain("all goroutines are asleep - deadlock!");
    const dump = JSON.stringify(error, Object.getOwnPropertyNames(error));
    expect(dump).toContain("sync.Mutex.Lock");
    expect(new Mutex("ledger").describe()).toBe('sync.Mutex "ledger"');
  });

  it("describe says who holds it and how many wait", async () => {
    const text = await program(function* () {
      const mu = new Mutex("m");
      const g = go(function* () {
        yield* mu.lock();
      });
      g.name = "worker";
      yield* settle();
      go(function* () {
        yield* mu.lock();
      });
      yield* settle();
      return mu.describe().replace(/\d+ \(/, "N (");
    });
    expect(text).toBe('sync.Mutex "m" held by goroutine N (worker), 1 waiting');
  });

  it("an op that is nobody's yield* or await is handed the mutex", () => {
    const mu = new Mutex();
    mu.tryLock();
    const op: Op<unknown> = mu.lock();
    expect(recordOf(op).tryNow()).toBe(false);
    const woken: Op<unknown>[] = [];
    recordOf(op).waiter = { wake: (o) => void woken.push(o) };
    recordOf(op).state = PARKED;
    recordOf(op).park();
    mu.unlock();
    expect(woken.length === 1 && woken[0] === op).toBe(true);
    expect(mu.tryLock()).toBe(false);
    checkMutex(mu);
  });

  it("a goroutine that is ended while parked, woken or granted leaves the mutex usable", () => {
    for (const when of ["parked", "woken", "granted"]) {
      const mu = new Mutex();
      mu.tryLock();
      const op = mu.lock();
      if (when === "granted") {
        recordOf(op).tryNow();
        recordOf(op).state = PARKED;
        recordOf(op).park();
      } else {
        recordOf(op).next();
      }
      if (when !== "parked") mu.unlock();
      recordOf(op).return();
      checkMutex(mu);
      if (when === "parked") mu.unlock();
      expect(mu.tryLock()).toBe(true);
    }
  });
});
