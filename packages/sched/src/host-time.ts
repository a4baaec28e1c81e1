/**
 * HostTime: the host's monotonic time, that of a test's fakes while there are any. One for all clocks.
 *
 * Invariants
 *  1. Time never goes back, but when fakes that replace `performance` come, which begin at 0, or such go.
 *  2. With fakes that replace `performance` too (vitest, jest, sinon by default) and without fakes it is `hostNow`, moved by
 *     what fakes before were ahead.
 *  3. With others, those of `node:test`, it is that of the fake `Date`; if there is none either, a fake timer that fires proves
 *     how far its time has come.
 *
 * Why not ask the fakes themselves: those of `node:test` tell nobody what time it is.
 */
import { fakeDate, hostNow, hostTimers, hostWall, isFake } from "./host.ts";

/** Times of a fake `Date` are kept to this part of a millisecond, so that sums and differences of them are exact. */
const PARTS = 1024;

export class HostTime {
  /** The host's timers at the last look; null before the first, for which fakes may have come already. */
  private timers: object | null = null;
  /** What is added to the source. */
  private ahead = 0;
  /** The source, if it is a fake `Date`. */
  private date: object | null = null;
  /** The last time that it gave. */
  private last = 0;

  now(): number {
    return this.at(hostNow());
  }

  /** The time now; `host` is what `hostNow` has just given. */
  at(host: number): number {
    const timers = hostTimers();
    if (timers !== this.timers) this.follow(timers, host);
    return this.given(host);
  }

  /** The time by the source that was gone by last. */
  private given(host: number): number {
    return this.date === null ? host + this.ahead : this.byDate(host);
  }

  private byDate(host: number): number {
    if (this.date !== fakeDate()) {
      this.ahead = this.last - host;
      this.date = null;
      return this.last;
    }
    return (this.last = Math.max(this.last, hostWall() + this.ahead));
  }

  /** The host's timers were exchanged for `timers`: goes by the time that belongs to them. */
  private follow(timers: object, host: number): void {
    const now = this.given(host);
    this.timers = timers;
    this.date = isFake(timers) ? fakeDate() : null;
    if (this.date === null) this.ahead = now - host;
    else {
      this.last = Math.ceil(now * PARTS) / PARTS;
      this.ahead = this.last - hostWall();
    }
  }

  /** A fake timer fired that was armed for `when`. */
  reached(when: number): void {
    const short = when - this.now();
    if (short > 0) this.ahead += short + 1 / PARTS;
  }
}
