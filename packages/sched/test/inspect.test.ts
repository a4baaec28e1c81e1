import { inspect } from "node:util";
import { expect, test } from "vitest";
import {
  afterFunc,
  createDeterministicScheduler,
  createFifoScheduler,
  createScheduler,
  type Go,
  Goexit,
  newTicker,
  newTimer,
  PanicError,
  sleep,
  withSignal,
} from "../src/index.ts";
import { Chan, Never, recordOf } from "./helpers.ts";

test("console.log shows id, name and status of a goroutine, and nothing of its insides", async () => {
  const s = createFifoScheduler();
  const texts = await s.run(function* () {
    const g = s.go(function* worker(): Go {
      yield* sleep(1);
    });
    const before = inspect(g);
    yield* g.join();
    return [before, inspect({ g }), g.id] as const;
  });
  const id = texts[2];
  expect(texts[0]).toBe(`Goroutine { id: ${id}, name: "worker", status: "runnable" }`);
  expect(texts[1]).toBe(`{ g: Goroutine { id: ${id}, name: "worker", status: "dead" } }`);
});

test("console.log shows what an operation waits for, and that it is not used yet", async () => {
  const c = new Chan(4);
  expect(inspect(c.recv())).toBe("Op { chan receive: chan (len 0, cap 4), not used yet }");
  expect(inspect(new Never(""))).toBe("Op { select (no cases), not used yet }");
  const { signal } = new AbortController();
  const op = withSignal(sleep(5), signal);
  expect(inspect({ op })).toBe("{ op: Op { sleep: 5 ms, not used yet } }");
  recordOf(op).next();
  expect(inspect(op)).toBe("Op { sleep: 5 ms }");
  recordOf(op).return();
});

test.each([
  [createFifoScheduler(), 1],
  [createDeterministicScheduler(), 1],
  [createScheduler({ procs: 4 }), 4],
])(
  "console.log shows how much a scheduler has to do, and nothing of its insides",
  async (s, procs) => {
    const g = s.go(function* () {});
    expect(inspect({ s })).toBe(`{ s: Scheduler { procs: ${procs}, goroutines: 1 } }`);
    await g.join();
    expect(inspect(s)).toBe(`Scheduler { procs: ${procs}, goroutines: 0 }`);
  },
);

test("console.log shows when the channel of a timer is due", () => {
  const timer = newTimer(5000);
  expect(inspect(timer.c)).toMatch(/^timer \(due in \d+ ms\)$/);
  timer.stop();
  expect(inspect({ c: timer.c })).toBe("{ c: timer (stopped) }");
});

test("JSON shows the same texts, whoever waits for whom: no insides, no circle", async () => {
  const s = createScheduler();
  const json = (v: unknown): unknown => JSON.parse(JSON.stringify({ v })).v as unknown;
  const timer = newTimer(5000);
  const [op, receive] = [new Never("nothing"), timer.c.recv()];
  const called = afterFunc(5000, () => {});
  expect(json(op)).toBe("Op { select (no cases): nothing, not used yet }");
  await s.run(function* () {
    const parked = s.go(function* waiter(): Go {
      yield* op;
    });
    s.go(function* (): Go {
      yield* receive;
    });
    const join = parked.join();
    s.go(function* (): Go {
      yield* join;
    });
    yield* sleep(1);
    expect(json(parked)).toBe('Goroutine { id: 2, name: "waiter", status: "waiting" }');
    expect(json(op)).toBe("Op { select (no cases): nothing }");
    expect(json(join)).toBe("Op { join: goroutine 2 (waiter) }");
    expect(json(s)).toBe("Scheduler { procs: 1, goroutines: 4 }");
    expect(json(timer)).toEqual({ c: expect.stringMatching(/^timer \(due in \d+ ms\)$/) });
    expect(json(receive)).toMatch(/^Op \{ chan receive: timer \(due in \d+ ms\) \}$/);
    const ticker = newTicker(7);
    expect(json([called, ticker, ticker.c.range()])).toEqual([
      { c: null },
      { c: "ticker (due in 7 ms)" },
      expect.anything(),
    ]);
    ticker.stop();
  });
  expect(json(s)).toBe("Scheduler { procs: 1, goroutines: 0 }");
  for (const t of [timer, called]) t.stop();
});

test("a panic shows its value and, of an error, the cause, and nothing of its insides, as does a goexit", () => {
  const cause = new RangeError("deep");
  expect(Object.keys(new PanicError(5))).toEqual(["value"]);
  expect("cause" in new PanicError(5)).toBe(false);
  expect(new PanicError(cause).cause).toBe(cause);
  expect(Object.keys(new Goexit())).toEqual([]);
});
