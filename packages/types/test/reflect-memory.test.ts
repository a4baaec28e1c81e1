/** Reflection on values that lie in memory: what they are there, and not what JavaScript can show of them. */
import { describe, expect, it, test } from "vitest";
import {
  any,
  array,
  deepEqual,
  deepEqualValues,
  error,
  convert,
  float64,
  int,
  int16,
  ptr,
  slice,
  string,
  struct,
  toInterface,
  uint8,
  valueAt,
  valueOf,
  type Space,
  type Type,
} from "../src/index.ts";
import { makeSpace } from "./space.ts";

/** A string of any bytes, which no string of JavaScript can hold. */
function bytes(s: Space, ...b: number[]): number {
  const p = s.alloc(string);
  const data = s.alloc(uint8, b.length);
  s.memory.u8.set(b, data);
  s.memory.u32.set([data, b.length], p >>> 2);
  return p;
}

describe("a string of arbitrary bytes", () => {
  const s = makeSpace();

  it("is set as it is, without an allocation, alone and as a part", () => {
    const from = bytes(s, 0xff, 0xd8);
    const to = s.alloc(string);
    const before = s.top;
    valueAt(string, s, to).set(valueAt(string, s, from));
    expect(string.equal(s, from, to)).toBe(true);
    const R = struct({ n: int, list: array(string, 1) });
    const [p, q] = [s.alloc(R), s.alloc(R)];
    s.memory.u8.copyWithin(p + 4, from, from + 8);
    const after = s.top;
    valueAt(R, s, q).set(valueAt(R, s, p));
    expect([R.equal(s, p, q), s.top - after, after - before]).toEqual([true, 0, 2 * R.size + 8]);
  });

  it("has its own length and bytes, which one that lies nowhere has too", () => {
    const v = valueAt(string, s, bytes(s, 0xff, 0xd8));
    expect([v.len(), v.index(0).uint(), v.index(1).uint()]).toEqual([2, 255n, 216n]);
    expect(() => v.index(2)).toThrow("reflect: string index out of range");
    expect(valueAt(string, s, s.alloc(string)).len()).toBe(0);
    const text = valueOf("é".repeat(10_000));
    let sum = 0n;
    for (let i = 0; i < text.len(); i++) sum += text.index(i).uint();
    expect(sum).toBe(10_000n * (0xc3n + 0xa9n));
  });

  it("is deeply equal to the same bytes only, in one memory or two, or in none", () => {
    const other = makeSpace();
    const at = (space: Space, ...b: number[]) => valueAt(string, space, bytes(space, ...b));
    expect(deepEqualValues(at(s, 0xff), at(s, 0xfe))).toBe(false);
    expect(deepEqualValues(at(s, 0xff), at(s, 0xff))).toBe(true);
    expect(deepEqualValues(at(s, 0xff), at(other, 0xfe))).toBe(false);
    expect(deepEqualValues(at(s, 0xff), at(other, 0xff))).toBe(true);
    expect(deepEqualValues(at(s, 0xff), at(s, 0xff, 0xff))).toBe(false);
    expect(deepEqualValues(at(s, 0xff), valueOf("\ufffd"))).toBe(false);
    expect(deepEqualValues(at(s, 0xc3, 0xa9), valueOf("é"))).toBe(true);
    expect(deepEqualValues(valueOf("é"), valueOf("é"))).toBe(true);
  });
});

test("set copies between interfaces of one memory, and converts from elsewhere", () => {
  const s = makeSpace();
  const [p, q] = [s.alloc(any), s.alloc(error)];
  error.store(s, q, convert(new Error("boo"), error));
  valueAt(any, s, p).set(valueAt(error, s, q));
  expect((any.load(s, p) as Error).message).toBe("boo");
  valueAt(any, s, p).set(valueAt(int, s, s.alloc(int)));
  expect(String(any.load(s, p))).toBe("int(0)");
  valueAt(error, s, q).set(valueOf(new Error("far")));
  expect(error.load(s, q)!.call("Error")).toBe("far");
  expect(() => valueAt(error, s, q).set(valueAt(int, s, s.alloc(int)))).toThrow(
    "reflect.Set: value of type int is not assignable to type error",
  );
});

test("a pointer or a slice without a space is not called nil", () => {
  const text = /space is null, want a space such as a heap$/;
  expect(() => valueOf(toInterface(ptr(int), 64)).elem()).toThrow(text);
  expect(() => valueOf(toInterface(slice(int), { ptr: 64, len: 1, cap: 1 })).index(0)).toThrow(
    text,
  );
  expect(
    valueOf(toInterface(ptr(int), 0))
      .elem()
      .isValid(),
  ).toBe(false);
});

describe("deepEqual of slices", () => {
  const s = makeSpace(1 << 22);
  const of = (elem: Type, space: Space, ...values: unknown[]) => {
    const p = space.alloc(elem, values.length);
    values.forEach((v, i) => elem.store(space, p + i * elem.size, v));
    return toInterface(slice(elem), { ptr: p, len: values.length, cap: values.length }, space);
  };

  it.each([
    [uint8, [1, 2, 3], [1, 2, 4]],
    [int16, [-1, 2], [-1, 3]],
    [float64, [0.5, 0], [0.5, NaN]],
    [string, ["a", "b"], ["a", "c"]],
    [array(int, 2), [[1, 2]], [[1, 3]]],
  ] as [Type, unknown[], unknown[]][])(
    "of %s finds a difference, in one memory or two",
    (t, a, b) => {
      for (const space of [s, makeSpace()]) {
        expect(deepEqual(of(t, s, ...a), of(t, space, ...a))).toBe(true);
        expect(deepEqual(of(t, s, ...a), of(t, space, ...b))).toBe(false);
        expect(deepEqual(of(t, s, ...a), of(t, space, ...a.slice(1)))).toBe(false);
      }
    },
  );

  it("has Go's NaN and zeros", () => {
    expect(deepEqual(of(float64, s, NaN), of(float64, s, NaN))).toBe(false);
    expect(deepEqual(of(float64, s, 0), of(float64, s, -0))).toBe(true);
    const nan = of(float64, s, NaN);
    expect(deepEqual(nan, nan)).toBe(true);
  });

  it("makes no reflection value per byte", () => {
    const n = 1 << 20;
    const [p, q] = [s.alloc(uint8, n), s.alloc(uint8, n)];
    const at = (ptr: number) => toInterface(slice(uint8), { ptr, len: n, cap: n }, s);
    let checked = 0;
    const { memory } = s;
    const counting = Object.create(s, {
      memory: { get: () => (checked++, memory) },
    }) as Space;
    const [a, b] = [p, q].map((ptr) =>
      toInterface(slice(uint8), { ptr, len: n, cap: n }, counting),
    );
    expect(deepEqual(a, b)).toBe(true);
    expect(checked).toBeLessThan(100);
    s.memory.u8[q + n - 1] = 1;
    expect(deepEqual(at(p), at(q))).toBe(false);
  });

  it("at one address in two memories looks at both", () => {
    const [a, b] = [makeSpace(), makeSpace()];
    expect(deepEqual(of(int, a, 1, 2), of(int, b, 1, 2))).toBe(true);
    const [c, d] = [makeSpace(), makeSpace()];
    expect(deepEqual(of(int, c, 1, 2), of(int, d, 1, 3))).toBe(false);
  });

  it("looks at a longer one although a shorter one from there was equal", () => {
    const S = struct({ a: slice(string), b: slice(string) });
    const make = (last: string) => {
      const x = of(string, s, "a", last);
      return toInterface(S, { a: { ...x.value, len: 1 }, b: x.value }, s);
    };
    expect(deepEqual(make("b"), make("b"))).toBe(true);
    expect(deepEqual(make("b"), make("c"))).toBe(false);
  });

  it("refuses an address that cannot be one", () => {
    const bad = (ptr: number) => toInterface(slice(int), { ptr, len: 2, cap: 2 }, s);
    expect(() => deepEqual(bad(s.memory.byteLength - 4), bad(64))).toThrow("want a byte offset");
    expect(() => deepEqual(bad(66), bad(64))).toThrow("want a multiple of 4");
  });
});
