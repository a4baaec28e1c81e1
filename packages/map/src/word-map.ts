/**
 * The paths of maps in a heap whose keys are one 32-bit word and whose buckets hold no pointers, such as
 * `map[int32]float64`: the same operations as `heap-map.ts`, each as a few words read and written. Go has
 * `mapassign_fast32` and its kin for the same reason.
 *
 * Invariants
 *  1. Nothing here does anything that `HeapMap` does not: the model tests run both against each other.
 *  2. Arguments that are not of the types take the road of `HeapMap`, which says what is wrong with them.
 *  3. No branch on the way to an entry in the first bucket depends on where in the bucket it is.
 *
 * Why 3: a large map is as fast as memory is. The processor fetches the buckets of the next operations while it waits
 * for this one's, as long as it guesses every branch; one that hangs on bytes that are still on their way it guesses wrong
 * half of the time, and begins anew. The byte loop of Go's map does, and so did a version of this that looked at one
 * word of tophashes after the other: it took half as long again.
 *
 * Why a class for float values and one for integers: a `get` that returns nothing but numbers needs no boxing
 * once it is inlined into its caller.
 */
import type { Heap, Ptr } from "./api.ts";
import { mix } from "./hash.ts";
import type { Layout } from "./heap-layout.ts";
import {
  FLOAT64,
  GENERAL,
  H_BUCKETS,
  H_COUNT,
  H_FLAGS,
  H_HASH0,
  H_LIMIT,
  H_MASK,
  H_OLD,
  H_VERSION,
  INT32,
  UINT32,
} from "./heap-words.ts";
import { HeapMap } from "./heap-map.ts";
import {
  BARE,
  EMPTY_ONE,
  EMPTY_REST,
  firstEmpty,
  GROWING,
  matching,
  overLoadFactor,
  SLOTS,
  slotOf,
  topHash,
  WRITING,
} from "./rules.ts";
import { moveWords } from "./word-move.ts";

/** A map with keys of one word and without pointers. */
export class WordMap extends HeapMap<number, any> {
  protected readonly f64: Float64Array;
  /** Least key: a negative number is no `uint32`, though it has 32 bits. Greater ones than int32's take the long way. */
  protected readonly min: number;
  protected readonly keyWord: number;
  protected readonly bucketWords: number;
  protected readonly valueWord: number;
  protected readonly valueWords: number;
  /** Word index of the bucket of the slot found last. */
  protected word = 0;

  constructor(heap: Heap, layout: Layout, ptr: Ptr, random: () => number, unroot: () => void) {
    super(heap, layout, ptr, random, unroot);
    this.f64 = heap.memory.f64;
    this.min = layout.keyCode === UINT32 ? 0 : -0x8000_0000;
    this.keyWord = layout.keys >>> 2;
    this.bucketWords = layout.bucketSize >>> 2;
    this.valueWord = layout.values >>> 2;
    this.valueWords = layout.valueSize >>> 2;
  }

  override has(key: number): boolean {
    if (typeof key !== "number") return this.find(key, this.hashToRead(key)) >= 0;
    const k = key | 0;
    if (k !== key || k < this.min) return this.find(key, this.hashToRead(key)) >= 0;
    return this.seek(k) >= 0;
  }

  override set(key: number, value: any): this {
    if (typeof key !== "number") return this.setAny(key, value);
    const k = key | 0;
    // A value of many parts is read piece by piece, which may throw: the long way takes back what it did.
    if (k !== key || k < this.min || this.e.layout.valueCode === GENERAL) {
      return this.setAny(key, value);
    }
    this.e.checkValue(value);
    const slot = this.claim(k);
    this.e.storeValue((this.word + this.valueWord + slot * this.valueWords) * 4, value);
    return this;
  }

  override delete(key: number): boolean {
    if (typeof key !== "number") return this.deleteAny(key);
    const i32 = this.i32;
    const h = this.h;
    const k = key | 0;
    if (k !== key || k < this.min || i32[h + H_FLAGS] !== 0) return this.deleteAny(key);
    const slot = this.seek(k);
    if (slot < 0) return false;
    const w = this.word;
    i32[(w + this.keyWord + slot) | 0] = 0;
    const at = (w + this.valueWord + Math.imul(slot, this.valueWords)) | 0;
    for (let i = 0; i < this.valueWords; i++) i32[(at + i) | 0] = 0;
    if (i32[(w + 2) | 0] !== 0) {
      this.t.erase(this.bucketOf(mix(k ^ i32[h + H_HASH0]!)) * 4, w * 4, slot);
    } else {
      this.#eraseLast(w, slot);
      if (i32[w] === 0) this.#trim(w, mix(k ^ i32[h + H_HASH0]!));
    }
    i32[h + H_VERSION]!++;
    if (--i32[h + H_COUNT]! === 0) this.reseed();
    return true;
  }

  protected override find(key: number, hash: number): number {
    const slot = this.search(this.head(hash) >>> 2, key | 0, hash);
    this.at = this.word * 4;
    return slot;
  }

  /** Word index of the first bucket of a hash's chain, in the everyday state; 0 if it was never written. */
  protected bucketOf(hash: number): number {
    const i32 = this.i32;
    const index = hash & i32[this.h + H_MASK]!;
    const bits = this.bits;
    const segment = i32[((i32[this.h + H_BUCKETS]! >>> 2) + (index >>> bits)) | 0]! >>> 2;
    if (segment === 0) return 0;
    return (segment + Math.imul(index & ((1 << bits) - 1), this.bucketWords)) | 0;
  }

  /** The slot of a key, to read it, or -1; `word` is its bucket. */
  protected seek(k: number): number {
    const i32 = this.i32;
    const h = this.h;
    if (i32[h + H_FLAGS] !== 0) return this.find(k, this.hashToRead(k));
    const hash = mix(k ^ i32[h + H_HASH0]!);
    const w = this.bucketOf(hash);
    if (w === 0) return -1;
    const w1 = i32[(w + 1) | 0]!;
    const found = matching(i32[w]!, w1, Math.imul(topHash(hash), 0x01010101));
    if (found !== 0) {
      const slot = slotOf(found);
      if (i32[(w + this.keyWord + slot) | 0] === k) {
        this.word = w;
        return slot;
      }
    } else if (w1 >>> 24 === EMPTY_REST) {
      return -1;
    }
    return this.search(w, k, hash);
  }

  /** The slot of a key, made if there is none; `word` is its bucket. */
  protected claim(k: number): number {
    const i32 = this.i32;
    const h = this.h;
    if (i32[h + H_FLAGS] !== 0) return this.#claimSlow(k);
    const hash = mix(k ^ i32[h + H_HASH0]!);
    const w = this.bucketOf(hash);
    if (w === 0) return this.#claimSlow(k);
    const w0 = i32[w]!;
    const w1 = i32[(w + 1) | 0]!;
    const top = topHash(hash);
    const found = matching(w0, w1, Math.imul(top, 0x01010101));
    if (found !== 0) {
      const slot = slotOf(found);
      if (i32[(w + this.keyWord + slot) | 0] !== k) return this.#claimSlow(k);
      this.word = w;
      return slot;
    }
    const count = i32[h + H_COUNT]! + 1;
    if (w1 >>> 24 !== EMPTY_REST || count > i32[h + H_LIMIT]!) return this.#claimSlow(k);
    // A new key, no growth is due, and the chain ends here with room.
    const slot = firstEmpty(w0, w1);
    this.#occupy(w, slot, k, top);
    i32[h + H_COUNT] = count;
    i32[h + H_VERSION]!++;
    this.word = w;
    return slot;
  }

  /** The slot of a key in the chain that begins at word index `w`, or -1; `word` is its bucket. */
  protected search(w: number, k: number, hash: number): number {
    const i32 = this.i32;
    const keys = this.keyWord;
    const pattern = Math.imul(topHash(hash), 0x01010101);
    while (w !== 0) {
      const w1 = i32[(w + 1) | 0]!;
      for (let m = matching(i32[w]!, w1, pattern); m !== 0; m &= m - 1) {
        const slot = slotOf(m);
        if (i32[(w + keys + slot) | 0] === k) {
          this.word = w;
          return slot;
        }
      }
      if (w1 >>> 24 === EMPTY_REST) return -1;
      w = i32[(w + 2) | 0]! >>> 2;
    }
    return -1;
  }

  /** Writes key and tophash of a new entry. */
  #occupy(w: number, slot: number, k: number, top: number): void {
    const i32 = this.i32;
    i32[(w + this.keyWord + slot) | 0] = k;
    const at = (w + (slot >>> 2)) | 0;
    const shift = slot << 3;
    i32[at] = (i32[at]! & ~(0xff << shift)) | (top << shift);
  }

  /** {@link WordMap.claim} whatever it takes: in a growing map, in a long chain, at the moment of growth. */
  #claimSlow(k: number): number {
    const i32 = this.i32;
    const h = this.h;
    const hash = this.hashToWrite(k);
    const t = this.t;
    i32[h + H_FLAGS]! |= WRITING;
    try {
      if ((i32[h + H_FLAGS]! & BARE) !== 0) t.install(t.arrays(t.B));
      for (;;) {
        if ((i32[h + H_FLAGS]! & GROWING) !== 0) this.growWork(hash & i32[h + H_MASK]!);
        // What a growth has not moved yet is not here, but growWork has just moved this chain.
        const first = t.touch(this.u32[h + H_BUCKETS]!, hash & i32[h + H_MASK]!) >>> 2;
        const found = this.search(first, k, hash);
        if (found >= 0) return found;
        const count = i32[h + H_COUNT]! + 1;
        if (i32[h + H_OLD] === 0 && count > this.u32[h + H_LIMIT]!) {
          t.grow(t.arrays(overLoadFactor(count, t.B) ? t.B + 1 : t.B));
          continue; // Growing moves everything.
        }
        let w = first;
        let slot: number;
        while ((slot = firstEmpty(i32[w]!, i32[(w + 1) | 0]!)) >= SLOTS) {
          const next = i32[(w + 2) | 0]! >>> 2;
          w = next === 0 ? t.extend(w * 4) >>> 2 : next;
        }
        this.#occupy(w, slot, k, topHash(hash));
        i32[h + H_COUNT] = count;
        i32[h + H_VERSION]!++;
        this.word = w;
        return slot;
      }
    } finally {
      i32[h + H_FLAGS]! &= ~WRITING;
    }
  }

  /** After the last bucket of a chain has become empty: so do the empty slots at the end of the one before. */
  #trim(w: number, hash: number): void {
    const { i32, t } = this;
    const first = this.bucketOf(hash);
    if (w === first) return;
    let before = first;
    while (i32[(before + 2) | 0]! >>> 2 !== w) before = i32[(before + 2) | 0]! >>> 2;
    if (i32[(before + 1) | 0]! >>> 24 === EMPTY_ONE) t.erase(first * 4, before * 4, SLOTS - 1);
  }

  /** Empties a slot of the last bucket of a chain: all empty slots at its end become `EMPTY_REST`. */
  #eraseLast(w: number, slot: number): void {
    const i32 = this.i32;
    const at = (w + (slot >>> 2)) | 0;
    const shift = slot << 3;
    i32[at] = (i32[at]! & ~(0xff << shift)) | (1 << shift);
    // Empty bytes at the end of each word, 0 to 4; those of the first count only if the second has no other.
    const w0 = i32[w]!;
    const w1 = i32[(w + 1) | 0]!;
    const end1 = Math.clz32(w1 & 0xfefefefe) >>> 3;
    const end0 = (Math.clz32(w0 & 0xfefefefe) >>> 3) & -(end1 >>> 2);
    // Shifted twice, for a shift by 32 is none.
    i32[w] = w0 & ((-1 >>> (end0 << 2)) >>> (end0 << 2));
    i32[(w + 1) | 0] = w1 & ((-1 >>> (end1 << 2)) >>> (end1 << 2));
  }

  protected override move(index: number): void {
    // Bits that are no float64 might not survive being read as one.
    const f64 = this.e.layout.valueCode === FLOAT64 ? this.f64 : null;
    moveWords(this.t, index, this.keyWord, this.valueWord, this.valueWords, f64);
  }
}

/** `map[int32]float64` and its like. */
export class WordFloatMap extends WordMap {
  override get(key: number): number {
    if (typeof key !== "number") return this.getAny(key);
    const k = key | 0;
    if (k !== key || k < this.min) return this.getAny(key);
    const slot = this.seek(k);
    return slot < 0 ? 0 : this.f64[((this.word + this.valueWord) >>> 1) + slot]!;
  }

  override set(key: number, value: number): this {
    if (typeof key !== "number" || typeof value !== "number") return this.setAny(key, value);
    const k = key | 0;
    if (k !== key || k < this.min) return this.setAny(key, value);
    const slot = this.claim(k);
    this.f64[((this.word + this.valueWord) >>> 1) + slot] = value;
    return this;
  }
}

/** `map[int32]int32` and its like. */
export class WordIntMap extends WordMap {
  override get(key: number): number {
    if (typeof key !== "number") return this.getAny(key);
    const k = key | 0;
    if (k !== key || k < this.min) return this.getAny(key);
    const slot = this.seek(k);
    return slot < 0 ? 0 : this.i32[(this.word + this.valueWord + slot) | 0]!;
  }

  override set(key: number, value: number): this {
    if (typeof key !== "number" || typeof value !== "number") return this.setAny(key, value);
    const k = key | 0;
    if (k !== key || k < this.min || (value | 0) !== value) return this.setAny(key, value);
    const slot = this.claim(k);
    this.i32[(this.word + this.valueWord + slot) | 0] = value;
    return this;
  }
}

/** Whether maps of a layout can take these paths. */
export function isWordMap(layout: Layout): boolean {
  return (
    layout.noscan &&
    (layout.keyCode === INT32 || layout.keyCode === UINT32) &&
    (layout.valueSize & 3) === 0
  );
}

/** The class for a layout that {@link isWordMap}. */
export function wordMapOf(layout: Layout): typeof WordMap {
  if (layout.valueCode === FLOAT64) return WordFloatMap;
  return layout.valueCode === INT32 ? WordIntMap : WordMap;
}
