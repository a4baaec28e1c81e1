/** How often the pump looks at the clock, and what it does then. */
import { expect, test, vi } from "vitest";
import { Carried, Latecomers } from "../src/carried.ts";
import { soon, turnSpent } from "../src/turn.ts";
import {
  afterFunc,
  Chan,
  checkScheduler,
  createFifoScheduler,
  currentGoroutine,
  go,
  Op,
  poll,
  type Scheduler,
  sleep,
  type WaitReason,
  recordOf,
} from "./helpers.ts";

/** Completes at once, after `work`. */
class Ready extends Op<void> {
  private readonly work: () => void;
  constructor(work: () => void = () => {}) {
    super();
    this.work = work;
  }
  get reason(): WaitReason {
    return "sleep";
  }
  override tryNow(): boolean {
    this.work();
    return true;
  }
  override park(): void {}
  override unpark(): void {}
}

/** Runs `body` on time that only `pass` moves. */
async function stopped<T>(body: (pass: (ms: number) => void) => Promise<T>): Promise<T> {
  let at = performance.now();
  const clock = vi.spyOn(performance, "now").mockImplementation(() => at);
  try {
    return await body((ms) => (at += ms));
  } finally {
    clock.mockRestore();
  }
}

test("operations that take no time have the clock looked at ever less often", async () => {
  const looks = await stopped(async () => {
    await createFifoScheduler().run(function* () {
      for (let i = 0; i < 20_000; i++) yield* new Ready();
    });
    return vi.mocked(performance.now).mock.calls.length;
  });
  expect(looks).toBeLessThan(100);
});

test("operations that take long have it looked at each time, and give way when the slice is over", async () => {
  await stopped(async (pass) => {
    let inARow = 0;
    let most = 0;
    await createFifoScheduler({ slice: 4 }).run(function* () {
      go(function* () {
        for (let i = 0; i < 50; i++) {
          inARow = 0;
          yield;
        }
      });
      // The first ones are found to be slow.
      for (let i = 0; i < 200; i++) yield* new Ready(() => pass(1));
      for (let i = 0; i < 100; i++) {
        yield* new Ready(() => pass(1));
        most = Math.max(most, ++inARow);
      }
    });
    expect(most).toBeLessThan(8);
  });
});

test("timers come beside goroutines that run, within the slice", async () => {
  let host = false;
  const early = await createFifoScheduler({ slice: 1000 }).run(function* () {
    let rung = false;
    afterFunc(1, () => (rung = true));
    setImmediate(() => (host = true));
    for (const end = performance.now() + 900; !rung && performance.now() < end;) yield;
    return rung && !host;
  });
  expect(early).toBe(true);
});

/** A scheduler that counts its slices: `each` begins to note how many there are between two turns of the host. */
function counted(): { s: Scheduler; slices: number[]; each: () => void } {
  const s = createFifoScheduler({ slice: 1 });
  const pump = s as unknown as { inside(g: null): boolean };
  const { inside } = pump;
  const slices: number[] = [];
  let n = 0;
  pump.inside = (g) => {
    n++;
    return inside.call(pump, g);
  };
  const turn = (): void => {
    slices.push(n);
    n = 0;
    if (slices.length < 60) setImmediate(turn);
  };
  const each = (): void => {
    n = 0;
    setImmediate(turn);
  };
  return { s, slices, each };
}

test("there is one slice between two turns of the host, however many of its timers come while goroutines run", async () => {
  const { s, slices, each } = counted();
  await s.run(function* () {
    for (let i = 0; i < 10; i++)
      go(function* () {
        yield* sleep(4 + 4 * i);
      });
    yield* poll(new Promise<void>((resolve) => setTimeout(resolve, 1)));
    each();
    while (slices.length < 60) yield;
  });
  expect(Math.max(...slices)).toBe(1);
});

test("there is one too when a host timer comes before what was put off to the end of a long turn", async () => {
  const { s, slices, each } = counted();
  const start = new Chan();
  const program = s.run(function* () {
    s.go(function* () {
      yield* sleep(2);
      while (slices.length < 60) yield;
    });
    yield* start.recv();
    while (slices.length < 60) yield;
  });
  await new Promise((resolve) => setImmediate(resolve));
  for (const end = performance.now() + 50; !turnSpent() && performance.now() < end;);
  start.close();
  each();
  await program;
  expect(Math.max(...slices.slice(1))).toBe(1);
});

test("what a timer runs beside a goroutine that runs belongs to no goroutine", async () => {
  const s = createFifoScheduler();
  let seen: unknown = "nothing";
  await s.run(function* () {
    s.clock.schedule(s.clock.now() + 1, () => (seen = currentGoroutine()));
    while (seen === "nothing") yield;
  });
  expect(seen).toBe(null);
});

test("a goroutine is made runnable once per wait, and never after its end", async () => {
  const s = createFifoScheduler();
  const core = s as unknown as { ready(g: unknown): void };
  let steps = 0;
  const ops: Op<void>[] = [];
  class Parks extends Op<void> {
    readonly reason = "sleep" as const;
    override tryNow(): boolean {
      return false;
    }
    override park(): void {
      ops.push(this);
    }
    override unpark(): void {}
  }
  await s.run(function* () {
    const g = s.go(function* () {
      for (let i = 0; i < 3; i++) {
        yield* new Parks();
        steps++;
      }
    });
    core.ready(g); // runnable already
    yield;
    for (let i = 1; i <= 3; i++) {
      recordOf(ops.shift()!).complete(undefined);
      core.ready(g);
      core.ready(g);
      checkScheduler(s);
      yield;
      yield;
      expect(steps).toBe(i);
    }
    yield* g.join();
    core.ready(g);
    checkScheduler(s);
  });
});

test("functions that wait for the host's turn begin in the order in which they were started", async () => {
  const order: string[] = [];
  const late = new Latecomers();
  for (const end = performance.now() + 50; !turnSpent() && performance.now() < end;);
  late.begin(() => order.push("first"));
  late.begin(() => order.push("second"));
  // Its turn is the same as theirs, and its job stands between those of the first and of the second.
  soon(() => new Carried([], () => late.begin(() => order.push("third"))).start());
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(order).toEqual(["first", "second", "third"]);
});
