/** Bitmaps in 32-bit words: counting, setting and clearing ranges. */

/** Number of set bits. */
export function popcount(x: number): number {
  x -= (x >>> 1) & 0x55555555;
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Sets `n` bits from bit `from` of the bitmap at word `bits`. */
export function setBits(i32: Int32Array, bits: number, from: number, n: number): void {
  const end = from + n;
  for (let b = from; b < end;) {
    const w = bits + (b >>> 5);
    const lo = b & 31;
    const count = Math.min(32 - lo, end - b);
    i32[w] = i32[w]! | (count === 32 ? -1 : ((1 << count) - 1) << lo);
    b += count;
  }
}

/** Clears `n` bits; returns how many were set. */
export function clearBits(i32: Int32Array, bits: number, from: number, n: number): number {
  const end = from + n;
  let cleared = 0;
  for (let b = from; b < end;) {
    const w = bits + (b >>> 5);
    const lo = b & 31;
    const count = Math.min(32 - lo, end - b);
    const mask = count === 32 ? -1 : ((1 << count) - 1) << lo;
    cleared += popcount(i32[w]! & mask);
    i32[w] = i32[w]! & ~mask;
    b += count;
  }
  return cleared;
}

/** Whether all of `n` bits are set. */
export function allSet(i32: Int32Array, bits: number, from: number, n: number): boolean {
  for (let b = from, end = from + n; b < end;) {
    const lo = b & 31;
    const count = Math.min(32 - lo, end - b);
    const mask = (count === 32 ? -1 : (1 << count) - 1) << lo;
    if ((i32[bits + (b >>> 5)]! & mask) !== mask) return false;
    b += count;
  }
  return true;
}

/** Set bits in `words` words from word `from` on. */
export function countBits(i32: Int32Array, from: number, words: number): number {
  let n = 0;
  for (let w = from; w < from + words; w++) {
    const x = i32[w]!;
    if (x !== 0) n += popcount(x);
  }
  return n;
}

/** Zeroes the words from `from` up to, not including, `to`. */
export function clearRange(i32: Int32Array, from: number, to: number): void {
  i32.fill(0, from, to);
}
