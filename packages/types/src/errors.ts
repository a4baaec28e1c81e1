/**
 * Go's run-time errors: the classes every package throws, and Go's exact texts for what types can do wrong.
 *
 * Invariants
 *  1. `message` of a {@link RuntimeError} is what Go's `err.Error()` returns, `runtime error: ` included
 *     where Go has it. A runtime prints `panic: ` and the message, as Go does.
 *  2. `message` of a {@link FatalError} is Go's text *without* `fatal error: `; `String(err)` and the first
 *     line of its stack are `fatal error: ` and the text, because `name` is `fatal error`.
 *  3. Classes are recognised by a brand (`Symbol.for`), never by `instanceof`: two copies of this package
 *     can be installed side by side.
 *
 * Why a brand is set by the constructor and not by the class: a class with a computed member counts as having side effects, and
 * bundlers then keep it in programs that use none of it. It is not enumerable, so printing an error shows the message only. Why
 * TypeScript is told of it all the same: a class that looks like another one is it, and of an `Error` that a guard says no to nothing
 * would be left. Why the texts are functions and not a table with holes: each has its own number of parts, and the compiler then
 * checks the call.
 */
import { show } from "./show.ts";

const RUNTIME_ERROR = Symbol.for("gort.RuntimeError");
const FATAL_ERROR = Symbol.for("gort.FatalError");
const TYPE_ASSERTION_ERROR = Symbol.for("gort.TypeAssertionError");

/** The dynamic types that Go's own panics have, as `%T` prints them. */
export type RuntimeErrorType =
  | "runtime.boundsError"
  | "runtime.errorString"
  | "runtime.plainError"
  | "*runtime.TypeAssertionError";

/**
 * Go's `runtime.Error`: a panic raised by the language itself, which `recover` can stop.
 *
 * @example
 * ```ts
 * import { RuntimeError, isRuntimeError } from "@gort/types";
 *
 * const e = new RuntimeError("runtime error: index out of range [5] with length 3");
 * isRuntimeError(e); // => true
 * e.message; // => "runtime error: index out of range [5] with length 3"
 * ```
 */
export class RuntimeError extends Error {
  /** What `fmt.Printf("%T")` prints for the error in Go. */
  readonly goType: RuntimeErrorType;

  /**
   * @param message Go's whole text, `runtime error: ` included where Go has it
   * @param goType Go's type of the error; default `"runtime.errorString"` with the prefix, else `"runtime.plainError"`
   */
  constructor(message: string, goType?: RuntimeErrorType) {
    super(message);
    this.goType =
      goType ??
      (message.startsWith("runtime error: ") ? "runtime.errorString" : "runtime.plainError");
    Object.defineProperty(this, "goType", { enumerable: false });
    brand(this, RUNTIME_ERROR);
  }

  override get name(): string {
    return "RuntimeError";
  }
}

/**
 * Go's `fatal error: …`: the program is broken beyond `recover`, for example `sync: unlock of unlocked mutex`.
 * In JavaScript it can be caught like any error; a scheduler never lets `recover` see it.
 *
 * @example
 * ```ts
 * import { FatalError } from "@gort/types";
 *
 * const e = new FatalError("sync: unlock of unlocked mutex");
 * e.message; // => "sync: unlock of unlocked mutex"
 * String(e); // => "fatal error: sync: unlock of unlocked mutex"
 * ```
 */
export class FatalError extends Error {
  /** Tells it from other errors. */
  declare readonly [FATAL_ERROR]?: true;

  /** @param message Go's text, without `fatal error: ` */
  constructor(message: string) {
    super(message);
    brand(this, FATAL_ERROR);
  }

  override get name(): string {
    return "fatal error";
  }
}

/**
 * Puts a brand on an object: an own property that is not enumerable. O(1).
 *
 * @example
 * ```ts
 * import { brand, hasBrand } from "@gort/types";
 *
 * const MINE = Symbol.for("example.Mine");
 * const o = {};
 * brand(o, MINE);
 * hasBrand(o, MINE); // => true
 * Object.keys(o); // => []
 * ```
 */
export function brand(object: object, symbol: symbol, value: unknown = true): void {
  Object.defineProperty(object, symbol, { value });
}

/**
 * Whether `v` is Go's `runtime.Error`, from whichever copy of this package. O(1). Never throws.
 *
 * @example
 * ```ts
 * import { FatalError, isRuntimeError, nilDereference } from "@gort/types";
 *
 * isRuntimeError(nilDereference()); // => true
 * isRuntimeError(new FatalError("all goroutines are asleep - deadlock!")); // => false
 * ```
 */
export function isRuntimeError(v: unknown): v is RuntimeError {
  return hasBrand(v, RUNTIME_ERROR);
}

/**
 * Whether `v` is a {@link FatalError}, from whichever copy of this package. O(1). Never throws.
 *
 * @example
 * ```ts
 * import { FatalError, isFatalError } from "@gort/types";
 *
 * isFatalError(new FatalError("all goroutines are asleep - deadlock!")); // => true
 * isFatalError(new Error("all goroutines are asleep - deadlock!")); // => false
 * ```
 */
export function isFatalError(v: unknown): v is FatalError {
  return hasBrand(v, FATAL_ERROR);
}

/**
 * Whether `v` is a {@link TypeAssertionError}, from whichever copy of this package. O(1). Never throws.
 *
 * @example
 * ```ts
 * import { int, isTypeAssertionError, typeAssert } from "@gort/types";
 *
 * let failed = false;
 * try {
 *   typeAssert("text", int);
 * } catch (e) {
 *   failed = isTypeAssertionError(e);
 * }
 * failed; // => true
 * ```
 */
export function isTypeAssertionError(v: unknown): v is TypeAssertionError {
  return hasBrand(v, TYPE_ASSERTION_ERROR);
}

/**
 * Whether `v` carries a brand; false for anything that cannot. O(1). Never throws.
 *
 * @example
 * ```ts
 * import { brand, hasBrand } from "@gort/types";
 *
 * const MINE = Symbol.for("example.Mine");
 * const o = {};
 * hasBrand(o, MINE); // => false
 * brand(o, MINE);
 * hasBrand(o, MINE); // => true
 * hasBrand(null, MINE); // => false
 * ```
 */
export function hasBrand(v: unknown, brand: symbol): boolean {
  if ((typeof v !== "object" || v === null) && typeof v !== "function") return false;
  try {
    return (v as Record<symbol, unknown>)[brand] === true;
  } catch {
    return false; // a proxy that was revoked, or refuses: it may have been thrown, and whoever asks handles that
  }
}

/**
 * Go's `*runtime.TypeAssertionError`: a failed `x.(T)`. Its text has the three forms Go has.
 *
 * @example
 * ```ts
 * import { TypeAssertionError } from "@gort/types";
 *
 * new TypeAssertionError("interface {}", "int", "string").message;
 * // => "interface conversion: interface {} is int, not string"
 * new TypeAssertionError("interface {}", "int", "main.F", "F").message;
 * // => "interface conversion: int is not main.F: missing method F"
 * ```
 */
export class TypeAssertionError extends RuntimeError {
  /** Tells it from other errors. */
  declare readonly [TYPE_ASSERTION_ERROR]?: true;

  /**
   * @param interfaceName name of the static interface type; `""` prints as `interface`
   * @param concrete name of the dynamic type, `""` for a nil interface
   * @param asserted name of the type asked for
   * @param missingMethod the first method that is missing, when an interface was asked for
   */
  constructor(interfaceName: string, concrete: string, asserted: string, missingMethod = "") {
    const from = interfaceName === "" ? "interface" : interfaceName;
    let text: string;
    if (concrete === "") text = `${from} is nil, not ${asserted}`;
    else if (missingMethod !== "")
      text = `${concrete} is not ${asserted}: missing method ${missingMethod}`;
    else if (concrete === asserted)
      text = `${from} is ${concrete}, not ${asserted} (types from different scopes)`;
    else text = `${from} is ${concrete}, not ${asserted}`;
    super(`interface conversion: ${text}`, "*runtime.TypeAssertionError");
    brand(this, TYPE_ASSERTION_ERROR);
  }

  override get name(): string {
    return "TypeAssertionError";
  }
}

/**
 * `runtime error: invalid memory address or nil pointer dereference`.
 *
 * @example
 * ```ts
 * import { nilDereference } from "@gort/types";
 *
 * nilDereference().message;
 * // => "runtime error: invalid memory address or nil pointer dereference"
 * ```
 */
export function nilDereference(): RuntimeError {
  return new RuntimeError("runtime error: invalid memory address or nil pointer dereference");
}

/**
 * `runtime error: hash of unhashable type []int`.
 *
 * @example
 * ```ts
 * import { unhashableType } from "@gort/types";
 *
 * unhashableType("[]int").message; // => "runtime error: hash of unhashable type []int"
 * ```
 */
export function unhashableType(typeName: string): RuntimeError {
  return new RuntimeError(`runtime error: hash of unhashable type ${typeName}`);
}

/**
 * `runtime error: comparing uncomparable type []int`.
 *
 * @example
 * ```ts
 * import { uncomparableType } from "@gort/types";
 *
 * uncomparableType("[]int").message; // => "runtime error: comparing uncomparable type []int"
 * ```
 */
export function uncomparableType(typeName: string): RuntimeError {
  return new RuntimeError(`runtime error: comparing uncomparable type ${typeName}`);
}

/**
 * `value method main.T.F called using nil *T pointer`: a value method reached through a nil pointer.
 *
 * @example
 * ```ts
 * import { nilReceiver } from "@gort/types";
 *
 * nilReceiver("main.T", "F").message; // => "value method main.T.F called using nil *T pointer"
 * ```
 */
export function nilReceiver(typeName: string, method: string): RuntimeError {
  const short = typeName.slice(typeName.lastIndexOf(".") + 1);
  return new RuntimeError(`value method ${typeName}.${method} called using nil *${short} pointer`);
}

/**
 * The error for a bad argument, naming it and its value. A `RangeError`, or a `TypeError` where the value's
 * JavaScript type is wrong.
 *
 * @example
 * ```ts
 * import { badArgument } from "@gort/types";
 *
 * badArgument("makeChan", "capacity", -1, "an integer from 0").message;
 * // => "makeChan: capacity is -1, want an integer from 0"
 * ```
 */
export function badArgument(
  where: string,
  argument: string,
  value: unknown,
  want: string,
  kind: "range" | "type" = "range",
): RangeError | TypeError {
  const text = `${where}: ${argument} is ${show(value)}, want ${want}`;
  return kind === "type" ? new TypeError(text) : new RangeError(text);
}

/**
 * {@link badArgument} where a number is wanted: a `RangeError` for one that will not do, a `TypeError` for what is none.
 *
 * @example
 * ```ts
 * import { badNumber } from "@gort/types";
 *
 * badNumber("makeChan", "cap", -1, "an integer from 0") instanceof RangeError; // => true
 * badNumber("makeChan", "cap", "3", "an integer from 0") instanceof TypeError; // => true
 * ```
 */
export function badNumber(
  where: string,
  argument: string,
  value: unknown,
  want: string,
): RangeError | TypeError {
  return badArgument(where, argument, value, want, typeof value === "number" ? "range" : "type");
}

/**
 * Refuses what cannot be called; `where` and `name` say whose argument it is. O(1).
 *
 * @throws TypeError that names the argument and its value
 *
 * @example
 * ```ts
 * import { checkFunction } from "@gort/types";
 *
 * checkFunction("forEach", "visit", () => {});
 * checkFunction("forEach", "visit", 5); // throws forEach: visit is 5, want a function
 * ```
 */
export function checkFunction(where: string, name: string, fn: unknown): void {
  if (typeof fn !== "function") throw badArgument(where, name, fn, "a function", "type");
}

/**
 * Refuses options that are no object, are a collection or a promise, or have a name that none of `names` (separated by
 * spaces) is: they would be ignored. For factories, not for hot paths. O(options).
 *
 * @throws TypeError that names the option and those there are
 *
 * @example
 * ```ts
 * import { checkOptions } from "@gort/types";
 *
 * checkOptions("makeThing", { size: 3 }, "size name");
 * checkOptions("makeThing", { sise: 3 }, "size name"); // throws makeThing: options.sise is 3, want no options but size, name
 * ```
 */
export function checkOptions(where: string, options: object, names: string): void {
  // What one can walk over or wait for has no names that could be looked at; those of other classes are no options, as a context's.
  const isObject = typeof options === "object" && options !== null;
  if (!isObject || Symbol.iterator in options || "then" in options)
    throw noOption(where, "options", options, names);
  const known = names.split(" ");
  for (const [name, value] of Object.entries(options)) {
    if (known.includes(name)) continue;
    const kind = Object.getPrototypeOf(options) as object | null;
    if (kind === null || Object.getPrototypeOf(kind) === null)
      throw noOption(where, `options.${name}`, value, names);
    throw noOption(where, "options", options, names);
  }
}

function noOption(where: string, argument: string, value: unknown, names: string): Error {
  const want = `no options but ${names.replaceAll(" ", ", ")}`;
  return badArgument(where, argument, value, want, "type");
}
