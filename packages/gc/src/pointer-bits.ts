/**
 * Sets the pointer bits of a new object from its type: the map that makes the collector exact.
 *
 * Invariants
 *  1. Before the call all bits of the object are 0 (the allocator clears them).
 *  2. After it, the bit of a word is set exactly when the type says that a pointer lies there.
 *
 * Why a bitmap beside the heap and not a type word in each object: arrays and interior pointers need no
 * header, 16-byte objects stay 16 bytes, and the marker reads 128 bytes' worth of map in one load.
 */
import type { Ptr, Type } from "@gort/types";

/**
 * @param i32 the memory
 * @param map index of the first word of the pointer bitmap
 * @param p base of the object
 */
export function setPointerBits(
  i32: Int32Array,
  map: number,
  p: Ptr,
  type: Type,
  count: number,
): void {
  if (count === 1 && type.ptrdata <= 128) orBits(i32, map, p >>> 2, type.ptrMask[0]!);
  else if (count > 0) setMany(i32, map, p, type, count, type.size >>> 2);
}

/** ORs 32 bits into the map, starting at the bit of memory word `word`. */
export function orBits(i32: Int32Array, map: number, word: number, mask: number): void {
  const index = map + (word >>> 5);
  const shift = word & 31;
  i32[index] = i32[index]! | (mask << shift);
  if (shift !== 0) {
    const high = mask >>> (32 - shift);
    if (high !== 0) i32[index + 1] = i32[index + 1]! | high;
  }
}

/** The same for objects of one value each that lie `step` bytes apart, from `p` up to `end`. */
export function setRunBits(
  i32: Int32Array,
  map: number,
  p: Ptr,
  end: Ptr,
  step: number,
  type: Type,
): void {
  setMany(i32, map, p, type, Math.round((end - p) / step), step >>> 2);
}

function setMany(
  i32: Int32Array,
  map: number,
  p: Ptr,
  type: Type,
  count: number,
  words: number,
): void {
  const mask = type.ptrMask;
  const used = (type.ptrdata + 127) >>> 7;
  let word = p >>> 2;
  if (words <= 32 && 32 % words === 0) {
    let pattern = mask[0]!;
    for (let filled = words; filled < 32; filled *= 2) pattern |= pattern << filled;
    fillPattern(i32, map, word, words * count, pattern);
    return;
  }
  for (let i = 0; i < count; i++, word += words) {
    for (let k = 0; k < used; k++) {
      const bits = mask[k]!;
      if (bits !== 0) orBits(i32, map, word + 32 * k, bits);
    }
  }
}

/** ORs `total` bits of a pattern with a period that divides 32. */
function fillPattern(
  i32: Int32Array,
  map: number,
  word: number,
  total: number,
  pattern: number,
): void {
  const shift = word & 31;
  const turned = shift === 0 ? pattern : (pattern << shift) | (pattern >>> (32 - shift));
  const end = word + total;
  const first = map + (word >>> 5);
  const last = map + ((end - 1) >>> 5);
  const head = -1 << shift;
  const tail = -1 >>> (31 - ((end - 1) & 31));
  if (first === last) {
    i32[first] = i32[first]! | (turned & head & tail);
    return;
  }
  i32[first] = i32[first]! | (turned & head);
  if (last > first + 1) i32.fill(turned, first + 1, last);
  i32[last] = i32[last]! | (turned & tail);
}
