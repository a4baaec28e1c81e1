import { createHeap } from "@gort/gc";
import {
  array,
  bool,
  complex128,
  complex64,
  error,
  float32,
  int32,
  int64,
  int8,
  named,
  ptr,
  slice as sliceType,
  string,
  struct,
  type Type,
  uint8,
  unsafePointer,
} from "@gort/types";
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  append,
  arrayOf,
  appendSlice,
  backingOf,
  copy,
  growthGo117,
  growthGo118,
  growthGo122Pointers,
  inHeap,
  makeSlice,
  nilSlice,
  range,
  sliceFrom,
  sliceOf,
  slices,
  values,
  withGrowth,
  type ArraySlice,
  type Slice,
  type TypedSlice,
} from "@gort/slice";
import { generate } from "../scripts/gen-typed-slices.ts";
import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { ARRAY_OF_KIND } from "../src/typed-backing.ts";

describe("types are inferred", () => {
  test("from descriptors, constructors and values", () => {
    expectTypeOf(makeSlice(int32, 1)).toEqualTypeOf<Slice<number>>();
    expectTypeOf(makeSlice(int64, 1).get(0)).toEqualTypeOf<bigint>();
    expectTypeOf(makeSlice(Int32Array, 1)).toExtend<TypedSlice<Int32Array>>();
    expectTypeOf(makeSlice(BigInt64Array, 1).get(0)).toEqualTypeOf<bigint>();
    expectTypeOf(sliceOf(1, 2)).toEqualTypeOf<ArraySlice<number>>();
    expectTypeOf(sliceOf("a")).toEqualTypeOf<ArraySlice<string>>();
    expectTypeOf(append(makeSlice(Int32Array, 1), 2)).toExtend<TypedSlice<Int32Array>>();
    expectTypeOf(sliceFrom(["a"]).get(0)).toEqualTypeOf<string>();
    expectTypeOf(sliceFrom(new Float64Array(1))).toExtend<TypedSlice<Float64Array>>();
    for (const [i, v] of range(sliceOf("a")))
      expectTypeOf([i, v] as const).toEqualTypeOf<readonly [number, string]>();
    // @ts-expect-error a string is no int32
    expect(() => append(makeSlice(int32, 0), "a")).toThrow("int32: value is");
    expect(sliceOf(1).get(0)).toBe(1);
  });
});

test("append and arrayOf take as many values as the host's own functions", () => {
  const many = new Array<number>(80_000).fill(1);
  const host: number[] = [];
  expect(host.push(...many)).toBe(many.length);
  expect(append(makeSlice(int32, 0), ...many).len).toBe(many.length);
  expect(append(sliceOf(0), ...many).len).toBe(many.length + 1);
  expect(arrayOf(...many).len).toBe(many.length);
});

function thrown(f: () => unknown): string {
  try {
    f();
  } catch (e) {
    return (e as Error).message;
  }
  return "nothing";
}

describe("values of a descriptor", () => {
  const heap = createHeap({ reserve: 1 << 24 });
  const Inner = struct({ n: int8 });
  const Outer = struct({ inner: Inner, list: array(Inner, 2) });
  const at = { inner: { n: 1 }, list: [{ n: 2 }, { n: 3 }] };
  const bad: [name: string, type: Type, ...values: unknown[]][] = [
    ["bool", bool, 1, null],
    ["string", string, 5, undefined],
    ["a struct", Inner, { n: 300 }, {}, null, 5],
    ["a struct in a struct", Outer, {}, { inner: {} }, { ...at, inner: { n: "1" } }],
    ["an array in a struct", Outer, { ...at, list: [{ n: 2 }] }, { ...at, list: [{ n: 2 }, {}] }],
    ["an array", array(int8, 2), [300, 1], [1, "x"], [1], "xy", null],
    ["a complex number", complex128, "x", 5, { re: 1 }, null],
    ["a pointer", ptr(int8), "x", -1, 1.5],
    ["unsafe.Pointer", unsafePointer, "x", 2 ** 32],
    ["an interface", error, 5, "text"],
    ["a slice header", sliceType(int8), [], { ptr: 8, len: 2, cap: 1 }],
  ];
  test.each(bad)(
    "%s is checked as deep as it goes, on JavaScript storage as in a heap",
    (_, type, ...values) => {
      const js = makeSlice(type, 1, 2);
      const mem = makeSlice(inHeap(heap, type), 1, 2);
      const zeros = js.slice(0, 2).toArray();
      for (const v of values) {
        for (const f of [
          (s: Slice<any>) => s.set(0, v),
          (s: Slice<any>) => append(s, v),
          (s: Slice<any>) => append(s, s.get(0), v),
          (s: Slice<any>) => copy(s, sliceOf(v)),
          (s: Slice<any>) => slices.insert(s, 0, v),
          (s: Slice<any>) => makeSlice(s.backing, [v]),
        ]) {
          expect(thrown(() => f(js))).toContain(type.name);
          expect(thrown(() => f(js))).toBe(thrown(() => f(mem)));
        }
      }
      expect(js.slice(0, 2).toArray()).toEqual(zeros);
    },
  );

  test("mutable values are copied all the way down, and each zero is one of its own", () => {
    const s = makeSlice(Outer, 2);
    const v = structuredClone(at);
    s.set(0, v);
    v.inner.n = 9;
    v.list[0]!.n = 9;
    expect(s.get(0)).toEqual(at);
    const t = appendSlice(s, s);
    s.get(0).list[1]!.n = 7;
    expect(t.get(2)).toEqual(at);
    s.get(1).inner.n = 5;
    expect(makeSlice(Outer, 2).toArray()).toEqual([Outer.zero(), Outer.zero()]);
    for (const type of [complex64, complex128, sliceType(int8), array(int8, 1), Inner] as Type[]) {
      const [a, b] = makeSlice(type, 2).toArray();
      expect(a === b).toBe(false);
      const one = makeSlice(type, [a]);
      expect(one.get(0) === a).toBe(false);
      expect(one.get(0)).toEqual(a);
    }
  });

  test("slices of one descriptor take each other's elements without another check", () => {
    let checks = 0;
    const counted = Object.assign(Object.create(Inner) as typeof Inner, {
      check: () => void checks++,
    });
    const a = makeSlice(counted, [{ n: 1 }, { n: 2 }]);
    const b = makeSlice(counted, 2);
    checks = 0;
    copy(b, a);
    appendSlice(b, a);
    expect([b.toArray(), checks]).toEqual([a.toArray(), 0]);
  });
});

describe("element types", () => {
  test("numbers lie in the typed array of their kind, other values in plain arrays", () => {
    expect(makeSlice(uint8, 1).array).toBeInstanceOf(Uint8Array);
    expect(makeSlice(float32, 1).array).toBeInstanceOf(Float32Array);
    expect(makeSlice(int64, 1).array).toBeInstanceOf(BigInt64Array);
    expect(makeSlice(string, 2).toArray()).toEqual(["", ""]);
    expect(makeSlice(bool, 2).toArray()).toEqual([false, false]);
    expect(backingOf(named("main.Celsius", float32)).name).toBe("main.Celsius");
  });
  test("a value that the type cannot hold is refused, never wrapped", () => {
    const bad: [keyof typeof ARRAY_OF_KIND, unknown[]][] = [
      ["int8", [128, -129, 1.5, NaN, "1", undefined]],
      ["uint8", [256, -1, 0.5, null]],
      ["int16", [32768, -32769]],
      ["uint16", [65536, -1]],
      ["int32", [2 ** 31, -(2 ** 31) - 1, 1e300]],
      ["uint32", [2 ** 32, -1, 0.1]],
      ["float32", ["1", undefined, 1n]],
      ["float64", ["1", {}, null]],
      ["int64", [2n ** 63n, -(2n ** 63n) - 1n, 1]],
      ["uint64", [2n ** 64n, -1n, 1]],
    ];
    const ctors = {
      Int8Array,
      Uint8Array,
      Int16Array,
      Uint16Array,
      Int32Array,
      Uint32Array,
      Float32Array,
      Float64Array,
      BigInt64Array,
      BigUint64Array,
    };
    for (const [kind, values] of bad) {
      const s: Slice<any> = makeSlice(
        ctors[ARRAY_OF_KIND[kind] as keyof typeof ctors] as never,
        1,
        4,
      );
      for (const v of values) {
        for (const f of [
          () => s.set(0, v),
          () => append(s, v),
          () => s.appendOne(v),
          () => append(s, s.get(0), v),
        ]) {
          expect(f, `${kind} ${String(v)}`).toThrow(/value is|Cannot mix|convert/);
        }
      }
      const zero: unknown = s.backing.zero();
      expect(s.slice(0, 4).toArray()).toEqual([zero, zero, zero, zero]);
    }
    expect(() => makeSlice(bool, 1).set(0, 1 as never)).toThrow("bool: value is 1, want a boolean");
    expect(() => append(makeSlice(string, 0), 1 as never)).toThrow(
      "string: value is 1, want a string",
    );
  });
  test("limits are held, and -0 is 0 in an integer", () => {
    const s = makeSlice(Int8Array, [-128, 127, -0]);
    expect(s.toArray()).toEqual([-128, 127, 0]);
    expect(makeSlice(BigUint64Array, [2n ** 64n - 1n]).get(0)).toBe(2n ** 64n - 1n);
    expect(makeSlice(Uint8ClampedArray, [255]).get(0)).toBe(255);
  });
  test("values with a zero of their own; a function makes one per slot", () => {
    expect(makeSlice(values(null as string | null), 1).get(0)).toBe(null);
    const lists = makeSlice(
      values(() => [] as number[]),
      2,
    );
    lists.get(0).push(1);
    expect(lists.toArray()).toEqual([[1], []]);
    expect(
      [sliceOf("a"), sliceOf(true), sliceOf(1n), sliceOf(1), sliceOf({})].map((s) =>
        (s as Slice<unknown>).backing.zero(),
      ),
    ).toEqual(["", false, 0n, 0, undefined]);
  });
});

describe("in and out without a copy", () => {
  test("sliceFrom shares arrays and typed arrays; view shares back", () => {
    const a = [1, 2, 3];
    const s = sliceFrom(a);
    s.set(0, 10);
    a[1] = 20;
    expect([a[0], s.get(1), s.array === a]).toEqual([10, 20, true]);
    const t = Float64Array.of(1, 2, 3);
    const u = sliceFrom(t).slice(1);
    u.view()[0] = 5;
    expect([t[1], u.get(0), u.view().length]).toEqual([5, 5, 2]);
    expect(makeSlice(Int32Array, 0).view().length).toBe(0);
    const shared = new Int32Array(new SharedArrayBuffer(16));
    expect(append(sliceFrom(shared).slice(0, 2), 7).array).toBe(shared);
  });
  test("other iterables are collected, spread gives an array", () => {
    expect([...sliceFrom(new Map([[1, "a"]]))]).toEqual([[1, "a"]]);
    expect(Math.max(...makeSlice(Int8Array, [1, 5, 3]))).toBe(5);
  });
  test("over a Buffer, or an array of another realm, lies a slice on a plain array of its kind", () => {
    const buffer = Buffer.from("xab").subarray(1);
    const foreign = runInNewContext("Uint8Array.of(9, 97, 98).subarray(1)") as Uint8Array;
    for (const array of [buffer, foreign]) {
      const t = sliceFrom(array);
      expect([t.array.constructor, t.cap, t.toArray()]).toEqual([Uint8Array, 2, [97, 98]]);
      t.set(0, 99);
      expect(array[0]).toBe(99);
      expect(t.view().constructor).toBe(Uint8Array);
      expect(append(t, 1).view().constructor).toBe(Uint8Array);
      expect(t.fits(makeSlice(Uint8Array, 1))).toBe(true);
    }
    const given = Uint8Array.of(1, 2);
    expect(sliceFrom(given).array).toBe(given);
  });
  test("what lies over bytes in a heap and is none is no source of bytes", () => {
    const heap = createHeap({ reserve: 1 << 22 });
    const p = heap.alloc(int8);
    for (const s of [
      makeSlice(inHeap(heap, unsafePointer), [p, p]),
      makeSlice(inHeap(heap, bool), [true, true]),
      makeSlice(inHeap(heap, string), ["a", "b"]),
    ] as Slice<any>[]) {
      const bytes = makeSlice(Uint8Array, 2);
      if (s.get(0) === p) {
        // The first object of a heap lies above 255, and only nil is a pointer below.
        expect(copy(bytes, s.slice(0, 0))).toBe(0);
        expect(() => copy(bytes, s)).toThrow(`uint8: value is ${p}`);
        bytes.set(0, 7);
        expect(copy(bytes, makeSlice(s.backing, [0]))).toBe(1);
        expect(bytes.toArray()).toEqual([0, 0]);
      } else {
        expect(() => copy(bytes, s)).toThrow("uint8: value is");
        expect(() => appendSlice(bytes, s)).toThrow("uint8: value is");
        expect(bytes.toArray()).toEqual([0, 0]);
      }
    }
  });
  test("a string is appended and copied to any slice of one-byte integers that can hold its bytes", () => {
    const empty: Slice<number>[] = [
      makeSlice(Int8Array, 0, 1),
      makeSlice(Uint8ClampedArray, 0, 1),
      makeSlice(Uint8Array, 0, 1),
    ];
    for (const none of empty) {
      const s = appendSlice(none, "ab");
      expect(s.toArray()).toEqual([97, 98]);
      expect(copy(s, "xyz")).toBe(2);
      expect(s.toArray()).toEqual([120, 121]);
      expect([appendSlice(s, "") === s, append(s) === s]).toEqual([true, true]);
    }
    const signed: Slice<number> = makeSlice(Int8Array, [1, 2], 8);
    expect(() => appendSlice(signed, "aé")).toThrow("int8: value is 195");
    expect(() => copy(signed, "é")).toThrow("int8: value is 195");
    expect(signed.slice(0, 8).toArray()).toEqual([1, 2, 0, 0, 0, 0, 0, 0]);
  });
  test("copies between kinds go value by value, through a temporary where buffers overlap", () => {
    const buffer = new ArrayBuffer(8);
    const bytes = sliceFrom(new Uint8Array(buffer));
    const words = sliceFrom(new Uint16Array(buffer));
    bytes.set(0, 1);
    bytes.set(1, 0);
    bytes.set(2, 2);
    expect(copy(words, bytes)).toBe(4);
    expect(words.toArray()).toEqual([1, 0, 2, 0]);
    expect(() => copy(sliceFrom(new Int8Array(4)), makeSlice(Uint8Array, [1, 200]))).toThrow(
      "int8: value is 200",
    );
    expect(appendSlice(sliceOf(1), makeSlice(Int8Array, [2, 3])).toArray()).toEqual([1, 2, 3]);
    const same = new Int32Array(10).map((_, i) => i);
    copy(sliceFrom(same.subarray(2)), sliceFrom(same.subarray(0, 5)));
    expect([...same]).toEqual([0, 1, 0, 1, 2, 3, 4, 7, 8, 9]);
  });
  test("literals with room to grow", () => {
    const s = makeSlice(int32, new Set([1, 2]), 5);
    expect([s.toArray(), s.cap]).toEqual([[1, 2], 5]);
    expect(() => makeSlice(int32, [1, 2], 1)).toThrow("makeslice: cap out of range");
  });
});

describe("growth rules", () => {
  test("Go up to 1.17 doubles to 1024 and adds a quarter beyond", () => {
    const caps: number[] = [];
    let s = nilSlice(withGrowth(Float64Array, growthGo117));
    for (let i = 0; i < 6000; i++) {
      s = append(s, i);
      if (s.cap !== caps.at(-1)) caps.push(s.cap);
    }
    expect(caps).toEqual([
      1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1280, 1696, 2304, 3072, 4096, 5120, 7168,
    ]);
    // Twice as much is no more than double: quarters until it fits, 2500, in bytes rounded up to a size class.
    expect(growthGo117(1024, 2048, 8)).toBe(2560);
    expect(growthGo117(1024, 2049, 8)).toBe(2304);
  });
  test("since Go 1.22 the largest small storage with pointers has a header too, what is larger has none", () => {
    expect(growthGo122Pointers(0, 4095, 8)).toBe(4095);
    expect(growthGo118(0, 4095, 8)).toBe(4096);
    expect(growthGo122Pointers(0, 4096, 8)).toBe(4096);
  });
  test("the rule sees old capacity, need and element size, never the old length", () => {
    for (const rule of [growthGo117, growthGo118]) {
      for (const n of [0, 3, 100, 400, 2000]) {
        for (const len of [0, n >> 1, n]) {
          const s = makeSlice(withGrowth(Int32Array, rule), len, n);
          expect(appendSlice(s, makeSlice(Int32Array, n - len + 1)).cap).toBe(rule(n, n + 1, 4));
        }
      }
    }
    expect(() => withGrowth(Int32Array, 5 as never)).toThrow(
      "withGrowth: rule is 5, want a function",
    );
  });
});

describe("range", () => {
  test("over an integer counts up to it", () => {
    expect([...range(3)]).toEqual([0, 1, 2]);
    expect([...range(0), ...range(-2)]).toEqual([]);
    expect(() => range(1.5)).toThrow("range: n is 1.5");
  });
  test("an iterator that was left can be dropped, and stays finished", () => {
    const it = range(sliceOf(1, 2, 3));
    for (const _ of it) break;
    expect(it.next()).toEqual({ done: true, value: undefined });
  });
});

test("the generated classes are what the generator writes", () => {
  const file = readFileSync(new URL("../src/typed-slices.generated.ts", import.meta.url), "utf8");
  const squeeze = (s: string): string => s.replace(/[\s(),]+/g, "");
  expect(squeeze(file)).toBe(squeeze(generate()));
});

test("a struct type of somebody else's, which cannot copy, gives each slot a zero value of its own", () => {
  const Point = struct({ x: int32 });
  const other = {
    kind: Point.kind,
    name: "Other",
    size: Point.size,
    zero: () => Point.zero(),
    equalValues: (a: { x: number }, b: { x: number }) => Point.equalValues(a, b),
  } as Type<{ x: number }>;
  const s = makeSlice(other, 3);
  s.get(0).x = 1;
  expect([...s]).toEqual([{ x: 1 }, { x: 0 }, { x: 0 }]);
});
