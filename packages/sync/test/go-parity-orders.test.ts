/** The orders of locks that Go's scheduler was recorded with on one P, and where ours is another on purpose. */
import { createScheduler, type Go, go, gosched, sleep } from "@gort/sched";
import { describe, expect, it } from "vitest";
import { Cond, Mutex, Once, Semaphore } from "../src/index.ts";
import { oracle, settle } from "./trace.ts";

interface Scenario {
  name: string;
  desc: string;
  order: string[];
}

const scenarios = (oracle("schedorder").scenarios as Scenario[]).filter(
  (s) => s.name in programs(),
);

type Log = (text: string) => void;

/** A lock that the caller holds, and one goroutine waits for. */
function* contended(log: Log): Go<Mutex> {
  const mu = new Mutex();
  yield* mu.lock();
  go(function* () {
    yield* mu.lock();
    log("waiter got it");
    mu.unlock();
  });
  yield* settle();
  return mu;
}

function programs(): Record<string, (log: Log) => Go> {
  return {
    *"broadcast-wakes-four"(log) {
      const mu = new Mutex();
      const c = new Cond(mu);
      for (let i = 0; i < 4; i++) {
        go(function* () {
          yield* mu.lock();
          yield* c.wait();
          log(`w${i}`);
          mu.unlock();
        });
        yield* settle();
      }
      yield* mu.lock();
      c.broadcast();
      mu.unlock();
      yield* settle();
    },
    *"mutex-queue"(log) {
      const mu = new Mutex();
      yield* mu.lock();
      for (let i = 0; i < 3; i++) {
        go(function* () {
          yield* mu.lock();
          log(`l${i}`);
          mu.unlock();
        });
        yield* settle();
      }
      mu.unlock();
      log("unlocked");
      yield* settle();
    },
    *"mutex-barging"(log) {
      const mu = yield* contended(log);
      mu.unlock();
      yield* mu.lock();
      log("main locked again");
      mu.unlock();
      yield* settle();
    },
    *"mutex-starving-handoff"(log) {
      const mu = yield* contended(log);
      yield* sleep(3);
      mu.unlock();
      yield* mu.lock();
      log("main barged");
      yield* settle();
      mu.unlock();
      log(`try after handoff ${mu.tryLock()}`);
      yield* settle();
      log(`try at end ${mu.tryLock()}`);
    },
  };
}

async function orderOf(name: string): Promise<string[]> {
  const log: string[] = [];
  await createScheduler().run(() => programs()[name]!((text) => log.push(text)));
  return log;
}

const recorded = (name: string): string[] => scenarios.find((s) => s.name === name)!.order;

describe("orders of locks, on one P", () => {
  it("orders: of all four recorded programs with locks are looked at", () => {
    expect(scenarios.map((s) => s.name).sort()).toEqual(Object.keys(programs()).sort());
  });

  it("orders: three lockers parked in order get the mutex in order when it is unlocked once", async () => {
    expect(await orderOf("mutex-queue")).toEqual(recorded("mutex-queue"));
  });

  it("orders: in normal mode the unlocker can lock again at once although a waiter was woken", async () => {
    expect(await orderOf("mutex-barging")).toEqual(recorded("mutex-barging"));
  });

  it("orders: a broadcast hands the lock on in the order of waiting, where Go runs the last one woken first", async () => {
    expect(await orderOf("broadcast-wakes-four")).toEqual(["w0", "w1", "w2", "w3"]);
    expect(recorded("broadcast-wakes-four")).toEqual(["w3", "w0", "w1", "w2"]);
  });

  it("orders: a signal hands a lock that is free to the waiter at once, where Go leaves it free until that one runs", async () => {
    const log: string[] = [];
    await createScheduler().run(function* () {
      const mu = new Mutex();
      const c = new Cond(mu);
      go(function* () {
        yield* mu.lock();
        yield* c.wait();
        log.push("waiter");
        mu.unlock();
      });
      yield* gosched();
      c.signal();
      log.push(`try ${mu.tryLock()}`);
      yield* gosched();
    });
    expect(log).toEqual(["try false", "waiter"]); // Go: try true
  });

  it("orders: Unlock of a starving mutex hands it over at once, and the new owner runs when the unlocker next waits", async () => {
    const name = "mutex-starving-handoff";
    const [first, ...rest] = recorded(name);
    expect(rest).toEqual(["waiter got it", "try after handoff true", "try at end false"]);
    expect(await orderOf(name)).toEqual([
      first,
      "try after handoff false",
      "waiter got it",
      "try at end true",
    ]);
  });

  it("orders: a released permit is its waiter's before the releaser goes on, who runs on all the same", async () => {
    const log: string[] = [];
    await createScheduler().run(function* () {
      const sem = new Semaphore(1);
      yield* sem.acquire();
      go(function* () {
        yield* sem.acquire();
        log.push("waiter");
      });
      yield* gosched();
      sem.release();
      log.push(`free: ${sem.available}`);
      yield* gosched();
    });
    expect(log).toEqual(["free: 0", "waiter"]);
  });

  it("orders: who comes to lock before a woken locker has run waits behind it, where Go lets it take the wake-up", async () => {
    const log: string[] = [];
    await createScheduler().run(function* () {
      const mu = new Mutex();
      const locker = function* (name: string): Go {
        yield* mu.lock();
        log.push(name);
        mu.unlock();
      };
      yield* mu.lock();
      go(locker, "first");
      yield* gosched();
      mu.unlock();
      yield* mu.lock();
      go(locker, "second");
      yield* gosched();
      mu.unlock();
      yield* settle();
    });
    expect(log).toEqual(["first", "second"]); // Go: second, first
  });

  it("orders: all who wait for a Once go on when it is over, the last of them first, where Go lets one on after the other", async () => {
    const log: number[] = [];
    await createScheduler().run(function* () {
      const once = new Once();
      go(() => once.do(settle));
      yield* gosched();
      for (let i = 0; i < 3; i++) {
        go(function* () {
          yield* once.do(() => {});
          log.push(i);
        });
        yield* gosched();
      }
      yield* settle();
      yield* settle();
    });
    expect(log).toEqual([2, 0, 1]); // Go: 0, 1, 2
  });
});
