/**
 * Magazines: per shard and span class the objects freed last, to be allocated first.
 *
 *     state   64 slots                              start bits   1 per 8 bytes, 1 = an allocated object begins here
 *     ┌─────┐ ┌────────┬────────┬────────┬─ ─ ─     ┌─────────────────────────────────┐
 *     │ n,… │ │ object │ object │ object │           │ 1 0 0 0 0 0 1 0 0 0 0 0 0 0 … │
 *     └─────┘ └────────┴────────┴────────┴─ ─ ─     └─────────────────────────────────┘
 *
 * Invariants
 *  1. A page whose kind is not 0 belongs to a span of that class, and a start bit in it is set exactly for an allocated
 *     object. So one bit tells a free of anything else: free, in a magazine, interior, foreign.
 *  2. Its span counts an object in a magazine as allocated. It joins its span's free objects when the magazine is full
 *     (the older half does), when memory is short, and on `trim`.
 *  3. The state counts frees into the magazine; settled, each is one free and one allocation more. An object in the
 *     magazine has so been counted as allocated once too often, until it leaves for its span (see stats.ts).
 *  4. Once a collector has begun to work (H_COLLECTED) all magazines are empty and shut, and all kinds are 0, for good: it
 *     frees by sweeping, span by span. Nor do objects above 8 KiB go to magazines.
 *  5. Of tiny objects whole blocks go to magazines, once they are empty. Their pages have kind 0: what tells a free of them
 *     is in tiny.ts.
 *
 * Why: what was freed last is in the processor's caches; what a span's bitmap would give next is not. Nor does a span
 * that loses one object enter the list of partial spans, to leave it at the next allocation. The check of a free needs
 * neither the span's record nor a division. It costs 1/64 of the memory in use. tcmalloc and mimalloc have such lists too.
 * Why 64: where sizes are mixed, a magazine's fill is a random walk, and objects go to their spans and come back one by one at a
 * rate of one by its size: of 32 that was 3.5 % of the operations (a tenth to a seventh of their time, each being a miss of the cache
 * and of the branch predictor), of 64 it is 1.5 %, and of 128, 0.6 %, was not measurably faster.
 * Rejected: a list linked through the free objects, which a write after free tears; marking the object in its span's
 * record instead of start bits (a pair took twice the time: record, divisor and index must be known before the bit is); start
 * bits as far apart as the objects of a class may begin (a quarter of the cache lines, and no faster with 10^5 objects, a seventh
 * slower with 10^3: the miss for the bit runs beside that for the object itself, and finding the bit takes two more loads).
 *
 * What a pair costs depends on how many allocators a process has: of a single one V8 takes views and tables for
 * constants, and the pair is 6 to 8 ns; of several it loads them each time, and it is 23. Rejected: the two paths in WebAssembly
 * (a call costs 5 to 6 ns with one instance, 15 to 20 with several); closures over the tables instead of fields (the same);
 * unsigned indexes (V8 then checks every sum for overflow and sign, where `| 0` needs nothing).
 *
 * A start word covers 256 bytes, which with several threads several shards may write. Until that is done with Atomics,
 * magazines are for one thread: shut, they are out of the way.
 */
import type { Ptr } from "./api.ts";
import { forEachCached, freeToSpan } from "./cache.ts";
import type { Core } from "./core.ts";
import { addCounter } from "./counters.ts";
import { fromWord, pageOf } from "./ptr.ts";
import { objectIndex } from "./size-classes.ts";
import {
  C_FREES,
  C_MALLOCS,
  E_SLOW,
  H_COLLECTED,
  H_FRONTIER,
  M_COUNT,
  M_FREE,
  M_OPEN,
  M_SHUT,
  NUM_SPC,
  S_BASE,
  S_BITS,
  S_DIV,
  STARTS,
} from "./words.ts";

/** First slot of the magazine whose state is at `m`. */
export const slotsOf = (c: Core, m: number): number =>
  c.magazines + ((m - c.states) << c.magazineShift);

/** Makes all magazines empty and shut. */
export function initMagazines(c: Core): void {
  c.i32.fill(M_SHUT, c.states, c.states + c.shards * NUM_SPC);
}

/** Calls `visit` with the state's word for every magazine that is open. */
export function forEachMagazine(
  c: Core,
  visit: (m: number, shard: number, spc: number) => void,
): void {
  for (let shard = 0, m = c.states; shard < c.shards; shard++)
    for (let spc = 0; spc < NUM_SPC; spc++, m++) if (c.i32[m] !== M_SHUT) visit(m, shard, spc);
}

/** Frees into a magazine that have not been settled. The sign is lost when their count runs over. */
export function unsettledFrees(state: number): number {
  return state === M_SHUT ? 0 : state < 0 ? (state - M_OPEN) >>> 7 : 2 ** 24;
}

/** Objects in magazines, by the record of their span. */
export function inMagazines(c: Core): Map<number, number> {
  const bySpan = new Map<number, number>();
  forEachMagazine(c, (m) => {
    const slots = slotsOf(c, m);
    for (let at = slots; at < slots + (c.i32[m]! & M_COUNT); at++) {
      const s = c.i32[c.pageMap + pageOf(fromWord(c.i32[at]!))]!;
      bySpan.set(s, (bySpan.get(s) ?? 0) + 1);
    }
  });
  return bySpan;
}

/** Counts the frees of an open magazine. */
export function settleMagazine(c: Core, m: number, shard: number, spc: number): void {
  const state = c.i32[m]!;
  const n = unsettledFrees(state);
  if (n === 0) return;
  c.i32[m] = M_OPEN | (state & M_COUNT);
  count(c, shard, spc, n);
}

function count(c: Core, shard: number, spc: number, n: number): void {
  addCounter(c, shard, C_FREES + (spc & -2), n);
  addCounter(c, shard, C_MALLOCS + (spc & -2), n);
}

/** Moves the `n` objects that have been in an open, settled magazine longest to their spans. */
function unload(c: Core, m: number, shard: number, spc: number, n: number): void {
  const i32 = c.i32;
  const slots = slotsOf(c, m);
  for (let at = slots; at < slots + n; at++) {
    const p = fromWord(i32[at]!);
    const s = i32[c.pageMap + pageOf(p)]!;
    const index = objectIndex(p - fromWord(i32[s + S_BASE]!), i32[s + S_DIV]!);
    freeToSpan(c, s, s + S_BITS + (index >>> 5), 1 << (index & 31));
  }
  i32.copyWithin(slots, slots + n, slots + (i32[m]! & M_COUNT));
  i32[m] = i32[m]! - n;
  count(c, shard, spc, -n);
}

/** Makes room for one object in the magazine of a class that has one. */
export function makeRoom(c: Core, shard: number, spc: number): void {
  const i32 = c.i32;
  const m = c.states + shard * NUM_SPC + spc;
  if (i32[m] === M_SHUT) i32[m] = M_OPEN;
  settleMagazine(c, m, shard, spc);
  const slots = 1 << c.magazineShift;
  if ((i32[m]! & M_COUNT) === slots) unload(c, m, shard, spc, slots >>> 1);
}

/** Puts an object into the magazine of its class, after whatever tells a free has been seen to. */
export function keep(c: Core, shard: number, spc: number, p: Ptr): void {
  const i32 = c.i32;
  const m = c.states + shard * NUM_SPC + spc;
  const room = M_OPEN | (1 << c.magazineShift);
  if ((i32[m]! & room) >= room) makeRoom(c, shard, spc);
  const state = i32[m]!;
  i32[m] = state + (M_FREE + 1);
  i32[slotsOf(c, m) + (state & M_COUNT)] = p;
}

/** Takes the object that was put into a magazine last; 0 if it is empty. */
export function takeKept(c: Core, shard: number, spc: number): Ptr {
  const i32 = c.i32;
  const m = c.states + shard * NUM_SPC + spc;
  const state = i32[m]!;
  const n = state & M_COUNT;
  if (n === 0) return 0;
  i32[m] = state - 1;
  return fromWord(i32[slotsOf(c, m) + n - 1]!);
}

/** Empties and shuts all magazines. */
export function emptyMagazines(c: Core): void {
  forEachMagazine(c, (m, shard, spc) => {
    settleMagazine(c, m, shard, spc);
    unload(c, m, shard, spc, c.i32[m]! & M_COUNT);
    c.i32[m] = M_SHUT;
  });
}

/** A collector begins to work: from now on there are no magazines. */
export function beginCollecting(c: Core): void {
  const i32 = c.i32;
  if (i32[H_COLLECTED] !== 0) return;
  emptyMagazines(c);
  i32[H_COLLECTED] = 1;
  c.u8.fill(0, c.kinds + c.firstPage, c.kinds + i32[H_FRONTIER]!);
  forEachCached(c, (_shard, _s, entry) => {
    i32[entry + E_SLOW] = i32[entry + E_SLOW]! & ~STARTS;
  });
}
