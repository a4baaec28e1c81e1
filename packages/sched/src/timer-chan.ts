/**
 * TimerChan: the channel of a timer or ticker, with the semantics Go has since 1.23.
 *
 * Invariants
 *  1. `len` and `cap` are 0: what was not received when the timer is stopped or reset is never received.
 *  2. A value is the time for which the timer was set, however late it is read; of the ticks nobody read only
 *     the first is kept.
 *  3. The clock knows of the timer only while somebody waits on the channel, so an unreferenced timer is
 *     collectable and keeps no process alive.
 *  4. While it knows, the time is for who waits first, whoever looks meanwhile: one time is never received twice.
 *
 * It has the shape of a receive-only channel, so it can be passed wherever one is expected; it lives here because
 * channels build on the scheduler, not the other way round.
 */
import { Alarm } from "./alarm.ts";
import type { Clock, Scheduler } from "./api.ts";
import { type WaitOptions, withOptions } from "./call-off.ts";
import { checkInside, type Counter, currentCounter } from "./current.ts";
import { TEXT } from "./errors.ts";
import type { Op, OpRecord } from "./op.ts";
import { OpIterator } from "./op-iterator.ts";
import { OutsideOp } from "./outside-op.ts";
import { FRESH } from "./op-state.ts";
import { rangeNext } from "./range-next.ts";
import { WaitQueue } from "./wait-queue.ts";
import type { WaitReason } from "./wait-reason.ts";

/** How a receive hands on a time. */
type Shape = 0 | 1 | 2 | 3;
const VALUE = 0;
const PAIR = 1;
const STEP = 2;
const ITEM = 3;

class TimeRecv extends OutsideOp<any> {
  /** A timer's channel is never closed. */
  readonly ok = true;
  private readonly c: TimerChan;
  private readonly shape: Shape;
  private readonly loop: TimeRange | null;
  /** Where it waits. */
  private within: Counter | null = null;

  constructor(c: TimerChan, shape: Shape, loop: TimeRange | null) {
    super();
    this.c = c;
    this.shape = shape;
    this.loop = loop;
  }

  get reason(): WaitReason {
    return "chan receive";
  }

  /** The value in the form that was asked for. */
  take(at: number): any {
    if (this.shape === VALUE) return at;
    if (this.shape === PAIR) return [at, true];
    if (this.shape === ITEM) return { done: false, value: at };
    this.loop!.value = at;
    return true;
  }

  override tryNow(): boolean {
    const at = this.c.poll();
    if (at === null) return false;
    this.value = this.take(at);
    return true;
  }

  override park(): void {
    this.c.add(this);
    this.within = currentCounter();
    this.recount();
  }

  /** The timer was set, stopped or received from: whether its time comes from outside may have changed. */
  recount(): void {
    const s = this.within;
    if (s === null || this.c.isOutside(s) !== this.isDurable()) return;
    if (this.isDurable()) this.count(s);
    else this.uncount();
  }

  override isDurable(): boolean {
    return !this.isCounted;
  }

  override unpark(): void {
    this.c.remove(this);
    this.uncount();
  }

  /** Makes it usable again after its time was taken, for a select that is used more than once. */
  reset(): void {
    this.value = undefined;
    this.state = FRESH;
    this.waiter = null;
  }

  override describe(): string {
    return this.c.describe();
  }
}

class TimeRange implements TimeLoop {
  value = 0;
  readonly next: () => TimeRecv;
  constructor(c: TimerChan) {
    this.next = rangeNext(() => new TimeRecv(c, STEP, this));
  }
}

/** A receive from a {@link TimerChan}. */
export interface TimeOp<T> extends Op<T> {
  /** Always true: a timer's channel is never closed. */
  readonly ok: boolean;
}

/** A loop over the times of a {@link TimerChan}: `for (const r = c.range(); yield* r.next(); ) use(r.value);` */
export interface TimeLoop {
  /** The time that the last `next()` received. */
  readonly value: number;
  /**
   * An op that receives the next time into `value`; always true.
   * @throws Error if no op of a hundred calls in a row was used: the loop lacks its `yield*`
   */
  next(): TimeOp<boolean>;
}

/**
 * Where a {@link Timer} or {@link Ticker} delivers its times. Not made by users.
 *
 * @example
 * ```ts
 * import { newTimer } from "@gort/sched";
 *
 * const t = newTimer(1);
 * t.c.tryRecv(); // => [undefined, false, false]
 * const at = await t.c.recv();
 * typeof at; // => "number"
 * t.c.len; // => 0
 * ```
 */
export class TimerChan implements AsyncIterable<number> {
  /** Go's `len(t.C)`: 0 since Go 1.23. */
  readonly len = 0;
  /** Go's `cap(t.C)`: 0 since Go 1.23. */
  readonly cap = 0;
  /** For dumps. */
  readonly name: string;
  /** Whether a time is still to come or to be read. */
  private active = false;
  private when = 0;
  private period = 0;
  private readonly clock: Clock;
  private readonly alarm: Alarm;
  private readonly waiters = new WaitQueue<TimeRecv>();

  constructor(clock: Clock, name: string) {
    this.clock = clock;
    this.name = name;
    this.alarm = new Alarm(clock, this);
  }

  /**
   * Waits until the timer fires and gives the time for which it was set, in milliseconds of its clock. Go's `<-t.C`. O(1), and O(log n)
   * in the number of pending timers where it has to wait.
   * @throws `receive on synctest channel from outside bubble`, when used
   * @throws TypeError for options that are unknown or of a wrong type
   */
  recv(options?: WaitOptions): TimeOp<number> {
    const op = new TimeRecv(this, VALUE, null);
    return options === undefined ? op : (withOptions(op, options, "TimerChan.recv") as TimeRecv);
  }

  /** As {@link recv}, in a pair with `ok`, which is always true. Go's `t, ok := <-t.C`. */
  recvOk(options?: WaitOptions): TimeOp<[value: number, ok: true]> {
    const op = new TimeRecv(this, PAIR, null);
    return options === undefined ? op : (withOptions(op, options, "TimerChan.recvOk") as TimeRecv);
  }

  /**
   * Receives if the time came: value, `ok`, and whether there was one. Never blocks. O(1).
   * @throws `receive on synctest channel from outside bubble`
   */
  tryRecv(): [value: number, ok: true, ready: true] | [value: undefined, ok: false, ready: false] {
    const at = this.poll();
    return at === null ? [undefined, false, false] : [at, true, true];
  }

  /**
   * An endless loop over the times, for generator functions: `for (const r = ticker.c.range(); yield* r.next(); ) use(r.value);`.
   * Go's `for t := range ticker.C`. O(1).
   */
  range(): TimeLoop {
    return new TimeRange(this);
  }

  /** An endless loop over the times, for async functions: `for await (const t of ticker.c)`. Go's `for t := range ticker.C`. O(1). */
  [Symbol.asyncIterator](): AsyncIterableIterator<number> {
    return new OpIterator<number>(() => new TimeRecv(this, ITEM, null));
  }

  /**
   * Sets or stops the timer; true if it was active: stopping prevented a time from being received.
   * @internal
   */
  arm(active: boolean, ms: number, period: number): boolean {
    checkInside(this.clock, active ? TEXT.resetOutside : TEXT.stopOutside);
    const was = this.active;
    this.alarm.clear();
    this.active = active;
    this.period = period;
    if (active) {
      this.when = this.clock.now() + (ms > 0 ? ms : 0);
      if (this.waiters.length > 0) this.alarm.set(this.when);
    }
    this.recount();
    return was;
  }

  /**
   * Takes the time that is due, null if there is none, or if it is for somebody who waits.
   * @internal
   */
  poll(): number | null {
    checkInside(this.clock, TEXT.recvOutside);
    if (!this.active) return null;
    if (this.waiters.length > 0) {
      this.wait();
      return null;
    }
    const now = this.clock.now();
    if (now < this.when) return null;
    return this.step(now);
  }

  private step(now: number): number {
    const at = this.when;
    if (this.period > 0) this.when += this.period * (1 + Math.floor((now - at) / this.period));
    else this.active = false;
    return at;
  }

  /** @internal */
  add(op: OpRecord<any>): void {
    this.waiters.push(op as TimeRecv);
    if (this.active) this.wait();
  }

  /** Sees to it that the alarm is set: for those who wait already it is, unless the program whose clock this is ended meanwhile. */
  private wait(): void {
    if (!this.alarm.isSet) this.alarm.set(this.when);
  }

  /**
   * Whether its time comes by itself for a program of `s`, whose clock it is not on.
   * @internal
   */
  isOutside(s: Scheduler): boolean {
    return s.clock !== this.clock && this.active && this.when < Infinity;
  }

  /** @internal */
  remove(op: OpRecord<any>): void {
    this.waiters.remove(op as TimeRecv);
    if (this.waiters.length === 0) this.alarm.clear();
  }

  /**
   * The clock reached the deadline.
   * @internal
   */
  ring(): void {
    const at = this.step(this.clock.now());
    const op = this.waiters.shift()!;
    if (this.active && this.waiters.length > 0) this.alarm.set(this.when);
    this.recount();
    op.complete(op.take(at));
  }

  /** Tells those who wait that they may have to be counted otherwise. */
  private recount(): void {
    for (let op = this.waiters.head; op !== null; op = op.qnext as TimeRecv | null) op.recount();
  }

  /** What a dump says of it. */
  describe(): string {
    return `${this.name} (${this.active ? `due in ${Math.max(0, Math.round(this.when - this.clock.now()))} ms` : "stopped"})`;
  }

  /** What `JSON.stringify` shows, and `console.log` on Node: when it is due. */
  toJSON(): string {
    return this.describe();
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.describe();
  }
}
