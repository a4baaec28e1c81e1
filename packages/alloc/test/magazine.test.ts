/** Magazines: what is freed last is allocated first, every free is checked, and all of it shows in no number. */
import { describe, expect, test } from "vitest";
import {
  attachAllocator,
  checkAllocator,
  createAllocator,
  createMemory,
  heapMap,
  memoryOver,
  NOSCAN,
  NOZERO,
  type Ptr,
  type TieredAllocator,
} from "@gort/alloc";
import { H_COLLECTED, M_COUNT, M_FREE, M_OPEN } from "../src/words.ts";
import type { Tiered } from "../src/tiered.ts";

const MIB = 2 ** 20;
const make = (reserve = 32 * MIB): TieredAllocator =>
  createAllocator(createMemory({ reserve }), { shards: 2 });
const fill = (heap: TieredAllocator, n: number, size: number): Ptr[] =>
  Array.from({ length: n }, () => heap.alloc(size));
const coreOf = (heap: TieredAllocator) => (heap as Tiered).core;
const stateOf = (heap: TieredAllocator, spc: number): number =>
  heap.memory.i32[coreOf(heap).states + spc]!;

describe("order", () => {
  test("what is freed last is allocated first, zeroed as asked", () => {
    const heap = make();
    const [a, b, c] = fill(heap, 3, 48) as [Ptr, Ptr, Ptr];
    heap.memory.u8.fill(7, b, b + 48);
    heap.free(a);
    heap.free(b);
    expect(heap.alloc(48)).toBe(b);
    expect(heap.memory.u8.subarray(b, b + 48).every((x) => x === 0)).toBe(true);
    heap.memory.u8.fill(7, a, a + 48);
    expect(heap.alloc(48, NOZERO)).toBe(a);
    expect(heap.memory.u8[a + 47]).toBe(7);
    expect([a, b]).not.toContain(c);
    checkAllocator(heap);
  });

  test("scan and noscan objects of one size do not mix", () => {
    const heap = make();
    const scan = heap.alloc(64);
    heap.free(scan);
    expect(heap.alloc(64, NOSCAN)).not.toBe(scan);
    expect(heap.alloc(64)).toBe(scan);
  });

  test.each([
    [1, 2],
    [4, 8],
    [32, 32],
    [128, 64],
  ])(
    "in %i MiB a magazine keeps %i objects, and gives the older half to their spans",
    (mib, slots) => {
      const heap = make(mib * MIB);
      const all = fill(heap, slots + 1, 512);
      for (const p of all.slice(0, slots)) heap.free(p);
      expect(stateOf(heap, findSpc(heap)) & M_COUNT).toBe(slots);
      checkAllocator(heap);
      heap.free(all[slots]!);
      checkAllocator(heap);
      expect(stateOf(heap, findSpc(heap)) & M_COUNT).toBe(slots / 2 + 1);
      expect(heap.alloc(512)).toBe(all[slots]);
    },
  );

  /** The span class of 512 scan bytes. */
  function findSpc(heap: TieredAllocator): number {
    const { i32 } = heap.memory;
    const { states } = coreOf(heap);
    for (let spc = 0; spc < 138; spc++) if (i32[states + spc]! < 0) return spc;
    throw new Error("no magazine is open");
  }
});

describe("checks", () => {
  test("a free of what lies in a magazine is a double free, by whichever shard and object", () => {
    const heap = make();
    const other = attachAllocator(memoryOver(heap.memory.buffer));
    const [a, b] = fill(heap, 2, 100) as [Ptr, Ptr];
    heap.free(a, 1);
    for (const h of [heap, other])
      for (const shard of [0, 1]) {
        expect(() => h.free(a, shard)).toThrow(/double free of 0x/);
        expect(() => h.free(b + 8, shard)).toThrow(/interior pointer/);
        expect(() => h.free(b + 4, shard)).toThrow(/interior pointer/);
      }
    expect(() => heap.usableSize(a)).toThrow(/the object is free/);
    expect(heap.objects.find(a)).toBe(0);
    expect(heap.objects.find(b + 5)).toBe(b);
    checkAllocator(heap);
    other.free(b);
    expect(heap.alloc(100)).toBe(b);
  });

  test("an error in the slow way of a free leaves the magazine as it was", () => {
    const heap = make();
    const all = fill(heap, 40, 64);
    for (const p of all.slice(0, 32)) heap.free(p);
    expect(() => heap.free(all[0]!)).toThrow(/double free/);
    expect(() => heap.free(all[33]! + 1)).toThrow(/interior/);
    checkAllocator(heap);
    expect(heap.stats().heapObjects).toBe(8);
  });
});

describe("numbers", () => {
  test("statistics, forEach and the heap map do not see magazines", () => {
    const heap = make();
    const all = fill(heap, 10, 64);
    for (const p of all.slice(3)) heap.free(p);
    expect(heap.stats()).toMatchObject({ mallocs: 10, frees: 7, heapObjects: 3, heapAlloc: 192 });
    heap.alloc(64);
    expect(heap.stats()).toMatchObject({ mallocs: 11, frees: 7, heapObjects: 4, totalAlloc: 704 });
    const seen: Ptr[] = [];
    heap.objects.forEach((p) => seen.push(p));
    expect(seen.sort()).toEqual([...all.slice(0, 3), all[9]!].sort());
    const span = heapMap(heap).regions.find((r) => r.kind === "span");
    expect(span?.kind === "span" && span.allocated).toBe(4);
  });

  test("the count of frees runs over without being lost", () => {
    const heap = make();
    const p = heap.alloc(64);
    heap.free(p);
    const { i32 } = heap.memory;
    const m = coreOf(heap).states;
    const spc = Array.from({ length: 138 }, (_, i) => i).find((i) => i32[m + i]! < 0)!;
    // As after 2^24 - 1 frees, of which one object stayed.
    i32[m + spc] = M_OPEN | ((2 ** 24 - 1) * M_FREE) | 1;
    const q = heap.alloc(64);
    heap.free(q);
    expect(i32[m + spc]! >= 0).toBe(true);
    const r = heap.alloc(64);
    expect(heap.stats()).toMatchObject({ frees: 2 ** 24, mallocs: 2 ** 24 + 1, heapObjects: 1 });
    heap.free(r);
    expect(heap.stats()).toMatchObject({ frees: 2 ** 24 + 1, heapObjects: 0 });
    checkAllocator(heap);
  });

  test("trim and a shortage of memory empty the magazines of all shards", () => {
    const heap = make(MIB);
    const all = fill(heap, 4, 8192);
    heap.free(all[0]!, 0);
    heap.free(all[1]!, 0);
    heap.free(all[2]!, 1);
    expect(heap.trim()).toBe(3 * 8192);
    heap.free(all[3]!);
    expect(heap.stats().heapInuse).toBe(8192);
    const rest: Ptr[] = [];
    expect(() => {
      for (;;) rest.push(heap.alloc(40_000));
    }).toThrow(/out of memory/);
    expect(heap.stats().heapInuse).toBe(rest.length * 40_960);
    checkAllocator(heap);
  });
});

test("once a collector works there are no magazines, and frees are checked as before", () => {
  const heap = make();
  const [a, b, c] = fill(heap, 3, 64) as [Ptr, Ptr, Ptr];
  heap.free(a);
  heap.objects.cycle.startMark();
  expect(heap.memory.i32[H_COLLECTED]).toBe(1);
  checkAllocator(heap);
  expect(() => heap.free(a)).toThrow(/double free/);
  heap.objects.mark(b);
  heap.objects.cycle.startSweep();
  heap.objects.cycle.sweep(Infinity);
  expect(() => heap.free(c)).toThrow(/double free/);
  heap.free(b);
  expect(() => heap.free(b)).toThrow(/double free/);
  checkAllocator(heap);
  expect(heap.stats()).toMatchObject({ mallocs: 3, frees: 3, heapObjects: 0 });
});
