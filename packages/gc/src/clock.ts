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

/** The host's monotonic clock in milliseconds; its wall clock where it has no other. */
export function hostNow(): number {
  const { performance } = globalThis as { performance?: { now(): number } };
  return performance === undefined ? Date.now() : performance.now();
}

/** The host's wall clock: milliseconds since 1970. */
export function hostWall(): number {
  return Date.now();
}
