/**
 * Counting objects without counting in the fast paths: spans are settled when they change hands.
 *
 * Invariants
 *  1. Alloc writes no counter; a free lowers S_COUNT, once it reaches the span (magazine.ts counts those that did not). Settling a
 *     span moves what has happened since into the counters of the shard that caches it, or of shard 0: frees are
 *     S_SETTLED - S_COUNT, allocations what the free bits show beyond S_COUNT.
 *  2. A settled span has S_COUNT = S_SETTLED = its allocated objects.
 *  3. Only a cached span can have unsettled allocations; frees can be unsettled anywhere.
 */
import type { Core } from "./core.ts";
import { countFree } from "./span.ts";
import {
  C_FREES,
  C_MALLOCS,
  CACHE_WORDS,
  S_COUNT,
  S_INFO,
  S_OBJECTS,
  S_SETTLED,
  SPC_MASK,
} from "./words.ts";

/** Words of shard `shard`'s cache. */
export const cacheOf = (c: Core, shard: number): number => c.caches + shard * CACHE_WORDS;

/** Adds to an f64 counter of a shard. */
export function addCounter(c: Core, shard: number, field: number, n: number): void {
  const i = (cacheOf(c, shard) + field) >>> 1;
  c.f64[i] = c.f64[i]! + n;
}

/** Counts the frees of a span that is in no cache. */
export function settleFrees(c: Core, s: number): void {
  const i32 = c.i32;
  const frees = i32[s + S_SETTLED]! - i32[s + S_COUNT]!;
  if (frees === 0) return;
  i32[s + S_SETTLED] = i32[s + S_COUNT]!;
  addCounter(c, 0, C_FREES + (i32[s + S_INFO]! & SPC_MASK & -2), frees);
}

/** Counts frees and allocations of a span that `shard` caches. */
export function settle(c: Core, shard: number, s: number): void {
  settleTo(c, shard, s, c.i32[s + S_OBJECTS]! - countFree(c, s));
}

/** The same where the number of allocated objects is known. */
export function settleTo(c: Core, shard: number, s: number, count: number): void {
  const i32 = c.i32;
  const before = i32[s + S_COUNT]!;
  const fresh = count - before;
  const frees = i32[s + S_SETTLED]! - before;
  i32[s + S_COUNT] = count;
  i32[s + S_SETTLED] = count;
  const field = i32[s + S_INFO]! & SPC_MASK & -2;
  if (fresh !== 0) addCounter(c, shard, C_MALLOCS + field, fresh);
  if (frees !== 0) addCounter(c, shard, C_FREES + field, frees);
}

/** Takes back that `n` objects of a span were counted as allocated, though nobody had them. */
export function uncount(c: Core, s: number, n: number): void {
  const i32 = c.i32;
  i32[s + S_COUNT] = i32[s + S_COUNT]! - n;
  i32[s + S_SETTLED] = i32[s + S_SETTLED]! - n;
  addCounter(c, 0, C_MALLOCS + (i32[s + S_INFO]! & SPC_MASK & -2), -n);
}
