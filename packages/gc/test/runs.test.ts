import { checkAllocator, createAllocator, createMemory, type TracedAllocator } from "@gort/alloc";
import { array, float64, int32, ptr, struct, type Type } from "@gort/types";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { GcHeap, Ptr } from "../src/index.ts";
import { checkHeap, createHeap, createStopTheWorldHeap, heapProfile } from "../src/index.ts";

const seed = Number(process.env["GORT_SEED"] ?? 17);
const tiered = (): TracedAllocator => createAllocator(createMemory({ reserve: 2 ** 24 }));
/** The same allocator without runs: every object is allocated singly. */
function single(): TracedAllocator {
  const a = tiered();
  Object.defineProperty(a, "runs", { value: undefined });
  return a;
}

/** More types than runs at a time, of many sizes; the last ones never have a run. */
const types: Type[] = [
  ...Array.from({ length: 20 }, (_, i) =>
    struct({ p: ptr(int32), n: array(int32, 1 + i), q: ptr(int32) }),
  ),
  ...Array.from({ length: 4 }, (_, i) => array(float64, 2 + i)),
  int32,
  array(int32, 3),
  array(ptr(int32), 200),
];

it("a program sees the same objects, colours and figures with runs as without", () => {
  const step = fc.record({ op: fc.nat(20), type: fc.nat(types.length - 1), n: fc.nat(30) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const heaps = [tiered(), single()].map((allocator) =>
        createHeap({ allocator, gcPercent: -1 }),
      );
      const figures = heaps.map((heap) => {
        const log: unknown[] = [];
        const kept: Ptr[] = [];
        heap.addRoots({ scan: (visit) => kept.forEach(visit) });
        for (const { op, type, n } of steps) {
          if (op < 14) {
            for (let i = 0; i < n; i++) {
              const t = types[(type + (op < 5 ? i : 0)) % types.length]!;
              const p = heap.alloc(t);
              if (i % 3 !== 0) continue;
              // Everything is zero, and what a type calls a pointer is one.
              for (let at = p; at < p + t.size; at += 4)
                if (heap.memory.u32[at >>> 2] !== 0) throw new Error(`${at} is not zero`);
              heap.memory.u8.fill(0, p, p + t.size);
              if (t.ptrdata !== 0 && kept.length > 0) heap.writePtr(p, kept[n % kept.length]!);
              kept.push(p);
            }
          } else if (op < 17) heap.stepWork(n * 100);
          else if (op === 17) kept.splice(0, n);
          else if (op === 18) heap.collect();
          else log.push(heap.stats().mallocs, heap.stats().heapObjects, heap.stats().totalAlloc);
        }
        checkHeap(heap);
        checkAllocator(heap.allocator);
        heap.collect();
        const s = heap.stats();
        log.push(s.mallocs, s.heapObjects, s.heapAlloc, s.bySize);
        return log;
      });
      expect(figures[0]!.at(-3)).toEqual(figures[1]!.at(-3));
      expect(figures[0]).toEqual(figures[1]);
    }),
    { seed, numRuns: 40 },
  );
});

it("what is claimed but not handed out is nowhere to be seen", () => {
  const heap = createHeap({ allocator: tiered() });
  const p = heap.alloc(types[0]!);
  const { size } = types[0]!;
  const behind = p + Math.ceil(size / 8) * 8;
  expect(() => heap.weak(behind)).toThrow(`weak: p is ${behind}`);
  expect(() => heap.setFinalizer(behind, () => {})).toThrow("pointer not in allocated block");
  expect(() => heap.addCleanup(behind, () => {}, 0)).toThrow("ptr not in allocated block");
  const s = heap.stats();
  expect([s.mallocs, s.frees, s.heapObjects, s.totalAlloc]).toEqual([1, 0, 1, 16]);
  expect(heap.allocator.stats()).toMatchObject({ mallocs: 1, heapObjects: 1 });
  const seen: Ptr[] = [];
  heap.allocator.objects.forEach((base) => seen.push(base));
  expect(seen).toEqual([p]);
  // Counting took the run back; the next object is the one that lay there.
  expect(heap.alloc(types[0]!)).toBe(behind);
});

it("objects of one type lie side by side", () => {
  const heap = createHeap({ allocator: tiered() });
  const first = heap.alloc(types[1]!);
  for (let i = 1; i < 100; i++) expect(heap.alloc(types[1]!)).toBe(first + 16 * i);
});

it("a cycle that starts in the middle of a run makes what comes after black, what came before white", () => {
  for (const create of [createHeap, createStopTheWorldHeap]) {
    const heap: GcHeap = create({ allocator: tiered(), gcPercent: -1 });
    const before = heap.alloc(types[0]!);
    if (heap.kind === "stop-the-world") {
      heap.collect();
      expect(heap.allocator.objects.find(before)).toBe(0);
      continue;
    }
    heap.step(0);
    const after = heap.alloc(types[0]!);
    expect(heap.allocator.objects.isMarked(before)).toBe(false);
    expect(heap.allocator.objects.isMarked(after)).toBe(true);
    checkHeap(heap);
    while (heap.step(1));
    expect(heap.stats().heapObjects).toBe(1);
    const later = heap.alloc(types[0]!);
    expect(heap.allocator.objects.isMarked(later)).toBe(false);
    checkHeap(heap);
  }
});

it("at the end of the memory, runs of other types are given back before an allocation fails", () => {
  const heap = createHeap({
    allocator: createAllocator(createMemory({ reserve: 2 ** 20 })),
    gcPercent: -1,
  });
  const kept: Ptr[] = [];
  heap.addRoots({ scan: (visit) => kept.forEach(visit) });
  expect(() => {
    for (let i = 0; ; i++) kept.push(heap.alloc(types[i % 24]!));
  }).toThrow(expect.objectContaining({ code: "OUT_OF_MEMORY" }));
  checkHeap(heap);
  const { heapObjects } = heap.stats();
  expect(heapObjects).toBe(kept.length);
  kept.length = 0;
  heap.collect();
  expect(heap.stats().heapObjects).toBe(0);
  expect(() => heap.alloc(types[3]!)).not.toThrow();
});

it("what a run of one type did not hand out is there for another type when no memory is left", () => {
  const [A, B] = [types[0]!, struct({ p: ptr(int32), n: array(float64, 1) })];
  const filled = (...first: Type[]): number => {
    const heap = createHeap({ reserve: 2 ** 20, gcPercent: -1 });
    const next = (type: Type): number => heap.root(heap.alloc(type)).ptr;
    first.forEach(next);
    for (let n = first.length; ; n++) {
      try {
        heap.alloc(A);
      } catch (error) {
        expect(error).toMatchObject({ code: "OUT_OF_MEMORY" });
        checkHeap(heap);
        return n;
      }
    }
  };
  expect(filled(B)).toBe(filled(A));
});

it("a profile and stress mode allocate singly, so that every object is seen by itself", () => {
  const heap = createHeap({ allocator: tiered(), profileRate: 1 });
  for (let i = 0; i < 10; i++) heap.alloc(types[0]!);
  expect(heapProfile(heap).samples[0]!.allocObjects).toBe(10);
});
