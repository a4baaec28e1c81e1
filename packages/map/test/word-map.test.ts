/** The fast paths for keys of one word where they are hardest: long chains, growth, the edges of the types. */
import { float64, int32, type Type, uint32 } from "@gort/types";
import { describe, expect, test } from "vitest";
import { checkMap, type GoMap, makeMap } from "../src/index.ts";
import { hashInt } from "../src/hash.ts";
import { picker, rounds, seed, smallHeap } from "./support.ts";

const HASH_SEED = 12345;

/** Keys that lie in bucket 0 of any table up to 256 buckets, under the seed above. */
const colliding: number[] = [];
for (let k = 0; colliding.length < 60; k++) {
  if ((hashInt(k, HASH_SEED) & 255) === 0) colliding.push(k);
}

describe.each([
  ["int32", "float64", int32, float64],
  ["int32", "int32", int32, int32],
  ["uint32", "uint32", uint32, uint32],
] as [string, string, Type<number>, Type<number>][])("map[%s]%s", (_k, _v, key, value) => {
  const make = (): GoMap<number, number> =>
    makeMap(key, value, { heap: smallHeap(), random: () => HASH_SEED });

  test("deleting from long chains in any order keeps every bucket in order", () => {
    for (let round = 0; round < rounds(4); round++) {
      const pick = picker(seed + round);
      const m = make();
      const model = new Map<number, number>();
      for (let i = 0; i < 400; i++) {
        const k = colliding[pick(colliding.length)]!;
        // Fills up, then empties, again and again.
        if (pick(10) < (i % 200 < 100 ? 8 : 2)) {
          m.set(k, i);
          model.set(k, i);
        } else {
          expect(m.delete(k), `seed ${seed + round}, step ${i}`).toBe(model.delete(k));
        }
        expect(m.len).toBe(model.size);
        checkMap(m);
      }
      for (const k of colliding) expect(m.get(k)).toBe(model.get(k) ?? 0);
    }
  });

  test("from the back, from the front, from the middle: an emptied chain is all EMPTY_REST", () => {
    for (const order of [
      colliding,
      [...colliding].reverse(),
      [...colliding.slice(20), ...colliding.slice(0, 20)],
    ]) {
      const m = make();
      m.set(1, 1); // Keeps the map from emptying, which would change the seed.
      for (const k of colliding) m.set(k, k);
      for (const k of order) {
        expect(m.delete(k)).toBe(true);
        checkMap(m);
      }
      expect(m.len).toBe(1);
      const tops = m.dump().buckets.flatMap((chain) => chain.flatMap((b) => b.tops));
      expect(tops.filter((t) => t !== 0).length).toBe(1);
    }
  });

  test("every step while growing finds what was there", () => {
    const m = make();
    for (let i = 0; i < 3000; i++) {
      m.set(i * 7, i);
      expect(m.get((i >> 1) * 7)).toBe(i >> 1);
      expect(m.has(i * 7 + 1)).toBe(false);
      if (m.stats().growing) {
        expect(m.delete(i * 7)).toBe(true);
        m.set(i * 7, i);
        checkMap(m);
      }
    }
    expect(m.len).toBe(3000);
  });
});

test("the edges of the key types: found, told apart, refused by name", () => {
  const heap = smallHeap();
  const signed = makeMap(int32, float64, { heap });
  for (const k of [0, -0, -1, 2 ** 31 - 1, -(2 ** 31)]) signed.set(k, k - 0.5);
  expect(signed.len).toBe(4);
  expect(signed.get(-(2 ** 31))).toBe(-(2 ** 31) - 0.5);
  expect(() => signed.get(2 ** 31)).toThrow("map key");
  const unsigned = makeMap(uint32, uint32, { heap });
  for (const k of [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]) unsigned.set(k, k);
  for (const k of [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]) expect(unsigned.get(k)).toBe(k);
  expect(() => unsigned.set(-1, 0)).toThrow("map key");
  expect(() => unsigned.has(2 ** 32)).toThrow("map key");
  expect([...unsigned.keys()].sort((a, b) => a - b)).toEqual([
    0,
    1,
    2 ** 31 - 1,
    2 ** 31,
    2 ** 32 - 1,
  ]);
  checkMap(signed);
  checkMap(unsigned);
});
