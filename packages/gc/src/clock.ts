/**
 * The one place where the collector learns the time.
 *
 * Invariants
 *  1. The host's clock is looked up at each call, never kept, so that fake timers work.
 *  2. Times are milliseconds with a fraction, from an arbitrary start, and never go back. Only `hostWall` counts from 1970, and may.
 *
 * Why an option: pacing and pauses are measured, but tests and simulations need repeatable time. With a clock of the program's own
 * no other is read, so that all times repeat.
 */

/** The host's monotonic clock in milliseconds. */
export function hostNow(): number {
  return globalThis.performance.now();
}

/** The host's wall clock: milliseconds since 1970. */
export function hostWall(): number {
  return Date.now();
}
