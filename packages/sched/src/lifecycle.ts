/**
 * Lifecycle: goroutines from `go` to their end, the first layer of every scheduler of ours (then `program.ts`, then
 * `core.ts`).
 *
 * Invariants
 *  1. Every goroutine that is not dead is in the list `all`, and `live` counts them.
 *  2. `ready` makes a goroutine runnable only if it is WAITING, so once per wait.
 *  3. A goroutine ends once: joiners get its result or its panic; a panic nobody takes goes to `unhandled`.
 *
 * Why three classes in a row and not three objects: a step touches fields of all of them, and one object keeps
 * that a load each.
 */
import { ambient } from "./ambient.ts";
import type { Clock, GoFunc, Goroutine, SchedStats, SchedulerOptions, Tracer } from "./api.ts";
import { AsyncGate } from "./async-waiter.ts";
import { CountingClock, HeapClock } from "./clock.ts";
import type { Core } from "./core.ts";
import { goroutineInfo, type GoroutineInfo } from "./deadlock.ts";
import { nilGoFunc, notAFunction } from "./errors.ts";
import { DEAD, EXITED, G, PANICKED, RETURNED, RUNNABLE, WAITING } from "./g.ts";
import { isOp } from "./op.ts";
import { isGoexit } from "./panic.ts";
import { stackOverflow } from "./panic-text.ts";
import { captureSite } from "./site.ts";

/** How many goroutines have their creation site captured unless told otherwise: it costs a microsecond each. */
const SITES_MAX = 1000;

const GeneratorFunction = Object.getPrototypeOf(function* () {}) as object;

export abstract class Lifecycle {
  readonly gate: AsyncGate;
  readonly clock: Clock;
  readonly tracer: Tracer | null;
  /** Our own clock, which the pump polls; null if the user brought one. */
  protected readonly heap: HeapClock | null;
  protected readonly options: SchedulerOptions;
  /** Head of the list of goroutines that are not dead, the newest first. */
  all: G | null = null;
  live = 0;
  created = 0;
  /** Goroutines that run an async function and have not ended. */
  asyncs = 0;
  pumping = false;
  /** A pump is on its way. */
  protected scheduled = false;
  protected switches = 0;
  private sites: number;
  private nextId = 1;
  /** Parks by reason: the two latest reasons in fields, the others in the map. */
  private readonly counts = new Map<string, number>();
  private reasonA = "";
  private countA = 0;
  private reasonB = "";
  private countB = 0;

  constructor(options: SchedulerOptions, clock: Clock, gate: AsyncGate | null) {
    this.options = options;
    this.tracer = options.tracer ?? null;
    this.gate = gate ?? new AsyncGate();
    this.heap = clock instanceof HeapClock ? clock : null;
    this.clock = this.heap === null ? new CountingClock(clock) : clock;
    const sites = options.sites ?? "auto";
    this.sites = sites === true ? Infinity : sites === false ? 0 : SITES_MAX;
  }

  /** A goroutine became runnable: it was started, or woken by a running one or a timer. */
  protected abstract put(g: G): void;
  /** A goroutine was woken from outside: by a promise, an async function, an event. */
  protected abstract putOutside(g: G): void;
  /** Has the pump called soon. */
  protected abstract schedule(): void;
  /** Steps a goroutine that turned out to have a generator. */
  protected abstract step(g: G): void;
  /** A goroutine ended without a panic. */
  protected abstract ended(g: G, value: unknown, how: number): void;
  /** A goroutine panicked and nobody took it. */
  protected abstract unhandled(g: G, error: unknown): void;
  /** Whether `g` is the main goroutine of a program. */
  protected abstract isMain(g: G): boolean;
  /** Something changed outside the pump: look again whether anything can run. */
  protected abstract moved(): void;
  abstract readonly procs: number;
  protected get steals(): number {
    return 0;
  }

  numGoroutine(): number {
    return this.live;
  }

  go<A extends unknown[], R>(fn: GoFunc<A, R>, ...args: A): Goroutine<R> {
    return this.spawn(fn, args, this.go) as G<R>;
  }

  protected spawn(fn: GoFunc<any, any>, args: unknown[], entry: unknown): G {
    if (typeof fn !== "function") throw fn == null ? nilGoFunc() : notAFunction(fn);
    const core = this as unknown as Core;
    const isGenerator = Object.getPrototypeOf(fn) === GeneratorFunction;
    const g = isGenerator
      ? new G(core, this.nextId++, fn as never, fn(...args) as never, undefined)
      : new G(core, this.nextId++, fn as never, null, args);
    const head = this.all;
    g.allNext = head;
    if (head !== null) head.allPrev = g;
    this.all = g;
    this.live++;
    this.created++;
    if (this.sites > 0) {
      this.sites--;
      const extra = g.more();
      extra.site = captureSite(entry);
      extra.creator = (ambient.sched as unknown) === this && ambient.g !== null ? ambient.g.id : 0;
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
    if (this.pumping) {
      this.put(g);
      return;
    }
    this.putOutside(g);
    if (!this.scheduled) this.schedule();
  }

  /** First step of a goroutine that is no generator function: calls it. */
  protected startTask(g: G): void {
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

  private unlink(g: G): void {
    const { allPrev, allNext } = g;
    if (allPrev === null) this.all = allNext;
    else allPrev.allNext = allNext;
    if (allNext !== null) allNext.allPrev = allPrev;
    g.allPrev = null;
    g.allNext = null;
    this.live--;
  }

  protected finished(g: G, value: unknown, how: number): void {
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
    this.ended(g, value, how);
  }

  /** A throw reached the end of the goroutine. */
  protected panicked(g: G, error: unknown): void {
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
      if (!this.isMain(g)) return;
    }
    this.unhandled(g, error);
  }

  /** Counts a park by its reason. */
  protected countPark(reason: string): void {
    if (reason === this.reasonA) this.countA++;
    else if (reason === this.reasonB) this.countB++;
    else this.countBlock(reason);
  }

  private countBlock(reason: string): void {
    this.counts.set(this.reasonB, (this.counts.get(this.reasonB) ?? 0) + this.countB);
    this.reasonB = this.reasonA;
    this.countB = this.countA;
    this.reasonA = reason;
    this.countA = 1;
  }

  protected pendingTimers(): number {
    return this.heap !== null ? this.heap.size : (this.clock as CountingClock).size;
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
}
