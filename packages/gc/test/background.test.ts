import { array, int32, ptr, struct } from "@gort/types";
import { expect, it } from "vitest";
import type { GcHeap, HeapOptions, Ptr } from "../src/index.ts";
import { createHeap, createNoCollectHeap, createStopTheWorldHeap } from "../src/index.ts";

const Node = struct({ next: ptr(int32), id: int32 });
const heapOf = (o: HeapOptions = {}): GcHeap =>
  createHeap({ reserve: 2 ** 24, gcPercent: -1, forcedPeriodMs: Infinity, ...o });

it("finalizers of one step stay within its budget; a driver is asked to come again for the rest", () => {
  let now = 0;
  const heap = heapOf({ now: () => now });
  const ran: Ptr[] = [];
  for (let i = 0; i < 100; i++) {
    heap.setFinalizer(heap.alloc(Node), (p) => {
      ran.push(p);
      now += 0.1; // each takes its time
    });
  }
  heap.step(0);
  while (heap.step(0.25));
  const first = ran.length;
  expect(first).toBeGreaterThan(0);
  expect(first).toBeLessThan(100);
  expect(heap.background.pending).toBe(true);
  const cycles = heap.stats().numGC;
  let steps = 0;
  while (heap.background.step(0.25)) {
    expect(ran.length - first).toBeLessThanOrEqual(++steps * 6);
  }
  expect(ran).toHaveLength(100);
  expect(heap.stats().numGC).toBe(cycles); // finalizers alone begin no cycle
  expect(heap.background.pending).toBe(false);
});

it("collect runs all finalizers, however long they take", () => {
  let now = 0;
  const heap = heapOf({ now: () => now });
  let ran = 0;
  for (let i = 0; i < 50; i++) heap.setFinalizer(heap.alloc(Node), () => void (ran++, (now += 5)));
  heap.collect();
  expect(ran).toBe(50);
});

it("manual finalizers are no reason for a driver to come", () => {
  const heap = heapOf({ finalizers: "manual" });
  heap.setFinalizer(heap.alloc(Node), () => {});
  heap.collect();
  expect(heap.background.pending).toBe(false);
  expect(heap.background.step(1)).toBe(false);
  expect(heap.runFinalizers()).toBe(1);
});

it("the forced cycle of two minutes makes work pending, without any allocation", () => {
  let now = 0;
  const heap = createHeap({ reserve: 2 ** 22, now: () => now });
  expect(heap.background.pending).toBe(false);
  now = 119_999;
  expect(heap.background.pending).toBe(false);
  now = 120_000;
  expect(heap.background.pending).toBe(true);
  while (heap.background.step(1));
  expect(heap.stats().numGC).toBe(1);
  expect(heap.background.pending).toBe(false);
});

for (const create of [createHeap, createStopTheWorldHeap]) {
  it(`the forced cycle comes at a safepoint too, and never with GOGC off: ${create.name}`, () => {
    let now = 0;
    const heap = create({ reserve: 2 ** 22, now: () => now });
    const cyclesAfterPolls = (): number => {
      for (let i = 0; i < 500; i++) heap.safepoint();
      while (heap.phase !== "off") heap.step(1);
      return heap.stats().numGC;
    };
    now = 119_999;
    expect(cyclesAfterPolls()).toBe(0);
    now = 120_000;
    expect(cyclesAfterPolls()).toBe(1);
    heap.setGCPercent(-1);
    now = 400_000;
    expect(cyclesAfterPolls()).toBe(1);
    expect([heap.background.pending, heap.background.step(1)]).toEqual([false, false]);
    expect(heap.stats().numGC).toBe(1);
  });
}

it("the twins have the same face: one step is a whole cycle, or nothing", () => {
  const stw = createStopTheWorldHeap({ reserve: 2 ** 24 });
  let told = 0;
  stw.background.onReady = () => told++;
  while (told === 0) stw.alloc(array(int32, 1000));
  expect(stw.background.pending).toBe(true);
  expect(stw.background.step(0)).toBe(false);
  expect([stw.stats().numGC, stw.stats().heapObjects]).toEqual([1, 0]);

  const none = createNoCollectHeap({ reserve: 2 ** 24 });
  for (let i = 0; i < 2000; i++) none.alloc(array(int32, 1000));
  expect([none.background.pending, none.background.step(1)]).toEqual([false, false]);
  expect([none.step(1), none.stepWork(1), none.stats().heapObjects]).toEqual([false, false, 2000]);
});
