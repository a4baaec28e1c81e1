/** Quality of the hashes: avalanche, uniform buckets, keys that are meant to collide. */
import { describe, expect, test } from "vitest";
import { hashBigint, hashInt, hashNumber, hashString, mix } from "../src/hash.ts";
import { makeMap, randomSource } from "../src/index.ts";

const hashers: [string, (bits: number, seed: number) => number][] = [
  ["int32", (x, seed) => hashInt(x, seed)],
  ["float64", (x, seed) => hashNumber(x + 0.5, seed)],
  ["string", (x, seed) => hashString(`${(x >>> 0).toString(36)}!`, seed)],
  ["bigint", (x, seed) => hashBigint(BigInt(x) << 20n, seed)],
];

describe.each(hashers)("%s", (_, hash) => {
  const random = randomSource(5);

  test("flipping a bit of the input flips half of the output bits", () => {
    let flipped = 0;
    const n = 3000;
    for (let i = 0; i < n; i++) {
      const x = random() | 0;
      const seed = random() | 0;
      let d = hash(x, seed) ^ hash(x ^ (1 << (i & 31)), seed);
      for (; d !== 0; d &= d - 1) flipped++;
    }
    expect(flipped / n).toBeGreaterThan(15);
    expect(flipped / n).toBeLessThan(17);
  });

  test("a change of seed gives an unrelated hash", () => {
    let same = 0;
    for (let i = 0; i < 5000; i++) if (((hash(i, 1) ^ hash(i, 2)) & 0xff) === 0) same++;
    expect(same).toBeLessThan(60);
  });

  test("consecutive, strided and random inputs fill buckets evenly", () => {
    for (const next of [(i: number) => i, (i: number) => i << 12, () => random() | 0]) {
      const buckets = new Int32Array(1024);
      for (let i = 0; i < 65536; i++) buckets[hash(next(i), 99) & 1023]!++;
      // Chi-squared with 1023 degrees of freedom: mean 1023, deviation 45.
      const chi = buckets.reduce((sum, n) => sum + (n - 64) ** 2 / 64, 0);
      expect(chi).toBeLessThan(1023 + 6 * 45);
    }
  });
});

test("values that are === hash alike", () => {
  expect(hashNumber(-0, 7)).toBe(hashNumber(0, 7));
  expect(hashNumber(3, 7)).toBe(hashInt(3, 7));
  expect(hashString("a" + "bc", 7)).toBe(hashString("abc", 7));
  expect(hashBigint(-(2n ** 70n), 7)).toBe(hashBigint(-(2n ** 70n), 7));
  expect(hashBigint(5n, 7)).not.toBe(hashBigint(-5n, 7));
});

test("keys chosen to collide under one seed do not collide under another", () => {
  const bad: number[] = [];
  for (let i = 0; bad.length < 200; i++) if ((hashInt(i, 1) & 0xff) === 0) bad.push(i);
  const spread = new Set(bad.map((k) => hashInt(k, 2) & 0xff));
  expect(spread.size).toBeGreaterThan(100);
});

test("string pairs that differ in the top bits of their units collide under no fixed pattern", () => {
  let collisions = 0;
  const random = randomSource(3);
  for (let i = 0; i < 20_000; i++) {
    const seed = random() | 0;
    const a = String.fromCharCode(65, 66, 67, 68);
    const b = String.fromCharCode(65, 66 | 0x8000, 67 | (random() & 0xffff), 68);
    if (a !== b && hashString(a, seed) === hashString(b, seed)) collisions++;
  }
  expect(collisions).toBeLessThan(3);
});

test("an attack on a known seed fails against a map, whose seed is its own", () => {
  const bad: number[] = [];
  for (let i = 0; bad.length < 500; i++) if ((mix(i) & 0x3ff) === 0) bad.push(i);
  const m = makeMap<number, number>();
  for (const k of bad) m.set(k, k);
  expect(Math.max(...m.dump().buckets.map((c) => c.length))).toBeLessThanOrEqual(4);
});

test("object keys: found by identity, also frozen ones, functions and symbols", () => {
  const m = makeMap<unknown, number>();
  const keys = [
    Object.freeze({}),
    () => 1,
    Symbol("x"),
    Symbol("x"),
    Symbol.for("x"),
    [],
    null,
    undefined,
  ];
  keys.forEach((k, i) => m.set(k, i));
  keys.forEach((k, i) => expect(m.get(k)).toBe(i));
  expect(m.has({})).toBe(false);
  expect(m.len).toBe(keys.length);
});
