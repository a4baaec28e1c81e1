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
  const all = [5, 3, 8].map((size) => heap.alloc(size, NOSCAN));
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
  expect(heap.alloc(4, NOSCAN, 1)).toBe(b);
});

test("without the feature, and for objects with pointers, every object has its own slot", () => {
  const plain = createAllocator(createMemory({ reserve: 2 ** 20 }), { tiny: false });
  expect(plain.usableSize(plain.alloc(3, NOSCAN))).toBe(8);
  const heap = make();
  expect(heap.usableSize(heap.alloc(3))).toBe(8);
});
