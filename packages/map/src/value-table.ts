/**
 * The buckets of a map on JavaScript values, see `value-map.ts` for the overview and `value-chunk.ts` for what is in one.
 *
 * Invariants
 *  1. Chunk `c` holds buckets `c * 1024 …`; chunks of a table smaller than that, and of overflow buckets, are shorter.
 *  2. A chunk is made by the first write to it; until then it is {@link NO_CHUNK}, which nobody writes to.
 */
import type { BucketDump } from "./api.ts";
import { isLive, topsOf } from "./base.ts";
import { mix } from "./hash.ts";
import type { Snapshot } from "./storage.ts";
import {
  countOverflow,
  EMPTY_ONE,
  EMPTY_REST,
  firstEmpty,
  loadLimit,
  MIN_TOP_HASH,
  SLOTS,
  tooManyOverflow,
  topHash,
} from "./rules.ts";
import { Chunk, NO_CHUNK, type Shape } from "./value-chunk.ts";
import { CHUNK_BITS, CHUNK_MASK, LINK, SLOT_BITS } from "./value-words.ts";

/** Makes the key of a slot anew from its two words. */
export type Unpack = (a: number, b: number) => unknown;

/** A table of `2^B` buckets and their overflow buckets. */
export class Table {
  readonly B: number;
  /** `2^B - 1`. */
  readonly mask: number;
  /** The most entries before the next new one makes the map grow; 0 with too many overflow buckets. */
  limit: number;
  readonly chunks: Chunk[];
  /** Chunks of the old table whose entries have all moved, emptied when they are used again. */
  readonly spare: Chunk[] = [];
  /** Go's `noverflow`: overflow buckets, an estimate above B = 15. */
  noverflow = 0;
  #nextOverflow = 0;
  #endOverflow = 0;
  readonly #shape: Shape;
  readonly #unpack: Unpack | null;

  constructor(B: number, shape: Shape, unpack: Unpack | null) {
    this.B = B;
    // Not by `**`, which gives V8 a number that is kept as a double.
    this.mask = ((1 << B) - 1) | 0;
    this.limit = loadLimit(B);
    this.#shape = shape;
    this.#unpack = unpack;
    this.chunks = new Array<Chunk>(2 ** Math.max(0, B - CHUNK_BITS)).fill(NO_CHUNK);
  }

  /** An empty table of `2^B` buckets, otherwise as this one. */
  sibling(B: number): Table {
    return new Table(B, this.#shape, this.#unpack);
  }

  /** The chunk of a bucket to write to, made if nobody has yet. */
  touch(bucket: number): Chunk {
    const c = bucket >>> CHUNK_BITS;
    const found = this.chunks[c]!;
    if (found !== NO_CHUNK) return found;
    const spare = this.spare.pop();
    return (this.chunks[c] =
      spare?.reset() ?? new Chunk(1 << Math.min(this.B, CHUNK_BITS), this.#shape));
  }

  /** A new overflow bucket, linked behind `bucket`. */
  extend(bucket: number): number {
    if (this.#nextOverflow === this.#endOverflow) {
      // As many as Go allocates ahead: a sixteenth of the table.
      const n = 1 << Math.min(Math.max(this.B - 4, 0), CHUNK_BITS);
      this.#nextOverflow = this.chunks.length << CHUNK_BITS;
      this.#endOverflow = this.#nextOverflow + n;
      this.chunks.push(new Chunk(n, this.#shape));
    }
    const id = this.#nextOverflow++;
    this.noverflow = countOverflow(this.noverflow, this.B, mix(id));
    if (tooManyOverflow(this.noverflow, this.B)) this.limit = 0;
    const c = this.chunks[bucket >>> CHUNK_BITS]!;
    c.meta[(bucket & CHUNK_MASK) * c.stride + LINK] = id;
    return id;
  }

  /** The bucket chained behind, or 0. */
  link(bucket: number): number {
    const c = this.chunks[bucket >>> CHUNK_BITS]!;
    return c.meta[(bucket & CHUNK_MASK) * c.stride + LINK]!;
  }

  /** The tophash byte of a slot. */
  top(bucket: number, slot: number): number {
    const { meta, stride } = this.chunks[bucket >>> CHUNK_BITS]!;
    return (meta[(bucket & CHUNK_MASK) * stride + (slot >>> 2)]! >>> (slot << 3)) & 0xff;
  }

  /** The key of a slot, given as `bucket * 8 + slot`. */
  key(slot: number): unknown {
    const c = this.chunks[slot >>> SLOT_BITS]!;
    const b = (slot >>> 3) & CHUNK_MASK;
    if (!c.isPair(b, slot & 7)) return c.keys[b * SLOTS + (slot & 7)];
    const at = b * c.stride + c.pairs + (slot & 7) * c.step;
    return this.#unpack!(c.meta[at]!, c.meta[at + 1]!);
  }

  /** The hash of the key of a slot. */
  hash(slot: number): number {
    const c = this.chunks[slot >>> SLOT_BITS]!;
    return c.meta[((slot >>> 3) & CHUNK_MASK) * c.stride + c.hashes + (slot & 7)]!;
  }

  /** The value of a slot. */
  value(slot: number): unknown {
    return this.chunks[slot >>> SLOT_BITS]!.value((slot >>> 3) & CHUNK_MASK, slot & 7);
  }

  /** Makes an entry in the first free slot of its chain, without key and value; the slot. */
  insert(h: number): number {
    for (let b = h & this.mask; ;) {
      const c = this.touch(b);
      const i = b & CHUNK_MASK;
      const o = i * c.stride;
      const slot = firstEmpty(c.meta[o]!, c.meta[o + 1]!);
      if (slot < SLOTS) {
        c.mark(i, slot, topHash(h), h);
        return b * SLOTS + slot;
      }
      const next = c.meta[o + LINK]!;
      b = next === 0 ? this.extend(b) : next;
    }
  }

  /** Appends the live entries of a chain to a snapshot, see `Storage.gather`; of `want` the bits of `mask` count. */
  gather<K, V>(
    index: number,
    offset: number,
    want: number,
    mask: number,
    out: Snapshot<K, V>,
  ): void {
    let order = 0;
    for (let b = index; ; order += SLOTS) {
      const c = this.chunks[b >>> CHUNK_BITS]!;
      const m = c.meta;
      const o = (b & CHUNK_MASK) * c.stride;
      for (let j = 0; j < SLOTS; j++) {
        const i = (j + offset) & (SLOTS - 1);
        if (((m[o + (i >>> 2)]! >>> (i << 3)) & 0xff) < MIN_TOP_HASH) continue;
        if (want >= 0 && (m[o + c.hashes + i]! & mask) !== want) continue;
        const slot = b * SLOTS + i;
        const n = out.n++;
        out.keys[n] = this.key(slot) as K;
        out.orders[n] = order + j;
        out.slots[n] = slot;
        out.values[n] = this.value(slot) as V;
      }
      b = m[o + LINK]!;
      if (b === 0) return;
    }
  }

  /** Empties a slot of the chain that begins at `head`, and turns a tail of empty slots into `EMPTY_REST`. */
  erase(head: number, bucket: number, slot: number): void {
    const c = this.chunks[bucket >>> CHUNK_BITS]!;
    const m = c.meta;
    const o = (bucket & CHUNK_MASK) * c.stride;
    const next = m[o + LINK]!;
    let b = bucket;
    let i = slot;
    if (next === 0) {
      // Most often the only one.
      c.eraseLast(bucket & CHUNK_MASK, slot);
      if (b === head || m[o] !== 0) return;
      for (b = head; this.link(b) !== bucket;) b = this.link(b);
      i = SLOTS - 1;
      if (this.top(b, i) !== EMPTY_ONE) return;
    } else {
      c.erase(bucket & CHUNK_MASK, slot);
      if ((slot === SLOTS - 1 ? this.top(next, 0) : this.top(b, slot + 1)) !== EMPTY_REST) return;
    }
    do {
      this.chunks[b >>> CHUNK_BITS]!.setTop(b & CHUNK_MASK, i, EMPTY_REST);
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

  /** Copies all entries that have not moved elsewhere into another table. */
  copyTo(to: Table): void {
    this.chunks.forEach((from, index) => {
      if (from === NO_CHUNK) return;
      for (let i = 0; i < from.buckets; i++) {
        for (let s = 0; s < SLOTS; s++) {
          if (this.top((index << CHUNK_BITS) + i, s) < MIN_TOP_HASH) continue;
          const slot = to.insert(from.meta[i * from.stride + from.hashes + s]!);
          from.copyTo(to.chunks[slot >>> SLOT_BITS]!, (slot >>> 3) & CHUNK_MASK, slot & 7, i, s);
        }
      }
    });
  }

  /** Hands a chunk whose entries have all moved to the table that they moved to. */
  pass(chunk: number, to: Table): void {
    to.spare.push(this.chunks[chunk]!);
    this.chunks[chunk] = NO_CHUNK;
  }

  /** Bytes of all chunks, places of JavaScript values counted as 8 each. */
  bytes(): number {
    let n = 0;
    for (const c of this.chunks) if (c !== NO_CHUNK) n += c.bytes();
    return n;
  }

  /** The chain of a bucket as plain data. */
  dump<K, V>(index: number): BucketDump<K, V>[] {
    const chain: BucketDump<K, V>[] = [];
    for (let b = index; ; b = this.link(b)) {
      const c = this.chunks[b >>> CHUNK_BITS]!;
      const i = b & CHUNK_MASK;
      const o = i * c.stride;
      const tops = topsOf(c.meta[o]!, c.meta[o + 1]!);
      chain.push({
        tops,
        keys: tops.map((t, s) => (isLive(t) ? (this.key(b * SLOTS + s) as K) : undefined)),
        values: tops.map((t, s) => (isLive(t) ? (this.value(b * SLOTS + s) as V) : undefined)),
        hashes: tops.map((t, s) => (isLive(t) ? c.meta[o + c.hashes + s]! >>> 0 : -1)),
        clean: tops.map((_, s) => c.isClear(i, s)),
      });
      if (this.link(b) === 0) return chain;
    }
  }
}
