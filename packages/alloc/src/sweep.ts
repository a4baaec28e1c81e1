/**
 * Sweeping: white objects of a span become free slots. Lazily, span by span. Go's mgcsweep and sweepgen protocol.
 *
 * Invariants
 *  1. A span of generation h - 2 is unswept; sweeping makes its generation h, exactly once.
 *  2. Nothing is allocated from or freed into an unswept span: both sweep it first.
 *  3. After sweeping, free bits are the complement of the mark bits, and the mark bits are 0 for the next cycle.
 *  4. The phase is SWEEPING while a span may be unswept. The cursor walks the page map in address order: below it
 *     every span is swept, and when it has passed the frontier of the heap the phase is IDLE.
 *
 * A cached span has generation h + 3. Starting a sweep empties all caches first, so Go's h + 1 ("cached before the
 * sweep began") cannot arise here.
 */
import { popcount } from "./bits.ts";
import type { Core } from "./core.ts";
import { freeSpan, placeSpan, removeSpan } from "./central.ts";
import { addCounter, settleFrees } from "./counters.ts";
import { fromWord, pageOf } from "./ptr.ts";
import { objectMask } from "./span.ts";
import {
  C_FREES,
  C_LARGE_FREED,
  H_FRONTIER,
  H_PHASE,
  H_SWEEP_CURSOR,
  H_SWEEPGEN,
  IDLE,
  NEEDS_ZERO,
  PAGE_SIZE,
  S_BASE,
  S_BIT_WORDS,
  S_BITS,
  S_COUNT,
  S_INFO,
  S_OBJECTS,
  S_PAGES,
  S_SETTLED,
  S_SWEEPGEN,
  SPC_MASK,
  SPECIAL,
  SWEEPING,
} from "./words.ts";

/** Sweeps `s`, which is on no list; afterwards it is settled. What it frees is counted on shard 0. */
export function sweepSpan(c: Core, s: number): void {
  const i32 = c.i32;
  settleFrees(c, s);
  if (i32[s + S_INFO]! & SPECIAL) {
    const base = fromWord(i32[s + S_BASE]!);
    c.onSweep?.(base, base + i32[s + S_PAGES]! * PAGE_SIZE);
  }
  const objects = i32[s + S_OBJECTS]!;
  const words = i32[s + S_BIT_WORDS]!;
  const bits = s + S_BITS;
  let free = 0;
  for (let w = 0; w < words; w++) {
    const next = ~i32[bits + words + w]! & objectMask(objects, w);
    free += popcount(next);
    i32[bits + w] = next;
    i32[bits + words + w] = 0;
  }
  const freed = i32[s + S_COUNT]! - (objects - free);
  if (freed > 0) {
    const sizeClass = (i32[s + S_INFO]! & SPC_MASK) >>> 1;
    i32[s + S_COUNT] = objects - free;
    i32[s + S_SETTLED] = objects - free;
    i32[s + S_INFO] = i32[s + S_INFO]! | NEEDS_ZERO;
    addCounter(c, 0, C_FREES + 2 * sizeClass, freed);
    if (sizeClass === 0) addCounter(c, 0, C_LARGE_FREED, i32[s + S_PAGES]! * PAGE_SIZE);
  }
  i32[s + S_SWEEPGEN] = i32[H_SWEEPGEN]!;
}

/** Takes an unswept span off its list, sweeps it and puts it where it belongs; true if its pages were freed. */
export function sweepInPlace(c: Core, s: number): boolean {
  const i32 = c.i32;
  if (i32[s + S_COUNT]! < i32[s + S_OBJECTS]!) removeSpan(c, s);
  sweepSpan(c, s);
  if (i32[s + S_COUNT] === 0) {
    freeSpan(c, s);
    return true;
  }
  placeSpan(c, s);
  return false;
}

/** Sweeps the next unswept span by address; its pages, negative if they were freed, 0 when done. */
export function sweepOne(c: Core): number {
  const i32 = c.i32;
  if (i32[H_PHASE] !== SWEEPING) return 0;
  const old = i32[H_SWEEPGEN]! - 2;
  const end = i32[H_FRONTIER]!;
  for (let page = i32[H_SWEEP_CURSOR]!; page < end;) {
    const s = i32[c.pageMap + page]!;
    if (s === 0) {
      page++;
      continue;
    }
    const pages = i32[s + S_PAGES]!;
    // The cursor may point into a span that has since been made of swept and free pages.
    page = pageOf(fromWord(i32[s + S_BASE]!)) + pages;
    if (i32[s + S_SWEEPGEN] !== old) continue;
    i32[H_SWEEP_CURSOR] = page;
    return sweepInPlace(c, s) ? -pages : pages;
  }
  i32[H_SWEEP_CURSOR] = end;
  i32[H_PHASE] = IDLE;
  return 0;
}

/** Sweeps at least `pages` pages if there are that many; returns pages swept. */
export function sweepPages(c: Core, pages: number): number {
  let swept = 0;
  while (swept < pages) {
    const n = sweepOne(c);
    if (n === 0) break;
    swept += n < 0 ? -n : n;
  }
  return swept;
}

/** Pages that one allocation sweeps at most beyond twice what it needs. */
const RECLAIM_MAX = 512;

/**
 * Sweeps until `pages` pages have been freed, all is swept, or a bounded number has been looked at: in a heap that is
 * all alive, one allocation would otherwise sweep the whole of it. Go's mheap.reclaim.
 */
export function reclaim(c: Core, pages: number): void {
  let rest = 2 * pages + RECLAIM_MAX;
  for (let freed = 0; freed < pages && rest > 0;) {
    const n = sweepOne(c);
    if (n === 0) return;
    if (n < 0) freed -= n;
    rest -= Math.abs(n);
  }
}

/** Everything swept has become unswept: the generation moves on. Caches must be empty. */
export function beginSweep(c: Core): void {
  const i32 = c.i32;
  i32[H_SWEEPGEN] = i32[H_SWEEPGEN]! + 2;
  i32[H_SWEEP_CURSOR] = c.firstPage;
  i32[H_PHASE] = SWEEPING;
}
