/** What happens while a writer hands over, when one who is let in makes others leave at once, as a select does. */
import {
  createDeterministicScheduler,
  createFifoScheduler,
  createScheduler,
  type Go,
  go,
  type Op,
  sleep,
  type Waiter,
} from "@gort/sched";
import { PARKED } from "@gort/sched/primitives";
import { describe, expect, it } from "vitest";
import { checkRWMutex } from "../src/check.ts";
import { type LockToken, RWMutex } from "../src/index.ts";
import { settle } from "./trace.ts";
import { recordOf } from "../../sched/test/record-of.ts";

/** Parks `op`; `then` runs when it is woken, before anything else. */
function park(op: Op<LockToken>, then: () => void = () => {}): Op<LockToken> {
  const waiter: Waiter = { wake: then };
  recordOf(op).waiter = waiter;
  recordOf(op).state = PARKED;
  recordOf(op).park();
  return op;
}

function leave(op: Op<LockToken>): void {
  recordOf(op).waiter = null;
  recordOf(op).unpark();
}

/** One that a writer holds. */
function written(): RWMutex {
  const rw = new RWMutex();
  rw.tryLock();
  return rw;
}

describe("RWMutex, while readers are let in", () => {
  it("a reader that leaves meanwhile is not counted", () => {
    const rw = written();
    const first = park(rw.rLock(), () => leave(second));
    const second = park(rw.rLock());
    rw.unlock();
    checkRWMutex(rw);
    expect(rw.describe()).toBe("sync.RWMutex read by 1");
    recordOf(first).value.unlock();
    expect(rw.tryLock()).toBe(true);
  });

  it("the next writer may leave meanwhile, and the one behind it waits for the readers", () => {
    const rw = written();
    const reader = park(rw.rLock(), () => leave(writer));
    const writer = park(rw.lock());
    let held = false;
    void park(rw.lock(), () => (held = true));
    rw.unlock();
    checkRWMutex(rw);
    expect(rw.describe()).toBe("sync.RWMutex read by 1, 1 waiting");
    recordOf(reader).value.unlock();
    expect(held).toBe(true);
    checkRWMutex(rw);
  });

  it("a reader that gives it back at once does not let the writer in before the other readers", () => {
    const rw = written();
    const order: string[] = [];
    const first = park(rw.rLock(), () => recordOf(first).value.unlock());
    const second = park(rw.rLock(), () => order.push("reader"));
    void park(rw.lock(), () => order.push("writer"));
    rw.unlock();
    checkRWMutex(rw);
    expect(order).toEqual(["reader"]);
    recordOf(second).value.unlock();
    expect(order).toEqual(["reader", "writer"]);
  });

  it("all give it back at once, and the writer gets it", () => {
    const rw = written();
    let held = false;
    const readers = [1, 2].map(() => {
      const op = park(rw.rLock(), () => recordOf(op).value.unlock());
      return op;
    });
    void park(rw.lock(), () => (held = true));
    rw.unlock();
    checkRWMutex(rw);
    expect(readers.map((op) => recordOf(op).value.held)).toEqual([false, false]);
    expect(held).toBe(true);
  });
});

it("rLocker gives the same locker each time, as in Go, where it is the mutex itself", () => {
  const rw = new RWMutex();
  expect(rw.rLocker()).toBe(rw.rLocker());
  expect(rw.rLocker()).not.toBe(new RWMutex().rLocker());
});

it("a writer that waited for readers is named as the one who holds it", async () => {
  const rw = new RWMutex("data");
  const said = await createFifoScheduler().run(function* () {
    yield* rw.rLock();
    const g = go(function* writer() {
      yield* rw.lock();
      return rw.describe();
    });
    yield;
    rw.rUnlock();
    return yield* g.join();
  });
  expect(said).toBe('sync.RWMutex "data" held by goroutine 2 (writer)');
});

describe("the turn of a writer", () => {
  /** What Go 1.19 prints on one P is what is expected of each. */
  async function log(main: (rw: RWMutex, log: (text: string) => void) => Go): Promise<string[]> {
    const lines: string[] = [];
    await createScheduler().run(function* () {
      const rw = new RWMutex();
      yield* rw.lock();
      yield* main(rw, (text) => lines.push(text));
      yield* settle();
      checkRWMutex(rw);
      expect(rw.tryLock()).toBe(true);
    });
    return lines;
  }

  function* readers(n: number, rw: RWMutex, log: (text: string) => void): Go {
    for (let i = 0; i < n; i++) {
      go(function* () {
        yield* rw.rLock();
        log(`r${i}`);
        rw.rUnlock();
      });
      yield* settle();
    }
  }

  function* writers(n: number, rw: RWMutex, log: (text: string) => void): Go {
    for (let i = 0; i < n; i++) {
      go(function* () {
        yield* rw.lock();
        log(`w${i}`);
        rw.unlock();
      });
      yield* settle();
    }
  }

  it("is free until the writer that was woken runs: the one that unlocks can lock again at once", async () => {
    const lines = await log(function* (rw, log) {
      yield* writers(3, rw, log);
      rw.unlock();
      checkRWMutex(rw);
      yield* rw.lock();
      log("again");
      checkRWMutex(rw);
      rw.unlock();
    });
    expect(lines).toEqual(["again", "w0", "w1", "w2"]);
  });

  it("is free until then for tryLock, and for one who reads, for whom the woken writer waits", async () => {
    const lines = await log(function* (rw, log) {
      yield* writers(1, rw, log);
      rw.unlock();
      log(`tryLock ${rw.tryLock()}`);
      yield* settle();
      rw.unlock();
      log(`tryRLock ${rw.tryRLock()}`);
      yield* settle();
      log(`tryRLock ${rw.tryRLock()}`);
      rw.rUnlock();
    });
    expect(lines).toEqual(["tryLock true", "tryRLock true", "tryRLock false", "w0"]);
  });

  it("comes after the readers that waited, who run in their order when a writer was woken after them", async () => {
    const together = await log(function* (rw, log) {
      yield* readers(3, rw, log);
      yield* writers(2, rw, log);
      rw.unlock();
      log(`tryRLock ${rw.tryRLock()}`);
      rw.rUnlock();
    });
    expect(together).toEqual(["tryRLock true", "r0", "r1", "r2", "w0", "w1"]);
    const alone = await log(function* (rw, log) {
      yield* readers(3, rw, log);
      rw.unlock();
    });
    expect(alone).toEqual(["r2", "r0", "r1"]);
  });

  it("is contended for by async functions too", async () => {
    const rw = new RWMutex();
    await rw.lock();
    const lines: string[] = [];
    const waiting = rw.withLock(async () => lines.push("waiter")).then();
    await Promise.resolve();
    rw.unlock();
    expect(rw.tryLock()).toBe(true);
    lines.push("again");
    await Promise.resolve();
    checkRWMutex(rw);
    rw.unlock();
    await waiting;
    expect(lines).toEqual(["again", "waiter"]);
  });

  it("is handed to a writer that waited more than 1 ms and loses, ahead of everybody", async () => {
    await createDeterministicScheduler({ seed: 1 }).run(function* () {
      const rw = new RWMutex();
      const lines: string[] = [];
      yield* rw.lock();
      yield* writers(2, rw, (text) => lines.push(text));
      yield* sleep(1.5);
      rw.unlock();
      yield* rw.lock();
      yield* settle();
      expect([rw.starving, lines]).toEqual([true, []]);
      rw.unlock();
      expect([rw.tryLock(), rw.tryRLock()]).toEqual([false, false]);
      checkRWMutex(rw);
      yield* settle();
      expect([rw.starving, lines]).toEqual([false, ["w0", "w1"]]);
      expect(rw.tryLock()).toBe(true);
    });
  });

  it("goes to the next one if the woken one is called off, or ended, before it runs", async () => {
    await createFifoScheduler().run(function* () {
      const rw = new RWMutex();
      const lines: string[] = [];
      yield* rw.lock();
      const stop = new AbortController();
      go(function* () {
        try {
          yield* rw.lock({ signal: stop.signal });
        } catch {
          lines.push("off");
        }
      });
      yield* settle();
      yield* writers(1, rw, (text) => lines.push(text));
      rw.unlock();
      stop.abort();
      checkRWMutex(rw);
      yield* settle();
      expect(lines.sort()).toEqual(["off", "w0"]);
      yield* rw.lock();
      const ended = rw.lock()[Symbol.iterator]();
      ended.next();
      yield* writers(1, rw, (text) => lines.push(text));
      rw.unlock();
      ended.return!();
      checkRWMutex(rw);
      yield* settle();
      expect(lines).toEqual(["off", "w0", "w0"]);
    });
  });
});
