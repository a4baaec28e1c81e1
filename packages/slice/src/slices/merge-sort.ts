/**
 * Stable sorting by a comparison function: natural runs of at least 16, merged bottom-up through one buffer.
 *
 * Invariants
 *  1. Equal elements keep their order.
 *  2. O(n log n) comparisons, n - 1 for sorted input; room for n elements.
 *  3. As pdqsort.ts: a lying comparison spoils only the order, and callers sort a copy.
 *
 * Go merges in place with rotations, at O(n log² n) comparisons, to need no memory. Here the caller has made a copy
 * anyway, which serves as the other half of a ping-pong merge.
 */
import type { Compare } from "./order.ts";
import { insertionSort } from "./pdqsort.ts";

const RUN = 16;

/** Sorts the whole of `a` stably; the result is the returned array, which may be another one. */
export function mergeSort<T>(a: T[], cmp: Compare<T>): T[] {
  const n = a.length;
  for (let lo = 0; lo < n; lo += RUN) insertionSort(a, lo, Math.min(lo + RUN, n), cmp);
  let from = a;
  let to: T[] = n > RUN ? a.slice() : a;
  for (let width = RUN; width < n; width *= 2) {
    for (let lo = 0; lo < n; lo += 2 * width) {
      merge(from, to, lo, Math.min(lo + width, n), Math.min(lo + 2 * width, n), cmp);
    }
    const t = from;
    from = to;
    to = t;
  }
  return from;
}

/** Merges the sorted `[lo, mid)` and `[mid, hi)` of `from` into the same place of `to`. */
function merge<T>(from: T[], to: T[], lo: number, mid: number, hi: number, cmp: Compare<T>): void {
  if (mid >= hi || cmp(from[mid - 1]!, from[mid]!) <= 0) {
    for (let i = lo; i < hi; i++) to[i] = from[i]!;
    return;
  }
  let i = lo;
  let j = mid;
  let k = lo;
  let x = from[i]!;
  let y = from[j]!;
  while (true) {
    // The left one goes first where they are equal: that is what makes it stable.
    if (cmp(x, y) <= 0) {
      to[k++] = x;
      if (++i === mid) break;
      x = from[i]!;
    } else {
      to[k++] = y;
      if (++j === hi) break;
      y = from[j]!;
    }
  }
  while (i < mid) to[k++] = from[i++]!;
  while (j < hi) to[k++] = from[j++]!;
}
