/**
 * A span: a run of pages cut into objects of one size, and the record that describes it.
 *
 *      record words                          pages of the span
 *     ┌────────────────────────────┐        ┌──────┬──────┬──────┬─ ─ ─┬──────┬──────┐
 *     │ base, pages, class, …      │───────►│ obj0 │ obj1 │ obj2 │     │ objN │ tail │
 *     ├────────────────────────────┤        └──────┴──────┴──────┴─ ─ ─┴──────┴──────┘
 *     │ free bits, 1 per object    │  1 = free; all bits past the last object stay 0
 *     │ mark bits, 1 per object    │  1 = black in this cycle
 *     │ (tiny: 16 start bits each) │  bit i of block b: an object starts at byte i
 *     └────────────────────────────┘
 *
 * Invariants
 *  1. Free bits are exact at every moment: find, free and the checker read them, whoever caches the span.
 *     They are the complement of Go's allocBits (as Go's allocCache is), so that "next free" is a count of zeros.
 *  2. A cache entry that holds the span has a cursor, Go's freeindex rounded down to 32: bitmap words before it are 0.
 *  3. Outside of marking and sweeping all mark bits of a swept span are 0.
 *  4. `S_COUNT` is the number of allocated objects, except in a cached span, where it is short by those allocated since
 *     it was settled: the fast path of alloc writes one bitmap word and no counter. `S_SETTLED` is the count
 *     when it was last settled; frees since then are what `S_COUNT` has lost.
 *  5. sweepgen: h = swept, h - 2 = to be swept, h + 3 = cached (and swept), for the heap's generation h.
 *  6. A span that is not cached is on its class's partial list if it has a free object, else on no list.
 *
 * Why bits beside the header: one record is one piece of memory, the bits are found without another load, and
 * small-object spans pay 1/64 of their size for both bitmaps. Rejected: linear bitmaps of one bit per 8 bytes
 * (no division, but 3 % of the heap, and a sweep of 4 KiB objects would walk 64 words for 2 bits); intrusive free lists
 * (a link through the object's own memory: one cache miss per alloc, and nothing to test a stray pointer against); free and mark
 * words in turns (no length to load and both bits of an object in one line, but no faster to mark, and a step more for each index).
 */
import { countBits } from "./bits.ts";
import type { Core } from "./core.ts";
import { classDiv, classObjects, classSize } from "./size-classes.ts";
import { addressOf, pageOf } from "./ptr.ts";
import {
  H_COLLECTED,
  H_SPANS,
  H_SWEEPGEN,
  M_SIZE_MAX,
  NEEDS_ZERO,
  NUM_RECORD_LISTS,
  PAGE_SIZE,
  S_BASE,
  S_BIT_WORDS,
  S_BITS,
  S_COUNT,
  S_DIV,
  S_INFO,
  S_NEXT,
  S_OBJECTS,
  S_PAGES,
  S_PREV,
  S_SETTLED,
  S_SIZE,
  S_SWEEPGEN,
  SPC_MASK,
  TINY_CLASS,
  TINY_SPC,
} from "./words.ts";

/**
 * Words of a span record with bitmaps of `bitWords` words: whole cache lines of 64 bytes. For objects of 128 bytes and
 * more it is one line, so that a free touches one line of the page map and one of the record.
 */
export const recordWords = (bitWords: number, tiny: boolean): number =>
  (S_BITS + bitWords * 2 + (tiny ? (classObjects[TINY_CLASS]! * 2) / 4 : 0) + 15) & ~15;

/** Bitmap words of a size class's spans. */
export const bitWordsOf = (sizeClass: number): number =>
  sizeClass === 0 ? 1 : (classObjects[sizeClass]! + 31) >>> 5;

/** Index of the free list for records of that shape. */
export const recordList = (bitWords: number, tiny: boolean): number =>
  tiny ? NUM_RECORD_LISTS - 1 : bitWords;

/** Mask of the bits of bitmap word `w` that stand for objects. */
export function objectMask(objects: number, w: number): number {
  const rest = objects - w * 32;
  return rest >= 32 ? -1 : rest <= 0 ? 0 : (1 << rest) - 1;
}

/** Fills the record `s` for the pages from `page` on: all objects free, swept, on no list. */
export function initSpan(
  c: Core,
  s: number,
  page: number,
  pages: number,
  spc: number,
  needsZero: boolean,
): void {
  const i32 = c.i32;
  const sizeClass = spc >>> 1;
  const objects = sizeClass === 0 ? 1 : classObjects[sizeClass]!;
  const words = bitWordsOf(sizeClass);
  i32[s + S_BASE] = addressOf(page);
  i32[s + S_PAGES] = pages;
  i32[s + S_INFO] = needsZero ? spc | NEEDS_ZERO : spc;
  i32[s + S_SIZE] = sizeClass === 0 ? pages * PAGE_SIZE : classSize[sizeClass]!;
  i32[s + S_OBJECTS] = objects;
  i32[s + S_DIV] = classDiv[sizeClass]!;
  i32[s + S_BIT_WORDS] = words;
  i32[s + S_COUNT] = 0;
  i32[s + S_SETTLED] = 0;
  i32[s + S_SWEEPGEN] = i32[H_SWEEPGEN]!;
  i32[s + S_NEXT] = 0;
  i32[s + S_PREV] = 0;
  for (let w = 0; w < words; w++) {
    i32[s + S_BITS + w] = objectMask(objects, w);
    i32[s + S_BITS + words + w] = 0;
  }
  const entry = c.pageMap + page;
  if (pages < 32) for (let i = 0; i < pages; i++) i32[entry + i] = s;
  else i32.fill(s, entry, entry + pages);
  const kind = kindOf(c, spc);
  if (kind !== 0) for (let i = 0; i < pages; i++) c.u8[c.kinds + page + i] = kind;
  i32[H_SPANS] = i32[H_SPANS]! + 1;
}

/** What the kinds of a span's pages are: its class if its objects go to magazines and have start bits, or 0. */
export const kindOf = (c: Core, spc: number): number =>
  spc > 1 && spc !== TINY_SPC && c.i32[H_COLLECTED] === 0 && classSize[spc >>> 1]! <= M_SIZE_MAX
    ? spc
    : 0;

/** Whether the object at `p`, not free in its span, is allocated and not in a magazine. */
export function isStarted(c: Core, p: number): boolean {
  if (c.u8[c.kinds + pageOf(p)] !== 0)
    return (c.i32[c.starts + (p >>> 8)]! & (1 << (p >>> 3))) !== 0;
  const s = c.i32[c.pageMap + pageOf(p)]!;
  if ((c.i32[s + S_INFO]! & SPC_MASK) !== TINY_SPC) return true;
  return c.u16[startBits(c, s, (p - c.i32[s + S_BASE]!) >>> 4)] !== 0;
}

/** Free objects of a span, counted from its bits. */
export const countFree = (c: Core, s: number): number =>
  countBits(c.i32, s + S_BITS, c.i32[s + S_BIT_WORDS]!);

/** Index of a tiny block's 16 start bits in the u16 view. */
export const startBits = (c: Core, s: number, block: number): number =>
  (s + S_BITS + 2 * c.i32[s + S_BIT_WORDS]!) * 2 + block;
