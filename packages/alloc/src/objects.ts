/**
 * What a collector asks of the allocator: which object a pointer points into, its colour, and the cycle.
 *
 * Invariants
 *  1. `find` accepts exactly the addresses inside allocated objects: not free slots, tails of spans or metadata.
 *  2. A free object is never marked; an object allocated while marking is.
 *  3. White is "mark bit 0". Starting a mark is O(shards) once all is swept: all mark bits are 0 then, sweeping saw to that.
 *
 * The way of each: page → record by the page map, record → index by a 32-bit multiply, index → bit. `findAndMark` does in one
 * walk what find and mark do in two. The marker's own loop over an object's words is in tracer.ts.
 */
import type { ObjectTable, ObjectTracer, Ptr, SweepControl } from "./api.ts";
import { blackenCaches, flushCaches } from "./cache.ts";
import type { Core } from "./core.ts";
import { foreignPointer } from "./errors.ts";
import { beginCollecting } from "./magazine.ts";
import { objectIndex } from "./size-classes.ts";
import { isStarted } from "./span.ts";
import { beginSweep, sweepPages } from "./sweep.ts";
import { dropTiny } from "./tiny.ts";
import { SpanTracer } from "./tracer.ts";
import { forEachSpan } from "./walk.ts";
import {
  H_COLLECTED,
  H_PAGES_INUSE,
  H_PHASE,
  MARKING,
  PAGE_SHIFT,
  S_BASE,
  S_BIT_WORDS,
  S_BITS,
  S_DIV,
  S_INFO,
  S_OBJECTS,
  S_SIZE,
  SPECIAL,
  SWEEPING,
} from "./words.ts";

/** Go's cycle over the spans of a core. */
class Cycle implements SweepControl {
  private readonly c: Core;
  constructor(c: Core) {
    this.c = c;
  }
  get onSweep(): ((start: Ptr, end: Ptr) => void) | null {
    return this.c.onSweep;
  }
  set onSweep(hook: ((start: Ptr, end: Ptr) => void) | null) {
    this.c.onSweep = hook;
  }
  startMark(): void {
    beginCollecting(this.c);
    this.c.onCount?.();
    if (this.c.i32[H_PHASE] === SWEEPING) sweepPages(this.c, Infinity);
    // A tiny block begun before this moment is white; objects born black must not be packed into it.
    dropTiny(this.c);
    this.c.i32[H_PHASE] = MARKING;
    blackenCaches(this.c);
  }
  startSweep(): void {
    beginCollecting(this.c);
    this.c.onCount?.();
    flushCaches(this.c);
    dropTiny(this.c);
    beginSweep(this.c);
  }
  get pages(): number {
    return this.c.i32[H_PAGES_INUSE]!;
  }
  sweep(pages: number): number {
    return sweepPages(this.c, pages);
  }
  setSpecial(base: Ptr): void {
    const s = this.c.i32[this.c.pageMap + (base >>> PAGE_SHIFT)] ?? 0;
    if (s === 0) throw foreignPointer(base);
    this.c.i32[s + S_INFO] = this.c.i32[s + S_INFO]! | SPECIAL;
  }
}

/** See the file header. */
export class SpanObjects implements ObjectTable {
  readonly pointerBits: Ptr;
  readonly cycle: SweepControl;
  readonly tracer: ObjectTracer;
  private readonly c: Core;
  private readonly i32: Int32Array;
  private readonly pageMap: number;
  private readonly pages: number;

  constructor(c: Core) {
    this.c = c;
    this.i32 = c.i32;
    this.pageMap = c.pageMap;
    this.pages = c.pages;
    this.pointerBits = c.pointerBits;
    this.cycle = new Cycle(c);
    this.tracer = new SpanTracer(c);
  }

  find(p: Ptr): Ptr {
    const i32 = this.i32;
    const page = p >>> PAGE_SHIFT;
    if (page >= this.pages) return 0;
    const s = i32[this.pageMap + page]!;
    if (s === 0) return 0;
    const base = i32[s + S_BASE]!;
    const index = objectIndex(p - base, i32[s + S_DIV]!);
    if (index >= i32[s + S_OBJECTS]!) return 0;
    if ((i32[s + S_BITS + (index >>> 5)]! >>> (index & 31)) & 1) return 0;
    const object = (base + Math.imul(index, i32[s + S_SIZE]!)) >>> 0;
    return i32[H_COLLECTED] === 0 && !isStarted(this.c, object) ? 0 : object;
  }

  mark(base: Ptr): boolean {
    const i32 = this.i32;
    const s = i32[this.pageMap + (base >>> PAGE_SHIFT)]!;
    const index = objectIndex(base - i32[s + S_BASE]!, i32[s + S_DIV]!);
    const w = s + S_BITS + i32[s + S_BIT_WORDS]! + (index >>> 5);
    const bit = 1 << (index & 31);
    const marks = i32[w]!;
    if (marks & bit) return false;
    i32[w] = marks | bit;
    return true;
  }

  findAndMark(p: Ptr): Ptr {
    const i32 = this.i32;
    const page = p >>> PAGE_SHIFT;
    if (page >= this.pages) return 0;
    const s = i32[this.pageMap + page]!;
    if (s === 0) return 0;
    const base = i32[s + S_BASE]!;
    const index = objectIndex(p - base, i32[s + S_DIV]!);
    const bit = 1 << (index & 31);
    const free = (s + S_BITS + (index >>> 5)) | 0;
    const w = (free + i32[s + S_BIT_WORDS]!) | 0;
    // Most are marked already, and beyond the last object is nothing to be marked: either way the answer is 0.
    const marks = i32[w]!;
    if (marks & bit) return 0;
    if (index >= i32[s + S_OBJECTS]! || i32[free]! & bit) return 0;
    i32[w] = marks | bit;
    return (base + Math.imul(index, i32[s + S_SIZE]!)) >>> 0;
  }

  isMarked(base: Ptr): boolean {
    const i32 = this.i32;
    const s = i32[this.pageMap + (base >>> PAGE_SHIFT)]!;
    const index = objectIndex(base - i32[s + S_BASE]!, i32[s + S_DIV]!);
    return ((i32[s + S_BITS + i32[s + S_BIT_WORDS]! + (index >>> 5)]! >>> (index & 31)) & 1) === 1;
  }

  isScan(base: Ptr): boolean {
    return (this.i32[this.i32[this.pageMap + (base >>> PAGE_SHIFT)]! + S_INFO]! & 1) === 0;
  }

  sizeOf(base: Ptr): number {
    return this.i32[this.i32[this.pageMap + (base >>> PAGE_SHIFT)]! + S_SIZE]! >>> 0;
  }

  forEach(visit: (base: Ptr, size: number) => void): void {
    const i32 = this.i32;
    this.c.onCount?.();
    forEachSpan(this.c, (s) => {
      const base = i32[s + S_BASE]! >>> 0;
      const size = i32[s + S_SIZE]! >>> 0;
      const objects = i32[s + S_OBJECTS]!;
      for (let i = 0; i < objects; i++) {
        if ((i32[s + S_BITS + (i >>> 5)]! >>> (i & 31)) & 1) continue;
        const p = base + i * size;
        if (isStarted(this.c, p)) visit(p, size);
      }
    });
  }
}
