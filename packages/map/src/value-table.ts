/**
 * The buckets of a map on JavaScript values: chunks of records and of places, see `value-map.ts` for the overview.
 *
 * Invariants
 *  1. Chunk `c` holds buckets `c * 512 …`; chunks of a table smaller than that, and of overflow buckets, are shorter.
 *  2. A chunk is made by the first write to it; until then it is {@link NO_META}, which nobody writes to.
 *  3. A slot that holds no entry holds `undefined` as key and as value.
 */
import type { BucketDump } from "./api.ts";
import { isLive, topsOf } from "./base.ts";
import {
  countOverflow,
  EMPTY_ONE,
  EMPTY_REST,
  EVACUATED_EMPTY,
  EVACUATED_X,
  EVACUATED_Y,
  firstEmpty,
  MIN_TOP_HASH,
  SLOTS,
  topHash,
} from "./rules.ts";

/** Log2 of the buckets of a chunk: 64 KiB of places, small enough to be made inside one `set`. */
export const CHUNK_BITS = 9;
/** Selects the place of a bucket in its chunk. */
export const CHUNK_MASK = 511;
/** Words of a bucket's record: two of tophash bytes, the link, eight hashes. */
export const STRIDE = 11;
/** Word of the overflow link. */
export const LINK = 2;
/** First word of the hashes. */
export const HASHES = 3;
/** Stands for a chunk that was never written: all slots empty. */
export const NO_META: Int32Array = /* @__PURE__ */ new Int32Array(STRIDE << CHUNK_BITS);
const NO_SLOTS: unknown[] = [];

/** A table of `2^B` buckets and their overflow buckets. */
export class Table {
  readonly B: number;
  readonly meta: Int32Array[] = [];
  readonly slots: unknown[][] = [];
  #nextOverflow = 0;
  #endOverflow = 0;
  readonly #random: () => number;
  /** Go's `noverflow`: overflow buckets, an estimate above B = 15. */
  noverflow = 0;

  constructor(B: number, random: () => number) {
    this.B = B;
    this.#random = random;
    for (let n = 2 ** Math.max(0, B - CHUNK_BITS); n > 0; n--) {
      this.meta.push(NO_META);
      this.slots.push(NO_SLOTS);
    }
  }

  #make(chunk: number, buckets: number): void {
    this.meta[chunk] = new Int32Array(STRIDE * buckets);
    // Filled so that all chunks of all maps have one kind of elements: no double arrays, no holes.
    this.slots[chunk] = new Array<unknown>(2 * SLOTS * buckets).fill(undefined);
  }

  /** Makes the chunk of a bucket of the table, if nobody has yet. */
  touch(bucket: number): void {
    const chunk = bucket >>> CHUNK_BITS;
    if (this.meta[chunk] === NO_META) this.#make(chunk, 1 << Math.min(this.B, CHUNK_BITS));
  }

  /** A new overflow bucket, linked behind `bucket`. */
  extend(bucket: number): number {
    if (this.#nextOverflow === this.#endOverflow) {
      // As many as Go allocates ahead: a sixteenth of the table.
      const n = 1 << Math.min(Math.max(this.B - 4, 0), CHUNK_BITS);
      this.#nextOverflow = this.meta.length << CHUNK_BITS;
      this.#endOverflow = this.#nextOverflow + n;
      this.meta.push(NO_META);
      this.slots.push(NO_SLOTS);
      this.#make(this.meta.length - 1, n);
    }
    const id = this.#nextOverflow++;
    this.noverflow = countOverflow(this.noverflow, this.B, this.#random);
    this.meta[bucket >>> CHUNK_BITS]![(bucket & CHUNK_MASK) * STRIDE + LINK] = id;
    return id;
  }

  /** The bucket chained behind, or 0. */
  link(bucket: number): number {
    return this.meta[bucket >>> CHUNK_BITS]![(bucket & CHUNK_MASK) * STRIDE + LINK]!;
  }

  /** The tophash byte of a slot. */
  top(bucket: number, slot: number): number {
    const m = this.meta[bucket >>> CHUNK_BITS]!;
    return (m[(bucket & CHUNK_MASK) * STRIDE + (slot >>> 2)]! >>> ((slot & 3) << 3)) & 0xff;
  }

  /** Sets the tophash byte of a slot. */
  setTop(bucket: number, slot: number, top: number): void {
    const m = this.meta[bucket >>> CHUNK_BITS]!;
    const w = (bucket & CHUNK_MASK) * STRIDE + (slot >>> 2);
    const shift = (slot & 3) << 3;
    m[w] = (m[w]! & ~(0xff << shift)) | (top << shift);
  }

  /** Writes an entry into an empty slot. */
  put(bucket: number, slot: number, top: number, hash: number, key: unknown, value: unknown): void {
    this.touch(bucket);
    this.setTop(bucket, slot, top);
    const chunk = bucket >>> CHUNK_BITS;
    const i = bucket & CHUNK_MASK;
    this.meta[chunk]![i * STRIDE + HASHES + slot] = hash;
    const slots = this.slots[chunk]!;
    slots[i * 2 * SLOTS + slot] = key;
    slots[i * 2 * SLOTS + SLOTS + slot] = value;
  }

  /** Empties a slot of the chain that begins at `head`, and turns a tail of empty slots into `EMPTY_REST`. */
  erase(head: number, bucket: number, slot: number): void {
    const places = this.slots[bucket >>> CHUNK_BITS]!;
    const p = (bucket & CHUNK_MASK) * 2 * SLOTS + slot;
    places[p] = undefined;
    places[p + SLOTS] = undefined;
    this.setTop(bucket, slot, EMPTY_ONE);
    const next = slot === SLOTS - 1 ? this.link(bucket) : 0;
    if (slot === SLOTS - 1) {
      if (next !== 0 && this.top(next, 0) !== EMPTY_REST) return;
    } else if (this.top(bucket, slot + 1) !== EMPTY_REST) {
      return;
    }
    let b = bucket;
    let i = slot;
    do {
      this.setTop(b, i, EMPTY_REST);
      if (i > 0) {
        i--;
      } else {
        if (b === head) return;
        let before = head;
        while (this.link(before) !== b) before = this.link(before);
        b = before;
        i = SLOTS - 1;
      }
    } while (this.top(b, i) === EMPTY_ONE);
  }

  /** Whether a chain has been moved to another table. */
  evacuated(bucket: number): boolean {
    const top = this.top(bucket, 0);
    return top > EMPTY_ONE && top < MIN_TOP_HASH;
  }

  /** Writes a new entry into the first free slot of its chain. */
  insert(h: number, key: unknown, value: unknown): void {
    for (let b = h & ((1 << this.B) - 1); ;) {
      const m = this.meta[b >>> CHUNK_BITS]!;
      const o = (b & CHUNK_MASK) * STRIDE;
      const slot = firstEmpty(m[o]!, m[o + 1]!);
      if (slot < SLOTS) {
        this.put(b, slot, topHash(h), h, key, value);
        return;
      }
      const next = m[o + LINK]!;
      b = next === 0 ? this.extend(b) : next;
    }
  }

  /** Copies all entries that have not moved elsewhere into another table. */
  copyTo(to: Table): void {
    for (let chunk = 0; chunk < this.meta.length; chunk++) {
      const m = this.meta[chunk]!;
      const slots = this.slots[chunk]!;
      for (let p = 0; p < slots.length; p++) {
        const i = Math.floor(p / (2 * SLOTS));
        const s = p % (2 * SLOTS);
        if (s < SLOTS && this.top((chunk << CHUNK_BITS) + i, s) >= MIN_TOP_HASH) {
          to.insert(m[i * STRIDE + HASHES + s]!, slots[p], slots[p + SLOTS]);
        }
      }
    }
  }

  /** Moves a chain into a table of the same size (`newbit` 0) or of twice as many buckets. */
  moveTo(to: Table, index: number, newbit: number): void {
    let x = index;
    let y = index + newbit;
    let xi = 0;
    let yi = 0;
    this.touch(index);
    for (let b = index; ;) {
      const chunk = b >>> CHUNK_BITS;
      const m = this.meta[chunk]!;
      const slots = this.slots[chunk]!;
      const o = (b & CHUNK_MASK) * STRIDE;
      for (let i = 0; i < SLOTS; i++) {
        const top = this.top(b, i);
        if (top <= EMPTY_ONE) {
          this.setTop(b, i, EVACUATED_EMPTY);
          continue;
        }
        const h = m[o + HASHES + i]!;
        const p = (b & CHUNK_MASK) * 2 * SLOTS + i;
        if ((h & newbit) === 0) {
          if (xi === SLOTS) {
            x = to.extend(x);
            xi = 0;
          }
          to.put(x, xi++, top, h, slots[p], slots[p + SLOTS]);
          this.setTop(b, i, EVACUATED_X);
        } else {
          if (yi === SLOTS) {
            y = to.extend(y);
            yi = 0;
          }
          to.put(y, yi++, top, h, slots[p], slots[p + SLOTS]);
          this.setTop(b, i, EVACUATED_Y);
        }
        slots[p] = undefined;
        slots[p + SLOTS] = undefined;
      }
      b = m[o + LINK]!;
      if (b === 0) return;
    }
  }

  /** Lets go of the places of a chunk whose entries have all moved. */
  drop(chunk: number): void {
    this.slots[chunk] = NO_SLOTS;
  }

  /** Bytes of all chunks, places counted as 8 each. */
  bytes(): number {
    let n = 0;
    for (const m of this.meta) if (m !== NO_META) n += m.byteLength;
    for (const s of this.slots) n += s.length * 8;
    return n;
  }

  /** The chain of a bucket as plain data. */
  dump<K, V>(index: number): BucketDump<K, V>[] {
    const chain: BucketDump<K, V>[] = [];
    for (let b = index; ; b = this.link(b)) {
      const m = this.meta[b >>> CHUNK_BITS]!;
      const o = (b & CHUNK_MASK) * STRIDE;
      const tops = topsOf(m[o]!, m[o + 1]!);
      const places = this.slots[b >>> CHUNK_BITS]!;
      const p = (b & CHUNK_MASK) * 2 * SLOTS;
      const at = <T>(i: number): T | undefined => places[p + i] as T | undefined;
      chain.push({
        tops,
        keys: tops.map((t, i) => (isLive(t) ? at<K>(i) : undefined)),
        values: tops.map((t, i) => (isLive(t) ? at<V>(SLOTS + i) : undefined)),
        hashes: tops.map((t, i) => (isLive(t) ? m[o + HASHES + i]! >>> 0 : -1)),
        clean: tops.map((_, i) => at(i) === undefined && at(SLOTS + i) === undefined),
      });
      if (this.link(b) === 0) return chain;
    }
  }
}
