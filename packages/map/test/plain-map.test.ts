/** Maps on JavaScript values whose keys are kept as they are: the everyday paths beside the general ones. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { checkMap, makeMap } from "../src/index.ts";
import { rounds, seed } from "./support.ts";

const object = { a: 1 };
const keys = fc.oneof(
  fc.integer({ min: -40, max: 40 }),
  fc.integer({ min: 0, max: 60 }).map((i) => `k${i}`),
  fc.constantFrom<unknown>(0, -0, 0.5, 2 ** 31, -(2 ** 31), "", true, null, undefined, 7n, object),
);
const values = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.string(),
  fc.constantFrom(undefined, null, object),
);
const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), keys, values), { maxLength: 300 });

test("keys and values of every kind, mixed: as in native Map, also while the map grows and empties", () => {
  fc.assert(
    fc.property(steps, (program) => {
      const m = makeMap<unknown, unknown>();
      const twin = new Map<unknown, unknown>();
      for (const [what, key, value] of program) {
        if (what === 0) expect(m.delete(key)).toBe(twin.delete(key));
        else if (what === 1) expect(m.get(key)).toBe(twin.get(key));
        else {
          m.set(key, value);
          twin.set(key, value);
        }
        expect(m.len).toBe(twin.size);
      }
      checkMap(m);
      for (const [key, value] of twin) expect(m.getOk(key)).toEqual([value, true]);
      for (const key of twin.keys()) expect(m.delete(key)).toBe(true);
      expect(m.len).toBe(0);
      checkMap(m);
    }),
    { seed, numRuns: rounds(150) },
  );
});

test("a key that is deleted from a full chain leaves the others where lookups find them", () => {
  // One seed, so that the chains are always the same.
  const m = makeMap<string, unknown>({ random: () => 0x1234567 });
  const value = (i: number): unknown => (i % 3 === 0 ? `v${i}` : i);
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 1000; i++) m.set(`k${i}`, value(i));
    expect(m.dump().buckets.some((chain) => chain.length > 1)).toBe(true);
    for (let i = 0; i < 1000; i++) {
      expect(m.delete(`k${(i * 7) % 1000}`)).toBe(true);
      expect(m.has(`k${(i * 7) % 1000}`)).toBe(false);
      if (i % 50 === 0) checkMap(m);
      const left = ((i + 1) * 7) % 1000;
      if (i < 999) expect(m.get(`k${left}`)).toBe(value(left));
    }
    expect(m.len).toBe(0);
  }
});

test("a deleted entry keeps no reference to its key and value", () => {
  const m = makeMap<string, object | number>();
  for (let i = 0; i < 100; i++) m.set(`k${i}`, i % 2 === 0 ? i : { i });
  for (let i = 0; i < 100; i += 3) m.delete(`k${i}`);
  for (const chain of m.dump().buckets) {
    for (const b of chain) b.tops.forEach((top, s) => expect(top >= 5 || b.clean[s]).toBe(true));
  }
});

test("update, whose function reads, changes or empties the map, sets what the function gives", () => {
  for (const key of ["k", 7, 0.5, object, NaN] as const) {
    const m = makeMap<unknown, unknown>({ zero: () => 0 });
    const add = (n: unknown): unknown => (n as number) + 1;
    expect(m.update(key, add)).toBe(1);
    expect(m.update(key, add)).toBe(key !== key ? 1 : 2);
    m.update(key, (n) => {
      m.clear();
      return n;
    });
    expect(m.len).toBe(1);
    m.update(key, (n) => {
      for (let i = 0; i < 100; i++) m.set(`n${i}`, i);
      m.delete(key);
      return [n];
    });
    expect(m.get(key)).toEqual(key !== key ? 0 : [2]);
    expect(m.len).toBe(key !== key ? 102 : 101);
    expect(() => m.update(key, 1 as never)).toThrow("change");
    expect(() =>
      m.update(key, () => {
        throw new Error("mine");
      }),
    ).toThrow("mine");
    checkMap(m);
  }
});
