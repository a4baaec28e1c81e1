/**
 * Which throws are panics. Go tells an error that is returned from a panic by the kind of exit; JavaScript throws
 * both. The rule of this package: what Go's runtime raises (fatal errors, run-time errors, misuse) and what `panic`
 * raised is a panic; any other throw is an error.
 */
import { hasBrand, isFatalError, isRuntimeError } from "@gort/types";
import { isMisuseError } from "./errors.ts";

const GOEXIT = Symbol.for("gort.goexit");
const PANIC = Symbol.for("gort.Panic");

/** Whether `e` is how a goroutine that called `goexit` unwinds. */
export function isGoexit(e: unknown): boolean {
  return hasBrand(e, GOEXIT);
}

/** Whether `e` is a panic, not an error; see the rule above. */
export function isPanic(e: unknown): boolean {
  return hasBrand(e, PANIC) || isFatalError(e) || isRuntimeError(e) || isMisuseError(e);
}
