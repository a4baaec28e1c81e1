/**
 * Contracts of `@gort/alloc`: an address space, an allocator over it, and what a collector asks of one.
 *
 * Invariants
 *  1. A pointer handed out is a multiple of 8 (of 16 for sizes that are multiples of 16) and never 0.
 *  2. `usableSize(p) >= size` asked for; live objects never overlap.
 *  3. A failed call changes nothing: every structure is as it was before it.
 *  4. All state lies in the memory; an `Allocator` object holds cached views and constants only, so a
 *     second one attached to the same buffer continues the first one's work.
 */
import type { Memory, Ptr } from "@gort/types";

export type { Memory, Ptr } from "@gort/types";

/** The object holds no pointers: it lives in a noscan span and a collector never looks inside. */
export const NOSCAN = 1;
/** The caller overwrites all bytes at once, so they need not be zeroed. */
export const NOZERO = 2;

/** Manual memory: four operations. Every implementation passes `@gort/alloc/testing`. */
export interface Allocator {
  readonly memory: Memory;
  /**
   * Allocates `size` bytes, zeroed unless `flags` has {@link NOZERO}.
   * @param size bytes, an integer from 0; size 0 gives a valid pointer that may be shared
   * @param flags a sum of {@link NOSCAN} and {@link NOZERO}; default 0
   * @param shard which cache serves the call, usually the index of a P; default 0
   */
  alloc(size: number, flags?: number, shard?: number): Ptr;
  /** Gives back an object; `p` must be what `alloc` returned. Freeing 0 does nothing. */
  free(p: Ptr, shard?: number): void;
  /** Bytes that may be used at `p`: at least what was asked for. */
  usableSize(p: Ptr): number;
  /** Go's `MemStats` names; a snapshot. */
  stats(): AllocStats;
}

/** An allocator that a tracing collector can run on. The default and the bump allocator both are. */
export interface TracedAllocator extends Allocator {
  readonly objects: ObjectTable;
}

/** What a collector needs to know and to do about all objects of an allocator. */
export interface ObjectTable {
  /** Base of the allocated object that contains `p` (interior pointers too), or 0 if there is none. */
  find(p: Ptr): Ptr;
  /** Marks the object with base `base`; true if it was white before. */
  mark(base: Ptr): boolean;
  isMarked(base: Ptr): boolean;
  /** Whether the object was allocated without {@link NOSCAN}. */
  isScan(base: Ptr): boolean;
  /**
   * Start of the pointer bitmap: one bit per 4-byte word of the whole memory. The bit of the word at
   * address `a` is bit `(a >>> 2) & 31` of the 32-bit word at index `(pointerBits >>> 2) + (a >>> 7)`.
   * The allocator clears the bits of a scan object when it hands it out; the heap sets them.
   */
  readonly pointerBits: Ptr;
  /** The mark-sweep cycle, see {@link SweepControl}. */
  readonly cycle: SweepControl;
  /** Visits every allocated object, in address order within a span. */
  forEach(visit: (base: Ptr, size: number) => void): void;
}

/** The cycle of marks and sweeps, as Go's sweepgen: idle → marking → sweeping → idle. */
export interface SweepControl {
  /** All objects become white; objects allocated from now on are born black. Sweep must be finished. */
  startMark(): void;
  /** Marking is over: what is white is garbage. Spans are swept lazily, at latest before reuse. */
  startSweep(): void;
  /** Sweeps at least `pages` 8 KiB pages if there are that many; returns pages swept, 0 when done. */
  sweep(pages: number): number;
  /** Called before a span that has a special object is swept, with its address range. */
  onSweep: ((start: Ptr, end: Ptr) => void) | null;
  /** Flags the object's span so that `onSweep` is called for it in this and later cycles. */
  setSpecial(base: Ptr): void;
}

/** A snapshot of an allocator, with the names of Go's `runtime.MemStats`. All sizes in bytes. */
export interface AllocStats {
  /** Bytes of live (not yet swept) objects, counted by their size class. */
  readonly heapAlloc: number;
  /** Cumulative bytes allocated. */
  readonly totalAlloc: number;
  readonly mallocs: number;
  readonly frees: number;
  readonly heapObjects: number;
  /** Bytes obtained for the heap: `heapIdle + heapInuse`. */
  readonly heapSys: number;
  readonly heapIdle: number;
  readonly heapInuse: number;
  readonly heapReleased: number;
  /** All bytes obtained, metadata included. */
  readonly sys: number;
  readonly bySize: readonly SizeStats[];
}

export interface SizeStats {
  readonly size: number;
  readonly mallocs: number;
  readonly frees: number;
}
