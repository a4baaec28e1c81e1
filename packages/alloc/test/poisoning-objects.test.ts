/** The poisoning build under a collector, and pointers checked against its objects. */
import { describe, expect, test } from "vitest";
import {
  checkAllocator,
  createAllocator,
  createBumpAllocator,
  createMemory,
  poisoningAllocator,
  type PoisoningTracedAllocator,
  type Ptr,
} from "@gort/alloc";
import { tracedCases } from "@gort/alloc/testing";
import { checkPointers, ptr, int32, int64, struct } from "@gort/types";

const MIB = 2 ** 20;
const make = (reserve = MIB): PoisoningTracedAllocator =>
  poisoningAllocator(createAllocator(createMemory({ reserve })));

describe("a traced allocator", () => {
  test.each(tracedCases)("over the default one: $name", ({ run }) =>
    run((reserve) => make(2 * reserve)),
  );
  test.each(tracedCases)("over the bump allocator: $name", ({ run }) =>
    run((reserve) =>
      poisoningAllocator(createBumpAllocator(createMemory({ reserve: 4 * reserve }))),
    ),
  );
});

/** A cycle that keeps what is in `live`. */
function collect(heap: PoisoningTracedAllocator, live: readonly Ptr[]): void {
  heap.objects.cycle.startMark();
  for (const p of live) heap.objects.findAndMark(p);
  heap.objects.cycle.startSweep();
  while (heap.objects.cycle.sweep(1) > 0) checkAllocator(heap);
}

describe("sweeping", () => {
  test("garbage is poisoned, kept back, and named when it is used or written", () => {
    const heap = make();
    const live = heap.alloc(40);
    const dead = heap.alloc(40);
    collect(heap, [live]);
    expect(new Set(heap.memory.u8.subarray(dead, dead + 40))).toEqual(new Set([0x55]));
    expect(heap.objects.find(dead)).toBe(0);
    expect(() => heap.usableSize(dead)).toThrow(/the object is free[\s\S]*freed at the collector/);
    expect(() => heap.free(dead)).toThrow(/double free[\s\S]*freed at the collector/);
    heap.memory.u8[dead + 3] = 1;
    expect(() => heap.verify()).toThrow(/write after free at .* byte 3 of the 40-byte object/);
    heap.memory.u8[dead + 3] = 0x55;
    collect(heap, [live]);
    heap.verify();
    heap.drain();
    expect(heap.stats().heapObjects).toBe(1);
  });

  test("a redzone that garbage ran over is found when it is swept", () => {
    const heap = make();
    const dead = heap.alloc(40);
    heap.memory.u8[dead + 40] = 1;
    heap.objects.cycle.startMark();
    heap.objects.cycle.startSweep();
    expect(() => heap.objects.cycle.sweep(1)).toThrow(/redzone overwritten/);
  });

  test("what is kept back over a cycle stays kept back", () => {
    const heap = make();
    const p = heap.alloc(100);
    heap.free(p);
    collect(heap, []);
    heap.memory.u8[p] = 1;
    expect(() => heap.verify()).toThrow(/write after free/);
  });

  test("when memory is short, what has yet to be swept is swept, and what is kept back given up", () => {
    const heap = make();
    const all: Ptr[] = [];
    expect(() => {
      for (;;) all.push(heap.alloc(8000));
    }).toThrow(/out of memory/);
    heap.objects.cycle.startMark();
    heap.objects.cycle.startSweep();
    for (let i = 0; i < all.length; i++) heap.alloc(8000);
    expect(heap.stats().heapObjects).toBe(all.length);
  });
});

describe("pointers", () => {
  const Pair = struct({ next: ptr(int32), n: int64 });

  test("arithmetic must stay in the object, and not in its redzone or in a freed one", () => {
    const heap = make();
    const p = heap.alloc(32);
    expect(heap.pointers.add(p, 31)).toBe(p + 31);
    for (const n of [32, -1, 48, 1000])
      expect(() => heap.pointers.add(p, n)).toThrow(
        "checkptr: pointer arithmetic result points to invalid allocation",
      );
    heap.free(p);
    expect(() => heap.pointers.cast(p, Pair)).toThrow(
      "checkptr: converted pointer straddles multiple allocations",
    );
  });

  test("a conversion must be aligned, and end within the object", () => {
    const heap = make();
    const p = heap.alloc(32);
    expect(heap.pointers.cast(p, Pair, 2)).toBe(p);
    expect(heap.pointers.cast(p + 16, Pair)).toBe(p + 16);
    expect(() => heap.pointers.cast(p + 4, Pair)).toThrow(
      "checkptr: misaligned pointer conversion",
    );
    for (const [at, n] of [
      [p, 3],
      [p + 24, 1],
    ] as const)
      expect(() => heap.pointers.cast(at, Pair, n)).toThrow(
        "checkptr: converted pointer straddles",
      );
  });

  test("over an allocator that is not traced they are checked as well; checkPointers takes a table too", () => {
    const plain = createAllocator(createMemory({ reserve: MIB }));
    const heap = poisoningAllocator({
      memory: plain.memory,
      alloc: (size, flags, shard) => plain.alloc(size, flags, shard),
      free: (p, shard) => plain.free(p, shard),
      usableSize: (p) => plain.usableSize(p),
      stats: () => plain.stats(),
    });
    const p = heap.alloc(16);
    expect(heap.pointers.add(p, 8)).toBe(p + 8);
    expect(() => heap.pointers.add(p, 16)).toThrow("checkptr");
    expect("objects" in heap).toBe(false);
    const q = plain.alloc(16);
    const checked = checkPointers({
      find: (at) => plain.objects.find(at),
      usableSize: (base) => plain.usableSize(base),
    });
    expect(() => checked.add(q, 16)).toThrow("checkptr");
  });
});

test.each([0, 4])(
  "an object that is found damaged while sweeping stays as it is, quarantine %i",
  (quarantine) => {
    const heap = poisoningAllocator(createAllocator(createMemory({ reserve: MIB })), {
      quarantine,
    });
    const p = heap.alloc(16);
    const beside = heap.alloc(16);
    heap.memory.u8[p + 16] = 1;
    for (let cycle = 0; cycle < 3; cycle++) {
      heap.objects.cycle.startMark();
      heap.objects.cycle.startSweep();
      expect(() => heap.objects.cycle.sweep(Infinity)).toThrow("redzone overwritten");
      heap.objects.cycle.sweep(Infinity); // goes on behind it
      expect(heap.usableSize(p)).toBe(16);
      expect(heap.objects.find(p + 8)).toBe(p);
      expect(heap.objects.find(beside)).toBe(0);
      const seen: Ptr[] = [];
      heap.objects.forEach((q) => seen.push(q));
      expect(seen).toEqual([p]);
      expect(heap.stats()).toMatchObject({ heapObjects: 1, heapAlloc: 16 });
      checkAllocator(heap);
    }
    const others = Array.from({ length: 300 }, () => heap.alloc(16));
    expect(others).not.toContain(p);
    heap.memory.u8[p + 16] = 0xfb;
    heap.free(p);
    expect(heap.stats().heapObjects).toBe(300);
  },
);
