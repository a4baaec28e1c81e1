/** Cycles for the sake of large objects: when there is one, when there is none, and who does it. */
import { createAllocator, createMemory, type TracedAllocator } from "@gort/alloc";
import { int32, ptr, struct, uint8 } from "@gort/types";
import { describe, expect, it } from "vitest";
import type { GcHeap, HeapOptions } from "../src/index.ts";
import { checkHeap, createHeap, createStopTheWorldHeap } from "../src/index.ts";
import { LargeRoom } from "../src/large-room.ts";
import { insideOf } from "../src/walk.ts";

const MiB = 2 ** 20;
const KiB = 1024;
const Node = struct({ next: ptr(int32), value: int32 });
const heapOf = (o: HeapOptions = {}): GcHeap =>
  createHeap({ reserve: 16 * MiB, forcedPeriodMs: Infinity, ...o });

function list(heap: GcHeap, n: number): void {
  const head = heap.root(0);
  for (let i = 0; i < n; i++) {
    const p = heap.alloc(Node);
    heap.writePtr(p, head.ptr);
    head.set(p);
  }
}

describe("room for large objects", () => {
  const drivers: Record<string, (heap: GcHeap) => unknown> = {
    safepoint: (heap) => heap.safepoint(),
    "step of no time": (heap) => heap.background.pending && heap.step(0),
    "stepWork of a byte": (heap) => heap.background.pending && heap.stepWork(1),
    "background.step of no time": (heap) => heap.background.step(0),
  };
  it.each(Object.keys(drivers))("is made by a %s", (name) => {
    const heap = heapOf();
    if (name.startsWith("background")) heap.background.onReady = () => {};
    list(heap, 10_000);
    const kept = Array.from({ length: 8 }, () => heap.root(0));
    let seed = 1;
    for (let i = 0; i < 150; i++) {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      kept[seed >>> 29]!.set(heap.alloc(uint8, 100 * KiB + (seed >>> 12)));
      drivers[name]!(heap);
      if (i % 50 === 0) checkHeap(heap);
    }
    expect(heap.stats().numGC).toBeGreaterThan(2);
  });
});

describe("what has to fit in one piece", () => {
  const asked: number[] = [];
  let longest = 0;
  const room = new LargeRoom({
    memory: { byteLength: 16 * MiB },
    system: { fits: (bytes: number) => (asked.push(bytes), bytes <= longest) },
  } as unknown as TracedAllocator);
  const asks = (bytes: number, allocated = 0, marked = 0): [tight: boolean, run: number] => [
    room.isTight(bytes, allocated, marked),
    asked.at(-1)!,
  ];

  it("is eight objects as large as the largest since a cycle, but no more than a sixteenth of the memory beyond two", () => {
    longest = 16 * MiB;
    expect(asks(40 * KiB)).toEqual([false, 320 * KiB]);
    expect(asks(100 * KiB)).toEqual([false, 800 * KiB]);
    expect(asks(40 * KiB)).toEqual([false, 800 * KiB]);
    expect(asks(200 * KiB)).toEqual([false, MiB]);
    expect(asks(700 * KiB)).toEqual([false, 1400 * KiB]);
    expect(asks(40 * KiB)).toEqual([false, 1400 * KiB]);
    room.found(0);
    expect(asks(40 * KiB)).toEqual([false, MiB]);
    for (let i = 0; i < 2; i++) room.found(0);
    expect(asks(40 * KiB)).toEqual([false, 700 * KiB]);
  });

  it("asks for a cycle where it does not, and that many bytes and a share of what is live were allocated since", () => {
    longest = MiB;
    for (let i = 0; i < 9; i++) room.found(5 * MiB);
    expect(asks(700 * KiB, 5 * MiB + 700 * KiB - 1)).toEqual([false, 1400 * KiB]);
    expect(asks(700 * KiB, 5 * MiB + 700 * KiB)).toEqual([true, 1400 * KiB]);
    expect(asks(40 * KiB, 5 * MiB + 700 * KiB)).toEqual([true, 1400 * KiB]);
    expect(asks(40 * KiB, 6 * MiB - 1, 16 * MiB)).toEqual([false, 1400 * KiB]);
    expect(asks(40 * KiB, 6 * MiB, 16 * MiB)).toEqual([true, 1400 * KiB]);
    longest = 1400 * KiB;
    expect(asks(40 * KiB, 6 * MiB)).toEqual([false, 1400 * KiB]);
  });
});

describe("cycles for large objects", () => {
  it("are over when they have marked: the safepoint after begins none", () => {
    for (const create of [createHeap, createStopTheWorldHeap]) {
      const heap = create({ reserve: 16 * MiB, forcedPeriodMs: Infinity });
      while (!heap.background.pending) heap.alloc(uint8, 512 * KiB);
      checkHeap(heap);
      for (let i = 0; i < 200; i++) heap.safepoint();
      expect(heap.stats().numGC).toBe(1);
      checkHeap(heap);
    }
  });

  it("do not come with every object where memory stays in pieces", () => {
    const heap = heapOf({ gcPercent: -1 });
    try {
      // Four of five stay, and leave no two side by side.
      for (let i = 0; ; i++) {
        const p = heap.alloc(uint8, 40 * KiB);
        if (i % 5 !== 0) heap.root(p);
      }
    } catch {
      heap.setGCPercent(1000);
      heap.collect();
    }
    const before = heap.stats().numGC;
    for (let i = 0; i < 300; i++) {
      heap.alloc(uint8, 33 * KiB);
      heap.safepoint();
    }
    // 300 of 33 KiB are a sixteenth of what is live about 13 times.
    expect(heap.stats().numGC - before).toBeGreaterThan(3);
    expect(heap.stats().numGC - before).toBeLessThan(30);
  });

  it("forget the largest object by and by", () => {
    const heap = heapOf({ gcPercent: 1000 });
    heap.alloc(uint8, 5.5 * MiB);
    heap.safepoint();
    for (let i = 0; i < 6000; i++) {
      heap.alloc(uint8, 33 * KiB);
      heap.safepoint();
    }
    // 200 MB in a memory of 16 MiB.
    expect(heap.stats().numGC).toBeLessThan(25);
  });

  it("do not come where sweeping made the room", () => {
    const heap = heapOf({ gcPercent: 1000 });
    for (let i = 0; i < 26; i++) heap.alloc(uint8, 512 * KiB);
    heap.step(0);
    while (heap.phase === "mark") heap.stepWork(100_000);
    expect(heap.phase).toBe("sweep");
    // No page is swept yet, and this leaves less than is asked for.
    heap.alloc(uint8, 2 * MiB);
    expect([heap.phase, heap.background.pending]).toEqual(["off", false]);
    checkHeap(heap);
  });

  it("do not come with GOGC off", () => {
    const heap = heapOf({ gcPercent: -1 });
    let woken = 0;
    heap.background.onReady = () => woken++;
    expect(() => {
      for (let i = 0; i < 1000; i++) {
        heap.alloc(uint8, 100 * KiB);
        heap.safepoint();
      }
    }).toThrow("out of memory");
    expect([woken, heap.stats().numGC]).toEqual([0, 0]);
  });

  it("need an allocator that knows what fits", () => {
    const allocator = createAllocator(createMemory({ reserve: 16 * MiB }));
    (allocator.system as { fits?: unknown }).fits = undefined;
    const heap = createHeap({ allocator, gcPercent: 1000 });
    for (let i = 0; i < 100; i++) heap.alloc(uint8, 100 * KiB);
    expect(heap.background.pending).toBe(false);
  });
});

it("checkHeap finds a cycle that is urgent and not asked for", () => {
  const heap = heapOf();
  (insideOf(heap) as unknown as { urgent: boolean }).urgent = true;
  expect(() => checkHeap(heap)).toThrow("urgent");
});
