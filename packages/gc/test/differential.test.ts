import { createAllocator, createMemory } from "@gort/alloc";
import type { TracedAllocator } from "@gort/alloc";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HeapOptions } from "../src/index.ts";
import {
  createHeap,
  createNoCollectHeap,
  createStopTheWorldHeap,
  createStressHeap,
  traced,
} from "../src/index.ts";
import { runProgram } from "./program.ts";
import { simpleAllocator } from "./simple-allocator.ts";

const runs = Number(process.env["GORT_FUZZ"] ?? 12);
const seed = Number(process.env["GORT_SEED"] ?? 20231);

const tiered = (): TracedAllocator => createAllocator(createMemory({ reserve: 1 << 25 }));
const allocators: Record<string, () => TracedAllocator> = {
  simple: () => simpleAllocator(1 << 25),
  traced: () => traced(createAllocator(createMemory({ reserve: 1 << 25 }))),
  tiered,
};
const heaps = {
  "mark-sweep, hybrid barrier": (o: HeapOptions) => createHeap(o),
  "mark-sweep, insertion barrier": (o: HeapOptions) => createHeap({ ...o, barrier: "insertion" }),
  "mark-sweep, deletion barrier": (o: HeapOptions) => createHeap({ ...o, barrier: "deletion" }),
  "mark-sweep under stress": createStressHeap,
  "stop-the-world": createStopTheWorldHeap,
  "no-collect": createNoCollectHeap,
};
const programs = fc.array(fc.nat({ max: 0x7fffffff }), { minLength: 20, maxLength: 500 });

describe("the same random program", () => {
  for (const [allocatorName, allocator] of Object.entries(allocators)) {
    for (const [heapName, create] of Object.entries(heaps)) {
      it(`reaches what the model reaches: ${heapName} on ${allocatorName}`, () => {
        fc.assert(
          fc.property(programs, (program) => {
            runProgram(create({ allocator: allocator() }), program);
          }),
          { numRuns: runs, seed },
        );
      });
    }
  }

  it("has equal reachable graphs on all heaps", () => {
    fc.assert(
      fc.property(programs, (program) => {
        const digests = Object.values(heaps).map((create) =>
          runProgram(create({ allocator: tiered() }), program),
        );
        expect(new Set(digests).size).toBe(1);
      }),
      { numRuns: Math.ceil(runs / 2), seed: seed + 1 },
    );
  });

  for (const barrier of ["hybrid", "insertion", "deletion"] as const) {
    it(`keeps every invariant after each operation: ${barrier} barrier`, () => {
      fc.assert(
        fc.property(fc.array(fc.nat({ max: 0x7fffffff }), { maxLength: 150 }), (program) => {
          const heap = createHeap({ allocator: tiered(), barrier, gcPercent: -1 });
          runProgram(heap, program, { checkEach: true });
        }),
        { numRuns: runs, seed: seed + 2 },
      );
    });
  }
});
