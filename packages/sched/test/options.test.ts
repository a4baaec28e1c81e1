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
  schedTrace,
  schedTracer,
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
  },
);

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
});
