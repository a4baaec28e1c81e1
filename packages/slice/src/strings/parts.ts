/**
 * Go's `strings` functions that take strings apart and put them together.
 *
 * Invariants
 *  1. Parts share the bytes of the string that they are parts of, as in Go; a JavaScript string is encoded once.
 *  2. Lists are slices with the length and capacity of Go's, nil where they are nil there.
 *  3. Splitting by nothing gives runes, each invalid byte by itself and as it is (Go since 1.20).
 */
import { badArgument, badNumber, MisuseError } from "@gort/types";
import { MAX_INT, outOfMemory } from "../errors.ts";
import { GoString, goString, isGoString } from "../go-string.ts";
import type { Slice } from "../slice.ts";
import { decodeAt, decodeLastRune, runeCount } from "../utf8.ts";
import { valueBacking } from "../values.ts";
import { bytesIn, Pattern, text } from "./pattern.ts";
import { countOf } from "./search.ts";

const backing = /* @__PURE__ */ (() => valueBacking<GoString>(goString(""), "string"))();

/** The strings as Go's `[]string`, with room for `cap`. */
function list(parts: readonly GoString[], cap: number): Slice<GoString> {
  const s = backing.make(parts.length, cap);
  parts.forEach((part, i) => s.set(i, part));
  return s;
}

/**
 * Go's `strings.Cut`: what stands before and after the first `sep`, and whether there is one; if not, all of `s` and nothing.
 * Shares the bytes of a Go string. O(length of both).
 *
 * @throws TypeError for what is no string
 *
 * @example
 * ```ts
 * import { strings } from "@gort/slice";
 *
 * const [key, value, found] = strings.cut("name=Ada", "=");
 * [String(key), String(value), found]; // => ["name", "Ada", true]
 * ```
 */
export function cut(
  s: GoString | string,
  sep: GoString | string,
): [before: GoString, after: GoString, found: boolean] {
  const [all, by] = [text("cut", "s", s), text("cut", "sep", sep)];
  const i = by.len === 0 ? 0 : new Pattern(by).find(bytesIn(all), 0);
  return i < 0 ? [all, all.slice(all.len), false] : [all.slice(0, i), all.slice(i + by.len), true];
}

/**
 * Go's `strings.Split`: the parts between the separators, one more than there are; the runes if `sep` is empty. The parts share the
 * bytes of a Go string. O(length of both).
 *
 * @throws TypeError for what is no string
 *
 * @example
 * ```ts
 * import { strings } from "@gort/slice";
 *
 * [...strings.split("a,b,,c", ",")].map(String); // => ["a", "b", "", "c"]
 * [...strings.split("né", "")].map(String); // => ["n", "é"]
 * [...strings.split("", ",")].map(String); // => [""]
 * ```
 */
export function split(s: GoString | string, sep: GoString | string): Slice<GoString> {
  return splitAt("split", s, sep, -1);
}

/**
 * Go's `strings.SplitN`: at most `n` parts, of which the last is what is left; all if `n` is negative, nil if it is 0. The parts share
 * the bytes of a Go string. O(length of both).
 *
 * @throws TypeError for what is no string; RangeError or TypeError for what is no integer
 *
 * @example
 * ```ts
 * import { strings } from "@gort/slice";
 *
 * [...strings.splitN("a,b,c,d", ",", 2)].map(String); // => ["a", "b,c,d"]
 * strings.splitN("a,b", ",", 0).isNil; // => true
 * ```
 */
export function splitN(s: GoString | string, sep: GoString | string, n: number): Slice<GoString> {
  return splitAt("splitN", s, sep, n);
}

function splitAt(
  where: string,
  s: GoString | string,
  sep: GoString | string,
  n: number,
): Slice<GoString> {
  const [all, by] = [text(where, "s", s), text(where, "sep", sep)];
  if (!Number.isInteger(n)) throw badNumber(where, "n", n, "an integer");
  if (n === 0) return backing.nil();
  if (by.len === 0) return explode(all, n);
  const a = bytesIn(all);
  const pattern = new Pattern(by);
  const cap = Math.min(n < 0 ? countOf(a, pattern) + 1 : n, a.length + 1);
  const parts: GoString[] = [];
  let at = 0;
  while (parts.length < cap - 1) {
    const i = pattern.find(a, at);
    if (i < 0) break;
    parts.push(all.slice(at, i));
    at = i + by.len;
  }
  parts.push(all.slice(at));
  return list(parts, cap);
}

/** The first runes of `s`, `n` parts in all. */
function explode(s: GoString, n: number): Slice<GoString> {
  const runes = runeCount(s);
  const cap = n < 0 ? runes : Math.min(n, runes);
  const parts: GoString[] = [];
  let at = 0;
  for (; parts.length < cap - 1; at += parts.at(-1)!.len)
    parts.push(s.slice(at, at + (decodeAt(s.array, s.off + at, s.off + s.len) & 7)));
  if (cap > 0) parts.push(s.slice(at));
  return list(parts, cap);
}

/** Go's `unicode.IsSpace`. */
const isSpace = (r: number): boolean =>
  r < 0x1680
    ? r === 0x20 || (r >= 9 && r <= 13) || r === 0x85 || r === 0xa0
    : r === 0x1680 ||
      (r >= 0x2000 && r <= 0x200a) ||
      [0x2028, 0x2029, 0x202f, 0x205f, 0x3000].includes(r);

/**
 * Go's `strings.TrimSpace`: without Unicode's white space at both ends, which is not JavaScript's: U+0085 is, U+FEFF is not. Shares the
 * bytes of a Go string. O(n).
 *
 * @throws TypeError for what is no string
 *
 * @example
 * ```ts
 * import { strings } from "@gort/slice";
 *
 * String(strings.trimSpace("\t hello \u0085\n")); // => "hello"
 * ```
 */
export function trimSpace(s: GoString | string): GoString {
  const all = text("trimSpace", "s", s);
  const { array, off, len } = all;
  let [lo, hi] = [0, len];
  while (lo < hi) {
    const d = decodeAt(array, off + lo, off + hi);
    if (!isSpace(d >> 3)) break;
    lo += d & 7;
  }
  while (lo < hi) {
    const [rune, width] = decodeLastRune({ array, off: off + lo, len: hi - lo });
    if (!isSpace(rune)) break;
    hi -= width;
  }
  return all.slice(lo, hi);
}

/**
 * Go's `strings.Fields`: the parts between runs of white space, none of them empty. They share the bytes of a Go string. O(n).
 *
 * @throws TypeError for what is no string
 *
 * @example
 * ```ts
 * import { strings } from "@gort/slice";
 *
 * [...strings.fields("  foo bar\n baz ")].map(String); // => ["foo", "bar", "baz"]
 * ```
 */
export function fields(s: GoString | string): Slice<GoString> {
  const all = text("fields", "s", s);
  const parts: GoString[] = [];
  let start = -1;
  for (const [at, rune] of all.entries()) {
    if (!isSpace(rune)) {
      if (start < 0) start = at;
    } else if (start >= 0) {
      parts.push(all.slice(start, at));
      start = -1;
    }
  }
  if (start >= 0) parts.push(all.slice(start));
  return list(parts, parts.length);
}

/** Storage for a string; Go's `name` panics where its length is no `int`. */
function room(name: string, n: number): Uint8Array {
  if (n > MAX_INT) throw new MisuseError(`strings: ${name} output length overflow`);
  try {
    return new Uint8Array(n);
  } catch {
    throw outOfMemory();
  }
}

/**
 * Go's `strings.Join`: the strings of a slice, or of any other iterable, with `sep` between them. O(total length).
 * @throws MisuseError `strings: Join output length overflow`; TypeError for what are no strings
 *
 * @example
 * ```ts
 * import { sliceOf, strings } from "@gort/slice";
 *
 * String(strings.join(sliceOf("foo", "bar"), ", ")); // => "foo, bar"
 * ```
 */
export function join(elems: Iterable<GoString | string>, sep: GoString | string): GoString {
  const by = text("join", "sep", sep);
  const iterable = typeof elems === "object" && elems !== null && Symbol.iterator in elems;
  if (!iterable || isGoString(elems))
    throw badArgument("join", "elems", elems, "a slice of strings", "type");
  const parts = Array.from(elems, (elem) => text("join", "element", elem));
  if (parts.length === 1) return parts[0]!;
  let n = by.len * Math.max(0, parts.length - 1);
  for (const { len } of parts) n += len;
  const out = room("Join", n);
  let at = 0;
  parts.forEach((part, i) => {
    for (const piece of i === 0 ? [part] : [by, part]) {
      out.set(bytesIn(piece), at);
      at += piece.len;
    }
  });
  return new GoString(out, 0, n);
}

/**
 * Go's `strings.Repeat`: the string `count` times over. O(length × count).
 * @throws MisuseError `strings: negative Repeat count`, `strings: Repeat output length overflow`; RangeError or TypeError for what is
 * no integer, TypeError for what is no string
 *
 * @example
 * ```ts
 * import { strings } from "@gort/slice";
 *
 * String(strings.repeat("na", 3)); // => "nanana"
 * strings.repeat("na", -1); // throws strings: negative Repeat count
 * ```
 */
export function repeat(s: GoString | string, count: number): GoString {
  const all = text("repeat", "s", s);
  if (!Number.isInteger(count)) throw badNumber("repeat", "count", count, "an integer from 0");
  if (count < 0) throw new MisuseError("strings: negative Repeat count");
  if (count === 1) return all;
  const n = all.len * count;
  const out = room("Repeat", n);
  if (n > 0) out.set(bytesIn(all));
  // By doubling what is there.
  for (let done = all.len; done < n; done *= 2) out.copyWithin(done, 0, Math.min(done, n - done));
  return new GoString(out, 0, n);
}
