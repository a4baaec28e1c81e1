/**
 * The states of an op, as `@gort/sched` numbers them.
 *
 * Invariant: each equals the constant of that name in `@gort/sched/primitives`; a test compares them.
 *
 * Why repeated: an import from another package is no constant to V8 unless the program is bundled, and an uncontended lock
 * looks at the state three times (5% of its time, measured). The build inlines these.
 */

/** Not used yet. */
export const FRESH = 0;
/** On the primitive's queue. */
export const PARKED = 1;
/** Completed, result not taken yet. */
export const DONE = 2;
/** Failed, error not taken yet. */
export const FAILED = 3;
/** Result or error taken. */
export const USED = 4;
/** Woken to compete. */
export const WOKEN = 5;
