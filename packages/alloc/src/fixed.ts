/**
 * fixalloc: span records, from a free list per shape. Go's mfixalloc over persistentAlloc.
 *
 * Invariants
 *  1. A record on free list i has i bitmap words (the last list: tiny spans); word 0 links to the next, 0 ends.
 *  2. Records are never given back to the page heap; `H_RECORD_WORDS` counts the words of those in use.
 *
 * All shapes share one chunk, so that a small memory does not pay a chunk for each of 34 lists.
 */
import type { Core } from "./core.ts";
import { persistentAlloc } from "./persistent.ts";
import { recordList, recordWords } from "./span.ts";
import { wordOf } from "./ptr.ts";
import { H_RECORD_LISTS, H_RECORD_WORDS } from "./words.ts";

/** A record for bitmaps of `bitWords` words, as a word index; 0 if out of memory. */
export function takeRecord(c: Core, bitWords: number, tiny: boolean): number {
  const i32 = c.i32;
  const head = H_RECORD_LISTS + recordList(bitWords, tiny);
  const words = recordWords(bitWords, tiny);
  let s = i32[head]!;
  if (s !== 0) {
    i32[head] = i32[s]!;
  } else {
    s = wordOf(persistentAlloc(c, words * 4, 64));
    if (s === 0) return 0;
  }
  i32[H_RECORD_WORDS] = i32[H_RECORD_WORDS]! + words;
  return s;
}

/** Puts a record back on its list. */
export function giveRecord(c: Core, s: number, bitWords: number, tiny: boolean): void {
  const i32 = c.i32;
  const head = H_RECORD_LISTS + recordList(bitWords, tiny);
  i32[s] = i32[head]!;
  i32[head] = s;
  i32[H_RECORD_WORDS] = i32[H_RECORD_WORDS]! - recordWords(bitWords, tiny);
}
