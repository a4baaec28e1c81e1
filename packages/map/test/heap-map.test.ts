/** Maps in a heap: lifetimes, maps inside other objects, layout, errors half-way. */
import {
  any,
  array,
  float64,
  identical,
  int32,
  int64,
  ptr,
  string,
  struct,
  type Type,
  uint8,
  unsafePointer,
} from "@gort/types";
import { describe, expect, test } from "vitest";
import { checkMap, type GoMap, makeMap, mapAt } from "../src/index.ts";
import { layOut } from "../src/heap-layout.ts";
import { createFailingHeap } from "./failing.ts";
import { smallHeap, stressHeap } from "./support.ts";

describe("lifetimes", () => {
  test("a map keeps what it points to alive, and lets go after release", () => {
    const heap = smallHeap();
    const m = makeMap(int32, string, { heap });
    const text = (i: number): string => `the value of ${i}`.padEnd(40);
    for (let i = 0; i < 500; i++) m.set(i, text(i));
    heap.collect();
    const live = heap.stats().heapObjects;
    expect(live).toBeGreaterThan(500);
    for (let i = 0; i < 500; i++) expect(m.get(i)).toBe(text(i));
    m.release();
    m.release();
    heap.collect();
    expect(heap.stats().heapObjects).toBeLessThan(live - 500);
    for (const f of [
      () => m.get(1),
      () => m.set(1, ""),
      () => m.delete(1),
      () => m.len,
      () => m.stats(),
      () => m.range(),
      () => m.clear(),
    ]) {
      expect(f).toThrow("map: used after release");
    }
  });

  test("release at the end of a `using` block, the fast paths included", () => {
    const heap = smallHeap();
    let kept;
    {
      using m = makeMap(int32, float64, { heap });
      m.set(1, 2);
      kept = m;
    }
    expect(() => kept.get(1)).toThrow("used after release");
    expect(() => kept.has(1)).toThrow("used after release");
    expect(() => kept.set(1, 1)).toThrow("used after release");
    expect(() => kept.delete(1)).toThrow("used after release");
    heap.collect();
    expect(heap.stats().heapObjects).toBe(0);
  });

  test("a map lives in another heap object and is opened by its address", () => {
    const heap = stressHeap();
    const Box = struct({ inner: unsafePointer });
    using root = heap.root(heap.alloc(Box));
    {
      using m = makeMap(string, int32, { heap });
      for (let i = 0; i < 100; i++) m.set(`k${i}`, i);
      heap.writePtr(root.ptr, m.ptr);
    }
    heap.safepoint();
    expect(heap.stats().numGC).toBeGreaterThan(0);
    using again = mapAt(heap, heap.memory.u32[root.ptr >>> 2]!, string, int32);
    expect(again.len).toBe(100);
    expect(again.get("k42")).toBe(42);
    using twice = mapAt(heap, again.ptr, string, int32);
    for (let i = 100; i < 1000; i++) (i % 2 ? again : twice).set(`k${i}`, i);
    expect(again.len).toBe(1000);
    expect(new Map(twice).size).toBe(1000);
    checkMap(again);
    expect(mapAt(heap, 0, string, int32).isNil).toBe(true);
  });

  test("mapAt refuses what is no map of these types, naming the argument", () => {
    const heap = smallHeap();
    using m = makeMap(string, int32, { heap });
    using other = heap.root(heap.alloc(int64));
    const text = "the address of a map[string]int32";
    for (const p of [m.ptr + 4, other.ptr, -8, NaN, 2 ** 40]) {
      expect(() => mapAt(heap, p, string, int32)).toThrow(`mapAt: ptr is ${p}, want ${text}`);
    }
    expect(() => mapAt(heap, m.ptr, string, float64)).toThrow("map[string]float64");
  });

  test("mapAt opens a map by identical literals that contain themselves, however they are spelled", () => {
    const heap = smallHeap();
    const A: Type = struct({ next: ptr(() => A), v: int32 });
    const C: Type = struct({ next: ptr(A), v: int32 });
    expect([identical(A, C), A.name === C.name]).toEqual([true, false]);
    using m = makeMap(array(A, 1), A, { heap });
    m.set([{ next: 0, v: 1 }], { next: 0, v: 2 });
    using again = mapAt(heap, m.ptr, array(C, 1), C);
    expect(again.get([{ next: 0, v: 1 }])).toEqual({ next: 0, v: 2 });
    expect(() => mapAt(heap, m.ptr, array(C, 2), C)).toThrow("mapAt: ptr is");
  });

  test("overflow buckets without pointers are kept alive by the header's list", () => {
    const heap = stressHeap();
    // All keys fall into few buckets: long chains.
    const m = makeMap(int32, int32, { heap, random: () => 0 });
    const colliding: number[] = [];
    const index = (k: number): number => {
      using probe = makeMap(int32, int32, { heap, hint: 50, random: () => 0 });
      probe.set(k, 1);
      return probe.dump().buckets.findIndex((c) => c[0]!.tops.some((t) => t >= 5));
    };
    for (let k = 0; colliding.length < 40; k++) if (index(k) === 0) colliding.push(k);
    for (const k of colliding) {
      m.set(k, k * 2);
      heap.safepoint();
    }
    expect(heap.stats().numGC).toBeGreaterThanOrEqual(40);
    expect(m.stats().overflow).toBeGreaterThan(0);
    checkMap(m);
    for (const k of colliding) expect(m.get(k)).toBe(k * 2);
  });
});

describe("layout", () => {
  test("buckets without pointers are noscan, others are not", () => {
    expect(layOut(int32, float64).bucket.ptrdata).toBe(0);
    expect(layOut(int32, string).noscan).toBe(false);
    expect(layOut(ptr(int32), int32).bucket.ptrdata).toBeGreaterThan(0);
  });

  test("keys and values above 128 bytes are stored indirectly", () => {
    const a = layOut(array(uint8, 128), array(uint8, 128));
    const b = layOut(array(uint8, 129), array(uint8, 129));
    expect([a.indirectKey, a.indirectValue, a.noscan]).toEqual([false, false, true]);
    expect([b.indirectKey, b.indirectValue, b.noscan]).toEqual([true, true, false]);
    expect([a.keySize, b.keySize]).toEqual([128, 4]);
  });

  test("an int32 to int32 bucket takes 76 bytes, an int32 to float64 bucket 112", () => {
    expect(layOut(int32, int32).bucketSize).toBe(76);
    expect(layOut(int32, float64).bucketSize).toBe(112);
  });

  test("10^5 entries of int32 to int32 take at most 24 bytes each", () => {
    const m = makeMap(int32, int32, { heap: smallHeap() });
    for (let i = 0; i < 100_000; i++) m.set(i, i);
    expect(m.stats().bytes / m.len).toBeLessThanOrEqual(24);
    checkMap(m);
  });
});

describe("arguments and failures", () => {
  test("keys and values that are not of the type are refused and named; nothing changes", () => {
    const heap = smallHeap();
    const m = makeMap(int32, float64, { heap });
    for (const k of [1.5, NaN, 2 ** 31, "1", null, undefined, 1n, Symbol("s"), {}]) {
      expect(() => m.set(k as number, 1)).toThrow("map key");
      expect(() => m.get(k as number)).toThrow("map key");
    }
    expect(() => m.set(1, "x" as never)).toThrow("map value");
    const s = makeMap(struct({ a: int32, b: int32 }), int32, { heap });
    expect(() => s.set({ a: 1 } as never, 1)).toThrow("map key");
    expect(() => s.set(null as never, 1)).toThrow("map key");
    expect(() => s.set({ a: 1n, b: 2 } as never, 1)).toThrow("map key");
    expect(() => s.set({ a: 1, b: 2 }, 0.5)).toThrow("map value");
    expect(m.len + s.len).toBe(0);
    checkMap(m);
    checkMap(s);
    expect(() => makeMap("x" as never)).toThrow('makeMap: first argument is "x"');
    expect(() => makeMap(int32, int32, { heap: {} as never })).toThrow("makeMap: heap is");
    expect(() => mapAt(null as never, 8, int32, int32)).toThrow("mapAt: heap is null, want a heap");
    expect(() => makeMap(int32, 5 as never)).toThrow("makeMap: value is 5, want a type descriptor");
  });

  const Counted = struct({ n: int32, s: string });
  const Pair = struct({ a: string, b: string });
  const Wide = struct({ a: string, rest: array(int32, 40), b: string });
  const rest = (n: number): number[] => Array.from({ length: 40 }, (_, i) => n + i);
  const Signed = struct({ f: float64, s: string });
  const text = (n: number): string => `the text of number ${n}`.repeat(3);
  test.each<[string, Type, Type, unknown, unknown, unknown]>([
    ["a number and a string", int32, Counted, 1, { n: 1, s: text(1) }, { n: 2, s: text(2) }],
    ["two strings", string, Pair, "k", { a: text(1), b: text(2) }, { a: text(3), b: text(4) }],
    ["an array of strings", string, array(string, 3), "k", ["", text(1), ""], [text(2), "", "z"]],
    [
      "a value outside of the bucket",
      string,
      Wide,
      "k",
      { a: text(1), rest: rest(1), b: "" },
      { a: "", rest: rest(2), b: text(2) },
    ],
  ])("overwriting without memory keeps all of the old value: %s", (_, K, V, key, before, after) => {
    const failing = createFailingHeap();
    const m = makeMap(K, V, { heap: failing.heap });
    m.set(key, before);
    let n = 0;
    for (; ; n++) {
      failing.failAfter(n);
      try {
        m.set(key, after);
        break;
      } catch {
        failing.failAfter(Infinity);
        failing.heap.collect();
        expect(m.get(key)).toEqual(before);
        checkMap(m);
        expect(() => m.update(key, () => (failing.failAfter(n), after))).toThrow("no memory");
        expect(m.get(key)).toEqual(before);
      }
    }
    failing.failAfter(Infinity);
    failing.heap.collect();
    expect(n).toBeGreaterThan(0);
    expect(m.get(key)).toEqual(after);
  });

  test.each<[string, Type, Type, unknown, unknown, unknown, unknown]>([
    ["a float", float64, string, 0, -0, text(1), text(2)],
    [
      "a struct",
      Signed,
      Counted,
      { f: 0, s: text(1) },
      { f: -0, s: text(1) },
      { n: 1, s: text(3) },
      { n: 2, s: text(4) },
    ],
    ["an interface value", any, int32, 0, -0, 1, 2],
  ])(
    "overwriting without memory keeps the sign of the key's zero: %s",
    (_, K, V, plus, minus, before, after) => {
      const failing = createFailingHeap();
      const m = makeMap(K, V, { heap: failing.heap });
      m.set(plus, before);
      let failed = 0;
      for (; ; failed++) {
        failing.failAfter(failed);
        try {
          m.set(minus, after);
          break;
        } catch {
          failing.failAfter(Infinity);
          failing.heap.collect();
          expect([...m]).toEqual([[plus, before]]);
          checkMap(m);
        }
      }
      failing.failAfter(Infinity);
      expect(failed).toBeGreaterThan(0);
      expect([...m]).toEqual([[minus, after]]);
    },
  );

  test("an operation that runs out of memory half-way changes nothing", () => {
    const failing = createFailingHeap();
    const { heap } = failing;
    const m = makeMap(string, string, { heap });
    const model = new Map<string, string>();
    let failed = 0;
    for (let i = 0; i < 600; i++) {
      const [k, v] = [`key ${i % 400}`, `value ${i}`];
      for (let after = 0; ; after++) {
        failing.failAfter(after);
        try {
          m.set(k, v);
          break;
        } catch (e) {
          expect((e as Error).message).toContain("no memory");
          failed++;
          failing.failAfter(Infinity);
          expect(m.len).toBe(model.size);
          expect(m.get(k)).toBe(model.get(k) ?? "");
          if (i % 20 === 0) checkMap(m);
        } finally {
          failing.failAfter(Infinity);
        }
      }
      model.set(k, v);
    }
    // Each value is at least one object.
    expect(failed).toBeGreaterThan(600);
    checkMap(m);
    failing.failAfter(3);
    expect(() => m.compact()).toThrow("no memory");
    failing.failAfter(Infinity);
    checkMap(m);
    expect([...m].sort()).toEqual([...model].sort());
  });
});

test.each([
  ["without pointers", float64, 0.5, 1.5],
  ["with pointers", string, "old", "new"],
] as const)("clear and delete need no memory: buckets %s", (_, type, before, after) => {
  for (const n of [1, 8, 9, 100, 1000, 3330, 20_000]) {
    const failing = createFailingHeap();
    const m = makeMap<number, any>(int32, type as Type<any>, { heap: failing.heap });
    for (let i = 0; i < n; i++) m.set(i, before);
    const { B } = m.stats();
    const first = m.range();
    first.next();
    failing.failAfter(0);
    const gone = Math.min(n - 1, 500);
    for (let i = 0; i < gone; i++) expect(m.delete(i)).toBe(true);
    expect(m.len).toBe(n - gone);
    checkMap(m);
    m.clear();
    expect([m.len, m.stats().B, m.has(n - 1), [...m]]).toEqual([0, B, false, []]);
    checkMap(m);
    expect(first.next()).toBe(false);
    failing.failAfter(Infinity);
    for (let i = 0; i < n + 100; i++) m.set(i, after);
    expect([m.len, m.get(n - 1)]).toEqual([n + 100, after]);
    checkMap(m);
    m.clear();
    checkMap(m);
  }
});

test.each([
  ["without pointers", array(float64, 16)],
  ["with pointers", array(ptr(int32), 32)],
] as const)("compact that runs out of memory half-way, growing or not: buckets %s", (_, type) => {
  for (const growing of [true, false]) {
    const failing = createFailingHeap(stressHeap());
    // Of large values few buckets make a segment, so that most of them are allocated while entries move.
    const m = makeMap<number, any>(int32, type as Type<any>, { heap: failing.heap });
    const value = type.zero();
    let n = 0;
    while (n < 600 || m.stats().growing !== growing || m.stats().overflow === 0) m.set(n++, value);
    const before = [m.stats(), [...m.keys()].sort()];
    let failed = 0;
    for (let after = 0; ; after++) {
      failing.failAfter(after);
      try {
        m.compact();
        break;
      } catch (e) {
        expect((e as Error).message).toContain("no memory");
        failed++;
      } finally {
        failing.failAfter(Infinity);
      }
      // What the map does not hold again is poisoned now.
      failing.heap.collect();
      checkMap(m);
      expect([m.stats(), [...m.keys()].sort()]).toEqual(before);
    }
    expect(failed).toBeGreaterThan(2);
    checkMap(m);
    expect([m.len, m.get(n - 1), m.stats().growing]).toEqual([n, value, false]);
  }
});

test("a map that ran out of memory while growing can be emptied, key by key or at once", () => {
  for (const [key, value] of [
    [(i: number) => i, (i: number) => i],
    [(i: number) => `key ${i}`, (i: number) => `value ${i}`],
  ] as const)
    for (const atOnce of [false, true]) {
      const types =
        typeof key(0) === "number" ? ([int32, float64] as const) : ([string, string] as const);
      const failing = createFailingHeap();
      const m: GoMap<any, any> = makeMap<any, any>(types[0] as Type, types[1] as Type, {
        heap: failing.heap,
      });
      let n = 0;
      while (!m.stats().growing || n < 100) m.set(key(n), value(n++));
      failing.failAfter(0);
      if (atOnce) m.clear();
      else {
        for (let i = 0; i < n; i++) {
          expect(m.delete(key(i))).toBe(true);
          if (i % 10 === 0) checkMap(m);
        }
      }
      expect(m.len).toBe(0);
      checkMap(m);
      failing.failAfter(Infinity);
      for (let i = 0; i < 300; i++) m.set(key(i), value(i));
      expect([m.len, m.get(key(200))]).toEqual([300, value(200)]);
      checkMap(m);
    }
});

test("growth to the same number of buckets clears long chains", () => {
  const m = makeMap(int32, int32, { heap: smallHeap() });
  let same = 0;
  for (let i = 0; i < 60_000; i++) {
    m.set(i, i);
    if (i >= 40) m.delete(i - 40);
    if (m.stats().sameSizeGrow) same++;
    if (i % 1000 === 0) checkMap(m);
  }
  expect(same).toBeGreaterThan(0);
  expect(m.len).toBe(40);
});
