import { describe, expect, test } from "vitest";
import {
  checkAllocator,
  createAllocator,
  createBumpAllocator,
  createMemory,
  type Allocator,
} from "@gort/alloc";
import { allocatorCases, runCases, tracedCases, type ConformanceCase } from "@gort/alloc/testing";

/** Runs a case and then the checker on every allocator it made. */
function checked<A extends Allocator>(
  run: ConformanceCase<A>["run"],
  make: (reserve: number) => A,
): void {
  const made: A[] = [];
  run((reserve) => {
    const a = make(reserve);
    made.push(a);
    return a;
  });
  for (const a of made) checkAllocator(a);
}

describe.each([
  ["tiered", (reserve: number) => createAllocator(createMemory({ reserve }))],
  [
    "tiered, one shard, no tiny blocks",
    (reserve: number) => createAllocator(createMemory({ reserve }), { shards: 1, tiny: false }),
  ],
  ["bump", (reserve: number) => createBumpAllocator(createMemory({ reserve }))],
] as const)("%s", (_name, make) => {
  test.each(allocatorCases)("$name", ({ run }) => checked(run, make));
  test.each(tracedCases)("$name", ({ run }) => checked(run, make));
});

test("runCases reports the cases an allocator fails, with their errors", () => {
  const broken = (reserve: number): Allocator => {
    const inner = createBumpAllocator(createMemory({ reserve }));
    return {
      memory: inner.memory,
      alloc: (size, flags, shard) => inner.alloc(size, flags, shard),
      free: () => {},
      usableSize: (p) => inner.usableSize(p),
      stats: () => inner.stats(),
    };
  };
  const failed = runCases(allocatorCases, broken).map((f) => f.name);
  expect(failed).toContain("a double free is an error, and harmless");
  expect(failed).not.toContain("freeing nil does nothing");
});
