/**
 * drive: steps a generator inside an async function, where there is no scheduler to do it.
 *
 * Invariants
 *  1. Each step runs in a job of its own, in which no goroutine is being stepped, so a parked op shows itself, and after the
 *     host's turn when that is due.
 *  2. The deferred call in progress is the driven function's while it is stepped, and nobody's between two steps: other async
 *     functions run in between.
 *  3. What it waits for stands in the gate of its scheduler as what `await` waits for does: deadlock reports show it, and
 *     virtual time knows of it.
 *
 * Why not a goroutine: it would bring a scheduler into the bundle of everybody who locks or defers.
 */
import { badArgument } from "@gort/types";
import { ambient } from "./ambient.ts";
import { budget } from "./budget.ts";
import { callBackSoon, StepWaiter } from "./async-waiter.ts";
import { currentGate } from "./current.ts";
import { badYield } from "./errors.ts";
import { isOp, isOver, type OpRecord } from "./op.ts";
import { steppedOn } from "./stepped-on.ts";

/**
 * Runs a generator inside an async function: steps it to its end and gives what it returns. For primitives that call functions of
 * any of the three kinds and that an async function uses. The generator runs in jobs of its own, outside of any goroutine. O(1) per step.
 *
 * @throws TypeError for what is no generator, or an async one
 *
 * @example
 * ```ts
 * import { sleep } from "@gort/sched";
 * import { drive } from "@gort/sched/primitives";
 *
 * function* body() {
 *   yield* sleep(1);
 *   return 42;
 * }
 * await drive(body()); // => 42
 * ```
 */
export function drive<R>(steps: Generator<OpRecord<any> | undefined, R, any>): Promise<R> {
  if (typeof steps?.next !== "function" || Symbol.asyncIterator in steps)
    throw badArgument("drive", "steps", steps, "a generator", "type");
  return driveIn(null, steps);
}

/** The same as the deferred call `frame`: see `panic.ts`. */
export async function driveIn<R>(
  frame: unknown,
  steps: Generator<OpRecord<any> | undefined, R, any>,
): Promise<R> {
  const gate = currentGate();
  let wrong: unknown = null;
  for (;;) {
    gate.moved++;
    await callBackSoon(false, undefined, null, null);
    const outer = ambient.frame;
    ambient.frame = frame;
    budget.driven = true;
    let r: IteratorResult<OpRecord<any> | undefined, R>;
    try {
      r = wrong === null ? steps.next() : steps.throw(wrong);
    } finally {
      budget.driven = false;
      frame = ambient.frame;
      ambient.frame = outer;
    }
    if (r.done === true) return r.value;
    wrong = null;
    const op = steppedOn(r);
    if (op !== null) await new Promise<void>((resolve) => new StepWaiter(gate, op, resolve).add());
    else if (isWrong(r)) wrong = badYield(r.value, isOp(r.value));
  }
}

/** Whether it is neither a bare `yield` nor an op that completed while it parked. */
function isWrong(r: IteratorYieldResult<unknown>): boolean {
  const op = isOp(r) ? r : r.value;
  return op !== undefined && !(isOp(op) && isOver(op));
}
