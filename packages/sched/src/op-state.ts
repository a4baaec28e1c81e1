/**
 * The states of an op; how it moves from one to the other is said in `op.ts`.
 *
 * Invariant: this file imports nothing. The build puts a constant's number where its name stands only if it is declared before
 * anything is imported; else each use loads a variable.
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
/** Woken to compete for what it waits for: off the queue, not complete. See `Op.retry`. */
export const WOKEN = 5;
/** It completes or fails in this very step: what calls it off comes too late. Of ops that pass on the outcome of another. */
export const DECIDED = 6;
