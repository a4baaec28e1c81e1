/**
 * drive: steps a generator inside an async function, where there is no scheduler to do it.
 *
 * Invariants
 *  1. Each step but the first runs in a job of its own, in which no goroutine is being stepped, so a parked op shows itself.
 *  2. The deferred call in progress is the driven function's while it is stepped, and nobody's between two steps: other async
 *     functions run in between.
 *
 * Why not a goroutine: it would bring a scheduler into the bundle of everybody who defers.
 */
import { badYield } from "./errors.ts";
import { isOver } from "./g.ts";
import { isOp } from "./op.ts";
import { enterFrame, type Frame } from "./panic.ts";
import { steppedOn } from "./stepped-on.ts";
import type { Stepper } from "./stepper.ts";
import { afterTurn, turnSpent } from "./turn.ts";

/** Steps `steps` to its end, as the deferred call `frame`; what it returns. */
export async function drive(steps: Stepper, frame: Frame | null): Promise<unknown> {
  let step = (): IteratorResult<unknown, unknown> => steps.next();
  for (;;) {
    const outer = enterFrame(frame);
    let r: IteratorResult<unknown, unknown>;
    try {
      r = step();
    } finally {
      frame = enterFrame(outer);
    }
    if (r.done === true) return r.value;
    const op = steppedOn(r);
    step = () => steps.next();
    if (op === null && isWrong(r)) step = () => steps.throw(badYield(r.value, isOp(r.value)));
    await new Promise<void>((resolve) => {
      if (op !== null) op.waiter = { wake: () => resolve() };
      else if (turnSpent()) afterTurn(resolve);
      else resolve();
    });
  }
}

/** Whether it is neither a bare `yield` nor an op that completed while it parked. */
function isWrong(r: IteratorResult<unknown, unknown>): boolean {
  const { value } = r;
  return !isOp(r) && value !== undefined && !(isOp(value) && isOver(value));
}
