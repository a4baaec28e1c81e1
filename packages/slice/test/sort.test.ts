import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createHeap } from "@gort/gc";
import { string } from "@gort/types";
import { goString, inHeap, makeSlice, sliceFrom, sliceOf, slices, type Slice } from "@gort/slice";
import { mergeSort } from "../src/slices/merge-sort.ts";
import { pdqsort } from "../src/slices/pdqsort.ts";

const N = 5000;

/** Inputs that break naive quicksorts. */
const shapes: Record<string, (i: number) => number> = {
  random: (i) => Math.imul(i, 0x9e3779b1) >>> 8,
  sorted: (i) => i,
  reversed: (i) => -i,
  equal: () => 7,
  fewValues: (i) => Math.imul(i, 0x9e3779b1) >>> 30,
  sawtooth: (i) => i % 37,
  organPipe: (i) => Math.min(i, N - i),
  nearlySorted: (i) => (i % 1000 === 0 ? N - i : i),
  sortedThenRandom: (i) => (i < N - 50 ? i : Math.imul(i, 0x9e3779b1) >>> 20),
  alternating: (i) => (i % 2 === 0 ? i : -i),
};

describe.each(Object.entries(shapes))("%s input", (_, shape) => {
  for (const n of [0, 1, 2, 3, 11, 12, 13, 49, 50, 51, 200, N]) {
    const input = Array.from({ length: n }, (_, i) => shape(i));
    const want = [...input].sort((a, b) => a - b);
    test(`pattern-defeating quicksort of ${n}`, () => {
      const a = [...input];
      pdqsort(a, 0, n, (x, y) => x - y);
      expect(a).toEqual(want);
    });
    test(`stable merge sort of ${n}`, () => {
      const tagged = input.map((key, id) => ({ key, id }));
      const got = mergeSort([...tagged], (x, y) => x.key - y.key);
      expect(got).toEqual([...tagged].sort((x, y) => x.key - y.key || x.id - y.id));
    });
  }
  test("takes O(n log n) comparisons, O(n) where there is a pattern", () => {
    let calls = 0;
    const a = Array.from({ length: N }, (_, i) => shape(i));
    pdqsort(a, 0, N, (x, y) => (calls++, x - y));
    expect(calls).toBeLessThan(2.5 * N * Math.log2(N));
    if (["sorted", "reversed", "equal"].includes(_)) expect(calls).toBeLessThan(3 * N);
  });
});

test("an adversary that answers so as to unbalance every partition still gets O(n log n)", () => {
  // McIlroy's antiqsort: values stay undecided ("gas") until comparing forces them.
  const n = 4000;
  const val = new Array<number>(n).fill(Infinity);
  let solid = 0;
  let candidate = 0;
  let calls = 0;
  const cmp = (x: number, y: number): number => {
    calls++;
    if (val[x] === Infinity && val[y] === Infinity) val[x === candidate ? x : y] = solid++;
    if (val[x] === Infinity) candidate = x;
    else if (val[y] === Infinity) candidate = y;
    return val[x] === val[y] ? 0 : val[x]! < val[y]! ? -1 : 1;
  };
  const a = Array.from({ length: n }, (_, i) => i);
  pdqsort(a, 0, n, cmp);
  expect(calls).toBeLessThan(6 * n * Math.log2(n));
  expect([...a].sort((x, y) => x - y)).toEqual(Array.from({ length: n }, (_, i) => i));
});

describe("sort by order", () => {
  const special = [NaN, -Infinity, Infinity, -0, 0, 1.5, -1.5, 5e-324, -5e-324, 1e308];
  const order = (a: number, b: number): number =>
    Number.isNaN(a) ? (Number.isNaN(b) ? 0 : -1) : Number.isNaN(b) ? 1 : a - b;

  test.each([100, 5000])("float64 and float32 with NaN first, %i elements", (n) => {
    for (const A of [Float64Array, Float32Array]) {
      const input = (A as typeof Float64Array).from({ length: n }, (_, i) =>
        i % 3 === 0 ? special[i % special.length]! : Math.sin(i) * 10 ** (i % 40),
      );
      // A NaN with its sign bit set sorts like any other.
      new Uint8Array(input.buffer).fill(0xff, 0, A.BYTES_PER_ELEMENT);
      const want = [...input].sort(order).map((v) => v + 0);
      const s: Slice<number> = sliceFrom(input);
      slices.sort(s);
      expect(s.toArray().map((v) => (v === 0 ? 0 : v))).toEqual(want.map((v) => (v === 0 ? 0 : v)));
      expect(slices.isSorted(s)).toBe(true);
    }
  });
  test.each([100, 5000])("every integer kind, %i elements", (n) => {
    const rnd = (i: number): number => Math.imul(i + 1, 0x9e3779b1);
    for (const A of [Int8Array, Uint8Array, Int16Array, Uint16Array, Int32Array, Uint32Array]) {
      const input = (A as typeof Int32Array).from({ length: n }, (_, i) => rnd(i));
      const want = [...input].sort((a, b) => a - b);
      const s = sliceFrom(input).slice(1);
      const [first] = input;
      slices.sort(s);
      expect(s.toArray()).toEqual([...want].toSpliced(want.indexOf(first!), 1));
      expect(input[0]).toBe(first);
    }
    for (const A of [BigInt64Array, BigUint64Array] as const) {
      const input = (A as typeof BigInt64Array).from({ length: n }, (_, i) => BigInt(rnd(i)) * 7n);
      const want = [...input].sort((a, b) => (a < b ? -1 : 1));
      const s = sliceFrom(input);
      slices.sort(s);
      expect(s.toArray()).toEqual(want);
    }
  });
  test("numbers, strings (by code point), bigints and Go strings on plain arrays", () => {
    const nums = sliceOf(3, NaN, -1, 10, 2);
    slices.sort(nums);
    expect(nums.toArray()).toEqual([NaN, -1, 2, 3, 10]);
    const strs = sliceOf("\u{10000}", "\uffff", "b", "a", "");
    slices.sort(strs);
    expect(strs.toArray()).toEqual(["", "a", "b", "\uffff", "\u{10000}"]);
    const bigs = sliceOf(3n, -1n, 2n ** 70n);
    slices.sort(bigs);
    expect(bigs.toArray()).toEqual([-1n, 3n, 2n ** 70n]);
    const gos = sliceOf(goString("b"), goString("a"));
    slices.sort(gos);
    expect(gos.toArray().map(String)).toEqual(["a", "b"]);
  });
  test("values that have no order are refused, and the slice is as it was", () => {
    const s = sliceOf<unknown>({}, 1, "a");
    expect(() => slices.sort(s as never)).toThrow(/^compare: /);
    expect(s.len).toBe(3);
    expect(s.get(1)).toBe(1);
    expect(() => slices.sortFunc(s, 5 as never)).toThrow("sortFunc: cmp is 5, want a function");
  });
  test("a comparison that throws leaves the slice as it was; one that lies loses nothing", () => {
    const input = Array.from({ length: 100 }, (_, i) => Math.imul(i, 7919) % 100);
    const s = makeSlice(Int32Array, input);
    let calls = 0;
    for (const sort of [slices.sortFunc, slices.sortStableFunc]) {
      calls = 0;
      expect(() =>
        sort(s, (a, b) => {
          if (++calls === 200) throw new Error("stop");
          return a - b;
        }),
      ).toThrow("stop");
      expect(s.toArray()).toEqual(input);
    }
    fc.assert(
      fc.property(fc.infiniteStream(fc.integer({ min: -1, max: 1 })), (answers) => {
        const t = sliceFrom([...input]);
        slices.sortFunc(t, () => answers.next().value as number);
        expect([...t].sort((a, b) => a - b)).toEqual([...input].sort((a, b) => a - b));
      }),
      { numRuns: 30 },
    );
  });
  test("strings in a heap are sorted by moving them: nothing is lost across a collection", () => {
    const heap = createHeap({ reserve: 1 << 24 });
    const words = Array.from({ length: 500 }, (_, i) => `w${Math.imul(i, 7919) % 500}`);
    const s = makeSlice(inHeap(heap, string), words);
    slices.sort(s);
    heap.collect();
    expect(s.toArray()).toEqual([...words].sort());
    slices.sortStableFunc(s, (a, b) => a.length - b.length);
    expect(s.toArray()).toEqual([...words].sort().sort((a, b) => a.length - b.length));
  });
});
