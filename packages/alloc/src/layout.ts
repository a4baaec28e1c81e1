/**
 * Where everything lies in the memory. All indexes are of 32-bit words unless a name says otherwise.
 *
 *     page 0          header words, empty span, zero-size object, central lists
 *     then            one cache per shard
 *     then            page map        1 word per page: the span record of the page, or 0
 *                     page summaries  3 words per node of a binary tree over 32-page leaves
 *                     free bits       1 bit per page of the page heap: the page is free
 *                     zero bits       1 bit per page: a free page known to hold only zeros
 *                     arena table     4 words per arena
 *                     pointer bits    1 bit per word of the whole memory, for a collector
 *     firstPage …     the heap; span records and other metadata lie in pages taken from it
 *
 * Invariants
 *  1. Nothing but these words holds state: a second allocator object attached to the memory sees the same heap.
 *  2. Word 0 and 1 are never written, so that a store through nil can be found.
 *  3. Every table is linear over the reservation. Untouched parts of it cost address space, not memory.
 *
 * Why linear tables and not Go's two-level arena index: Go has 2^48 bytes to cover, here it is 2^32 at most, so
 * a whole page map is 2 MiB of untouched zeros and a lookup is one load. The arenas (64 MiB, less in a small memory) stay
 * as the unit of accounting. Rejected: growing the tables with the heap, which costs a load per lookup.
 */
import type { Memory } from "@gort/types";
import { badMemory } from "./errors.ts";
import { NUM_SIZE_CLASSES } from "./size-classes.ts";
import { PAGE_SIZE } from "./ptr.ts";

export const MAGIC = 0x74726f67;
export const VERSION = 1;

// Header words. The f64 counters of a memory are per shard, so that each has one writer.
export const H_MAGIC = 2;
export const H_VERSION = 3;
export const H_KIND = 4;
export const H_PAGES = 5;
export const H_FIRST_PAGE = 6;
/** Page after the last one the heap has obtained so far. */
export const H_FRONTIER = 7;
export const H_SHARDS = 8;
/** IDLE, MARKING or SWEEPING. */
export const H_PHASE = 9;
export const H_SWEEPGEN = 10;
/** Span class at which the search for unswept spans goes on. */
export const H_SWEEP_CURSOR = 11;
export const H_FEATURES = 12;
export const H_GROW_UNIT = 13;
export const H_ARENA_PAGES = 14;
/** Byte addresses of the rest of the current chunk of persistentAlloc, and how many pages it holds. */
export const H_PERSISTENT = 15;
export const H_PERSISTENT_END = 16;
export const H_PERSISTENT_PAGES = 17;
export const H_CHUNK_PAGES = 18;
/** Pages that belong to spans in use. */
export const H_PAGES_INUSE = 19;
/** Free pages known to be zero. */
export const H_PAGES_ZERO = 20;
export const H_SPANS = 21;
/** Search hint of the scavenger: no free page with unknown content lies at or above it. */
export const H_SCAVENGE_HIGH = 22;
/** Words of span records in use. */
export const H_RECORD_WORDS = 23;
/** Heads of the free lists of span records, one per number of bitmap words, the last for tiny spans. */
export const H_RECORD_LISTS = 24;
export const NUM_RECORD_LISTS = 34;
/** The object of size zero, 8 bytes, at a multiple of 16. */
export const H_ZERO_BASE = 60;
/** A span without objects: what an empty cache slot points to. */
export const H_EMPTY_SPAN = 64;
export const H_CENTRAL = 96;
/** Words that belong to whoever runs on the allocator: a collector keeps its own state here. */
export const H_USER = 704;
export const USER_WORDS = 256;

export const KIND_TIERED = 1;
export const KIND_BUMP = 2;

export const IDLE = 0;
export const MARKING = 1;
export const SWEEPING = 2;

export const FEATURE_TINY = 1;

/** Span classes: two per size class (scan, noscan), then one for tiny blocks. */
export const TINY_SPC = NUM_SIZE_CLASSES * 2 + 1;
export const NUM_SPC = NUM_SIZE_CLASSES * 2 + 2;
/** Lists of a span class in the central table: partial and full, each for both parities of sweepgen. */
export const LISTS_PER_SPC = 4;

// A shard's cache.
export const C_SPANS = 0;
export const C_TINY = NUM_SPC;
export const C_TINY_OFFSET = NUM_SPC + 1;
/** Objects allocated by class, f64; counted when a span leaves the cache. */
export const C_MALLOCS = NUM_SPC + 6;
/** Objects freed by class, f64; includes what sweeping freed. */
export const C_FREES = C_MALLOCS + 2 * (NUM_SIZE_CLASSES + 1);
export const C_TINY_ALLOCS = C_FREES + 2 * (NUM_SIZE_CLASSES + 1);
export const C_LARGE_BYTES = C_TINY_ALLOCS + 2;
export const C_LARGE_FREED = C_LARGE_BYTES + 2;
export const CACHE_WORDS = 432;

/** An arena's record: pages obtained, pages in use (spans and metadata), two spare words. */
export const A_PAGES = 0;
export const A_INUSE = 1;
export const ARENA_WORDS = 4;
/** 64 MiB, as on 64-bit Go. */
const ARENA_PAGES_MAX = (64 * 2 ** 20) / PAGE_SIZE;
/** 4 MiB: the least the heap grows by, as Go's page heap does. */
const GROW_PAGES_MAX = 512;

/** Word indexes of the tables; a pure function of the number of pages and shards. */
export interface Layout {
  readonly pages: number;
  readonly shards: number;
  readonly caches: number;
  readonly pageMap: number;
  readonly tree: number;
  /** Leaves of the tree, a power of two. */
  readonly leaves: number;
  readonly freeBits: number;
  readonly zeroBits: number;
  readonly arenas: number;
  /** Byte address, as the contract has it. */
  readonly pointerBits: number;
  readonly firstPage: number;
  readonly growUnit: number;
  readonly arenaPages: number;
  readonly chunkPages: number;
}

const align = (n: number, unit: number): number => Math.ceil(n / unit) * unit;

/** Lays out a memory of `byteLength` bytes. */
export function layoutOf(byteLength: number, shards: number): Layout {
  const pages = Math.floor(byteLength / PAGE_SIZE);
  const bitWords = align(Math.ceil(pages / 32), 2);
  let leaves = 1;
  while (leaves * 32 < pages) leaves *= 2;
  let arenaPages = ARENA_PAGES_MAX;
  while (arenaPages > 128 && arenaPages * 4 > pages) arenaPages /= 2;
  const caches = PAGE_SIZE / 4;
  const pageMap = caches + shards * CACHE_WORDS;
  const tree = align(pageMap + pages, 16);
  const freeBits = align(tree + leaves * 2 * 3, 16);
  const zeroBits = freeBits + bitWords;
  const arenas = zeroBits + bitWords;
  const pointerBits = align(arenas + Math.ceil(pages / arenaPages) * ARENA_WORDS, 16) * 4;
  const firstPage = Math.ceil((pointerBits + pages * (PAGE_SIZE / 32)) / PAGE_SIZE);
  if (firstPage + 2 > pages) {
    throw badMemory(
      `${byteLength} bytes do not hold the tables of ${shards} shards and two pages of heap`,
    );
  }
  const growUnit = Math.max(1, Math.min(GROW_PAGES_MAX, pages >>> 4));
  const chunkPages = Math.max(1, Math.min(8, pages >>> 10));
  return {
    pages,
    shards,
    caches,
    pageMap,
    tree,
    leaves,
    freeBits,
    zeroBits,
    arenas,
    pointerBits,
    firstPage,
    growUnit,
    arenaPages,
    chunkPages,
  };
}

/** Whether `memory` holds an allocator already, and which. 0 if it holds none. */
export const kindOf = (memory: Memory): number =>
  memory.i32[H_MAGIC] === MAGIC ? memory.i32[H_KIND]! : 0;
