/** Iteration: Go's promises while the map changes underneath, and the order. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Heap } from "@gort/gc";
import {
  any,
  array,
  complex128,
  float32,
  float64,
  int32,
  isInterfaceValue,
  string,
  struct,
  toInterface,
} from "@gort/types";
import { checkMap, type GoMap, makeMap, structKey, tupleKey } from "../src/index.ts";
import { makers, rounds, seed, smallHeap } from "./support.ts";

const outcomes = JSON.parse(
  readFileSync(new URL("../../../apps/oracle/data/maptable.json", import.meta.url), "utf8"),
).iteration_outcomes;

describe.each(makers)("ranging: %s", (_, make) => {
  const mk = (n: number): GoMap<number, number> => {
    const m = make({ float: false });
    for (let i = 0; i < n; i++) m.set(i, i);
    return m;
  };
  const classes = (runs: number, f: () => string): string[] =>
    [...new Set(Array.from({ length: runs }, f))].sort();

  test("deleting the current key while ranging visits all and empties the map", () => {
    const got = classes(20, () => {
      const m = mk(100);
      let n = 0;
      for (const k of m.keys()) {
        n++;
        m.delete(k);
      }
      return `${n} visited, ${m.len} left`;
    });
    expect(got).toEqual(outcomes["delete current key while ranging 100 keys: visited"]);
  });

  test("an entry deleted before being reached is never produced", () => {
    const got = classes(20, () => {
      const m = mk(100);
      let bad = 0;
      let first = -1;
      for (const k of m.keys()) {
        if (first < 0) {
          first = k;
          for (let i = 0; i < 100; i++) if (i !== k) m.delete(i);
        } else if (k !== first) bad++;
      }
      return String(bad);
    });
    expect(got).toEqual(
      outcomes["delete every other key on first visit, 100 keys: deleted keys produced later"],
    );
  });

  test("each entry present throughout is visited exactly once, also when the map grows meanwhile", () => {
    const got = classes(20, () => {
      const m = mk(8);
      const seen = new Map<number, number>();
      for (const k of m.keys()) {
        if (seen.size === 0) for (let i = 1000; i < 2000; i++) m.set(i, i);
        seen.set(k, (seen.get(k) ?? 0) + 1);
      }
      const originals = [...seen.keys()].filter((k) => k < 8).length;
      const duplicates = [...seen.values()].filter((n) => n > 1).length;
      return `originals ${originals} duplicates ${duplicates}`;
    });
    expect(got).toEqual(
      outcomes["insert 1000 keys on first visit of 8 keys: originals seen, duplicates"],
    );
  });

  test("an entry added during range may or may not be produced (both seen), at most once", () => {
    const got = classes(400, () => {
      const m = mk(3);
      let first = true;
      let times = 0;
      for (const k of m.keys()) {
        if (first) m.set(99, 1);
        first = false;
        if (k === 99) times++;
      }
      expect(times).toBeLessThanOrEqual(1);
      return String(times === 1);
    });
    expect(got).toEqual(outcomes["insert one new key on first visit of 3 keys: is it produced"]);
  });

  test("a not yet reached key that is deleted and re-inserted is produced at most once, with the new value", () => {
    const got = classes(200, () => {
      const m = mk(6);
      let victim = -1;
      let times = 0;
      for (const [k, v] of m) {
        if (victim < 0) {
          victim = (k + 1) % 6;
          m.delete(victim);
          m.set(victim, 50);
        } else if (k === victim) {
          expect(v).toBe(50);
          times++;
        }
      }
      return String(times);
    });
    expect(got).toEqual(outcomes["delete then re-insert a not yet reached key: times produced"]);
  });

  test("for k := range m { delete(m,k); m[k]=true } ends with every value true and len unchanged", () => {
    // Up to the third growth each size, then before and after a later one, and the last of Go's own test.
    for (const n of [...Array(28).keys(), 104, 105, 999, 9999]) {
      const m = mk(n);
      for (const k of m.keys()) {
        m.delete(k);
        m.set(k, -1);
      }
      expect(m.len).toBe(n);
      expect([...m.values()].every((v) => v === -1)).toBe(true);
      checkMap(m);
    }
  });

  test("order is randomised per range: 3, 7, 9 and 15 keys show at least two orders in 100 tries", () => {
    for (const n of [3, 7, 9, 15]) {
      const m = mk(n);
      expect(classes(100, () => [...m.keys()].join()).length).toBeGreaterThan(1);
    }
  });

  test("order also varies for a sparse map (1000 inserted, 980 deleted)", () => {
    const m = mk(1000);
    for (let i = 0; i < 980; i++) m.delete(i);
    expect(classes(100, () => [...m.keys()].join()).length).toBeGreaterThan(1);
  });

  test("with at most 8 keys (one bucket) the orders seen are rotations of one sequence", () => {
    const m = mk(5);
    for (let i = 0; i < 200; i++) {
      const keys = [...m.keys()];
      keys.forEach((k, j) => expect(keys[(j + 1) % 5]).toBe((k + 1) % 5));
    }
  });

  test("popping by range, delete and break n times takes about linear work", () => {
    // A look at a bucket; time is too much the machine's.
    const looks = (n: number): number => {
      const m = mk(n);
      let looks = 0;
      const counted = m as unknown as { gather(...args: unknown[]): void };
      const { gather } = counted;
      counted.gather = function (...args) {
        looks++;
        gather.apply(this, args);
      };
      while (m.len > 0) {
        for (const k of m.keys()) {
          m.delete(k);
          break;
        }
      }
      return looks;
    };
    // From a random bucket on it takes a while to find the last ones. From the first bucket on, all that are empty would be looked at
    // each time: more than a hundred for each key of 1000 that is popped, and four times as many for each of 4000.
    for (const n of [1000, 4000]) expect(looks(n)).toBeLessThan(40 * n);
  });

  test("NaN entries survive growth, also when growth happens during range", () => {
    const m = make({ float: true });
    for (let i = 0; i < 50; i++) m.set(NaN, i);
    const seen: number[] = [];
    for (const [k, v] of m) {
      if (k !== k && v < 50) seen.push(v);
      if (m.len < 800) for (let i = 0; i < 20; i++) m.set(m.len, 1000);
    }
    expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect([...m.keys()].filter((k) => k !== k).length).toBe(50);
    checkMap(m);
  });

  test("n NaN inserts spread over the buckets", () => {
    const m = make({ float: true });
    for (let i = 0; i < 2000; i++) m.set(NaN, i);
    const longest = Math.max(...m.dump().buckets.map((chain) => chain.length));
    expect(longest).toBeLessThanOrEqual(5);
  });

  test("clear in the middle of a range ends it but for what is added later", () => {
    const m = mk(100);
    const r = m.range();
    r.next();
    m.clear();
    m.set(7, 70);
    const rest: number[] = [];
    while (r.next()) rest.push(r.key);
    expect([[], [7]]).toContainEqual(rest);
  });

  test("a range that has ended stays so, whatever is done to the map", () => {
    for (const n of [0, 1, 2, 100, 5000]) {
      const m = mk(n);
      const r = m.range();
      let count = 0;
      while (r.next()) count++;
      expect(count).toBe(n);
      for (const change of [
        () => m.set(-1, 1),
        () => m.delete(-1),
        () => m.delete(5),
        () => m.set(5, 6),
        () => m.compact(),
        () => {
          for (let i = 0; i < 3000; i++) m.set(i, i);
        },
        () => m.clear(),
        () => m.set(1, 1),
      ]) {
        change();
        expect([r.next(), r.next()]).toEqual([false, false]);
      }
    }
  });

  test("a key overwritten by an equal one is shown as it is now, in the range under way too", () => {
    const m = make({ float: true });
    const at = (k: number): number => [...m.keys()].find((key) => key === k)!;
    m.set(0, 1).set(1, 1);
    for (const zero of [-0, 0, -0]) {
      // Ranges begin anywhere: some meet the zero first, some have it still before them.
      for (let tries = 0, met = 0; met < 3 && tries < 200; tries++) {
        m.set(Object.is(zero, 0) ? -0 : 0, 1);
        const r = m.range();
        r.next();
        if (r.key === 0) continue;
        met++;
        m.set(zero, 2);
        expect(r.next()).toBe(true);
        expect([Object.is(r.key, zero), r.value]).toEqual([true, 2]);
        expect(r.next()).toBe(false);
      }
      expect(Object.is(at(0), zero)).toBe(true);
    }
    checkMap(m);
  });

  test("compact in the middle of a range is detected", () => {
    const m = mk(1000);
    const r = m.range();
    r.next();
    m.compact();
    expect(() => {
      while (r.next());
    }).toThrow("concurrent map iteration and map write");
  });

  test("the promises hold for random programs run inside a range, across growths and shrinking", () => {
    const op = fc.oneof(
      fc.record({ op: fc.constant("grow" as const), n: fc.integer({ min: 1, max: 60 }) }),
      fc.record({ op: fc.constant("delete" as const), n: fc.integer({ min: 0, max: 120 }) }),
      fc.record({ op: fc.constant("again" as const), n: fc.integer({ min: 0, max: 120 }) }),
      fc.record({ op: fc.constant("write" as const), n: fc.integer({ min: 0, max: 120 }) }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 120 }), fc.array(op, { maxLength: 60 }), (n, ops) => {
        const m = mk(n);
        const untouched = new Set(m.keys());
        const gone = new Set<number>();
        const times = new Map<number, number>();
        const born = new Map<number, number>();
        let fresh = 1000;
        let step = 0;
        for (const r = m.range(); r.next();) {
          times.set(r.key, (times.get(r.key) ?? 0) + 1);
          expect(gone.has(r.key), `${r.key} was deleted`).toBe(false);
          expect(r.value).toBe(m.get(r.key));
          const o = ops[step++];
          if (o === undefined) continue;
          if (o.op === "grow") for (let i = 0; i < o.n; i++) m.set(fresh++, 1);
          if (o.op === "write" && m.has(o.n)) m.set(o.n, -5);
          if (o.op === "delete" || o.op === "again") {
            untouched.delete(o.n);
            if (m.delete(o.n)) gone.add(o.n);
          }
          if (o.op === "again") {
            m.set(o.n, -7);
            gone.delete(o.n);
            born.set(o.n, (born.get(o.n) ?? 0) + 1);
          }
          checkMap(m);
        }
        for (const k of untouched) expect(times.get(k), `times ${k} was produced`).toBe(1);
        for (const [k, count] of times) {
          expect(count, `times ${k} was produced`).toBeLessThanOrEqual(1 + (born.get(k) ?? 0));
        }
      }),
      { numRuns: rounds(25), seed },
    );
  });
});

describe.each(makers)("the delete loop: %s", (_, make) => {
  const mk = (...keys: number[]): GoMap<number, number> => {
    const m = make({ float: false });
    for (const k of keys) m.set(k, 0);
    return m;
  };

  test("leaves the loop variable at the last key", () => {
    let k = 0;
    const one = mk(42);
    for (k of one.keys()) one.delete(k);
    expect([k, one.len]).toEqual([42, 0]);
    const m = mk(...Array(100).keys());
    const keys: number[] = [];
    const r = m.range();
    for (; r.next(); m.delete(k)) keys.push((k = r.key));
    expect([k, r.key]).toEqual([keys.at(-1), keys.at(-1)]);
    expect(new Set(keys).size).toBe(100);
  });

  test("does what its body does besides at each key", () => {
    let x = 0;
    const f = (): number => (x++, 0);
    let m = mk(0, 1);
    for (const k of m.keys()) m.delete(k + f());
    expect([x, m.len]).toEqual([2, 0]);
    m = mk(0, 1);
    let n = 0;
    for (const r = m.range(); r.next(); n++) m.delete(r.key);
    expect(n).toBe(2);
  });

  test("leaves an empty map that takes entries as ever", () => {
    const m = mk(1, 2);
    for (const k of m.keys()) m.delete(k);
    expect(m.len).toBe(0);
    m.set(0, 0);
    expect([...m]).toEqual([[0, 0]]);
  });
});

test("range evaluates the map expression once, and iterators behave as iterators do", () => {
  const m = makeMap<number, string>();
  m.set(1, "a");
  let evaluated = 0;
  const expression = () => (evaluated++, m);
  for (const _ of expression()) m.delete(1);
  expect(evaluated).toBe(1);
  const it = makeMap<number, number>().set(1, 2).set(3, 4).entries();
  expect([...it].length).toBe(2);
  expect(it.next()).toEqual({ value: undefined, done: true });
  expect(Object.prototype.toString.call(m)).toBe("[object GoMap]");
});

test("order draws from the source given: the same source gives the same order", () => {
  const order = (): string => {
    let x = 7;
    const m = makeMap<number, number>({ random: () => (x = (x * 1103515245 + 12345) >>> 0) });
    for (let i = 0; i < 100; i++) m.set(i, i);
    return [...m.keys()].join();
  };
  expect(order()).toBe(order());
});

test.each(["on values", "in a heap"])(
  "a source of numbers that fills the map as a range begins: each entry comes once, %s",
  (where) => {
    let fill: (() => void) | null = null;
    const options = {
      random: () => {
        const f = fill;
        fill = null;
        f?.();
        return 5;
      },
    };
    const m =
      where === "on values"
        ? makeMap(int32, int32, options)
        : makeMap(int32, int32, { ...options, heap: smallHeap() });
    m.set(0, 0);
    fill = () => {
      for (let i = 0; i < 100; i++) m.set(i, i);
    };
    const keys = [...m.keys()];
    expect(keys.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    checkMap(m);
  },
);

describe("keys that hold a zero", () => {
  const F = struct({ f: float64 });
  const Two = struct({ f: float64, n: string });
  const Three = struct({ a: int32, f: float32, n: string });
  const kinds: readonly (readonly [
    string,
    (heap?: Heap) => GoMap<any, number>,
    (z: number) => unknown,
  ])[] = [
    ["float32", (heap) => makeMap(float32, int32, { heap }), (z) => z],
    ["complex128", (heap) => makeMap(complex128, int32, { heap }), (z) => ({ re: 1, im: z })],
    ["any, raw", (heap) => makeMap(any, int32, { heap }), (z) => z],
    [
      "any, typed",
      (heap) => makeMap(any, int32, { heap }),
      (z) => toInterface(Two, { f: z, n: "" }),
    ],
    ["struct of one", (heap) => makeMap(F, int32, { heap }), (z) => ({ f: z })],
    ["struct of two", (heap) => makeMap(Two, int32, { heap }), (z) => ({ f: z, n: "x" })],
    ["struct of three", (heap) => makeMap(Three, int32, { heap }), (z) => ({ a: 1, f: z, n: "x" })],
    ["array", (heap) => makeMap(array(float64, 2), int32, { heap }), (z) => [z, 1]],
    ["no type", () => makeMap({ zero: () => 0 }), (z) => z],
    [
      "structKey of two",
      () => makeMap({ key: structKey("x", "y"), zero: () => 0 }),
      (z) => ({ x: 1, y: z }),
    ],
    [
      "structKey of three",
      () => makeMap({ key: structKey("x", "y", "z"), zero: () => 0 }),
      (z) => ({ x: z, y: 1, z: 0.5 }),
    ],
    ["tupleKey", () => makeMap({ key: tupleKey(), zero: () => 0 }), (z) => [z, "a"]],
  ];
  const zeroIn = (v: any): number => {
    if (typeof v !== "object") return v as number;
    return zeroIn(Object.values("value" in v ? v.value : v).find((part) => part === 0));
  };
  const cases = kinds.flatMap(([name, make, key]) => [
    { name: `${name}, on values`, make: () => make(), key },
    ...(make.length === 0
      ? []
      : [{ name: `${name}, in a heap`, make: () => make(smallHeap()), key }]),
  ]);

  test.each(cases)("are shown with the sign of the latest write: $name", ({ make, key }) => {
    const m = make();
    const other = m.set(key(0), 1).set(key(5), 1).len;
    expect(other).toBe(2);
    let met = 0;
    for (let tries = 0; tries < 200 && met < 6; tries++) {
      for (const zero of [-0, 0]) {
        m.set(key(zero === 0 && Object.is(zero, -0) ? 0 : -0), 1);
        const r = m.range();
        r.next();
        if (r.value === 3 || zeroIn(r.key) === 0) continue;
        met++;
        m.set(key(zero), 2);
        expect(r.next()).toBe(true);
        expect([Object.is(zeroIn(r.key), zero), r.value]).toEqual([true, 2]);
        expect(r.next()).toBe(false);
      }
    }
    expect(met).toBeGreaterThan(0);
    expect(m.len).toBe(2);
    checkMap(m);
  });

  test.each(cases)(
    "overwriting each key while ranging shows each once, and copies: $name",
    ({ make, key }) => {
      const m = make();
      for (let i = 0; i < 100; i++) m.set(key(i), i);
      const seen = new Set<unknown>();
      let n = 0;
      for (const r = m.range(); r.next(); n++) {
        seen.add(r.value);
        m.set(r.key, r.value + 1000);
        if (typeof r.key === "object" && !isInterfaceValue(r.key))
          for (const part of Object.keys(r.key)) r.key[part] = 77;
      }
      expect([n, seen.size, m.len]).toEqual([100, 100, 100]);
      expect([...m.values()].every((v) => v >= 1000)).toBe(true);
      checkMap(m);
    },
  );
});
