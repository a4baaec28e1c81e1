/**
 * Pattern-defeating quicksort, by a comparison function.
 *
 * Invariants
 *  1. At most O(n log n) comparisons: after log2(n) badly balanced partitions a range is heap-sorted.
 *  2. Sorted, reversed and few-valued inputs take O(n) or O(n log k).
 *  3. A comparison that lies, or changes its mind, can spoil the order and nothing else: every index stays inside the
 *     range and the result is a permutation. One that throws leaves the array undefined, so callers sort a copy.
 *
 * After Orson Peters' "Pattern-defeating Quicksort" (2021), which Go's own sort follows too. What differs from the paper:
 * no branchless block partition, as a JavaScript comparison is a call and the branch is not what costs.
 */
import type { Compare } from "./order.ts";

const INSERTION_MAX = 12;
const NINTHER_MIN = 50;
/** Elements that a nearly sorted range may have out of place. */
const REPAIRS_MAX = 8;

/** Sorts `a` from `lo` up to `hi`, unstably. */
export function pdqsort<T>(a: T[], lo: number, hi: number, cmp: Compare<T>): void {
  const n = hi - lo;
  if (n > 1) sortRange(a, lo, hi, cmp, 32 - Math.clz32(n), true);
}

/** `first`: nothing precedes the range, so no element is known to be at most all of its own. */
function sortRange<T>(
  a: T[],
  lo: number,
  hi: number,
  cmp: Compare<T>,
  badAllowed: number,
  first: boolean,
): void {
  let balanced = true;
  while (true) {
    const n = hi - lo;
    if (n <= INSERTION_MAX) {
      insertionSort(a, lo, hi, cmp);
      return;
    }
    if (badAllowed === 0) {
      heapSort(a, lo, hi, cmp);
      return;
    }
    if (!balanced) {
      shuffleSome(a, lo, hi);
      badAllowed--;
    }
    const choice = choosePivot(a, lo, hi, cmp);
    let pivot = choice >>> 2;
    const order = choice & 3;
    if (order === DESCENDING) {
      reverse(a, lo, hi);
      pivot = hi - 1 - (pivot - lo);
    }
    if (balanced && order !== MIXED && nearlySorted(a, lo, hi, cmp)) return;
    swap(a, lo, pivot);
    // If the pivot equals the element before the range, it is the least here: split off its equals.
    if (!first && cmp(a[lo - 1]!, a[lo]!) >= 0) {
      lo = partitionEqual(a, lo, hi, cmp);
      continue;
    }
    const mid = partition(a, lo, hi, cmp);
    const left = mid - lo;
    const right = hi - mid - 1;
    balanced = Math.min(left, right) >= n >>> 3;
    // Recursion takes the shorter side, so the stack stays logarithmic.
    if (left < right) {
      sortRange(a, lo, mid, cmp, badAllowed, first);
      lo = mid + 1;
      first = false;
    } else {
      sortRange(a, mid + 1, hi, cmp, badAllowed, false);
      hi = mid;
    }
  }
}

/** Sorts a short range; each step puts the next element into its place among those before it. */
export function insertionSort<T>(a: T[], lo: number, hi: number, cmp: Compare<T>): void {
  for (let i = lo + 1; i < hi; i++) {
    const v = a[i]!;
    let j = i;
    while (j > lo && cmp(v, a[j - 1]!) < 0) {
      a[j] = a[j - 1]!;
      j--;
    }
    a[j] = v;
  }
}

const MIXED = 0;
const ASCENDING = 1;
const DESCENDING = 2;

/**
 * The index of a good pivot, times 4, plus the order that the samples were found in: the median of three, for
 * larger ranges the median of three such medians.
 */
function choosePivot<T>(a: T[], lo: number, hi: number, cmp: Compare<T>): number {
  const n = hi - lo;
  const step = n >>> 2;
  const i = lo + step;
  const j = lo + step * 2;
  const k = lo + step * 3;
  if (n < NINTHER_MIN) {
    const m = median(a, i, j, k, cmp);
    const swaps = m & 3;
    return (m & ~3) | (swaps === 0 ? ASCENDING : swaps === 3 ? DESCENDING : MIXED);
  }
  const x = median(a, i - 1, i, i + 1, cmp);
  const y = median(a, j - 1, j, j + 1, cmp);
  const z = median(a, k - 1, k, k + 1, cmp);
  const m = median(a, x >>> 2, y >>> 2, z >>> 2, cmp);
  const swaps = (x & 3) + (y & 3) + (z & 3) + (m & 3);
  return (m & ~3) | (swaps === 0 ? ASCENDING : swaps === 12 ? DESCENDING : MIXED);
}

/** The index of the median of three, times 4, plus how many of the three comparisons were out of order. */
function median<T>(a: T[], x: number, y: number, z: number, cmp: Compare<T>): number {
  if (cmp(a[y]!, a[x]!) >= 0) {
    if (cmp(a[z]!, a[y]!) >= 0) return y * 4;
    return cmp(a[z]!, a[x]!) < 0 ? x * 4 + 2 : z * 4 + 1;
  }
  if (cmp(a[z]!, a[y]!) < 0) return y * 4 + 3;
  return cmp(a[z]!, a[x]!) < 0 ? z * 4 + 2 : x * 4 + 1;
}

/**
 * Splits by the pivot at `lo`: what is less goes before it, the rest after it. Returns where the pivot ends up.
 */
function partition<T>(a: T[], lo: number, hi: number, cmp: Compare<T>): number {
  const pivot = a[lo]!;
  let i = lo + 1;
  let j = hi - 1;
  while (true) {
    while (i <= j && cmp(a[i]!, pivot) < 0) i++;
    while (i <= j && cmp(a[j]!, pivot) >= 0) j--;
    if (i > j) break;
    swap(a, i++, j--);
  }
  swap(a, lo, j);
  return j;
}

/** Splits off what equals the pivot at `lo`, knowing that nothing here is less. Returns where the greater ones begin. */
function partitionEqual<T>(a: T[], lo: number, hi: number, cmp: Compare<T>): number {
  const pivot = a[lo]!;
  let i = lo + 1;
  let j = hi - 1;
  while (true) {
    while (i <= j && cmp(pivot, a[i]!) >= 0) i++;
    while (i <= j && cmp(pivot, a[j]!) < 0) j--;
    if (i > j) break;
    swap(a, i++, j--);
  }
  return i;
}

/** Repairs a range with few elements out of place; false, with the range still a permutation, if there are more. */
function nearlySorted<T>(a: T[], lo: number, hi: number, cmp: Compare<T>): boolean {
  let repairs = 0;
  for (let i = lo + 1; i < hi; i++) {
    if (cmp(a[i]!, a[i - 1]!) >= 0) continue;
    if (++repairs > REPAIRS_MAX) return false;
    const v = a[i]!;
    let j = i;
    // A far walk means that the range was not nearly sorted after all.
    const stop = Math.max(lo, i - 64);
    while (j > stop && cmp(v, a[j - 1]!) < 0) {
      a[j] = a[j - 1]!;
      j--;
    }
    a[j] = v;
    if (j === stop && j > lo && cmp(v, a[j - 1]!) < 0) return false;
  }
  return true;
}

/** Moves three elements near the middle, by a generator seeded with the length, to break up an adverse pattern. */
function shuffleSome<T>(a: T[], lo: number, hi: number): void {
  const n = hi - lo;
  if (n < 8) return;
  let seed = n | 1;
  const mask = (1 << (32 - Math.clz32(n))) - 1;
  const at = lo + (n >>> 2) * 2 - 1;
  for (let i = 0; i < 3; i++) {
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    let other = seed & mask;
    if (other >= n) other -= n;
    swap(a, at + i, lo + other);
  }
}

function heapSort<T>(a: T[], lo: number, hi: number, cmp: Compare<T>): void {
  const n = hi - lo;
  for (let i = (n >>> 1) - 1; i >= 0; i--) siftDown(a, lo, i, n, cmp);
  for (let end = n - 1; end > 0; end--) {
    swap(a, lo, lo + end);
    siftDown(a, lo, 0, end, cmp);
  }
}

function siftDown<T>(a: T[], lo: number, root: number, n: number, cmp: Compare<T>): void {
  while (true) {
    let child = 2 * root + 1;
    if (child >= n) return;
    if (child + 1 < n && cmp(a[lo + child]!, a[lo + child + 1]!) < 0) child++;
    if (cmp(a[lo + root]!, a[lo + child]!) >= 0) return;
    swap(a, lo + root, lo + child);
    root = child;
  }
}

function reverse<T>(a: T[], lo: number, hi: number): void {
  for (let i = lo, j = hi - 1; i < j; i++, j--) swap(a, i, j);
}

function swap<T>(a: T[], i: number, j: number): void {
  const t = a[i]!;
  a[i] = a[j]!;
  a[j] = t;
}
