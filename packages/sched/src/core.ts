/**
 * Core: what every scheduler of ours shares. It steps goroutines, parks them, ends them, keeps time slices,
 * notices that nothing can ever run again, and runs programs. A subclass says in which order: `put`, `putYield`
 * and `pick`.
 *
 * Invariants
 *  1. A goroutine is in exactly one of: a run queue (RUNNABLE), stepped (RUNNING), parked (WAITING), gone (DEAD).
 *  2. Goroutines are stepped only by `pump`, and `pump` never nests; waking one never runs it.
 *  3. `pump` gives the host a turn after each slice; while nothing is runnable it is not scheduled at all, so an
 *     idle scheduler keeps no process alive.
 *  4. A program ends once: by main's return, by a panic nobody took, or by a fatal error. Then every other
 *     goroutine is dead, off every wait queue, and no timer is left.
 *
 * Why a verdict of deadlock waits for one macrotask: code outside the scheduler, such as the caller of `run`, may
 * be about to send what main waits for.
 */
import { ambient } from "./ambient.ts";
import type {
  Clock,
  GoFunc,
  Goroutine,
  SchedStats,
  SchedulerOptions,
  Scheduler,
  Tracer,
} from "./api.ts";
import { AsyncGate } from "./async-waiter.ts";
import { CountingClock, HeapClock, RealClock, VirtualClock } from "./clock.ts";
import type { Runtime } from "./current.ts";
import { deadlockError, goroutineInfo, type GoroutineInfo } from "./deadlock.ts";
import { badYield, checkSlice, nilGoFunc, notAFunction, programEnded } from "./errors.ts";
import {
  ALIVE,
  DEAD,
  EXITED,
  G,
  isOver,
  PANICKED,
  RETURNED,
  RUNNABLE,
  RUNNING,
  WAITING,
} from "./g.ts";
import { hostNow, macrotask, microtask, onLoopEmpty, reportUncaught } from "./host.ts";
import { isOp, type Op, PARKED, USED } from "./op.ts";
import { isGoexit, isPanicError } from "./panic.ts";
import { panicDump, stackOverflow } from "./panic-text.ts";
import { seedFromHost, Xorshift } from "./prng.ts";
import { captureSite } from "./site.ts";
import { turnSpent } from "./turn.ts";
import type { WaitReason } from "./wait-reason.ts";
import { WaitQueue } from "./wait-queue.ts";

/** How many goroutines have their creation site captured unless told otherwise: it costs a microsecond each. */
const SITES_MAX = 1000;

/** Timers fired between two looks at the clock. */
const TIMERS_MAX = 500;

/** Steps between two looks at the clock: adapted to how long steps take, between these bounds. */
const EVERY_MAX = 256;

const GeneratorFunction = Object.getPrototypeOf(function* () {}) as object;

interface Program {
  readonly main: G<any>;
  readonly resolve: (value: any) => void;
  readonly reject: (error: unknown) => void;
}

export abstract class Core implements Runtime, Scheduler {
  readonly gate: AsyncGate;
  readonly clock: Clock;
  readonly tracer: Tracer | null;
  /** Our own clock, which the pump polls; null if the user brought one. */
  protected readonly heap: HeapClock | null;
  /** Head of the list of goroutines that are not dead, the newest first. */
  all: G | null = null;
  live = 0;
  created = 0;
  /** Goroutines that run an async function and have not ended. */
  asyncs = 0;
  /** Whether this is the scheduler of a bubble. */
  isBubble = false;
  /** Ops that complete when nothing can run before time moves on: see `testing/bubble.ts`. */
  readonly settled: WaitQueue<Op<void>> = new WaitQueue();
  /** Waits that something outside can end. */
  externals = 0;
  /** Waits that an AbortSignal can end. */
  signalled = 0;
  pumping = false;
  protected program: Program | null = null;
  protected rng: Xorshift;
  private readonly ownsClock: boolean;
  /** When the running slice is over, in host time. */
  protected sliceEnd = 0;
  private switches = 0;
  private readonly slice: number;
  private readonly options: SchedulerOptions;
  private scheduled = false;
  private every = 16;
  private mainExited = false;
  /** A macrotask is armed that will look whether anything can still happen. */
  private judging = false;
  private watch: (() => void) | null = null;
  private sites: number;
  private nextId = 1;
  private readonly counts = new Map<string, number>();
  private reasonA = "";
  private countA = 0;
  private reasonB = "";
  private countB = 0;

  constructor(
    options: SchedulerOptions,
    clock: Clock | null,
    gate: AsyncGate | null,
    ownsClock: boolean,
    seed?: number,
  ) {
    this.ownsClock = ownsClock && options.clock === undefined;
    this.options = options;
    this.slice = checkSlice(options.slice ?? 4);
    this.tracer = options.tracer ?? null;
    this.gate = gate ?? new AsyncGate();
    this.rng = new Xorshift(seed ?? seedFromHost());
    const c = clock ?? options.clock ?? new RealClock(1);
    this.heap = c instanceof HeapClock ? c : null;
    this.clock = this.heap === null ? new CountingClock(c) : c;
    if (this.heap instanceof RealClock) this.heap.onWake = this.pump;
    if (this.heap instanceof VirtualClock)
      this.heap.onChange = () => {
        if (!this.pumping && !this.scheduled) this.idle();
      };
    const sites = options.sites ?? "auto";
    this.sites = sites === true ? Infinity : sites === false ? 0 : SITES_MAX;
  }

  /** A goroutine became runnable: it was started, or woken by a running one or a timer. */
  protected abstract put(g: G): void;
  /** A goroutine was woken from outside: by a promise, an async function, an event. */
  protected abstract putOutside(g: G): void;
  /** The running goroutine gave way. */
  protected abstract putYield(g: G): void;
  /** The next goroutine to run, or null. */
  protected abstract pick(): G | null;
  /** The runnable goroutines, for checks. */
  abstract queued(): G[];
  /** Forgets every runnable goroutine. */
  protected abstract clearQueues(): void;
  /** Locks a goroutine to the P that runs it, where there are Ps. */
  lock(_g: G, _on: boolean): void {}
  /** Whether the running goroutine should give way at a checkpoint. */
  due(): boolean {
    return hostNow() >= this.sliceEnd;
  }
  /** Called at each look at the clock while running. */
  protected tick(_now: number): void {}
  abstract readonly procs: number;
  protected get steals(): number {
    return 0;
  }

  random(n: number): number {
    return this.rng.below(n);
  }

  numGoroutine(): number {
    return this.live;
  }

  external(delta: number): void {
    this.externals += delta;
  }

  signals(delta: number): void {
    this.signalled += delta;
  }

  go<A extends unknown[], R>(fn: GoFunc<A, R>, ...args: A): Goroutine<R> {
    return this.spawn(fn, args) as G<R>;
  }

  private spawn(fn: GoFunc<any, any>, args: unknown[]): G {
    if (typeof fn !== "function") throw fn == null ? nilGoFunc() : notAFunction(fn);
    const isGenerator = Object.getPrototypeOf(fn) === GeneratorFunction;
    const g = isGenerator
      ? new G(this, this.nextId++, fn as never, fn(...args) as never, undefined)
      : new G(this, this.nextId++, fn as never, null, args);
    const head = this.all;
    g.allNext = head;
    if (head !== null) head.allPrev = g;
    this.all = g;
    this.live++;
    this.created++;
    if (this.sites > 0) {
      this.sites--;
      const extra = g.more();
      extra.site = captureSite();
      extra.creator = ambient.sched === this && ambient.g !== null ? ambient.g.id : 0;
    }
    const capture = this.options.context;
    if (capture !== undefined) g.more().enter = capture();
    if (this.tracer !== null) this.tracer.create(this.clock.now(), g, ambient.g);
    g.state = RUNNABLE;
    this.put(g);
    if (!this.pumping && !this.scheduled) this.schedule();
    return g;
  }

  /** The op a goroutine is parked on completed. Does nothing for one that is not parked. */
  ready(g: G): void {
    if (g.state !== WAITING) return;
    g.state = RUNNABLE;
    if (this.tracer !== null) this.tracer.unblock(this.clock.now(), g, ambient.g, g.op);
    g.op = null;
    if (this.pumping) {
      this.put(g);
      return;
    }
    this.putOutside(g);
    if (!this.scheduled) this.schedule();
  }

  private schedule(): void {
    this.scheduled = true;
    if (turnSpent()) macrotask(this.pump);
    else microtask(this.pump);
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

  /** Whether nothing but a timer can make anything run: known without waiting while only generators run. */
  private isSettled(): boolean {
    const outside = this.externals + this.signalled + this.asyncs;
    return outside === 0 && this.gate.parked === 0;
  }

  private wakeSettled(): void {
    // Those that wait now; one that waits again meanwhile gets its own turn.
    for (let n = this.settled.length; n > 0; n--) this.settled.shift()!.complete(undefined);
  }

  private step(g: G): void {
    ambient.g = g;
    g.state = RUNNING;
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
    if (reason === this.reasonA) this.countA++;
    else if (reason === this.reasonB) this.countB++;
    else this.countBlock(reason);
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

  private countBlock(reason: string): void {
    this.counts.set(this.reasonB, (this.counts.get(this.reasonB) ?? 0) + this.countB);
    this.reasonB = this.reasonA;
    this.countB = this.countA;
    this.reasonA = reason;
    this.countA = 1;
  }

  /** First step of a goroutine that is no generator function: calls it. */
  private startTask(g: G): void {
    const args = g.value as unknown[];
    g.value = undefined;
    let result: any;
    try {
      result = g.fn(...args);
    } catch (error) {
      this.panicked(g, error);
      return;
    }
    if (typeof result === "object" && result !== null) {
      if (
        typeof result.next === "function" &&
        typeof result.throw === "function" &&
        !isOp(result)
      ) {
        g.gen = result;
        this.step(g);
        return;
      }
      if (typeof result.then === "function") {
        g.state = WAITING;
        this.asyncs++;
        if (this.tracer !== null) this.tracer.block(this.clock.now(), g, "await", null);
        (result as PromiseLike<unknown>).then(
          (value) => {
            this.asyncs--;
            this.finished(g, value, RETURNED);
            this.moved();
          },
          (error: unknown) => {
            this.asyncs--;
            this.panicked(g, error);
            this.moved();
          },
        );
        return;
      }
    }
    this.finished(g, result, RETURNED);
  }

  /** Something changed outside the pump: look again whether anything can run. */
  private moved(): void {
    this.gate.moved++;
    if (!this.pumping && !this.scheduled) this.idle();
  }

  private unlink(g: G): void {
    const { allPrev, allNext } = g;
    if (allPrev === null) this.all = allNext;
    else allPrev.allNext = allNext;
    if (allNext !== null) allNext.allPrev = allPrev;
    g.allPrev = null;
    g.allNext = null;
    this.live--;
  }

  private finished(g: G, value: unknown, how: number): void {
    if (g.state === DEAD) return;
    g.state = DEAD;
    g.end = how;
    g.value = value;
    g.gen = null;
    this.unlink(g);
    const extra = g.extra;
    if (extra !== null && extra.joiners !== null) {
      let op;
      while ((op = extra.joiners.shift()) !== null) op.complete(value);
    }
    if (this.tracer !== null)
      this.tracer.end(this.clock.now(), g, how === EXITED ? "goexit" : "return");
    const program = this.program;
    if (program !== null && program.main === g) {
      if (how === EXITED) this.mainExited = true;
      else this.endProgram(() => program.resolve(value));
    }
  }

  /** A throw reached the end of the goroutine. */
  private panicked(g: G, error: unknown): void {
    if (g.state === DEAD) return;
    if (isGoexit(error)) {
      this.finished(g, undefined, EXITED);
      return;
    }
    error = stackOverflow(error) ?? error;
    g.state = DEAD;
    g.end = PANICKED;
    g.value = error;
    g.gen = null;
    this.unlink(g);
    if (this.tracer !== null) this.tracer.end(this.clock.now(), g, "panic");
    const joiners = g.extra?.joiners ?? null;
    if (joiners !== null && joiners.length > 0) {
      let op;
      while ((op = joiners.shift()) !== null) op.fail(error);
      if (this.program?.main !== g) return;
    }
    this.unhandled(g, error);
  }

  /** A panic that nobody took: Go ends the program. */
  private unhandled(g: G, error: unknown): void {
    // Our own errors carry Go's report; a foreign one keeps the stack it has.
    if (isPanicError(error)) error.stack = panicDump(error, g);
    const hook = this.options.onPanic;
    const program = this.program;
    if (hook !== undefined && program?.main !== g) {
      try {
        hook(error, g);
        return;
      } catch (thrown) {
        error = thrown;
      }
    }
    if (program !== null) this.endProgram(() => program.reject(error));
    else reportUncaught(error);
  }

  run<A extends unknown[], R>(main: GoFunc<A, R>, ...args: A): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      if (this.program !== null)
        throw new Error("gort: run: this scheduler is already running a program");
      this.mainExited = false;
      const g = this.spawn(main, args) as G<R>;
      this.program = { main: g, resolve, reject };
    });
  }

  private endProgram(settle: () => void): void {
    this.program = null;
    this.mainExited = false;
    this.unwatch();
    this.dropAll();
    settle();
  }

  /** Ends every goroutine where it stands, as the end of a process does: no deferred call runs. */
  protected dropAll(): void {
    this.clearQueues();
    // All are dead before the first leaves its queue: leaving may let others in, who must not become runnable.
    for (let g = this.all; g !== null; g = g.allNext) g.state = DEAD;
    const joined: G[] = [];
    for (let g = this.all; g !== null;) {
      const next: G | null = g.allNext;
      const op = g.op;
      g.op = null;
      g.state = DEAD;
      g.end = EXITED;
      g.gen = null;
      g.allNext = null;
      g.allPrev = null;
      if (op !== null && op.state === PARKED) {
        op.state = USED;
        op.waiter = null;
        op.unpark();
      }
      if (g.extra !== null && g.extra.joiners !== null) joined.push(g);
      g = next;
    }
    this.all = null;
    this.live = 0;
    if (this.ownsClock) this.heap?.clear();
    // Whoever joins from outside must not wait for ever.
    for (const g of joined)
      for (let op; (op = g.extra!.joiners!.shift()) !== null;) op.fail(programEnded(g.id));
  }

  // Nothing is runnable.

  private idle(): void {
    if (this.program === null && !(this.heap?.virtual === true && this.heap.size > 0)) return;
    if (this.pendingTimers() > 0 && this.heap?.virtual !== true) return;
    // Quiet for one turn of the host: then time may jump, or the verdict is due.
    if (this.judging) return;
    this.judging = true;
    const moved = this.gate.moved;
    const { created, switches } = this;
    macrotask(() => {
      this.judging = false;
      if (this.pumping || this.scheduled) return;
      if (moved !== this.gate.moved || created !== this.created || switches !== this.switches) {
        this.idle();
        return;
      }
      this.quiet();
    });
  }

  private pendingTimers(): number {
    return this.heap !== null ? this.heap.size : (this.clock as CountingClock).size;
  }

  /** Nothing moved for a whole turn of the host. */
  private quiet(): void {
    if (this.settled.length > 0 && this.externals === 0) {
      this.wakeSettled();
      if (!this.scheduled) this.idle();
      return;
    }
    const heap = this.heap;
    if (heap !== null && heap.virtual && heap.size > 0 && this.externals === 0) {
      (heap as VirtualClock).advance(heap.earliest());
      heap.runDue(heap.now());
      if (!this.scheduled) this.idle();
      return;
    }
    if (this.program === null || this.pendingTimers() > 0) return;
    const late = this.options.deadlock === "exit";
    if (!late && this.isSettled()) {
      this.deadlock();
      return;
    }
    // Something outside may still wake a goroutine; when the event loop runs empty, nothing can.
    this.watch ??= onLoopEmpty(() => {
      if (this.program === null || this.pumping || this.scheduled || this.pendingTimers() > 0)
        return;
      this.deadlock();
    });
  }

  private unwatch(): void {
    this.watch?.();
    this.watch = null;
  }

  private deadlock(): void {
    const program = this.program!;
    if (this.options.deadlock === "off") return;
    const error = deadlockError(this, this.mainExited && this.live === 0);
    this.endProgram(() => program.reject(error));
  }

  stats(): SchedStats {
    const blocks: Record<string, number> = {};
    const add = (reason: string, n: number): void => {
      if (n > 0) blocks[reason] = (blocks[reason] ?? 0) + n;
    };
    for (const [reason, n] of this.counts) add(reason, n);
    add(this.reasonA, this.countA);
    add(this.reasonB, this.countB);
    return {
      goroutinesCreated: this.created,
      goroutinesLive: this.live,
      contextSwitches: this.switches,
      steals: this.steals,
      timers: this.pendingTimers(),
      blocks,
      procs: this.procs,
    };
  }

  /** Every goroutine that is not dead, by id: what dumps are made of. O(n log n). */
  goroutines(): GoroutineInfo[] {
    const list: GoroutineInfo[] = [];
    for (let g = this.all; g !== null; g = g.allNext) list.push(goroutineInfo(g));
    return list.sort((a, b) => a.id - b.id);
  }

  /** Pending timers of each P, for dumps. */
  timerCounts(): number[] {
    return this.heap === null ? [] : this.heap.heaps.map((heap) => heap.size);
  }

  /** Whether a goroutine of this scheduler has not ended. */
  protected isAlive(g: G): boolean {
    return g.end === ALIVE && g.state !== DEAD;
  }
}
