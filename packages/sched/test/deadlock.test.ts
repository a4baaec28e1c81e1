/** What dumps say of goroutines that wait: see also core.test.ts and go-parity.test.ts. */
import { describe, expect, test } from "vitest";
import {
  type Clock,
  createDeterministicScheduler,
  createScheduler,
  DeadlockError,
  formatGoroutine,
  type GoroutineInfo,
  goroutines,
  isDeadlockError,
  type Scheduler,
  sleep,
} from "../src/index.ts";
import { bubble } from "../src/testing/index.ts";
import { Chan, recordOf } from "./helpers.ts";

const headers = (s: Scheduler): string[] =>
  goroutines(s).map((g) => formatGoroutine(g).split("\n")[0]!);

/** A scheduler whose clock is set by hand. */
function handSet(): { s: Scheduler; at: (ms: number) => void } {
  let time = 0;
  const clock: Clock = {
    now: () => time,
    wall: () => time,
    schedule: () => ({ cancel: () => true }),
  };
  return { s: createScheduler({ clock }), at: (ms) => (time = ms) };
}

describe("how long a goroutine has waited", () => {
  test("a dump says minutes from the first whole one", async () => {
    const said = await bubble(function* (b) {
      const c = new Chan();
      const s = b.scheduler;
      s.go(function* reader() {
        yield* c.recv();
      });
      const all: string[] = [];
      for (const ms of [59_000, 1000, 4 * 60_000]) {
        yield* sleep(ms);
        all.push(headers(s).at(-1)!);
      }
      yield* c.send(1);
      return all;
    });
    expect(said).toEqual([
      "goroutine 3 [chan receive]:",
      "goroutine 3 [chan receive, 1 minutes]:",
      "goroutine 3 [chan receive, 5 minutes]:",
    ]);
  });

  test("by the scheduler's clock, whoever made it, from the last wait, before what it is locked to", async () => {
    const { s, at } = handSet();
    const c = new Chan();
    const done = s.run(function* main() {
      yield* c.recv();
      yield* c.recv();
    });
    await Promise.resolve();
    at(120_000);
    expect(headers(s)).toEqual(["goroutine 1 [chan receive, 2 minutes]:"]);
    expect(recordOf(c.send(1)).next().done).toBe(true);
    await Promise.resolve();
    expect(headers(s)).toEqual(["goroutine 1 [chan receive]:"]);
    at(200_000);
    expect(goroutines(s)[0]!.waitMinutes).toBe(1);
    expect(formatGoroutine({ ...goroutines(s)[0]!, locked: true })).toMatch(
      /^goroutine 1 \[chan receive, 1 minutes, locked to thread\]:\n/,
    );
    expect(recordOf(c.send(1)).next().done).toBe(true);
    await done;
  });

  test("the waits of an async function are nobody's to see", async () => {
    const { s, at } = handSet();
    let finish!: () => void;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const done = s.run(async function main() {
      await finished;
    });
    await Promise.resolve();
    at(600_000);
    expect(goroutines(s).map((g) => [g.reason, g.waitMinutes])).toEqual([["await", 0]]);
    finish();
    await done;
  });

  test("a deadlock says it too", async () => {
    const { s, at } = handSet();
    const c = new Chan();
    const error = await s
      .run(function* main() {
        s.go(function* reader() {
          yield* c.recv();
        });
        yield;
        at(180_000);
        yield* c.recv();
      })
      .catch((e: unknown) => e);
    expect(isDeadlockError(error) && error.goroutines[1]!.waitMinutes).toBe(3);
    expect(String((error as Error).message)).toContain("goroutine 2 [chan receive, 3 minutes]:");
  });
});

describe("schedulers of somebody else", () => {
  const info = (id: number, name: string): GoroutineInfo => ({
    ...{ id, name, status: "waiting", reason: "chan receive", waitsOn: "chan (len 0, cap 0)" },
    ...{ createdAt: "", createdBy: 0 },
  });

  test("a DeadlockError shows the goroutines it is given, the first hundred of many", () => {
    const error = new DeadlockError("all goroutines are asleep - deadlock!", [info(1, "main")]);
    expect(String(error)).toBe(
      "fatal error: all goroutines are asleep - deadlock!\n\n" +
        "goroutine 1 [chan receive]:\nmain(...)\n\twaiting on chan (len 0, cap 0)",
    );
    const many = Array.from({ length: 103 }, (_, i) => info(i + 1, `g${i + 1}`));
    const text = new DeadlockError("stuck", many, ["at last"]).message;
    expect(text.match(/^goroutine /gm)).toHaveLength(100);
    expect(text).toMatch(/g100\(\.\.\.\)\n.*\n\n\.\.\. 3 more goroutines\n\nat last$/);
  });

  test("goroutines() asks a scheduler that tells, in the order of ids, and shows none of one that does not", () => {
    const list = [info(2, "worker"), info(1, "main")];
    const telling = { goroutines: () => list } as Partial<Scheduler> as Scheduler;
    expect(goroutines(telling).map((g) => g.name)).toEqual(["main", "worker"]);
    expect(list.map((g) => g.id)).toEqual([2, 1]);
    expect(goroutines({} as Scheduler)).toEqual([]);
  });
});

test("a wait begins at the virtual time that the slice before it has jumped to", async () => {
  const s = createDeterministicScheduler({ seed: 1, slice: 1000 });
  const all = await s.run(function* () {
    s.go(function* () {
      yield* sleep(600_000);
      yield* new Chan().recv();
    });
    yield* sleep(610_000);
    return headers(s);
  });
  expect(all).toContain("goroutine 2 [chan receive]:");
});
