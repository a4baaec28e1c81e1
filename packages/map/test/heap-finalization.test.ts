/** Maps in a heap where the engine has no `FinalizationRegistry`, as workers of Cloudflare have not unless they ask. */
import { float64, int32 } from "@gort/types";
import { afterEach, expect, test, vi } from "vitest";
import { makeMap } from "../src/index.ts";
import { smallHeap } from "./support.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

test("without finalization a map in a heap is made, used and released", () => {
  vi.stubGlobal("FinalizationRegistry", undefined);
  const heap = smallHeap();
  const m = makeMap(int32, float64, { heap });
  m.set(1, 0.5);
  expect(m.get(1)).toBe(0.5);
  m.release();
  heap.collect();
  expect(heap.stats().heapObjects).toBe(0);
});
