/**
 * Go's `slices` functions over iterators; any JavaScript iterable is one.
 *
 * Invariants
 *  1. An iterator over a slice visits the elements that were there when it was made.
 *  2. Chunks cannot grow into one another: each one's capacity is its length.
 */
import { MisuseError, badArgument, badNumber, checkFunction } from "@gort/types";
import type { Elem, ElementOf, TypedArray, TypedArrayConstructor } from "../api.ts";
import type { ElementType } from "../append.ts";
import { resolve } from "../make.ts";
import { abandoned, mustBeSlice, type Slice } from "../slice.ts";
import type { TypedSlice } from "../typed-slice.ts";
import { valueBacking, zeroLike } from "../values.ts";
import type { Compare, Ordered } from "./order.ts";
import { sort, sortBy } from "./sort.ts";

/**
 * Go's `slices.All`: indexes and values, as `range`. O(1), and O(n) to the end.
 * @throws TypeError for what is no slice
 *
 * @example
 * ```ts
 * import { sliceOf, slices } from "@gort/slice";
 *
 * [...slices.all(sliceOf("a", "b"))]; // => [[0, "a"], [1, "b"]]
 * ```
 */
export function all<T>(s: Slice<T>): IterableIterator<[number, T]> {
  mustBeSlice("all", s);
  return s.entries();
}

/**
 * Go's `slices.Values`: the values, as `for…of` over the slice itself. O(1), and O(n) to the end.
 * @throws TypeError for what is no slice
 *
 * @example
 * ```ts
 * import { sliceOf, slices } from "@gort/slice";
 *
 * [...slices.values(sliceOf("a", "b"))]; // => ["a", "b"]
 * ```
 */
export function values<T>(s: Slice<T>): IterableIterator<T> {
  mustBeSlice("values", s);
  return s[Symbol.iterator]();
}

/**
 * Go's `slices.Backward`: indexes and values, the last first. O(1), and O(n) to the end.
 * @throws TypeError for what is no slice
 *
 * @example
 * ```ts
 * import { sliceOf, slices } from "@gort/slice";
 *
 * [...slices.backward(sliceOf("a", "b"))]; // => [[1, "b"], [0, "a"]]
 * ```
 */
export function backward<T>(s: Slice<T>): Generator<[number, T], void, undefined> {
  mustBeSlice("backward", s);
  return downwards(s);
}

function* downwards<T>(s: Slice<T>): Generator<[number, T], void, undefined> {
  for (let i = s.len - 1; i >= 0; i--) yield [i, s.get(i)];
}

/**
 * Go's `slices.Chunk`: parts of `n` elements, the last one shorter, over the same storage. O(1) each.
 * @throws MisuseError `cannot be less than 1`
 * @throws RangeError or TypeError for what is no integer; TypeError for what is no slice
 *
 * @example
 * ```ts
 * import { sliceOf, slices } from "@gort/slice";
 *
 * [...slices.chunk(sliceOf(1, 2, 3), 2)].map(String); // => ["[1 2]", "[3]"]
 * ```
 */
export function chunk<S extends Slice<any>>(s: S, n: number): Generator<S, void, undefined> {
  mustBeSlice("chunk", s);
  if (!Number.isInteger(n)) throw badNumber("chunk", "n", n, "an integer from 1");
  if (n < 1) throw new MisuseError("cannot be less than 1");
  return chunks(s, n);
}

function* chunks<S extends Slice<any>>(s: S, n: number): Generator<S, void, undefined> {
  for (let i = 0; i < s.len; i += n) {
    const end = Math.min(i + n, s.len);
    yield s.slice(i, end, end);
  }
}

/**
 * Go's `slices.AppendSeq`: appends what the iterable gives. O(its values). If the iterable throws, or gives what the type cannot
 * hold, what it gave before has been written where the capacity allowed, as in Go.
 * @throws RuntimeError `growslice: len out of range`; RangeError or TypeError for a value that does not fit the type; TypeError for
 * what is no slice or no iterable
 *
 * @example
 * ```ts
 * import { sliceOf, slices } from "@gort/slice";
 *
 * [...slices.appendSeq(sliceOf(1), new Set([2, 3]))]; // => [1, 2, 3]
 * ```
 */
export function appendSeq<S extends Slice<any>>(s: S, seq: Iterable<ElementType<S>>): S {
  mustBeSlice("appendSeq", s);
  return gather("appendSeq", s, seq);
}

const isIterable = (v: unknown): v is Iterable<any> =>
  typeof (v as Partial<Iterable<any>> | null | undefined)?.[Symbol.iterator] === "function";

function gather<S extends Slice<any>>(where: string, s: S, seq: Iterable<ElementType<S>>): S {
  if (!isIterable(seq)) throw badArgument(where, "seq", seq, "an iterable", "type");
  let out = s;
  try {
    for (const v of seq) {
      const next = out.appendOne(v);
      // A store in a heap that was grown out of, and that nobody else has seen, need not wait for V8 to find that out.
      if (next.backing !== out.backing) abandoned(out, s.backing, null);
      out = next;
    }
  } catch (e) {
    throw abandoned(out, s.backing, e);
  }
  return out;
}

/**
 * A new slice of what the iterable gives, sorted by `order`; `where` is the function to blame. An iterable alone, in the place of the
 * type, gives JavaScript values.
 */
function gathered(
  where: string,
  elem: unknown,
  seq: Iterable<any> | undefined,
  order?: (s: Slice<any>) => void,
): Slice<any> {
  if (seq === undefined && isIterable(elem)) {
    seq = [...elem];
    elem = valueBacking(zeroLike((seq as unknown[])[0]), "any");
  }
  const backing = resolve(where, elem);
  const s = gather(where, backing.nil(), seq!);
  try {
    order?.(s);
  } catch (e) {
    throw abandoned(s, backing, e);
  }
  return s;
}

/**
 * Go's `slices.Collect`: a new slice of what the iterable gives; nil if it gives nothing. Without an element type the values are
 * JavaScript's, as of `sliceOf`. O(its values).
 * @throws RuntimeError `growslice: len out of range`; RangeError or TypeError for a value that does not fit the type; TypeError for
 * what is no element type or no iterable
 *
 * @example
 * ```ts
 * import { slices } from "@gort/slice";
 * import { int32 } from "@gort/types";
 *
 * [...slices.collect(int32, new Set([1, 2, 2]))]; // => [1, 2]
 * [...slices.collect(new Set(["a", "b"]))]; // => ["a", "b"]
 * ```
 */
export function collect<A extends TypedArray>(
  elem: TypedArrayConstructor<A>,
  seq: Iterable<ElementOf<A>>,
): TypedSlice<A>;
export function collect<T>(elem: Elem<T>, seq: Iterable<T>): Slice<T>;
export function collect<T>(seq: Iterable<T>): Slice<T>;
export function collect(elem: any, seq?: Iterable<any>): Slice<any> {
  return gathered("collect", elem, seq);
}

/**
 * Go's `slices.Sorted`: {@link collect}ed and sorted. O(n log n).
 * @throws what {@link collect} throws; TypeError for values that are not ordered
 *
 * @example
 * ```ts
 * import { slices } from "@gort/slice";
 * import { int32 } from "@gort/types";
 *
 * [...slices.sorted(int32, new Set([3, 1, 2]))]; // => [1, 2, 3]
 * [...slices.sorted(new Map([["b", 2], ["a", 1]]).keys())]; // => ["a", "b"]
 * ```
 */
export function sorted<A extends TypedArray>(
  elem: TypedArrayConstructor<A>,
  seq: Iterable<ElementOf<A>>,
): TypedSlice<A>;
export function sorted<T extends Ordered>(elem: Elem<T>, seq: Iterable<T>): Slice<T>;
export function sorted<T>(seq: Iterable<T> & Iterable<Ordered>): Slice<T>;
export function sorted(elem: any, seq?: Iterable<any>): Slice<any> {
  return gathered("sorted", elem, seq, sort);
}

/**
 * A new slice of what the iterable gives, sorted by a comparison. Go's `slices.SortedFunc`. O(n log n).
 *
 * @throws what {@link collect} throws; TypeError if `cmp` is no function, or gives no number
 *
 * @example
 * ```ts
 * import { slices } from "@gort/slice";
 * import { int32 } from "@gort/types";
 *
 * [...slices.sortedFunc(int32, [1, 3, 2], (a, b) => b - a)]; // => [3, 2, 1]
 * ```
 */
export function sortedFunc<A extends TypedArray>(
  elem: TypedArrayConstructor<A>,
  seq: Iterable<ElementOf<A>>,
  cmp: Compare<ElementOf<A>>,
): TypedSlice<A>;
export function sortedFunc<T>(elem: Elem<T>, seq: Iterable<T>, cmp: Compare<T>): Slice<T>;
export function sortedFunc(elem: any, seq: Iterable<any>, cmp: Compare<any>): Slice<any> {
  checkFunction("sortedFunc", "cmp", cmp);
  return gathered("sortedFunc", elem, seq, (s) => sortBy("sortedFunc", s, cmp, false));
}

/**
 * {@link sortedFunc} that keeps equal elements in their order. Go's `slices.SortedStableFunc`. O(n log n).
 *
 * @throws what {@link collect} throws; TypeError if `cmp` is no function, or gives no number
 *
 * @example
 * ```ts
 * import { slices } from "@gort/slice";
 * import { string } from "@gort/types";
 *
 * [...slices.sortedStableFunc(string, ["bb", "a", "cc"], (a, b) => a.length - b.length)];
 * // => ["a", "bb", "cc"]
 * ```
 */
export function sortedStableFunc<A extends TypedArray>(
  elem: TypedArrayConstructor<A>,
  seq: Iterable<ElementOf<A>>,
  cmp: Compare<ElementOf<A>>,
): TypedSlice<A>;
export function sortedStableFunc<T>(elem: Elem<T>, seq: Iterable<T>, cmp: Compare<T>): Slice<T>;
export function sortedStableFunc(elem: any, seq: Iterable<any>, cmp: Compare<any>): Slice<any> {
  checkFunction("sortedStableFunc", "cmp", cmp);
  return gathered("sortedStableFunc", elem, seq, (s) => sortBy("sortedStableFunc", s, cmp, true));
}
