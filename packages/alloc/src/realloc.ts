/**
 * Resizing an object where it lies. See tiered.ts.
 *
 * Invariants
 *  1. It stays only if it is of the kind asked for: a collector finds the pointers of what was asked for without NOSCAN, and looks
 *     for none in the rest.
 *  2. A small object stays as long as it fits and more than half of it is used: one that shrinks by little is not copied.
 *  3. A large object that stays large gains the free pages behind it, or gives back those that it no longer needs.
 */
import type { Ptr } from "./api.ts";
import { NOSCAN } from "./api.ts";
import type { Core } from "./core.ts";
import { resizeLarge } from "./large.ts";
import { MAX_SMALL_SIZE, PAGE_SHIFT, S_INFO } from "./words.ts";

/** Gives the object at `p`, which has `old` bytes, `size` bytes where it lies; false if it cannot. All arguments are checked. */
export function resizeInPlace(
  c: Core,
  p: Ptr,
  old: number,
  size: number,
  flags: number,
  shard: number,
): boolean {
  const s = c.i32[c.pageMap + (p >>> PAGE_SHIFT)]!;
  // The object of size 0 has no span.
  if (s === 0 || ((c.i32[s + S_INFO]! ^ flags) & NOSCAN) !== 0) return false;
  if (old <= MAX_SMALL_SIZE) return size <= old && size > old >>> 1;
  return size > MAX_SMALL_SIZE && resizeLarge(c, s, size, flags, shard);
}
