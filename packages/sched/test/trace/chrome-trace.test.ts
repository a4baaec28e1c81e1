import { describe, expect, test } from "vitest";
import {
  chromeTrace,
  createDeterministicScheduler,
  createRecorder,
  createScheduler,
  go,
  gosched,
  type Recorder,
  sleep,
} from "../../src/index.ts";

interface Event {
  name: string;
  ph: string;
  ts: number;
  dur?: number;
  pid: number;
  tid: number;
  id?: number;
  cat?: string;
  bp?: string;
  args?: Record<string, unknown>;
}

function parse(recorder: Recorder, goroutines = true): Event[] {
  const text = [...chromeTrace(recorder, { goroutines })].join("");
  const trace = JSON.parse(text) as { displayTimeUnit: string; traceEvents: Event[] };
  expect(trace.displayTimeUnit).toBe("ns");
  return trace.traceEvents;
}

async function busy(procs: number): Promise<Recorder> {
  const recorder = createRecorder();
  await createScheduler({ procs, tracer: recorder, seed: 1 }).run(function* main() {
    const gs = [];
    for (let i = 0; i < 10; i++) {
      const g = go(function* worker() {
        for (let n = 0; n < 5; n++) yield* n % 2 === 0 ? gosched() : sleep(0);
      });
      gs.push(g);
    }
    for (const g of gs.reverse()) yield* g.join();
  });
  return recorder;
}

describe("chrome trace", () => {
  test.each([1, 4])(
    "with %i Ps: slices of a track do not overlap, thread ids are unique",
    async (procs) => {
      const events = parse(await busy(procs));
      const slices = events.filter((e) => e.ph === "X");
      expect(slices.length).toBeGreaterThan(100);
      const tracks = new Map<number, Event[]>();
      const pids = new Map<number, number>();
      for (const e of slices) {
        expect(pids.get(e.tid) ?? e.pid).toBe(e.pid);
        pids.set(e.tid, e.pid);
        const track = tracks.get(e.tid) ?? [];
        tracks.set(e.tid, track);
        track.push(e);
      }
      for (const track of tracks.values()) {
        track.sort((a, b) => a.ts - b.ts);
        for (let i = 1; i < track.length; i++) {
          expect(track[i]!.ts).toBeGreaterThanOrEqual(
            track[i - 1]!.ts + track[i - 1]!.dur! - 0.001,
          );
        }
      }
    },
  );

  test("arrows have two ends with the same id, category and name; the end follows its slice in the file", async () => {
    const events = parse(await busy(2));
    const begins = new Map(events.filter((e) => e.ph === "s").map((e) => [e.id, e]));
    const ends = events.filter((e) => e.ph === "f");
    expect(ends.length).toBeGreaterThan(10);
    for (const end of ends) {
      const begin = begins.get(end.id)!;
      expect([end.name, end.cat, end.bp]).toEqual([begin.name, begin.cat, "e"]);
      expect(end.ts).toBeGreaterThanOrEqual(begin.ts);
      const slice = events
        .slice(0, events.indexOf(end))
        .findLast((e) => e.ph === "X" && e.tid === end.tid)!;
      expect(slice.ts).toBe(end.ts);
    }
    expect(new Set(ends.map((e) => e.name))).toEqual(new Set(["go", "unblock (join)"]));
  });

  test("a goroutine's track is contiguous and says what it waited for", async () => {
    const recorder = createRecorder();
    await createDeterministicScheduler({ seed: 1, tracer: recorder }).run(function* main() {
      yield* gosched();
      yield* sleep(10);
    });
    const track = parse(recorder).filter((e) => e.ph === "X" && e.tid === 1_000_001);
    expect(track.map((e) => e.name)).toEqual([
      "runnable",
      "running",
      "runnable",
      "running",
      "waiting: sleep",
      "runnable",
      "running",
    ]);
    expect(track[4]!.dur).toBe(10_000);
    for (let i = 1; i < track.length; i++) {
      expect(track[i]!.ts).toBeCloseTo(track[i - 1]!.ts + track[i - 1]!.dur!, 3);
    }
  });

  test("spans and goroutines: false", async () => {
    const recorder = await busy(1);
    const last = [...recorder.events()].at(-1)!;
    // Behind all else: what begins before the first event is cut off there.
    recorder.span("GC cycle 1", last.at + 1, 0.5);
    const events = parse(recorder, false);
    expect(events.some((e) => e.tid >= 1_000_000)).toBe(false);
    expect(events.find((e) => e.name === "GC cycle 1")).toMatchObject({
      ph: "X",
      dur: expect.closeTo(500, 2) as number,
      tid: 90,
    });
  });

  test("ids of arrows are numbers, times have at most three decimals", async () => {
    for (const e of parse(await busy(1))) {
      if (e.id !== undefined) expect(typeof e.id).toBe("number");
      expect(Math.abs(e.ts * 1000 - Math.round(e.ts * 1000))).toBeLessThan(1e-3);
    }
  });

  test("a flight recorder's goroutines have their tracks named once, also those made before it began", async () => {
    for (const limit of [40, 60, 1000]) {
      const recorder = createRecorder({ limit });
      await createScheduler({ tracer: recorder }).run(function* main() {
        const gs = [1, 2, 3].map(() =>
          go(function* worker() {
            for (let n = 0; n < 20; n++) yield;
          }),
        );
        for (const g of gs) yield* g.join();
      });
      expect(recorder.dropped > 0).toBe(limit < 1000);
      const events = parse(recorder);
      const tracks = new Set(
        events.filter((e) => e.ph === "X" && e.tid > 1_000_000).map((e) => e.tid),
      );
      const named = events.filter((e) => e.name === "thread_name" && e.tid > 1_000_000);
      expect(named.map((e) => e.tid).sort()).toEqual([...tracks].sort());
      expect(named.map((e) => e.args!.name).sort()).toEqual(["G1", "G2", "G3", "G4"]);
    }
  });

  test("an empty recording is a valid trace", () => {
    expect(parse(createRecorder()).every((e) => e.ph === "M")).toBe(true);
  });

  test("a span that began before the first event is cut, spans that overlap are on tracks of their own", () => {
    const recorder = createRecorder();
    recorder.timer(9, 0);
    recorder.span("gc 1", 20, 15);
    recorder.span("gc 2", 22, 1.5);
    recorder.span("wide", 22, 10);
    recorder.span("after gc 1", 22, 2);
    recorder.span("before", 5, 1);
    const events = parse(recorder);
    const spans = events.filter((e) => e.ph === "X");
    expect(spans.map((e) => [e.name, e.ts, e.dur, e.tid])).toEqual([
      ["gc 1", 0, 11_000, 90],
      ["gc 2", 11_500, 1500, 90],
      ["wide", 3000, 10_000, 89],
      ["after gc 1", 11_000, 2000, 90], // around gc 2
      ["before", 0, 0, 88],
    ]);
    const named = events.filter((e) => e.name === "thread_name").map((e) => [e.tid, e.args!.name]);
    expect(named).toContainEqual([90, "spans"]);
    expect(named).toContainEqual([88, "spans 3"]);
  });

  test("a cycle stands on the track of its phases, around them", () => {
    const recorder = createRecorder();
    recorder.timer(0, 0);
    recorder.span("sweep termination", 12, 1);
    recorder.span("mark", 19, 7);
    recorder.span("mark termination", 20, 1);
    recorder.span("cycle", 20, 10);
    recorder.span("next sweep", 31, 1);
    recorder.span("next cycle", 32, 2); // begins with its first phase
    const spans = parse(recorder).filter((e) => e.ph === "X");
    expect(spans.map((e) => e.tid)).toEqual([90, 90, 90, 90, 90, 89]);
  });

  test("goroutines have their names though the recording goes on for long while it is written", async () => {
    const tracer = createRecorder({ limit: 1000 });
    const s = createScheduler({ tracer });
    const work = (n: number) =>
      s.run(function* main() {
        for (let i = 0; i < n; i++) yield* go(function* worker() {}).join();
      });
    await work(400);
    const pieces = chromeTrace(tracer);
    let text = String(pieces.next().value);
    await work(8000);
    for (const piece of pieces) text += piece;
    const events = (JSON.parse(text) as { traceEvents: Event[] }).traceEvents;
    const runs = events.filter((e) => e.ph === "X" && e.pid === 1);
    expect(runs.length).toBeGreaterThan(100);
    for (const run of runs) expect(run.name).toMatch(/^G\d+ (main|worker)$/);
  });

  test("a recorder of somebody else's that gives no names at once is asked for each", () => {
    const recorder = createRecorder();
    recorder.timer(1, 0);
    const plain = { events: () => recorder.events(), nameOf: () => "x" } as unknown as Recorder;
    expect(parse(plain)).toEqual(parse(recorder));
  });

  test("it is of what is there when the first piece is asked for, though the recording goes on", async () => {
    const recorder = createRecorder({ limit: 50 });
    const main = () =>
      createScheduler({ tracer: recorder }).run(function* main() {
        for (let n = 0; n < 40; n++) yield;
      });
    await main();
    const whole = [...chromeTrace(recorder)].join("");
    const pieces = chromeTrace(recorder);
    const first = pieces.next().value as string;
    await main();
    await main();
    expect(first + [...pieces].join("")).toBe(whole);
  });

  test.each([null, undefined, {}, "r", createScheduler()])(
    "%s is refused as a recorder by name, at once",
    (wrong) => {
      expect(() => chromeTrace(wrong as never)).toThrow(
        /^chromeTrace: recorder is .*, want an object with the methods events, nameOf$/,
      );
    },
  );
});
