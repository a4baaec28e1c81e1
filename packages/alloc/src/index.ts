export type * from "./api.ts";
export { NOSCAN, NOZERO } from "./api.ts";
export { createMemory, memoryOver } from "./memory.ts";
export { attachAllocator, createAllocator } from "./tiered.ts";
export { attachBumpAllocator, createBumpAllocator } from "./bump.ts";
export { checkAllocator, type CheckOptions } from "./check.ts";
export { roundupsize, sizeClasses, type SizeClass } from "./size-classes.ts";
export { AllocError, isAllocError, type AllocErrorCode } from "./errors.ts";
