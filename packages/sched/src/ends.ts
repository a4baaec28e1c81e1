/**
 * Ends: which goroutines there are, and how one ends; below `lifecycle.ts`.
 *
 * Invariants
 *  1. `live` counts the goroutines that are not dead; each is in the list `all`, or queued, or running.
 *  2. A goroutine ends once: its hook is told, joiners get its result or its panic; a panic nobody takes goes to
 *     `unhandled`, and its hook is told after that: who waits for the goroutine must not get ahead of its panic. The hook of one that
 *     its program ended is told too, last of all; that of an async function, which runs on, when that is over. Until then that
 *     function may wake a goroutine of another program.
 *  3. That verdict waits for a few jobs where async functions may be on their way to join: `await go(fn).join()` joins
 *     after the job in which `fn` starts. A program without them is over at once, as in Go.
 */
import { ambient } from "./ambient.ts";
import type { Clock, Tracer } from "./api.ts";
import { isGoexit, isPanicError } from "./brands.ts";
import { programEnded, stackOverflow } from "./errors.ts";
import { type EndHook, G, type JoinOp } from "./g.ts";
import { DEAD, EXITED, KILLED, PANICKED, RUNNING } from "./g-state.ts";
import { microtask, reportUncaught } from "./host.ts";
import type { OpRecord } from "./op.ts";
import { Pledge } from "./postpone.ts";
import type { WaitQueue } from "./wait-queue.ts";

/** Jobs between a panic and its verdict: `await` asks for the result in the first, wrappers of it a little later. */
const JOBS_TO_JOIN = 4;

export abstract class Ends {
  abstract readonly clock: Clock;
  readonly tracer: Tracer | null;
  /** Head of the list of goroutines that are not dead and have waited, the newest first. */
  all: G | null = null;
  live = 0;
  /** Goroutines that run an async function and have not ended. */
  asyncs = 0;
  /** Parks by reason: the two latest reasons in fields, the others in the map. */
  protected readonly counts = new Map<string, number>();
  protected reasonA = "";
  protected countA = 0;
  protected reasonB = "";
  protected countB = 0;

  /** Goroutines that panicked, whose panic somebody may take before the verdict. */
  private readonly untaken = new Set<G>();

  constructor(tracer: Tracer | null) {
    this.tracer = tracer;
  }

  /** A goroutine ended without a panic. */
  protected abstract ended(g: G, value: unknown, how: number): void;
  /** A goroutine panicked and nobody took it. */
  protected abstract unhandled(g: G, error: unknown): void;
  /** Whether `g` is the main goroutine of a program. */
  protected abstract isMain(g: G): boolean;
  /** Whether async functions may be on their way to join a goroutine. */
  protected abstract mayBeJoined(): boolean;
  /** The runnable goroutines. */
  abstract queued(): G[];

  /** Puts a goroutine that begins to wait into the list of those that have waited. */
  protected list(g: G): void {
    const head = this.all;
    g.allNext = head;
    if (head !== null) head.allPrev = g;
    this.all = g;
  }

  /** Takes an ended goroutine out of the counts. */
  private leave(g: G): void {
    this.live--;
    if (g.allNext !== undefined) this.unlist(g, g.allNext);
  }

  private unlist(g: G, allNext: G | null): void {
    const { allPrev } = g;
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

  protected finished(g: G, value: unknown, how: number): void {
    if (g.state === DEAD) return;
    if (g.value !== undefined && !this.unhooked(g)) return;
    g.state = DEAD;
    g.end = how;
    g.value = value;
    g.gen = null;
    this.leave(g);
    if (g.extra !== null && g.extra.joiners !== null) this.tellJoiners(g.extra.joiners, value);
    if (this.tracer !== null) this.traceEnd(this.tracer, g);
    this.ended(g, value, how);
  }

  private tellJoiners(joiners: WaitQueue<JoinOp<any>>, value: unknown): void {
    let op;
    while ((op = joiners.shift()) !== null) op.complete(value);
  }

  /** The promise of an async goroutine settled; false if its program had ended before that. */
  protected settles(g: G): boolean {
    if (g.state === DEAD) {
      const { extra } = g;
      // A promise may call back more than once.
      if (g.end === KILLED && extra !== null && extra.hook !== null) {
        const { hook } = extra;
        extra.hook = null;
        this.tellHook(g, hook, false);
        if (g.value instanceof Pledge) g.value.end();
      }
      return false;
    }
    this.asyncs--;
    return true;
  }

  /** The promise of an async goroutine whose program had ended before was rejected. */
  protected threwLate(_g: G, _error: unknown): void {}

  /** Who is to be told that the program of `g` ends: nobody yet if its async function runs on. */
  protected hookOfKilled(g: G): EndHook | null {
    if (g.gen !== null) return (g.value as EndHook | undefined) ?? null;
    const hook = g.extra?.hook ?? null;
    return g.value === hook ? null : hook;
  }

  /** The program of `g` is over, and an async function of it runs on whose end somebody waits for: perhaps in another program. */
  protected runsOn(g: G): void {
    const hook = g.extra?.hook ?? null;
    if (hook === null) return;
    const pledge = new Pledge(hook);
    pledge.lasts(); // from the beginning: it may never be heard of again
    g.value = pledge;
  }

  /** Tells the hook of a goroutine that its program has ended. */
  protected tellHook(g: G, hook: EndHook, killed: boolean): void {
    try {
      if (killed && hook.killed !== undefined) hook.killed(programEnded(g.id));
      else hook.done();
    } catch (error) {
      reportUncaught(error);
    }
  }

  /** The `op` of a goroutine that its program ended leaves its queue, or gives back what was handed over but never taken. */
  protected giveUp(op: OpRecord<any>): void {
    try {
      op.return(undefined);
    } catch (error) {
      reportUncaught(error);
    }
  }

  private traceEnd(tracer: Tracer, g: G): void {
    tracer.end(this.clock.now(), g, g.end === EXITED ? "goexit" : "return");
  }

  /** A throw reached the end of the goroutine. */
  protected panicked(g: G, error: unknown): void {
    if (g.state === DEAD) return;
    if (isGoexit(error)) {
      this.finished(g, undefined, EXITED);
      return;
    }
    const joiners = g.extra?.joiners ?? null;
    const joined = joiners !== null && joiners.length > 0;
    if (joined && g.value !== undefined && !this.unhooked(g)) return;
    g.more().hook = (g.value as EndHook | undefined) ?? null;
    error = stackOverflow(error) ?? error;
    g.state = DEAD;
    g.end = PANICKED;
    g.value = error;
    g.gen = null;
    this.leave(g);
    if (this.tracer !== null) this.tracer.end(this.clock.now(), g, "panic");
    if (joined) {
      let op;
      while ((op = joiners.shift()) !== null) op.fail(error);
      if (!this.isMain(g)) return;
    }
    if (this.isMain(g)) {
      this.judge();
      if (this.isMain(g)) this.unhandled(g, error);
    } else if (this.mayBeJoined()) {
      this.untaken.add(g);
      this.judgeAfter(g, JOBS_TO_JOIN);
    } else this.condemn(g);
  }

  /** Nobody took the panic of `g`. */
  private condemn(g: G): void {
    this.unhandled(g, g.value);
    this.tellEnd(g);
  }

  /** What becomes of the panic of `g` is known: its hook is told of the end. */
  protected tellEnd(g: G): void {
    try {
      this.unhook(g);
    } catch (error) {
      this.unhandled(g, error);
    }
  }

  /** Calls the hook of a goroutine that panicked, once. */
  private unhook(g: G): void {
    const extra = g.extra!;
    const { hook } = extra;
    extra.hook = null;
    hook?.done();
  }

  private judgeAfter(g: G, jobs: number): void {
    microtask(() => {
      if (!this.untaken.has(g)) return;
      if (jobs > 1) this.judgeAfter(g, jobs - 1);
      else if (this.untaken.delete(g)) this.condemn(g);
    });
  }

  /** Nobody took a panic: our own get Go's report for a stack; a foreign one keeps the stack it has. */
  protected reported(g: G, error: unknown): void {
    if (!isPanicError(error)) return;
    try {
      error.stack = error.dump(g);
    } catch {
      // It is frozen: its text is still Go's.
    }
  }

  /** Nobody can take the panics any more that nobody has taken so far. */
  protected judge(): void {
    for (const g of this.untaken) if (this.untaken.delete(g)) this.condemn(g);
  }

  /** The program is over, and what its goroutines died of with it; gives those, whose hooks are to be told yet. */
  protected forget(): G[] {
    const left = [...this.untaken];
    this.untaken.clear();
    return left;
  }

  /** Somebody joins a goroutine that panicked. What its hook throws is its panic from now on: the program must not end inside a step. */
  taken(g: G): void {
    if (!this.untaken.delete(g)) return;
    try {
      this.unhook(g);
    } catch (error) {
      g.value = error;
    }
  }

  protected countBlock(reason: string): void {
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
    const g = ambient.slot.g;
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
