import fc from "fast-check";
import { array, int32, ptr } from "@gort/types";
import { expect, it } from "vitest";
import type { GcHeap, Ptr } from "../src/index.ts";
import { checkHeap, createHeap } from "../src/index.ts";

const seed = Number(process.env["GORT_SEED"] ?? 29);
const heapOf = (): GcHeap => createHeap({ reserve: 2 ** 23, gcPercent: -1 });
const held = (heap: GcHeap): number =>
  (heap as unknown as { boxes: { count: number } }).boxes.count;

it("a box gives its value back, and lets go of it when it is swept", () => {
  const heap = heapOf();
  const value = { a: 1 };
  const kept = heap.root(heap.values.box(value));
  const dropped = heap.values.box("gone");
  expect(heap.values.unbox(kept.ptr)).toBe(value);
  heap.collect();
  expect(held(heap)).toBe(1);
  expect(heap.values.unbox(kept.ptr)).toBe(value);
  expect(() => heap.values.unbox(dropped)).toThrow(`unbox: ${dropped} is not a box`);
  kept.release();
  heap.collect();
  expect(held(heap)).toBe(0);
});

it("undefined is nil both ways; null and other odd values are values", () => {
  const heap = heapOf();
  expect(heap.values.box(undefined)).toBe(0);
  expect(heap.values.unbox(0)).toBe(undefined);
  for (const v of [null, NaN, 0, "", false, 5n, Symbol("s"), () => 1]) {
    expect(Object.is(heap.values.unbox(heap.values.box(v)), v)).toBe(true);
  }
});

it("agrees with a Map under random boxing, dropping and collecting, marks included", () => {
  const step = fc.record({ op: fc.nat(9), i: fc.nat(63) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const heap = heapOf();
      const table = heap.root(heap.alloc(array(ptr(int32), 64)));
      const model = new Map<number, { id: number; p: Ptr }>();
      let id = 0;
      for (const { op, i } of steps) {
        if (op < 5) {
          const p = heap.values.box({ id: ++id });
          heap.writePtr(table.ptr + 4 * i, p);
          model.set(i, { id, p });
        } else if (op < 7) {
          heap.writePtr(table.ptr + 4 * i, 0);
          model.delete(i);
        } else if (op === 7) heap.collect();
        else heap.stepWork(i * 20);
        for (const { id: want, p } of model.values())
          expect((heap.values.unbox(p) as { id: number }).id).toBe(want);
        checkHeap(heap);
      }
      heap.collect();
      expect(held(heap)).toBe(model.size);
    }),
    { seed, numRuns: 20 },
  );
});

it("boxes on many pages let go of their values, and of the pages", () => {
  const heap = createHeap({ reserve: 2 ** 24, gcPercent: -1 });
  for (let i = 0; i < 60_000; i++) heap.values.box({ i });
  heap.collect();
  checkHeap(heap);
  expect(held(heap)).toBe(0);
});

it("a program that makes nothing but boxes collects", () => {
  const heap = createHeap({ reserve: 2 ** 22 });
  for (let i = 0; i < 300_000; i++) {
    heap.values.box(i);
    if (i % 100 === 0) heap.safepoint();
  }
  expect(heap.stats().numGC).toBeGreaterThan(0);
  checkHeap(heap);
});
