/**
 * Interface values on the JavaScript side: a value together with its dynamic type.
 *
 * Invariants
 *  1. Nil is `null` (`undefined` is taken for it); an {@link InterfaceValue} is never nil, though what it holds
 *     may be: a nil pointer in an interface is not a nil interface.
 *  2. A raw JavaScript value is an interface value too, of the type {@link dynamicType} says: boolean is `bool`, number
 *     `float64`, string `string`, bigint `int64` or `uint64`, a function `func()`, an `Error` `*js.Error`, any other object `*js.Object`.
 *  3. {@link unwrap} and {@link wrap} are inverse: raw values stay raw through memory.
 *  4. An InterfaceValue is a box that never changes: what it holds was checked and copied when it was made (by `toInterface` in the
 *     form that memory gives back; so the class is exported as a type only), and whoever takes it out gets a copy of it: by `value`, an assertion, a method's receiver, reflection. So a copy
 *     of an interface value is the same one, as in Go, and a copy of a struct costs its own fields, whatever tree hangs on them.
 *
 * Why a number is a float64 and not an int: it is one. `encoding/json` decides the same way.
 */
import type { Space, Type } from "./api.ts";
import { givenType, internalType, type BaseType } from "./base.ts";
import { badArgument } from "./errors.ts";
import { valueFitter } from "./fit.ts";
import { isForeign } from "./foreign.ts";
import { identical } from "./identical.ts";
import { inspectHeld, jsonHeld, type InspectArguments } from "./inspect.ts";
import type { Itab } from "./itab.ts";
import type { FuncType, MethodTypes } from "./kinds.ts";
import { findMethod } from "./method-set.ts";
import { jsBigInt, jsError, jsFunction, jsObject, jsSymbol } from "./refs.ts";
import { bool, float64 } from "./scalar.ts";
import { string } from "./string.ts";
import { int64, uint64 } from "./wide.ts";
import { show } from "./show.ts";

const INTERFACE: unique symbol = Symbol.for("gort.Interface") as never;

/** The JavaScript function type of a func descriptor. */
export type Callable<F> =
  F extends FuncType<infer A, infer R> ? (...args: A) => R : (...args: any[]) => unknown;

/**
 * A non-nil interface value with its dynamic type. Made by `toInterface`, or by loading one from memory; the class is exported as a type
 * only: ask {@link isInterfaceValue}, not `instanceof`.
 *
 * @example
 * ```ts
 * import { any, int, toInterface } from "@gort/types";
 *
 * const x = toInterface(int, 3);
 * x.type.name; // => "int"
 * x.value; // => 3
 * String(x); // => "int(3)"
 * any.equalValues(x, toInterface(int, 3)); // => true
 * ```
 */
export class InterfaceValue<T = any, M extends MethodTypes = any> {
  /** The dynamic type. */
  readonly type: Type<T>;
  /** @internal */
  readonly held: T;
  /** Where pointers in the value point, or null. Stores into another space refuse them, as an address means nothing there. */
  readonly space: Space | null;
  /** The itab of the static interface type, or null for `any`. */
  readonly itab: Itab | null;

  /** @internal `held` is a value of the type, and nobody else's. */
  constructor(type: Type<T>, held: T, space: Space | null, itab: Itab | null) {
    this.type = type;
    this.held = held;
    this.space = space;
    this.itab = itab;
    // Plainly and not by defineProperty: these are made often.
    (this as { [INTERFACE]?: true })[INTERFACE] = true;
  }

  /** The value, as the JavaScript side of its dynamic type: a copy, of structs and arrays, as an assertion gives one. O(its size). */
  get value(): T {
    return internalType(this.type).copy(this.held);
  }

  /**
   * Calls a method of the dynamic type. O(methods of the interface it was converted to), else O(log methods);
   * and O(size) where the receiver is a value, of which the method gets a copy.
   * @throws RuntimeError `value method main.T.F called using nil *T pointer`
   * @throws TypeError if there is no such method
   */
  call<K extends keyof M & string>(
    name: K,
    ...args: Parameters<Callable<M[K]>>
  ): ReturnType<Callable<M[K]>> {
    const { itab } = this;
    if (itab !== null) {
      const fun = itab.fun;
      for (let i = 0; i < fun.length; i++) {
        if (fun[i]!.name === name)
          return fun[i]!.invoke(this.held, this.space, args) as ReturnType<Callable<M[K]>>;
      }
    }
    const m = findMethod(this.type, name);
    if (m === undefined) {
      throw badArgument(this.type.name, "method", name, "a method of its method set", "type");
    }
    return m.invoke(this.held, this.space, args) as ReturnType<Callable<M[K]>>;
  }

  /** What `JSON.stringify` shows: the value alone, as Go's `encoding/json` does. O(size). */
  toJSON(key?: string): unknown {
    return jsonHeld(this.value, key);
  }

  /** The type and a short form of the value, for messages. O(1), strings by their length. */
  toString(): string {
    return `${this.type.name}(${show(this.held)})`;
  }

  /** What `console.log` shows on Node: the type and the value, `main.Point({ x: 1, y: 2 })`, as deep as the value alone. */
  [Symbol.for("nodejs.util.inspect.custom")](...args: InspectArguments): string {
    return inspectHeld(this, this.value, args, this.type.name);
  }
}

/**
 * Whether `v` is an {@link InterfaceValue}, from whichever copy of this package. O(1).
 *
 * @example
 * ```ts
 * import { int, isInterfaceValue, toInterface } from "@gort/types";
 *
 * isInterfaceValue(toInterface(int, 1)); // => true
 * isInterfaceValue(1); // => false
 * ```
 */
export function isInterfaceValue(v: unknown): v is InterfaceValue {
  // Not by `hasBrand`, which every brand shares: a load of one constant key is cached per place.
  return typeof v === "object" && v !== null && (v as { [INTERFACE]?: true })[INTERFACE] === true;
}

/**
 * The dynamic type of an interface value or of a raw JavaScript value; null for nil. O(1).
 *
 * @example
 * ```ts
 * import { dynamicType, int, toInterface } from "@gort/types";
 *
 * dynamicType(toInterface(int, 1))?.name; // => "int"
 * dynamicType(1)?.name; // => "float64"
 * dynamicType(null); // => null
 * ```
 */
export function dynamicType(v: unknown): Type | null {
  switch (typeof v) {
    case "number":
      return float64;
    case "string":
      return string;
    case "boolean":
      return bool;
    case "bigint":
      if (BigInt.asIntN(64, v) === v) return int64;
      return BigInt.asUintN(64, v) === v ? uint64 : jsBigInt;
    case "function":
      return jsFunction;
    case "symbol":
      return jsSymbol;
    case "undefined":
      return null;
    case "object":
      if (v === null) return null;
      if (isInterfaceValue(v)) return v.type;
      return isError(v) ? jsError : jsObject;
  }
}

/** Whether it is an `Error`, a `DOMException` among them; of another realm, one without a tag, which anything can give itself. */
function isError(v: object): boolean {
  if (v instanceof Error) return true;
  return !(Symbol.toStringTag in v) && Object.prototype.toString.call(v) === "[object Error]";
}

/** Whether what it holds is nobody else's. What another version of this package made has a value only, which anybody may change. */
export const isBox = (v: InterfaceValue): boolean => "held" in v;

/** The value without its type, not copied: nobody may change it, or get hold of it. Of what is no box a copy, checked. */
export function unwrap(v: unknown): unknown {
  if (!isInterfaceValue(v)) return v;
  return (v.held ?? (isBox(v) ? null : fitted(v.type, v.value))) as unknown;
}

const RAW: ReadonlySet<Type> = /* @__PURE__ */ new Set<Type>([
  bool,
  float64,
  string,
  int64,
  jsObject,
  jsError,
  jsSymbol,
  jsBigInt,
  jsFunction,
]);

/** A type that stands for raw values, of whichever copy of this package, as this copy's own; any other as it is. */
export function ownRaw(t: BaseType<any>): BaseType<any> {
  if (!t.predeclared && t.kind !== "func") return t;
  for (const raw of [...RAW, uint64]) if (identical(raw, t)) return internalType(raw);
  return t;
}

/**
 * The interface value of a type and a value that nobody else has: raw where the type is the one that {@link dynamicType} would say.
 * @param same an interface value that is given back if it is the one
 */
export function wrap(
  type: Type,
  held: unknown,
  space: Space | null,
  itab: Itab | null,
  same?: InterfaceValue,
): unknown {
  // A nil function or object is no nil interface.
  if (itab === null && held !== null && RAW.has(type)) return held;
  // Of the unsigned ones only those that int64 cannot hold are raw.
  if (itab === null && type === uint64 && (held as bigint) >> 63n !== 0n) return held;
  return same?.itab === itab ? same : new InterfaceValue(givenType(type), held, space, itab);
}

/**
 * Gives a value a dynamic type: Go's conversion to an interface. Structs and arrays are copied, as in Go; interface values in them are
 * shared, as they never change. O(size of the value itself).
 * @param space where pointers in the value point; needed to call methods through them
 * @throws RangeError or TypeError if `type` cannot hold the value
 *
 * @example
 * ```ts
 * import { any, int, toInterface } from "@gort/types";
 *
 * any.equalValues(toInterface(int, 1), toInterface(int, 1)); // => true
 * any.equalValues(toInterface(int, 1), 1); // => false
 * ```
 */
export function toInterface<T>(
  type: Type<T>,
  value: T,
  space: Space | null = null,
): InterfaceValue<T> {
  const t: BaseType<T> = internalType<T>(type, "toInterface");
  if (t.kind === "interface") {
    throw badArgument(
      "toInterface",
      "type",
      t.name,
      "a type that is no interface (see convert)",
      "type",
    );
  }
  return new InterfaceValue<T>(type, fitted(t, value), space, null);
}

/** A value as it gets into a box; undefined for a JavaScript object is nil, which memory gives back as null. */
function fitted<T>(type: Type<T>, value: T): T {
  const t = internalType(type);
  t.fitter ??= valueFitter(t, t.name)!;
  return (t.fitter(value) ?? null) as T;
}

/** Go's `==` on two interface values; equal addresses in two spaces are not equal. @throws RuntimeError `comparing uncomparable type []int` */
export function equalInterfaces(a: unknown, b: unknown): boolean {
  const s = dynamicType(a);
  const t = dynamicType(b);
  if (s === null || t === null) return s === t;
  if (s !== t && !identical(s, t)) return false;
  const [v, w] = [unwrap(a), unwrap(b)];
  return s.equalValues(v, w) && !isForeign(s, v, spaceOf(a), spaceOf(b));
}

/** The space that an interface value knows. */
const spaceOf = (v: unknown): Space | null => (isInterfaceValue(v) ? v.space : null);
