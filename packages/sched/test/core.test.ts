/** What every scheduler of ours shares: states, tracer, hooks, programs, context. */
import { AsyncLocalStorage } from "node:async_hooks";
import { describe, expect, test } from "vitest";
import {
  Chan,
  checkScheduler,
  createDeterministicScheduler,
  createFifoScheduler,
  createScheduler,
  currentGoroutine,
  currentScheduler,
  defaultScheduler,
  go,
  type Go,
  goexit,
  type Goroutine,
  goroutines,
  isDeadlockError,
  Never,
  panicText,
  poll,
  run,
  setDefaultScheduler,
  silent,
  sleep,
  type Tracer,
} from "./helpers.ts";
import { checkTransition } from "../src/check.ts";
import { type G, TRANSITIONS } from "../src/g.ts";
import { DEAD, IDLE, RUNNABLE, RUNNING, WAITING } from "../src/g-state.ts";
import type { SchedulerOptions } from "../src/api.ts";

/** Writes down events, and checks every change of state against the table. */
function recorder(): Tracer & { log: string[] } {
  const log: string[] = [];
  const states = new Map<number, number>();
  const to = (id: number, state: number): void => {
    checkTransition(states.get(id) ?? IDLE, state);
    states.set(id, state);
  };
  return {
    log,
    create(_at, g, by) {
      to(g.id, RUNNABLE);
      log.push(`create ${g.name} by ${by?.name ?? "outside"}`);
    },
    start(_at, g) {
      to(g.id, RUNNING);
      log.push(`start ${g.name}`);
    },
    stop(_at, g, why) {
      to(g.id, RUNNABLE);
      log.push(`stop ${g.name} ${why}`);
    },
    block(_at, g, reason, op) {
      to(g.id, WAITING);
      log.push(`block ${g.name} ${reason}${op === null ? "" : ` ${op.describe()}`}`);
    },
    unblock(_at, g, by) {
      to(g.id, RUNNABLE);
      log.push(`unblock ${g.name} by ${by?.name ?? "outside"}`);
    },
    end(_at, g, how) {
      if (how === "return" && states.get(g.id) === WAITING) to(g.id, RUNNABLE);
      to(g.id, DEAD);
      log.push(`end ${g.name} ${how}`);
    },
    steal() {},
    timer: () => log.push("timer"),
    proc: (_at, p, what) => log.push(`P${p} ${what}`),
  };
}

describe("tracer", () => {
  test("sees create, start, stop, block with reason, unblock by whom, timer, end, in order", async () => {
    const tracer = recorder();
    await createScheduler({ tracer }).run(function* main() {
      const c = new Chan();
      go(function* worker() {
        yield;
        yield* c.send(1);
      });
      yield* c.recv();
      yield* sleep(1);
    });
    expect(tracer.log).toEqual([
      "create main by outside",
      "P0 start",
      "start main",
      "create worker by main",
      "block main chan receive chan (len 0, cap 0)",
      "start worker",
      "stop worker gosched",
      "start worker",
      "unblock main by worker",
      "end worker return",
      "start main",
      "block main sleep 1 ms",
      "unblock main by outside",
      "timer",
      "start main",
      "end main return",
    ]);
  });

  test("every change of state is one of the table's, under every scheduler", async () => {
    for (const make of [createFifoScheduler, createScheduler, createDeterministicScheduler]) {
      const changes = new Set<string>();
      const tracer: Tracer = {
        ...silent,
        create(_at, g) {
          let state = (g as G).state;
          Object.defineProperty(g, "state", {
            get: () => state,
            set(to: number) {
              changes.add(`${state} to ${to}`);
              state = to;
            },
          });
        },
      };
      const s = make({ tracer, onPanic: () => {} });
      await s
        .go(async () => {
          await Promise.resolve();
        })
        .join();
      await s.run(function* () {
        const c = new Chan(1);
        for (let i = 0; i < 20; i++) {
          s.go(function* () {
            yield* sleep(i % 3);
            yield* c.send(i);
          });
          s.go(async () => {
            await Promise.resolve();
          });
          s.go(() => {
            if (i % 2 === 0) throw new Error("bad");
            goexit();
          });
        }
        for (let i = 0; i < 20; i++) yield* c.recv();
        yield* poll(Promise.resolve());
        s.go(function* () {
          yield* new Chan().recv();
        });
        yield;
        s.go(function* () {});
      });
      const forbidden = [...changes].filter((change) => {
        const [from, to] = change.split(" to ").map(Number) as [number, number];
        return !TRANSITIONS[from]!.includes(to);
      });
      expect(forbidden).toEqual([]);
      const all = [
        [RUNNABLE, RUNNING],
        [RUNNING, RUNNABLE],
        [RUNNING, WAITING],
        [RUNNING, DEAD],
        [WAITING, RUNNABLE],
        [WAITING, RUNNING],
        [WAITING, DEAD],
        [RUNNABLE, DEAD],
      ];
      for (const [from, to] of all) expect(changes).toContain(`${from} to ${to}`);
    }
    expect(() => checkTransition(DEAD, RUNNABLE)).toThrow("from state 6 to 1");
  });
});

describe("hooks and options", () => {
  test("onPanic replaces the end of the program, and a throw in it ends it after all", async () => {
    const seen: string[] = [];
    const r = await run(
      function* () {
        go(function* bad() {
          throw new Error("one");
        });
        yield* sleep(1);
        return "main went on";
      },
      { onPanic: (e, g) => seen.push(`${g.name}: ${panicText(e)}`) },
    );
    expect([r, seen]).toEqual(["main went on", ["bad: panic: one"]]);
    await expect(
      run(
        function* () {
          go(function* () {
            throw new Error("one");
          });
          yield* sleep(100);
        },
        {
          onPanic: () => {
            throw new Error("two");
          },
        },
      ),
    ).rejects.toThrow("two");
  });

  test("bad options name the argument and its value", () => {
    expect(() => createScheduler({ procs: 0 })).toThrow(
      "procs is 0, want an integer from 1 to 1024",
    );
    expect(() => createScheduler({ procs: 1.5 })).toThrow("procs is 1.5");
    expect(() => createFifoScheduler({ slice: NaN })).toThrow("slice is NaN");
    expect(() => createScheduler({ slice: -1 })).toThrow("slice is -1");
    expect(() => createDeterministicScheduler({ seed: -1 })).toThrow("seed is -1");
  });

  test.each([0, -1, 1.5, NaN, Infinity, 2 ** 32 + 1, "6", null])(
    "random(%s) of a scheduler is refused by name",
    (n) => {
      for (const s of [createScheduler(), createFifoScheduler(), createDeterministicScheduler()]) {
        const shown = typeof n === "string" ? `"${n}"` : String(n);
        expect(() => s.random(n as number)).toThrow(
          `random: n is ${shown}, want an integer from 1 to 4294967296`,
        );
        expect([s.random(1), s.random(2 ** 32) < 2 ** 32]).toEqual([0, true]);
      }
    },
  );

  test("sites: false captures none, true all", async () => {
    const sites = async (options: SchedulerOptions): Promise<string[]> => {
      const e: unknown = await run(function* () {
        go(function* () {
          yield* new Never();
        });
        yield* new Never();
      }, options).catch((x: unknown) => x);
      return isDeadlockError(e) ? e.goroutines.map((g) => g.createdAt) : [];
    };
    expect(await sites({ sites: false })).toEqual(["", ""]);
    expect((await sites({ sites: true }))[1]).toContain("core.test.ts");
  });

  test("deadlock: off waits for the world outside", async () => {
    const c = new Chan();
    const p = run(
      function* () {
        return yield* c.recv();
      },
      { deadlock: "off" },
    );
    await sleep(5);
    await c.send(3);
    expect(await p).toBe(3);
  });

  test("a clock of somebody else is used for everything, its pending timers are no deadlock", async () => {
    let t = 1000;
    const timers: { when: number; fire: () => void }[] = [];
    const clock = {
      now: () => t,
      wall: () => t,
      schedule(when: number, fire: () => void) {
        const timer = { when, fire };
        timers.push(timer);
        return { cancel: () => timers.splice(timers.indexOf(timer), 1).length > 0 };
      },
    };
    const p = run(
      function* () {
        yield* sleep(50);
        return currentScheduler().clock.now();
      },
      { clock },
    );
    await sleep(5);
    expect(timers.map((x) => x.when)).toEqual([1050]);
    t = 1051;
    timers.pop()!.fire();
    expect(await p).toBe(1051);
  });
});

describe("programs", () => {
  test("whoever joins from outside is told when the program ends first", async () => {
    const s = createScheduler();
    const joined: Promise<unknown>[] = [];
    await s.run(function* () {
      const g = s.go(function* () {
        yield* new Never();
      });
      joined.push(
        g.join().then(
          () => "joined",
          (e: unknown) => (e as Error).message,
        ),
      );
      yield;
    });
    expect(await joined[0]).toBe("gort: the program ended before goroutine 2 did");
    checkScheduler(s);
  });

  test("who joins a goroutine after the end of its program ended it is told so, and gets no result", async () => {
    const s = createScheduler();
    const gs = await s.run(function* () {
      const killed = [
        s.go(function* () {
          yield* new Never();
          return 5;
        }),
        s.go(async () => {
          await sleep(1);
          return 7;
        }),
        s.go(function* () {
          return 9; // never begins
        }),
      ];
      yield;
      return [...killed, s.go(() => 11)];
    });
    const joined = gs.map((g) =>
      run(function* () {
        return (yield* g.join()) as unknown;
      }).catch((e: unknown) => (e as Error).message),
    );
    const ended = (id: number): string => `gort: the program ended before goroutine ${id} did`;
    expect(await Promise.all(joined)).toEqual([ended(2), ended(3), 9, ended(5)]);
    await sleep(5); // the async function has returned: too late
    await expect(gs[1]!.join().start()).rejects.toThrow(ended(3));
  });

  test("async goroutines that outlive their program do not count in the next one", async () => {
    const s = createScheduler();
    let release!: () => void;
    const released = new Promise<void>((resolve) => (release = resolve));
    await s.run(function* () {
      s.go(async () => {
        await released;
        throw new Error("too late to matter");
      });
      yield;
    });
    const second = s.run(function* () {
      yield* new Never();
    });
    // At once, although the async function has not ended.
    await expect(second).rejects.toThrow("all goroutines are asleep");
    release();
    await sleep(1);
    expect(s.numGoroutine()).toBe(0);
    checkScheduler(s);
  });

  test("the ambient slot holds in an async goroutine up to its first await", async () => {
    const s = createScheduler();
    const r = await s.run(async () => {
      const before = [currentScheduler() === s, currentGoroutine() !== null];
      await Promise.resolve();
      return [...before, currentScheduler() === s, currentGoroutine() !== null];
    });
    expect(r).toEqual([true, true, false, false]);
  });

  test("setDefaultScheduler puts async code on another scheduler and gives back the old one", async () => {
    const mine = createDeterministicScheduler({ seed: 4 });
    const old = setDefaultScheduler(mine);
    try {
      const t = currentScheduler().clock.now();
      await sleep(3_600_000);
      expect(currentScheduler().clock.now() - t).toBe(3_600_000);
    } finally {
      setDefaultScheduler(old);
    }
    expect(defaultScheduler()).not.toBe(mine);
  });

  test("goroutines() lists everyone with status, reason and what it waits on", async () => {
    const s = createScheduler();
    await s.run(function* main() {
      const c = new Chan(2);
      const g = s.go(function* reader() {
        yield* c.recv();
      });
      g.name = "my reader";
      for (const name of [Symbol("s"), 1n, null] as never[])
        expect(() => (g.name = name)).toThrow(/^goroutine: name is .*, want a string$/);
      s.go(async function fetcher() {
        await Promise.resolve();
      });
      yield;
      s.go(function* late() {});
      expect(
        goroutines(s).map((i) => [i.id, i.name, i.status, i.reason, i.waitsOn, i.createdBy]),
      ).toEqual([
        [1, "main", "running", null, "", 0],
        [2, "my reader", "waiting", "chan receive", "chan (len 0, cap 2)", 1],
        [3, "fetcher", "waiting", "await", "", 1],
        [4, "late", "runnable", null, "", 1],
      ]);
      checkScheduler(s);
    });
    expect(goroutines({} as never)).toEqual([]);
  });

  test("two hundred thousand parked goroutines run and drain", { timeout: 120_000 }, async () => {
    const n = 200_000; // the benchmarks park a million
    const s = createScheduler({ sites: false });
    const c = new Chan();
    let sum = 0;
    function* body(i: number) {
      yield* c.recv();
      sum += i;
    }
    await s.run(function* () {
      const last = [];
      for (let i = 0; i < n; i++) last[0] = s.go(body, i);
      while (c.receivers.length < n) yield;
      for (let i = 0; i < n; i++) yield* c.send(0);
      while (s.numGoroutine() > 1) yield;
    });
    expect(sum).toBe((n * (n - 1)) / 2);
  });
});

describe("a panic that an async function is about to take", () => {
  const bodies: Record<string, () => any> = {
    "a generator function": function* (): Go {
      throw new Error("at once");
    },
    "a plain function": () => {
      throw new Error("at once");
    },
    "an async function": async () => {
      throw new Error("at once");
    },
  };
  const joins: Record<string, (g: Goroutine) => Promise<unknown>> = {
    "await join()": async (g) => await g.join(),
    "an await later": async (g) => {
      await Promise.resolve();
      await g.join();
    },
    "Promise.all": (g) => Promise.all([g.join(), g.join()]),
    "join().start()": async (g) => await g.join().start(),
  };
  for (const [name, body] of Object.entries(bodies))
    for (const [how, join] of Object.entries(joins))
      test(`${name} that panics at once is joined by ${how}, and nothing else is told`, async () => {
        const told: unknown[] = [];
        const s = createFifoScheduler({ onPanic: (error) => told.push(error) });
        await expect(join(s.go(body))).rejects.toThrow("at once");
        const r = await s.run(async () => {
          await Promise.resolve();
          return join(s.go(body)).then(
            () => "nothing",
            (error: Error) => error.message,
          );
        });
        expect(r).toBe("at once");
        await new Promise((resolve) => setTimeout(resolve, 1));
        expect(told).toEqual([]);
        checkScheduler(s);
      });

  test("that nobody takes is told once, and ends a program although its main function returns meanwhile", async () => {
    const told: string[] = [];
    const s = createFifoScheduler({ onPanic: (error) => told.push((error as Error).message) });
    s.go(bodies["a generator function"]!);
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(told).toEqual(["at once"]);
    const t = createFifoScheduler();
    const program = t.run(async () => {
      await Promise.resolve();
      t.go(bodies["a generator function"]!);
      t.go(function* (): Go {
        throw new Error("later");
      });
      await Promise.resolve();
      return "result";
    });
    await expect(program).rejects.toThrow("at once");
    // The later one ended with the program.
    expect(await t.run(async () => "next")).toBe("next");
    checkScheduler(t);
  });

  test("is not waited for in a program of generators: nothing runs after it", async () => {
    const log: string[] = [];
    const s = createFifoScheduler();
    const program = s.run(function* (): Go {
      s.go(bodies["a generator function"]!);
      s.go(function* (): Go {
        log.push("after");
      });
      for (;;) yield;
    });
    await expect(program).rejects.toThrow("at once");
    expect(log).toEqual([]);
  });
});

test("each goroutine has the context of its go, also where no sites are kept", async () => {
  const storage = new AsyncLocalStorage<number>();
  const s = createScheduler({ context: true, sites: false });
  const seen = await s.run(function* () {
    const all: unknown[] = [];
    for (const n of [1, 2, 3]) {
      const g = storage.run(n, () =>
        s.go(function* () {
          yield;
          return storage.getStore();
        }),
      );
      all.push(yield* g.join());
    }
    return all;
  });
  expect(seen).toEqual([1, 2, 3]);
});

test("a tracer hears that a function which was started outside is unblocked before it starts", async () => {
  const events: string[] = [];
  const note =
    (what: string) =>
    (_at: number, g: { readonly id: number }): void =>
      void events.push(`${what} ${g.id}`);
  const s = createFifoScheduler({
    tracer: {
      ...silent,
      create: note("create"),
      start: note("start"),
      block: note("block"),
      unblock: note("unblock"),
      end: note("end"),
    },
  });
  await s.go(() => 5).join();
  expect(events).toEqual(["create 1", "start 1", "block 1", "unblock 1", "start 1", "end 1"]);
});

test("onPanic is not asked about main, whose panic ends the program", async () => {
  const asked: unknown[] = [];
  const s = createScheduler({ onPanic: (error) => asked.push(error) });
  await expect(
    s.run(function* () {
      throw new Error("of main");
    }),
  ).rejects.toThrow("of main");
  expect(asked).toEqual([]);
});
