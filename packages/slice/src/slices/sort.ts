/**
 * Go's `slices.Sort` and friends.
 *
 * Invariants
 *  1. `sort` of numbers puts NaN first, as Go does; the order of -0 and 0 among each other is not promised.
 *  2. A comparison that throws leaves the slice as it was: what is sorted is a copy, written back at the end.
 *  3. Elements in a heap move by `typedMove`: nothing is allocated per element, every pointer passes the barrier.
 *
 * Numbers in typed arrays go through the platform's own sort or, from a few thousand on, a radix sort: equal numbers
 * cannot be told apart, so the way does not show. All else is pattern-defeating quicksort or, stably, a merge sort.
 */
import { checkFunction, MisuseError } from "@gort/types";
import type { TypedArray } from "../api.ts";
import { mustBeSlice, type Slice } from "../slice.ts";
import { mergeSort } from "./merge-sort.ts";
import { checkResult, compareOrdered, type Compare, type Ordered } from "./order.ts";
import { pdqsort } from "./pdqsort.ts";
import { sortNumbers } from "./radix-sort.ts";

/** The elements as a typed array over their own storage, or null if they do not lie in one. */
function typedView(s: Slice<unknown>): TypedArray | null {
  const { view } = s as { view?(): TypedArray };
  return typeof view === "function" ? view.call(s) : null;
}

/** Writes a permutation of the elements of `s` back. */
function putBack<T>(s: Slice<T>, sorted: T[]): void {
  for (let i = 0; i < sorted.length; i++) s.put(i, sorted[i]!);
}

/** Whether elements can be read, sorted and written back as they are, at no cost per element. */
const plain = (s: Slice<unknown>): boolean => Array.isArray(s.array) || typedView(s) !== null;

/** Sorts elements that live in a heap by moving them, not their JavaScript images. */
function sortMoved<T>(s: Slice<T>, cmp: Compare<T>, stable: boolean): void {
  const n = s.len;
  const keys = s.toArray();
  const order = Array.from({ length: n }, (_, i) => i);
  const by = (i: number, j: number): number => cmp(keys[i]!, keys[j]!);
  const sorted = stable ? mergeSort(order, by) : (pdqsort(order, 0, n, by), order);
  // Along the cycles of the permutation, each with its first element set aside.
  const one = s.scratch(1);
  for (let i = 0; i < n; i++) {
    let from = sorted[i]!;
    if (from === i) continue;
    one.move(0, s, i, 1);
    let to = i;
    for (; from !== i; from = sorted[to]!) {
      s.move(to, s, from, 1);
      sorted[to] = to;
      to = from;
    }
    s.move(to, one, 0, 1);
    sorted[to] = to;
  }
}

/**
 * Go's `slices.Sort`: ascending, numbers, bigints or strings. Not stable (equal ones are alike). O(n) for some thousand numbers and
 * more, else O(n log n).
 * @throws TypeError for what is no slice, and if the elements are not ordered; the slice is then as it was
 *
 * @example
 * ```ts
 * import { sliceOf, slices } from "@gort/slice";
 *
 * const s = sliceOf(3, 1, 10, 2);
 * slices.sort(s);
 * [...s]; // => [1, 2, 3, 10]
 * ```
 */
export function sort<T extends Ordered>(s: Slice<T>): void {
  mustBeSlice("sort", s);
  if (s.len < 2) return;
  const view = typedView(s);
  if (view !== null) {
    sortNumbers(view);
    return;
  }
  if (!plain(s)) {
    sortMoved<Ordered>(s, compareOrdered, false);
    return;
  }
  const list = s.toArray() as Ordered[];
  if (list.every((v) => typeof v === "number")) {
    const numbers = Float64Array.from(list);
    sortNumbers(numbers);
    for (let i = 0; i < numbers.length; i++) s.put(i, numbers[i] as T);
    return;
  }
  pdqsort(list, 0, list.length, compareOrdered);
  putBack(s, list as T[]);
}

/**
 * Go's `slices.SortFunc`: by a comparison, unstably, with pattern-defeating quicksort. O(n log n) at worst.
 * @throws TypeError for what is no slice, and if `cmp` is no function, or gives no number
 *
 * @example
 * ```ts
 * import { sliceOf, slices } from "@gort/slice";
 *
 * const s = sliceOf("ccc", "a", "bb");
 * slices.sortFunc(s, (a, b) => a.length - b.length);
 * [...s]; // => ["a", "bb", "ccc"]
 * ```
 */
export function sortFunc<T>(s: Slice<T>, cmp: Compare<T>): void {
  sortBy("sortFunc", s, cmp, false);
}

/** Sorts by the comparison that was given to `where`. */
export function sortBy<T>(where: string, s: Slice<T>, cmp: Compare<T>, stable: boolean): void {
  mustBeSlice(where, s);
  checkFunction(where, "cmp", cmp);
  if (s.len < 2) return;
  // Once more than needed, and not at each call: who forgets to return a number always does.
  checkResult(where, cmp(s.get(1), s.get(0)));
  if (!plain(s)) {
    sortMoved(s, cmp, stable);
    return;
  }
  const list = s.toArray();
  if (stable) {
    putBack(s, mergeSort(list, cmp));
    return;
  }
  pdqsort(list, 0, list.length, cmp);
  putBack(s, list);
}

/**
 * Go's `slices.SortStableFunc`: elements that compare equal keep their order. O(n log n).
 *
 * @throws TypeError for what is no slice, and if `cmp` is no function, or gives no number
 *
 * @example
 * ```ts
 * import { sliceOf, slices } from "@gort/slice";
 *
 * const s = sliceOf("bb", "a", "cc", "d");
 * slices.sortStableFunc(s, (a, b) => a.length - b.length);
 * [...s]; // => ["a", "d", "bb", "cc"]
 * ```
 */
export function sortStableFunc<T>(s: Slice<T>, cmp: Compare<T>): void {
  sortBy("sortStableFunc", s, cmp, true);
}

/**
 * Whether no element is less than the one before. Go's `slices.IsSorted`. O(n).
 * @throws TypeError for elements that are not ordered, or what is no slice
 *
 * @example
 * ```ts
 * import { sliceOf, slices } from "@gort/slice";
 *
 * slices.isSorted(sliceOf(1, 2, 2)); // => true
 * slices.isSorted(sliceOf(2, 1)); // => false
 * ```
 */
export function isSorted<T extends Ordered>(s: Slice<T>): boolean {
  mustBeSlice("isSorted", s);
  return isSortedFunc(s, compareOrdered);
}

/**
 * Whether the comparison puts no element before the one before it. Go's `slices.IsSortedFunc`. O(n).
 *
 * @throws TypeError for what is no slice, and if `cmp` is no function, or gives no number
 *
 * @example
 * ```ts
 * import { sliceOf, slices } from "@gort/slice";
 *
 * slices.isSortedFunc(sliceOf("a", "bb"), (a, b) => a.length - b.length); // => true
 * ```
 */
export function isSortedFunc<T>(s: Slice<T>, cmp: Compare<T>): boolean {
  mustBeSlice("isSortedFunc", s);
  checkFunction("isSortedFunc", "cmp", cmp);
  for (let i = s.len - 1; i > 0; i--)
    if (checkResult("isSortedFunc", cmp(s.get(i), s.get(i - 1))) < 0) return false;
  return true;
}

/**
 * The smallest element. Go's `slices.Min`. O(n). A NaN anywhere makes it NaN; -0 is less than 0.
 * @throws MisuseError `slices.Min: empty list`
 * @throws TypeError for elements that are not ordered, or what is no slice
 *
 * @example
 * ```ts
 * import { sliceOf, slices } from "@gort/slice";
 *
 * slices.min(sliceOf(3, 1, 2)); // => 1
 * slices.max(sliceOf("a", "c", "b")); // => "c"
 * ```
 */
export function min<T extends Ordered>(s: Slice<T>): T {
  mustBeSlice("min", s);
  if (s.len === 0) throw new MisuseError("slices.Min: empty list");
  let m = s.get(0);
  for (let i = 1; i < s.len; i++) {
    m = least(m, s.get(i));
  }
  return m;
}

/** Go's `min` of two: of numbers, JavaScript's own has its rules. */
const least = <T extends Ordered>(a: T, b: T): T =>
  typeof a === "number" && typeof b === "number"
    ? (Math.min(a, b) as T)
    : compareOrdered(b, a) < 0
      ? b
      : a;

/** Go's `max` of two. */
const most = <T extends Ordered>(a: T, b: T): T =>
  typeof a === "number" && typeof b === "number"
    ? (Math.max(a, b) as T)
    : compareOrdered(b, a) > 0
      ? b
      : a;

/**
 * The largest element. Go's `slices.Max`. O(n). A NaN anywhere makes it NaN; 0 is more than -0.
 * @throws MisuseError `slices.Max: empty list`
 * @throws TypeError for elements that are not ordered, or what is no slice
 *
 * @example
 * ```ts
 * import { sliceOf, slices } from "@gort/slice";
 *
 * slices.max(sliceOf(3, 1, 2)); // => 3
 * slices.max(sliceOf(1, NaN)); // => NaN
 * ```
 */
export function max<T extends Ordered>(s: Slice<T>): T {
  mustBeSlice("max", s);
  if (s.len === 0) throw new MisuseError("slices.Max: empty list");
  let m = s.get(0);
  for (let i = 1; i < s.len; i++) {
    m = most(m, s.get(i));
  }
  return m;
}

/**
 * Go's `slices.MinFunc`: the first of the least elements. O(n).
 * @throws TypeError for what is no slice, and if `cmp` is no function, or gives no number
 * @throws MisuseError `slices.MinFunc: empty list`
 *
 * @example
 * ```ts
 * import { sliceOf, slices } from "@gort/slice";
 *
 * slices.minFunc(sliceOf("bb", "a", "c"), (a, b) => a.length - b.length); // => "a"
 * ```
 */
export function minFunc<T>(s: Slice<T>, cmp: Compare<T>): T {
  mustBeSlice("minFunc", s);
  checkFunction("minFunc", "cmp", cmp);
  if (s.len === 0) throw new MisuseError("slices.MinFunc: empty list");
  let m = s.get(0);
  for (let i = 1; i < s.len; i++) {
    const v = s.get(i);
    if (checkResult("minFunc", cmp(v, m)) < 0) m = v;
  }
  return m;
}

/**
 * Go's `slices.MaxFunc`: the first of the greatest elements. O(n).
 * @throws TypeError for what is no slice, and if `cmp` is no function, or gives no number
 * @throws MisuseError `slices.MaxFunc: empty list`
 *
 * @example
 * ```ts
 * import { sliceOf, slices } from "@gort/slice";
 *
 * slices.maxFunc(sliceOf("a", "bb", "cc"), (a, b) => a.length - b.length); // => "bb"
 * ```
 */
export function maxFunc<T>(s: Slice<T>, cmp: Compare<T>): T {
  mustBeSlice("maxFunc", s);
  checkFunction("maxFunc", "cmp", cmp);
  if (s.len === 0) throw new MisuseError("slices.MaxFunc: empty list");
  let m = s.get(0);
  for (let i = 1; i < s.len; i++) {
    const v = s.get(i);
    if (checkResult("maxFunc", cmp(v, m)) > 0) m = v;
  }
  return m;
}
