/** What a user's editor shows: types that must be inferred without an annotation. */
import { createHeap } from "@gort/gc";
import { float64, int32, int64, string, struct } from "@gort/types";
import { describe, expectTypeOf, test } from "vitest";
import {
  append,
  appendSlice,
  type ArraySlice,
  arrayOf,
  type Backing,
  backingOf,
  cap,
  copy,
  type ElementType,
  type GoArray,
  goString,
  type HeapElem,
  inHeap,
  len,
  makeArray,
  makeSlice,
  nilSlice,
  range,
  type Slice,
  sliceFrom,
  sliceOf,
  slices,
  sliceToArrayPointer,
  type TypedArray,
  type TypedSlice,
  values,
} from "../src/index.ts";

const Point = struct({ x: float64, y: float64 });
type P = { x: number; y: number };

describe("types", () => {
  test("element types follow from descriptors, typed arrays and values", () => {
    expectTypeOf(makeSlice(Point, 2)).toEqualTypeOf<Slice<P>>();
    expectTypeOf(makeSlice(Float64Array, 2)).toExtend<TypedSlice<Float64Array>>();
    expectTypeOf(makeSlice(BigInt64Array, [1n]).get(0)).toEqualTypeOf<bigint>();
    expectTypeOf(nilSlice(int64)).toEqualTypeOf<Slice<bigint>>();
    expectTypeOf(makeSlice(values(""), 2)).toEqualTypeOf<Slice<string>>();
    expectTypeOf(sliceFrom(new Set(["a"])).get(0)).toEqualTypeOf<string>();
    expectTypeOf(sliceFrom(new Uint8Array(1))).toEqualTypeOf<TypedSlice<Uint8Array<ArrayBuffer>>>();
    expectTypeOf(sliceFrom(Buffer.from("ab")).view()).toEqualTypeOf<Uint8Array>();
    expectTypeOf(sliceFrom(new BigInt64Array(1)).get(0)).toEqualTypeOf<bigint>();
    expectTypeOf(sliceFrom(new Float32Array(1) as TypedArray)).toEqualTypeOf<
      TypedSlice<TypedArray>
    >();
    expectTypeOf(slices.collect(Int32Array, [3, 1])).toExtend<TypedSlice<Int32Array>>();
    expectTypeOf(slices.sorted(Int32Array, [3, 1])).toExtend<TypedSlice<Int32Array>>();
    expectTypeOf(slices.sorted(string, ["b", "a"])).toEqualTypeOf<Slice<string>>();
    expectTypeOf(slices.sorted(["b", "a"])).toEqualTypeOf<Slice<string>>();
    expectTypeOf(slices.sorted(new Map<1 | 2, P>().keys())).toEqualTypeOf<Slice<1 | 2>>();
    expectTypeOf(slices.collect(new Set<P>())).toEqualTypeOf<Slice<P>>();
    // @ts-expect-error structs have no order
    void (() => slices.sorted(new Set<P>()));
    expectTypeOf(slices.sortedFunc(BigInt64Array, [3n], (a, b) => Number(a - b))).toExtend<
      TypedSlice<BigInt64Array>
    >();
    expectTypeOf(slices.sortedFunc(Point, [], (a, b) => a.x - b.x)).toEqualTypeOf<Slice<P>>();
    expectTypeOf(
      slices.sortedStableFunc(Float64Array, new Set([3]), (a, b) => a - b).view(),
    ).toExtend<Float64Array>();
    expectTypeOf(backingOf(Int8Array)).toEqualTypeOf<Backing<number>>();
    expectTypeOf<ElementType<Slice<P>>>().toEqualTypeOf<P>();
  });

  test("an element type that was named, or is wanted, stays: unions of literals, brands, null", () => {
    type Dir = "n" | "s";
    type Id = string & { __brand: "id" };
    const id = "x" as Id;
    expectTypeOf(sliceOf<Dir>("n")).toEqualTypeOf<ArraySlice<Dir>>();
    expectTypeOf(sliceOf<Dir | null>(null, "n").get(0)).toEqualTypeOf<Dir | null>();
    expectTypeOf(sliceOf<true>(true).get(0)).toEqualTypeOf<true>();
    expectTypeOf(sliceOf(id).get(0)).toEqualTypeOf<Id>();
    expectTypeOf(arrayOf<Dir>("s").get(0)).toEqualTypeOf<Dir>();
    expectTypeOf(arrayOf(id).get(0)).toEqualTypeOf<Id>();
    const wanted: Slice<Dir> = sliceOf("n", "s");
    const array: GoArray<Dir> = arrayOf("n");
    expectTypeOf(wanted.get(0)).toEqualTypeOf(array.get(0));
  });

  test("literals alone are of their common type, as in Go", () => {
    expectTypeOf(sliceOf(1, 2)).toEqualTypeOf<ArraySlice<number>>();
    expectTypeOf(sliceOf("a").get(0)).toEqualTypeOf<string>();
    expectTypeOf(sliceOf(true)).toEqualTypeOf<ArraySlice<boolean>>();
    expectTypeOf(sliceOf(1n)).toEqualTypeOf<ArraySlice<bigint>>();
    expectTypeOf(append(sliceOf(1), 2)).toEqualTypeOf<ArraySlice<number>>();
    expectTypeOf(slices.insert(sliceOf("a"), 0, "b")).toEqualTypeOf<ArraySlice<string>>();
    expectTypeOf(slices.concat(sliceOf(1), sliceOf(2))).toEqualTypeOf<ArraySlice<number>>();
    expectTypeOf(slices.min(sliceOf("a", "b"))).toEqualTypeOf<string>();
    expectTypeOf(slices.index(sliceOf("a"), "b")).toEqualTypeOf<number>();
    expectTypeOf(slices.binarySearch(sliceOf(1, 3), 2)).toEqualTypeOf<
      [position: number, found: boolean]
    >();
    expectTypeOf(sliceToArrayPointer(sliceOf(1), 1)).toEqualTypeOf<GoArray<number> | null>();
  });

  test("what gives a slice back keeps its kind", () => {
    const t = makeSlice(Int32Array, 3);
    expectTypeOf(append(t, 1, 2)).toEqualTypeOf(t);
    expectTypeOf(t.slice(1)).toEqualTypeOf(t);
    expectTypeOf(appendSlice(t, t)).toEqualTypeOf(t);
    expectTypeOf(slices.clone(t)).toEqualTypeOf(t);
    expectTypeOf(slices.insert(t, 0, 5)).toEqualTypeOf(t);
    expectTypeOf(t.view()).toExtend<Int32Array>();
    expectTypeOf(copy(makeSlice(Uint8Array, 2), "hi")).toEqualTypeOf<number>();
    for (const pair of range(sliceOf("a"))) expectTypeOf(pair).toEqualTypeOf<[number, string]>();
    for (const i of range(3)) expectTypeOf(i).toEqualTypeOf<number>();
    for (const [at, rune] of range(goString("é"))) expectTypeOf(at).toEqualTypeOf(rune);
    expectTypeOf(slices.binarySearch(t, 3)).toEqualTypeOf<[position: number, found: boolean]>();
  });

  test("slices in a heap, arrays", () => {
    const heap = createHeap({ reserve: 1 << 24 });
    expectTypeOf(inHeap(heap, string)).toEqualTypeOf<HeapElem<string>>();
    expectTypeOf(makeSlice(inHeap(heap, Point), 1).get(0)).toEqualTypeOf<P>();
    expectTypeOf(makeArray(int32, 4)).toEqualTypeOf<GoArray<number>>();
    expectTypeOf(arrayOf("a", "b")).toEqualTypeOf<GoArray<string>>();
    expectTypeOf(sliceToArrayPointer(sliceOf(1), 1)).toEqualTypeOf<GoArray<number> | null>();
  });

  test("misuse does not compile", () => {
    const refused = (s: Slice<number>, people: Slice<P>) => {
      // @ts-expect-error a string is no element of it
      append(s, "x");
      // @ts-expect-error a string has bytes, which are no points
      copy(people, "x");
      // @ts-expect-error points have no order
      slices.sort(people);
      // @ts-expect-error a plain array is not a slice: sliceFrom makes one over it
      append([1, 2], 3);
      // @ts-expect-error points have no order
      slices.sorted(Point, []);
      // @ts-expect-error Go has no cap of a string
      cap("x");
      // @ts-expect-error an object has no length
      len({});
      // @ts-expect-error an element type is a descriptor or a typed array's constructor
      makeSlice("int", 3);
    };
    expectTypeOf(refused).returns.toEqualTypeOf<void>();
  });
});
