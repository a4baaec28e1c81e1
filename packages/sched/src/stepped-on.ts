/** What a step of a generator left behind, for those who step generators themselves. */
import { COPIES_RESULTS } from "./delegate.ts";
import { isOp, type OpRecord } from "./op.ts";
import { PARKED } from "./op-state.ts";

/**
 * The op that a step of a generator stopped on, or null if the generator ended, or yielded something else. For those who step
 * generators themselves; a scheduler does. Inside of a generator goroutine, or of a generator that `drive` steps, a step may give
 * a bare `yield` that the generator did not write, because the time of that one is up: yield it on, or just step again. O(1).
 *
 * @example
 * ```ts
 * import { makeChan } from "@gort/chan";
 * import { steppedOn } from "@gort/sched/primitives";
 *
 * const ch = makeChan<number>();
 * const steps = (function* () {
 *   yield* ch.recv();
 * })();
 * steppedOn(steps.next())?.describe(); // => "chan (len 0, cap 0)"
 * ```
 */
export function steppedOn(r: IteratorResult<unknown, unknown>): OpRecord<any> | null {
  if (isOp(r)) return r.state === PARKED ? r : null;
  if (!COPIES_RESULTS || r.done === true || !isOp(r.value)) return null;
  return r.value.state === PARKED ? r.value : null;
}
