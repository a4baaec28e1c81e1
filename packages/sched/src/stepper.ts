/**
 * Stepper: what calling a generator function gives, told from everything else a function may return.
 *
 * Why an async generator is refused: it has the same methods, but they give promises, so that whoever steps it would do so for
 * ever, or never.
 */
import { isOp, type Op } from "./op.ts";

export type Stepper = Generator<Op<any> | undefined, unknown, any>;

/** Whether `v` has a generator's methods. Throws a TypeError for an async generator, as what calling `what` gave. O(1). */
export function isStepper(v: unknown, what: string): v is Stepper {
  if (
    typeof v !== "object" ||
    v === null ||
    typeof (v as Stepper).next !== "function" ||
    typeof (v as Stepper).throw !== "function" ||
    isOp(v)
  )
    return false;
  if (Symbol.asyncIterator in v && !(Symbol.iterator in v))
    throw new TypeError(
      `${what} is an async generator function, want a generator, an async or a plain function`,
    );
  return true;
}
