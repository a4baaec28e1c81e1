/**
 * Go's hmap on JavaScript values: keys and values as they are, in chunks of arrays.
 *
 * A bucket is a record of eleven words in an `Int32Array` (eight tophash bytes, the overflow link, eight full hashes)
 * and sixteen places in an array (eight keys, then eight values). Buckets are numbered; 512 make a chunk.
 *
 * Invariants
 *  1. Buckets `0 … 2^B-1` are the table; overflow buckets have numbers from the first chunk after it on, so that a
 *     link of 0 means none.
 *  2. A chunk that was never written is the shared {@link NO_META}, all empty, and {@link NO_SLOTS}; nobody writes to these.
 *  3. A slot that holds no entry holds `undefined` twice.
 *  4. While growing, every chain is either in the old table or, evacuated, in the new one.
 *
 * Why chunks: one array for 2^25 slots takes V8 tens of milliseconds to make; a chunk of 64 KiB is made when
 * the first entry moves there. Why full hashes are kept: growth needs no user code and no second look at a
 * string, and a lookup compares keys only when all 32 bits agree.
 */
import type { BucketDump, Hasher } from "./api.ts";
import { BaseMap } from "./base.ts";
import { concurrentReadWrite, concurrentWrites } from "./errors.ts";
import { AnyHash } from "./any-hash.ts";
import {
  hintToB,
  MIN_TOP_HASH,
  overLoadFactor,
  READING,
  SAME_SIZE_GROW,
  SLOTS,
  tooManyOverflow,
  topHash,
  WRITING,
} from "./rules.ts";
import type { Snapshot } from "./storage.ts";
import { CHUNK_BITS, CHUNK_MASK, HASHES, LINK, STRIDE, Table } from "./value-table.ts";

/** What a map on JavaScript values is made of. */
export interface ValueMapParts<K, V, Z> {
  readonly hint: number | undefined;
  readonly random: () => number;
  /** Null: primitives by value, objects by identity. */
  readonly hasher: Hasher<K> | null;
  readonly zero: () => Z;
  /** Checks and rounds a key or a value to its type; null where anything goes. */
  readonly fitKey: ((key: K) => K) | null;
  readonly fitValue: ((value: V) => V) | null;
}

/** Go's map on JavaScript values. */
export class ValueMap<K, V, Z> extends BaseMap<K, V, Z> {
  len = 0;
  flags = 0;
  B: number;
  hash0: number;
  nevacuate = 0;
  version = 0;
  moves = 0;
  epoch = 0;
  shape = 0;
  readonly random: () => number;
  foundKey = undefined as K;
  foundValue = undefined as V;
  protected readonly storage = "values";
  #table: Table | null = null;
  #old: Table | null = null;
  /** The table of the slot that {@link ValueMap.#find} returned. */
  #place: Table | null = null;
  #any: AnyHash | null = null;
  readonly #hasher: Hasher<K> | null;
  readonly #zero: () => Z;
  readonly #fitKey: ((key: K) => K) | null;
  readonly #fitValue: ((value: V) => V) | null;

  constructor(parts: ValueMapParts<K, V, Z>) {
    super();
    this.random = parts.random;
    this.#hasher = parts.hasher;
    this.#zero = parts.zero;
    this.#fitKey = parts.fitKey;
    this.#fitValue = parts.fitValue;
    this.B = hintToB(parts.hint);
    this.hash0 = this.random() | 0;
  }

  get ptr(): number {
    return 0;
  }

  get noverflow(): number {
    return this.#table === null ? 0 : this.#table.noverflow;
  }

  get oldB(): number {
    return this.#old === null ? -1 : this.#old.B;
  }

  get(key: K): V | Z {
    const slot = this.#find(key, this.#hash(key, READING), READING);
    if (slot < 0) return this.#zero();
    return this.#valueOf(this.#place!, slot);
  }

  getOk(key: K): [value: V, ok: true] | [value: Z, ok: false] {
    const slot = this.#find(key, this.#hash(key, READING), READING);
    if (slot < 0) return [this.#zero(), false];
    return [this.#valueOf(this.#place!, slot), true];
  }

  has(key: K): boolean {
    return this.#find(key, this.#hash(key, READING), READING) >= 0;
  }

  lookup(key: K): boolean {
    const slot = this.#find(key, this.#hash(key, READING), READING);
    if (slot < 0) return false;
    const t = this.#place!;
    this.foundKey = t.slots[slot >>> (CHUNK_BITS + 3)]![keyPlace(slot)] as K;
    this.foundValue = this.#valueOf(t, slot);
    return true;
  }

  set(key: K, value: V): this {
    if (this.#fitKey !== null) key = this.#fitKey(key);
    if (this.#fitValue !== null) value = this.#fitValue(value);
    const h = this.#hash(key, WRITING);
    if (this.#table === null) this.#table = new Table(this.B, this.random);
    for (;;) {
      if (this.#old !== null) this.#growWork(h & ((1 << this.B) - 1));
      const found = this.#find(key, h, WRITING);
      if (found >= 0) {
        const slots = this.#place!.slots[found >>> (CHUNK_BITS + 3)]!;
        const p = keyPlace(found);
        // Equal is not always the same: the sign of a zero follows the latest write.
        if (key === 0) slots[p] = key;
        else if (this.#hasher !== null) slots[p] = this.#copy(key);
        slots[p + SLOTS] = value;
        return this;
      }
      if (
        this.#old === null &&
        (overLoadFactor(this.len + 1, this.B) || tooManyOverflow(this.noverflow, this.B))
      ) {
        this.#grow();
        continue; // Growing moves everything.
      }
      this.#table.insert(h, this.#hasher === null ? key : this.#copy(key), value);
      this.version++;
      this.len++;
      return this;
    }
  }

  delete(key: K): boolean {
    const h = this.#hash(key, WRITING);
    if (this.len === 0) return false;
    if (this.#old !== null) this.#growWork(h & ((1 << this.B) - 1));
    const slot = this.#find(key, h, WRITING);
    if (slot < 0) return false;
    this.#table!.erase(h & ((1 << this.B) - 1), slot >>> 3, slot & 7);
    this.len--;
    this.version++;
    // A new seed makes it harder to bring about collisions again and again.
    if (this.len === 0) this.#reseed();
    return true;
  }

  clear(): void {
    this.#mayWrite();
    if (this.len === 0) return;
    this.flags &= ~SAME_SIZE_GROW;
    this.#table = new Table(this.B, this.random);
    this.#old = null;
    this.nevacuate = 0;
    this.len = 0;
    this.version++;
    this.moves++;
    this.#reseed();
  }

  compact(): void {
    this.#mayWrite();
    const from = [this.#table, this.#old];
    this.B = hintToB(this.len);
    this.#table = new Table(this.B, this.random);
    this.#old = null;
    this.flags &= ~SAME_SIZE_GROW;
    this.nevacuate = 0;
    this.version++;
    this.moves++;
    this.shape++;
    for (const t of from) t?.copyTo(this.#table);
  }

  release(): void {
    // Nothing is held outside of JavaScript.
  }

  evacuated(index: number): boolean {
    return this.#old!.evacuated(index);
  }

  gather(old: boolean, index: number, offset: number, want: number, out: Snapshot<K, V>): void {
    const t = old ? this.#old : this.#table;
    out.place = t;
    if (t === null) return;
    const mask = (1 << this.B) - 1;
    let order = 0;
    for (let b = index; ; order += SLOTS) {
      const m = t.meta[b >>> CHUNK_BITS]!;
      const o = (b & CHUNK_MASK) * STRIDE;
      const slots = t.slots[b >>> CHUNK_BITS]!;
      for (let j = 0; j < SLOTS; j++) {
        const i = (j + offset) & (SLOTS - 1);
        if (((m[o + (i >>> 2)]! >>> ((i & 3) << 3)) & 0xff) < MIN_TOP_HASH) continue;
        if (want >= 0 && (m[o + HASHES + i]! & mask) !== want) continue;
        const p = (b & CHUNK_MASK) * 2 * SLOTS + i;
        const key = slots[p] as K;
        const n = out.n++;
        out.keys[n] = key;
        out.orders[n] = order + j;
        out.slots[n] = b * SLOTS + i;
        out.values[n] = slots[p + SLOTS] as V;
        out.reflexive[n] = this.#hasher === null ? key === key : this.#same(key, key, READING);
      }
      b = m[o + LINK]!;
      if (b === 0) return;
    }
  }

  valueAt(from: Snapshot<K, V>, i: number): V {
    return this.#valueOf(from.place as Table, from.slots[i]!);
  }

  protected bytes(): number {
    return (this.#table?.bytes() ?? 0) + (this.#old?.bytes() ?? 0);
  }

  protected chainLength(index: number): number {
    let n = 0;
    const t = this.#table;
    if (t !== null) for (let b = t.link(index); b !== 0; b = t.link(b)) n++;
    return n;
  }

  protected dumpChain(old: boolean, index: number): BucketDump<K, V>[] {
    return ((old ? this.#old : this.#table) ?? new Table(this.B, this.random)).dump(index);
  }

  #valueOf(t: Table, slot: number): V {
    return t.slots[slot >>> (CHUNK_BITS + 3)]![keyPlace(slot) + SLOTS] as V;
  }

  #mayWrite(): void {
    if ((this.flags & WRITING) !== 0) throw concurrentWrites();
    if ((this.flags & READING) !== 0) throw concurrentReadWrite();
  }

  #reseed(): void {
    this.hash0 = this.random() | 0;
    this.epoch++;
  }

  #copy(key: K): K {
    const h = this.#hasher!;
    return h.copy === undefined ? key : h.copy(key);
  }

  /** The slot of a key, or -1; {@link ValueMap.#place} is the table it is in. */
  #find(key: K, h: number, mode: number): number {
    let t = this.#table;
    if (t === null || this.len === 0) return -1;
    let b = h & ((1 << this.B) - 1);
    if (this.#old !== null) {
      const ob = b & ((1 << this.#old.B) - 1);
      if (!this.evacuated(ob)) {
        t = this.#old;
        b = ob;
      }
    }
    const pattern = Math.imul(topHash(h), 0x01010101);
    for (;;) {
      const chunk = b >>> CHUNK_BITS;
      const i = b & CHUNK_MASK;
      const m = t.meta[chunk]!;
      const o = i * STRIDE;
      let x = m[o]! ^ pattern;
      let z = (x - 0x01010101) & ~x & 0x80808080;
      const w1 = m[o + 1]!;
      for (let base = 0; ; base = 4) {
        while (z !== 0) {
          const s = base + ((31 - Math.clz32(z & -z)) >>> 3);
          if (m[o + HASHES + s] === h) {
            const k = t.slots[chunk]![i * 2 * SLOTS + s] as K;
            if (this.#hasher === null ? k === key : this.#same(k, key, mode)) {
              this.#place = t;
              return b * SLOTS + s;
            }
          }
          z &= z - 1;
        }
        if (base === 4) break;
        x = w1 ^ pattern;
        z = (x - 0x01010101) & ~x & 0x80808080;
      }
      if (w1 >>> 24 === 0) return -1;
      b = m[o + LINK]!;
      if (b === 0) return -1;
    }
  }

  #grow(): void {
    const bigger = overLoadFactor(this.len + 1, this.B);
    if (!bigger) this.flags |= SAME_SIZE_GROW;
    this.#old = this.#table;
    this.B += bigger ? 1 : 0;
    this.#table = new Table(this.B, this.random);
    this.nevacuate = 0;
    this.version++;
    this.moves++;
  }

  /** Moves the old bucket that is about to be used, and one more so that growth comes to an end. */
  #growWork(bucket: number): void {
    this.#evacuate(bucket & ((1 << this.#old!.B) - 1));
    if (this.#old !== null) this.#evacuate(this.nevacuate);
  }

  #evacuate(index: number): void {
    const old = this.#old!;
    if (!old.evacuated(index)) {
      this.version++;
      this.moves++;
      old.moveTo(this.#table!, index, (this.flags & SAME_SIZE_GROW) !== 0 ? 0 : 1 << old.B);
    }
    if (index === this.nevacuate) this.#advance(old);
  }

  #advance(old: Table): void {
    const end = 2 ** old.B;
    // Never more than 1024 at once, so that a call stays O(1).
    const stop = Math.min(this.nevacuate + 1025, end);
    const before = this.nevacuate >>> CHUNK_BITS;
    do this.nevacuate++;
    while (this.nevacuate < stop && this.evacuated(this.nevacuate));
    for (let c = before; c < this.nevacuate >>> CHUNK_BITS; c++) old.drop(c);
    if (this.nevacuate === end) {
      this.#old = null;
      this.flags &= ~SAME_SIZE_GROW;
    }
  }

  #same(a: K, b: K, mode: number): boolean {
    const saved = this.flags;
    this.flags = saved | mode;
    try {
      return this.#hasher!.equal(a, b);
    } finally {
      this.flags = saved;
    }
  }

  /** Hash of a key, for a read or a write; also where foreign writes from inside a hash or equal function are caught. */
  #hash(key: K, mode: number): number {
    if (this.flags !== 0) {
      if (mode === WRITING) this.#mayWrite();
      else if ((this.flags & WRITING) !== 0) throw concurrentReadWrite();
    }
    const seed = this.hash0;
    if (this.#hasher !== null) {
      const saved = this.flags;
      this.flags = saved | mode;
      try {
        return this.#hasher.hash(key, seed) | 0;
      } finally {
        this.flags = saved;
      }
    }
    this.#any ??= new AnyHash(this.random);
    return this.#any.hash(key, seed, mode === WRITING);
  }
}

/** The place of a slot's key in its chunk; the value's is eight further. */
function keyPlace(slot: number): number {
  return ((slot >>> 3) & CHUNK_MASK) * 2 * SLOTS + (slot & 7);
}
