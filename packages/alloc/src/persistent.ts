/**
 * persistentAlloc: metadata that is never given back, and manual page runs that are.
 *
 * Invariants
 *  1. What it returns is zero and lies in pages that belong to no span: no pointer into it is ever found.
 *  2. Chunks of metadata come from the end of the memory downwards, so that they never split the heap; the heap grows
 *     up to `H_LIMIT` at most. Only when the two have met, or the memory is growable, do chunks take pages of the heap.
 *  3. A chunk is `chunkPages` pages (64 KiB in a memory of 64 MiB or more, one page in a small one); a request above
 *     a quarter of a chunk gets pages of its own, so at most that much is lost when a chunk is left behind.
 */
import type { Core } from "./core.ts";
import type { Ptr } from "./api.ts";
import { linearAlloc, linearInit } from "./linear.ts";
import { givePages, takePages, takeZeroBits } from "./page-heap.ts";
import { addressOf, pageOf, pagesFor } from "./ptr.ts";
import { H_FRONTIER, H_LIMIT, H_PERSISTENT, H_PERSISTENT_PAGES, PAGE_SIZE } from "./words.ts";
import { zeroBytes } from "./zero.ts";

/** Takes pages for metadata, zeroed; 0 if out of memory. */
export function takeManual(c: Core, pages: number): Ptr {
  const page = takePages(c, pages);
  if (page === 0) return 0;
  const p = addressOf(page);
  if (takeZeroBits(c, page, pages)) zeroBytes(c, p, pages * PAGE_SIZE);
  c.i32[H_PERSISTENT_PAGES] = c.i32[H_PERSISTENT_PAGES]! + pages;
  return p;
}

/** Gives such pages back. */
export function giveManual(c: Core, p: Ptr, pages: number): void {
  givePages(c, pageOf(p), pages);
  c.i32[H_PERSISTENT_PAGES] = c.i32[H_PERSISTENT_PAGES]! - pages;
}

/** Pages for metadata that stays, from the end of the memory if they are to be had there; 0 if out of memory. */
function takeTop(c: Core, pages: number): Ptr {
  const i32 = c.i32;
  const limit = i32[H_LIMIT]! - pages;
  if (c.memory.backing === "growable" || limit < i32[H_FRONTIER]!) return takeManual(c, pages);
  i32[H_LIMIT] = limit;
  return addressOf(limit);
}

/** `bytes` of zeroed metadata at a multiple of `align` (a power of two up to a page); 0 if out of memory. */
export function persistentAlloc(c: Core, bytes: number, align: number): Ptr {
  const chunk = c.chunkPages * PAGE_SIZE;
  if (bytes > chunk / 4) return takeTop(c, pagesFor(bytes));
  const p = linearAlloc(c.i32, H_PERSISTENT, bytes, align);
  if (p !== 0) return p;
  const start = takeTop(c, c.chunkPages);
  if (start === 0) return 0;
  linearInit(c.i32, H_PERSISTENT, start, start + chunk);
  return linearAlloc(c.i32, H_PERSISTENT, bytes, align);
}
