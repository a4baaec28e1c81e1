/**
 * The books of the cycle that runs: when it began, on how large a heap, and who has marked for how long.
 *
 * Invariants
 *  1. `begin` forgets the cycle before. Times are milliseconds on the heap's clock, sizes are bytes.
 *  2. Marking is booked once: as an assist, as the background's, or as an idle host's.
 */
import type { CycleTimes } from "./cycle-report.ts";

export class RunningCycle {
  forced = false;
  #startMs = 0;
  setupMs = 0;
  markStartMs = 0;
  assistMs = 0;
  backgroundMs = 0;
  idleMs = 0;
  heapStart = 0;
  #allocatedAtStart = 0;

  /** A cycle of a heap of `live` bytes, in which `allocated` bytes were allocated so far, has set up. */
  begin(forced: boolean, startMs: number, nowMs: number, live: number, allocated: number): void {
    this.forced = forced;
    this.#startMs = startMs;
    this.setupMs = nowMs - startMs;
    this.markStartMs = nowMs;
    this.assistMs = this.backgroundMs = this.idleMs = 0;
    this.heapStart = live;
    this.#allocatedAtStart = allocated;
  }

  /** Bytes allocated since it began, all of them black. */
  allocatedBlack(allocated: number): number {
    return allocated - this.#allocatedAtStart;
  }

  /** Time that marking took of all of them. */
  get gcMs(): number {
    return this.assistMs + this.backgroundMs + this.idleMs;
  }

  /** The cycle as it is reported: its second stop was from `stopMs` to `nowMs`. */
  times(
    heapStartedMs: number,
    stopMs: number,
    nowMs: number,
    heapEnd: number,
    goal: number,
  ): CycleTimes {
    const { setupMs, assistMs, backgroundMs, idleMs, heapStart, forced } = this;
    return {
      startMs: this.#startMs - heapStartedMs,
      setupMs,
      markMs: stopMs - this.markStartMs,
      terminationMs: nowMs - stopMs,
      assistMs,
      backgroundMs,
      idleMs,
      heapStart,
      heapEnd,
      goal,
      forced,
    };
  }
}
