/**
 * The turn: how long the current macrotask has been running gort's work, so that chains of microtasks cannot
 * starve the host's timers and I/O.
 *
 * Invariants
 *  1. Once a chain of microtasks has used more than `TURN_MS`, `turnSpent` says so until the host had a turn.
 *  2. Light use costs a counter: the clock is read, and a macrotask armed to see the turn end, only after `PROBE_AFTER` wake-ups
 *     without a pause, or at once where the clock was read anyway (`turnIsLong`).
 *  3. A turn ends whole: what one of those that were put off throws, which it must not, is nothing to the others.
 *  4. On virtual time a turn is as long as a number of wake-ups, from the beginning of the program on: who is put off, and so the
 *     order in which async functions run, must not hang on how fast the machine is.
 *
 * Why count first: arming a macrotask per turn costs a microsecond, which a server that awaits one lock per
 * request would pay every time.
 */
import { ambient } from "./ambient.ts";
import type { Clock } from "./api.ts";
import { hostNow, macrotask, microtask, reportUncaught } from "./host.ts";

/** Longest run of microtasks before the host gets a turn, in milliseconds. */
const TURN_MS = 4;
/** The same on virtual time, in wake-ups. */
const WAKES_MAX = 256;
const PROBE_AFTER = 64;
const CLOCK_EVERY = 16;

const { turn } = ambient;

/** The host had a turn: what was put off runs, in order, and what that wakes comes after all of it. */
function end(): void {
  const { deferred } = turn;
  const n = deferred.length;
  for (let i = 0; i < n; i++) {
    try {
      deferred[i]!();
    } catch (error) {
      reportUncaught(error);
    }
  }
  turn.deferred = [];
  turn.count = 0;
  turn.started = -1;
  turn.over = false;
  for (let i = n; i < deferred.length; i++) microtask(deferred[i]!);
}

/** A turn begins to be watched. */
function begin(now: number): void {
  const { id } = turn;
  turn.started = now;
  macrotask(() => {
    if (turn.id === id) end();
  });
}

/** Whether the turn that is watched is longer than it should be. */
function isLong(now: number): boolean {
  const clock = ambient.fallback?.clock as (Clock & { readonly virtual?: boolean }) | undefined;
  return clock?.virtual === true ? turn.count >= WAKES_MAX : now - turn.started > TURN_MS;
}

/** A program on virtual time begins, to which it must not matter what ran before it, unless that keeps others waiting. */
export function newTurn(): void {
  if (turn.deferred.length > 0) return;
  turn.id = (turn.id ?? 0) + 1;
  turn.count = 0;
  turn.started = -1;
  turn.over = false;
}

/**
 * Calls `fn`, which must not throw, in a microtask; when the turn is spent, after the host had one. What was put off is
 * called in one go when the turn ends: were each put off by itself, those that come after could overtake it.
 */
export function soon(fn: () => void): void {
  if (turnSpent()) afterTurn(fn);
  else microtask(fn);
}

/** Calls `fn`, which must not throw, when the turn that is spent ends. */
export function afterTurn(fn: () => void): void {
  turn.deferred.push(fn);
}

/** Counts one wake-up through a microtask; true when it must wait for {@link afterTurn}. */
export function turnSpent(): boolean {
  const count = ++turn.count;
  if (turn.started < 0) {
    if (count >= PROBE_AFTER) begin(hostNow());
    return false;
  }
  if (!turn.over && count % CLOCK_EVERY === 0) turn.over = isLong(hostNow());
  return turn.over;
}

/** Whether code that asked before in this turn has kept the host waiting for longer than it should; wake-ups wait for the host then. */
export function turnIsLong(now: number): boolean {
  turn.count++;
  if (turn.started < 0) {
    begin(now);
    return false;
  }
  if (isLong(now)) turn.over = true;
  return turn.over;
}
