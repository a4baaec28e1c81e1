import { createHeap, createStressHeap, type GcHeap } from "@gort/gc";
import {
  any,
  bool,
  float32,
  float64,
  int16,
  int32,
  int64,
  int8,
  ptr,
  slice as sliceType,
  string,
  struct,
  toInterface,
  type Type,
  uint16,
  uint32,
  uint64,
  uint8,
  uintptr,
} from "@gort/types";
import { describe, expect, test } from "vitest";
import {
  append,
  appendSlice,
  checkSlice,
  copy,
  type HeapElem,
  inHeap,
  makeSlice,
  nilSlice,
  type Slice,
  sliceFrom,
  sliceOf,
  slices,
  viewOf,
} from "@gort/slice";

const Person = struct({ name: string, age: int32 });

describe.each([
  ["incremental", () => createHeap({ reserve: 1 << 25 })],
  ["stress", () => createStressHeap({ reserve: 1 << 25 })],
])("on a heap that collects: %s", (_, make) => {
  const churn = (heap: GcHeap): void => {
    for (let i = 0; i < 50; i++) heap.alloc(Person, 20);
    heap.safepoint();
    heap.collect();
  };

  test("a slice keeps its store, strings included, across collections; so do slices made from it", () => {
    const heap = make();
    const people = inHeap(heap, Person);
    let s = makeSlice(people, 0, 2);
    for (let i = 0; i < 40; i++) {
      s = append(s, { name: `n${i}`, age: i });
      if (i % 7 === 0) churn(heap);
      checkSlice(s);
    }
    const tail = s.slice(30);
    churn(heap);
    expect(tail.get(5)).toEqual({ name: "n35", age: 35 });
    expect(s.toArray().map((p) => p.age)).toEqual(Array.from({ length: 40 }, (_v, i) => i));
  });

  test("s[len(s):] does not keep the next object alive: its address stays in its own store", () => {
    const heap = make();
    const s = makeSlice(inHeap(heap, uint8), 16);
    const h = inHeap(heap, uint8);
    expect(inHeap(heap, uint8).rooted).toBe(0);
    const end = s.slice(16);
    expect([end.cap, end.off]).toEqual([0, s.off]);
    expect(h.nil().isNil).toBe(true);
  });

  test("the heap has one table of roots per element type, and none while it is unused", () => {
    const heap = make();
    const add = heap.addRoots.bind(heap);
    let tables = 0;
    heap.addRoots = (source) => {
      const remove = add(source);
      tables++;
      return () => {
        tables--;
        remove();
      };
    };
    const bytes = inHeap(heap, uint8);
    expect(tables).toBe(0);
    for (let i = 0; i < 3; i++) {
      const [a, b] = [makeSlice(bytes, 1), makeSlice(bytes, 1)];
      expect(tables).toBe(1);
      bytes.release(a);
      expect(tables).toBe(1);
      bytes.release(b);
      expect(tables).toBe(0);
    }
  });

  test("release gives the store up, once; the heap forgets an unused table of roots", () => {
    const heap = make();
    const bytes = inHeap(heap, uint8);
    const a = makeSlice(bytes, 100);
    const b = makeSlice(bytes, 100);
    expect(bytes.rooted).toBe(2);
    bytes.release(a);
    bytes.release(a.slice(1));
    expect(bytes.rooted).toBe(1);
    bytes.release(b);
    expect(bytes.rooted).toBe(0);
    const before = heap.stats().heapObjects;
    heap.collect();
    expect(heap.stats().heapObjects).toBeLessThan(before);
  });

  test("growth roots the new store; a borrowed slice grows into a borrowed one", () => {
    const heap = make();
    const ints = inHeap(heap, int32);
    const s = append(makeSlice(ints, 1), 2, 3, 4);
    expect(ints.rooted).toBe(2);
    const b = ints.borrow(ints.header(s));
    expect(append(slices.clip(b), 5).toArray()).toEqual([0, 2, 3, 4, 5]);
    expect(ints.rooted).toBe(2);
    churn(heap);
    expect(s.toArray()).toEqual([0, 2, 3, 4]);
  });

  test.each<[string, (e: HeapElem<string>) => Slice<string>]>([
    ["append to nil", (e) => append(nilSlice(e), "a", "b", "c", "d")],
    ["append to nil, one by one", (e) => append(append(append(nilSlice(e), "a"), "b"), "c", "d")],
    ["append to a nil header", (e) => append(e.from({ ptr: 0, len: 0, cap: 0 }), ..."abcd")],
    ["appendSlice to nil", (e) => appendSlice(nilSlice(e), makeSlice(string, [..."abcd"]))],
    ["nil that was grown", (e) => append(slices.grow(nilSlice(e), 4), "a", "b", "c", "d")],
    ["nil of a store", (e) => append(makeSlice(e, 1).backing.nil(), ..."abcd")],
    ["slices.collect", (e) => slices.collect(e, "abcd")],
    ["slices.sorted", (e) => slices.sorted(e, "dcba")],
    ["slices.concat", (e) => slices.concat(makeSlice(e, ["a", "b"]), makeSlice(e, ["c", "d"]))],
    ["slices.clone", (e) => slices.clone(append(nilSlice(e), ..."abcd"))],
  ])("what grew from a nil slice keeps its store: %s", (_how, grown) => {
    const heap = make();
    const strs = inHeap(heap, string);
    const s = grown(strs);
    expect(strs.rooted).toBeGreaterThan(0);
    churn(heap);
    for (let i = 0; i < 300; i++) makeSlice(inHeap(heap, string), ["JUNK", "JUNK", "JUNK", "JUNK"]);
    expect(s.toArray()).toEqual(["a", "b", "c", "d"]);
  });

  test("what grew from a borrowed nil slice is borrowed", () => {
    const strs = inHeap(make(), string);
    const s = append(strs.borrow({ ptr: 0, len: 0, cap: 0 }), "a", "b");
    expect([s.toArray(), strs.rooted]).toEqual([["a", "b"], 0]);
  });

  test("release gives up the root of the slice, whichever inHeap of the heap and type made it", () => {
    const heap = make();
    const a = inHeap(heap, string);
    const b = inHeap(heap, string);
    const kept = makeSlice(b, ["keep", "these", "strings"]);
    const other = makeSlice(a, ["other"]);
    b.release(other);
    b.release(nilSlice(a));
    expect([a.rooted, b.rooted]).toEqual([0, 1]);
    churn(heap);
    for (let i = 0; i < 300; i++) makeSlice(inHeap(heap, string), ["JUNK", "JUNK", "JUNK"]);
    expect(kept.toArray()).toEqual(["keep", "these", "strings"]);
  });

  test("a header stored in another object keeps the store alive; from and borrow read it back", () => {
    const heap = make();
    const strs = inHeap(heap, string);
    const Holder = struct({ list: sliceType(string), next: ptr(int32) });
    const holders = makeSlice(inHeap(heap, Holder), 1);
    const s = makeSlice(strs, ["a", "b"], 4);
    holders.set(0, { list: strs.header(s), next: 0 });
    strs.release(s);
    churn(heap);
    const back = strs.from(holders.get(0).list);
    expect([back.toArray(), back.cap]).toEqual([["a", "b"], 4]);
    expect(strs.from({ ptr: 0, len: 0, cap: 0 }).isNil).toBe(true);
    expect(strs.header(nilSlice(strs))).toEqual({ ptr: 0, len: 0, cap: 0 });
    expect(strs.header(makeSlice(strs, 0)).ptr).not.toBe(0);
  });

  test("a variable in the heap holds whatever is assigned to it, until it is released", () => {
    const heap = make();
    const strs = inHeap(heap, string);
    const v = strs.newVar();
    expect(v.value.isNil).toBe(true);
    for (let i = 0; i < 20; i++) {
      v.value = append(v.value, `x${i}`);
      churn(heap);
    }
    expect(v.value.toArray()).toEqual(Array.from({ length: 20 }, (_v, i) => `x${i}`));
    expect(strs.rooted).toBe(1);
    v.release();
    v.release();
    expect(strs.rooted).toBe(0);
    expect(() => v.value).toThrow("SliceVar: variable is");
  });

  test("a variable in the heap is released at the end of its block", () => {
    const strs = inHeap(make(), string);
    const v = strs.newVar();
    expect(strs.rooted).toBe(1);
    v[Symbol.dispose]();
    expect(strs.rooted).toBe(0);
  });

  test("elements move between the heap and JavaScript storage", () => {
    const heap = make();
    const s = makeSlice(inHeap(heap, string), ["a", "b"]);
    expect(appendSlice(sliceOf("x"), s).toArray()).toEqual(["x", "a", "b"]);
    expect(appendSlice(s, sliceOf("y")).toArray()).toEqual(["a", "b", "y"]);
    const nums = makeSlice(inHeap(heap, float64), 3);
    expect(copy(nums, sliceFrom(Float64Array.of(1, 2, 3, 4)))).toBe(3);
    const out = sliceFrom(new Float64Array(2));
    expect(copy(out, nums)).toBe(2);
    expect(out.toArray()).toEqual([1, 2]);
    const other = makeSlice(inHeap(make(), string), 2);
    expect(copy(other, s)).toBe(2);
    expect(other.toArray()).toEqual(["a", "b"]);
  });

  test("a refused value leaves everything as it was", () => {
    const heap = make();
    const s = makeSlice(inHeap(heap, Person), [{ name: "a", age: 1 }], 3);
    expect(() => append(s, { name: "b", age: 2 }, { name: "c", age: 2.5 })).toThrow(/2\.5/);
    expect(() => append(s, { name: 5, age: 2 } as never)).toThrow(/5/);
    expect(s.slice(0, 3).toArray().slice(1)).toEqual([
      { name: "", age: 0 },
      { name: "", age: 0 },
    ]);
  });
});

test("bad arguments of inHeap, headers and releases are named", () => {
  const heap = createHeap({ reserve: 1 << 22 });
  const ints = inHeap(heap, int32);
  expect(() => inHeap({} as never, int32)).toThrow("inHeap: heap is an object");
  expect(() => inHeap(heap, 5 as never)).toThrow("inHeap: elem is 5");
  expect(() => ints.from({ ptr: 8, len: 3, cap: 2 })).toThrow("slice header: (ptr, len, cap)");
  expect(() => ints.from({ ptr: 0, len: 0, cap: 2 })).toThrow("slice header: ptr is 0");
  expect(() => ints.from({ ptr: 9, len: 0, cap: 2 })).toThrow(
    "slice header: ptr is 9, want a multiple of 4",
  );
  expect(() => ints.from({ ptr: 8, len: 0, cap: 2 ** 31 })).toThrow("slice header");
  expect(() => ints.release(makeSlice(Int32Array, 1))).toThrow("release: s is");
  const header = "want a slice header { ptr, len, cap }";
  for (const none of [null, undefined, 5, {}, { ptr: 8n, len: 1, cap: 1 }] as never[]) {
    expect(() => ints.from(none)).toThrow(/^from: header is .*, want a slice header/);
    expect(() => ints.borrow(none)).toThrow(header);
    expect(() => ints.header(none)).toThrow(/^header: s is .*, want a slice$/);
    expect(() => ints.release(none)).toThrow(/^release: s is .*, want a slice$/);
    expect(() => (ints.newVar().value = none)).toThrow(/^header: s is .*, want a slice$/);
  }
  expect(() => ints.from({ ptr: 8, len: 0.5, cap: 1 })).toThrow("slice header: (ptr, len, cap)");
  expect(() => ints.withGrowth(null as never)).toThrow("withGrowth: rule is null, want a function");
  expect(() => makeSlice(ints, 2 ** 22)).toThrow("makeslice: len out of range");
});

test.each<[Type<any>, unknown[]]>([
  [int8, [-128, 127]],
  [uint8, [0, 255]],
  [int16, [-32768, 32767]],
  [uint16, [1, 65535]],
  [int32, [-(2 ** 31), 2 ** 31 - 1]],
  [uint32, [1, 2 ** 32 - 1]],
  [uintptr, [1, 2 ** 32 - 1]],
  [int64, [-(2n ** 63n), 2n ** 63n - 1n]],
  [uint64, [1n, 2n ** 64n - 1n]],
  [float32, [-0.5, 2 ** 100]],
  [float64, [-0.1, 1e300]],
  [bool, [true, false]],
])("elements in a heap lie where their type puts them: %o", (type, values) => {
  const heap = createHeap({ reserve: 1 << 22 });
  const elem = inHeap(heap, type);
  let s = makeSlice(elem, values);
  for (const v of values) s = append(s, v);
  const at = (i: number): unknown => type.load(heap, elem.header(s).ptr + i * type.size);
  const twice = [...values, ...values];
  expect([s.toArray(), twice.map((_, i) => at(i))]).toEqual([twice, twice]);
  s.set(1, values[0]);
  expect([s.get(1), at(1)]).toEqual([values[0], values[0]]);
  checkSlice(s);
});

/** V8's own collection. */
async function collector(): Promise<() => void> {
  const { setFlagsFromString } = await import("node:v8");
  const { runInNewContext } = await import("node:vm");
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}

test("slices that V8 collects give their stores back", async () => {
  const heap = createHeap({ reserve: 1 << 24 });
  const bytes = inHeap(heap, uint8);
  const gc = await collector();
  for (let i = 0; i < 100; i++) makeSlice(bytes, 10);
  expect(bytes.rooted).toBe(100);
  for (let i = 0; i < 100 && bytes.rooted > 1; i++) {
    gc();
    await new Promise((r) => setImmediate(r));
  }
  // Conservative: V8 may still hold the last one in a register.
  expect(bytes.rooted).toBeLessThan(100);
});

test("a view into a heap keeps the elements when V8 has collected the slice", async () => {
  const heap = createHeap({ reserve: 1 << 24 });
  const floats = inHeap(heap, float64);
  const gc = await collector();
  const views = Array.from({ length: 100 }, (_, i) =>
    viewOf(makeSlice(floats, [i, i]).slice(i % 2), Float64Array),
  );
  for (let i = 0; i < 5; i++) {
    gc();
    await new Promise((r) => setImmediate(r));
  }
  expect(floats.rooted).toBe(100);
  heap.collect();
  for (let i = 0; i < 200; i++) makeSlice(floats, [-1, -1]);
  views.forEach((view, i) => expect([...view]).toEqual(i % 2 === 0 ? [i, i] : [i]));
});

test("a view into a heap is made once, until another part of the store is looked at", () => {
  const heap = createHeap({ reserve: 1 << 24 });
  const ints = inHeap(heap, int32);
  const s = makeSlice(ints, [1, 2, 3, 4]);
  const view = viewOf(s, Int32Array);
  expect(viewOf(s, Int32Array)).toBe(view);
  expect(viewOf(s.slice(), Int32Array)).toBe(view);
  for (const [lo, hi] of [
    [1, 4],
    [0, 3],
    [1, 3],
    [2, 2],
    [0, 4],
  ] as const) {
    const part = viewOf(s.slice(lo, hi), Int32Array);
    expect([...part]).toEqual([1, 2, 3, 4].slice(lo, hi));
  }
  expect(viewOf(makeSlice(ints, [1, 2, 3, 4]), Int32Array)).not.toBe(view);
  view[0] = 5;
  expect(viewOf(s, Int32Array)[0]).toBe(5);
  const borrowed = ints.borrow(ints.header(s));
  s.set(1, 6);
  expect([...viewOf(borrowed, Int32Array)]).toEqual([5, 6, 3, 4]);
  ints.release(s);
  expect([...viewOf(s, Int32Array)]).toEqual([5, 6, 3, 4]);
});

test("a store whose view was asked for is given back when V8 has collected slice and view", async () => {
  const ints = inHeap(createHeap({ reserve: 1 << 24 }), int32);
  const gc = await collector();
  for (let i = 0; i < 100; i++) viewOf(makeSlice(ints, 10), Int32Array);
  for (let i = 0; i < 100 && ints.rooted > 1; i++) {
    gc();
    await new Promise((r) => setImmediate(r));
  }
  expect(ints.rooted).toBeLessThan(100);
});

test("append of values of which one points into another heap writes none of them", () => {
  const [here, there] = [createHeap({ reserve: 1 << 24 }), createHeap({ reserve: 1 << 24 })];
  const s = makeSlice(inHeap(here, any), 0, 4);
  const x = toInterface(ptr(int32), there.alloc(int32), there);
  expect(() => append(s, toInterface(int32, 5), x)).toThrow("of this space, not of another");
  expect(s.slice(0, 4).toArray()).toEqual([null, null, null, null]);
});
