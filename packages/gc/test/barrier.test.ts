import { array, int32, ptr, struct, uint8 } from "@gort/types";
import { createAllocator, createMemory } from "@gort/alloc";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { barrierBits, DELETION, INSERTION, moveWords } from "../src/barrier.ts";
import type { BarrierKind, GcHeap, Ptr } from "../src/index.ts";
import { checkHeap, checkTricolor, createHeap } from "../src/index.ts";
import type { MarkSweepHeap } from "../src/mark-sweep.ts";
import { insideOf } from "../src/walk.ts";

const seed = Number(process.env["GORT_SEED"] ?? 41);
const runs = Number(process.env["GORT_FUZZ"] ?? 25);
const Node = struct({ a: ptr(int32), b: ptr(int32), id: int32 });
const KINDS = ["insertion", "deletion", "hybrid"] as const;
/** The invariant each strategy keeps; the strong one implies the weak one. */
const KEEPS = { insertion: "strong", deletion: "weak", hybrid: "weak" } as const;

/** Not shared: V8 counts what such buffers take, so that a long fuzz lets go of those of the programs before. */
const heapOf = (barrier: BarrierKind): GcHeap =>
  createHeap({
    allocator: createAllocator(createMemory({ reserve: 2 ** 23, shared: false })),
    barrier,
    gcPercent: -1,
  });
/** Whether an object is marked once what the barrier keeps has been shaded. */
const marked = (heap: GcHeap, p: Ptr): boolean => {
  insideOf(heap).flushBarrier();
  return heap.allocator.objects.isMarked(p);
};

/** A heap that marks: a black object, and a chain of white ones behind a root that was not scanned yet. */
function midway(barrier: BarrierKind) {
  const heap = heapOf(barrier);
  const white = heap.alloc(Node);
  const far = heap.alloc(Node);
  heap.writePtr(white, far);
  heap.step(0);
  const black = heap.alloc(Node);
  return { heap, black, white, far };
}

describe.each(KINDS)("the %s barrier", (kind) => {
  it(`keeps the ${KEEPS[kind]} tri-color invariant after every operation of a random program`, () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 2 ** 31 - 1 }), { maxLength: 200 }), (program) => {
        const heap = heapOf(kind);
        const roots = Array.from({ length: 6 }, () => heap.root(0));
        const held = (): Ptr[] => {
          // Everything the program can name: what its roots reach in up to two steps.
          const all: Ptr[] = [];
          for (const r of roots) {
            if (r.ptr === 0) continue;
            all.push(r.ptr);
            for (const at of [0, 4]) {
              const p = heap.memory.u32[(r.ptr + at) >>> 2]!;
              if (p !== 0) all.push(p);
            }
          }
          return all;
        };
        for (const word of program) {
          const op = word % 8;
          const names = held();
          const one = names[(word >>> 3) % (names.length || 1)] ?? 0;
          const two = names[(word >>> 9) % (names.length || 1)] ?? 0;
          const root = roots[(word >>> 15) % roots.length]!;
          const slot = ((word >>> 19) & 1) * 4;
          if (op < 2) {
            const p = heap.alloc(Node);
            if (one === 0 || op === 0) root.set(p);
            else heap.writePtr(one + slot, p);
          } else if (op < 4 && one !== 0) heap.writePtr(one + slot, op === 2 ? two : 0);
          else if (op === 4) root.set(one);
          else if (op === 5 && one !== 0 && two !== 0) heap.typedMove(Node, one, two, 1);
          else if (op === 6) heap.stepWork(word % 40);
          else heap.safepoint();
          if (heap.phase === "mark") checkTricolor(heap, KEEPS[kind]);
        }
        checkHeap(heap);
      }),
      { seed, numRuns: runs },
    );
  });

  it("shades what its name says, and nothing while no cycle marks", () => {
    const { heap, black, white, far } = midway(kind);
    // black.a = white, then the only path to `far` from `white` is cut.
    heap.writePtr(black, white);
    expect(marked(heap, white)).toBe((barrierBits(kind) & INSERTION) !== 0);
    heap.writePtr(white, 0);
    expect(marked(heap, far)).toBe((barrierBits(kind) & DELETION) !== 0);
    while (heap.step(1));
    const idle = heap.alloc(Node);
    const other = heap.alloc(Node);
    heap.writePtr(idle, other);
    heap.writePtr(idle, 0);
    expect(marked(heap, idle) || marked(heap, other)).toBe(false);
  });

  it("shades both ends of a typed move and of a clear in the same way", () => {
    const { heap, black, white, far } = midway(kind);
    heap.typedMove(Node, black, white, 1); // black.a = far
    expect(marked(heap, far)).toBe((barrierBits(kind) & INSERTION) !== 0);
    const again = midway(kind);
    again.heap.typedMove(Node, again.white, 0, 1); // white.a = nil
    expect(marked(again.heap, again.far)).toBe((barrierBits(kind) & DELETION) !== 0);
  });

  it.each([
    ["four elements", Node, 4],
    ["an element of more than 32 words", array(ptr(int32), 60), 1],
  ] as const)("shades all that a typed move brings or takes away: %s", (_name, type, n) => {
    const heap = heapOf(kind);
    const from = heap.root(heap.alloc(type as typeof Node, n));
    const held: Ptr[] = [];
    for (let at = 0; at < n * type.size; at += n === 1 ? 4 : type.size) {
      const p = heap.alloc(Node);
      heap.writePtr(from.ptr + at, p);
      held.push(p);
    }
    heap.step(0);
    heap.alloc(type as typeof Node, n); // so that the two are no neighbours
    const black = heap.root(heap.alloc(type as typeof Node, n));
    heap.typedMove(type as typeof Node, black.ptr, from.ptr, n);
    heap.typedMove(type as typeof Node, from.ptr, 0, n);
    while (heap.stepWork(1e6));
    for (const p of held) expect(heap.allocator.objects.find(p)).toBe(p);
    checkHeap(heap);
  });

  it("shades objects beyond 2 GiB, those that come and those that go", () => {
    const heap = createHeap({ reserve: 2 ** 32, barrier: kind, gcPercent: -1 });
    const low = heap.root(heap.alloc(uint8, 2 ** 31));
    const from = heap.root(heap.alloc(Node));
    const [came, gone] = [heap.alloc(Node), heap.alloc(Node)];
    expect(Math.min(came, gone)).toBeGreaterThan(2 ** 31);
    heap.writePtr(from.ptr, came);
    heap.writePtr(from.ptr + 4, gone);
    heap.step(0);
    const to = heap.root(heap.alloc(Node));
    heap.writePtr(to.ptr, came);
    heap.writePtr(from.ptr + 4, 0);
    expect(marked(heap, came)).toBe(kind !== "deletion");
    expect(marked(heap, gone)).toBe(kind !== "insertion");
    low.set(0);
    while (heap.stepWork(1e6));
    for (const p of [came, to.ptr, from.ptr]) expect(heap.allocator.objects.find(p)).toBe(p);
  });

  it("takes more pointers at once than a work buffer has room for", () => {
    const heap = heapOf(kind);
    const n = 6000;
    const table = heap.root(heap.alloc(array(ptr(int32), n)));
    for (let i = 0; i < n; i++) heap.writePtr(table.ptr + 4 * i, heap.alloc(Node));
    const other = heap.root(heap.alloc(array(ptr(int32), 512)));
    heap.step(0);
    for (let i = 0; i < n; i++)
      heap.writePtr(other.ptr + 4 * (i % 512), heap.memory.u32[(table.ptr >>> 2) + i]!);
    checkHeap(heap);
    while (heap.stepWork(1e6));
    checkHeap(heap);
    expect(heap.stats().heapObjects).toBe(n + 2);
  });

  it("has all roots in its snapshot, however many there are", () => {
    const heap = heapOf(kind);
    const roots = Array.from({ length: 5000 }, () => heap.root(heap.alloc(Node)));
    heap.step(0);
    const held: Ptr[] = [];
    for (let i = 0; i < roots.length; i += 499) {
      const p = roots[i]!.ptr;
      heap.writePtr(heap.root(heap.alloc(Node)).ptr, p);
      roots[i]!.release();
      held.push(p);
    }
    while (heap.stepWork(1000));
    for (const p of held) expect(heap.allocator.objects.find(p)).toBe(p);
    checkHeap(heap);
  });

  it("never loses an object that is hidden behind a black one", () => {
    const heap = heapOf(kind);
    const from = heap.root(heap.alloc(Node));
    const hidden = heap.alloc(Node);
    heap.writePtr(from.ptr, hidden);
    heap.memory.i32[(hidden + 8) >>> 2] = 77;
    heap.step(0);
    const to = heap.root(heap.alloc(Node)); // black from birth
    heap.writePtr(to.ptr, hidden);
    heap.writePtr(from.ptr, 0);
    while (heap.step(1));
    for (let i = 0; i < 5000; i++) heap.alloc(Node); // would reuse its memory
    expect(heap.memory.i32[(hidden + 8) >>> 2]).toBe(77);
    checkHeap(heap);
  });
});

it("an allocation starts no cycle under the deletion barrier, whose snapshot would lack what only the program holds", () => {
  const heap = createHeap({ reserve: 2 ** 25, barrier: "deletion" });
  const p = heap.alloc(Node);
  for (let i = 0; !(insideOf(heap) as MarkSweepHeap).due; i++) {
    heap.alloc(Node);
    if (i > 1e6) throw new Error("never due");
  }
  for (let i = 0; i < 1000; i++) heap.alloc(Node);
  expect(heap.phase).toBe("off");
  const held = heap.root(heap.alloc(Node));
  heap.writePtr(held.ptr, p);
  heap.safepoint();
  expect(heap.phase).not.toBe("off");
  while (heap.stepWork(1e6));
  expect(heap.allocator.objects.find(p)).toBe(p);
});

it("hybrid and insertion start with roots not scanned; deletion has scanned them all: its snapshot", () => {
  for (const kind of KINDS) {
    const heap = heapOf(kind);
    const p = heap.alloc(Node);
    heap.root(p);
    heap.step(0);
    expect(marked(heap, p)).toBe(kind === "deletion");
  }
});

it("arrays of pointers moved onto themselves keep every pointer, barrier on or off", () => {
  const heap = heapOf("hybrid");
  const list = array(ptr(int32), 8);
  const p = heap.root(heap.alloc(list));
  const nodes = Array.from({ length: 8 }, (_, i) => {
    const q = heap.alloc(Node);
    heap.writePtr(p.ptr + 4 * i, q);
    return q;
  });
  for (const marking of [false, true]) {
    if (marking) heap.step(0);
    heap.typedMove(ptr(int32), p.ptr + 4, p.ptr, 7);
    heap.typedMove(ptr(int32), p.ptr, p.ptr + 4, 7);
    const now = Array.from({ length: 7 }, (_, i) => heap.memory.u32[(p.ptr >>> 2) + i]);
    expect(now).toEqual(nodes.slice(0, 7));
  }
});

it("moveWords moves as if through a temporary", () => {
  fc.assert(
    fc.property(fc.nat(40), fc.nat(40), fc.nat(20), (to, from, n) => {
      const i32 = Int32Array.from({ length: 64 }, (_, i) => i);
      const want = i32.slice().copyWithin(to, from, from + n);
      moveWords(i32, to * 4, from * 4, n * 4);
      expect(i32).toEqual(want);
    }),
    { seed },
  );
});

describe("the buffer of the hybrid barrier", () => {
  const buffered = (n: number) => {
    const heap = heapOf("hybrid");
    const all = Array.from({ length: n }, () => heap.alloc(Node));
    heap.step(0);
    return { heap, all, h: insideOf(heap), black: heap.alloc(Node) };
  };

  it("keeps the old and the new pointer of a write, white, until it is full", () => {
    const { heap, all, h, black } = buffered(400);
    const { objects } = heap.allocator;
    heap.writePtr(black, black);
    expect(h.wbTop).toBe(h.wbStart + 1); // the old one was nil
    const writes = (h.wbEnd - h.wbStart - 1) / 2;
    for (let i = 0; i < writes - 1; i++) heap.writePtr(black, all[i]!);
    expect(all.some((p) => objects.isMarked(p))).toBe(false);
    expect(h.wbTop).toBe(h.wbEnd - 2);
    expect(h.memory.u32[h.wbTop]).toBe(0); // nothing is written beyond
    checkHeap(heap);
    heap.writePtr(black, all[writes]!);
    expect(h.wbTop).toBe(h.wbStart);
    const white = all.filter((p) => !objects.isMarked(p));
    expect(white).toEqual(all.filter((_, i) => i >= writes - 1 && i !== writes));
    checkHeap(heap);
  });

  it("has room for a write until it is shaded, whatever writes came before", () => {
    for (const first of [0, 1, 2]) {
      const { heap, all, h, black } = buffered(300);
      const after = h.memory.u32[h.wbEnd + 1];
      const slots = [black, heap.alloc(Node), heap.alloc(Node)];
      for (let i = 0; i < first; i++) heap.writePtr(slots[i]! + 4, black);
      let highest = 0;
      for (const p of all) {
        heap.writePtr(black, p);
        highest = Math.max(highest, h.wbTop);
        expect(h.wbTop).toBeLessThan(h.wbEnd);
      }
      expect(h.wbEnd - highest).toBeLessThanOrEqual(2);
      expect(h.memory.u32[h.wbEnd + 1]).toBe(after);
      checkHeap(heap);
    }
  });

  it.each(["safepoint", "step", "collect"] as const)(
    "is shaded by %s before marking ends",
    (how) => {
      const { heap, all, h, black } = buffered(2);
      const [from, hidden] = all as [Ptr, Ptr];
      heap.memory.i32[(hidden + 8) >>> 2] = 5;
      const root = heap.root(black);
      // `hidden` was only in `from`, which nothing reaches any more.
      heap.writePtr(from, hidden);
      heap.writePtr(root.ptr, hidden);
      expect(h.wbTop - h.wbStart).toBe(2);
      if (how === "collect") heap.collect();
      while (heap.phase === "mark") {
        if (how === "step") heap.step(1);
        else heap.safepoint();
      }
      expect(h.wbTop).toBe(h.wbStart);
      while (heap.step(1));
      for (let i = 0; i < 1000; i++) heap.alloc(Node); // would reuse its memory
      expect(heap.memory.u32[root.ptr >>> 2]).toBe(hidden);
      expect(heap.memory.i32[(hidden + 8) >>> 2]).toBe(5);
      checkHeap(heap);
    },
  );

  it("takes nil and what is no pointer into an object", () => {
    const { heap, h, black } = buffered(1);
    heap.memory.u32[black >>> 2] = 8;
    heap.writePtr(black, 0);
    heap.memory.u32[black >>> 2] = heap.memory.byteLength - 4;
    heap.writePtr(black, 0);
    h.flushBarrier();
    checkHeap(heap);
  });

  it("is not used by the historical two, nor by stress mode", () => {
    for (const options of [
      { barrier: "insertion" },
      { barrier: "deletion" },
      { stress: true },
    ] as const) {
      const heap = createHeap({ reserve: 2 ** 23, gcPercent: -1, ...options });
      const p = heap.alloc(Node);
      heap.step(0);
      expect(heap.phase).toBe("mark");
      heap.writePtr(p, p);
      expect(insideOf(heap).wbTop).toBe(insideOf(heap).wbStart);
    }
  });

  it("is checked to be empty unless the heap marks", () => {
    const { heap, h } = buffered(1);
    while (heap.step(1));
    h.wbTop += 2;
    expect(() => checkHeap(heap)).toThrow("the barrier keeps 2 pointers in phase off");
  });
});
