/**
 * Go's texts for what maps can do wrong, as typed errors.
 *
 * Invariants
 *  1. Texts are Go's to the letter; a {@link RuntimeError} can be recovered from, a {@link FatalError} cannot.
 */
import { badArgument, FatalError, RuntimeError, type Fit, type Type } from "@gort/types";

/** `assignment to entry in nil map`: Go's plainError, without the `runtime error: ` prefix. */
export function nilMapWrite(): RuntimeError {
  return new RuntimeError("assignment to entry in nil map");
}

/** `concurrent map writes`: a write from inside another write, or from another thread. */
export function concurrentWrites(): FatalError {
  return new FatalError("concurrent map writes");
}

/** `concurrent map read and map write`. */
export function concurrentReadWrite(): FatalError {
  return new FatalError("concurrent map read and map write");
}

/** `concurrent map iteration and map write`. */
export function concurrentIteration(): FatalError {
  return new FatalError("concurrent map iteration and map write");
}

/** Go refuses such a map at compile time: `invalid map key type []int`. */
export function invalidKeyType(name: string): TypeError {
  return new TypeError(`invalid map key type ${name}`);
}

/** A map whose root was given back is used again. */
export function released(): Error {
  return new Error("map: used after release");
}

/** A hasher's `hash` gave what is no hash. */
export function badHash(result: unknown): Error {
  return badArgument("hash", "result", result, "a number", "type");
}

/** A key that a hasher can do nothing with. */
export function noKey(key: unknown, want: string): Error {
  return badArgument("map key", "value", key, want, "type");
}

/** Throws for what is no value of a type: as the type does, if it has a text for it. */
export function refuse(fit: Fit<any> | null, what: string, v: unknown, type: Type): never {
  fit?.(v);
  throw badArgument(what, "value", v, `a value of ${type.name}`, "type");
}
