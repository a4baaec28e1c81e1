/**
 * Whether a reflection value is its type's zero value.
 *
 * Invariants
 *  1. Arrays and structs are zero if all parts are; references if they are nil; floats if all their bits are 0, so -0 is not zero (as in Go before 1.22).
 */
import type { Type } from "./api.ts";
import type { Value } from "./reflect.ts";

/** Whether `v`, a value of `t`, is zero. */
export function isZero(v: Value, t: Type): boolean {
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
      return Object.is(c.re, 0) && Object.is(c.im, 0);
    }
    case "float32":
    case "float64":
      return Object.is(v.get(), 0);
    default:
      return v.get() === t.zero();
  }
}

function every(n: number, holds: (i: number) => boolean): boolean {
  for (let i = 0; i < n; i++) if (!holds(i)) return false;
  return true;
}
