/**
 * Making slices: `make`, literals, nil, and slices over arrays that exist already.
 *
 * Invariants
 *  1. `makeSlice` checks len first, then cap, and says which one is out of range, as Go does.
 *  2. `sliceFrom` an array shares its storage, as Go's `a[:]` does; nothing is copied.
 *  3. A nil slice has len and cap 0 and `isNil`; an empty one made here is not nil.
 */
import { badArgument, checkFunction, type Type } from "@gort/types";
import type {
  Backing,
  BaseArray,
  Elem,
  ElementOf,
  GrowthRule,
  TypedArray,
  TypedArrayConstructor,
} from "./api.ts";
import type { ArraySlice } from "./array-slice.ts";
import { checkMake } from "./errors.ts";
import { abandoned, type Slice } from "./slice.ts";
import { typedBacking, typedBackingOf } from "./typed-backing.ts";
import type { TypedSlice } from "./typed-slice.ts";
import { isDescriptor, notElem, typeBacking, valueBacking, zeroLike } from "./values.ts";

const BACKING = Symbol.for("gort.slice.Backing");

function isBacking(v: unknown): v is Backing<any> {
  return typeof v === "object" && v !== null && (v as Record<symbol, unknown>)[BACKING] === true;
}

/**
 * Where elements of a type lie when nothing else is said: numbers in the typed array of their kind, all other
 * values in a plain array. O(1).
 * @throws TypeError for anything that names no element type
 *
 * @example
 * ```ts
 * import { backingOf } from "@gort/slice";
 * import { float64, string } from "@gort/types";
 *
 * backingOf(float64).size; // => 8
 * backingOf(string).zero(); // => ""
 * backingOf(Uint8Array).name; // => "uint8"
 * ```
 */
export function backingOf<A extends TypedArray>(
  elem: TypedArrayConstructor<A>,
): Backing<ElementOf<A>>;
export function backingOf<T>(elem: Elem<T>): Backing<T>;
export function backingOf(elem: unknown): Backing<any> {
  return resolve("backingOf", elem);
}

/** The backing that `elem` names; `where` is the function to blame if it names none. */
export function resolve(where: string, elem: unknown): Backing<any> {
  if (typeof elem === "function") {
    const backing = typedBacking(elem.name);
    if (backing === undefined) throw notElem(where, elem);
    return backing;
  }
  if (isBacking(elem)) return elem;
  if (!isDescriptor(elem)) throw notElem(where, elem);
  const typed = typedBackingOf(elem);
  return typed === undefined ? typeBacking(elem as Type<any>) : typed.named(elem.name);
}

/**
 * A slice of `len` zero values, with room for `cap`; with an array or iterable as second argument, of copies of its values. Go's
 * `make([]T, len, cap)`, and the literal `[]T{…}`. O(cap).
 * @param elem a type descriptor (`int32`), a typed-array constructor (`Int32Array`), `values(zero)` or `inHeap(heap, type)`
 * @param len an integer from 0
 * @param cap an integer from `len`; default `len`
 * @throws RuntimeError `makeslice: len out of range`, `makeslice: cap out of range`; RangeError for fractions and NaN; RangeError or
 * TypeError for a value that does not fit the type; TypeError for what names no element type; FatalError `out of memory`, or in a heap its
 * own
 *
 * @example
 * ```ts
 * import { makeSlice } from "@gort/slice";
 * import { int32 } from "@gort/types";
 *
 * const s = makeSlice(int32, 2, 10);
 * s.len; // => 2
 * s.cap; // => 10
 * [...makeSlice(Float64Array, [1.5, 2.5])]; // => [1.5, 2.5]
 * ```
 */
export function makeSlice<A extends TypedArray>(
  elem: TypedArrayConstructor<A>,
  len: number | Iterable<ElementOf<A>>,
  cap?: number,
): TypedSlice<A>;
export function makeSlice<T>(elem: Elem<T>, len: number | Iterable<T>, cap?: number): Slice<T>;
export function makeSlice(
  elem: unknown,
  len: number | Iterable<unknown>,
  cap?: number,
): Slice<unknown> {
  const backing = resolve("makeSlice", elem);
  if (typeof len === "object" && len !== null) return literal(backing, len, cap);
  const room = cap === undefined ? len : cap;
  checkMake(len, room, backing.capMax);
  return backing.make(len, room);
}

function literal(backing: Backing<unknown>, from: Iterable<unknown>, cap?: number): Slice<unknown> {
  if (typeof (from as Partial<typeof from>)[Symbol.iterator] !== "function")
    throw badArgument("makeSlice", "len", from, "an integer, an array or an iterable", "type");
  const list = Array.isArray(from) ? (from as unknown[]) : [...from];
  const n = list.length;
  const room = cap ?? n;
  checkMake(n, room, backing.capMax);
  const out = backing.make(n, room);
  try {
    for (let i = 0; i < n; i++) out.set(i, list[i]);
  } catch (e) {
    throw abandoned(out, backing, e);
  }
  return out;
}

/**
 * A slice without a store: len 0, cap 0, `isNil`. `append` works on it. Go's `var s []T`. O(1).
 * @throws TypeError for anything that names no element type
 *
 * @example
 * ```ts
 * import { append, nilSlice } from "@gort/slice";
 *
 * const s = nilSlice(Uint8Array);
 * s.isNil; // => true
 * append(s, 1).cap; // => 8
 * ```
 */
export function nilSlice<A extends TypedArray>(elem: TypedArrayConstructor<A>): TypedSlice<A>;
export function nilSlice<T>(elem: Elem<T>): Slice<T>;
export function nilSlice(elem: unknown): Slice<unknown> {
  return resolve("nilSlice", elem).nil();
}

/**
 * A slice of JavaScript values, as Go's `[]T{a, b, c}`. Its zero value is that of the first value's type: 0, `""`,
 * false or 0n; `undefined` for objects and of no values at all, whatever is appended later. Say `makeSlice(values(zero), [...])` for
 * another, and `nilSlice(values(0))` to begin empty. O(number of values).
 *
 * @example
 * ```ts
 * import { sliceOf } from "@gort/slice";
 *
 * const s = sliceOf("a", "b", "c");
 * s.len; // => 3
 * s.get(1); // => "b"
 * ```
 */
export function sliceOf<T>(...elements: T[]): ArraySlice<T> {
  return sliceOver(elements);
}

/**
 * A slice over all of an array, sharing its storage, as Go's `a[:]`: writes go both ways. Any other iterable is
 * collected first. Of a class derived from a typed array, as Node's `Buffer` is, the elements are shared and the slice lies on
 * a plain `Uint8Array` over them. O(1) for arrays.
 *
 * The slice keeps the length it saw; do not shorten the array under it. The zero value of an array of JavaScript values is that of
 * {@link sliceOf}.
 * @throws TypeError for what is no array, typed array or iterable; RangeError for an array that is longer than slices on its kind of
 * storage can be
 *
 * @example
 * ```ts
 * import { sliceFrom } from "@gort/slice";
 *
 * const a = [1, 2, 3];
 * const s = sliceFrom(a).slice(1);
 * s.set(0, 20);
 * a; // => [1, 20, 3]
 * sliceFrom(new Set("abc")).len; // => 3
 * ```
 */
export function sliceFrom<A extends TypedArray>(array: A): TypedSlice<BaseArray<A>>;
export function sliceFrom<T>(source: Iterable<T>): ArraySlice<T>;
export function sliceFrom(source: unknown): Slice<any> {
  if (ArrayBuffer.isView(source)) {
    const backing = typedBacking(
      (source as unknown as Record<symbol, string>)[Symbol.toStringTag]!,
    );
    if (backing !== undefined) return backing.over(source);
  }
  if (Array.isArray(source)) return sliceOver(source as unknown[]);
  const iterable = source as Iterable<unknown> | null | undefined;
  if (typeof iterable?.[Symbol.iterator] !== "function") {
    throw badArgument("sliceFrom", "source", source, "an array, typed array or iterable", "type");
  }
  return sliceOver([...iterable]);
}

/** A slice over an array; its zero value is that of the first value's type. */
export const sliceOver = <T>(array: T[]): ArraySlice<T> =>
  valueBacking(zeroLike(array[0]) as T, "any").over(array);

/**
 * The same elements in the same place, growing by another rule, such as Go's before 1.18. O(1).
 * @throws TypeError for anything that names no element type, or if `rule` is no function
 *
 * @example
 * ```ts
 * import { append, growthGo117, makeSlice, withGrowth } from "@gort/slice";
 *
 * append(makeSlice(withGrowth(Float64Array, growthGo117), 1024), 1).cap; // => 1280
 * append(makeSlice(Float64Array, 1024), 1).cap; // => 1536
 * ```
 */
export function withGrowth<A extends TypedArray>(
  elem: TypedArrayConstructor<A>,
  rule: GrowthRule,
): Backing<ElementOf<A>>;
export function withGrowth<T>(elem: Elem<T>, rule: GrowthRule): Backing<T>;
export function withGrowth(elem: unknown, rule: GrowthRule): Backing<any> {
  checkFunction("withGrowth", "rule", rule);
  return resolve("withGrowth", elem).withGrowth(rule);
}
