/**
 * Keys and values as their types store them: checked, read once, in the one form that every storage gives back.
 *
 * Invariants
 *  1. What a fitter gives of a value of several parts (a struct, an array, a complex number …) is a copy of plain data: nobody else
 *     holds it, and no getter runs when it is read. So what is read of keys and values is read before a table is looked at.
 *  2. A fitter gives what it gave, given that: `Object.is` for values of one part.
 *  3. A value is checked before it is copied, for the text of the error, and its copy again, for a getter may change its mind.
 *
 * Why not `Type.copy` alone: on JavaScript values a `float32` in it would stay a double, a -0 in an integer a -0, and half
 * a surrogate pair would not become U+FFFD, as all do in memory.
 */
import type { Space, Type } from "@gort/types";

/** Makes a value one of a type, or throws; also for one that points into another space than the one given. */
export type Fit<T> = (value: T, space?: Space) => T;

/** What descriptors of `@gort/types` can do beyond their contract, used where it is there. */
export interface Extra<T = any> {
  copy?(value: T): T;
  check?(value: unknown, what: string, space?: Space): void;
  /** `store` of a value that has been checked, at an address that is good. */
  put?: Type<T>["store"];
}

type Fields = readonly { readonly name: string; readonly type: Type }[];

/** Kinds whose values have parts, which are read one by one and can change. */
const parts = /^(array|complex\d+|interface|slice|struct)$/;

/** Kinds of integers, and of addresses. */
const integer = /^(u?int(8|16|32|ptr)?|ptr|unsafe\.Pointer)$/;

/** How values of several parts are copied; null for the others, and for types that cannot tell. */
export function copier<T>(type: Type<T>): Fit<T> | null {
  const { copy } = type as Extra<T>;
  return copy !== undefined && parts.test(type.kind) ? (value) => copy.call(type, value) : null;
}

/** Throws for what is no value of the type; null for types that check when they store. */
export function checker<T>(
  type: Type<T>,
  what: string,
): ((value: T, space?: Space) => void) | null {
  const { check } = type as Extra<T>;
  return check === undefined ? null : (value, space) => check.call(type, value, what, space);
}

/** Checks values, and gives them as they are stored on JavaScript values. */
export function fitter<T>(type: Type<T>, what: string): Fit<T> | null {
  const fit = checked(type, what, formOf(type) ?? copier(type));
  if (fit === null || (type.kind !== "int32" && type.kind !== "int")) return fit;
  // The commonest type, without a call.
  return (v: any) => (typeof v === "number" && (v | 0) === v ? ((v | 0) as T) : fit(v as T));
}

/** Checks values, and reads them, for memory, which sees to the form itself. */
export function taker<T>(type: Type<T>, what: string): Fit<T> | null {
  return checked(type, what, copier(type) ?? (type.kind === "float32" ? formOf(type) : null));
}

function checked<T>(type: Type<T>, what: string, form: Fit<T> | null): Fit<T> | null {
  const check = checker(type, what);
  if (check === null) return null;
  const whole = !parts.test(type.kind);
  return (value, space) => {
    check(value, space);
    if (form === null) return value;
    const fitted = form(value);
    if (!whole) check(fitted, space);
    return fitted;
  };
}

/** The form in which memory would give values back; null where it is the one that is given. */
function formOf(type: Type): Fit<any> | null {
  const { kind } = type;
  if (integer.test(kind)) return (v: number) => v + 0;
  if (kind === "float32") return Math.fround;
  if (kind === "string") return wellFormed;
  if (kind === "complex64") return (v) => ({ re: Math.fround(v.re), im: Math.fround(v.im) });
  if (kind === "array") {
    const form = formOf((type as Type & { elem: Type }).elem);
    return form && ((v: unknown[]) => Array.from(v, (e) => form(e) as unknown));
  }
  const { fields = [] } = type as Type & { fields?: Fields };
  const copy = kind === "struct" ? copier<Record<string, unknown>>(type) : null;
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

/** The string that Go's bytes would give back: halves of surrogate pairs become U+FFFD. */
export function wellFormed(s: string): string {
  const { toWellFormed } = s as { toWellFormed?(): string };
  return toWellFormed?.call(s) ?? s.replace(/\p{Surrogate}/gu, "\ufffd");
}
