/**
 * The central lists: per span class the partial spans that no cache holds, swept and unswept. Go's mcentral.
 *
 * Invariants
 *  1. A span of class k that no shard caches and that has a free object is on one of two lists of k, swept or unswept
 *     by its sweepgen. A full span is on no list, and so is a large object's.
 *  2. Which of the two lists is "swept" is a bit of the heap's sweepgen, so that starting a sweep turns every
 *     swept list into an unswept one without touching a span.
 *  3. Of the empty spans of a class at most one is kept, and only while the partial list had no other.
 *  4. Lists are circular with a sentinel, so that any span leaves its list with two writes and no test.
 *  5. Spans join at the tail and are taken from the head: one that frees trickle into gathers several free objects
 *     before it is taken. (Last in, first out, a random free and alloc would move one span per call.)
 *
 * Why no lists of full spans, which Go has: a free into a full span would have to unlink it, which touches two cold
 * records; at 10^6 live objects that was a third of the cost of free. Their one use, finding unswept spans, is
 * served by walking the page map instead (sweep.ts).
 *
 * A sentinel is a pseudo span: it has only the words S_NEXT and S_PREV.
 */
import type { Core } from "./core.ts";
import { giveRecord } from "./fixed.ts";
import { givePages } from "./page-heap.ts";
import { fromWord, pageOf } from "./ptr.ts";
import {
  H_CENTRAL,
  H_PAGES_INUSE,
  H_SPANS,
  H_SWEEPGEN,
  LISTS_PER_SPC,
  NUM_SPC,
  S_BASE,
  S_BIT_WORDS,
  S_COUNT,
  S_INFO,
  S_NEXT,
  S_OBJECTS,
  S_PAGES,
  S_PREV,
  S_SWEEPGEN,
  SPC_MASK,
  TINY_SPC,
} from "./words.ts";

/** The pseudo span of list number `k`. */
const sentinel = (k: number): number => H_CENTRAL + 2 * k - S_NEXT;

/** Makes all lists empty. */
export function initLists(c: Core): void {
  for (let k = 0; k < NUM_SPC * LISTS_PER_SPC; k++) {
    c.i32[H_CENTRAL + 2 * k] = sentinel(k);
    c.i32[H_CENTRAL + 2 * k + 1] = sentinel(k);
  }
}

/** Sentinel of a class's partial list; `swept` is 1 or 0. */
export function listOf(c: Core, spc: number, swept: number): number {
  const parity = (c.i32[H_SWEEPGEN]! >>> 1) & 1;
  return sentinel(spc * LISTS_PER_SPC + (swept ^ parity ^ 1));
}

/** Puts `s` at the tail of a list. */
export function pushSpan(c: Core, list: number, s: number): void {
  const i32 = c.i32;
  const last = i32[list + S_PREV]!;
  i32[s + S_NEXT] = list;
  i32[s + S_PREV] = last;
  i32[last + S_NEXT] = s;
  i32[list + S_PREV] = s;
}

/** Takes `s` off the list it is on. */
export function removeSpan(c: Core, s: number): void {
  const i32 = c.i32;
  const next = i32[s + S_NEXT]!;
  const prev = i32[s + S_PREV]!;
  i32[prev + S_NEXT] = next;
  i32[next + S_PREV] = prev;
}

/** Whether a list has no span. */
export const isEmpty = (c: Core, list: number): boolean => c.i32[list + S_NEXT] === list;

/** Takes the first span off a list; 0 if it is empty. */
export function popSpan(c: Core, list: number): number {
  const s = c.i32[list + S_NEXT]!;
  if (s === list) return 0;
  removeSpan(c, s);
  return s;
}

/** Gives the pages of a settled span that is on no list and in no cache back to the page heap, and its record. */
export function freeSpan(c: Core, s: number): void {
  const i32 = c.i32;
  const page = pageOf(fromWord(i32[s + S_BASE]!));
  const pages = i32[s + S_PAGES]!;
  const entry = c.pageMap + page;
  if (pages < 32) for (let i = 0; i < pages; i++) i32[entry + i] = 0;
  else i32.fill(0, entry, entry + pages);
  const kinds = c.kinds + page;
  if (c.u8[kinds] !== 0) for (let i = 0; i < pages; i++) c.u8[kinds + i] = 0;
  givePages(c, page, pages);
  i32[H_PAGES_INUSE] = i32[H_PAGES_INUSE]! - pages;
  i32[H_SPANS] = i32[H_SPANS]! - 1;
  giveRecord(c, s, i32[s + S_BIT_WORDS]!, (i32[s + S_INFO]! & SPC_MASK) === TINY_SPC);
}

/** Puts a settled, swept span that no cache holds where its count of objects says. */
export function placeSpan(c: Core, s: number): void {
  const i32 = c.i32;
  const spc = i32[s + S_INFO]! & SPC_MASK;
  const count = i32[s + S_COUNT]!;
  i32[s + S_SWEEPGEN] = i32[H_SWEEPGEN]!;
  if (count === i32[s + S_OBJECTS]) return;
  const partial = listOf(c, spc, 1);
  if (count === 0 && !isEmpty(c, partial)) freeSpan(c, s);
  else pushSpan(c, partial, s);
}
