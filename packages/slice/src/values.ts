/**
 * How JavaScript values behave as elements: the zero value, equality, what must be copied, what is refused.
 *
 * Invariants
 *  1. For a descriptor, zero, equality and check are the descriptor's own. What passes is stored as a heap would give it back: the
 *     float32 of a struct rounded, half a surrogate pair as U+FFFD.
 *  2. Structs, arrays, complex numbers, slice headers and what interfaces hold are copied deeply, and what was copied is checked, so that no
 *     getter can slip in another value; everything else is immutable or a reference.
 *  3. Without a descriptor, `===` decides, which is Go's `==` on numbers (NaN, -0), strings and pointers; of a `GoString` its bytes.
 */
import { badArgument, valueCopier, valueFitter, type Type } from "@gort/types";
import type { Backing } from "./api.ts";
import { ArrayBacking, type ValueRules } from "./array-slice.ts";
import type { GoString } from "./go-string.ts";

/** What one JavaScript value counts for when capacities are rounded: a 64-bit word. */
const WORD = 8;

const GO_STRING = Symbol.for("gort.GoString");

/** By the brand: slices without strings should not pull the string code into a bundle. */
const isGoString = (v: unknown): v is GoString =>
  typeof v === "object" && v !== null && (v as Record<symbol, unknown>)[GO_STRING] === true;

const sameText = (a: unknown, b: unknown): boolean =>
  isGoString(a)
    ? (isGoString(b) || typeof b === "string") && a.equals(b)
    : isGoString(b) && typeof a === "string" && b.equals(a);

const same = (a: unknown, b: unknown): boolean =>
  a === b || ((typeof a === "object" || typeof b === "object") && sameText(a, b));

/**
 * Elements that are any JavaScript values, stored as they are. O(1).
 * @param zero the zero value, or a function that makes it (for mutable zeros, or functions as elements)
 * @param name how the type is called in texts; default `any`
 *
 * @example
 * ```ts
 * import { makeSlice, values } from "@gort/slice";
 *
 * const s = makeSlice(values(""), 2);
 * s.set(1, "x");
 * [...s]; // => ["", "x"]
 * ```
 */
export function values<T>(zero: T | (() => T), name = "any"): Backing<T> {
  return valueBacking(zero, name);
}

/** {@link values}, with the type of backing that can lie over a caller's array. */
export function valueBacking<T>(zero: T | (() => T), name: string): ArrayBacking<T> {
  const make = typeof zero === "function" ? (zero as () => T) : null;
  return new ArrayBacking<T>({
    name,
    size: WORD,
    zero: make ?? (() => zero as T),
    // One zero per slot if the caller makes them; what is put in stays what it is.
    freshZero: make !== null,
    equal: same,
    copy: null,
    fit: null,
  });
}

/** The zero that goes with a first value: 0, "", false, 0n; undefined for what has no zero. */
export function zeroLike(v: unknown): unknown {
  if (typeof v === "number") return 0;
  if (typeof v === "string") return "";
  if (typeof v === "boolean") return false;
  return typeof v === "bigint" ? 0n : undefined;
}

// One backing per descriptor: slices of one type then take each other's elements as they are.
const backings = /* @__PURE__ */ new WeakMap<Type, ArrayBacking<any>>();

/** Plain-array storage for the values of a descriptor. */
export function typeBacking<T>(type: Type<T>): ArrayBacking<T> {
  let backing = backings.get(type) as ArrayBacking<T> | undefined;
  if (backing === undefined) backings.set(type, (backing = new ArrayBacking(rulesOf(type))));
  return backing;
}

function rulesOf<T>(type: Type<T>): ValueRules<T> {
  const { name, size } = type;
  const copy = valueCopier(type);
  const zero: unknown = type.zero();
  return {
    name,
    type,
    size,
    zero: () => type.zero(),
    // A zero that can be written to, by whoever made the type.
    freshZero: typeof zero === "object" && zero !== null,
    equal: (a, b) => type.equalValues(a, b),
    copy,
    fit: valueFitter(type, name) ?? copy,
  };
}

/** A descriptor that `v` might be: enough of the contract to go on. */
export function isDescriptor(v: unknown): v is Type<unknown> {
  return (
    typeof v === "object" &&
    v !== null &&
    typeof (v as Type).size === "number" &&
    typeof (v as Type).kind === "string" &&
    typeof (v as Type).zero === "function"
  );
}

/** The error for something that names no element type. */
export function notElem(where: string, v: unknown): Error {
  return badArgument(
    where,
    "elem",
    v,
    "a type descriptor, typed-array constructor or backing",
    "type",
  );
}
