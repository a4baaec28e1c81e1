/**
 * The budget of ops that complete at once: what is left of it in the step of a goroutine, and what a goroutine yields whose time
 * is up.
 *
 * Invariant: this file imports nothing, so that whoever counts and whoever steps may both import it.
 */

/** What a goroutine yields that gives way because it had its time, and not because it wants to. */
export const PREEMPT = Object.freeze({ done: false as const, value: undefined });

export const budget = {
  /** Ops that may still complete at once before the clock is looked at. Each step of a goroutine begins anew. */
  left: 0,
  /** Whether a generator is stepped outside of any scheduler, by `drive`, which lets it give way. */
  driven: false,
};
