/**
 * Poison: overwrites what a cycle found unreachable, before it is swept, so that a stale pointer shows.
 *
 * Invariants
 *  1. Only objects that are not marked are written, and none that a finalizer will still get.
 */
import type { ObjectTable, TracedAllocator } from "@gort/alloc";
import type { Boxes } from "./boxes.ts";
import type { Specials } from "./specials.ts";
import { FINALIZER } from "./specials.ts";

/** The byte written over freed memory. */
const POISON = 0x55;

/** Fills every unmarked object; called between the end of marking and the start of the sweep. */
export function poisonUnmarked(heap: {
  readonly objects: ObjectTable;
  readonly allocator: TracedAllocator;
  readonly specials: Specials;
  readonly boxes: Boxes;
  readonly u8: Uint8Array;
}): void {
  const { objects, specials, u8 } = heap;
  objects.forEach((base, size) => {
    if (objects.isMarked(base) || specials.lookup(base, FINALIZER, -1) !== 0) return;
    // The first 8 bytes of a box are its index and its link; the sweep needs them.
    u8.fill(POISON, heap.boxes.isBox(base) ? base + 8 : base, base + size);
  });
}
