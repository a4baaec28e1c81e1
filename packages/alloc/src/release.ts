/**
 * Giving back what is kept for speed: objects in magazines, spans in caches, the empty span of each central list.
 *
 * Invariants
 *  1. Afterwards no magazine holds an object, no cache a span, and no span is empty.
 *  2. It takes no memory, so it is what an allocation tries before it fails.
 */
import { flushCaches } from "./cache.ts";
import { freeSpan, listOf, removeSpan } from "./central.ts";
import type { Core } from "./core.ts";
import { settleFrees } from "./counters.ts";
import { checkAttached } from "./errors.ts";
import { emptyMagazines } from "./magazine.ts";
import { H_PAGES_INUSE, NUM_SPC, S_COUNT, S_NEXT } from "./words.ts";

/** Gives every empty span back to the page heap; returns how many pages that freed. */
export function releaseEmpty(c: Core): number {
  const i32 = c.i32;
  checkAttached(i32);
  const before = i32[H_PAGES_INUSE]!;
  emptyMagazines(c);
  flushCaches(c);
  for (let spc = 2; spc < NUM_SPC; spc++) {
    for (let swept = 0; swept <= 1; swept++) {
      const list = listOf(c, spc, swept);
      for (let s = i32[list + S_NEXT]!; s !== list;) {
        const next = i32[s + S_NEXT]!;
        if (i32[s + S_COUNT] === 0) {
          removeSpan(c, s);
          settleFrees(c, s);
          freeSpan(c, s);
        }
        s = next;
      }
    }
  }
  return before - i32[H_PAGES_INUSE]!;
}
