/**
 * Lifecycle: goroutines from `go` on, step by step; on top of their ends (`ends.ts`) the second layer of every scheduler of ours
 * (then come `program.ts` and `core.ts`), and the last one of the small one in `launch.ts`.
 *
 * Invariants
 *  1. `ready` makes a goroutine runnable only if it is WAITING, so once per wait.
 *  2. An async or plain function that is started outside generator goroutines runs in the async context
 *     (`AsyncLocalStorage`) of its `go`, and lets the host have its turn first when that is due.
 *  3. Goroutines are stepped only in `inside`, which puts the ambient slot back whatever happens. What throws there besides a
 *     goroutine (a clock, an op of somebody else's) ends the program, or is the host's uncaught exception.
 *
 * Why what is rare stands in methods of its own: V8 inlines by the length of the bytecode, 460 bytes a function and 920
 * altogether. Kept short, a start, a step and an end are inlined whole into what runs them, which makes each a twentieth cheaper.
 * Why classes in a row and not several objects: a step touches fields of all of them, and one object keeps
 * that a load each. Nothing here names clocks, dumps or reports, so that what only starts a function stays small.
 */
import { ambient } from "./ambient.ts";
import type { GoFunc, Goroutine, Scheduler, Tracer } from "./api.ts";
import { budget, PREEMPT } from "./budget.ts";
import { Carried, Latecomers } from "./carried.ts";
import type { Core } from "./core.ts";
import { Ends } from "./ends.ts";
import { badYield, checkGoFunc } from "./errors.ts";
import { type EndHook, G } from "./g.ts";
import { DEAD, KILLED, RETURNED, RUNNABLE, RUNNING, WAITING } from "./g-state.ts";
import { adapt, GeneratorFunction, isGenerator, resume } from "./generators.ts";
import { COPIES_RESULTS } from "./delegate.ts";
import { type Capture, reportUncaught } from "./host.ts";
import { isOp, isOver, type OpRecord } from "./op.ts";
import { PARKED } from "./op-state.ts";
import { isBlocking, isStepper } from "./stepper.ts";

/** What a function without arguments is called with: no array of its own. */
const NO_ARGS: unknown[] = [];

export abstract class Lifecycle extends Ends {
  pumping = false;
  /** A pump is on its way. */
  protected scheduled = false;
  protected switches = 0;
  /** Whole seconds of the clock at the last look at it. */
  protected seconds = 0;
  /** Ops that may complete at once in a step before the clock is looked at: see `preempt.ts`. */
  protected atOnce = 64;
  /** How many creation sites are still to be captured. */
  protected sites = 0;
  /** Whether anything is to be noted of a goroutine when it is made. */
  private observed = true;
  /** How the context of a `go` is kept, if the user asked for that. */
  readonly capture: Capture | null;
  private lastId = 0;
  private readonly latecomers = new Latecomers();

  constructor(tracer: Tracer | null, capture: Capture | null) {
    super(tracer);
    this.capture = capture;
  }

  /** A goroutine became runnable: it was started, or woken by a running one or a timer. */
  protected abstract put(g: G): void;
  /** A goroutine was woken from outside: by a promise, an async function, an event. */
  protected putOutside(g: G): void {
    this.put(g);
  }
  /** The running goroutine gave way. */
  protected putYield(g: G): void {
    this.put(g);
  }
  /** Has the pump called soon. */
  protected abstract schedule(): void;
  /** Steps goroutines until none is runnable or their time is over; true if there is more to do. */
  protected abstract steps(): boolean;
  /** What the ambient slot names while this steps goroutines. */
  protected abstract get scheduler(): Scheduler | null;
  /** Something changed outside the pump: look again whether anything can run. */
  protected abstract moved(): void;
  /** Remembers where a goroutine was started, by a call of `entry`. */
  protected remember(_g: G, _entry: unknown): void {}
  /** The P that steps now, for tracers and dumps. */
  currentProc(): number {
    return 0;
  }

  numGoroutine(): number {
    return this.live;
  }

  /** Goroutines made so far. */
  get created(): number {
    return this.lastId;
  }

  go<A extends unknown[], R>(fn: GoFunc<A, R>, ...args: A): Goroutine<R> {
    return this.spawn(fn, args, this.go, undefined) as G<R>;
  }

  /** As `go`, and `hook.done()` is called when the goroutine ends, before anybody hears of it: see `launch.ts`. */
  goThen(hook: EndHook, fn: GoFunc<any, any>, args: unknown[]): G {
    return this.spawn(fn, args, this.goThen, hook);
  }

  protected spawn(
    fn: GoFunc<any, any>,
    args: unknown[],
    entry: unknown,
    hook: EndHook | undefined,
  ): G {
    if (typeof fn !== "function") checkGoFunc("go", fn);
    const g =
      fn instanceof GeneratorFunction
        ? this.made(fn, (args.length === 0 ? fn() : fn(...args)) as never, hook)
        : this.task(fn, args, hook);
    if (this.observed) this.observe(g, entry);
    this.live++;
    g.state = RUNNABLE;
    this.put(g);
    // Compared and not merely tested: V8 looks whether what is tested is "", 0 or document.all before it takes it for true.
    if (this.pumping === false && this.scheduled === false) this.schedule();
    return g;
  }

  private made(fn: GoFunc<any, any>, gen: G["gen"], value: unknown): G {
    return new G(this as unknown as Core, ++this.lastId, fn as never, gen, value);
  }

  /** A goroutine for what is no generator function, which its first step calls. */
  private task(fn: GoFunc<any, any>, args: unknown[], hook: EndHook | undefined): G {
    const g = this.made(fn, null, args.length === 0 ? NO_ARGS : args);
    if (hook !== undefined) g.more().hook = hook;
    const by = ambient.slot.g as Partial<G> | null;
    // A timer that fires in the pump has no context of its own.
    if (by === null ? !this.pumping : by.gen === null) {
      g.value = new Carried(g.value as unknown[], () => this.startCarried(g));
    }
    return g;
  }

  /** Notes what somebody wants to know of a goroutine that was just made. */
  private observe(g: G, entry: unknown): void {
    if (this.sites > 0) {
      this.sites--;
      this.remember(g, entry);
    }
    const { capture, tracer } = this;
    if (capture !== null) g.more().enter = capture();
    if (tracer !== null) tracer.create(this.clock.now(), g, this.by());
    this.observed = this.sites > 0 || capture !== null || tracer !== null;
  }

  /** The op a goroutine is parked on completed. Does nothing for one that is not parked. */
  ready(g: G): void {
    if (g.state !== WAITING) return;
    g.state = RUNNABLE;
    if (this.tracer !== null) this.traceReady(this.tracer, g);
    if (this.pumping === true) this.put(g);
    else this.readyOutside(g);
  }

  private traceReady(tracer: Tracer, g: G): void {
    tracer.unblock(this.clock.now(), g, this.by(), g.op);
  }

  /** The goroutine that does something to another one; null if it is none of this scheduler's. */
  private by(): Goroutine | null {
    return this.pumping ? ambient.slot.g : null;
  }

  private readyOutside(g: G): void {
    this.putOutside(g);
    if (!this.scheduled) this.schedule();
  }

  /** Steps goroutines, or begins with `task`, as the one who does so now. True if there is more to do. */
  protected inside(task: G | null): boolean {
    const outerG = ambient.slot.g;
    const outerSched = ambient.sched;
    ambient.slot = { g: outerG };
    ambient.sched = this.scheduler;
    this.pumping = true;
    try {
      if (task === null) return this.steps();
      if (this.tracer !== null) this.tracer.unblock(this.clock.now(), task, null, null);
      this.step(task);
      return true;
    } catch (error) {
      this.broke(error);
      return this.queued().length > 0;
    } finally {
      ambient.slot.g = outerG;
      ambient.sched = outerSched;
      this.pumping = false;
    }
  }

  /** Something threw that was no goroutine. */
  protected broke(error: unknown): void {
    const g = ambient.slot.g as G | null;
    try {
      if (g !== null && g.state === RUNNING) {
        // A function that its context did not let start still has its arguments there.
        if (g.gen === null) g.value = g.extra?.hook ?? undefined;
        this.panicked(g, error);
      } else reportUncaught(error);
    } catch (again) {
      reportUncaught(again);
    }
  }

  protected step(g: G): void {
    ambient.slot.g = g;
    budget.left = this.atOnce;
    g.state = RUNNING;
    g.op = null;
    if (this.tracer !== null) this.traceStart(this.tracer, g);
    if (g.extra !== null && g.extra.enter !== null) {
      g.extra.enter(this.stepBody);
      return;
    }
    const gen = g.gen;
    if (gen === null) {
      this.startTask(g);
      return;
    }
    let r: IteratorResult<OpRecord<any> | undefined, unknown>;
    try {
      r = resume.call(gen);
    } catch (error) {
      this.panicked(g, error);
      return;
    }
    this.stepped(g, r);
  }

  private traceStart(tracer: Tracer, g: G): void {
    tracer.start(this.clock.now(), g, this.currentProc());
  }

  /** The step of the goroutine in the ambient slot, inside its context. */
  private readonly stepBody = (): void => {
    const g = ambient.slot.g as G;
    if (g.gen === null) {
      this.startTask(g);
      return;
    }
    let r: IteratorResult<OpRecord<any> | undefined, unknown>;
    try {
      r = resume.call(g.gen);
    } catch (error) {
      this.panicked(g, error);
      return;
    }
    this.stepped(g, r);
  };

  /** What a step left behind: an end, a parked op, a bare yield. */
  private stepped(g: G, r: IteratorResult<OpRecord<any> | undefined, unknown>): void {
    if (r.done === true) this.finished(g, r.value, RETURNED);
    else if ((r as unknown as OpRecord<any>).state === PARKED)
      this.park(g, r as unknown as OpRecord<any>);
    else this.gaveWay(g, r);
  }

  /** Neither ended nor parked. */
  private gaveWay(g: G, r: IteratorYieldResult<OpRecord<any> | undefined>): void {
    const { value } = r;
    if (COPIES_RESULTS && isOp(value) && (value.state === PARKED || isOver(value))) {
      this.stepped(g, value as unknown as IteratorResult<OpRecord<any> | undefined, unknown>);
      return;
    }
    if (value === undefined || isOver(r as unknown as OpRecord<any>)) {
      // A bare yield, or an op that completed while it parked: the goroutine only gave way.
      g.state = RUNNABLE;
      if (this.tracer !== null)
        this.tracer.stop(this.clock.now(), g, r === PREEMPT ? "preempted" : "gosched");
      this.putYield(g);
      return;
    }
    this.misused(g, value);
  }

  private park(g: G, op: OpRecord<any>): void {
    op.waiter = g;
    g.op = op;
    g.since = this.seconds;
    g.state = WAITING;
    if (g.allNext === undefined) this.list(g);
    const { reason } = op;
    if (reason === this.reasonA) this.countA++;
    else if (reason === this.reasonB) this.countB++;
    else this.countBlock(reason);
    if (this.tracer !== null) this.traceBlock(this.tracer, g, op);
  }

  private traceBlock(tracer: Tracer, g: G, op: OpRecord<any>): void {
    tracer.block(this.clock.now(), g, op.reason, op);
  }

  /** `yield x` with something that is not for the scheduler: throws into the goroutine, where the mistake is. */
  private misused(g: G, what: unknown): void {
    let r: IteratorResult<OpRecord<any> | undefined, unknown>;
    do {
      try {
        r = g.gen!.throw(badYield(what, isOp(what)));
      } catch (error) {
        this.panicked(g, error);
        return;
      }
      what = r.value;
      // Again: no call of this in a call of this.
    } while (r.done !== true && what !== undefined && !isOp(r) && !(COPIES_RESULTS && isOp(what)));
    this.stepped(g, r);
  }

  /** First step of a goroutine that is no generator function: calls it. */
  private startTask(g: G): void {
    const args = g.value as unknown[] | Carried;
    if (args instanceof Carried) {
      g.value = args.args;
      this.parkTask(g);
      args.start();
      return;
    }
    const { fn, extra } = g;
    g.value = extra === null || extra.hook === null ? undefined : extra.hook;
    let result: any;
    let steps: boolean;
    try {
      result = args.length === 0 ? fn() : fn(...args);
      steps = isStepper(result, "go: fn") || isBlocking(result);
    } catch (error) {
      this.panicked(g, error);
      return;
    }
    if (steps) {
      g.gen = isGenerator(result) ? result : adapt(result);
      this.stepBody();
      return;
    }
    if (typeof result === "object" && result !== null && typeof result.then === "function") {
      this.parkTask(g);
      // A thenable of somebody's may throw, or call back twice.
      Promise.resolve(result as PromiseLike<unknown>).then(
        (value) => {
          if (this.settles(g)) this.finished(g, value, RETURNED);
          this.moved();
        },
        (error: unknown) => {
          if (this.settles(g)) this.panicked(g, error);
          else if (g.end === KILLED) this.threwLate(g, error);
          this.moved();
        },
      );
      return;
    }
    this.finished(g, result, RETURNED);
  }

  /** The goroutine waits for what only its async function knows. */
  private parkTask(g: G): void {
    g.state = WAITING;
    if (g.allNext === undefined) this.list(g);
    this.asyncs++;
    if (this.tracer !== null) this.tracer.block(this.clock.now(), g, "await", null);
  }

  /** The job in which a function runs that was started elsewhere. */
  private startCarried(g: G): void {
    this.latecomers.begin(() => this.beginCarried(g));
  }

  private beginCarried(g: G): void {
    if (g.state === DEAD) return;
    this.asyncs--;
    this.switches++;
    this.inside(g);
    if (!this.scheduled) this.schedule();
  }
}
