/** Checks of the page heap: invariants of page-heap.ts, persistent.ts and scavenger.ts. See check.ts. */
import type { Core } from "./core.ts";
import { corrupt } from "./errors.ts";
import { addressOf, fromWord } from "./ptr.ts";
import {
  A_INUSE,
  A_PAGES,
  ARENA_WORDS,
  H_FIRST_PAGE,
  H_FRONTIER,
  H_LIMIT,
  H_PAGES_INUSE,
  H_PAGES_ZERO,
  H_PERSISTENT,
  H_PERSISTENT_END,
  H_PERSISTENT_PAGES,
  H_SCAVENGE_HIGH,
  PAGE_SIZE,
  S_BASE,
  S_PAGES,
} from "./words.ts";

/** Throws unless `ok`. */
export function ensure(ok: boolean, text: string, ...values: number[]): void {
  if (!ok) throw corrupt(values.length > 0 ? `${text} (${values.join(", ")})` : text);
}

const bitAt = (c: Core, bits: number, page: number): number =>
  (c.i32[bits + (page >>> 5)]! >>> (page & 31)) & 1;

/** What one arena has, as counted page by page. */
interface ArenaSums {
  pages: number;
  inuse: number;
}

/** Pages of the heap by what they are. */
interface PageSums {
  inuse: number;
  zero: number;
  metadata: number;
  readonly arenas: Map<number, ArenaSums>;
}

/** Checks all of it. `deep`: also that zero pages are zero. */
export function checkPages(c: Core, deep: boolean): void {
  const i32 = c.i32;
  const frontier = i32[H_FRONTIER]!;
  ensure(i32[0] === 0 && i32[1] === 0, "something was stored through nil");
  ensure(i32[H_FIRST_PAGE] === c.firstPage, "first page moved");
  ensure(
    frontier >= c.firstPage && frontier <= i32[H_LIMIT]! && i32[H_LIMIT]! <= c.pages,
    "frontier outside of the memory",
    frontier,
  );
  const sums: PageSums = { inuse: 0, zero: 0, metadata: 0, arenas: new Map() };
  for (let page = 0; page < c.pages; page++) {
    if (page >= c.firstPage && page < frontier) checkPage(c, page, deep, sums);
    else checkOutside(c, page);
  }
  checkSums(c, sums);
  ensure(
    fromWord(i32[H_PERSISTENT]!) <= fromWord(i32[H_PERSISTENT_END]!),
    "persistentAlloc ran over its chunk",
  );
  checkTree(c);
}

function checkOutside(c: Core, page: number): void {
  const bits = bitAt(c, c.freeBits, page) | bitAt(c, c.zeroBits, page);
  const clear = c.i32[c.pageMap + page] === 0 && bits === 0;
  ensure(clear, "a page outside of the heap is mapped or free", page);
}

/** Checks one page of the heap and counts it. */
function checkPage(c: Core, page: number, deep: boolean, sums: PageSums): void {
  const i32 = c.i32;
  const s = i32[c.pageMap + page]!;
  const free = bitAt(c, c.freeBits, page);
  const isZero = bitAt(c, c.zeroBits, page);
  const arena = Math.floor(page / c.arenaPages);
  const there = sums.arenas.get(arena) ?? { pages: 0, inuse: 0 };
  sums.arenas.set(arena, there);
  there.pages++;
  if (free === 0) there.inuse++;
  ensure(isZero === 0 || free === 1, "a page in use has its zero bit", page);
  if (s !== 0) {
    ensure(free === 0, "a page of a span is free", page);
    const base = fromWord(i32[s + S_BASE]!);
    const at = addressOf(page);
    ensure(
      at >= base && at < base + i32[s + S_PAGES]! * PAGE_SIZE,
      "page map points to another page's span",
      page,
    );
    sums.inuse++;
  } else if (free === 0) {
    sums.metadata++;
  } else if (isZero === 0) {
    ensure(page < i32[H_SCAVENGE_HIGH]!, "a dirty free page is above the scavenger's hint", page);
  } else {
    sums.zero++;
    if (deep) checkZero(c, page);
  }
}

/** What the header and the arenas count is what was found. */
function checkSums(c: Core, { inuse, zero, metadata, arenas }: PageSums): void {
  const i32 = c.i32;
  const same = (at: number, want: number, text: string, ...values: number[]): void =>
    ensure(i32[at] === want, text, ...values, want, i32[at]!);
  same(H_PAGES_INUSE, inuse, "pages in use are miscounted");
  same(H_PAGES_ZERO, zero, "zero pages are miscounted");
  same(H_PERSISTENT_PAGES, metadata, "metadata pages are miscounted");
  for (let arena = 0; arena * c.arenaPages < c.pages; arena++) {
    const w = c.arenas + arena * ARENA_WORDS;
    const { pages, inuse: used } = arenas.get(arena) ?? { pages: 0, inuse: 0 };
    same(w + A_PAGES, pages, "an arena miscounts its pages", arena);
    same(w + A_INUSE, used, "an arena miscounts its pages in use", arena);
  }
}

/** A page said to be zero is, and so are its pointer bits. */
function checkZero(c: Core, page: number): void {
  const from = addressOf(page) / 8;
  for (let i = from; i < from + PAGE_SIZE / 8; i++)
    ensure(c.f64[i] === 0, "a page said to be zero is not", page);
  const bits = c.pointerWords + addressOf(page) / 128;
  for (let i = 0; i < PAGE_SIZE / 128; i++)
    ensure(c.i32[bits + i] === 0, "a zero page has pointer bits", page);
}

/** Every node of the tree is what the bits below it say. */
function checkTree(c: Core): void {
  const node = (n: number): { start: number; max: number; end: number; size: number } => {
    let sum;
    if (n >= c.leaves) {
      // The tree has leaves for a power of two of words, the bitmap ends with the memory.
      const bits = (n - c.leaves) * 32 < c.pages ? c.i32[c.freeBits + n - c.leaves]! : 0;
      const runs = (bits >>> 0).toString(2).padStart(32, "0").split("0");
      // The highest page is the first digit.
      sum = {
        start: runs.at(-1)!.length,
        end: runs[0]!.length,
        max: Math.max(...runs.map((run) => run.length)),
        size: 32,
      };
    } else {
      const l = node(n * 2);
      const r = node(n * 2 + 1);
      sum = {
        start: l.start === l.size ? l.size + r.start : l.start,
        end: r.end === r.size ? r.size + l.end : r.end,
        max: Math.max(l.max, r.max, l.end + r.start),
        size: l.size * 2,
      };
    }
    const w = c.tree + n * 3;
    ensure(
      c.i32[w] === sum.start && c.i32[w + 1] === sum.max && c.i32[w + 2] === sum.end,
      "a page summary is wrong",
      n,
      sum.start,
      sum.max,
      sum.end,
    );
    return sum;
  };
  node(1);
}
