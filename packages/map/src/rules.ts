/**
 * The numbers of Go's hash map, shared by every storage: bucket size, load, tophash states, when to grow.
 *
 * Invariants
 *  1. A bucket has eight slots; slot `i`'s state is tophash byte `i`: {@link EMPTY_REST}, {@link EMPTY_ONE}, an
 *     evacuated mark, or from {@link MIN_TOP_HASH} the top byte of the hash of a live entry.
 *  2. After an `EMPTY_REST` byte all later bytes of the chain are `EMPTY_REST`; so the last byte of a bucket
 *     tells whether anything can follow in the chain.
 *  3. A bucket chain is evacuated as a whole or not at all, which byte 0 tells.
 *
 * Why tophash bytes lie in two 32-bit words: a lookup compares four bytes with one subtraction (SWAR), where
 * the byte loop of Go mispredicts its exit about once per lookup. A wider match on 64-bit BigInts allocates.
 */

/** Slots of a bucket. */
export const SLOTS = 8;
/** The slot is empty, and so are all later slots and overflow buckets of the chain. */
export const EMPTY_REST = 0;
/** The slot is empty. */
export const EMPTY_ONE = 1;
/** The entry has moved to the first half of the larger table. */
export const EVACUATED_X = 2;
/** The entry has moved to the second half of the larger table. */
export const EVACUATED_Y = 3;
/** The slot was empty when its bucket was moved. */
export const EVACUATED_EMPTY = 4;
/** Least tophash of a live entry. */
export const MIN_TOP_HASH = 5;

/** An old table is there: growth is under way (heap maps). */
export const GROWING = 1;
/** There are no buckets yet (heap maps). */
export const BARE = 2;
/** A write is under way. */
export const WRITING = 4;
/** The growth under way is to the same number of buckets. */
export const SAME_SIZE_GROW = 8;
/** A foreign hash or equal function runs inside a read. */
export const READING = 16;

/** Least bit of the count, above the flags, of what the fast paths may know by heart (heap maps). */
export const GENERATION = 32;
/** Selects the flags. */
export const FLAGS = 31;

/** Greatest `B`: bucket indexes stay 31-bit integers. */
export const MAX_B = 30;

/** The top byte of a hash, moved out of the range of the marks; without a branch. */
export function topHash(hash: number): number {
  const top = hash >>> 24;
  return top + (((top - MIN_TOP_HASH) >> 31) & MIN_TOP_HASH);
}

/**
 * The slots whose byte is that of `pattern` (a tophash four times), in two words of tophash bytes, as the bits that
 * {@link slotOf} takes. A slot above a true one may be named in error: keys are compared all the same.
 */
export function matching(w0: number, w1: number, pattern: number): number {
  const x = w0 ^ pattern;
  const y = w1 ^ pattern;
  return (
    (((x - 0x01010101) & ~x & 0x80808080) >>> 7) | (((y - 0x01010101) & ~y & 0x80808080) >>> 3)
  );
}

/** The slot that the lowest bit of {@link matching} stands for. */
export function slotOf(bits: number): number {
  const b = 31 - Math.clz32(bits & -bits);
  return (b >>> 3) + (b & 4);
}

/** The first empty slot that two words of tophash bytes show; 8 or more if all are taken. Without a branch. */
export function firstEmpty(w0: number, w1: number): number {
  // Live bytes are at least MIN_TOP_HASH, so an empty one is 0 once its lowest bit is masked away. A product gathers
  // the four marks of a word.
  const x = w0 & 0xfefefefe;
  const y = w1 & 0xfefefefe;
  const lo = Math.imul(((x - 0x01010101) & ~x & 0x80808080) >>> 7, 0x01020408) >>> 24;
  const hi = Math.imul(((y - 0x01010101) & ~y & 0x80808080) >>> 7, 0x01020408) >>> 24;
  const all = (lo & 15) | ((hi & 15) << 4) | 0x100;
  return 31 - Math.clz32(all & -all);
}

/** How many of the four bytes at the end of a word of tophash bytes are of empty slots. */
export function emptyTail(w: number): number {
  return Math.clz32(w & 0xfefefefe) >>> 3;
}

/** A word of tophash bytes with the last `n` of the four {@link EMPTY_REST}. */
export function withRest(w: number, n: number): number {
  // Shifted twice, for a shift by 32 is none.
  return w & ((-1 >>> (n << 2)) >>> (n << 2));
}

/** Whether `count` entries are too many for `2^B` buckets: more than 6.5 in each. */
export function overLoadFactor(count: number, B: number): boolean {
  return count > loadLimit(B);
}

/** The most entries that `2^B` buckets take. */
export function loadLimit(B: number): number {
  return B === 0 ? SLOTS : 13 * ((1 << B) >>> 1);
}

/** Whether there are about as many overflow buckets as buckets. */
export function tooManyOverflow(noverflow: number, B: number): boolean {
  return noverflow >= 1 << (B > 15 ? 15 : B);
}

/** The least `B` with room for `hint` entries; 0 for hints that make no sense, as in Go. */
export function hintToB(hint: number | undefined): number {
  if (hint === undefined || !(hint > SLOTS) || hint > 13 * 2 ** (MAX_B - 1)) return 0;
  let B = 0;
  while (overLoadFactor(hint, B)) B++;
  return B;
}

/**
 * `noverflow` after one more overflow bucket: exact below B = 16, above one bucket of 2^(B-15) counts. Which one, `mixed` says, a hash of
 * its number or address: the map's own source is somebody else's, and must not be asked while entries move.
 */
export function countOverflow(noverflow: number, B: number, mixed: number): number {
  if (B < 16) return noverflow + 1;
  return (mixed & ((1 << (B - 15)) - 1)) === 0 ? noverflow + 1 : noverflow;
}
