/**
 * What main's return waits for: a panic that is on its way.
 *
 * Invariants
 *  1. A panic that began before main returned ends the program, though what it does on its way out, as `finally { wg.done() }`, is what
 *     lets main return. Go's `runtime.main` likewise lets goroutines run on while deferred calls run because of a panic.
 *  2. An error that an async function throws after that is dropped: its program is over, and nobody is left to tell.
 *  3. A program without async goroutines, and without such deferred calls, is over at once.
 *
 * Why a macrotask: between the `throw` of an async function and the job in which that is heard of lies one job or more for each
 * async function that it crosses, and nothing tells that it is on its way.
 */
import { isGoexit } from "./brands.ts";
import { ALIVE } from "./g-state.ts";
import type { G } from "./g.ts";
import type { Op } from "./op.ts";
import type { Frame } from "./panic.ts";

/** A program that runs. */
export interface Program {
  /** Its main goroutine; after main's return the one that waits for panics, if there are any. */
  main: G<any>;
  /** The id of its first goroutine: those that an older program has left have lower ones. */
  readonly first: number;
  readonly resolve: (value: any) => void;
  readonly reject: (error: unknown) => void;
  over: boolean;
}

/** How often Go's `runtime.main` gives way to panics. */
const ROUNDS = 1000;

/** Whether a deferred call of `g` runs because of a panic. */
function isPanicking(g: G): boolean {
  const panic = (g.extra?.frame as Frame | null | undefined)?.panic;
  return g.end === ALIVE && panic?.recovered === false;
}

/** The goroutines that a panic is about to end: of the list that begins with `all`, and of those that are runnable. O(goroutines). */
export function panicking(all: G | null, queued: readonly G[]): G[] {
  const found = queued.filter(isPanicking);
  for (let g: G | null | undefined = all; g != null; g = g.allNext)
    if (isPanicking(g)) found.push(g);
  return found;
}

/** The goroutine that comes after main: gives what main gave, once those have panicked, or recovered, or take too long. */
export function* afterMain(gs: readonly G[], value: unknown): Generator<Op<any> | undefined> {
  for (let n = 0; n < ROUNDS && gs.some(isPanicking); n++) yield;
  return value;
}

/** Whether a wait was called off, which may have been main's last act; or a goroutine left by `goexit`. */
export function isLeaving(error: unknown): boolean {
  return (error as Partial<Error> | null | undefined)?.name === "AbortError" || isGoexit(error);
}
