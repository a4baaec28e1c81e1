import { expect, test } from "vitest";
import { checkAllocator, createAllocator, createMemory, NOZERO } from "@gort/alloc";

test("free pages are zeroed from the highest down, counted as released, and need no zeroing afterwards", () => {
  const heap = createAllocator(createMemory({ reserve: 2 ** 23 }));
  const all = Array.from({ length: 10 }, () => heap.alloc(50_000, NOZERO));
  for (const p of all) heap.memory.u8.fill(0xee, p, p + 50_000);
  for (const p of all) heap.free(p);
  const before = heap.stats().heapReleased;
  expect(heap.scavenge(8192)).toBe(8192);
  expect(heap.memory.u8[all[9]! + 49_151]).toBe(0xee);
  expect(heap.memory.u8[all[9]! + 49_999]).toBe(0);
  checkAllocator(heap);
  expect(heap.scavenge()).toBe(10 * 57_344 - 8192);
  expect(heap.stats().heapReleased - before).toBe(10 * 57_344);
  expect(heap.stats().heapReleased).toBe(heap.stats().heapIdle);
  expect(heap.scavenge()).toBe(0);
  checkAllocator(heap);
  const p = heap.alloc(500_000, NOZERO);
  expect(heap.memory.u8.subarray(p, p + 500_000).every((b) => b === 0)).toBe(true);
});

test("pages in use are left alone", () => {
  const heap = createAllocator(createMemory({ reserve: 2 ** 22 }));
  const [p, q] = [heap.alloc(100), heap.alloc(100_000)];
  heap.memory.u8.fill(7, p, p + 100);
  heap.memory.u8.fill(7, q, q + 100_000);
  heap.scavenge();
  expect([heap.memory.u8[p + 99], heap.memory.u8[q + 99_999]]).toEqual([7, 7]);
});

test("pointer bits of scavenged pages are cleared as well", () => {
  const heap = createAllocator(createMemory({ reserve: 2 ** 22 }));
  const p = heap.alloc(100_000);
  const bits = heap.objects.pointerBits / 4 + Math.ceil(p / 128);
  heap.memory.i32.fill(-1, bits, bits + 700);
  heap.free(p);
  heap.scavenge();
  checkAllocator(heap);
  heap.alloc(100_000);
  expect(heap.memory.i32.subarray(bits, bits + 700).every((word) => word === 0)).toBe(true);
});
