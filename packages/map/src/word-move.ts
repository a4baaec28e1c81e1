/**
 * Evacuation for the maps of `word-map.ts`: moves a chain of buckets word by word.
 *
 * Invariants
 *  1. All that is needed is allocated before the first entry moves, as in `heap-chain.ts`.
 *  2. Which half an entry goes to is computed with, never branched on: it is as good as random.
 */
import type { Ptr } from "./api.ts";
import { H_BUCKETS, H_FLAGS, H_HASH0, H_MOVES, H_OLD, H_VERSION } from "./heap-words.ts";
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
): void {
  const { h, i32, u32 } = t;
  const seed = i32[h + H_HASH0]!;
  const same = (i32[h + H_FLAGS]! & SAME_SIZE_GROW) !== 0;
  const { oldB } = t;
  const buckets = u32[h + H_BUCKETS]!;
  const bit = same ? 0 : 1 << oldB;
  const from = t.touch(u32[h + H_OLD]!, index);
  const x = t.touch(buckets, index) >>> 2;
  const y = same ? x : t.touch(buckets, index + bit) >>> 2;
  let chain = 0;
  for (let b = t.link(from); b !== 0; b = t.link(b)) chain++;
  if (chain > 0) t.reserve(chain);
  i32[h + H_VERSION]!++;
  i32[h + H_MOVES]!++;
  // `used` counts the slots of both halves, sixteen bits each.
  const apart = (y - x) | 0;
  const mask = same ? 0 : 1;
  let used = 0;
  for (let w = from >>> 2; w !== 0; w = i32[(w + 2) | 0]! >>> 2) {
    let marks = 0;
    for (let i = 0; i < SLOTS; i++) {
      const shift = (i & 3) << 3;
      const top = (i32[(w + (i >>> 2)) | 0]! >>> shift) & 0xff;
      let mark = EVACUATED_EMPTY;
      if (top > EMPTY_ONE) {
        const key = i32[(w + keys + i) | 0]!;
        const half = (mix(key ^ seed) >>> oldB) & mask;
        const slot = (used >>> (half << 4)) & 0xffff;
        let to = (x + Math.imul(apart, half)) | 0;
        if (slot >= SLOTS) to = overflowOf(t, (to << 2) >>> 0, slot) >>> 2;
        const s = slot & (SLOTS - 1);
        i32[(to + (s >>> 2)) | 0]! |= top << (s << 3);
        i32[(to + keys + s) | 0] = key;
        const d = (to + values + Math.imul(s, valueWords)) | 0;
        const v = (w + values + Math.imul(i, valueWords)) | 0;
        for (let j = 0; j < valueWords; j++) i32[(d + j) | 0] = i32[(v + j) | 0]!;
        used += 1 << (half << 4);
        mark = EVACUATED_X + half;
      }
      marks |= mark << shift;
      if ((i & 3) === 3) {
        i32[(w + (i >>> 2)) | 0] = marks;
        marks = 0;
      }
    }
  }
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
