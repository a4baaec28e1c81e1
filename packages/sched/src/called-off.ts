/**
 * Called off: the errors that waits failed with because somebody called them off, or because their program ended.
 *
 * Invariant: an error is remembered as long as somebody holds it; of strings and other plain values only the latest is.
 *
 * Why apart from `call-off.ts`: the end of a program asks, and must not bring that along.
 */
import { ambient } from "./ambient.ts";

/** Remembers `error`, with which a wait fails that is called off, and gives it back. O(1). */
export function calledOff<E>(error: E): E {
  const off = (ambient.calledOff ??= { errors: new WeakSet(), latest: NaN }); // NaN equals nothing
  if (Object(error) === error) off.errors.add(error as object);
  else off.latest = error;
  return error;
}

/** Whether a wait that was called off failed with `error`. O(1). */
export function wasCalledOff(error: unknown): boolean {
  const off = ambient.calledOff;
  return off !== undefined && (off.errors.has(error as object) || off.latest === error);
}
