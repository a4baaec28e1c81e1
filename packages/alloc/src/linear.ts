/**
 * linearAlloc: hands out a range from front to back. Two words of state, next and end.
 *
 * Invariants
 *  1. `next <= end`; both are byte addresses. Everything below `next` has been handed out for good.
 *  2. A request that does not fit changes nothing and gives 0.
 *
 * Under it lie persistentAlloc's chunks and the bump allocator's whole heap.
 */
import type { Ptr } from "./api.ts";

/** Makes the state at word `state` describe [start, end). */
export function linearInit(i32: Int32Array, state: number, start: Ptr, end: Ptr): void {
  i32[state] = start;
  // The end of a 4 GiB memory does not fit 32 bits; the last eight bytes of it are given up.
  i32[state + 1] = Math.min(end, 2 ** 32 - 8);
}

/** Takes `bytes` at a multiple of `align`, a power of two; 0 if it does not fit. */
export function linearAlloc(i32: Int32Array, state: number, bytes: number, align: number): Ptr {
  const next = i32[state]! >>> 0;
  const end = i32[state + 1]! >>> 0;
  const p = Math.ceil(next / align) * align;
  if (p + bytes > end) return 0;
  i32[state] = p + bytes;
  return p;
}
