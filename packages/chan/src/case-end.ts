/**
 * What becomes of a case when its select is over, for whatever reason.
 *
 * Invariants
 *  1. An op that took or gave nothing leaves nothing behind: no place in a queue, no function that was handed to a group.
 *  2. An op that somebody else waits for stays as it is, whatever became of that wait: parked, woken, or over and not taken yet.
 */
import { type OpRecord, random, type Waiter } from "@gort/sched";
import { reportUncaught } from "@gort/sched/primitives";
import { FRESH, PARKED, USED } from "./states.ts";

/** What tells ops of channels and selects from others. */
interface MaybeCase {
  readonly ch?: unknown;
  readonly cases?: unknown;
}

/**
 * Whether an op is of a channel, told by the record it names, which what calls it off names too. Not by instanceof, which looks
 * through the prototypes each time.
 */
function ofChannel(op: OpRecord<any>): boolean {
  return (op as MaybeCase).ch !== undefined;
}

/** When a select parks an op: those of channels first (0), then selects, or what calls one off (1), then the others (2). */
export function rank(op: OpRecord<any>): number {
  return ofChannel(op) ? 0 : (op as MaybeCase).cases === undefined ? 2 : 1;
}

/**
 * Whether a select of two parks the second one first: by their ranks. Two of one channel may stand in one queue, which serves the first:
 * there chance decides, as Go sorts the cases of a select from a random order.
 */
export function secondFirst(first: OpRecord<any>, second: OpRecord<any>): boolean {
  const { ch } = first as MaybeCase;
  if (ch !== undefined) return ch === (second as MaybeCase).ch && random(2) === 1;
  return rank(second) < rank(first);
}

/**
 * Takes a case that lost off its queue, if the select `by` parked it and it has not left: it may have come too late, or parking may
 * have stopped before it. What its `unpark` throws does not keep the others from leaving.
 */
export function leave(op: OpRecord<any>, by: Waiter): void {
  if (op.waiter !== by) return;
  op.waiter = null;
  try {
    if (op.state === PARKED) op.unpark();
  } catch (error) {
    reportUncaught(error);
  }
  // A select is used up by leaving, and by a refusal to park it: it has no cases any more.
  if (op.state !== USED) op.state = FRESH;
}

/** Takes a case of `by` off its queue now if that runs nobody's code: the ops of channels have `quit`, and what passes one on. */
export function quit(op: OpRecord<any>, _name: string | number, by: Waiter): void {
  if (op.waiter === by) (op as { quit?(): void }).quit?.();
}

/** Nobody may use the op of a case any more; one of a channel goes back to it. */
export function useUp(op: OpRecord<any>): void {
  if (isWaitedFor(op)) return;
  op.state = USED;
  if (ofChannel(op)) op.recycle();
  else takeBack(op);
}

/** Whether somebody else waits for an op: of what it parked itself a select has let go before it asks. */
function isWaitedFor(op: OpRecord<any>): boolean {
  return op.state === PARKED || op.waiter !== null;
}

/** An op that asked for what it waits for before it was used has `withdraw`, which does nothing once that was granted. */
export function takeBack(op: OpRecord<any>): void {
  if (!isWaitedFor(op)) (op as { withdraw?(): boolean }).withdraw?.();
}
