/**
 * The page heap: which pages are free, and where the next run of n pages is. Go's mpagealloc.
 *
 * Invariants
 *  1. A free bit is set exactly for pages in [firstPage, frontier) that belong to no span and no metadata chunk.
 *  2. A zero bit is set only for a free page, and then all its bytes and its pointer bits are 0. Pages the heap has
 *     just obtained are such, as Go's fresh pages count as scavenged.
 *  3. Node i of the tree covers the leaves below it and holds three page counts: the free run at its start, the
 *     longest within, the free run at its end. Leaf `leaves + w` covers bitmap word w.
 *  4. The lowest address that fits is taken (address-ordered first fit); neighbours coalesce by being bits.
 *  5. A failed allocation changes nothing.
 *
 * Why a bitmap with a tree of summaries, as Go since 1.14: freeing is setting bits, coalescing costs nothing, first fit is
 * one walk down of at most 14 steps at 4 GiB, and an update stops at the first node that does not change. A binary
 * tree over 32-page words instead of Go's radix tree over 512-page chunks: no 64-bit words to scan, and a small memory has a
 * small tree. Rejected: a treap of runs (Go before 1.12), which needs records and rebalancing.
 */
import type { Core } from "./core.ts";
import { allSet, clearBits, setBits } from "./bits.ts";
import {
  A_INUSE,
  A_PAGES,
  ARENA_WORDS,
  H_FRONTIER,
  H_LIMIT,
  H_PAGES_ZERO,
  H_SCAVENGE_HIGH,
  PAGE_SIZE,
} from "./words.ts";

const trailingOnes = (x: number): number => (x === -1 ? 32 : 31 - Math.clz32(~x & (x + 1)));
const leadingOnes = (x: number): number => Math.clz32(~x);
function longestOnes(x: number): number {
  if (x === -1) return 32;
  let n = 0;
  for (; x !== 0; n++) x &= x << 1;
  return n;
}

/** Recomputes the summaries of leaves `lo` to `hi` and of all nodes above that change. */
function summarize(c: Core, lo: number, hi: number): void {
  const i32 = c.i32;
  const tree = c.tree;
  for (let leaf = lo; leaf <= hi; leaf++) {
    const x = i32[c.freeBits + leaf]!;
    const node = tree + (c.leaves + leaf) * 3;
    i32[node] = trailingOnes(x);
    i32[node + 1] = longestOnes(x);
    i32[node + 2] = leadingOnes(x);
  }
  let first = (c.leaves + lo) >>> 1;
  let last = (c.leaves + hi) >>> 1;
  for (let half = 32; first >= 1; half *= 2) {
    let changed = false;
    for (let n = first; n <= last; n++) {
      const l = tree + n * 6;
      const r = l + 3;
      const start = i32[l] === half ? half + i32[r]! : i32[l]!;
      const end = i32[r + 2] === half ? half + i32[l + 2]! : i32[r + 2]!;
      const across = i32[l + 2]! + i32[r]!;
      let max = i32[l + 1]! > i32[r + 1]! ? i32[l + 1]! : i32[r + 1]!;
      if (across > max) max = across;
      const node = tree + n * 3;
      if (i32[node] !== start || i32[node + 1] !== max || i32[node + 2] !== end) {
        i32[node] = start;
        i32[node + 1] = max;
        i32[node + 2] = end;
        changed = true;
      }
    }
    if (!changed) return;
    first >>>= 1;
    last >>>= 1;
  }
}

/** The lowest page at which `n` free pages follow each other, or 0. */
export function findPages(c: Core, n: number): number {
  const i32 = c.i32;
  const tree = c.tree;
  if (i32[tree + 3 + 1]! < n) return 0;
  let node = 1;
  let first = 0;
  let size = c.leaves * 32;
  while (node < c.leaves) {
    const l = tree + node * 6;
    size >>>= 1;
    if (i32[l + 1]! >= n) {
      node = node * 2;
    } else if (i32[l + 2]! + i32[l + 3]! >= n) {
      return first + size - i32[l + 2]!;
    } else {
      node = node * 2 + 1;
      first += size;
    }
  }
  let x = i32[c.freeBits + (first >>> 5)]!;
  // Bit i survives if bits i to i + n - 1 are set.
  for (let i = 1; i < n; i++) x &= x >>> 1;
  return first + 31 - Math.clz32(x & -x);
}

/** Free pages at the end of what the heap has obtained. */
function freeAtFrontier(c: Core): number {
  const i32 = c.i32;
  let page = i32[H_FRONTIER]! - 1;
  let n = 0;
  for (; page >= c.firstPage; page--, n++) {
    const x = i32[c.freeBits + (page >>> 5)]!;
    if ((page & 31) === 31 && x === -1) {
      page -= 31;
      n += 31;
    } else if (((x >>> (page & 31)) & 1) === 0) {
      break;
    }
  }
  return n;
}

/** Adds, `sign` times, to field `field` of each arena how many of the pages [page, page + n) lie in it. */
function account(c: Core, page: number, n: number, field: number, sign: 1 | -1): void {
  const i32 = c.i32;
  const per = c.arenaPages;
  for (let p = page, end = page + n; p < end;) {
    const arena = (p / per) | 0;
    const count = Math.min(end, (arena + 1) * per) - p;
    const w = c.arenas + arena * ARENA_WORDS + field;
    i32[w] = i32[w]! + sign * count;
    p += count;
  }
}

/** Whether a page is one that the heap has obtained, and free. */
export function isFree(c: Core, page: number): boolean {
  return ((c.i32[c.freeBits + (page >>> 5)]! >>> (page & 31)) & 1) === 1;
}

/** Whether `n` free pages follow each other, or would if the heap grew. */
export function hasPages(c: Core, n: number): boolean {
  const i32 = c.i32;
  const fresh = i32[H_LIMIT]! - i32[H_FRONTIER]!;
  return i32[c.tree + 4]! >= n || fresh >= n || freeAtFrontier(c) + fresh >= n;
}

/** Obtains pages until a run of `n` free ones ends at the frontier; false if the memory is too small. */
export function growHeap(c: Core, n: number): boolean {
  const i32 = c.i32;
  const frontier = i32[H_FRONTIER]!;
  const need = n - freeAtFrontier(c);
  const limit = i32[H_LIMIT]!;
  if (need > limit - frontier) return false;
  const ask = Math.min(Math.max(need, c.growUnit), limit - frontier);
  let grown = ask;
  if (!c.memory.commit((frontier + grown) * PAGE_SIZE)) {
    grown = need;
    if (!c.memory.commit((frontier + grown) * PAGE_SIZE)) return false;
  }
  i32[H_FRONTIER] = frontier + grown;
  i32[H_PAGES_ZERO] = i32[H_PAGES_ZERO]! + grown;
  account(c, frontier, grown, A_PAGES, 1);
  setBits(i32, c.zeroBits, frontier, grown);
  setBits(i32, c.freeBits, frontier, grown);
  summarize(c, frontier >>> 5, (frontier + grown - 1) >>> 5);
  return true;
}

/**
 * Takes `n` pages at the lowest address that fits, growing the heap if none does. 0 if out of memory.
 * The caller asks {@link takeZeroBits} whether they need zeroing.
 */
export function takePages(c: Core, n: number): number {
  let page = findPages(c, n);
  if (page === 0) {
    if (!growHeap(c, n)) return 0;
    page = findPages(c, n);
  }
  claimPages(c, page, n);
  return page;
}

/** Takes the `n` pages from `page` on, obtaining them first if they lie past the frontier; false if one is not free. */
export function takePagesAt(c: Core, page: number, n: number): boolean {
  const i32 = c.i32;
  const had = Math.max(0, Math.min(n, i32[H_FRONTIER]! - page));
  if (!allSet(i32, c.freeBits, page, had)) return false;
  if (had < n && !growHeap(c, n)) return false;
  claimPages(c, page, n);
  return true;
}

/** Marks free pages as taken. Their zero bits stay, for {@link takeZeroBits}. */
function claimPages(c: Core, page: number, n: number): void {
  clearBits(c.i32, c.freeBits, page, n);
  account(c, page, n, A_INUSE, 1);
  summarize(c, page >>> 5, (page + n - 1) >>> 5);
}

/** Clears the zero bits of pages just taken; true if they may be dirty. */
export function takeZeroBits(c: Core, page: number, n: number): boolean {
  const zero = clearBits(c.i32, c.zeroBits, page, n);
  c.i32[H_PAGES_ZERO] = c.i32[H_PAGES_ZERO]! - zero;
  return zero !== n;
}

/** Gives `n` pages back. */
export function givePages(c: Core, page: number, n: number): void {
  const i32 = c.i32;
  setBits(i32, c.freeBits, page, n);
  account(c, page, n, A_INUSE, -1);
  if (page + n > i32[H_SCAVENGE_HIGH]!) i32[H_SCAVENGE_HIGH] = page + n;
  summarize(c, page >>> 5, (page + n - 1) >>> 5);
}
