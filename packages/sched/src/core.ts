/**
 * Core: the pump. It steps goroutines in time slices; the third layer of every scheduler of ours. A subclass says in
 * which order: `put`, `putYield` and `pick`.
 *
 * Invariants
 *  1. A goroutine is in exactly one of: a run queue (RUNNABLE), stepped (RUNNING), parked (WAITING), gone (DEAD).
 *  2. Goroutines are stepped only by `pump`, and `pump` never nests; waking one never runs it.
 *  3. `pump` gives the host a turn after each slice; while nothing is runnable it is not scheduled at all, so an
 *     idle scheduler keeps no process alive.
 *
 * Why the clock is looked at every so many steps, adapted to how long steps take: reading it costs as much as a step.
 */
import { ambient } from "./ambient.ts";
import type { Clock, Scheduler, SchedulerOptions } from "./api.ts";
import type { AsyncGate } from "./async-waiter.ts";
import { type HeapClock, RealClock, VirtualClock } from "./clock.ts";
import type { Runtime } from "./current.ts";
import { badYield, checkSlice } from "./errors.ts";
import { type G, isOver, RETURNED, RUNNABLE, RUNNING, WAITING } from "./g.ts";
import { hostNow, macrotask } from "./host.ts";
import { isOp, type Op, PARKED } from "./op.ts";
import { seedFromHost, Xorshift } from "./prng.ts";
import { Programs } from "./program.ts";
import { soon } from "./turn.ts";
import type { WaitReason } from "./wait-reason.ts";

/** Timers fired between two looks at the clock. */
const TIMERS_MAX = 500;

/** Most steps between two looks at the clock. */
const EVERY_MAX = 256;

export abstract class Core extends Programs implements Runtime, Scheduler {
  protected rng: Xorshift;
  /** When the running slice is over, in host time. */
  protected sliceEnd = 0;
  private readonly slice: number;
  private every = 16;

  constructor(
    options: SchedulerOptions,
    clock: Clock | null,
    gate: AsyncGate | null,
    ownsClock: boolean,
    seed?: number,
  ) {
    super(options, clock ?? options.clock ?? new RealClock(1), gate, ownsClock);
    this.slice = checkSlice(options.slice ?? 4);
    this.rng = new Xorshift(seed ?? seedFromHost());
    if (this.heap instanceof RealClock) this.heap.onWake = this.pump;
    if (this.heap instanceof VirtualClock)
      this.heap.onChange = () => {
        if (!this.pumping && !this.scheduled) this.idle();
      };
  }

  /** The running goroutine gave way. */
  protected abstract putYield(g: G): void;
  /** The next goroutine to run, or null. */
  protected abstract pick(): G | null;
  /** The runnable goroutines, for checks. */
  abstract queued(): G[];
  /** Locks a goroutine to the P that runs it, where there are Ps. */
  lock(_g: G, _on: boolean): void {}
  /** Whether the running goroutine should give way at a checkpoint. */
  due(): boolean {
    return hostNow() >= this.sliceEnd;
  }
  /** Called at each look at the clock while running. */
  protected tick(_now: number): void {}

  random(n: number): number {
    return this.rng.below(n);
  }

  protected schedule(): void {
    this.scheduled = true;
    soon(this.pump);
  }

  /** Steps goroutines until none is runnable or the slice is over. */
  protected readonly pump = (): void => {
    if (this.pumping) return;
    this.scheduled = false;
    this.pumping = true;
    const { g: outerG, sched: outerSched } = ambient;
    ambient.sched = this;
    const heap = this.heap;
    const real = heap instanceof RealClock ? heap : null;
    if (real !== null) real.hold();
    let last = hostNow();
    const end = (this.sliceEnd = last + this.slice);
    let more = false;
    let steps = 0;
    if (heap !== null && heap.size > 0 && !heap.virtual) this.fireDue(heap, last);
    let budget = this.every;
    for (;;) {
      const g = this.pick();
      if (g === null) {
        if (this.settled.length > 0 && this.isSettled()) {
          this.wakeSettled();
          continue;
        }
        if (heap === null || heap.size === 0) break;
        if (heap.virtual ? !this.jump(heap as VirtualClock) : this.fireDue(heap, heap.now()) === 0)
          break;
        // Timers alone, or virtual time that jumps on and on, must not keep the host waiting either.
        if (hostNow() >= end) {
          more = true;
          break;
        }
        continue;
      }
      steps++;
      this.step(g);
      if (--budget === 0) {
        const t = hostNow();
        const spent = t - last;
        last = t;
        // Aim at a look every 50 to 400 microseconds, whatever a step costs.
        if (spent > 0.4) this.every = this.every > 8 ? this.every >> 2 : 1;
        else if (spent < 0.05 && this.every < EVERY_MAX) this.every <<= 1;
        budget = this.every;
        if (heap !== null && !heap.virtual && heap.size > 0) this.fireDue(heap, t);
        this.tick(t);
        if (t >= end) {
          more = true;
          break;
        }
      }
    }
    this.switches += steps;
    ambient.g = outerG;
    ambient.sched = outerSched;
    this.pumping = false;
    if (more) {
      this.scheduled = true;
      macrotask(this.pump);
    }
    if (real !== null) real.unhold(!more);
    if (!more) this.idle();
  };

  /** Fires what is due on our own clock; returns how many. */
  private fireDue(heap: HeapClock, at: number): number {
    ambient.g = null;
    const fired = heap.runDue(at, TIMERS_MAX);
    if (this.tracer !== null)
      for (let i = 0; i < fired; i++) this.tracer.timer(at, this.currentProc());
    return fired;
  }

  /** Nothing is runnable: moves virtual time to the next timer. False if that must wait for async code. */
  private jump(clock: VirtualClock): boolean {
    if (!this.isSettled()) return false;
    clock.advance(clock.earliest());
    this.fireDue(clock, clock.now());
    return true;
  }

  protected step(g: G): void {
    ambient.g = g;
    g.state = RUNNING;
    g.op = null;
    if (this.tracer !== null) this.tracer.start(this.clock.now(), g, this.currentProc());
    if (g.extra !== null && g.extra.enter !== null) {
      g.extra.enter(() => this.stepBody(g));
      return;
    }
    const gen = g.gen;
    if (gen === null) {
      this.startTask(g);
      return;
    }
    let r: IteratorResult<Op<any> | undefined, unknown>;
    try {
      r = gen.next();
    } catch (error) {
      this.panicked(g, error);
      return;
    }
    this.stepped(g, r);
  }

  private stepBody(g: G): void {
    if (g.gen === null) {
      this.startTask(g);
      return;
    }
    let r: IteratorResult<Op<any> | undefined, unknown>;
    try {
      r = g.gen.next();
    } catch (error) {
      this.panicked(g, error);
      return;
    }
    this.stepped(g, r);
  }

  /** The P that steps now, for tracers and dumps. */
  currentProc(): number {
    return 0;
  }

  /** What a step left behind: an end, a parked op, a bare yield. */
  private stepped(g: G, r: IteratorResult<Op<any> | undefined, unknown>): void {
    if (r.done === true) {
      this.finished(g, r.value, RETURNED);
      return;
    }
    const op = r as unknown as Op<any>;
    if (op.state === PARKED) {
      op.waiter = g;
      this.park(g, op, op.reason);
      return;
    }
    if (r.value === undefined || isOver(op)) {
      this.parkedAndOver(g);
      return;
    }
    this.misused(g, r.value);
  }

  private park(g: G, op: Op<any>, reason: WaitReason): void {
    g.op = op;
    g.state = WAITING;
    this.countPark(reason);
    if (this.tracer !== null) this.tracer.block(this.clock.now(), g, reason, op);
  }

  /** The op completed while it parked: the goroutine only gave way. */
  private parkedAndOver(g: G): void {
    g.state = RUNNABLE;
    if (this.tracer !== null) this.tracer.stop(this.clock.now(), g, "gosched");
    this.putYield(g);
  }

  /** `yield x` with something that is not for the scheduler: throws into the goroutine, where the mistake is. */
  private misused(g: G, what: unknown): void {
    let r: IteratorResult<Op<any> | undefined, unknown>;
    try {
      r = g.gen!.throw(badYield(what, isOp(what)));
    } catch (error) {
      this.panicked(g, error);
      return;
    }
    this.stepped(g, r);
  }
}
