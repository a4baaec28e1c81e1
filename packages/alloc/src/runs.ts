/**
 * Runs: free objects that lie side by side, claimed in one call, for a collector that hands them out itself by adding
 * to an address. What a thread-local allocation buffer is elsewhere.
 *
 * Invariants
 *  1. A claimed object is an allocated object to everyone else: zeroed, pointer bits clear, black while a collector marks.
 *  2. A run lies in one span. What is left of it can be given back; then it is as if it had never been allocated.
 *  3. Whoever reads counters or visits objects calls `onCount` first, and so do the ends of the collector's phases:
 *     after that call nothing is claimed that was not handed out, so every number and every walk is exact.
 *
 * Why: `alloc` finds one free bit per call, which costs more than all the rest of a small allocation. Zeroing and the
 * pointer bits are cheaper by the run, too. Rejected: giving whole spans away, which would leave the free
 * objects of partial spans unused.
 */
import type { ObjectRuns, Ptr } from "./api.ts";
import { NOSCAN } from "./api.ts";
import { demote, refill } from "./cache.ts";
import { beginCollecting } from "./magazine.ts";
import { releaseEmpty } from "./release.ts";
import type { Core } from "./core.ts";
import { cacheOf, uncount } from "./counters.ts";
import { noMemory } from "./large.ts";
import { fromWord } from "./ptr.ts";
import { classSize, objectIndex, sizeToClass } from "./size-classes.ts";
import { countFree } from "./span.ts";
import {
  BLACK,
  CACHE_ENTRY,
  E_BASE,
  E_CURSOR,
  E_SLOW,
  E_SPAN,
  H_PHASE,
  MARKING,
  NEEDS_ZERO,
  OWNER_SHIFT,
  PAGE_SHIFT,
  S_BASE,
  S_BIT_WORDS,
  S_BITS,
  S_COUNT,
  S_DIV,
  S_INFO,
  S_OBJECTS,
  S_SIZE,
  SPC_MASK,
} from "./words.ts";
import { clearPointerBits, zeroBytes } from "./zero.ts";

/** Larger objects are not worth a run. */
const RUN_OBJECT_MAX = 256;
/** Bytes of a run, about: half a page, so that what a run zeroes is still in the cache when it is used. */
const RUN_BYTES = 4096;

/** The lowest `n` bits. */
const ones = (n: number): number => (n === 32 ? -1 : (1 << n) - 1);

/** See the file header. */
export class SpanRuns implements ObjectRuns {
  readonly sizeMax = RUN_OBJECT_MAX;
  end: Ptr = 0;
  private readonly c: Core;

  constructor(c: Core) {
    this.c = c;
  }

  get onCount(): (() => void) | null {
    return this.c.onCount;
  }
  set onCount(hook: (() => void) | null) {
    this.c.onCount = hook;
  }

  claim(size: number, flags: number, shard: number = 0): Ptr {
    const c = this.c;
    const i32 = c.i32;
    beginCollecting(c);
    const sizeClass = sizeToClass[(size + 7) >>> 3]!;
    const spc = (sizeClass << 1) | (flags & NOSCAN);
    const entry = cacheOf(c, shard) + spc * CACHE_ENTRY;
    let cursor = i32[entry + E_CURSOR]!;
    if ((i32[cursor]! | 0) === 0) {
      // in a detached buffer too
      if (!refill(c, shard, spc)) {
        releaseEmpty(c);
        if (!refill(c, shard, spc)) throw noMemory(c, size);
      }
      cursor = i32[entry + E_CURSOR]!;
    }
    const bytes = classSize[sizeClass]!;
    const s = i32[entry + E_SPAN]!;
    const slow = i32[entry + E_SLOW]!;
    const words = i32[s + S_BIT_WORDS]!;
    const lastWord = s + S_BITS + words - 1;
    let free = i32[cursor]!;
    const first = 31 - Math.clz32(free & -free);
    const p = fromWord(i32[entry + E_BASE]! + Math.imul(first, bytes));
    let total = 0;
    for (let low = first, w = cursor; ; low = 0, free = i32[++w]!) {
      const rest = ~(free >>> low);
      const n = low === 0 && rest === 0 ? 32 : 31 - Math.clz32(rest & -rest);
      const mask = ones(n) << low;
      i32[w] = free & ~mask;
      if (slow & BLACK) i32[w + words] = i32[w + words]! | mask;
      total += n;
      if (low + n < 32 || w === lastWord || total * bytes >= RUN_BYTES || !(i32[w + 1]! & 1)) break;
    }
    const end = p + total * bytes;
    if (slow & NEEDS_ZERO) {
      zeroBytes(c, p, end - p);
      if ((flags & NOSCAN) === 0) clearPointerBits(c, p, end - p);
    }
    this.end = end;
    return p;
  }

  unclaim(p: Ptr, end: Ptr): void {
    if (p === end) return;
    const c = this.c;
    const i32 = c.i32;
    const s = i32[c.pageMap + (p >>> PAGE_SHIFT)]!;
    const info = i32[s + S_INFO]!;
    const base = i32[s + S_BASE]!;
    const words = i32[s + S_BIT_WORDS]!;
    const from = objectIndex(p - base, i32[s + S_DIV]!);
    const n = Math.round((end - p) / i32[s + S_SIZE]!);
    const marking = i32[H_PHASE] === MARKING;
    for (let i = from; i < from + n;) {
      const w = s + S_BITS + (i >>> 5);
      const count = Math.min(32 - (i & 31), from + n - i);
      const mask = ones(count) << (i & 31);
      i32[w] = i32[w]! | mask;
      if (marking) i32[w + words] = i32[w + words]! & ~mask;
      i += count;
    }
    // Nobody has written to these objects, so they are still zero, but the collector has set pointer bits.
    if ((info & 1) === 0) clearPointerBits(c, p, end - p);
    if (info >= 1 << OWNER_SHIFT) {
      // Allocations of a cached span are counted when it is settled, by its free bits.
      const entry = cacheOf(c, (info >>> OWNER_SHIFT) - 1) + (info & SPC_MASK) * CACHE_ENTRY;
      const word = s + S_BITS + (from >>> 5);
      if (word < i32[entry + E_CURSOR]!) {
        i32[entry + E_CURSOR] = word;
        i32[entry + E_BASE] = base + Math.imul((from >>> 5) << 5, i32[s + S_SIZE]!);
      }
      // But if the span left the cache since the claim and has come back, it was settled with these objects among the allocated ones.
      const counted = i32[s + S_COUNT]! - (i32[s + S_OBJECTS]! - countFree(c, s));
      if (counted > 0) uncount(c, s, counted);
      return;
    }
    uncount(c, s, n);
    demote(c, s, i32[s + S_COUNT]!, n);
  }
}
