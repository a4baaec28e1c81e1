/**
 * Stop-the-world mark-sweep, as Go before 1.5: marking is one loop over a plain JavaScript stack, sweeping
 * is done at once. The reference collector: no barrier, no pacing of steps, nothing incremental.
 *
 * Invariants
 *  1. A cycle begins and ends inside one call of `safepoint`, `collect` or `step`.
 *  2. Outside of it no object is marked and nothing waits to be swept.
 *  3. Roots of others are asked for before anything is marked: no code but our own runs in a cycle, and a source that throws
 *     leaves the heap as it was.
 *  4. Where what lives is beyond the goal, some of it is allocated between two cycles: marking takes a bounded time per byte.
 */
import type { Ptr } from "@gort/alloc";
import { budget } from "./arguments.ts";
import { reportCycle } from "./cycle-report.ts";
import { HANDLES, RECORDS, STACK } from "./own-memory.ts";
import { HeapBase } from "./heap-base.ts";
import { scanHandles } from "./handles.ts";
import { poisonUnmarked } from "./poison.ts";
import { scanRecords } from "./specials.ts";
import { scanStack } from "./stack.ts";

/** Bytes that are allocated between two cycles, at least, for each byte that lives, where what lives is beyond the goal. */
const LEAST = 1 / 64;

export class StopTheWorldHeap extends HeapBase {
  readonly kind = "stop-the-world";
  readonly #stack: Ptr[] = [];
  #marked = 0;

  get due(): boolean {
    return this.wanted || this.periodIsOver();
  }

  safepoint(): void {
    if (this.busy) return;
    if (this.options.stress === true || this.wanted) this.#cycle(false);
    else if (this.specials.queued !== 0) this.runQueued(Infinity);
    else if (this.pollPeriod()) this.#cycle(false);
  }

  collect(): void {
    this.#cycle(true);
  }

  step(budgetMs: number): boolean {
    budget("step", "budgetMs", budgetMs);
    if (this.busy) return true;
    this.#cycle(false);
    return false;
  }

  stepWork(bytes: number): boolean {
    budget("stepWork", "bytes", bytes);
    if (this.busy) return true;
    this.#cycle(false);
    return false;
  }

  protected allocSlow(): void {
    const { pacer } = this;
    if (this.isAhead()) this.grant(pacer.trigger - this.live);
    else if (this.#isFutile()) this.grant(pacer.marked * (1 + LEAST) - this.live);
    else {
      this.want();
      this.grant(1 << 20);
    }
  }

  /**
   * Whether a cycle would free next to nothing: the goal is below what lives, and little has been allocated since that was marked. A
   * cycle for each object would be the rest of the program. Not where memory may be out before more is.
   */
  #isFutile(): boolean {
    const { goal, marked } = this.pacer;
    if (this.urgent || goal > marked || 2 * this.live > this.memory.byteLength) return false;
    return this.live < marked * (1 + LEAST);
  }

  protected shadeNow(_p: Ptr): void {}
  protected shadeWords(_first: number, _end: number): void {}
  shadeContents(_base: Ptr): void {}

  #cycle(forced: boolean): void {
    this.enter("collect");
    const started = this.now();
    const heapStart = this.live;
    try {
      const held: Ptr[] = [];
      for (const { source } of this.sources) source.scan((p) => held.push(p));
      this.objects.cycle.startMark();
      this.phase = "mark";
      this.#marked = 0;
      held.forEach(this.#mark);
      this.#roots();
      for (let p = this.#stack.pop(); p !== undefined; p = this.#stack.pop()) this.#scan(p);
      this.phase = "marktermination";
      if (this.options.stress === true) poisonUnmarked(this);
      this.found(this.#marked);
      this.specials.cycle++;
      this.objects.cycle.startSweep();
      this.phase = "sweep";
      this.finishSweep();
    } finally {
      this.busy = false;
    }
    this.wanted = false;
    const ended = this.now();
    this.ledger.spend(ended - started);
    this.ledger.finish(ended - started, ended, forced);
    const goal = this.pacer.goal;
    this.repace();
    reportCycle(this, {
      startMs: started - this.ledger.startedMs,
      setupMs: ended - started,
      markMs: 0,
      terminationMs: 0,
      assistMs: 0,
      backgroundMs: 0,
      idleMs: 0,
      heapStart,
      heapEnd: heapStart,
      goal,
      forced,
    });
    this.runQueued(Infinity);
  }

  #roots(): void {
    this.own.forEach((block, kind) => {
      if (kind === HANDLES) scanHandles(this.u32, block, this.#mark);
      else if (kind === STACK) scanStack(this.u32, block, this.#mark);
      else if (kind === RECORDS) scanRecords(this.u32, block, this.#mark, this.#scan);
    });
  }

  readonly #mark = (p: Ptr): void => {
    if (p === 0) return;
    const base = this.objects.findAndMark(p);
    if (base === 0) return;
    this.#marked += this.objects.sizeOf(base);
    this.#stack.push(base);
  };

  readonly #scan = (base: Ptr): void => {
    if (!this.objects.isScan(base)) return;
    const size = this.objects.sizeOf(base);
    const map = this.objects.pointerBits >>> 2;
    for (let a = base; a < base + size; a += 4) {
      if (((this.i32[map + (a >>> 7)]! >>> ((a >>> 2) & 31)) & 1) === 0) continue;
      const p = this.u32[a >>> 2]!;
      // A pointer into the object itself does not count, so that it can still be finalized.
      if (p < base || p >= base + size) this.#mark(p);
    }
  };
}
