/**
 * Zeroing of memory and of pointer bits, the two things a reused object needs.
 *
 * Both take sizes that are multiples of 8 at addresses that are multiples of 8. Small ranges are cleared by a loop: a
 * call of `fill` costs as much as about 64 stores of 8 bytes.
 */
import type { Core } from "./core.ts";

/** Ranges above this many bytes are cleared by `fill`. */
const FILL_MIN = 512;

/** Clears [p, p + bytes). */
export function zeroBytes(f64: Float64Array, p: number, bytes: number): void {
  const from = p >>> 3;
  const to = from + (bytes >>> 3);
  if (bytes > FILL_MIN) f64.fill(0, from, to);
  else for (let i = from; i < to; i++) f64[i] = 0;
}

/** Clears the pointer bits of [p, p + bytes). */
export function clearPointerBits(c: Core, p: number, bytes: number): void {
  const i32 = c.i32;
  const first = c.pointerWords + (p >>> 7);
  const lo = (p >>> 2) & 31;
  const n = bytes >>> 2;
  if (lo + n <= 32) {
    const mask = n === 32 ? -1 : ((1 << n) - 1) << lo;
    i32[first] = i32[first]! & ~mask;
    return;
  }
  let w = first;
  if (lo !== 0) {
    i32[w] = i32[w]! & ((1 << lo) - 1);
    w++;
  }
  const end = lo + n;
  const last = first + (end >>> 5);
  if (last - w > 64) i32.fill(0, w, last);
  else for (; w < last; w++) i32[w] = 0;
  if (end & 31) i32[last] = i32[last]! & -(1 << (end & 31));
}
