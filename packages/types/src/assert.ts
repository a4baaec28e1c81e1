/**
 * Type assertions and type switches on interface values.
 *
 * Invariants
 *  1. To a concrete type `x.(T)` succeeds if the dynamic type is identical to T; to an interface type if the dynamic type
 *     implements it. Nil succeeds at neither.
 *  2. The panic's text is Go's for each of the three ways to fail; the comma-ok form never panics and gives T's zero value.
 *  3. A switch takes the first case that matches, in the order written.
 */
import type { Type, ValueOf } from "./api.ts";
import { checkType, internalType } from "./base.ts";
import { TypeAssertionError, badArgument, checkFunction } from "./errors.ts";
import { identical } from "./identical.ts";
import { any, itabOf } from "./iface.ts";
import { InterfaceValue, dynamicType, isInterfaceValue, unwrap } from "./interface-value.ts";
import type { InterfaceType } from "./kinds.ts";

/**
 * Go's `x.(T)`. O(1); O(size) for structs and arrays, which are copied; O(methods) for the first assertion of a type to an interface.
 * @param from the static interface type of `x`, which the text of the panic names. Default: the one `x` was converted to, else `any`
 * @throws TypeAssertionError with Go's text
 * @throws TypeError if `type` is no descriptor
 *
 * @example
 * ```ts
 * import { int, string, toInterface, typeAssert } from "@gort/types";
 *
 * const x = toInterface(int, 1);
 * typeAssert(x, int); // => 1
 * let text = "";
 * try {
 *   typeAssert(x, string);
 * } catch (e) {
 *   text = (e as Error).message;
 * }
 * text; // => "interface conversion: interface {} is int, not string"
 * ```
 */
export function typeAssert<T>(x: unknown, type: Type<T>, from?: InterfaceType): T {
  const dyn = dynamicType(x);
  if (typeof type !== "object" || type === null) checkType("typeAssert", type);
  if (type.kind === "interface") {
    if (dyn === null) throw new TypeAssertionError("", "", type.name);
    const itab = itabOf(type as unknown as InterfaceType, dyn);
    if (itab.missing !== "") throw new TypeAssertionError("", dyn.name, type.name, itab.missing);
    return asInterface(x, dyn, type) as T;
  }
  if (dyn !== null && (dyn === type || identical(dyn, type))) {
    return internalType<T>(type).copy(unwrap(x) as T);
  }
  const static_ = from ?? (isInterfaceValue(x) && x.itab !== null ? x.itab.inter : any);
  throw new TypeAssertionError(static_.name, dyn === null ? "" : dyn.name, type.name);
}

/**
 * Go's `v, ok := x.(T)`: the value and true, or T's zero value and false.
 * O(1); O(size) for structs and arrays, which are copied; O(methods) for the first assertion of a type to an interface.
 * @throws TypeError if `type` is no descriptor; a failed assertion never throws
 *
 * @example
 * ```ts
 * import { float64, string, typeAssertOk } from "@gort/types";
 *
 * typeAssertOk("go", string); // => ["go", true]
 * typeAssertOk("go", float64); // => [0, false]
 * ```
 */
export function typeAssertOk<T>(x: unknown, type: Type<T>): [value: T, ok: boolean] {
  const dyn = dynamicType(x);
  if (typeof type !== "object" || type === null) checkType("typeAssertOk", type);
  if (dyn === null) return [type.zero(), false];
  if (type.kind === "interface") {
    const itab = itabOf(type as unknown as InterfaceType, dyn);
    return itab.missing === "" ? [asInterface(x, dyn, type) as T, true] : [type.zero(), false];
  }
  if (dyn === type || identical(dyn, type))
    return [internalType<T>(type).copy(unwrap(x) as T), true];
  return [type.zero(), false];
}

// x as a value of the interface type: with its itab, or as it is for an interface without methods.
function asInterface(x: unknown, dyn: Type, type: Type): unknown {
  const inter = type as InterfaceType;
  if (isInterfaceValue(x)) {
    if (x.itab !== null && x.itab.inter === inter) return x;
    const itab = inter.methods.length === 0 ? null : itabOf(inter, dyn);
    return new InterfaceValue(dyn, unwrap(x), x.space, itab);
  }
  return inter.methods.length === 0 ? x : new InterfaceValue(dyn, x, null, itabOf(inter, dyn));
}

/**
 * Go's conversion of a value to an interface type it implements; nil stays nil. O(1); O(methods) the first time for a type.
 * @throws TypeAssertionError naming the first missing method, where Go would not have compiled
 * @throws TypeError if `type` is no interface type
 *
 * @example
 * ```ts
 * import { convert, error } from "@gort/types";
 *
 * convert(new Error("boom"), error)?.call("Error"); // => "boom"
 * convert(null, error); // => null
 * ```
 */
export function convert<V>(x: unknown, type: InterfaceType<any, V>): V {
  if (checkType("convert", type as Type).kind !== "interface")
    throw badArgument("convert", "type", type.name, "an interface type", "type");
  return dynamicType(x) === null ? (null as V) : typeAssert(x, type as Type<V>);
}

/** One case of a {@link typeSwitch}. */
export interface TypeCase<R = unknown> {
  /** The types that match, null for nil; none for the default. */
  readonly types: readonly (Type | null)[];
  /** What the case does; it gets the value. */
  readonly run: (value: any) => R;
}

/** JavaScript type of the value in a case: of its type if there is one, else the interface value itself. */
export type CaseValue<T> = T extends null ? null : T extends Type ? ValueOf<T> : unknown;

/**
 * A case of a {@link typeSwitch}: one type, several, or null for nil. O(types).
 * @param run gets the value; with several types the interface value as it is, as in Go
 * @throws TypeError for a type that is no descriptor, and a `run` that is no function
 *
 * @example
 * ```ts
 * import { bool, float64, on, string, typeSwitch } from "@gort/types";
 *
 * const scalar = (x: unknown) => typeSwitch(x, on([bool, float64, string], () => true)) ?? false;
 * scalar(5); // => true
 * scalar({}); // => false
 * ```
 */
export function on<const T extends Type | null | readonly (Type | null)[], R>(
  type: T,
  run: (value: CaseValue<T>) => R,
): TypeCase<R> {
  const types: readonly (Type | null)[] = Array.isArray(type) ? type : [type as Type | null];
  for (const t of types) if (t !== null) checkType("on", t);
  checkFunction("on", "run", run);
  return { types, run };
}

/** The default case of a {@link typeSwitch}; it stands last. */
export interface DefaultCase<R = unknown> extends TypeCase<R> {
  /** Marks the case as the default. */
  readonly otherwise: true;
}

/**
 * The default case of a {@link typeSwitch}; it stands last. O(1).
 *
 * @throws TypeError if `run` is no function
 *
 * @example
 * ```ts
 * import { on, otherwise, string, typeSwitch } from "@gort/types";
 *
 * const kind = (x: unknown): string =>
 *   typeSwitch(
 *     x,
 *     on(string, (s) => `text of ${s.length}`),
 *     otherwise((v) => typeof v),
 *   );
 * kind("go"); // => "text of 2"
 * kind(true); // => "boolean"
 * ```
 */
export function otherwise<R>(run: (value: unknown) => R): DefaultCase<R> {
  checkFunction("otherwise", "run", run);
  return { types: [], run, otherwise: true };
}

/** What a switch returns: the result of any case, and undefined unless the last one is the default. */
export type SwitchResult<C extends readonly TypeCase[]> =
  | ReturnType<C[number]["run"]>
  | (C extends readonly [...unknown[], DefaultCase] ? never : undefined);

/**
 * Go's `switch v := x.(type)`: runs the first case that matches and returns its result; undefined if none does. O(types in the cases).
 * @throws TypeError for a case that neither {@link on} nor {@link otherwise} made
 *
 * @example
 * ```ts
 * import { float64, on, otherwise, string, typeSwitch } from "@gort/types";
 *
 * const describe = (x: unknown) =>
 *   typeSwitch(
 *     x,
 *     on(null, () => "nil"),
 *     on(float64, (n) => `number ${n.toFixed(1)}`),
 *     on(string, (s) => `string of ${s.length}`),
 *     otherwise(() => "something else"),
 *   );
 * describe(2); // => "number 2.0"
 * describe("go"); // => "string of 2"
 * describe(null); // => "nil"
 * describe({}); // => "something else"
 * ```
 */
export function typeSwitch<C extends readonly TypeCase[]>(
  x: unknown,
  ...cases: C
): SwitchResult<C> {
  const dyn = dynamicType(x);
  for (const c of cases) {
    const types = (c as TypeCase | null | undefined)?.types;
    if (types === undefined)
      throw badArgument("typeSwitch", "case", c, "a case made by on or otherwise", "type");
    const { run } = c;
    if (types.length === 0) return run(x) as SwitchResult<C>;
    for (const type of types) {
      if (type === null) {
        if (dyn === null) return run(types.length === 1 ? null : x) as SwitchResult<C>;
        continue;
      }
      const [value, ok] = typeAssertOk(x, type);
      if (ok) return run(types.length === 1 ? value : x) as SwitchResult<C>;
    }
  }
  return undefined as SwitchResult<C>;
}
