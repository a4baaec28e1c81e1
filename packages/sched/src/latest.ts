/**
 * Latest: the last deadline that is set, for a clock that is armed with a test's fakes.
 *
 * Invariants
 *  1. Adding a timer, and taking out any but the latest one, costs O(1). When the latest one is taken out all are looked at; in one job
 *     only so many altogether, and the deadline that is given may be too late until the job is over. Then `again` is called.
 *  2. A timer that was taken out, or whose time has come, is not the latest: it may be set on another clock by now.
 */
import { microtask } from "./host.ts";
import type { TimerHeap, TimerItem } from "./timer-heap.ts";

/** So many timers are looked at in one job, and once all. */
const LOOK_MAX = 1 << 16;

export class Latest {
  private readonly heaps: readonly TimerHeap[];
  private readonly again: () => void;
  /** The latest timer, null if it has to be looked for. */
  private item: TimerItem | null = null;
  private when = 0;
  /** How many timers were looked at in this job. */
  private looked = 0;

  constructor(heaps: readonly TimerHeap[], again: () => void) {
    this.heaps = heaps;
    this.again = again;
  }

  /** `item` was added, or taken out: then `when` is -1. */
  moved(item: TimerItem, when: number): void {
    if (this.item === null) return;
    if (when >= this.when && when < Infinity) {
      this.item = item;
      this.when = when;
    } else if (item === this.item) this.item = null;
  }

  /** The latest deadline, 0 if none will come. */
  find(now: number): number {
    const { item, looked } = this;
    if ((item !== null && this.when > now) || looked > LOOK_MAX) return this.when;
    if (looked === 0) microtask(this.jobOver);
    this.item = null;
    this.when = 0;
    for (const heap of this.heaps) {
      this.looked += heap.size;
      const { item, when } = heap.latest();
      if (when <= this.when) continue;
      this.item = item;
      this.when = when;
    }
    return this.when;
  }

  private readonly jobOver = (): void => {
    const { looked } = this;
    this.looked = 0;
    if (looked > LOOK_MAX) this.again();
  };
}
