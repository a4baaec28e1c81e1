/** Two copies of the package in one process, perhaps of different versions: dumps and checks know each other's schedulers. */
import { expect, test, vi } from "vitest";
import * as here from "../src/index.ts";
import type { Scheduler } from "../src/index.ts";

const anotherCopy = async (): Promise<typeof here> => {
  vi.resetModules();
  const there = await import("../src/index.ts");
  expect(there.createScheduler === here.createScheduler).toBe(false);
  return there;
};

test("schedTrace and schedTracer read a scheduler of another copy of the package", async () => {
  const there = await anotherCopy();
  const s = there.createScheduler({ procs: 2, seed: 1 });
  s.go(function* () {});
  expect(here.schedTrace(s)).toEqual(there.schedTrace(s));
  expect(here.schedTrace(s)[0]).toMatch(/gomaxprocs=2 .* \[ 1 0 \]/);
  expect(here.schedTrace(s, { detail: true })).toEqual(there.schedTrace(s, { detail: true }));
  const fifo = there.createFifoScheduler();
  expect(here.schedTrace(fifo, { detail: true })).toEqual(there.schedTrace(fifo, { detail: true }));

  const lines: string[] = [];
  const tracer = here.schedTracer({ everyMs: 10, print: (line) => lines.push(line) });
  await there.createDeterministicScheduler({ tracer }).run(function* () {
    for (let i = 0; i < 3; i++) yield* there.sleep(10);
  });
  expect(lines.length).toBe(3);
});

test("checkScheduler checks a scheduler of another copy of the package", async () => {
  const there = await anotherCopy();
  for (const s of [there.createScheduler({ procs: 2 }), there.createFifoScheduler()]) {
    s.go(function* () {});
    here.checkScheduler(s);
    (s as unknown as { live: number }).live++;
    expect(() => here.checkScheduler(s)).toThrow(
      "gort: broken invariant: 1 goroutines are listed, 2 counted",
    );
  }
});

test("a scheduler of a version that keeps its state otherwise is refused with a clear error", () => {
  const future = { [Symbol.for("gort.scheduler")]: 99 } as unknown as Scheduler;
  expect(() => here.schedTrace(future)).toThrow(
    new TypeError(
      "schedTrace: scheduler is of another version of @gort/sched (layout 99, this one reads 1); use that version's schedTrace",
    ),
  );
  expect(() => here.checkScheduler(future)).toThrow(
    /^checkScheduler: scheduler is of another version of @gort\/sched/,
  );
});

test("of a scheduler of somebody else checkScheduler checks what it says of itself", () => {
  const own = here.createScheduler();
  own.go(function* () {});
  const answers = {
    go() {},
    clock: {},
    numGoroutine: () => own.numGoroutine(),
    goroutines: () => own.goroutines!(),
    stats: () => own.stats(),
  };
  here.checkScheduler(answers);
  here.checkScheduler({ numGoroutine: () => 3 });
  const [g] = own.goroutines!();
  const wrong: [object, RegExp][] = [
    [{ numGoroutine: () => 2 }, /1 goroutines are listed, 2 counted/],
    [{ goroutines: () => [g, g] }, /1 is no id of one goroutine/],
    [{ goroutines: () => [{ ...g, status: "dead" }] }, /goroutine 1 is dead but listed/],
    [{ goroutines: () => [{ ...g, reason: "sleep" }] }, /goroutine 1 is runnable for sleep/],
    [
      { goroutines: () => [1, 2].map((id) => ({ ...g, id, status: "running" })) },
      /2 goroutines run at once/,
    ],
    [{ stats: () => ({ ...own.stats(), timers: -1 }) }, /stats count -1 timers/],
    [{ stats: () => ({ ...own.stats(), blocks: { sleep: NaN } }) }, /stats count NaN sleep/],
    [{ stats: () => ({ ...own.stats(), procs: 0 }) }, /there is no processor/],
    [{ stats: () => ({ ...own.stats(), goroutinesLive: 0 }) }, /stats count 0 goroutines/],
    [{ stats: () => ({ ...own.stats(), goroutinesCreated: 0 }) }, /more goroutines live/],
  ];
  for (const [change, message] of wrong)
    expect(() => here.checkScheduler({ ...answers, ...change })).toThrow(message);
  for (const v of [null, undefined, 5])
    expect(() => here.checkScheduler(v)).toThrow(
      new TypeError(`checkScheduler: scheduler is ${String(v)}, want a scheduler`),
    );
});

test("a scheduler of somebody else has no trace", () => {
  const foreign = { go() {}, clock: {} } as unknown as Scheduler;
  expect(() => here.schedTrace(foreign)).toThrow(
    new TypeError("schedTrace: scheduler is an object (Object), want one of @gort/sched's"),
  );
  expect(() => here.schedTrace(null as unknown as Scheduler)).toThrow("want one of @gort/sched's");
  expect(here.checkScheduler(foreign)).toBe(undefined);
});

test("operations of another copy of the package are as cheap to the scheduler, and preempted as its own", async () => {
  const there = await anotherCopy();
  class Ready extends there.Op<void> {
    get reason(): "sleep" {
      return "sleep";
    }
    override tryNow(): boolean {
      return true;
    }
    override park(): void {}
    override unpark(): void {}
  }
  const tracer = here.createRecorder();
  const looks = vi.spyOn(performance, "now");
  try {
    await here.createDeterministicScheduler({ seed: 1, tracer }).run(function* () {
      here.go(function* () {});
      for (let i = 0; i < 2000; i++) yield* new Ready();
    });
    expect(looks.mock.calls.length).toBeLessThan(500);
    const stops = [...tracer.events()].filter((e) => e.kind === "stop").map((e) => e.why);
    expect(new Set(stops)).toEqual(new Set(["preempted"]));
  } finally {
    looks.mockRestore();
  }
});
