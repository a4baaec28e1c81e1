/**
 * The poisoning build: a decorator that finds writes past an object, writes after free, and reads of either.
 *
 *     inner object
 *     ┌──────────┬──────────────────────────┬──────────┐
 *     │ redzone  │ the caller's bytes       │ redzone… │   redzones hold 0xFB
 *     └──────────┴──────────────────────────┴──────────┘
 *
 * Invariants
 *  1. A fresh object reads 0xAA in every byte if NOZERO was given, else 0. A freed one reads 0x55 until it is reused.
 *  2. Redzones lie before and after every object, at least `redzone` bytes each; a byte of them that changed is found at free
 *     and by `verify`, with the site of the allocation.
 *  3. The last `quarantine` freed objects are kept back from the inner allocator; a byte of them that changed is found
 *     when they leave, or by `verify`, with the sites of allocation and free.
 *  4. An error is thrown before anything is given to the inner allocator, and the object it names stays as it was found.
 *  5. Over a traced allocator the result is one too: a collected heap runs on it, see poisoning-objects.ts. There objects of size
 *     0 share the inner allocator's address and have no redzones.
 *
 * Rejected: poisoning within the allocator itself, which would put a test into the fast path and leave no room for
 * redzones. Sites and sizes are kept in JavaScript maps, as they belong to the debugging session, not the heap.
 */
import type { CheckedPointers } from "@gort/types";
import { checkPointers } from "@gort/types";
import type { Allocator, AllocStats, Memory, Ptr, SystemMemory, TracedAllocator } from "./api.ts";
import { NOSCAN, NOZERO } from "./api.ts";
import {
  AllocError,
  badOption,
  badPointer,
  checkBoolean,
  checkInner,
  checkOptions,
  checkSize,
  deadPointer,
  doubleFree,
  foreignPointer,
  hex,
  interiorPointer,
} from "./errors.ts";
import { inspectAllocator } from "./inspect.ts";
import { PoisonedObjects } from "./poisoning-objects.ts";
import { callSite } from "./site.ts";
import { MAX_MEMORY } from "./words.ts";

const FRESH = 0xaa;
const FREED = 0x55;
const REDZONE = 0xfb;

/** Options of {@link poisoningAllocator}. */
export interface PoisonOptions {
  /** Bytes before and after an object, a multiple of 16 up to 65,536. @defaultValue 16 */
  readonly redzone?: number | undefined;
  /** Freed objects that are kept back before their memory may be used again, an integer from 0. @defaultValue 256 */
  readonly quarantine?: number | undefined;
  /** Whether to record where objects are allocated and freed; costs microseconds per call. @defaultValue true */
  readonly sites?: boolean | undefined;
}

/** An allocator that checks what callers do with its memory. */
export interface PoisoningAllocator extends Allocator {
  /** Looks at every redzone and every freed object now. Throws for the first byte that changed. */
  verify(): void;
  /** Verifies, then gives all freed objects that are kept back to the inner allocator. */
  drain(): void;
  /**
   * Where the object at `p` was allocated: function and position, or "" if sites are off.
   * @throws what `usableSize` throws
   */
  siteOf(p: Ptr): string;
  /**
   * Pointer arithmetic and conversions checked against the live objects, with Go's `checkptr` errors: a result must lie in
   * the object it came from, and a value within one object.
   */
  readonly pointers: CheckedPointers;
}

/** What {@link poisoningAllocator} gives for a {@link TracedAllocator}: a collector can run on it too. */
export interface PoisoningTracedAllocator extends PoisoningAllocator, TracedAllocator {}

interface Block {
  readonly p: Ptr;
  readonly base: Ptr;
  readonly size: number;
  readonly allocated: string;
  freed: string;
  shard: number | undefined;
}

/** Whether an allocator has an object table and system memory. */
const isTraced = (a: Allocator): a is TracedAllocator => "objects" in a && "system" in a;

class Poisoning implements PoisoningAllocator {
  readonly memory: Memory;
  readonly pointers: CheckedPointers;
  readonly redzone: number;
  readonly live = new Map<Ptr, Block>();
  /** Freed and kept back, oldest first. */
  readonly freed = new Map<Ptr, Block>();
  private readonly inner: Allocator;
  private readonly capacity: number;
  private readonly sites: boolean;
  private readonly u8: Uint8Array;

  constructor(inner: Allocator, options: PoisonOptions) {
    checkOptions(options, "redzone quarantine sites");
    const { redzone = 16, quarantine = 256, sites = true } = options;
    checkBoolean("sites", sites);
    if (!Number.isInteger(redzone) || redzone < 16 || redzone % 16 !== 0 || redzone > 65536) {
      throw badOption("redzone", redzone, "a multiple of 16 from 16 to 65536");
    }
    if (!Number.isInteger(quarantine) || quarantine < 0)
      throw badOption("quarantine", quarantine, "an integer from 0");
    this.inner = inner;
    this.memory = inner.memory;
    this.u8 = inner.memory.u8;
    this.redzone = redzone;
    this.capacity = quarantine;
    this.sites = sites;
    inspectAllocator(this);
    this.pointers = checkPointers({
      find: (p) => this.find(p),
      usableSize: (p) => this.usableSize(p),
    });
  }

  /** The live object that contains `p`, or 0. */
  protected find(p: Ptr): Ptr {
    for (const b of this.live.values()) if (p >= b.p && p < b.p + b.size) return b.p;
    return 0;
  }

  alloc(size: number, flags: number = 0, shard?: number): Ptr {
    checkSize(size, MAX_MEMORY);
    // A whole number of 16 bytes asked for, so that what the caller gets is aligned as it would be without us.
    const bytes = Math.ceil(size / 16) * 16 + 2 * this.redzone;
    const base = this.obtain(bytes, (flags & NOSCAN) | NOZERO, shard);
    const p = base + this.redzone;
    this.u8.fill(REDZONE, base, base + bytes);
    this.u8.fill(flags & NOZERO ? FRESH : 0, p, p + size);
    this.freed.delete(p);
    this.live.set(p, { p, base, size, allocated: this.site(this.alloc), freed: "", shard });
    return p;
  }

  /** Memory of the inner allocator; what is kept back is given up before memory is said to be out. */
  private obtain(bytes: number, flags: number, shard: number | undefined): Ptr {
    try {
      return this.inner.alloc(bytes, flags, shard);
    } catch (err) {
      if (!(err instanceof Error) || !/out of memory/.test(err.message) || !this.reclaim())
        throw err;
      return this.inner.alloc(bytes, flags, shard);
    }
  }

  /** Makes the inner allocator have more memory, if that can be done. */
  protected reclaim(): boolean {
    if (this.freed.size === 0) return false;
    this.drain();
    return true;
  }

  free(p: Ptr, shard?: number): void {
    this.inner.free(0, shard); // frees nothing, but knows whether there is such a shard
    if (p === 0) return;
    const block = this.lookup(p, doubleFree);
    this.checkRedzones(block);
    this.retire(block, this.site(this.free), shard);
  }

  /** Poisons an object that has been checked, and keeps it back. */
  protected retire(block: Block, site: string, shard: number | undefined): void {
    const { p } = block;
    this.live.delete(p);
    block.freed = site;
    block.shard = shard;
    this.u8.fill(FREED, p, p + block.size);
    this.freed.set(p, block);
    if (this.freed.size > this.capacity) {
      const oldest = this.freed.values().next().value!;
      // Reported once: afterwards it is like any other that was kept back.
      try {
        this.checkFreed(oldest);
      } finally {
        this.release(oldest);
      }
    }
  }

  usableSize(p: Ptr): number {
    return this.lookup(p, deadPointer).size;
  }

  /** The inner statistics, with what is kept back counted as freed. */
  stats(): AllocStats {
    const stats = this.inner.stats();
    let kept = 0;
    for (const block of this.freed.values()) kept += this.inner.usableSize(block.base);
    const heapAlloc = stats.heapAlloc - kept;
    const heapObjects = stats.heapObjects - this.freed.size;
    return {
      ...stats,
      alloc: heapAlloc,
      heapAlloc,
      heapObjects,
      frees: stats.frees + this.freed.size,
    };
  }

  siteOf(p: Ptr): string {
    return this.lookup(p, deadPointer).allocated;
  }

  verify(): void {
    for (const block of this.live.values()) this.checkRedzones(block);
    for (const block of this.freed.values()) this.checkFreed(block);
  }

  drain(): void {
    this.verify();
    for (const block of this.freed.values()) this.release(block);
  }

  private release(block: Block): void {
    this.freed.delete(block.p);
    this.inner.free(block.base, block.shard);
  }

  /** The live object that begins at `p`; throws what fits otherwise. */
  private lookup(p: Ptr, dead: (p: Ptr) => Error): Block {
    const block = this.live.get(p);
    if (block) return block;
    const old = this.freed.get(p);
    if (old) throw this.withSites(dead(p), old);
    if (!Number.isInteger(p) || p < 0 || p >= this.memory.byteLength) throw badPointer(p);
    for (const b of this.live.values())
      if (p > b.p && p < b.p + b.size) throw interiorPointer(p, b.p);
    throw foreignPointer(p);
  }

  protected checkRedzones(b: Block): void {
    const end = b.base + Math.ceil(b.size / 16) * 16 + 2 * this.redzone;
    for (let at = b.base; at < end; at++) {
      if (at === b.p) at += b.size;
      if (this.u8[at] === REDZONE) continue;
      const where =
        at < b.p ? `${b.p - at} bytes before` : `${at - b.p - b.size} bytes past the end of`;
      const text = `alloc: redzone overwritten at ${hex(at)}, ${where} the ${b.size}-byte object ${hex(b.p)}`;
      throw this.withSites(new AllocError("REDZONE", text), b);
    }
  }

  private checkFreed(b: Block): void {
    for (let at = b.p; at < b.p + b.size; at++) {
      if (this.u8[at] === FREED) continue;
      const text = `alloc: write after free at ${hex(at)}, byte ${at - b.p} of the ${b.size}-byte object ${hex(b.p)}`;
      throw this.withSites(new AllocError("WRITE_AFTER_FREE", text), b);
    }
  }

  private withSites(err: Error, b: Block): Error {
    if (b.allocated !== "") err.message += `\n  allocated at ${b.allocated}`;
    if (b.freed !== "") err.message += `\n  freed at ${b.freed}`;
    return err;
  }

  private site(of: (...args: never[]) => unknown): string {
    return this.sites ? callSite(of, 3) : "";
  }
}

class PoisoningTraced extends Poisoning implements PoisoningTracedAllocator {
  readonly objects: PoisonedObjects;
  readonly system: SystemMemory;
  /** All objects of size 0. */
  private readonly zero: Ptr;
  /** Bytes asked for: of all objects so far, and of those that are live. */
  private total = 0;
  private bytes = 0;

  constructor(inner: TracedAllocator, options: PoisonOptions) {
    super(inner, options);
    this.objects = new PoisonedObjects(inner.objects, this);
    this.system = inner.system;
    this.zero = inner.alloc(0, NOSCAN);
  }

  protected override find(p: Ptr): Ptr {
    return this.objects.find(p);
  }

  override alloc(size: number, flags: number = 0, shard?: number): Ptr {
    // As the inner allocator does, so that garbage is used before the heap grows.
    this.objects.sweep(1);
    if (size === 0) {
      super.free(0, shard); // refuses what is no shard
      return this.zero;
    }
    const p = super.alloc(size, flags, shard);
    this.total += size;
    this.bytes += size;
    return p;
  }

  protected override retire(block: Block, site: string, shard: number | undefined): void {
    this.bytes -= block.size;
    super.retire(block, site, shard);
  }

  /** The inner statistics, but for objects and their bytes: those are the callers', as the object table has them. */
  override stats(): AllocStats {
    const heapAlloc = this.bytes;
    const heapObjects = this.live.size;
    const inner = super.stats();
    const frees = inner.mallocs - heapObjects;
    return { ...inner, alloc: heapAlloc, heapAlloc, totalAlloc: this.total, heapObjects, frees };
  }

  override free(p: Ptr, shard?: number): void {
    super.free(p === this.zero ? 0 : p, shard);
  }

  override usableSize(p: Ptr): number {
    return p === this.zero ? 0 : super.usableSize(p);
  }

  protected override reclaim(): boolean {
    const swept = this.objects.sweep(Infinity) > 0;
    return super.reclaim() || swept;
  }

  /** What a collector found unreachable. */
  sweep(p: Ptr): void {
    const block = this.live.get(p)!;
    this.checkRedzones(block);
    this.retire(block, "the collector", undefined);
  }
}

/**
 * Wraps an allocator for debugging: fills memory with 0xAA and 0x55, puts redzones around every object, keeps freed
 * objects back for a while, and names where an object was allocated and freed when something is wrong with it.
 *
 * `alloc` and `free` are O(bytes of the object and its redzones), with sites also a stack trace; `verify` and `drain` are O(bytes of
 * all redzones and of the quarantine).
 *
 * @throws AllocError `BAD_OPTION`, `BAD_ARGUMENT` for what is no allocator; its methods throw `REDZONE`, `WRITE_AFTER_FREE`,
 * `DOUBLE_FREE` with sites.
 *
 * @example
 * ```ts
 * import { createAllocator, createMemory, isAllocError, poisoningAllocator } from "@gort/alloc";
 *
 * const heap = poisoningAllocator(createAllocator(createMemory({ reserve: 2 ** 20 })));
 * const p = heap.alloc(10);
 * heap.memory.u8[p + 10] = 1;
 * try {
 *   heap.free(p);
 * } catch (err) {
 *   console.log(isAllocError(err) && err.code); // => "REDZONE"
 * }
 * ```
 */
export function poisoningAllocator(
  inner: TracedAllocator,
  options?: PoisonOptions,
): PoisoningTracedAllocator;
export function poisoningAllocator(inner: Allocator, options?: PoisonOptions): PoisoningAllocator;
export function poisoningAllocator(
  inner: Allocator,
  options: PoisonOptions = {},
): PoisoningAllocator {
  checkInner("poisoningAllocator", inner);
  return isTraced(inner) ? new PoisoningTraced(inner, options) : new Poisoning(inner, options);
}
