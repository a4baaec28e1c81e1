/**
 * The object table of the poisoning build: a collector sees the callers' objects, without their redzones, and what it
 * finds unreachable is poisoned and kept back like anything else that is freed.
 *
 * Invariants
 *  1. `find` knows exactly the bytes that callers may use: an address in a redzone or in a freed object is in no object.
 *  2. Marks are those of the inner table, which marks from `startMark` until this table has swept everything; so an
 *     object that is allocated while it sweeps is born black, and survives.
 *  3. Sweeping goes through the objects there were when it began, page by page; a white one is freed as if by `free`.
 *  4. An object with a damaged redzone throws when it is swept, and is black and live afterwards: it is found again by each cycle.
 *  5. When it is done, what is kept back is marked and the inner sweep follows at once: it frees nothing.
 *
 * Why a sweep of its own: the inner one would hand memory out again that was never checked nor poisoned.
 */
import type { ObjectTable, Ptr, SweepControl } from "./api.ts";
import { pageOf } from "./ptr.ts";
import { PAGE_SIZE } from "./words.ts";

/** What the table asks of the allocator: its blocks, by the address callers know them by. */
export interface PoisonedBlocks {
  /** Bytes before each object. */
  readonly redzone: number;
  readonly live: ReadonlyMap<Ptr, { readonly p: Ptr; readonly size: number }>;
  /** Objects that are freed and kept back. */
  readonly freed: ReadonlyMap<Ptr, { readonly p: Ptr }>;
  /** Frees what no one can reach. */
  sweep(p: Ptr): void;
}

/** See the file header. */
export class PoisonedObjects implements ObjectTable, SweepControl {
  onSweep: ((start: Ptr, end: Ptr) => void) | null = null;
  private readonly inner: ObjectTable;
  private readonly blocks: PoisonedBlocks;
  /** Pages that have a special object. */
  private readonly special = new Set<number>();
  private phase: "idle" | "mark" | "sweep" = "idle";
  /** The objects to sweep, the next one last. */
  private unswept: Ptr[] = [];

  constructor(inner: ObjectTable, blocks: PoisonedBlocks) {
    this.inner = inner;
    this.blocks = blocks;
  }

  get pointerBits(): Ptr {
    return this.inner.pointerBits;
  }
  get cycle(): SweepControl {
    return this;
  }

  find(p: Ptr): Ptr {
    const base = this.inner.find(p);
    if (base === 0) return 0;
    const block = this.blocks.live.get(base + this.blocks.redzone);
    return block !== undefined && p >= block.p && p < block.p + block.size ? block.p : 0;
  }
  mark(base: Ptr): boolean {
    return this.inner.mark(base - this.blocks.redzone);
  }
  isMarked(base: Ptr): boolean {
    return this.inner.isMarked(base - this.blocks.redzone);
  }
  findAndMark(p: Ptr): Ptr {
    const base = this.find(p);
    return base !== 0 && this.mark(base) ? base : 0;
  }
  sizeOf(base: Ptr): number {
    return this.blocks.live.get(base)?.size ?? 0;
  }
  isScan(base: Ptr): boolean {
    return this.inner.isScan(base - this.blocks.redzone);
  }
  forEach(visit: (base: Ptr, size: number) => void): void {
    this.inner.forEach((base) => {
      const block = this.blocks.live.get(base + this.blocks.redzone);
      if (block !== undefined) visit(block.p, block.size);
    });
  }

  startMark(): void {
    this.sweep(Infinity);
    this.inner.cycle.startMark();
    this.phase = "mark";
  }
  startSweep(): void {
    if (this.phase !== "mark") this.startMark();
    this.unswept = [...this.blocks.live.keys()].sort((a, b) => b - a);
    this.phase = "sweep";
  }
  sweep(pages: number): number {
    if (this.phase !== "sweep") return 0;
    let done = 0;
    for (; done < pages && this.unswept.length > 0; done++) this.sweepPage();
    if (this.unswept.length > 0) return done;
    for (const { p } of this.blocks.freed.values()) this.mark(p);
    this.inner.cycle.startSweep();
    this.inner.cycle.sweep(Infinity);
    this.phase = "idle";
    return done;
  }

  /** Sweeps the objects that begin in the page of the next one. */
  private sweepPage(): void {
    const page = pageOf(this.unswept.at(-1)!);
    if (this.special.has(page)) this.onSweep?.(page * PAGE_SIZE, (page + 1) * PAGE_SIZE);
    for (let p = this.unswept.at(-1); p !== undefined && pageOf(p) === page;) {
      this.unswept.pop();
      if (this.blocks.live.has(p) && !this.isMarked(p)) this.sweepObject(p);
      p = this.unswept.at(-1);
    }
  }

  /** An object that is found damaged lives on, whatever the inner sweep thinks of it, until the next cycle finds it again. */
  private sweepObject(p: Ptr): void {
    try {
      this.blocks.sweep(p);
    } catch (err) {
      if (this.blocks.live.has(p)) this.mark(p);
      throw err;
    }
  }

  setSpecial(base: Ptr): void {
    this.special.add(pageOf(base));
  }
}
