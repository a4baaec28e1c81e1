/**
 * Large objects: above 32 KiB, each a span of its own, rounded up to whole pages. See tiered.ts.
 *
 * Invariants
 *  1. Such a span has class 0 and one object; its span class is 0 (scan) or 1 (noscan). It is on no list.
 *  2. Freeing it gives its pages back at once.
 *  3. Resized in place, it counts as one object still, and the bytes it gained or lost as allocated or freed.
 */
import type { Ptr } from "./api.ts";
import { NOSCAN, NOZERO } from "./api.ts";
import { freeSpan } from "./central.ts";
import { newSpan } from "./cache.ts";
import { releaseEmpty } from "./release.ts";
import type { Core } from "./core.ts";
import { addCounter } from "./counters.ts";
import { checkAttached, outOfMemory } from "./errors.ts";
import { givePages, takePagesAt, takeZeroBits } from "./page-heap.ts";
import { fromWord, pageOf, pagesFor } from "./ptr.ts";
import { sweepPages } from "./sweep.ts";
import {
  C_FREES,
  C_LARGE_BYTES,
  C_LARGE_FREED,
  C_MALLOCS,
  H_PAGES_INUSE,
  H_PHASE,
  MARKING,
  NEEDS_ZERO,
  PAGE_SIZE,
  S_BASE,
  S_BITS,
  S_COUNT,
  S_INFO,
  S_PAGES,
  S_SETTLED,
  S_SIZE,
  SWEEPING,
} from "./words.ts";
import { clearPointerBits, zeroBytes } from "./zero.ts";

/** Go's error for a request that nothing is left for. */
export function noMemory(c: Core, bytes: number): Error {
  checkAttached(c.i32);
  return outOfMemory(bytes, c.i32[H_PAGES_INUSE]! * PAGE_SIZE, c.pages * PAGE_SIZE);
}

/** Makes the one object of a fresh large span allocated, zeroed as asked. */
export function adoptLarge(c: Core, s: number, flags: number, shard: number): Ptr {
  const i32 = c.i32;
  const p = fromWord(i32[s + S_BASE]!);
  const bytes = i32[s + S_PAGES]! * PAGE_SIZE;
  if (i32[s + S_INFO]! & NEEDS_ZERO) {
    if ((flags & NOZERO) === 0) zeroBytes(c, p, bytes);
    if ((flags & NOSCAN) === 0) clearPointerBits(c, p, bytes);
  }
  i32[s + S_BITS] = 0;
  i32[s + S_COUNT] = 1;
  i32[s + S_SETTLED] = 1;
  if (i32[H_PHASE] === MARKING) i32[s + S_BITS + 1] = 1;
  addCounter(c, shard, C_MALLOCS, 1);
  addCounter(c, shard, C_LARGE_BYTES, bytes);
  return p;
}

/** Allocates `size` bytes, more than 32 KiB. */
export function allocLarge(c: Core, size: number, flags: number, shard: number): Ptr {
  const pages = pagesFor(size);
  let s = newSpan(c, flags & NOSCAN, pages);
  if (s === 0) {
    if (c.i32[H_PHASE] === SWEEPING) sweepPages(c, Infinity);
    releaseEmpty(c);
    s = newSpan(c, flags & NOSCAN, pages);
    if (s === 0) throw noMemory(c, pages * PAGE_SIZE);
  }
  return adoptLarge(c, s, flags, shard);
}

/** Frees a large object, which is allocated, and its span. */
export function freeLarge(c: Core, s: number, shard: number): void {
  addCounter(c, shard, C_FREES, 1);
  addCounter(c, shard, C_LARGE_FREED, c.i32[s + S_PAGES]! * PAGE_SIZE);
  freeSpan(c, s);
}

/** Gives the large object `s`, which is allocated, `size` bytes, more than 32 KiB, where it lies; false if it cannot. */
export function resizeLarge(
  c: Core,
  s: number,
  size: number,
  flags: number,
  shard: number,
): boolean {
  const i32 = c.i32;
  const old = i32[s + S_PAGES]!;
  const pages = pagesFor(size);
  const first = pageOf(fromWord(i32[s + S_BASE]!));
  const changed = Math.abs(pages - old);
  const from = first + Math.min(old, pages);
  if (pages > old) {
    if (from + changed > c.pages || !takePagesAt(c, from, changed)) return false;
    const p = from * PAGE_SIZE;
    if (takeZeroBits(c, from, changed)) {
      if ((flags & NOZERO) === 0) zeroBytes(c, p, changed * PAGE_SIZE);
      if ((i32[s + S_INFO]! & NOSCAN) === 0) clearPointerBits(c, p, changed * PAGE_SIZE);
    }
    i32.fill(s, c.pageMap + from, c.pageMap + from + changed);
    addCounter(c, shard, C_LARGE_BYTES, changed * PAGE_SIZE);
  } else if (pages < old) {
    i32.fill(0, c.pageMap + from, c.pageMap + from + changed);
    givePages(c, from, changed);
    addCounter(c, shard, C_LARGE_FREED, changed * PAGE_SIZE);
  }
  i32[s + S_PAGES] = pages;
  i32[s + S_SIZE] = pages * PAGE_SIZE;
  i32[H_PAGES_INUSE] = i32[H_PAGES_INUSE]! + pages - old;
  return true;
}
