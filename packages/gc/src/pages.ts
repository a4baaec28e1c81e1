/**
 * What the heap has of the memory's pages, and whether the free ones run out before the bytes do: where a program goes over to
 * objects of other sizes, pages in use are full of slots that it does not ask for. The pacer counts bytes only.
 *
 * Invariants
 *  1. Pages run out only where some were taken since the last look: a program that fills the free slots of its pages has room,
 *     however few pages are free.
 *  2. Between two looks a part of what is free is allocated, at least some hundredth of the memory; or little where pages are in pieces.
 *
 * Rejected: a cycle when an allocation finds no page, which is no safepoint; pages held back for that case, which are no room then.
 */
import type { TracedAllocator } from "@gort/alloc";
import { PAGE } from "./own-memory.ts";
import { ASSIST_BYTES } from "./pacer.ts";

/** Pages run out where fewer bytes are free than one of so many of the memory: what the pacer leaves free. */
export const HEADROOM = 32;
/** One of so many bytes of the memory may be allocated between two looks. */
const LOOKS = 128;
/** Or where no two of the longest spans of small objects are free in a row: pages in pieces are no room for some sizes. */
const SPANS = 2 * 81920;

export class Pages {
  readonly #allocator: TracedAllocator;
  readonly #size: number;
  /** Bytes of pages in use at the last look. */
  #seen = 0;

  constructor(allocator: TracedAllocator) {
    this.#allocator = allocator;
    this.#size = allocator.memory.byteLength;
  }

  /** Bytes of pages in use. */
  get inuse(): number {
    const { pages } = this.#allocator.objects.cycle;
    return pages === undefined ? this.#allocator.stats().heapInuse : pages * PAGE;
  }
  /** Bytes of the memory that are not the heap's, pages of own blocks included unless they are objects of a traced allocator. */
  get overhead(): number {
    const known = this.#allocator.system.overhead;
    if (known !== undefined) return known;
    const s = this.#allocator.stats();
    return s.sys - s.heapSys;
  }
  /** Bytes of free pages. */
  get free(): number {
    return this.#size - this.overhead - this.inuse;
  }

  /** A look: bytes that may be allocated before the next. */
  untilLook(): number {
    this.#seen = this.inuse;
    if (this.#inPieces) return 2 * ASSIST_BYTES;
    const { free } = this;
    return Math.max(
      Math.min(free - this.#size / HEADROOM, free / 4),
      this.#size / LOOKS,
      ASSIST_BYTES,
    );
  }
  /** A look: whether pages are taken and few are left, or none in a row. */
  runOut(): boolean {
    const before = this.#seen;
    this.#seen = this.inuse;
    if (this.#seen <= before) return false;
    return this.free < this.#size / HEADROOM || this.#inPieces;
  }
  get #inPieces(): boolean {
    return this.#allocator.system.fits?.(SPANS) === false;
  }
  /** Bytes after a cycle before the next one for the sake of pages, or a share of what is live if that is more: see `LargeRoom.isWorth`. */
  get least(): number {
    return this.#size / LOOKS;
  }
}
