/**
 * Strings between JavaScript's UTF-16 and Go's UTF-8 in memory.
 *
 * Invariants
 *  1. Encoding writes valid UTF-8 only: a lone surrogate becomes U+FFFD (EF BF BD), as in Go.
 *  2. Decoding replaces every invalid *byte* by one U+FFFD, as Go's `range` over a string does. (`TextDecoder`
 *     replaces longest prefixes, which gives other counts; it also refuses shared memory in browsers.)
 *  3. For a string without lone surrogates, decode(encode(s)) is s.
 *  4. `utf8Length` and `utf8Compare` refuse by name what is no string. Bytes and places in them are not looked at.
 */
import { badArgument } from "./errors.ts";

/** Throws TypeError for what is no string. */
function checkString(where: string, s: unknown, argument = "s"): void {
  if (typeof s !== "string") throw badArgument(where, argument, s, "a string", "type");
}

/**
 * Bytes that `s` takes in UTF-8, Go's `len(s)`. O(length).
 * @throws TypeError for what is no string
 *
 * @example
 * ```ts
 * import { utf8Length } from "@gort/types";
 *
 * utf8Length("héllo"); // => 6
 * ```
 */
export function utf8Length(s: string): number {
  checkString("utf8Length", s);
  return lengthOf(s);
}

/** The same of what is known to be a string. */
export function lengthOf(s: string): number {
  const n = s.length;
  let bytes = n;
  for (let i = 0; i < n; i++) {
    const c = s.charCodeAt(i);
    if (c < 0x80) continue;
    bytes++;
    if (c < 0x800) continue;
    bytes++;
    // A pair of two units takes four bytes: one of the three counted per unit so far is too many for each.
    if ((c & 0xfc00) === 0xd800 && i + 1 < n && (s.charCodeAt(i + 1) & 0xfc00) === 0xdc00) i++;
  }
  return bytes;
}

/**
 * Writes `s` at `p`, a place in `u8`, and returns the bytes written; the caller has made sure of the room: what lies beyond is not
 * written. O(length).
 *
 * @example
 * ```ts
 * import { utf8Length, utf8Write } from "@gort/types";
 *
 * const bytes = new Uint8Array(utf8Length("né"));
 * utf8Write(bytes, 0, "né"); // => 3
 * bytes; // => Uint8Array.of(0x6e, 0xc3, 0xa9)
 * ```
 */
export function utf8Write(u8: Uint8Array, p: number, s: string): number {
  const n = s.length;
  let q = p;
  for (let i = 0; i < n; i++) {
    let c = s.charCodeAt(i);
    if (c < 0x80) {
      u8[q++] = c;
      continue;
    }
    if (c < 0x800) {
      u8[q++] = 0xc0 | (c >> 6);
      u8[q++] = 0x80 | (c & 63);
      continue;
    }
    if ((c & 0xf800) === 0xd800) {
      const d = c < 0xdc00 && i + 1 < n ? s.charCodeAt(i + 1) : 0;
      if ((d & 0xfc00) === 0xdc00) {
        i++;
        c = 0x10000 + ((c - 0xd800) << 10) + (d - 0xdc00);
        u8[q++] = 0xf0 | (c >> 18);
        u8[q++] = 0x80 | ((c >> 12) & 63);
        u8[q++] = 0x80 | ((c >> 6) & 63);
        u8[q++] = 0x80 | (c & 63);
        continue;
      }
      c = 0xfffd;
    }
    u8[q++] = 0xe0 | (c >> 12);
    u8[q++] = 0x80 | ((c >> 6) & 63);
    u8[q++] = 0x80 | (c & 63);
  }
  return q - p;
}

// Units decoded before they become a string; a pair may go one beyond.
const CHUNK = 2048;
const units = /* @__PURE__ */ new Uint16Array(2049);

/**
 * The string of the `n` bytes at `p`, a place in `u8`, each invalid byte as U+FFFD; the caller has made sure that they are there. O(n).
 *
 * @example
 * ```ts
 * import { utf8Read, utf8Write } from "@gort/types";
 *
 * const bytes = new Uint8Array(16);
 * utf8Write(bytes, 0, "né"); // => 3
 * utf8Read(bytes, 0, 3); // => "né"
 * utf8Read(bytes, 0, 2); // => "n\ufffd"
 * ```
 */
export function utf8Read(u8: Uint8Array, p: number, n: number): string {
  const end = p + n;
  if (n <= 16) {
    // Short ASCII strings, the common case: concatenating cached one-character strings is fastest.
    let s = "";
    let q = p;
    while (q < end) {
      const c = u8[q]!;
      if (c >= 0x80) break;
      s += String.fromCharCode(c);
      q++;
    }
    if (q === end) return s;
  }
  let out = "";
  let k = 0;
  let q = p;
  while (q < end) {
    const c = u8[q]!;
    if (c < 0x80) {
      units[k++] = c;
      q++;
    } else {
      const r = decodeRune(u8, q, end);
      if (r < 0) {
        units[k++] = 0xfffd;
        q++;
      } else if (r < 0x10000) {
        units[k++] = r;
        q += r < 0x800 ? 2 : 3;
      } else {
        units[k++] = 0xd7c0 + (r >> 10);
        units[k++] = 0xdc00 | (r & 0x3ff);
        q += 4;
      }
    }
    if (k >= CHUNK) {
      out += String.fromCharCode.apply(null, units.subarray(0, k) as unknown as number[]);
      k = 0;
    }
  }
  return out + String.fromCharCode.apply(null, units.subarray(0, k) as unknown as number[]);
}

// The rune whose UTF-8 form starts with the non-ASCII byte at q, or -1 if none does.
function decodeRune(u8: Uint8Array, q: number, end: number): number {
  const c = u8[q]!;
  if (c < 0xc2 || c > 0xf4 || q + 1 >= end) return -1;
  const c1 = u8[q + 1]!;
  if ((c1 & 0xc0) !== 0x80) return -1;
  if (c < 0xe0) return ((c & 0x1f) << 6) | (c1 & 63);
  if (q + 2 >= end) return -1;
  const c2 = u8[q + 2]!;
  if ((c2 & 0xc0) !== 0x80) return -1;
  if (c < 0xf0) {
    const r = ((c & 0x0f) << 12) | ((c1 & 63) << 6) | (c2 & 63);
    return r < 0x800 || (r & 0xf800) === 0xd800 ? -1 : r;
  }
  if (q + 3 >= end) return -1;
  const c3 = u8[q + 3]!;
  if ((c3 & 0xc0) !== 0x80) return -1;
  const r = ((c & 7) << 18) | ((c1 & 63) << 12) | ((c2 & 63) << 6) | (c3 & 63);
  return r < 0x10000 || r > 0x10ffff ? -1 : r;
}

/** Whether two JavaScript strings are the same bytes in memory: equal but for lone surrogates. */
export function sameUtf8(a: string, b: string): boolean {
  if (a === b) return true;
  const n = a.length;
  if (n !== b.length) return false; // a lone surrogate and U+FFFD are one unit each
  for (let i = 0; i < n; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    if (!isReplaced(a, i, x) || !isReplaced(b, i, y)) return false;
  }
  return true;
}

// Whether the unit x at i of s reads as U+FFFD in memory.
function isReplaced(s: string, i: number, x: number): boolean {
  if (x === 0xfffd) return true;
  if ((x & 0xfc00) === 0xd800) return (s.charCodeAt(i + 1) & 0xfc00) !== 0xdc00;
  if ((x & 0xfc00) === 0xdc00) return i === 0 || (s.charCodeAt(i - 1) & 0xfc00) !== 0xd800;
  return false;
}

/**
 * The string that Go's bytes would give back: halves of surrogate pairs become U+FFFD. O(length).
 *
 * @example
 * ```ts
 * import { wellFormed } from "@gort/types";
 *
 * wellFormed("a\ud800b"); // => "a\ufffdb"
 * ```
 */
export function wellFormed(s: string): string {
  const { toWellFormed } = s as { toWellFormed?(): string };
  return toWellFormed?.call(s) ?? s.replace(/\p{Surrogate}/gu, "\ufffd");
}

/**
 * The order of two strings by their UTF-8 bytes, which is Go's order and that of code points: -1, 0 or 1. (JavaScript's own `<` goes by
 * UTF-16 units, and puts U+FFFF after U+10000.) Lone surrogates count as U+FFFD. O(length); allocates nothing.
 * @throws TypeError for what is no string
 *
 * @example
 * ```ts
 * import { utf8Compare } from "@gort/types";
 *
 * utf8Compare("\uffff", "\u{10000}"); // => -1
 * "\uffff" < "\u{10000}"; // => false
 * utf8Compare("\ud800", "\ufffd"); // => 0
 * ```
 */
export function utf8Compare(a: string, b: string): number {
  checkString("utf8Compare", a, "a");
  checkString("utf8Compare", b, "b");
  if (a === b) return 0;
  const n = a.length < b.length ? a.length : b.length;
  for (let i = 0; i < n; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    if (x < 0xd800 || y < 0xd800) return x < y ? -1 : 1;
    // Surrogates come in: only whole code points tell.
    const v = rank(a, i, x);
    const w = rank(b, i, y);
    if (v !== w) return v < w ? -1 : 1;
  }
  return a.length === b.length ? 0 : a.length < b.length ? -1 : 1;
}

// Where the unit x at i of s stands in the order, given that what is before it is equal.
function rank(s: string, i: number, x: number): number {
  if (isReplaced(s, i, x)) return 0xfffd;
  // A pair is above all other units, by its halves in turn; the other string has the same first half, or none.
  return (x & 0xf800) === 0xd800 ? x + ((x & 0x400) << 7) + 0x10000 : x;
}
