/**
 * What every heap of this package shares beside its mutator: roots, lifetimes, knobs and the books. A collector adds
 * when to mark and how.
 *
 * Invariant: while `busy`, no call enters the collector: root sources and sweep hooks must not allocate.
 */
import type { Ptr, TracedAllocator } from "@gort/alloc";
import type * as api from "./api.ts";
import { checkRoot, HEAP_BRAND, limit, percent } from "./arguments.ts";
import { Background } from "./background.ts";
import { VERIFY } from "./barrier.ts";
import { hostNow, hostWall } from "./clock.ts";
import { badArgument, checkAttached, GcArgumentError } from "./errors.ts";
import type { Shader } from "./handles.ts";
import { HandleTable } from "./handles.ts";
import { Ledger } from "./ledger.ts";
import type { LifetimeHost } from "./lifetimes.ts";
import { LargeRoom } from "./large-room.ts";
import { Lifetime } from "./lifetimes.ts";
import { Mutator } from "./mutator.ts";
import { ASSIST_BYTES, Pacer } from "./pacer.ts";
import { HEADROOM, Pages } from "./pages.ts";
import type { RootEntry } from "./root-parts.ts";
import { Stack } from "./stack.ts";

/** Every so many idle safepoints the clock is read for the forced cycle. */
const POLLS = 64;

/** What `console.log` shows on Node. Not a method: a class with a computed key cannot be left out of a bundle. */
function inspectHeap(this: HeapBase): string {
  return `Heap { live: ${this.live}, goal: ${this.pacer.goal}, numGC: ${this.ledger.numGC} }`;
}

export abstract class HeapBase extends Mutator implements api.GcHeap, Shader, LifetimeHost {
  readonly handles: HandleTable;
  /** A set, because a source that is being scanned may add and remove some: those added are visited, those removed are not. */
  readonly sources = new Set<RootEntry>();
  readonly pacer = new Pacer();
  readonly ledger: Ledger;
  readonly now: () => number;
  readonly background: api.BackgroundWork;
  protected readonly lifetime: Lifetime;
  /** Whether safepoints run finalizers. */
  protected readonly runsFinalizers: boolean;
  /** A cycle is wanted as soon as there is a safepoint. */
  wanted = false;
  /** And it has to have marked there: large objects, or all, are about to find no pages. */
  urgent = false;
  /** How many finalizers and cleanups had been queued when `onFinalizers` was called last; -1 if it threw, or a run after it. */
  #told = 0;
  readonly #room: LargeRoom;
  readonly #pages: Pages;
  readonly #main: Stack;
  readonly #periodMs: number;
  #polls = 0;
  /** Bytes of pages in use beyond the objects in them, at the end of the last marking. */
  #waste = 0;
  /** Bytes of own blocks that goal and trigger allow for. */
  #blocks = 0;
  /** Bytes of pages in use beyond live objects: slots that are free and may stay so count too. */
  #beside = 0;
  /** Bytes that may be allocated between two looks at what others have in the memory; `Infinity` if it is the heap's alone. */
  readonly #look: number;
  /** Bytes that the heap can have before free pages run out, if they do so before the pacer's room; else `Infinity`. */
  #end = Infinity;

  constructor(allocator: TracedAllocator, options: api.HeapOptions, call: string) {
    super(allocator, options, call);
    this.now = options.now ?? hostNow;
    this.#periodMs = options.forcedPeriodMs ?? 120_000;
    this.ledger = new Ledger(this.now(), options.now === undefined ? hostWall : null);
    this.handles = new HandleTable(this.own, this);
    this.lifetime = new Lifetime(this);
    this.runsFinalizers = options.finalizers !== "manual";
    this.#main = new Stack(this.own, this);
    this.#room = new LargeRoom(allocator);
    this.#pages = new Pages(allocator);
    this.background = new Background(this);
    this.objects.cycle.onSweep = this.specials.onSweep;
    this.#look =
      allocator.system.others === undefined ? Infinity : this.memory.byteLength / HEADROOM;
    if (options.gcPercent !== undefined)
      this.pacer.gcPercent = percent(call, "gcPercent", options.gcPercent);
    if (options.memoryLimit !== undefined)
      this.pacer.memoryLimit = limit(call, "memoryLimit", options.memoryLimit);
    this.repace();
    this.grant(this.pacer.trigger);
    this.own.onTake = this.#tookBlock;
    Object.defineProperty(this, HEAP_BRAND, { value: true });
    Object.defineProperty(this, Symbol.for("nodejs.util.inspect.custom"), { value: inspectHeap });
  }

  /** What `JSON.stringify` shows: the statistics, and not the whole memory. */
  toJSON(): unknown {
    return this.stats();
  }

  // ---- what a collector provides

  /** Marks what an object refers to; called only while marking. */
  abstract shadeContents(base: Ptr): void;
  abstract safepoint(): void;
  abstract collect(): void;
  abstract step(budgetMs: number): boolean;
  abstract stepWork(bytes: number): boolean;
  /** Whether a cycle is wanted. */
  abstract get due(): boolean;
  /** Whether a cycle runs or is due, or a finalizer waits for a safepoint. */
  get pending(): boolean {
    return this.phase !== "off" || this.due || (this.runsFinalizers && this.lifetime.ready);
  }
  get marking(): boolean {
    return this.phase === "mark";
  }
  get sweeping(): boolean {
    return this.phase === "sweep";
  }

  /** Whether the last cycle is so long ago that the next is due: never with GOGC off. Reads the clock. */
  protected periodIsOver(): boolean {
    const last = this.ledger.numGC === 0 ? this.ledger.startedMs : this.ledger.lastGCMs;
    return this.now() - last >= this.#periodMs && this.pacer.gcPercent >= 0;
  }
  /** The same, for a safepoint with nothing to do: looks only at every so many of them. */
  protected pollPeriod(): boolean {
    if (++this.#polls < POLLS) return false;
    this.#polls = 0;
    return this.periodIsOver();
  }

  // ---- roots

  addRoots(source: api.RootSource): () => void {
    if (typeof (source as Partial<api.RootSource> | null)?.scan !== "function")
      badArgument("addRoots", "source", source, "an object with a scan method");
    if (source.scanPart !== undefined && typeof source.scanPart !== "function")
      badArgument("addRoots", "source.scanPart", source.scanPart, "a method");
    const entry: RootEntry = { source, from: 0, waiting: false };
    // Before it is added: if this throws, nobody could remove it.
    if (this.marking) this.newSource(entry);
    this.sources.add(entry);
    return () => {
      if (this.sources.delete(entry)) this.dropSource(entry);
    };
  }
  /** A source takes part in the cycle that runs. */
  protected newSource(entry: RootEntry): void {
    entry.source.scan(this.shade);
  }
  /** A source was removed. */
  protected dropSource(_entry: RootEntry): void {}
  root(p: Ptr): api.Handle {
    return this.handles.root(p);
  }
  frame(slots: number): api.Frame {
    return this.#main.frame(slots);
  }
  newStack(): api.RootStack {
    return new Stack(this.own, this);
  }
  checkRoot(call: string, p: Ptr): void {
    checkRoot(this, call, p);
  }
  /** A new root or a weak pointer was read. Checks the pointer in stress mode, shades it while marking. */
  readonly shade = (p: Ptr): void => {
    if (p === 0) return;
    if ((this.wb & VERIFY) !== 0 && p !== this.zeroBase && this.objects.find(p) === 0)
      checkRoot(this, "root", p);
    if (this.marking) this.shadeNow(p);
  };
  /** Bytes of root stacks. */
  get stackBytes(): number {
    return this.own.stackBytes;
  }
  /** Bytes of handles. */
  get globalBytes(): number {
    return this.handles.count * 8;
  }

  // ---- lifetimes

  setFinalizer(p: Ptr, fn: ((p: Ptr) => unknown) | null): void {
    this.lifetime.setFinalizer(p, fn);
  }
  addCleanup<A>(p: Ptr, fn: (arg: A) => unknown, arg: A): api.Cleanup {
    return this.lifetime.addCleanup(p, fn, arg);
  }
  weak(p: Ptr): api.Weak {
    return this.lifetime.weak(p);
  }
  runFinalizers(): number {
    try {
      return this.lifetime.run();
    } catch (e) {
      // Whoever was told has been stopped on the way: told again of what is left.
      this.#told = -1;
      throw e;
    }
  }
  /** Runs what is queued for at most about `budgetMs` milliseconds; the rest waits for the next safepoint. Says once what was queued. */
  protected runQueued(budgetMs: number): void {
    const { queued, enqueued } = this.specials;
    if (queued === 0) return;
    if (this.#told !== enqueued) this.#tell();
    if (!this.runsFinalizers) return;
    if (budgetMs === Infinity) this.lifetime.run();
    else this.lifetime.run(this.now, this.now() + budgetMs);
  }
  finalizersReady(): void {
    try {
      this.#tell();
    } finally {
      if (this.runsFinalizers) this.background.onReady?.();
    }
  }
  #tell(): void {
    // First, as the call may come to a safepoint; one that throws has not heard it.
    this.#told = this.specials.enqueued;
    try {
      this.options.onFinalizers?.();
    } catch (e) {
      this.#told = -1;
      throw e;
    }
  }

  // ---- knobs

  setGCPercent(value: number): number {
    const old = this.pacer.gcPercent;
    this.pacer.gcPercent = percent("setGCPercent", "percent", value);
    this.repace();
    return old;
  }
  setMemoryLimit(bytes: number): number {
    const old = this.pacer.memoryLimit;
    if (typeof bytes !== "number" || !(bytes < 0)) {
      this.pacer.memoryLimit = limit("setMemoryLimit", "bytes", bytes);
      this.repace();
    }
    return old;
  }
  /** Asks for a cycle at the next safepoint. */
  protected want(): void {
    if (this.wanted) return;
    this.wanted = true;
    this.background.onReady?.();
  }
  protected allocLarge(size: number): void {
    if (this.busy || this.pacer.goal === Infinity || !this.#isTight(size)) return;
    if (this.phase === "sweep") {
      this.finishSweep();
      if (!this.#isTight(size)) return;
    }
    this.urgent = true;
    if (this.phase === "off") this.want();
  }
  #isTight(size: number): boolean {
    this.settle();
    return this.#room.isTight(size, this.allocated, this.pacer.marked);
  }
  /** Marking has found so many bytes. */
  protected found(bytes: number): void {
    this.urgent = false;
    this.#room.found(this.allocated);
    const inuse = this.#pages.inuse;
    this.#beside = Math.max(inuse - this.live, 0);
    // By rounding up to size classes and pages. More is not waste, but slots that will be filled again.
    this.#waste = Math.min(Math.max(inuse - this.#foreign() - this.live, 0), this.live / 4);
    this.setLive(bytes);
    this.pacer.marked = bytes;
    this.#end = Infinity;
  }
  /** Goal and trigger anew; the next allocation looks at them. */
  protected repace(): void {
    const { pacer } = this;
    const roots = this.stackBytes + this.globalBytes;
    const overhead = this.#pages.overhead;
    const { system } = this.allocator;
    const size = this.memory.byteLength;
    // Two grants at least, unless others leave little anyway: a cycle that needs more is begun too late.
    const least = this.#look === Infinity ? Math.min(2 * ASSIST_BYTES, size / 8) : 0;
    const headroom = Math.max(size / HEADROOM, least);
    const room = Math.min(size - overhead - this.#foreign() - this.#waste - headroom, this.#end);
    // Before all is swept, dead objects would count as free slots.
    if (this.phase === "off" && pacer.memoryLimit !== Infinity)
      this.#beside = Math.max(this.#pages.inuse - this.live, 0);
    const touched = system.touched ?? overhead;
    pacer.commit(pacer.marked, roots, touched + this.#beside, room);
    this.#blocks = this.own.bytes;
    this.grant(0);
  }
  /**
   * A block of roots, frames or records that is taken between two cycles is no room for objects any more. Those taken in a cycle count
   * at its end; with others in the memory all do at the next look, as here their statistics would be asked for each time.
   */
  readonly #tookBlock = (): void => {
    if (this.own.bytes <= this.#blocks || this.#look !== Infinity) return;
    if (this.phase === "off" && !this.busy) this.repace();
  };
  /**
   * With a memory limit, or with others in the memory, outside of a cycle: goal and trigger anew, by the free slots that there are now.
   * They move apart from the live bytes as slots are filled, so a trigger that was reached may lie ahead again. Whether it does, by
   * enough to go on.
   */
  protected refit(): boolean {
    if (this.pacer.memoryLimit === Infinity && this.#look === Infinity) return false;
    this.repace();
    return this.pacer.trigger - this.live >= ASSIST_BYTES;
  }
  /** Outside of a cycle, where a grant is used up: whether the trigger lies ahead. */
  protected isAhead(): boolean {
    if (this.#look === Infinity)
      return (this.live < this.pacer.trigger || this.refit()) && !this.#endsEarly();
    if (this.pacer.goal !== Infinity && this.#isCramped()) {
      this.urgent = true;
      return false;
    }
    return this.refit();
  }
  /** Whether free pages are about to run out: pages of others may be nearly empty, which their bytes do not tell. */
  #isCramped(): boolean {
    const look = this.#look;
    const { sys, heapIdle } = this.allocator.stats();
    if (this.memory.byteLength - sys + heapIdle >= 2 * look) return false;
    return this.#room.isWorth(look, this.allocated, this.pacer.marked);
  }
  /** Whether free pages run out before the pacer's room: goal and trigger are then where the pages end. */
  #endsEarly(): boolean {
    if (this.pacer.goal === Infinity || !this.#pages.runOut()) return false;
    if (!this.#room.isWorth(this.#pages.least, this.allocated, this.pacer.marked)) return false;
    this.#end = this.live + this.#pages.free;
    this.repace();
    return true;
  }
  protected override grant(bytes: number): void {
    const alone = this.#look === Infinity;
    const look = !alone ? this.#look : this.phase === "off" ? this.#pages.untilLook() : Infinity;
    super.grant(Math.min(bytes, look));
  }
  /** Bytes in pages of the heap that are no objects: where others have some, what they have, and the own blocks, which else are overhead. */
  #foreign(): number {
    const { others } = this.allocator.system;
    return others === undefined ? 0 : others + this.own.bytes;
  }
  freeOSMemory(): void {
    this.collect();
    (this.allocator as { scavenge?: (bytes?: number) => unknown }).scavenge?.(Infinity);
  }

  stats(): api.MemStats {
    const ledger = this.ledger;
    return {
      ...this.allocator.stats(),
      numGC: ledger.numGC,
      numForcedGC: ledger.numForcedGC,
      nextGC: this.pacer.goal,
      heapMarked: this.pacer.marked,
      pauseTotalMs: ledger.pauseTotalMs,
      pauseMs: ledger.list(),
      lastGCMs: ledger.lastGCMs,
      gcCPUFraction: ledger.fraction(this.now()),
      gcPhase: this.phase,
    };
  }

  /** Guards against calls from inside a root source or a sweep, and without a memory. */
  protected enter(call: string): void {
    checkAttached(this.u32);
    if (this.busy) throw new GcArgumentError(`${call}: called while the collector is at work`);
    this.busy = true;
  }
}
