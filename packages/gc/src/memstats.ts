/**
 * `readMemStats`: Go's `runtime.MemStats`, field by field, in Go's units.
 *
 * Invariants (Go's own)
 *  1. heapIdle + heapInuse = heapSys; sys = the sum of the fields that end in Sys; heapObjects = mallocs - frees.
 *  2. pauseNs and pauseEnd are rings of 256: cycle n is at (n + 255) % 256; unused entries are 0.
 *  3. lastGC = pauseEnd[(numGC + 255) % 256].
 *
 * Times are nanoseconds as numbers on the heap's own clock, which need not start in 1970.
 */
import type { SizeStats } from "@gort/alloc";
import { insideOf } from "./walk.ts";

/** Go's `runtime.MemStats`. Sizes in bytes, times in nanoseconds. */
export interface GoMemStats {
  readonly alloc: number;
  readonly totalAlloc: number;
  readonly sys: number;
  readonly lookups: number;
  readonly mallocs: number;
  readonly frees: number;
  readonly heapAlloc: number;
  readonly heapSys: number;
  readonly heapIdle: number;
  readonly heapInuse: number;
  readonly heapReleased: number;
  readonly heapObjects: number;
  /** Root stacks; they lie in pages of the heap, so they are not counted in `stackSys`. */
  readonly stackInuse: number;
  readonly stackSys: number;
  readonly mspanInuse: number;
  readonly mspanSys: number;
  readonly mcacheInuse: number;
  readonly mcacheSys: number;
  readonly buckHashSys: number;
  readonly gcSys: number;
  readonly otherSys: number;
  readonly nextGC: number;
  readonly lastGC: number;
  readonly pauseTotalNs: number;
  readonly pauseNs: readonly number[];
  readonly pauseEnd: readonly number[];
  readonly numGC: number;
  readonly numForcedGC: number;
  readonly gcCPUFraction: number;
  readonly enableGC: boolean;
  readonly debugGC: boolean;
  /** 61 entries, as in Go: the size classes up to 18,432 bytes, entry 0 for none. */
  readonly bySize: readonly SizeStats[];
}

const BY_SIZE = 61;
const ns = (ms: number): number => Math.round(ms * 1e6);

/**
 * Go's `runtime.ReadMemStats`. O(size classes).
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
  const h = insideOf(heap);
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
    lastGC: ns(ledger.lastGCMs),
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
