/**
 * Whether large objects are about to find no run of pages: memory can be full of gaps that are too short long before it is full
 * of bytes, which is all that the pacer counts.
 *
 * Invariants
 *  1. A cycle is asked for while an object as large as the largest of late still fits: the allocation after it need not fail.
 *  2. Between two such cycles some bytes are allocated, in proportion to what is live: a memory that stays in pieces does not make
 *     a cycle of every allocation.
 *
 * Rejected: a headroom in bytes, which would have to be a large part of the memory to hold the same.
 */
import type { SystemMemory, TracedAllocator } from "@gort/alloc";

/** Objects above it have pages of their own. */
export const LARGE = 32768;
/** How many objects as large as the largest of late have to fit: that many may be allocated before the next safepoint. */
const SPARE = 8;
/** But not more than one of so many bytes of the memory has to be in one piece, beyond two such objects. */
const PIECE = 16;
/** At least one byte for so many live ones is allocated between two cycles for the sake of large objects. */
const SHARE = 16;

export class LargeRoom {
  readonly #system: SystemMemory;
  readonly #piece: number;
  /** Bytes of the largest object since the last cycle, or half of those of the largest before. */
  #largest = 0;
  /** Bytes allocated when the last cycle had marked. */
  #foundAt = 0;

  constructor(allocator: TracedAllocator) {
    this.#system = allocator.system;
    this.#piece = allocator.memory.byteLength / PIECE;
  }

  /**
   * An object was allocated: whether a cycle should make room for the next.
   * @param allocated bytes allocated so far
   * @param marked bytes found by the last cycle
   */
  isTight(bytes: number, allocated: number, marked: number): boolean {
    if (bytes > this.#largest) this.#largest = bytes;
    const largest = this.#largest;
    const run = Math.max(2 * largest, Math.min(SPARE * largest, this.#piece));
    if (this.#system.fits === undefined || this.#system.fits(run)) return false;
    return this.isWorth(largest, allocated, marked);
  }

  /** Whether at least so many bytes have been allocated since the last cycle, and not few for what it would mark. */
  isWorth(bytes: number, allocated: number, marked: number): boolean {
    return allocated - this.#foundAt >= Math.max(bytes, marked / SHARE);
  }

  /** A cycle has marked. */
  found(allocated: number): void {
    this.#foundAt = allocated;
    this.#largest /= 2;
  }
}
