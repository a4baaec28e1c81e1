/** Accessors: the generated and the closure form against the descriptor's own load and store. */
import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import {
  accessor,
  any,
  array,
  bool,
  complex128,
  complex64,
  float32,
  float64,
  int,
  int16,
  int32,
  int64,
  int8,
  named,
  ptr,
  slice,
  string,
  struct,
  uint,
  uint16,
  uint32,
  uint64,
  uint8,
  uintptr,
} from "../src/index.ts";
import { makeSpace } from "./space.ts";

const All = struct({
  a: bool,
  b: int8,
  c: uint8,
  d: int16,
  e: uint16,
  f: int32,
  g: uint32,
  h: int,
  i: uint,
  j: uintptr,
  k: float32,
  l: float64,
  m: int64,
  n: uint64,
  o: string,
  p: ptr(int),
  q: any,
  r: array(uint8, 3),
  s: struct({ x: int16, y: struct({ z: float64 }) }),
});

const bigs = (min: bigint, max: bigint) => fc.bigInt({ min, max });
const record = fc.record({
  a: fc.boolean(),
  b: fc.integer({ min: -128, max: 127 }),
  c: fc.nat(255),
  d: fc.integer({ min: -32768, max: 32767 }),
  e: fc.nat(65535),
  f: fc.integer(),
  g: fc.nat(0xffffffff),
  h: fc.integer(),
  i: fc.nat(0xffffffff),
  j: fc.nat(0xffffffff),
  k: fc.float(),
  l: fc.double(),
  m: bigs(-(1n << 63n), (1n << 63n) - 1n),
  n: bigs(0n, (1n << 64n) - 1n),
  o: fc.string(),
  p: fc.nat(1 << 20),
  q: fc.oneof(fc.constant(null), fc.integer(), fc.string()),
  r: fc.array(fc.nat(255), { minLength: 3, maxLength: 3 }),
  s: fc.record({ x: fc.integer({ min: -32768, max: 32767 }), y: fc.record({ z: fc.double() }) }),
});

describe.each([
  ["generated", true],
  ["closures", false],
])("an accessor (%s)", (_name, codegen) => {
  const At = accessor(All, { codegen });

  it("reads what store wrote, field by field", () => {
    fc.assert(
      fc.property(record, (v) => {
        const s = makeSpace(4096);
        const p = s.alloc(All);
        All.store(s, p, v);
        const at = new At(s, p);
        const back = All.load(s, p);
        for (const key of [
          "a",
          "b",
          "c",
          "d",
          "e",
          "f",
          "g",
          "h",
          "i",
          "j",
          "k",
          "l",
          "m",
          "n",
          "o",
          "p",
          "q",
          "r",
        ] as const) {
          expect(at[key]).toEqual(back[key]);
        }
        expect([at.s.x, at.s.y.z]).toEqual([back.s.x, back.s.y.z]);
        expect(at.$load()).toEqual(back);
      }),
      { numRuns: 60 },
    );
  });

  it("writes what load reads, field by field", () => {
    fc.assert(
      fc.property(record, (v) => {
        const s = makeSpace(4096);
        const [p, q] = [s.alloc(All), s.alloc(All)];
        const at = new At(s, p);
        for (const key of Object.keys(v) as (keyof typeof v)[])
          (at as unknown as Record<string, unknown>)[key] = v[key];
        All.store(s, q, v);
        expect(All.load(s, p)).toEqual(All.load(s, q));
      }),
      { numRuns: 60 },
    );
  });

  it("refuses what a field cannot hold, naming field and value, and leaves it as it was", () => {
    const s = makeSpace();
    const at = new At(s, s.alloc(All)) as unknown as Record<string, unknown>;
    const bad: [string, unknown][] = [
      ["a", 1],
      ["b", 128],
      ["c", -1],
      ["d", 1.5],
      ["e", "1"],
      ["f", 2 ** 31],
      ["g", -1],
      ["h", NaN],
      ["i", 2 ** 32],
      ["j", null],
      ["k", "x"],
      ["l", undefined],
      ["m", 1],
      ["n", -1n],
      ["o", 5],
      ["p", -8],
      ["r", [1, 2]],
      ["s", null],
    ];
    const before = (at as unknown as { $load(): unknown }).$load();
    for (const [key, value] of bad) {
      expect(() => (at[key] = value)).toThrow(new RegExp(`\\.${key}.* is `));
    }
    expect((at as unknown as { $load(): unknown }).$load()).toEqual(before);
  });

  it("refuses what has no bits as a number, in every field and as an address, by name", () => {
    const s = makeSpace();
    const base = s.alloc(All);
    const at = new At(s, base);
    const fields = at as unknown as Record<string, unknown>;
    for (const v of [1n, Symbol("v")] as const) {
      const shown = typeof v === "bigint" ? "1n" : "Symbol(v)";
      for (const key of "bcdefghijklp")
        expect(() => (fields[key] = v), key).toThrow(`.${key}: value is ${shown}, want`);
      expect(() => at.$at(v as never)).toThrow(`: pointer is ${shown}, want a byte offset below`);
      expect(() => at.$step(v as never)).toThrow(`$step: n is ${shown}, want a whole`);
      expect(() => new At(s, v as never)).toThrow(`: pointer is ${shown}`);
    }
    expect(at.$ptr).toBe(base);
    expect(at.$load()).toEqual(All.zero());
  });

  it("moves, steps, and stands on checked pointers only", () => {
    const Pair = struct({ x: int32, y: int32 });
    const s = makeSpace(4096);
    const base = s.alloc(Pair, 3);
    for (let i = 0; i < 3; i++) Pair.store(s, base + 8 * i, { x: i, y: -i });
    const at = new (accessor(Pair, { codegen }))(s, base);
    expect([at.x, at.$step().x, at.$step().y, at.$at(base).x]).toEqual([0, 1, -2, 0]);
    expect(at.$ptr).toBe(base);
    expect(() => at.$at(0)).toThrow("invalid memory address or nil pointer dereference");
    expect(() => at.$at(base + 2)).toThrow(/pointer is \d+, want a multiple of 4/);
    for (const p of [4092, -8, 2 ** 33, NaN, 8.5]) expect(() => at.$at(p)).toThrow(RangeError);
    expect(at.$ptr).toBe(base);
    expect(() => new (accessor(Pair, { codegen }))(s, 0)).toThrow("nil pointer dereference");
  });

  it("writes through the accessor of an inner struct", () => {
    const Rect = struct({ min: struct({ x: int, y: int }), max: struct({ x: int, y: int }) });
    const s = makeSpace();
    const base = s.alloc(Rect, 2);
    const at = new (accessor(Rect, { codegen }))(s, base);
    at.max.x = 5;
    at.min = { x: 1, y: 2 };
    at.$step().min.y = 9;
    expect(Rect.load(s, base)).toEqual({ min: { x: 1, y: 2 }, max: { x: 5, y: 0 } });
    expect(Rect.load(s, base + Rect.size).min.y).toBe(9);
  });

  it("gives arrays as frozen copies, so that no write is lost silently", () => {
    const s = makeSpace();
    const at = new At(s, s.alloc(All));
    expect(() => (at.r[0] = 1)).toThrow(TypeError);
    at.r = [1, 2, 3];
    expect(at.r).toEqual([1, 2, 3]);
  });

  it("writes pointers through the space's barrier", () => {
    const s = makeSpace();
    const p = s.alloc(All);
    const at = new At(s, p);
    s.writes.length = 0;
    at.p = 64;
    expect(s.writes).toEqual([[p + All.field("p")!.offset, 64]]);
  });
});

describe.each([
  ["generated", true],
  ["closures", false],
])("an accessor at the edges (%s)", (_name, codegen) => {
  const P = struct({ x: int, y: int });
  const PAt = accessor(P, { codegen });

  it("stands on the last value of the memory, and not beyond", () => {
    const s = makeSpace(4096);
    const last = 4096 - P.size;
    const at = new PAt(s, last);
    at.y = 7;
    expect(P.load(s, last)).toEqual({ x: 0, y: 7 });
    expect(at.$at(last).y).toBe(7);
    expect(() => at.$at(last + 4)).toThrow(RangeError);
    expect(() => at.$step()).toThrow(RangeError);
    expect(at.$ptr).toBe(last);
  });

  it("steps by whole values", () => {
    const s = makeSpace(4096);
    const at = new PAt(s, s.alloc(P, 4));
    for (const n of [0.5, NaN, Infinity])
      expect(() => at.$step(n)).toThrow(`$step: n is ${n}, want a whole number of values`);
    expect(() => at.$step(1n as never)).toThrow(TypeError);
    expect(at.$step(2).$step(-1).$ptr).toBe(at.$step(0).$ptr);
  });

  it("gives an array frozen as deep as it is a copy", () => {
    const T = struct({
      pts: array(P, 2),
      grid: array(array(int, 1), 1),
      c: array(complex128, 1),
      s: array(slice(int), 1),
      deep: array(struct({ _: P, c: complex64, s: slice(P), a: any, p: array(P, 1) }), 1),
      _: P,
      a: array(any, 1),
    });
    const s = makeSpace(4096);
    const at = new (accessor(T, { codegen }))(s, s.alloc(T));
    expect(() => (at.pts[0]!.x = 7)).toThrow(TypeError);
    expect(() => (at.grid[0]![0] = 7)).toThrow(TypeError);
    expect(() => (at.c[0] = { re: 1, im: 1 })).toThrow(TypeError);
    expect(() => ((at.c[0] as { re: number }).re = 5)).toThrow(TypeError);
    expect(() => ((at.s[0] as { len: number }).len = 1)).toThrow(TypeError);
    const [deep] = at.deep;
    expect(Object.keys(deep!)).toEqual(["c", "s", "a", "p"]);
    for (const part of [deep, deep!.c, deep!.s, deep!.p, deep!.p[0]])
      expect(Object.isFrozen(part)).toBe(true);
    // What `$load` gives is the reader's own.
    expect(Object.isFrozen(at.$load().c)).toBe(false);
    const mine = { x: 1 };
    at.a = [mine];
    expect(at.a[0]).toBe(mine);
    expect(Object.isFrozen(mine)).toBe(false);
  });

  it("names a space that was left out", () => {
    expect(() => new PAt(undefined as never, 8)).toThrow("space is undefined, want a space");
    expect(() => P.load(undefined as never, 8)).toThrow("space is undefined, want a space");
    expect(() => P.store(null as never, 8, { x: 1, y: 1 })).toThrow("space is null, want a space");
    expect(() => int.load({} as never, 8)).toThrow("space is an object (Object), want a space");
  });
});

describe("accessor", () => {
  it("makes one class per descriptor and form", () => {
    expect(accessor(All)).toBe(accessor(All));
    expect(accessor(All, { codegen: false })).toBe(accessor(All, { codegen: false }));
    expect(accessor(All).type).toBe(All);
  });

  it("refuses what is no struct, and names that accessors use themselves", () => {
    expect(() => accessor(int as never)).toThrow("want a struct type");
    expect(() => accessor(struct({ $ptr: int }))).toThrow('field name is "$ptr"');
    expect(() => accessor(struct({ constructor: int }))).toThrow('field name is "constructor"');
  });

  it("takes reserved words and the names of object members as fields", () => {
    const names = [
      "class",
      "static",
      "get",
      "set",
      "async",
      "new",
      "prototype",
      "toString",
      "this",
      "of",
      "é",
    ];
    const T = struct(Object.fromEntries(names.map((n) => [n, int])));
    const s = makeSpace();
    const p = s.alloc(T);
    const value = Object.fromEntries(names.map((n, i) => [n, i + 1]));
    for (let i = 0; i < 300; i++) T.store(s, p, value); // compiled by now
    expect(T.load(s, p)).toEqual(value);
    for (const codegen of [true, false]) {
      const at = new (accessor(T, { codegen }))(s, p);
      expect(names.map((n) => at[n])).toEqual(names.map((_, i) => i + 1));
    }
  });

  it("infers the fields from the descriptor", () => {
    const at = new (accessor(All))(makeSpace(), 64);
    expectTypeOf(at.a).toEqualTypeOf<boolean>();
    expectTypeOf(at.m).toEqualTypeOf<bigint>();
    expectTypeOf(at.s.y.z).toEqualTypeOf<number>();
    expectTypeOf(at.$load().o).toEqualTypeOf<string>();
    const Point = named("main.Point", struct({ x: float64 }));
    const s = makeSpace();
    const p = new (accessor(Point))(s, s.alloc(Point));
    expectTypeOf(p.x).toEqualTypeOf<number>();
    expect(p.$type.name).toBe("main.Point");
  });

  it.each([true, false])("shows its value, not the memory it lies in (codegen: %s)", (codegen) => {
    const Inner = named("main.Inner", struct({ z: int64 }));
    const Point = named("main.Point", struct({ x: float64, in: Inner }));
    const s = makeSpace();
    const p = new (accessor(Point, { codegen }))(s, s.alloc(Point));
    p.x = 1.5;
    expect(inspect(p)).toBe("main.Point { x: 1.5, in: { z: 0n } }");
    expect(inspect({ deep: { at: [p] } })).toBe("{ deep: { at: [ [main.Point] ] } }");
    expect(inspect({ deep: { at: [p] } }, { depth: 1 })).toBe("{ deep: { at: [Array] } }");
    expect(inspect(p.in)).toBe("main.Inner { z: 0n }");
    const Plain = struct({ x: float64, list: array(int32, 2) });
    const q = new (accessor(Plain, { codegen }))(s, s.alloc(Plain));
    expect(JSON.stringify({ q })).toBe('{"q":{"x":0,"list":[0,0]}}');
  });

  it("names a type or a space that was left out", () => {
    expect(() => accessor(undefined as never)).toThrow(
      "accessor: type is undefined, want a type descriptor",
    );
    const P = named("main.P", struct({ x: float64 }));
    for (const use of [
      () => P.load(64 as never, undefined as never),
      () => P.store(64 as never, { x: 1 } as never, undefined as never),
    ])
      expect(use).toThrow("*main.P: space is 64, want a space such as a heap");
  });
});

it("a field that would replace what JSON.stringify asks for is refused", () => {
  expect(() => accessor(struct({ toJSON: int }))).toThrow(
    'accessor: field name is "toJSON", want a name that is no member of accessors',
  );
  expect(() => accessor(struct({ toJSON: int }), { codegen: false })).toThrow("toJSON");
});
