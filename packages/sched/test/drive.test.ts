/** Generators driven by async functions, side by side. */
import { expect, test } from "vitest";
import type { AsyncGate } from "../src/async-waiter.ts";
import { deadlockError } from "../src/deadlock.ts";
import {
  Chan,
  createScheduler,
  poll,
  type Scheduler,
  drive,
  gosched,
  now,
  recover,
  sleep,
  withDefer,
  type Go,
  enter,
  leave,
  go,
  steppedOn,
  type Goroutine,
  type Op,
  recordOf,
} from "./helpers.ts";
import { bubble } from "../src/testing/index.ts";

/** Recovers a panic after a while. */
function* risky(id: string, ms: number, out: string[]): Go<void> {
  yield* withDefer(function* (d) {
    d.defer(function* () {
      yield* sleep(ms);
      out.push(`${id} recovered ${String(recover())}`);
    });
    throw id;
  });
}

test("a driven generator gives its result, takes errors where it waits, and gives way", async () => {
  expect(
    await drive(
      (function* (): Go<string> {
        yield;
        yield* gosched();
        yield* sleep(0);
        yield* sleep(1);
        return "done";
      })(),
    ),
  ).toBe("done");
  await expect(
    drive(
      (function* (): Go<void> {
        // @ts-expect-error the types refuse it too
        yield sleep(1);
      })(),
    ),
  ).rejects.toThrow("write `yield* op`");
  const caught = await drive(
    (function* (): Go<string> {
      try {
        yield 5 as never;
      } catch (e) {
        return (e as Error).message;
      }
      return "nothing";
    })(),
  );
  expect(caught).toMatch("a goroutine yielded 5");
});

test("recover sees the panic of its own function, of those driven side by side", async () => {
  const out: string[] = [];
  await Promise.all([drive(risky("A", 4, out)), drive(risky("B", 8, out))]);
  expect(out).toEqual(["A recovered A", "B recovered B"]);
  expect(recover()).toBe(undefined);
});

test("recover sees the panic of its own goroutine where a scheduler of somebody else steps them", async () => {
  const out: string[] = [];
  const step = (g: Goroutine, steps: Go<void>): Op<any> | null => {
    const before = enter(g, null);
    try {
      return steppedOn(steps.next());
    } finally {
      leave(before);
    }
  };
  const [a, b] = ["A", "B"].map((id) => ({ id }) as unknown as Goroutine) as [Goroutine, Goroutine];
  const [first, second] = [risky("A", 1, out), risky("B", 1, out)];
  const waits = [step(a, first), step(b, second)];
  await Promise.all(
    waits.map((op) => new Promise<void>((wake) => (recordOf(op!).waiter = { wake: () => wake() }))),
  );
  for (const [g, steps] of [
    [a, first],
    [b, second],
  ] as const)
    expect(step(g, steps)).toBe(null);
  expect(out).toEqual(["A recovered A", "B recovered B"]);
});

test.each(["awaits it", "drives a generator that waits for it"])(
  "time in a bubble stands still while an async function waits for what is outside, and goes on after it: %s",
  async (form) => {
    let resolve!: (v: number) => void;
    const promise = new Promise<number>((r) => (resolve = r));
    const log: string[] = [];
    await bubble(async () => {
      const g = go(function* () {
        yield* sleep(1000);
        log.push(`slept at ${now()}`);
      });
      setTimeout(() => resolve(1), 20);
      function* body(): Go<void> {
        yield* poll(promise);
      }
      await (form === "awaits it" ? poll(promise) : drive(body()));
      log.push(`polled at ${now()}`);
      await g.join();
    });
    expect(log).toEqual(["polled at 0", "slept at 1000"]);
  },
);

test("a deadlock report shows what a driven generator waits for", async () => {
  const s = createScheduler() as Scheduler & { gate: AsyncGate };
  const c = new Chan();
  function* body(): Go<void> {
    yield* c.recv();
  }
  await s.run(async () => {
    const waiting = drive(body());
    await sleep(1);
    const error = deadlockError({ goroutines: () => [], gate: s.gate, asyncs: 0 }, false);
    expect(error.message).toMatch(
      "async function [chan receive]:\n\twaiting on chan (len 0, cap 0)",
    );
    await c.send(1);
    await waiting;
    expect(s.gate.parked).toBe(0);
  });
});

test.each([
  ["nothing", undefined],
  ["a generator function", risky],
  ["a promise", Promise.resolve()],
  ["an async generator", (async function* () {})()],
])("%s cannot be driven", (_, steps) => {
  expect(() => drive(steps as never)).toThrow(/^drive: steps is .*, want a generator$/);
});
