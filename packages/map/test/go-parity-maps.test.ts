/** Go's package `maps`: the cases of its own tests, on every kind of map, and the panics' texts. */
import { any, float64, int, slice, string, struct, toInterface } from "@gort/types";
import { describe, expect, test } from "vitest";
import { checkMap, type GoMap, makeMap, maps, nilMap } from "../src/index.ts";
import { makers, smallHeap } from "./support.ts";

type Numbers = GoMap<number, number>;
const entries = (m: GoMap<any, any, any>): [unknown, unknown][] =>
  [...m].sort(([a], [b]) => a - b || 0);

describe.each(makers)("package maps, on maps %s", (_, make) => {
  const of = (...pairs: [number, number][]): Numbers => {
    const m = make({ float: true });
    maps.insert(m, pairs);
    return m;
  };
  const m1 = (): Numbers => of([1, 2], [2, 4], [4, 8], [8, 16]);
  const even = (n: number): [number, number][] => Array.from({ length: n }, (_, i) => [i, 2 * i]);

  test("maps.All gives each entry once", () => {
    const got = new Set<number>();
    for (const [k, v] of maps.all(of(...even(100)))) {
      expect(v).toBe(2 * k);
      got.add(k);
    }
    expect(got.size).toBe(100);
  });

  test("maps.Keys and maps.Values give each key, each value, once", () => {
    const m = of(...even(100));
    const sorted = (seq: Iterable<number>): number[] => [...seq].sort((a, b) => a - b);
    expect(sorted(maps.keys(m))).toEqual(even(100).map(([k]) => k));
    expect(sorted(maps.values(m))).toEqual(even(100).map(([, v]) => v));
  });

  test("maps.Insert overwrites values of keys that are there, and adds the others", () => {
    const got = of(...even(10).map(([k, v]): [number, number] => [k, v / 2]));
    maps.insert(got, maps.all(of(...even(20))));
    maps.insert(got, []);
    expect(entries(got)).toEqual(even(20));
    checkMap(got);
  });

  test("maps.Equal: a map equals itself, nil equals nil and the empty map, and NaN neither as a key nor as a value", () => {
    const m = m1();
    const none = nilMap<number, number>({ zero: () => 0 });
    expect(maps.equal(m, m)).toBe(true);
    expect(maps.equal(m, m1())).toBe(true);
    expect([maps.equal(m, none), maps.equal(none, m)]).toEqual([false, false]);
    expect([maps.equal(none, none), maps.equal(none, of()), maps.equal(of(), none)]).toEqual([
      true,
      true,
      true,
    ]);
    expect(maps.equal(m, of([1, 2]))).toBe(false);
    expect(maps.equal(m, of([1, 2], [2, 4], [4, 8], [9, 16]))).toBe(false);
    expect(maps.equal(m, of([1, 2], [2, 4], [4, 8], [8, 17]))).toBe(false);
    const odd = of([NaN, 1]);
    expect(maps.equal(odd, odd)).toBe(false);
    expect(maps.equal(of([0, 0]), of([-0, 0]))).toBe(true);
  });

  test("maps.EqualFunc compares values by the function, keys as ever", () => {
    const same = (x: number, y: number): boolean => x === y;
    const m = m1();
    expect(maps.equalFunc(m, m, same)).toBe(true);
    expect(maps.equalFunc(m, nilMap<number, number>(), same)).toBe(false);
    expect(maps.equalFunc(nilMap<number, number>(), m, same)).toBe(false);
    expect(maps.equalFunc(m, of([1, 2]), same)).toBe(false);
    const odd = of([NaN, 1]);
    expect(maps.equalFunc(odd, odd, same)).toBe(false);
    expect(maps.equalFunc(of([1, 1]), of([1, 1]), () => false)).toBe(false);
    const texts = makeMap<number, string>();
    for (const [k, v] of m) texts.set(k, String(v));
    expect(maps.equalFunc(m, texts, (n, s) => String(n) === s)).toBe(true);
  });

  test("maps.Clone: neither map sees what is done to the other", () => {
    const m = m1();
    const n = maps.clone(m);
    expect(maps.equal(n, m)).toBe(true);
    n.set(16, 32);
    expect(maps.equal(n, m)).toBe(false);
    m.clear();
    expect(n.len).toBe(5);
    checkMap(n);
  });

  test("maps.Clone of large maps, of ones that are growing and of ones with deleted entries", () => {
    const m = of(...even(200));
    for (let i = 0; i < 200; i++) {
      m.delete(i);
      m.set(1000 + i, i);
      if (i % 40 !== 0) continue;
      const n = maps.clone(m);
      expect(entries(n)).toEqual(entries(m));
      checkMap(n);
    }
  });

  test("maps.Copy: copying is adding and overwriting, and the nil map is fine to copy from", () => {
    const m = of();
    maps.copy(m, m1());
    expect(maps.equal(m, m1())).toBe(true);
    maps.copy(m, of([16, 32]));
    expect(m.len).toBe(5);
    maps.copy(m, of([16, 64]));
    maps.copy(m, nilMap<number, number>());
    expect([m.len, m.get(16)]).toEqual([5, 64]);
  });

  test("maps.DeleteFunc deletes what the function names, and no NaN", () => {
    const m = m1();
    maps.deleteFunc(m, () => false);
    expect(m.len).toBe(4);
    maps.deleteFunc(m, (k) => k > 3);
    expect(entries(m)).toEqual([
      [1, 2],
      [2, 4],
    ]);
    maps.deleteFunc(m, (_, v) => v > 3);
    expect(m.len).toBe(1);
    maps.insert(m, [
      [NaN, 1],
      [NaN, 2],
    ]);
    maps.deleteFunc(m, () => true);
    expect(m.len).toBe(2);
    checkMap(m);
  });

  test("maps.Clone and maps.Copy keep each of many NaN", () => {
    const m = of([NaN, 1], [1, 7], [NaN, 2], [NaN, 1]);
    const n = maps.clone(m);
    expect([...n.values()].sort()).toEqual([1, 1, 2, 7]);
    maps.copy(n, m);
    expect([n.len, n.get(1)]).toEqual([7, 7]);
    checkMap(n);
  });
});

describe("package maps", () => {
  test("maps.Collect of pairs; of two with one key the latter stays", () => {
    const pairs = [
      ["a", 1],
      ["b", 2],
      ["a", 3],
    ] as const;
    for (const m of [
      maps.collect(pairs),
      maps.collect(string, int, pairs),
      maps.collect(string, int, pairs, { heap: smallHeap() }),
    ])
      expect([m.len, m.get("a"), m.get("b")]).toEqual([2, 3, 2]);
    expect([maps.collect([]).isNil, maps.collect([]).len]).toEqual([false, 0]);
  });

  test("maps.Clone of a nil map is a nil map", () => {
    expect(maps.clone(nilMap(string, int)).isNil).toBe(true);
    expect(maps.clone(makeMap(string, int)).isNil).toBe(false);
  });

  test("writing to a nil map panics as an assignment does, and only if there is something to write", () => {
    const none = nilMap(string, int);
    const text = "assignment to entry in nil map";
    expect(() => maps.copy(none, makeMap(string, int).set("a", 1))).toThrow(text);
    expect(() => maps.insert(none, [["a", 1]])).toThrow(text);
    maps.copy(none, makeMap(string, int));
    maps.insert(none, []);
    maps.deleteFunc(none, () => true);
    expect([...maps.keys(none), ...maps.values(none), ...maps.all(none)]).toEqual([]);
  });

  test("maps.Equal compares values as == of their type does", () => {
    const P = struct({ x: float64, s: string });
    const one = (x: number) => makeMap(string, P, { heap: smallHeap() }).set("k", { x, s: "s" });
    expect([maps.equal(one(0), one(-0)), maps.equal(one(1), one(1))]).toEqual([true, true]);
    expect([maps.equal(one(0), one(1)), maps.equal(one(NaN), one(NaN))]).toEqual([false, false]);
    const box = (v: unknown) => makeMap(string, any).set("k", v);
    expect(maps.equal(box(toInterface(int, 1)), box(toInterface(float64, 1)))).toBe(false);
    expect(maps.equal(box(toInterface(int, 1)), box(toInterface(int, 1)))).toBe(true);
    const ints = box(toInterface(slice(int), { ptr: 0, len: 0, cap: 0 }));
    expect(() => maps.equal(ints, ints)).toThrow("comparing uncomparable type []int");
  });
});
