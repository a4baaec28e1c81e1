/** `@gort/alloc`: Go's allocator in JavaScript memory. Re-exports only; tiered.ts is the overview. */
export type * from "./api.ts";
export type { CheckedPointers } from "@gort/types";
export { NOSCAN, NOZERO } from "./api.ts";
export { createMemory, memoryOver } from "./memory.ts";
export { attachAllocator, createAllocator } from "./tiered.ts";
export { attachBumpAllocator, createBumpAllocator } from "./bump.ts";
export { allocator } from "./preset.ts";
export { countingAllocator, type CountingAllocator, type Counts } from "./counting.ts";
export { failingAllocator, type FailingOptions } from "./failing.ts";
export {
  poisoningAllocator,
  type PoisoningAllocator,
  type PoisoningTracedAllocator,
  type PoisonOptions,
} from "./poisoning.ts";
export { checkAllocator, type CheckOptions } from "./check.ts";
export {
  heapMap,
  type FreeRegion,
  type HeapMap,
  type HeapRegion,
  type MetadataRegion,
  type SpanRegion,
} from "./heap-map.ts";
export { roundupsize, sizeClasses, type SizeClass } from "./size-classes.ts";
export { AllocError, isAllocError, type AllocErrorCode } from "./errors.ts";
