/**
 * Go's built-in functions on slices: append, copy, clear, len and cap.
 *
 * Invariants
 *  1. `append` with nothing to append returns the slice it was given, nil included.
 *  2. Whether `append` writes in place depends on the capacity alone; the header it was given keeps its length.
 *  3. `copy` works as if through a temporary: overlap is harmless both ways.
 *  4. Everything is checked before the first element is written.
 */
import { badArgument, utf8Length } from "@gort/types";
import type { TypedArray } from "./api.ts";
import type { GoString } from "./go-string.ts";
import { isSlice, mustBeSlice, type Slice } from "./slice.ts";
import { bytesOf, isByteSlice, type Bytes } from "./utf8.ts";

const GO_STRING = Symbol.for("gort.GoString");

/** The element type of a slice type. */
export type ElementType<S> = S extends Slice<infer T> ? T : never;

/**
 * A slice with the values behind the elements of `s`: in place if its capacity allows, otherwise in a new, larger store. `s` keeps its
 * length, so use the result in place of it. Go's `s = append(s, values...)`.
 * Amortised O(number of values). The host limits arguments, to some hundred thousand: many values go by
 * `appendSlice(s, sliceFrom(array))`. Where the type of the slice is a parameter, as in Go's `func f[S ~[]int](s S) S`, TypeScript
 * wants it written `s.append(v)`.
 * @throws RuntimeError `growslice: len out of range`; RangeError or TypeError for a value that does not fit the type
 *
 * @example
 * ```ts
 * import { append, makeSlice } from "@gort/slice";
 *
 * let s = makeSlice(Int32Array, 0);
 * for (let i = 0; i < 5; i++) s = append(s, i);
 * [...s]; // => [0, 1, 2, 3, 4]
 * s.cap; // => 8
 * ```
 */
export function append<S extends Slice<any>>(s: S, ...values: ElementType<S>[]): S {
  // What has `appendOne` is a slice; anything else fails here, off the fast path. Not by `?.`: what may be undefined is
  // no constant to V8, which then asks each time whether it is a function.
  if (s === undefined || s === null || typeof (s as Partial<S>).appendOne !== "function")
    mustBeSlice("append", s);
  if (values.length === 1) return s.appendOne(values[0]);
  return values.length === 0 ? s : s.appended(values);
}

/**
 * A slice with all elements of `t` behind those of `s`; `t` may overlap `s`, and for bytes be a string. Use the result in place of `s`.
 * Go's `s = append(s, t...)`. Amortised O(length of `t`).
 * @throws RuntimeError `growslice: len out of range`; RangeError or TypeError for an element that does not fit the type; TypeError for
 * what is no slice, nor a string for bytes
 *
 * @example
 * ```ts
 * import { appendSlice, makeSlice, sliceOf } from "@gort/slice";
 *
 * const x = sliceOf(1, 2, 3, 4);
 * [...appendSlice(x.slice(1), x)]; // => [2, 3, 4, 1, 2, 3, 4]
 * [...appendSlice(makeSlice(Uint8Array, 0), "hé")]; // => [104, 195, 169]
 * ```
 */
export function appendSlice<S extends Slice<any>>(
  s: S,
  t: Slice<ElementType<S>> | Text<ElementType<S>>,
): S {
  mustBeSlice("appendSlice", s);
  if (isSlice(t)) return s.appendSlice(t);
  const bytes = textFor("appendSlice", s, t);
  const n = bytes.len;
  if (n === 0) return s;
  checkBytes(s, bytes, n);
  const out = s.room(n);
  putBytes(out, s.len, bytes, n);
  return out;
}

/** Strings, where the elements are numbers: their bytes can be copied into byte slices. */
export type Text<T> = T extends number ? string | GoString : never;

/**
 * The bytes of a string that is to be written into `s`, a slice of bytes. The brand and not the class tells a
 * string: slices without strings should not pull the string code into a bundle.
 */
function textFor(where: string, s: Slice<unknown>, v: unknown): Bytes {
  if (typeof v !== "string" && (v as Record<symbol, unknown> | undefined)?.[GO_STRING] !== true) {
    throw badArgument(where, "source", v, "a slice", "type");
  }
  const { backing } = s;
  if (backing.size !== 1 || backing.zero() !== 0) {
    throw badArgument(where, "slice", `[]${backing.name}`, "a slice of bytes for a string", "type");
  }
  return bytesOf(v as string | GoString, where, "source");
}

/** Throws unless `s` can hold the first `n` bytes: an `int8` is no byte above 127. */
function checkBytes(s: Slice<any>, { array, off }: Bytes, n: number): void {
  if (!isByteSlice(s)) for (let i = 0; i < n; i++) s.check(array[off + i]);
}

/** Writes the first `n` bytes from slot `i` on. */
function putBytes(s: Slice<any>, i: number, { array, off }: Bytes, n: number): void {
  if (isByteSlice(s)) s.array.set(array.subarray(off, off + n), s.off + i);
  else for (let k = 0; k < n; k++) s.put(i + k, array[off + k]);
}

/**
 * Writes the first elements of `src` over those of `dst`, as many as both have; for bytes `src` may be a string. Go's `copy(dst, src)`. O(n).
 * @returns the number of elements copied
 * @throws RangeError or TypeError for an element that does not fit the type, nothing is copied then; TypeError for what is no slice,
 * nor a string for bytes
 *
 * @example
 * ```ts
 * import { copy, makeSlice, sliceOf } from "@gort/slice";
 *
 * const s = sliceOf(1, 2, 3, 4, 5);
 * copy(s.slice(1), s); // => 4
 * [...s]; // => [1, 1, 2, 3, 4]
 * ```
 */
export function copy<T>(dst: Slice<T>, src: Slice<T> | Text<T>): number {
  mustBeSlice("copy", dst, "dst");
  const from = isSlice(src) ? src : textFor("copy", dst, src);
  const n = Math.min(dst.len, from.len);
  if (n > 0 && isSlice(from)) dst.load(from, n);
  else if (n > 0) {
    checkBytes(dst, from as Bytes, n);
    putBytes(dst, 0, from as Bytes, n);
  }
  return n;
}

/**
 * Sets every element to the zero value; length and capacity stay. Go's `clear(s)`. O(n).
 * @throws TypeError for what is no slice
 *
 * @example
 * ```ts
 * import { clear, sliceOf } from "@gort/slice";
 *
 * const s = sliceOf(1, 2, 3);
 * clear(s.slice(1));
 * [...s]; // => [1, 0, 0]
 * ```
 */
export function clear(s: Slice<any>): void {
  mustBeSlice("clear", s);
  s.wipe(0, s.len);
}

/** What has Go's `len`: slices, arrays and strings, JavaScript's own included, and all else with a `len`, such as maps. */
export type Lengthy = { readonly len: number } | readonly unknown[] | TypedArray | string;

/**
 * The length of a slice, array, string (in bytes), map or channel; 0 of null and undefined. Go's `len(x)`. O(1), but for a JavaScript
 * string, whose bytes are counted: O(length).
 * @throws TypeError for what has no length in Go
 *
 * @example
 * ```ts
 * import { goString, len, sliceOf } from "@gort/slice";
 *
 * len(sliceOf(1, 2, 3)); // => 3
 * len(goString("é")); // => 2
 * len("é"); // => 2
 * len([1, 2, 3]); // => 3
 * len(null); // => 0
 * ```
 */
export function len(x: Lengthy | null | undefined): number {
  const n = (x as { len?: unknown } | null | undefined)?.len;
  if (typeof n === "number") return n;
  return typeof x === "string" ? utf8Length(x) : arrayLength("len", x, "or a string");
}

/** The length of an array of JavaScript, 0 of nothing. */
function arrayLength(where: string, x: unknown, others: string): number {
  if (x === null || x === undefined) return 0;
  if (Array.isArray(x) || (ArrayBuffer.isView(x) && "length" in x)) return x.length as number;
  throw badArgument(where, "x", x, `a slice, an array ${others}`, "type");
}

/**
 * The capacity of a slice, array or channel; 0 of null and undefined. Go's `cap(x)`. O(1).
 * @throws TypeError for what has no capacity in Go: strings, for one
 *
 * @example
 * ```ts
 * import { cap, makeSlice } from "@gort/slice";
 *
 * cap(makeSlice(Int32Array, 2, 10)); // => 10
 * cap(null); // => 0
 * ```
 */
export function cap(
  x: { readonly cap: number } | readonly unknown[] | TypedArray | null | undefined,
): number {
  const n = (x as { cap?: unknown } | null | undefined)?.cap;
  return typeof n === "number" ? n : arrayLength("cap", x, "or a channel");
}
