/**
 * What is pending outside of all programs and may yet make a goroutine run: timers of the default clock and those that outlived their
 * program, which may be deadlines of contexts, and callbacks that wait for an AbortSignal, such as those of contexts made from signals.
 *
 * Invariants
 *  1. Whoever was told that something is pending is called once: when the timers or the callbacks are gone. Then it asks again.
 *
 * Why all of it counts for every program: what a callback will do nobody knows. The price is that a deadlock is reported later.
 */
import { ambient } from "./ambient.ts";
import type { Clock } from "./api.ts";
import type { HeapClock } from "./clock.ts";

/**
 * Whether timers or signals are waited for outside of all programs: the deadline of a context made there may yet wake a goroutine, so
 * it is too early to speak of a deadlock. Then `again`, a function of its own for each scheduler, is called when those are gone. For
 * schedulers, before their verdict; timers of `own`, the scheduler's clock, do not count. O(1).
 *
 * @example
 * ```ts
 * import { onAbort, pendingOutside } from "@gort/sched";
 *
 * const looks: string[] = [];
 * const stop = onAbort(new AbortController().signal, () => {});
 * pendingOutside(() => looks.push("looked again")); // => true
 * stop();
 * looks; // => ["looked again"]
 * pendingOutside(() => {}); // => false
 * ```
 */
export function pendingOutside(again: () => void, own: Clock | null = null): boolean {
  const { clock, lasting } = ambient;
  const timers = (clock !== own && isSet(clock)) || isSet(lasting);
  if (!timers && (ambient.listeners ?? 0) === 0) return false;
  (ambient.postponed ??= new Set()).add(again);
  return true;
}

/** Whether a clock of ours has a timer that will ever fire. */
function isSet(clock: Clock | null | undefined): boolean {
  return clock !== null && clock !== undefined && (clock as HeapClock).earliest() < Infinity;
}

/** `again` need not be called any more. */
export function notAgain(again: () => void): void {
  ambient.postponed?.delete(again);
}

/** Timers, or callbacks that wait for signals, are gone: programs that waited for them look again whether they are deadlocked. */
export function lookAgain(): void {
  const { postponed } = ambient;
  if (postponed === undefined || postponed.size === 0) return;
  const looks = [...postponed];
  postponed.clear();
  for (const look of looks) look();
}

/** A callback outside of programs waits for a signal (1), or no more (-1). */
export function listens(delta: 1 | -1): void {
  const n = (ambient.listeners ?? 0) + delta;
  ambient.listeners = n;
  if (n === 0) lookAgain();
}
