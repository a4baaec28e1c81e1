/**
 * holdProgram: what goes on for a program outside of its goroutines, and that something outside may end: a copy from a stream, an
 * async function that several wait for.
 *
 * Invariants
 *  1. While a program is held it is not deadlocked before the host's event loop has run empty, and virtual time moves only when
 *     nothing moved for a turn of the host: all of that as beside an async goroutine.
 *  2. What a carrier is to start holds its program until it has: for a scheduler it is as if it ran already.
 *  3. What was held is released once, and no more than that: neither by a second call, nor for the next program of the scheduler.
 *
 * Why no goroutine: it would end with its program, and there may be none. Why virtual time is not stopped, as a wait for a promise
 * does: the function may itself wait for that time, and nobody can tell.
 */
import type { Scheduler } from "./api.ts";
import {
  type Carrier,
  currentBubble,
  currentCounter,
  currentProgram,
  enter,
  leave,
} from "./current.ts";
import { type Awaitable, Pledge } from "./postpone.ts";
import { tallyOf, type Tallies } from "./tally.ts";

/**
 * For primitives that wait for the host, or for functions of the user's, outside of goroutines: no deadlock of the current program is
 * reported meanwhile, unless the host's event loop runs empty. Returns what ends that; a second call does nothing. O(1).
 *
 * @example
 * ```ts
 * import { makeChan } from "@gort/chan";
 * import { run } from "@gort/sched";
 * import { holdProgram } from "@gort/sched/primitives";
 *
 * await run(function* () {
 *   const ch = makeChan<string>();
 *   const release = holdProgram();
 *   setTimeout(() => {
 *     release();
 *     ch.trySend("from outside");
 *   }, 5);
 *   return yield* ch.recv();
 * }); // => "from outside"
 * ```
 */
export function holdProgram(): () => void {
  let held: Tallies | null = tallyOf(currentCounter());
  held.outside(1, false);
  return () => {
    const from = held;
    held = null;
    from?.outside(-1, false);
  };
}

/**
 * For primitives that an async function has while it awaits a promise: those who wait for `what` are not deadlocked meanwhile. Which
 * program that function belongs to nobody can tell, so it counts for all of them, but only while somebody waits. Returns what ends that.
 * @internal
 */
export function pledge(what: Awaitable): () => void {
  if (currentBubble() !== null) return holdProgram();
  const pledged = new Pledge(what);
  return () => pledged.end();
}

/**
 * Has `carry` call `start`, which begins something on `place` (null: on the default scheduler): now or in a later job, for which the
 * program there is held. `start` is told whether that program is over by then. O(1).
 * @internal
 */
export function startBy(
  carry: Carrier,
  place: Scheduler | null,
  start: (over: boolean) => void,
): void {
  const before = enter(null, place);
  const program = currentProgram();
  const release = holdProgram();
  leave(before);
  carry(() => {
    try {
      start(program?.over === true);
    } finally {
      release();
    }
  });
}
