/**
 * Timer, Ticker, after, tick, afterFunc: Go's package time, with the semantics of Go 1.23 and later.
 *
 * Invariants
 *  1. `stop` and `reset` return true exactly if the timer was active, and after them no stale value can be received.
 *  2. A function given to `afterFunc` runs in a goroutine of its own; `stop` prevents it or returns false.
 *  3. Times are milliseconds of the clock that was current when the timer was made.
 */
import type { ClockTimer, Scheduler } from "./api.ts";
import { HeapClock } from "./clock.ts";
import type { Core } from "./core.ts";
import { checkInside, currentClock } from "./current.ts";
import { checkGoFunc, checkMs, TEXT } from "./errors.ts";
import type { Capture } from "./host.ts";
import { panic } from "./panic.ts";
import { currentScheduler } from "./preset.ts";
import { TimerChan } from "./timer-chan.ts";
import type { TimerItem } from "./timer-heap.ts";

/**
 * Go's `time.Timer`: one time, delivered once on `c`. Made by {@link newTimer} and {@link afterFunc}; one made by
 * `new` is Go's zero Timer, which panics when used. A `Timer` may be of either kind; a `Timer<TimerChan>` is one that has a channel.
 *
 * @example
 * ```ts
 * import { newTimer, Timer, type TimerChan } from "@gort/sched";
 *
 * const t: Timer<TimerChan> = newTimer(1000);
 * t.reset(2000); // => true
 * t.stop(); // => true
 * t.c.tryRecv(); // => [undefined, false, false]
 * new Timer().stop(); // throws time: Stop called on uninitialized Timer
 * ```
 */
export class Timer<out C extends TimerChan | null = TimerChan | null> {
  /** Delivers the time; null for a timer made by {@link afterFunc}. */
  get c(): C {
    return null as C;
  }

  /**
   * Stops the timer. True if that prevented it from firing, or its time from being received; after it nothing is
   * received. Panics on a zero Timer. O(log n).
   * @throws `stop of synctest timer from outside bubble`
   */
  stop(): boolean {
    return panic(TEXT.stopTimer);
  }

  /**
   * Sets the timer anew, to fire after at least `ms` milliseconds. True if it was active. Panics on a zero Timer. O(log n).
   * @throws RangeError for NaN; TypeError for what is no number
   * @throws `reset of synctest timer from outside bubble`
   */
  reset(ms: number): boolean {
    checkMs("Timer.reset", "ms", ms);
    return panic(TEXT.resetTimer);
  }

  /** What `JSON.stringify` shows: the channel, as of a Ticker. */
  toJSON(): object {
    return { c: this.c };
  }
}

/** The timer of a `newTimer`. */
class ChanTimer extends Timer<TimerChan> {
  private readonly chan: TimerChan;

  constructor(chan: TimerChan) {
    super();
    this.chan = chan;
  }

  override get c(): TimerChan {
    return this.chan;
  }

  override stop(): boolean {
    return this.chan.arm(false, 0, 0);
  }

  override reset(ms: number): boolean {
    checkMs("Timer.reset", "ms", ms);
    return this.chan.arm(true, ms, 0);
  }
}

/** The timer of an `afterFunc`, itself the item in the heap of our clocks: one object of three fields per timer. */
class CallTimer extends Timer<null> implements TimerItem {
  index = -1;
  protected readonly sched: Scheduler;
  protected readonly fn: () => unknown;

  constructor(sched: Scheduler, fn: () => unknown) {
    super();
    this.sched = sched;
    this.fn = fn;
  }

  set(ms: number): void {
    const clock = this.sched.clock as HeapClock;
    if (ms > 0) clock.add(this, clock.now() + ms);
    else if (!clock.virtual) clock.add(this, clock.now());
    // As in Go's bubbles: virtual time waits for those who give way until the function has run.
    else this.fire();
  }

  fire(): void {
    this.sched.go(this.fn);
  }

  private cancel(): boolean {
    return (this.sched.clock as HeapClock).cancel(this);
  }

  override stop(): boolean {
    checkInside(this.sched.clock, TEXT.stopOutside);
    return this.cancel();
  }

  override reset(ms: number): boolean {
    checkMs("Timer.reset", "ms", ms);
    checkInside(this.sched.clock, TEXT.resetOutside);
    const was = this.cancel();
    this.set(ms);
    return was;
  }
}

/** The same in the context of the call of `afterFunc`: see the option `context`. */
class ContextCallTimer extends CallTimer {
  private readonly enter: (step: () => void) => void;

  constructor(sched: Scheduler, fn: () => unknown, capture: Capture) {
    super(sched, fn);
    this.enter = capture();
  }

  override fire(): void {
    this.enter(() => this.sched.go(this.fn));
  }
}

/** The same, of both kinds, on somebody else's clock. */
class ForeignCallTimer extends Timer<null> {
  private readonly sched: Scheduler;
  private readonly fn: () => unknown;
  private readonly enter: ((step: () => void) => void) | null;
  private pending: ClockTimer | null = null;

  constructor(sched: Scheduler, fn: () => unknown, capture: Capture | null) {
    super();
    this.sched = sched;
    this.fn = fn;
    this.enter = capture === null ? null : capture();
  }

  set(ms: number): void {
    const { clock } = this.sched;
    const start = (): unknown => this.sched.go(this.fn);
    this.pending = clock.schedule(clock.now() + (ms > 0 ? ms : 0), () => {
      this.pending = null;
      if (this.enter === null) start();
      else this.enter(start);
    });
  }

  override stop(): boolean {
    const { pending } = this;
    this.pending = null;
    return pending !== null && pending.cancel();
  }

  override reset(ms: number): boolean {
    checkMs("Timer.reset", "ms", ms);
    const was = this.stop();
    this.set(ms);
    return was;
  }
}

/**
 * Go's `time.NewTimer`: delivers its time once on `c`, after at least `ms` milliseconds; never for Infinity. O(1).
 * @throws RangeError for NaN; TypeError for what is no number
 *
 * @example
 * ```ts
 * import { newTimer } from "@gort/sched";
 *
 * const t = newTimer(1000);
 * t.stop(); // => true
 * t.stop(); // => false
 * t.reset(1); // => false
 * typeof (await t.c.recv()); // => "number"
 * ```
 */
export function newTimer(ms: number): Timer<TimerChan> {
  checkMs("newTimer", "ms", ms);
  const c = new TimerChan(currentClock(), "timer");
  c.arm(true, ms, 0);
  return new ChanTimer(c);
}

/**
 * Go's `time.AfterFunc`: runs `fn` in a goroutine of its own after at least `ms`. It keeps the process alive until it
 * fired or was stopped. Infinity never fires. Throws at once what `go` would throw of `fn`, and of `ms` a RangeError for
 * NaN, a TypeError for what is no number. O(log n).
 *
 * @example
 * ```ts
 * import { afterFunc, sleep } from "@gort/sched";
 *
 * let ran = 0;
 * const t = afterFunc(1, () => ran++);
 * await sleep(10);
 * ran; // => 1
 * t.stop(); // => false
 * ```
 */
export function afterFunc(ms: number, fn: () => unknown): Timer<null> {
  checkMs("afterFunc", "ms", ms);
  checkGoFunc("afterFunc", fn);
  const s = currentScheduler();
  const capture = (s as Partial<Core>).capture ?? null;
  const timer = !(s.clock instanceof HeapClock)
    ? new ForeignCallTimer(s, fn, capture)
    : capture === null
      ? new CallTimer(s, fn)
      : new ContextCallTimer(s, fn, capture);
  timer.set(ms);
  return timer;
}

/**
 * Go's `time.After`: a channel that delivers the time once, after at least `ms` milliseconds. As a select case write
 * `after(50).recv()`, or simply `sleep(50)`. O(1).
 * @throws RangeError for NaN; TypeError for what is no number
 *
 * @example
 * ```ts
 * import { after, now } from "@gort/sched";
 *
 * const start = now();
 * const at = await after(2).recv();
 * at - start >= 2; // => true
 * ```
 */
export function after(ms: number): TimerChan {
  return newTimer(checkMs("after", "ms", ms)).c;
}

/**
 * Go's `time.Ticker`: a time every `ms` on `c`; ticks that nobody reads in time are dropped.
 *
 * @example
 * ```ts
 * import { bubble } from "@gort/sched/testing";
 * import { newTicker } from "@gort/sched";
 *
 * await bubble(function* () {
 *   const t = newTicker(10);
 *   const first = yield* t.c.recv();
 *   t.reset(5);
 *   const second = yield* t.c.recv();
 *   t.stop();
 *   return [first, second];
 * }); // => [10, 15]
 * ```
 */
export interface Ticker<out C extends TimerChan | null = TimerChan> {
  /** Delivers the ticks; null for a Ticker made by `new`. */
  readonly c: C;
  /**
   * Stops the ticks. Does not close the channel. Harmless on a Ticker made by hand. O(log n).
   * @throws `stop of synctest timer from outside bubble`
   */
  stop(): void;
  /**
   * Starts anew with a period of `ms`. Panics if `ms` is not positive, and on a Ticker made by hand. O(log n).
   * @throws RangeError for NaN; TypeError for what is no number
   * @throws `reset of synctest timer from outside bubble`
   */
  reset(ms: number): void;
}

/** How a {@link Ticker} is made by hand. */
export interface TickerConstructor {
  /** Go's zero Ticker. */
  new (): Ticker<null>;
  /** The ticker of a channel. */
  new (c: TimerChan): Ticker;
}

/** Go's zero {@link Ticker}, which cannot be reset; {@link newTicker} makes those that tick. */
export const Ticker: TickerConstructor = class<C extends TimerChan | null> implements Ticker<C> {
  readonly c: C;

  constructor(c: C = null as C) {
    this.c = c;
  }

  stop(): void {
    this.c?.arm(false, 0, 0);
  }

  reset(ms: number): void {
    if (!(checkMs("Ticker.reset", "ms", ms) > 0)) panic(TEXT.resetTicker);
    if (this.c === null) panic(TEXT.resetZeroTicker);
    else this.c.arm(true, ms, ms);
  }
};

/**
 * Go's `time.NewTicker`: a tick on `c` every `ms` milliseconds. Panics if `ms` is not positive. O(1).
 * @throws RangeError for NaN; TypeError for what is no number
 *
 * @example
 * ```ts
 * import { newTicker } from "@gort/sched";
 *
 * const t = newTicker(1);
 * let n = 0;
 * for await (const at of t.c) {
 *   if (++n === 3) break;
 * }
 * t.stop();
 * n; // => 3
 * ```
 */
export function newTicker(ms: number): Ticker {
  if (!(checkMs("newTicker", "ms", ms) > 0)) panic(new Error(TEXT.newTicker));
  const c = new TimerChan(currentClock(), "ticker");
  c.arm(true, ms, ms);
  return new Ticker(c);
}

/**
 * Go's `time.Tick`: the channel of a ticker that nobody stops. It is collected when it is no longer used. If `ms` is not positive it
 * is never ready, as Go's nil channel. O(1).
 * @throws RangeError for NaN; TypeError for what is no number
 *
 * @example
 * ```ts
 * import { tick } from "@gort/sched";
 *
 * const limiter = tick(1);
 * typeof (await limiter.recv()); // => "number"
 * tick(0).tryRecv(); // => [undefined, false, false]
 * ```
 */
export function tick(ms: number): TimerChan {
  const c = new TimerChan(currentClock(), "ticker");
  if (checkMs("tick", "ms", ms) > 0) c.arm(true, ms, ms);
  return c;
}
