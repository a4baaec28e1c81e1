/**
 * `@gort/sched/primitives`: what makers of locks, channels and schedulers need and their users do not.
 *
 * Why an entry point of its own: `chan`, `sync` and `context` are made of these, and so is whatever you make; but half of what an
 * editor offers after `import {` would be for one reader in a hundred.
 *
 * @module
 */
export { isSignal } from "./abort.ts";
export { withOptions } from "./call-off.ts";
export { type Competing, CompetingOp } from "./competing.ts";
export { badContext, isContext, whyEnded } from "./context-like.ts";
export {
  type Carrier,
  currentBubble,
  currentContext,
  currentProgram,
  enter,
  type Entered,
  isInside,
  keptContext,
  leave,
} from "./current.ts";
export { drive } from "./drive.ts";
export type { EndHook } from "./g.ts";
export { holdProgram, pledge, startBy } from "./hold.ts";
export { reportUncaught } from "./host.ts";
export { launch } from "./launch.ts";
export { initOp, opMaker } from "./op.ts";
export { OpIterator } from "./op-iterator.ts";
export { DECIDED, DONE, FAILED, FRESH, PARKED, USED, WOKEN } from "./op-state.ts";
export { OutsideOp } from "./outside-op.ts";
export { pendingOutside } from "./postpone.ts";
export { overdue, preempt } from "./preempt.ts";
export { rangeNext, unusedNext } from "./range-next.ts";
export { steppedOn } from "./stepped-on.ts";
export { isStepper, type Stepper } from "./stepper.ts";
export { WaitQueue } from "./wait-queue.ts";
