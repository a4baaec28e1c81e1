/**
 * Core: the pump. It runs goroutines in time slices; the fourth layer of every scheduler of ours. A subclass says in
 * which order: `put` and `pick`, and `putYield` and `putOutside` where those differ.
 *
 * Invariants
 *  1. A goroutine is in exactly one of: a run queue (RUNNABLE), stepped (RUNNING), parked (WAITING), gone (DEAD).
 *  2. Goroutines are stepped by `pump`, which never nests, or in the job made for their start; waking one never runs
 *     it.
 *  3. `pump` gives the host a turn after each slice, and is on its way at most once, so that between two turns there is one slice;
 *     while nothing is runnable it is not scheduled at all, so an idle scheduler keeps no process alive.
 *
 * Why the clock is looked at every so many steps, adapted to how long steps take: reading it costs as much as a step. The
 * steps in between are a small loop of their own, so that V8 inlines them whole.
 */
import { isDue } from "./alarm.ts";
import { ambient } from "./ambient.ts";
import type { Clock, Scheduler, SchedulerOptions } from "./api.ts";
import type { AsyncGate } from "./async-waiter.ts";
import { brandScheduler } from "./brands.ts";
import { budget } from "./budget.ts";
import { type HeapClock, RealClock, VirtualClock } from "./clock.ts";
import type { Runtime } from "./current.ts";
import { checkCount, checkSlice } from "./errors.ts";
import type { G } from "./g.ts";
import { hostNow, macrotask } from "./host.ts";
import { seedFromHost, Xorshift } from "./prng.ts";
import { Programs } from "./program.ts";
import { soon } from "./turn.ts";

/** Timers fired at once while nothing is runnable: what they start stays within a P's queue. */
const TIMERS_MAX = 250;
/**
 * Timers fired at a look at the clock while goroutines run: as many as run in between. More at a time, and a flood of
 * timers would stand in the queues as goroutines, which V8's collector moves until they run.
 */
const TIMERS_BETWEEN = 64;

/** Most steps between two looks at the clock: when steps get slower all at once, this bounds how late that is seen. */
const EVERY_MAX = 64;
/** Most ops that complete at once between two. */
const READY_MAX = 1024;

/** The generator gives 32 bits. */
const RANDOM_MAX = 2 ** 32;

/** For the wait times of dumps, which count minutes: a small integer, unlike the time itself. */
const secondsOf = (ms: number): number => (ms / 1000) | 0;

/** After how many the clock is looked at again, if `n` took `spent` ms: every 50 to 400 microseconds, whatever one costs. */
function untilNextLook(n: number, max: number, spent: number): number {
  if (spent > 0.4) return n > 8 ? n >> 2 : 1;
  return spent < 0.05 && n < max ? n << 1 : n;
}

export abstract class Core extends Programs implements Runtime, Scheduler {
  protected rng: Xorshift;
  /** When the running slice is over, in host time. */
  protected sliceEnd = 0;
  private readonly slice: number;
  private every = 16;
  /** Whether the host has its turn, and the pump comes after that. */
  private resting = false;
  /** When the clock was last looked at for ops that complete at once. */
  private looked = 0;
  /** How many wake-ups the gate had counted when nothing had moved for a turn of the host. */
  private rested = 0;

  constructor(
    options: SchedulerOptions,
    clock: Clock | null,
    gate: AsyncGate | null,
    ownsClock: boolean,
    seed?: number,
  ) {
    super(options, clock ?? options.clock ?? new RealClock(1), gate, ownsClock);
    brandScheduler(this);
    this.slice = checkSlice(options.slice ?? 4);
    this.rng = new Xorshift(seed ?? seedFromHost());
    if (this.heap instanceof RealClock) this.heap.onWake = this.wake;
    if (this.heap instanceof VirtualClock) this.heap.onChange = this.look;
  }

  /** What `JSON.stringify` shows, and `console.log` on Node: how much it has to do. */
  toJSON(): string {
    return `Scheduler { procs: ${this.procs}, goroutines: ${this.live} }`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toJSON();
  }

  /** The next goroutine to run, or null. */
  protected abstract pick(): G | null;
  /** Locks a goroutine to the P that runs it, where there are Ps. */
  lock(_g: G, _on: boolean): void {}
  /** Whether the running goroutine should give way at a checkpoint; `now` is what {@link hostNow} has just given. */
  due(now: number = hostNow()): boolean {
    return now >= this.sliceEnd;
  }
  /** Whether the running goroutine, whose ops completed at once `atOnce` times in this step, should give way. */
  overdue(): boolean {
    const now = hostNow();
    const spent = now - this.looked;
    this.looked = now;
    budget.left = this.atOnce = untilNextLook(this.atOnce, READY_MAX, spent);
    return this.due(now);
  }
  /** Whether the host is to have its turn; `now` is what {@link hostNow} has just given. */
  protected isOver(now: number): boolean {
    return now >= this.sliceEnd;
  }
  /** Called at each look at the clock while running. */
  protected tick(_now: number): void {}

  random(n: number): number {
    return this.rng.below(checkCount("random", "n", n, 1, RANDOM_MAX));
  }

  protected get scheduler(): Scheduler {
    return this;
  }

  protected schedule(): void {
    this.scheduled = true;
    this.hopes(true);
    soon(this.first);
  }

  /** Runs for a slice, and sees to it that it is called again if there is more to do. */
  protected readonly pump = (): void => {
    if (this.pumping) return;
    this.scheduled = this.resting = false;
    const { heap } = this;
    const real = heap instanceof RealClock ? heap : null;
    if (real !== null) real.hold();
    if (this.inside(null)) {
      this.scheduled = this.resting = true;
      if (real !== null) real.rest();
      macrotask(this.pump);
      return;
    }
    if (real !== null) real.unhold();
    this.idle();
  };

  /** The pump that was asked for. A host timer may have come before it: then the next slice is on its way already. */
  private readonly first = (): void => {
    if (!this.resting) this.pump();
  };

  /** The host timer for the earliest deadline came. While the host has its turn the pump, on its way, looks at the clock. */
  private readonly wake = (): void => {
    if (this.resting) (this.heap as RealClock).hold();
    else this.pump();
  };

  /**
   * Whether nothing but a timer can make anything run, no async function either that was woken and has yet to run: one that `go` did
   * not start is counted only while it waits.
   */
  protected isQuiet(): boolean {
    return this.gate.moved === this.rested && this.isSettled();
  }

  protected override quiet(): void {
    this.rested = this.gate.moved;
    super.quiet();
  }

  /** Steps goroutines until none is runnable or the slice is over; true if it is that. */
  protected steps(): boolean {
    const { heap } = this;
    let last = hostNow();
    this.sliceEnd = last + this.slice;
    this.seconds = secondsOf(heap === null ? this.clock.now() : heap.at(last));
    let more = false;
    let steps = 0;
    if (heap !== null && heap.size > 0 && (this.jumped || !heap.virtual)) {
      this.jumped = false;
      this.fireDue(heap, heap.at(last), TIMERS_MAX);
    }
    let budget = this.every;
    for (;;) {
      const left = this.some(budget);
      steps += budget - left;
      budget = left;
      if (left > 0) {
        if (this.settled.length > 0 && this.isQuiet() && !isDue(heap)) {
          this.wakeSettled();
          continue;
        }
        if (heap === null || heap.size === 0) break;
        if (
          heap.virtual
            ? !this.jump(heap as VirtualClock)
            : this.fireDue(heap, heap.now(), TIMERS_MAX) === 0
        )
          break;
        // Timers alone, or virtual time that jumps on and on, must not keep the host waiting either.
        if (this.isOver(hostNow())) {
          more = true;
          break;
        }
        continue;
      }
      const t = hostNow();
      const spent = t - last;
      last = t;
      budget = this.every = untilNextLook(this.every, EVERY_MAX, spent);
      if (heap !== null && !heap.virtual && heap.size > 0) {
        const at = heap.at(t);
        this.seconds = secondsOf(at);
        this.fireDue(heap, at, TIMERS_BETWEEN);
      }
      this.tick(t);
      if (this.isOver(t)) {
        more = true;
        break;
      }
    }
    this.switches += steps;
    return more;
  }

  /** Steps `n` goroutines, or fewer if no more are runnable; how many are left of `n`. */
  private some(n: number): number {
    do {
      const g = this.pick();
      if (g === null) return n;
      this.step(g);
    } while (--n > 0);
    return 0;
  }

  /** Fires at most `max` of what is due on our own clock; returns how many. */
  private fireDue(heap: HeapClock, at: number, max: number): number {
    ambient.slot.g = null;
    const fired = heap.runDue(at, max);
    if (this.tracer !== null)
      for (let i = 0; i < fired; i++) this.tracer.timer(at, this.currentProc());
    return fired;
  }

  /** Nothing is runnable: moves virtual time to the next timer. False if that must wait for async code. */
  private jump(clock: VirtualClock): boolean {
    if (!this.isQuiet()) return false;
    const next = clock.earliest();
    if (next === Infinity) return false;
    clock.advance(next);
    this.seconds = secondsOf(next);
    this.fireDue(clock, clock.now(), TIMERS_MAX);
    return true;
  }
}
