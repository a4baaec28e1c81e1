/**
 * CountingClock: a clock that somebody else made, or that of another scheduler, as one scheduler sees it.
 *
 * Invariants
 *  1. What is pending is what this scheduler set and neither fired nor was cancelled; what is no longer pending never fires.
 *  2. A timer at Infinity is pending until it is cancelled. The clock is not told of it: most could not do with that, and one
 *     that could would say nothing else.
 *  3. A timer that is to outlive its program fires when the clock gets there, whoever has ended by then, and is pending until then.
 *  4. When no timer is ahead any more, because the last one fired or was cancelled, the owner is told: it need not have woken anybody.
 *
 * Why the timers themselves and not their number: those that are left when a program ends are taken back, as on our own clocks.
 * Why the clock of another scheduler is counted too: whose pump and verdict it calls would be whose came last.
 */
import { checkFunction } from "@gort/types";
import type { Clock, ClockTimer } from "./api.ts";
import { reportUncaught } from "./host.ts";
import { Hope } from "./postpone.ts";

/** A timer on somebody else's clock. */
class CountedTimer implements ClockTimer {
  readonly ever: boolean;
  readonly lasting: boolean;
  /** Null at Infinity. */
  timer: ClockTimer | null = null;
  pending = true;
  private readonly clock: CountingClock;

  constructor(clock: CountingClock, ever: boolean, lasting: boolean) {
    this.clock = clock;
    this.ever = ever;
    this.lasting = lasting;
  }

  cancel(): boolean {
    if (!this.pending || (this.timer !== null && !this.timer.cancel())) return false;
    if (!this.clock.over(this)) return false;
    this.clock.spent();
    return true;
  }
}

export class CountingClock implements Clock {
  /** Pending timers that will ever fire. */
  ahead = 0;
  /** Called when no timer is ahead any more. */
  onSpent: () => void = () => {};
  /** Whether there is a timer ahead. */
  readonly hope = new Hope();
  private readonly inner: Clock;
  private readonly pending = new Set<CountedTimer>();

  constructor(inner: Clock) {
    this.inner = inner;
  }

  /** Pending timers. */
  get size(): number {
    return this.pending.size;
  }

  now(): number {
    return this.inner.now();
  }

  wall(): number {
    return this.inner.wall();
  }

  schedule(when: number, fire: () => void, lasting = false): ClockTimer {
    checkFunction("clock.schedule", "fire", fire);
    const at = when === when ? when : 0;
    const timer = new CountedTimer(this, at < Infinity, lasting);
    if (timer.ever) {
      const fired = (): void => {
        if (!this.over(timer)) return;
        try {
          fire();
        } finally {
          this.spent();
        }
      };
      timer.timer = this.inner.schedule(at, fired, lasting);
    }
    if (timer.pending) {
      this.pending.add(timer);
      if (timer.ever) this.hope.set(++this.ahead > 0);
    }
    return timer;
  }

  /** `timer` fires or was cancelled; false if it was not pending any more. */
  over(timer: CountedTimer): boolean {
    if (!timer.pending) return false;
    timer.pending = false;
    if (this.pending.delete(timer) && timer.ever) this.hope.set(--this.ahead > 0);
    return true;
  }

  /** Tells the owner if no timer is ahead any more. */
  spent(): void {
    if (this.ahead === 0) this.onSpent();
  }

  /** Takes every timer back, but for those that are to outlive the program: they stay with the clock. */
  clear(): void {
    for (const timer of [...this.pending]) {
      if (timer.lasting) continue;
      try {
        timer.timer?.cancel();
      } catch (error) {
        reportUncaught(error);
      }
      this.over(timer);
    }
  }
}
