import { createAllocator, createMemory, type TracedAllocator } from "@gort/alloc";
import { array, int32, ptr, struct } from "@gort/types";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GcHeap, Ptr } from "../src/index.ts";
import { checkHeap, createHeap } from "../src/index.ts";
import { OBLET_BYTES } from "../src/mark.ts";

const seed = Number(process.env["GORT_SEED"] ?? 13);
const Node = struct({ a: ptr(int32), b: ptr(int32), id: int32 });
const Wide = struct({ id: int32, p: array(ptr(int32), 40), n: array(int32, 70), q: ptr(int32) });

const tiered = (): TracedAllocator => createAllocator(createMemory({ reserve: 2 ** 25 }));
/** The same allocator without its tracer: the marker goes pointer by pointer. */
function untraced(): TracedAllocator {
  const a = tiered();
  Object.defineProperty(a.objects, "tracer", { value: undefined });
  return a;
}
const ways = { "with the allocator's tracer": tiered, "pointer by pointer": untraced };

/** Types of objects, from one word to many oblets, and offsets of some of their pointers. */
const shapes = [
  { type: Node, slots: [0, 4] },
  { type: Wide, slots: [4, 160, 444] },
  { type: array(Node, 60), slots: [0, 4, 600, 712] },
  { type: array(ptr(int32), 3000), slots: [0, 2044, 2048, 8188, 11_996] },
  { type: array(int32, 9), slots: [] },
] as const;

interface Plan {
  readonly shape: number;
  readonly to: readonly [number, number, number];
}
const plans: fc.Arbitrary<Plan[]> = fc.array(
  fc.record({ shape: fc.nat(4), to: fc.tuple(fc.nat(1e6), fc.nat(1e6), fc.nat(1e6)) }),
  { minLength: 1, maxLength: 120 },
);

/** Builds the graph; returns its objects and, by index, where each one points to. */
function build(heap: GcHeap, plan: readonly Plan[]): { all: Ptr[]; edges: number[][] } {
  const all = plan.map(({ shape }) => heap.alloc(shapes[shape]!.type));
  const edges = plan.map(({ shape, to }, from) =>
    shapes[shape]!.slots.flatMap((offset, i) => {
      const choice = to[i % 3]!;
      const pick = choice % (all.length + 1);
      if (pick === all.length) return [];
      // Now and then into the middle of the object.
      heap.writePtr(all[from]! + offset, all[pick]! + ((choice >>> 8) % 3 === 0 ? 4 : 0));
      return [pick];
    }),
  );
  return { all, edges };
}

function reachable(edges: readonly number[][], root: number): Set<number> {
  const reached = new Set<number>();
  const todo = [root];
  for (let i = todo.pop(); i !== undefined; i = todo.pop()) {
    if (reached.has(i)) continue;
    reached.add(i);
    todo.push(...edges[i]!);
  }
  return reached;
}

describe.each(Object.entries(ways))("marking %s", (_, allocator) => {
  const heapOf = (): GcHeap => createHeap({ allocator: allocator(), gcPercent: -1 });

  it("keeps exactly what is reachable of random graphs, and counts its bytes", () => {
    fc.assert(
      fc.property(plans, fc.nat(4000), (plan, work) => {
        const heap = heapOf();
        const { all, edges } = build(heap, plan);
        const reached = reachable(edges, 0);
        heap.root(all[0]!);
        heap.step(0);
        for (let i = 0; heap.phase === "mark"; i++) {
          if (i < 20) checkHeap(heap);
          heap.stepWork(work);
        }
        while (heap.step(1));
        const { objects } = heap.allocator;
        expect(all.map((p) => objects.find(p) === p)).toEqual(all.map((_, i) => reached.has(i)));
        let bytes = 0;
        objects.forEach((_, size) => (bytes += size));
        expect(heap.stats().heapMarked).toBe(bytes);
        checkHeap(heap);
      }),
      { seed, numRuns: 40 },
    );
  });

  it("large objects are scanned in oblets: a step of the least size does at most one", () => {
    const heap = heapOf();
    const n = 50_000;
    const table = heap.root(heap.alloc(array(ptr(int32), n)));
    const nodes = new Set<Ptr>();
    for (let i = 0; i < n; i += 100) {
      const p = heap.alloc(Node);
      nodes.add(p);
      heap.writePtr(table.ptr + 4 * i, p);
    }
    heap.step(0);
    heap.stepWork(1); // the roots
    const count = (): number => [...nodes].filter((p) => heap.allocator.objects.isMarked(p)).length;
    let steps = 0;
    let before = 0;
    while (heap.phase === "mark" && before < nodes.size) {
      heap.stepWork(1);
      const now = count();
      expect(now - before).toBeLessThanOrEqual(OBLET_BYTES / 400 + 1);
      before = now;
      steps++;
    }
    expect(steps).toBeGreaterThan((n * 4) / OBLET_BYTES);
    while (heap.step(1));
    expect(heap.stats().heapObjects).toBe(nodes.size + 1);
  });

  it("a stack of a million slots is scanned in pieces, and slots written meanwhile count", () => {
    const heap = heapOf();
    const n = 1_000_000;
    const frame = heap.frame(n);
    for (let i = 0; i < n; i += 10_000) frame.set(i, heap.alloc(Node));
    heap.step(0);
    let pieces = 0;
    let late = 0;
    while (heap.phase === "mark") {
      heap.stepWork(1);
      if (++pieces === 100) frame.set(7, (late = heap.alloc(Node)));
    }
    expect(pieces).toBeGreaterThan(500);
    while (heap.step(1));
    expect(heap.stats().heapObjects).toBe(n / 10_000 + 1);
    expect(frame.get(7)).toBe(late);
    frame.release();
    heap.collect();
    expect(heap.stats().heapObjects).toBe(0);
  });

  it("a pointer of an object into itself does not keep a finalizable object alive", () => {
    const heap = heapOf();
    const seen: Ptr[] = [];
    for (const { type, slots } of shapes.slice(0, 4)) {
      const p = heap.alloc(type);
      for (const offset of slots) heap.writePtr(p + offset, p + (offset & ~7));
      heap.setFinalizer(p, (q) => seen.push(q));
    }
    heap.collect();
    expect(seen.length).toBe(4);
  });

  it("stray numbers in pointer slots mark nothing and do no harm", () => {
    const heap = heapOf();
    const holder = heap.root(heap.alloc(array(ptr(int32), 64)));
    const strays = [1, 8, 4096, 2 ** 25 - 1, 2 ** 25, 2 ** 31, 2 ** 32 - 8, 2 ** 32 - 1];
    strays.forEach((p, i) => (heap.memory.u32[(holder.ptr >>> 2) + i] = p));
    const dead = heap.alloc(Node);
    heap.collect();
    heap.memory.u32[(holder.ptr >>> 2) + 20] = dead;
    heap.collect();
    expect(heap.stats().heapObjects).toBe(1);
  });
});
