import { inspect } from "node:util";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  aborted,
  afterFunc,
  createDeterministicScheduler,
  createScheduler,
  defaultScheduler,
  go,
  gosched,
  isPanicError,
  newTicker,
  newTimer,
  now,
  Op,
  PanicError,
  PanicNilError,
  poll,
  setDefaultScheduler,
  sleep,
  type Ticker,
  type Timer,
  type TimerChan,
  wall,
} from "../../src/index.ts";
import { type Bubble, bubble, BubbleError } from "../../src/testing/index.ts";
import { Chan, Never } from "../helpers.ts";

/** Waits for ever, durably. */
class Forever extends Op<void> {
  readonly reason = "select (no cases)" as const;
  tryNow(): boolean {
    return false;
  }
  park(): void {}
  unpark(): void {}
}

afterEach(() => vi.unstubAllEnvs());

describe("bubble: virtual time", () => {
  test("starts at 2000-01-01 00:00:00 UTC and advances only when every goroutine is durably blocked", async () => {
    await bubble(function* () {
      expect(wall()).toBe(Date.UTC(2000, 0, 1));
      expect(now()).toBe(0);
      for (let i = 0; i < 1000; i++) yield* gosched();
      expect(now()).toBe(0);
      yield* sleep(86_400_000);
      expect(wall()).toBe(Date.UTC(2000, 0, 2));
    });
  });

  test("an epoch can be given", async () => {
    expect(await bubble(() => wall(), { epoch: 5 })).toBe(5);
  });

  test("async functions sleep on virtual time, too", async () => {
    const log: string[] = [];
    await bubble(async () => {
      go(async () => {
        for (let i = 0; i < 3; i++) {
          await sleep(1000);
          log.push(`tick ${now()}`);
        }
      });
      await sleep(3500);
      log.push(`end ${now()}`);
    });
    expect(log).toEqual(["tick 1000", "tick 2000", "tick 3000", "end 3500"]);
  });

  test("an async function that go did not start, and that was woken, goes on before time does", async () => {
    const log: string[] = [];
    await bubble(function* (b) {
      const ch = new Chan<string>();
      void (async () => {
        log.push(`${await ch.recv()} at ${now()}`);
        await sleep(10);
        log.push(`slept until ${now()}`);
      })();
      yield* b.wait();
      yield* sleep(5);
      yield* ch.send("woken");
      yield* b.wait();
      log.push(`quiet at ${now()}`);
      yield* sleep(1000);
    });
    expect(log).toEqual(["woken at 5", "quiet at 5", "slept until 15"]);
  });

  test("such a function that joins at once is in time for the panic", async () => {
    let caught: unknown;
    await bubble(function* (b) {
      void (async () => {
        await sleep(10);
        const g = go(function* () {
          throw new Error("caught");
        });
        try {
          await g.join();
        } catch (error) {
          caught = error;
        }
      })();
      go(async () => void (await sleep(1))); // lets the other one begin to wait
      yield* sleep(5);
      yield* b.wait();
      yield* sleep(100);
    });
    expect(String(caught)).toMatch(/^Error: caught/);
  });

  test("time stands still while a promise from outside is awaited by poll", async () => {
    await bubble(function* () {
      let slept = false;
      go(function* () {
        yield* sleep(10);
        slept = true;
      });
      yield* poll(new Promise((resolve) => setTimeout(resolve, 30)));
      expect(slept).toBe(false);
      expect(now()).toBe(0);
      yield* sleep(20);
      expect(slept).toBe(true);
    });
  });
});

test("time goes on when what is outside lets in an async function, which nobody else hears of", async () => {
  class Outside extends Never {
    override isDurable(): boolean {
      return false;
    }
  }
  const op = new Outside();
  setTimeout(() => op.complete(undefined as never), 20);
  const slept = bubble(
    async () => {
      void op.then(() => {});
      await sleep(1000);
      return now();
    },
    { patience: 500 },
  );
  expect(await slept).toBe(1000);
});

test("a function that is due at once runs though somebody keeps giving way until it has", async () => {
  await bubble(function* () {
    let runs = 0;
    const t = afterFunc(0, () => void runs++);
    for (let i = 0; i < 1000 && runs < 1; i++) yield;
    expect([runs, t.stop(), t.reset(-1)]).toEqual([1, false, false]);
    for (let i = 0; i < 1000 && runs < 2; i++) yield* gosched();
    expect([runs, now()]).toEqual([2, 0]);
  });
});

describe("bubble: wait", () => {
  test("returns when all other goroutines are durably blocked or gone", async () => {
    await bubble(function* (b) {
      const log: string[] = [];
      for (let i = 0; i < 3; i++) {
        go(function* () {
          for (let n = 0; n < 5; n++) yield* gosched();
          log.push("ran");
          yield* sleep(1);
          log.push("slept");
        });
      }
      yield* b.wait();
      expect(log).toEqual(["ran", "ran", "ran"]);
      expect(now()).toBe(0);
      yield* sleep(2);
      expect(log.length).toBe(6);
    });
  });

  test("returns when what is due now has run", async () => {
    await bubble(function* (b) {
      const log: string[] = [];
      afterFunc(0, () => log.push("function"));
      const t = newTimer(1000);
      go(function* () {
        yield* t.c.recv();
        log.push("timer");
      });
      yield* b.wait();
      expect(log).toEqual(["function"]);
      t.reset(0);
      yield* b.wait();
      expect(log).toEqual(["function", "timer"]);
      expect(now()).toBe(0);
    });
    await bubble(async (b) => {
      const t = newTimer(1000);
      const received = t.c.recv().start();
      t.reset(0);
      let done = false;
      void Promise.resolve(received).then(() => (done = true));
      await b.wait();
      expect([done, now()]).toEqual([true, 0]);
    });
  });

  test("sees async functions settle first", async () => {
    await bubble(async (b) => {
      let steps = 0;
      go(async () => {
        for (let i = 0; i < 50; i++) {
          await Promise.resolve();
          steps++;
        }
        await sleep(1);
        steps++;
      });
      await b.wait();
      expect(steps).toBe(50);
      await sleep(2);
      expect(steps).toBe(51);
    });
  });

  test("is a panic outside of the bubble: when that has ended, beside it, and in another one", async () => {
    const text = "goroutine is not in a bubble";
    const ended = await bubble((b) => b);
    await expect(ended.wait()).rejects.toThrow(text);
    await bubble(async () => {
      await expect(ended.wait()).rejects.toThrow(text);
    });

    let over!: (value: void) => void;
    let b!: Bubble;
    const beside = bubble(function* (mine) {
      b = mine;
      yield* poll(new Promise<void>((resolve) => (over = resolve)));
      yield* b.wait();
    });
    await new Promise((resolve) => setTimeout(resolve, 1));
    const others = [createScheduler(), createDeterministicScheduler()];
    for (const s of others)
      await expect(
        s.run(function* () {
          yield* b.wait();
        }),
      ).rejects.toThrow(text);
    const inside = bubble(function* () {
      yield* b.wait();
    });
    await expect(inside).rejects.toThrow(text);
    over();
    await beside;
  });

  test("may be called again and by several goroutines", async () => {
    await bubble(function* (b) {
      let waited = 0;
      for (let i = 0; i < 3; i++) {
        go(function* () {
          yield* b.wait();
          waited++;
        });
      }
      yield* b.wait();
      yield* b.wait();
      expect(waited).toBe(3);
    });
  });
});

describe("bubble: failures", () => {
  test("all blocked, no timer: `deadlock: all goroutines in bubble are blocked`, with names and the replay line", async () => {
    const error = await bubble(
      function* stuck() {
        yield* new Forever();
      },
      { seed: 99 },
    ).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(BubbleError);
    const { message } = error as BubbleError;
    expect(message).toMatch(
      /^deadlock: all goroutines in bubble are blocked\n\ngoroutine 2 \[select \(no cases\)\]:\nstuck/,
    );
    expect(message).toMatch(/\n\nreplay with: GORT_SEED=99$/);
  });

  test("main exited but others blocked: they are named with where they were created", async () => {
    const error = (await bubble(function* () {
      go(function* forgotten() {
        yield* new Forever();
      });
      yield* sleep(1);
    }).catch((e: unknown) => e)) as BubbleError;
    expect(error.message).toContain(
      "deadlock: main bubble goroutine has exited but blocked goroutines remain",
    );
    expect(error.goroutines.map((g) => g.name)).toEqual(["forgotten"]);
    expect(error.message).toMatch(/created by [^]*bubble\.test\.ts/);
  });

  test("the report leaves out async functions that wait since before the bubble, of another test perhaps", async () => {
    const had = setDefaultScheduler(null); // Outside of every scheduler, as in a file that has not made one.
    try {
      class Leaked extends Forever {
        override describe(): string {
          return "what a test before left behind";
        }
      }
      void new Leaked().start();
      const failure = bubble(
        async () => {
          await new Forever();
        },
        { patience: 5 },
      );
      await expect(failure).rejects.toThrow(
        /blocked\n\n.*\n.*\n\nasync function \[select \(no cases\)\]:\n\nreplay with/,
      );
    } finally {
      setDefaultScheduler(had);
    }
  });

  test("the report of what is left says what async functions wait for", async () => {
    const left = bubble(
      async () => {
        go(async function consumer() {
          await new Never("jobs", "chan receive");
        });
        await sleep(1);
      },
      { patience: 10 },
    );
    await expect(left).rejects.toThrow(
      /consumer[^]*\n\nasync function \[chan receive\]:\n\twaiting on jobs\n\nreplay with/,
    );
  });

  test("time stops when the body returns: a sleeper is a leak, a runnable goroutine is not", async () => {
    let ran = false;
    await bubble(function* () {
      go(function* () {
        yield* gosched();
        ran = true;
      });
    });
    expect(ran).toBe(true);
    await expect(
      bubble(function* () {
        go(function* sleeper() {
          yield* sleep(1);
        });
      }),
    ).rejects.toThrow("blocked goroutines remain");
  });

  test("leakCheck: false lets them be", async () => {
    expect(
      await bubble(
        function* () {
          go(function* () {
            yield* new Forever();
          });
          return 5;
        },
        { leakCheck: false },
      ),
    ).toBe(5);
  });

  test("an error of the body keeps its identity and gets the replay line", async () => {
    const mine = new Error("mine");
    const caught = await bubble(
      function* () {
        yield* sleep(1);
        throw mine;
      },
      { seed: 4 },
    ).catch((e: unknown) => e);
    expect(caught).toBe(mine);
    expect(mine.message).toBe("mine\n\nreplay with: GORT_SEED=4");
  });

  test("what is printed of a panic, an error or a value that is thrown has the replay line once", async () => {
    const line = "replay with: GORT_SEED=4";
    const own = new Error("its stack was made before");
    void own.stack;
    for (const [thrown, text] of [
      [new PanicError("boom"), "panic: boom"],
      [own, "its stack was made before"],
      [new DOMException("the platform's"), "the platform's"],
      ["a string", "panic: a string"],
      [undefined, "panic called with nil argument"],
      [{ code: 7 }, '(main.Object) {"code":7}'],
    ] as const) {
      const body = (): never => {
        throw thrown;
      };
      const e: unknown = await bubble(body, { seed: 4 }).catch((e: unknown) => e);
      const printed = inspect(e);
      expect(printed).toContain(text);
      expect(printed.split(line).length - 1, printed).toBe(1);
      expect((e as Error).stack!.split(line).length - 1).toBe(1);
    }
  });

  test("a value that is thrown and no error comes as the value of a panic", async () => {
    const caught = (value: unknown): Promise<unknown> =>
      bubble(() => {
        throw value;
      }).catch((e: unknown) => isPanicError(e) && e.value);
    for (const value of ["a string", 5, { code: 7 }]) expect(await caught(value)).toBe(value);
    for (const nil of [null, undefined]) expect(await caught(nil)).toBeInstanceOf(PanicNilError);
  });

  test("an error that is frozen stays as it is", async () => {
    const frozen = Object.freeze(new Error("frozen"));
    const e: unknown = await bubble(() => {
      throw frozen;
    }).catch((e: unknown) => e);
    expect(e).toBe(frozen);
    expect(frozen.message).toBe("frozen");
  });

  test("a panic in another goroutine fails the bubble", async () => {
    await expect(
      bubble(function* () {
        go(() => {
          throw new Error("elsewhere");
        });
        yield* sleep(1);
      }),
    ).rejects.toThrow("elsewhere");
  });
});

describe("bubble: seeds", () => {
  function* order(): Generator<any, string, any> {
    const log: number[] = [];
    for (let i = 0; i < 8; i++) {
      go(function* () {
        yield* gosched();
        log.push(i);
      });
    }
    yield* sleep(1);
    return log.join("");
  }

  test("the same seed runs the same way, different seeds show different orders", async () => {
    expect(await bubble(order, { seed: 1 })).toBe(await bubble(order, { seed: 1 }));
    const orders = new Set<string>();
    for (let seed = 0; seed < 20; seed++) orders.add(await bubble(order, { seed }));
    expect(orders.size).toBeGreaterThan(10);
  });

  test("GORT_SEED gives the seed, and a bad one is refused by name", async () => {
    vi.stubEnv("GORT_SEED", "31");
    expect(await bubble((b) => b.seed)).toBe(31);
    vi.stubEnv("GORT_SEED", "-1");
    await expect(bubble(() => 1)).rejects.toThrow("GORT_SEED is -1");
  });

  test("events at the same instant run in varying order", async () => {
    const firsts = new Set<number>();
    for (let seed = 0; seed < 40; seed++) {
      await bubble(
        function* () {
          const log: number[] = [];
          for (const i of [0, 1]) {
            go(function* () {
              yield* sleep(5);
              log.push(i);
            });
          }
          yield* sleep(6);
          firsts.add(log[0]!);
        },
        { seed },
      );
    }
    expect([...firsts].sort()).toEqual([0, 1]);
  });
});

test("async bubbles side by side sleep each by its own clock at the first await", async () => {
  const nap = (ms: number): Promise<number> =>
    bubble(async (b) => {
      await sleep(ms);
      return b.scheduler.clock.now();
    });
  expect(await Promise.all([nap(1000), nap(3_600_000)])).toEqual([1000, 3_600_000]);
});

test("a timer of a bubble that has ended is refused in the next one, and a goroutine is refused that of a bubble beside its own", async () => {
  const made = (): [Timer<TimerChan>, Timer, Ticker] => [
    newTimer(1000),
    afterFunc(1000, () => {}),
    newTicker(1000),
  ];
  const refused = ([timer, call, ticker]: ReturnType<typeof made>): void => {
    for (const t of [timer, call]) {
      expect(() => t.stop()).toThrow("stop of synctest timer from outside bubble");
      expect(() => t.reset(1)).toThrow("reset of synctest timer from outside bubble");
    }
    expect(() => timer.c.tryRecv()).toThrow("receive on synctest channel from outside bubble");
    expect(() => ticker.reset(1)).toThrow("reset of synctest timer from outside bubble");
    expect(() => ticker.stop()).toThrow("stop of synctest timer from outside bubble");
  };
  const left = await bubble(made);
  await bubble(function* () {
    refused(left);
  });
  await bubble(async () => {
    await sleep(1);
    refused(left);
  });

  let over!: (value: void) => void;
  let theirs!: ReturnType<typeof made>;
  const beside = bubble(function* () {
    theirs = made();
    yield* poll(new Promise<void>((resolve) => (over = resolve)));
    theirs[1].stop();
  });
  await new Promise((resolve) => setTimeout(resolve, 1));
  await bubble(function* () {
    refused(theirs);
  });
  over();
  await beside;
});

test("bubbles side by side do not see each other, and leave the default scheduler as it was", async () => {
  const before = defaultScheduler();
  const times = await Promise.all(
    [10, 20, 30].map((ms) =>
      bubble(function* () {
        go(function* () {
          yield* sleep(ms);
        });
        yield* sleep(2 * ms);
        return now();
      }),
    ),
  );
  expect(times).toEqual([20, 40, 60]);
  expect(defaultScheduler()).toBe(before);
});

describe("bubble: where the event loop never runs empty", () => {
  const inTime = { patience: 20 };

  test("an async body, or goroutine, that waits for what nobody sends is reported when nothing moved for the patience", async () => {
    const wait = async (): Promise<void> => {
      await sleep(1000);
      await new Forever();
    };
    for (const body of [
      wait,
      function* () {
        yield* go(wait).join();
      },
    ]) {
      const error = await bubble(body, inTime).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(BubbleError);
      expect((error as Error).message).toMatch(
        /^deadlock: all goroutines in bubble are blocked[^]*select \(no cases\)[^]*replay with/,
      );
    }
  });

  test("who waits for the host, or for a signal, has all the time", async () => {
    const late = <T>(value: T): Promise<T> =>
      new Promise((resolve) => setTimeout(() => resolve(value), 60));
    expect(await bubble(() => late("a promise"), { patience: 5 })).toBe("a promise");
    expect(await bubble(async () => await poll(late("polled")), { patience: 5 })).toBe("polled");
    const stop = new AbortController();
    setTimeout(() => stop.abort("aborted"), 60);
    expect(await bubble(async () => await aborted(stop.signal), { patience: 5 })).toBe("aborted");
  });

  test("a goroutine left waiting for a promise is a leak after the patience; without the check the bubble ends", async () => {
    const body = (): number => {
      go(function* reader() {
        yield* poll(new Promise(() => {}));
      });
      return 5;
    };
    await expect(bubble(body, inTime)).rejects.toThrow(
      /blocked goroutines remain[^]*IO wait[^]*reader/,
    );
    expect(await bubble(body, { ...inTime, leakCheck: false })).toBe(5);
  });

  test("one that ends meanwhile is none", async () => {
    let ended = false;
    await bubble(() => {
      go(function* () {
        yield* poll(new Promise((resolve) => setTimeout(resolve, 10)));
        ended = true;
      });
    });
    expect(ended).toBe(true);
  });

  test("a bubble that hangs is not that of the tests after it, and is its own again after them", async () => {
    const before = defaultScheduler();
    let first!: Bubble;
    const hung = bubble(
      async (b) => {
        first = b;
        await new Forever();
      },
      { patience: 60 },
    ).catch((e: unknown) => e);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const good = async (): Promise<number> => {
      await sleep(5);
      await sleep(2000);
      return now();
    };
    expect(await bubble(good)).toBe(2005);
    expect(defaultScheduler()).toBe(first.scheduler);
    expect(await bubble(good)).toBe(2005);
    expect(await hung).toBeInstanceOf(BubbleError);
    expect(defaultScheduler()).toBe(before);
  });

  test("fake timers keep nobody from being reported", async () => {
    vi.useFakeTimers();
    try {
      const error = await bubble(async () => void (await new Forever()), inTime).catch(
        (e: unknown) => e,
      );
      expect(error).toBeInstanceOf(BubbleError);
      // Nor is it there any more for a bubble that is over.
      await bubble(async () => void (await sleep(1)), inTime);
    } finally {
      vi.useRealTimers();
    }
  });

  test("what moves during the patience has it anew", async () => {
    let n = 0;
    const stop = new AbortController();
    const moving = bubble(
      function* () {
        const waits = go(async () => void (await new Forever()));
        for (; !stop.signal.aborted; n++)
          yield* poll(new Promise((resolve) => setTimeout(resolve, 8)));
        yield* waits.join();
      },
      { patience: 30 },
    ).catch((e: unknown) => e);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(n).toBeGreaterThan(1);
    stop.abort();
    expect(await moving).toBeInstanceOf(BubbleError);
  });

  test("a signal gives one up that hangs in a promise: it says what all wait for, and is not that of the tests after it", async () => {
    const before = defaultScheduler();
    const stop = new AbortController();
    const hung = bubble(
      async () => {
        go(function* waiter() {
          yield* new Forever();
        });
        await new Promise(() => {});
      },
      { signal: stop.signal },
    ).catch((e: unknown) => e);
    await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort(new Error("test timed out"));
    expect(defaultScheduler()).toBe(before);
    const error = await hung;
    expect(error).toBeInstanceOf(BubbleError);
    expect((error as Error).message).toMatch(
      /^bubble given up by its signal[^]*select \(no cases\)[^]*waiter[^]*replay with/,
    );
  });

  test("one that was given up says which waits are for the outside, so that its time stands still", async () => {
    const stop = new AbortController();
    const hung = bubble(
      async () => {
        go(function* generator() {
          yield* poll(new Promise(() => {}));
        });
        void poll((async () => await sleep(10))()).start();
        await sleep(20);
      },
      { signal: stop.signal },
    ).catch((e: unknown) => e);
    await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort();
    const outside = "waiting on a promise (from outside the bubble, so time stands still)";
    const error = (await hung) as BubbleError;
    expect(error.goroutines.find((g) => g.name === "generator")).toMatchObject({
      reason: "IO wait",
      waitsOn: outside.slice("waiting on ".length),
    });
    expect(error.message).toContain(`generator(...)\n\t${outside}\n`);
    expect(error.message).toContain(`async function [IO wait]:\n\t${outside}\n`);
    expect(error.message).toContain("async function [sleep]:\n\twaiting on 10 ms\n");
    expect(error.message).toContain("async function [sleep]:\n\twaiting on 20 ms\n");
  });

  test("one that ended takes no notice of its signal; one whose signal has fired does not begin", async () => {
    const stop = new AbortController();
    const { signal } = stop;
    const before = defaultScheduler();
    expect(await bubble(async () => (await sleep(5), 7), { signal })).toBe(7);
    stop.abort("late");
    await new Promise((resolve) => setTimeout(resolve, 5));
    let began = false;
    const body = (): void => void (began = true);
    await expect(bubble(body, { signal })).rejects.toBe("late");
    expect(began).toBe(false);
    expect(defaultScheduler()).toBe(before);
    await expect(bubble(body, { signal: stop as never })).rejects.toThrow(
      "bubble: signal is an object (AbortController), want an AbortSignal",
    );
  });

  test("a body may fire the signal of its own bubble", async () => {
    const stop = new AbortController();
    const log: string[] = [];
    const body = function* () {
      go(function* other() {
        yield* new Forever();
      });
      stop.abort();
      log.push("on");
      yield* sleep(Infinity);
    };
    await expect(bubble(body, { signal: stop.signal })).rejects.toThrow(/given up by its signal/);
    expect(log).toEqual(["on"]);
  });

  test("bubbles that end in any order leave the default scheduler that was there before", async () => {
    const before = defaultScheduler();
    const ends: (() => void)[] = [];
    const open = (): Promise<void> =>
      bubble(function* () {
        yield* poll(new Promise<void>((resolve) => ends.push(resolve)));
      });
    const all = [open(), open(), open()];
    await new Promise((resolve) => setTimeout(resolve, 5));
    for (const i of [1, 0, 2]) {
      ends[i]!();
      await all[i];
    }
    expect(defaultScheduler()).toBe(before);
  });

  test("the patience is a number of milliseconds", async () => {
    await expect(bubble(() => {}, { patience: NaN })).rejects.toThrow(
      "bubble: patience is NaN, want a number of milliseconds",
    );
  });
});
