/** The fast paths for keys of one word where they are hardest: long chains, growth, the edges of the types. */
import { float64, int32, type Type, uint32 } from "@gort/types";
import { describe, expect, test } from "vitest";
import { checkMap, type GoMap, makeMap, mapAt } from "../src/index.ts";
import { hashInt } from "../src/hash.ts";
import { createFailingHeap } from "./failing.ts";
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

test("two maps of one header: each notices what the other has done", () => {
  for (let round = 0; round < rounds(6); round++) {
    const pick = picker(seed + round);
    const heap = smallHeap();
    const first = makeMap(int32, float64, { heap });
    const views = [first, mapAt(heap, first.ptr, int32, float64)];
    const model = new Map<number, number>();
    for (let i = 0; i < 1500; i++) {
      const m = views[pick(2)]!;
      const k = pick(400);
      const what = `seed ${seed + round}, step ${i}`;
      const op = pick(300);
      if (op === 0) {
        m.clear();
        model.clear();
      } else if (op === 1) {
        m.compact();
      } else if (op < 200) {
        m.set(k, i);
        model.set(k, i);
      } else {
        expect(m.delete(k), what).toBe(model.delete(k));
      }
      for (const view of views) {
        expect(view.len, what).toBe(model.size);
        expect(view.get(k), what).toBe(model.get(k) ?? 0);
        expect(view.has(k + 1), what).toBe(model.has(k + 1));
      }
      if (i % 50 === 0) checkMap(m);
    }
  }
});

test("a table of many segments takes over those of the old one, emptied, whatever the collector does meanwhile", () => {
  const heap = smallHeap();
  const m = makeMap(int32, float64, { heap });
  const n = 120_000;
  const before = heap.stats().totalAlloc;
  let checks = 0;
  for (let i = 0; i < n; i++) {
    m.set(i, i + 0.5);
    if (i % 997 === 0) heap.safepoint();
    // In the middle of a growth, with segments of both tables in use.
    if (i > 13 * 1024 && i % 499 === 0 && m.stats().growing) {
      heap.collect();
      expect(m.get(i >> 1)).toBe((i >> 1) + 0.5);
      if (checks++ < 4) checkMap(m);
    }
  }
  expect(checks).toBeGreaterThan(4);
  checkMap(m);
  const { bytes } = m.stats();
  // Without that, as much again as the table that is there now.
  expect(heap.stats().totalAlloc - before).toBeLessThan(1.6 * bytes);
  for (let i = 0; i < n; i++) if (m.get(i) !== i + 0.5) throw new Error(`entry ${i} is lost`);
});

test("deleting and ranging in the middle of a growth, in chains that have moved and in chains that have not", () => {
  const m = makeMap(int32, float64, { heap: smallHeap() });
  const n = 13 * 1024 + 200;
  for (let i = 0; i < n; i++) m.set(i, i);
  expect(m.stats().growing).toBe(true);
  let left = n;
  for (const [k] of m) {
    if (k % 3 === 0) {
      expect(m.delete(k)).toBe(true);
      expect(m.has(k)).toBe(false);
      left--;
    }
  }
  expect(m.len).toBe(left);
  checkMap(m);
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

test("the room for both chains of a pair is there before the first entry of them moves", () => {
  // Keys of bucket 1 that stay in its lower half, and one for each of the others.
  const keys: number[] = [];
  for (let k = 0; keys.length < 40; k++) if ((hashInt(k, HASH_SEED) & 63) === 1) keys.push(k);
  for (let k = 0; keys.length < 60; k++) if ((hashInt(k, HASH_SEED) & 7) > 1) keys.push(k);
  const failing = createFailingHeap();
  const m = makeMap(int32, float64, { heap: failing.heap, random: () => HASH_SEED });
  const model = new Map<number, number>();
  let failures = 0;
  for (const k of keys) {
    for (let after = 0; ; after++) {
      failing.failAfter(after);
      try {
        m.set(k, k + 0.5);
        break;
      } catch (e) {
        expect((e as Error).message).toContain("no memory");
        failures++;
        failing.failAfter(Infinity);
        checkMap(m);
        for (const [key, value] of model) expect(m.get(key)).toBe(value);
        expect(m.len).toBe(model.size);
      }
    }
    failing.failAfter(Infinity);
    model.set(k, k + 0.5);
    checkMap(m);
  }
  expect(failures).toBeGreaterThan(3);
  expect(new Map(m)).toEqual(model);
});
