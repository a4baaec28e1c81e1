/** Large objects: resizing them where they lie. Allocation and freeing are in tiered.test.ts. */
import { describe, expect, test } from "vitest";
import {
  checkAllocator,
  createAllocator,
  createMemory,
  NOSCAN,
  NOZERO,
  type TieredAllocator,
} from "@gort/alloc";

const MIB = 2 ** 20;
const make = (reserve: number): TieredAllocator => createAllocator(createMemory({ reserve }));

describe("realloc of a large object", () => {
  test("a large object grows into the free pages behind it and past the frontier, zeroed, and gives pages back", () => {
    const heap = make(16 * MIB);
    const p = heap.alloc(40_000);
    const next = heap.alloc(100_000, NOZERO);
    heap.memory.u8.fill(9, next, next + 100_000);
    heap.free(next);
    heap.memory.u8.fill(7, p, p + 40_000);
    expect(heap.realloc(p, 90_000)).toBe(p);
    expect(heap.memory.u8[p + 39_999]).toBe(7);
    expect(heap.memory.u8.subarray(p + 40_960, p + 90_000).every((b) => b === 0)).toBe(true);
    checkAllocator(heap);
    expect(heap.realloc(p, 8 * MIB)).toBe(p);
    expect(heap.memory.u8.subarray(p + 90_112, p + 8 * MIB).every((b) => b === 0)).toBe(true);
    checkAllocator(heap);
    expect(heap.stats()).toMatchObject({ mallocs: 2, frees: 1, heapAlloc: 8 * MIB });
    expect(heap.realloc(p, 33_000)).toBe(p);
    checkAllocator(heap);
    expect([heap.usableSize(p), heap.stats().heapInuse]).toEqual([40_960, 40_960]);
    const wall = heap.alloc(40_000);
    expect(wall).toBe(p + 40_960);
    expect(heap.realloc(p, 60_000)).not.toBe(p);
    expect(heap.objects.find(p + 100)).toBe(0);
    checkAllocator(heap);
  });

  test("a large object in place while a cycle runs keeps its colour; of another kind it moves", () => {
    const heap = make(16 * MIB);
    const p = heap.alloc(40_000);
    heap.objects.cycle.startMark();
    expect(heap.realloc(p, 200_000)).toBe(p);
    expect(heap.objects.findAndMark(p + 199_999)).toBe(p);
    heap.objects.cycle.startSweep();
    expect(heap.realloc(p, 500_000)).toBe(p);
    checkAllocator(heap);
    while (heap.objects.cycle.sweep(1) > 0) checkAllocator(heap);
    expect(heap.usableSize(p)).toBe(507_904);
    expect(heap.realloc(p, 600_000, NOSCAN)).not.toBe(p);
    checkAllocator(heap);
  });

  test.each([-1, NaN, 1.5, 2 ** 33])(
    "to %s bytes is refused, and a large object stays as it was",
    (size) => {
      const heap = make(16 * MIB);
      const p = heap.alloc(50_000);
      expect(() => heap.realloc(p, size)).toThrow(`alloc: size ${size} is not`);
      expect(() => heap.realloc(p, 60_000, 0, 99)).toThrow("alloc: shard 99");
      expect(heap.usableSize(p)).toBe(57_344);
      checkAllocator(heap);
    },
  );
});
