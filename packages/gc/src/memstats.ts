/**
 * `readMemStats`: Go's `runtime.MemStats`, field by field, in Go's units.
 *
 * Invariants (Go's own)
 *  1. heapIdle + heapInuse = heapSys; sys = the sum of the fields that end in Sys; heapObjects = mallocs - frees.
 *  2. pauseNs and pauseEnd are rings of 256: cycle n is at (n + 255) % 256; unused entries are 0.
 *  3. lastGC = pauseEnd[(numGC + 255) % 256].
 *
 * Times are nanoseconds as numbers, moments since 1970 as in Go; of a heap with a `now` of its own they are moments of that clock.
 */
import type { SizeStats } from "@gort/alloc";
import { PAUSES } from "./ledger.ts";
import { insideOf } from "./walk.ts";

/** Go's `runtime.MemStats`. Sizes in bytes, times in nanoseconds. */
export interface GoMemStats {
  /** Bytes of objects that are live or not swept yet; the same as `heapAlloc`. */
  readonly alloc: number;
  /** Bytes allocated for objects so far; never goes down. */
  readonly totalAlloc: number;
  /** Bytes taken from the address space for everything. */
  readonly sys: number;
  /** Always 0, as in Go. */
  readonly lookups: number;
  /** Objects allocated so far. */
  readonly mallocs: number;
  /** Objects freed so far. */
  readonly frees: number;
  /** Bytes of objects that are live or not swept yet. */
  readonly heapAlloc: number;
  /** Bytes of address space taken for the heap. */
  readonly heapSys: number;
  /** Bytes of spans without objects. */
  readonly heapIdle: number;
  /** Bytes of spans with objects. */
  readonly heapInuse: number;
  /** Bytes of idle spans that were given back. */
  readonly heapReleased: number;
  /** Objects that are live or not swept yet. */
  readonly heapObjects: number;
  /** Root stacks; they lie in pages of the heap, so they are not counted in `stackSys`. */
  readonly stackInuse: number;
  /** Always 0: root stacks lie in pages of the heap. */
  readonly stackSys: number;
  /** Bytes of span records in use. */
  readonly mspanInuse: number;
  /** Bytes taken for span records. */
  readonly mspanSys: number;
  /** Bytes of cache records in use. */
  readonly mcacheInuse: number;
  /** Bytes taken for cache records. */
  readonly mcacheSys: number;
  /** Always 0: profiles are kept outside of the memory. */
  readonly buckHashSys: number;
  /** Bytes of the collector's own metadata. */
  readonly gcSys: number;
  /** Bytes of everything else. */
  readonly otherSys: number;
  /** Heap size that the next cycle aims at, bytes. */
  readonly nextGC: number;
  /** End of the last cycle, nanoseconds since 1970 (or on the clock that the heap was given as `now`); 0 before the first. */
  readonly lastGC: number;
  /** All stops so far, nanoseconds. */
  readonly pauseTotalNs: number;
  /** The latest stops as Go's ring of 256 has them, nanoseconds. */
  readonly pauseNs: readonly number[];
  /** When these stops ended, in the same places of the ring; nanoseconds as `lastGC`. */
  readonly pauseEnd: readonly number[];
  /** Cycles finished. */
  readonly numGC: number;
  /** Cycles that the program asked for. */
  readonly numForcedGC: number;
  /** Share of the time since the heap was made that was spent collecting, 0 to 1. */
  readonly gcCPUFraction: number;
  /** Always true, as in Go. */
  readonly enableGC: boolean;
  /** Always false, as in Go. */
  readonly debugGC: boolean;
  /** 61 entries, as in Go: the size classes up to 18,432 bytes, entry 0 for none. */
  readonly bySize: readonly SizeStats[];
}

const BY_SIZE = 61;
const ns = (ms: number): number => Math.round(ms * 1e6);

/**
 * Go's `runtime.ReadMemStats`, a snapshot. O(spans + shards * size classes) on the default allocator.
 *
 * @throws GcArgumentError for what is no heap of this package; AllocError `BAD_MEMORY` if its buffer is gone
 *
 * @example
 * ```ts
 * import { createHeap, readMemStats } from "@gort/gc";
 *
 * const heap = createHeap({ reserve: 2 ** 24 });
 * heap.collect();
 * const m = readMemStats(heap);
 * m.numForcedGC; // => 1
 * m.lastGC === m.pauseEnd[(m.numGC + 255) % 256]; // => true
 * ```
 */
export function readMemStats(heap: object): GoMemStats {
  const h = insideOf(heap, "readMemStats");
  const s = h.allocator.stats();
  const { ledger } = h;
  return {
    alloc: s.alloc,
    totalAlloc: s.totalAlloc,
    sys: s.sys,
    lookups: 0,
    mallocs: s.mallocs,
    frees: s.frees,
    heapAlloc: s.heapAlloc,
    heapSys: s.heapSys,
    heapIdle: s.heapIdle,
    heapInuse: s.heapInuse,
    heapReleased: s.heapReleased,
    heapObjects: s.heapObjects,
    stackInuse: h.stackBytes,
    stackSys: 0,
    mspanInuse: s.mspanInuse,
    mspanSys: s.mspanSys,
    mcacheInuse: s.mcacheInuse,
    mcacheSys: s.mcacheSys,
    buckHashSys: 0,
    gcSys: s.gcSys,
    otherSys: s.otherSys,
    nextGC: h.pacer.goal,
    lastGC: ns(ledger.ends[(ledger.numGC + PAUSES - 1) % PAUSES]!),
    pauseTotalNs: ledger.pauseTotalNs,
    pauseNs: Array.from(ledger.pauses, ns),
    pauseEnd: Array.from(ledger.ends, ns),
    numGC: ledger.numGC,
    numForcedGC: ledger.numForcedGC,
    gcCPUFraction: ledger.fraction(h.now()),
    enableGC: true,
    debugGC: false,
    bySize: s.bySize.slice(0, BY_SIZE),
  };
}
