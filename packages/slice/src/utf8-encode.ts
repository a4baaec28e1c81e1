/**
 * From runes to their UTF-8 form.
 *
 * Invariants
 *  1. What is no valid rune is written as U+FFFD, as in Go; what is no integer at all is refused.
 *  2. Nothing is written before there is room for all of the form.
 */
import { badArgument, badNumber } from "@gort/types";
import { indexError } from "./errors.ts";
import type { Slice } from "./slice.ts";
import { RuneError, isByteArray, isByteSlice, runeLen, validRune } from "./utf8.ts";

/** Refuses what cannot be a rune in Go: no integer. */
export function checkRune(where: string, r: number): void {
  if (!Number.isInteger(r)) throw badNumber(where, "r", r, "an integer");
}

/** Bytes that `r` is written with: U+FFFD takes three. */
export function encodedLen(r: number): number {
  const n = runeLen(r);
  return n < 0 ? 3 : n;
}

/**
 * Go's `utf8.EncodeRune`: writes the form of `r`, or of U+FFFD for an invalid rune, at the beginning of `p`. O(1).
 * @returns the number of bytes written
 * @throws RuntimeError `index out of range`, having written nothing, if `p` is too short; TypeError for what are no bytes; RangeError
 * or TypeError for what is no integer
 *
 * @example
 * ```ts
 * import { UTFMax, encodeRune, makeSlice } from "@gort/slice";
 *
 * const p = makeSlice(Uint8Array, UTFMax);
 * const n = encodeRune(p, 0xe9);
 * [...p.slice(0, n)]; // => [0xc3, 0xa9]
 * ```
 */
export function encodeRune(p: Slice<number> | Uint8Array, r: number): number {
  const inSlice = isByteSlice(p);
  if (!inSlice && !isByteArray(p))
    throw badArgument("encodeRune", "p", p, "a byte slice or a Uint8Array", "type");
  checkRune("encodeRune", r);
  const n = encodedLen(r);
  const len = inSlice ? p.len : p.length;
  if (len < n) throw indexError(n - 1, len);
  return inSlice ? encodeRuneAt(p.array, p.off, r) : encodeRuneAt(p, 0, r);
}

/**
 * Go's `utf8.AppendRune`: `append` of the form of `r`, or of U+FFFD for an invalid rune. Amortised O(1).
 * @throws TypeError for what is no byte slice; RangeError or TypeError for what is no integer; RuntimeError
 * `growslice: len out of range`
 *
 * @example
 * ```ts
 * import { appendRune, goString, makeSlice } from "@gort/slice";
 *
 * let p = makeSlice(Uint8Array, [0x6e]);
 * p = appendRune(p, 0xe9);
 * String(goString(p)); // => "né"
 * ```
 */
export function appendRune<S extends Slice<number>>(p: S, r: number): S {
  if (!isByteSlice(p)) throw badArgument("appendRune", "p", p, "a byte slice", "type");
  checkRune("appendRune", r);
  const out: S = p.room(encodedLen(r));
  encodeRuneAt(out.array as Uint8Array, out.off + p.len, r);
  return out;
}

/** Writes the form of `r` (U+FFFD for an invalid rune) at `p` and returns its width; there are 4 bytes of room. */
export function encodeRuneAt(u8: Uint8Array, p: number, r: number): number {
  if (!validRune(r)) r = RuneError;
  if (r < 0x80) {
    u8[p] = r;
    return 1;
  }
  if (r < 0x800) {
    u8[p] = 0xc0 | (r >> 6);
    u8[p + 1] = 0x80 | (r & 63);
    return 2;
  }
  if (r < 0x10000) {
    u8[p] = 0xe0 | (r >> 12);
    u8[p + 1] = 0x80 | ((r >> 6) & 63);
    u8[p + 2] = 0x80 | (r & 63);
    return 3;
  }
  u8[p] = 0xf0 | (r >> 18);
  u8[p + 1] = 0x80 | ((r >> 12) & 63);
  u8[p + 2] = 0x80 | ((r >> 6) & 63);
  u8[p + 3] = 0x80 | (r & 63);
  return 4;
}

/** The UTF-8 form of a sequence of runes. O(n). */
export function encodeRunes(runes: Iterable<number>): Uint8Array {
  let out = new Uint8Array(16);
  let n = 0;
  for (const r of runes) {
    if (n + 4 > out.length) {
      const more = new Uint8Array(out.length * 2);
      more.set(out);
      out = more;
    }
    n += encodeRuneAt(out, n, r);
  }
  return out.slice(0, n);
}
