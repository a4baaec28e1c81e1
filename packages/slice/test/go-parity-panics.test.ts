import { readFileSync } from "node:fs";
import { int32, isFatalError, isRuntimeError, show, string, type Type } from "@gort/types";
import { describe, expect, test } from "vitest";
import {
  append,
  appendSlice,
  arrayOf,
  backingOf,
  checkSlice,
  goString,
  makeArray,
  makeSlice,
  nilSlice,
  sliceFrom,
  sliceOf,
  slices,
  sliceToArrayPointer,
  values,
  withGrowth,
  type Backing,
  type Slice,
} from "@gort/slice";
import { indexError, outOfMemory, sliceError } from "../src/errors.ts";

const cases: { name: string; panicked: boolean; text: string }[] = (
  JSON.parse(
    readFileSync(new URL("../../../apps/oracle/data/panics.json", import.meta.url), "utf8"),
  ) as { cases: { name: string; panicked: boolean; text: string }[] }
).cases;

/** Texts that changed in Go 1.20, after the recording. */
const since120: Record<string, string> = {
  "runtime error: growslice: cap out of range": "runtime error: growslice: len out of range",
  "runtime error: cannot convert slice with length 3 to pointer to array with length 4":
    "runtime error: cannot convert slice with length 3 to array or pointer to array with length 4",
};

const s = (n = 3, room = 5): Slice<number> => makeSlice(Int32Array, n, room);
const arr = makeArray(Int32Array, 4);
const hello = goString("hello");
/** Integers beyond a double's precision reach us as bigints. */
const big = (i: bigint): number => i as unknown as number;

const programs: Record<string, () => unknown> = {
  "index/slice": () => s().get(5),
  "index/slice-eq": () => s().get(3),
  "index/slice-within-cap": () => s().get(3),
  "index/slice-neg": () => s().get(-1),
  "index/slice-neg-int8": () => s().get(-5),
  "index/slice-u8": () => s().get(200),
  "index/slice-u64": () => s().get(big(2n ** 64n - 1n)),
  "index/slice-i64min": () => s().get(big(-(2n ** 63n))),
  "index/slice-big": () => s().get(2 ** 40),
  "index/empty": () => s(0, 0).get(0),
  "index/nil-slice": () => nilSlice(Int32Array).get(0),
  "index/set": () => s().set(4, 1),
  "index/array": () => arr.get(5),
  "index/array-neg": () => arr.get(-1),
  "index/string": () => hello.get(5),
  "index/string-neg": () => hello.get(-1),
  "index/empty-string": () => goString("").get(0),
  "index/ok": () => s().get(2),
  "slice/hi>cap": () => s().slice(0, 6),
  "slice/hi-in-cap": () => s().slice(0, 5),
  "slice/hi-eq-cap-full": () => s(3, 3).slice(0, 5),
  "slice/lo>hi": () => s().slice(4, 2),
  "slice/lo>len": () => s().slice(4),
  "slice/lo>len-full": () => s(3, 3).slice(4),
  "slice/lo-eq-len": () => s().slice(3),
  "slice/neg-lo": () => s().slice(-1),
  "slice/neg-hi": () => s().slice(0, -1),
  "slice/neg-both": () => s().slice(-1, -1),
  "slice/both-bad": () => s().slice(9, 10),
  "slice/u64": () => s().slice(0, big(2n ** 64n - 1n)),
  "slice/array-hi": () => arr.slice(0, 5),
  "slice/array-lo>hi": () => arr.slice(3, 2),
  "slice/array-lo": () => arr.slice(5),
  "slice/string-hi": () => hello.slice(0, 6),
  "slice/string-lo": () => hello.slice(6),
  "slice/string-lo>hi": () => hello.slice(3, 2),
  "slice/string-neg": () => hello.slice(-1),
  "slice/string-neg-hi": () => hello.slice(0, -1),
  "slice/string-end": () => hello.slice(5),
  "slice/nil-ok": () => nilSlice(Int32Array).slice(0, 0),
  "slice/nil-bad": () => nilSlice(Int32Array).slice(0, 1),
  "slice3/max>cap": () => s().slice(0, 1, 6),
  "slice3/hi>max": () => s().slice(0, 4, 2),
  "slice3/lo>hi": () => s().slice(3, 2, 4),
  "slice3/neg-max": () => s().slice(0, 0, -1),
  "slice3/neg-hi": () => s().slice(0, -1, 3),
  "slice3/neg-lo": () => s().slice(-1, 2, 3),
  "slice3/array-max": () => arr.slice(0, 1, 5),
  "slice3/ok": () => s().slice(1, 2, 5),
  "slice3/all-cap": () => s().slice(5, 5, 5),
  "slice3/check-order": () => s().slice(9, 10, 6),
  "slice3/check-order2": () => s().slice(9, 6, 5),
  "convert/slice-to-array-ptr": () => sliceToArrayPointer(s(), 4),
  "convert/slice-to-array-ptr-ok": () => sliceToArrayPointer(s(), 3),
  "convert/nil-slice-to-array0-ptr": () => sliceToArrayPointer(nilSlice(Int32Array), 0),
  "make/slice-neg-len": () => makeSlice(Int32Array, -1),
  "make/slice-neg-cap": () => makeSlice(Int32Array, 0, -1),
  "make/slice-len>cap": () => makeSlice(Int32Array, 2, 1),
  "make/slice-huge": () => makeSlice(Int32Array, 2 ** 59),
  "make/slice-huge-cap": () => makeSlice(Int32Array, 0, 2 ** 59),
  "append/make-neg": () => appendSlice(s(), makeSlice(Int32Array, -1)),
};

describe("panics have Go's texts to the letter", () => {
  const ours = cases.filter((c) => /^(index|slice3?)\//.test(c.name) || c.name in programs);
  test.each(ours)("$name: $text", ({ name, panicked, text }) => {
    const run = programs[name];
    expect(run, `no program for ${name}`).toBeDefined();
    if (!panicked) {
      expect(run!).not.toThrow();
      return;
    }
    let err: unknown;
    try {
      run!();
    } catch (e) {
      err = e;
    }
    expect((err as Error).message).toBe(since120[text] ?? text);
    expect(isRuntimeError(err)).toBe(true);
  });
});

describe("s[lo:hi:max] is valid iff 0 <= lo <= hi <= max <= cap(s)", () => {
  const points = [-1, 0, 1, 2, 3, 10, 20];
  const check = (
    s: { slice: (l?: number, h?: number, m?: number) => { len: number; cap: number } },
    hasMax: boolean,
  ): number => {
    let n = 0;
    for (const lo of [undefined, ...points]) {
      for (const hi of hasMax ? points : [undefined, ...points]) {
        for (const max of hasMax ? points : [undefined]) {
          const [l, h, m] = [lo ?? 0, hi ?? 10, max ?? 10];
          const valid = 0 <= l && l <= h && h <= m && m <= 10;
          n++;
          if (!valid) {
            expect(() => s.slice(lo, hi, max)).toThrow(/slice bounds out of range \[/);
            continue;
          }
          const t = s.slice(lo, hi, max);
          expect([t.len, t.cap]).toEqual([h - l, m - l]);
        }
      }
    }
    return n;
  };
  test("all combinations of {-1,0,1,2,3,10,20} on a slice and an array of cap 10", () => {
    const slice = makeSlice(Int32Array, 10);
    expect(check(slice, true) + check(slice, false)).toBe(392 + 64);
    expect(check(makeArray(Int32Array, 10), true)).toBe(392);
  });
});

describe("make and growth at the limits", () => {
  test("make says len out of range if the length is too large, cap out of range if only the capacity is", () => {
    for (const elem of [Int8Array, Float64Array, BigInt64Array] as const) {
      const max = makeSlice(elem as typeof Float64Array, 0).backing.capMax;
      expect(() => makeSlice(elem as typeof Float64Array, max + 1)).toThrow(
        "runtime error: makeslice: len out of range",
      );
      expect(() => makeSlice(elem as typeof Float64Array, 0, max + 1)).toThrow(
        "runtime error: makeslice: cap out of range",
      );
      expect(() => makeSlice(elem as typeof Float64Array, 1e12)).toThrow("len out of range");
    }
    expect(() => makeSlice(values(0), 2 ** 32)).toThrow("makeslice: len out of range");
  });
  test("the checks hold for bigint arguments too", () => {
    expect(() => makeSlice(Int32Array, big(-1n) as never)).toThrow("makeslice: len out of range");
    expect(() => makeSlice(Int32Array, 0, big(2n ** 63n))).toThrow("makeslice: cap out of range");
  });
  test("growing past the address space panics growslice: len out of range, and changes nothing", () => {
    const huge = (real: Slice<number>): Slice<number> => {
      // A slice that claims to be full at the limit: no test can hold a real one.
      const backing: Backing<number> = Object.create(real.backing, { capMax: { value: real.len } });
      const full = real.slice(0, real.len, real.len);
      return Object.create(full, { backing: { value: backing } });
    };
    const t = huge(makeSlice(Int32Array, [1, 2, 3]));
    expect(() => append(t, 4)).toThrow("runtime error: growslice: len out of range");
    expect(() => appendSlice(t, makeSlice(Int32Array, 2))).toThrow("growslice: len out of range");
    expect(t.toArray()).toEqual([1, 2, 3]);
  });
  test("storage that the host refuses is Go's fatal out of memory", () => {
    expect(isFatalError(outOfMemory())).toBe(true);
    expect(outOfMemory().message).toBe("out of memory");
  });
  test("a growth rule that answers nonsense is named", () => {
    const wrong = [NaN, 1, 2.5, Infinity, "8", 8n, Symbol("s"), null, {}];
    for (const type of [int32, string] as Type[])
      for (const cap of wrong) {
        const s = makeSlice(
          withGrowth(type, () => cap as never),
          1,
        );
        expect(() => append(s, type.zero())).toThrow(
          `growth rule: capacity is ${show(cap)}, want an integer from 2`,
        );
        checkSlice(s);
      }
  });
});

describe("arguments that Go's compiler would refuse", () => {
  const sliceable: [string, () => { slice(lo?: never, hi?: never, max?: never): unknown }][] = [
    ["plain", () => sliceOf(1, 2)],
    ["typed", () => makeSlice(Int32Array, [1, 2])],
    ["array", () => arrayOf(1, 2)],
    ["string", () => goString("ab")],
  ];
  test.each(sliceable)("bounds that are no numbers are named: %s", (kind, make) => {
    const s = make();
    const cut =
      (...bounds: unknown[]) =>
      () =>
        s.slice(...(bounds as never[]));
    expect(cut(1n)).toThrow("slice: lo is 1n, want a number");
    expect(cut(0, 1n)).toThrow("slice: hi is 1n, want a number");
    expect(cut(Symbol("b"))).toThrow("slice: lo is Symbol(b), want an integer");
    expect(cut("1")).toThrow('slice: lo is "1", want an integer');
    expect(cut(0, null)).toThrow("slice: hi is null, want an integer");
    expect(cut(-1n)).toThrow("runtime error: slice bounds out of range [-1:]");
    expect(cut(3n)).toThrow("runtime error: slice bounds out of range [3:2]");
    if (kind === "string") return;
    expect(cut(0, 1, 1n)).toThrow("slice: max is 1n, want a number");
    expect(cut(0, 1, Symbol("b"))).toThrow("slice: max is Symbol(b), want an integer");
    expect(cut(0, 1n, 2)).toThrow("slice: hi is 1n, want a number");
  });
  test.each([
    ["plain", () => sliceOf(1, 2)],
    ["typed", () => makeSlice(Int32Array, [1, 2])],
    ["array", () => arrayOf(1, 2)],
    ["string", () => goString("ab")],
  ] as [string, () => { at(i: never): unknown }][])("so are indexes of at: %s", (_, make) => {
    const s = make();
    expect(() => s.at(-1n as never)).toThrow("runtime error: index out of range [-1]");
    expect(() => s.at(1n as never)).toThrow("index: i is 1n, want a number");
    expect(() => s.at("-1" as never)).toThrow('index: i is "-1", want an integer');
    expect(() => s.at(Symbol("i") as never)).toThrow("index: i is Symbol(i), want an integer");
    expect(() => s.at(undefined as never)).toThrow("index: i is undefined, want an integer");
  });
  test("so are those of slices.insert, delete and replace, which may not be left out", () => {
    const s = sliceOf(1, 2);
    for (const [f, text] of [
      [() => slices.delete(s, 0n as never, 1n as never), "slice: lo is 0n, want a number"],
      [() => slices.delete(s, 0, undefined as never), "slice: hi is undefined, want an integer"],
      [() => slices.insert(s, undefined as never, 5), "slice: lo is undefined, want an integer"],
      [() => slices.insert(s, 1n as never, 5), "slice: lo is 1n, want a number"],
      [() => slices.replace(s, 0, 1n as never, 5), "slice: hi is 1n, want a number"],
      [() => slices.replace(s, Symbol("i") as never, 1), "slice: lo is Symbol(i), want an integer"],
    ] as [() => unknown, string][])
      expect(f).toThrow(text);
    expect(s.toArray()).toEqual([1, 2]);
  });
  test("a growth rule is a function", () => {
    for (const elem of [Int32Array, string, values(0)] as never[])
      expect(() => backingOf<unknown>(elem).withGrowth(null as never)).toThrow(
        "withGrowth: rule is null, want a function",
      );
  });
  test("are named with their value", () => {
    expect(indexError(1.5, 3).message).toBe("index: i is 1.5, want an integer");
    expect(sliceError(0, NaN, undefined, 3)!.message).toBe("slice: hi is NaN, want an integer");
    expect(() => makeSlice(Int32Array, NaN)).toThrow("makeSlice: len is NaN, want an integer");
    expect(() => makeSlice(Int32Array, 1, 2.5)).toThrow("makeSlice: cap is 2.5, want an integer");
    expect(() => makeSlice({} as never, 1)).toThrow("makeSlice: elem is an object (Object)");
    expect(() => makeSlice(Map as never, 1)).toThrow("makeSlice: elem is function Map");
    expect(() => append(5 as never, ...([1, 2] as never[]))).toThrow(
      "append: s is 5, want a slice",
    );
    expect(() => append(5 as never, ...([1] as never[]))).toThrow("append: s is 5, want a slice");
    expect(() => sliceFrom(5 as never)).toThrow("sliceFrom: source is 5");
  });
  test("a bad value among several leaves the slice as it was", () => {
    const t = makeSlice(Int32Array, [1], 8);
    expect(() => append(t, 2, 3, 4.5)).toThrow("int32: value is 4.5");
    expect(t.slice(0, 4).toArray()).toEqual([1, 0, 0, 0]);
    expect(() => appendSlice(makeSlice(Uint8Array, 0), sliceFrom([1, 2, 300]))).toThrow(
      "uint8: value is 300, want an integer from 0 to 255",
    );
  });
});
