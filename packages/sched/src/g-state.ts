/**
 * The states of a goroutine, with Go's numbers, and how it ended.
 *
 * Invariant: this file imports nothing, so that the build puts the numbers where the names stand: see `op-state.ts`.
 */

/** Go's numbers for the states of a goroutine. */
export const IDLE = 0;
export const RUNNABLE = 1;
export const RUNNING = 2;
export const SYSCALL = 3;
export const WAITING = 4;
export const DEAD = 6;

/** How a goroutine ended. */
export const ALIVE = 0;
export const RETURNED = 1;
export const PANICKED = 2;
export const EXITED = 3;
/** By the end of its program. */
export const KILLED = 4;
