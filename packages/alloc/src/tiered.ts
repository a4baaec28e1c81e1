/**
 * The default allocator. This is the overview; the parts say "see tiered.ts".
 *
 *     alloc(size) ─► tiny block?           tiny.ts        pointer-free, below 16 bytes
 *        │
 *        ├─► cache of the shard            cache.ts       one span per class: clear one bit, done
 *        │     └─ empty ─► central lists   central.ts     partial spans, swept just before use (sweep.ts)
 *        │                  └─ none ─► page heap          page-heap.ts   first fit over a page bitmap
 *        │                              └─ none ─► frontier moves on, up to the end of the memory
 *        └─► above 32 KiB: a span of its own (large.ts)
 *
 *     free(p) ─► page map ─► span record ─► index ─► set one bit; an empty span goes back to the page heap
 *
 * Invariants: those of the parts, and
 *  1. All state lies in the memory (layout.ts); this object holds views and constants.
 *  2. Arguments are checked before anything is written, and memory is taken before anything is given up.
 *  3. Any shard may free any object: a free bit belongs to the span, not to its cache.
 *
 * Words a second thread will contend for are the free bits of a span cached by another shard (written in `free` only), the
 * central lists (central.ts), the page heap (page-heap.ts) and the phase; each is accessed in the one place named.
 */
import type { AllocatorOptions, AllocStats, Ptr, TieredAllocator } from "./api.ts";
import { NOSCAN, NOZERO } from "./api.ts";
import { freeSpan, listOf, pushSpan, removeSpan } from "./central.ts";
import { initCaches, refill, releaseEmpty } from "./cache.ts";
import { Core, format, readHeader } from "./core.ts";
import {
  badOption,
  badPointer,
  badShard,
  badSize,
  deadPointer,
  doubleFree,
  foreignPointer,
  interiorPointer,
} from "./errors.ts";
import { allocLarge, freeLarge, noMemory } from "./large.ts";
import {
  C_FREES,
  CACHE_WORDS,
  FEATURE_TINY,
  H_FEATURES,
  H_PHASE,
  H_SWEEPGEN,
  H_ZERO_BASE,
  IDLE,
  KIND_TIERED,
  MARKING,
  SWEEPING,
  TINY_SPC,
} from "./layout.ts";
import { SpanObjects } from "./objects.ts";
import { MAX_MEMORY, PAGE_SHIFT, PAGE_SIZE } from "./ptr.ts";
import {
  classSize,
  MAX_SMALL_SIZE,
  sizeToClass128,
  sizeToClass8,
  SMALL_SIZE_MAX,
  TINY_SIZE,
} from "./size-classes.ts";
import {
  NEEDS_ZERO,
  S_BASE,
  S_BIT_WORDS,
  S_BITS,
  S_COUNT,
  S_CURSOR,
  S_CURSOR_BASE,
  S_DIV_MUL,
  S_DIV_SHIFT,
  S_FLAGS,
  S_LIST,
  S_NEXT,
  S_OBJECTS,
  S_OWNER,
  S_SIZE,
  S_SPC,
  S_SWEEPGEN,
} from "./span.ts";
import { readStats } from "./stats.ts";
import { sweepSpan } from "./sweep.ts";
import { placeSpan } from "./central.ts";
import { SpanSystem } from "./system.ts";
import { allocTiny, freeTiny, tinyUsable } from "./tiny.ts";
import { clearPointerBits, zeroBytes } from "./zero.ts";
import { reserved } from "./memory.ts";
import type { Memory } from "@gort/types";
import { scavengePages } from "./scavenger.ts";
import { alignedClass, allocAlignedLarge } from "./aligned.ts";

/** Address of the object of size 0. */
const ZERO_BASE = H_ZERO_BASE * 4;

/** See the file header. */
export class Tiered implements TieredAllocator {
  readonly memory: Memory;
  readonly objects: SpanObjects;
  readonly system: SpanSystem;
  /** For this package's own tools: checker, heap map. */
  readonly core: Core;
  private readonly i32: Int32Array;
  private readonly f64: Float64Array;
  private readonly caches: number;
  private readonly shards: number;
  private readonly pageMap: number;
  private readonly pages: number;
  private readonly tinyBelow: number;

  constructor(core: Core) {
    this.core = core;
    this.memory = core.memory;
    this.objects = new SpanObjects(core);
    this.system = new SpanSystem(core);
    this.i32 = core.i32;
    this.f64 = core.f64;
    this.caches = core.caches;
    this.shards = core.shards;
    this.pageMap = core.pageMap;
    this.pages = core.pages;
    this.tinyBelow = core.i32[H_FEATURES]! & FEATURE_TINY ? TINY_SIZE : 0;
  }

  alloc(size: number, flags: number = 0, shard: number = 0): Ptr {
    if (size >>> 0 !== size || size > MAX_SMALL_SIZE || size === 0)
      return this.allocOther(size, flags, shard);
    if (shard >>> 0 !== shard || shard >= this.shards) throw badShard(shard, this.shards);
    if (size < this.tinyBelow && flags & NOSCAN) return allocTiny(this.core, size, flags, shard);
    const sizeClass =
      size <= SMALL_SIZE_MAX
        ? sizeToClass8[(size + 7) >>> 3]!
        : sizeToClass128[(size - (SMALL_SIZE_MAX - 127)) >>> 7]!;
    return this.allocClass(sizeClass, flags, shard);
  }

  /** One object of a class: the fast path. */
  private allocClass(sizeClass: number, flags: number, shard: number): Ptr {
    const i32 = this.i32;
    const spc = (sizeClass << 1) | (flags & NOSCAN);
    let s = i32[this.caches + shard * CACHE_WORDS + spc]!;
    let cursor = i32[s + S_CURSOR]!;
    let free = i32[cursor]!;
    if (free === 0) {
      s = refill(this.core, shard, spc);
      if (s === 0) s = this.refillAgain(shard, spc, classSize[sizeClass]!);
      cursor = i32[s + S_CURSOR]!;
      free = i32[cursor]!;
    }
    const bit = free & -free;
    i32[cursor] = free ^ bit;
    const size = classSize[sizeClass]!;
    const p = (i32[s + S_CURSOR_BASE]! + Math.imul(31 - Math.clz32(bit), size)) >>> 0;
    if (i32[s + S_FLAGS]! & NEEDS_ZERO) {
      if ((flags & NOZERO) === 0) zeroBytes(this.f64, p, size);
      if ((flags & NOSCAN) === 0) clearPointerBits(this.core, p, size);
    }
    if (i32[H_PHASE] === MARKING) {
      const mark = cursor + i32[s + S_BIT_WORDS]!;
      i32[mark] = i32[mark]! | bit;
    }
    return p;
  }

  /** The last resort before out of memory: whatever is empty goes back to the page heap, wherever it is kept. */
  private refillAgain(shard: number, spc: number, size: number): number {
    releaseEmpty(this.core);
    const s = refill(this.core, shard, spc);
    if (s === 0) throw noMemory(this.core, size);
    return s;
  }

  /** Sizes that no size class serves: 0, large, and not a size at all. */
  private allocOther(size: number, flags: number, shard: number): Ptr {
    if (!Number.isInteger(size) || size < 0 || size > MAX_MEMORY) throw badSize(size, MAX_MEMORY);
    if (shard >>> 0 !== shard || shard >= this.shards) throw badShard(shard, this.shards);
    if (size === 0) return ZERO_BASE;
    return allocLarge(this.core, size, flags, shard);
  }

  free(p: Ptr, shard: number = 0): void {
    const i32 = this.i32;
    if (p === 0) return;
    const page = p >>> PAGE_SHIFT;
    if (p >>> 0 !== p || page >= this.pages) throw badPointer(p);
    if (shard >>> 0 !== shard || shard >= this.shards) throw badShard(shard, this.shards);
    const s = i32[this.pageMap + page]!;
    if (s === 0) {
      if (p === ZERO_BASE) return;
      throw foreignPointer(p);
    }
    const spc = i32[s + S_SPC]!;
    if (spc === TINY_SPC) {
      if (!freeTiny(this.core, s, p)) return;
    }
    const offset = (p - i32[s + S_BASE]!) >>> 0;
    const index = Math.imul(offset >>> 3, i32[s + S_DIV_MUL]!) >>> i32[s + S_DIV_SHIFT]!;
    const bit = 1 << (index & 31);
    const word = s + S_BITS + (index >>> 5);
    if (index >= i32[s + S_OBJECTS]!) throw foreignPointer(p);
    if (spc !== TINY_SPC) {
      const inside = offset - Math.imul(index, i32[s + S_SIZE]!);
      if (inside !== 0) throw interiorPointer(p, p - inside);
      if (i32[word]! & bit) throw doubleFree(p);
    }
    if (i32[H_PHASE] !== IDLE && !this.freeInCycle(s, word, bit)) return;
    if (spc <= 1) {
      freeLarge(this.core, s, shard);
      return;
    }
    i32[word] = i32[word]! | bit;
    i32[s + S_FLAGS] = i32[s + S_FLAGS]! | NEEDS_ZERO;
    const count = i32[s + S_COUNT]! - 1;
    i32[s + S_COUNT] = count;
    const frees = (this.caches + shard * CACHE_WORDS + C_FREES + (spc & -2)) >>> 1;
    this.f64[frees] = this.f64[frees]! + 1;
    if (i32[s + S_OWNER] !== 0) {
      if (word < i32[s + S_CURSOR]!) {
        i32[s + S_CURSOR] = word;
        i32[s + S_CURSOR_BASE] =
          i32[s + S_BASE]! + Math.imul((word - s - S_BITS) << 5, i32[s + S_SIZE]!);
      }
    } else if (count === 0 || count === i32[s + S_OBJECTS]! - 1) {
      this.moveSpan(s, count);
    }
  }

  /** A span of the central lists has become empty, or is full no longer. */
  private moveSpan(s: number, count: number): void {
    const c = this.core;
    const i32 = this.i32;
    const partial = listOf(c, i32[s + S_SPC]!, 0, 1);
    if (i32[s + S_LIST] !== partial) {
      removeSpan(c, s);
      if (count === 0 && i32[partial] !== 0) freeSpan(c, s);
      else pushSpan(c, partial, s);
    } else if (count === 0 && (i32[partial] !== s || i32[s + S_NEXT] !== 0)) {
      removeSpan(c, s);
      freeSpan(c, s);
    }
  }

  /** A free while a cycle runs: the mark goes too, and an unswept span is swept first. False: sweeping freed it. */
  private freeInCycle(s: number, word: number, bit: number): boolean {
    const i32 = this.i32;
    const mark = word + i32[s + S_BIT_WORDS]!;
    if (i32[H_PHASE] === SWEEPING && i32[s + S_SWEEPGEN] === i32[H_SWEEPGEN]! - 2) {
      removeSpan(this.core, s);
      sweepSpan(this.core, s);
      const collected = (i32[word]! & bit) !== 0;
      if (i32[s + S_SPC]! <= 1 && collected) {
        freeSpan(this.core, s);
        return false;
      }
      placeSpan(this.core, s);
      return !collected;
    }
    i32[mark] = i32[mark]! & ~bit;
    return true;
  }

  usableSize(p: Ptr): number {
    if (p === ZERO_BASE) return 0;
    const s = this.spanOf(p);
    return this.i32[s + S_SPC] === TINY_SPC
      ? tinyUsable(this.core, s, p)
      : this.i32[s + S_SIZE]! >>> 0;
  }

  /** The span of an object that is allocated and begins at `p`. */
  private spanOf(p: Ptr): number {
    if (p >>> 0 !== p || p >>> PAGE_SHIFT >= this.pages) throw badPointer(p);
    const s = this.i32[this.pageMap + (p >>> PAGE_SHIFT)]!;
    if (s === 0) throw foreignPointer(p);
    const base = this.objects.find(p);
    if (base === 0) throw deadPointer(p);
    if (base !== p && this.i32[s + S_SPC] !== TINY_SPC) throw interiorPointer(p, base);
    return s;
  }

  allocAligned(size: number, align: number, flags: number = 0, shard: number = 0): Ptr {
    const sizeClass = alignedClass(size, align);
    if (shard >>> 0 !== shard || shard >= this.shards) throw badShard(shard, this.shards);
    if (sizeClass > 0) return this.allocClass(sizeClass, flags, shard);
    if (align <= PAGE_SIZE) return this.alloc(size, flags, shard);
    return allocAlignedLarge(this.core, size, align, flags, shard);
  }

  realloc(p: Ptr, size: number, flags: number = 0, shard: number = 0): Ptr {
    if (p === 0) return this.alloc(size, flags, shard);
    const old = this.usableSize(p);
    if (size <= old && size > old >>> 1) return p;
    const q = this.alloc(size, flags, shard);
    if (q === p) return p;
    this.memory.u8.copyWithin(q, p, p + Math.min(old, size));
    this.free(p, shard);
    return q;
  }

  scavenge(maxBytes: number = Infinity): number {
    return scavengePages(this.core, Math.ceil(maxBytes / PAGE_SIZE)) * PAGE_SIZE;
  }

  trim(): number {
    return releaseEmpty(this.core) * PAGE_SIZE;
  }

  stats(): AllocStats {
    return readStats(this.core);
  }
}

/**
 * Makes an allocator in a fresh memory.
 *
 * @throws AllocError `BAD_MEMORY` if an allocator lies in it already or it is too small, `BAD_OPTION`.
 *
 * @example
 * ```ts
 * import { createAllocator, createMemory, NOSCAN } from "@gort/alloc";
 *
 * const heap = createAllocator(createMemory({ reserve: 16 * 2 ** 20 }), { shards: 2 });
 * const p = heap.alloc(100, NOSCAN);
 * heap.usableSize(p); // => 112
 * heap.memory.f64[p / 8]; // => 0
 * heap.free(p);
 * heap.stats().heapObjects; // => 0
 * ```
 */
export function createAllocator(memory: Memory, options: AllocatorOptions = {}): TieredAllocator {
  const shards = options.shards ?? 4;
  if (!Number.isInteger(shards) || shards < 1 || shards > 256)
    throw badOption("shards", shards, "an integer from 1 to 256");
  const core = new Core(reserved(memory), shards);
  format(core, KIND_TIERED);
  core.i32[H_FEATURES] = (options.tiny ?? true) ? FEATURE_TINY : 0;
  initCaches(core);
  return new Tiered(core);
}

/**
 * A second allocator object over the same memory: it continues where the first one is.
 * Hooks (`onSweep`) belong to the object they were set on.
 *
 * @throws AllocError `BAD_MEMORY` if no such allocator lies in the memory.
 *
 * @example
 * ```ts
 * import { attachAllocator, createAllocator, createMemory } from "@gort/alloc";
 *
 * const memory = createMemory({ reserve: 2 ** 20 });
 * const p = createAllocator(memory).alloc(40);
 * const again = attachAllocator(memory);
 * again.stats().heapObjects; // => 1
 * again.free(p);
 * again.stats().heapObjects; // => 0
 * ```
 */
export function attachAllocator(memory: Memory): TieredAllocator {
  const space = reserved(memory);
  return new Tiered(new Core(space, readHeader(space, KIND_TIERED)));
}
