import {
  countingAllocator,
  createAllocator,
  createBumpAllocator,
  createMemory,
  failingAllocator,
  poisoningAllocator,
} from "@gort/alloc";
import type { TracedAllocator } from "@gort/alloc";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
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

/** Operations of the long program: `GORT_FUZZ=1000000` takes some minutes. */
const operations = Number(process.env["GORT_FUZZ"] ?? 1500);
const runs = Math.min(Math.max(Math.ceil(operations / 150), 10), 1000);
const seed = Number(process.env["GORT_SEED"] ?? 20231);
vi.setConfig({ testTimeout: 60_000 + operations * 20 });

const tiered = (): TracedAllocator => createAllocator(createMemory({ reserve: 1 << 25 }));
const allocators: Record<string, () => TracedAllocator> = {
  simple: () => simpleAllocator(1 << 25),
  traced: () => traced(createAllocator(createMemory({ reserve: 1 << 25 }))),
  tiered,
  "tiered without tracer and runs": () => {
    const a = tiered();
    Object.defineProperty(a.objects, "tracer", { value: undefined });
    return Object.defineProperty(a, "runs", { value: undefined });
  },
  "traced counting": () => traced(countingAllocator(tiered())),
  "traced poisoning": () => traced(poisoningAllocator(tiered(), { sites: false })),
  // By its own table of objects.
  poisoning: () => poisoningAllocator(tiered(), { sites: false }),
  "traced failing": () => traced(failingAllocator(tiered(), { after: Infinity })),
  "tiered without tiny blocks": () =>
    createAllocator(createMemory({ reserve: 1 << 25 }), { tiny: false }),
  bump: () => createBumpAllocator(createMemory({ reserve: 1 << 25 })),
};
/** The bump allocator frees nothing one by one, so what is unreachable stays. */
const keeps = (name: string): boolean => name === "bump";
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
            runProgram(create({ allocator: allocator() }), program, {
              keepsGarbage: keeps(allocatorName),
            });
          }),
          { numRuns: runs, seed },
        );
      });
    }
  }

  for (const [heapName, create] of Object.entries(heaps)) {
    it(`reaches what the model reaches with sources that throw, come and go while asked: ${heapName}`, () => {
      fc.assert(
        fc.property(programs, fc.boolean(), (program, checkEach) => {
          const heap = create({ allocator: tiered() });
          runProgram(heap, program, { wildSources: true, checkEach });
        }),
        { numRuns: runs * 2, seed: seed + 3 },
      );
    });
  }

  it("has equal reachable graphs on all heaps and all allocators", () => {
    fc.assert(
      fc.property(programs, (program) => {
        const digests = Object.values(heaps).map((create) =>
          runProgram(create({ allocator: tiered() }), program),
        );
        for (const [name, allocator] of Object.entries(allocators)) {
          const options = { keepsGarbage: keeps(name) };
          digests.push(runProgram(createHeap({ allocator: allocator() }), program, options));
        }
        expect(new Set(digests).size).toBe(1);
      }),
      { numRuns: Math.ceil(runs / 2), seed: seed + 1 },
    );
  });

  it(`one long program keeps every invariant after each operation (${operations} operations)`, () => {
    let state = seed;
    const program = Array.from({ length: operations }, () => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return state >>> 1;
    });
    const heap = createHeap({ allocator: tiered() });
    try {
      runProgram(heap, program, { checkEach: true });
    } catch (error) {
      throw new Error(`GORT_SEED=${seed} GORT_FUZZ=${operations}`, { cause: error });
    }
    expect(heap.stats().numGC).toBeGreaterThan(0);
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
