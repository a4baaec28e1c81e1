/**
 * How JavaScript values behave as elements: the zero value, equality, what must be copied, what is refused.
 *
 * Invariants
 *  1. For a descriptor, zero and equality are the descriptor's own.
 *  2. Structs and arrays are copied deeply, field by field; everything else is immutable or a reference.
 *  3. Without a descriptor, `===` decides, which is Go's `==` on numbers (NaN, -0), strings and pointers.
 */
import {
  badArgument,
  type ArrayType,
  type SliceHeader,
  type StructType,
  type Type,
} from "@gort/types";
import type { Backing } from "./api.ts";
import { ArrayBacking, type ValueRules } from "./array-slice.ts";
import { valueError } from "./errors.ts";

/** What one JavaScript value counts for when capacities are rounded: a 64-bit word. */
const WORD = 8;

const same = (a: unknown, b: unknown): boolean => a === b;

/**
 * Elements that are any JavaScript values, stored as they are.
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
    check: null,
  });
}

/** The zero that goes with a first value: 0, "", false, 0n; undefined for what has no zero. */
export function zeroLike(v: unknown): unknown {
  if (typeof v === "number") return 0;
  if (typeof v === "string") return "";
  if (typeof v === "boolean") return false;
  return typeof v === "bigint" ? 0n : undefined;
}

/** Plain-array storage for the values of a descriptor. */
export function typeBacking<T>(type: Type<T>): ArrayBacking<T> {
  const copy = copyOf(type);
  return new ArrayBacking<T>({
    name: type.name,
    size: type.size,
    zero: () => type.zero(),
    freshZero: copy !== null,
    equal: (a, b) => type.equalValues(a, b),
    copy,
    check: checkOf(type),
  });
}

/** Deep copy for mutable values, null where there is nothing to copy. */
export function copyOf<T>(type: Type<T>): ValueRules<T>["copy"] {
  if (type.kind === "array") {
    const { elem } = type as unknown as ArrayType;
    const copy = copyOf(elem as Type<unknown>);
    const copied = (v: unknown[]): unknown[] => (copy === null ? v.slice() : v.map(copy));
    return copied as unknown as (v: T) => T;
  }
  if (type.kind === "struct") {
    const parts = (type as unknown as StructType).fields
      .filter((f) => f.name !== "_")
      .map((f) => ({ name: f.name, copy: copyOf(f.type as Type<unknown>) }));
    const copied = (v: Record<string, unknown>): Record<string, unknown> => {
      const out: Record<string, unknown> = {};
      for (const { name, copy } of parts) out[name] = copy === null ? v[name] : copy(v[name]);
      return out;
    };
    return copied as unknown as (v: T) => T;
  }
  if (type.kind === "slice") {
    const copied = (h: SliceHeader): SliceHeader => ({ ptr: h.ptr, len: h.len, cap: h.cap });
    return copied as unknown as (v: T) => T;
  }
  return null;
}

/** Refuses what is obviously no value of the type; null where anything goes. */
function checkOf<T>(type: Type<T>): ValueRules<T>["check"] {
  const { name, kind } = type;
  const mustBe = (js: string, want: string) => (v: unknown) => {
    if (typeof v !== js) throw valueError(name, v, want);
  };
  if (kind === "bool") return mustBe("boolean", "a boolean");
  if (kind === "string") return mustBe("string", "a string");
  if (kind === "struct") {
    return (v: unknown) => {
      if (typeof v !== "object" || v === null) throw valueError(name, v, "an object");
    };
  }
  if (kind === "array") {
    const { len } = type as unknown as ArrayType;
    return (v: unknown) => {
      if (!Array.isArray(v) || v.length !== len) throw valueError(name, v, `an array of ${len}`);
    };
  }
  return null;
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
