import {
  countingAllocator,
  createAllocator,
  createBumpAllocator,
  createMemory,
  NOSCAN,
  poisoningAllocator,
  type Allocator,
} from "@gort/alloc";
import { int32, ptr, struct } from "@gort/types";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GcHeap } from "../src/index.ts";
import { checkHeap, createHeap, createStopTheWorldHeap, traced } from "../src/index.ts";

const seed = Number(process.env["GORT_SEED"] ?? 37);
const Node = struct({ next: ptr(int32), id: int32, more: int32, rest: int32 });
const plain: Record<string, () => Allocator> = {
  "the default allocator": () => createAllocator(createMemory({ reserve: 2 ** 23 })),
  "a counting one": () => countingAllocator(createAllocator(createMemory({ reserve: 2 ** 23 }))),
  "a poisoning one": () =>
    poisoningAllocator(createAllocator(createMemory({ reserve: 2 ** 23 })), { sites: false }),
  "the bump allocator": () => createBumpAllocator(createMemory({ reserve: 2 ** 23 })),
};

describe.each(Object.entries(plain))("a table beside %s", (_, make) => {
  it("finds the object of every address, and marks, through any allocs and frees", () => {
    const step = fc.record({
      op: fc.nat(9),
      size: fc.integer({ min: 1, max: 3000 }),
      n: fc.nat(1e6),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const a = traced(make());
        const live = new Map<number, { size: number; marked: boolean }>();
        for (const { op, size, n } of steps) {
          const pick = [...live.keys()][n % (live.size || 1)];
          if (op < 5 || pick === undefined)
            live.set(a.alloc(size, op & 1 ? NOSCAN : 0), { size, marked: false });
          else if (op < 7) {
            a.free(pick);
            live.delete(pick);
          } else {
            expect(a.objects.mark(pick)).toBe(!live.get(pick)!.marked);
            live.get(pick)!.marked = true;
          }
          for (const [p, o] of live) {
            const inside = p + (n % o.size);
            expect(a.objects.find(inside)).toBe(p);
            expect(a.objects.isMarked(p)).toBe(o.marked);
          }
          if (pick !== undefined && !live.has(pick)) expect(a.objects.find(pick)).toBe(0);
        }
        const seen = new Set<number>();
        a.objects.forEach((base) => seen.add(base));
        expect(seen).toEqual(new Set(live.keys()));
      }),
      { seed, numRuns: 15 },
    );
  });

  it("collects a program's garbage and keeps its list", () => {
    const heap = createHeap({ allocator: traced(make()), gcPercent: -1 });
    const head = heap.root(0);
    for (let i = 0; i < 2000; i++) {
      const p = heap.alloc(Node);
      heap.memory.i32[(p + 4) >>> 2] = i;
      if (i % 4 !== 0) continue;
      heap.writePtr(p, head.ptr);
      head.set(p);
      if (i % 400 === 0) heap.step(0.1);
    }
    heap.collect();
    heap.collect();
    checkHeap(heap);
    expect(heap.stats().heapObjects).toBe(500);
    let n = 0;
    for (let p = head.ptr; p !== 0; p = heap.memory.u32[p >>> 2]!, n++)
      expect(heap.memory.i32[(p + 4) >>> 2]).toBe(4 * (499 - n));
    expect(n).toBe(500);
  });
});

it("what the allocator's owner frees and allocates beside the heap is not counted as the heap's", () => {
  const plain = createAllocator(createMemory({ reserve: 2 ** 22 }));
  const before = Array.from({ length: 5 }, () => plain.alloc(1000));
  const heap = createHeap({ allocator: traced(plain) });
  const kept = heap.root(heap.alloc(Node));
  const { heapAlloc } = heap.stats();
  expect(heapAlloc).toBeGreaterThan(0);
  const counts = () => {
    const { alloc, heapAlloc, totalAlloc, mallocs, frees, heapObjects } = heap.stats();
    return [alloc, heapAlloc, totalAlloc, mallocs, frees, heapObjects];
  };
  const only = [heapAlloc, heapAlloc, heapAlloc, 1, 0, 1];
  for (const p of before) plain.free(p);
  expect(counts()).toEqual(only);
  const later = plain.alloc(40_000);
  expect(counts()).toEqual(only);
  checkHeap(heap);
  heap.alloc(Node);
  heap.collect();
  expect(counts()).toEqual([heapAlloc, heapAlloc, 2 * heapAlloc, 2, 1, 1]);
  plain.free(later);
  kept.release();
  heap.collect();
  expect(counts()).toEqual([0, 0, 2 * heapAlloc, 2, 2, 0]);
  checkHeap(heap);
});

describe.each([createHeap, createStopTheWorldHeap])(
  "room beside an owner who has much: %o",
  (create) => {
    const size = 2 ** 21;
    const fill = (a: Allocator): number[] =>
      Array.from({ length: 19 }, () => a.alloc(65_536, NOSCAN));
    const work = (heap: GcHeap, objects: number): void => {
      for (let i = 0; i < objects; i++) {
        heap.alloc(Node, 2);
        heap.safepoint();
      }
    };

    it.each(["before", "after"] as const)("garbage is collected in time, %s", (when) => {
      for (const memoryLimit of [Infinity, size - 2 ** 17]) {
        const plain = createAllocator(createMemory({ reserve: size }));
        if (when === "before") fill(plain);
        const heap = create({ allocator: traced(plain), memoryLimit });
        if (when === "after") {
          work(heap, 1000);
          fill(plain);
        }
        work(heap, 40_000);
        expect(heap.stats().numGC).toBeGreaterThan(0);
        expect(heap.stats().nextGC).toBeLessThan(size - 19 * 65_536);
        checkHeap(heap);
      }
    });

    it("pages of the owner that are nearly empty are no room", () => {
      const plain = createAllocator(createMemory({ reserve: size }));
      const owned = Array.from({ length: 1200 }, () => plain.alloc(1024, NOSCAN));
      const heap = create({ allocator: traced(plain) });
      owned.forEach((p, i) => i % 8 !== 0 && plain.free(p));
      work(heap, 40_000);
      expect(heap.stats().numGC).toBeGreaterThan(0);
      expect(heap.stats().numGC).toBeLessThan(40);
      checkHeap(heap);
    });

    it("what the owner has is taken off the room once: the memory that is free is used", () => {
      const plain = createAllocator(createMemory({ reserve: 2 * size }));
      for (let i = 0; i < 26; i++) plain.alloc(65_536, NOSCAN);
      const heap = create({ allocator: traced(plain) });
      for (let i = 0; i < 307; i++) heap.root(heap.alloc(Node, 256));
      heap.collect();
      const { sys, heapIdle, nextGC, heapMarked } = heap.stats();
      expect(nextGC - heapMarked).toBeGreaterThan((2 * size - sys + heapIdle) / 2);
      work(heap, 20_000);
      checkHeap(heap);
    });

    it("the room grows again when the owner frees", () => {
      const plain = createAllocator(createMemory({ reserve: size }));
      const owned = fill(plain);
      const heap = create({ allocator: traced(plain) });
      work(heap, 5000);
      const { nextGC } = heap.stats();
      for (const p of owned) plain.free(p);
      work(heap, 10_000);
      expect(heap.stats().nextGC).toBeGreaterThan(nextGC + 15 * 65_536);
    });
  },
);

it("persistent memory is at a multiple of a power of two up to a page, or refused", () => {
  const { system } = traced(createAllocator(createMemory({ reserve: 2 ** 22 })));
  expect(system.persistentAlloc(16, 8192) % 8192).toBe(0);
  for (const align of [0, -8, 3, 1.5, NaN, 16384])
    expect(() => system.persistentAlloc(16, align)).toThrow(`persistentAlloc: align is ${align},`);
});

it("its own bitmaps cannot be freed, and size 0 has one address", () => {
  const a = traced(createAllocator(createMemory({ reserve: 2 ** 22 })));
  expect(() => a.free(a.system.user)).toThrow("free: ");
  expect(a.alloc(0)).toBe(a.alloc(0));
  expect(a.usableSize(a.alloc(0))).toBe(0);
  expect(() => a.free(a.alloc(0))).not.toThrow();
  expect(() => a.system.freeManual(8, 8192)).toThrow("freeManual: 8 is not what");
  expect(() => a.system.allocManual(-1)).toThrow("allocManual: size -1");
});

it("an allocator with odd addresses is refused, and what it gave is given back", () => {
  const inner = createAllocator(createMemory({ reserve: 2 ** 22 }));
  let shift = 0;
  const odd: Allocator = {
    memory: inner.memory,
    alloc: (size, flags, shard) => inner.alloc(size + 8, flags, shard) + shift,
    free: (p, shard) => inner.free(p - shift, shard),
    usableSize: (p) => inner.usableSize(p - shift) - shift,
    stats: () => inner.stats(),
  };
  const a = traced(odd);
  const before = inner.stats().heapObjects;
  shift = 4;
  expect(() => a.alloc(100)).toThrow("which is not a multiple of 8");
  expect(inner.stats().heapObjects).toBe(before);
});
