/**
 * Go's `slices` functions that look and do not touch: searching and comparing.
 *
 * Invariants
 *  1. Equality is Go's `==` of the element type: NaN equals nothing, -0 equals 0, structs go field by field. Of two kinds of numbers,
 *     which Go does not compare, it is that of the numbers: no float32 equals 0.1.
 *  2. A search that finds nothing says -1 or `[position, false]`, never `undefined`.
 */
import { checkFunction } from "@gort/types";
import { mustBeSlice, sameElements, storeTag, type Slice } from "../slice.ts";
import { checkOrdered, checkResult, compareOrdered, type Ordered } from "./order.ts";

/**
 * Go's `slices.Index`: where `v` is first, or -1. O(n).
 * @throws RuntimeError `comparing uncomparable type …` for elements without `==`; TypeError for what is no slice, and for a `v` that
 * is no string, no struct or the like where elements are
 *
 * @example
 * ```ts
 * import { sliceOf, slices } from "@gort/slice";
 *
 * slices.index(sliceOf("a", "b"), "b"); // => 1
 * slices.index(sliceOf(NaN), NaN); // => -1
 * ```
 */
export function index<T>(s: Slice<T>, v: T): number {
  mustBeSlice("index", s);
  return find(s, v);
}

function find<T>(s: Slice<T>, v: T): number {
  const { backing, len } = s;
  const tag = storeTag(s);
  if (tag === undefined) {
    // A type's `==` is of its own values.
    s.check(v);
    for (let i = 0; i < len; i++) if (backing.equal(s.get(i), v)) return i;
    return -1;
  }
  // On numbers `===` is Go's `==`.
  const of = rounded(tag, v);
  for (let i = 0; i < len; i++) if (s.get(i) === of) return i;
  return -1;
}

/** What is compared with a float32 is one, as in Go. */
const rounded = <T>(tag: string | undefined, v: T): T =>
  tag === "Float32Array" && typeof v === "number" ? (Math.fround(v) as T) : v;

/**
 * Go's `slices.IndexFunc`: the first index whose element satisfies `f`, or -1. O(n).
 *
 * @throws TypeError for what is no slice, and if `f` is no function
 *
 * @example
 * ```ts
 * import { sliceOf, slices } from "@gort/slice";
 *
 * slices.indexFunc(sliceOf(1, 20, 3), (n) => n > 10); // => 1
 * slices.indexFunc(sliceOf(1, 2, 3), (n) => n > 10); // => -1
 * ```
 */
export function indexFunc<T>(s: Slice<T>, f: (v: T) => boolean): number {
  return findFunc("indexFunc", s, f);
}

function findFunc<T>(where: string, s: Slice<T>, f: (v: T) => boolean): number {
  mustBeSlice(where, s);
  checkFunction(where, "f", f);
  const n = s.len;
  for (let i = 0; i < n; i++) if (f(s.get(i))) return i;
  return -1;
}

/**
 * Whether an element equals `v`. Go's `slices.Contains`. O(n).
 * @throws RuntimeError `comparing uncomparable type …` for elements without `==`; TypeError for what is no slice, and for a `v` that
 * is no string, no struct or the like where elements are
 *
 * @example
 * ```ts
 * import { sliceOf, slices } from "@gort/slice";
 *
 * slices.contains(sliceOf("a", "b"), "b"); // => true
 * ```
 */
export function contains<T>(s: Slice<T>, v: T): boolean {
  mustBeSlice("contains", s);
  return find(s, v) >= 0;
}

/**
 * Whether the function is true of an element. Go's `slices.ContainsFunc`. O(n).
 *
 * @throws TypeError for what is no slice, and if `f` is no function
 *
 * @example
 * ```ts
 * import { sliceOf, slices } from "@gort/slice";
 *
 * slices.containsFunc(sliceOf(1, 2, 3), (n) => n > 2); // => true
 * ```
 */
export function containsFunc<T>(s: Slice<T>, f: (v: T) => boolean): boolean {
  return findFunc("containsFunc", s, f) >= 0;
}

/**
 * Go's `slices.Equal`: the same length and equal elements; nil equals empty. O(n).
 * @throws RuntimeError `comparing uncomparable type …` for elements without `==`; TypeError for what is no slice
 *
 * @example
 * ```ts
 * import { makeSlice, nilSlice, slices } from "@gort/slice";
 *
 * slices.equal(nilSlice(Int8Array), makeSlice(Int8Array, 0)); // => true
 * slices.equal(makeSlice(Int8Array, [1, 2]), makeSlice(Int8Array, [1, 3])); // => false
 * ```
 */
export function equal<T>(a: Slice<T>, b: Slice<T>): boolean {
  mustBeSlice("equal", a, "a");
  mustBeSlice("equal", b, "b");
  return a.len === b.len && sameElements(a, b);
}

/**
 * Go's `slices.EqualFunc`: elements may be of two types. O(n).
 *
 * @throws TypeError for what is no slice, and if `eq` is no function
 *
 * @example
 * ```ts
 * import { sliceOf, slices } from "@gort/slice";
 *
 * slices.equalFunc(sliceOf(1, 2), sliceOf("1", "2"), (n, s) => String(n) === s); // => true
 * ```
 */
export function equalFunc<A, B>(a: Slice<A>, b: Slice<B>, eq: (x: A, y: B) => boolean): boolean {
  mustBeSlice("equalFunc", a, "a");
  mustBeSlice("equalFunc", b, "b");
  checkFunction("equalFunc", "eq", eq);
  const n = a.len;
  if (n !== b.len) return false;
  for (let i = 0; i < n; i++) if (!eq(a.get(i), b.get(i))) return false;
  return true;
}

/**
 * Go's `slices.Compare`: the first difference decides, then the length. -1, 0 or 1. O(n).
 * @throws TypeError for elements that are not ordered, or what is no slice
 *
 * @example
 * ```ts
 * import { sliceOf, slices } from "@gort/slice";
 *
 * slices.compare(sliceOf(1, 2), sliceOf(1, 3)); // => -1
 * slices.compare(sliceOf(1, 2, 0), sliceOf(1, 2)); // => 1
 * ```
 */
export function compare<T extends Ordered>(a: Slice<T>, b: Slice<T>): number {
  return compareBy("compare", a, b, compareOrdered);
}

/**
 * The order of two slices, each pair of elements compared by the function. Go's `slices.CompareFunc`. O(n).
 *
 * @throws TypeError for what is no slice, and if `cmp` is no function, or gives no number
 *
 * @example
 * ```ts
 * import { sliceOf, slices } from "@gort/slice";
 *
 * slices.compareFunc(sliceOf(1, 2), sliceOf("1", "2"), (n, s) => n - Number(s)); // => 0
 * ```
 */
export function compareFunc<A, B>(a: Slice<A>, b: Slice<B>, cmp: (x: A, y: B) => number): number {
  return compareBy("compareFunc", a, b, cmp);
}

function compareBy<A, B>(where: string, a: Slice<A>, b: Slice<B>, cmp: (x: A, y: B) => number) {
  mustBeSlice(where, a, "a");
  mustBeSlice(where, b, "b");
  checkFunction(where, "cmp", cmp);
  const n = Math.min(a.len, b.len);
  for (let i = 0; i < n; i++) {
    const c = cmp(a.get(i), b.get(i));
    if (c !== 0) return checkResult(where, c);
  }
  return Math.sign(a.len - b.len);
}

/**
 * Go's `slices.BinarySearch` in an ascending slice: where `target` is, or would be, and whether it is. O(log n).
 * @throws TypeError for a target or elements that are not ordered, or what is no slice
 *
 * @example
 * ```ts
 * import { sliceOf, slices } from "@gort/slice";
 *
 * slices.binarySearch(sliceOf(10, 20, 30), 20); // => [1, true]
 * slices.binarySearch(sliceOf(10, 20, 30), 25); // => [2, false]
 * ```
 */
export function binarySearch<T extends Ordered>(
  s: Slice<T>,
  target: T,
): [position: number, found: boolean] {
  mustBeSlice("binarySearch", s);
  if (s.len > 0) checkOrdered("binarySearch", "target", target, s.get(0));
  const of = rounded(storeTag(s), target);
  return binarySearchFunc(s, of, compareOrdered as (v: T, target: T) => number);
}

/**
 * Go's `slices.BinarySearchFunc`: `cmp(element, target)` must be negative before the place, then zero, then
 * positive. O(log n).
 *
 * @throws TypeError for what is no slice, and if `cmp` is no function, or gives no number
 *
 * @example
 * ```ts
 * import { sliceOf, slices } from "@gort/slice";
 *
 * const users = sliceOf({ id: 2, name: "Ada" }, { id: 5, name: "Grace" });
 * slices.binarySearchFunc(users, 5, (u, id) => u.id - id); // => [1, true]
 * slices.binarySearchFunc(users, 3, (u, id) => u.id - id); // => [1, false]
 * ```
 */
export function binarySearchFunc<T, V>(
  s: Slice<T>,
  target: V,
  cmp: (v: T, target: V) => number,
): [position: number, found: boolean] {
  mustBeSlice("binarySearchFunc", s);
  checkFunction("binarySearchFunc", "cmp", cmp);
  let lo = 0;
  let hi = s.len;
  while (lo < hi) {
    const mid = (lo + hi) >>> 1;
    if (checkResult("binarySearchFunc", cmp(s.get(mid), target)) < 0) lo = mid + 1;
    else hi = mid;
  }
  return [lo, lo < s.len && checkResult("binarySearchFunc", cmp(s.get(lo), target)) === 0];
}
