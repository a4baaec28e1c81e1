/**
 * Evacuation for the maps of `word-map.ts`: moves two chains of buckets at a time, word by word.
 *
 * Invariants
 *  1. All that is needed is allocated before the first entry moves, as in `heap-chain.ts`.
 *  2. Which half an entry goes to is computed with, never branched on: it is as good as random. So is, in the first bucket of a
 *     chain, whether a slot holds an entry at all: an empty one is copied too, to a place that the next entry takes.
 *  3. What an old chain moves to is empty before.
 *
 * Why two at a time: they are neighbours in the old table, and so are the places that they move to; looking these up takes as
 * long as moving an entry or two.
 */
import type { Ptr } from "./api.ts";
import {
  H_B,
  H_BUCKETS,
  H_CHANGES,
  H_FLAGS,
  H_HASH0,
  H_MOVES,
  H_NEVACUATE,
  KEY_WORD,
} from "./heap-words.ts";
import type { HeapTable } from "./heap-table.ts";
import { mix } from "./hash.ts";
import {
  EMPTY_ONE,
  EMPTY_REST,
  EVACUATED_EMPTY,
  EVACUATED_X,
  SAME_SIZE_GROW,
  SLOTS,
} from "./rules.ts";

/** Where values lie in a bucket, how long one is, and how long a bucket is, in words. */
export interface Places {
  readonly bucketWords: number;
  readonly values: number;
  readonly valueWords: number;
  /** The memory as float64 if that is what values are. Other bits might not survive being read as one. */
  readonly f64: Float64Array | null;
}

/** Moves the next two old chains, or the only one. */
export function moveWords(t: HeapTable, p: Places): void {
  const { h, i32, u32 } = t;
  const index = u32[h + H_NEVACUATE]!;
  const same = (i32[h + H_FLAGS]! & SAME_SIZE_GROW) !== 0;
  const oldB = i32[h + H_B]! - (same ? 0 : 1);
  const chains = oldB === 0 ? 1 : 2;
  // Growth begins at bucket 0 and goes on by two: both of a pair are in one segment.
  const from = t.oldBucket(index) >>> 2;
  if (from !== 0) {
    const buckets = u32[h + H_BUCKETS]!;
    const x = t.touch(buckets, index) >>> 2;
    const y = same ? x : t.touch(buckets, index + (1 << oldB)) >>> 2;
    const next = chains === 2 ? (from + p.bucketWords) | 0 : 0;
    const behind = chainLength(i32, from) + (next === 0 ? 0 : chainLength(i32, next));
    if (behind !== 0) t.reserve(behind);
    i32[h + H_CHANGES]!++;
    i32[h + H_MOVES]!++;
    moveChain(t, p, from, x, y, oldB);
    if (next !== 0) moveChain(t, p, next, (x + p.bucketWords) | 0, (y + p.bucketWords) | 0, oldB);
  }
  t.advance(chains);
}

/** Moves one chain to the two chains, or the one, at `x` and `y`. */
function moveChain(t: HeapTable, p: Places, w: number, x: number, y: number, oldB: number): void {
  const { i32, u8 } = t;
  const { f64 } = p;
  const valueWords = p.valueWords | 0;
  const seed = i32[(t.h + H_HASH0) | 0]!;
  const { imul } = Math;
  const apart = (y - x) | 0;
  const fromKeys = (w + KEY_WORD) | 0;
  const toKeys = (x + KEY_WORD) | 0;
  const fromValues = (w + p.values) | 0;
  const toValues = (x + p.values) | 0;
  const mask = apart === 0 ? 0 : 1;
  // The slots taken in both halves, sixteen bits each.
  let used = 0;
  for (let q = 0; q < 2; q++) {
    let tops = i32[(w + q) | 0]!;
    let marks = 0;
    for (let j = 0; j < 4; j++) {
      const i = (q << 2) + j;
      const top = tops & 0xff;
      tops >>>= 8;
      const live = (EMPTY_ONE - top) >>> 31;
      const k = i32[(fromKeys + i) | 0]!;
      let hash = k ^ seed;
      hash = imul(hash ^ (hash >>> 16), 0x85ebca6b);
      hash = imul(hash ^ (hash >>> 13), 0xc2b2ae35);
      hash ^= hash >>> 16;
      const half = (hash >>> oldB) & mask;
      const s = (used >>> (half << 4)) & 0xf;
      const to = imul(apart, half);
      u8[(((x + to) << 2) >>> 0) + s] = top;
      i32[(toKeys + to + s) | 0] = k;
      if (f64 !== null) {
        f64[(((toValues + to) >>> 1) + s) | 0] = f64[((fromValues >>> 1) + i) | 0]!;
      } else {
        const d = (toValues + to + imul(s, valueWords)) | 0;
        const v = (fromValues + imul(i, valueWords)) | 0;
        for (let n = 0; n < valueWords; n++) i32[(d + n) | 0] = i32[(v + n) | 0]!;
      }
      used = (used + (live << (half << 4))) | 0;
      marks =
        (marks >>> 8) |
        ((EVACUATED_EMPTY - imul(live, EVACUATED_EMPTY - EVACUATED_X - half)) << 24);
    }
    i32[(w + q) | 0] = marks;
  }
  // Of an empty slot that was copied behind the last entry only the tophash is not zero.
  const xs = used & 0xffff;
  const ys = used >>> 16;
  if (xs < SLOTS) u8[((x << 2) >>> 0) + xs] = EMPTY_REST;
  if (mask !== 0 && ys < SLOTS) u8[((y << 2) >>> 0) + ys] = EMPTY_REST;
  const link = i32[(w + 2) | 0]! >>> 2;
  if (link !== 0) moveRest(t, p, link, x, y, oldB, used);
}

/** Moves what is in the overflow buckets of a chain; `used` tells the slots that are taken. */
function moveRest(
  t: HeapTable,
  p: Places,
  w: number,
  x: number,
  y: number,
  oldB: number,
  used: number,
): void {
  const { i32, u8 } = t;
  const { values, valueWords } = p;
  const seed = i32[t.h + H_HASH0]!;
  const mask = x === y ? 0 : 1;
  for (; w !== 0; w = i32[(w + 2) | 0]! >>> 2) {
    for (let i = 0; i < SLOTS; i++) {
      const at = ((w << 2) >>> 0) + i;
      const top = u8[at]!;
      if (top <= EMPTY_ONE) {
        u8[at] = EVACUATED_EMPTY;
        continue;
      }
      const k = i32[(w + KEY_WORD + i) | 0]!;
      const half = (mix(k ^ seed) >>> oldB) & mask;
      const slot = (used >>> (half << 4)) & 0xffff;
      used = (used + (1 << (half << 4))) | 0;
      let to = half === 0 ? x : y;
      if (slot >= SLOTS) to = overflowOf(t, (to << 2) >>> 0, slot) >>> 2;
      const s = slot & (SLOTS - 1);
      u8[at] = EVACUATED_X + half;
      u8[((to << 2) >>> 0) + s] = top;
      i32[(to + KEY_WORD + s) | 0] = k;
      const d = to + values + s * valueWords;
      const v = w + values + i * valueWords;
      for (let n = 0; n < valueWords; n++) i32[(d + n) | 0] = i32[(v + n) | 0]!;
    }
  }
}

/** How many buckets follow the first of a chain. */
function chainLength(i32: Int32Array, first: number): number {
  let n = 0;
  for (let w = i32[(first + 2) | 0]! >>> 2; w !== 0; w = i32[(w + 2) | 0]! >>> 2) n++;
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
