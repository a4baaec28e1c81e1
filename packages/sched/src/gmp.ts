/**
 * The GMP scheduler: Go's `proc.go` on one thread.
 *
 * Invariants
 *  1. A runnable goroutine is in exactly one place: a P's `next`, a P's queue, what a P holds back, the global queue, or the
 *     netpoll list; while anything is in one of the last two, a P runs.
 *  2. Starting or readying a goroutine from a running one puts it in that P's `next`; who was there moves to the tail
 *     of the queue; a full queue sends half of itself and the newcomer to the global queue. Timers and code outside
 *     goroutines add at the tail, so what they ready runs in that order.
 *  3. Every 61st time slice of a P begins with the global queue, so that it cannot starve.
 *  4. At most one P spins (looks for work without having any); a P that finds nothing is idle.
 *  5. A goroutine locked to a P is run by that P only. Those that find no place in its queue are held back by the P, in order,
 *     and come into the queue as others leave it; nobody overtakes them but who is not locked.
 *  6. Goroutines that keep handing their slice to each other lose it after 10 ms.
 *
 * Ps take turns, one step each, which stands for running at the same time. M is left out: one thread is one M, and it always runs.
 *
 * Rejected: one queue per priority (Go has none), and two things that make sense between threads only: stealing `next` (Go waits a
 * little before it does; here a P that has one runs, and is about to run it), and going round all others four times (nothing
 * changes meanwhile).
 */
import { ambient } from "./ambient.ts";
import type { Clock, GmpOptions, Scheduler } from "./api.ts";
import type { AsyncGate } from "./async-waiter.ts";
import { type HeapClock, RealClock } from "./clock.ts";
import { Core } from "./core.ts";
import { checkCount, checkSeed } from "./errors.ts";
import type { G } from "./g.ts";
import { hostNow } from "./host.ts";
import { GLOBAL_EVERY, P_IDLE, P_RUNNING, Proc, RUNQ } from "./proc.ts";
import { checkGmpOptions } from "./options.ts";
import { Ring } from "./ring.ts";
import { StealOrder } from "./steal-order.ts";

/** A goroutine may keep its P this long, in milliseconds, before others go first. */
const FORCE_PREEMPT_MS = 10;
/** More Ps than this are refused: every look at the clock visits each. */
const PROCS_MAX = 1024;

export class GmpScheduler extends Core {
  readonly procs: number;
  readonly ps: readonly Proc[];
  /** The global run queue. */
  readonly global = new Ring();
  /** Readied from outside: by a promise, an async function, an event. */
  readonly netpoll = new Ring();
  stealCount = 0;
  preemptions = 0;
  private readonly running: Proc[] = [];
  private turn = 0;
  private cur: Proc;
  private spinningPs = 0;
  private readonly order: StealOrder;
  private readonly ownHeap: HeapClock | null;
  /** Whether a goroutine was ever locked to its P: until then nobody has to look. */
  private locks = false;

  constructor(options: GmpOptions, clock: Clock | null = null, gate: AsyncGate | null = null) {
    const procs = checkCount("createScheduler", "procs", options.procs ?? 1, 1, PROCS_MAX);
    const { seed } = options;
    if (seed !== undefined) checkSeed("createScheduler", seed);
    const c = clock ?? options.clock ?? new RealClock(procs);
    super(options, c, gate, clock === null, seed);
    this.procs = procs;
    this.ps = Array.from({ length: procs }, (_, i) => new Proc(i, new Ring()));
    this.order = new StealOrder(procs);
    this.cur = this.ps[0]!;
    this.ownHeap = this.heap !== null && this.heap.heaps.length === procs ? this.heap : null;
  }

  /** The P that `g` is locked to, or null; not to be asked while `locks` is false. */
  private lockedTo(g: G): Proc | null {
    const extra = g.extra;
    return extra !== null && extra.lockedP >= 0 ? this.ps[extra.lockedP]! : null;
  }

  protected put(g: G): void {
    const p = this.locks ? (this.lockedTo(g) ?? this.cur) : this.cur;
    let last: G | null = g;
    if (ambient.slot.g !== null && this.pumping === true) {
      last = p.next;
      p.next = g;
    }
    if (p.status === P_IDLE) this.startProc(p, false);
    if (last !== null && (this.locks || !p.push(last))) this.overflow(p, last);
    if (this.procs > 1) this.wakeProc();
  }

  protected override putOutside(g: G): void {
    if (this.locks && this.lockedTo(g) !== null) this.put(g);
    else {
      this.netpoll.push(g);
      if (this.running.length === 0) this.startProc(this.cur, false);
    }
  }

  protected override putYield(g: G): void {
    const p = this.locks ? this.lockedTo(g) : null;
    if (p === null) {
      this.global.push(g);
      // What was started outside takes its first step in a job of its own, while no P need run.
      if (this.running.length === 0) this.startProc(this.cur, false);
    } else {
      p.append(g, this.global);
      if (p.status === P_IDLE) this.startProc(p, false);
    }
  }

  /** The queue of `p` is full, or somebody is locked to a P. */
  private overflow(p: Proc, g: G): void {
    if (this.locks) {
      p.append(g, this.global);
      return;
    }
    p.spill(this.global);
    this.global.push(g);
  }

  protected pick(): G | null {
    return this.procs === 1 ? this.find(this.cur) : this.pickOfMany();
  }

  /** The Ps that run take turns. */
  private pickOfMany(): G | null {
    const running = this.running;
    while (running.length > 0) {
      if (++this.turn >= running.length) this.turn = 0;
      const p = running[this.turn]!;
      this.cur = p;
      if (this.ownHeap !== null) this.ownHeap.current = this.ownHeap.heaps[p.id]!;
      const g = this.find(p);
      if (g !== null) return g;
      this.stopProc(p);
    }
    return null;
  }

  /** What `p` runs next: Go's `schedule` and `findRunnable`. What is rare stands elsewhere, so that V8 inlines the rest. */
  private find(p: Proc): G | null {
    if (this.global.size > 0 && p.schedtick % GLOBAL_EVERY === 0) {
      p.schedtick++;
      return this.global.shift();
    }
    let g = p.next;
    if (g !== null) {
      p.next = null;
      if (!p.preempt || !this.preempted(p, g)) return g;
    }
    g = p.shift();
    if (g === null) {
      g = this.elsewhere(p);
      if (g === null) return null;
    }
    p.schedtick++;
    if (p.spinning) {
      this.stopSpinning(p);
      this.wakeProc();
    }
    return g;
  }

  /** The slice of `p` is over: whether `g`, who would inherit it, had to make way. */
  private preempted(p: Proc, g: G): boolean {
    p.preempt = false;
    if (this.global.size === 0 && this.netpoll.size === 0 && p.head === p.tail && p.held.size === 0)
      return false;
    this.preemptions++;
    this.putYield(g);
    return true;
  }

  /** The queue of `p` is empty: where else there is something to run. */
  private elsewhere(p: Proc): G | null {
    if (p.held.size > 0) {
      p.letIn();
      return p.shift();
    }
    if (this.global.size > 0) return this.fromGlobal(p);
    if (this.netpoll.size > 0) return this.netpoll.shift();
    return this.procs > 1 ? this.steal(p) : null;
  }

  /** Takes a fair share of the global queue: one to run, the others into the local queue, which is empty. */
  private fromGlobal(p: Proc): G | null {
    const global = this.global;
    const n = Math.min(Math.floor(global.size / this.procs) + 1, global.size, RUNQ / 2);
    const g = global.shift();
    p.fill(global, n - 1);
    return g;
  }

  /** Looks for work at the others, in random order; takes half of what the first one with work has. */
  private steal(p: Proc): G | null {
    const { order, ps } = this;
    const r = this.rng.next();
    const step = order.step(r);
    let at = r % order.count;
    for (let j = 0; j < order.count; j++, at = (at + step) % order.count) {
      const victim = ps[at]!;
      const g = victim === p ? null : this.stealFrom(p, victim);
      if (g !== null) return g;
    }
    return null;
  }

  /** Moves half of `victim`'s queue to `p` and returns the last one of it to run; null if there is none that may be moved. */
  private stealFrom(p: Proc, victim: Proc): G | null {
    let n = victim.size;
    n -= n >> 1;
    let last: G | null = null;
    let taken = 0;
    for (; n > 0; n--) {
      const g = victim.shift()!;
      if (g.extra !== null && g.extra.lockedP >= 0) {
        victim.push(g);
        continue;
      }
      if (last !== null) p.push(last);
      last = g;
      taken++;
    }
    if (last === null) return null;
    this.stealCount++;
    if (this.tracer !== null) this.tracer.steal(this.clock.now(), p.id, victim.id, taken);
    return last;
  }

  /** There is more to run than Ps that run: lets one idle P look, unless one is looking already. */
  private wakeProc(): void {
    if (this.spinningPs > 0 || this.running.length === this.procs) return;
    for (const p of this.ps) {
      if (p.status === P_IDLE) {
        this.startProc(p, true);
        return;
      }
    }
  }

  private startProc(p: Proc, spinning: boolean): void {
    p.status = P_RUNNING;
    if (spinning) {
      p.spinning = true;
      this.spinningPs++;
    }
    this.running.push(p);
    if (this.tracer !== null) this.tracer.proc(this.clock.now(), p.id, "start");
  }

  private stopProc(p: Proc): void {
    this.stopSpinning(p);
    p.status = P_IDLE;
    const at = this.running.indexOf(p);
    this.running.splice(at, 1);
    if (this.turn >= at) this.turn--;
    if (this.tracer !== null) this.tracer.proc(this.clock.now(), p.id, "stop");
  }

  private stopSpinning(p: Proc): void {
    if (!p.spinning) return;
    p.spinning = false;
    this.spinningPs--;
  }

  /** sysmon: takes the slice from who has had it for 10 ms, and lets no ready I/O wait behind busy Ps. */
  protected override tick(now: number): void {
    const running = this.running;
    for (let i = 0; i < running.length; i++) {
      const p = running[i]!;
      if (p.sysmontick !== p.schedtick) {
        p.sysmontick = p.schedtick;
        p.sysmonwhen = now;
      } else if (now - p.sysmonwhen >= FORCE_PREEMPT_MS) {
        p.preempt = true;
      }
      if (p.held.size > 0) {
        if (p.size === RUNQ) p.halve(this.global);
        p.letIn();
      }
    }
    let g;
    while ((g = this.netpoll.shift()) !== null) this.global.push(g);
  }

  queued(): G[] {
    const list = [...this.global.list(), ...this.netpoll.list()];
    for (const p of this.ps) list.push(...p.all());
    return list;
  }

  /** Whether `p` is among the running Ps. */
  isListed(p: Proc): boolean {
    return this.running.includes(p);
  }

  override due(now: number = hostNow()): boolean {
    if (now >= this.sliceEnd) return true;
    const p = this.cur;
    if (p.sysmontick === p.schedtick) return now - p.sysmonwhen >= FORCE_PREEMPT_MS;
    p.sysmontick = p.schedtick;
    p.sysmonwhen = now;
    return false;
  }

  protected clearQueues(): void {
    this.global.clear();
    this.netpoll.clear();
    for (const p of this.ps) {
      p.clear();
      p.status = P_IDLE;
    }
    this.running.length = 0;
    this.spinningPs = 0;
    this.turn = 0;
    this.cur = this.ps[0]!;
  }

  override currentProc(): number {
    return this.cur.id;
  }

  protected override get steals(): number {
    return this.stealCount;
  }

  /** Locks `g`, which runs, to its P, or undoes that once: it is free again when all of it is undone. */
  override lock(g: G, on: boolean): void {
    const extra = g.more();
    if (on) {
      this.locks = true;
      if (extra.lockCount++ === 0) extra.lockedP = this.cur.id;
    } else if (extra.lockCount > 0 && --extra.lockCount === 0) extra.lockedP = -1;
  }
}

/**
 * Go's scheduler: per-P run queues of 256 with a `next` slot, a global queue looked at every 61st slice of a P, stealing
 * half from a random victim, and preemption of goroutines that had 10 ms; the host gets its turn after the option `slice`
 * (4 ms). With `procs: 1` (the default) the order of goroutines is that of Go with `GOMAXPROCS=1`. On one thread more Ps give
 * order and locality, not speed. O(procs).
 * @throws RangeError for an option out of range; TypeError for an option that is unknown or of a wrong type
 *
 * @example
 * ```ts
 * import { createScheduler } from "@gort/sched";
 *
 * const s = createScheduler({ procs: 4 });
 * const sum = await s.run(function* () {
 *   const parts = [1, 2, 3].map((n) => s.go(function* () {
 *     yield; // gives way
 *     return n * n;
 *   }));
 *   let total = 0;
 *   for (const p of parts) total += yield* p.join();
 *   return total;
 * });
 * sum; // => 14
 * ```
 */
export function createScheduler(options: GmpOptions = {}): Scheduler {
  checkGmpOptions("createScheduler", options);
  return new GmpScheduler(options);
}
