/**
 * Which throws are panics. Go tells an error that is returned from a panic by the kind of exit; JavaScript throws
 * both. The rule of this package: what Go's runtime raises (fatal errors, run-time errors, misuse) and what `panic`
 * raised is a panic; any other throw is an error.
 */
import { isPanicError } from "@gort/sched";
import { hasBrand, isFatalError, isRuntimeError } from "@gort/types";
import { isMisuseError } from "./errors.ts";

/** The brand of `FlightPanic`. */
export const FLIGHT_PANIC = Symbol.for("gort.FlightPanic");

/** Whether `e` is a panic, not an error; see the rule above. */
export function isPanic(e: unknown): boolean {
  return (
    isPanicError(e) ||
    isFatalError(e) ||
    isRuntimeError(e) ||
    isMisuseError(e) ||
    hasBrand(e, FLIGHT_PANIC)
  );
}
