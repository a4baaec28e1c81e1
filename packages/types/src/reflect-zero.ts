/**
 * Whether a reflection value is nil, or its type's zero value.
 *
 * Invariants
 *  1. Arrays and structs are zero if all parts are; references if they are nil; floats if `==` says so, hence -0 too (as in Go since 1.22).
 *  2. A JavaScript object that has no type in Go is no nil and no pointer, whatever properties it has.
 */
import type { Ptr, Type } from "./api.ts";
import type { BaseType } from "./base.ts";
import type { SliceHeader } from "./kinds.ts";
import type { Value } from "./reflect.ts";
import { onKind } from "./reflect-errors.ts";

/** The pointer in a pointer, or in the first word of a slice; 0 for nil, and undefined for what JavaScript holds. */
export function pointerIn(v: Value): Ptr | undefined {
  const word = v.get() as Ptr | SliceHeader | null;
  if (typeof word === "number") return word;
  if (word === null) return 0;
  return v.kind === "slice" ? word.ptr : undefined;
}

/** Whether `v`, a value of `t`, is nil. @throws ReflectError for a kind that has no nil */
export function isNil(v: Value, t: Type): boolean {
  switch (t.kind as string) {
    case "ptr":
    case "unsafe.Pointer":
    case "slice":
      return pointerIn(v) === 0;
    case "map":
    case "chan":
    case "func":
    case "interface":
      return ((v.get() as unknown) ?? null) === null;
    default:
      throw onKind("IsNil", t.kind);
  }
}

/** Whether `v`, a value of `t`, is zero. */
export function isZero(v: Value, t: BaseType<any>): boolean {
  // What its parts are only its maker knows.
  if (t.adapted) return t.equalValues(v.get(), t.zero());
  switch (t.kind as string) {
    case "array":
      return every(v.len(), (i) => v.index(i).isZero());
    case "struct":
      return every(v.numField(), (i) => v.field(i).isZero());
    case "chan":
    case "func":
    case "interface":
    case "map":
    case "ptr":
    case "slice":
    case "unsafe.Pointer":
      return v.isNil();
    case "complex64":
    case "complex128": {
      const c = v.get() as { re: number; im: number };
      return c.re === 0 && c.im === 0;
    }
    default:
      return v.get() === t.zero();
  }
}

function every(n: number, holds: (i: number) => boolean): boolean {
  for (let i = 0; i < n; i++) if (!holds(i)) return false;
  return true;
}
