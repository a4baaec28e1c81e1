/**
 * What the functions of `strings` have in common: their arguments, and finding one string in another.
 *
 * Invariants
 *  1. Finding takes time in proportion to both lengths, whatever the strings are: no byte is looked at again for each that differs.
 *  2. Only the bytes of the string itself are looked at, however large the storage is that it shares.
 *
 * How: Knuth, Morris and Pratt, with the host's own search for the first byte while nothing is matched. Go's way, a rolling hash, takes as
 * many lines and can be led into quadratic time.
 */
import { badArgument } from "@gort/types";
import { goString, isGoString, type GoString } from "../go-string.ts";

/** A string argument as a Go string; `where` and `argument` say whose it is. */
export function text(where: string, argument: string, x: GoString | string): GoString {
  if (isGoString(x)) return x;
  if (typeof x === "string") return goString(x);
  throw badArgument(where, argument, x, "a string, or a Go string (goString)", "type");
}

/** The bytes of a string alone. */
export const bytesIn = ({ array, off, len }: GoString): Uint8Array =>
  array.subarray(off, off + len);

/** A string to be found in others. */
export class Pattern {
  readonly bytes: Uint8Array;
  /** For each number of bytes matched, less one: how many are still matched when the next one differs. */
  private readonly back: readonly number[];

  constructor(s: GoString) {
    const bytes = bytesIn(s);
    const back = [0];
    for (let i = 1, k = 0; i < bytes.length; i++) {
      while (k > 0 && bytes[i] !== bytes[k]) k = back[k - 1]!;
      if (bytes[i] === bytes[k]) k++;
      back.push(k);
    }
    this.bytes = bytes;
    this.back = back;
  }

  /** Where the pattern, which is not empty, stands first in `a` from `from` on, or last; -1 if nowhere. */
  find(a: Uint8Array, from: number, last = false): number {
    const { bytes, back } = this;
    const m = bytes.length;
    let found = -1;
    for (let i = from, k = 0; i < a.length; i++) {
      if (k === 0) {
        i = a.indexOf(bytes[0]!, i);
        if (i < 0) break;
      }
      while (k > 0 && (k === m || a[i] !== bytes[k])) k = back[k - 1]!;
      if (a[i] === bytes[k]) k++;
      if (k < m) continue;
      found = i - m + 1;
      if (!last) break;
    }
    return found;
  }
}
