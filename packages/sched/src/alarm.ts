/**
 * Alarm: one deadline that can be set, moved and cleared, on a clock of ours or of somebody else.
 *
 * Invariant: `ring` is called at most once per `set`, at or after the deadline, and never after `clear`.
 *
 * Why not `Clock.schedule` alone: on our clocks an alarm is itself the node in the heap, which saves two objects per
 * sleep and per timer; a foreign clock gets the closure.
 */
import type { Clock, ClockTimer } from "./api.ts";
import { HeapClock } from "./clock.ts";
import type { TimerItem } from "./timer-heap.ts";

/** Who is told that the deadline came. */
export interface Ringer {
  ring(when: number): void;
}

export class Alarm implements TimerItem {
  index = -1;
  private readonly clock: Clock;
  private readonly owner: Ringer;
  /** One that a program took back at its end is not pending any more. */
  private foreign: (ClockTimer & { readonly pending?: boolean }) | null = null;

  constructor(clock: Clock, owner: Ringer) {
    this.clock = clock;
    this.owner = owner;
  }

  get isSet(): boolean {
    return this.index >= 0 || (this.foreign !== null && this.foreign.pending !== false);
  }

  /** Sets the alarm, which must not be set. O(log n). */
  set(when: number): void {
    const clock = this.clock;
    if (clock instanceof HeapClock) clock.add(this, when);
    else {
      this.foreign = clock.schedule(when, () => {
        this.foreign = null;
        this.fire(when);
      });
    }
  }

  /** Clears it; false if it was not set. O(log n). */
  clear(): boolean {
    if (this.index >= 0) return (this.clock as HeapClock).cancel(this);
    const foreign = this.foreign;
    this.foreign = null;
    return foreign !== null && foreign.cancel();
  }

  fire(when: number): void {
    this.owner.ring(when);
  }
}

/** Whether virtual time has a timer that is due already. It fires before time moves, and before anybody hears that all is quiet. */
export function isDue(clock: HeapClock | null): boolean {
  return clock !== null && clock.virtual && clock.earliest() <= clock.now();
}
