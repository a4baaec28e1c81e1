/** Timers, tickers and sleep: Go's recorded answers (apps/oracle/data/timers.json), those that 1.23 changed included. */
import { describe, expect, test } from "vitest";
import { readFileSync } from "node:fs";
import {
  after,
  afterFunc,
  createDeterministicScheduler,
  createFifoScheduler,
  createScheduler,
  currentClock,
  type Go,
  isPanicError,
  newTicker,
  newTimer,
  now,
  sleep,
  tick,
  Ticker,
  Timer,
  recordOf,
} from "./helpers.ts";
import { hearUncaught } from "./uncaught.ts";

interface Row {
  name: string;
  result: unknown;
  differs_in_1_23?: string;
}
const data = JSON.parse(
  readFileSync(new URL("../../../apps/oracle/data/timers.json", import.meta.url), "utf8"),
) as { cases: Row[] };

const HOUR = 3_600_000;
const has = (c: { tryRecv(): [unknown, boolean, boolean] }): boolean => c.tryRecv()[1];

const programs: Record<string, () => Go<unknown>> = {
  *"NewTimer channel len, cap"() {
    const t = newTimer(HOUR);
    return [t.c.len, t.c.cap];
  },
  *"Stop pending -> true, nothing in channel"() {
    const t = newTimer(HOUR);
    return [t.stop(), has(t.c)];
  },
  *"Stop twice"() {
    const t = newTimer(HOUR);
    return [t.stop(), t.stop()];
  },
  *"Stop after fired and received -> false"() {
    const t = newTimer(1);
    yield* t.c.recv();
    return [t.stop(), has(t.c)];
  },
  *"Stop after fired, not received: result, value still in channel"() {
    const t = newTimer(1);
    yield* sleep(20);
    return [t.stop(), has(t.c)];
  },
  *"len(C) after fired, not received"() {
    const t = newTimer(1);
    yield* sleep(20);
    return t.c.len;
  },
  *"Reset pending -> true"() {
    const t = newTimer(HOUR);
    return t.reset(HOUR);
  },
  *"Reset after Stop -> false"() {
    const t = newTimer(HOUR);
    t.stop();
    return t.reset(HOUR);
  },
  *"Reset after fired and received -> false, fires again"() {
    const t = newTimer(1);
    yield* t.c.recv();
    const r = t.reset(1);
    yield* t.c.recv();
    return r;
  },
  *"Reset(1h) after fired, not received: result, stale value readable"() {
    const t = newTimer(1);
    yield* sleep(20);
    const r = t.reset(HOUR);
    return [r, has(t.c)];
  },
  *"Reset to earlier fires early"() {
    const t0 = now();
    const t = newTimer(HOUR);
    t.reset(2);
    yield* t.c.recv();
    return now() - t0 < HOUR / 2;
  },
  *"negative and zero durations fire at once"() {
    const a = newTimer(-HOUR);
    const b = newTimer(0);
    yield* sleep(20);
    return [has(a.c), has(b.c)];
  },
  *"unreceived timer delivers the fire time, not the receive time"() {
    const t0 = now();
    const c = after(5);
    yield* sleep(60);
    return (yield* c.recv()) - t0 < 40;
  },
  *"AfterFunc: C is nil"() {
    return afterFunc(HOUR, () => {}).c === null;
  },
  *"AfterFunc Stop before firing -> true and f never runs"() {
    let ran = 0;
    const t = afterFunc(5, () => ran++);
    const s = t.stop();
    yield* sleep(20);
    return [s, ran];
  },
  *"AfterFunc Stop after f started -> false, does not wait for f"() {
    let started = false;
    let ended = false;
    const t = afterFunc(1, function* () {
      started = true;
      yield* sleep(HOUR);
      ended = true;
    });
    yield* sleep(2);
    const s = t.stop();
    expect([started, ended]).toEqual([true, false]);
    return s;
  },
  *"AfterFunc Reset runs f again"() {
    let ran = 0;
    const t = afterFunc(1, () => ran++);
    yield* sleep(2);
    const before = ran;
    const r = t.reset(1);
    yield* sleep(2);
    return [r, ran - before - 1];
  },
  *"Ticker drops ticks for a slow reader: ticks waiting after 10 periods"() {
    const t = newTicker(200);
    yield* sleep(500);
    let n = 0;
    while (has(t.c) && n <= 3) n++;
    return [n, t.c.cap];
  },
  *"Ticker Stop does not close the channel"() {
    const t = newTicker(HOUR);
    t.stop();
    const [, ok, ready] = t.c.tryRecv();
    return ready ? `received, ok=${ok}` : "blocks";
  },
  *"Ticker Reset after Stop ticks again"() {
    const t = newTicker(HOUR);
    t.stop();
    t.reset(1);
    yield* t.c.recv();
    t.stop();
    return true;
  },
  *"Tick(0) and Tick(-1) are nil"() {
    // Here a channel that is never ready, as a nil one.
    return [!has(tick(0)), !has(tick(-1))];
  },
  *"Sleep(0) and Sleep(-1) return at once"() {
    const t0 = now();
    yield* sleep(0);
    yield* sleep(-HOUR);
    return now() - t0 < 1000;
  },
  *"After with the largest Duration does not fire early"() {
    const c = after(Number.MAX_VALUE);
    const d = after(Infinity);
    yield* sleep(5);
    return !has(c) && !has(d);
  },
  *"timers fire in deadline order"() {
    const o: number[] = [];
    for (const s of [5, 3, 6, 1, 2, 7, 4, 0]) afterFunc(s * 10 + 5, () => o.push(s));
    yield* sleep(100);
    return o;
  },
};

/** What the cases that Go 1.23 changed give there. */
const since123: Record<string, unknown> = {
  "NewTimer channel len, cap": [0, 0],
  "Stop after fired, not received: result, value still in channel": [true, false],
  "len(C) after fired, not received": 0,
  "Reset(1h) after fired, not received: result, stale value readable": [true, false],
  "Ticker drops ticks for a slow reader: ticks waiting after 10 periods": [1, 0],
};

describe("time: Go's recorded answers", () => {
  test("every recorded case has its program, and every changed one its new answer", () => {
    expect(data.cases.map((c) => c.name).sort()).toEqual(Object.keys(programs).sort());
    expect(
      data.cases
        .filter((c) => c.differs_in_1_23 !== undefined)
        .map((c) => c.name)
        .sort(),
    ).toEqual(Object.keys(since123).sort());
  });
  for (const row of data.cases) {
    const want = since123[row.name] ?? row.result;
    test(`virtual time: ${row.name}`, async () => {
      expect(await createDeterministicScheduler({ seed: 1 }).run(programs[row.name]!)).toEqual(
        want,
      );
    });
    test(`real time: ${row.name}`, async () => {
      expect(await createScheduler().run(programs[row.name]!)).toEqual(want);
    });
  }
});

describe("time: what the language promises", () => {
  const virtual = <R>(main: () => Go<R>): Promise<R> =>
    createDeterministicScheduler({ seed: 3 }).run(main);

  test("time: Sleep(d) waits at least d on the host's clock too", async () => {
    const took = await createScheduler().run(function* () {
      const t = now();
      yield* sleep(7.5);
      return now() - t;
    });
    expect(took).toBeGreaterThanOrEqual(7.5);
  });

  test("time: After/Timer delivers the fire time even if read later", async () => {
    expect(
      await virtual(function* () {
        const c = after(10);
        yield* sleep(100);
        return [yield* c.recv(), now()];
      }),
    ).toEqual([10, 100]);
  });

  test("time: Reset later delays, Reset earlier fires early, both true while active", async () => {
    expect(
      await virtual(function* () {
        const t = newTimer(10);
        const a = t.reset(50);
        const at = yield* t.c.recv();
        t.reset(1000);
        const b = t.reset(5);
        return [a, at, b, yield* t.c.recv()];
      }),
    ).toEqual([true, 50, true, 55]);
  });

  test("time: a receiver that is already parked follows a reset and a stop", async () => {
    const got = await virtual(function* () {
      const t = newTimer(10);
      const order: unknown[] = [];
      afterFunc(5, () => order.push(["reset", t.reset(30)]));
      order.push(["recv", yield* t.c.recv()]);
      t.reset(10);
      afterFunc(5, () => order.push(["stop", t.stop()]));
      afterFunc(50, () => order.push(["again", t.reset(1)]));
      order.push(["recv", yield* t.c.recv()]);
      return order;
    });
    expect(got).toEqual([
      ["reset", true],
      ["recv", 35],
      ["stop", true],
      ["again", false],
      ["recv", 86],
    ]);
  });

  test("time: zero Timer: Stop and Reset panic, Stop on a Ticker built by hand does not crash", () => {
    const value = (f: () => unknown): unknown => {
      try {
        f();
      } catch (e) {
        return isPanicError(e) ? e.value : e;
      }
      return "no panic";
    };
    expect(value(() => new Timer().stop())).toBe("time: Stop called on uninitialized Timer");
    expect(value(() => new Timer().reset(1))).toBe("time: Reset called on uninitialized Timer");
    expect(value(() => new Ticker().stop())).toBe("no panic");
    expect(value(() => new Ticker().reset(1))).toBe("time: Reset called on uninitialized Ticker");
    expect((value(() => newTicker(0)) as Error).message).toBe(
      "non-positive interval for NewTicker",
    );
    expect(value(() => newTicker(1).reset(0))).toBe("non-positive interval for Ticker.Reset");
    expect(value(() => newTimer(NaN))).toEqual(
      new RangeError("newTimer: ms is NaN, want a number of milliseconds"),
    );
    expect(() => sleep("5" as never)).toThrow('sleep: ms is "5", want a number of milliseconds');
  });

  test("time: Ticker drops ticks for slow readers (at most one waiting) and keeps its rhythm", async () => {
    expect(
      await virtual(function* () {
        const t = newTicker(10);
        const got: number[] = [];
        got.push(yield* t.c.recv());
        yield* sleep(35); // 20, 30 and 40 pass, 20 is kept
        got.push(yield* t.c.recv());
        got.push(yield* t.c.recv());
        t.reset(3);
        got.push(yield* t.c.recv());
        t.stop();
        return [got, now(), has(t.c)];
      }),
    ).toEqual([[10, 20, 50, 53], 53, false]);
  });

  test("time: ranges over a ticker, in goroutines and async functions", async () => {
    expect(
      await virtual(function* () {
        const got: number[] = [];
        for (const r = newTicker(5).c.range(); yield* r.next();) {
          got.push(r.value);
          if (got.length === 3) break;
        }
        return got;
      }),
    ).toEqual([5, 10, 15]);
    const t = newTicker(1);
    let n = 0;
    for await (const at of t.c) if (at > 0 && ++n === 2) break;
    expect(n).toBe(2);
  });

  test("time: unreferenced, unstopped timers and tickers hold nothing in the clock", async () => {
    const s = createScheduler();
    await s.run(function* () {
      for (let i = 0; i < 1000; i++) {
        newTimer(HOUR);
        newTicker(HOUR);
        after(HOUR);
      }
      expect(s.stats().timers).toBe(0);
      const t = newTimer(HOUR);
      s.go(function* () {
        yield* t.c.recv();
      });
      yield;
      expect(s.stats().timers).toBe(1);
    });
    expect(s.stats().timers).toBe(0);
  });

  for (const [name, make] of [
    ["host's", () => createScheduler()],
    ["virtual", () => createDeterministicScheduler({ seed: 1 })],
  ] as const) {
    test(`time: Infinity never comes on a ${name} clock: who waits for it alone is deadlocked`, async () => {
      await expect(
        make().run(function* () {
          yield* sleep(Infinity);
        }),
      ).rejects.toThrow(/all goroutines are asleep - deadlock!\n\ngoroutine 1 \[sleep\]/);
      await expect(
        make().run(function* () {
          yield* newTimer(Infinity).c.recv();
        }),
      ).rejects.toThrow(/goroutine 1 \[chan receive\]/);
      const s = make();
      const seen = await s.run(function* () {
        s.go(() => sleep(Infinity));
        const t = afterFunc(Infinity, () => {
          throw new Error("Infinity came");
        });
        yield* sleep(1);
        return [now() < HOUR, t.stop(), t.stop(), t.reset(Infinity), t.reset(Infinity)];
      });
      expect(seen).toEqual([true, true, false, false, true]);
    });
  }

  test("time: afterFunc refuses what cannot run, at once", async () => {
    await createScheduler().run(function* () {
      expect(() => afterFunc(1, null as never)).toThrow("go of nil func value");
      expect(() => afterFunc(1, 7 as never)).toThrow(
        new TypeError("afterFunc: fn is 7, want a function"),
      );
      yield* sleep(3);
    });
  });

  test("time: a channel without a due time gives up its waiter when the waiter leaves", async () => {
    const c = after(HOUR);
    const op = c.recv();
    recordOf(op).next();
    expect(recordOf(op).describe()).toMatch(/^timer \(due in 3\d{6} ms\)$/);
    recordOf(op).return(0);
    expect(c.tryRecv()).toEqual([undefined, false, false]);
  });
});

test("functions of one instant are started in the order in which they were set, of whatever kind they are", async () => {
  const order: number[] = [];
  await createScheduler().run(function* () {
    const at = currentClock().now();
    afterFunc(1, () => order.push(1));
    afterFunc(1, function* () {
      order.push(2);
    });
    afterFunc(1, () => order.push(3));
    while (currentClock().now() < at + 3); // all are due at one look at the clock
    yield* sleep(1);
  });
  expect(order).toEqual([1, 2, 3]);
});

test("a time that is no number is long past", async () => {
  const order: number[] = [];
  const s = createFifoScheduler();
  await s.run(function* () {
    const now = s.clock.now();
    s.clock.schedule(now + 1, () => order.push(1));
    s.clock.schedule(NaN, () => order.push(0));
    s.clock.schedule(now + 2, () => order.push(2));
    yield* sleep(5);
  });
  expect(order).toEqual([0, 1, 2]);
});

test("what a timer throws is an uncaught error, and no end of a program, nor of the timers due with it", async () => {
  const uncaught = hearUncaught();
  try {
    const s = createFifoScheduler();
    const fired = await s.run(function* () {
      let n = 0;
      const at = s.clock.now() + 1;
      s.clock.schedule(at, () => {
        throw new Error("thrown");
      });
      s.clock.schedule(at, () => n++);
      yield* sleep(5);
      return n;
    });
    await new Promise((resolve) => setTimeout(resolve));
    expect([fired, ...uncaught.errors.map(String)]).toEqual([1, "Error: thrown"]);
  } finally {
    uncaught.stop();
  }
});
