/**
 * The order of Go's `cmp` package on JavaScript values.
 *
 * Invariants
 *  1. It is a total order: NaN equals itself and precedes every other number; -0 equals 0.
 *  2. Strings compare by code points, which is the order of their UTF-8 bytes; JavaScript's `<` differs above U+FFFF.
 *  3. Values that Go does not order (objects, booleans, two different types) are refused, never guessed.
 */
import { badArgument, utf8Compare } from "@gort/types";
import { compareStrings, type GoString } from "../go-string.ts";

/** Go's `cmp.Ordered`. */
export type Ordered = number | bigint | string | GoString;

const GO_STRING = Symbol.for("gort.GoString");

/**
 * Go's `cmp.Compare`: -1, 0 or 1. O(1), for strings O(length).
 * @throws TypeError for values that are not ordered, or of two types
 *
 * @example
 * ```ts
 * import { slices } from "@gort/slice";
 *
 * slices.compareOrdered(2, 10); // => -1
 * slices.compareOrdered(NaN, -Infinity); // => -1
 * slices.compareOrdered("b", "a"); // => 1
 * ```
 */
export function compareOrdered<T extends Ordered>(a: T, b: T): number {
  if (typeof a === "number" && typeof b === "number") {
    if (a < b) return -1;
    if (a > b) return 1;
    if (a === b) return 0;
    return Number.isNaN(a) ? (Number.isNaN(b) ? 0 : -1) : 1;
  }
  return compareOther(a, b);
}

function compareOther(a: Ordered, b: Ordered): number {
  if (typeof a === "string" && typeof b === "string") return utf8Compare(a, b);
  if (typeof a === "bigint" && typeof b === "bigint") return a < b ? -1 : a > b ? 1 : 0;
  if (isText(a) && isText(b)) return compareStrings(a, b);
  if (!isOrdered(a)) throw unordered("compare", "a", a);
  throw badArgument("compare", "b", b, `a ${kindOf(a)} like the value before`, "type");
}

const isOrdered = (v: unknown): boolean => /^(number|bigint|string)$/.test(kindOf(v));

const kindOf = (v: unknown): string => (isText(v) ? "string" : typeof v);

function unordered(where: string, argument: string, v: unknown): TypeError {
  return badArgument(where, argument, v, "an ordered value (a number, bigint or string)", "type");
}

/**
 * Throws unless `v` can be compared with `like`, an element of the slice; `where` and `argument` say whose it is. For what is
 * asked once, so that the text names it; comparing refuses by itself.
 */
export function checkOrdered(where: string, argument: string, v: unknown, like: unknown): void {
  const same = kindOf(v) === kindOf(like);
  if (same && isOrdered(v)) return;
  if (same) throw unordered(where, argument, v);
  if (!isOrdered(like)) throw unordered(where, "element", like);
  throw badArgument(where, argument, v, `a ${kindOf(like)} like the elements`, "type");
}

/** What a caller's comparison gave; throws unless it is a number. A boolean, or a bigint, would pass for another answer. */
export function checkResult(where: string, result: number): number {
  if (typeof result !== "number")
    throw badArgument(where, "result of cmp", result, "a number: negative, 0 or positive", "type");
  return result;
}

const isText = (v: unknown): v is GoString | string =>
  typeof v === "string" ||
  (typeof v === "object" && v !== null && (v as Record<symbol, unknown>)[GO_STRING] === true);

/** A comparison as `sort` wants it: negative, zero or positive. */
export type Compare<T> = (a: T, b: T) => number;
