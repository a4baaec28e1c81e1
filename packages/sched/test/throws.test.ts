/** What throws inside a scheduler and is no goroutine: it ends the program, and nothing else in the process. */
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  Chan,
  checkScheduler,
  type Clock,
  type ClockTimer,
  createFifoScheduler,
  createScheduler,
  currentGoroutine,
  currentScheduler,
  defaultScheduler,
  go,
  type Goroutine,
  launch,
  Op,
  schedTracer,
  setDefaultScheduler,
  sleep,
  type Tracer,
} from "./helpers.ts";
import { hearUncaught, type Uncaught } from "./uncaught.ts";
import { AtOnce } from "../src/testing/suite-kit.ts";

/** What the host was told that nobody caught. */
let uncaught: Uncaught;
beforeEach(() => (uncaught = hearUncaught()));
afterEach(() => uncaught.stop());

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Nothing of what runs outside has changed. */
async function expectSound(): Promise<void> {
  await turn();
  expect(currentGoroutine()).toBe(null);
  expect(currentScheduler()).toBe(defaultScheduler());
  expect(await go(() => 42).join()).toBe(42);
}

const events = ["start", "stop", "block", "unblock", "end", "timer"] as const;

/** A tracer that does nothing. */
const quiet = (): Tracer =>
  Object.fromEntries(
    ["create", "steal", "proc", ...events].map((name) => [name, () => {}]),
  ) as unknown as Tracer;

test.each(["create", "steal", "proc", ...events] as const)(
  "what a tracer throws at `%s` is the host's uncaught exception, and changes nothing",
  async (event) => {
    const tracer = quiet();
    let times = 0;
    tracer[event] = () => {
      times++;
      throw new Error("EPIPE");
    };
    const s = createScheduler({ tracer, procs: 2, seed: 3 });
    const done = await s.run(function* () {
      const c = new Chan();
      for (let i = 0; i < 20; i++)
        s.go(function* () {
          yield;
          yield* sleep(i % 3);
          yield* c.send(1);
        });
      const failing = s.go(function* () {
        yield;
        throw new Error("joined");
      });
      let message = "";
      try {
        yield* failing.join();
      } catch (e) {
        message = (e as Error).message;
      }
      for (let i = 0; i < 20; i++) yield* c.recv();
      return message;
    });
    expect(done).toBe("joined");
    checkScheduler(s);
    await expectSound();
    expect(times).toBeGreaterThan(0);
    expect(uncaught.errors.map(String)).toEqual(Array(times).fill("Error: EPIPE"));
  },
);

test("a writer that fails does not end the program whose schedtrace it prints", async () => {
  let fails = 0;
  const s = createScheduler({
    tracer: schedTracer({
      everyMs: 1,
      print() {
        fails++;
        throw new Error("EPIPE");
      },
    }),
  });
  const done = await s.run(async () => {
    while (fails === 0)
      await s
        .go(function* () {
          yield* sleep(1);
        })
        .join();
    return "done";
  });
  expect(done).toBe("done");
  await expectSound();
  expect(uncaught.errors.length).toBe(fails);
});

/** A clock that stands still, and throws once it is broken. */
class Breaking implements Clock {
  broken = false;

  now(): number {
    if (this.broken) throw new Error("no time");
    return 0;
  }

  wall(): number {
    return 0;
  }

  schedule(): ClockTimer {
    return { cancel: () => false };
  }
}

test("a clock that throws ends the program that goes by it", async () => {
  const clock = new Breaking();
  const s = createScheduler({ clock });
  const main = s.run(function* () {
    clock.broken = true;
    const end = performance.now() + 20; // so that the slice ends, and the next begins
    while (performance.now() < end) yield;
    yield* new Chan().recv();
  });
  await expect(main).rejects.toThrow("no time");
  await expectSound();
});

test("a clock that throws when the verdict is a deadlock ends the program all the same", async () => {
  const clock = new Breaking();
  const main = createScheduler({ clock }).run(function* () {
    yield;
    clock.broken = true;
    yield* new Chan().recv();
  });
  await expect(main).rejects.toThrow("no time");
  await expectSound();
});

class Bad extends Op<void> {
  readonly at: string;
  constructor(at: string) {
    super();
    this.at = at;
  }
  get reason(): "sleep" {
    if (this.at === "reason") throw new Error("bad reason");
    return "sleep";
  }
  tryNow(): boolean {
    return false;
  }
  park(): void {}
  unpark(): void {
    if (this.at === "unpark") throw new Error("bad unpark");
  }
}

test("an op whose reason throws ends the program; in the small scheduler it is reported", async () => {
  const s = createScheduler();
  await expect(
    s.run(function* () {
      yield* new Bad("reason");
    }),
  ).rejects.toThrow("bad reason");
  await expectSound();
  launch(
    null,
    function* () {
      yield* new Bad("reason");
    },
    [],
  );
  const after = launch(
    null,
    function* () {
      return 7;
    },
    [],
  );
  expect(await after.join()).toBe(7);
  await expectSound();
  expect(String(uncaught.errors)).toBe("Error: bad reason");
});

test("an op whose unpark throws at the end of the program is reported, and all others leave their queues", async () => {
  const c = new Chan();
  const s = createScheduler();
  const result = await s.run(function* () {
    for (let i = 0; i < 3; i++) {
      s.go(function* () {
        yield* c.recv();
      });
      s.go(function* () {
        yield* new Bad("unpark");
      });
    }
    yield;
    yield;
    return "over";
  });
  expect(result).toBe("over");
  expect([c.receivers.length, s.numGoroutine()]).toEqual([0, 0]);
  await expectSound();
  expect(uncaught.errors.map(String)).toEqual(Array(3).fill("Error: bad unpark"));
});

test.each([
  ["an async function", async (n: number) => n],
  ["a plain function", (n: number) => n],
  [
    "a generator function",
    function* (n: number) {
      yield;
      return n;
    },
  ],
] as [string, (n: number) => unknown][])(
  "a context that lets %s not start is what its goroutine dies of, and its hook is called",
  async (_, fn) => {
    let fails = 0;
    const mine = new Error("mine");
    const s = createScheduler({
      context: () => (step) => {
        if (fails-- > 0) throw mine;
        step();
      },
    });
    for (const from of ["outside", "a goroutine"]) {
      let done = 0;
      const hook = { done: () => void done++ };
      const start = (): Goroutine[] => {
        fails = 2;
        return [s.go(fn, 1), launch(hook, fn, [1])];
      };
      const was = setDefaultScheduler(s);
      const [a, b] = from === "outside" ? start() : await s.go(() => start()).join();
      setDefaultScheduler(was);
      const outcome = (g: Goroutine): PromiseLike<unknown> =>
        g.join().then(null, (e: unknown) => e);
      expect(await Promise.all([outcome(a!), outcome(b!)])).toEqual([mine, mine]);
      expect([a!.status, b!.status, done]).toEqual(["dead", "dead", 1]);
    }
    await expectSound();
    expect(uncaught.errors).toEqual([]);
    checkScheduler(s);
  },
);

test("a step that throws without a program ends its goroutine, and is the host's uncaught exception", async () => {
  let fails = 0;
  const s = createScheduler({
    context: () => (step) => {
      if (fails-- > 0) throw new Error("no context");
      step();
    },
  });
  fails = 1;
  const log: string[] = [];
  const first = s.go(function* () {
    log.push("first");
  });
  const second = s.go(function* () {
    log.push("second");
  });
  await second.join();
  await expectSound();
  expect([first.status, log]).toEqual(["dead", ["second"]]);
  expect(uncaught.errors.map(String)).toEqual(["Error: no context"]);
  fails = 1;
  await expect(s.run(async () => "never")).rejects.toThrow("no context");
  expect(await s.run(async () => "runs")).toBe("runs");
  checkScheduler(s);
});

test("a goroutine that was told of a wrong yield may give way, and wait, after that", async () => {
  const got = await createFifoScheduler().run(function* (): Generator<any, unknown, any> {
    const seen: unknown[] = [];
    try {
      yield 5;
    } catch {
      yield;
      seen.push("gave way");
    }
    try {
      yield 5;
    } catch {
      seen.push(yield* new AtOnce(7));
    }
    return seen;
  });
  expect(got).toEqual(["gave way", 7]);
});
