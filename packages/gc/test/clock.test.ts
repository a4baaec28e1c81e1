/** The host's clocks. */
import { afterEach, expect, test, vi } from "vitest";
import { createHeap } from "../src/index.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

test("a heap collects where the host has no performance.now, as small engines and contexts of node:vm have not", () => {
  vi.stubGlobal("performance", undefined);
  const heap = createHeap({ reserve: 2 ** 22 });
  heap.collect();
  expect(heap.stats().numGC).toBe(1);
});
