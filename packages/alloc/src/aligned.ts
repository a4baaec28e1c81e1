/**
 * Aligned allocation. Up to a page it is a choice of size class; above, pages are trimmed at both ends.
 *
 * Invariants
 *  1. Every object of a class is aligned to the largest power of two that divides its size, since spans begin at pages.
 *  2. An aligned object is an ordinary one: free, find and usableSize need not know.
 */
import type { Ptr } from "./api.ts";
import { NOSCAN } from "./api.ts";
import { newSpan, splitSpan } from "./cache.ts";
import { releaseEmpty } from "./release.ts";
import type { Core } from "./core.ts";
import { checkAlign, checkSize } from "./errors.ts";
import { adoptLarge, noMemory } from "./large.ts";
import { pagesFor } from "./ptr.ts";
import { classOf, classSize, NUM_SIZE_CLASSES } from "./size-classes.ts";
import { sweepPages } from "./sweep.ts";
import { H_PHASE, MAX_MEMORY, MAX_SMALL_SIZE, PAGE_SIZE, S_BASE, SWEEPING } from "./words.ts";

const MAX_ALIGN = 2 ** 30;

/** The class that serves `size` bytes at a multiple of `align`; 0 if no class does. Throws for bad arguments. */
export function alignedClass(size: number, align: number): number {
  checkAlign(align, MAX_ALIGN);
  checkSize(size, MAX_MEMORY);
  if (align > PAGE_SIZE || size > MAX_SMALL_SIZE) return 0;
  for (let k = classOf(Math.max(size, 1)); k < NUM_SIZE_CLASSES; k++) {
    if ((classSize[k]! & (align - 1)) === 0) return k;
  }
  return 0;
}

/** A large object at a multiple of `align`, more than a page. */
export function allocAlignedLarge(
  c: Core,
  size: number,
  align: number,
  flags: number,
  shard: number,
): Ptr {
  const pages = pagesFor(Math.max(size, 1));
  const slack = align / PAGE_SIZE - 1;
  let s = newSpan(c, flags & NOSCAN, pages + slack);
  if (s === 0) {
    if (c.i32[H_PHASE] === SWEEPING) sweepPages(c, Infinity);
    releaseEmpty(c);
    s = newSpan(c, flags & NOSCAN, pages + slack);
    if (s === 0) throw noMemory(c, pages * PAGE_SIZE);
  }
  const base = c.i32[s + S_BASE]! >>> 0;
  const head = (Math.ceil(base / align) * align - base) / PAGE_SIZE;
  splitSpan(c, s, head, pages);
  return adoptLarge(c, s, flags, shard);
}
