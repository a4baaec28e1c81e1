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
 *  2. `S_CURSOR` is the first bitmap word that can hold a free bit, Go's freeindex rounded down to 32, and
 *     `S_CURSOR_BASE` the address of its first object. Words before it are 0 (in a cached span).
 *  3. Outside of marking and sweeping all mark bits of a swept span are 0.
 *  4. `S_COUNT` is the number of allocated objects, except in a cached span, where it is short by those allocated
 *     since its owner last counted: the fast path of alloc writes one bitmap word and no counter.
 *  5. sweepgen: h = swept, h - 2 = to be swept, h + 3 = cached (and swept), for the heap's generation h.
 *  6. A span that is not cached is on exactly one central list, `S_LIST`.
 *
 * Why bits beside the header: one record is one piece of memory, the bits are found without another load, and
 * small-object spans pay 1/64 of their size for both bitmaps. Rejected: linear bitmaps of one bit per 8 bytes
 * (no division, but 3 % of the heap, and a sweep of 4 KiB objects would walk 64 words for 2 bits); intrusive free lists
 * (a link through the object's own memory: one cache miss per alloc, and nothing to test a stray pointer against).
 */
import type { Core } from "./core.ts";
import { classDivMul, classDivShift, classObjects, classSize, TINY_CLASS } from "./size-classes.ts";
import { addressOf, PAGE_SIZE } from "./ptr.ts";
import { H_SPANS, H_SWEEPGEN, NUM_RECORD_LISTS } from "./layout.ts";

/** Address of the first byte, as stored in an Int32Array. */
export const S_BASE = 0;
export const S_PAGES = 1;
/** Span class: size class * 2 + noscan. 0 and 1 are large objects. */
export const S_SPC = 2;
/** Bytes of an object; of a large one its pages' (as stored in an Int32Array). */
export const S_SIZE = 3;
export const S_OBJECTS = 4;
export const S_DIV_MUL = 5;
export const S_DIV_SHIFT = 6;
/** Words of one bitmap. */
export const S_BIT_WORDS = 7;
export const S_CURSOR = 8;
export const S_CURSOR_BASE = 9;
export const S_COUNT = 10;
export const S_SWEEPGEN = 11;
export const S_FLAGS = 12;
/** 0, or 1 + the shard that caches the span. */
export const S_OWNER = 13;
export const S_NEXT = 14;
export const S_PREV = 15;
/** Head word of the list the span is on, or 0. */
export const S_LIST = 16;
export const S_BITS = 18;

/** Bytes may be dirty: objects must be zeroed, and their pointer bits cleared, when handed out. */
export const NEEDS_ZERO = 1;
/** The collector wants to see the span before it is swept. */
export const SPECIAL = 2;

/** Words of a span record with bitmaps of `bitWords` words. */
export const recordWords = (bitWords: number, tiny: boolean): number =>
  (S_BITS + bitWords * 2 + (tiny ? (classObjects[TINY_CLASS]! * 2) / 4 : 0) + 1) & ~1;

/** Bitmap words of a span class's spans. */
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

/** Number of set bits. */
export function popcount(x: number): number {
  x -= (x >>> 1) & 0x55555555;
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
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
  i32[s + S_SPC] = spc;
  i32[s + S_SIZE] = sizeClass === 0 ? pages * PAGE_SIZE : classSize[sizeClass]!;
  i32[s + S_OBJECTS] = objects;
  i32[s + S_DIV_MUL] = classDivMul[sizeClass]!;
  i32[s + S_DIV_SHIFT] = classDivShift[sizeClass]!;
  i32[s + S_BIT_WORDS] = words;
  i32[s + S_CURSOR] = s + S_BITS;
  i32[s + S_CURSOR_BASE] = addressOf(page);
  i32[s + S_COUNT] = 0;
  i32[s + S_SWEEPGEN] = i32[H_SWEEPGEN]!;
  i32[s + S_FLAGS] = needsZero ? NEEDS_ZERO : 0;
  i32[s + S_OWNER] = 0;
  i32[s + S_NEXT] = 0;
  i32[s + S_PREV] = 0;
  i32[s + S_LIST] = 0;
  for (let w = 0; w < words; w++) {
    i32[s + S_BITS + w] = objectMask(objects, w);
    i32[s + S_BITS + words + w] = 0;
  }
  const entry = c.pageMap + page;
  if (pages < 32) for (let i = 0; i < pages; i++) i32[entry + i] = s;
  else i32.fill(s, entry, entry + pages);
  i32[H_SPANS] = i32[H_SPANS]! + 1;
}

/** Free objects of a span, counted from its bits. */
export function countFree(c: Core, s: number): number {
  const i32 = c.i32;
  const end = s + S_BITS + i32[s + S_BIT_WORDS]!;
  let n = 0;
  for (let w = s + S_BITS; w < end; w++) n += popcount(i32[w]!);
  return n;
}

/** Moves the cursor to the first word with a free bit at or after word `from`; false if there is none. */
export function seekCursor(c: Core, s: number, from: number): boolean {
  const i32 = c.i32;
  const first = s + S_BITS;
  const end = first + i32[s + S_BIT_WORDS]!;
  for (let w = from; w < end; w++) {
    if (i32[w] !== 0) {
      i32[s + S_CURSOR] = w;
      i32[s + S_CURSOR_BASE] = i32[s + S_BASE]! + Math.imul((w - first) << 5, i32[s + S_SIZE]!);
      return true;
    }
  }
  return false;
}

/** Index of a tiny block's 16 start bits in the u16 view. */
export const startBits = (c: Core, s: number, block: number): number =>
  (s + S_BITS + 2 * c.i32[s + S_BIT_WORDS]!) * 2 + block;
