/**
 * holdProgram: what goes on for a program outside of its goroutines, and that something outside may end: a copy from a stream, an
 * async function that several wait for.
 *
 * Invariants
 *  1. While a program is held it is not deadlocked before the host's event loop has run empty, and virtual time moves only when
 *     nothing moved for a turn of the host: all of that as beside an async goroutine.
 *
 * Why no goroutine: it would end with its program, and there may be none. Why virtual time is not stopped, as a wait for a promise
 * does: the function may itself wait for that time, and nobody can tell.
 */
import { currentCounter } from "./current.ts";

const nothing = (): void => {};

/**
 * For primitives that wait for the host, or for functions of the user's, outside of goroutines: no deadlock of the current program is
 * reported meanwhile, unless the host's event loop runs empty. Returns what ends that, to be called once. O(1).
 *
 * @example
 * ```ts
 * import { makeChan } from "@gort/chan";
 * import { holdProgram, run } from "@gort/sched";
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
  const s = currentCounter();
  if (s === null) return nothing;
  s.outside(1, false);
  return () => s.outside(-1, false);
}
