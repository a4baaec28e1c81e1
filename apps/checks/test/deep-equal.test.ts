/** `deepEqual` of `@gort/types` over the slices, arrays, strings and maps of the packages that it does not know. */
import { createHeap } from "@gort/gc";
import { makeMap, nilMap } from "@gort/map";
import {
  append,
  arrayOf,
  goString,
  inHeap,
  makeSlice,
  nilSlice,
  sliceOf,
  values,
} from "@gort/slice";
import {
  deepEqual,
  float64,
  int32,
  int64,
  named,
  ptr,
  string,
  struct,
  toInterface,
  type Type,
} from "@gort/types";
import { describe, expect, it } from "vitest";

const point = named("Point", struct({ x: int32, name: string }));

describe("deepEqual looks into", () => {
  it.each<[string, () => unknown, () => unknown]>([
    ["a slice", () => sliceOf(1, 2), () => sliceOf(1, 3)],
    ["lengths", () => sliceOf(1, 2), () => sliceOf(1)],
    ["an empty slice, which is not nil", () => makeSlice(int32, 0), () => nilSlice(int32)],
    [
      "a slice of slices",
      () => sliceOf(sliceOf("a"), sliceOf()),
      () => sliceOf(sliceOf("b"), sliceOf()),
    ],
    ["element types", () => makeSlice(int32, [1]), () => makeSlice(int64, [1n])],
    [
      "elements of typed arrays",
      () => makeSlice(Float64Array, [1]),
      () => makeSlice(Float64Array, [2]),
    ],
    [
      "structs by value",
      () => makeSlice(point, [{ x: 1, name: "a" }]),
      () => makeSlice(point, [{ x: 1, name: "b" }]),
    ],
    ["an array", () => arrayOf(1, 2), () => arrayOf(2, 1)],
    ["a string", () => goString("héllo"), () => goString("hello")],
    ["a string of bytes, which is no text of JavaScript", () => goString("a"), () => "a"],
    [
      "a map",
      () => makeMap<string, number>().set("a", 1),
      () => makeMap<string, number>().set("a", 2),
    ],
    [
      "a map's keys",
      () => makeMap<string, number>().set("a", 1),
      () => makeMap<string, number>().set("b", 1),
    ],
    ["a map's types", () => makeMap(string, int32), () => makeMap(string, float64)],
    ["an empty map, which is not nil", () => makeMap(string, int32), () => nilMap(string, int32)],
    [
      "a map of slices",
      () => makeMap<string, unknown>().set("a", sliceOf(1)),
      () => makeMap<string, unknown>().set("a", sliceOf(2)),
    ],
    ["what is no such object", () => sliceOf(1), () => [1]],
    ["which of them it is", () => sliceOf(1), () => arrayOf(1)],
  ])("%s", (_what, make, other) => {
    expect([
      deepEqual(make(), make()),
      deepEqual(make(), other()),
      deepEqual(other(), make()),
    ]).toEqual([true, false, false]);
  });

  it("interface values of which they are the value, and NaN as Go does", () => {
    expect(
      deepEqual(sliceOf<unknown>(toInterface(int32, 1)), sliceOf<unknown>(toInterface(int32, 1))),
    ).toBe(true);
    expect(deepEqual(sliceOf<unknown>(toInterface(int32, 1)), sliceOf<unknown>(1))).toBe(false);
    expect(deepEqual(sliceOf(NaN), sliceOf(NaN))).toBe(false);
    const s = sliceOf(NaN, 1);
    expect([deepEqual(s, s), deepEqual(s, s.slice(0)), deepEqual(s, s.slice(0, 1))]).toEqual([
      true,
      true,
      false,
    ]);
    const m = makeMap<number, number>().set(NaN, 1);
    expect([deepEqual(m, m), deepEqual(m, makeMap<number, number>().set(NaN, 1))]).toEqual([
      true,
      false,
    ]);
  });

  it("slices and maps that hold themselves", () => {
    const ring = (): unknown => {
      const s = makeSlice(values<unknown>(null), 1);
      s.set(0, s);
      const m = makeMap<string, unknown>();
      return m.set("s", s).set("m", m);
    };
    expect(deepEqual(ring(), ring())).toBe(true);
  });

  it("slices and maps in a heap, through their pointers", () => {
    const heap = createHeap();
    const cell = (n: number): number => {
      const p = heap.alloc(int32);
      int32.store(heap, p, n);
      return p;
    };
    const type = ptr(int32) as Type<number>;
    const slice = (n: number): unknown => append(nilSlice(inHeap(heap, type)), cell(n));
    const map = (n: number): unknown => makeMap(string, type, { heap }).set("p", cell(n));
    expect([deepEqual(slice(1), slice(1)), deepEqual(slice(1), slice(2))]).toEqual([true, false]);
    expect([deepEqual(map(1), map(1)), deepEqual(map(1), map(2))]).toEqual([true, false]);
    const words = (): unknown => makeSlice(inHeap(heap, string), ["a", "b"]);
    expect(deepEqual(words(), words())).toBe(true);
    // Not the same type as on JavaScript's storage, by where it lies: Go knows no such difference.
    expect(deepEqual(words(), makeSlice(string, ["a", "b"]))).toBe(true);
  });
});
