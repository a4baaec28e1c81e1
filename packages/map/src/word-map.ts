/**
 * The paths of maps in a heap whose keys are one 32-bit word and whose buckets hold no pointers, such as
 * `map[int32]float64`: the same operations as `heap-map.ts`, each as one loop over words. Go has
 * `mapassign_fast32` and its kin for the same reason.
 *
 * Invariants
 *  1. Nothing here does anything that `HeapMap` does not: the model tests run both against each other.
 *  2. Arguments that are not of the types take the road of `HeapMap`, which says what is wrong with them.
 *
 * Why a class for float values and one for integers: a `get` that returns nothing but numbers needs no boxing
 * once it is inlined into its caller.
 */
import type { Heap, Ptr } from "./api.ts";
import { mix } from "./hash.ts";
import {
  FLOAT64,
  H_BUCKETS,
  H_COUNT,
  H_FLAGS,
  H_HASH0,
  H_LIMIT,
  H_MASK,
  H_MOVES,
  H_OLD,
  H_VERSION,
  INT32,
  type Layout,
  UINT32,
} from "./heap-layout.ts";
import { HeapMap } from "./heap-map.ts";
import {
  EMPTY_ONE,
  EVACUATED_EMPTY,
  EVACUATED_X,
  SAME_SIZE_GROW,
  SLOTS,
  topHash,
} from "./rules.ts";
import { firstEmpty } from "./value-table.ts";

/** A map with keys of one word and without pointers. */
export class WordMap extends HeapMap<number, any> {
  protected readonly f64: Float64Array;
  /** Least key: a negative number is no `uint32`, though it has 32 bits. Greater ones than int32's take the long way. */
  protected readonly min: number;
  readonly #float: boolean;
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
    this.#float = layout.valueCode === FLOAT64;
    this.keyWord = layout.keys >>> 2;
    this.bucketWords = layout.bucketSize >>> 2;
    this.valueWord = layout.values >>> 2;
    this.valueWords = layout.valueSize >>> 2;
  }

  override has(key: number): boolean {
    const k = key | 0;
    if (k !== key || k < this.min || this.i32[this.h + H_FLAGS] !== 0) return super.has(key);
    return this.quick(k, mix(k ^ this.i32[this.h + H_HASH0]!)) >= 0;
  }

  override set(key: number, value: any): this {
    const i32 = this.i32;
    const h = this.h;
    const k = key | 0;
    if (k !== key || k < this.min || i32[h + H_FLAGS] !== 0) return super.set(key, value);
    if (!this.#float) this.e.checkValue(value);
    else if (typeof value !== "number") return super.set(key, value);
    const hash = mix(k ^ i32[h + H_HASH0]!);
    let slot = this.quick(k, hash);
    let w = this.word;
    if (slot < 0) {
      // A new key: here only if no growth is due, and its first bucket is there and has room.
      w = this.#bucket(hash);
      slot = w === 0 ? SLOTS : firstEmpty(i32[w]!, i32[(w + 1) | 0]!);
      const count = i32[h + H_COUNT]! + 1;
      if (slot === SLOTS || count > i32[h + H_LIMIT]!) return super.set(key, value);
      i32[(w + this.keyWord + slot) | 0] = k;
      this.t.u8[(w << 2) + slot] = topHash(hash);
      i32[h + H_COUNT] = count;
      i32[h + H_VERSION]!++;
    }
    const at = (w + this.valueWord + Math.imul(slot, this.valueWords)) | 0;
    if (this.#float) this.f64[at >>> 1] = value;
    else this.e.storeValue(at * 4, value);
    return this;
  }

  override delete(key: number): boolean {
    const i32 = this.i32;
    const h = this.h;
    const k = key | 0;
    if (k !== key || k < this.min || i32[h + H_FLAGS] !== 0) return super.delete(key);
    const hash = mix(k ^ i32[h + H_HASH0]!);
    const slot = this.quick(k, hash);
    if (slot < 0) return false;
    const w = this.word;
    i32[(w + this.keyWord + slot) | 0] = 0;
    const at = (w + this.valueWord + Math.imul(slot, this.valueWords)) | 0;
    for (let i = 0; i < this.valueWords; i++) i32[(at + i) | 0] = 0;
    this.t.erase(this.#bucket(hash) * 4, w * 4, slot);
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
  #bucket(hash: number): number {
    const i32 = this.i32;
    const index = hash & i32[this.h + H_MASK]!;
    const bits = this.bits;
    const segment = i32[((i32[this.h + H_BUCKETS]! >>> 2) + (index >>> bits)) | 0]! >>> 2;
    if (segment === 0) return 0;
    return (segment + Math.imul(index & ((1 << bits) - 1), this.bucketWords)) | 0;
  }

  /** The slot of a key in the everyday state, or -1; `word` is its bucket's word index. */
  protected quick(k: number, hash: number): number {
    return this.search(this.#bucket(hash), k, hash);
  }

  /** The slot of a key in the chain that begins at word index `w`, or -1. */
  protected search(w: number, k: number, hash: number): number {
    const i32 = this.i32;
    const keys = this.keyWord;
    const pattern = Math.imul(topHash(hash), 0x01010101);
    while (w !== 0) {
      let x = i32[w]! ^ pattern;
      let z = (x - 0x01010101) & ~x & 0x80808080;
      while (z !== 0) {
        const s = (31 - Math.clz32(z & -z)) >>> 3;
        if (i32[(w + keys + s) | 0] === k) {
          this.word = w;
          return s;
        }
        z &= z - 1;
      }
      const w1 = i32[(w + 1) | 0]!;
      x = w1 ^ pattern;
      z = (x - 0x01010101) & ~x & 0x80808080;
      while (z !== 0) {
        const s = 4 + ((31 - Math.clz32(z & -z)) >>> 3);
        if (i32[(w + keys + s) | 0] === k) {
          this.word = w;
          return s;
        }
        z &= z - 1;
      }
      if (w1 >>> 24 === 0) return -1;
      w = i32[(w + 2) | 0]! >>> 2;
    }
    return -1;
  }

  /** Copies a slot to another one. */
  #copy(to: Ptr, toSlot: number, from: Ptr, fromSlot: number): void {
    const i32 = this.i32;
    const d = to >>> 2;
    const s = from >>> 2;
    i32[d + this.keyWord + toSlot] = i32[s + this.keyWord + fromSlot]!;
    const n = this.valueWords;
    const v = this.valueWord;
    if (this.#float) {
      this.f64[((d + v) >>> 1) + toSlot] = this.f64[((s + v) >>> 1) + fromSlot]!;
      return;
    }
    for (let i = 0; i < n; i++) {
      i32[d + v + toSlot * n + i] = i32[s + v + fromSlot * n + i]!;
    }
  }

  protected override move(index: number): void {
    const { t, h, i32, u32 } = this;
    const u8 = t.u8;
    const keys = this.keyWord;
    const seed = i32[h + H_HASH0]!;
    const same = (i32[h + H_FLAGS]! & SAME_SIZE_GROW) !== 0;
    const { oldB } = t;
    const buckets = u32[h + H_BUCKETS]!;
    const bit = same ? 0 : 1 << oldB;
    const from = t.touch(u32[h + H_OLD]!, index);
    const x = t.touch(buckets, index);
    const y = same ? x : t.touch(buckets, index + bit);
    let chain = 0;
    for (let b = t.link(from); b !== 0; b = t.link(b)) chain++;
    if (chain > 0) t.reserve(chain);
    i32[h + H_VERSION]!++;
    i32[h + H_MOVES]!++;
    // Which half is as good as random: it is computed with, not branched on. `used` counts both halves' slots.
    const apart = y - x;
    const mask = same ? 0 : 1;
    let used = 0;
    for (let b = from; b !== 0; b = u32[(b >>> 2) + 2]!) {
      for (let i = 0; i < SLOTS; i++) {
        const top = u8[b + i]!;
        if (top <= EMPTY_ONE) {
          u8[b + i] = EVACUATED_EMPTY;
          continue;
        }
        const half = (mix(i32[(b >>> 2) + keys + i]! ^ seed) >>> oldB) & mask;
        const slot = (used >>> (half << 4)) & 0xffff;
        let to = x + Math.imul(apart, half);
        if (slot >= SLOTS) to = this.#overflowOf(to, slot);
        this.#copy(to, slot & (SLOTS - 1), b, i);
        u8[to + (slot & (SLOTS - 1))] = top;
        u8[b + i] = EVACUATED_X + half;
        used += 1 << (half << 4);
      }
    }
  }

  /** The bucket of the `slot`-th slot of a chain that is being filled; made when it is the first of its bucket. */
  #overflowOf(head: Ptr, slot: number): Ptr {
    let b = head;
    for (let n = slot >>> 3; n > 0; n--) {
      const next = this.t.link(b);
      b = next === 0 ? this.t.extend(b) : next;
    }
    return b;
  }
}

/** `map[int32]float64` and its like. */
export class WordFloatMap extends WordMap {
  override get(key: number): number {
    const k = key | 0;
    if (k !== key || k < this.min || this.i32[this.h + H_FLAGS] !== 0) return super.get(key);
    const slot = this.quick(k, mix(k ^ this.i32[this.h + H_HASH0]!));
    return slot < 0 ? 0 : this.f64[((this.word + this.valueWord) >>> 1) + slot]!;
  }
}

/** `map[int32]int32` and its like. */
export class WordIntMap extends WordMap {
  override get(key: number): number {
    const k = key | 0;
    if (k !== key || k < this.min || this.i32[this.h + H_FLAGS] !== 0) return super.get(key);
    const slot = this.quick(k, mix(k ^ this.i32[this.h + H_HASH0]!));
    return slot < 0 ? 0 : this.i32[(this.word + this.valueWord + slot) | 0]!;
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
