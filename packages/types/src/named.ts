/**
 * Defined types: Go's `type Name underlying`.
 *
 * Invariants
 *  1. A defined type has the layout and the operations of its underlying type, and an identity of its own.
 *  2. It starts without methods, whatever the underlying type has (Go's rule).
 *
 * A defined type is a second descriptor of the same class with another name: a wrapper that delegates was rejected, for it would make each call site on descriptors polymorphic.
 */
import type { Type } from "./api.ts";
import { internalType } from "./base.ts";
import { badArgument } from "./errors.ts";
import type { Named } from "./kinds.ts";
import { declareMethod } from "./method-set.ts";

/**
 * Go's `type name underlying`: a new type, different from every other, that can have methods. O(1).
 * @param name as Go prints it, with its package: `"main.Point"`
 * @throws TypeError for a name that is empty or no string, and for what is no descriptor
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
  const from = internalType(underlying, "named");
  const t = from.clone();
  t.definedName = name;
  t.predeclared = false;
  t.underlying = from.underlying;
  t.declare = (m) => declareMethod(t, m);
  return t as unknown as Named<D>;
}

/**
 * Whether the type has a name: predeclared or defined. O(1).
 * @throws TypeError for what is no descriptor
 *
 * @example
 * ```ts
 * import { int, isNamed, named, slice } from "@gort/types";
 *
 * isNamed(int); // => true
 * isNamed(named("main.IDs", slice(int))); // => true
 * isNamed(slice(int)); // => false
 * ```
 */
export function isNamed(t: Type): boolean {
  const b = internalType(t);
  return b.predeclared || b.definedName !== null;
}

/**
 * The type that a defined type was made of; itself for others. Go's underlying type. O(1).
 * @throws TypeError for what is no descriptor
 *
 * @example
 * ```ts
 * import { int, named, underlyingOf } from "@gort/types";
 *
 * const Age = named("main.Age", int);
 * underlyingOf(Age) === int; // => true
 * underlyingOf(named("main.Years", Age)) === int; // => true
 * ```
 */
export function underlyingOf<T>(t: Type<T>): Type<T> {
  return internalType(t).underlying;
}
