/** The deterministic scheduler: same seed, same run; other seeds, other runs; time that jumps. */
import { describe, expect, test } from "vitest";
import {
  afterFunc,
  Chan,
  checkpoint,
  createDeterministicScheduler,
  currentScheduler,
  go,
  Never,
  now,
  poll,
  random,
  setDefaultScheduler,
  sleep,
  WaitGroup,
  wall,
} from "./helpers.ts";

/** A program that writes down what it did in which order. */
async function trace(seed: number): Promise<string> {
  const log: string[] = [];
  await createDeterministicScheduler({ seed }).run(function* () {
    const c = new Chan(2);
    const wg = new WaitGroup();
    for (let i = 0; i < 6; i++) {
      wg.add(1);
      go(function* () {
        for (let j = 0; j < 3; j++) {
          yield* c.send(i);
          log.push(`s${i}`);
          yield* checkpoint();
          if (random(2) === 0) yield* sleep(random(20));
        }
        wg.done();
      });
    }
    for (let i = 0; i < 18; i++) log.push(`r${yield* c.recv()}@${now()}`);
    yield* wg.wait();
  });
  return log.join(" ");
}

/** What `body` writes down, with async functions in it, if each line takes so long. */
async function traceAsync(
  busyMs: number,
  body: (write: (line: string) => void) => Promise<void>,
): Promise<string> {
  const log: string[] = [];
  const scheduler = createDeterministicScheduler({ seed: 9 });
  const before = setDefaultScheduler(scheduler);
  try {
    await scheduler.run(() =>
      body((line) => {
        log.push(line);
        for (const end = performance.now() + busyMs; performance.now() < end;);
      }),
    );
  } finally {
    setDefaultScheduler(before);
  }
  return log.join(" ");
}

describe("deterministic scheduler", () => {
  test("the same seed gives the same run, other seeds give others", async () => {
    const runs = new Set<string>();
    for (let seed = 0; seed < 20; seed++) {
      const a = await trace(seed);
      expect(await trace(seed)).toBe(a);
      runs.add(a);
    }
    expect(runs.size).toBeGreaterThan(15);
  });

  test("an async function that is woken goes on after the same steps, however long they take", async () => {
    const body = async (write: (line: string) => void): Promise<void> => {
      const c = new Chan<string>();
      const steps = go(function* () {
        yield* c.send("woken");
        for (let i = 0; i < 300; i++) {
          if (i % 30 === 0) write(`${i}`);
          yield;
        }
      });
      write((await c.recv())!);
      await steps.join();
    };
    const fast = await traceAsync(0, body);
    expect(fast).toBe("0 30 60 90 120 150 180 210 240 woken 270");
    expect(await traceAsync(2, body)).toBe(fast);
  });

  test("async functions that wake each other go on in one order, however long they take", async () => {
    const body = async (write: (line: string) => void): Promise<void> => {
      const c = new Chan();
      const others = [
        (async () => {
          for (let i = 0; i < 150; i++) {
            await c.send(i);
            write("s");
          }
        })(),
        (async () => {
          for (let i = 0; i < 150; i++) {
            for (let hop = 0; hop < 5; hop++) await Promise.resolve();
            write("-");
          }
        })(),
      ];
      for (let i = 0; i < 150; i++) write(`r${await c.recv()}`);
      await Promise.all(others);
    };
    const fast = await traceAsync(0, body);
    expect(await traceAsync(0.1, body)).toBe(fast);
  });

  test("every order of three goroutines is reached", async () => {
    const orders = new Set<string>();
    for (let seed = 0; seed < 100; seed++) {
      const order: number[] = [];
      await createDeterministicScheduler({ seed }).run(function* () {
        for (let i = 0; i < 3; i++) go(() => order.push(i));
        while (order.length < 3) yield;
      });
      orders.add(order.join(""));
    }
    expect([...orders].sort()).toEqual(["012", "021", "102", "120", "201", "210"]);
  });

  test("timers that come due at one instant fire in every order, the same for the same seed, whenever they were set", async () => {
    const orderOf = async (seed: number, n: number): Promise<string> => {
      const order: number[] = [];
      const s = createDeterministicScheduler({ seed });
      await s.run(function* () {
        for (let i = 0; i < n; i++) {
          s.clock.schedule(100, () => order.push(i));
          yield* sleep(1);
        }
        s.clock.schedule(99, () => order.push(-1));
        yield* sleep(1000);
      });
      return order.join(" ");
    };
    const orders = new Set<string>();
    for (let seed = 0; seed < 100; seed++) orders.add(await orderOf(seed, 3));
    expect([...orders].sort()).toEqual(
      ["0 1 2", "0 2 1", "1 0 2", "1 2 0", "2 0 1", "2 1 0"].map((order) => `-1 ${order}`),
    );
    expect(await orderOf(7, 90)).toBe(await orderOf(7, 90));
    expect(await orderOf(7, 90)).not.toBe(await orderOf(8, 90));
  });

  test("time begins in 2000, stands still while anything runs, and jumps when all wait", async () => {
    const s = createDeterministicScheduler({ seed: 1 });
    const seen = await s.run(function* () {
      const seen = [now(), wall()];
      for (let i = 0; i < 1000; i++) yield;
      seen.push(now());
      yield* sleep(86_400_000);
      seen.push(now(), wall());
      return seen;
    });
    const start = Date.UTC(2000, 0, 1);
    expect(seen).toEqual([0, start, 0, 86_400_000, start + 86_400_000]);
    const t = await createDeterministicScheduler({ epoch: 5 }).run(() => wall());
    expect(t).toBe(5);
  });

  test("a seed is chosen if none is given, and can be read to repeat the run", () => {
    const s = createDeterministicScheduler();
    expect(Number.isInteger(s.seed) && s.seed >= 0 && s.seed < 2 ** 32).toBe(true);
    const a = createDeterministicScheduler({ seed: s.seed });
    const b = createDeterministicScheduler({ seed: s.seed });
    const draw = (x: typeof a): number[] => Array.from({ length: 20 }, () => x.random(1000));
    expect(draw(a)).toEqual(draw(b));
  });

  test("an async goroutine sleeps by its scheduler's clock at its first await, however it waits", async () => {
    for (const nap of [() => sleep(3_600_000), () => sleep(3_600_000).start()]) {
      const s = createDeterministicScheduler({ seed: 1 });
      const at = await s.run(async () => {
        await nap();
        return s.clock.now();
      });
      expect(at).toBe(3_600_000);
    }
  });

  test("time does not jump while a promise or an async goroutine still has work", async () => {
    const log: string[] = [];
    await createDeterministicScheduler({ seed: 2 }).run(function* () {
      const s = currentScheduler();
      s.go(function* () {
        yield* sleep(1000);
        log.push("timer");
      });
      yield* poll(new Promise((resolve) => setTimeout(resolve, 5)));
      log.push("promise");
      const g = s.go(async () => {
        for (let i = 0; i < 50; i++) await Promise.resolve();
        log.push("async");
      });
      yield* g.join();
      yield* sleep(2000);
    });
    expect(log).toEqual(["promise", "async", "timer"]);
  });
});

test("a timer that is due waits until nothing is runnable, wherever slices end", async () => {
  const s = createDeterministicScheduler({ seed: 1, slice: 0.01 });
  const early = await s.run(async () => {
    await sleep(1); // time has jumped from outside of a slice
    return await s
      .go(function* () {
        let fired = false;
        afterFunc(Number.MIN_VALUE, () => (fired = true)); // no later than now
        for (const end = performance.now() + 20; !fired && performance.now() < end;) yield;
        return fired;
      })
      .join();
  });
  expect(early).toBe(false);
});

test("time moves on, outside of bubbles, whatever else async functions wait for", async () => {
  class Outside extends Never {
    override isDurable(): boolean {
      return false;
    }
  }
  const s = createDeterministicScheduler({ seed: 1 });
  const at = await s.run(async () => {
    void new Outside().then();
    await sleep(1000);
    return s.clock.now();
  });
  expect(at).toBe(1000);
});
