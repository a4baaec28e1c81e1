/**
 * The default allocator. This is the overview; the parts say "see tiered.ts".
 *
 *     alloc(size) ─► tiny block?           tiny.ts        pointer-free, below 16 bytes, not 8
 *        ├─► magazine of the shard         magazine.ts    the object of the class that was freed last, until a collector works
 *        ├─► cache of the shard            cache.ts       one span per class: clear one bit, done
 *        │     └─ empty ─► central lists   central.ts     partial spans, swept just before use (sweep.ts)
 *        │                  └─ none ─► page heap          page-heap.ts   first fit over a page bitmap, or the frontier moves on
 *        └─► above 32 KiB: a span of its own (large.ts)
 *
 *     free(p) ─► start bit ─► magazine; a full one gives half of its objects to their spans
 *        └─► without a magazine: page map ─► span record ─► index ─► set one bit; an empty span goes back to the page heap
 *
 * Invariants: those of the parts, and
 *  1. All state lies in the memory (layout.ts); this object holds views and constants.
 *  2. Arguments are checked before anything is written, and memory is taken before anything is given up.
 *  3. Any shard may free any object: a free bit belongs to the span, not to its cache.
 *
 * Words a second thread will contend for are the free bits of a span cached by another shard (set by `freeToSpan`, and by
 * `unclaim` for a run), the central lists (central.ts), the page heap (page-heap.ts) and the phase.
 */
import type { Memory } from "@gort/types";
import type { AllocatorOptions, AllocStats, Ptr, TieredAllocator } from "./api.ts";
import { NOSCAN, NOZERO } from "./api.ts";
import { alignedClass, allocAlignedLarge } from "./aligned.ts";
import { freeToSpan, initCaches, refill } from "./cache.ts";
import { initLists } from "./central.ts";
import { Core, readHeader, writeHeader } from "./core.ts";
import * as errors from "./errors.ts";
import { allocLarge, freeLarge, noMemory } from "./large.ts";
import { initMagazines, makeRoom } from "./magazine.ts";
import { inspectAllocator } from "./inspect.ts";
import { reserved } from "./memory.ts";
import { SpanObjects } from "./objects.ts";
import { isFree } from "./page-heap.ts";
import { resizeInPlace } from "./realloc.ts";
import { releaseEmpty } from "./release.ts";
import { SpanRuns } from "./runs.ts";
import { scavengePages } from "./scavenger.ts";
import { classSize, objectIndex, sizeToClass } from "./size-classes.ts";
import { isStarted } from "./span.ts";
import { readStats } from "./stats.ts";
import { sweepInPlace } from "./sweep.ts";
import { SpanSystem } from "./system.ts";
import { allocTiny, dropTiny, freeTiny, tinyUsable } from "./tiny.ts";
import {
  BLACK,
  C_TINY_LIMIT,
  CACHE_ENTRY,
  CACHE_WORDS,
  E_BASE,
  E_CURSOR,
  E_SLOW,
  E_SPAN,
  FEATURE_TINY,
  H_FEATURES,
  H_PHASE,
  H_SWEEPGEN,
  H_ZERO_BASE,
  IDLE,
  KIND_TIERED,
  M_COUNT,
  M_FREE,
  M_OPEN,
  MAX_MEMORY,
  MAX_SMALL_SIZE,
  NEEDS_ZERO,
  NUM_SPC,
  PAGE_SHIFT,
  PAGE_SIZE,
  S_BASE,
  S_BIT_WORDS,
  S_BITS,
  S_DIV,
  S_INFO,
  S_OBJECTS,
  S_SIZE,
  S_SWEEPGEN,
  SPC_MASK,
  STARTS,
  SWEEPING,
  TINY_SIZE,
  TINY_SPC,
} from "./words.ts";
import { clean } from "./zero.ts";

/** Address of the object of size 0. */
const ZERO_BASE = H_ZERO_BASE * 4;

/** See the file header. */
export class Tiered implements TieredAllocator {
  readonly memory: Memory;
  readonly objects: SpanObjects;
  readonly system: SpanSystem;
  readonly runs: SpanRuns;
  /** For this package's own tools: checker, heap map. */
  readonly core: Core;
  private readonly i32: Int32Array;
  private readonly caches: number;
  private readonly shards: number;
  private readonly pageMap: number;
  private readonly pages: number;
  private readonly u8: Uint8Array;
  private readonly kinds: number;
  private readonly starts: number;
  private readonly states: number;
  private readonly magazines: number;
  private readonly magazineShift: number;
  /** The state of a magazine that is open and full, of which that of one with room has not all bits. */
  private readonly room: number;
  private readonly classes: Uint8Array;

  constructor(core: Core) {
    this.core = core;
    this.memory = core.memory;
    this.objects = new SpanObjects(core);
    this.system = new SpanSystem(core);
    this.runs = new SpanRuns(core);
    this.i32 = core.i32;
    this.caches = core.caches;
    this.shards = core.shards;
    this.pageMap = core.pageMap;
    this.pages = core.pages;
    this.u8 = core.u8;
    this.kinds = core.kinds;
    this.starts = core.starts;
    this.states = core.states;
    this.magazines = core.magazines;
    this.magazineShift = core.magazineShift;
    this.room = M_OPEN | (1 << core.magazineShift);
    this.classes = sizeToClass;
    inspectAllocator(this);
  }

  alloc(size: number, flags: number = 0, shard: number = 0): Ptr {
    if (shard >>> 0 === shard && shard < this.shards && size >>> 0 === size) {
      // The object of the class that was freed last, if the shard's magazine has any.
      const i32 = this.i32;
      if (
        size >= TINY_SIZE
          ? size <= MAX_SMALL_SIZE
          : (flags & NOSCAN) === 0 ||
            size === 8 ||
            size > i32[this.caches + shard * CACHE_WORDS + C_TINY_LIMIT]!
      ) {
        const sizeClass = this.classes[(size + 7) >>> 3]!;
        const at = (Math.imul(shard, NUM_SPC) + ((sizeClass << 1) | (flags & NOSCAN))) | 0;
        const m = (this.states + at) | 0;
        const state = i32[m]!;
        const count = state & M_COUNT;
        if (count !== 0) {
          const p = i32[(this.magazines + (at << this.magazineShift) + count - 1) | 0]!;
          const word = (this.starts + (p >>> 8)) | 0;
          i32[m] = state - 1;
          i32[word] = i32[word]! | (1 << (p >>> 3));
          if ((flags & (NOSCAN | NOZERO)) !== (NOSCAN | NOZERO))
            clean(this.core, p >>> 0, sizeClass, flags);
          return p >>> 0;
        }
        return this.allocFrom(sizeClass, flags, shard);
      }
    }
    return this.allocSlow(size, flags, shard);
  }

  private check(size: number, shard: number): void {
    if (shard >>> 0 !== shard || shard >= this.shards) throw errors.badShard(shard, this.shards);
    errors.checkSize(size, MAX_MEMORY);
    errors.checkAttached(this.i32);
  }

  /** Arguments that are none, tiny objects, and sizes that no size class serves. */
  private allocSlow(size: number, flags: number, shard: number): Ptr {
    this.check(size, shard);
    if (size === 0) return ZERO_BASE;
    if (size > MAX_SMALL_SIZE) return allocLarge(this.core, size, flags, shard);
    return allocTiny(this.core, size, shard) || this.alloc(TINY_SIZE, flags, shard);
  }

  /**
   * The next free object of the span that the shard caches, or of the next one, for arguments that `alloc` has checked. By
   * itself, so that `alloc` and `free` are short enough to be inlined.
   */
  private allocFrom(sizeClass: number, flags: number, shard: number): Ptr {
    if (sizeClass === 0) return ZERO_BASE;
    const i32 = this.i32;
    const spc = (sizeClass << 1) | (flags & NOSCAN);
    const entry = (this.caches + Math.imul(shard, CACHE_WORDS) + spc * CACHE_ENTRY) | 0;
    let cursor = i32[entry + E_CURSOR]!;
    let free = i32[cursor]! | 0; // 0 in a detached buffer too
    if (free === 0) {
      if (!refill(this.core, shard, spc)) this.refillAgain(shard, spc, classSize[sizeClass]!);
      cursor = i32[entry + E_CURSOR]!;
      free = i32[cursor]!;
    }
    const bit = free & -free;
    i32[cursor] = free ^ bit;
    const bytes = classSize[sizeClass]!;
    const p = (i32[entry + E_BASE]! + Math.imul(31 - Math.clz32(bit), bytes)) >>> 0;
    const slow = i32[entry + E_SLOW]!;
    if (slow !== 0) {
      if (slow & STARTS) {
        const word = (this.starts + (p >>> 8)) | 0;
        i32[word] = i32[word]! | (1 << (p >>> 3));
      }
      if (slow & NEEDS_ZERO) clean(this.core, p, sizeClass, flags);
      if (slow & BLACK) {
        const mark = cursor + i32[i32[entry + E_SPAN]! + S_BIT_WORDS]!;
        i32[mark] = i32[mark]! | bit;
      }
    }
    return p;
  }

  /** The last resort before out of memory: whatever is empty goes back to the page heap, wherever it is kept. */
  private refillAgain(shard: number, spc: number, size: number): void {
    releaseEmpty(this.core);
    if (!refill(this.core, shard, spc)) throw noMemory(this.core, size);
  }

  free(p: Ptr, shard: number = 0): void {
    const page = p >>> PAGE_SHIFT;
    if (p >>> 0 === p && page < this.pages && shard >>> 0 === shard && shard < this.shards) {
      const i32 = this.i32;
      const at = (Math.imul(shard, NUM_SPC) + this.u8[(this.kinds + page) | 0]!) | 0;
      const m = (this.states + at) | 0;
      const state = i32[m]!;
      const word = (this.starts + (p >>> 8)) | 0;
      const bits = i32[word]!;
      const bit = 1 << (p >>> 3);
      const room = this.room;
      if ((state & room) < room && (bits & bit) !== 0 && (p & 7) === 0) {
        i32[word] = bits ^ bit;
        i32[m] = state + (M_FREE + 1);
        i32[(this.magazines + (at << this.magazineShift) + (state & M_COUNT)) | 0] = p;
        return;
      }
    }
    this.freeSlow(p, shard);
  }

  /** Every free that is not of a small object into a magazine with room. */
  private freeSlow(p: Ptr, shard: number): void {
    const i32 = this.i32;
    if (shard >>> 0 !== shard || shard >= this.shards) throw errors.badShard(shard, this.shards);
    if (p === 0) return;
    errors.checkAttached(i32);
    const page = p >>> PAGE_SHIFT;
    if (p >>> 0 !== p || page >= this.pages) throw errors.badPointer(p);
    const s = i32[this.pageMap + page]!;
    if (s === 0) {
      if (p === ZERO_BASE) return;
      throw errors.foreignPointer(p, isFree(this.core, page));
    }
    const spc = i32[s + S_INFO]! & SPC_MASK;
    const offset = (p - i32[s + S_BASE]!) >>> 0;
    const index = objectIndex(offset, i32[s + S_DIV]!);
    const bit = 1 << (index & 31);
    const word = s + S_BITS + (index >>> 5);
    if (spc === TINY_SPC) {
      if (!freeTiny(this.core, s, p, shard)) return;
    } else {
      const inside = offset - Math.imul(index, i32[s + S_SIZE]!);
      if (index >= i32[s + S_OBJECTS]!) throw errors.foreignPointer(p);
      if (inside !== 0) throw errors.interiorPointer(p, p - inside);
      if (i32[word]! & bit || !isStarted(this.core, p)) throw errors.doubleFree(p);
    }
    if (this.u8[this.kinds + page] !== 0) {
      makeRoom(this.core, shard, spc);
      this.free(p, shard);
    } else if (i32[H_PHASE] === IDLE || this.freeInCycle(s, word, bit)) {
      if (spc <= 1) freeLarge(this.core, s, shard);
      else freeToSpan(this.core, s, word, bit);
    }
  }

  /** A free while a cycle runs: the mark goes too, and an unswept span is swept first. False: sweeping freed it. */
  private freeInCycle(s: number, word: number, bit: number): boolean {
    const i32 = this.i32;
    if (i32[H_PHASE] === SWEEPING && i32[s + S_SWEEPGEN] === i32[H_SWEEPGEN]! - 2) {
      return !sweepInPlace(this.core, s) && (i32[word]! & bit) === 0;
    }
    const mark = word + i32[s + S_BIT_WORDS]!;
    i32[mark] = i32[mark]! & ~bit;
    return true;
  }

  usableSize(p: Ptr): number {
    if (p === ZERO_BASE) return 0;
    const s = this.spanOf(p);
    return (this.i32[s + S_INFO]! & SPC_MASK) === TINY_SPC
      ? tinyUsable(this.core, s, p)
      : this.i32[s + S_SIZE]! >>> 0;
  }

  /** The span of an object that is allocated and begins at `p`. */
  private spanOf(p: Ptr): number {
    if (p >>> 0 !== p || p >>> PAGE_SHIFT >= this.pages) throw errors.badPointer(p);
    errors.checkAttached(this.i32);
    const s = this.i32[this.pageMap + (p >>> PAGE_SHIFT)]!;
    if (s === 0) throw errors.foreignPointer(p, isFree(this.core, p >>> PAGE_SHIFT));
    const base = this.objects.find(p);
    if (base === 0) throw errors.deadPointer(p);
    if (base !== p && (this.i32[s + S_INFO]! & SPC_MASK) !== TINY_SPC)
      throw errors.interiorPointer(p, base);
    return s;
  }

  allocAligned(size: number, align: number, flags: number = 0, shard: number = 0): Ptr {
    const sizeClass = alignedClass(size, align);
    this.check(size, shard);
    if (sizeClass > 0) return this.alloc(classSize[sizeClass]!, flags, shard);
    if (align <= PAGE_SIZE) return this.alloc(size, flags, shard);
    return allocAlignedLarge(this.core, size, align, flags, shard);
  }

  realloc(p: Ptr, size: number, flags: number = 0, shard: number = 0): Ptr {
    this.check(size, shard);
    if (p === 0) return this.alloc(size, flags, shard);
    const old = this.usableSize(p);
    if (resizeInPlace(this.core, p, old, size, flags, shard)) return p;
    const q = this.alloc(size, flags, shard);
    if (q === p) return p;
    this.memory.u8.copyWithin(q, p, p + Math.min(old, size));
    this.free(p, shard);
    return q;
  }

  scavenge(maxBytes: number = Infinity): number {
    if (typeof maxBytes !== "number" || !(maxBytes >= 0))
      throw errors.badArgument("scavenge", "maxBytes", maxBytes, "a number from 0");
    return scavengePages(this.core, Math.ceil(maxBytes / PAGE_SIZE)) * PAGE_SIZE;
  }

  trim(): number {
    return releaseEmpty(this.core) * PAGE_SIZE;
  }

  stats(): AllocStats {
    errors.checkAttached(this.i32);
    return readStats(this.core);
  }
}

/**
 * Makes an allocator in a fresh memory. O(shards).
 *
 * @throws AllocError `BAD_MEMORY` if an allocator lies in it already or it is too small, `BAD_OPTION`, `BAD_ARGUMENT` for no memory.
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
  errors.checkOptions(options, "shards tiny");
  const { shards = 4, tiny = true } = options;
  if (!Number.isInteger(shards) || shards < 1 || shards > 256)
    throw errors.badOption("shards", shards, "an integer from 1 to 256");
  errors.checkBoolean("tiny", tiny);
  const core = new Core(reserved(memory, "createAllocator"), shards);
  writeHeader(core.memory, KIND_TIERED, shards, core.firstPage);
  core.i32[H_FEATURES] = tiny ? FEATURE_TINY : 0;
  initLists(core);
  initCaches(core);
  initMagazines(core);
  dropTiny(core);
  return new Tiered(core);
}

/**
 * A second allocator object over the same memory: it continues where the first one is. O(1).
 * Hooks (`onSweep`) belong to the object they were set on.
 *
 * @throws AllocError `BAD_MEMORY` if no such allocator lies in the memory, `BAD_ARGUMENT` for no memory.
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
  const space = reserved(memory, "attachAllocator");
  return new Tiered(new Core(space, readHeader(space, KIND_TIERED)));
}
