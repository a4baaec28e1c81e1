/**
 * A chunk of the buckets of a map on JavaScript values: their records, keys and values.
 *
 * A record is eight tophash bytes, the overflow link, the form bits, and then, as the {@link Shape} of the map has it, for each slot
 * a key of two words and a number, and last eight full hashes. Keys and values that are references lie in arrays of JavaScript values,
 * made when the first entry needs them.
 *
 * Invariants
 *  1. The form bits of a slot say where its key and its value are; of a slot that holds no entry they are 0.
 *  2. A slot that holds no entry refers to nothing: `undefined` where references lie. Its words are what they were, for
 *     clearing them would fetch their cache line.
 *  3. {@link NO_CHUNK} stands for chunks that were never written: all empty. Nobody writes to it.
 *
 * Why numbers in the record: in an array of values V8 keeps each fraction as an object of its own, one more miss of the
 * cache at each read and sixteen more bytes for its collector; the same for a copy of a key with two fields. In arrays
 * of their own they would be on pages of their own, and finding a page takes as long as finding what is on it. Why the words of a key
 * and its number side by side: they share a cache line. Why the hashes last: nobody reads them but growth and foreign hashers.
 */
import { EMPTY_ONE, emptyTail, SLOTS, withRest } from "./rules.ts";
import { CHUNK_BITS, FORMS, NUMBER_WORDS, PAIR, PAIR_WORDS, REST } from "./value-words.ts";

/** Where what is in a record: in words, 0 for what is not there. */
export interface Shape {
  readonly stride: number;
  /** From one slot's key of two words, and number, to the next one's. */
  readonly step: number;
  readonly pairs: number;
  readonly numbers: number;
  readonly hashes: number;
}

/** The shape of records with or without keys of two words and numbers. */
export function shapeOf(pairs: boolean, numbers: boolean): Shape {
  const pair = pairs ? PAIR_WORDS : 0;
  const step = pair + (numbers ? NUMBER_WORDS : 0);
  const hashes = REST + SLOTS * step;
  return {
    stride: hashes + SLOTS,
    step,
    pairs: pairs ? REST : 0,
    numbers: numbers ? REST + pair : 0,
    hashes,
  };
}

const NO_SLOTS: unknown[] = [];

/** Filled so that all arrays of all maps have one kind of elements: no double arrays, no holes. */
function slots(n: number): unknown[] {
  return new Array<unknown>(n).fill(undefined);
}

/** Some buckets, see above. Buckets are given by their place in the chunk. */
export class Chunk {
  /** The records. */
  readonly meta: Int32Array;
  /** The same memory. */
  readonly f64: Float64Array;
  readonly stride: number;
  readonly step: number;
  readonly pairs: number;
  readonly numbers: number;
  readonly hashes: number;
  keys: unknown[] = NO_SLOTS;
  values: unknown[] = NO_SLOTS;

  constructor(buckets: number, shape: Shape) {
    this.meta = new Int32Array(buckets * shape.stride);
    this.f64 = new Float64Array(this.meta.buffer);
    this.stride = shape.stride;
    this.step = shape.step;
    this.pairs = shape.pairs;
    this.numbers = shape.numbers;
    this.hashes = shape.hashes;
  }

  /** How many buckets there are. */
  get buckets(): number {
    return this.meta.length / this.stride;
  }

  /** The value of a slot. */
  value(bucket: number, slot: number): unknown {
    const o = bucket * this.stride;
    return ((this.meta[o + FORMS]! >>> slot) & 1) !== 0
      ? this.f64[(o + this.numbers + slot * this.step) >>> 1]!
      : this.values[bucket * SLOTS + slot];
  }

  /** Writes the value of a slot. */
  setValue(bucket: number, slot: number, value: unknown): void {
    const o = bucket * this.stride;
    const bit = 1 << slot;
    const forms = this.meta[o + FORMS]!;
    if (typeof value === "number" && this.numbers !== 0) {
      this.f64[(o + this.numbers + slot * this.step) >>> 1] = value;
      if ((forms & bit) !== 0) return;
      this.meta[o + FORMS] = forms | bit;
      if (this.values !== NO_SLOTS) this.values[bucket * SLOTS + slot] = undefined;
    } else {
      if (this.values === NO_SLOTS) this.values = slots(this.buckets * SLOTS);
      this.values[bucket * SLOTS + slot] = value;
      this.meta[o + FORMS] = forms & ~bit;
    }
  }

  /** Whether the key of a slot is kept as two words. */
  isPair(bucket: number, slot: number): boolean {
    return (this.meta[bucket * this.stride + FORMS]! & (PAIR << slot)) !== 0;
  }

  /** Writes the key of a slot as it is. */
  setKey(bucket: number, slot: number, key: unknown): void {
    if (this.keys === NO_SLOTS) this.keys = slots(this.buckets * SLOTS);
    this.keys[bucket * SLOTS + slot] = key;
    this.meta[bucket * this.stride + FORMS]! &= ~(PAIR << slot);
  }

  /** Writes the key of a slot as two words. */
  setPair(bucket: number, slot: number, a: number, b: number): void {
    const { meta } = this;
    const o = bucket * this.stride;
    const at = o + this.pairs + slot * this.step;
    meta[at] = a;
    meta[at + 1] = b;
    meta[o + FORMS]! |= PAIR << slot;
    if (this.keys !== NO_SLOTS) this.keys[bucket * SLOTS + slot] = undefined;
  }

  /** Sets the tophash byte of a slot. */
  setTop(bucket: number, slot: number, top: number): void {
    const w = bucket * this.stride + (slot >>> 2);
    const shift = slot << 3;
    this.meta[w] = (this.meta[w]! & ~(0xff << shift)) | (top << shift);
  }

  /** Writes tophash and hash of a slot. */
  mark(bucket: number, slot: number, top: number, hash: number): void {
    this.setTop(bucket, slot, top);
    this.meta[bucket * this.stride + this.hashes + slot] = hash;
  }

  /** Copies the entry of a slot, but for tophash and hash, to an empty slot of another chunk of the same shape. */
  copyTo(to: Chunk, toBucket: number, toSlot: number, bucket: number, slot: number): void {
    const { meta, step } = this;
    const o = bucket * this.stride;
    const d = toBucket * to.stride;
    const forms = (meta[o + FORMS]! >>> slot) & (PAIR | 1);
    to.meta[d + FORMS]! |= forms << toSlot;
    const at = o + REST + slot * step;
    const dest = d + REST + toSlot * step;
    // Numbers as words: their bits are all that counts.
    for (let i = 0; i < step; i++) to.meta[dest + i] = meta[at + i]!;
    if ((forms & PAIR) === 0) {
      if (to.keys === NO_SLOTS) to.keys = slots(to.buckets * SLOTS);
      to.keys[toBucket * SLOTS + toSlot] = this.keys[bucket * SLOTS + slot];
    }
    if ((forms & 1) === 0) {
      if (to.values === NO_SLOTS) to.values = slots(to.buckets * SLOTS);
      to.values[toBucket * SLOTS + toSlot] = this.values[bucket * SLOTS + slot];
    }
  }

  /** Moves the references of a slot, both given as `bucket * 8 + slot`: the key unless it is two words, the value unless a number. */
  handOver(slot: number, form: number, to: Chunk, toSlot: number): void {
    if ((form & PAIR) === 0) {
      if (to.keys === NO_SLOTS) to.keys = slots(to.buckets * SLOTS);
      to.keys[toSlot] = this.keys[slot];
      this.keys[slot] = undefined;
    }
    if ((form & 1) === 0) {
      if (to.values === NO_SLOTS) to.values = slots(to.buckets * SLOTS);
      to.values[toSlot] = this.values[slot];
      this.values[slot] = undefined;
    }
  }

  /** Empties a slot: no references, tophash {@link EMPTY_ONE}. */
  erase(bucket: number, slot: number): void {
    const at = (bucket << 3) + slot;
    if (this.keys.length !== 0) this.keys[at] = undefined;
    if (this.values.length !== 0) this.values[at] = undefined;
    this.meta[Math.imul(bucket, this.stride) + FORMS]! &= ~((PAIR | 1) << slot);
    this.setTop(bucket, slot, EMPTY_ONE);
  }

  /** Empties a slot of the last bucket of a chain: a tail of empty slots becomes `EMPTY_REST`, without a branch on what is in it. */
  eraseLast(bucket: number, slot: number): void {
    this.erase(bucket, slot);
    const { meta } = this;
    const o = Math.imul(bucket, this.stride);
    const w0 = meta[o]!;
    const w1 = meta[o + 1]!;
    const end = emptyTail(w1);
    meta[o] = withRest(w0, emptyTail(w0) & -(end >>> 2));
    meta[o + 1] = withRest(w1, end);
  }

  /** Whether a slot refers to nothing. */
  isClear(bucket: number, slot: number): boolean {
    const at = bucket * SLOTS + slot;
    const forms = this.meta[bucket * this.stride + FORMS]! & ((PAIR | 1) << slot);
    return forms === 0 && this.keys[at] === undefined && this.values[at] === undefined;
  }

  /** Empties all of it, when all entries have moved and so no references are left. */
  reset(): this {
    this.meta.fill(0);
    return this;
  }

  /** Bytes, places of JavaScript values counted as 8 each. */
  bytes(): number {
    return this.meta.byteLength + (this.keys.length + this.values.length) * 8;
  }
}

/** Stands for a chunk that was never written. */
export const NO_CHUNK: Chunk = /* @__PURE__ */ new Chunk(
  1 << CHUNK_BITS,
  /* @__PURE__ */ shapeOf(false, false),
);

/** The chunks of no table. Made as those of tables are, for V8 tells arrays with and without holes apart. */
export const NO_CHUNKS: readonly Chunk[] = /* @__PURE__ */ new Array<Chunk>(1).fill(NO_CHUNK);
