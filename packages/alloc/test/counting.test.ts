import { expect, test } from "vitest";
import { countingAllocator, createAllocator, createMemory } from "@gort/alloc";
import { allocatorCases } from "@gort/alloc/testing";

const make = (reserve: number) => countingAllocator(createAllocator(createMemory({ reserve })));

test("counts calls, bytes asked for, live objects and the most of them", () => {
  const heap = make(2 ** 20);
  const [a, b] = [heap.alloc(10), heap.alloc(20)];
  heap.free(a);
  heap.alloc(5);
  heap.free(0);
  expect(heap.counts()).toEqual({ allocs: 3, frees: 1, failed: 0, bytes: 35, live: 2, liveMax: 2 });
  heap.free(b);
  expect(heap.counts().live).toBe(1);
});

test("a call that throws is counted as failed and changes nothing else", () => {
  const heap = make(2 ** 20);
  expect(() => heap.alloc(-1)).toThrow("size -1");
  expect(() => heap.free(16)).toThrow("foreign pointer");
  expect(heap.counts()).toEqual({ allocs: 0, frees: 0, failed: 2, bytes: 0, live: 0, liveMax: 0 });
});

test.each(allocatorCases)("conforms: $name", ({ run }) => run(make));
