/**
 * How those who wait for a Mutex, or writers for their turn at an RWMutex, compete with whoever runs: Go's normal and starvation mode,
 * which `mutex.ts` describes.
 *
 * Invariants
 *  1. At most one waiter is woken; it is in state WOKEN and in no queue.
 *  2. `starving` implies a waiter in the queue.
 */
import { now } from "@gort/sched";
import type { CompetingOp, WaitQueue } from "@gort/sched/primitives";
import type { LockToken } from "./api.ts";
import { WOKEN } from "./states.ts";

/** A waiter that waited longer than this, in milliseconds, makes the mutex starve newcomers. */
export const STARVATION_MS = 1;

/** Who waits, since when on the scheduler's clock. */
interface Competitor extends CompetingOp<LockToken> {
  waitStart: number;
}

/** What is competed for. */
export interface Contest<O extends Competitor> {
  starving: boolean;
  woken: O | null;
  readonly queue: WaitQueue<O>;
  /** Gives it to a waiter, without competition. */
  hand(op: O): void;
}

/** Lets the first waiter compete; one that cannot is handed what it waits for. */
export function wakeOne<O extends Competitor>(c: Contest<O>): void {
  const op = c.queue.shift();
  if (op === null) return;
  if (!op.competes) {
    c.hand(op);
    return;
  }
  c.woken = op;
  op.state = WOKEN;
  op.waiter?.wake(op);
}

/** Hands it to the first waiter in starvation mode, which ends with one that is the last or has not waited long. */
export function handOver<O extends Competitor>(c: Contest<O>): void {
  const op = c.queue.shift()!;
  if (c.queue.head === null || now() - op.waitStart <= STARVATION_MS) c.starving = false;
  c.hand(op);
}

/** A woken waiter has lost: it is the first in the queue again. */
export function lose<O extends Competitor>(c: Contest<O>, op: O): void {
  c.queue.unshift(op);
  if (now() - op.waitStart > STARVATION_MS) c.starving = true;
}

/** A waiter gives up. */
export function giveUp<O extends Competitor>(c: Contest<O>, op: O, free: boolean): void {
  if (c.woken === op) {
    c.woken = null;
    if (free) wakeOne(c);
  } else {
    c.queue.remove(op);
    if (c.queue.head === null) c.starving = false;
  }
}
