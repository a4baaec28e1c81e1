/** The compiled form of a struct type's operations against the loops. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  any,
  array,
  bool,
  complex128,
  float32,
  float64,
  int,
  int16,
  int64,
  int8,
  ptr,
  string,
  struct,
  uint16,
  uint32,
  uint8,
  uintptr,
  type Type,
} from "../src/index.ts";
import { internalType } from "../src/base.ts";
import { compiledOps, loopOps, type CodeField } from "../src/struct-code.ts";
import { makeSpace } from "./space.ts";

const f64 = fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(0, -0));
const kinds: [Type, fc.Arbitrary<unknown>][] = [
  [bool, fc.boolean()],
  [int, fc.integer()],
  [int8, fc.integer({ min: -128, max: 127 })],
  [uint8, fc.nat(255)],
  [int16, fc.integer({ min: -32768, max: 32767 })],
  [uint16, fc.nat(65535)],
  [uint32, fc.nat(0xffffffff)],
  [uintptr, fc.nat(0xffffffff)],
  [int64, fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n })],
  [float32, f64],
  [float64, f64],
  [complex128, fc.record({ re: f64, im: f64 })],
  [string, fc.string()],
  [ptr(int), fc.nat(1 << 20)],
  [any, fc.oneof(fc.constant(null), fc.string(), fc.integer())],
  [array(uint8, 2), fc.tuple(fc.nat(255), fc.nat(255))],
  [struct({ in: int16 }), fc.record({ in: fc.integer({ min: -32768, max: 32767 }) })],
];

const cases = fc.array(fc.constantFrom(...kinds), { maxLength: 6 }).chain((parts) => {
  const value = fc.record(Object.fromEntries(parts.map(([, v], i) => [`f${i}`, v])));
  return fc.tuple(fc.constant(parts.map(([t]) => t)), value, value);
});

describe("compiled struct operations", () => {
  it("do what the loops do, on every kind of field", () => {
    fc.assert(
      fc.property(cases, fc.integer(), ([types, a, b], seed) => {
        const t = struct(Object.fromEntries(types.map((x, i) => [`f${i}`, x])));
        const fields = t.fields.map((f): CodeField => ({ ...f, type: internalType(f.type) }));
        const [fast, slow] = [compiledOps(fields), loopOps(fields)];
        const s = makeSpace(8192);
        const [p, q] = [s.alloc(t), s.alloc(t)];
        fast.check(a, "t");
        fast.put(s, p, a);
        slow.put(s, q, b);
        expect(fast.get(s, p)).toEqual(slow.get(s, p));
        expect(fast.get(s, q)).toEqual(slow.get(s, q));
        expect(fast.equal(s, p, q)).toBe(slow.equal(s, p, q));
        expect(fast.equal(s, p, p)).toBe(true);
        expect(fast.equalValues(a, b)).toBe(slow.equalValues(a, b));
        expect(fast.hash(s, p, seed)).toBe(slow.hash(s, p, seed));
        expect(fast.hashValue(a, seed)).toBe(slow.hashValue(a, seed));
        expect(fast.hash(s, p, seed)).toBe(fast.hashValue(a, seed));
        expect(fast.copy(a)).toEqual(slow.copy(a));
        expect(fast.zero()).toEqual(slow.zero());
        expect(Object.keys(fast.get(s, p) as object)).toEqual(
          Object.keys(slow.get(s, p) as object),
        );
      }),
      { numRuns: 150 },
    );
  });

  it("take over after some uses without a visible change", () => {
    const T = struct({ a: int8, b: struct({ c: float64 }), d: string });
    const s = makeSpace();
    const p = s.alloc(T);
    for (let i = 0; i < 500; i++) {
      const v = { a: i % 128, b: { c: i / 3 }, d: `s${i % 7}` };
      T.store(s, p, v);
      expect(T.load(s, p)).toEqual(v);
      expect(T.hash(s, p, 1)).toBe(T.hashValue(v, 1));
      expect(() => T.store(s, p, { ...v, d: "changed", a: 200 })).toThrow(
        /\.a: value is 200, want an integer from -128 to 127/,
      );
      expect(T.load(s, p)).toEqual(v);
    }
  });

  it.each(kinds.filter(([t]) => t.kind !== "interface").map(([t]) => [t.name, t] as const))(
    "refuse by name what is no value of a field's type, and write nothing: %s",
    (_, type) => {
      const T = struct({ first: int8, f: type }) as Type<any>;
      const s = makeSpace();
      const p = s.alloc(T);
      const good = T.zero() as object;
      const throws = (): never => {
        throw new Error("not to be asked");
      };
      // Before the compiled form takes over, and with it.
      for (let round = 0; round < 2; round++) {
        for (const bad of [10n ** 30n, Symbol("s"), { valueOf: throws }, () => 1, undefined])
          expect(() => T.store(s, p, { ...good, first: 1, f: bad })).toThrow(/f\b.*: value is /);
        expect(T.load(s, p)).toEqual(good);
        for (let i = 0; i < 500; i++) T.store(s, p, good);
      }
    },
  );
});
