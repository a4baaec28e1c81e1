import fc from "fast-check";
import { expect, test } from "vitest";
import {
  createRecorder,
  createScheduler,
  go,
  type Goroutine,
  gosched,
  sleep,
  tee,
} from "../../src/index.ts";
import { Never } from "../helpers.ts";

test("records creation, runs, blocks with reasons, wake-ups by whom, ends", async () => {
  const recorder = createRecorder();
  await createScheduler({ tracer: recorder }).run(function* main() {
    const g = go(function* child() {
      yield* gosched();
    });
    yield* g.join();
  });
  const events = [...recorder.events()].filter((e) => e.kind !== "proc");
  const lines = events.map((e) =>
    `${e.kind} g${e.g} ${e.kind === "start" ? "" : e.by} ${e.why}`.trimEnd(),
  );
  expect(lines).toEqual([
    "create g1 0",
    "start g1",
    "create g2 1",
    "block g1 0 join",
    "start g2",
    "stop g2 0 gosched",
    "start g2",
    "unblock g1 2",
    "end g2 0 return",
    "start g1",
    "end g1 0 return",
  ]);
  expect(recorder.nameOf(1)).toBe("main");
  expect(recorder.nameOf(2)).toBe("child");
});

test("a plain function that returns a generator starts once, and its context is entered once", async () => {
  const recorder = createRecorder();
  let entered = 0;
  const context = () => (step: () => void) => {
    entered++;
    step();
  };
  const s = createScheduler({ tracer: recorder, context });
  await s.run(function* () {
    yield* s
      .go(() =>
        (function* () {
          yield* gosched();
        })(),
      )
      .join();
  });
  const kinds = [...recorder.events()].filter((e) => e.g === 2).map((e) => e.kind);
  expect(kinds).toEqual(["create", "start", "stop", "start", "end"]);
  expect(entered).toBe(4);
});

test("with a limit it keeps the newest events and their names, whatever the limit", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 60 }),
      async (limit, n) => {
        const all = createRecorder();
        const some = createRecorder({ limit });
        await createScheduler({ tracer: tee(all, some) }).run(function* main() {
          for (let i = 0; i < n; i++) go(function* child() {});
          yield* gosched();
        });
        const full = [...all.events()];
        expect([...some.events()]).toEqual(full.slice(-limit));
        expect(some.size).toBe(Math.min(limit, full.length));
        expect(some.dropped).toBe(full.length - some.size);
        for (const e of some.events()) if (e.g !== 0) expect(some.nameOf(e.g)).not.toBe("");
      },
    ),
    { numRuns: 30 },
  );
});

test("names of goroutines long gone are forgotten", async () => {
  const recorder = createRecorder({ limit: 10 });
  await createScheduler({ tracer: recorder, sites: false }).run(function* main() {
    for (let i = 0; i < 20_000; i++) {
      go(function* child() {});
      yield* gosched();
    }
  });
  expect(recorder.nameOf(2)).toBe("");
  for (const e of recorder.events()) if (e.g !== 0) expect(recorder.nameOf(e.g)).not.toBe("");
});

test.each([0, -1, 1.5, NaN, 1e12])("limit %s is refused by name", (limit) => {
  expect(() => createRecorder({ limit })).toThrow(`createRecorder: limit is ${limit}`);
});

test("goroutines that end with their program have an end, and are held no longer", async () => {
  const recorder = createRecorder();
  const s = createScheduler({ tracer: recorder });
  const ends = (): [number, string][] =>
    [...recorder.events()].filter((e) => e.kind === "end").map((e) => [e.g, e.why]);
  await s.run(function* main() {
    go(function* waiter() {
      yield* new Never();
    });
    go(async () => {
      await sleep(5);
    });
    yield* sleep(1);
    go(function* unborn() {});
  });
  const killed = [2, 3, 4].map((id) => [id, "killed"]);
  expect(ends()).toEqual([[1, "return"], ...killed]);
  await sleep(10); // the async function has ended, of which nothing is to be heard
  await s
    .run(function* stuck() {
      yield* new Never();
    })
    .catch(() => {});
  expect(ends()).toEqual([[1, "return"], ...killed, [5, "killed"]]);
  const names = (recorder.nameOf(2) + recorder.nameOf(4)).trim();
  expect(names).toBe("waiterunborn");
});

test("a clock that throws when a program ends does not keep its goroutines from their end", async () => {
  const recorder = createRecorder();
  let broken = false;
  const clock = {
    now(): number {
      if (broken) throw new Error("no time");
      return 3000;
    },
    wall: () => 0,
    schedule: () => ({ cancel: () => true }),
  };
  const s = createScheduler({ tracer: recorder, clock });
  const main = s.run(function* () {
    go(function* waiter() {
      yield* new Never();
    });
    yield;
    broken = true;
    yield* sleep(1);
  });
  await expect(main).rejects.toThrow("no time");
  const ends = [...recorder.events()].filter((e) => e.kind === "end");
  expect(ends.map((e) => [e.g, e.at])).toContainEqual([2, 3000]);
});

test("one recorder for several programs keeps their goroutines apart, one after the other and side by side", async () => {
  const recorder = createRecorder();
  const program = (name: string) => {
    const main = {
      *[name]() {
        const g = go(function* () {
          yield* sleep(1);
        });
        g.name = `${name}'s`;
        yield* g.join();
      },
    }[name]!;
    return createScheduler({ tracer: recorder }).run(main);
  };
  await Promise.all([program("first"), program("second")]);
  await program("third");
  const story = new Map<string, string[]>();
  for (const e of recorder.events()) {
    if (e.g === 0) continue;
    const name = recorder.nameOf(e.g);
    story.set(name, [...(story.get(name) ?? []), e.kind]);
    if (e.by === 0) continue;
    if (e.kind === "create") expect(`${recorder.nameOf(e.by)}'s`).toBe(name);
    if (e.kind === "unblock") expect(recorder.nameOf(e.by)).toBe(`${name}'s`);
  }
  expect([...story.keys()].sort()).toEqual(
    ["first", "second", "third"].flatMap((name) => [name, `${name}'s`]),
  );
  const once = ["create", "start", "block", "unblock", "start", "end"];
  for (const kinds of story.values()) expect(kinds).toEqual(once);
  expect(recorder.nameOf(1)).toBe("first");
});

test("names that were asked for stay known, whoever ends and is forgotten meanwhile", () => {
  const recorder = createRecorder({ limit: 1 });
  const goroutine = (id: number): Goroutine => ({ id, name: `g${id}` }) as Goroutine;
  const first = goroutine(1);
  recorder.create(0, first, null);
  const nameOf = recorder.names!();
  for (let id = 2; id < 6000; id++) {
    const g = goroutine(id);
    recorder.create(0, g, null);
    recorder.end(0, g, "return");
  }
  recorder.end(0, first, "return");
  expect(nameOf(1)).toBe("g1");
});
