import { inspect } from "node:util";
import { expect, test } from "vitest";
import {
  createDeterministicScheduler,
  createFifoScheduler,
  createScheduler,
  type Go,
  newTimer,
  sleep,
  withSignal,
} from "../src/index.ts";
import { Chan, Never } from "./helpers.ts";

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
  op.next();
  expect(inspect(op)).toBe("Op { sleep: 5 ms }");
  op.return();
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
