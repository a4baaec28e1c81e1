/**
 * Brands: what was thrown, told by symbol, so that two copies of the package know each other's errors.
 *
 * Apart from the classes, so that who only asks does not carry them.
 */
import type { Goexit, PanicError } from "./panic.ts";

export const GOEXIT = Symbol.for("gort.Goexit");
export const PANIC = Symbol.for("gort.PanicError");

function has(v: unknown, brand: symbol): boolean {
  return typeof v === "object" && v !== null && (v as Record<symbol, unknown>)[brand] === true;
}

/** Whether `v` is a {@link PanicError}, from whichever copy of this package. */
export function isPanicError(v: unknown): v is PanicError {
  return has(v, PANIC);
}

/** Whether `error` is the signal that `goexit` throws. */
export function isGoexit(error: unknown): error is Goexit {
  return has(error, GOEXIT);
}
