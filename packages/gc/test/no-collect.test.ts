/** The heap that never frees: what its twins do for a cycle's sake, it does not. */
import { float64, uint8 } from "@gort/types";
import { expect, it } from "vitest";
import { createNoCollectHeap } from "../src/index.ts";

it("has no goal unless it is given a percentage, undefined being none", () => {
  for (const options of [{}, { gcPercent: undefined }]) {
    const heap = createNoCollectHeap({ reserve: 2 ** 20, ...options });
    expect(heap.stats().nextGC).toBe(Infinity);
    expect(heap.setGCPercent(50)).toBe(-1);
  }
  expect(createNoCollectHeap({ reserve: 2 ** 20, gcPercent: 50 }).setGCPercent(-1)).toBe(50);
});

it("wakes no driver for large objects, and says that it never collects when memory is out", () => {
  for (const options of [{}, { gcPercent: 100 }, { memoryLimit: 1e5 }]) {
    const heap = createNoCollectHeap({ reserve: 2 ** 22, ...options });
    let woken = 0;
    heap.background.onReady = () => woken++;
    for (const size of [100_000, 8]) {
      expect(() => {
        for (;;) heap.alloc(size === 8 ? float64 : uint8, size === 8 ? 1 : size);
      }).toThrow(/^runtime: out of memory: .*; this heap never collects$/);
    }
    expect([woken, heap.background.pending]).toEqual([0, false]);
  }
});
