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

function allocatorOf(call: string, options: HeapOptions): TracedAllocator {
  if (typeof options !== "object" || options === null)
    badArgument(call, "options", options, "an object");
  if (options.allocator !== undefined) return options.allocator;
  const reserve = options.reserve;
  return createAllocator(createMemory(reserve === undefined ? {} : { reserve }));
}

/**
 * A heap with the default collector: incremental, tri-color, mark-sweep, with a hybrid write barrier.
 * O(1) beside the reservation of the memory.
 * @throws GcArgumentError for an option that is unknown or cannot be, for an allocator that has objects or a heap already; AllocError
 * for a `reserve` out of range, if the host refuses it, or if the allocator has no room for the collector's first pages
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
  const call = "createHeap";
  return new MarkSweepHeap(allocatorOf(call, options), options, call);
}

/**
 * A heap that stops the program for a whole collection, as Go before 1.5: the simple reference collector. A stop is
 * O(bytes reachable + pages in use).
 *
 * @throws as {@link createHeap} does
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
  const call = "createStopTheWorldHeap";
  return new StopTheWorldHeap(allocatorOf(call, options), options, call);
}

/**
 * A heap that never frees anything: for a job that ends before memory does, and to measure what collection costs. Its `collect` only
 * counts: O(1).
 *
 * @throws as {@link createHeap} does
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
  const call = "createNoCollectHeap";
  return new NoCollectHeap(allocatorOf(call, options), options, call);
}

/**
 * The default heap in stress mode: every safepoint is a whole collection, freed memory is poisoned at once,
 * and every pointer write and new root is checked. For tests: a pointer kept too long is found at once. A safepoint is
 * O(bytes reachable + bytes freed + pages in use).
 *
 * @throws as {@link createHeap} does; its `writePtr` and `typedMove` throw a GcArgumentError for what is no pointer
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
  const call = "createStressHeap";
  return new MarkSweepHeap(allocatorOf(call, options), { ...options, stress: true }, call);
}
