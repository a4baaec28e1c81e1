/**
 * A shard's cache: per span class the one span it allocates from, and the way to the next one. Go's mcache.
 *
 * Invariants
 *  1. A cache entry holds a span of its class, owned by its shard, with sweepgen h + 3; or no span and a cursor that
 *     points to a word that is always 0, so that the fast path of alloc needs no test for an unfilled entry.
 *  2. `E_SLOW` is 0 unless the span's bytes may be dirty, its objects have start bits, or a collector is marking.
 *  3. A refill that finds no memory leaves the cache as it was.
 */
import { checkAttached } from "./errors.ts";
import type { Core } from "./core.ts";
import { freeSpan, isEmpty, listOf, placeSpan, popSpan, pushSpan, removeSpan } from "./central.ts";
import { cacheOf, settle, settleFrees, settleTo } from "./counters.ts";
import { giveRecord, takeRecord } from "./fixed.ts";
import { givePages, takePages, takeZeroBits } from "./page-heap.ts";
import { addressOf, fromWord, pageOf } from "./ptr.ts";
import { classPages } from "./size-classes.ts";
import { bitWordsOf, initSpan, kindOf } from "./span.ts";
import { reclaim, sweepOne, sweepPages, sweepSpan } from "./sweep.ts";
import {
  BLACK,
  CACHE_ENTRY,
  E_BASE,
  E_CURSOR,
  E_SLOW,
  E_SPAN,
  H_NO_BITS,
  H_PAGES_INUSE,
  H_PHASE,
  H_SWEEPGEN,
  MARKING,
  NEEDS_ZERO,
  NUM_SPC,
  OWNER_SHIFT,
  PAGE_SIZE,
  S_BASE,
  S_BIT_WORDS,
  S_BITS,
  S_COUNT,
  S_INFO,
  S_OBJECTS,
  S_PAGES,
  S_SIZE,
  S_SWEEPGEN,
  SPC_MASK,
  STARTS,
  SWEEPING,
  TINY_SPC,
} from "./words.ts";

/** Unswept spans a refill sweeps before it takes fresh pages, as in Go. */
const SWEEP_TRIES = 100;

/** A fresh span of `pages` pages, on no list; 0 if out of memory. */
export function newSpan(c: Core, spc: number, pages: number): number {
  const i32 = c.i32;
  // Before the heap grows, sweeping may give it what it needs.
  if (i32[H_PHASE] === SWEEPING) reclaim(c, pages);
  const words = bitWordsOf(spc >>> 1);
  const tiny = spc === TINY_SPC;
  const s = takeRecord(c, words, tiny);
  if (s === 0) return 0;
  const page = takePages(c, pages);
  if (page === 0) {
    giveRecord(c, s, words, tiny);
    return 0;
  }
  initSpan(c, s, page, pages, spc, takeZeroBits(c, page, pages));
  i32[H_PAGES_INUSE] = i32[H_PAGES_INUSE]! + pages;
  return s;
}

/** A swept span with a free object, on no list: partial, else swept just now, else fresh. 0 if out of memory. */
function takeSpan(c: Core, spc: number): number {
  const i32 = c.i32;
  const swept = listOf(c, spc, 1);
  let s = popSpan(c, swept);
  if (s !== 0) return s;
  if (i32[H_PHASE] === SWEEPING) {
    if ((s = popSpan(c, listOf(c, spc, 0))) !== 0) {
      sweepSpan(c, s);
      return s;
    }
    // Full spans of the class are found by address, with whatever lies between.
    for (let tries = 0; tries < SWEEP_TRIES && isEmpty(c, swept); tries++)
      if (sweepOne(c) === 0) break;
    if ((s = popSpan(c, swept)) !== 0) return s;
  }
  s = newSpan(c, spc, classPages[spc >>> 1]!);
  if (s !== 0) return s;
  // Out of pages: now the rest is swept, whatever it takes. It may leave a partial span, or pages.
  if (i32[H_PHASE] === SWEEPING) sweepPages(c, Infinity);
  return popSpan(c, swept) || newSpan(c, spc, classPages[spc >>> 1]!);
}

/** Moves an entry's cursor to the first word with a free object from word `from` on; false if there is none. */
function seek(c: Core, entry: number, s: number, from: number): boolean {
  const i32 = c.i32;
  const first = s + S_BITS;
  const end = first + i32[s + S_BIT_WORDS]!;
  for (let w = from; w < end; w++) {
    if (i32[w] !== 0) {
      i32[entry + E_CURSOR] = w;
      i32[entry + E_BASE] = i32[s + S_BASE]! + Math.imul((w - first) << 5, i32[s + S_SIZE]!);
      return true;
    }
  }
  return false;
}

/** Makes every entry of every cache hold no span. */
export function initCaches(c: Core): void {
  for (let shard = 0; shard < c.shards; shard++) {
    for (let spc = 0; spc < NUM_SPC; spc++) clearEntry(c, cacheOf(c, shard) + spc * CACHE_ENTRY);
  }
}

function clearEntry(c: Core, entry: number): void {
  const i32 = c.i32;
  i32[entry + E_SPAN] = 0;
  i32[entry + E_CURSOR] = H_NO_BITS;
  i32[entry + E_BASE] = 0;
  i32[entry + E_SLOW] = 0;
}

/** Calls `visit` for every span in a cache. */
export function forEachCached(
  c: Core,
  visit: (shard: number, s: number, entry: number) => void,
): void {
  for (let shard = 0; shard < c.shards; shard++) {
    for (let spc = 0; spc < NUM_SPC; spc++) {
      const entry = cacheOf(c, shard) + spc * CACHE_ENTRY;
      const s = c.i32[entry + E_SPAN]!;
      if (s !== 0) visit(shard, s, entry);
    }
  }
}

/** Makes objects of spans that are cached now be born black; refills see to the others. */
export function blackenCaches(c: Core): void {
  const i32 = c.i32;
  forEachCached(c, (_shard, _s, entry) => {
    i32[entry + E_SLOW] = i32[entry + E_SLOW]! | BLACK;
  });
}

/** Empties all caches: the spans go to the central lists, or to the page heap. */
export function flushCaches(c: Core): void {
  forEachCached(c, (shard, s, entry) => {
    clearEntry(c, entry);
    release(c, shard, s);
  });
}

/** A span leaves the cache of `shard`. */
function release(c: Core, shard: number, s: number): void {
  settle(c, shard, s);
  c.i32[s + S_INFO] = c.i32[s + S_INFO]! & ((1 << OWNER_SHIFT) - 1);
  placeSpan(c, s);
}

/** A full span leaves the cache of `shard`. */
function retire(c: Core, shard: number, s: number): void {
  const i32 = c.i32;
  settleTo(c, shard, s, i32[s + S_OBJECTS]!);
  i32[s + S_INFO] = i32[s + S_INFO]! & ((1 << OWNER_SHIFT) - 1);
  i32[s + S_SWEEPGEN] = i32[H_SWEEPGEN]!;
}

/** E_SLOW of a cache entry that holds a span with such an info word. */
export const slowBits = (c: Core, info: number): number =>
  (info & NEEDS_ZERO) |
  (c.i32[H_PHASE] === MARKING ? BLACK : 0) |
  (kindOf(c, info & SPC_MASK) !== 0 ? STARTS : 0);

/** Makes the entry's cursor point to a free object, in its span or another; false if out of memory. */
export function refill(c: Core, shard: number, spc: number): boolean {
  const i32 = c.i32;
  checkAttached(c.i32);
  const entry = cacheOf(c, shard) + spc * CACHE_ENTRY;
  const old = i32[entry + E_SPAN]!;
  if (old !== 0 && seek(c, entry, old, i32[entry + E_CURSOR]!)) return true;
  const s = takeSpan(c, spc);
  if (s === 0) return false;
  if (old !== 0) retire(c, shard, old);
  const info = i32[s + S_INFO]! | ((shard + 1) << OWNER_SHIFT);
  i32[s + S_INFO] = info;
  i32[s + S_SWEEPGEN] = i32[H_SWEEPGEN]! + 3;
  i32[entry + E_SPAN] = s;
  i32[entry + E_SLOW] = slowBits(c, info);
  return seek(c, entry, s, s + S_BITS);
}

/** An object, neither free nor marked, joins the free ones of its span, which is swept and holds small objects. */
export function freeToSpan(c: Core, s: number, word: number, bit: number): void {
  const i32 = c.i32;
  const info = i32[s + S_INFO]!;
  const count = i32[s + S_COUNT]! - 1;
  i32[word] = i32[word]! | bit;
  i32[s + S_COUNT] = count;
  i32[s + S_INFO] = info | NEEDS_ZERO;
  if (info < 1 << OWNER_SHIFT) {
    if (count === 0 || count === i32[s + S_OBJECTS]! - 1) demote(c, s, count);
    return;
  }
  const entry = cacheOf(c, (info >>> OWNER_SHIFT) - 1) + (info & SPC_MASK) * CACHE_ENTRY;
  i32[entry + E_SLOW] = i32[entry + E_SLOW]! | NEEDS_ZERO;
  if (word < i32[entry + E_CURSOR]!) {
    i32[entry + E_CURSOR] = word;
    i32[entry + E_BASE] = i32[s + S_BASE]! + Math.imul((word - s - S_BITS) << 5, i32[s + S_SIZE]!);
  }
}

/** A span that no cache holds, settled or not, has lost `n` objects: it may be full no longer, or empty now. */
export function demote(c: Core, s: number, count: number, n = 1): void {
  const i32 = c.i32;
  const partial = listOf(c, i32[s + S_INFO]! & SPC_MASK, 1);
  const wasFull = count + n === i32[s + S_OBJECTS]!;
  if (count !== 0) {
    if (wasFull) pushSpan(c, partial, s);
    return;
  }
  if (!wasFull) removeSpan(c, s);
  if (isEmpty(c, partial)) {
    pushSpan(c, partial, s);
  } else {
    settleFrees(c, s);
    freeSpan(c, s);
  }
}

/** Shrinks a fresh large span to `pages` pages from its page `head` on; the rest goes back to the page heap. */
export function splitSpan(c: Core, s: number, head: number, pages: number): void {
  const i32 = c.i32;
  const first = pageOf(fromWord(i32[s + S_BASE]!));
  const tail = i32[s + S_PAGES]! - head - pages;
  const start = first + head;
  i32.fill(0, c.pageMap + first, c.pageMap + start);
  i32.fill(0, c.pageMap + start + pages, c.pageMap + start + pages + tail);
  if (head > 0) givePages(c, first, head);
  if (tail > 0) givePages(c, start + pages, tail);
  i32[s + S_BASE] = addressOf(start);
  i32[s + S_PAGES] = pages;
  i32[s + S_SIZE] = pages * PAGE_SIZE;
  i32[H_PAGES_INUSE] = i32[H_PAGES_INUSE]! - head - tail;
}
