/**
 * Lifecycle: goroutines from `go` to their end, step by step; the first layer of every scheduler of ours (then
 * `program.ts`, then `core.ts`), and all of the small one in `launch.ts`.
 *
 * Invariants
 *  1. `live` counts the goroutines that are not dead; each is in the list `all`, or queued, or running.
 *  2. `ready` makes a goroutine runnable only if it is WAITING, so once per wait.
 *  3. A goroutine ends once: its hook is told, joiners get its result or its panic; a panic nobody takes goes to
 *     `unhandled`.
 *  4. An async or plain function that is started outside generator goroutines runs in the async context
 *     (`AsyncLocalStorage`) of its `go`.
 *
 * Why three classes in a row and not three objects: a step touches fields of all of them, and one object keeps
 * that a load each. Nothing here names clocks, dumps or reports, so that what only starts a function stays small.
 */
import { ambient } from "./ambient.ts";
import type { Clock, GoFunc, Goroutine, Scheduler, Tracer } from "./api.ts";
import { isGoexit } from "./brands.ts";
import type { Core } from "./core.ts";
import { badYield, nilGoFunc, notAFunction, stackOverflow } from "./errors.ts";
import {
  DEAD,
  type EndHook,
  EXITED,
  G,
  isOver,
  PANICKED,
  PREEMPT,
  RETURNED,
  RUNNABLE,
  RUNNING,
  WAITING,
} from "./g.ts";
import { COPIES_RESULTS } from "./delegate.ts";
import { isOp, type Op, PARKED } from "./op.ts";
import type { WaitReason } from "./wait-reason.ts";

/** What a function without arguments is called with: no array of its own. */
const NO_ARGS: unknown[] = [];

const GeneratorFunction = /* @__PURE__ */ Object.getPrototypeOf(function* () {}) as object;

/**
 * The arguments of a function that waits for its first step and will run in the async context of its `go`. A promise
 * job is what keeps that on every host; `AsyncLocalStorage` itself is Node's.
 */
class Carried {
  readonly args: unknown[];
  start!: () => void;

  constructor(args: unknown[], run: () => void) {
    this.args = args;
    void new Promise<void>((resolve) => (this.start = resolve)).then(run);
  }
}

export abstract class Lifecycle {
  abstract readonly clock: Clock;
  readonly tracer: Tracer | null;
  /** Head of the list of goroutines that are not dead and have waited, the newest first. */
  all: G | null = null;
  live = 0;
  /** Goroutines that run an async function and have not ended. */
  asyncs = 0;
  pumping = false;
  /** A pump is on its way. */
  protected scheduled = false;
  protected switches = 0;
  /** How many creation sites are still to be captured. */
  protected sites = 0;
  private readonly capture: (() => (step: () => void) => void) | undefined;
  private lastId = 0;
  /** Parks by reason: the two latest reasons in fields, the others in the map. */
  protected readonly counts = new Map<string, number>();
  private reasonA = "";
  private countA = 0;
  private reasonB = "";
  private countB = 0;

  constructor(tracer: Tracer | null, capture: (() => (step: () => void) => void) | undefined) {
    this.tracer = tracer;
    this.capture = capture;
  }

  /** A goroutine became runnable: it was started, or woken by a running one or a timer. */
  protected abstract put(g: G): void;
  /** A goroutine was woken from outside: by a promise, an async function, an event. */
  protected abstract putOutside(g: G): void;
  /** The running goroutine gave way. */
  protected abstract putYield(g: G): void;
  /** Has the pump called soon. */
  protected abstract schedule(): void;
  /** What the ambient slot names while this steps goroutines. */
  protected abstract get scheduler(): Scheduler | null;
  /** A goroutine ended without a panic. */
  protected abstract ended(g: G, value: unknown, how: number): void;
  /** A goroutine panicked and nobody took it. */
  protected abstract unhandled(g: G, error: unknown): void;
  /** Whether `g` is the main goroutine of a program. */
  protected abstract isMain(g: G): boolean;
  /** Something changed outside the pump: look again whether anything can run. */
  protected abstract moved(): void;
  /** The runnable goroutines. */
  abstract queued(): G[];
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
    if (typeof fn !== "function") throw fn == null ? nilGoFunc() : notAFunction(fn);
    const core = this as unknown as Core;
    let g: G;
    if (Object.getPrototypeOf(fn) === GeneratorFunction) {
      const gen = args.length === 0 ? fn() : fn(...args);
      g = new G(core, ++this.lastId, fn as never, gen as never, hook);
    } else {
      g = new G(core, ++this.lastId, fn as never, null, args.length === 0 ? NO_ARGS : args);
      if (hook !== undefined) g.more().hook = hook;
      const by = ambient.g as Partial<G> | null;
      // A timer that fires in the pump has no context of its own.
      if (by === null ? !this.pumping : by.gen === null) {
        g.value = new Carried(g.value as unknown[], () => this.startCarried(g));
      }
    }
    this.live++;
    if (this.sites > 0) {
      this.sites--;
      this.remember(g, entry);
    }
    const capture = this.capture;
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
    if (this.pumping) {
      this.put(g);
      return;
    }
    this.putOutside(g);
    if (!this.scheduled) this.schedule();
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
    if (COPIES_RESULTS && isOp(r.value) && (r.value.state === PARKED || isOver(r.value))) {
      this.stepped(g, r.value as unknown as IteratorResult<Op<any> | undefined, unknown>);
      return;
    }
    if (r.value === undefined || isOver(op)) {
      // A bare yield, or an op that completed while it parked: the goroutine only gave way.
      g.state = RUNNABLE;
      if (this.tracer !== null)
        this.tracer.stop(this.clock.now(), g, r === PREEMPT ? "preempted" : "gosched");
      this.putYield(g);
      return;
    }
    this.misused(g, r.value);
  }

  private park(g: G, op: Op<any>, reason: WaitReason): void {
    g.op = op;
    g.state = WAITING;
    if (g.allNext === undefined) this.list(g);
    if (reason === this.reasonA) this.countA++;
    else if (reason === this.reasonB) this.countB++;
    else this.countBlock(reason);
    if (this.tracer !== null) this.tracer.block(this.clock.now(), g, reason, op);
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
    try {
      result = args.length === 0 ? fn() : fn(...args);
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
        this.parkTask(g);
        (result as PromiseLike<unknown>).then(
          (value) => {
            if (g.state !== DEAD) this.asyncs--;
            this.finished(g, value, RETURNED);
            this.moved();
          },
          (error: unknown) => {
            if (g.state !== DEAD) this.asyncs--;
            this.panicked(g, error);
            this.moved();
          },
        );
        return;
      }
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
    if (g.state === DEAD) return;
    this.asyncs--;
    if (this.tracer !== null) this.tracer.unblock(this.clock.now(), g, null, null);
    const { g: outerG, sched: outerSched } = ambient;
    ambient.sched = this.scheduler;
    this.pumping = true;
    this.switches++;
    this.step(g);
    this.pumping = false;
    ambient.g = outerG;
    ambient.sched = outerSched;
    if (!this.scheduled) this.schedule();
  }

  /** Puts a goroutine that begins to wait into the list of those that have waited. */
  private list(g: G): void {
    const head = this.all;
    g.allNext = head;
    if (head !== null) head.allPrev = g;
    this.all = g;
  }

  /** Takes an ended goroutine out of the counts. */
  private leave(g: G): void {
    this.live--;
    const { allPrev, allNext } = g;
    if (allNext === undefined) return;
    if (allPrev === null) this.all = allNext;
    else allPrev.allNext = allNext;
    if (allNext !== null) allNext.allPrev = allPrev;
    g.allPrev = null;
    g.allNext = undefined;
  }

  /** Calls the hook of an ending goroutine; false if it threw, which then is how the goroutine ended. */
  private unhooked(g: G): boolean {
    const hook = g.value as EndHook;
    g.value = undefined;
    try {
      hook.done();
      return true;
    } catch (error) {
      this.panicked(g, error);
      return false;
    }
  }

  private finished(g: G, value: unknown, how: number): void {
    if (g.state === DEAD) return;
    if (g.value !== undefined && !this.unhooked(g)) return;
    g.state = DEAD;
    g.end = how;
    g.value = value;
    g.gen = null;
    this.leave(g);
    const extra = g.extra;
    if (extra !== null && extra.joiners !== null) {
      let op;
      while ((op = extra.joiners.shift()) !== null) op.complete(value);
    }
    if (this.tracer !== null)
      this.tracer.end(this.clock.now(), g, how === EXITED ? "goexit" : "return");
    this.ended(g, value, how);
  }

  /** A throw reached the end of the goroutine. */
  private panicked(g: G, error: unknown): void {
    if (g.state === DEAD) return;
    if (isGoexit(error)) {
      this.finished(g, undefined, EXITED);
      return;
    }
    if (g.value !== undefined && !this.unhooked(g)) return;
    error = stackOverflow(error) ?? error;
    g.state = DEAD;
    g.end = PANICKED;
    g.value = error;
    g.gen = null;
    this.leave(g);
    if (this.tracer !== null) this.tracer.end(this.clock.now(), g, "panic");
    const joiners = g.extra?.joiners ?? null;
    if (joiners !== null && joiners.length > 0) {
      let op;
      while ((op = joiners.shift()) !== null) op.fail(error);
      if (!this.isMain(g)) return;
    }
    this.unhandled(g, error);
  }

  private countBlock(reason: string): void {
    this.counts.set(this.reasonB, (this.counts.get(this.reasonB) ?? 0) + this.countB);
    this.reasonB = this.reasonA;
    this.countB = this.countA;
    this.reasonA = reason;
    this.countA = 1;
  }

  /** Parks by reason so far. */
  protected blocks(): Record<string, number> {
    const blocks: Record<string, number> = {};
    const add = (reason: string, n: number): void => {
      if (n > 0) blocks[reason] = (blocks[reason] ?? 0) + n;
    };
    for (const [reason, n] of this.counts) add(reason, n);
    add(this.reasonA, this.countA);
    add(this.reasonB, this.countB);
    return blocks;
  }

  /** Every goroutine that is not dead, by id. O(n log n). */
  everyone(): G[] {
    const list: G[] = [];
    for (let g: G | null | undefined = this.all; g != null; g = g.allNext) list.push(g);
    for (const g of this.queued()) if (g.allNext === undefined) list.push(g);
    const g = ambient.g;
    if (
      g instanceof G &&
      (g.core as unknown) === this &&
      g.state === RUNNING &&
      g.allNext === undefined
    )
      list.push(g);
    return list.sort((a, b) => a.id - b.id);
  }
}
