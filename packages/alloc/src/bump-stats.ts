/** Statistics of a bump allocator: the same names and sums as the default one's, by size class as it would count. */
import type { AllocStats } from "./api.ts";
import type { BumpLayout } from "./bump-layout.ts";
import { BY_SIZE_ROWS } from "./stats.ts";
import { classSize, NUM_SIZE_CLASSES } from "./size-classes.ts";
import {
  C_FREES,
  C_LARGE_BYTES,
  C_LARGE_FREED,
  C_MALLOCS,
  FIRST_TABLE,
  H_BUMP_DIRTY,
  H_BUMP_NEXT,
  H_BUMP_SYSTEM,
  PAGE_SIZE,
} from "./words.ts";

/** A snapshot. O(1). */
export function bumpStats(l: BumpLayout): AllocStats {
  const { i32, f64 } = l.memory;
  const counter = (field: number): number => f64[(FIRST_TABLE + field) >>> 1]!;
  const bySize = Array.from({ length: NUM_SIZE_CLASSES }, (_, k) => ({
    size: classSize[k]!,
    mallocs: k === 0 ? 0 : counter(C_MALLOCS + 2 * k),
    frees: k === 0 ? 0 : counter(C_FREES + 2 * k),
  }));
  const sum = (field: "mallocs" | "frees"): number => bySize.reduce((n, row) => n + row[field], 0);
  const mallocs = counter(C_MALLOCS) + sum("mallocs");
  const frees = counter(C_FREES) + sum("frees");
  const totalAlloc = counter(C_LARGE_BYTES);
  const alloc = totalAlloc - counter(C_LARGE_FREED);
  const next = i32[H_BUMP_NEXT]! >>> 0;
  const mspanSys = f64[H_BUMP_SYSTEM >>> 1]!;
  const heapInuse = next - l.first - mspanSys;
  const high = Math.max(next, i32[H_BUMP_DIRTY]! >>> 0);
  const heapSys = Math.ceil(high / PAGE_SIZE) * PAGE_SIZE - l.first - mspanSys;
  const gcSys = l.first - l.startBits * 4;
  const otherSys = l.startBits * 4;
  return {
    alloc,
    heapAlloc: alloc,
    totalAlloc,
    lookups: 0,
    mallocs,
    frees,
    heapObjects: mallocs - frees,
    heapSys,
    heapIdle: heapSys - heapInuse,
    heapInuse,
    heapReleased: 0,
    mspanInuse: mspanSys,
    mspanSys,
    mcacheInuse: 0,
    mcacheSys: 0,
    gcSys,
    otherSys,
    sys: heapSys + mspanSys + gcSys + otherSys,
    bySize: bySize.slice(0, BY_SIZE_ROWS),
  };
}
