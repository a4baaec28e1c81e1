/** The objects of a bump allocator as a collector sees them. Sweeping clears the marks and frees nothing. See bump.ts. */
import type { ObjectTable, Ptr, SweepControl } from "./api.ts";
import { NOSCAN } from "./api.ts";
import { clearRange } from "./bits.ts";
import type { BumpLayout } from "./bump-layout.ts";
import { foreignPointer } from "./errors.ts";
import {
  H_BUMP_NEXT,
  H_BUMP_SPECIAL,
  H_PHASE,
  IDLE,
  MARKING,
  PAGE_SHIFT,
  PAGE_SIZE,
  SWEEPING,
} from "./words.ts";

/** Flags of an object's header, beside NOSCAN. */
export const DEAD = 4;
/** Not an object: system memory, or a gap before an aligned object. */
export const HOLE = 8;

/** The cycle: one span, which is the whole heap. */
class BumpCycle implements SweepControl {
  onSweep: ((start: Ptr, end: Ptr) => void) | null = null;
  private readonly l: BumpLayout;
  private readonly i32: Int32Array;
  constructor(l: BumpLayout) {
    this.l = l;
    this.i32 = l.memory.i32;
  }
  startMark(): void {
    this.sweep(1);
    this.i32[H_PHASE] = MARKING;
  }
  startSweep(): void {
    this.i32[H_PHASE] = SWEEPING;
  }
  sweep(pages: number): number {
    const i32 = this.i32;
    if (i32[H_PHASE] !== SWEEPING || pages <= 0) return 0;
    const next = i32[H_BUMP_NEXT]! >>> 0;
    if (i32[H_BUMP_SPECIAL] !== 0) this.onSweep?.(this.l.first, next);
    clearRange(
      i32,
      this.l.markBits + (this.l.first >>> 8),
      this.l.markBits + Math.ceil(next / 256),
    );
    i32[H_PHASE] = IDLE;
    return Math.ceil((next - this.l.first) / PAGE_SIZE);
  }
  setSpecial(base: Ptr): void {
    if (base < this.l.first || base >= this.i32[H_BUMP_NEXT]! >>> 0) throw foreignPointer(base);
    this.i32[H_BUMP_SPECIAL] = 1;
  }
}

/** See the file header. */
export class BumpObjects implements ObjectTable {
  readonly pointerBits: Ptr;
  readonly cycle: SweepControl;
  private readonly l: BumpLayout;
  private readonly i32: Int32Array;

  constructor(l: BumpLayout) {
    this.l = l;
    this.i32 = l.memory.i32;
    this.pointerBits = l.pointerBits;
    this.cycle = new BumpCycle(l);
  }

  /** Base of the object, dead or alive, that contains `p`; 0 if there is none. */
  locate(p: Ptr): Ptr {
    const i32 = this.i32;
    if (p < this.l.first || p >= i32[H_BUMP_NEXT]! >>> 0) return 0;
    const page = p >>> PAGE_SHIFT;
    const bottom = this.l.startBits + ((page << PAGE_SHIFT) >>> 8);
    let w = this.l.startBits + (p >>> 8);
    let bits = i32[w]! & (-1 >>> (31 - ((p >>> 3) & 31)));
    while (bits === 0 && w > bottom) bits = i32[--w]!;
    const base =
      bits !== 0
        ? (w - this.l.startBits) * 256 + (31 - Math.clz32(bits)) * 8
        : i32[this.l.pageMap + page]! >>> 0;
    return base !== 0 && p < base + this.sizeOf(base) ? base : 0;
  }

  find(p: Ptr): Ptr {
    const base = this.locate(p);
    return base !== 0 && (this.i32[(base >>> 2) - 1]! & DEAD) === 0 ? base : 0;
  }

  mark(base: Ptr): boolean {
    const w = this.l.markBits + (base >>> 8);
    const bit = 1 << ((base >>> 3) & 31);
    const marks = this.i32[w]!;
    if (marks & bit) return false;
    this.i32[w] = marks | bit;
    return true;
  }

  findAndMark(p: Ptr): Ptr {
    const base = this.find(p);
    return base !== 0 && this.mark(base) ? base : 0;
  }

  isMarked(base: Ptr): boolean {
    return ((this.i32[this.l.markBits + (base >>> 8)]! >>> ((base >>> 3) & 31)) & 1) === 1;
  }

  isScan(base: Ptr): boolean {
    return (this.i32[(base >>> 2) - 1]! & NOSCAN) === 0;
  }

  sizeOf(base: Ptr): number {
    return this.i32[(base >>> 2) - 2]! >>> 0;
  }

  forEach(visit: (base: Ptr, size: number) => void): void {
    const i32 = this.i32;
    const end = i32[H_BUMP_NEXT]! >>> 0;
    for (let p = this.l.first; p < end;) {
      const size = i32[p >>> 2]! >>> 0;
      if ((i32[(p >>> 2) + 1]! & (DEAD | HOLE)) === 0) visit(p + 8, size);
      p += 8 + size;
    }
  }
}
