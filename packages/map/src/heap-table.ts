/**
 * The header and the bucket arrays of a map in a heap: addresses, segments made on demand, overflow buckets.
 *
 * Invariants
 *  1. All state is in the header and the buckets; this object holds views and constants.
 *  2. A method that allocates does so before it changes anything.
 *  3. An old segment below `nevacuate` is let go at once, or becomes one of the new table (buckets without pointers); so
 *     an old bucket there has moved, whatever lies at its place.
 *  4. The tophash bytes are read as words too: byte `i` is bits `8i…` on the little-endian hosts that JavaScript runs on.
 *
 * Why old segments are used again: a page that the operating system gives at its first touch costs 1 to 3 µs, emptying one that
 * is there a tenth of that; and a map that doubles needs half as much fresh memory.
 */
import { unsafePointer } from "@gort/types";
import type { Heap, Ptr } from "./api.ts";
import { mix } from "./hash.ts";
import { headerType, type Layout } from "./heap-layout.ts";
import {
  H_B,
  H_BUCKETS,
  H_CHANGES,
  H_COUNT,
  H_END_OVERFLOW,
  H_FLAGS,
  H_LIMIT,
  H_MASK,
  H_MOVES,
  H_HASH0,
  H_MAGIC,
  H_NEVACUATE,
  H_NEXT_OVERFLOW,
  H_NOVERFLOW,
  H_OLD,
  H_OLD_OVERFLOW,
  H_OVERFLOW,
  H_RECYCLED,
  H_SEGMENTS,
  H_SEGMENTS_CAP,
  H_SHAPE,
  LINK_BYTES,
} from "./heap-words.ts";
import {
  BARE,
  countOverflow,
  GENERATION,
  EMPTY_ONE,
  EMPTY_REST,
  GROWING,
  loadLimit,
  SAME_SIZE_GROW,
  SLOTS,
  tooManyOverflow,
} from "./rules.ts";

/** Bucket arrays of a new table, before they are written to the header. */
interface Arrays {
  readonly B: number;
  readonly buckets: Ptr;
  readonly next: Ptr;
  readonly end: Ptr;
}

/** Buckets of a small table: from 16 on a sixteenth more, for chains; before, overflow buckets are unlikely. */
const withSpare = (B: number): number => (B >= 4 ? 2 ** B + 2 ** B / 16 : 2 ** B);

/** Makes a header. */
export function newHeader(heap: Heap, layout: Layout, B: number, seed: number): Ptr {
  const p = heap.alloc(headerType());
  const { u32 } = heap.memory;
  u32[(p >>> 2) + H_B] = B;
  u32[(p >>> 2) + H_HASH0] = seed;
  u32[(p >>> 2) + H_MAGIC] = layout.magic;
  u32[(p >>> 2) + H_FLAGS] = BARE;
  return p;
}

/** The table of the map whose header is at `ptr`. */
export class HeapTable {
  readonly heap: Heap;
  readonly layout: Layout;
  readonly ptr: Ptr;
  readonly u8: Uint8Array;
  readonly i32: Int32Array;
  readonly u32: Uint32Array;
  /** Word index of the header. */
  readonly h: number;
  readonly #bits: number;
  readonly #mask: number;
  readonly #size: number;

  constructor(heap: Heap, layout: Layout, ptr: Ptr) {
    const { u8, i32, u32 } = heap.memory;
    this.heap = heap;
    this.layout = layout;
    this.ptr = ptr;
    this.u8 = u8;
    this.i32 = i32;
    this.u32 = u32;
    this.h = ptr >>> 2;
    this.#bits = layout.segmentBits;
    this.#mask = (1 << layout.segmentBits) - 1;
    this.#size = layout.bucketSize;
  }

  get B(): number {
    return this.i32[this.h + H_B]!;
  }

  /** The hash seed. */
  get seed(): number {
    return this.i32[this.h + H_HASH0]!;
  }

  /** `B` of the old table; -1 when not growing. */
  get oldB(): number {
    const { i32, h } = this;
    if (i32[h + H_OLD] === 0) return -1;
    return i32[h + H_B]! - ((i32[h + H_FLAGS]! & SAME_SIZE_GROW) !== 0 ? 0 : 1);
  }

  /** Address of a bucket of an array; 0 if its segment was never made. */
  at(base: Ptr, index: number): Ptr {
    const segment = this.u32[(base >>> 2) + (index >>> this.#bits)]!;
    return segment === 0 ? 0 : segment + Math.imul(index & this.#mask, this.#size);
  }

  /** Address of a current bucket; 0 if it was never written. */
  bucket(index: number): Ptr {
    const base = this.u32[this.h + H_BUCKETS]!;
    return base === 0 ? 0 : this.at(base, index);
  }

  /** Address of an old bucket; 0 if it was never written, or has moved and is gone. */
  oldBucket(index: number): Ptr {
    return this.at(this.u32[this.h + H_OLD]!, index);
  }

  /** Whether old bucket `index` has been moved: they are, in order. */
  evacuated(index: number): boolean {
    return index < this.i32[this.h + H_NEVACUATE]!;
  }

  link(bucket: Ptr): Ptr {
    return this.u32[(bucket + LINK_BYTES) >>> 2]!;
  }

  /** Whether chain `index` of the current table is still in the old one. */
  waits(index: number): boolean {
    const { oldB } = this;
    return oldB >= 0 && !this.evacuated(index & ((1 << oldB) - 1));
  }

  /** The first bucket of chain `index`, made if need be, in the table that has it now. */
  home(index: number): Ptr {
    const { u32, h } = this;
    return this.waits(index)
      ? this.touch(u32[h + H_OLD]!, index & ((1 << this.oldB) - 1))
      : this.touch(u32[h + H_BUCKETS]!, index);
  }

  /** Address of a bucket, its segment made if need be. */
  touch(base: Ptr, index: number): Ptr {
    const found = this.at(base, index);
    if (found !== 0) return found;
    const segment = this.#recycled() || this.heap.alloc(this.layout.bucket, 1 << this.#bits);
    this.heap.writePtr(base + (index >>> this.#bits) * 4, segment);
    return segment + Math.imul(index & this.#mask, this.#size);
  }

  /** An old segment whose entries have all moved, emptied; 0 if there is none. */
  #recycled(): Ptr {
    const { u32, h } = this;
    const s = u32[h + H_RECYCLED]!;
    if (s >= u32[h + H_NEVACUATE]! >>> this.#bits || !this.layout.noscan) return 0;
    const entry = (u32[h + H_OLD]! >>> 2) + s;
    const segment = u32[entry]!;
    u32[h + H_RECYCLED] = s + 1;
    if (segment === 0) return 0;
    this.#wipe(segment, 1 << this.#bits);
    this.heap.writePtr(entry << 2, 0);
    return segment;
  }

  /** Makes buckets all zero bytes. */
  #wipe(from: Ptr, buckets: number): void {
    if (!this.layout.noscan) return this.heap.typedMove(this.layout.bucket, from, 0, buckets);
    const { f64 } = this.heap.memory;
    const end = from + this.#size * buckets;
    for (let i = from >>> 3; i < end >>> 3; i++) f64[i] = 0;
    // Buckets are whole words: eight, and more, are whole pairs of them.
    if ((end & 7) !== 0) this.i32[(end >>> 2) - 1] = 0;
  }

  /** Allocates the arrays of a table of `2^B` buckets. */
  arrays(B: number): Arrays {
    const directory = this.heap.alloc(unsafePointer, 2 ** Math.max(0, B - this.#bits));
    if (B > this.#bits) return { B, buckets: directory, next: 0, end: 0 };
    const segment = this.heap.alloc(this.layout.bucket, withSpare(B));
    this.heap.writePtr(directory, segment);
    return this.#small(B, directory);
  }

  /** The arrays of a table that is one segment. */
  #small(B: number, directory: Ptr): Arrays {
    const segment = this.u32[directory >>> 2]!;
    return {
      B,
      buckets: directory,
      next: segment + 2 ** B * this.#size,
      end: segment + withSpare(B) * this.#size,
    };
  }

  /** Makes arrays the current ones, empty. */
  install(a: Arrays): void {
    const { u32, h, heap, ptr } = this;
    heap.writePtr(ptr + H_BUCKETS * 4, a.buckets);
    heap.writePtr(ptr + H_OVERFLOW * 4, 0);
    u32[h + H_B] = a.B;
    u32[h + H_NEXT_OVERFLOW] = a.next;
    u32[h + H_END_OVERFLOW] = a.end;
    u32[h + H_SEGMENTS] = 0;
    u32[h + H_SEGMENTS_CAP] = 0;
    u32[h + H_NOVERFLOW] = 0;
    u32[h + H_NEVACUATE] = 0;
    u32[h + H_RECYCLED] = 0;
    u32[h + H_MASK] = 2 ** a.B - 1;
    u32[h + H_LIMIT] = loadLimit(a.B);
    u32[h + H_FLAGS] = (u32[h + H_FLAGS]! & ~BARE) + GENERATION;
    u32[h + H_CHANGES]!++;
    u32[h + H_MOVES]!++;
  }

  /** Begins a growth: the current arrays become the old ones. */
  grow(a: Arrays): void {
    const { u32, h, heap, ptr } = this;
    u32[h + H_FLAGS]! |= a.B === this.B ? GROWING | SAME_SIZE_GROW : GROWING;
    heap.writePtr(ptr + H_OLD * 4, u32[h + H_BUCKETS]!);
    heap.writePtr(ptr + H_OLD_OVERFLOW * 4, u32[h + H_OVERFLOW]!);
    this.install(a);
  }

  /** Lets go of the old arrays. */
  dropOld(): void {
    const { u32, h, heap, ptr } = this;
    heap.writePtr(ptr + H_OLD * 4, 0);
    heap.writePtr(ptr + H_OLD_OVERFLOW * 4, 0);
    u32[h + H_FLAGS] = (u32[h + H_FLAGS]! & ~(GROWING | SAME_SIZE_GROW)) + GENERATION;
  }

  /** The arrays that are there, emptied. Allocates nothing: one clears a map when memory is short. */
  emptied(): Arrays {
    const { B } = this;
    const buckets = this.u32[this.h + H_BUCKETS]!;
    if (B <= this.#bits) {
      this.#wipe(this.u32[buckets >>> 2]!, withSpare(B));
      return this.#small(B, buckets);
    }
    // Segments are let go, for the next entries make those that they need.
    this.heap.typedMove(unsafePointer, buckets, 0, 2 ** (B - this.#bits));
    return { B, buckets, next: 0, end: 0 };
  }

  /** A map of no entries and `2^B` buckets. */
  reset(a: Arrays): void {
    this.dropOld();
    this.install(a);
    const { u32, h } = this;
    u32[h + H_CHANGES]! += u32[h + H_COUNT]!;
    u32[h + H_COUNT] = 0;
  }

  /** Marks the header as rebuilt with perhaps fewer buckets. */
  reshape(): void {
    this.u32[this.h + H_SHAPE]!++;
  }

  /** Makes sure that the next `n` overflow buckets need no allocation. */
  reserve(n: number): void {
    const { u32, h } = this;
    if (u32[h + H_NEXT_OVERFLOW]! + n * this.#size <= u32[h + H_END_OVERFLOW]!) return;
    const usual = 1 << Math.min(Math.max(this.B - 4, 0), this.#bits);
    const count = Math.max(n, usual);
    this.#makeRoom();
    const segment = this.heap.alloc(this.layout.bucket, count);
    const used = u32[h + H_SEGMENTS]!;
    this.heap.writePtr(u32[h + H_OVERFLOW]! + used * 4, segment);
    u32[h + H_SEGMENTS] = used + 1;
    u32[h + H_NEXT_OVERFLOW] = segment;
    u32[h + H_END_OVERFLOW] = segment + count * this.#size;
  }

  /** Room for one more entry in the list of overflow segments. */
  #makeRoom(): void {
    const { u32, h, heap, ptr } = this;
    const used = u32[h + H_SEGMENTS]!;
    const cap = u32[h + H_SEGMENTS_CAP]!;
    if (used < cap) return;
    const list = heap.alloc(unsafePointer, Math.max(4, cap * 2));
    if (used > 0) heap.typedMove(unsafePointer, list, u32[h + H_OVERFLOW]!, used);
    heap.writePtr(ptr + H_OVERFLOW * 4, list);
    u32[h + H_SEGMENTS_CAP] = Math.max(4, cap * 2);
  }

  /** A new overflow bucket behind `bucket`, of chain `index`; those of the old table are not counted. */
  lengthen(bucket: Ptr, index: number): Ptr {
    return this.waits(index) ? this.#link(bucket) : this.extend(bucket);
  }

  /** A new overflow bucket behind `bucket` of the current table. */
  extend(bucket: Ptr): Ptr {
    const b = this.#link(bucket);
    const { u32, h } = this;
    const n = countOverflow(u32[h + H_NOVERFLOW]!, this.B, mix(b));
    u32[h + H_NOVERFLOW] = n;
    if (tooManyOverflow(n, this.B) && u32[h + H_LIMIT] !== 0) {
      u32[h + H_LIMIT] = 0;
      u32[h + H_FLAGS]! += GENERATION;
    }
    return b;
  }

  #link(bucket: Ptr): Ptr {
    this.reserve(1);
    const { u32, h } = this;
    const b = u32[h + H_NEXT_OVERFLOW]!;
    u32[h + H_NEXT_OVERFLOW] = b + this.#size;
    if (this.layout.noscan) u32[(bucket + LINK_BYTES) >>> 2] = b;
    else this.heap.writePtr(bucket + LINK_BYTES, b);
    return b;
  }

  /** Counts more old buckets as moved, one at a time where buckets hold pointers; ends the growth after the last. */
  advance(by: number): void {
    const { u32, h } = this;
    const n = u32[h + H_NEVACUATE]! + by;
    u32[h + H_NEVACUATE] = n;
    if (n === 1 << this.oldB) {
      this.dropOld();
    } else if ((n & this.#mask) === 0 && !this.layout.noscan) {
      this.heap.writePtr(u32[h + H_OLD]! + ((n >>> this.#bits) - 1) * 4, 0);
    }
  }

  /** Marks a slot empty, and turns a tail of empty slots of its chain into `EMPTY_REST`. */
  erase(head: Ptr, bucket: Ptr, slot: number): void {
    const { u8 } = this;
    u8[bucket + slot] = EMPTY_ONE;
    if (slot === SLOTS - 1) {
      const next = this.link(bucket);
      if (next !== 0 && u8[next]! !== EMPTY_REST) return;
    } else if (u8[bucket + slot + 1]! !== EMPTY_REST) {
      return;
    }
    let b = bucket;
    let i = slot;
    do {
      u8[b + i] = EMPTY_REST;
      if (i > 0) {
        i--;
      } else {
        if (b === head) return;
        let before = head;
        while (this.link(before) !== b) before = this.link(before);
        b = before;
        i = SLOTS - 1;
      }
    } while (u8[b + i]! === EMPTY_ONE);
  }

  /** Buckets chained behind a current bucket. */
  chainLength(index: number): number {
    let b = this.bucket(index);
    let n = 0;
    while (b !== 0 && (b = this.link(b)) !== 0) n++;
    return n;
  }

  /** Bytes of all buckets and directories, with `overflow` buckets chained behind current ones. */
  bytes(overflow: number): number {
    const { u32, h } = this;
    return (
      this.#bytesOf(u32[h + H_BUCKETS]!, this.B) +
      this.#bytesOf(u32[h + H_OLD]!, this.oldB) +
      overflow * this.#size
    );
  }

  #bytesOf(base: Ptr, B: number): number {
    if (base === 0) return 0;
    const segments = 2 ** Math.max(0, B - this.#bits);
    let n = segments * 4;
    for (let s = 0; s < segments; s++) {
      if (this.u32[(base >>> 2) + s]! !== 0) n += this.#size * 2 ** Math.min(B, this.#bits);
    }
    return n;
  }
}
