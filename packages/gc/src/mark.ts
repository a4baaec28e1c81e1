/**
 * The marker: shades objects and scans grey ones, in pieces of any size.
 *
 * Invariants
 *  1. White: not marked. Grey: marked and in the grey set, or not yet scanned to its end. Black: the rest.
 *  2. An object is pushed when its mark bit goes from 0 to 1 and it can hold pointers, unless it is one of 8 bytes that holds none
 *     now; and, without being marked, when its contents are to live (what an object with a finalizer refers to).
 *  3. A scan reads exactly the words whose pointer bit is set; a pointer into the object that is being
 *     scanned is skipped, as in Go, so that a self pointer does not keep a finalizable object alive.
 *  4. Objects beyond {@link OBLET_BYTES} are scanned in oblets, and roots block by block, so one step stays short.
 *  5. Roots that were scanned stay black, since storing into one shades; blocks made while marking need no scan.
 *
 * Why one class: a worker's state is its grey set and two counters; a second worker is a second object.
 */
import type { ObjectTable, ObjectTracer, Ptr, TracedAllocator } from "@gort/alloc";
import { GreySet, LARGE, OBLET } from "./grey.ts";
import { HANDLE_BLOCK, scanHandles } from "./handles.ts";
import type { OwnMemory } from "./own-memory.ts";
import { HANDLES, RECORDS, STACK, WORK } from "./own-memory.ts";
import type { RootParts } from "./root-parts.ts";
import { scanRecords } from "./specials.ts";
import { scanStack, stackWords } from "./stack.ts";

/** A larger object is scanned in pieces of this size: at most 512 pointers, about 0.03 ms. */
export const OBLET_BYTES = 2048;
/** Words of a stack that are scanned at a time. */
const STACK_PIECE = 1024;
/** What passing a block without roots counts as, in bytes. */
const BLOCK_COST = 64;
/** Keeps amounts of work small integers. */
const WORK_MAX = 1 << 30;

export class Marker {
  readonly grey: GreySet;
  readonly #objects: ObjectTable;
  readonly #own: OwnMemory;
  readonly #u32: Uint32Array;
  readonly #i32: Int32Array;
  /** Index of the first word of the pointer bitmap. */
  readonly #map: number;
  readonly #tracer: ObjectTracer | null;
  #marked = 0;
  /** Bytes scanned in this cycle. */
  scanned = 0;

  readonly parts: RootParts;

  constructor(allocator: TracedAllocator, own: OwnMemory, parts: RootParts) {
    this.parts = parts;
    this.grey = new GreySet(own);
    this.#objects = allocator.objects;
    this.#own = own;
    this.#u32 = allocator.memory.u32;
    this.#i32 = allocator.memory.i32;
    this.#map = allocator.objects.pointerBits >>> 2;
    this.#tracer = allocator.objects.tracer ?? null;
  }

  /** Bytes of objects marked in this cycle. */
  get marked(): number {
    return this.#marked + (this.#tracer === null ? 0 : this.#tracer.marked);
  }

  /** A new cycle: nothing is marked. */
  reset(): void {
    this.#marked = 0;
    this.scanned = 0;
    this.parts.reset();
    if (this.#tracer !== null) this.#tracer.marked = this.#tracer.scanned = 0;
  }

  /** Makes the object that contains `p` grey if it is white. Any number is fine, 0 included. */
  readonly shade = (p: Ptr): void => {
    if (p !== 0) this.shadeNonNil(p);
  };

  shadeNonNil(p: Ptr): void {
    const base = this.#objects.findAndMark(p);
    if (base !== 0) this.#found(base);
  }

  /** An object has just been marked. By itself, so that the barrier's usual case, marked already, is small enough to be inlined. */
  #found(base: Ptr): void {
    const objects = this.#objects;
    const size = objects.sizeOf(base);
    this.#marked += size;
    if (objects.isScan(base)) this.grey.push(size > OBLET_BYTES ? base + LARGE : base);
  }

  /** Shades what the words from `first` up to `end` point to. */
  shadeWords(first: number, end: number): void {
    const { grey } = this;
    const tracer = this.#tracer;
    if (tracer === null || !grey.reserve(end - first)) {
      for (let w = first; w < end; w++) this.shade(this.#u32[w]!);
      return;
    }
    const before = tracer.scanned;
    grey.top = tracer.traceWords(first, end, grey.top);
    this.scanned += tracer.scanned - before;
  }

  /** Marks what an object refers to, but not the object; at once if it finds no room to wait, since a lost push is made up for by marks. */
  readonly shadeContents = (base: Ptr): void => {
    const { grey } = this;
    if (!this.#objects.isScan(base)) return;
    if (grey.reserve(1)) grey.push(base + OBLET);
    else {
      const size = this.#objects.sizeOf(base);
      this.#scan(base, size, base, size);
    }
  };

  /** Begins to scan the blocks of roots: as part of `drain`, or at once. */
  startRoots(atOnce: boolean): void {
    const own = this.#own;
    own.startWalk();
    // A heap without roots of its own has the first work buffer only: nothing to wait for.
    if (own.cursor !== 0 && own.kind(own.cursor) === WORK) own.advance();
    if (atOnce) while (own.cursor !== 0) this.#roots();
  }

  /** Whether nothing is left to be scanned. */
  get isDone(): boolean {
    const { grey } = this;
    return grey.isEmpty && this.#own.cursor === 0 && this.parts.isDone && !grey.overflow;
  }

  /**
   * Scans grey objects, and roots when there are none, until about `work` bytes are done or nothing is left.
   * @returns bytes scanned; less than `work` exactly when nothing is left
   */
  drain(work: number): number {
    const { grey } = this;
    const tracer = this.#tracer;
    let done = 0;
    while (done < work) {
      if (grey.top === grey.bottom && !grey.refill()) {
        if (this.#own.cursor !== 0) done += this.#roots();
        else if (!this.parts.isDone) done += this.parts.next();
        else if (grey.overflow) done += this.#rescan();
        else break;
        continue;
      }
      let before = 0;
      if (tracer !== null) {
        grey.reserve(tracer.room);
        before = tracer.scanned;
        grey.top = tracer.trace(grey.bottom, grey.top, grey.end, Math.min(work - done, WORK_MAX));
        const traced = tracer.scanned - before;
        done += traced;
        if (traced !== 0) continue;
      }
      done += this.#one(grey.pop());
      // Small objects that the tracer found empty.
      if (tracer !== null) done += tracer.scanned - before;
    }
    this.scanned += done;
    return done;
  }

  /** Scans one entry of the grey set. */
  #one(entry: number): number {
    const tag = entry & 7;
    const at = entry - tag;
    const base = tag === OBLET ? this.#objects.find(at) : at;
    const end = base + this.#objects.sizeOf(base);
    // One piece of a large object; the rest of it waits.
    const stop = Math.min(at + OBLET_BYTES, end);
    if (stop < end) this.grey.push(stop + OBLET);
    this.#scan(at, stop - at, base, end - base);
    return stop - at;
  }

  /** Scans the block under the cursor, of a stack a piece at a time; the bytes of it. */
  #roots(): number {
    const own = this.#own;
    const u32 = this.#u32;
    const block = own.cursor;
    const kind = own.kind(block);
    if (kind === STACK) {
      const from = own.cursorWords;
      const used = stackWords(u32, block);
      const to = Math.min(from + STACK_PIECE, used);
      scanStack(u32, block, this.shade, from, to);
      if (to < used) own.cursorWords = to;
      else own.advance();
      return Math.max(to - from, 16) * 4;
    }
    if (kind === HANDLES) scanHandles(u32, block, this.shade);
    else if (kind === RECORDS) scanRecords(u32, block, this.shade, this.shadeContents);
    own.advance();
    return kind === HANDLES || kind === RECORDS ? HANDLE_BLOCK : BLOCK_COST;
  }

  /** Shades what the `n` bytes at `at` refer to, by the tracer where there is one. */
  #scan(at: Ptr, n: number, base: Ptr, size: number): void {
    const tracer = this.#tracer;
    const { grey } = this;
    const piece = tracer === null ? 0 : tracer.room * 4;
    let done = 0;
    while (tracer !== null && done < n && grey.reserve(tracer.room)) {
      const bytes = Math.min(piece, n - done);
      grey.top = tracer.traceRange(at + done, bytes, base, size, grey.top);
      done += bytes;
    }
    if (done < n) this.#scanSlowly(at + done, n - done, base, size);
  }

  /** Shades what the `n` bytes at `at` refer to; they are part of the object `base` of `size` bytes. */
  #scanSlowly(at: Ptr, n: number, base: Ptr, size: number): void {
    const i32 = this.#i32;
    const u32 = this.#u32;
    const map = this.#map;
    const last = (at + n - 1) >>> 7;
    let w = at >>> 7;
    let bits = i32[map + w]! & (-1 << ((at >>> 2) & 31));
    for (;;) {
      if (w === last) bits &= -1 >>> (31 - (((at + n - 1) >>> 2) & 31));
      while (bits !== 0) {
        const bit = 31 - Math.clz32(bits & -bits);
        bits &= bits - 1;
        const p = u32[w * 32 + bit]!;
        if (p !== 0 && (p - base >= size || p < base)) this.shadeNonNil(p);
      }
      if (w === last) break;
      bits = i32[map + ++w]!;
    }
  }

  /** The slow way after a lost push: scans every marked object once more. */
  #rescan(): number {
    this.grey.overflow = false;
    let work = 0;
    this.#objects.forEach((base, size) => {
      if (!this.#objects.isMarked(base) || !this.#objects.isScan(base)) return;
      this.#scan(base, size, base, size);
      work += size;
    });
    return work;
  }
}
