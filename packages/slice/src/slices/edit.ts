/**
 * Go's `slices` functions that change slices: deleting, compacting, and making copies.
 *
 * Invariants
 *  1. What is taken out of a slice is zeroed behind it (Go since 1.22), so nothing is kept alive by the tail.
 *  2. Work happens in place if the capacity allows, otherwise in new storage of the capacity `append` would choose.
 *  3. Bounds are checked first, with the texts of the slice expressions that Go's own code checks with.
 */
import { badNumber, checkFunction, MisuseError } from "@gort/types";
import { abandoned, mustBeSlice, type Slice } from "../slice.ts";
import type { ElementType } from "../append.ts";
import { MAX_INT, checkMake } from "../errors.ts";
import { checkBounds } from "./splice.ts";

/** Zeroes the elements of `s` from `from` on and returns what stands before them. */
function cut<S extends Slice<any>>(s: S, from: number): S {
  s.wipe(from, s.len - from);
  return s.slice(0, from);
}

/** Checks a count argument: an integer, and not negative. */
function checkCount(where: string, argument: string, n: number): void {
  if (!Number.isInteger(n)) throw badNumber(where, argument, n, "an integer from 0");
  if (n < 0) throw new MisuseError("cannot be negative");
}

/**
 * Go's `slices.Delete`: without the elements from `i` to `j`; the tail is zeroed. O(length - i). In a module that
 * imports it by name it is best renamed: `import { delete as remove } from "@gort/slice/slices"`.
 * @throws RuntimeError `slice bounds out of range`; RangeError or TypeError for a bound that is no integer; TypeError
 * for what is no slice
 *
 * @example
 * ```ts
 * import { sliceOf, slices } from "@gort/slice";
 *
 * const s = sliceOf(1, 2, 3, 4);
 * [...slices.delete(s, 1, 3)]; // => [1, 4]
 * [...s]; // => [1, 4, 0, 0]
 * ```
 */
function deleteRange<S extends Slice<any>>(s: S, i: number, j: number): S {
  mustBeSlice("delete", s);
  checkBounds(s, i, j, s.len);
  if (i === j) return s;
  s.move(i, s, j, s.len - j);
  return cut(s, s.len - (j - i));
}
export { deleteRange as delete };

/**
 * Go's `slices.DeleteFunc`: without the elements that satisfy `del`; the tail is zeroed. O(n). If `del` throws, elements that stay
 * have moved up to there, as in Go.
 *
 * @throws TypeError for what is no slice, and if `del` is no function
 *
 * @example
 * ```ts
 * import { sliceOf, slices } from "@gort/slice";
 *
 * const s = sliceOf(1, 2, 3, 4);
 * [...slices.deleteFunc(s, (n) => n % 2 === 0)]; // => [1, 3]
 * [...s]; // => [1, 3, 0, 0]
 * ```
 */
export function deleteFunc<S extends Slice<any>>(s: S, del: (v: ElementType<S>) => boolean): S {
  mustBeSlice("deleteFunc", s);
  checkFunction("deleteFunc", "del", del);
  const n = s.len;
  let kept = 0;
  for (let i = 0; i < n; i++) {
    if (del(s.get(i))) continue;
    if (kept !== i) s.move(kept, s, i, 1);
    kept++;
  }
  return kept === n ? s : cut(s, kept);
}

/**
 * Go's `slices.Compact`: one of each run of equal elements; the tail is zeroed. O(n).
 * @throws RuntimeError `comparing uncomparable type …` for elements without `==`; TypeError for what is no slice
 *
 * @example
 * ```ts
 * import { sliceOf, slices } from "@gort/slice";
 *
 * [...slices.compact(sliceOf(1, 1, 2, 2, 1))]; // => [1, 2, 1]
 * ```
 */
export function compact<S extends Slice<any>>(s: S): S {
  mustBeSlice("compact", s);
  const { backing } = s;
  return compactFunc(s, (a, b) => backing.equal(a, b));
}

/**
 * Go's `slices.CompactFunc`: of each run of elements for which `eq` holds, the first. O(n). If `eq` throws, elements that stay have
 * moved up to there, as in Go.
 *
 * @throws TypeError for what is no slice, and if `eq` is no function
 *
 * @example
 * ```ts
 * import { sliceOf, slices } from "@gort/slice";
 *
 * const sameLetter = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
 * [...slices.compactFunc(sliceOf("a", "A", "b"), sameLetter)]; // => ["a", "b"]
 * ```
 */
export function compactFunc<S extends Slice<any>>(
  s: S,
  eq: (a: ElementType<S>, b: ElementType<S>) => boolean,
): S {
  mustBeSlice("compactFunc", s);
  checkFunction("compactFunc", "eq", eq);
  const n = s.len;
  if (n < 2) return s;
  let kept = 1;
  for (let i = 1; i < n; i++) {
    if (eq(s.get(i), s.get(i - 1))) continue;
    if (kept !== i) s.move(kept, s, i, 1);
    kept++;
  }
  return kept === n ? s : cut(s, kept);
}

/**
 * Go's `slices.Reverse`, in place. O(n).
 * @throws TypeError for what is no slice
 *
 * @example
 * ```ts
 * import { sliceOf, slices } from "@gort/slice";
 *
 * const s = sliceOf(1, 2, 3);
 * slices.reverse(s);
 * [...s]; // => [3, 2, 1]
 * ```
 */
export function reverse(s: Slice<any>): void {
  mustBeSlice("reverse", s);
  const n = s.len;
  const { array, off } = s as { array: unknown; off: number };
  if (Array.isArray(array)) {
    for (let i = off, j = off + n - 1; i < j; i++, j--) {
      const t: unknown = array[i];
      array[i] = array[j];
      array[j] = t;
    }
    return;
  }
  const { view } = s as { view?: () => { reverse(): unknown } };
  if (view !== undefined) {
    view.call(s).reverse();
    return;
  }
  const one = s.scratch(1);
  for (let i = 0, j = n - 1; i < j; i++, j--) {
    one.move(0, s, i, 1);
    s.move(i, s, j, 1);
    s.move(j, one, 0, 1);
  }
}

/**
 * Go's `slices.Clip`: without unused capacity, `s[:len(s):len(s)]`. O(1).
 * @throws TypeError for what is no slice
 *
 * @example
 * ```ts
 * import { makeSlice, slices } from "@gort/slice";
 *
 * slices.clip(makeSlice(Int32Array, 2, 10)).cap; // => 2
 * ```
 */
export function clip<S extends Slice<any>>(s: S): S {
  mustBeSlice("clip", s);
  return s.slice(0, s.len, s.len);
}

/**
 * Go's `slices.Grow`: room for `n` more elements without another growth. What lies between length and capacity comes
 * along. O(n).
 * @throws MisuseError `cannot be negative`; RuntimeError `growslice: len out of range`; RangeError or TypeError for what is no integer;
 * TypeError for what is no slice
 *
 * @example
 * ```ts
 * import { makeSlice, slices } from "@gort/slice";
 *
 * const s = slices.grow(makeSlice(Int32Array, [1, 2]), 5);
 * s.len; // => 2
 * s.cap >= 7; // => true
 * ```
 */
export function grow<S extends Slice<any>>(s: S, n: number): S {
  mustBeSlice("grow", s);
  checkCount("grow", "n", n);
  const need = s.len + n;
  return need <= s.cap ? s : s.slice(0, s.cap).grown(need, s.len);
}

/**
 * Go's `slices.Clone`: the same elements in storage of their own; nil stays nil. O(n).
 * @throws TypeError for what is no slice
 *
 * @example
 * ```ts
 * import { sliceOf, slices } from "@gort/slice";
 *
 * const s = sliceOf(1, 2);
 * const t = slices.clone(s);
 * t.set(0, 9);
 * s.get(0); // => 1
 * ```
 */
export function clone<S extends Slice<any>>(s: S): S {
  mustBeSlice("clone", s);
  return s.isNil ? s : s.slice(0, 0, 0).appendSlice(s);
}

/**
 * Go's `slices.Concat`: all elements of all slices, in new storage; nil if there are none. O(total).
 * @throws MisuseError `len out of range` beyond 2³¹ - 1 elements; RuntimeError `growslice: len out of range`; RangeError or TypeError for
 * an element that does not fit the type of `first`; TypeError for what is no slice
 *
 * @example
 * ```ts
 * import { sliceOf, slices } from "@gort/slice";
 *
 * [...slices.concat(sliceOf(1), sliceOf(2, 3))]; // => [1, 2, 3]
 * ```
 */
export function concat<S extends Slice<any>>(first: S, ...rest: Slice<ElementType<S>>[]): S {
  mustBeSlice("concat", first, "first");
  let total = first.len;
  for (const s of rest) {
    mustBeSlice("concat", s, "rest");
    total += s.len;
  }
  if (total > MAX_INT) throw new MisuseError("len out of range");
  const nil = first.backing.nil() as S;
  let out = grow(nil, total);
  try {
    for (const s of [first, ...rest]) out = out.appendSlice(s);
  } catch (e) {
    throw abandoned(out, nil.backing, e);
  }
  return out;
}

/**
 * Go's `slices.Repeat`: the elements `count` times over, in new storage. O(length × count).
 * @throws MisuseError `cannot be negative`, `the result of (len(x) * count) overflows` beyond 2³¹ - 1 elements; RuntimeError
 * `makeslice: len out of range`; RangeError or TypeError for what is no integer; TypeError for what is no slice
 *
 * @example
 * ```ts
 * import { sliceOf, slices } from "@gort/slice";
 *
 * [...slices.repeat(sliceOf(1, 2), 3)]; // => [1, 2, 1, 2, 1, 2]
 * slices.repeat(sliceOf(1), -1); // throws cannot be negative
 * ```
 */
export function repeat<S extends Slice<any>>(s: S, count: number): S {
  mustBeSlice("repeat", s);
  checkCount("repeat", "count", count);
  const total = s.len * count;
  if (total > MAX_INT) throw new MisuseError("the result of (len(x) * count) overflows");
  checkMake(total, total, s.backing.capMax);
  const out = s.backing.make(total, total) as S;
  if (total > 0) out.move(0, s, 0, s.len);
  // By doubling what is there.
  for (let done = s.len; done < total; done *= 2)
    out.move(done, out, 0, Math.min(done, total - done));
  return out;
}
