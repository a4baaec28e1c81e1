import { expect, test } from "vitest";
import { createAllocator, createMemory, failingAllocator, type FailingOptions } from "@gort/alloc";
import { allocatorCases } from "@gort/alloc/testing";

const make = (options: FailingOptions) =>
  failingAllocator(createAllocator(createMemory({ reserve: 2 ** 20 })), options);

/** Which of `n` allocations of 8 bytes fail, by number. */
function failures(options: FailingOptions, n: number): number[] {
  const heap = make(options);
  const failed: number[] = [];
  for (let i = 1; i <= n; i++) {
    try {
      heap.alloc(8);
    } catch (err) {
      expect(err).toMatchObject({ code: "OUT_OF_MEMORY" });
      failed.push(i);
    }
  }
  return failed;
}

test("fails after a number of allocations, at every n-th, past a budget, or when told", () => {
  expect(failures({ after: 2 }, 4)).toEqual([3, 4]);
  expect(failures({ after: 3, every: 2 }, 8)).toEqual([2, 4, 6, 7, 8]); // 1, 3 and 5 are the three
  expect(failures({ every: 3 }, 7)).toEqual([3, 6]);
  expect(failures({ budget: 20 }, 4)).toEqual([3, 4]);
  expect(failures({ when: (size, n) => size === 8 && n === 2 }, 3)).toEqual([2]);
});

test("free always passes, and a failed allocation leaves no trace", () => {
  const heap = make({ after: 1 });
  const p = heap.alloc(8);
  expect(() => heap.alloc(8)).toThrow(/^runtime: out of memory: cannot allocate 8-byte block/);
  heap.free(p);
  expect(heap.stats()).toMatchObject({ mallocs: 1, frees: 1, heapObjects: 0 });
});

test.each(allocatorCases)("conforms when it never fails: $name", ({ run }) =>
  run((reserve) => failingAllocator(createAllocator(createMemory({ reserve })), {})),
);
