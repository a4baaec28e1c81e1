/**
 * Values as their types store them: checked, read once, in the one form that every storage gives back. For containers, which make
 * one of these functions per type where they are made and call it per element.
 *
 * Invariants
 *  1. What a fitter or a reader gives of a value of several parts (a struct, an array, a complex number …) is a copy of plain data:
 *     nobody else holds it, and no getter runs when it is read. So what is given can be read before a container is looked at.
 *  2. A fitter gives what it gave, given that: `Object.is` for values of one part.
 *  3. A value is checked before it is copied, for the text of the error, and its copy again, for a getter may change its mind; of a
 *     struct each field is read once, and what was read is checked.
 *  4. What a fitter gives is what `load` gives after `store` of the same value.
 *
 * Why not `copyValue` alone: on JavaScript values a `float32` in it would stay a double, a -0 in an integer a -0, and half
 * a surrogate pair would not become U+FFFD, as all do in memory. Why functions that are null where there is nothing to do: a
 * container tests that once, or as one comparison, where a call per element would be felt. Why structs do it themselves, in
 * struct-code.ts: by loops over the fields, each of them checked, copied and checked again, elements went in at a third of the speed.
 */
import type { Space, Type } from "./api.ts";
import { checkType, isType } from "./base.ts";
import { wellFormed } from "./utf8.ts";

/** Makes a value one of a type, or throws; also for one that points into another space than the one given. */
export type Fit<T> = (value: T, space?: Space) => T;

/** What descriptors of this package can do beyond the contract; those that somebody else made may lack all of it. */
export interface TypeExtras<T = any> {
  /** Whether it stands for one that somebody else made, whose kind says nothing of how its values look in JavaScript. */
  readonly adapted?: boolean;
  /** A copy, as an assignment makes one: parts of parts are copied, what an interface value holds or a pointer points to is not. */
  copy?(value: T): T;
  /** Throws unless `value`, part by part, is of the type, and none points into another space than the one given. */
  check?(value: unknown, what: string, space?: Space): void;
  /** `store` of a value that has been checked, at an address that is good. */
  put?: Type<T>["store"];
  /** All of it in one go, each part read once: checks, and copies in the form in which memory would give it back; of structs. */
  fit?(value: T, what: string, space?: Space): T;
  /** The form in which memory would give a checked value back; of interface types. */
  form?(value: T): T;
}

type Fields = readonly { readonly name: string; readonly type: Type }[];

/** Kinds whose values have parts, which are read one by one and can change. */
const parts = /^(array|complex\d+|interface|slice|struct)$/;

/** Of a type that somebody else made only its own `copy` knows. */
const hasParts = (type: Type): boolean => !kindTells(type) || parts.test(type.kind);

/** Kinds of integers, and of addresses. */
const integer = /^(u?int(8|16|32|ptr)?|ptr|unsafe\.Pointer)$/;

/**
 * How values of several parts (structs, arrays, complex numbers, slice headers, interface values, which never change and are their own
 * copies) are copied; null for the others,
 * and for types that cannot tell. What it is given must be of the type. O(1); what it gives, O(size).
 * @throws TypeError for what is no descriptor
 *
 * @example
 * ```ts
 * import { int32, struct, valueCopier } from "@gort/types";
 *
 * const copy = valueCopier(struct({ x: int32 }))!;
 * const p = { x: 1 };
 * copy(p) === p; // => false
 * copy(p); // => { x: 1 }
 * valueCopier(int32); // => null
 * ```
 */
export function valueCopier<T>(type: Type<T>): Fit<T> | null {
  const { copy } = checkType("valueCopier", type) as TypeExtras<T>;
  return copy !== undefined && hasParts(type) ? (value) => copy.call(type, value) : null;
}

/**
 * Throws for what is no value of the type; null for types that check when they store, as those do that implement the contract only.
 * O(1); what it gives, O(size).
 * @param what names the value in the text of the error
 *
 * @example
 * ```ts
 * import { int8, valueChecker } from "@gort/types";
 *
 * const check = valueChecker(int8, "map key")!;
 * check(5); // => undefined
 * check(300); // throws map key: value is 300, want an integer from -128 to 127
 * ```
 */
export function valueChecker<T>(
  type: Type<T>,
  what: string,
): ((value: T, space?: Space) => void) | null {
  const { check } = checkType("valueChecker", type) as TypeExtras<T>;
  return check === undefined ? null : (value, space) => check.call(type, value, what, space);
}

/**
 * Checks values, and gives them as memory would give them back: for containers on JavaScript values. Null for types that check
 * when they store. O(size) for values of several parts, else O(1), strings by their length.
 * @param what names the value in the text of the error
 * @throws TypeError for what is no descriptor; what it gives, TypeError or RangeError that names the part
 *
 * @example
 * ```ts
 * import { float32, string, struct, valueFitter } from "@gort/types";
 *
 * const fit = valueFitter(struct({ x: float32, name: string }), "map value")!;
 * fit({ x: 0.1, name: "a\ud800" }); // => { x: Math.fround(0.1), name: "a\ufffd" }
 * fit({ x: 1, name: 5 as never }); // throws map value.name: value is 5, want a string
 * ```
 */
export function valueFitter<T>(type: Type<T>, what: string): Fit<T> | null {
  checkType("valueFitter", type);
  const fit = checked(type, what, formOf(type) ?? valueCopier(type));
  if (fit === null) return null;
  if (!kindTells(type)) return fit;
  // The commonest types, without a call.
  if (type.kind === "int32" || type.kind === "int")
    return (v: any) => (typeof v === "number" && (v | 0) === v ? ((v | 0) as T) : fit(v as T));
  if (type.kind === "string")
    return (v: any) => (typeof v === "string" ? wellFormed(v) : fit(v as T)) as T;
  if (type.kind === "bool") return (v) => (typeof v === "boolean" ? v : fit(v));
  return fit;
}

/**
 * Checks values, and reads them once: for containers in memory, which sees to the form itself. What it gives can be hashed and
 * compared beside what memory holds, and be stored without another check. Null for types that check when they store.
 * O(1); what it gives, O(size).
 * @param what names the value in the text of the error
 * @throws TypeError for what is no descriptor; what it gives, TypeError or RangeError that names the part
 *
 * @example
 * ```ts
 * import { int32, struct, valueReader } from "@gort/types";
 *
 * let reads = 0;
 * const read = valueReader(struct({ x: int32 }), "map key")!;
 * const key = read({ get x() { return ++reads > 2 ? reads : 1; } });
 * key.x; // => 1
 * key.x; // => 1
 * ```
 */
export function valueReader<T>(type: Type<T>, what: string): Fit<T> | null {
  checkType("valueReader", type);
  return checked(type, what, valueCopier(type) ?? (type.kind === "float32" ? formOf(type) : null));
}

function checked<T>(type: Type<T>, what: string, form: Fit<T> | null): Fit<T> | null {
  const { check, fit } = type as TypeExtras<T>;
  if (check === undefined) return null;
  if (fit !== undefined) return (value, space) => fit.call(type, value, what, space);
  const part = inParts(type, form);
  return (value, space) => part(value, what, space) as T;
}

/** A fitter that is told each time what the value is, as a part of another. */
export type PartFit = (value: any, what: string, space?: Space) => unknown;

/** How a field's values fit. */
export function partFit(type: Type): PartFit {
  const { fit } = type as TypeExtras;
  if (fit !== undefined)
    return (value, what, space) => fit.call(type, value, what, space) as unknown;
  return inParts(type, formOf(type) ?? valueCopier(type));
}

/** Checked, brought into the form, and checked again if it has parts. */
function inParts(type: Type, form: Fit<any> | null): PartFit {
  const { check } = type as TypeExtras;
  const whole = !hasParts(type);
  return (value, what, space) => {
    check?.call(type, value, what, space);
    if (form === null) return value as unknown;
    const fitted: unknown = form(value);
    if (!whole) check?.call(type, fitted, what, space);
    return fitted;
  };
}

/**
 * Whether the kind of a type says how its values look in JavaScript: not of one that somebody else made. Its kind says how they lie in
 * memory, and nothing of which of them are equal, or whether each equals itself: what takes a type by its kind, fields or elements asks
 * here first, or {@link isOpaque} of all its parts.
 * @internal
 */
export const kindTells = (type: Type): boolean => isType(type) && !(type as TypeExtras).adapted;

/**
 * Whether values of a type are, or have as a part, what only somebody else's descriptor knows. O(fields).
 * @internal
 */
export function isOpaque(type: Type): boolean {
  if (!kindTells(type)) return true;
  const { elem, fields } = type as Type & { elem: Type; fields: readonly { type: Type }[] };
  if (type.kind === "array") return isOpaque(elem);
  return type.kind === "struct" && fields.some((f) => isOpaque(f.type));
}

/** The form in which memory would give values back; null where it is the one that is given, or where nobody knows. */
function formOf(type: Type): Fit<any> | null {
  const { kind } = type;
  if (!kindTells(type)) return null;
  // What has no type in Go, as an Error, is a pointer by its kind.
  if (integer.test(kind)) return (v) => (typeof v === "number" ? v + 0 : v) as unknown;
  if (kind === "float32") return Math.fround;
  if (kind === "string") return wellFormed;
  if (kind === "complex64") return (v) => ({ re: Math.fround(v.re), im: Math.fround(v.im) });
  if (kind === "array") {
    const form = formOf((type as Type & { elem: Type }).elem);
    return form && ((v: unknown[]) => Array.from(v, (e) => form(e) as unknown));
  }
  if (kind === "interface") {
    const { form } = type as TypeExtras;
    return form === undefined ? null : (v) => form.call(type, v) as unknown;
  }
  const { fields = [] } = type as Type & { fields?: Fields };
  const copy = kind === "struct" ? valueCopier<Record<string, unknown>>(type) : null;
  const forms = fields.flatMap(({ name, type: t }) => {
    const form = name === "_" ? null : formOf(t);
    return form === null ? [] : { name, form };
  });
  if (copy === null || forms.length === 0) return null;
  return (v: Record<string, unknown>) => {
    const out = copy(v);
    for (const { name, form } of forms) {
      const part = out[name];
      const fitted = form(part) as unknown;
      if (!Object.is(fitted, part)) out[name] = fitted;
    }
    return out;
  };
}
