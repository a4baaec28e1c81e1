/**
 * Statistics with the names of Go's MemStats, derived from the shards' counters and the page heap.
 *
 * Invariants (Go's own, and exact here at every moment)
 *  1. heapIdle + heapInuse = heapSys; heapObjects = mallocs - frees; sys is the sum of the *Sys fields.
 *  2. totalAlloc and heapAlloc count size classes, not requests.
 *  3. Every tiny object counts as a malloc; those packed into a block begun before also count as freed, so that
 *     heapObjects counts blocks.
 */
import type { AllocStats, SizeStats } from "./api.ts";
import { forEachCached } from "./cache.ts";
import type { Core } from "./core.ts";
import { cacheOf, settle, settleFrees } from "./counters.ts";
import { forEachMagazine, settleMagazine } from "./magazine.ts";
import { classSize, NUM_SIZE_CLASSES } from "./size-classes.ts";
import { forEachSpan } from "./walk.ts";
import {
  C_FREES,
  C_LARGE_BYTES,
  C_LARGE_FREED,
  C_MALLOCS,
  C_TINY_ALLOCS,
  H_FRONTIER,
  H_LIMIT,
  H_PAGES_INUSE,
  H_PAGES_ZERO,
  H_PERSISTENT_PAGES,
  H_RECORD_WORDS,
  M_COUNT,
  OWNER_SHIFT,
  PAGE_SIZE,
  S_INFO,
  TINY_CLASS,
} from "./words.ts";

/** Rows of Go's `MemStats.BySize`, which has not grown with the number of classes. */
export const BY_SIZE_ROWS = 61;

/** Settles every span, so that all counters are exact. */
export function settleAll(c: Core): void {
  forEachMagazine(c, (m, shard, spc) => settleMagazine(c, m, shard, spc));
  forEachCached(c, (shard, s) => settle(c, shard, s));
  forEachSpan(c, (s) => {
    if (c.i32[s + S_INFO]! >>> OWNER_SHIFT === 0) settleFrees(c, s);
  });
}

/** Objects in magazines by size class, the tiny blocks last; each has been counted as allocated once too often. */
function inMagazines(c: Core): number[] {
  const n = Array.from({ length: TINY_CLASS + 1 }, () => 0);
  forEachMagazine(c, (m, _shard, spc) => {
    n[spc >>> 1]! += c.i32[m]! & M_COUNT;
  });
  return n;
}

/** Sums an f64 counter over all shards. */
function sum(c: Core, field: number): number {
  let n = 0;
  for (let shard = 0; shard < c.shards; shard++) n += c.f64[(cacheOf(c, shard) + field) >>> 1]!;
  return n;
}

/** A snapshot. O(spans + shards * classes). */
export function readStats(c: Core): AllocStats {
  c.onCount?.();
  settleAll(c);
  const i32 = c.i32;
  const bySize: SizeStats[] = [{ size: 0, mallocs: 0, frees: 0 }];
  const largeBytes = sum(c, C_LARGE_BYTES);
  let totalAlloc = largeBytes;
  let freed = sum(c, C_LARGE_FREED);
  let mallocs = sum(c, C_MALLOCS);
  let frees = sum(c, C_FREES);
  const kept = inMagazines(c);
  for (let k = 1; k < NUM_SIZE_CLASSES; k++) {
    const size = classSize[k]!;
    let m = sum(c, C_MALLOCS + 2 * k) - kept[k]!;
    let f = sum(c, C_FREES + 2 * k);
    if (k === 2) {
      // Tiny blocks are objects of 16 bytes.
      m += sum(c, C_MALLOCS + 2 * TINY_CLASS) - kept[TINY_CLASS]!;
      f += sum(c, C_FREES + 2 * TINY_CLASS);
    }
    mallocs += m;
    frees += f;
    totalAlloc += m * size;
    freed += f * size;
    if (k < BY_SIZE_ROWS) bySize.push({ size, mallocs: m, frees: f });
  }
  const tiny = sum(c, C_TINY_ALLOCS);
  const metadata = i32[H_PERSISTENT_PAGES]!;
  const heapSys = (i32[H_FRONTIER]! - c.firstPage - metadata) * PAGE_SIZE;
  const heapInuse = i32[H_PAGES_INUSE]! * PAGE_SIZE;
  const mspanInuse = i32[H_RECORD_WORDS]! * 4;
  const mcacheInuse = (c.pageMap - c.caches) * 4;
  const gcSys = Math.ceil((c.pages * PAGE_SIZE) / 32);
  const otherSys = c.firstPage * PAGE_SIZE - gcSys - mcacheInuse;
  const mspanSys = (metadata + c.pages - i32[H_LIMIT]!) * PAGE_SIZE;
  return {
    alloc: totalAlloc - freed,
    heapAlloc: totalAlloc - freed,
    totalAlloc,
    sys: heapSys + mspanSys + mcacheInuse + gcSys + otherSys,
    lookups: 0,
    mallocs: mallocs + tiny,
    frees: frees + tiny,
    heapObjects: mallocs - frees,
    heapSys,
    heapIdle: heapSys - heapInuse,
    heapInuse,
    heapReleased: i32[H_PAGES_ZERO]! * PAGE_SIZE,
    mspanInuse,
    mspanSys,
    mcacheInuse,
    mcacheSys: mcacheInuse,
    gcSys,
    otherSys,
    bySize,
  };
}
