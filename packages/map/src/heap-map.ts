/**
 * Go's hmap in a heap: typed keys and values, all state in memory, found again by the header's address.
 * `heap-layout.ts` says what lies where, `heap-table.ts` finds and makes buckets, `heap-entries.ts` knows keys and
 * values; here are the operations.
 *
 * Invariants
 *  1. An operation allocates before it changes; one that throws half-way (memory is full) leaves the map as it was.
 *  2. The WRITING flag is set exactly while a write runs.
 *  3. Which half a key moves to when the table doubles is a bit of its hash, or, for a key that does not equal
 *     itself and so has no hash to speak of, the lowest bit of its tophash.
 *  4. This object roots the header as long as JavaScript holds it and it is not released; buckets hang from the header.
 *
 * Why evacuation reserves overflow buckets first: a chain is then moved without a single allocation in between.
 *
 * Why growth goes through the old table in order, where Go moves the bucket that is written to and the next one: of
 * three places in memory that follow each other the processor has fetched the next ones already; for three others, chosen
 * by a hash, it waits. A write to a chain that has not moved yet changes it where it is.
 */
import type { BucketDump, Heap, Ptr } from "./api.ts";
import { concurrentReadWrite, concurrentWrites, released } from "./errors.ts";
import { Entries } from "./heap-entries.ts";
import { overwrite } from "./heap-overwrite.ts";
import { HeapHeader } from "./heap-header.ts";
import type { Layout } from "./heap-layout.ts";
import {
  H_B,
  H_BUCKETS,
  H_CHANGES,
  H_COUNT,
  H_EPOCH,
  H_FLAGS,
  H_HASH0,
  H_LIMIT,
  H_MASK,
  H_NEVACUATE,
  H_OLD,
} from "./heap-words.ts";
import { dumpChain, gatherChain, moveChain, rebuild } from "./heap-chain.ts";
import { HeapTable } from "./heap-table.ts";
import { newSeed } from "./random.ts";
import {
  BARE,
  firstEmpty,
  GENERATION,
  GROWING,
  hintToB,
  overLoadFactor,
  SLOTS,
  topHash,
  WRITING,
} from "./rules.ts";
import type { Snapshot } from "./storage.ts";

/** Go's map in a heap. */
export class HeapMap<K, V> extends HeapHeader<K, V> {
  readonly random: () => number;
  foundKey = undefined as K;
  foundValue = undefined as V;
  protected readonly storage = "heap";
  protected readonly e: Entries;
  protected readonly u32: Uint32Array;
  protected readonly bits: number;
  protected readonly size: number;
  /** The bucket of the slot that {@link HeapMap.find} returned. */
  protected at: Ptr = 0;
  #unroot: () => void;

  constructor(heap: Heap, layout: Layout, ptr: Ptr, random: () => number, unroot: () => void) {
    super(new HeapTable(heap, layout, ptr));
    this.random = random;
    this.e = new Entries(layout, heap, ptr, random);
    this.u32 = heap.memory.u32;
    this.bits = layout.segmentBits;
    this.size = layout.bucketSize;
    this.#unroot = unroot;
  }

  get(key: K): V {
    return this.getAny(key);
  }

  /** As `setAny`, by a name of its own: V8 looks a `super.get` up at each call. */
  protected getAny(key: K): V {
    const slot = this.find(key, this.hashToRead(key));
    if (slot < 0) return this.e.layout.value.zero() as V;
    return this.e.loadValue(this.e.valueAt(this.at, slot)) as V;
  }

  getOk(key: K): [value: V, ok: true] | [value: V, ok: false] {
    const slot = this.find(key, this.hashToRead(key));
    if (slot < 0) return [this.e.layout.value.zero() as V, false];
    return [this.e.loadValue(this.e.valueAt(this.at, slot)) as V, true];
  }

  has(key: K): boolean {
    return this.find(key, this.hashToRead(key)) >= 0;
  }

  lookup(key: K): boolean {
    const slot = this.find(key, this.hashToRead(key));
    if (slot < 0) return false;
    const { at } = this;
    const found = this.e.loadKey(at, slot) as K;
    this.foundValue = this.e.loadValue(this.e.valueAt(at, slot)) as V;
    this.foundKey = found;
    return true;
  }

  equalKeys(a: K, b: K): boolean {
    return this.e.layout.key.equalValues(a, b);
  }

  set(key: K, value: V): this {
    return this.setAny(key, value);
  }

  protected setAny(key: K, value: V): this {
    // Before the key: what this may run could use the map, which remembers one key at a time.
    const v = this.e.takeValue(value) as V;
    const hash = this.hashToWrite(key);
    const i32 = this.i32;
    const flags = this.h + H_FLAGS;
    i32[flags]! |= WRITING;
    try {
      this.assign(key, hash, v);
    } finally {
      i32[flags]! &= ~WRITING;
    }
    return this;
  }

  delete(key: K): boolean {
    return this.deleteAny(key);
  }

  protected deleteAny(key: K): boolean {
    const hash = this.hashToWrite(key);
    const i32 = this.i32;
    const h = this.h;
    if (i32[h + H_COUNT] === 0) return false;
    i32[h + H_FLAGS]! |= WRITING;
    try {
      if (i32[h + H_OLD] !== 0) this.#mayGrow();
      const slot = this.find(key, hash);
      if (slot < 0) return false;
      const bucket = this.at;
      this.e.clear(bucket, slot);
      this.t.erase(this.head(hash), bucket, slot);
      i32[h + H_CHANGES]! += 2;
      // A new seed makes it harder to bring about collisions again and again.
      if (--i32[h + H_COUNT]! === 0) this.reseed();
      return true;
    } finally {
      i32[h + H_FLAGS]! &= ~WRITING;
    }
  }

  clear(): void {
    this.mayWrite();
    if (this.len === 0) return;
    this.t.reset(this.t.emptied());
    this.reseed();
  }

  compact(): void {
    this.mayWrite();
    const { i32 } = this;
    const flags = this.h + H_FLAGS;
    i32[flags]! |= WRITING;
    try {
      rebuild(this.t, this.e, hintToB(this.len), (bucket, slot, hash) =>
        this.#place(bucket, slot, hash),
      );
    } finally {
      i32[flags]! &= ~WRITING;
    }
  }

  release(): void {
    if (this.h === 0) return;
    this.mayWrite();
    this.forget();
    this.#unroot();
  }

  evacuated(index: number): boolean {
    return this.t.evacuated(index);
  }

  gather(old: boolean, index: number, offset: number, want: number, out: Snapshot<K, V>): void {
    gatherChain(this.t, this.e, old, index, offset, want, out);
  }

  valueAt(from: Snapshot<K, V>, i: number): V {
    return this.e.loadValue(from.slots[i]!) as V;
  }

  protected bytes(overflow: number): number {
    return this.t.bytes(overflow);
  }

  protected chainLength(index: number): number {
    return this.t.chainLength(index);
  }

  protected dumpChain(old: boolean, index: number): BucketDump<K, V>[] {
    return dumpChain<K, V>(this.t, this.e, old, index);
  }

  protected hashToRead(key: K): number {
    const h = this.h;
    if (h === 0) throw released();
    if ((this.i32[h + H_FLAGS]! & WRITING) !== 0) throw concurrentReadWrite();
    return this.#hash(key);
  }

  protected hashToWrite(key: K): number {
    const h = this.h;
    if (h === 0) throw released();
    if ((this.i32[h + H_FLAGS]! & WRITING) !== 0) throw concurrentWrites();
    return this.#hash(key);
  }

  #hash(key: K): number {
    const hash = this.e.hashKey(key);
    // A getter may have done that.
    if (this.h === 0) throw released();
    return hash;
  }

  protected override takeKey(key: K): K {
    return this.e.takeKey(key) as K;
  }

  protected reseed(): void {
    const seed = newSeed(this.random, this.t.seed);
    // The source is somebody else's.
    if (this.len !== 0) return;
    this.i32[this.h + H_HASH0] = seed;
    this.i32[this.h + H_FLAGS]! += GENERATION;
    this.i32[this.h + H_EPOCH]!++;
  }

  /** The bucket where the chain of a hash begins, in the table that has it now; 0 if it was never written. */
  protected head(hash: number): Ptr {
    const i32 = this.i32;
    const h = this.h;
    const index = hash & i32[h + H_MASK]!;
    const state = i32[h + H_FLAGS]!;
    if ((state & (GROWING | BARE)) !== 0) {
      if ((state & BARE) !== 0) return 0;
      const old = index & ((1 << this.t.oldB) - 1);
      if (!this.t.evacuated(old)) return this.t.oldBucket(old);
    }
    const bits = this.bits;
    const segment = this.u32[(this.u32[h + H_BUCKETS]! >>> 2) + (index >>> bits)]!;
    return segment === 0 ? 0 : segment + Math.imul(index & ((1 << bits) - 1), this.size);
  }

  /** The slot of a key, or -1; {@link HeapMap.at} is its bucket. */
  protected find(key: K, hash: number): number {
    const i32 = this.i32;
    const pattern = Math.imul(topHash(hash), 0x01010101);
    for (let b = this.head(hash); b !== 0;) {
      const w = b >>> 2;
      const w1 = i32[w + 1]!;
      let x = i32[w]! ^ pattern;
      let z = (x - 0x01010101) & ~x & 0x80808080;
      for (let base = 0; ; base = 4) {
        while (z !== 0) {
          const s = base + ((31 - Math.clz32(z & -z)) >>> 3);
          if (this.e.matches(b, s, key)) {
            this.at = b;
            return s;
          }
          z &= z - 1;
        }
        if (base === 4) break;
        x = w1 ^ pattern;
        z = (x - 0x01010101) & ~x & 0x80808080;
      }
      if (w1 >>> 24 === 0) return -1;
      b = this.u32[w + 2]!;
    }
    return -1;
  }

  protected assign(key: K, hash: number, value: V): void {
    const i32 = this.i32;
    const h = this.h;
    const t = this.t;
    const e = this.e;
    if (i32[h + H_BUCKETS] === 0) t.install(t.arrays(t.B));
    for (;;) {
      if (i32[h + H_OLD] !== 0) this.growWork();
      const slot = this.find(key, hash);
      if (slot >= 0) {
        overwrite(e, this.at, slot, key, value);
        return;
      }
      const count = i32[h + H_COUNT]! + 1;
      const B = i32[h + H_B]!;
      if (i32[h + H_OLD] === 0 && count > this.u32[h + H_LIMIT]!) {
        t.grow(t.arrays(overLoadFactor(count, B) ? B + 1 : B));
        continue; // Growing moves everything.
      }
      const free = this.freeSlot(hash);
      const b = this.at;
      try {
        e.storeKey(b, free, key);
        e.storeValue(e.valueAt(b, free), value);
      } catch (error) {
        e.clear(b, free);
        throw error;
      }
      t.u8[b + free] = topHash(hash);
      i32[h + H_COUNT] = count;
      return;
    }
  }

  /** The first empty slot of a hash's chain, lengthened if it is full; {@link HeapMap.at} is its bucket. */
  protected freeSlot(hash: number): number {
    const t = this.t;
    const i32 = this.i32;
    const index = hash & this.i32[this.h + H_MASK]!;
    let b = t.home(index);
    for (;;) {
      const slot = firstEmpty(i32[b >>> 2]!, i32[(b >>> 2) + 1]!);
      if (slot < SLOTS) {
        this.at = b;
        return slot;
      }
      const next = t.link(b);
      b = next === 0 ? t.lengthen(b, index) : next;
    }
  }

  /** Copies an entry into the current table. */
  #place(bucket: Ptr, slot: number, hash: number): void {
    const free = this.freeSlot(hash);
    this.e.move(this.at, free, bucket, slot);
    this.t.u8[this.at + free] = topHash(hash);
  }

  /** Growth as far as memory goes: what is deleted is deleted where it is. */
  #mayGrow(): void {
    try {
      this.growWork();
    } catch {
      // It has changed nothing; the next `set` meets the same error.
    }
  }

  /** Moves the next two old chains. */
  protected growWork(): void {
    this.#evacuate();
    if (this.i32[this.h + H_OLD] !== 0) this.#evacuate();
  }

  #evacuate(): void {
    this.move(this.i32[this.h + H_NEVACUATE]!);
    this.t.advance(1);
  }

  protected move(index: number): void {
    moveChain(this.t, this.e, index);
  }
}
