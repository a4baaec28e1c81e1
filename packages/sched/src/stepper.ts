/**
 * Stepper: what calling a generator function gives, told from everything else a function may return.
 *
 * Why an async generator is refused: it has the same methods, but they give promises, so that whoever steps it would do so for
 * ever, or never.
 */
import { isOp, type OpRecord } from "./op.ts";

/** A generator whose steps are a goroutine's. */
export type Stepper = Generator<OpRecord<any> | undefined, unknown, any>;

/**
 * Whether `v` is what calling a generator function gives, for primitives that call functions of any of the three kinds. O(1).
 * @param v what a function returned
 * @param what the function, for the error
 * @throws TypeError if `v` is an async generator, which nobody can step
 *
 * @example
 * ```ts
 * import { isStepper } from "@gort/sched/primitives";
 *
 * isStepper((function* () {})(), "fn"); // => true
 * isStepper(Promise.resolve(), "fn"); // => false
 * ```
 */
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

/** Whether `v` is what can be awaited but also stepped, which a goroutine does: an op, a lock's routine. */
export function isBlocking(v: unknown): v is Iterable<any> {
  const b = v as Partial<PromiseLike<unknown> & Iterable<any>> | null;
  return (
    typeof b === "object" &&
    b !== null &&
    typeof b.then === "function" &&
    typeof b[Symbol.iterator] === "function"
  );
}
