/**
 * Go's hmap on JavaScript values: keys and values as they are, in chunks of arrays.
 *
 * A bucket is a record of words (eight tophash bytes, the overflow link, eight full hashes, values that are numbers) and
 * eight places in each of two arrays of JavaScript values, see `value-chunk.ts`. Buckets are numbered; 1,024 make a chunk.
 *
 * Invariants
 *  1. Buckets `0 … 2^B-1` are the table; overflow buckets have numbers from the first chunk after it on, so that a
 *     link of 0 means none.
 *  2. While growing, every chain is either in the old table or, evacuated, in the new one.
 *  3. Between {@link ValueMap.hashOf} and what it was called for, no code runs that is not ours, but for a hasher's `equal`.
 *
 * Why chunks: one array for 2^25 slots takes V8 tens of milliseconds to make; a chunk of 64 to 180 KiB is made when
 * the first entry moves there. Why full hashes are kept: growth needs no user code and no second look at a
 * string. Only growth and foreign hashers look at them again: the latter compare keys only when all 32 bits agree.
 */
import type { BucketDump } from "./api.ts";
import { absentChain } from "./base.ts";
import {
  EMPTY_REST,
  EVACUATED_EMPTY,
  hintToB,
  matching,
  overLoadFactor,
  READING,
  SAME_SIZE_GROW,
  SLOTS,
  slotOf,
  topHash,
  WRITING,
} from "./rules.ts";
import type { Snapshot, ValueMapParts } from "./storage.ts";
import { newSeed } from "./random.ts";
import { type Chunk, NO_CHUNKS, shapeOf } from "./value-chunk.ts";
import { ValueKeys } from "./value-keys.ts";
import { Table, type Unpack } from "./value-table.ts";
import { evacuate } from "./value-move.ts";
import { CHUNK_BITS, CHUNK_MASK, LINK, SLOT_BITS } from "./value-words.ts";

/** Go's map on JavaScript values; the everyday operations of most keys are in `plain-map.ts` and `pair-map.ts`. */
export class ValueMap<K, V, Z> extends ValueKeys<K, V, Z> {
  len = 0;
  B: number;
  nevacuate = 0;
  version = 0;
  moves = 0;
  epoch = 0;
  shape = 0;
  foundKey = undefined as K;
  foundValue = undefined as V;
  protected readonly storage = "values";
  protected table: Table | null = null;
  protected old: Table | null = null;
  /** Chunks and mask of the table, for lookups; while there is none or the map grows, of one where nothing is found. */
  protected chunks: readonly Chunk[] = NO_CHUNKS;
  protected mask = 0;
  /** The table of the slot that {@link ValueMap.find} returned. */
  protected place: Table | null = null;
  readonly #zero: () => Z;
  readonly #unpack: Unpack | null;

  constructor(parts: ValueMapParts<K, V, Z>, unpack: Unpack | null = null) {
    super(parts);
    this.#zero = parts.zero;
    this.#unpack = unpack;
    this.B = hintToB(parts.hint);
  }

  get ptr(): number {
    return 0;
  }

  get noverflow(): number {
    return this.table === null ? 0 : this.table.noverflow;
  }

  get oldB(): number {
    return this.old === null ? -1 : this.old.B;
  }

  get(key: K): V | Z {
    return this.valueAtSlot(this.#locate(key), key);
  }

  /** The value of the slot found for a key, or the zero value. */
  protected valueAtSlot(slot: number, key: K): V | Z {
    if (slot < 0) return this.#missed(key);
    return this.#value(slot);
  }

  /** What `get` gives of a key that was not found as it is given. */
  #missed(key: K): V | Z {
    const slot = this.refit(key);
    return slot < 0 ? this.#zero() : this.#value(slot);
  }

  #value(slot: number): V {
    return this.valueToGive(this.place!.value(slot) as V);
  }

  getOk(key: K): [value: V, ok: true] | [value: Z, ok: false] {
    const slot = this.#fitted(key);
    return slot < 0 ? [this.#zero(), false] : [this.#value(slot), true];
  }

  has(key: K): boolean {
    return this.#fitted(key) >= 0;
  }

  /** The slot of a key as it is given, or -1. */
  #locate(key: K): number {
    if (this.checkKey !== null) this.checkKey(key);
    return this.find(key, this.hashOf(key, READING), READING);
  }

  #fitted(key: K): number {
    const slot = this.#locate(key);
    return slot < 0 ? this.refit(key) : slot;
  }

  /**
   * The slot of a key, compared by `===`, that was not found as it was given: perhaps its type makes another of it, or refuses it.
   * What is found need not be looked at, for all keys that are there are of the type.
   */
  protected refit(key: K): number {
    if (this.fitKey === null || this.hasher !== null) return -1;
    const k = this.fitKey(key);
    return Object.is(k, key) ? -1 : this.find(k, this.hashOf(k, READING), READING);
  }

  lookup(key: K): boolean {
    const slot = this.find(key, this.hashOf(key, READING), READING);
    if (slot < 0) return false;
    this.foundKey = this.keyToGive(this.place!.key(slot) as K);
    this.foundValue = this.#value(slot);
    return true;
  }

  set(key: K, value: V): this {
    return this.setAny(key, value);
  }

  protected setAny(key: K, value: V): this {
    const k = this.takeKey(key);
    if (this.fitValue !== null) value = this.fitValue(value);
    return this.setHashed(k, this.hashOf(k, WRITING), value);
  }

  /** `set` of a key to be stored, which {@link ValueMap.hashOf} has just seen. */
  protected setHashed(key: K, h: number, value: V): this {
    if (this.table === null) this.#use(this.#tableFor(value), null);
    for (;;) {
      if (this.old !== null) this.#growWork();
      const found = this.find(key, h, WRITING);
      if (found >= 0) {
        const c = this.place!.chunks[found >>> SLOT_BITS]!;
        this.rekey(c, (found >>> 3) & CHUNK_MASK, found & 7, key);
        c.setValue((found >>> 3) & CHUNK_MASK, found & 7, value);
        return this;
      }
      if (this.old === null && this.len >= this.table!.limit) {
        this.#grow();
        continue; // Growing moves everything.
      }
      const t = this.home(h);
      const slot = t.insert(h);
      const c = t.chunks[slot >>> SLOT_BITS]!;
      this.putKey(c, (slot >>> 3) & CHUNK_MASK, slot & 7, key);
      c.setValue((slot >>> 3) & CHUNK_MASK, slot & 7, value);
      this.version++;
      this.len++;
      return this;
    }
  }

  delete(key: K): boolean {
    if (this.checkKey !== null) this.checkKey(key);
    // Read whole, if it has a type: inside the write its getters could not even look at the map.
    const k = this.keyToGive(key);
    return this.deleteHashed(k, this.hashOf(k, WRITING));
  }

  /** `delete` of a key that {@link ValueMap.hashOf} has just seen. */
  protected deleteHashed(key: K, h: number): boolean {
    if (this.old !== null) this.#growWork();
    let slot = this.find(key, h, WRITING);
    if (slot < 0 && (slot = this.refit(key)) < 0) return false;
    const t = this.place!;
    t.erase(t.hash(slot) & t.mask, slot >>> 3, slot & 7);
    this.len--;
    this.version++;
    // A new seed makes it harder to bring about collisions again and again.
    if (this.len === 0) this.#reseed();
    return true;
  }

  clear(): void {
    this.mayWrite();
    if (this.len === 0) return;
    this.#begin(null, null);
    this.len = 0;
    this.#reseed();
  }

  compact(): void {
    this.mayWrite();
    const from = [this.table, this.old];
    this.B = hintToB(this.len);
    this.#begin(this.table === null ? null : this.table.sibling(this.B), null);
    this.shape++;
    for (const t of from) t?.copyTo(this.table!);
  }

  release(): void {
    // Nothing is held outside of JavaScript.
  }

  evacuated(index: number): boolean {
    return index < this.nevacuate;
  }

  gather(old: boolean, index: number, offset: number, want: number, out: Snapshot<K, V>): void {
    const t = old ? this.old : this.table;
    out.place = t;
    if (t === null) return;
    t.gather(index, offset, want, (1 << this.B) - 1, out);
    const { keysStay } = this;
    for (let i = 0; i < out.n; i++) {
      const key = out.keys[i]!;
      const reflexive = (out.reflexive[i] = this.reflexive(key));
      if (!reflexive) out.values[i] = this.valueToGive(out.values[i]!);
      // Else `keyAt` gives it, or nobody does.
      if (keysStay || !reflexive) out.keys[i] = this.keyToGive(key);
    }
  }

  /** Not where a hasher says what is equal: then only it could tell what is the same. */
  override get keysStay(): boolean {
    return this.hasher === null;
  }

  override keyAt(from: Snapshot<K, V>, i: number): K {
    return this.keyToGive((from.place as Table).key(from.slots[i]!) as K);
  }

  valueAt(from: Snapshot<K, V>, i: number): V {
    return this.valueToGive((from.place as Table).value(from.slots[i]!) as V);
  }

  protected bytes(): number {
    return (this.table?.bytes() ?? 0) + (this.old?.bytes() ?? 0);
  }

  protected chainLength(index: number): number {
    let n = 0;
    const t = this.table;
    if (t !== null) for (let b = t.link(index); b !== 0; b = t.link(b)) n++;
    return n;
  }

  protected dumpChain(old: boolean, index: number): BucketDump<K, V>[] {
    if (old && this.evacuated(index)) return absentChain(EVACUATED_EMPTY);
    return ((old ? this.old : this.table) ?? this.#tableFor(0)).dump(index);
  }

  /** The first table: with room for numbers in the buckets if the first value is one. */
  #tableFor(value: unknown): Table {
    const shape = shapeOf(this.#unpack !== null, typeof value === "number");
    return new Table(this.B, shape, this.#unpack);
  }

  /** Sets the tables, and what lookups need to know of them. */
  #use(table: Table | null, old: Table | null): void {
    this.table = table;
    this.old = old;
    this.chunks = table === null || old !== null ? NO_CHUNKS : table.chunks;
    this.mask = table === null || old !== null ? 0 : table.mask;
  }

  /** Begins anew with `table`, to which the entries of `old` are going to move. */
  #begin(table: Table | null, old: Table | null): void {
    this.#use(table, old);
    this.flags &= ~SAME_SIZE_GROW;
    this.nevacuate = 0;
    this.version++;
    this.moves++;
  }

  #reseed(): void {
    const seed = newSeed(this.random, this.hash0);
    // The source is somebody else's.
    if (this.len !== 0) return;
    this.hash0 = seed;
    this.epoch++;
  }

  /** Writes the key of a new entry. */
  protected putKey(c: Chunk, bucket: number, slot: number, key: K): void {
    c.setKey(bucket, slot, key);
  }

  /** Writes a key over one that equals it. Equal is not always the same: the sign of a zero follows the latest write. */
  protected rekey(c: Chunk, bucket: number, slot: number, key: K): void {
    if (this.hasher === null) {
      if (key !== 0 || Object.is(c.keys[bucket * SLOTS + slot], key)) return;
      this.version++;
    }
    c.setKey(bucket, slot, key);
  }

  /** Whether the key of a slot is `key`, which {@link ValueMap.hashOf} has just seen; its hash is `h`. */
  protected matches(c: Chunk, bucket: number, slot: number, key: K, h: number, mode: number) {
    const k = c.keys[bucket * SLOTS + slot] as K;
    if (this.hasher === null) return k === key;
    return c.meta[bucket * c.stride + c.hashes + slot] === h && this.same(k, key, mode);
  }

  /** The table that has the chain of a hash now. */
  protected home(h: number): Table {
    const { old } = this;
    return old !== null && !this.evacuated(h & old.mask) ? old : this.table!;
  }

  /** The slot of a key, or -1; {@link ValueMap.place} is the table it is in. */
  protected find(key: K, h: number, mode: number): number {
    if (this.table === null) return -1;
    const t = this.home(h);
    let b = h & t.mask;
    const pattern = Math.imul(topHash(h), 0x01010101);
    do {
      const c = t.chunks[b >>> CHUNK_BITS]!;
      const i = b & CHUNK_MASK;
      const m = c.meta;
      const o = Math.imul(i, c.stride);
      const w1 = m[o + 1]!;
      for (let z = matching(m[o]!, w1, pattern); z !== 0; z &= z - 1) {
        const s = slotOf(z);
        if (this.matches(c, i, s, key, h, mode)) {
          this.place = t;
          return b * SLOTS + s;
        }
      }
      if (w1 >>> 24 === EMPTY_REST) return -1;
      b = m[o + LINK]!;
    } while (b !== 0);
    return -1;
  }

  #grow(): void {
    const bigger = overLoadFactor(this.len + 1, this.B);
    this.B += bigger ? 1 : 0;
    this.#begin(this.table!.sibling(this.B), this.table);
    if (!bigger) this.flags |= SAME_SIZE_GROW;
  }

  /** Moves the next two old chains, see `heap-map.ts`. */
  #growWork(): void {
    const old = this.old!;
    this.version++;
    this.moves++;
    for (let i = 0; i < 2; i++) {
      evacuate(old, this.table!, this.nevacuate);
      if (++this.nevacuate <= old.mask) continue;
      this.#use(this.table, null);
      this.table!.spare.length = 0;
      this.flags &= ~SAME_SIZE_GROW;
      return;
    }
  }
}
