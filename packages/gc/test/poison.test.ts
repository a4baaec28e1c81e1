/** A heap over the poisoning build: every redzone, every freed byte and every pointer of the collector is looked at. */
import { createAllocator, createMemory, poisoningAllocator } from "@gort/alloc";
import { int32, ptr, struct } from "@gort/types";
import { describe, expect, test } from "vitest";
import { checkHeap, createHeap } from "../src/index.ts";
import { heapCases } from "../src/testing/index.ts";

const poisoned = (reserve: number) =>
  poisoningAllocator(createAllocator(createMemory({ reserve: reserve * 2 })), { sites: false });

describe("a heap over the poisoning allocator conforms", () => {
  test.each(heapCases)("$name", ({ run }) => {
    const made: { verify(): void; check(): void }[] = [];
    run((reserve) => {
      const allocator = poisoned(reserve);
      const heap = createHeap({ allocator });
      made.push({ verify: () => allocator.verify(), check: () => checkHeap(heap) });
      return heap;
    });
    for (const { verify, check } of made) {
      check();
      verify();
    }
  });
});

test("a stale pointer into what was collected reads poison, and a write through it is found", () => {
  const allocator = poisoned(2 ** 20);
  const heap = createHeap({ allocator });
  const Node = struct({ next: ptr(int32), value: int32 });
  const stale = heap.alloc(Node);
  heap.collect();
  heap.collect();
  expect(heap.memory.u32[stale / 4]).toBe(0x55555555);
  expect(() => allocator.pointers.cast(stale, Node)).toThrow("checkptr");
  heap.memory.u32[stale / 4] = 1;
  expect(() => allocator.verify()).toThrow(/write after free/);
});
