/**
 * Checks of what callers pass in, and the brand that tells a heap of this package from anything else.
 *
 * Invariants
 *  1. A check that fails throws before anything was changed, and names the argument and its value.
 */
import type { Memory, ObjectTable, TracedAllocator } from "@gort/alloc";
import type { Ptr, Type } from "@gort/types";
import type { HeapOptions } from "./api.ts";
import { badArgument } from "./errors.ts";

/** The brand by which checkers and tools know a heap of this package. */
export const HEAP_BRAND = Symbol.for("gort.gc.heap");

/** What the checks of stress mode look at. */
interface Checked {
  readonly objects: ObjectTable;
  readonly memory: Memory;
  readonly zeroBase: Ptr;
}

/** Whether a pointer lies at `slot`, in an object that is not freed. The bits of an object without pointers say nothing. */
function isSlot({ objects, memory }: Checked, slot: Ptr): boolean {
  const base = (slot & 3) === 0 ? objects.find(slot) : 0;
  const bits = memory.i32[(objects.pointerBits >>> 2) + (slot >>> 7)]!;
  return base !== 0 && objects.isScan(base) && ((bits >>> ((slot >>> 2) & 31)) & 1) === 1;
}

const isPointer = (heap: Checked, value: Ptr): boolean =>
  value === 0 || value === heap.zeroBase || heap.objects.find(value) !== 0;

/** The check of stress mode on a pointer store: a pointer slot of a live object, a pointer to a live object. */
export function verifyWrite(heap: Checked, slot: Ptr, value: Ptr): void {
  if (!isSlot(heap, slot))
    badArgument(
      "writePtr",
      "slot",
      slot,
      "the address of a pointer in an object that is not freed",
    );
  if (!isPointer(heap, value))
    badArgument("writePtr", "value", value, "nil or a pointer into an object that is not freed");
}

/** Bytes from `p` to the end of the object that it points into; 0 if there is none, or no value of the type can lie there. */
function roomAt({ objects }: Checked, type: Type, p: Ptr): number {
  const base = typeof p === "number" && p >>> 0 === p && p % type.align === 0 ? objects.find(p) : 0;
  return base === 0 ? 0 : base + objects.sizeOf(base) - p;
}

/**
 * The check of stress mode on a move: from nil or whole values of one object, to whole values of one object; and of each pointer that
 * is moved, what is checked of a pointer store.
 */
export function verifyMove(heap: Checked, type: Type, dst: Ptr, src: Ptr, count: number): void {
  const call = "typedMove";
  if (!(Number.isInteger(count) && count >= 0))
    badArgument(call, "count", count, "an integer from 0");
  const bytes = type.size * count;
  if (bytes === 0) return;
  const room = roomAt(heap, type, dst);
  if (room === 0) badArgument(call, "dst", dst, `a pointer to a ${type.name} in an object`);
  if (bytes > room) badArgument(call, "count", count, `what fits into the object from ${dst} on`);
  if (src !== 0 && bytes > roomAt(heap, type, src))
    badArgument(
      call,
      "src",
      src,
      `nil or a pointer to so many values of ${type.name} in an object`,
    );
  for (let at = 0; at < type.ptrdata; at += 4) {
    if (((type.ptrMask[at >>> 7]! >>> ((at >>> 2) & 31)) & 1) === 0) continue;
    for (let i = at; i < bytes; i += type.size) {
      if (!isSlot(heap, dst + i))
        badArgument(call, "dst", dst, `memory with a pointer at ${i}, as ${type.name} has`);
      const value = src === 0 ? 0 : heap.memory.u32[(src + i) >>> 2]!;
      if (!isPointer(heap, value))
        badArgument(
          call,
          `pointer at ${i} of src`,
          value,
          "nil or a pointer into an object that is not freed",
        );
    }
  }
}

/**
 * The check of a new root in any mode: nil, or a pointer into an object. Without it a wrong number would be a root that
 * holds nothing, found only by a checker, or by the program that misses its object.
 */
export function checkRoot(
  heap: { readonly objects: ObjectTable; readonly zeroBase: Ptr },
  call: string,
  p: Ptr,
): void {
  if (typeof p !== "number" || p >>> 0 !== p || (heap.objects.find(p) === 0 && p !== heap.zeroBase))
    badArgument(call, "p", p, "nil or a pointer into an object that is not freed");
}

/** Bytes that can be addressed: no array is larger. */
const ADDRESSABLE = 2 ** 32;

export function checkCount(type: Type, count: number): void {
  const max = type.size === 0 ? Number.MAX_SAFE_INTEGER : Math.floor(ADDRESSABLE / type.size);
  if (!(Number.isInteger(count) && count >= 0 && count <= max))
    badArgument("alloc", "count", count, `an integer from 0 to ${max}`);
}

/** The check of what is given as a type, done when it is another one than the last time. */
export function checkType(type: Type): void {
  if (typeof (type as Type | null | undefined)?.size !== "number" || typeof type === "function")
    badArgument("alloc", "type", type, "a type descriptor");
}

export function percent(call: string, name: string, value: number): number {
  if (!Number.isFinite(value)) badArgument(call, name, value, "a finite number");
  return value < 0 ? -1 : value;
}

export function limit(call: string, name: string, bytes: number): number {
  if (!isAmount(bytes)) badArgument(call, name, bytes, "a number from 0, or Infinity");
  return bytes;
}

/** How long or how much a step may work. */
export function budget(call: string, name: string, value: number): void {
  if (!isAmount(value)) badArgument(call, name, value, "a number from 0");
}

function isAmount(value: unknown): boolean {
  return typeof value === "number" && value >= 0;
}

const OPTIONS =
  "allocator reserve gcPercent memoryLimit barrier now forcedPeriodMs stepMsMax finalizers onFinalizers gctrace onCycle profileRate stress random".split(
    " ",
  );

/** Checks the options that all heaps share, as they come from a caller of `call`. */
export function checkOptions(call: string, allocator: TracedAllocator, options: HeapOptions): void {
  if (typeof options !== "object" || options === null)
    badArgument(call, "options", options, "an object");
  for (const name of Object.keys(options))
    if (!OPTIONS.includes(name))
      badArgument(
        call,
        name,
        options[name as keyof HeapOptions],
        `no options but ${OPTIONS.join(", ")}`,
      );
  const a = allocator as Partial<TracedAllocator> | null | undefined;
  if (typeof a?.alloc !== "function" || typeof a.objects?.find !== "function" || !a.memory)
    badArgument(call, "allocator", allocator, "a traced allocator, as traced(allocator) gives");
  for (const name of ["forcedPeriodMs", "stepMsMax", "profileRate"] as const) {
    const value = options[name];
    if (value !== undefined && !isAmount(value)) badArgument(call, name, value, "a number from 0");
  }
  for (const name of ["now", "random", "onFinalizers", "gctrace", "onCycle"] as const) {
    const value = options[name];
    if (value !== undefined && typeof value !== "function")
      badArgument(call, name, value, "a function");
  }
  choice(call, "barrier", options.barrier, ["hybrid", "insertion", "deletion"]);
  choice(call, "finalizers", options.finalizers, ["safepoint", "manual"]);
  choice(call, "stress", options.stress, [true, false]);
}

function choice(call: string, name: string, value: unknown, of: readonly unknown[]): void {
  if (value === undefined || of.includes(value)) return;
  badArgument(call, name, value, of.map((s) => JSON.stringify(s)).join(" or "));
}
