/**
 * OVERVIEW. The default heap: incremental tri-color mark-sweep with a write barrier, as Go's since 1.5,
 * cut into steps because here collector and program share one thread.
 *
 *     off --start (stop 1)--> mark --terminate (stop 2)--> sweep --all swept--> off
 *
 * Stop 1 finishes the last sweep, turns all objects white, switches the barrier on and queues the roots.
 * Marking is done by steps (`step`, a background driver, `safepoint`) and by allocations (assists).
 * Stop 2, the phase "marktermination", scans foreign roots again that do not come in parts (root-parts.ts), marks the little that
 * is left, switches the barrier off. Sweeping is lazy: by the allocator before it reuses a span, by allocations in proportion,
 * and by steps.
 *
 * Invariants
 *  1. Phases change only along the arrows, and stop 2 happens only at a safepoint.
 *  2. While marking, the barrier's tri-color invariant holds after every operation (`barrier.ts`, `check.ts`).
 *  3. When stop 2 is over nothing is grey: an object is unmarked exactly when it was unreachable.
 *  4. An allocation starts a cycle when `live` reaches the trigger, and does scan work in proportion to its
 *     bytes so that marking is done when `live` reaches the goal. If large objects are about to find no pages, the next
 *     safepoint or step does all of it (`large-room.ts`).
 *  5. A `safepoint` that finds nothing to do costs a few loads.
 *
 * Files in reading order: own-memory, pointer-bits, grey, mark, root-parts, barrier, handles, stack, page-index, boxes,
 * specials, lifetimes, pacer, ledger, large-room, pages, runs, mutator, heap-base, running-cycle, cycle-report, background, this one.
 * Rejected: moving or generational collection (raw pointers would change under the program) and reference counts (cycles, and a
 * cost on every pointer copy).
 */
import type { Ptr, TracedAllocator } from "@gort/alloc";
import type { HeapOptions, RootSource } from "./api.ts";
import { budget } from "./arguments.ts";
import { barrierBits, DELETION, INSERTION, VERIFY } from "./barrier.ts";
import { reportCycle } from "./cycle-report.ts";
import { checkAttached } from "./errors.ts";
import { HeapBase } from "./heap-base.ts";
import { Marker } from "./mark.ts";
import { PAGE } from "./own-memory.ts";
import { ASSIST_BYTES, UTILIZATION } from "./pacer.ts";
import { poisonUnmarked } from "./poison.ts";
import type { RootEntry } from "./root-parts.ts";
import { RootParts } from "./root-parts.ts";
import { RunningCycle } from "./running-cycle.ts";

/** Bytes scanned between two looks at the clock: 0.01 to 0.05 ms. */
const MARK_CHUNK = 4096;
/** Pages swept between two looks at the clock. */
const SWEEP_CHUNK = 16;
/** Bytes allocated between two proportional sweeps, at least. */
const SWEEP_BYTES = 65536;

export class MarkSweepHeap extends HeapBase {
  readonly kind = "mark-sweep";
  readonly marker: Marker;
  readonly #barrierBits: number;
  readonly #stepMsMax: number;
  readonly #stress: boolean;
  /** Scan work done in the background that no assist has used up yet. */
  #bgCredit = 0;
  #sweepPagesPerByte = 0;
  /** `allocated` when an allocation last did its share of the cycle. */
  #sharedAt = 0;
  #lastStepMs = 0;
  readonly #running = new RunningCycle();

  constructor(allocator: TracedAllocator, options: HeapOptions, call: string) {
    super(allocator, options, call);
    this.marker = new Marker(allocator, this.own, new RootParts(this));
    this.#barrierBits = barrierBits(options.barrier ?? "hybrid");
    this.#stepMsMax = options.stepMsMax ?? 0.5;
    this.#stress = options.stress === true;
  }

  get due(): boolean {
    return this.wanted || this.periodIsOver();
  }

  // ---- safepoints and steps

  safepoint(): void {
    if (this.#stress) {
      if (!this.busy) this.#full(false);
      return;
    }
    if (this.phase === "off" && !this.wanted && this.specials.queued === 0) {
      if (!this.pollPeriod()) return;
      this.wanted = true;
    }
    this.#safepointSlow();
  }

  #safepointSlow(): void {
    if (this.busy) return;
    this.#beforeStep();
    if (this.phase === "off" && this.wanted) this.#start(false);
    else if (this.phase === "mark") {
      this.flushBarrier();
      if (this.marker.isDone) this.#terminate();
      else if (this.background.onReady === null) this.#ownBackground();
    } else if (this.phase === "sweep" && this.background.onReady === null) this.#sweepFor(0);
    this.runQueued(this.#stepMsMax);
  }

  /** Where large objects are about to find no pages, marks all that is left. */
  #beforeStep(): void {
    checkAttached(this.u32);
    if (!this.urgent) return;
    if (this.phase === "off") this.#start(false);
    if (this.phase === "mark") this.#finishMark();
  }

  /** Without a driver, safepoints give marking its share of the time since the last one. */
  #ownBackground(): void {
    const now = this.now();
    const share = ((now - this.#lastStepMs) * UTILIZATION) / (1 - UTILIZATION);
    if (share < 0.02) return;
    this.#markFor(Math.min(share, this.#stepMsMax), false);
    this.#lastStepMs = this.now();
  }

  step(budgetMs: number): boolean {
    budget("step", "budgetMs", budgetMs);
    if (this.busy) return true;
    this.#beforeStep();
    if (this.phase === "off") this.#start(false);
    else if (this.phase === "mark") this.#markFor(budgetMs, true);
    else if (this.phase === "sweep") this.#sweepFor(budgetMs);
    this.runQueued(budgetMs);
    return this.phase !== "off";
  }

  stepWork(bytes: number): boolean {
    budget("stepWork", "bytes", bytes);
    if (this.busy) return true;
    this.#beforeStep();
    if (this.phase === "off") this.#start(false);
    else if (this.phase === "mark") {
      this.#drain(Math.max(bytes, 1));
      if (this.marker.isDone) this.#terminate();
    } else if (this.phase === "sweep") this.#sweepPages(Math.max(1, Math.floor(bytes / PAGE)));
    this.runQueued(Infinity);
    return this.phase !== "off";
  }

  collect(): void {
    this.#full(true);
  }

  #full(forced: boolean): void {
    this.enter("collect");
    this.busy = false;
    if (this.phase === "mark") this.#finishMark();
    this.#start(forced);
    this.#finishMark();
    if (this.phase === "sweep") this.finishSweep();
    this.#afterSweep();
    this.runQueued(Infinity);
  }

  #finishMark(): void {
    const t = this.now();
    this.#drain(Infinity);
    const took = this.now() - t;
    this.#running.backgroundMs += took;
    this.ledger.spend(took);
    this.#terminate();
  }

  /** Marks as the marker does, what the barrier has kept included. */
  #drain(work: number): number {
    this.flushBarrier();
    return this.marker.drain(work);
  }

  #markFor(budgetMs: number, driven: boolean): void {
    const { marker } = this;
    const t0 = this.now();
    let t: number;
    for (;;) {
      this.#bgCredit += this.#drain(MARK_CHUNK);
      t = this.now();
      if (marker.isDone) break;
      if (t - t0 >= budgetMs) break;
    }
    this.#lastStepMs = t;
    if (driven && this.background.onReady === null) this.#running.idleMs += t - t0;
    else this.#running.backgroundMs += t - t0;
    this.ledger.spend(t - t0);
    this.pacer.revise(this.live, this.#running.heapStart, marker.scanned);
    if (marker.isDone) this.#terminate();
  }

  #sweepFor(budgetMs: number): void {
    const t0 = this.now();
    let t: number;
    do {
      this.#sweepPages(SWEEP_CHUNK);
      t = this.now();
    } while (this.phase === "sweep" && t - t0 < budgetMs);
  }

  #sweepPages(pages: number): void {
    // Work buffers go the same way, in pieces: their number grows with the heap.
    this.marker.grey.trim(Math.floor(pages / 8) + 1);
    if (this.objects.cycle.sweep(pages) === 0) {
      this.phase = "off";
      this.#afterSweep();
    }
  }

  /** Back to counting down to the trigger, with the blocks and the free slots that there are now. */
  #afterSweep(): void {
    this.repace();
    this.grant(this.pacer.trigger - this.live);
  }

  // ---- the two stops

  #start(forced: boolean): void {
    const t0 = this.now();
    if (this.phase === "sweep") this.finishSweep();
    this.busy = true;
    const { marker } = this;
    try {
      marker.reset();
      this.objects.cycle.startMark();
      this.phase = "mark";
      this.wb |= this.#barrierBits;
      // A snapshot (deletion barrier) needs all roots now; under the others they are marked piece by piece.
      marker.startRoots(this.#barrierBits === DELETION);
    } finally {
      this.busy = false;
    }
    try {
      this.#startSources();
    } finally {
      this.#started(t0, forced);
    }
  }

  /**
   * Queues all sources that come in parts, then scans the others: nothing they do keeps a part from being scanned. If one throws,
   * the cycle goes on: stop 2 asks them again. A snapshot without them is none, so for this cycle new pointers are shaded too.
   */
  #startSources(): void {
    const { sources } = this;
    this.busy = true;
    let done = false;
    try {
      for (const entry of sources) if (this.#inParts(entry.source)) this.newSource(entry);
      for (const entry of sources) if (!this.#inParts(entry.source)) this.newSource(entry);
      done = true;
    } finally {
      this.busy = false;
      if (!done) this.wb |= INSERTION;
    }
  }

  /** The books of a cycle that has begun. */
  #started(t0: number, forced: boolean): void {
    this.settle();
    this.wanted = false;
    this.#bgCredit = 0;
    this.#sharedAt = this.allocated;
    this.pacer.revise(this.live, this.live, 0);
    this.grant(ASSIST_BYTES);
    const t1 = (this.#lastStepMs = this.now());
    this.#running.begin(forced, t0, t1, this.live, this.allocated);
    this.ledger.spend(t1 - t0);
    if (!forced) this.background.onReady?.();
  }

  #terminate(): void {
    const t0 = this.now();
    const { marker, pacer, ledger } = this;
    const running = this.#running;
    this.busy = true;
    try {
      for (const { source } of this.sources) if (!this.#inParts(source)) source.scan(this.shade);
      this.#drain(Infinity);
      this.phase = "marktermination";
      this.wb &= VERIFY;
      if (this.#stress) poisonUnmarked(this);
      this.specials.cycle++;
      this.objects.cycle.startSweep();
      this.phase = "sweep";
    } finally {
      this.busy = false;
    }
    this.settle();
    const heapEnd = this.live;
    const allocatedBlack = running.allocatedBlack(this.allocated);
    const reached = marker.marked + allocatedBlack;
    this.found(reached);
    const t1 = this.now();
    const { gcMs, markStartMs } = running;
    pacer.learn(allocatedBlack, t0 - markStartMs - gcMs, marker.scanned, gcMs);
    const goal = pacer.goal;
    this.repace();
    this.#planSweep();
    ledger.spend(t1 - t0);
    ledger.finish(running.setupMs + t1 - t0, t1, running.forced);
    reportCycle(this, running.times(ledger.startedMs, t0, t1, heapEnd, goal));
  }

  /** How many pages each allocated byte has to sweep so that all is swept before the next cycle. */
  #planSweep(): void {
    const { cycle } = this.objects;
    const pages = cycle.pages ?? this.allocator.stats().heapInuse / PAGE;
    const room = Math.max(Math.min(this.pacer.trigger, 1 << 30) - this.live, SWEEP_BYTES);
    this.#sweepPagesPerByte = pages / room;
    this.#sharedAt = this.allocated;
    this.grant(SWEEP_BYTES);
  }

  /** Whether a source is scanned in parts. */
  #inParts(source: RootSource): boolean {
    return source.scanPart !== undefined && this.#barrierBits !== DELETION;
  }

  protected override newSource(entry: RootEntry): void {
    if (this.#inParts(entry.source)) this.marker.parts.add(entry);
    else super.newSource(entry);
  }

  protected override dropSource(entry: RootEntry): void {
    this.marker.parts.drop(entry);
  }

  // ---- allocation

  protected allocSlow(): void {
    if (this.busy) return;
    if (this.phase === "mark") this.#assist();
    else if (this.phase === "sweep") {
      this.#sweepPages(Math.ceil(this.#share(SWEEP_BYTES) * this.#sweepPagesPerByte) + 1);
      if (this.sweeping) this.grant(SWEEP_BYTES);
    } else if (this.isAhead()) this.grant(this.pacer.trigger - this.live);
    else if (this.#barrierBits === DELETION || this.#stress) {
      // A snapshot needs a safepoint: only there does the program hold no pointer of its own.
      this.want();
      this.grant(1 << 20);
    } else this.#start(false);
  }

  /** Bytes that the program pays for now: a grant, or more where its last object was larger than what was left of one. */
  #share(granted: number): number {
    const bytes = this.allocated - this.#sharedAt;
    this.#sharedAt = this.allocated;
    return Math.max(bytes, granted);
  }

  #assist(): void {
    const t0 = this.now();
    this.pacer.revise(this.live, this.#running.heapStart, this.marker.scanned);
    let work = this.pacer.assistWork(this.#share(ASSIST_BYTES));
    const stolen = Math.min(work, this.#bgCredit);
    this.#bgCredit -= stolen;
    work -= stolen;
    if (work > 0) {
      this.#drain(work);
      const ms = this.now() - t0;
      this.#running.assistMs += ms;
      this.ledger.spend(ms);
    }
    this.grant(ASSIST_BYTES);
  }

  protected shadeNow(p: Ptr): void {
    this.marker.shadeNonNil(p);
  }
  protected shadeWords(first: number, end: number): void {
    this.marker.shadeWords(first, end);
  }
  shadeContents(base: Ptr): void {
    this.marker.shadeContents(base);
  }
}
