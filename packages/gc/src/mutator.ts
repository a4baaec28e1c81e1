/**
 * The program's side of a heap: typed allocation, the one pointer writer, and the count of bytes that calls the collector.
 *
 * Invariants
 *  1. `wb` is 0 exactly when a pointer store is a plain store; that test is all that a store costs then.
 *  2. `credit` counts down the bytes allocated, runs as a whole; below 0 the collector is asked (`allocSlow`), and after a
 *     large object (`allocLarge`), nowhere else, and only after the object is the program's.
 *  3. `live` is what the last cycle marked and what was allocated since, whatever part of it is still in `credit`.
 *
 * Why a base class and not a bag of parts: the methods of one object share its cached views, and V8
 * inlines them. It is not exported; users see the `GcHeap` interface.
 */
import type { Memory, ObjectTable, Ptr, TracedAllocator } from "@gort/alloc";
import { NOSCAN } from "@gort/alloc";
import type { Type, ValueTable } from "@gort/types";
import type * as api from "./api.ts";
import { checkCount, checkOptions, checkType, verifyMove, verifyWrite } from "./arguments.ts";
import { DELETION, HYBRID, INSERTION, moveWords, shadeMove, VERIFY } from "./barrier.ts";
import type { BoxHost } from "./boxes.ts";
import { Boxes } from "./boxes.ts";
import { GcArgumentError, noRoom } from "./errors.ts";
import { LARGE } from "./large-room.ts";
import { OwnMemory, USER_BARRIER, USER_END } from "./own-memory.ts";
import { PageIndex } from "./page-index.ts";
import { orBits, setPointerBits } from "./pointer-bits.ts";
import { Profiler } from "./profile.ts";
import type { Run } from "./runs.ts";
import { NO_RUN, Runs } from "./runs.ts";
import { Specials } from "./specials.ts";

/** Longest count of bytes granted between two looks of the collector; keeps `credit` a small integer. */
const GRANT_MAX = 1 << 28;

export abstract class Mutator implements BoxHost {
  abstract readonly kind: api.GcHeap["kind"];
  readonly memory: Memory;
  readonly allocator: TracedAllocator;
  readonly objects: ObjectTable;
  readonly u8: Uint8Array;
  readonly u32: Uint32Array;
  readonly i32: Int32Array;
  readonly options: api.HeapOptions;
  readonly own: OwnMemory;
  readonly index: PageIndex;
  readonly boxes: Boxes;
  readonly specials: Specials;
  /** Index of the first word of the pointer bitmap. */
  readonly #map: number;
  /** Null if objects are allocated singly: see `runs.ts`. */
  readonly #runs: Runs | null = null;
  /** The run that was allocated from last: most programs allocate one type many times. */
  #run = NO_RUN;
  /** The type allocated singly last. */
  #type: Type | null = null;
  #size = 0;
  #flags = 0;
  #mask = 0;
  /** Barrier bits, see `barrier.ts`. */
  wb = 0;
  /** The barrier's buffer: its first word, the next free one, the first where there is no room for two. */
  readonly wbStart: number;
  wbTop: number;
  readonly wbEnd: number;
  /** Bytes that may be allocated before the collector looks again. */
  credit = 0;
  #granted = 0;
  #live = 0;
  /** Bytes of the grant beyond `credit`, held back for a sample in between. */
  #rest = 0;
  readonly #profiler: Profiler | null;
  /** Bytes allocated since the heap was made. */
  allocated = 0;
  /** The address of all objects of size 0, where the allocator has one that is no object; else 0. */
  readonly zeroBase: Ptr;
  phase: api.Phase = "off";
  /** The collector is at work. */
  busy = false;

  /** @param call what makes the heap, for errors */
  constructor(allocator: TracedAllocator, options: api.HeapOptions, call: string) {
    checkOptions(call, allocator, options);
    this.allocator = allocator;
    this.objects = allocator.objects;
    this.memory = allocator.memory;
    this.u8 = this.memory.u8;
    this.u32 = this.memory.u32;
    this.i32 = this.memory.i32;
    this.options = options;
    this.#map = this.objects.pointerBits >>> 2;
    const zero = allocator.alloc(0, NOSCAN);
    this.zeroBase = this.objects.find(zero) === 0 ? zero : 0;
    if (this.zeroBase === 0) allocator.free(zero);
    this.own = new OwnMemory(allocator, call);
    this.wbStart = this.wbTop = this.own.user + USER_BARRIER;
    this.wbEnd = this.own.user + USER_END - 1;
    this.index = new PageIndex(this.own);
    this.boxes = new Boxes(this);
    this.specials = new Specials(this.own, this.index, this.objects, this.boxes);
    const rate = options.profileRate ?? 0;
    this.#profiler =
      rate === 0 ? null : new Profiler(this.specials, rate, options.random ?? Math.random);
    if (allocator.runs !== undefined && rate === 0 && options.stress !== true) {
      this.#runs = new Runs(allocator.runs, this.objects, this.i32);
      allocator.runs.onCount = this.settleRuns;
    }
    if (options.stress === true) this.wb = VERIFY;
  }

  get values(): ValueTable {
    return this.boxes;
  }

  /** Called when the grant is used up, right after an allocation. Must not free anything reachable. */
  protected abstract allocSlow(): void;
  /** Called right after an object with pages of its own was allocated. Must not free anything reachable. */
  protected abstract allocLarge(size: number): void;
  /** Shades `p`, which is not nil; called only while marking. */
  protected abstract shadeNow(p: Ptr): void;
  /** Shades what the words from `first` up to `end` point to; called only while marking. */
  protected abstract shadeWords(first: number, end: number): void;
  /** A new root or a weak pointer was read: shades it while marking. */
  abstract readonly shade: (p: Ptr) => void;

  // ---- the hot paths

  alloc(type: Type, count = 1): Ptr {
    const run = this.#run;
    const next = run.next;
    if (run.type !== type || next === run.end || count !== 1) return this.#allocOther(type, count);
    run.next = next + run.step;
    return (next << 3) >>> 0;
  }

  /** Another type than the last time, a run that is used up, an array, or a type without runs. */
  #allocOther(type: Type, count: number): Ptr {
    const runs = this.#runs;
    if (runs === null || count !== 1) return this.#allocSingly(type, count);
    const run = runs.of(type);
    if (run === NO_RUN) return this.#allocSingly(type, count);
    this.#run = run;
    if (run.next === run.end) {
      const bytes = this.#claim(runs, run); // may give runs back and raise the credit
      this.credit -= bytes;
    }
    const p = run.next * 8;
    run.next += run.step;
    // The object is the program's before the collector looks: it may take back the rest of the run.
    if (this.credit < 0) this.#outOfCredit(p);
    return p;
  }

  #claim(runs: Runs, run: Run): number {
    try {
      return runs.claim(run);
    } catch (error) {
      this.#makeRoom(error);
    }
    try {
      return runs.claim(run);
    } catch (error) {
      throw noRoom(error, this);
    }
  }

  #allocSingly(type: Type, count: number): Ptr {
    if (type !== this.#type) this.#remember(type);
    let size = this.#size;
    if (count !== 1) {
      checkCount(type, count);
      size *= count;
    }
    const flags = this.#flags;
    const p = this.take(size, flags);
    if (flags === 0) {
      if (count === 1 && this.#mask !== 0) orBits(this.i32, this.#map, p >>> 2, this.#mask);
      else setPointerBits(this.i32, this.#map, p, type, count);
    }
    if ((this.credit -= size) < 0) this.#outOfCredit(p);
    if (size > LARGE) this.allocLarge(size);
    return p;
  }

  /** Keeps the layout of the type in fields: its own are behind a getter and a typed array. */
  #remember(type: Type): void {
    checkType(type);
    this.#size = type.size;
    this.#flags = type.ptrdata !== 0 ? 0 : NOSCAN;
    this.#mask = type.ptrdata <= 128 ? (type.ptrMask[0] ?? 0) | 0 : 0;
    this.#type = type;
  }

  /** Whether an address is in memory that is allocated only as the rest of a run. */
  isUnused(p: Ptr): boolean {
    return this.#runs !== null && this.#runs.has(p);
  }

  /** Gives back what was claimed and not handed out, so that what is allocated is what the program has. */
  readonly settleRuns = (): void => {
    if (this.#runs !== null) this.credit += this.#runs.flush();
  };

  writePtr(slot: Ptr, value: Ptr): void {
    if (this.wb !== 0) this.#barrier(slot, value);
    this.i32[slot >>> 2] = value | 0;
  }

  typedMove(type: Type, dst: Ptr, src: Ptr, count: number): void {
    if ((this.wb & VERIFY) !== 0) verifyMove(this, type, dst, src, count);
    const bytes = type.size * count;
    if (bytes === 0 || dst === src) return;
    if (this.wb !== 0 && type.ptrdata !== 0 && (this.wb & (INSERTION | DELETION)) !== 0)
      shadeMove(this, type, dst, src, count, this.wb);
    if (src === 0) this.u8.fill(0, dst, dst + bytes);
    else if (bytes <= 64 && ((bytes | dst | src) & 3) === 0) moveWords(this.i32, dst, src, bytes);
    else this.u8.copyWithin(dst, src, src + bytes);
  }

  #barrier(slot: Ptr, value: Ptr): void {
    if (this.wb !== HYBRID) {
      this.#barrierAtOnce(slot, value);
      return;
    }
    const { i32 } = this;
    let top = this.wbTop;
    // Most writes are the first to their slot: an old pointer that is nil is written over, without a branch.
    const old = i32[slot >>> 2]!;
    i32[top] = old;
    top = (top + ((old | -old) >>> 31)) | 0;
    i32[top] = value | 0;
    this.wbTop = top = (top + 1) | 0;
    if (top >= this.wbEnd) this.flushBarrier();
  }

  /** Shades what is in the barrier's buffer. */
  flushBarrier(): void {
    if (this.wbTop !== this.wbStart) this.shadeWords(this.wbStart, this.wbTop);
    this.wbTop = this.wbStart;
  }

  #barrierAtOnce(slot: Ptr, value: Ptr): void {
    const wb = this.wb;
    if ((wb & VERIFY) !== 0) verifyWrite(this, slot, value);
    if ((wb & DELETION) !== 0) {
      const old = this.u32[slot >>> 2]!;
      if (old !== 0) this.shadeNow(old);
    }
    if ((wb & INSERTION) !== 0 && value !== 0) this.shadeNow(value);
  }

  // ---- allocation for the heap's own use

  /** Memory for an object; where there is none, makes room and tries again. */
  protected take(size: number, flags: number): Ptr {
    try {
      return this.allocator.alloc(size, flags);
    } catch (error) {
      this.#makeRoom(error);
    }
    try {
      return this.allocator.alloc(size, flags);
    } catch (error) {
      throw noRoom(error, this);
    }
  }

  /** After a failure: sweeps everything and gives back runs. Throws the error if nothing can be done. */
  #makeRoom(error: unknown): void {
    const sweeps = this.phase === "sweep" && !this.busy;
    if (!sweeps && (this.#runs === null || this.#runs.bytes === 0)) throw noRoom(error, this);
    if (sweeps) this.finishSweep();
    this.settleRuns();
  }

  /** Sweeps what is left to sweep. */
  protected finishSweep(): void {
    while (this.objects.cycle.sweep(1 << 20) > 0);
    this.phase = "off";
  }

  newBox(): Ptr {
    const p = this.take(16, NOSCAN);
    if ((this.credit -= 16) < 0) this.#outOfCredit(p);
    return p;
  }
  setSpecial(p: Ptr): void {
    this.objects.cycle.setSpecial(p);
  }
  isMarked(p: Ptr): boolean {
    return this.objects.isMarked(p);
  }

  // ---- live bytes

  /** Bytes marked by the last cycle and allocated since, by the sizes asked for. */
  get live(): number {
    return this.#live + this.#granted - this.credit;
  }
  protected setLive(bytes: number): void {
    this.settle();
    this.#live = bytes;
  }
  /** Lets the mutator allocate so many bytes before the next look of the collector. */
  protected grant(bytes: number): void {
    this.settle();
    const whole = Math.floor(Math.min(Math.max(bytes, 0), GRANT_MAX));
    const now = this.#profiler === null ? whole : Math.min(whole, this.#profiler.distance);
    this.#rest = whole - now;
    this.credit = this.#granted = now;
  }
  /** The credit is gone: for a sample of the profile, for the collector, or for both. */
  #outOfCredit(p: Ptr): void {
    // What a large object took beyond the credit was of the rest of the grant.
    this.#rest += this.credit;
    this.settle();
    const profiler = this.#profiler;
    if (profiler !== null) {
      if (profiler.distance < 0) {
        const base = this.objects.find(p);
        if (base === 0) profiler.distance = 0;
        else profiler.sample(base, this.objects.sizeOf(base), p !== base);
      }
      if (this.#rest > 0) {
        this.grant(this.#rest);
        return;
      }
    }
    this.allocSlow();
  }
  /** The profiler; throws if there is none. */
  profile(): Profiler {
    if (this.#profiler === null)
      throw new GcArgumentError("heapProfile: the heap was made without profileRate");
    return this.#profiler;
  }
  protected settle(): void {
    const used = this.#granted - this.credit;
    if (this.#profiler !== null) this.#profiler.distance -= used;
    this.#live += used;
    this.allocated += used;
    this.#granted = this.credit;
  }
}
