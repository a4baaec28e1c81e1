/**
 * Runes and their UTF-8 form, with the functions of Go's `unicode/utf8`.
 *
 * Invariants
 *  1. A byte that starts no valid form decodes to U+FFFD with width 1; nothing at all to U+FFFD with width 0.
 *  2. Surrogates, overlong forms and values above U+10FFFF are invalid, in both directions.
 *  3. Decoding allocates nothing: rune and width are one number, `rune * 8 + width`.
 *
 * `TextDecoder` was rejected: it replaces the longest bad prefix by one U+FFFD, where Go replaces each byte.
 */
import { badArgument, badNumber, utf8Length, utf8Write } from "@gort/types";
import { arrayTag, isSlice } from "./slice.ts";
import type { TypedSlice } from "./typed-slice.ts";

/** U+FFFD, what an invalid byte decodes to; Go's `utf8.RuneError`. */
export const RuneError = 0xfffd;
/** The largest code point, U+10FFFF; Go's `utf8.MaxRune`. */
export const MaxRune = 0x10ffff;
/** Runes below take one byte, which is the rune itself; Go's `utf8.RuneSelf`. */
export const RuneSelf = 0x80;
/** The most bytes that a rune takes; Go's `utf8.UTFMax`. */
export const UTFMax = 4;

/** Bytes and where to look at them. */
export interface Bytes {
  /** The store; never written while a string lies in it. */
  readonly array: Uint8Array;
  /** Where the bytes begin. */
  readonly off: number;
  /** Number of bytes. */
  readonly len: number;
}

const BAD = RuneError * 8 + 1;

/** The rune at `q` (before `end`, which is beyond it) as `rune * 8 + width`. */
export function decodeAt(u8: Uint8Array, q: number, end: number): number {
  const c = u8[q]!;
  if (c < 0x80) return c * 8 + 1;
  if (c < 0xc2 || c > 0xf4 || q + 1 >= end) return BAD;
  const c1 = u8[q + 1]!;
  if ((c1 & 0xc0) !== 0x80) return BAD;
  if (c < 0xe0) return (((c & 0x1f) << 6) | (c1 & 63)) * 8 + 2;
  if (q + 2 >= end) return BAD;
  const c2 = u8[q + 2]!;
  if ((c2 & 0xc0) !== 0x80) return BAD;
  if (c < 0xf0) {
    const r = ((c & 15) << 12) | ((c1 & 63) << 6) | (c2 & 63);
    return r < 0x800 || (r & 0xf800) === 0xd800 ? BAD : r * 8 + 3;
  }
  if (q + 3 >= end) return BAD;
  const c3 = u8[q + 3]!;
  if ((c3 & 0xc0) !== 0x80) return BAD;
  const r = ((c & 7) << 18) | ((c1 & 63) << 12) | ((c2 & 63) << 6) | (c3 & 63);
  return r < 0x10000 || r > MaxRune ? BAD : r * 8 + 4;
}

/** Whether `v` is an array of bytes: a `Uint8Array` or what is derived from it. */
export function isByteArray(v: unknown): v is Uint8Array {
  const tag = arrayTag(v);
  return tag === "Uint8Array" || tag === "Uint8ClampedArray";
}

/** Refuses what is no byte. */
export function checkByte(where: string, b: number): void {
  if (typeof b !== "number" || (b & 0xff) !== b)
    throw badNumber(where, "b", b, "an integer from 0 to 255");
}

/** Whether `v` is a slice of bytes, on storage of JavaScript or in a heap. */
export function isByteSlice(v: unknown): v is TypedSlice<Uint8Array> {
  return isSlice(v) && "view" in v && isByteArray(v.array);
}

/**
 * `x` as bytes: a `GoString`, a byte slice or a `Uint8Array` as it lies, a JavaScript string encoded. `where` and `argument` say
 * whose it is.
 */
export function bytesOf(x: Bytes | Uint8Array | string, where: string, argument = "x"): Bytes {
  // The everyday alone, so that it stays small enough to be compiled into its callers, by the tag: V8 reads that for nothing.
  if (typeof x !== "string") {
    if (ArrayBuffer.isView(x)) {
      if (x[Symbol.toStringTag] === "Uint8Array") return { array: x, off: 0, len: x.length };
    } else {
      const s = x as Partial<TypedSlice<Uint8Array>> | null | undefined;
      const a = s?.array;
      // Of a slice in a heap that has no view the bytes are those of the whole memory.
      if (
        ArrayBuffer.isView(a) &&
        a[Symbol.toStringTag] === "Uint8Array" &&
        (s!.view !== undefined || s!.backing === undefined)
      )
        return x;
    }
  }
  return otherBytes(x, where, argument);
}

function otherBytes(x: any, where: string, argument: string): Bytes {
  if (typeof x === "string") {
    const array = encodeString(x);
    return { array, off: 0, len: array.length };
  }
  if (isByteArray(x)) return { array: x, off: 0, len: x.length };
  if (isByteArray(x?.array) && (!isSlice(x) || "view" in x)) return x as Bytes;
  throw badArgument(where, argument, x, "a string, a byte slice or a Uint8Array", "type");
}

/** The UTF-8 form of a JavaScript string; a lone surrogate becomes EF BF BD. */
export function encodeString(s: string): Uint8Array {
  const out = new Uint8Array(utf8Length(s));
  utf8Write(out, 0, s);
  return out;
}

/**
 * Go's `utf8.DecodeRune`: the first rune and its width in bytes, U+FFFD and 1 for a bad byte, 0 for nothing. O(1).
 * @throws TypeError for what is no string, byte slice or `Uint8Array`
 *
 * @example
 * ```ts
 * import { decodeRune } from "@gort/slice";
 *
 * decodeRune("é!"); // => [233, 2]
 * decodeRune(Uint8Array.of(0xff)); // => [0xfffd, 1]
 * decodeRune(""); // => [0xfffd, 0]
 * ```
 */
export function decodeRune(x: Bytes | Uint8Array | string): [rune: number, width: number] {
  // Of a JavaScript string two units hold the rune, whatever they are.
  const { array, off, len } = bytesOf(typeof x === "string" ? x.slice(0, 2) : x, "decodeRune");
  if (len === 0) return [RuneError, 0];
  const d = decodeAt(array, off, off + len);
  return [Math.floor(d / 8), d & 7];
}

/**
 * Go's `utf8.DecodeLastRune`: the last rune and its width. O(1).
 * @throws TypeError for what is no string, byte slice or `Uint8Array`
 *
 * @example
 * ```ts
 * import { decodeLastRune } from "@gort/slice";
 *
 * decodeLastRune("né"); // => [233, 2]
 * decodeLastRune(Uint8Array.of(0x61, 0xff)); // => [0xfffd, 1]
 * ```
 */
export function decodeLastRune(x: Bytes | Uint8Array | string): [rune: number, width: number] {
  const { array, off, len } = bytesOf(typeof x === "string" ? x.slice(-2) : x, "decodeLastRune");
  if (len === 0) return [RuneError, 0];
  const end = off + len;
  // A form is at most four bytes: try the longest that ends exactly here.
  for (let q = Math.max(off, end - 4); q < end - 1; q++) {
    const d = decodeAt(array, q, end);
    if (d !== BAD && q + (d & 7) === end) return [Math.floor(d / 8), d & 7];
  }
  const d = decodeAt(array, end - 1, end);
  return [Math.floor(d / 8), 1];
}

/**
 * Go's `utf8.RuneCount`: runes in the bytes, each bad byte counting as one. O(n).
 * @throws TypeError for what is no string, byte slice or `Uint8Array`
 *
 * @example
 * ```ts
 * import { runeCount } from "@gort/slice";
 *
 * runeCount("né😀"); // => 3
 * runeCount(Uint8Array.of(0xff, 0xff)); // => 2
 * ```
 */
export function runeCount(x: Bytes | Uint8Array | string): number {
  const { array, off, len } = bytesOf(x, "runeCount");
  const end = off + len;
  let n = 0;
  for (let q = off; q < end; q += decodeAt(array, q, end) & 7) n++;
  return n;
}

/**
 * Go's `utf8.Valid`: whether the bytes are UTF-8 throughout. O(n).
 * @throws TypeError for what is no string, byte slice or `Uint8Array`
 *
 * @example
 * ```ts
 * import { validUtf8 } from "@gort/slice";
 *
 * validUtf8("né"); // => true
 * validUtf8(Uint8Array.of(0xc3)); // => false
 * ```
 */
export function validUtf8(x: Bytes | Uint8Array | string): boolean {
  const { array, off, len } = bytesOf(x, "validUtf8");
  const end = off + len;
  for (let q = off; q < end;) {
    const d = decodeAt(array, q, end);
    if (d === BAD) return false;
    q += d & 7;
  }
  return true;
}

/**
 * Go's `utf8.FullRune`: whether the bytes begin with a whole form; a bad byte is whole, a cut-off form is not. O(1).
 * @throws TypeError for what is no string, byte slice or `Uint8Array`
 *
 * @example
 * ```ts
 * import { fullRune } from "@gort/slice";
 *
 * fullRune(Uint8Array.of(0xc3, 0xa9)); // => true
 * fullRune(Uint8Array.of(0xc3)); // => false
 * fullRune(Uint8Array.of(0xff)); // => true
 * ```
 */
export function fullRune(x: Bytes | Uint8Array | string): boolean {
  const { array, off, len } = bytesOf(typeof x === "string" ? x.slice(0, 2) : x, "fullRune");
  if (len === 0) return false;
  const c = array[off]!;
  const width = c < 0xc2 || c > 0xf4 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
  if (len >= width) return true;
  // Cut off, unless what is there can already not become valid.
  for (let k = 1; k < len; k++) {
    const b = array[off + k]!;
    const low = k > 1 ? 0x80 : c === 0xe0 ? 0xa0 : c === 0xf0 ? 0x90 : 0x80;
    const high = k > 1 ? 0xbf : c === 0xed ? 0x9f : c === 0xf4 ? 0x8f : 0xbf;
    if (b < low || b > high) return true;
  }
  return false;
}

/**
 * Go's `utf8.RuneStart`: whether a byte can be the first of a rune's form: it is no continuation byte. O(1).
 * @throws RangeError or TypeError for what is no integer from 0 to 255
 *
 * @example
 * ```ts
 * import { goString, runeStart } from "@gort/slice";
 *
 * const s = goString("é");
 * runeStart(s.get(0)); // => true
 * runeStart(s.get(1)); // => false
 * ```
 */
export function runeStart(b: number): boolean {
  checkByte("runeStart", b);
  return (b & 0xc0) !== 0x80;
}

/**
 * Go's `utf8.ValidRune`: a code point that is no surrogate; false of what is no number. O(1).
 *
 * @example
 * ```ts
 * import { MaxRune, validRune } from "@gort/slice";
 *
 * validRune(MaxRune); // => true
 * validRune(0xd800); // => false
 * ```
 */
export function validRune(r: number): boolean {
  return Number.isInteger(r) && r >= 0 && r <= MaxRune && (r < 0xd800 || r > 0xdfff);
}

/**
 * Go's `utf8.RuneLen`: bytes of the rune's form, -1 for one that has none, and for what is no number. O(1).
 *
 * @example
 * ```ts
 * import { runeLen } from "@gort/slice";
 *
 * runeLen(0x61); // => 1
 * runeLen(0x1f600); // => 4
 * runeLen(0xd800); // => -1
 * ```
 */
export function runeLen(r: number): number {
  if (!validRune(r)) return -1;
  return r < 0x80 ? 1 : r < 0x800 ? 2 : r < 0x10000 ? 3 : 4;
}
