/** A recorder that is read while it records. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { createRecorder, type Recorder, type TraceEvent } from "../../src/index.ts";

/** Records events at `from`, `from + 1` … `to - 1`. */
function record(recorder: Recorder, from: number, to: number): void {
  for (let at = from; at < to; at++) recorder.timer(at, at % 3);
}

const times = (events: Iterable<TraceEvent>): number[] => [...events].map((e) => e.at);

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i);

test("its events come out once and in order, those that there were when they were asked for", () => {
  const recorder = createRecorder({ limit: 4 });
  record(recorder, 1, 5);
  const events = recorder.events();
  expect(events.next().value).toMatchObject({ at: 1 });
  record(recorder, 5, 8);
  expect(times(events)).toEqual([2, 3, 4]);
  expect(times(recorder.events())).toEqual([4, 5, 6, 7]);
});

test("reading ends though each event read makes another one", () => {
  for (const recorder of [createRecorder(), createRecorder({ limit: 64 })]) {
    record(recorder, 0, 64);
    const seen: number[] = [];
    for (const e of recorder.events()) {
      seen.push(e.at);
      recorder.timer(1000, 0);
    }
    expect(seen).toEqual(range(0, 64));
  }
});

test("several readers at any time, whatever the limit and however much is recorded meanwhile", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(1, 2, 7, 100, 16_383, 16_384, 16_385, 20_000, 40_000, undefined),
      fc.array(fc.tuple(fc.integer({ min: 0, max: 30_000 }), fc.integer({ min: 0, max: 50 })), {
        minLength: 1,
        maxLength: 6,
      }),
      (limit, steps) => {
        const recorder = createRecorder(limit === undefined ? {} : { limit });
        let count = 0;
        const readers: { events: IterableIterator<TraceEvent>; want: number[] }[] = [];
        for (const [more, read] of steps) {
          record(recorder, count, (count += more));
          const want = range(Math.max(0, count - (limit ?? Infinity)), count);
          readers.push({ events: recorder.events(), want });
          for (const r of readers)
            for (let i = 0; i < read && r.want.length > 0; i++)
              if (r.events.next().value?.at !== r.want.shift()) throw new Error("out of order");
        }
        for (const { events, want } of readers) expect(times(events)).toEqual(want);
      },
    ),
    { numRuns: 40 },
  );
});

test.each([NaN, Infinity, -Infinity, "5", null, 5n])(
  "a span that ends or lasts %s is refused by name",
  (wrong) => {
    const recorder = createRecorder();
    expect(() => recorder.span("gc", wrong as never, 1)).toThrow(/^span: at is .*, want a finite/);
    expect(() => recorder.span("gc", 1, wrong as never)).toThrow(/^span: ms is .*, want a finite/);
    expect(() => recorder.span("gc", 1, -1)).toThrow("span: ms is -1, want a finite number");
    expect(recorder.size).toBe(0);
  },
);

test.each([1n, Symbol("s"), null])("a span whose name is %s is refused by name", (name) => {
  const recorder = createRecorder();
  expect(() => recorder.span(name as never, 1, 1)).toThrow(/^span: name is .*, want a string$/);
  expect(recorder.size).toBe(0);
});
