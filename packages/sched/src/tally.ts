/**
 * Tally: the waits that something outside can end, of one program.
 *
 * Invariants
 *  1. A wait is taken back where it was counted. Each program of a scheduler has a tally of its own, so that what outlasts a program, an
 *     async function that waits for a promise, is not the next one's.
 */
import type { Scheduler } from "./api.ts";
import type { Counter } from "./current.ts";
import { NOBODY } from "./postpone.ts";

/** Where waits are counted: see `Scheduler.outside`. */
export type Tallies = Required<Pick<Scheduler, "outside">>;

export class Tally implements Tallies {
  /** Waits that something outside can end, and for which virtual time stands still. */
  externals = 0;
  /** Those for a signal and the like, for which it does not. */
  signalled = 0;
  /** Told of each change. */
  private readonly changed: () => void;

  constructor(changed: () => void) {
    this.changed = changed;
  }

  get sum(): number {
    return this.externals + this.signalled;
  }

  outside(delta: 1 | -1, holdsTime: boolean): void {
    if (holdsTime) this.externals += delta;
    else this.signalled += delta;
    this.changed();
  }
}

/** Where a wait is counted that `s`, or nobody, is to know of. */
export function tallyOf(s: Counter | null): Tallies {
  return s === null ? NOBODY : ((s as { readonly tally?: Tally }).tally ?? s);
}
