/**
 * Where everything lies in the memory. All indexes are of 32-bit words unless a name says otherwise.
 *
 *     page 0          header words, zero-size object, central lists, the collector's words
 *     then            one cache per shard
 *                     magazines       per shard and span class: a word of state; 2^k slots (magazine.ts)
 *                     page map        1 word per page: the span record of the page, or 0
 *                     kinds           1 byte per page: the span class, if its objects go to magazines, or 0
 *                     page summaries  3 words per node of a binary tree over 32-page leaves
 *                     free bits       1 bit per page of the page heap: the page is free
 *                     zero bits       1 bit per page: a free page known to hold only zeros
 *                     arena table     4 words per arena
 *                     start bits      1 bit per 8 bytes: an object is allocated there (where there are magazines)
 *                     pointer bits    1 bit per word of the whole memory, for a collector
 *     firstPage …     the heap, growing upwards
 *     … end           span records and other metadata, growing downwards
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
import {
  ARENA_WORDS,
  CACHE_WORDS,
  FIRST_TABLE,
  H_KIND,
  H_MAGIC,
  MAGIC,
  NUM_SPC,
  PAGE_SIZE,
} from "./words.ts";

/** 64 MiB, as on 64-bit Go. */
const ARENA_PAGES_MAX = (64 * 2 ** 20) / PAGE_SIZE;
/** 4 MiB: the least the heap grows by, as Go's page heap does. */
const GROW_PAGES_MAX = 512;

/** Word indexes of the tables; a pure function of the number of pages and shards. */
export interface Layout {
  readonly pages: number;
  readonly shards: number;
  readonly caches: number;
  readonly states: number;
  readonly magazines: number;
  /** log2 of the slots of a magazine. */
  readonly magazineShift: number;
  /** Byte address. */
  readonly kinds: number;
  readonly starts: number;
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
  const caches = FIRST_TABLE;
  const states = caches + shards * CACHE_WORDS;
  const magazines = align(states + shards * NUM_SPC, 16);
  // 64 objects a magazine from 128 MiB on, 32 from 32 MiB, 8 from 4 MiB, else 2.
  const magazineShift = pages >= 16384 ? 6 : pages >= 4096 ? 5 : pages >= 512 ? 3 : 1;
  const pageMap = align(magazines + ((shards * NUM_SPC) << magazineShift), 16);
  const kinds = align(pageMap + pages, 16) * 4;
  const tree = align(kinds / 4 + Math.ceil(pages / 4), 16);
  const freeBits = align(tree + leaves * 2 * 3, 16);
  const zeroBits = freeBits + bitWords;
  const arenas = zeroBits + bitWords;
  const starts = align(arenas + Math.ceil(pages / arenaPages) * ARENA_WORDS, 16);
  const pointerBits = (starts + pages * (PAGE_SIZE / 256)) * 4;
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
    states,
    magazines,
    magazineShift,
    kinds,
    starts,
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
