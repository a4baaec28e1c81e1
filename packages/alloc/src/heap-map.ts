/**
 * A picture of the heap for tools: which pages belong to what, and how full the spans are.
 *
 * Invariants
 *  1. The regions follow each other from the first page of the heap to the frontier, without gap or overlap.
 *  2. Taking the map changes nothing. It is a snapshot of plain values, ready for JSON or `postMessage`.
 */
import type { Allocator, Ptr, TracedAllocator } from "./api.ts";
import { Core, readHeader } from "./core.ts";
import { inMagazines } from "./magazine.ts";
import { memoryOf } from "./memory.ts";
import { addressOf, fromWord } from "./ptr.ts";
import { countFree } from "./span.ts";
import {
  H_FRONTIER,
  H_LIMIT,
  H_SWEEPGEN,
  KIND_TIERED,
  OWNER_SHIFT,
  PAGE_SIZE,
  S_BASE,
  S_INFO,
  S_OBJECTS,
  S_PAGES,
  S_SIZE,
  S_SWEEPGEN,
  SPC_MASK,
  TINY_SPC,
} from "./words.ts";

/** A run of pages that has one use. */
export type HeapRegion = SpanRegion | FreeRegion | MetadataRegion;

/** A span with its objects. */
export interface SpanRegion {
  /** Tells what the region is. */
  readonly kind: "span";
  /** Address of its first byte. */
  readonly start: Ptr;
  /** Its size. */
  readonly bytes: number;
  /** 1 to 67; 0 for a large object. */
  readonly sizeClass: number;
  /** Bytes of an object. */
  readonly size: number;
  /** Whether its objects hold no pointers. */
  readonly noscan: boolean;
  /** Whether the objects are 16-byte blocks shared by tiny ones. */
  readonly tiny: boolean;
  /** Objects that fit. */
  readonly objects: number;
  /** Objects that are allocated, swept or not. */
  readonly allocated: number;
  /** The shard that caches the span, or -1. */
  readonly shard: number;
  /** Whether the span still has to be swept. */
  readonly unswept: boolean;
}

/** Free pages. */
export interface FreeRegion {
  /** Tells what the region is. */
  readonly kind: "free";
  /** Address of its first byte. */
  readonly start: Ptr;
  /** Its size. */
  readonly bytes: number;
  /** Bytes of them known to be zero. */
  readonly zeroBytes: number;
}

/** Pages that hold span records and other metadata. */
export interface MetadataRegion {
  /** Tells what the region is. */
  readonly kind: "metadata";
  /** Address of its first byte. */
  readonly start: Ptr;
  /** Its size. */
  readonly bytes: number;
}

/** What {@link heapMap} gives. */
export interface HeapMap {
  /** Address of the first page of the heap; below lie header and tables. */
  readonly start: Ptr;
  /** Address after the last page obtained so far. */
  readonly end: Ptr;
  /** Bytes of the reservation. */
  readonly limit: number;
  /** Address from which span records and other metadata lie, up to `limit`. */
  readonly metadataStart: Ptr;
  /** All regions, by address, without a gap. */
  readonly regions: readonly HeapRegion[];
}

/**
 * Maps the heap of a default allocator. O(pages).
 * @throws AllocError `BAD_MEMORY` if another kind of allocator lies in the memory, `BAD_ARGUMENT` for what has no memory.
 *
 * @example
 * ```ts
 * import { createAllocator, createMemory, heapMap } from "@gort/alloc";
 *
 * const heap = createAllocator(createMemory({ reserve: 2 ** 20 }));
 * heap.alloc(100);
 * const span = heapMap(heap).regions.find((r) => r.kind === "span");
 * span?.kind === "span" && span.size; // => 112
 * span?.kind === "span" && span.allocated; // => 1
 * ```
 */
export function heapMap(allocator: Pick<Allocator, "memory">): HeapMap {
  const memory = memoryOf(allocator, "heapMap");
  (allocator as Partial<TracedAllocator>).runs?.onCount?.();
  const c = new Core(memory, readHeader(memory, KIND_TIERED));
  const frontier = c.i32[H_FRONTIER]!;
  const metadataStart = c.i32[H_LIMIT]! * PAGE_SIZE;
  const regions: HeapRegion[] = [];
  const kept = inMagazines(c);
  for (let page = c.firstPage; page < frontier;) {
    const region = regionAt(c, page, frontier, kept);
    regions.push(region);
    page += region.bytes / PAGE_SIZE;
  }
  return {
    start: addressOf(c.firstPage),
    end: frontier * PAGE_SIZE,
    limit: c.pages * PAGE_SIZE,
    metadataStart,
    regions,
  };
}

const bitAt = (c: Core, bits: number, page: number): number =>
  (c.i32[bits + (page >>> 5)]! >>> (page & 31)) & 1;

function regionAt(
  c: Core,
  page: number,
  frontier: number,
  kept: ReadonlyMap<number, number>,
): HeapRegion {
  const s = c.i32[c.pageMap + page]!;
  if (s !== 0) return spanRegion(c, s, kept.get(s) ?? 0);
  const free = bitAt(c, c.freeBits, page);
  const start = addressOf(page);
  let zero = 0;
  let end = page;
  while (end < frontier && c.i32[c.pageMap + end] === 0 && bitAt(c, c.freeBits, end) === free) {
    zero += bitAt(c, c.zeroBits, end);
    end++;
  }
  const bytes = (end - page) * PAGE_SIZE;
  return free === 1
    ? { kind: "free", start, bytes, zeroBytes: zero * PAGE_SIZE }
    : { kind: "metadata", start, bytes };
}

function spanRegion(c: Core, s: number, kept: number): SpanRegion {
  const i32 = c.i32;
  const info = i32[s + S_INFO]!;
  const spc = info & SPC_MASK;
  const objects = i32[s + S_OBJECTS]!;
  return {
    kind: "span",
    start: fromWord(i32[s + S_BASE]!),
    bytes: i32[s + S_PAGES]! * PAGE_SIZE,
    sizeClass: spc === TINY_SPC ? 2 : spc >>> 1,
    size: fromWord(i32[s + S_SIZE]!),
    noscan: (spc & 1) === 1,
    tiny: spc === TINY_SPC,
    objects,
    allocated: objects - countFree(c, s) - kept,
    shard: (info >>> OWNER_SHIFT) - 1,
    unswept: i32[s + S_SWEEPGEN] === i32[H_SWEEPGEN]! - 2,
  };
}
