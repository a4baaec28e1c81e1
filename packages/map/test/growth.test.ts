/** How tables grow: in steps that no write feels, and as Go's do where they are large. */
import { readFileSync } from "node:fs";
import { int32, string } from "@gort/types";
import { describe, expect, test } from "vitest";
import { mix } from "../src/hash.ts";
import { countOverflow, tooManyOverflow } from "../src/rules.ts";
import { type GoMap, makeMap } from "../src/index.ts";
import { makers, smallHeap } from "./support.ts";

const facts = JSON.parse(
  readFileSync(new URL("../../../apps/oracle/data/maptable.json", import.meta.url), "utf8"),
) as {
  buckets_by_insert: [at: number, buckets: number][];
  shrink: { buckets_full: number; buckets_after_delete_all: number; len_after: number };
  shrink_reinsert_buckets: number;
};

describe.each(makers)("a map %s", (_, make) => {
  test("moves one or two old buckets with each write while it grows, to twice the size or to the same", () => {
    const m = make({ float: false });
    // `stats()` walks all buckets.
    const state = m as unknown as { B: number; oldB: number; nevacuate: number };
    const moved = { twice: new Set<number>(), same: new Set<number>() };
    const write = (f: () => unknown): void => {
      const { B, oldB, nevacuate } = state;
      f();
      if (oldB < 0) return;
      moved[oldB === B ? "same" : "twice"].add(
        (state.oldB < 0 ? 2 ** oldB : state.nevacuate) - nevacuate,
      );
    };
    let n = 0;
    while (n < 400) write(() => m.set(n, n++));
    // Fresh keys in the place of old ones leave overflow buckets behind, until the table is made anew at its size.
    for (let left = 40_000; left > 0; left--) {
      write(() => m.delete(n - 400));
      write(() => m.set(n, n++));
      if (moved.same.size > 0 && left > 50) left = 50;
    }
    for (const steps of Object.values(moved)) {
      expect(Math.max(...steps)).toBe(2);
      expect(Math.min(...steps)).toBeGreaterThanOrEqual(1);
    }
  });
});

describe.each(makers)("a map %s", (_, make) => {
  test("takes another seed when its last entry is deleted or it is cleared, and keeps it otherwise", () => {
    const m = make({ float: false });
    const seeds = new Set<number>();
    const seed = (): number => (m as unknown as { hash0: number }).hash0;
    for (let i = 0; i < 10; i++) {
      m.set(1, 1).set(2, 2);
      const before = seed();
      seeds.add(before);
      m.delete(1);
      m.delete(3);
      expect(seed()).toBe(before);
      if (i % 2 === 0) m.delete(2);
      else m.clear();
      expect(m.len).toBe(0);
    }
    expect(seeds.size).toBeGreaterThan(8);
  });
});

describe("the estimate of overflow buckets", () => {
  test("is exact up to 2^15 buckets, and counts one of two, four, eight … beyond", () => {
    for (const B of [0, 4, 15]) expect(countOverflow(7, B, 1)).toBe(8);
    for (const B of [16, 17, 20]) {
      // Numbers of buckets, and addresses of buckets of several sizes.
      for (const step of [1, 76, 144, 272]) {
        let n = 0;
        const calls = 64 * 2 ** (B - 15) * 20;
        for (let i = 1; i <= calls; i++) n = countOverflow(n, B, mix(2 ** 20 + i * step));
        expect(n).toBeGreaterThan(1280 * 0.85);
        expect(n).toBeLessThan(1280 * 1.15);
      }
    }
  });

  test("is too much at as many as there are buckets, or 2^15", () => {
    for (const B of [0, 4, 14, 15, 16, 20, 25]) {
      const most = 2 ** Math.min(B, 15);
      expect([tooManyOverflow(most - 1, B), tooManyOverflow(most, B)]).toEqual([false, true]);
    }
  });
});

describe.each<[string, () => GoMap<any, any, any>, (n: number) => unknown]>([
  ["on values", () => makeMap<number, number>({ zero: () => 0 }), (n) => n],
  ["of strings", () => makeMap(string, int32), (n) => `k${n}`],
  ["in a heap", () => makeMap(int32, int32, { heap: smallHeap() }), (n) => n],
])("a large map %s", (_, make, key) => {
  test("has Go's number of buckets at every size, keeps them when emptied, and when it is filled again", () => {
    const m = make();
    let n = 0;
    for (const [at, buckets] of facts.buckets_by_insert) {
      while (n < at - 1) m.set(key(++n), n);
      if (at > 0) {
        expect(m.stats().buckets, `${at - 1} entries`).toBeLessThan(buckets);
        m.set(key(++n), n);
      }
      expect(m.stats().buckets, `${at} entries`).toBe(buckets);
    }
    expect(m.stats().buckets).toBe(facts.shrink.buckets_full);
    for (let i = 1; i <= n; i++) m.delete(key(i));
    expect(m.stats().buckets).toBe(facts.shrink.buckets_after_delete_all);
    expect(m.len).toBe(facts.shrink.len_after);
    for (let i = 1; i <= 50_000; i++) m.set(key(i), i);
    expect(m.stats().buckets).toBe(facts.shrink_reinsert_buckets);
  });
});
