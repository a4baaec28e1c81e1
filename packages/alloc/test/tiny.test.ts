import { expect, test } from "vitest";
import { checkAllocator, createAllocator, createMemory, NOSCAN } from "@gort/alloc";
import { tinyAlign } from "../src/tiny.ts";

const make = () => createAllocator(createMemory({ reserve: 2 ** 20 }));

test("alignment by size: 8 for 8 and 12, 4 for 4, 2 for even sizes, 1 for odd ones", () => {
  expect([1, 2, 3, 4, 6, 8, 10, 12, 14, 15].map((size) => tinyAlign(1, size))).toEqual([
    1, 2, 1, 4, 2, 8, 2, 8, 2, 1,
  ]);
  expect(tinyAlign(8, 12)).toBe(8);
});

test("a block is freed when its last object is, and can be had again", () => {
  const heap = make();
  const all = [5, 3, 4].map((size) => heap.alloc(size, NOSCAN));
  expect(new Set(all.map((p) => p - (p % 16))).size).toBe(1);
  for (const p of all) {
    expect(heap.objects.find(p)).toBe(all[0]);
    heap.free(p);
    checkAllocator(heap);
  }
  expect(heap.objects.find(all[0]!)).toBe(0);
  expect(heap.alloc(5, NOSCAN)).toBe(all[0]);
  expect(heap.stats()).toMatchObject({ mallocs: 4, frees: 3, heapObjects: 1 });
});

test("usableSize ends where the next object begins, or where its shard has got to", () => {
  const heap = make();
  const [a, b] = [heap.alloc(3, NOSCAN), heap.alloc(2, NOSCAN)];
  expect([heap.usableSize(a), heap.usableSize(b)]).toEqual([4, 2]);
  heap.alloc(12, NOSCAN);
  heap.alloc(15, NOSCAN);
  expect(heap.usableSize(b)).toBeGreaterThanOrEqual(2);
});

test("each shard packs into a block of its own; another may free the last object of it", () => {
  const heap = make();
  const [a, b] = [heap.alloc(4, NOSCAN, 0), heap.alloc(4, NOSCAN, 1)];
  expect(Math.abs(a - b)).toBeGreaterThanOrEqual(16);
  heap.free(b, 0);
  checkAllocator(heap);
  expect(heap.alloc(10, NOSCAN, 0)).toBe(a + 4);
  // Its block is full; the next one it begins is the one that it emptied.
  expect(heap.alloc(4, NOSCAN, 0)).toBe(b);
});

test("without the feature, and for objects with pointers, every object has its own slot", () => {
  const plain = createAllocator(createMemory({ reserve: 2 ** 20 }), { tiny: false });
  expect(plain.usableSize(plain.alloc(3, NOSCAN))).toBe(8);
  const heap = make();
  expect(heap.usableSize(heap.alloc(3))).toBe(8);
});

test("an object that neither fits nor would leave more room in a new block has a slot of its own", () => {
  const heap = make();
  const a = heap.alloc(9, NOSCAN);
  const b = heap.alloc(12, NOSCAN);
  expect(heap.usableSize(b)).toBe(16);
  // The current block is still the first one: 7 more bytes go there.
  expect(heap.alloc(7, NOSCAN)).toBe(a + 9);
  heap.free(b);
  expect(() => heap.free(b)).toThrow(/double free/);
  // Counted as Go counts a block: an object of 16 bytes.
  expect(heap.stats()).toMatchObject({ mallocs: 3, heapObjects: 1, heapAlloc: 16 });
  expect(heap.stats().bySize[2]).toMatchObject({ size: 16, mallocs: 2, frees: 1 });
  checkAllocator(heap);
});

test("objects of 8 bytes share no block: each is found and freed by itself, and comes back first", () => {
  const heap = make();
  const four = heap.alloc(4, NOSCAN);
  const all = Array.from({ length: 40 }, () => heap.alloc(8, NOSCAN));
  expect(all.some((p) => p - (p % 16) === four)).toBe(false);
  for (const p of all) expect([heap.objects.find(p + 7), heap.usableSize(p)]).toEqual([p, 8]);
  expect(heap.stats()).toMatchObject({ mallocs: 41, heapObjects: 41, heapAlloc: 16 + 40 * 8 });
  heap.free(all[7]!);
  expect(() => heap.free(all[7]!)).toThrow(/double free/);
  expect(heap.objects.find(all[7]!)).toBe(0);
  expect(heap.alloc(8, NOSCAN)).toBe(all[7]);
  checkAllocator(heap);
  for (const p of [four, ...all]) heap.free(p);
  expect(heap.stats()).toMatchObject({ mallocs: 42, frees: 42, heapObjects: 0 });
});

test("a block that was emptied is begun first, checked and counted like any other", () => {
  const heap = make();
  const all = Array.from({ length: 40 }, () => heap.alloc(7, NOSCAN));
  for (const p of all.slice(10)) heap.free(p);
  checkAllocator(heap);
  expect(heap.stats()).toMatchObject({ mallocs: 40, heapObjects: 5, heapAlloc: 80 });
  const kept = all[39]! - (all[39]! % 16);
  expect(() => heap.free(kept)).toThrow(/double free/);
  expect(() => heap.usableSize(kept)).toThrow(/the object is free/);
  expect(heap.objects.find(kept + 3)).toBe(0);
  const seen: number[] = [];
  heap.objects.forEach((p) => seen.push(p));
  expect(seen).toHaveLength(5);
  heap.memory.u8.fill(7, kept, kept + 16);
  expect(heap.alloc(7, NOSCAN)).toBe(kept);
  expect([...heap.memory.u8.subarray(kept, kept + 16)].every((x) => x === 0)).toBe(true);
  for (const p of [...all.slice(0, 10), kept]) heap.free(p);
  heap.trim();
  checkAllocator(heap);
  expect(heap.stats()).toMatchObject({ heapObjects: 0, heapInuse: 0 });
});

test("a collection begins with blocks in magazines and with blocks in use", () => {
  const heap = make();
  const all = Array.from({ length: 20 }, () => heap.alloc(7, NOSCAN));
  for (const p of all.slice(4)) heap.free(p);
  heap.objects.cycle.startMark();
  checkAllocator(heap);
  heap.objects.findAndMark(all[0]! + 9);
  heap.objects.cycle.startSweep();
  heap.objects.cycle.sweep(Infinity);
  checkAllocator(heap);
  expect(heap.stats()).toMatchObject({ heapObjects: 1, heapAlloc: 16 });
  heap.free(all[0]!);
  heap.free(all[1]!);
  expect(() => heap.free(all[1]!)).toThrow(/double free/);
  checkAllocator(heap);
  expect(heap.stats()).toMatchObject({ heapObjects: 0 });
});
