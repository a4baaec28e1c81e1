/** Deep equality as Go's `reflect.DeepEqual` has it. */
import { describe, expect, it } from "vitest";
import {
  any,
  array,
  deepEqual,
  deepEqualValues,
  float64,
  func,
  int,
  map,
  named,
  ptr,
  slice,
  string,
  struct,
  toInterface,
  valueAt,
  type Type,
  field,
} from "../src/index.ts";
import { makeSpace } from "./space.ts";

const s = makeSpace();

const ints = (...n: number[]) => {
  const base = s.alloc(int, n.length);
  n.forEach((v, i) => int.store(s, base + 4 * i, v));
  return toInterface(slice(int), { ptr: base, len: n.length, cap: n.length }, s);
};

describe("deepEqual", () => {
  it("needs identical types", () => {
    expect(deepEqual(toInterface(int, 1), 1)).toBe(false);
    expect(deepEqual(1, 1)).toBe(true);
    expect(deepEqual(null, null)).toBe(true);
    expect(deepEqual(null, 0)).toBe(false);
    expect(deepEqual(NaN, NaN)).toBe(false);
    expect(
      deepEqual(toInterface(named("main.A", int), 1), toInterface(named("main.A", int), 1)),
    ).toBe(false);
  });

  it("compares slices by their elements, a nil slice differing from an empty one", () => {
    expect(deepEqual(ints(1, 2, 3), ints(1, 2, 3))).toBe(true);
    expect(deepEqual(ints(1, 2, 3), ints(1, 2, 4))).toBe(false);
    expect(deepEqual(ints(1), ints(1, 2))).toBe(false);
    const nil = toInterface(slice(int), { ptr: 0, len: 0, cap: 0 }, s);
    expect(deepEqual(nil, ints())).toBe(false);
    expect(deepEqual(nil, nil)).toBe(true);
  });

  it("has one backing array, pointer or map equal to itself even with a NaN inside", () => {
    const p = s.alloc(float64);
    float64.store(s, p, NaN);
    const sl = toInterface(slice(float64), { ptr: p, len: 1, cap: 1 }, s);
    expect(deepEqual(sl, sl)).toBe(true);
    const pt = toInterface(ptr(float64), p, s);
    expect(deepEqual(pt, pt)).toBe(true);
    const m = toInterface(map(string, float64), new Map([["a", NaN]]));
    expect(deepEqual(m, m)).toBe(true);
    expect(deepEqual(m, toInterface(map(string, float64), new Map([["a", NaN]])))).toBe(false);
  });

  it("compares maps by keys and values, structs and arrays by parts, interfaces by content", () => {
    const t = map(string, any);
    const m = (o: object) => toInterface(t, new Map(Object.entries(o)));
    expect(deepEqual(m({ a: 1, b: "x" }), m({ b: "x", a: 1 }))).toBe(true);
    expect(deepEqual(m({ a: 1 }), m({ b: 1 }))).toBe(false);
    expect(deepEqual(m({ a: 1 }), m({ a: toInterface(int, 1) }))).toBe(false);
    expect(deepEqual(m({}), toInterface(t, null))).toBe(false);
    const pair = array(any, 2);
    expect(deepEqual(toInterface(pair, [1, null]), toInterface(pair, [1, null]))).toBe(true);
    expect(deepEqual(toInterface(pair, [1, null]), toInterface(pair, [1, 0]))).toBe(false);
    const S = struct({ a: int, f: func() });
    expect(deepEqual(toInterface(S, { a: 1, f: null }), toInterface(S, { a: 1, f: null }))).toBe(
      true,
    );
    const f = () => undefined;
    expect(deepEqual(toInterface(S, { a: 1, f }), toInterface(S, { a: 1, f }))).toBe(false);
  });

  it("ends on cycles, equal or not", () => {
    const Node = named("main.Node", struct({ v: int, next: ptr((): Type => Node) }));
    const ring = (...values: number[]): number => {
      const ps = values.map(() => s.alloc(Node));
      ps.forEach((p, i) => Node.store(s, p, { v: values[i]!, next: ps[(i + 1) % ps.length]! }));
      return ps[0]!;
    };
    const at = (p: number) => valueAt(Node, s, p);
    expect(deepEqualValues(at(ring(1, 2, 3)), at(ring(1, 2, 3)))).toBe(true);
    expect(deepEqualValues(at(ring(1, 2, 3)), at(ring(1, 2, 4)))).toBe(false);
    // Unrolled once: the same infinite list.
    expect(deepEqualValues(at(ring(1, 2)), at(ring(1, 2, 1, 2)))).toBe(true);
    const m = new Map<string, unknown>();
    const n = new Map<string, unknown>();
    const t = map(string, any);
    m.set("self", toInterface(t, m));
    n.set("self", toInterface(t, n));
    expect(deepEqual(toInterface(t, m), toInterface(t, n))).toBe(true);
    // A slice whose only element is the slice itself.
    const own = () => {
      const p = s.alloc(any);
      const it = toInterface(slice(any), { ptr: p, len: 1, cap: 1 }, s);
      any.store(s, p, it);
      return it;
    };
    expect(deepEqual(own(), own())).toBe(true);
  });
});

it("compares lists far longer than JavaScript's stack is deep, and finds a difference at their end", () => {
  const space = makeSpace(1 << 22);
  const Node: Type = struct({ v: int, next: ptr((): Type => Node) });
  const list = (last: number): number => {
    let next = 0;
    for (let i = 0; i < 50_000; i++) {
      const p = space.alloc(Node);
      Node.store(space, p, { v: i === 0 ? last : 1, next });
      next = p;
    }
    return next;
  };
  const [a, b, c] = [list(1), list(1), list(2)].map((p) => toInterface(ptr(Node), p, space));
  expect(deepEqual(a, b)).toBe(true);
  expect(deepEqual(a, c)).toBe(false);
});

describe("maps", () => {
  it("with keys of interface type may lie in unexported fields", () => {
    const S = named("main.S", struct({ m: field(map(any, int), { exported: false }) }));
    const of = (...e: [unknown, number][]) => toInterface(S, { m: new Map(e) });
    expect(deepEqual(of(["a", 1]), of(["a", 1]))).toBe(true);
    expect(deepEqual(of(["a", 1]), of(["a", 2]))).toBe(false);
    expect(deepEqual(of(["a", 1]), of(["b", 1]))).toBe(false);
  });

  it("with fewer keys, all of them in the other, are different, either way", () => {
    const of = (...e: [string, unknown][]) => toInterface(map(string, any), new Map(e));
    expect(deepEqual(of(["a", 1]), of(["a", 1], ["b", 2]))).toBe(false);
    expect(deepEqual(of(["a", 1], ["b", 2]), of(["a", 1]))).toBe(false);
  });

  it("with a NaN as a key are different, as it is not found", () => {
    const of = () =>
      toInterface(map(float64, int), {
        len: 1,
        getOk: () => [0, false],
        *[Symbol.iterator]() {
          yield [NaN, 1];
        },
      });
    const m = of();
    expect([deepEqual(m, of()), deepEqual(m, m)]).toEqual([false, true]);
  });

  it("with keys that point into two spaces are not equal, and that is no error", () => {
    const of = (space: ReturnType<typeof makeSpace>) =>
      toInterface(map(ptr(int), int), new Map([[space.alloc(int), 1]]), space);
    const [a, b] = [of(makeSpace()), of(makeSpace())];
    expect(deepEqual(a, b)).toBe(false);
    expect(deepEqual(a, a)).toBe(true);
    const nil = (space: ReturnType<typeof makeSpace>) =>
      toInterface(map(ptr(int), int), new Map([[0, 1]]), space);
    expect(deepEqual(nil(makeSpace()), nil(makeSpace()))).toBe(true);
  });
});
