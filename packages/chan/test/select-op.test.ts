/** What a select does with the cases that lose, when one that leaves lets another one in. */
import { Op, PARKED, WaitQueue, withSignal } from "@gort/sched";
import { describe, expect, it } from "vitest";
import { checkChan, makeChan, prepare, select, trySelect } from "../src/index.ts";

const rejection = (p: unknown): Promise<unknown> =>
  (p as Promise<unknown>).then(
    () => "fulfilled",
    (e: unknown) => e,
  );

/** A weighted semaphore: strictly first come first served, so a big request that leaves lets in a small one behind it. */
class Permits {
  readonly queue = new WaitQueue<Take>();
  free: number;

  constructor(free: number) {
    this.free = free;
  }

  take(n: number): Take {
    return new Take(this, n);
  }

  give(n: number): void {
    this.free += n;
    for (let op = this.queue.head; op !== null && op.n <= this.free; op = this.queue.head) {
      void this.queue.shift();
      this.free -= op.n;
      op.complete();
    }
  }
}

class Take extends Op<void> {
  readonly n: number;
  private readonly from: Permits;

  constructor(from: Permits, n: number) {
    super();
    this.from = from;
    this.n = n;
  }

  get reason(): "semacquire" {
    return "semacquire";
  }

  tryNow(): boolean {
    if (this.from.queue.head !== null || this.from.free < this.n) return false;
    this.from.free -= this.n;
    return true;
  }

  park(): void {
    this.from.queue.push(this);
  }

  unpark(): void {
    if (this.queue === null) throw new Error("unparked, but not parked");
    this.from.queue.remove(this);
    this.from.give(0);
  }

  override discard(): void {
    this.from.give(this.n);
  }
}

/** Completes another op when it is parked or leaves. */
class Pusher extends Op<void> {
  private readonly atPark: () => void;

  constructor(atPark: () => void) {
    super();
    this.atPark = atPark;
  }

  get reason(): "semacquire" {
    return "semacquire";
  }

  tryNow(): boolean {
    return false;
  }

  park(): void {
    this.atPark();
  }

  unpark(): void {
    if (this.state !== PARKED) throw new Error("unparked, but not parked");
  }
}

describe("a case that gets in because another one left", () => {
  it("is given back: the select completes once, and no value is lost", async () => {
    for (let i = 0; i < 60; i++) {
      const permits = new Permits(0);
      const ch = makeChan<string>();
      const waiting = select({
        two: permits.take(2),
        one: permits.take(1),
        stop: ch.recv(),
      }).start();
      permits.give(1);
      const delivered = ch.trySend("precious");
      const r = await waiting;
      // Either the small request was first in the queue and had the permit, or the value arrived.
      expect(r.case).toBe(delivered ? "stop" : "one");
      expect(permits.free).toBe(delivered ? 1 : 0);
      expect(permits.queue.length).toBe(0);
      expect(checkChan(ch)).toEqual({ receivers: 0, senders: 0 });
    }
  });

  it("is given back also if the wait was called off, with two cases and with three", async () => {
    for (let i = 0; i < 30; i++) {
      for (const more of [{}, { never: null, third: makeChan().recv() }]) {
        const permits = new Permits(0);
        const stop = new AbortController();
        const cases = { two: permits.take(2), one: permits.take(1), ...more };
        const waiting = withSignal(select(cases), stop.signal).start();
        const before = permits.queue.head!.n;
        permits.give(1);
        if (before === 1) {
          expect(await waiting).toMatchObject({ case: "one" });
          continue;
        }
        stop.abort("enough");
        expect(await rejection(waiting)).toBe("enough");
        expect([permits.free, permits.queue.length]).toEqual([1, 0]);
      }
    }
  });

  it("is given back also if the goroutine ended", () => {
    for (let i = 0; i < 30; i++) {
      const permits = new Permits(0);
      const op = select([permits.take(2), permits.take(1)]);
      void op.next();
      permits.give(1);
      const early = permits.free === 0;
      op.return();
      expect([permits.free, permits.queue.length, early]).toEqual([1, 0, early]);
    }
  });

  it("wins if the select was still parking its cases", async () => {
    for (let i = 0; i < 30; i++) {
      for (const more of [[], [makeChan().recv()]]) {
        const permits = new Permits(0);
        const giveIfWanted = (): void => {
          if (permits.queue.head !== null) permits.give(1);
        };
        const waiting = select([permits.take(1), new Pusher(giveIfWanted), ...more]).start();
        giveIfWanted();
        expect(await waiting).toMatchObject({ case: 0 });
        expect(permits.queue.length).toBe(0);
      }
    }
  });
});

/** Asked for what it waits for when it was made. */
class Asked extends Op<void> {
  asked = true;

  get reason(): "semacquire" {
    return "semacquire";
  }

  tryNow(): boolean {
    return false;
  }

  park(): void {}

  unpark(): void {
    this.withdraw();
  }

  withdraw(): boolean {
    this.asked = false;
    return true;
  }
}

describe("a case that had asked for what it waits for", () => {
  const ready = () => {
    const ch = makeChan<number>(1);
    ch.trySend(1);
    return ch.recv();
  };

  it.each<[string, (asked: Asked, twin: Asked) => unknown]>([
    ["to a case that was ready", (asked) => trySelect({ asked, ready: ready() })],
    ["to one of two that were ready", (a, b) => trySelect([a, b, ready(), ready()])],
    ["to the default", (asked) => trySelect({ asked })],
    ["in a goroutine", (asked) => select({ asked, ready: ready() }).next()],
    ["in a prepared select", (asked) => prepare({ asked: () => asked, ready: ready() }).try()],
    ["in one of many", (a, b) => prepare({ a: () => a, b: () => b, ready: ready() }).start()],
  ])("takes it back when it loses %s", (_, lose) => {
    const [asked, twin] = [new Asked(), new Asked()];
    lose(asked, twin);
    expect(asked.asked).toBe(false);
  });

  it("takes it back when it loses after the select waited", async () => {
    const asked = new Asked();
    const ch = makeChan<number>();
    const waiting = select({ asked, ch: ch.recv() }).start();
    expect(asked.asked).toBe(true);
    ch.trySend(1);
    expect(await waiting).toMatchObject({ case: "ch" });
    expect(asked.asked).toBe(false);
  });
});

describe("a select that cannot park one of its cases", () => {
  it("takes those before it off their queues and leaves those after it alone", async () => {
    for (let i = 0; i < 30; i++) {
      for (const more of [[], [new Permits(0).take(1)]]) {
        const permits = new Permits(0);
        const refuse = (): never => {
          throw new Error("not here");
        };
        const waiting = select([permits.take(1), new Pusher(refuse), ...more]).start();
        expect(await rejection(waiting)).toMatchObject({ message: "not here" });
        expect(permits.queue.length).toBe(0);
      }
    }
  });
});

describe("a select that throws", () => {
  class Throws extends Asked {
    override tryNow(): never {
      throw new Error("not now");
    }
  }
  class NoPark extends Asked {
    override park(): never {
      throw new Error("not here");
    }
  }
  const never = () => makeChan<number>().recv();

  it.each<[string, (asked: Asked, twin: Asked) => unknown]>([
    ["trying a case", (asked) => select([asked, new Throws()]).next()],
    ["trying a case beside a default", (asked) => trySelect([asked, new Throws()])],
    ["trying one of many", (a, b) => select([a, b, never(), new Throws()]).next()],
    ["trying one in a select in a select", (a, b) => select([a, select([b, new Throws()])]).next()],
    ["parking a case", (asked) => select([asked, new NoPark()]).next()],
    ["parking one of many", (a, b) => select([a, b, never(), new NoPark()]).next()],
    ["given what is no case", (asked) => select([asked, 5 as unknown as null])],
    ["given a case twice", (asked) => select([asked, asked])],
    [
      "in a pass of a prepared one",
      (asked) => void prepare({ asked: () => asked, bad: () => new Throws() }).try(),
    ],
    [
      "as a function of a prepared one throws",
      (asked) => {
        const bad = (): never => {
          throw new Error("no");
        };
        prepare({ asked: () => asked, bad }).try();
      },
    ],
  ])("takes back what its cases asked for: %s", (_, use) => {
    for (let i = 0; i < 20; i++) {
      const [asked, twin] = [new Asked(), new Asked()];
      expect(() => use(asked, twin)).toThrow();
      expect([asked.asked, asked.queue]).toEqual([false, null]);
    }
  });
});
