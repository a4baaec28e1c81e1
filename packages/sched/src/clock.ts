/**
 * The clocks of our schedulers: one 4-ary timer heap per P, fed by the host's time or by a virtual one.
 *
 * Invariants
 *  1. At most one host timer is armed, for the earliest deadline over all heaps, and only while the scheduler
 *     is not running goroutines: a running one looks at the heaps itself. Of a test's fakes there is a second one, for the latest.
 *  2. A timer never fires before its deadline, and due timers fire in deadline order: those of one instant, in one heap, in the order in
 *     which they were set, on a virtual clock in an order drawn from its seed.
 *  3. An armed host timer keeps the process alive; a clock without timers does not, nor do timers that outlived their program, unless
 *     the event loop has run empty and a program waits.
 *
 * A virtual clock moves only when it is told to: the scheduler lets it jump to the earliest deadline when nothing
 * else can happen.
 */
import { checkFunction } from "@gort/types";
import { ambient } from "./ambient.ts";
import type { Clock, ClockTimer } from "./api.ts";
import { HostTime } from "./host-time.ts";
import {
  behindFakes,
  clearHostTimer,
  DELAY_MAX,
  hostNow,
  hostTimers,
  hostWall,
  type HostTimer,
  isFake,
  keepAlive,
  macrotask,
  reportUncaught,
  setHostTimer,
  unrefHostTimer,
} from "./host.ts";
import { Latest } from "./latest.ts";
import { Hope } from "./postpone.ts";
import { Xorshift } from "./prng.ts";
import { TimerHeap, type TimerItem } from "./timer-heap.ts";

/** So many gathered timers are read ahead. */
const TOUCH = 32;

/** A timer that calls a function. */
class CallNode implements TimerItem, ClockTimer {
  index = -1;
  readonly lasting: boolean;
  private readonly call: () => void;
  private clock: HeapClock;

  constructor(clock: HeapClock, call: () => void, lasting: boolean) {
    this.clock = clock;
    this.call = call;
    this.lasting = lasting;
  }

  /** Goes on on another clock of the same time. */
  moveTo(clock: HeapClock, when: number): void {
    this.clock = clock;
    clock.add(this, when);
  }

  fire(): void {
    this.call();
  }

  cancel(): boolean {
    return this.clock.cancel(this);
  }
}

/** The parts every clock of ours shares: heaps, due timers, and arming left to the subclass. */
export abstract class HeapClock implements Clock {
  /** One heap per P. */
  readonly heaps: TimerHeap[];
  /** The heap that new timers go to: the one of the P that runs. */
  current: TimerHeap;
  /** Pending timers over all heaps. */
  size = 0;
  /** Whether time moves only by {@link VirtualClock.advance}. */
  abstract readonly virtual: boolean;
  /** Whether the earliest deadline is armed with a fake timer, which may be gone at the next look. */
  protected faked = false;
  /** The bubble whose clock it is, whose timers nobody outside may touch; else null. */
  bubble: object | null = null;
  /** Whether that bubble has ended. */
  over = false;
  /** Called when the last timer that was ahead is cancelled, which nobody else hears of. */
  onSpent: () => void = () => {};

  constructor(procs: number) {
    this.heaps = Array.from({ length: procs }, (_, id) => new TimerHeap(id, procs));
    this.current = this.heaps[0]!;
  }

  abstract now(): number;
  /** The time now, where `host` is what `hostNow` has just given. */
  abstract at(host: number): number;
  abstract wall(): number;
  /** The earliest deadline may have moved; or, under fakes, `node` was added, or taken out, then `when` is -1. */
  protected abstract changed(node?: TimerItem, when?: number): void;

  schedule(when: number, fire: () => void, lasting = false): ClockTimer {
    checkFunction("clock.schedule", "fire", fire);
    const node = new CallNode(this, fire, lasting);
    this.add(node, when === when ? when : 0);
    return node;
  }

  /** A timer was dropped. */
  protected dropped(_node: TimerItem, _when: number): void {}

  /** Adds a node; one allocation less than `schedule`. */
  add(node: TimerItem, when: number): void {
    const heap = this.current;
    heap.add(node, when);
    this.size++;
    if (heap.earliest === when || this.faked) this.changed(node, when);
  }

  /** Takes a node out, which is in a heap of this clock; false if it is in none. */
  cancel(node: TimerItem): boolean {
    const { index } = node;
    if (index < 0) return false;
    const { heaps } = this;
    heaps[heaps.length === 1 ? 0 : index % heaps.length]!.remove(node);
    this.size--;
    const spent = this.earliest() === Infinity;
    if (spent || this.faked) this.changed(node);
    if (spent) this.onSpent();
    return true;
  }

  /** The earliest deadline over all heaps, or Infinity. */
  earliest(): number {
    const heaps = this.heaps;
    let min = heaps[0]!.earliest;
    for (let i = 1; i < heaps.length; i++) {
      const e = heaps[i]!.earliest;
      if (e < min) min = e;
    }
    return min;
  }

  /** Fires at most `max` of the timers due at `now`, the earliest first. Returns how many. */
  runDue(now: number, max: number = Infinity): number {
    let fired = 0;
    const heaps = this.heaps;
    for (let i = 0; i < heaps.length; i++) heaps[i]!.gather(now);
    while (this.size > 0 && fired < max) {
      let heap = heaps[0]!;
      for (let i = 1; i < heaps.length; i++) {
        if (heaps[i]!.earliest < heap.earliest) heap = heaps[i]!;
      }
      const when = heap.earliest;
      if (when > now) break;
      if (fired % TOUCH === 0) heap.touch(TOUCH);
      const node = heap.shift();
      this.size--;
      fired++;
      try {
        node.fire(when);
      } catch (error) {
        reportUncaught(error);
      }
    }
    return fired;
  }

  /** Drops every timer without firing it, but for those that are to outlive the program. */
  clear(): void {
    for (const heap of this.heaps) {
      while (heap.size > 0) {
        const when = heap.earliest;
        this.dropped(heap.shift(), when);
      }
    }
    this.size = 0;
    this.changed();
  }
}

/** How often a clock that is armed with fakes looks whether they are gone, in milliseconds. */
const BACK_MS = 20;

/** In the place of a host timer, while that is being made. */
const ARMING = {};

/**
 * The host's time. When a test exchanges the host's timers for fakes, or puts the old ones back, the earliest deadline is armed
 * anew with those that are there: at the next change, when the host's timer comes, or by {@link RealClock.look}.
 *
 * Of fakes nothing is taken for granted. A test may clear them, so they are armed anew at each change. It may move their time to the
 * last of them, as `runOnlyPendingTimers` does, so there is one for the latest deadline. A `setTimeout` that calls at once says that
 * the time has come, as every fake that fires does.
 */
export class RealClock extends HeapClock {
  readonly virtual = false;
  /** Called when the armed host timer came: the owner runs what is due. */
  onWake: () => void = () => {
    this.runDue(this.now());
    this.arm();
  };
  private armed: HostTimer = null;
  /** A fake for the latest deadline, which does nothing. */
  private last: HostTimer = null;
  /** Whether somebody looks if the fakes are gone. */
  private looking = false;
  /** The latest deadline, while fakes are armed. */
  private latest: Latest | null = null;
  private armedFor = Infinity;
  /** What the timer was armed with. */
  private armedBy = hostTimers();
  private held = false;
  /** Lets the process end, which waits for a timer that it need not wait for otherwise. */
  private release: (() => void) | null = null;
  /** Whether there is a timer ahead, while the owner is not running. */
  readonly hope = new Hope();
  private readonly time = (ambient.time ??= new HostTime());
  private readonly weak: boolean;

  /** @param weak whether the process need not wait for its timers */
  constructor(procs: number, weak = false) {
    super(procs);
    this.weak = weak;
  }

  now(): number {
    return this.at(hostNow());
  }

  at(host: number): number {
    // Fakes have come: what is set now has the clock armed with them, also behind the earliest deadline.
    if (this.armed !== null && this.armedBy !== hostTimers()) this.faked = true;
    return this.time.at(host);
  }

  wall(): number {
    return hostWall();
  }

  protected changed(node?: TimerItem, when = -1): void {
    if (node !== undefined) this.latest?.moved(node, when);
    if (!this.held) this.arm();
  }

  protected override dropped(node: TimerItem, when: number): void {
    this.latest = null;
    if (node instanceof CallNode && node.lasting)
      node.moveTo((ambient.lasting ??= new RealClock(1, true)) as RealClock, when);
  }

  /** The owner runs goroutines, or is about to, and looks at the heaps itself. */
  hold(): void {
    this.held = true;
  }

  /** The owner gives the host a turn. What is set in that is armed, as always: a test may move its fakes in the same turn. */
  rest(): void {
    this.held = false;
  }

  /** The owner stops running, and does not come back by itself. */
  unhold(): void {
    this.held = false;
    this.arm();
  }

  private wake = this.waker();

  /** What to arm timers of one kind with. Once others took their place it does nothing: nobody could clear the host timer. */
  private waker(): () => void {
    const wake = (): void => {
      if (this.wake !== wake) return;
      const when = this.armedFor;
      if (this.armed === ARMING) {
        // A stub called while it was being armed: whoever waits does not yet.
        this.faked = true;
        macrotask(() => {
          if (this.armedFor === when) wake();
        });
        return;
      }
      if (this.faked && this.armedBy === hostTimers()) {
        this.time.reached(when);
        clearHostTimer(this.last);
      }
      this.armed = this.last = null;
      this.armedFor = Infinity;
      this.onWake();
      if (!this.held) this.arm();
    };
    return wake;
  }

  /** The process waits for the earliest timer, though the clock is weak. */
  keep(): void {
    this.release ??= keepAlive();
  }

  private arm(): void {
    const when = this.earliest();
    this.hope.set(when !== Infinity);
    if (this.armed !== null) {
      if (this.armedBy !== hostTimers()) this.wake = this.waker();
      else {
        if (when >= this.armedFor && when !== Infinity && !this.faked) return;
        clearHostTimer(this.armed);
        clearHostTimer(this.last);
      }
      this.armed = this.last = null;
      this.armedFor = Infinity;
    }
    if (this.release !== null) this.letGo();
    if (when === Infinity) {
      this.latest = null;
      return;
    }
    this.armedBy = hostTimers();
    const faked = (this.faked = isFake(this.armedBy));
    const now = this.now();
    this.armedFor = Math.min(when, now + DELAY_MAX);
    this.armed = ARMING;
    this.armed = setHostTimer(when - now, this.wake) ?? true;
    if (this.weak) unrefHostTimer(this.armed);
    if (!faked) {
      this.latest = null;
      return;
    }
    this.latest ??= new Latest(this.heaps, () => this.changed());
    const latest = this.latest.find(now);
    if (latest > when) this.last = setHostTimer(latest - now, () => {});
    this.look();
  }

  /** Arms anew once the fakes that it is armed with are gone. */
  private look(): void {
    if (this.looking) return;
    this.looking = true;
    behindFakes(BACK_MS, () => {
      this.looking = false;
      if (this.armed === null || !this.faked) return;
      if (this.armedBy === hostTimers()) this.look();
      else this.changed();
    });
  }

  private letGo(): void {
    this.release!();
    this.release = null;
  }
}

/**
 * Time that stands still until it is moved. Many timers are due at one instant then, as they never are on the host's time, so their order
 * is one of the choices of a seed: a program must not rely on it. The draws are not those of the scheduler, whose own stay as they are.
 */
export class VirtualClock extends HeapClock {
  readonly virtual = true;
  private time = 0;
  private readonly epoch: number;
  private readonly order: Xorshift;

  /** @param epoch wall clock at virtual time 0, milliseconds since 1970 */
  constructor(procs: number, epoch: number, seed: number) {
    super(procs);
    this.epoch = epoch;
    this.order = new Xorshift(~seed);
  }

  override add(node: TimerItem, when: number): void {
    this.current.seq = this.order.next();
    super.add(node, when);
  }

  now(): number {
    return this.time;
  }

  at(): number {
    return this.time;
  }

  wall(): number {
    return this.epoch + this.time;
  }

  /** Called when a timer became the first of its heap, or none is left: the owner may have to let time jump. */
  onChange: () => void = () => {};

  protected changed(): void {
    this.onChange();
  }

  /** Moves time forward to `to` (never back) without firing anything. */
  advance(to: number): void {
    if (to > this.time) this.time = to;
  }
}
