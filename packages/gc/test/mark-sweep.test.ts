import { createAllocator, createMemory } from "@gort/alloc";
import { int32, ptr, struct, array } from "@gort/types";
import { describe, expect, it } from "vitest";
import {
  createHeap,
  createNoCollectHeap,
  createStopTheWorldHeap,
  createStressHeap,
  traced,
} from "../src/index.ts";
import type { GcHeap } from "../src/index.ts";
import { simpleAllocator } from "./simple-allocator.ts";

function count(heap: GcHeap): number {
  let n = 0;
  heap.allocator.objects.forEach(() => n++);
  return n;
}

const Node = struct({ next: ptr(int32), value: int32 });

for (const [name, make] of [
  ["simple", () => simpleAllocator()],
  ["traced", () => traced(createAllocator(createMemory({ reserve: 1 << 24 })))],
  ["tiered", () => createAllocator(createMemory({ reserve: 1 << 24 }))],
] as const) {
  describe(`mark-sweep on the ${name} allocator`, () => {
    it("keeps what a root reaches and frees the rest", () => {
      const heap = createHeap({ allocator: make() });
      const a = heap.alloc(Node);
      const b = heap.alloc(Node);
      heap.writePtr(a, b);
      heap.alloc(Node);
      const h = heap.root(a);
      heap.collect();
      expect(count(heap)).toBe(2);
      h.release();
      heap.collect();
      expect(count(heap)).toBe(0);
      expect(heap.stats().numForcedGC).toBe(2);
    });
    it("marks a long list in steps", () => {
      const heap = createHeap({ allocator: make() });
      const h = heap.root(0);
      for (let i = 0; i < 5000; i++) {
        const n = heap.alloc(Node);
        heap.memory.i32[(n >>> 2) + 1] = i;
        heap.writePtr(n, h.ptr);
        h.set(n);
      }
      heap.alloc(array(int32, 100));
      let steps = 0;
      while (heap.stepWork(1000)) steps++;
      expect(steps).toBeGreaterThan(10);
      expect(count(heap)).toBe(5000);
    });
    it("twins agree", () => {
      for (const create of [createStopTheWorldHeap, createNoCollectHeap, createStressHeap]) {
        const heap = create({ allocator: make() });
        const h = heap.root(heap.alloc(Node));
        heap.alloc(Node);
        heap.safepoint();
        heap.collect();
        expect(count(heap)).toBe(heap.kind === "no-collect" ? 2 : 1);
        h.release();
      }
    });
    it("boxes", () => {
      const heap = createHeap({ allocator: make() });
      const o = {};
      const p = heap.values.box(o);
      const h = heap.root(p);
      expect(heap.values.unbox(p)).toBe(o);
      heap.collect();
      expect(heap.values.unbox(p)).toBe(o);
      h.release();
      heap.collect();
      expect(() => heap.values.unbox(p)).toThrow("not a box");
    });
  });
}
