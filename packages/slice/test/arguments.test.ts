/** Every function on slices against values that are none: a TypeError that names the function, the argument and the value. */
import { int32 } from "@gort/types";
import { describe, expect, test } from "vitest";
import * as functions from "@gort/slice/slices";
import {
  appendSlice,
  arrayOf,
  cap,
  checkSlice,
  clear,
  copy,
  goString,
  len,
  makeArray,
  makeSlice,
  range,
  sliceOf,
  slices,
  sliceToArray,
  sliceToArrayPointer,
  StringBuilder,
  type Slice,
} from "@gort/slice";

const NONE: readonly [unknown, string][] = [
  [null, "null"],
  [undefined, "undefined"],
  [NaN, "NaN"],
  [-1, "-1"],
  [0, "0"],
  [1e12, "1000000000000"],
  ["abc", '"abc"'],
  [{}, "an object (Object)"],
  [{ len: 0 }, "an object (Object)"],
  [[3, 1, 2], "an array of 3"],
  [Int32Array.of(1), "an object (Int32Array)"],
  [Symbol("s"), "Symbol(s)"],
  [1n, "1n"],
  [true, "true"],
];
const none = NONE.map(([value, shown]) => ({ value: value as never, shown }));
const s = (): Slice<number> => makeSlice(int32, [1, 2, 3]);
const no = (): boolean => false;
const zero = (): number => 0;

/** All functions whose first argument is a slice, with the rest of their arguments. */
const rest: Record<string, unknown[]> = {
  all: [],
  appendSeq: [[1]],
  backward: [],
  binarySearch: [1],
  binarySearchFunc: [1, zero],
  chunk: [2],
  clip: [],
  clone: [],
  compact: [],
  compactFunc: [no],
  compare: [s()],
  compareFunc: [s(), zero],
  concat: [],
  contains: [1],
  containsFunc: [no],
  delete: [0, 1],
  deleteFunc: [no],
  equal: [s()],
  equalFunc: [s(), no],
  grow: [1],
  index: [1],
  indexFunc: [no],
  insert: [0, 1],
  insertSlice: [0, s()],
  isSorted: [],
  isSortedFunc: [zero],
  max: [],
  maxFunc: [zero],
  min: [],
  minFunc: [zero],
  repeat: [2],
  replace: [0, 1, 2],
  replaceSlice: [0, 1, s()],
  reverse: [],
  sort: [],
  sortFunc: [zero],
  sortStableFunc: [zero],
  values: [],
};
/** These take no slice. */
const others = ["collect", "compareOrdered", "sorted", "sortedFunc", "sortedStableFunc"];

test("no function is forgotten here", () => {
  expect([...Object.keys(rest), ...others].sort()).toEqual(Object.keys(functions).sort());
});

describe.each(Object.entries(rest))("slices.%s", (name, args) => {
  const f = (slices as unknown as Record<string, (...a: unknown[]) => unknown>)[name]!;
  test.each(none)("refuses $shown", ({ value, shown }) => {
    expect(() => f(value, ...args)).toThrow(TypeError);
    expect(() => f(value, ...args)).toThrow(`is ${shown}, want a slice`);
    expect(() => f(value, ...args)).toThrow(new RegExp(`^${name}: `));
  });
});

describe.each(none)("$shown", ({ value, shown }) => {
  const want = `is ${shown}, want`;
  test("is no second slice", () => {
    for (const f of [
      () => slices.equal(s(), value),
      () => slices.equalFunc(s(), value, no),
      () => slices.compare(s(), value),
      () => slices.compareFunc(s(), value, zero),
      () => slices.concat(s(), value),
      () => s().appendSlice(value),
      () => slices.insertSlice(s(), 0, value),
      () => slices.replaceSlice(s(), 0, 0, value),
      () => clear(value),
      () => checkSlice(value),
      () => copy(value, s()),
    ]) {
      expect(f).toThrow(TypeError);
      expect(f).toThrow(want);
    }
    // Strings are a source of bytes, of bytes only.
    const a = makeSlice(int32, [1]);
    expect(() => appendSlice(a, value)).toThrow(TypeError);
    expect(() => copy(a, value)).toThrow(TypeError);
    expect(a.toArray()).toEqual([1]);
  });

  test("is no array to assign or to compare", () => {
    const a = arrayOf(1, 2, 3);
    expect(() => a.assign(value)).toThrow(`assign: b ${want}`);
    expect(() => a.equals(value)).toThrow(`equals: b ${want}`);
    expect(a.toArray()).toEqual([1, 2, 3]);
  });

  test("is nothing to collect or to range over, unless it is iterable", () => {
    if (typeof (value as Partial<Iterable<unknown>> | null)?.[Symbol.iterator] !== "function") {
      expect(() => slices.appendSeq(s(), value)).toThrow(`appendSeq: seq ${want} an iterable`);
      expect(() => slices.collect(int32, value)).toThrow(`collect: seq ${want} an iterable`);
      if (value !== 0)
        expect(() => makeSlice(int32, value)).toThrow(
          /^makeSlice: len is .*, want|len out of range/,
        );
    }
    if (typeof value !== "number" && !Array.isArray(value) && !ArrayBuffer.isView(value))
      expect(() => range(value)).toThrow(`range: x ${want}`);
  });
});

test("each error names the function that was called", () => {
  const text = "x" as never;
  for (const [name, f] of Object.entries({
    containsFunc: () => slices.containsFunc(s(), text),
    compare: () => slices.compare(s(), text),
    binarySearch: () => slices.binarySearch(sliceOf(1, 2), text),
    collect: () => slices.collect(text, [1]),
    sorted: () => slices.sorted(int32, 5 as never),
    sortedFunc: () => slices.sortedFunc(int32, [], text),
    sortedStableFunc: () => slices.sortedStableFunc(int32, 5 as never, zero),
    makeArray: () => makeArray(text, 3),
    appendSlice: () => appendSlice(s(), "a"),
  }))
    expect(f, name).toThrow(new RegExp(`^${name}: `));
  expect(() => slices.binarySearch(sliceOf(1, 2), text)).toThrow(
    'binarySearch: target is "x", want a number like the elements',
  );
  expect(() => slices.binarySearch(sliceOf({}) as never, {} as never)).toThrow(
    "binarySearch: target is an object (Object), want an ordered value",
  );
  for (const n of [-1, 1.5, NaN, "3", null, {}])
    expect(() => makeArray(int32, n as never)).toThrow(
      /^makeArray: n is .*, want an integer from 0/,
    );
});

test("of two values the one that has no order is named, else the one of another type", () => {
  const compare = slices.compareOrdered as (a: unknown, b: unknown) => number;
  const ordered = "an ordered value (a number, bigint or string)";
  for (const [a, b, text] of [
    [[1, 2], 0, `a is an array of 2, want ${ordered}`],
    [goString("a"), {}, "b is an object (Object), want a string like the value before"],
    [goString("a"), 1, "b is 1, want a string like the value before"],
    [1, {}, "b is an object (Object), want a number like the value before"],
  ] as const)
    expect(() => compare(a, b)).toThrow(new TypeError(`compare: ${text}`));
  expect(() => slices.binarySearch(sliceOf({}) as never, 1 as never)).toThrow(
    `binarySearch: element is an object (Object), want ${ordered}`,
  );
});

test("a count that is no number is a TypeError, one that is no integer a RangeError", () => {
  for (const count of [
    (n: never) => sliceToArray(s(), n),
    (n: never) => sliceToArrayPointer(s(), n),
    (n: never) => slices.grow(s(), n),
    (n: never) => slices.repeat(s(), n),
    (n: never) => slices.chunk(s(), n),
    (n: never) => new StringBuilder().grow(n),
  ]) {
    expect(() => count("3" as never)).toThrow(TypeError);
    expect(() => count(1.5 as never)).toThrow(RangeError);
  }
});

test("a comparison that gives no number is refused before anything is moved", () => {
  const wrong: [string, unknown][] = [
    ["true", true],
    ["false", false],
    ["undefined", undefined],
    ["1n", 1n],
    ["0n", 0n],
  ];
  for (const [shown, result] of wrong) {
    const cmp = (() => result) as never;
    for (const [name, f] of Object.entries({
      sortFunc: (x: Slice<number>) => slices.sortFunc(x, cmp),
      sortStableFunc: (x: Slice<number>) => slices.sortStableFunc(x, cmp),
      sortedFunc: (x: Slice<number>) => slices.sortedFunc(int32, x, cmp),
      sortedStableFunc: (x: Slice<number>) => slices.sortedStableFunc(int32, x, cmp),
      isSortedFunc: (x: Slice<number>) => slices.isSortedFunc(x, cmp),
      minFunc: (x: Slice<number>) => slices.minFunc(x, cmp),
      maxFunc: (x: Slice<number>) => slices.maxFunc(x, cmp),
      binarySearchFunc: (x: Slice<number>) => slices.binarySearchFunc(x, 1, cmp),
      compareFunc: (x: Slice<number>) => slices.compareFunc(x, x, cmp),
    })) {
      const x = makeSlice(int32, [3, 1, 2]);
      expect(() => f(x)).toThrow(`${name}: result of cmp is ${shown}, want a number`);
      expect(x.toArray()).toEqual([3, 1, 2]);
    }
  }
});

test("fractions and huge numbers of elements", () => {
  expect(() => slices.grow(s(), 1e12)).toThrow("growslice: len out of range");
  expect(() => slices.repeat(s(), 1e12)).toThrow("the result of (len(x) * count) overflows");
  expect(() => slices.repeat(s(), 1.5)).toThrow("repeat: count is 1.5, want an integer from 0");
  expect(() => slices.chunk(s(), NaN)).toThrow("chunk: n is NaN, want an integer from 1");
  expect(() => range(2.5)).toThrow("range: n is 2.5, want an integer");
  expect([...range(sliceOf("a"))]).toEqual([[0, "a"]]);
});

test("len and cap of what has them in Go, JavaScript's strings and arrays included; all else is refused", () => {
  for (const [x, length, capacity] of [
    [makeSlice(int32, 2, 5), 2, 5],
    [arrayOf(1, 2, 3), 3, 3],
    [[1, 2, 3], 3, 3],
    [Float64Array.of(1, 2), 2, 2],
    [{ len: 4, cap: 7 }, 4, 7],
    [null, 0, 0],
    [undefined, 0, 0],
  ] as const) {
    expect([len(x as never), cap(x as never)]).toEqual([length, capacity]);
  }
  expect([len("abc"), len("é"), len(""), len(goString("é"))]).toEqual([3, 2, 0, 2]);
  for (const x of ["abc", goString("abc"), { len: 3 }] as never[])
    expect(() => cap(x)).toThrow(/^cap: x is .*, want a slice, an array or a channel$/);
  for (const x of [
    5,
    1n,
    true,
    Symbol("s"),
    {},
    { len: "3" },
    zero,
    new DataView(new ArrayBuffer(1)),
  ]) {
    expect(() => len(x as never)).toThrow(/^len: x is .*, want a slice, an array or a string$/);
    expect(() => cap(x as never)).toThrow(/^cap: x is .*, want a slice, an array or a channel$/);
  }
  expect(() => range("é" as never)).toThrow(
    'range: x is "é", want a slice, an array, a Go string (goString) or an integer',
  );
});
