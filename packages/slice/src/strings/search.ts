/**
 * Go's `strings` functions that look for one string in another. Offsets are those of bytes, as everywhere in Go.
 *
 * Invariants
 *  1. Strings are bytes: an invalid one is found like any other, and a part of a rune's form, too.
 *  2. The empty string is everywhere: before, between and after the runes when it is counted.
 *  3. Of a JavaScript string no more is encoded than what is looked at.
 */
import type { GoString } from "../go-string.ts";
import { checkByte, runeCount } from "../utf8.ts";
import { bytesIn, Pattern, text } from "./pattern.ts";

/**
 * Go's `strings.Index`: the byte at which `substr` stands first, or -1. O(length of both).
 *
 * @throws TypeError for what is no string
 *
 * @example
 * ```ts
 * import { goString, strings } from "@gort/slice";
 *
 * const s = goString("héllo");
 * strings.index(s, "llo"); // => 3
 * String(s.slice(strings.index(s, "l"))); // => "llo"
 * strings.index(s, "z"); // => -1
 * ```
 */
export function index(s: GoString | string, substr: GoString | string): number {
  return position("index", s, substr);
}

function position(where: string, s: GoString | string, substr: GoString | string): number {
  const [all, sub] = [text(where, "s", s), text(where, "substr", substr)];
  return sub.len === 0 ? 0 : new Pattern(sub).find(bytesIn(all), 0);
}

/**
 * Go's `strings.LastIndex`: the byte at which `substr` stands last, or -1. O(length of both).
 *
 * @throws TypeError for what is no string
 *
 * @example
 * ```ts
 * import { strings } from "@gort/slice";
 *
 * strings.lastIndex("go gopher", "go"); // => 3
 * strings.lastIndex("go gopher", ""); // => 9
 * ```
 */
export function lastIndex(s: GoString | string, substr: GoString | string): number {
  const [all, sub] = [text("lastIndex", "s", s), text("lastIndex", "substr", substr)];
  return sub.len === 0 ? all.len : new Pattern(sub).find(bytesIn(all), 0, true);
}

/**
 * Go's `strings.IndexByte`: the first place of a byte, or -1. O(n).
 *
 * @throws TypeError for what is no string; RangeError or TypeError for what is no integer from 0 to 255
 *
 * @example
 * ```ts
 * import { strings } from "@gort/slice";
 *
 * strings.indexByte("é", 0xa9); // => 1
 * ```
 */
export function indexByte(s: GoString | string, b: number): number {
  const all = text("indexByte", "s", s);
  checkByte("indexByte", b);
  return bytesIn(all).indexOf(b);
}

/**
 * Whether `substr` occurs in `s`. Go's `strings.Contains`. O(length of both).
 *
 * @throws TypeError for what is no string
 *
 * @example
 * ```ts
 * import { strings } from "@gort/slice";
 *
 * strings.contains("seafood", "foo"); // => true
 * strings.contains("seafood", ""); // => true
 * ```
 */
export function contains(s: GoString | string, substr: GoString | string): boolean {
  return position("contains", s, substr) >= 0;
}

/** Whether the bytes of `part` stand in `s` at `at`. */
function standsAt(s: GoString, at: number, part: GoString): boolean {
  if (at < 0 || at + part.len > s.len) return false;
  const i = s.off + at;
  for (let k = 0; k < part.len; k++) if (s.array[i + k] !== part.array[part.off + k]) return false;
  return true;
}

/**
 * As many units of a JavaScript string as have `n` bytes, at its end or else its beginning, and one more, so that no half of a pair is taken
 * for a whole: each unit takes a byte or more. Of a Go string, all of it.
 */
function piece(s: GoString | string, n: number, end: boolean): GoString | string {
  if (typeof s !== "string") return s;
  return end ? s.slice(Math.max(0, s.length - n - 1)) : s.slice(0, n + 1);
}

/**
 * Whether `s` begins with `prefix`. Go's `strings.HasPrefix`. O(length of the prefix).
 *
 * @throws TypeError for what is no string
 *
 * @example
 * ```ts
 * import { strings } from "@gort/slice";
 *
 * strings.hasPrefix("gopher", "go"); // => true
 * ```
 */
export function hasPrefix(s: GoString | string, prefix: GoString | string): boolean {
  const start = text("hasPrefix", "prefix", prefix);
  return standsAt(text("hasPrefix", "s", piece(s, start.len, false)), 0, start);
}

/**
 * Whether `s` ends with `suffix`. Go's `strings.HasSuffix`. O(length of the suffix).
 *
 * @throws TypeError for what is no string
 *
 * @example
 * ```ts
 * import { strings } from "@gort/slice";
 *
 * strings.hasSuffix("gopher", "her"); // => true
 * ```
 */
export function hasSuffix(s: GoString | string, suffix: GoString | string): boolean {
  const end = text("hasSuffix", "suffix", suffix);
  const all = text("hasSuffix", "s", piece(s, end.len, true));
  return standsAt(all, all.len - end.len, end);
}

/**
 * Go's `strings.TrimPrefix`: `s` without the prefix, or `s` itself. Shares the bytes of a Go string. O(length of the prefix); of
 * a JavaScript string `s`, which becomes a Go string, O(length of both).
 *
 * @throws TypeError for what is no string
 *
 * @example
 * ```ts
 * import { strings } from "@gort/slice";
 *
 * String(strings.trimPrefix("v1.2", "v")); // => "1.2"
 * ```
 */
export function trimPrefix(s: GoString | string, prefix: GoString | string): GoString {
  const [all, start] = [text("trimPrefix", "s", s), text("trimPrefix", "prefix", prefix)];
  return standsAt(all, 0, start) ? all.slice(start.len) : all;
}

/**
 * Go's `strings.TrimSuffix`: `s` without the suffix, or `s` itself. Shares the bytes of a Go string. O(length of the suffix); of
 * a JavaScript string `s`, which becomes a Go string, O(length of both).
 *
 * @throws TypeError for what is no string
 *
 * @example
 * ```ts
 * import { strings } from "@gort/slice";
 *
 * String(strings.trimSuffix("a.go", ".go")); // => "a"
 * ```
 */
export function trimSuffix(s: GoString | string, suffix: GoString | string): GoString {
  const [all, end] = [text("trimSuffix", "s", s), text("trimSuffix", "suffix", suffix)];
  const at = all.len - end.len;
  return standsAt(all, at, end) ? all.slice(0, at) : all;
}

/**
 * Go's `strings.Count`: how often `substr` stands in `s` without overlap; of the empty string one more than there are runes.
 * O(length of both).
 *
 * @throws TypeError for what is no string
 *
 * @example
 * ```ts
 * import { strings } from "@gort/slice";
 *
 * strings.count("cheese", "e"); // => 3
 * strings.count("né", ""); // => 3
 * ```
 */
export function count(s: GoString | string, substr: GoString | string): number {
  const [all, sub] = [text("count", "s", s), text("count", "substr", substr)];
  return sub.len === 0 ? runeCount(all) + 1 : countOf(bytesIn(all), new Pattern(sub));
}

/** How often a pattern stands in bytes. */
export function countOf(a: Uint8Array, pattern: Pattern): number {
  let n = 0;
  for (let i = pattern.find(a, 0); i >= 0; i = pattern.find(a, i + pattern.bytes.length)) n++;
  return n;
}
