/** How primitives start goroutines: on the current scheduler, on none, on somebody else's. */
import { AsyncLocalStorage } from "node:async_hooks";
import { execFileSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  createFifoScheduler,
  createScheduler,
  currentGoroutine,
  type Go,
  go,
  goexit,
  type Goroutine,
  numGoroutine,
  poll,
  run,
  type Scheduler,
  setDefaultScheduler,
  sleep,
} from "@gort/sched";
import { launch } from "@gort/sched/primitives";
import { Gate, until } from "../src/testing/suite-kit.ts";

let before: Scheduler | null;
beforeEach(() => {
  before = setDefaultScheduler(null);
});
afterEach(() => {
  setDefaultScheduler(before);
});

/** A hook that notes when it was called. */
function hookFor(log: string[]): { done(): void } {
  return { done: () => void log.push("done") };
}

const ways: [string, <R>(body: () => Promise<R>) => Promise<R>][] = [
  ["no scheduler", (body) => body()],
  [
    "the default scheduler",
    (body) => {
      setDefaultScheduler(createScheduler());
      return body();
    },
  ],
  [
    "a FIFO scheduler",
    (body) => {
      setDefaultScheduler(createFifoScheduler());
      return body();
    },
  ],
  [
    "a foreign scheduler",
    (body) => {
      const inner = createScheduler();
      const foreign: Scheduler = {
        clock: inner.clock,
        go: (fn, ...args) => inner.go(fn, ...args),
        run: (fn, ...args) => inner.run(fn, ...args),
        random: (n) => inner.random(n),
        numGoroutine: () => inner.numGoroutine(),
        stats: () => inner.stats(),
      };
      setDefaultScheduler(foreign);
      return body();
    },
  ],
];

describe.each(ways)("launch with %s", (_, inside) => {
  test("runs generator, async and plain functions, and calls the hook before joiners hear of the end", () =>
    inside(async () => {
      const log: string[] = [];
      const gate = new Gate();
      const fns: ((n: number) => unknown)[] = [
        function* (n: number): Go<number> {
          return n + (yield* gate.wait());
        },
        async (n: number) => n + (await gate.wait()),
        (n: number) => n + 1,
      ];
      for (const fn of fns) {
        log.length = 0;
        const g = launch(hookFor(log), fn as (n: number) => number, [41]);
        log.push("started");
        const joined = g.join().then((v) => log.push(`joined ${String(v)}`));
        await until(() => g.status === "dead" || gate.open(1));
        await joined;
        expect(log).toEqual(["started", "done", "joined 42"]);
      }
    }));

  test("calls the hook when the goroutine panics or exits", () =>
    inside(async () => {
      const log: string[] = [];
      const a = launch(
        hookFor(log),
        function* (): Go {
          yield* sleep(1); // until it is joined
          throw new Error("no");
        },
        [],
      );
      await expect(a.join()).rejects.toThrow("no");
      const b = launch(hookFor(log), () => goexit(), []);
      expect(await b.join()).toBe(undefined);
      expect(log).toEqual(["done", "done"]);
    }));

  test("what the hook throws is how the goroutine ended", () =>
    inside(async () => {
      const hook = {
        done(): void {
          throw new Error("negative counter");
        },
      };
      const g = launch(hook, () => sleep(1), []);
      await expect(g.join()).rejects.toThrow("negative counter");
    }));

  test("inside a goroutine it starts on that goroutine's scheduler", () =>
    inside(async () => {
      const log: string[] = [];
      const s = createScheduler();
      const got = await s.run(function* () {
        const g = launch(
          hookFor(log),
          function* (): Go<number> {
            return s.numGoroutine();
          },
          [],
        );
        return yield* g.join();
      });
      expect(got).toBe(2);
      expect(log).toEqual(["done"]);
    }));

  test("refuses what is no function", () =>
    inside(async () => {
      expect(() => launch(null, null as never, [])).toThrow("go of nil func value");
      expect(() => launch(null, 5 as never, [])).toThrow("go: fn is 5");
    }));

  test("refuses what is no hook and no list of arguments by name, and starts nothing", () =>
    inside(async () => {
      const fn = (): never => {
        throw new Error("started");
      };
      for (const hook of [{}, undefined, 5, "hook", { done: 1 }])
        expect(() => launch(hook as never, fn, [])).toThrow(
          /^launch: hook is .*, want an object with the methods done$/,
        );
      for (const args of [null, undefined, {}, 5, "ab"])
        for (const hook of [null, hookFor([])])
          expect(() => launch(hook, fn, args as never)).toThrow(
            /^launch: args is .*, want an array$/,
          );
      expect(numGoroutine()).toBe(0);
    }));
});

describe("launch without any scheduler", () => {
  test("goroutines know themselves, give way in turn, sleep, wait for promises and count", async () => {
    const log: string[] = [];
    const me: boolean[] = [];
    const body = function* (name: string): Go {
      for (let i = 0; i < 2; i++) {
        log.push(name + i);
        yield;
      }
      yield* sleep(1);
      yield* poll(Promise.resolve());
    };
    const a: Goroutine = launch(
      null,
      function* (): Go {
        me.push(currentGoroutine() === a);
        yield* body("a");
      },
      [],
    );
    const b = launch(null, body, ["b"]);
    expect(a.status).toBe("runnable");
    await Promise.all([a.join(), b.join()]);
    expect(log).toEqual(["a0", "b0", "a1", "b1"]);
    expect(me).toEqual([true]);
    expect(currentGoroutine()).toBe(null);
    const c = launch(null, body, ["c"]);
    expect(numGoroutine()).toBe(1);
    await c.join();
    expect(numGoroutine()).toBe(0);
  });

  test("goroutines that spin let the host have its turn", async () => {
    let stop = false;
    const end = performance.now() + 5000; // nothing else ends a test that starves the host
    const spin = function* (): Go {
      while (!stop && performance.now() < end) yield;
    };
    const a = launch(null, spin, []);
    const b = launch(null, spin, []);
    await new Promise((resolve) => setTimeout(resolve, 10));
    stop = performance.now() < end;
    await Promise.all([a.join(), b.join()]);
    expect(stop).toBe(true);
  });

  test("a panic that nobody joined is the host's uncaught exception, with Go's text", () => {
    const program = `import { panic } from "@gort/sched";
      import { launch } from "@gort/sched/primitives";
      process.on("uncaughtException", (e) => console.log(e.stack.split("\\n").slice(0, 3).join("|")));
      launch(null, function* worker() { panic("boom"); }, []);`;
    const out = execFileSync(
      process.execPath,
      ["--conditions=@gort/source", "--import", "tsx", "--input-type=module", "-e", program],
      { encoding: "utf8", cwd: new URL("..", import.meta.url), timeout: 50_000 },
    );
    expect(out.trim()).toBe("panic: boom||goroutine 1 [running]:");
  });
});

describe("AsyncLocalStorage", () => {
  const storage = new AsyncLocalStorage<string>();

  test("an async or plain function started outside generator goroutines has the context of its go", async () => {
    const seen: (string | undefined)[] = [];
    const note = async (): Promise<void> => {
      seen.push(storage.getStore());
      await sleep(1);
      seen.push(storage.getStore());
    };
    const all = ["a", "b", "c"].map((name) => storage.run(name, () => go(note)));
    const plain = storage.run("d", () => go(() => void seen.push(storage.getStore())));
    const launched = storage.run("e", () => launch(null, note, []));
    for (const g of [...all, plain, launched]) await g.join();
    expect(seen.sort()).toEqual(["a", "a", "b", "b", "c", "c", "d", "e", "e"]);
  });

  test("a goroutine started by an async goroutine has that one's context, before and after its first await", async () => {
    const seen: unknown[] = [];
    const inner = async (from: string): Promise<void> => {
      seen.push([from, storage.getStore()]);
    };
    await storage.run("outer", () =>
      run(async () => {
        const first = go(inner, "before");
        await sleep(1);
        const second = go(inner, "after");
        await first.join();
        await second.join();
      }),
    );
    expect(seen).toEqual([
      ["before", "outer"],
      ["after", "outer"],
    ]);
  });

  test("a goroutine whose program ends before its function began never begins", async () => {
    let began = false;
    const s = createScheduler();
    await s.run(async () => {
      s.go(async () => {
        began = true;
      });
    });
    for (let i = 0; i < 20; i++) await Promise.resolve();
    expect(began).toBe(false);
  });
});

test("what an async function of no scheduler may yet do is no deadlock of a program", async () => {
  const gate = new Gate();
  const sent = createFifoScheduler().run(function* () {
    yield* gate.wait();
    return "sent";
  });
  launch(
    null,
    async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      gate.open(1);
    },
    [],
  );
  expect(await sent).toBe("sent");
});
