/**
 * The defaults: which collector and which allocator a heap gets when nothing is said.
 *
 * Invariants
 *  1. This is the only file of the package that names an implementation of `Allocator`.
 */
import type { TracedAllocator } from "@gort/alloc";
import { createAllocator, createMemory } from "@gort/alloc";
import type { GcHeap, HeapOptions } from "./api.ts";
import { badArgument } from "./errors.ts";
import { MarkSweepHeap } from "./mark-sweep.ts";
import { NoCollectHeap } from "./no-collect.ts";
import { StopTheWorldHeap } from "./stop-the-world.ts";

function allocatorOf(options: HeapOptions): TracedAllocator {
  if (typeof options !== "object" || options === null)
    badArgument("createHeap", "options", options, "an object");
  if (options.allocator !== undefined) return options.allocator;
  const reserve = options.reserve;
  return createAllocator(createMemory(reserve === undefined ? {} : { reserve }));
}

/**
 * A heap with the default collector: incremental, tri-color, mark-sweep, with a hybrid write barrier.
 * @throws GcArgumentError for an option that is unknown or cannot be; AllocError for a `reserve` out of range, or if the host refuses it
 *
 * @example
 * ```ts
 * import { createHeap } from "@gort/gc";
 * import { int32, ptr, struct } from "@gort/types";
 *
 * const Node = struct({ value: int32, next: ptr(int32) });
 * const heap = createHeap({ reserve: 16 * 2 ** 20 });
 * const kept = heap.root(heap.alloc(Node)); // survives
 * heap.alloc(Node); // nobody holds this one
 * heap.collect();
 * heap.stats().heapObjects; // => 1
 * kept.release();
 * ```
 */
export function createHeap(options: HeapOptions = {}): GcHeap {
  return new MarkSweepHeap(allocatorOf(options), options);
}

/**
 * A heap that stops the program for a whole collection, as Go before 1.5: the simple reference collector. Throws as {@link createHeap}.
 *
 * @example
 * ```ts
 * import { createStopTheWorldHeap } from "@gort/gc";
 * import { int32 } from "@gort/types";
 *
 * const heap = createStopTheWorldHeap({ reserve: 16 * 2 ** 20 });
 * heap.alloc(int32, 100);
 * heap.collect();
 * heap.stats().heapObjects; // => 0
 * ```
 */
export function createStopTheWorldHeap(options: HeapOptions = {}): GcHeap {
  return new StopTheWorldHeap(allocatorOf(options), options);
}

/**
 * A heap that never frees anything: for a job that ends before memory does, and to measure what collection costs. Throws as
 * {@link createHeap}.
 *
 * @example
 * ```ts
 * import { createNoCollectHeap } from "@gort/gc";
 * import { int32 } from "@gort/types";
 *
 * const heap = createNoCollectHeap({ reserve: 16 * 2 ** 20 });
 * heap.alloc(int32, 100);
 * heap.collect();
 * heap.stats().heapObjects; // => 1
 * ```
 */
export function createNoCollectHeap(options: HeapOptions = {}): GcHeap {
  return new NoCollectHeap(allocatorOf(options), options);
}

/**
 * The default heap in stress mode: every safepoint is a whole collection, freed memory is poisoned at once,
 * and every pointer write and new root is checked. For tests: a pointer kept too long is found at once.
 *
 * @example
 * ```ts
 * import { createStressHeap } from "@gort/gc";
 * import { int32 } from "@gort/types";
 *
 * const heap = createStressHeap({ reserve: 16 * 2 ** 20 });
 * const p = heap.alloc(int32);
 * heap.safepoint(); // p was not rooted
 * heap.memory.u8[p]; // => 85
 * ```
 */
export function createStressHeap(options: HeapOptions = {}): GcHeap {
  return createHeap({ ...options, stress: true });
}
