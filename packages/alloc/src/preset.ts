/** The defaults: the tiered allocator over a shared reservation of 1 GiB, four shards, tiny blocks on. */
import type { AllocatorOptions, MemoryOptions, TieredAllocator } from "./api.ts";
import { checkOptions } from "./errors.ts";
import { createMemory } from "./memory.ts";
import { createAllocator } from "./tiered.ts";

/**
 * A memory and the default allocator over it, in one call. O(shards) beside the reservation.
 *
 * @throws AllocError `BAD_OPTION`, `BAD_MEMORY` if the host refuses the reservation or it is too small for so many shards.
 *
 * @example
 * ```ts
 * import { allocator } from "@gort/alloc";
 *
 * const heap = allocator();
 * const p = heap.alloc(12);
 * heap.memory.i32[p / 4] = 42;
 * heap.memory.i32[p / 4]; // => 42
 * heap.free(p);
 * ```
 */
export function allocator(options: MemoryOptions & AllocatorOptions = {}): TieredAllocator {
  checkOptions(options, "shards tiny reserve reserveMin shared backing");
  const { shards = 4, tiny = true, ...memory } = options;
  return createAllocator(createMemory(memory), { shards, tiny });
}
