/**
 * The marker: shades objects and scans grey ones, in pieces of any size.
 *
 * Invariants
 *  1. White: not marked. Grey: marked and in the grey set, or not yet scanned to its end. Black: the rest.
 *  2. An object is pushed exactly when its mark bit goes from 0 to 1 and it can hold pointers.
 *  3. A scan reads exactly the words whose pointer bit is set; a pointer into the object that is being
 *     scanned is skipped, as in Go, so that a self pointer does not keep a finalizable object alive.
 *  4. Objects beyond {@link OBLET_BYTES} are scanned in oblets, so one step stays short.
 *
 * Why one class: a worker's state is its grey set and two counters; a second worker is a second object.
 */
import type { ObjectTable, Ptr, TracedAllocator } from "@gort/alloc";
import { GreySet, OBJECT, OBLET, ROOTS } from "./grey.ts";
import { HANDLE_BLOCK, scanHandles } from "./handles.ts";
import type { OwnMemory } from "./own-memory.ts";
import { HANDLES, RECORDS, STACK } from "./own-memory.ts";
import { scanRecords } from "./specials.ts";
import { scanStack } from "./stack.ts";

/** A larger object is scanned in pieces of this size: at most 2,048 pointers, about 0.1 ms. */
export const OBLET_BYTES = 8192;

export class Marker {
  readonly grey: GreySet;
  readonly #objects: ObjectTable;
  readonly #own: OwnMemory;
  readonly #u32: Uint32Array;
  readonly #i32: Int32Array;
  /** Index of the first word of the pointer bitmap. */
  readonly #map: number;
  /** Bytes of objects marked in this cycle. */
  marked = 0;
  /** Bytes scanned in this cycle. */
  scanned = 0;

  constructor(allocator: TracedAllocator, own: OwnMemory) {
    this.grey = new GreySet(own);
    this.#objects = allocator.objects;
    this.#own = own;
    this.#u32 = allocator.memory.u32;
    this.#i32 = allocator.memory.i32;
    this.#map = allocator.objects.pointerBits >>> 2;
  }

  /** Makes the object that contains `p` grey if it is white. Any number is fine, 0 included. */
  readonly shade = (p: Ptr): void => {
    if (p !== 0) this.shadeNonNil(p);
  };

  shadeNonNil(p: Ptr): void {
    const objects = this.#objects;
    const base = objects.findAndMark(p);
    if (base === 0) return;
    if (objects.isScan(base)) this.grey.push(base);
    else this.marked += objects.sizeOf(base);
  }

  /** Marks what an object refers to, but not the object. */
  readonly shadeContents = (base: Ptr): void => {
    if (this.#objects.isScan(base)) this.grey.push(base | OBLET);
  };

  /** Queues a block of roots. */
  pushRoots(block: Ptr): void {
    this.grey.push(block | ROOTS);
  }

  /**
   * Scans grey objects until about `work` bytes are done or nothing is grey.
   * @returns bytes scanned; less than `work` exactly when nothing is grey any more
   */
  drain(work: number): number {
    let done = 0;
    while (done < work) {
      const entry = this.grey.pop();
      if (entry === 0) {
        if (!this.grey.overflow) break;
        done += this.#rescan();
        continue;
      }
      const tag = entry & 7;
      if (tag === OBJECT) {
        const size = this.#objects.sizeOf(entry);
        this.marked += size;
        if (size > OBLET_BYTES) done += this.#oblet(entry, entry, entry + size);
        else {
          this.#scan(entry, size, entry, size);
          done += size;
        }
      } else if (tag === OBLET) {
        const at = entry - OBLET;
        const base = this.#objects.find(at);
        done += this.#oblet(base, at, base + this.#objects.sizeOf(base));
      } else done += this.#roots(entry - ROOTS);
    }
    this.scanned += done;
    return done;
  }

  /** Scans one piece of a large object from `at`, queues the rest. */
  #oblet(base: Ptr, at: Ptr, end: Ptr): number {
    const stop = Math.min(at + OBLET_BYTES, end);
    if (stop < end) this.grey.push(stop + OBLET);
    this.#scan(at, stop - at, base, end - base);
    return stop - at;
  }

  /** Scans a block of roots at once. */
  scanRoots(block: Ptr): void {
    this.#roots(block);
  }

  #roots(block: Ptr): number {
    const u32 = this.#u32;
    const kind = this.#own.kind(block);
    if (kind === HANDLES) scanHandles(u32, block, this.shade);
    else if (kind === STACK) scanStack(u32, block, this.shade);
    else if (kind === RECORDS) scanRecords(u32, block, this.shade, this.shadeContents);
    return HANDLE_BLOCK;
  }

  /** Shades what the `n` bytes at `at` refer to; they are part of the object `base` of `size` bytes. */
  #scan(at: Ptr, n: number, base: Ptr, size: number): void {
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
    const before = this.marked;
    this.#objects.forEach((base, size) => {
      if (!this.#objects.isMarked(base) || !this.#objects.isScan(base)) return;
      this.#scan(base, size, base, size);
      work += size;
    });
    this.marked = Math.max(before, this.marked);
    return work;
  }
}
