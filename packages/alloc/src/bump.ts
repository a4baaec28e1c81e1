/**
 * The bump allocator: the simplest one that conforms, and the fastest where everything dies together.
 *
 *     ┌───────┬───────┬────────┬───────┬──────────────┬─ ─ ─
 *     │header │ obj A │ header │ obj B │ next ►  free │
 *     └───────┴───────┴────────┴───────┴──────────────┴─ ─ ─
 *      8 bytes: size, flags
 *
 * Invariants
 *  1. Objects and holes follow each other from the first page to `next` without a gap; each has a header of two words,
 *     its bytes (a multiple of 8) and its flags.
 *  2. The start bit of an 8-byte granule is set exactly if an object begins there; the page map holds, for a page that an
 *     object runs into, the object's address. So `find` looks at most one page back.
 *  3. Bytes at and above `max(next, dirty)` are zero; pointer, start and mark bits at and above `next` are zero.
 *  4. `free` only counts: the object is marked as dead, its memory comes back with `reset`. So does sweeping, which
 *     frees nothing at all: what is unreachable stays allocated and is counted so.
 *
 * Rejected: taking memory back when the last object is freed. It would make a second free of it undetectable.
 */
import type { Memory } from "@gort/types";
import type { AllocStats, BumpAllocator, Ptr, ReservedMemory } from "./api.ts";
import { NOSCAN, NOZERO } from "./api.ts";
import { BumpObjects, DEAD, HOLE } from "./bump-objects.ts";
import { BumpLayout } from "./bump-layout.ts";
import { BumpSystem } from "./bump-system.ts";
import { bumpStats } from "./bump-stats.ts";
import { readHeader, writeHeader } from "./core.ts";
import * as errors from "./errors.ts";
import { inspectAllocator } from "./inspect.ts";
import { linearAlloc, linearInit } from "./linear.ts";
import { reserved } from "./memory.ts";
import { classOf } from "./size-classes.ts";
import {
  C_FREES,
  C_LARGE_BYTES,
  C_LARGE_FREED,
  C_MALLOCS,
  FIRST_TABLE,
  H_BUMP_DIRTY,
  H_BUMP_NEXT,
  H_BUMP_SPECIAL,
  H_BUMP_SYSTEM,
  H_PHASE,
  H_USER,
  H_ZERO_BASE,
  IDLE,
  KIND_BUMP,
  MAX_MEMORY,
  MAX_SMALL_SIZE,
  PAGE_SHIFT,
  PAGE_SIZE,
  USER_WORDS,
} from "./words.ts";
import { clearRange } from "./bits.ts";

const ZERO_BASE = H_ZERO_BASE * 4;

/** See the file header. */
class Bump implements BumpAllocator {
  readonly memory: ReservedMemory;
  readonly objects: BumpObjects;
  readonly system: BumpSystem;
  /** For the checker. */
  readonly layout: BumpLayout;
  private readonly i32: Int32Array;
  private readonly f64: Float64Array;

  constructor(layout: BumpLayout) {
    this.layout = layout;
    this.memory = layout.memory;
    this.i32 = layout.memory.i32;
    this.f64 = layout.memory.f64;
    this.objects = new BumpObjects(layout);
    this.system = new BumpSystem((bytes, align) => this.take(bytes, HOLE, align));
    inspectAllocator(this);
  }

  alloc(size: number, flags: number = 0, shard: number = 0): Ptr {
    errors.checkSize(size, MAX_MEMORY);
    if (!Number.isInteger(shard) || shard < 0) throw errors.badShard(shard, Infinity);
    if (size === 0) return ZERO_BASE;
    const bytes = Math.ceil(size / 8) * 8;
    const p = this.take(bytes, flags & NOSCAN, bytes % 16 === 0 ? 16 : 8);
    if ((flags & NOZERO) === 0) this.zero(p, bytes);
    const i32 = this.i32;
    const granule = this.layout.startBits + (p >>> 8);
    const bit = 1 << ((p >>> 3) & 31);
    i32[granule] = i32[granule]! | bit;
    const last = (p + bytes - 1) >>> PAGE_SHIFT;
    for (let page = (p >>> PAGE_SHIFT) + 1; page <= last; page++)
      i32[this.layout.pageMap + page] = p;
    // While sweeping too: the sweep hook has not been here yet, and what is not marked is dead to it.
    if (i32[H_PHASE] !== IDLE) {
      const mark = this.layout.markBits + (p >>> 8);
      i32[mark] = i32[mark]! | bit;
    }
    this.count(C_MALLOCS, C_LARGE_BYTES, bytes);
    return p;
  }

  /** The next `bytes` bytes behind a header; throws out of memory. */
  private take(bytes: number, flags: number, align: number): Ptr {
    const i32 = this.i32;
    const next = i32[H_BUMP_NEXT]! >>> 0;
    // A multiple of align is wanted behind the header, and the gap before it needs a header of its own.
    const start = Math.ceil((next + 8) / align) * align - 8;
    const limit = this.memory.byteLength;
    if (start + 8 + bytes > limit || !this.memory.commit(start + 8 + bytes)) {
      errors.checkAttached(i32);
      throw errors.outOfMemory(bytes, next - this.layout.first, limit);
    }
    if (linearAlloc(i32, H_BUMP_NEXT, start + 8 + bytes - next, 8) === 0) {
      throw errors.outOfMemory(bytes, next - this.layout.first, limit);
    }
    if (start > next) {
      i32[next >>> 2] = start - next - 8;
      i32[(next >>> 2) + 1] = HOLE;
    }
    i32[start >>> 2] = bytes;
    i32[(start >>> 2) + 1] = flags;
    if (flags & HOLE) {
      this.f64[H_BUMP_SYSTEM >>> 1] = this.f64[H_BUMP_SYSTEM >>> 1]! + bytes;
      this.zero(start + 8, bytes);
    }
    return start + 8;
  }

  /** Clears what an object before the last reset may have left. */
  private zero(p: Ptr, bytes: number): void {
    const dirty = this.i32[H_BUMP_DIRTY]! >>> 0;
    if (p < dirty) this.f64.fill(0, p / 8, Math.min(p + bytes, dirty) / 8);
  }

  /** Counts an object by its size class, as the default allocator would. */
  private count(objects: number, large: number, bytes: number): void {
    const sizeClass = bytes <= MAX_SMALL_SIZE ? classOf(bytes) : 0;
    const i = (FIRST_TABLE + objects + 2 * sizeClass) >>> 1;
    this.f64[i] = this.f64[i]! + 1;
    const b = (FIRST_TABLE + large) >>> 1;
    this.f64[b] = this.f64[b]! + bytes;
  }

  free(p: Ptr, shard: number = 0): void {
    if (!Number.isInteger(shard) || shard < 0) throw errors.badShard(shard, Infinity);
    if (p === 0 || p === ZERO_BASE) return;
    const bytes = this.sizeAt(p, errors.doubleFree);
    const w = (p >>> 2) - 1;
    this.i32[w] = this.i32[w]! | DEAD;
    this.count(C_FREES, C_LARGE_FREED, bytes);
  }

  usableSize(p: Ptr): number {
    return p === ZERO_BASE ? 0 : this.sizeAt(p, errors.deadPointer);
  }

  /** Bytes of the live object that begins at `p`; throws what fits if there is none. */
  private sizeAt(p: Ptr, dead: (p: Ptr) => Error): number {
    if (!Number.isInteger(p) || p < 0 || p >= this.memory.byteLength) throw errors.badPointer(p);
    errors.checkAttached(this.i32);
    const base = this.objects.locate(p);
    if (base === 0) throw errors.foreignPointer(p);
    if (base !== p) throw errors.interiorPointer(p, base);
    if (this.i32[(p >>> 2) - 1]! & DEAD) throw dead(p);
    return this.i32[(p >>> 2) - 2]! >>> 0;
  }

  reset(): void {
    const i32 = this.i32;
    errors.checkAttached(i32);
    const l = this.layout;
    const next = i32[H_BUMP_NEXT]! >>> 0;
    const end = Math.ceil(next / PAGE_SIZE) * PAGE_SIZE;
    i32[H_BUMP_DIRTY] = Math.max(next, i32[H_BUMP_DIRTY]! >>> 0);
    clearRange(i32, l.startBits + (l.first >>> 8), l.startBits + (end >>> 8));
    clearRange(i32, l.markBits + (l.first >>> 8), l.markBits + (end >>> 8));
    clearRange(
      i32,
      (l.pointerBits >>> 2) + (l.first >>> 7),
      (l.pointerBits >>> 2) + Math.ceil(end / 128),
    );
    clearRange(i32, l.pageMap + (l.first >>> PAGE_SHIFT), l.pageMap + (end >>> PAGE_SHIFT));
    clearRange(i32, H_USER, H_USER + USER_WORDS);
    // What was live is freed now, class by class; the cumulative counters go on.
    for (let k = 0; k < 69; k++) {
      const m = (FIRST_TABLE + C_MALLOCS + 2 * k) >>> 1;
      this.f64[(FIRST_TABLE + C_FREES + 2 * k) >>> 1] = this.f64[m]!;
    }
    this.f64[(FIRST_TABLE + C_LARGE_FREED) >>> 1] = this.f64[(FIRST_TABLE + C_LARGE_BYTES) >>> 1]!;
    this.f64[H_BUMP_SYSTEM >>> 1] = 0;
    i32[H_BUMP_SPECIAL] = 0;
    i32[H_PHASE] = 0;
    linearInit(i32, H_BUMP_NEXT, l.first, this.memory.byteLength);
  }

  used(): number {
    errors.checkAttached(this.i32);
    return (this.i32[H_BUMP_NEXT]! >>> 0) - this.layout.first;
  }

  stats(): AllocStats {
    errors.checkAttached(this.i32);
    return bumpStats(this.layout);
  }
}

/**
 * Makes a bump allocator in a fresh memory. Allocation is a few additions; memory comes back with `reset` only.
 * Each object costs 8 bytes besides its own. O(1).
 *
 * @throws AllocError `BAD_MEMORY` if the memory is in use already or too small, `BAD_ARGUMENT` for no memory.
 *
 * @example
 * ```ts
 * import { createBumpAllocator, createMemory } from "@gort/alloc";
 *
 * const arena = createBumpAllocator(createMemory({ reserve: 2 ** 20 }));
 * const p = arena.alloc(20);
 * arena.usableSize(p); // => 24
 * arena.reset();
 * arena.used(); // => 0
 * arena.alloc(20) === p; // => true
 * ```
 */
export function createBumpAllocator(memory: Memory): BumpAllocator {
  const layout = new BumpLayout(reserved(memory, "createBumpAllocator"));
  writeHeader(layout.memory, KIND_BUMP, 1, layout.first / PAGE_SIZE);
  linearInit(layout.memory.i32, H_BUMP_NEXT, layout.first, layout.memory.byteLength);
  return new Bump(layout);
}

/**
 * A second object over the bump allocator in `memory`; it continues where the first one is. O(1).
 * @throws AllocError `BAD_MEMORY` if no bump allocator lies in the memory, `BAD_ARGUMENT` for no memory.
 *
 * @example
 * ```ts
 * import { attachBumpAllocator, createBumpAllocator, createMemory } from "@gort/alloc";
 *
 * const memory = createMemory({ reserve: 2 ** 20 });
 * createBumpAllocator(memory).alloc(100);
 * attachBumpAllocator(memory).stats().heapObjects; // => 1
 * ```
 */
export function attachBumpAllocator(memory: Memory): BumpAllocator {
  const space = reserved(memory, "attachBumpAllocator");
  readHeader(space, KIND_BUMP);
  return new Bump(new BumpLayout(space));
}
