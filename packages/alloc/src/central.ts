/**
 * The central lists: per span class the spans that no cache holds, partial and full, swept and unswept. Go's mcentral.
 *
 * Invariants
 *  1. A span of class k that no shard caches is on one of four lists of k: partial or full, and swept or unswept
 *     by its sweepgen. A large object's span is always on a full list.
 *  2. Which of the two lists of a kind is "swept" is a bit of the heap's sweepgen, so that starting a sweep turns
 *     every swept list into an unswept one without touching a span.
 *  3. A partial span on a swept list has 0 < free objects; an empty span is kept only while its list had no other,
 *     the rest of the empty ones go back to the page heap.
 *  4. Lists are doubly linked through the records, so that a free can take its span off the full list in O(1).
 */
import type { Core } from "./core.ts";
import { giveRecord } from "./fixed.ts";
import {
  H_CENTRAL,
  H_PAGES_INUSE,
  H_SPANS,
  H_SWEEPGEN,
  LISTS_PER_SPC,
  TINY_SPC,
} from "./layout.ts";
import { givePages } from "./page-heap.ts";
import { fromWord, pageOf } from "./ptr.ts";
import {
  S_BASE,
  S_BIT_WORDS,
  S_COUNT,
  S_LIST,
  S_NEXT,
  S_OBJECTS,
  S_OWNER,
  S_PAGES,
  S_PREV,
  S_SPC,
  S_SWEEPGEN,
} from "./span.ts";

/** Head word of a list. `swept` 1 or 0. */
export function listOf(c: Core, spc: number, full: number, swept: number): number {
  const parity = (c.i32[H_SWEEPGEN]! >>> 1) & 1;
  return H_CENTRAL + spc * LISTS_PER_SPC + full * 2 + (swept === 1 ? parity : 1 - parity);
}

export function pushSpan(c: Core, head: number, s: number): void {
  const i32 = c.i32;
  const next = i32[head]!;
  i32[s + S_NEXT] = next;
  i32[s + S_PREV] = 0;
  i32[s + S_LIST] = head;
  if (next !== 0) i32[next + S_PREV] = s;
  i32[head] = s;
}

export function removeSpan(c: Core, s: number): void {
  const i32 = c.i32;
  const next = i32[s + S_NEXT]!;
  const prev = i32[s + S_PREV]!;
  if (next !== 0) i32[next + S_PREV] = prev;
  if (prev !== 0) i32[prev + S_NEXT] = next;
  else i32[i32[s + S_LIST]!] = next;
  i32[s + S_LIST] = 0;
}

/** Takes the first span off a list; 0 if it is empty. */
export function popSpan(c: Core, head: number): number {
  const s = c.i32[head]!;
  if (s !== 0) removeSpan(c, s);
  return s;
}

/** Gives the pages of a span that is on no list and in no cache back to the page heap, and its record. */
export function freeSpan(c: Core, s: number): void {
  const i32 = c.i32;
  const page = pageOf(fromWord(i32[s + S_BASE]!));
  const pages = i32[s + S_PAGES]!;
  const entry = c.pageMap + page;
  if (pages < 32) for (let i = 0; i < pages; i++) i32[entry + i] = 0;
  else i32.fill(0, entry, entry + pages);
  givePages(c, page, pages);
  i32[H_PAGES_INUSE] = i32[H_PAGES_INUSE]! - pages;
  i32[H_SPANS] = i32[H_SPANS]! - 1;
  giveRecord(c, s, i32[s + S_BIT_WORDS]!, i32[s + S_SPC] === TINY_SPC);
}

/** Puts a swept span that no cache holds where its count of objects says. */
export function placeSpan(c: Core, s: number): void {
  const i32 = c.i32;
  const spc = i32[s + S_SPC]!;
  const count = i32[s + S_COUNT]!;
  i32[s + S_OWNER] = 0;
  i32[s + S_SWEEPGEN] = i32[H_SWEEPGEN]!;
  if (count === i32[s + S_OBJECTS]) {
    pushSpan(c, listOf(c, spc, 1, 1), s);
    return;
  }
  const partial = listOf(c, spc, 0, 1);
  if (count === 0 && i32[partial] !== 0) freeSpan(c, s);
  else pushSpan(c, partial, s);
}
