/**
 * What a library of Go panics with as a plain string: `panic("cannot be negative")`.
 *
 * Invariants
 *  1. `message` is that string. It is no `runtime.Error`, so {@link isRuntimeError} says no.
 *  2. It is recognised by its brand, from whichever copy of this package.
 *
 * Why an `Error` and not a thrown string: a string has no stack. Why apart from errors.ts: there is what the runtime raises.
 */
import { brand, hasBrand } from "./errors.ts";

const MISUSE_ERROR = Symbol.for("gort.MisuseError");

/**
 * Misuse that Go answers by panicking with a plain string, such as `sync: negative WaitGroup counter`.
 *
 * @example
 * ```ts
 * import { MisuseError, isMisuseError, isRuntimeError } from "@gort/types";
 *
 * const e = new MisuseError("sync: negative WaitGroup counter");
 * isMisuseError(e); // => true
 * isRuntimeError(e); // => false
 * String(e); // => "MisuseError: sync: negative WaitGroup counter"
 * ```
 */
export class MisuseError extends Error {
  /** Tells it from other errors. */
  declare readonly [MISUSE_ERROR]?: true;

  /** @param message Go's text */
  constructor(message: string) {
    super(message);
    brand(this, MISUSE_ERROR);
  }

  override get name(): string {
    return "MisuseError";
  }
}

/**
 * Whether `v` is a {@link MisuseError}, from whichever copy of this package. O(1). Never throws.
 *
 * @example
 * ```ts
 * import { MisuseError, isMisuseError, nilDereference } from "@gort/types";
 *
 * isMisuseError(new MisuseError("cannot be less than 1")); // => true
 * isMisuseError(nilDereference()); // => false
 * ```
 */
export function isMisuseError(v: unknown): v is MisuseError {
  return hasBrand(v, MISUSE_ERROR);
}
