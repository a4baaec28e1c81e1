/**
 * What every implementation of `GoMap` has to do, as plain cases for any test runner.
 *
 * Invariants
 *  1. A case makes its own maps and throws if the implementation is wrong; it needs no clock and no files.
 *  2. Maps under test go from numbers to numbers, with 0 as zero value.
 */
import type { GoMap, MapRange } from "../api.ts";

/** Makes an empty map from numbers to numbers. `float` tells whether keys other than int32 are needed. */
export type MakeMap = (options: {
  readonly float: boolean;
  readonly hint?: number;
}) => GoMap<number, number>;

/** One case of the suite. */
export interface MapCase {
  /** What is checked, as a sentence. */
  readonly name: string;
  /** Throws if it does not hold. */
  readonly run: (make: MakeMap) => void;
}

function assert(ok: boolean, what: string): asserts ok {
  if (!ok) throw new Error(what);
}

function same(a: unknown, b: unknown, what: string): void {
  assert(Object.is(a, b), `${what}: ${String(a)}, want ${String(b)}`);
}

function fill(m: GoMap<number, number>, from: number, to: number): void {
  for (let i = from; i < to; i++) m.set(i, i);
}

/** Ranges over a map; after each entry `visit` may change it. Returns how often each key was produced. */
function rangeOver(
  m: GoMap<number, number>,
  visit: (key: number, r: MapRange<number, number>) => void,
): Map<number, number> {
  const seen = new Map<number, number>();
  for (const r = m.range(); r.next();) {
    seen.set(r.key, (seen.get(r.key) ?? 0) + 1);
    visit(r.key, r);
  }
  return seen;
}

/** The suite. Names say what holds. */
export const mapCases: readonly MapCase[] = [
  {
    name: "an empty map has length 0 and gives zero values",
    run(make) {
      const m = make({ float: false });
      same(m.len, 0, "len");
      same(m.get(1), 0, "get");
      same(m.getOk(1)[1], false, "ok");
      same(m.has(1), false, "has");
      same(m.delete(1), false, "delete");
      assert(!m.range().next(), "range visits something");
    },
  },
  {
    name: "what is set is there until it is deleted",
    run(make) {
      const m = make({ float: false });
      for (let i = 0; i < 2000; i++) m.set(i * 7919, i);
      same(m.len, 2000, "len");
      for (let i = 0; i < 2000; i++) same(m.get(i * 7919), i, `get ${i}`);
      for (let i = 0; i < 2000; i += 2) same(m.delete(i * 7919), true, "delete");
      for (let i = 0; i < 2000; i++) same(m.has(i * 7919), i % 2 === 1, `has ${i}`);
      same(m.len, 1000, "len");
    },
  },
  {
    name: "update stores what the function returns, and nothing if it throws",
    run(make) {
      const m = make({ float: false });
      same(
        m.update(1, (v) => v + 5),
        5,
        "update",
      );
      same(
        m.update(1, (v) => v * 3),
        15,
        "update",
      );
      let thrown = false;
      try {
        m.update(2, () => {
          throw new Error("no");
        });
      } catch {
        thrown = true;
      }
      assert(thrown && !m.has(2) && m.len === 1, "an entry was left behind");
    },
  },
  {
    name: "0 and -0 are one key, with the sign of the latest write",
    run(make) {
      const m = make({ float: true });
      m.set(0, 1);
      m.set(-0, 2);
      same(m.len, 1, "len");
      same([...m.keys()][0], -0, "key");
      same(m.get(0), 2, "get");
    },
  },
  {
    name: "each NaN is a new entry, found by no key, removed by clear alone",
    run(make) {
      const m = make({ float: true });
      for (let i = 0; i < 500; i++) m.set(NaN, i);
      same(m.len, 500, "len");
      same(m.has(NaN), false, "has");
      same(m.delete(NaN), false, "delete");
      same(new Set(m.values()).size, 500, "values");
      for (const k of m.keys()) m.delete(k);
      same(m.len, 500, "len after deleting");
      m.clear();
      same(m.len, 0, "len after clear");
    },
  },
  {
    name: "a range visits each entry once while the map grows",
    run(make) {
      for (let round = 0; round < 20; round++) {
        const m = make({ float: false });
        fill(m, 0, 100);
        let next = 1000;
        const seen = rangeOver(m, (key) => {
          for (let i = 0; i < 20 && key < 100; i++) m.set(next++, 0);
        });
        for (let i = 0; i < 100; i++) same(seen.get(i), 1, `times ${i} was produced`);
        for (const [k, n] of seen) same(n, 1, `times ${k} was produced`);
      }
    },
  },
  {
    name: "a range never produces what was deleted before it was reached",
    run(make) {
      for (let round = 0; round < 20; round++) {
        const m = make({ float: false });
        fill(m, 0, 200);
        const deleted = new Set<number>();
        const seen = rangeOver(m, (key) => {
          for (const k of [key, (key + 37) % 200, (key + 91) % 200]) {
            if (m.delete(k) && k !== key) deleted.add(k);
          }
          if (key < 200) fill(m, 1000 + key * 10, 1010 + key * 10);
        });
        for (const k of seen.keys()) assert(!deleted.has(k), `${k} was deleted`);
      }
    },
  },
  {
    name: "values are read when their entry is reached",
    run(make) {
      const m = make({ float: false });
      fill(m, 0, 50);
      let n = 0;
      for (const r = m.range(); r.next(); n++) {
        if (n === 0) for (let i = 0; i < 50; i++) m.set(i, i + 1000);
        else same(r.value, r.key + 1000, "value");
      }
      same(n, 50, "entries produced");
    },
  },
  {
    name: "a range that has ended stays so",
    run(make) {
      const m = make({ float: false });
      fill(m, 0, 50);
      const r = m.range();
      while (r.next());
      fill(m, 50, 100);
      same(r.next(), false, "next after the end");
    },
  },
  {
    name: "the bucket count follows Go's growth",
    run(make) {
      const want: readonly [number, number][] = [
        [0, 1],
        [8, 1],
        [9, 2],
        [13, 2],
        [14, 4],
        [27, 8],
        [53, 16],
        [105, 32],
        [209, 64],
      ];
      for (const [n, buckets] of want) {
        const m = make({ float: false });
        fill(m, 0, n);
        same(m.stats().buckets, buckets, `buckets after ${n} entries`);
        same(make({ float: false, hint: n }).stats().buckets, buckets, `buckets for hint ${n}`);
      }
    },
  },
  {
    name: "deleting shrinks nothing, compact does",
    run(make) {
      const m = make({ float: false });
      fill(m, 0, 1000);
      const { buckets } = m.stats();
      for (let i = 5; i < 1000; i++) m.delete(i);
      same(m.stats().buckets, buckets, "buckets after deleting");
      m.compact();
      same(m.stats().buckets, 1, "buckets after compact");
      for (let i = 0; i < 5; i++) same(m.get(i), i, `get ${i}`);
    },
  },
];
