/** Elements on JavaScript values are what a heap would give back. */
import { createHeap } from "@gort/gc";
import {
  any,
  array,
  bool,
  chan,
  complex64,
  complex128,
  error,
  float32,
  float64,
  func,
  int32,
  int64,
  int8,
  isInterfaceValue,
  map,
  ptr,
  slice,
  string,
  struct,
  toInterface,
  uint8,
  type Type,
} from "@gort/types";
import { describe, expect, test } from "vitest";
import {
  append,
  checkSlice,
  copy,
  inHeap,
  makeSlice,
  range,
  sliceOf,
  slices,
  type Slice,
} from "@gort/slice";

const P = struct({ x: int32, f: float32 });
const types: Type<any>[] = [
  ...[bool, int8, int32, uint8, int64, float32, float64, complex64, complex128, string, any, error],
  ...[ptr(P), slice(int32), map(string, int32), chan(int32), func([], []), P, array(float32, 2)],
  ...[
    array(P, 1),
    array(string, 2),
    struct({}),
    struct({ s: string, at: any }),
    struct({ b: bool }),
  ],
];
const odd: unknown[] = [
  ...[
    undefined,
    null,
    true,
    0,
    -0,
    1,
    1.5,
    0.1,
    NaN,
    Infinity,
    2 ** 31,
    1n,
    1n << 63n,
    "a",
    "\ud800",
  ],
  ...["a\udc00\ud800", Symbol("s"), [], [0.1, -0], [{ x: -0, f: 0.1 }], ["\ud800", "b"], {}],
  ...[
    { x: -0, f: 0.1 },
    { x: 1 },
    { s: "\ud800", at: "\ud800" },
    { s: "", at: undefined },
    { b: 1 },
  ],
  ...[{ re: 0.1, im: -0 }, { ptr: 0, len: 0, cap: 0 }, toInterface(P, { x: 1, f: 0.1 })],
];
const ways: Record<string, (s: Slice<any>, v: unknown) => Slice<any>> = {
  set: (s, v) => (s.set(0, v), s),
  "append of one": (s, v) => append(s, v),
  "append of two": (s, v) => append(s, v, v),
  insert: (s, v) => slices.insert(s, 1, v),
  copy: (s, v) => (copy(s, sliceOf(v)), s),
};

/** What a value is made of: interface values in a heap are read when they are asked. */
function shown(v: unknown): unknown {
  if (isInterfaceValue(v)) return { type: v.type.name, value: shown(v.value) };
  if (Array.isArray(v)) return v.map(shown);
  if (typeof v !== "object" || v === null) return v;
  return Object.fromEntries(Object.entries(v).map(([k, part]) => [k, shown(part)]));
}

describe.each(types.map((t) => [t.name, t] as const))("[]%s", (_, type) => {
  test.each(Object.entries(ways))(
    "%s: what is given back, and what is refused, is that of a heap",
    (_way, f) => {
      const heap = createHeap({ reserve: 1 << 22 });
      const elem = inHeap(heap, type);
      // Under stress a heap refuses what points to no object.
      const pointsToNothing = (v: unknown): boolean =>
        type.kind === "ptr" && Number.isInteger(v) && (v as number) > 0;
      for (const v of odd.map((o) => (pointsToNothing(o) ? heap.alloc(P) : o))) {
        const outcome = (home: any): unknown => {
          const s = makeSlice<unknown>(home as Type, 1, 4);
          try {
            const out = f(s, v);
            checkSlice(out.slice(0, out.cap));
            return out.toArray().map(shown);
          } catch (e) {
            checkSlice(s.slice(0, 4));
            return (e as Error).message;
          }
        };
        expect(outcome(type), String(v)).toStrictEqual(outcome(elem));
      }
    },
  );
});

test("what comes in is a copy, down to the values in an any, and what moves from slot to slot is copied", () => {
  const T = struct({ p: P, list: array(P, 1), held: any });
  const given = { p: { x: 1, f: 1 }, list: [{ x: 2, f: 2 }], held: toInterface(P, { x: 3, f: 3 }) };
  const s = makeSlice<any>(T, [given], 3);
  const t = append(s, given);
  copy(t.slice(1), t);
  given.p.x = given.list[0]!.x = 9;
  (given.held as any).value.x = 9;
  t.get(1).p.x = 7;
  expect([s.get(0).p.x, s.get(0).list[0].x, s.get(0).held.value.x]).toEqual([1, 2, 3]);
  expect(t.get(1).p.x).toBe(7);
});

test("an interface that holds a nil function keeps its type as an element: it is not nil", () => {
  const nil = toInterface(func(), null);
  const heap = createHeap({ reserve: 1 << 20 });
  for (const s of [
    makeSlice(any, [nil, null]),
    makeSlice(inHeap(heap, any), [nil, null]),
    append(makeSlice(any, 0), nil, null),
  ]) {
    expect([String(s.get(0)), s.get(1)]).toEqual(["func()(null)", null]);
    expect(slices.index(s, null)).toBe(1);
    checkSlice(s);
  }
});

test("what get and a range give of a struct is the element itself on JavaScript's storage, and a copy of it in a heap", () => {
  const Point = struct({ x: int32 });
  const heap = createHeap({ reserve: 1 << 24 });
  for (const [elem, want] of [
    [Point, [1, 2]],
    [inHeap(heap, Point), [0, 0]],
  ] as const) {
    const s = makeSlice<{ x: number }>(elem, 2);
    s.get(0).x = 1;
    for (const [i, p] of range(s)) p.x = i + 1;
    expect(s.toArray().map((p) => p.x)).toEqual(want);
  }
});
