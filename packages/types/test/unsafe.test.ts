/** Unsafe: layout queries, pointer arithmetic, the checker. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  add,
  alignOf,
  checkPointers,
  float64,
  int32,
  int8,
  isFatalError,
  offsetOf,
  ptr,
  sizeOf,
  string,
  struct,
  uint8,
  unsafeSlice,
} from "../src/index.ts";

const Inner = struct({ a: int8, b: float64 });
const Outer = struct({ n: int32, in: Inner, s: string });

describe("layout queries", () => {
  it("give size, alignment and offsets, along paths too", () => {
    expect([sizeOf(Outer), alignOf(Outer), sizeOf(string)]).toEqual([32, 8, 8]);
    expect([offsetOf(Outer, "n"), offsetOf(Outer, "in"), offsetOf(Outer, "in", "b")]).toEqual([
      0, 8, 16,
    ]);
    expect(() => offsetOf(Outer, "x")).toThrow('offsetOf: field is "x", want a field of struct');
    expect(() => offsetOf(Outer, "n", "y")).toThrow(
      'offsetOf: field is "y", want a field of int32',
    );
  });
});

describe("pointer arithmetic", () => {
  it("stays within what a pointer can name", () => {
    expect([add(8, 8), add(8, -8), add(0, 0)]).toEqual([16, 0, 0]);
    for (const n of [-9, 2 ** 32, 0.5, NaN]) expect(() => add(8, n)).toThrow(RangeError);
  });

  it("makes slices with Go's errors", () => {
    const url = new URL("../../../apps/oracle/data/panics.json", import.meta.url);
    const { cases } = JSON.parse(readFileSync(url, "utf8")) as {
      cases: { name: string; text: string }[];
    };
    const text = (name: string): string => cases.find((c) => c.name === name)!.text;
    expect(unsafeSlice(int32, 64, 3)).toEqual({ ptr: 64, len: 3, cap: 3 });
    expect(unsafeSlice(int32, 0, 0)).toEqual({ ptr: 0, len: 0, cap: 0 });
    expect(() => unsafeSlice(int32, 64, -1)).toThrow(text("unsafe/slice-neg"));
    expect(() => unsafeSlice(int32, 64, 2 ** 31)).toThrow(text("unsafe/slice-neg"));
    expect(() => unsafeSlice(int32, 0, 1)).toThrow(text("unsafe/slice-nil"));
    // That there is nothing to point to is said of lengths that memory could not hold, too.
    expect(() => unsafeSlice(int32, 0, 2 ** 31 - 1)).toThrow(text("unsafe/slice-nil"));
    expect(() => unsafeSlice(int32, 64, 2 ** 30)).toThrow(text("unsafe/slice-neg"));
  });
});

describe("the checker", () => {
  // Objects of 16 bytes at 64 and 80.
  const checked = checkPointers({
    find: (p) => (p >= 64 && p < 96 ? p & ~15 : 0),
    usableSize: () => 16,
  });
  const fatal = (run: () => unknown): string => {
    try {
      run();
    } catch (e) {
      expect(isFatalError(e)).toBe(true);
      return (e as Error).message;
    }
    return "no error";
  };

  it("keeps arithmetic inside the object", () => {
    expect(checked.add(64, 15)).toBe(79);
    expect(fatal(() => checked.add(64, 16))).toBe(
      "checkptr: pointer arithmetic result points to invalid allocation",
    );
    expect(fatal(() => checked.add(64, -64))).toBe(
      "checkptr: pointer arithmetic computed bad pointer value",
    );
  });

  it("keeps values inside the object and aligned", () => {
    expect(checked.cast(72, float64)).toBe(72);
    expect(checked.cast(64, uint8, 16)).toBe(64);
    expect(checked.cast(0, float64)).toBe(0);
    expect(fatal(() => checked.cast(68, float64))).toBe("checkptr: misaligned pointer conversion");
    const straddles = "checkptr: converted pointer straddles multiple allocations";
    expect(fatal(() => checked.cast(72, float64, 2))).toBe(straddles);
    expect(fatal(() => checked.cast(128, ptr(int8)))).toBe(straddles);
    expect(fatal(() => checked.cast(64, uint8, 2 ** 53 - 1))).toBe(straddles);
    expect(checked.cast(64, float64, 0)).toBe(64);
  });

  it("finds nothing, too, outside of what can be used of an object", () => {
    const odd = checkPointers({ find: (p) => p & ~15, usableSize: () => 12 });
    expect(odd.cast(75, uint8, 0)).toBe(75);
    for (const n of [0, 1])
      expect(fatal(() => odd.cast(76, uint8, n))).toContain("straddles multiple allocations");
    expect(fatal(() => odd.cast(76, struct({})))).toContain("straddles multiple allocations");
  });

  it("takes pointers, types and numbers of values only", () => {
    for (const n of [-5, NaN, 1.5, Infinity, 2 ** 53])
      expect(() => checked.cast(64, int32, n)).toThrow(`cast: n is ${n}, want an integer from 0`);
    expect(() => checked.cast(64, int32, 1n as never)).toThrow("cast: n is 1n, want an integer");
    for (const p of [-8, 0.5, NaN, 2 ** 32])
      expect(() => checked.cast(p, int32)).toThrow(`cast: p is ${p}, want a pointer`);
    expect(() => checked.cast("64" as never, int32)).toThrow(TypeError);
    expect(() => checked.cast(64, {} as never)).toThrow("cast: type is an object (Object), want");
  });
});
