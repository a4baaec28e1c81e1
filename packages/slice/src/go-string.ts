/**
 * Go's `string`: an immutable sequence of bytes, usually UTF-8.
 *
 * Invariants
 *  1. The bytes of a string never change; no method hands out a way to write them.
 *  2. `len`, indexing and slicing count bytes and take O(1); slices of a string share its bytes.
 *  3. Ranging gives (byte offset, rune); an invalid byte gives U+FFFD and takes one byte.
 *  4. Comparison is by bytes. (UTF-16 order, JavaScript's own, differs above U+FFFF.)
 *  5. A JavaScript string becomes its UTF-8 form, a lone surrogate EF BF BD; on the way back each invalid byte becomes
 *     U+FFFD. For text without lone surrogates the round trip is the identity.
 *
 * Why not JavaScript strings themselves: they cannot hold arbitrary bytes, their length counts UTF-16 units, and
 * offsets into them mean nothing to a Go program. Where only text matters a JavaScript string is the better choice.
 */
import { roundupsize } from "@gort/alloc";
import { badArgument, utf8Compare, utf8Read } from "@gort/types";
import { indexError, sliceError } from "./errors.ts";
import type { Inspect } from "./inspect.ts";
import { makeSlice } from "./make.ts";
import { isSlice, storeTag, type Slice } from "./slice.ts";
import type { TypedSlice } from "./typed-slice.ts";
import {
  bytesOf,
  decodeAt,
  encodeString,
  isByteArray,
  isByteSlice,
  runeCount,
  validUtf8,
  type Bytes,
} from "./utf8.ts";
import { checkRune, encodeRuneAt, encodeRunes } from "./utf8-encode.ts";

const GO_STRING = Symbol.for("gort.GoString");

/** What can be made a Go string: text, bytes (a slice or `Uint8Array`), or a slice of runes (`int32`). */
export type StringSource = string | GoString | Uint8Array | Slice<number>;

/**
 * An immutable string of bytes, usually UTF-8: offsets and lengths are those of bytes. Go's `string`. Made by {@link goString}.
 *
 * @example
 * ```ts
 * import { goString } from "@gort/slice";
 *
 * const s = goString("héllo");
 * s.len; // => 6
 * s.get(1); // => 0xc3
 * String(s.slice(3)); // => "llo"
 * [...s]; // => [104, 233, 108, 108, 111]
 * ```
 */
export class GoString implements Bytes {
  /** The bytes, among others; never written. */
  declare readonly array: Uint8Array;
  /** Where the string begins in {@link GoString.array}. */
  declare readonly off: number;
  /** Number of bytes. Go's `len(s)`. O(1). */
  declare readonly len: number;
  declare private text: string | null;

  /** @internal The caller gives the bytes away: nobody may write them any more. */
  constructor(array: Uint8Array, off: number, len: number, text: string | null = null) {
    this.array = array;
    this.off = off;
    this.len = len;
    this.text = text;
  }

  /** The brand, `Symbol.for("gort.GoString")`. */
  get [GO_STRING](): true {
    return true;
  }

  /**
   * The byte at index `i`, from 0 to `len - 1`. Go's `s[i]`. O(1).
   * @throws RuntimeError `index out of range [i] with length n`; RangeError or TypeError for what is no integer
   */
  get(i: number): number {
    if (!(typeof i === "number" && i >= 0 && i < this.len && (i | 0) === i))
      throw indexError(i, this.len);
    return this.array[this.off + i]!;
  }

  /** The byte at `i`, counted from the end if negative. O(1). Throws as {@link GoString.get} does. */
  at(i: number): number {
    return this.get(typeof i === "number" && i < 0 && i >= -this.len ? i + this.len : i);
  }

  /**
   * The bytes from `lo` to `hi - 1` as a string that shares them. Go's `s[lo:hi]`. O(1).
   * @throws RuntimeError `slice bounds out of range [lo:hi]`, with length, in all of Go's forms; RangeError or TypeError for what is no
   * integer
   */
  slice(lo = 0, hi: number = this.len): GoString {
    const n = this.len;
    if (
      !(typeof lo === "number" && typeof hi === "number" && lo >= 0 && lo <= hi && hi <= n) ||
      (lo | 0) !== lo ||
      (hi | 0) !== hi
    ) {
      throw sliceError(lo, hi, undefined, n, "length")!;
    }
    return hi - lo === n ? this : new GoString(this.array, this.off + lo, hi - lo);
  }

  /** A new string of this one and the others. Go's `s + t`. O(length of both). Throws a TypeError for what is no string. */
  concat(...parts: (GoString | string)[]): GoString {
    return concat(this, ...parts);
  }

  /** Whether both have the same bytes. Go's `==`. O(n). Throws a TypeError for what is no string. */
  equals(t: GoString | string): boolean {
    const b = bytesOf(t, "equals", "t");
    return b.len === this.len && compareBytes(this, b) === 0;
  }

  /** The order of both by bytes: -1, 0 or 1. Go's `strings.Compare`. O(n). Throws a TypeError for what is no string. */
  compare(t: GoString | string): number {
    return compareBytes(this, bytesOf(t, "compare", "t"));
  }

  /** A copy of the bytes. Go's `[]byte(s)`. O(n). */
  bytes(): TypedSlice<Uint8Array> {
    const out = makeSlice(Uint8Array, this.len, roundupsize(this.len));
    out.array.set(this.array.subarray(this.off, this.off + this.len));
    return out;
  }

  /** The code points, an invalid byte as U+FFFD. Go's `[]rune(s)`. O(n). */
  runes(): TypedSlice<Int32Array> {
    const n = runeCount(this);
    const out = makeSlice(Int32Array, n, roundupsize(4 * n) / 4);
    let i = 0;
    for (const r of this) out.array[i++] = r;
    return out;
  }

  /** Number of code points, an invalid byte counted as one. Go's `utf8.RuneCountInString`. O(n). */
  runeCount(): number {
    return runeCount(this);
  }

  /** Whether the bytes are valid UTF-8. Go's `utf8.ValidString`. O(n). */
  valid(): boolean {
    return validUtf8(this);
  }

  /** The runes, as the values of Go's `range`. O(1), and O(n) to the end. */
  [Symbol.iterator](): IterableIterator<number> {
    return new RuneIterator<number>(this, false);
  }

  /** Byte offsets and runes, as Go's `range`; the same as `range(s)`. O(1), and O(n) to the end. */
  entries(): IterableIterator<[number, number]> {
    return new RuneIterator<[number, number]>(this, true);
  }

  /** As a JavaScript string, each invalid byte as U+FFFD. O(n) the first time, then O(1). */
  toString(): string {
    return (this.text ??= utf8Read(this.array, this.off, this.len));
  }

  /** What `JSON.stringify` shows: the text. O(n) the first time, then O(1). */
  toJSON(): string {
    return this.toString();
  }

  /** What `console.log` shows on Node: the text in quotes. */
  [Symbol.for("nodejs.util.inspect.custom")](
    _depth: number | null,
    options: object,
    inspect: Inspect,
  ): string {
    return inspect(this.toString(), options);
  }
}

class RuneIterator<R> implements IterableIterator<R> {
  private q = 0;
  private readonly s: GoString;
  private readonly pairs: boolean;

  constructor(s: GoString, pairs: boolean) {
    this.s = s;
    this.pairs = pairs;
  }
  next(): IteratorResult<R> {
    const { array, off, len } = this.s;
    const q = this.q;
    if (q >= len) return { done: true, value: undefined };
    const d = decodeAt(array, off + q, off + len);
    this.q = q + (d & 7);
    const rune = d >> 3;
    return { done: false, value: (this.pairs ? [q, rune] : rune) as R };
  }
  return(): IteratorResult<R> {
    this.q = this.s.len;
    return { done: true, value: undefined };
  }
  [Symbol.iterator](): this {
    return this;
  }
}

/**
 * Whether `v` is a {@link GoString}, from whichever copy of this package. Throws nothing of its own. O(1).
 *
 * @example
 * ```ts
 * import { goString, isGoString } from "@gort/slice";
 *
 * isGoString(goString("a")); // => true
 * isGoString("a"); // => false
 * ```
 */
export function isGoString(v: unknown): v is GoString {
  return typeof v === "object" && v !== null && (v as Record<symbol, unknown>)[GO_STRING] === true;
}

/**
 * A Go string of text, of bytes (copied), or of a slice of runes (`int32`; invalid ones become U+FFFD). Go's conversion
 * `string(x)`. For a single rune see {@link runeString}. O(n).
 * @throws TypeError for anything else
 *
 * @example
 * ```ts
 * import { goString, makeSlice } from "@gort/slice";
 *
 * goString("\ud800").bytes().toArray(); // => [0xef, 0xbf, 0xbd]
 * String(goString(Uint8Array.of(104, 105))); // => "hi"
 * String(goString(makeSlice(Int32Array, [0x1f600]))); // => "😀"
 * ```
 */
export function goString(x: StringSource): GoString {
  if (typeof x === "string") {
    const array = encodeString(x);
    // The text is kept only where reading it back gives the same; older engines cannot tell that cheaply.
    const { isWellFormed } = x as { isWellFormed?: () => boolean };
    return new GoString(array, 0, array.length, isWellFormed?.call(x) === true ? x : null);
  }
  if (isGoString(x)) return x;
  if (isByteSlice(x) || isByteArray(x)) {
    const b = bytesOf(x, "goString");
    const array = Uint8Array.from(b.array.subarray(b.off, b.off + b.len));
    return new GoString(array, 0, array.length);
  }
  if (isSlice(x) && storeTag(x) === "Int32Array") {
    const array = encodeRunes(x);
    return new GoString(array, 0, array.length);
  }
  throw badArgument("goString", "x", x, "text, bytes or a slice of runes", "type");
}

/**
 * The UTF-8 form of a rune (a code point); that of U+FFFD for a surrogate, a negative or a too large one. Go's `string(r)`. O(1).
 * @throws RangeError or TypeError for what is no integer
 *
 * @example
 * ```ts
 * import { runeString } from "@gort/slice";
 *
 * String(runeString(0x65e5)); // => "日"
 * String(runeString(-1)); // => "\ufffd"
 * ```
 */
export function runeString(r: number): GoString {
  checkRune("runeString", r);
  const array = new Uint8Array(4);
  return new GoString(array, 0, encodeRuneAt(array, 0, r));
}

/**
 * A new string of all parts, made in one allocation. Go's `a + b + …`. O(total length).
 * @throws TypeError for what is no string, byte slice or `Uint8Array`
 *
 * @example
 * ```ts
 * import { concat, goString } from "@gort/slice";
 *
 * String(concat("a", goString("é"), "z")); // => "aéz"
 * concat().len; // => 0
 * ```
 */
export function concat(...parts: (GoString | string)[]): GoString {
  const all = parts.map((part) => bytesOf(part, "concat", "part")).filter((b) => b.len > 0);
  let n = 0;
  for (const b of all) n += b.len;
  const array = new Uint8Array(n);
  let at = 0;
  for (const b of all) {
    array.set(b.array.subarray(b.off, b.off + b.len), at);
    at += b.len;
  }
  return new GoString(array, 0, n);
}

function compareBytes(a: Bytes, b: Bytes): number {
  const n = Math.min(a.len, b.len);
  for (let i = 0; i < n; i++) {
    const d = a.array[a.off + i]! - b.array[b.off + i]!;
    if (d !== 0) return d < 0 ? -1 : 1;
  }
  return a.len === b.len ? 0 : a.len < b.len ? -1 : 1;
}

/**
 * The order of two strings by bytes, Go's and JavaScript's alike: -1, 0 or 1. Go's `strings.Compare`. O(n).
 * @throws TypeError for what is no string, byte slice or `Uint8Array`
 *
 * @example
 * ```ts
 * import { compareStrings } from "@gort/slice";
 *
 * compareStrings("\uffff", "\u{10000}"); // => -1
 * "\uffff" < "\u{10000}"; // => false
 * ```
 */
export function compareStrings(a: GoString | string, b: GoString | string): number {
  if (typeof a === "string" && typeof b === "string") return utf8Compare(a, b);
  return compareBytes(bytesOf(a, "compareStrings", "a"), bytesOf(b, "compareStrings", "b"));
}
