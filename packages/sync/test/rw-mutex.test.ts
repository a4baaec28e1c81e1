/** What happens while a writer hands over, when one who is let in makes others leave at once, as a select does. */
import { createFifoScheduler, go, type Op, type Waiter } from "@gort/sched";
import { PARKED } from "@gort/sched/primitives";
import { describe, expect, it } from "vitest";
import { checkRWMutex } from "../src/check.ts";
import { type LockToken, RWMutex } from "../src/index.ts";
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
