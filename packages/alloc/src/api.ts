/**
 * Contracts of `@gort/alloc`: an address space, an allocator over it, and what a collector asks of one.
 *
 * Invariants
 *  1. A pointer handed out is a multiple of 8 (of 16 for sizes that are multiples of 16) and never 0. Only
 *     {@link NOSCAN} objects below 16 bytes may be packed closer: they are aligned to 8, 4, 2 or 1 as their size divides.
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

/** What a memory lies in. Growable is the fallback: its views track the length and are many times slower. */
export type MemoryBacking = "array" | "shared" | "wasm" | "wasm-shared" | "growable";

/** Options of `createMemory`. */
export interface MemoryOptions {
  /** Bytes of address space, from 128 KiB to 4 GiB, rounded down to 8 KiB. @defaultValue 1 GiB */
  readonly reserve?: number | undefined;
  /** The least that will do if the host refuses `reserve`. @defaultValue 16 MiB, or `reserve` if that is less */
  readonly reserveMin?: number | undefined;
  /** Whether other threads may attach. @defaultValue true where the host has `SharedArrayBuffer` */
  readonly shared?: boolean | undefined;
  /** Names the backing outright; wins over `shared`. */
  readonly backing?: MemoryBacking | undefined;
}

/** A {@link Memory} that knows how it was reserved. */
export interface ReservedMemory extends Memory {
  /** What the memory lies in. */
  readonly backing: MemoryBacking;
  /** Bytes the buffer holds now: `byteLength`, or less for a growable one. */
  committed(): number;
  /** Makes at least `bytes` bytes usable; false if the host refuses. Always true below `committed()`. */
  commit(bytes: number): boolean;
}

/** Options of `createAllocator`. */
export interface AllocatorOptions {
  /** Number of caches, usually that of Ps; from 1 to 256. @defaultValue 4 */
  readonly shards?: number | undefined;
  /** Whether pointer-free objects below 16 bytes, but not of 8, share 16-byte blocks. @defaultValue true */
  readonly tiny?: boolean | undefined;
}

/**
 * Manual memory: four operations. Every implementation passes `@gort/alloc/testing`, which asks besides the types:
 *
 * - A refused call throws an error whose text names the value and says what is wrong: `size` or `out of memory` of `alloc`, `shard` of
 *   both, `double free`, `interior pointer`, `foreign pointer` or `is not an address` of `free` and `usableSize`. It changes nothing.
 * - A pointer is a multiple of 8, and of 16 for a size that is one; {@link NOSCAN} objects below 16 bytes may be packed closer, at
 *   multiples of 8, 4, 2 or 1, as their size divides.
 * - An object is whole from `p` to `p + usableSize(p)`, and nobody else's until it is freed. Objects of size 0 are not counted in
 *   `heapObjects` once freed, however often.
 * - All views of `memory` lie over one buffer, each over the whole of it.
 */
export interface Allocator {
  /** The memory that its objects lie in. */
  readonly memory: Memory;
  /**
   * Allocates `size` bytes, zeroed unless `flags` has {@link NOZERO}. Of `createAllocator`: O(1) up to 32 KiB, and
   * O(objects of a span) where one is used up; above, O(pages of the object + log of all pages). Zeroing comes besides.
   * @param size bytes, an integer from 0; size 0 gives a valid pointer that may be shared
   * @param flags a sum of {@link NOSCAN} and {@link NOZERO}; default 0
   * @param shard which cache serves the call, usually the index of a P; default 0
   * @throws AllocError `BAD_SIZE`, `BAD_SHARD`, `OUT_OF_MEMORY`; of `createAllocator`, V8's own `TypeError` for a `size` that is a
   * bigint or a symbol
   */
  alloc(size: number, flags?: number, shard?: number): Ptr;
  /**
   * Gives back an object; `p` must be what `alloc` returned. Freeing 0 does nothing but refuse what is no shard. Of `createAllocator`:
   * O(1), for an object above 32 KiB O(its pages + log of all pages).
   * @throws AllocError `DOUBLE_FREE`, `INTERIOR_POINTER`, `FOREIGN_POINTER`, `BAD_POINTER`, `BAD_SHARD`
   */
  free(p: Ptr, shard?: number): void;
  /**
   * Bytes that may be used at `p`: at least what was asked for. O(1) of `createAllocator`.
   * @throws AllocError `DEAD_POINTER` for an object that is free, else as `free` does
   */
  usableSize(p: Ptr): number;
  /** Go's `MemStats` names; a snapshot. Of `createAllocator` O(spans + shards * size classes). */
  stats(): AllocStats;
}

/** An allocator that a tracing collector can run on. The default and the bump allocator both are. */
export interface TracedAllocator extends Allocator {
  /** What a collector asks about objects. */
  readonly objects: ObjectTable;
  /** Memory for what is no object: metadata and stacks. */
  readonly system: SystemMemory;
  /** Many objects at a time, where the allocator can. */
  readonly runs?: ObjectRuns;
}

/**
 * Free objects of one size that lie side by side, claimed at once and handed out one by one by the caller. A claimed
 * object is an allocated one: zeroed, its pointer bits clear, born black.
 */
export interface ObjectRuns {
  /** The largest object there are runs of, in bytes. */
  readonly sizeMax: number;
  /** Where the run that was claimed last ends. */
  readonly end: Ptr;
  /**
   * Claims one or more objects of the size class of `size`, 1 to `sizeMax` bytes; the address of the first.
   * Pointer-free objects below 16 bytes get a block each. Nobody checks `size` and `shard`: they are what `alloc` would take.
   * @throws AllocError `OUT_OF_MEMORY`
   */
  claim(size: number, flags: number, shard?: number): Ptr;
  /** Gives back what was not handed out of a run, from `p` to its `end`: as if it had never been allocated. */
  unclaim(p: Ptr, end: Ptr): void;
  /**
   * Called before objects are counted or visited, and when a cycle starts to mark or to sweep: give back all runs.
   * Whoever claims must set it.
   */
  onCount: (() => void) | null;
}

/** Memory outside of any object: where a collector keeps its own state, so that it too lies in the memory. */
export interface SystemMemory {
  /** Address of 1 KiB of zeroed words that belong to whoever runs on the allocator. */
  readonly user: Ptr;
  /** Bytes obtained for anything but the heap, pages of `allocManual` included: `sys - heapSys` of the statistics; O(1). */
  readonly overhead?: number;
  /** How many bytes of `overhead` have been touched: tables over all of a memory count as far as the heap has grown. O(1). */
  readonly touched?: number;
  /**
   * Bytes of the heap that others than the collector have allocated, where there may be any: they come and go at any time, so a
   * collector looks again and again.
   */
  readonly others?: number;
  /**
   * Whether there is a run of free pages for so many bytes, with those that the memory still holds; no allocation, no sweep. O(1), and
   * O(pages / 32) where only the last pages of the heap might do.
   * @throws AllocError `BAD_ARGUMENT` for `bytes` that are no number from 0
   */
  fits?(bytes: number): boolean;
  /**
   * Zeroed metadata that is never given back, at a multiple of `align`, a power of two up to 8192 (default 8). O(1) beside the zeroing.
   * @throws AllocError `OUT_OF_MEMORY`, `BAD_SIZE` unless `bytes` is an integer from 1, `BAD_ALIGN`
   */
  persistentAlloc(bytes: number, align?: number): Ptr;
  /**
   * Zeroed pages outside of the heap, as Go's stacks and work buffers are. `bytes` is rounded up to 8 KiB. O(pages asked for + log of
   * all pages) beside the zeroing.
   * @throws AllocError `OUT_OF_MEMORY`, `BAD_SIZE` unless `bytes` is an integer from 1
   */
  allocManual(bytes: number): Ptr;
  /**
   * Gives back what `allocManual(bytes)` returned, with the same `bytes`: more gives away what lies behind it. O(pages given back).
   * @throws AllocError of the default allocator, if one of the pages is free already or an object's
   */
  freeManual(p: Ptr, bytes: number): void;
}

/** What the default allocator can do beyond the contract. */
export interface TieredAllocator extends TracedAllocator {
  /**
   * Allocates at a multiple of `align`, a power of two up to 1 GiB. `free` and `usableSize` work as usual.
   * Up to 8 KiB the request is served from the first size class that is a multiple of `align`. As expensive as `alloc`.
   * @throws AllocError `BAD_ALIGN`, and what `alloc` throws
   */
  allocAligned(size: number, align: number, flags?: number, shard?: number): Ptr;
  /**
   * Resizes an object. It stays in place if `flags` has {@link NOSCAN} exactly if it had before, and either it is of up to 32 KiB and
   * the new size fits into its bytes and uses more than half of them, or it is larger than that, stays larger, and the pages behind it
   * are free (or no longer needed). Otherwise its bytes are moved.
   * Bytes past the old object are zero unless `flags` has {@link NOZERO}. `realloc(0, n)` allocates. If it throws, the old object is untouched.
   * O(1) in place beside the zeroing, else O(bytes moved).
   * @throws what `alloc` and `usableSize` throw
   */
  realloc(p: Ptr, size: number, flags?: number, shard?: number): Ptr;
  /**
   * Zeroes up to `maxBytes` of free pages, so that they need not be zeroed when they are reused; bytes done. O(bytes zeroed + pages
   * looked at).
   * @throws AllocError `BAD_ARGUMENT` unless `maxBytes` is a number from 0
   */
  scavenge(maxBytes?: number): number;
  /** Gives the empty spans that caches and central lists keep back to the page heap; bytes freed. O(spans). */
  trim(): number;
}

/** The bump allocator: hands out memory from front to back and takes it back all at once. */
export interface BumpAllocator extends TracedAllocator {
  /**
   * Frees everything, system memory included, in time proportional to what was used. Pointers into it are stale.
   * The words at `system.user` are zeroed too.
   */
  reset(): void;
  /** Bytes handed out since the last reset, headers included. */
  used(): number;
}

/** What a collector needs to know and to do about all objects of an allocator. */
export interface ObjectTable {
  /** Base of the allocated object that contains `p` (interior pointers too), or 0 if there is none. */
  find(p: Ptr): Ptr;
  /** Marks the object with base `base`; true if it was white before. */
  mark(base: Ptr): boolean;
  /** Whether the object with base `base` is marked. */
  isMarked(base: Ptr): boolean;
  /**
   * `find` and `mark` in one walk, the marker's inner loop: the base of the object that contains `p` if it
   * was white and is black now; 0 if it was black already, or if there is no object.
   */
  findAndMark(p: Ptr): Ptr;
  /** Bytes of the object with base `base`, as its size class rounds them. */
  sizeOf(base: Ptr): number;
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
  /** The marker's inner loop, where the allocator has a fast one. Without it a collector uses `findAndMark`. */
  readonly tracer?: ObjectTracer;
  /** Visits every allocated object, in address order within a span. */
  forEach(visit: (base: Ptr, size: number) => void): void;
}

/**
 * Marks what grey objects point to, many at a time. Grey objects are words on a stack that lies in the memory and grows
 * upwards: the base of a scan object; what else the caller puts there must have one of the low two bits set.
 */
export interface ObjectTracer {
  /** The most words that one batch pushes. */
  readonly room: number;
  /** Bytes of all objects marked so far; the caller may set it. */
  marked: number;
  /** Bytes of all objects traced so far; the caller may set it. */
  scanned: number;
  /**
   * Pops objects and pushes the scan objects they point to that were white, until `work` bytes are traced, the stack is
   * empty, the top is not an untagged object, or there may be no room for the pointers of the next one.
   * A pushed object that is too large to be traced at once has bit 2 set. One that holds no pointers need not be pushed.
   * @param bottom word index of the stack's first entry
   * @param top word index after its last entry
   * @param end word index after the last word that may be written
   * @returns the new top
   */
  trace(bottom: number, top: number, end: number, work: number): number;
  /**
   * The same for `bytes` bytes (at most `4 * room`) from `from` on, part of the object `base` of `size` bytes; pushes to
   * the words from `out` on and returns the new top. Above it, up to a word for each pointer is written. The bytes
   * themselves do not count as traced; an object that is found and holds no pointers may.
   */
  traceRange(from: Ptr, bytes: number, base: Ptr, size: number, out: number): number;
  /**
   * Marks what the words from `first` up to `end` point to, nil allowed; pushes to the words from `out` on, at most one for each
   * pointer, and returns the new top. `out` is not above `first`, or the words it may push do not overlap with them.
   */
  traceWords(first: number, end: number, out: number): number;
}

/** The cycle of marks and sweeps, as Go's sweepgen: idle → marking → sweeping → idle. */
export interface SweepControl {
  /** All objects become white; objects allocated from now on are born black. Sweep must be finished. */
  startMark(): void;
  /**
   * Marking is over: what is white is garbage. Spans are swept lazily, at latest before reuse. An object allocated from now on in a
   * span that is not swept yet is born black.
   */
  startSweep(): void;
  /** Sweeps at least `pages` 8 KiB pages if there are that many; returns pages swept, 0 when done. */
  sweep(pages: number): number;
  /** Pages a sweep would go through if it began now; O(1). */
  readonly pages?: number;
  /** Called before a span that has a special object is swept, with its address range. */
  onSweep: ((start: Ptr, end: Ptr) => void) | null;
  /** Flags the object's span so that `onSweep` is called for it in this and later cycles. */
  setSpecial(base: Ptr): void;
}

/** A snapshot of an allocator, with the names of Go's `runtime.MemStats`. All sizes in bytes. */
export interface AllocStats {
  /** The same as `heapAlloc`. */
  readonly alloc: number;
  /** Bytes of live (not yet swept) objects, counted by their size class. */
  readonly heapAlloc: number;
  /** Cumulative bytes allocated. */
  readonly totalAlloc: number;
  /** Always 0, as in Go. */
  readonly lookups: number;
  /** Cumulative number of objects allocated, tiny ones included. */
  readonly mallocs: number;
  /** Cumulative number of objects freed. */
  readonly frees: number;
  /** `mallocs - frees`. */
  readonly heapObjects: number;
  /** Bytes obtained for the heap: `heapIdle + heapInuse`. */
  readonly heapSys: number;
  /** Bytes of free pages. */
  readonly heapIdle: number;
  /** Bytes of pages that belong to spans. */
  readonly heapInuse: number;
  /** Bytes of free pages known to be zero: fresh or scavenged. They still count as resident if ever touched. */
  readonly heapReleased: number;
  /** Bytes of span records in use. */
  readonly mspanInuse: number;
  /** Bytes of the pages taken for span records and other metadata. */
  readonly mspanSys: number;
  /** Bytes of the shards' caches, with their magazines. */
  readonly mcacheInuse: number;
  /** Bytes taken for the caches of shards: {@link mcacheInuse}, as they are all taken when the allocator is made. */
  readonly mcacheSys: number;
  /** Bytes of the pointer bitmap, of which only the part beside the heap in use is ever touched. */
  readonly gcSys: number;
  /** Bytes of the header and of all tables but those above: the page map, what says which pages are free, and start bits. */
  readonly otherSys: number;
  /** All bytes obtained: `heapSys + mspanSys + mcacheSys + gcSys + otherSys`. */
  readonly sys: number;
  /**
   * Objects by size class, ascending. Of this package's allocators Go's 61 rows (to 18,432 bytes), of which the first stands for none;
   * empty if an allocator has no size classes.
   */
  readonly bySize: readonly SizeStats[];
}

/** What one size class has served. */
export interface SizeStats {
  /** Bytes of an object. */
  readonly size: number;
  /** Objects of the class allocated so far. */
  readonly mallocs: number;
  /** Objects of the class freed so far. */
  readonly frees: number;
}
