/**
 * What becomes of a case when its select is over, for whatever reason.
 *
 * Invariant: an op that took or gave nothing leaves nothing behind: no place in a queue, no function that was handed to a group.
 */
import type { Op } from "@gort/sched";
import { FRESH, PARKED, USED } from "./states.ts";

/** Takes a case that lost off its queue, if it is on one: not if it came too late, or parking stopped before it. */
export function leave(op: Op<any>): void {
  op.waiter = null;
  if (op.state === PARKED) op.unpark();
  op.state = FRESH;
}

/** Takes a case off its queue now if that runs nobody's code: the ops of channels have `quit`, and what passes one on. */
export function quit(op: Op<any>): void {
  (op as { quit?(): void }).quit?.();
}

/**
 * Nobody may use the op of a case any more; one of a channel, told by the record it names, goes back to it. What is still parked
 * somebody else waits for.
 */
export function useUp(op: Op<any>): void {
  if (op.state === PARKED) return;
  op.state = USED;
  // Not by instanceof, which looks through the prototypes each time.
  if ((op as { readonly ch?: unknown }).ch !== undefined) op.recycle();
  else takeBack(op);
}

/** An op that asked for what it waits for before it was used has `withdraw`, which does nothing once that was granted. */
export function takeBack(op: Op<any>): void {
  if (op.state !== PARKED) (op as { withdraw?(): boolean }).withdraw?.();
}
