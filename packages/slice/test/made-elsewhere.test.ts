/** Elements of a type whose descriptor somebody else made: its kind says how they lie in memory, and nothing else. */
import { createHeap, createStressHeap } from "@gort/gc";
import { append, checkSlice, inHeap, makeSlice, slices, sliceOf, type Slice } from "@gort/slice";
import {
  any,
  array,
  bool,
  float64,
  int,
  int16,
  int32,
  named,
  ptr,
  string,
  struct,
  type Type,
} from "@gort/types";
import { describe, expect, test } from "vitest";

const date: Type<Date> = {
  kind: "float64",
  name: "main.Date",
  size: 8,
  align: 8,
  ptrdata: 0,
  ptrMask: new Uint32Array(0),
  comparable: true,
  zero: () => new Date(0),
  load: (s, p) => new Date(float64.load(s, p)),
  store: (s, p, v) => float64.store(s, p, v.getTime()),
  equal: (s, p, q) => float64.equal(s, p, q),
  hash: (s, p, seed) => float64.hash(s, p, seed),
  equalValues: (a, b) => a.getTime() === b.getTime(),
  hashValue: (v, seed) => float64.hashValue(v.getTime(), seed),
};
const heap = createHeap({ reserve: 1 << 24 });
const field = struct({ at: date }).fields[0]!.type as Type<Date>;

test.each([
  ["alone", date],
  ["as the type of a field", field],
  ["named", named("main.Day", date)],
] as [string, Type<Date>][])("are loaded and stored by it: %s", (_, type) => {
  const slices: Slice<Date>[] = [makeSlice(type, 1), makeSlice(inHeap(heap, type), 1)];
  for (const s of slices) {
    expect(s.get(0)).toEqual(new Date(0));
    s.set(0, new Date(5));
    const t = append(s, new Date(7));
    expect([...t]).toEqual([new Date(5), new Date(7)]);
  }
});

describe("a descriptor that throws when it has written", () => {
  const bad = new Set<unknown>();
  /** As `base`, but for values that are bad, which it refuses too late. */
  const late = <T>(base: Type<T>): Type<T> => ({
    kind: base.kind,
    name: `main.Late${base.kind}`,
    size: base.size,
    align: base.align,
    ptrdata: base.ptrdata,
    ptrMask: base.ptrMask,
    comparable: true,
    zero: () => base.zero(),
    load: (s, p) => base.load(s, p),
    store(s, p, v) {
      base.store(s, p, v);
      if (bad.has(v)) throw new RangeError("no more of it");
    },
    equal: (s, p, q) => base.equal(s, p, q),
    hash: (s, p, seed) => base.hash(s, p, seed),
    equalValues: (a, b) => base.equalValues(a, b),
    hashValue: (v, seed) => base.hashValue(v, seed),
  });
  const list = (): { x: number; y: string } => ({ x: 66, y: "bad" });

  test.each([
    ["of bytes", late(bool), [false, false, false], false, true],
    ["of half words", late(int16), [1, 2, 3], 4, 66],
    ["of words", late(float64), [1, 2, 3], 4, 66],
    ["with pointers", late(string), ["a", "b", "c"], "d", "bad"],
    [
      "in several parts",
      late(struct({ x: int, y: string })),
      [0, 1, 2].map((x) => ({ x, y: `${x}` })),
      { x: 4, y: "d" },
      list(),
    ],
    [
      "in structs",
      struct({ p: ptr(int), v: late(int32), s: string }),
      [0, 1, 2].map((v) => ({ p: 0, v, s: `${v}` })),
      { p: 0, v: 4, s: "d" },
      { p: 0, v: 66, s: "x" },
    ],
    [
      "in structs of bytes",
      struct({ a: bool, b: late(bool) }),
      [0, 1, 2].map(() => ({ a: false, b: false })),
      { a: false, b: false },
      { a: true, b: true },
    ],
    ["in arrays", array(late(int32), 2), [1, 2, 3].map((v) => [v, v]), [4, 4], [5, 66]],
  ] as [string, Type, unknown[], unknown, unknown][])(
    "has changed nothing: %s",
    (_, type, values, good, wrong) => {
      bad.clear();
      const s = makeSlice(inHeap(heap, type), 3, 8);
      values.forEach((v, i) => s.set(i, v));
      const all = [...s.slice(0, 8)];
      for (const v of [wrong, true, 66, "bad"]) bad.add(v);
      const writes: (() => unknown)[] = [
        () => s.set(1, wrong),
        () => append(s, wrong),
        () => append(s, good, wrong),
        () => append(s.slice(0, 1), good, wrong),
        () => append(s.slice(0, 3, 3), good, wrong),
        () => slices.insert(s, 1, good, wrong),
        () => slices.insertSlice(s, 1, sliceOf(good, wrong)),
        () => slices.replace(s, 0, 2, good, wrong),
        () => slices.replace(s, 0, 1, good, wrong),
        () => slices.replace(s.slice(0, 3, 3), 0, 1, good, good, wrong),
      ];
      for (const write of writes) {
        expect(write).toThrow("no more of it");
        expect([...s.slice(0, 8)]).toEqual(all);
      }
      bad.clear();
      const t = slices.insert(s, 1, good, wrong);
      expect([...t]).toEqual([values[0], good, wrong, values[1], values[2]]);
    },
  );
});

type Records = Slice<{ first: unknown; held: unknown }>;
const record = (i: number) => ({ first: `a${i}`, held: `b${i}` });

test.each<[string, (s: Records) => unknown]>([
  ["set", (s) => s.set(1, record(9))],
  ["append", (s) => append(s, record(8), record(9))],
  ["insert", (s) => slices.insert(s, 1, record(8), record(9))],
  ["replace", (s) => slices.replace(s, 0, 2, record(8), record(9))],
])("%s: a descriptor may collect while it stores, and then throw", (_, use) => {
  const heap = createStressHeap({ reserve: 1 << 22 });
  const Held = struct({ first: any, held: any });
  let inside: (() => void) | null = null;
  const { kind, name, size, align, ptrdata, ptrMask, comparable } = Held;
  const elsewhere: Type<{ first: unknown; held: unknown }> = {
    ...{ kind, name, size, align, ptrdata, ptrMask, comparable },
    zero: () => Held.zero(),
    load: (space, p) => Held.load(space, p),
    store: (space, p, v) => {
      Held.store(space, p, v);
      inside?.();
    },
    equal: (space, p, q) => Held.equal(space, p, q),
    hash: (space, p, seed) => Held.hash(space, p, seed),
    equalValues: (a, b) => Held.equalValues(a, b),
    hashValue: (v, seed) => Held.hashValue(v, seed),
  };
  const s: Records = makeSlice(inHeap(heap, elsewhere), [1, 2, 3, 4].map(record), 6);
  const was = s.toArray();
  const objects = (): number => {
    heap.collect();
    return heap.stats().heapObjects;
  };
  const before = objects();
  inside = () => {
    heap.collect();
    throw new Error("mine");
  };
  expect(() => use(s)).toThrow("mine");
  expect(s.toArray()).toEqual(was);
  inside = null;
  expect(objects()).toBe(before);
  inside = () => heap.collect();
  use(s);
  inside = null;
  s.set(1, record(7));
  const after = objects();
  s.set(1, record(5));
  // What was written over is nobody's any more.
  expect(objects()).toBe(after);
  checkSlice(s);
});
