/**
 * Defined types: Go's `type Name underlying`.
 *
 * Invariants
 *  1. A defined type has the layout and the operations of its underlying type, and an identity of its own.
 *  2. It starts without methods, whatever the underlying type has (Go's rule).
 *
 * A defined type is a copy of the underlying descriptor object with another name, of the same class: a wrapper that
 * delegates was rejected, for it would make each call site on descriptors polymorphic.
 */
import type { Type } from "./api.ts";
import { copyType, internalType } from "./base.ts";
import { badArgument } from "./errors.ts";
import type { FuncType, Named } from "./kinds.ts";
import { declareMethod, type Method } from "./method-set.ts";

/**
 * Go's `type name underlying`: a new type, different from every other, that can have methods.
 * @param name as Go prints it, with its package: `"main.Point"`
 *
 * @example
 * ```ts
 * import { float64, func, named, struct, toInterface } from "@gort/types";
 *
 * const Rect = named("main.Rect", struct({ w: float64, h: float64 })).method(
 *   "Area",
 *   func([], [float64]),
 *   (r) => r.w * r.h,
 * );
 * Rect.name; // => "main.Rect"
 * toInterface(Rect, { w: 3, h: 4 }).call("Area"); // => 12
 * ```
 */
export function named<D extends Type>(name: string, underlying: D): Named<D> {
  if (typeof name !== "string" || name === "") {
    throw badArgument("named", "name", name, "a type name such as main.Point", "type");
  }
  const from = internalType(underlying);
  const t = copyType(from);
  t.definedName = name;
  const declare = (pointer: boolean) => (m: string, type: FuncType, fn: Method["fn"]) => {
    declareMethod(t, { name: m, type, fn, pointer });
    return t;
  };
  // Not enumerable: a type made of this one must not inherit them.
  Object.defineProperty(t, "method", { value: declare(false) });
  Object.defineProperty(t, "ptrMethod", { value: declare(true) });
  return t as unknown as Named<D>;
}

/** Whether the type has a name: predeclared or defined. */
export function isNamed(t: Type): boolean {
  const b = internalType(t);
  return b.predeclared || b.definedName !== null;
}

/** The type that a defined type was made of; itself for others. Go's underlying type. */
export function underlyingOf<T>(t: Type<T>): Type<T> {
  return internalType(t).underlying;
}
