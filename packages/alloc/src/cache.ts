/**
 * A shard's cache: per span class the one span it allocates from, and the way to the next one. Go's mcache.
 *
 * Invariants
 *  1. A cache slot holds a span of its class with `S_OWNER` = shard + 1 and sweepgen h + 3, or the empty span.
 *  2. A refill that finds no memory leaves the cache as it was.
 *  3. Objects allocated from a cached span are counted when it leaves the cache or when statistics are asked for.
 *
 * The empty span has no objects and its cursor points to a word that is always 0, so that the fast path of alloc
 * needs no test for an unfilled slot.
 */
import type { Core } from "./core.ts";
import { freeSpan, listOf, placeSpan, popSpan, pushSpan, removeSpan } from "./central.ts";
import { giveRecord, takeRecord } from "./fixed.ts";
import {
  C_MALLOCS,
  C_TINY,
  C_TINY_OFFSET,
  CACHE_WORDS,
  H_EMPTY_SPAN,
  H_PAGES_INUSE,
  H_PHASE,
  H_SWEEPGEN,
  NUM_SPC,
  SWEEPING,
  TINY_SPC,
} from "./layout.ts";
import { givePages, takePages, takeZeroBits } from "./page-heap.ts";
import { addressOf, fromWord, PAGE_SIZE, pageOf } from "./ptr.ts";
import { classPages } from "./size-classes.ts";
import {
  bitWordsOf,
  countFree,
  initSpan,
  S_BASE,
  S_BITS,
  S_COUNT,
  S_CURSOR,
  S_CURSOR_BASE,
  S_NEXT,
  S_OBJECTS,
  S_OWNER,
  S_PAGES,
  S_SIZE,
  S_SPC,
  S_SWEEPGEN,
  seekCursor,
} from "./span.ts";
import { addCounter, reclaim, sweepSpan } from "./sweep.ts";

/** Unswept spans a refill looks at per list before it takes fresh pages, as in Go. */
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
export function takeSpan(c: Core, spc: number): number {
  const i32 = c.i32;
  let s = popSpan(c, listOf(c, spc, 0, 1));
  if (s !== 0) return s;
  if (i32[H_PHASE] === SWEEPING) {
    for (let full = 0; full <= 1; full++) {
      const unswept = listOf(c, spc, full, 0);
      for (let tries = 0; tries < SWEEP_TRIES && (s = popSpan(c, unswept)) !== 0; tries++) {
        sweepSpan(c, s);
        if (i32[s + S_COUNT]! < i32[s + S_OBJECTS]!) return s;
        pushSpan(c, listOf(c, spc, 1, 1), s);
      }
    }
  }
  s = newSpan(c, spc, classPages[spc >>> 1]!);
  if (s !== 0 || i32[H_PHASE] !== SWEEPING) return s;
  // Out of pages: sweeping the rest of the heap may have left a partial span or pages.
  return popSpan(c, listOf(c, spc, 0, 1));
}

/** Words of shard `shard`'s cache. */
export const cacheOf = (c: Core, shard: number): number => c.caches + shard * CACHE_WORDS;

/** Makes every slot of every cache the empty span. */
export function initCaches(c: Core): void {
  for (let shard = 0; shard < c.shards; shard++) {
    const slots = cacheOf(c, shard);
    c.i32.fill(H_EMPTY_SPAN, slots, slots + NUM_SPC);
  }
}

/** Counts the objects allocated since `s`, cached by `shard`, was last counted. */
export function settle(c: Core, shard: number, s: number): void {
  const i32 = c.i32;
  const count = i32[s + S_OBJECTS]! - countFree(c, s);
  const fresh = count - i32[s + S_COUNT]!;
  if (fresh === 0) return;
  i32[s + S_COUNT] = count;
  addCounter(c, cacheOf(c, shard) + C_MALLOCS + 2 * (i32[s + S_SPC]! >>> 1), fresh);
}

/** Settles every cached span, so that all counters are exact. */
export function settleAll(c: Core): void {
  for (let shard = 0; shard < c.shards; shard++) {
    const slots = cacheOf(c, shard);
    for (let spc = 0; spc < NUM_SPC; spc++) {
      const s = c.i32[slots + spc]!;
      if (s !== H_EMPTY_SPAN) settle(c, shard, s);
    }
  }
}

/** Empties a cache slot: its span goes to the central lists, or to the page heap. */
export function uncache(c: Core, shard: number, spc: number): void {
  const slot = cacheOf(c, shard) + spc;
  const s = c.i32[slot]!;
  if (s === H_EMPTY_SPAN) return;
  c.i32[slot] = H_EMPTY_SPAN;
  settle(c, shard, s);
  placeSpan(c, s);
}

/** Forgets the tiny blocks, so that the next tiny object begins a new one. */
export function dropTiny(c: Core): void {
  for (let shard = 0; shard < c.shards; shard++) {
    c.i32[cacheOf(c, shard) + C_TINY] = 0;
    c.i32[cacheOf(c, shard) + C_TINY_OFFSET] = 0;
  }
}

/** Empties all caches. */
export function flushCaches(c: Core): void {
  for (let shard = 0; shard < c.shards; shard++) {
    for (let spc = 0; spc < NUM_SPC; spc++) uncache(c, shard, spc);
  }
}

/** Makes the slot's span one with a free object and its cursor point to it; 0 if out of memory. */
export function refill(c: Core, shard: number, spc: number): number {
  const i32 = c.i32;
  const slot = cacheOf(c, shard) + spc;
  let s = i32[slot]!;
  if (s !== H_EMPTY_SPAN && seekCursor(c, s, i32[s + S_CURSOR]!)) return s;
  s = takeSpan(c, spc);
  if (s === 0) return 0;
  uncache(c, shard, spc);
  i32[slot] = s;
  i32[s + S_OWNER] = shard + 1;
  i32[s + S_SWEEPGEN] = i32[H_SWEEPGEN]! + 3;
  seekCursor(c, s, s + S_BITS);
  return s;
}

/** Gives every empty span back to the page heap, cached ones too; returns how many pages that freed. */
export function releaseEmpty(c: Core): number {
  const i32 = c.i32;
  const before = i32[H_PAGES_INUSE]!;
  flushCaches(c);
  for (let spc = 2; spc < NUM_SPC; spc++) {
    for (let swept = 0; swept <= 1; swept++) {
      let s = i32[listOf(c, spc, 0, swept)]!;
      while (s !== 0) {
        const next = i32[s + S_NEXT]!;
        if (i32[s + S_COUNT] === 0) {
          removeSpan(c, s);
          freeSpan(c, s);
        }
        s = next;
      }
    }
  }
  return before - i32[H_PAGES_INUSE]!;
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
  i32[s + S_CURSOR_BASE] = addressOf(start);
  i32[s + S_PAGES] = pages;
  i32[s + S_SIZE] = pages * PAGE_SIZE;
  i32[H_PAGES_INUSE] = i32[H_PAGES_INUSE]! - head - tail;
}
