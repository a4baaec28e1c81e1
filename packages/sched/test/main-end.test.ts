/** What becomes of panics that are on their way when main returns, and of errors that come after that. */
import { describe, expect, test } from "vitest";
import { bubble } from "../src/testing/index.ts";
import {
  Chan,
  checkScheduler,
  createDeterministicScheduler,
  createFifoScheduler,
  createScheduler,
  type DoneChan,
  type Go,
  go,
  goexit,
  type GoFunc,
  type Goroutine,
  Never,
  panic,
  run,
  sleep,
  withDefer,
  withSignal,
  recordOf,
} from "./helpers.ts";
import { hearUncaught } from "./uncaught.ts";

const boom = (): never => {
  throw new Error("disk full");
};
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));

/** Goroutines that let main go on, on their way out with a panic. */
const panics: Record<string, (done: Chan) => GoFunc<[], unknown>> = {
  "a generator's finally": (done) =>
    function* () {
      try {
        boom();
      } finally {
        done.close();
      }
    },
  "an async function's finally": (done) => async () => {
    try {
      boom();
    } finally {
      done.close();
    }
  },
  "the finally of an async function that waited": (done) => async () => {
    try {
      await sleep(1);
      boom();
    } finally {
      done.close();
    }
  },
  "an async function that others call": (done) => {
    const inner = async (): Promise<void> => {
      try {
        await sleep(1);
        boom();
      } finally {
        done.close();
      }
    };
    const middle = async (): Promise<void> => {
      try {
        await inner();
      } finally {
        await Promise.resolve();
      }
    };
    return async () => {
      await middle();
    };
  },
  "a promise": (done) => () => Promise.reject(new Error("disk full")).finally(() => done.close()),
  "an async function that sends and throws": (done) => async () => {
    await sleep(1);
    await done.send(1);
    boom();
  },
  "an async function's deferred call": (done) => () =>
    withDefer(async (s) => {
      s.defer(() => done.close());
      boom();
    }),
  "a generator's deferred call, before one that gives way": (done) =>
    function* () {
      yield* withDefer(function* (s) {
        s.defer(function* () {
          for (let n = 0; n < 20; n++) yield;
        });
        s.defer(() => done.close());
        boom();
      });
    },
};

const mains: Record<string, (done: Chan) => GoFunc<[], string>> = {
  "a generator": (done) =>
    function* () {
      yield* done.recv();
      return "all saved";
    },
  "an async function": (done) => async () => {
    await done.recv();
    return "all saved";
  },
};

const schedulers = {
  fifo: createFifoScheduler,
  gmp: createScheduler,
  "gmp of 4": () => createScheduler({ procs: 4 }),
  deterministic: () => createDeterministicScheduler({ seed: 3 }),
};

for (const [of, make] of Object.entries(schedulers))
  for (const [as, main] of Object.entries(mains))
    for (const [by, fn] of Object.entries(panics))
      test(`${of}: a panic by ${by} that lets main return, ${as}, ends the program`, async () => {
        const s = make();
        const done = new Chan();
        const program = s.run(function* () {
          const m = s.go(main(done));
          s.go(fn(done));
          return yield* m.join();
        });
        await expect(program).rejects.toThrow("disk full");
        const direct = new Chan();
        const first = s.run(() => {
          s.go(fn(direct));
          return main(direct)();
        });
        await expect(first).rejects.toThrow("disk full");
        await turn();
        checkScheduler(s);
        expect(s.numGoroutine()).toBe(0);
        expect(await s.run(() => "the next one")).toBe("the next one");
      });

test.each(Object.keys(panics))("in a bubble a panic by %s ends it", async (by) => {
  const program = bubble(
    function* () {
      const done = new Chan();
      go(panics[by]!(done));
      yield* done.recv();
      return "all saved";
    },
    { leakCheck: false },
  );
  await expect(program).rejects.toThrow("disk full");
});

test("onPanic is told of it, and main's result stands if that returns", async () => {
  const told: string[] = [];
  const done = new Chan();
  const result = await run(
    function* () {
      go(panics["an async function's finally"]!(done));
      yield* done.recv();
      return "all saved";
    },
    { onPanic: (error, g) => void told.push(`${g.id} ${String(error)}`) },
  );
  expect(result).toBe("all saved");
  expect(told).toEqual(["2 Error: disk full"]);
});

test("the first of several counts, and no other is an uncaught exception", async () => {
  const uncaught = hearUncaught();
  try {
    const s = createFifoScheduler();
    const program = s.run(function* () {
      const done = new Chan(2);
      for (const n of [1, 2])
        s.go(async () => {
          await done.send(n);
          throw new Error(`number ${n}`);
        });
      yield* done.recv();
      yield* done.recv();
    });
    await expect(program).rejects.toThrow("number 1");
    await turn();
    expect(uncaught.errors).toEqual([]);
  } finally {
    uncaught.stop();
  }
});

test("goexit on its way, and what was called off by main's last act, leave main's result", async () => {
  const off = new AbortController();
  const result = await run(function* () {
    const done = new Chan();
    go(() =>
      withDefer(async (s) => {
        s.defer(() => done.close());
        await sleep(1);
        goexit();
      }),
    );
    go(async () => {
      await sleep(1000, { signal: off.signal });
    });
    yield* done.recv();
    off.abort();
    return "stopped";
  });
  expect(result).toBe("stopped");
});

const reasons: Record<string, unknown> = {
  "an AbortError": undefined,
  "an error": new Error("enough"),
  "a string": "shutdown",
};

describe.each(Object.keys(mains))("main's result stands when main, %s,", (as) => {
  /** Runs a main that does `last`, beside `worker`, of which `onPanic` must not hear either. */
  async function result(worker: () => Promise<unknown>, last: () => unknown): Promise<unknown> {
    const told: unknown[] = [];
    const generator = function* (): Go<unknown> {
      go(worker);
      yield* sleep(2);
      return last();
    };
    const value = await run(
      as === "a generator"
        ? generator
        : async () => {
            go(worker);
            await sleep(2);
            return last();
          },
      { onPanic: (e) => void told.push(e) },
    );
    expect(told).toEqual([]);
    return value;
  }

  test("ends goroutines that async ones join", async () => {
    const worker = async (): Promise<void> => {
      await go(() => sleep(1000)).join();
    };
    expect(await result(worker, () => "result")).toBe("result");
  });

  test.each(Object.keys(reasons))("aborts with %s what others wait for", async (by) => {
    const stop = new AbortController();
    const { signal } = stop;
    const parked = async (): Promise<void> => {
      for (;;) await withSignal(new Never(), signal);
    };
    const last = (): string => {
      stop.abort(reasons[by]);
      return "result";
    };
    expect(await result(parked, last)).toBe("result");
    // It comes to its next wait when all is over.
    const off = new AbortController();
    let goOn = (): void => {};
    const between = async (): Promise<void> => {
      await new Promise<void>((resolve) => (goOn = resolve));
      await withSignal(new Never(), off.signal);
    };
    const open = (): string => {
      off.abort(reasons[by]);
      goOn();
      return "result";
    };
    expect(await result(between, open)).toBe("result");
  });

  test("ends a context that others wait for, with whatever error", async () => {
    const done = new Chan();
    let why: Error | null = null;
    const ctx = { done: () => done as unknown as DoneChan, err: () => why };
    const worker = async (): Promise<void> => {
      await sleep(1000, { ctx });
    };
    const last = (): string => {
      why = new Error("over");
      done.close();
      return "result";
    };
    expect(await result(worker, last)).toBe("result");
  });
});

test("main's result stands when it was told by the same timeout as others", async () => {
  const signal = AbortSignal.timeout(1);
  const told = new Promise((resolve) => signal.addEventListener("abort", resolve));
  const timeout = new Promise((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason as Error)),
  );
  timeout.catch(() => {});
  const worker = async (): Promise<void> => {
    await sleep(0);
    await timeout;
  };
  const said = await run(async () => {
    go(worker);
    await told;
    return "result";
  });
  expect(said).toBe("result");
});

test.each([undefined, null, "", "disk full", new Error("disk full")])(
  "an async function that throws %s as main returns ends the program",
  async (error) => {
    const program = run(async () => {
      const done = new Chan();
      go(async () => {
        await sleep(1);
        done.close();
        throw error;
      });
      await done.recv();
    });
    expect(
      await program.then(
        () => "resolved",
        (e: unknown) => [e],
      ),
    ).toEqual([error]);
  },
);

test.each(["async", "of a plain function"])(
  "a panic of a goroutine, %s, that an async function starts after main's return ends the program, unless the end caused it",
  async (kind) => {
    const uncaught = hearUncaught();
    const result = (late: (ended: Goroutine) => GoFunc<[], unknown>): Promise<string> => {
      const s = createScheduler();
      return s.run(async () => {
        const ended = s.go(() => sleep(1000));
        const done = new Chan();
        s.go(async () => {
          await done.recv();
          await Promise.resolve();
          s.go(late(ended));
        });
        await sleep(1);
        done.close();
        return "result";
      });
    };
    try {
      const panics = kind === "async" ? () => Promise.resolve().then(boom) : boom;
      await expect(result(() => panics)).rejects.toThrow("disk full");
      const joins = (g: Goroutine) => (kind === "async" ? async () => g.join() : () => g.join());
      expect(await result(joins)).toBe("result");
      await turn();
      expect(uncaught.errors).toEqual([]);
    } finally {
      uncaught.stop();
    }
  },
);

test("an error that an async function throws a turn after the end of its program is dropped", async () => {
  const uncaught = hearUncaught();
  try {
    const s = createFifoScheduler();
    let fail!: () => void;
    const first = s.run(function* () {
      s.go(async () => {
        await new Promise<void>((resolve) => (fail = resolve));
        throw new Error("late");
      });
      yield* sleep(1);
      return "first";
    });
    expect(await first).toBe("first");
    // Not of the next program either, though it comes while that one's end is held up.
    const second = s.run(function* () {
      s.go(() => new Promise(() => {}));
      yield;
      fail();
      return "second";
    });
    expect(await second).toBe("second");
    await turn();
    expect(uncaught.errors).toEqual([]);
  } finally {
    uncaught.stop();
  }
});

test.each([
  ["that was recovered", true],
  ["whose deferred call never ends", false],
])("a panic %s holds up nothing", async (_, recovers) => {
  let rest = 0;
  const result = await run(function* () {
    const never = new Chan();
    go(function* () {
      yield* withDefer(function* (s) {
        s.defer(function* () {
          if (recovers) s.recover();
          else yield* never.recv();
          for (;;) {
            rest++;
            yield;
          }
        });
        panic("boom");
      });
    });
    yield;
    return "over";
  });
  expect(result).toBe("over");
  expect(rest).toBe(recovers ? 1 : 0);
});

test("generators stand where they stood when main returned, though async functions are waited for", async () => {
  let steps = 0;
  let atReturn = -1;
  await run(function* () {
    go(() => new Promise(() => {}));
    go(function* () {
      for (;;) {
        steps++;
        yield;
      }
    });
    for (let n = 0; n < 5; n++) yield;
    atReturn = steps;
  });
  expect(steps).toBe(atReturn);
});

test("a scheduler is busy until the end of its program is settled", async () => {
  const s = createScheduler();
  let again: Promise<unknown> = Promise.resolve();
  await s.run(function* () {
    s.go(() => new Promise(() => {}));
    yield;
    queueMicrotask(() => (again = s.run(() => 1).catch((e: unknown) => e)));
  });
  expect(String(await again)).toContain("already running");
});

test("another program that waits for what is done with the result is not taken for deadlocked meanwhile", async () => {
  const ends: unknown[] = [];
  for (let n = 0; n < 20; n++) {
    const done = new Chan();
    const outer = createScheduler().run(() => done.recv());
    const inner = createScheduler().run(async () => {
      go(() => new Promise(() => {}));
      for (let jobs = n % 7; jobs > 0; jobs--) await Promise.resolve();
      if (n % 3 === 0) await sleep(1);
      if (n % 3 === 1) await new Promise((resolve) => setImmediate(resolve));
      return n;
    });
    void inner.then((v) => recordOf(done.send(v)).tryNow());
    ends.push(await outer.catch(String));
  }
  expect(ends).toEqual(ends.map((_, n) => n));
});
