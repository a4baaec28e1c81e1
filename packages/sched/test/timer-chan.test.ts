/** Who gets the time of a timer: who waits first, each time once, whoever else looks in between. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createDeterministicScheduler,
  createScheduler,
  type Go,
  go,
  isDeadlockError,
  newTicker,
  newTimer,
  now,
  run,
  sleep,
  type Ticker,
  type Timer,
  type TimerChan,
  withSignal,
} from "./helpers.ts";

const virtual = <R>(main: () => Go<R>): Promise<R> => createDeterministicScheduler().run(main);

const HOUR = 3_600_000;

/** Computes until `ms` are over: no timer fires meanwhile. */
const busy = (ms: number): void => {
  for (const end = now() + ms; now() < end;);
};

describe("time: a time that is due is for who waits already", () => {
  test("a timer that is reset to now is not received by who looks before the alarm, and not twice", async () => {
    const got = await virtual(function* () {
      const t = newTimer(1000);
      const log: unknown[] = [];
      go(function* () {
        log.push(["waiter", yield* t.c.recv()]);
      });
      yield* sleep(1);
      t.reset(0);
      log.push(t.c.tryRecv(), t.stop());
      t.reset(0);
      log.push(t.c.tryRecv());
      yield* sleep(5);
      log.push(t.c.tryRecv());
      return log;
    });
    const none = [undefined, false, false];
    expect(got).toEqual([none, true, none, ["waiter", 1], none]);
  });

  test("on the host's time a goroutine that computes past it gets nothing, who waits gets it once", async () => {
    for (const make of [createScheduler, () => createScheduler({ procs: 2 })]) {
      const got = await make().run(function* () {
        const t = newTimer(HOUR);
        const log: string[] = [];
        go(function* () {
          yield* t.c.recv();
          log.push("first");
        });
        yield;
        go(function* () {
          yield* t.c.recv();
          log.push("second");
        });
        yield* sleep(0.1);
        t.reset(5);
        busy(10);
        log.push(`tryRecv ${t.c.tryRecv()[2]}`);
        go(function* () {
          yield* t.c.recvOk();
          log.push("latecomer");
        });
        yield* sleep(5);
        log.push(`stop ${t.stop()}`);
        return log;
      });
      expect(got).toEqual(["tryRecv false", "first", "stop false"]);
    }
  });

  test("a ticker gives its reader no tick twice, and none before its time", async () => {
    const got = await run(function* () {
      const t = newTicker(HOUR);
      let start = 0;
      const ticks: [tick: number, late: boolean][] = [];
      go(function* () {
        for (const r = t.c.range(); yield* r.next();)
          ticks.push([Math.round((r.value - start) / 20), now() >= r.value]);
      });
      yield* sleep(1);
      start = now();
      t.reset(20);
      busy(27); // past the first tick
      const [, , ready] = t.c.tryRecv();
      yield* sleep(50);
      t.stop();
      return { ready, ticks };
    });
    expect(got.ready).toBe(false);
    expect(got.ticks.map(([, late]) => late)).not.toContain(false);
    const ticks = got.ticks.map(([tick]) => tick);
    expect(ticks[0]).toBe(1);
    expect([...new Set(ticks)]).toEqual(ticks);
  });

  test("an async function that waits is as good as a goroutine", async () => {
    const t = newTimer(HOUR);
    const got: string[] = [];
    const waiter = t.c.recv().start() as unknown as Promise<number>;
    const waiting = waiter.then(() => got.push("waiter"));
    t.reset(3);
    busy(6);
    got.push(`tryRecv ${t.c.tryRecv()[2]}`);
    await waiting;
    got.push(`tryRecv ${t.c.tryRecv()[2]}`);
    expect(got).toEqual(["tryRecv false", "waiter", "tryRecv false"]);
  });
});

test("a time that is due is for who waits also if the program that set the timer has ended", async () => {
  const s = createScheduler();
  let t!: ReturnType<typeof newTimer>;
  const program = s.run(function* () {
    t = newTimer(5);
    yield* sleep(0.1);
  });
  await Promise.resolve();
  const early = t.c.recv().start();
  await program;
  busy(10);
  expect(t.c.tryRecv()[2]).toBe(false);
  const late = t.c.recv().start();
  expect(await early).toBeGreaterThan(0);
  t.reset(0);
  expect(await late).toBeGreaterThan(0);
});

describe("a timer on the clock of another scheduler", () => {
  const foreign = async (): Promise<Timer<TimerChan>> => {
    const t = await createScheduler().run(() => newTimer(HOUR));
    t.stop();
    return t;
  };
  const externals = (s: unknown): number => (s as { tally: { externals: number } }).tally.externals;

  test("that is set while somebody waits is no deadlock: its time will come", async () => {
    for (const make of [createScheduler, createDeterministicScheduler]) {
      const t = await foreign();
      const s = make();
      await s.run(function* () {
        go(function* () {
          yield* sleep(1);
          t.reset(15);
        });
        yield* t.c.recv();
      });
      expect(externals(s)).toBe(0);
    }
  });

  test("that is stopped, or received from by somebody else, is nothing to wait for any more", async () => {
    for (const how of ["stop", "receive"]) {
      const t = await foreign();
      const s = createScheduler();
      const counts: number[] = [];
      const error: unknown = await s
        .run(function* () {
          t.reset(HOUR);
          const waiters = [1, 2].map(() =>
            s.go(function* () {
              yield* t.c.recv();
            }),
          );
          yield* sleep(0.1);
          counts.push(externals(s));
          if (how === "stop") t.stop();
          else {
            t.reset(1);
            yield* waiters[1]!.join(); // it ran first, and waits first
          }
          counts.push(externals(s));
          for (const g of waiters) yield* g.join();
        })
        .catch((e: unknown) => e);
      expect(isDeadlockError(error)).toBe(true);
      expect([...counts, externals(s)]).toEqual([2, 0, 0]);
    }
  });
});

/** A timer as simple as can be: who waits stands in a list, and time comes to it step by step. */
class Twin {
  active = true;
  when: number;
  period: number;
  waiters: number[] = [];
  constructor(at: number, ms: number, period: number) {
    this.when = at + ms;
    this.period = period;
  }
  set(active: boolean, at: number, ms: number): boolean {
    const was = this.active;
    this.active = active;
    this.when = at + ms;
    if (this.period > 0) this.period = ms;
    return was;
  }
  poll(at: number): number | null {
    if (!this.active || this.waiters.length > 0 || at < this.when) return null;
    return this.take(at);
  }
  take(at: number): number {
    const { when } = this;
    this.active = this.period > 0;
    while (this.active && this.when <= at) this.when += this.period;
    return when;
  }
  /** Time is now `at`: who gets what. */
  advance(at: number): string[] {
    const got: string[] = [];
    while (this.active && this.waiters.length > 0 && this.when <= at)
      got.push(`${this.waiters.shift()} got ${this.take(this.when)}`);
    return got;
  }
}

/** Each sleep ends a little after whole milliseconds, so never at the very time of a timer that was set before. */
const TINY = 1 / 1024;

const step = fc.record({
  what: fc.constantFrom("wait", "try", "stop", "reset", "sleep", "sleep"),
  ms: fc.constantFrom(0, 1, 2, 3, 7),
});

describe("time: timers and tickers do as a simple twin does", () => {
  test.each(["timer", "ticker"])("%s", async (kind) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const log: string[] = [];
        const want: string[] = [];
        await createDeterministicScheduler({ seed: 1 }).run(function* () {
          const ticks = kind === "ticker";
          const t: Timer | Ticker = ticks ? newTicker(5) : newTimer(5);
          const c = t.c;
          const twin = new Twin(0, 5, ticks ? 5 : 0);
          let waits = 0;
          for (const { what, ms } of steps) {
            const at = now();
            if (what === "wait") {
              const id = waits++;
              const due = twin.poll(at);
              if (due === null) twin.waiters.push(id);
              else want.push(`${id} got ${due}`);
              go(function* () {
                log.push(`${id} got ${yield* c.recv()}`);
              });
              yield* sleep(TINY);
              want.push(...twin.advance(now()));
            } else if (what === "try") {
              log.push(`try ${c.tryRecv()[0] ?? null}`);
              want.push(`try ${twin.poll(at)}`);
            } else if (what === "stop") {
              log.push(`stop ${t.stop() ?? ""}`);
              const was = twin.set(false, at, twin.period);
              want.push(`stop ${ticks ? "" : was}`);
            } else if (what === "reset") {
              const to = ticks ? ms + 1 : ms;
              log.push(`reset ${t.reset(to) ?? ""}`);
              const was = twin.set(true, at, to);
              want.push(`reset ${ticks ? "" : was}`);
            } else {
              yield* sleep(ms + TINY);
              want.push(...twin.advance(now()));
            }
          }
        });
        expect(log).toEqual(want);
      }),
      { numRuns: Number(process.env["GORT_FUZZ"] ?? 300), seed: 20 },
    );
  });
});

test("every goroutine that waits for one ticker gets a tick of its own", async () => {
  const s = createDeterministicScheduler({ seed: 1 });
  const ticks = await s.run(function* () {
    const ticker = newTicker(10);
    const out: number[] = [];
    const gs = [1, 2, 3].map(() =>
      s.go(function* (): Go {
        out.push(yield* ticker.c.recv());
      }),
    );
    for (const g of gs) yield* g.join();
    ticker.stop();
    return out;
  });
  expect(ticks).toEqual([10, 20, 30]);
});

describe("a program that ends takes along the alarm of a timer that somebody outside waits for", () => {
  const left = async (): Promise<[TimerChan, Promise<number>]> => {
    const s = createScheduler();
    let t!: Timer;
    await s.run(function* () {
      t = newTimer(30);
    });
    const waits = Promise.resolve(t.c!.recv().start());
    await s.run(function* () {
      yield* sleep(1);
    });
    return [t.c!, waits];
  };

  test("whoever looks sets it again", async () => {
    const [c, waits] = await left();
    expect(c.tryRecv()).toEqual([undefined, false, false]);
    expect(await waits).toBeTypeOf("number");
  });

  test("whoever waits too sets it again", async () => {
    const [c, waits] = await left();
    void Promise.resolve(c.recv().start());
    expect(await waits).toBeTypeOf("number");
  });
});

describe("a range over a ticker", () => {
  test("without its yield* throws after a hundred passes, and goes on after that", async () => {
    const r = newTicker(1).c.range();
    const loop = (r: { next(): unknown }): void => {
      for (; r.next(););
    };
    expect(() => loop(r)).toThrow("gort: range: next() was called again before it was waited for");
    expect([await r.next(), typeof r.value]).toEqual([true, "number"]);
  });

  test("serves two async functions at once", async () => {
    const r = newTicker(1).c.range();
    let passes = 0;
    const worker = async (): Promise<void> => {
      for (let i = 0; i < 3 && (await r.next()); i++) passes++;
    };
    await Promise.all([worker(), worker()]);
    expect(passes).toBe(6);
  });

  test("says ok, and serves again whoever called off a wait or left the loop", async () => {
    const ticker = newTicker(1);
    const r = ticker.c.range();
    for (let i = 0; i < 3; i++) {
      await expect(withSignal(r.next(), AbortSignal.abort("early"))).rejects.toBe("early");
      const op = r.next();
      expect([await op, op.ok]).toEqual([true, true]);
      await run(function* () {
        while (yield* r.next()) break;
      });
    }
    ticker.stop();
  });
});
