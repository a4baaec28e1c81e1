/**
 * Evacuation for the maps of `word-map.ts`: moves a chain of buckets word by word.
 *
 * Invariants
 *  1. All that is needed is allocated before the first entry moves, as in `heap-chain.ts`.
 *  2. Which half an entry goes to is computed with, never branched on: it is as good as random.
 */
import type { Ptr } from "./api.ts";
import { H_B, H_BUCKETS, H_FLAGS, H_HASH0, H_MOVES, H_VERSION } from "./heap-words.ts";
import type { HeapTable } from "./heap-table.ts";
import { mix } from "./hash.ts";
import { EMPTY_ONE, EVACUATED_EMPTY, EVACUATED_X, SAME_SIZE_GROW, SLOTS } from "./rules.ts";

/** Moves old chain `index`; where keys and values lie in a bucket, and how long a value is, in words. */
export function moveWords(
  t: HeapTable,
  index: number,
  keys: number,
  values: number,
  valueWords: number,
  f64: Float64Array | null,
): void {
  const { h, i32, u32, u8 } = t;
  const seed = i32[h + H_HASH0]!;
  const same = (i32[h + H_FLAGS]! & SAME_SIZE_GROW) !== 0;
  const oldB = i32[h + H_B]! - (same ? 0 : 1);
  const buckets = u32[h + H_BUCKETS]!;
  const from = t.oldBucket(index) >>> 2;
  if (from === 0) return;
  const x = t.touch(buckets, index) >>> 2;
  const y = same ? x : t.touch(buckets, index + (1 << oldB)) >>> 2;
  if (i32[(from + 2) | 0] !== 0) t.reserve(chainLength(i32, from));
  i32[h + H_VERSION]!++;
  i32[h + H_MOVES]!++;
  // `used` counts the slots of both halves, sixteen bits each.
  const apart = (y - x) | 0;
  const mask = same ? 0 : 1;
  let used = 0;
  for (let w = from; w !== 0; w = i32[(w + 2) | 0]! >>> 2) {
    for (let q = 0; q < 2; q++) {
      const tops = i32[(w + q) | 0]!;
      let marks = 0;
      for (let j = 0; j < 32; j += 8) {
        const top = (tops >>> j) & 0xff;
        if (top <= EMPTY_ONE) {
          marks |= EVACUATED_EMPTY << j;
          continue;
        }
        const i = (q << 2) + (j >>> 3);
        const k = i32[(w + keys + i) | 0]!;
        const half = (mix(k ^ seed) >>> oldB) & mask;
        const slot = (used >>> (half << 4)) & 0xffff;
        used = (used + (1 << (half << 4))) | 0;
        let to = (x + Math.imul(apart, half)) | 0;
        if (slot >= SLOTS) to = overflowOf(t, (to << 2) >>> 0, slot) >>> 2;
        const s = slot & (SLOTS - 1);
        marks |= (EVACUATED_X + half) << j;
        u8[((to << 2) >>> 0) + s] = top;
        i32[(to + keys + s) | 0] = k;
        if (valueWords === 2 && f64 !== null) {
          f64[((to + values) >>> 1) + s] = f64[((w + values) >>> 1) + i]!;
        } else {
          const d = (to + values + Math.imul(s, valueWords)) | 0;
          const v = (w + values + Math.imul(i, valueWords)) | 0;
          for (let n = 0; n < valueWords; n++) i32[(d + n) | 0] = i32[(v + n) | 0]!;
        }
      }
      i32[(w + q) | 0] = marks;
    }
  }
}

/** How many buckets follow the first of a chain. */
function chainLength(i32: Int32Array, first: number): number {
  let n = 0;
  for (let w = i32[first + 2]! >>> 2; w !== 0; w = i32[w + 2]! >>> 2) n++;
  return n;
}

/** The bucket of the `slot`-th slot of a chain that is being filled; made when it is the first of its bucket. */
function overflowOf(t: HeapTable, head: Ptr, slot: number): Ptr {
  let b = head;
  for (let n = slot >>> 3; n > 0; n--) {
    const next = t.link(b);
    b = next === 0 ? t.extend(b) : next;
  }
  return b;
}
