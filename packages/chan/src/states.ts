/**
 * The states of an op, as `@gort/sched` numbers them, and what a receive op gives.
 *
 * Invariants
 *  1. Each state equals the constant of that name in `@gort/sched/primitives`; a test compares them.
 *  2. This file imports nothing. The build puts a constant's number where its name stands only if it is declared before anything
 *     is imported; else each use loads a variable.
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
/** It completes or fails in this very step. */
export const DECIDED = 6;

/** What a receive op gives: the value. */
export const VALUE = 0;
/** What a receive op gives: `[value, ok]`. */
export const PAIR = 1;
/** What a receive op gives: an iterator result. */
export const ITEM = 2;
/** What a receive op gives: `ok`; the value is left in `item`. From here on: the op is that of a range, which keeps it. */
export const MORE = 3;
/** As MORE: the range handed it out, and nobody has used it yet. */
export const LENT = 4;
