/**
 * What reflection panics with. In Go these are strings and `*reflect.ValueError`, not runtime errors; the texts are Go's.
 */
import { brand, hasBrand } from "./errors.ts";

const REFLECT_ERROR = Symbol.for("gort.ReflectError");

/**
 * A misuse of reflection; its message is Go's text.
 *
 * @example
 * ```ts
 * import { isReflectError, valueOf } from "@gort/types";
 *
 * let text = "";
 * try {
 *   valueOf("3").int();
 * } catch (e) {
 *   if (isReflectError(e)) text = e.message;
 * }
 * text; // => "reflect: call of reflect.Value.Int on string Value"
 * ```
 */
export class ReflectError extends Error {
  /** Tells it from other errors. */
  declare readonly [REFLECT_ERROR]?: true;

  /** @param message Go's text */
  constructor(message: string) {
    super(message);
    brand(this, REFLECT_ERROR);
  }

  override get name(): string {
    return "ReflectError";
  }
}

/**
 * Whether `v` is a {@link ReflectError}, from whichever copy of this package. O(1). Never throws.
 *
 * @example
 * ```ts
 * import { ReflectError, isReflectError } from "@gort/types";
 *
 * isReflectError(new ReflectError("reflect: slice index out of range")); // => true
 * isReflectError(new Error("reflect: slice index out of range")); // => false
 * ```
 */
export function isReflectError(v: unknown): v is ReflectError {
  return hasBrand(v, REFLECT_ERROR);
}

/** `reflect: call of reflect.Value.Int on string Value`. */
export function onKind(method: string, kind: string): ReflectError {
  return new ReflectError(`reflect: call of reflect.Value.${method} on ${kind} Value`);
}

/** `reflect: call of reflect.Value.Int on zero Value`. */
export function onZero(method: string): ReflectError {
  return new ReflectError(`reflect: call of reflect.Value.${method} on zero Value`);
}

/** What `Interface` of a value of an unexported field panics with. */
export function notForInterface(): ReflectError {
  return new ReflectError(
    "reflect.Value.Interface: cannot return value obtained from unexported field or method",
  );
}

/** `reflect: reflect.Value.Set using value obtained using unexported field`. */
export function unexported(method: string): ReflectError {
  return new ReflectError(
    `reflect: reflect.Value.${method} using value obtained using unexported field`,
  );
}
