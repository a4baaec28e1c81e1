/**
 * The ledger: what has been spent on collecting, and the last 256 pauses.
 *
 * Invariants
 *  1. `pauses` and `ends` are rings of 256; cycle `n` (from 1) is at index `(n + 255) % 256`, as in Go.
 *  2. Unused entries are 0, and `pauseTotalMs` is the sum of all pauses ever noted.
 *  3. `ends` are times of the wall clock, if there is one, as Go's are: read as a cycle ends, so that they hold whatever is done to that
 *     clock later.
 *  4. A cycle's pause is the sum of its two stops; steps and assists are not pauses but collecting time.
 */
export const PAUSES = 256;

export class Ledger {
  readonly pauses = new Float64Array(PAUSES);
  readonly ends = new Float64Array(PAUSES);
  readonly startedMs: number;
  numGC = 0;
  numForcedGC = 0;
  pauseTotalMs = 0;
  /** The same, as the sum of whole nanoseconds. */
  pauseTotalNs = 0;
  lastGCMs = 0;
  /** Time spent in stops, steps of marking and assists since the heap was made: as in Go, lazy sweeping is the program's. */
  gcMs = 0;
  /** The longest single stop, step of marking or assist. */
  longestMs = 0;
  readonly #wall: (() => number) | null;

  /** @param wall milliseconds since 1970; null if all times are of the one clock that `nowMs` is of */
  constructor(nowMs: number, wall: (() => number) | null = null) {
    this.startedMs = nowMs;
    this.#wall = wall;
  }

  /** Notes time spent collecting in one piece. */
  spend(ms: number): void {
    this.gcMs += ms;
    if (ms > this.longestMs) this.longestMs = ms;
  }

  /** Notes the end of a cycle. */
  finish(pauseMs: number, endMs: number, forced: boolean): void {
    const i = this.numGC % PAUSES;
    this.pauses[i] = pauseMs;
    this.ends[i] = this.#wall === null ? endMs : this.#wall();
    this.pauseTotalMs += pauseMs;
    this.pauseTotalNs += Math.round(pauseMs * 1e6);
    this.lastGCMs = endMs;
    this.numGC++;
    if (forced) this.numForcedGC++;
  }

  /** The pauses kept, oldest first. */
  list(): number[] {
    const n = Math.min(this.numGC, PAUSES);
    const out: number[] = [];
    for (let i = this.numGC - n; i < this.numGC; i++) out.push(this.pauses[i % PAUSES]!);
    return out;
  }

  /** Share of the time since the heap was made that was spent collecting. */
  fraction(nowMs: number): number {
    const total = nowMs - this.startedMs;
    return total > 0 ? Math.min(this.gcMs / total, 1) : 0;
  }
}
