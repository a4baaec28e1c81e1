/**
 * Evacuation for maps on JavaScript values: moves a chain of buckets to the one or two chains that it becomes.
 *
 * Invariants
 *  1. Which entries of a bucket go to which half is found first, for all eight slots and without a branch; then each half is moved
 *     in one go.
 *  2. What an old chain moves to is empty before.
 *  3. A slot that has moved holds no reference any more.
 *
 * Why in this way: which half an entry goes to is as good as random, and a branch on it is guessed wrong every second time,
 * which takes as long as moving the entry.
 */
import { EVACUATED_EMPTY, EVACUATED_X, SLOTS } from "./rules.ts";
import { type Chunk, NO_CHUNK } from "./value-chunk.ts";
import type { Table } from "./value-table.ts";
import { CHUNK_BITS, CHUNK_MASK, FORMS, LINK, PAIR, REST } from "./value-words.ts";

/** Moves chain `index` of a table into one of as many buckets, or of twice as many; the last of a chunk hands over the chunk. */
export function evacuate(old: Table, to: Table, index: number): void {
  if (old.chunks[index >>> CHUNK_BITS] === NO_CHUNK) return;
  moveChain(old, to, index);
  if ((index & CHUNK_MASK) === CHUNK_MASK) old.pass(index >>> CHUNK_BITS, to);
}

function moveChain(old: Table, to: Table, index: number): void {
  const newbit = to.mask & ~old.mask;
  let x = 0;
  let y = 0;
  for (let b = index; ;) {
    const from = old.chunks[b >>> CHUNK_BITS]!;
    const m = from.meta;
    const i = b & CHUNK_MASK;
    const o = Math.imul(i, from.stride);
    const live = taken(m[o]!) | (taken(m[o + 1]!) << 4);
    let ys = 0;
    if (newbit !== 0) {
      const at = o + from.hashes;
      for (let s = 0; s < SLOTS; s++) ys |= ((m[at + s]! >>> old.B) & 1) << s;
      ys &= live;
    }
    const xs = live & ~ys;
    if (xs !== 0) x = pour(from, i, xs, to, index, x);
    if (ys !== 0) y = pour(from, i, ys, to, index + newbit, y);
    m[o] = marks(live & 15, ys & 15);
    m[o + 1] = marks(live >>> 4, ys >>> 4);
    b = m[o + LINK]!;
    if (b === 0) return;
  }
}

/** Which of the four slots of a word of tophash bytes hold entries, as bits. */
function taken(w: number): number {
  // Live bytes are at least MIN_TOP_HASH, see `firstEmpty`.
  const x = w & 0xfefefefe;
  return ~(Math.imul(((x - 0x01010101) & ~x & 0x80808080) >>> 7, 0x01020408) >>> 24) & 15;
}

/** Four tophash bytes of slots that have moved: which held entries, and which of these went to the second half. */
function marks(live: number, ys: number): number {
  return EVACUATED_EMPTY * 0x01010101 - bytes(live) * (EVACUATED_EMPTY - EVACUATED_X) + bytes(ys);
}

/** Four bits as the lowest bits of four bytes. */
function bytes(bits: number): number {
  return Math.imul(bits, 0x00204081) & 0x01010101;
}

/**
 * Moves the entries of some slots of bucket `i` of a chunk to the chain that begins at bucket `head`, behind the `n` entries that
 * it has; how many it has then.
 */
function pour(from: Chunk, i: number, bits: number, to: Table, head: number, n: number): number {
  const m = from.meta;
  const o = Math.imul(i, from.stride);
  const forms = m[o + FORMS]!;
  const { step, hashes } = from;
  let d = head;
  for (let k = n >>> 3; k > 0; k--) d = to.link(d) || to.extend(d);
  for (;;) {
    const c = to.touch(d);
    const w = c.meta;
    const q = Math.imul(d & CHUNK_MASK, c.stride);
    let filled = w[q + FORMS]!;
    let s = n & (SLOTS - 1);
    do {
      const p = 31 - Math.clz32(bits & -bits);
      bits &= bits - 1;
      const top = (m[o + (p >>> 2)]! >>> (p << 3)) & 0xff;
      w[q + (s >>> 2)]! |= top << (s << 3);
      w[q + hashes + s] = m[o + hashes + p]!;
      const at = o + REST + Math.imul(p, step);
      const dest = q + REST + Math.imul(s, step);
      // Numbers as words: their bits are all that counts.
      for (let k = 0; k < step; k += 2) {
        w[dest + k] = m[at + k]!;
        w[dest + k + 1] = m[at + k + 1]!;
      }
      const form = (forms >>> p) & (PAIR | 1);
      filled |= form << s;
      if (form !== (PAIR | 1)) from.handOver((i << 3) + p, form, c, ((d & CHUNK_MASK) << 3) + s);
      s++;
      n++;
    } while (bits !== 0 && s < SLOTS);
    w[q + FORMS] = filled;
    if (bits === 0) return n;
    d = to.extend(d);
  }
}
