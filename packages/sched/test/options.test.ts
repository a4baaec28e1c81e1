/** Options that schedulers refuse: what is misspelled would be ignored. */
import { describe, expect, test } from "vitest";
import {
  chromeTrace,
  createDeterministicScheduler,
  createFifoScheduler,
  createRecorder,
  createScheduler,
  formatGoroutine,
  goroutines,
  random,
  run,
  schedTrace,
  schedTracer,
  setDefaultScheduler,
  tee,
  type Scheduler,
  type SchedulerOptions,
} from "../src/index.ts";
import { bubble } from "../src/testing/index.ts";

describe.each([
  ["createScheduler", createScheduler, ["epoch"]],
  ["createFifoScheduler", createFifoScheduler, ["procs", "seed", "epoch"]],
  ["createDeterministicScheduler", createDeterministicScheduler, ["procs", "clock"]],
] as [string, (options?: SchedulerOptions) => Scheduler, string[]][])(
  "%s",
  (name, make, others) => {
    test("an option that there is none of is refused by name", () => {
      for (const option of ["proc", ...others])
        expect(() => make({ [option]: 2 })).toThrow(
          `${name}: options.${option} is 2, want no options but slice, `,
        );
      expect(() => make(null as never)).toThrow(`${name}: options is null, want no options but `);
    });

    test("a verdict on deadlocks that there is none of is refused", () => {
      expect(() => make({ deadlock: "never" as "off" })).toThrow(
        'scheduler: deadlock is "never", want "report", "exit" or "off"',
      );
    });

    test("a hook, a tracer or a way to note sites that is none is refused before anything runs", () => {
      expect(() => make({ onPanic: 5 as never })).toThrow(
        "scheduler: onPanic is 5, want a function",
      );
      expect(() => make({ sites: "x" as never })).toThrow(
        'scheduler: sites is "x", want true, false or "auto"',
      );
      for (const tracer of [{}, 5, "log", { ...createRecorder(), create() {} }])
        expect(() => make({ tracer: tracer as never })).toThrow(
          /^scheduler: tracer is .+, want an object with the methods create, start, stop, block, /,
        );
      expect(make({ tracer: null, sites: false, onPanic: () => {} }).numGoroutine()).toBe(0);
    });
  },
);

test("run refuses options, and a main that is no function, by its own name", async () => {
  const { signal } = new AbortController();
  const main = function* () {};
  expect(() => run(main, { signal } as never)).toThrow(
    /^run: options\.signal is .+, want no options but slice, /,
  );
  expect(() => run(main, null as never)).toThrow("run: options is null, want no options but ");
  await expect(run(main() as never)).rejects.toThrow(/^run: main is .+, want a function$/);
  await expect(createScheduler().run(5 as never)).rejects.toThrow(
    new TypeError("run: main is 5, want a function"),
  );
});

test.each([createScheduler, createFifoScheduler])("%o: a clock that is none is refused", (make) => {
  const { now, wall, schedule } = make().clock;
  for (const clock of [{}, 5, { now, wall }, { now, schedule }])
    expect(() => make({ clock: clock as never })).toThrow(
      /^scheduler: clock is .+, want an object with the methods now, wall, schedule$/,
    );
});

test("an epoch is a finite number of milliseconds", async () => {
  for (const epoch of ["abc", NaN, Infinity, null]) {
    const refused = /: epoch is ("abc"|NaN|Infinity|null), want a finite number of milliseconds$/;
    expect(() => createDeterministicScheduler({ epoch: epoch as never })).toThrow(refused);
    await expect(bubble(() => {}, { epoch: epoch as never })).rejects.toThrow(refused);
  }
});

test("a seed is an integer of 32 bits, wherever it is given", async () => {
  for (const seed of ["abc", "1", NaN, 1.5, -1, 2 ** 32, null, 5n]) {
    const refused = /: seed is .*, want an integer from 0 to 4294967295$/;
    expect(() => createScheduler({ seed: seed as never })).toThrow(refused);
    expect(() => createDeterministicScheduler({ seed: seed as never })).toThrow(refused);
    expect(() => run(() => {}, { seed: seed as never })).toThrow(refused);
    await expect(bubble(() => {}, { seed: seed as never })).rejects.toThrow(refused);
  }
  for (const seed of [0, 1, 2 ** 32 - 1, undefined])
    expect(createScheduler({ seed: seed as number }).random(1)).toBe(0);
});

test("a bubble names its own options", async () => {
  for (const [options, text] of [
    [{ seed: -1 }, "bubble: seed is -1, want an integer from 0 to 4294967295"],
    [{ seed: "1" }, 'bubble: seed is "1", want an integer from 0 to 4294967295'],
    [{ epoch: NaN }, "bubble: epoch is NaN, want a finite number of milliseconds"],
    [{ tracer: {} }, "bubble: tracer is an object (Object), want an object with the methods "],
    [{ leakCheck: "no" }, 'bubble: leakCheck is "no", want true or false'],
  ] as [object, string][])
    await expect(bubble(() => {}, options)).rejects.toThrow(text);
});

test("tee and setDefaultScheduler refuse what is no tracer and no scheduler", () => {
  expect(() => tee(createRecorder(), null as never)).toThrow(
    "tee: tracer 1 is null, want an object with the methods create, start, ",
  );
  const before = setDefaultScheduler(null);
  try {
    const { run, random, numGoroutine, stats, go } = createScheduler();
    for (const [scheduler, text] of [
      [undefined, "scheduler is undefined, want an object with the methods go, run, random, "],
      [5, "scheduler is 5, want an object"],
      [{ go }, "scheduler is an object (Object), want an object with the methods go, run"],
      [{ go, run, random, numGoroutine, stats }, "scheduler.clock is undefined, want an object"],
    ] as [never, string][]) {
      expect(() => setDefaultScheduler(scheduler)).toThrow(`setDefaultScheduler: ${text}`);
      expect(setDefaultScheduler(null)).toBe(null);
    }
  } finally {
    setDefaultScheduler(before);
  }
});

test("an option of a tracer, a trace or a bubble that there is none of is refused by name", async () => {
  const wrong = { limits: 5 } as object;
  const refused = /: options.limits is 5, want no options but /;
  expect(() => createRecorder(wrong)).toThrow(refused);
  expect(() => [...chromeTrace(createRecorder(), wrong)]).toThrow(refused);
  expect(() => schedTrace(createScheduler(), wrong)).toThrow(refused);
  expect(() => schedTracer({ everyMs: 1, print: () => {}, ...wrong })).toThrow(refused);
  await expect(bubble(() => {}, wrong)).rejects.toThrow(refused);
});

test("a tracer that has nothing to print with is refused", () => {
  expect(() => schedTracer({ everyMs: 1, print: "log" as never })).toThrow(
    'schedTracer: print is "log", want a function',
  );
});

test("a scheduler, a record or a bound that is none is named", () => {
  expect(() => goroutines(null as never)).toThrow(
    "goroutines: scheduler is null, want a scheduler",
  );
  expect(() => formatGoroutine(null as never)).toThrow("formatGoroutine: info is null, want a ");
  for (const [n, shown] of [
    [0, "0"],
    [-1, "-1"],
    [NaN, "NaN"],
    [1.5, "1.5"],
    [1e12, "1000000000000"],
    [Symbol(), "Symbol()"],
  ])
    expect(() => random(n as number)).toThrow(`random: n is ${String(shown)}, want an integer`);
  expect(() => random(2 ** 32 + 1)).toThrow(RangeError);
  expect(() => random("6" as never)).toThrow(TypeError);
});
