/**
 * A collector's table of objects for an allocator that has none: any `Allocator` can be collected through it.
 *
 * Invariants
 *  1. One bit per 8 bytes says that an object starts there, one that it is marked, one that it has no pointers,
 *     and one bit per 4 bytes that a pointer lies there. All of them lie in the allocator's memory.
 *  2. Above the start bits lies a pyramid: a bit of level k + 1 is set when a word of level k is not 0, so the
 *     object that contains an address is found in O(log32 of the memory) steps.
 *  3. Sweeping goes through the address space upwards, page by page; objects allocated above the place where it
 *     stands are born marked, so that it leaves them alone.
 *  4. Objects are counted as they are entered and removed: what the allocator's owner has beside them, allocated before or since, is
 *     not the heap's, and may be freed at any time. `others` is how much of it there is now, for the pacer.
 *
 * What it costs: 1/12 of the address space for the bitmaps, and `free` of the allocator for each object swept.
 * Made for allocators of others and for decorators; the default allocator has its own, faster table.
 */
import type {
  Allocator,
  AllocStats,
  Memory,
  ObjectTable,
  Ptr,
  SweepControl,
  SystemMemory,
  TracedAllocator,
} from "@gort/alloc";
import { NOSCAN } from "@gort/alloc";
import { badArgument, GcArgumentError } from "./errors.ts";

const PAGE = 8192;

class Table implements ObjectTable, SweepControl {
  readonly pointerBits: Ptr;
  onSweep: ((start: Ptr, end: Ptr) => void) | null = null;
  readonly #a: Allocator;
  readonly #i32: Int32Array;
  readonly #limit: number;
  /** Word indexes of the levels of start bits, and of the other bitmaps. */
  readonly #levels: number[] = [];
  readonly #marks: number;
  readonly #noscan: number;
  readonly #special: number;
  readonly #words: number;
  #phase: "idle" | "mark" | "sweep" = "idle";
  /** First page not swept yet, while sweeping. */
  #cursor = 0;
  /** End of the highest object so far. */
  #top = 0;
  /** Objects entered and removed so far, and bytes of those entered so far and of those there now. */
  mallocs = 0;
  frees = 0;
  total = 0;
  bytes = 0;

  constructor(a: Allocator, own: (bytes: number) => Ptr) {
    this.#a = a;
    this.#i32 = a.memory.i32;
    this.#limit = a.memory.byteLength;
    this.#words = Math.ceil(this.#limit / 256);
    const take = (words: number): number => own(Math.max(words, 4) * 4) >>> 2;
    for (let words = this.#words; ; words = Math.ceil(words / 32)) {
      this.#levels.push(take(words));
      if (words === 1) break;
    }
    this.#marks = take(this.#words);
    this.#noscan = take(this.#words);
    this.#special = take(Math.ceil(this.#limit / PAGE / 32));
    this.pointerBits = take(Math.ceil(this.#limit / 128)) * 4;
  }

  get cycle(): SweepControl {
    return this;
  }

  #get(map: number, bit: number): boolean {
    return ((this.#i32[map + (bit >>> 5)]! >>> (bit & 31)) & 1) === 1;
  }
  #set(map: number, bit: number): void {
    this.#i32[map + (bit >>> 5)] = this.#i32[map + (bit >>> 5)]! | (1 << (bit & 31));
  }
  #clear(map: number, bit: number): void {
    this.#i32[map + (bit >>> 5)] = this.#i32[map + (bit >>> 5)]! & ~(1 << (bit & 31));
  }

  /** Enters a new object. */
  add(p: Ptr, flags: number): void {
    const size = this.#a.usableSize(p);
    const bit = p >>> 3;
    let index = bit;
    for (const level of this.#levels) {
      this.#set(level, index);
      index >>>= 5;
    }
    const noscan = (flags & NOSCAN) !== 0;
    if (noscan) this.#set(this.#noscan, bit);
    else this.#clearPointerBits(p, size);
    const unswept = this.#phase === "sweep" && p >>> 13 >= this.#cursor;
    if (this.#phase === "mark" || unswept) this.#set(this.#marks, bit);
    else this.#clear(this.#marks, bit);
    if (p + size > this.#top) this.#top = p + size;
    this.mallocs++;
    this.total += size;
    this.bytes += size;
  }

  /** Removes an object of `size` bytes. */
  remove(p: Ptr, size: number): void {
    this.frees++;
    this.bytes -= size;
    const bit = p >>> 3;
    let index = bit;
    for (const level of this.#levels) {
      this.#clear(level, index);
      if (this.#i32[level + (index >>> 5)] !== 0) break;
      index >>>= 5;
    }
    this.#clear(this.#noscan, bit);
    this.#clear(this.#marks, bit);
  }

  has(p: Ptr): boolean {
    return p > 0 && p < this.#limit && (p & 7) === 0 && this.#get(this.#levels[0]!, p >>> 3);
  }

  /** Of an object of an odd size the last word too: nobody else has the rest of it. */
  #clearPointerBits(p: Ptr, size: number): void {
    const map = this.pointerBits >>> 2;
    const end = (p + size + 3) >>> 2;
    for (let bit = p >>> 2; bit < end;) {
      if ((bit & 31) === 0 && bit + 32 <= end) {
        this.#i32[map + (bit >>> 5)] = 0;
        bit += 32;
      } else this.#clear(map, bit++);
    }
  }

  /** The last start at or before bit `from`, or -1. */
  #before(from: number): number {
    let index = from;
    for (let k = 0; k < this.#levels.length; k++) {
      const word = this.#i32[this.#levels[k]! + (index >>> 5)]! & (-1 >>> (31 - (index & 31)));
      if (word !== 0) {
        index = (index & ~31) + 31 - Math.clz32(word);
        for (; k > 0; k--) {
          index = index * 32 + 31 - Math.clz32(this.#i32[this.#levels[k - 1]! + index]!);
        }
        return index;
      }
      index = (index >>> 5) - 1;
      if (index < 0) return -1;
    }
    return -1;
  }

  find(p: Ptr): Ptr {
    if (p >= this.#top || p <= 0) return 0;
    const bit = this.#before(p >>> 3);
    if (bit < 0) return 0;
    const base = bit * 8;
    return p < base + this.#a.usableSize(base) ? base : 0;
  }
  mark(base: Ptr): boolean {
    if (this.#get(this.#marks, base >>> 3)) return false;
    this.#set(this.#marks, base >>> 3);
    return true;
  }
  findAndMark(p: Ptr): Ptr {
    const base = this.find(p);
    return base !== 0 && this.mark(base) ? base : 0;
  }
  isMarked(base: Ptr): boolean {
    return this.#get(this.#marks, base >>> 3);
  }
  isScan(base: Ptr): boolean {
    return !this.#get(this.#noscan, base >>> 3);
  }
  sizeOf(base: Ptr): number {
    return this.#a.usableSize(base);
  }
  forEach(visit: (base: Ptr, size: number) => void): void {
    this.#each(0, Math.ceil(this.#top / 256), (base) => visit(base, this.#a.usableSize(base)));
  }

  /** Visits the starts in words `from` up to `to` of level 0. */
  #each(from: number, to: number, visit: (base: Ptr) => void): void {
    for (let w = from; w < to; w++) {
      for (let bits = this.#i32[this.#levels[0]! + w]!; bits !== 0; bits &= bits - 1) {
        visit((w * 32 + 31 - Math.clz32(bits & -bits)) * 8);
      }
    }
  }

  startMark(): void {
    while (this.sweep(1 << 20) > 0);
    this.#i32.fill(0, this.#marks, this.#marks + Math.ceil(this.#top / 256));
    this.#phase = "mark";
  }
  startSweep(): void {
    this.#phase = "sweep";
    this.#cursor = 0;
  }
  sweep(pages: number): number {
    if (this.#phase !== "sweep") return 0;
    const end = Math.ceil(this.#top / PAGE);
    let done = 0;
    while (done < pages && this.#cursor < end) {
      const page = this.#cursor;
      if (this.#get(this.#special, page)) this.onSweep?.(page * PAGE, page * PAGE + PAGE);
      this.#each(page * 32, page * 32 + 32, (base) => {
        if (this.isMarked(base)) return;
        this.remove(base, this.#a.usableSize(base));
        this.#a.free(base);
      });
      this.#cursor++;
      done++;
    }
    if (done === 0) this.#phase = "idle";
    return done;
  }
  setSpecial(base: Ptr): void {
    this.#set(this.#special, base >>> 13);
  }
}

class Traced implements TracedAllocator, SystemMemory {
  readonly memory: Memory;
  readonly objects: ObjectTable;
  readonly user: Ptr;
  readonly #a: Allocator;
  readonly #table: Table;
  /** The bitmaps and the blocks of the collector, which are not objects. */
  readonly #own = new Set<Ptr>();
  /** Bytes of the blocks. */
  #manual = 0;
  /** All objects of size 0. */
  readonly #zero: Ptr;

  constructor(a: Allocator) {
    if (typeof (a as Partial<Allocator> | null | undefined)?.alloc !== "function")
      badArgument("traced", "allocator", a, "an allocator");
    this.#a = a;
    this.memory = a.memory;
    this.#table = new Table(a, (bytes) => this.#take(bytes));
    this.objects = this.#table;
    this.user = this.#take(1024);
    this.#zero = this.#take(16);
  }
  get system(): SystemMemory {
    return this;
  }
  #take(bytes: number): Ptr {
    const p = this.#a.alloc(bytes, NOSCAN);
    this.#own.add(p);
    return p;
  }
  alloc(size: number, flags = 0, shard = 0): Ptr {
    if (size === 0) {
      this.#a.free(0, shard); // refuses what is no shard
      return this.#zero;
    }
    // At least 16 bytes: no two objects share a start bit, nor a tiny block.
    const p = this.#a.alloc(
      size > 0 && size < 16 && Number.isInteger(size) ? 16 : size,
      flags,
      shard,
    );
    if ((p & 7) !== 0) {
      this.#a.free(p, shard);
      throw new GcArgumentError(`traced: the allocator gave ${p}, which is not a multiple of 8`);
    }
    this.#table.add(p, flags);
    return p;
  }
  free(p: Ptr, shard = 0): void {
    if (p === this.#zero) return this.#a.free(0, shard);
    if (this.#own.has(p))
      throw new GcArgumentError(`free: ${p} is a foreign pointer, not an object`);
    const known = this.#table.has(p);
    const size = known ? this.#a.usableSize(p) : 0;
    this.#a.free(p, shard);
    if (known) this.#table.remove(p, size);
  }
  usableSize(p: Ptr): number {
    return p === this.#zero ? 0 : this.#a.usableSize(p);
  }
  stats(): AllocStats {
    const { mallocs, frees, bytes, total } = this.#table;
    return {
      ...this.#a.stats(),
      alloc: bytes,
      heapAlloc: bytes,
      totalAlloc: total,
      mallocs,
      frees,
      heapObjects: mallocs - frees,
    };
  }
  persistentAlloc(bytes: number, align = 8): Ptr {
    positive("persistentAlloc", bytes);
    if (!(align >= 1 && align <= PAGE && Number.isInteger(Math.log2(align))))
      badArgument("persistentAlloc", "align", align, "a power of two up to 8192");
    const p = this.#take(bytes + align);
    return Math.ceil(p / align) * align;
  }
  allocManual(bytes: number): Ptr {
    positive("allocManual", bytes);
    const p = this.#take(Math.ceil(bytes / PAGE) * PAGE);
    this.#manual += this.#a.usableSize(p);
    return p;
  }
  freeManual(p: Ptr, _bytes: number): void {
    if (!this.#own.has(p))
      throw new GcArgumentError(`freeManual: ${p} is not what allocManual returned`);
    const size = this.#a.usableSize(p);
    this.#a.free(p);
    this.#own.delete(p);
    this.#manual -= size;
  }
  /** What the owner has, and the bitmaps. As long as the allocator's statistics take. */
  get others(): number {
    return Math.max(this.#a.stats().heapAlloc - this.#table.bytes - this.#manual, 0);
  }
}

function positive(call: string, bytes: number): void {
  if (!(Number.isInteger(bytes) && bytes > 0))
    throw new GcArgumentError(`${call}: size ${bytes} is not an integer from 1`);
}

/**
 * Makes any allocator one that a heap can collect, by keeping the table of objects beside it.
 *
 * What the allocator's owner allocates and frees by hand beside the heap stays the owner's. The heap looks at it as it grows, and
 * collects the earlier the less room it leaves; but an allocation of the owner never collects: where it finds no room, `collect()`
 * may make some. Where all of them leave only a few pages of a small memory, `createHeap`, which needs room for what is allocated
 * while it marks, may find none where `createStopTheWorldHeap` goes on.
 *
 * O(size of the memory), for the bitmaps: 1/12 of the address space. Then an allocation costs a few operations more, and finding an
 * object is O(log(size of the memory)).
 * @throws GcArgumentError for what is no allocator; what the allocator throws if there is no room for the bitmaps
 *
 * @example
 * ```ts
 * import { createAllocator, createMemory } from "@gort/alloc";
 * import { createHeap, traced } from "@gort/gc";
 * import { int32 } from "@gort/types";
 *
 * const plain = createAllocator(createMemory({ reserve: 2 ** 24 }));
 * const before = plain.stats().heapObjects;
 * const heap = createHeap({ allocator: traced(plain) });
 * heap.alloc(int32, 100);
 * heap.collect();
 * heap.memory.byteLength; // => 16777216
 * ```
 */
export function traced(allocator: Allocator): TracedAllocator {
  return new Traced(allocator);
}
