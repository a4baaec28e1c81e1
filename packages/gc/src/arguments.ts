/**
 * Checks of what callers pass in, and the brand that tells a heap of this package from anything else.
 *
 * Invariants
 *  1. A check that fails throws before anything was changed, and names the argument and its value.
 */
import type { Memory, ObjectTable } from "@gort/alloc";
import type { Ptr, Type } from "@gort/types";
import { badArgument } from "./errors.ts";

/** The brand by which checkers and tools know a heap of this package. */
export const HEAP_BRAND = Symbol.for("gort.gc.heap");

/** The check of stress mode on a pointer store: a pointer slot of a live object, a pointer to a live object. */
export function verifyWrite(
  heap: { readonly objects: ObjectTable; readonly memory: Memory; readonly zeroBase: Ptr },
  slot: Ptr,
  value: Ptr,
): void {
  const { objects, memory } = heap;
  const bits = memory.i32[(objects.pointerBits >>> 2) + (slot >>> 7)]!;
  if (objects.find(slot) === 0 || (slot & 3) !== 0 || ((bits >>> ((slot >>> 2) & 31)) & 1) === 0)
    badArgument(
      "writePtr",
      "slot",
      slot,
      "the address of a pointer in an object that is not freed",
    );
  if (value !== 0 && value !== heap.zeroBase && objects.find(value) === 0)
    badArgument("writePtr", "value", value, "nil or a pointer into an object that is not freed");
}

export function checkCount(type: Type, count: number): void {
  const max = type.size === 0 ? Number.MAX_SAFE_INTEGER : Number.MAX_SAFE_INTEGER / type.size;
  if (!(count >= 0 && count <= max && Number.isInteger(count)))
    badArgument("alloc", "count", count, "an integer from 0");
}

export function percent(value: number): number {
  if (Number.isNaN(value) || typeof value !== "number")
    badArgument("setGCPercent", "percent", value, "a number");
  return value < 0 ? -1 : value;
}

export function limit(bytes: number): number {
  if (!(bytes >= 0)) badArgument("setMemoryLimit", "bytes", bytes, "a number from 0, or Infinity");
  return bytes;
}
