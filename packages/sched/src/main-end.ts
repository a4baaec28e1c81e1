/**
 * What main's return waits for: a panic that is on its way.
 *
 * Invariants
 *  1. A panic that began before main returned ends the program, though what it does on its way out, as `finally { wg.done() }`, is what
 *     lets main return. Go's `runtime.main` likewise lets goroutines run on while deferred calls run because of a panic.
 *  2. What async functions throw in the turn of the host that follows, and goroutines that they start in it, counts as on its way, and
 *     ends the program too; but not what follows from the end itself: what a wait was called off with, or failed with because its
 *     program had ended, and `goexit`.
 *     Later errors are dropped: their program is over, and nobody is left to tell.
 *  3. A program without async goroutines, and without such deferred calls, is over at once.
 *  4. Until its promise is settled a program may yet wake the goroutines of others: its result is what they may wait for.
 *
 * Why a macrotask: between the `throw` of an async function and the job in which that is heard of lies one job or more for each
 * async function that it crosses, and nothing tells that it is on its way.
 */
import { isGoexit } from "./brands.ts";
import { wasCalledOff } from "./called-off.ts";
import { ALIVE } from "./g-state.ts";
import type { G } from "./g.ts";
import { macrotask } from "./host.ts";
import type { OpRecord } from "./op.ts";
import type { Frame } from "./panic.ts";
import { listens } from "./postpone.ts";

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
export function* afterMain(gs: readonly G[], value: unknown): Generator<OpRecord<any> | undefined> {
  for (let n = 0; n < ROUNDS && gs.some(isPanicking); n++) yield;
  return value;
}

/** Calls `settle` after a turn of the host, in which errors are still heard of. */
export function afterLastTurn(settle: () => void): void {
  listens(1);
  macrotask(() => {
    settle();
    listens(-1);
  });
}

/** Whether `error` follows from the end of the program, or from what main called off last; or is `goexit`. */
export function isLeaving(error: unknown): boolean {
  if (isGoexit(error) || wasCalledOff(error)) return true;
  const name = (error as Partial<Error> | null | undefined)?.name;
  return name === "AbortError" || name === "TimeoutError";
}
