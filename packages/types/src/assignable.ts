/**
 * Relations between types: implements and assignable, as the language defines them.
 *
 * Invariants
 *  1. `implementsInterface` is one merge of two sorted method lists, remembered in the interface's itab table.
 *  2. Assignability is identity, or identical underlying types of which one is not named, or an interface that is
 *     implemented, or a two-way channel to one of its directions.
 */
import type { Type } from "./api.ts";
import { isType } from "./base.ts";
import { identical } from "./identical.ts";
import { itabOf } from "./iface.ts";
import type { ChanType, InterfaceMethod, InterfaceType } from "./kinds.ts";
import { methodsOf } from "./method-set.ts";
import { ReflectError } from "./reflect-errors.ts";
import { isNamed, underlyingOf } from "./named.ts";

/**
 * Go's `reflect.Type.Implements`. O(methods of both) at first, then O(1).
 * @throws ReflectError with Go's text if `inter` is nil or no interface type; TypeError for what is no descriptor
 *
 * @example
 * ```ts
 * import { error, func, implementsInterface, int, named, string } from "@gort/types";
 *
 * const E = named("main.E", int).method("Error", func([], [string]), (n) => `code ${n}`);
 * implementsInterface(E, error); // => true
 * implementsInterface(int, error); // => false
 * ```
 */
export function implementsInterface(t: Type, inter: InterfaceType): boolean {
  if (inter === null || inter === undefined)
    throw new ReflectError("reflect: nil type passed to Type.Implements");
  if (isType(inter) && inter.kind !== "interface")
    throw new ReflectError("reflect: non-interface type passed to Type.Implements");
  return itabOf(inter, t).missing === "";
}

/**
 * Go's `reflect.Type.AssignableTo`: whether a value of `from` may be assigned to a variable of `to`.
 * O(size of the type literals); O(methods of both) the first time for an interface.
 * @throws ReflectError with Go's text if `to` is nil
 * @throws TypeError for what is no descriptor
 *
 * @example
 * ```ts
 * import { any, assignableTo, chan, int, named, slice } from "@gort/types";
 *
 * const IDs = named("main.IDs", slice(int));
 * assignableTo(slice(int), IDs); // => true
 * assignableTo(named("main.Age", int), int); // => false
 * assignableTo(chan(int), chan(int, "recv")); // => true
 * assignableTo(int, any); // => true
 * ```
 */
export function assignableTo(from: Type, to: Type): boolean {
  if (to === null || to === undefined)
    throw new ReflectError("reflect: nil type passed to Type.AssignableTo");
  if (identical(from, to)) return true;
  if (to.kind === "interface" && implementsInterface(from, to as InterfaceType)) return true;
  if (isNamed(from) && isNamed(to)) return false;
  const a = underlyingOf(from);
  const b = underlyingOf(to);
  if (identical(a, b)) return true;
  return (
    a.kind === "chan" &&
    b.kind === "chan" &&
    (a as ChanType).dir === "both" &&
    identical((a as ChanType).elem, (b as ChanType).elem)
  );
}

/**
 * The method set of a type, sorted by name: declared methods, and those promoted from embedded fields.
 * O(methods), after the first call for a type, which looks through all that it embeds.
 * @throws TypeError for what is no descriptor
 *
 * @example
 * ```ts
 * import { func, int, methods, named, ptr } from "@gort/types";
 *
 * const T = named("main.T", int)
 *   .method("Get", func([], [int]), (n) => n)
 *   .ptrMethod("Reset", func(), () => undefined);
 * methods(T).map((m) => m.name); // => ["Get"]
 * methods(ptr(T)).map((m) => m.name); // => ["Get", "Reset"]
 * ```
 */
export function methods(t: Type): readonly InterfaceMethod[] {
  return methodsOf(t).map(({ name, type }) => ({ name, type }));
}
