/**
 * Go's arrays: a fixed number of elements, with value semantics.
 *
 * Invariants
 *  1. Two arrays never share storage unless one was made from a slice by {@link sliceToArrayPointer}, which is Go's
 *     `(*[n]T)(s)`: a pointer to an array shows the elements it points at.
 *  2. Assigning, cloning and ranging copy; slicing shares, as in Go. So does a range over such a pointer: Go copies no array that
 *     it reaches by one.
 *  3. Bounds texts speak of length where those of slices speak of capacity.
 *
 * JavaScript has no assignment that copies, so the copy has a name: `b = a.clone()` is Go's `b := a`, `a.assign(b)`
 * is `a = b`.
 */
import { badArgument, badNumber } from "@gort/types";
import type { Elem, ElementOf, TypedArray, TypedArrayConstructor } from "./api.ts";
import { arrayConversionError, sliceError } from "./errors.ts";
import { showElements, type Inspect } from "./inspect.ts";
import { makeSlice, resolve, sliceOver } from "./make.ts";
import { isSlice, sameElements, type Slice } from "./slice.ts";

const GO_ARRAY = Symbol.for("gort.GoArray");

/**
 * A fixed number of elements, compared and copied ({@link GoArray.clone}) as one value. Go's `[n]T`. Made by {@link makeArray},
 * {@link arrayOf}, {@link sliceToArray}.
 *
 * @example
 * ```ts
 * import { arrayOf } from "@gort/slice";
 *
 * const a = arrayOf(1, 2, 3);
 * const b = a.clone();
 * b.set(0, 10);
 * a.get(0); // => 1
 * a.equals(b); // => false
 * a.slice(1).set(0, 20);
 * [...a]; // => [1, 20, 3]
 * ```
 */
export class GoArray<T> {
  private readonly all: Slice<T>;
  /** Whether it is Go's pointer to the array. */
  private readonly pointer: boolean;
  /** Number of elements. Go's `len(a)`. */
  readonly len: number;

  /** @internal Over all of a slice, sharing its storage. */
  constructor(all: Slice<T>, pointer = false) {
    this.all = all;
    this.pointer = pointer;
    this.len = all.len;
  }

  /** The brand, `Symbol.for("gort.GoArray")`. */
  get [GO_ARRAY](): true {
    return true;
  }

  /** The length once more, as of Go's `cap(a)`. */
  get cap(): number {
    return this.len;
  }

  /**
   * The element at index `i`, from 0 to `len - 1`. Go's `a[i]`. O(1).
   * @throws RuntimeError `index out of range [i] with length n`; RangeError or TypeError for what is no integer
   */
  get(i: number): T {
    return this.all.get(i);
  }

  /**
   * Writes the element at index `i`, from 0 to `len - 1`. Go's `a[i] = v`. O(1).
   * @throws RuntimeError `index out of range [i] with length n`; RangeError or TypeError for what is no integer, or if the element type
   * cannot hold `v`
   */
  set(i: number, v: T): void {
    this.all.set(i, v);
  }

  /** The element at `i`, counted from the end if negative. O(1). Throws as {@link GoArray.get} does. */
  at(i: number): T {
    return this.all.at(i);
  }

  /**
   * A slice of the elements from `lo` to `hi - 1`, over the array's own storage: writes go both ways. Go's `a[lo:hi:max]`. O(1).
   * @throws RuntimeError `slice bounds out of range`, with length, in all of Go's forms; RangeError or TypeError for what is no integer
   */
  slice(lo = 0, hi: number = this.len, max?: number): Slice<T> {
    const err = sliceError(lo, hi, max, this.len, "length");
    if (err !== null) throw err;
    return this.all.slice(lo, hi, max ?? this.len);
  }

  /** A copy with storage of its own. Go's `b := a`. O(n). */
  clone(): GoArray<T> {
    const out = this.all.backing.make(this.len, this.len);
    out.move(0, this.all, 0, this.len);
    return new GoArray(out);
  }

  /**
   * Copies all elements of `b` over those here, as if through a temporary where the two overlap. Go's `a = b`. O(n).
   * @throws RangeError if the lengths differ (in Go those are two types); RangeError or TypeError for an element that does not fit the
   * type; TypeError for what is no array of Go
   */
  assign(b: GoArray<T>): void {
    mustBeArray("assign", b);
    if (b.len !== this.len) throw badArgument("assign", "length", b.len, `${this.len}`);
    this.all.load(b.all, this.len);
  }

  /**
   * Whether both have equal elements. Go's `a == b`. O(n).
   * @throws RuntimeError `comparing uncomparable type …` for elements without `==`; TypeError for what is no array of Go
   */
  equals(b: GoArray<T>): boolean {
    mustBeArray("equals", b);
    return b.len === this.len && sameElements(this.all, b.all);
  }

  /**
   * The values of a copy made now, as Go ranges over an array. `a.slice()` ranges over the elements themselves, and so does what
   * {@link sliceToArrayPointer} gave. O(n).
   */
  [Symbol.iterator](): IterableIterator<T> {
    return this.walked()[Symbol.iterator]();
  }

  /** Indexes and values of a copy made now, or by a pointer the elements themselves; the same as `range(a)`. O(n). */
  entries(): IterableIterator<[number, T]> {
    return this.walked().entries();
  }

  /** What a range walks; a copy of an array in a heap in JavaScript, where it needs no root and no room in the heap. */
  private walked(): Slice<T> {
    const { all } = this;
    if (this.pointer) return all;
    return "heap" in all.backing ? sliceOver(all.toArray()) : this.clone().all;
  }

  /** A plain JavaScript array of the elements. O(n). */
  toArray(): T[] {
    return this.all.toArray();
  }

  /** What `JSON.stringify` shows: an array, bytes and bigints as of slices. O(n). */
  toJSON(): T[] {
    return this.all.toArray();
  }

  /** The elements between brackets, as slices show them: `[1 2 3]`. O(n). */
  toString(): string {
    return this.all.toString();
  }

  /** What `console.log` shows on Node: `[2]int32 [ 1, 2 ]`. */
  [Symbol.for("nodejs.util.inspect.custom")](
    depth: number | null,
    options: object,
    inspect: Inspect,
  ): string {
    const { all } = this;
    const type = `[${this.len}]${all.backing.name}`;
    return showElements(this, type, "", all, depth, options, inspect);
  }
}

/**
 * An array of `n` zero values, or of the values of an iterable. Go's `[n]T{}` and `[...]T{…}`. O(n).
 * @throws RangeError or TypeError for what is no number of elements; TypeError for what names no element type; else as `makeSlice`
 *
 * @example
 * ```ts
 * import { makeArray } from "@gort/slice";
 * import { int32 } from "@gort/types";
 *
 * makeArray(int32, 4).toArray(); // => [0, 0, 0, 0]
 * makeArray(int32, [1, 2]).len; // => 2
 * ```
 */
export function makeArray<A extends TypedArray>(
  elem: TypedArrayConstructor<A>,
  n: number | Iterable<ElementOf<A>>,
): GoArray<ElementOf<A>>;
export function makeArray<T>(elem: Elem<T>, n: number | Iterable<T>): GoArray<T>;
export function makeArray(elem: unknown, n: unknown): GoArray<any> {
  const backing = resolve("makeArray", elem);
  const list = typeof n === "object" && typeof (n as any)?.[Symbol.iterator] === "function";
  if (!list && !(Number.isInteger(n) && (n as number) >= 0))
    throw badNumber("makeArray", "n", n, "an integer from 0, an array or an iterable");
  return new GoArray<any>(makeSlice(backing, n as number));
}

/**
 * An array of JavaScript values, as Go's `[...]T{a, b, c}`. O(number of values).
 *
 * @example
 * ```ts
 * import { arrayOf } from "@gort/slice";
 *
 * const a = arrayOf("x", "y");
 * a.len; // => 2
 * a.equals(arrayOf("x", "y")); // => true
 * ```
 */
export function arrayOf<T>(...elements: T[]): GoArray<T> {
  return new GoArray(sliceOver(elements));
}

function mustBeArray(where: string, b: unknown): void {
  if (!isGoArray(b)) throw badArgument(where, "b", b, "an array made by arrayOf", "type");
}

function checkConversion(where: string, s: Slice<unknown>, n: number): void {
  if (!isSlice(s)) throw badArgument(where, "s", s, "a slice", "type");
  if (!Number.isInteger(n) || n < 0) throw badNumber(where, "n", n, "an integer from 0");
  if (s.len < n) throw arrayConversionError(s.len, n);
}

/**
 * An array with copies of the first `n` elements of a slice. Go's `[n]T(s)`. O(n).
 * @throws RuntimeError `cannot convert slice with length 3 to array or pointer to array with length 4`; RangeError or TypeError for what
 * is no number of elements; TypeError for what is no slice
 *
 * @example
 * ```ts
 * import { sliceOf, sliceToArray } from "@gort/slice";
 *
 * const s = sliceOf(1, 2, 3);
 * const a = sliceToArray(s, 2);
 * s.set(0, 9);
 * a.toArray(); // => [1, 2]
 * ```
 */
export function sliceToArray<T>(s: Slice<T>, n: number): GoArray<T> {
  checkConversion("sliceToArray", s, n);
  return new GoArray(s.slice(0, n)).clone();
}

/**
 * The first `n` elements of a slice as an array, in place: writes go both ways, and a range walks the elements themselves; null for a
 * nil slice. Go's `(*[n]T)(s)`. O(1).
 * @throws RuntimeError `cannot convert slice with length 3 to array or pointer to array with length 4`; RangeError or TypeError for what
 * is no number of elements; TypeError for what is no slice
 *
 * @example
 * ```ts
 * import { nilSlice, sliceOf, sliceToArrayPointer } from "@gort/slice";
 *
 * const s = sliceOf(1, 2, 3);
 * sliceToArrayPointer(s, 2)?.set(0, 9);
 * s.get(0); // => 9
 * sliceToArrayPointer(nilSlice(Int8Array), 0); // => null
 * ```
 */
export function sliceToArrayPointer<T>(s: Slice<T>, n: number): GoArray<T> | null {
  checkConversion("sliceToArrayPointer", s, n);
  return s.isNil ? null : new GoArray(s.slice(0, n, n), true);
}

/**
 * Whether `v` is a {@link GoArray}, from whichever copy of this package. Throws nothing of its own. O(1).
 *
 * @example
 * ```ts
 * import { arrayOf, isGoArray } from "@gort/slice";
 *
 * isGoArray(arrayOf(1)); // => true
 * isGoArray([1]); // => false
 * ```
 */
export function isGoArray(v: unknown): v is GoArray<unknown> {
  return typeof v === "object" && v !== null && (v as Record<symbol, unknown>)[GO_ARRAY] === true;
}
