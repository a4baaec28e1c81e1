/**
 * What can go wrong with a slice, each with Go's exact text.
 *
 * Invariants
 *  1. Whatever Go can express gives Go's text as a `RuntimeError`; whatever it cannot (a fraction, NaN, a string as an
 *     index) gives a `RangeError` or `TypeError` that names the argument and its value.
 *  2. Slice bounds are checked as Go does: max, then high, then low.
 *  3. Texts are those of Go 1.20 and later, where `growslice: cap out of range` became `len out of range` and the
 *     array conversion speaks of `array or pointer to array`.
 */
import { FatalError, RuntimeError, badArgument, badNumber } from "@gort/types";

/** The largest of Go's `int`, which is one of 32 bits here. */
export const MAX_INT = 2 ** 31 - 1;

const PREFIX = "runtime error: ";

const bounds = (text: string): RuntimeError =>
  new RuntimeError(PREFIX + text, "runtime.boundsError");
const plain = (text: string): RuntimeError => new RuntimeError(PREFIX + text);

/** Whether Go could have had `i` as an index at all. */
function isInteger(i: unknown): i is number | bigint {
  return typeof i === "bigint" || Number.isInteger(i);
}

/** An integer in full, without an exponent. */
const digits = (i: number | bigint): string => BigInt(i).toString();

/** An argument that Go's type checker would have refused. */
function notInteger(where: string, argument: string, value: unknown): Error {
  return badNumber(where, argument, value, typeof value === "bigint" ? "a number" : "an integer");
}

/** `index out of range [5] with length 3`; without the length for a negative index. */
export function indexError(i: unknown, len: number): Error {
  // Go has no other integers than its own: a bigint that would do is refused for its kind.
  if (!isInteger(i) || (typeof i === "bigint" && i >= 0 && i < len))
    return notInteger("index", "i", i);
  if (i < 0) return bounds(`index out of range [${digits(i)}]`);
  return bounds(`index out of range [${digits(i)}] with length ${len}`);
}

/**
 * What is wrong with the bounds of a slice expression, or null if nothing is.
 * @param of `"capacity"` for slices, `"length"` for arrays and strings, as Go's texts say
 */
export function sliceError(
  lo: unknown,
  hi: unknown,
  max: unknown,
  cap: number,
  of: "capacity" | "length" = "capacity",
): Error | null {
  if (!isInteger(lo)) return notInteger("slice", "lo", lo);
  if (!isInteger(hi)) return notInteger("slice", "hi", hi);
  const what = "slice bounds out of range";
  const beyond = (i: number | bigint): string => (i < 0 ? "" : ` with ${of} ${cap}`);
  // What is out of range has Go's text, whatever its kind; a bigint that would do is refused for its kind.
  if (max === undefined) {
    if (hi < 0 || hi > cap) return bounds(`${what} [:${digits(hi)}]${beyond(hi)}`);
    if (lo < 0) return bounds(`${what} [${digits(lo)}:]`);
    if (lo > hi) return bounds(`${what} [${digits(lo)}:${digits(hi)}]`);
    return bigBound(lo, hi, max);
  }
  if (!isInteger(max)) return notInteger("slice", "max", max);
  if (max < 0 || max > cap) return bounds(`${what} [::${digits(max)}]${beyond(max)}`);
  if (hi < 0) return bounds(`${what} [:${digits(hi)}:]`);
  if (hi > max) return bounds(`${what} [:${digits(hi)}:${digits(max)}]`);
  if (lo < 0) return bounds(`${what} [${digits(lo)}::]`);
  if (lo > hi) return bounds(`${what} [${digits(lo)}:${digits(hi)}:]`);
  return bigBound(lo, hi, max);
}

/** What is wrong with bounds that are in range: one of them may be a bigint. */
function bigBound(lo: unknown, hi: unknown, max: unknown): Error | null {
  if (typeof lo === "bigint") return notInteger("slice", "lo", lo);
  if (typeof hi === "bigint") return notInteger("slice", "hi", hi);
  return typeof max === "bigint" ? notInteger("slice", "max", max) : null;
}

/** Checks the arguments of `make([]T, len, cap)`; `capMax` is what the storage can hold. */
export function checkMake(len: unknown, cap: unknown, capMax: number): void {
  if (!isInteger(len)) throw notInteger("makeSlice", "len", len);
  if (!isInteger(cap)) throw notInteger("makeSlice", "cap", cap);
  if (len < 0 || len > capMax) throw plain("makeslice: len out of range");
  if (cap < len || cap > capMax) throw plain("makeslice: cap out of range");
  // What is out of range has Go's text, whatever its kind; a bigint that would do is refused for its kind.
  if (typeof len === "bigint") throw notInteger("makeSlice", "len", len);
  if (typeof cap === "bigint") throw notInteger("makeSlice", "cap", cap);
}

/** `growslice: len out of range`: an append needs more than an address space holds. */
export const growError = (): RuntimeError => plain("growslice: len out of range");

/** The conversion of a slice to a longer array. */
export const arrayConversionError = (len: number, want: number): RuntimeError =>
  bounds(
    `cannot convert slice with length ${len} to array or pointer to array with length ${want}`,
  );

/** The host refused storage that the address space has room for; fatal in Go. */
export const outOfMemory = (): FatalError => new FatalError("out of memory");

/** A value that the element type cannot hold: out of range, or of another kind. Those of 64 bits are bigints. */
export function valueError(elem: string, value: unknown, want: string): Error {
  const big = elem.endsWith("int64");
  if (big && typeof value !== "bigint") want = "a bigint";
  return badArgument(
    elem,
    "value",
    value,
    want,
    typeof value === (big ? "bigint" : "number") ? "range" : "type",
  );
}
