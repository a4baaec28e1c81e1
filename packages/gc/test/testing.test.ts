import {
  createAllocator,
  createBumpAllocator,
  createMemory,
  poisoningAllocator,
} from "@gort/alloc";
import { tracedCases, allocatorCases } from "@gort/alloc/testing";
import { describe, expect, it, test } from "vitest";
import type { Heap } from "../src/index.ts";
import {
  checkHeap,
  createHeap,
  createNoCollectHeap,
  createStopTheWorldHeap,
  createStressHeap,
  traced,
} from "../src/index.ts";
import { heapCases, runHeapCases } from "../src/testing/index.ts";

const tiered = (reserve: number) => createAllocator(createMemory({ reserve }));
const makers: Record<string, (reserve: number) => Heap> = {
  "mark-sweep": (reserve) => createHeap({ reserve }),
  "mark-sweep, insertion barrier": (reserve) => createHeap({ reserve, barrier: "insertion" }),
  "mark-sweep, deletion barrier": (reserve) => createHeap({ reserve, barrier: "deletion" }),
  "mark-sweep, profiled": (reserve) => createHeap({ reserve, profileRate: 65536 }),
  "stop-the-world": (reserve) => createStopTheWorldHeap({ reserve }),
  "no-collect": (reserve) => createNoCollectHeap({ reserve }),
  "mark-sweep on a traced allocator": (reserve) =>
    createHeap({ allocator: traced(tiered(reserve * 2)) }),
  "no-collect on a bump allocator": (reserve) =>
    createNoCollectHeap({ allocator: createBumpAllocator(createMemory({ reserve })) }),
};

for (const [name, make] of Object.entries(makers)) {
  describe(`${name} conforms`, () => {
    const cases = heapCases.filter((c) => c.needs === "any" || !name.startsWith("no-collect"));
    test.each(cases)("$name", ({ run }) => {
      const made: Heap[] = [];
      run((reserve) => {
        const heap = make(reserve);
        made.push(heap);
        return heap;
      });
      for (const heap of made) checkHeap(heap);
    });
  });
}

describe("mark-sweep under stress conforms", () => {
  test.each(heapCases)("$name", ({ run }) => {
    run((reserve) => createStressHeap({ reserve }));
  });
});

it("the suite notices a heap that frees too much", () => {
  const make = (reserve: number): Heap => {
    const heap = createHeap({ reserve });
    heap.addRoots = () => () => {};
    return heap;
  };
  expect(runHeapCases(heapCases, make).length).toBeGreaterThan(3);
});

describe.each([
  ["a traced allocator", (reserve: number) => traced(tiered(reserve * 2))],
  [
    "a traced poisoning one, whose objects end at any byte,",
    (reserve: number) => traced(poisoningAllocator(tiered(reserve * 3), { sites: false })),
  ],
  [
    "a poisoning one on a poisoning one",
    (reserve: number) =>
      poisoningAllocator(poisoningAllocator(tiered(reserve * 3), { sites: false }), {
        sites: false,
      }),
  ],
] as const)("%s conforms to the suites of allocators", (_, make) => {
  test.each(tracedCases)("$name", ({ run }) => run(make));
  test.each(allocatorCases)("$name", ({ run }) => run(make));
});

it("a traced poisoning allocator is collected without a bad free or write", () => {
  const plain = poisoningAllocator(tiered(2 ** 25));
  const heap = createHeap({ allocator: traced(plain) });
  for (const { run } of heapCases.slice(0, 1)) run(() => heap);
  heap.collect();
  heap.collect();
  checkHeap(heap);
});
