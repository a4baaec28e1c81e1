/** `AsyncLocalStorage`: each goroutine in the context of its `go`, whoever wakes it. Several contexts cross in each test. */
import { AsyncLocalStorage } from "node:async_hooks";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  afterFunc,
  Chan,
  type Clock,
  createScheduler,
  go,
  poll,
  type Scheduler,
  setDefaultScheduler,
  sleep,
} from "./helpers.ts";

const NAMES = ["a", "b", "c"];
const als = new AsyncLocalStorage<string>();

/** Runs `body` in three contexts at once and returns what was noted under a wrong name. */
async function crossed(
  scheduler: Scheduler,
  body: (name: string, note: (what: string, want?: string) => void) => PromiseLike<unknown>,
): Promise<string[]> {
  const wrong: string[] = [];
  let notes = 0;
  const old = setDefaultScheduler(scheduler);
  try {
    await Promise.all(
      NAMES.map((name) =>
        als.run(name, () =>
          body(name, (what, want = name) => {
            notes++;
            const store = als.getStore();
            if (store !== want) wrong.push(`${what}: ${String(store)}, want ${want}`);
          }),
        ),
      ),
    );
  } finally {
    setDefaultScheduler(old);
  }
  expect(notes).toBeGreaterThanOrEqual(NAMES.length);
  return wrong;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

test("AsyncLocalStorage is preserved across every await of async goroutines and functions, without any option", async () => {
  const c = new Chan<string>();
  const wrong = await crossed(createScheduler(), async (name, note) => {
    const g = go(async () => {
      note("async goroutine");
      await c.send(name);
      note("after send");
      await sleep(1);
      note("after sleep");
      await c.recv();
      note("after recv");
    });
    go(() => note("plain function"));
    await c.recv().start();
    note("after start");
    await sleep(2);
    await c.send(name);
    note("after the other send");
    await g.join();
    note("after join");
  });
  expect(wrong).toEqual([]);
});

describe.each([
  ["true", true as const],
  ["AsyncLocalStorage.snapshot", () => AsyncLocalStorage.snapshot()],
])("with the option context: %s", (_, context) => {
  test("AsyncLocalStorage is kept in generator goroutines, over every way to wait, and by what they start", async () => {
    const c = new Chan<string>();
    const wrong = await crossed(createScheduler({ context }), async (name, note) => {
      const g = go(function* () {
        note("start");
        yield;
        note("after a bare yield");
        go(function* () {
          note("child");
          yield* c.send(name);
          note("child after send");
        });
        go(async () => {
          note("async child");
          await c.send(name);
          note("async child after send");
        });
        als.run(`${name}'`, () => go(() => note("child of another context", `${name}'`)));
        yield* c.recv();
        note("after recv");
        yield* sleep(1);
        note("after sleep");
        yield* c.recv();
        yield* poll(new Promise((resolve) => setTimeout(resolve, 1)));
        note("after poll");
      });
      await g.join();
      note("after join");
    });
    expect(wrong).toEqual([]);
  });

  test("AsyncLocalStorage is that of the call of afterFunc in the function it starts, also after a reset", async () => {
    const wrong = await crossed(createScheduler({ context }), async (_name, note) => {
      await new Promise<void>((resolve) => {
        afterFunc(1, () => {
          note("plain");
          resolve();
        });
      });
      await new Promise<void>((resolve) => {
        afterFunc(1, async () => {
          note("async");
          await sleep(1);
          note("async later");
          resolve();
        });
      });
      await new Promise<void>((resolve) => {
        const timer = afterFunc(50, function* () {
          note("generator");
          yield* sleep(1);
          note("generator later");
          resolve();
        });
        als.run("other", () => timer.reset(1));
      });
    });
    expect(wrong).toEqual([]);
  });
});

test("AsyncLocalStorage is that of the call of afterFunc on a clock of the user's too", async () => {
  const inner = createScheduler().clock;
  const clock: Clock = {
    now: () => inner.now(),
    wall: () => inner.wall(),
    schedule: (when, fire) => inner.schedule(when, () => als.run("the clock's", fire)),
  };
  const seen: (string | undefined)[] = [];
  const s = createScheduler({ context: true, clock });
  await s.run(async () => {
    const timers = await Promise.all(
      NAMES.map((name) =>
        als.run(
          name,
          () =>
            new Promise<ReturnType<typeof afterFunc>>((resolve) => {
              s.go(() => {
                const timer = afterFunc(1, () => {
                  seen.push(als.getStore());
                  resolve(timer);
                });
              });
            }),
        ),
      ),
    );
    als.run("other", () => timers[0]!.reset(1));
    while (seen.length < 4) await sleep(1);
  });
  expect(seen.sort()).toEqual(["a", "a", "b", "c"]);
});

test("a scheduler with a context that throws in a step still ends the goroutine with its panic", async () => {
  const s = createScheduler({ context: true });
  await expect(
    s.run(function* () {
      yield;
      throw new Error("oops");
    }),
  ).rejects.toThrow("oops");
});

test("context: true where the host has no async context, and anything else, is refused by name", () => {
  expect(() => createScheduler({ context: 1 as never })).toThrow(
    new TypeError("scheduler: context is 1, want true, false or a function"),
  );
  vi.stubGlobal("process", { ...process, getBuiltinModule: undefined });
  expect(() => createScheduler({ context: true })).toThrow(
    new TypeError("scheduler: context is true, want a function: this host has no async context"),
  );
});

test("a context that gives no function is refused by the call of go, and nothing is started", async () => {
  let gives: unknown = (step: () => void) => step();
  const s = createScheduler({ context: () => gives as never });
  const result = s.run(function* () {
    gives = null;
    expect(() => s.go(() => 1)).toThrow(
      new TypeError("scheduler: result of context is null, want a function"),
    );
    expect(s.numGoroutine()).toBe(1);
    yield;
    return 5;
  });
  expect(await result).toBe(5);
});

test.each([
  ["async functions", (work: () => void) => async () => work()],
  ["plain functions", (work: () => void) => work],
])(
  "%s started by the dozen let the host have its turns, and begin in order and in their context",
  async (_, kind) => {
    const began: string[] = [];
    let turns = 0;
    let over = false;
    const count = (): void => {
      turns++;
      if (!over) setImmediate(count);
    };
    setImmediate(count);
    const gs = Array.from({ length: 60 }, (_, i) => {
      const work = (): void => {
        began.push(`${i} ${als.getStore()}`);
        for (const end = performance.now() + 1; performance.now() < end;);
      };
      return als.run(`of ${i}`, () => go(kind(work)));
    });
    for (const g of gs) await g.join();
    over = true;
    expect(began).toEqual(Array.from({ length: 60 }, (_, i) => `${i} of ${i}`));
    // 60 ms of work in slices of 4 ms.
    expect(turns).toBeGreaterThan(4);
  },
);

test("a goroutine that goes on yielding what it must not is told each time, however often", async () => {
  let caught = 0;
  await createScheduler().run(function* () {
    while (caught < 20_000) {
      try {
        yield Promise.resolve() as never;
      } catch {
        caught++;
      }
    }
    return yield* sleep(0);
  });
  expect(caught).toBe(20_000);
});

test("a thenable whose `then` throws is a panic of its goroutine, one that calls back twice ends it once", async () => {
  const s = createScheduler();
  const broken = {
    then(): never {
      throw new Error("broken then");
    },
  };
  await expect(s.go(() => broken as PromiseLike<void>).join()).rejects.toThrow("broken then");
  const twice = {
    then(resolve: (v: number) => void) {
      resolve(1);
      resolve(2);
    },
  };
  expect(await s.go(() => twice as unknown as PromiseLike<number>).join()).toBe(1);
  expect(s.numGoroutine()).toBe(0);
});
