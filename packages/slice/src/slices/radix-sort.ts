/**
 * Sorting typed arrays of numbers.
 *
 * Invariants
 *  1. NaN comes first, then ascending; bigints ascending.
 *  2. Short arrays take the platform's sort; from {@link RADIX_MIN} elements on, 32-bit kinds take three passes of 11
 *     bits each and float64 six, through one buffer. A pass in which all keys agree is skipped.
 *
 * Why: on a million random int32 three passes take a fraction of the platform's comparison sort, which has to copy
 * anyway when the memory is shared. Quicksort by comparisons loses to both on numbers.
 */
import type { TypedArray } from "../api.ts";

const RADIX_MIN = 4096;
const BITS = 11;
const BUCKETS = 1 << BITS;

/** Sorts a typed array in place, NaN first. O(n), or O(n log n) below {@link RADIX_MIN} elements. */
export function sortNumbers(a: TypedArray): void {
  const size = a.BYTES_PER_ELEMENT;
  const big = typeof a[0] === "bigint";
  const n = a.length;
  if (n >= RADIX_MIN && !big && size >= 4) {
    const float = isFloat(a);
    const ints = new Uint32Array(a.buffer, a.byteOffset, (n * size) / 4);
    if (size === 4) radix32(ints, float, a[Symbol.toStringTag] === "Int32Array");
    else radix64(ints);
    // The sign of a NaN decides whether its bits sort before all numbers or after them.
    if (float) nanFirst(a as Float64Array, countNaNs(a as Float64Array));
    return;
  }
  (a as Float64Array).sort();
  if (!big && isFloat(a)) nanFirst(a as Float64Array, countNaNs(a as Float64Array));
}

const isFloat = (a: TypedArray): boolean => a[Symbol.toStringTag].startsWith("Float");

/** NaNs of a sorted array stand at one of its ends, or at both. */
function countNaNs(a: Float64Array): number {
  let tail = 0;
  while (tail < a.length && Number.isNaN(a[a.length - 1 - tail])) tail++;
  return tail;
}

function nanFirst(a: Float64Array, tail: number): void {
  if (tail === 0 || tail === a.length) return;
  a.copyWithin(tail, 0, a.length - tail);
  a.fill(NaN, 0, tail);
}

/** Sorts 32-bit keys: unsigned as they are, signed with the sign bit flipped, floats made monotonous first. */
function radix32(a: Uint32Array, float: boolean, signed: boolean): void {
  const n = a.length;
  const count = new Uint32Array(3 * BUCKETS);
  for (let i = 0; i < n; i++) {
    const k = toKey(a[i]!, float, signed);
    a[i] = k;
    count[k & 0x7ff]!++;
    count[BUCKETS + ((k >>> 11) & 0x7ff)]!++;
    count[2 * BUCKETS + (k >>> 22)]!++;
  }
  let from = a;
  let to: Uint32Array = new Uint32Array(n);
  for (let pass = 0; pass < 3; pass++) {
    const shift = pass * BITS;
    const base = pass * BUCKETS;
    if (!offsets(count, base, n, (from[0]! >>> shift) & 0x7ff)) continue;
    for (let i = 0; i < n; i++) {
      const k = from[i]!;
      to[count[base + ((k >>> shift) & 0x7ff)]!++] = k;
    }
    const t = from;
    from = to;
    to = t;
  }
  for (let i = 0; i < n; i++) a[i] = fromKey(from[i]!, float, signed);
}

/** Turns counts into starting places; false if all keys fall into one bucket, so that the pass can be left out. */
function offsets(count: Uint32Array, base: number, n: number, anyKey: number): boolean {
  if (count[base + anyKey] === n) return false;
  let sum = 0;
  for (let b = base; b < base + BUCKETS; b++) {
    const c = count[b]!;
    count[b] = sum;
    sum += c;
  }
  return true;
}

/** An unsigned key with the order of the number whose bits are `x`. */
function toKey(x: number, float: boolean, signed: boolean): number {
  if (float) return (x >>> 31 === 1 ? ~x : x ^ 0x80000000) >>> 0;
  return signed ? (x ^ 0x80000000) >>> 0 : x;
}

function fromKey(k: number, float: boolean, signed: boolean): number {
  if (float) return (k >>> 31 === 1 ? k ^ 0x80000000 : ~k) >>> 0;
  return signed ? (k ^ 0x80000000) >>> 0 : k;
}

/** Sorts float64 by their bits, two words each (the low word first: every platform of today is little-endian). */
function radix64(a: Uint32Array): void {
  const words = a.length;
  const n = words / 2;
  const count = new Uint32Array(6 * BUCKETS);
  for (let i = 0; i < words; i += 2) {
    const high = a[i + 1]!;
    const flip = high >>> 31 === 1;
    const lo = (flip ? ~a[i]! : a[i]!) >>> 0;
    const hi = (flip ? ~high : high ^ 0x80000000) >>> 0;
    a[i] = lo;
    a[i + 1] = hi;
    count[lo & 0x7ff]!++;
    count[BUCKETS + ((lo >>> 11) & 0x7ff)]!++;
    count[2 * BUCKETS + (lo >>> 22)]!++;
    count[3 * BUCKETS + (hi & 0x7ff)]!++;
    count[4 * BUCKETS + ((hi >>> 11) & 0x7ff)]!++;
    count[5 * BUCKETS + (hi >>> 22)]!++;
  }
  let from = a;
  let to: Uint32Array = new Uint32Array(words);
  for (let pass = 0; pass < 6; pass++) {
    const word = pass < 3 ? 0 : 1;
    const shift = (pass % 3) * BITS;
    const base = pass * BUCKETS;
    if (!offsets(count, base, n, (from[word]! >>> shift) & 0x7ff)) continue;
    for (let i = 0; i < words; i += 2) {
      const at = 2 * count[base + ((from[i + word]! >>> shift) & 0x7ff)]!++;
      to[at] = from[i]!;
      to[at + 1] = from[i + 1]!;
    }
    const t = from;
    from = to;
    to = t;
  }
  for (let i = 0; i < words; i += 2) {
    const high = from[i + 1]!;
    const flip = high >>> 31 === 0;
    const lo = from[i]!;
    a[i] = (flip ? ~lo : lo) >>> 0;
    a[i + 1] = (flip ? ~high : high ^ 0x80000000) >>> 0;
  }
}
