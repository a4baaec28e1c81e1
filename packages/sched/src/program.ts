/**
 * Programs: `run`, and how a program ends; what happens when nothing is runnable. The third layer of every scheduler
 * of ours.
 *
 * Invariants
 *  1. A program ends once: by main's return (see `main-end.ts`), by a panic nobody took, or by a fatal error. Then every other
 *     goroutine is dead, off every wait queue, and no timer of the scheduler is left but those that are to outlive it. An async
 *     goroutine is dead too (joins fail, its result is dropped), but JavaScript cannot end its function, which runs on, and what that
 *     awaits stays queued: nothing of it is counted in the scheduler's next program.
 *  2. A deadlock is reported only when nothing can ever run again: at once if only generator goroutines are
 *     involved, else when the host's event loop has run empty. While something else may wake a goroutine, such as another
 *     program or a timer outside of programs, it is not reported at once either: see `postpone.ts`.
 *  3. When the event loop has run empty, programs that wait for nothing outside are judged first: others may wait for what becomes
 *     of them.
 *
 * Why a verdict of deadlock waits for one macrotask: code outside the scheduler, such as the caller of `run`, may
 * be about to send what main waits for.
 */
import { isDue } from "./alarm.ts";
import { ambient } from "./ambient.ts";
import type { Clock, GoFunc, SchedStats, Scheduler, SchedulerOptions, Tracer } from "./api.ts";
import { AsyncGate } from "./async-waiter.ts";
import { HeapClock, type VirtualClock } from "./clock.ts";
import { CountingClock } from "./counting-clock.ts";
import { deadlockError, type GoroutineInfo, goroutineInfo } from "./deadlock.ts";
import { checkClock, checkContext, checkGoFunc, programEnded } from "./errors.ts";
import { DEAD, EXITED, KILLED } from "./g-state.ts";
import type { EndHook, G } from "./g.ts";
import { macrotask, microtask, onLoopEmpty, reportUncaught } from "./host.ts";
import { Lifecycle } from "./lifecycle.ts";
import { afterLastTurn, afterMain, isLeaving, panicking, type Program } from "./main-end.ts";
import type { OpRecord } from "./op.ts";
import { checkReports, sitesOf } from "./options.ts";
import { awaitsLasting, Hope, notAgain, pendingOutside } from "./postpone.ts";
import { captureSite } from "./site.ts";
import { Tally } from "./tally.ts";
import { guarded } from "./trace/guarded.ts";
import { WaitQueue } from "./wait-queue.ts";

export abstract class Programs extends Lifecycle {
  /** Async functions that wait here; with the scheduler's own, of one program. */
  gate: AsyncGate;
  readonly clock: Clock;
  /** Our own clock, which the pump polls; null if the user brought one. */
  protected readonly heap: HeapClock | null;
  protected readonly options: SchedulerOptions;
  /** Whether this is the scheduler of a bubble. */
  isBubble = false;
  /** Of a bubble: who was the default scheduler before it. */
  beneath: Scheduler | null = null;
  /** Ops that complete when nothing can run before time moves on: see `testing/bubble.ts`. */
  readonly settled: WaitQueue<OpRecord<void>> = new WaitQueue();
  /** Called when nothing moved for a turn of the host and something outside may still go on: see `testing/patience.ts`. */
  onStill: ((durable: boolean) => void) | null = null;
  /** Waits that something outside can end. */
  tally = new Tally(() => this.counted());
  /** Whether a goroutine of this scheduler may yet wake one of another. */
  private readonly hope = new Hope();
  protected program: Program | null = null;
  private readonly ownsClock: boolean;
  private readonly ownsGate: boolean;
  private mainExited = false;
  /** A program that main has just ended: one of its async functions may have thrown, or what one has started since. */
  private closing: Program | null = null;
  protected jumped = false; // virtual time, outside the pump
  /** A macrotask is armed that will look whether anything can still happen. */
  private judging = false;
  private watch: (() => void) | null = null;
  private heard = 0; // verdicts on any program, when this one last looked

  constructor(options: SchedulerOptions, clock: Clock, gate: AsyncGate | null, ownsClock: boolean) {
    const { tracer = null } = options;
    super(tracer === null ? null : guarded(tracer), checkContext(options.context));
    checkReports(options);
    this.options = options;
    this.gate = gate ?? new AsyncGate();
    this.ownsGate = gate === null;
    this.heap = clock instanceof HeapClock && options.clock === undefined ? clock : null;
    if (this.heap === null) checkClock("scheduler", "clock", clock);
    this.clock = this.heap === null ? new CountingClock(clock) : clock;
    this.sites = sitesOf(options);
    (this.clock as HeapClock | CountingClock).onSpent = this.look;
    this.ownsClock = ownsClock;
  }

  abstract readonly procs: number;
  protected get steals(): number {
    return 0;
  }
  /** Forgets every runnable goroutine. */
  protected abstract clearQueues(): void;

  protected override remember(g: G, entry: unknown): void {
    const extra = g.more();
    extra.site = captureSite(entry);
    extra.creator =
      (ambient.sched as unknown) === this && ambient.slot.g !== null ? ambient.slot.g.id : 0;
  }

  protected pendingTimers(): number {
    return this.heap !== null ? this.heap.size : (this.clock as CountingClock).size;
  }

  /** Whether a timer is pending that will ever fire: one at Infinity will not. */
  private timersAhead(): boolean {
    if (this.heap !== null) return this.heap.earliest() < Infinity;
    return (this.clock as CountingClock).ahead > 0;
  }

  /** Pending timers of each P, for dumps. */
  timerCounts(): number[] {
    return this.heap === null ? [] : this.heap.heaps.map((heap) => heap.size);
  }

  goroutines(): GoroutineInfo[] {
    return this.everyone().map((g) => goroutineInfo(g, this.isBubble));
  }

  stats(): SchedStats {
    return {
      goroutinesCreated: this.created,
      goroutinesLive: this.live,
      contextSwitches: this.switches,
      steals: this.steals,
      timers: this.pendingTimers(),
      blocks: this.blocks(),
      procs: this.procs,
    };
  }

  outside(delta: 1 | -1, holdsTime: boolean): void {
    this.tally.outside(delta, holdsTime);
  }

  private counted(): void {
    // Nobody may wake for it: what was counted need not have been a goroutine's.
    if (this.tally.sum === 0) this.look();
    else this.hopes(true);
  }

  /** Says whether goroutines of other schedulers may yet be woken from here. A bubble's own are all that can be. */
  protected hopes(on: boolean): void {
    if (!this.isBubble) this.hope.set(on);
  }

  run<A extends unknown[], R>(main: GoFunc<A, R>, ...args: A): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      checkGoFunc("run", main, "main");
      if (this.program !== null || this.closing !== null)
        throw new Error("gort: run: this scheduler is already running a program");
      const g = this.spawn(main, args, this.run, undefined) as G<R>;
      this.program = { main: g, first: g.id, resolve, reject, over: false };
    });
  }

  protected ended(g: G, value: unknown, how: number): void {
    const program = this.program;
    if (program !== null && program.main === g) this.endedMain(program, value, how);
  }

  private endedMain(program: Program, value: unknown, how: number): void {
    // A panic came first: there is no result.
    this.judge();
    if (this.program !== program) return;
    if (how === EXITED) {
      this.mainExited = true;
      return;
    }
    const again = program.main.id !== program.first;
    const late = again || this.live === 0 ? [] : panicking(this.all, this.queued());
    if (late.length > 0) program.main = this.spawn(afterMain, [late, value], this.run, undefined);
    else if (this.asyncs === 0) this.endProgram(() => program.resolve(value));
    else
      this.endProgram(() => {
        this.closing = program;
        afterLastTurn(() => {
          if (this.closing === program) this.closing = null;
          program.resolve(value); // of no avail if it was rejected
        });
      });
  }

  protected override threwLate(g: G, error: unknown): void {
    if (this.closing !== null && g.id >= this.closing.first) this.unhandled(g, error);
  }

  protected isMain(g: G): boolean {
    return this.program?.main === g;
  }

  protected mayBeJoined(): boolean {
    return this.program === null || !this.isSettled();
  }

  protected unhandled(g: G, error: unknown): void {
    const { closing } = this;
    if (closing !== null && isLeaving(error)) return;
    this.reported(g, error);
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
    if (closing !== null) {
      this.closing = null;
      closing.reject(error);
    } else if (program !== null) this.endProgram(() => program.reject(error));
    else reportUncaught(error);
  }

  protected override broke(error: unknown): void {
    const { program } = this;
    if (program === null) super.broke(error);
    else this.endProgram(() => program.reject(error));
  }

  protected moved(): void {
    this.gate.moved++;
    this.look();
  }

  /** Ends the program; `stuck` if nothing of it can ever run again, not even what outlasts it. */
  private endProgram(settle: () => void, stuck = false): void {
    this.program!.over = true;
    this.program = null;
    this.mainExited = false;
    this.unwatch();
    this.dropAll(stuck);
    this.tally = new Tally(() => this.counted());
    if (this.ownsGate) this.gate = new AsyncGate();
    settle();
    this.look();
  }

  /** Ends every goroutine where it stands, as the end of a process does: no deferred call runs. */
  protected dropAll(stuck: boolean): void {
    const all = this.everyone();
    this.clearQueues();
    const panicked = this.forget();
    // All are dead before the first leaves its queue: leaving may let others in, who must not become runnable.
    for (const g of all) g.state = DEAD;
    if (this.tracer !== null) this.traceKilled(this.tracer, all);
    // What leaving its queue starts, a goroutine or a timer, is not of this program any more.
    this.all = null;
    this.live = 0;
    this.asyncs = 0;
    if (this.heap === null) (this.clock as CountingClock).clear();
    else if (this.ownsClock) this.heap.clear();
    const joined: G[] = [];
    const told: [G, EndHook][] = [];
    for (const g of all) {
      const op = g.op;
      const hook = this.hookOfKilled(g);
      if (hook !== null) told.push([g, hook]);
      g.op = null;
      g.end = KILLED;
      g.value = undefined;
      g.gen = null;
      g.allNext = undefined;
      g.allPrev = null;
      if (hook === null && !stuck && !this.isBubble) this.runsOn(g);
      if (op !== null) this.giveUp(op);
      if (g.extra !== null && g.extra.joiners !== null) joined.push(g);
    }
    // Whoever joins from outside must not wait for ever.
    for (const g of joined)
      for (let op; (op = g.extra!.joiners!.shift()) !== null;) op.fail(programEnded(g.id));
    for (const [g, hook] of told) this.tellHook(g, hook, true);
    for (const g of panicked) this.tellEnd(g);
  }

  private traceKilled(tracer: Tracer, all: readonly G[]): void {
    let at = this.seconds * 1000;
    try {
      at = this.clock.now();
    } catch {
      // A clock that throws may be what ended the program.
    }
    for (const g of all) tracer.end(at, g, "killed");
  }

  /** Whether nothing but a timer can make anything run: known without waiting while only generators run. */
  protected isSettled(): boolean {
    return this.tally.sum + this.asyncs === 0 && this.gate.parked === 0;
  }

  wakeSettled(): void {
    // Those that wait now; one that waits again meanwhile gets its own turn.
    for (let n = this.settled.length; n > 0; n--) this.settled.shift()!.complete(undefined);
  }

  protected idle(): void {
    const virtual = this.heap?.virtual === true;
    const ahead = this.timersAhead();
    this.hopes(ahead || this.tally.sum + this.asyncs > 0);
    if (this.program === null && !virtual) return;
    if (virtual ? this.program === null && !ahead : ahead) return;
    // Quiet for one turn of the host: then time may jump, or the verdict is due.
    if (this.judging) return;
    this.judging = true;
    const moved = this.gate.moved;
    const { switches } = this;
    macrotask(() => {
      this.judging = false;
      if (this.pumping || this.scheduled) return;
      if (moved !== this.gate.moved || switches !== this.switches) {
        this.idle();
        return;
      }
      this.quiet();
    });
  }

  /** Nothing moved for a whole turn of the host. */
  protected quiet(): void {
    const durable = this.tally.externals === 0 && (!this.isBubble || this.gate.isDurable());
    if (durable && this.moveOn()) return;
    // A goroutine that is woken from outside has the pump called; an async function has nobody called but this.
    if (!durable && this.heap?.virtual === true) this.gate.onMove = () => this.moved();
    const ahead = this.timersAhead();
    if (this.program === null || (ahead && this.heap?.virtual !== true)) return;
    const { deadlock = "report" } = this.options;
    const certain = deadlock === "report" && this.isSettled();
    // A bubble knows what it waits for outside; others look again when what is pending there is gone.
    if (certain && (this.isBubble || !pendingOutside(this.look, this.clock))) {
      this.deadlock();
      return;
    }
    this.onStill?.(durable);
    // When the event loop runs empty, nothing outside can wake a goroutine either.
    this.watch ??= onLoopEmpty(() => this.emptied());
  }

  /** The event loop has run empty. */
  private emptied(): void {
    if (this.isStirring() || this.moveOn() || this.timersAhead()) return;
    if (this.options.deadlock === "off" || awaitsLasting()) return;
    if (this.isSettled()) {
      this.deadlock();
      return;
    }
    // What this one waits for may have come of a verdict on another one: then the loop has to run empty once more.
    microtask(() => {
      if (this.isStirring()) return;
      const verdicts = ambient.verdicts ?? 0;
      if (verdicts === this.heard) this.deadlock();
      else {
        this.heard = verdicts;
        macrotask(() => {});
      }
    });
  }

  /** Something changed outside the pump, which does not look by itself. */
  protected readonly look = (): void => {
    if (!this.pumping && !this.scheduled) this.idle();
  };

  /** Whether there is no program, or one that runs. */
  isStirring(): boolean {
    return this.program === null || this.pumping || this.scheduled;
  }

  /** Nothing else can happen now: those that wait for quiet have it, or virtual time jumps to the next timer. False if there is neither. */
  private moveOn(): boolean {
    const clock = this.heap;
    if (this.settled.length > 0 && !isDue(clock)) this.wakeSettled();
    else if (clock !== null && clock.virtual && this.timersAhead()) {
      (clock as VirtualClock).advance(clock.earliest());
      this.jumped = true; // the pump fires what is due, since it does that inside of the scheduler
      this.schedule();
    } else return false;
    if (!this.scheduled) this.idle();
    return true;
  }

  private unwatch(): void {
    this.watch?.();
    this.watch = null;
    notAgain(this.look);
  }

  /** Ends the program, in which nothing can ever run again. */
  deadlock(): void {
    const program = this.program!;
    ambient.verdicts = (ambient.verdicts ?? 0) + 1;
    let error: unknown;
    try {
      error = deadlockError(this, this.mainExited && this.live === 0);
    } catch (thrown) {
      error = thrown; // by the clock, or by an op that should say what it waits for
    }
    this.endProgram(() => program.reject(error), true);
  }
}
