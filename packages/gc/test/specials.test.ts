/** Weak pointers and finalizers that are made, or asked, while the collector is at work. */
import { createAllocator, createMemory } from "@gort/alloc";
import { array, int32, ptr, struct, uint8 } from "@gort/types";
import { describe, expect, it } from "vitest";
import type { GcHeap, Ptr } from "../src/index.ts";
import { checkHeap, createHeap } from "../src/index.ts";

const Node = struct({ next: ptr(int32), value: int32 });
const options = { reserve: 2 ** 25, gcPercent: -1 };

/** Goes on until the phase is `phase`, and no further. */
function reach(heap: GcHeap, phase: GcHeap["phase"]): void {
  while (heap.phase !== phase) heap.stepWork(1 << 16);
}

describe("a weak pointer", () => {
  it("to what is dead says so as soon as marking is over, before its page is swept", () => {
    const heap = createHeap(options);
    const weaks = [];
    const held = heap.root(heap.alloc(Node));
    const alive = heap.weak(held.ptr);
    for (let cycle = 0; cycle < 3; cycle++) {
      for (let i = 0; i < 5000; i++) weaks.push(heap.weak(heap.alloc(Node)));
      reach(heap, "sweep");
      expect(weaks.filter((w) => w.value() !== 0)).toEqual([]);
      expect(alive.value()).toBe(held.ptr);
      while (heap.stepWork(1));
    }
    checkHeap(heap);
  });

  it("to what lives gives it at every step of the sweep, also one made meanwhile", () => {
    const heap = createHeap(options);
    const held = Array.from({ length: 2000 }, () => {
      const { ptr: p } = heap.root(heap.alloc(Node));
      for (let i = 0; i < 5; i++) heap.alloc(Node);
      return { p, weak: heap.weak(p) };
    });
    const { p } = held[0]!;
    for (let cycle = 0; cycle < 3; cycle++) {
      reach(heap, "sweep");
      do {
        expect(held.filter((h) => h.weak.value() !== h.p)).toEqual([]);
        expect(heap.weak(p + 4).value()).toBe(p + 4);
        const fresh = heap.alloc(Node);
        expect(heap.weak(fresh).value()).toBe(fresh);
      } while (heap.stepWork(1));
    }
    checkHeap(heap);
  });

  for (const barrier of ["hybrid", "insertion", "deletion"] as const) {
    it(`keeps what it gave while marking through the cycle: ${barrier}`, () => {
      const heap = createHeap({ ...options, barrier });
      const x = heap.alloc(Node);
      const weak = heap.weak(x);
      // A list, so that marking is not over after a step.
      const list = heap.root(0);
      for (let i = 0; i < 10_000; i++) {
        const p = heap.alloc(Node);
        heap.writePtr(p, list.ptr);
        list.set(p);
      }
      heap.step(0);
      heap.stepWork(64);
      expect(heap.phase).toBe("mark");
      expect(weak.value()).toBe(x);
      reach(heap, "sweep");
      expect(weak.value()).toBe(x);
      while (heap.step(0));
      expect(heap.allocator.objects.find(x)).toBe(x);
      heap.collect();
      expect(weak.value()).toBe(0);
      checkHeap(heap);
    });
  }
});

it("what an object refers to lives until its finalizer ran, also where that was set when the records had been scanned", () => {
  const heap = createHeap(options);
  const child = heap.alloc(Node);
  const p = heap.alloc(Node);
  heap.writePtr(p, child);
  heap.addCleanup(heap.alloc(Node), () => {}, 0); // the block of records is there before the cycle
  // Thirty parts, which are asked after the heap's own roots, keep marking going.
  let asked = 0;
  heap.addRoots({ scan() {}, scanPart: (from) => (asked++, from < 30 ? from + 1 : 0) });
  while (asked < 2) heap.stepWork(1);
  const seen: Ptr[] = [];
  heap.setFinalizer(p, (q) => {
    const next = heap.memory.u32[q >>> 2]!;
    seen.push(next, heap.allocator.objects.find(next));
  });
  while (heap.stepWork(1));
  heap.collect();
  expect(seen).toEqual([child, child]);
  checkHeap(heap);
});

it("a finalizer wants the beginning of its object, but in the first 16 bytes of one without pointers", () => {
  const heap = createHeap(options);
  const text = "runtime.SetFinalizer: pointer not at beginning of allocated block";
  const plain = heap.alloc(array(int32, 16));
  heap.setFinalizer(plain + 8, () => {});
  expect(() => heap.setFinalizer(plain + 16, () => {})).toThrow(text);
  expect(() => heap.setFinalizer(heap.alloc(Node) + 4, () => {})).toThrow(text);
  checkHeap(heap);
});

it.each([65_536, 100_000, 300_000])(
  "what died behind a large object of %d bytes is found where an allocator sweeps all as one span",
  (bytes) => {
    const allocator = createAllocator(createMemory({ reserve: 2 ** 24 }));
    const heap = createHeap({ allocator });
    const { cycle } = allocator.objects;
    const onSweep = cycle.onSweep!;
    const large = heap.root(heap.alloc(uint8, bytes));
    const alive = heap.weak(large.ptr);
    for (let i = 0; i < 3; i++) {
      let told = false;
      cycle.onSweep = () => {
        if (!told) onSweep(large.ptr, allocator.memory.byteLength);
        told = true;
      };
      const weak = heap.weak(heap.alloc(Node));
      const finalized: Ptr[] = [];
      heap.setFinalizer(heap.alloc(Node, 600), (p) => finalized.push(p));
      heap.collect();
      expect(weak.value()).toBe(0);
      expect(alive.value()).toBe(large.ptr);
      expect(finalized.length).toBe(1);
      checkHeap(heap);
    }
  },
);
