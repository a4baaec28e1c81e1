/** Slices of numbers: what each of the two classes of a kind refuses, and that it changes nothing. */
import { createHeap } from "@gort/gc";
import { int16, int32, int64, uint64, uint8 } from "@gort/types";
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  append,
  appendSlice,
  checkSlice,
  clear,
  copy,
  inHeap,
  makeSlice,
  nilSlice,
  sliceFrom,
  sliceOf,
  slices,
  viewOf,
  type Slice,
} from "@gort/slice";

const ARRAYS = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
];
const heap = createHeap({ reserve: 1 << 26 });

const message = (f: () => unknown): string => {
  try {
    f();
  } catch (e) {
    return (e as Error).message;
  }
  return "nothing thrown";
};

/** The same three elements at the start of their store, further on in it, and in a heap. */
function places(A: (typeof ARRAYS)[number]): [string, Slice<any>][] {
  const one = A.name.startsWith("Big") ? 1n : 1;
  const whole = makeSlice(A as typeof Int32Array, [one, one, one] as number[], 5);
  const long = makeSlice(A as typeof Int32Array, 9).slice(4, 7, 9);
  const all: [string, Slice<any>][] = [
    ["from the start", whole],
    ["further on", long],
  ];
  const kind = { Int16Array: int16, Int32Array: int32, Uint8Array: uint8 }[A.name];
  if (kind !== undefined) all.push(["in a heap", makeSlice(inHeap(heap, kind), 3, 5)]);
  for (const [, s] of all) for (let i = 0; i < 3; i++) s.set(i, one);
  return all;
}

describe.each(ARRAYS)("a slice on an %o", (A) => {
  const big = A.name.startsWith("Big");
  test.each(places(A))("%s refuses every index that is none, by name and value", (_, s) => {
    const out = (i: string): string => `runtime error: index out of range ${i}`;
    const bad: [unknown, string][] = [
      [3, out("[3] with length 3")],
      [4, out("[4] with length 3")],
      [-1, out("[-1]")],
      [2 ** 31 - 1, out("[2147483647] with length 3")],
      [2 ** 31, out("[2147483648] with length 3")],
      [2 ** 32, out("[4294967296] with length 3")],
      [1e300, out(`[${BigInt(1e300)}] with length 3`)],
      [5n, out("[5] with length 3")],
      [1.5, "index: i is 1.5, want an integer"],
      [NaN, "index: i is NaN, want an integer"],
      [Infinity, "index: i is Infinity, want an integer"],
      [1n, "index: i is 1n, want a number"],
      ["1", 'index: i is "1", want an integer'],
      [undefined, "index: i is undefined, want an integer"],
      [null, "index: i is null, want an integer"],
      [Symbol("x"), "index: i is Symbol(x), want an integer"],
      [{ valueOf: () => 1 }, "index: i is an object (Object), want an integer"],
    ];
    const before = s.toArray();
    for (const [i, text] of bad) {
      expect(message(() => s.get(i as number))).toBe(text);
      expect(message(() => s.set(i as number, before[0]))).toBe(text);
    }
    expect(s.toArray()).toEqual(before);
    expect(s.get(-0)).toBe(before[0]);
    checkSlice(s);
  });

  test.each(places(A))("%s refuses every value of another kind, by name and value", (_, s) => {
    const before = s.slice(0, s.cap).toArray();
    const refused = [Symbol("x"), "1", null, undefined, {}, true, big ? 1 : 1n] as unknown[];
    for (const v of refused) {
      for (const f of [() => s.set(1, v), () => s.appendOne(v), () => s.append(v, v)]) {
        expect(message(f)).toMatch(/^(u?int|float)\d+: value is .*, want an? /);
      }
    }
    expect(s.slice(0, s.cap).toArray()).toEqual(before);
  });

  test("an index is looked at before the value, as in Go", () => {
    const [[, s]] = places(A) as [[string, Slice<unknown>]];
    expect(message(() => s.set(3, "no"))).toBe(
      "runtime error: index out of range [3] with length 3",
    );
  });
});

test("viewOf is the typed array of a slice of numbers, wherever it lies, and names what has none", () => {
  for (const elem of [int32, inHeap(heap, int32)]) {
    const view = viewOf(makeSlice(elem, [1, 2, 3]).slice(1), Int32Array);
    expectTypeOf(view).toExtend<Int32Array>();
    expect([...view]).toEqual([2, 3]);
  }
  expectTypeOf(viewOf(makeSlice(int64, 1), BigInt64Array)).toExtend<BigInt64Array>();
  const s = makeSlice(int32, 2);
  viewOf(s, Int32Array)[1] = 7;
  expect(s.get(1)).toBe(7);
  const want = "want a slice on an array of the kind Uint32Array";
  expect(() => viewOf(s, Uint32Array)).toThrow(want);
  expect(() => viewOf(sliceOf(1), Uint32Array)).toThrow(want);
  expect(() => viewOf([1] as never, Uint32Array)).toThrow("viewOf: s is an array of 1");
  expect(() => viewOf(s, undefined as never)).toThrow("viewOf: array is undefined, want a const");
});

test("of 64 bits, a bigint out of range is a range error, a number is of another type", () => {
  for (const [type, max, bounds] of [
    [int64, 2n ** 63n - 1n, "from -9223372036854775808 to 9223372036854775807"],
    [uint64, 2n ** 64n - 1n, "from 0 to 18446744073709551615"],
  ] as const) {
    const s = makeSlice(type, [max]);
    for (const use of [
      (v: bigint) => append(s, v),
      (v: bigint) => append(s, 1n, v),
      (v: bigint) => s.set(0, v),
    ]) {
      expect(() => use(max + 1n)).toThrow(RangeError);
      expect(() => use(max + 1n)).toThrow(
        `${type.name}: value is ${max + 1n}n, want a bigint ${bounds}`,
      );
      expect(() => use(3 as never)).toThrow(TypeError);
      expect(() => use(3 as never)).toThrow(/^u?int64: value is 3, want a bigint$/);
    }
    expect([...s]).toEqual([max]);
  }
});

test("a store that its owner has taken away is named, and not taken for a bad index", () => {
  const array = Int32Array.of(1, 2, 3);
  const s = sliceFrom(array);
  structuredClone(array.buffer, { transfer: [array.buffer] });
  const text =
    "slice: store is an object (Int32Array), want storage that still holds all elements: transfer a copy, s.view().slice()";
  expect(message(() => s.get(0))).toBe(text);
  expect(message(() => s.set(2, 1))).toBe(text);
  expect(message(() => s.get(3))).toBe("runtime error: index out of range [3] with length 3");

  for (const kind of [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array]) {
    const small = kind.of(1, 2, 3);
    const part = sliceFrom(small).slice(1);
    structuredClone(small.buffer, { transfer: [small.buffer] });
    expect(message(() => part.get(0))).toBe(text.replace("Int32Array", kind.name));
  }
});

test("a store that its owner has taken away is named by what works on many elements, too", () => {
  for (const [from, to] of [
    [0, 3],
    [1, 3],
  ]) {
    const array = Int32Array.of(1, 2, 3, 4);
    const s = sliceFrom(array).slice(from, to);
    const other = makeSlice(Int32Array, 1, 4);
    structuredClone(array.buffer, { transfer: [array.buffer] });
    for (const use of [
      () => append(s.slice(0, 1, 1), 1),
      () => appendSlice(s.slice(0, 1), other),
      () => appendSlice(other, s),
      () => copy(s, other),
      () => copy(other, s),
      () => copy(s.slice(1), s),
      () => clear(s),
      () => s.view(),
      () => s.toArray(),
      () => slices.sort(s),
      () => slices.clone(s),
      () => String(s),
    ])
      expect(message(use), String(use)).toBe(
        "slice: store is an object (Int32Array), want storage that still holds all elements: transfer a copy, s.view().slice()",
      );
    expect([...other.slice(0, 4)]).toEqual([0, 0, 0, 0]);
  }
});

test("in a heap of 4 GiB no index of a nil slice of bytes or half words reads another's memory", () => {
  const large = createHeap({ reserve: 2 ** 32 - 2 ** 16 });
  for (const type of [uint8, int16]) {
    const s = nilSlice(inHeap(large, type));
    for (const i of [0, 7, 2 ** 31 - 1]) {
      expect(message(() => s.get(i))).toBe(
        `runtime error: index out of range [${i}] with length 0`,
      );
    }
  }
});

test("slices of a slice keep to their own elements, whichever class they are of", () => {
  const whole = makeSlice(Int32Array, [0, 1, 2, 3, 4, 5, 6, 7]);
  const cases: [Slice<number>, number[]][] = [
    [whole.slice(0, 3), [0, 1, 2]],
    [whole.slice(2, 5), [2, 3, 4]],
    [whole.slice(2, 6).slice(1, 3), [3, 4]],
    [whole.slice(8), []],
    [whole.slice(3, 3).slice(0, 2), [3, 4]],
  ];
  for (const [s, want] of cases) {
    checkSlice(s);
    expect([...s]).toEqual(want);
    expect(message(() => s.get(want.length))).toContain(`with length ${want.length}`);
  }
  const grown = whole.slice(6).appendOne(8);
  expect([...grown]).toEqual([6, 7, 8]);
  expect(grown.off).toBe(0);
});
