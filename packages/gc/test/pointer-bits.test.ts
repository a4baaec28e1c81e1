import { array, float64, int32, ptr, struct, type Type } from "@gort/types";
import fc from "fast-check";
import { expect, it } from "vitest";
import { orBits, setPointerBits, setRunBits } from "../src/pointer-bits.ts";

const seed = Number(process.env["GORT_SEED"] ?? 9);
const MAP = 512;
const P = ptr(int32);
const types: Type[] = [
  P,
  int32,
  struct({ a: P, b: P }),
  struct({ a: int32, b: P, c: int32 }),
  struct({ a: P, b: float64, c: P, d: int32 }),
  array(P, 33),
  array(struct({ a: int32, b: P }), 50),
  struct({ head: array(int32, 31), p: P, tail: array(int32, 4), q: P }),
];

/** The words of the map that the definition asks for: bit by bit. */
function expected(p: number, step: number, type: Type, count: number): Int32Array {
  const i32 = new Int32Array(2 * MAP);
  for (let i = 0; i < count; i++) {
    for (let w = 0; w * 4 < type.ptrdata; w++) {
      if (((type.ptrMask[w >>> 5]! >>> (w & 31)) & 1) === 0) continue;
      const word = (p + i * step) / 4 + w;
      i32[MAP + (word >>> 5)]! |= 1 << (word & 31);
    }
  }
  return i32;
}

/** Far faster than `toEqual` on typed arrays. */
const same = (a: Int32Array, b: Int32Array): void => expect(a.join()).toBe(b.join());

const place = fc.record({ type: fc.constantFrom(...types), at: fc.nat(2000), count: fc.nat(70) });

it("sets exactly the bits of the type's pointers, for any number of values at any address", () => {
  fc.assert(
    fc.property(place, ({ type, at, count }) => {
      const i32 = new Int32Array(2 * MAP);
      setPointerBits(i32, MAP, at * 8, type, count);
      same(i32, expected(at * 8, type.size, type, count));
    }),
    { seed, numRuns: 300 },
  );
});

it("does so for a run of objects that lie further apart than their size", () => {
  fc.assert(
    fc.property(place, fc.nat(3), ({ type, at, count }, extra) => {
      const step = Math.ceil(type.size / 8) * 8 + extra * 8;
      const i32 = new Int32Array(2 * MAP);
      const n = count + 1;
      setRunBits(i32, MAP, at * 8, at * 8 + n * step, step, type);
      same(i32, expected(at * 8, step, type, n));
    }),
    { seed, numRuns: 300 },
  );
});

it("ORs 32 bits across two words of the map and leaves the others alone", () => {
  fc.assert(
    fc.property(fc.nat(500), fc.integer(), fc.integer(), (word, mask, before) => {
      const i32 = new Int32Array(2 * MAP).fill(before, MAP);
      const want = i32.slice();
      for (let b = 0; b < 32; b++) {
        if ((mask >>> b) & 1) want[MAP + ((word + b) >>> 5)]! |= 1 << ((word + b) & 31);
      }
      orBits(i32, MAP, word, mask);
      same(i32, want);
    }),
    { seed },
  );
});
