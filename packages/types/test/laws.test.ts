/** The laws that every descriptor keeps, on generated types and values. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  any,
  array,
  bool,
  chan,
  complex128,
  complex64,
  copyValue,
  field,
  float32,
  float64,
  int,
  int16,
  int32,
  int64,
  int8,
  ptr,
  slice,
  string,
  struct,
  toInterface,
  uint,
  uint16,
  uint32,
  uint64,
  uint8,
  uintptr,
  unsafePointer,
  type Type,
} from "../src/index.ts";
import { makeSpace } from "./space.ts";

interface Sample {
  readonly type: Type;
  readonly value: fc.Arbitrary<unknown>;
}

const runs = Number(process.env["GORT_FUZZ"] ?? 300);
const seed =
  process.env["GORT_SEED"] === undefined ? {} : { seed: Number(process.env["GORT_SEED"]) };

const f64 = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(0, -0, NaN, Infinity, -Infinity));
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string(),
  fc.constantFrom("\ud800", "\ufffd", "a\udc00b"),
);
const complexOf = fc.record({ re: f64, im: f64 });
const chans = [{}, {}, {}];

const scalars: Sample[] = [
  { type: bool, value: fc.boolean() },
  { type: int, value: fc.integer() },
  { type: int8, value: fc.integer({ min: -128, max: 127 }) },
  { type: int16, value: fc.integer({ min: -32768, max: 32767 }) },
  { type: int32, value: fc.integer() },
  { type: int64, value: fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }) },
  { type: uint, value: fc.nat(0xffffffff) },
  { type: uint8, value: fc.nat(255) },
  { type: uint16, value: fc.nat(65535) },
  { type: uint32, value: fc.nat(0xffffffff) },
  { type: uint64, value: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }) },
  { type: uintptr, value: fc.nat(0xffffffff) },
  { type: float32, value: f64 },
  { type: float64, value: f64 },
  { type: complex64, value: complexOf },
  { type: complex128, value: complexOf },
  { type: string, value: text },
  { type: ptr(int), value: fc.nat(1 << 20) },
  { type: unsafePointer, value: fc.nat(1 << 20) },
  { type: chan(int), value: fc.constantFrom(null, ...chans) },
  {
    type: any,
    value: fc.oneof(
      fc.constantFrom(null, undefined, true, ...chans),
      f64,
      text,
      fc.bigInt(),
      fc.integer({ min: -128, max: 127 }).map((n) => toInterface(int8, n)),
      fc.nat(3).map((n) => toInterface(array(int, 2), [n, 1])),
    ),
  },
];

const samples: fc.Arbitrary<Sample> = fc.letrec<{ t: Sample }>((tie) => ({
  t: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(...scalars),
    fc.tuple(tie("t"), fc.nat(3)).map(([e, n]): Sample => ({
      type: array(e.type, n),
      value: fc.array(e.value, { minLength: n, maxLength: n }),
    })),
    fc.array(tie("t"), { maxLength: 4 }).map((parts): Sample => ({
      type: struct(Object.fromEntries(parts.map((s, i) => [`f${i}`, s.type]))),
      value: fc.record(Object.fromEntries(parts.map((s, i) => [`f${i}`, s.value]))),
    })),
  ),
})).t;

const withValues = samples.chain((s) =>
  fc.tuple(fc.constant(s.type), s.value, s.value).map(([type, a, b]) => ({ type, a, b })),
);

const check = (name: string, law: (c: { type: Type; a: unknown; b: unknown }) => void): void => {
  it(name, () => {
    fc.assert(
      fc.property(withValues, (c) => law(c)),
      { numRuns: runs, ...seed },
    );
  });
};

describe("every descriptor", () => {
  check("comes back from memory equal to what was stored (a NaN is never equal)", ({ type, a }) => {
    const s = makeSpace();
    const p = s.alloc(type);
    type.store(s, p, a);
    const back = type.load(s, p);
    expect(type.equalValues(a, back)).toBe(type.equalValues(a, a));
    expect(type.equal(s, p, p)).toBe(type.equalValues(a, a));
  });

  check("compares in memory as on the JavaScript side", ({ type, a, b }) => {
    const s = makeSpace();
    const [p, q] = [s.alloc(type), s.alloc(type)];
    type.store(s, p, a);
    type.store(s, q, b);
    expect(type.equal(s, p, q)).toBe(type.equalValues(a, b));
    type.store(s, q, a);
    expect(type.equal(s, p, q)).toBe(type.equalValues(a, a));
  });

  check("hashes in memory as on the JavaScript side, and equal values alike", ({ type, a, b }) => {
    const s = makeSpace();
    const [p, q] = [s.alloc(type), s.alloc(type)];
    type.store(s, p, a);
    type.store(s, q, b);
    if (type.equalValues(a, a)) {
      expect(type.hash(s, p, 42)).toBe(type.hashValue(a, 42));
      expect(type.hash(s, p, 42)).toBe(type.hash(s, p, 42) | 0);
    } else expect(type.hash(s, p, 42)).not.toBe(type.hash(s, p, 42));
    if (type.equalValues(a, b)) expect(type.hashValue(a, 7)).toBe(type.hashValue(b, 7));
  });

  check("starts as its zero value in zeroed memory", ({ type }) => {
    const s = makeSpace();
    const p = s.alloc(type);
    expect(type.equalValues(type.load(s, p), type.zero())).toBe(true);
  });

  check("has pointers only where its mask says so", ({ type, a }) => {
    const s = makeSpace();
    const p = s.alloc(type);
    s.writes.length = 0;
    type.store(s, p, a);
    for (const [slot] of s.writes) {
      if (slot < p || slot >= p + type.size) continue; // inside an object that the store made
      const word = (slot - p) / 4;
      expect(slot - p).toBeLessThan(type.ptrdata);
      expect((type.ptrMask[word >>> 5]! >>> (word & 31)) & 1).toBe(1);
    }
    expect(type.ptrdata % 4).toBe(0);
    expect(type.ptrdata).toBeLessThanOrEqual(type.size);
    expect(type.size % type.align).toBe(0);
    expect([1, 2, 4, 8]).toContain(type.align);
    const bits = [...type.ptrMask].reduce(
      (n, w) => n + w.toString(2).replaceAll("0", "").length,
      0,
    );
    if (type.ptrdata === 0) expect(bits).toBe(0);
    else {
      const last = type.ptrdata / 4 - 1;
      expect((type.ptrMask[last >>> 5]! >>> (last & 31)) & 1).toBe(1);
    }
  });

  check("writes every byte of its value and none outside", ({ type, a }) => {
    const s = makeSpace();
    const whole = struct({ before: array(uint8, 8), v: type, after: array(uint8, 8) });
    const p = s.alloc(whole);
    const v = p + whole.field("v")!.offset;
    const end = p + whole.field("after")!.offset;
    s.memory.u8.fill(0xaa, p, p + whole.size);
    type.store(s, v, a);
    for (let i = p; i < v; i++) expect(s.memory.u8[i]).toBe(0xaa);
    for (let i = end; i < end + 8; i++) expect(s.memory.u8[i]).toBe(0xaa);
    // Stored over zeroes, the bytes are the same: padding has been written too.
    const first = s.memory.u8.slice(v, v + type.size);
    if (type.ptrdata === 0) {
      s.memory.u8.fill(0, v, v + type.size);
      type.store(s, v, a);
      expect(s.memory.u8.slice(v, v + type.size)).toEqual(first);
    }
  });

  check("copies values so that parts are not shared", ({ type, a }) => {
    const copy = copyValue(type, a);
    expect(type.equalValues(copy, a)).toBe(type.equalValues(a, a));
    if (type.kind === "struct" || type.kind === "array") expect(copy).not.toBe(a);
  });
});

describe("a struct", () => {
  it("leaves blank fields alone and zeroes them as padding", () => {
    const t = struct({ a: int8, _: int8, b: int32, s: slice(int) });
    expect(t.size).toBe(20);
    expect(Object.keys(t.zero())).toEqual(["a", "b", "s"]);
    const spaced = struct({ a: int8, _: field(int8) });
    const s = makeSpace();
    const p = s.alloc(spaced);
    s.memory.u8.fill(0xaa, p, p + 2);
    spaced.store(s, p, { a: 1 });
    expect([...s.memory.u8.slice(p, p + 2)]).toEqual([1, 0]);
  });
});
