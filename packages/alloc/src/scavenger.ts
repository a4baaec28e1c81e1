/**
 * The scavenger. In Go it returns free pages to the operating system; JavaScript has no way to do that.
 *
 * What is true here: no page of a buffer can be decommitted, and filling it with zeros does not release it either. Resident
 * memory is the high-water mark of pages ever touched, until the whole buffer is dropped. What scavenging does instead
 * is the half that pays: free pages are zeroed ahead of time, remembered as zero, and a later allocation from
 * them skips the zeroing. `heapReleased` counts free pages known to be zero, fresh ones included, as in Go.
 *
 * Invariants
 *  1. Only free pages are touched; afterwards their bytes and pointer bits are 0 and their zero bits set.
 *  2. The highest pages are done first, as in Go: first fit uses the low ones soonest, dirty as they are.
 *  3. No free page with a clear zero bit lies at or above H_SCAVENGE_HIGH.
 */
import type { Core } from "./core.ts";
import { checkAttached } from "./errors.ts";
import { addressOf } from "./ptr.ts";
import { H_PAGES_ZERO, H_SCAVENGE_HIGH, PAGE_SIZE } from "./words.ts";
import { clearPointerBits, zeroBytes } from "./zero.ts";

/** Zeroes up to `max` free pages; returns how many. */
export function scavengePages(c: Core, max: number): number {
  const i32 = c.i32;
  checkAttached(i32);
  let done = 0;
  let page = i32[H_SCAVENGE_HIGH]! - 1;
  for (; page >= c.firstPage && done < max; page--) {
    const w = page >>> 5;
    const bit = 1 << (page & 31);
    if ((i32[c.freeBits + w]! & ~i32[c.zeroBits + w]! & bit) === 0) continue;
    const p = addressOf(page);
    zeroBytes(c, p, PAGE_SIZE);
    clearPointerBits(c, p, PAGE_SIZE);
    i32[c.zeroBits + w] = i32[c.zeroBits + w]! | bit;
    done++;
  }
  i32[H_SCAVENGE_HIGH] = page + 1;
  i32[H_PAGES_ZERO] = i32[H_PAGES_ZERO]! + done;
  return done;
}
