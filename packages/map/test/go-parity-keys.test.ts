/** Zeroes, NaN and interface keys: behaviours of Go's map tests, one named test each, on every kind of map. */
import { any, float64, int, int64, named, toInterface } from "@gort/types";
import { describe, expect, test } from "vitest";
import { checkMap, makeMap } from "../src/index.ts";
import { makers, smallHeap } from "./support.ts";

const up = (a: number, b: number): number => a - b;

describe.each(makers)("float keys: %s", (_, make) => {
  test("+0 and -0 are one key; overwriting replaces the stored key, so range shows the sign of the latest write", () => {
    const m = make({ float: true });
    for (const zero of [0, -0, -0, 0]) {
      m.set(zero, 1);
      expect(m.len).toBe(1);
      expect(Object.is([...m.keys()][0], zero)).toBe(true);
      expect(m.get(0)).toBe(1);
      expect(m.get(-0)).toBe(1);
      checkMap(m);
    }
  });

  test("NaN never equals itself: each set and each += adds an entry; lookup and delete never find it", () => {
    const m = make({ float: true });
    m.set(NaN, 1);
    m.set(NaN, 2);
    expect(m.update(NaN, (v) => v + 4)).toBe(4);
    expect(m.len).toBe(3);
    expect(m.getOk(NaN)).toEqual([0, false]);
    expect(m.has(NaN)).toBe(false);
    expect(m.delete(NaN)).toBe(false);
    expect([...m.values()].sort(up)).toEqual([1, 2, 4]);
    checkMap(m);
  });

  test("500 NaN inserts give len 500 and range yields all 500", () => {
    const m = make({ float: true });
    for (let i = 0; i < 500; i++) m.set(NaN, i);
    expect(m.len).toBe(500);
    expect([...m.values()].sort(up)).toEqual([...Array(500).keys()]);
    checkMap(m);
  });

  test("a delete-every-key loop cannot remove NaN entries; clear can", () => {
    const m = make({ float: true });
    for (let i = 0; i < 30; i++) m.set(i % 3 === 0 ? NaN : i, i);
    for (const k of m.keys()) m.delete(k);
    expect(m.len).toBe(10);
    m.clear();
    expect(m.len).toBe(0);
    expect([...m]).toEqual([]);
    checkMap(m);
  });

  test("values are read when the entry is reached: an update made earlier in the loop is seen", () => {
    const m = make({ float: false });
    for (let i = 0; i < 100; i++) m.set(i, 0);
    let visits = 0;
    for (const r = m.range(); r.next(); visits++) {
      expect(r.value).toBe(visits);
      for (let i = 0; i < 100; i++) m.set(i, visits + 1);
    }
    expect(visits).toBe(100);
  });

  test("same-goroutine mutation during range is not an error", () => {
    const m = make({ float: false });
    for (let i = 0; i < 20; i++) m.set(i, i);
    for (const [k] of m) {
      m.set(k + 1000, k);
      m.delete(k);
      m.update(5000, (v) => v + 1);
      if (m.len > 400) m.clear();
    }
    checkMap(m);
  });
});

test.each([
  ["on values", {}],
  ["in a heap", { heap: smallHeap() }],
])(
  "interface keys compare dynamic type and value: 1 of four types is four keys, %s",
  (_, where) => {
    const m = makeMap(any, int, where);
    const Mine = named("mine", int);
    const ones = [
      toInterface(int, 1),
      toInterface(int64, 1n),
      toInterface(float64, 1),
      toInterface(Mine, 1),
    ];
    ones.forEach((k, i) => m.set(k, i + 10));
    expect(m.len).toBe(4);
    ones.forEach((k, i) => expect(m.get(k)).toBe(i + 10));
    m.set(toInterface(int, 1), 99);
    expect(m.len).toBe(4);
    checkMap(m);
  },
);
