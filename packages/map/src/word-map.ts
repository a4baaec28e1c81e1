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
 * Why the functions of `hash.ts` and `rules.ts` are written out on the way to an entry, and the header is known by heart: a call of a
 * module's function is a load and a comparison even where V8 inlines it, each word of the header is one more with its bounds.
 * The fewer instructions an operation is, the more operations the processor has under way while it waits for memory, and a function
 * of more than 460 bytes of bytecode is not inlined into its caller: `seek` and `claim` are just below.
 */
import type { Heap, Ptr } from "./api.ts";
import { mix } from "./hash.ts";
import type { Layout } from "./heap-layout.ts";
import {
  FLOAT64,
  GENERAL,
  H_BUCKETS,
  H_CHANGES,
  H_COUNT,
  H_FLAGS,
  H_HASH0,
  H_LIMIT,
  H_MASK,
  H_OLD,
  KEY_WORD,
  UINT32,
} from "./heap-words.ts";
import { HeapMap } from "./heap-map.ts";
import {
  BARE,
  EMPTY_ONE,
  EMPTY_REST,
  emptyTail,
  firstEmpty,
  FLAGS,
  GROWING,
  matching,
  MIN_TOP_HASH,
  overLoadFactor,
  SLOTS,
  slotOf,
  topHash,
  withRest,
  WRITING,
} from "./rules.ts";
import { moveWords, type Places } from "./word-move.ts";

/** No flags word: the flags that it has never come together. */
const NEVER = -2;

/** A map with keys of one word and without pointers. */
export class WordMap extends HeapMap<number, any> {
  protected readonly f64: Float64Array;
  protected readonly u8: Uint8Array;
  /** Least key: a negative number is no `uint32`, though it has 32 bits. Greater ones than int32's take the long way. */
  protected readonly min: number;
  /** Selects the place of a bucket in its segment. */
  protected readonly low: number;
  protected readonly bucketWords: number;
  protected readonly valueWord: number;
  protected readonly valueWords: number;
  readonly #places: Places;
  /** Word index of the bucket of the slot found last. */
  protected word = 0;
  /** Set when a search went beyond the first bucket of a chain. */
  protected beyond = false;
  /**
   * What the header says, known by heart while its flags word, generation included, is `state`: the seed, `2^B - 1`, the
   * word index of the directory, the most entries. No flags word is {@link NEVER}.
   */
  protected state = NEVER;
  protected seed = 0;
  protected mask = 0;
  protected directory = 0;
  protected limit = 0;
  /** Word index of the flags. */
  protected flagsAt: number;

  constructor(heap: Heap, layout: Layout, ptr: Ptr, random: () => number, unroot: () => void) {
    super(heap, layout, ptr, random, unroot);
    this.f64 = heap.memory.f64;
    this.u8 = heap.memory.u8;
    this.flagsAt = this.h + H_FLAGS;
    this.min = layout.keyCode === UINT32 ? 0 : -0x8000_0000;
    this.low = (1 << layout.segmentBits) - 1;
    this.bucketWords = layout.bucketSize >>> 2;
    this.valueWord = layout.values >>> 2;
    this.valueWords = layout.valueSize >>> 2;
    this.#places = {
      bucketWords: this.bucketWords,
      values: this.valueWord,
      valueWords: this.valueWords,
      f64: layout.valueCode === FLOAT64 ? this.f64 : null,
    };
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
    // Storing a value of many parts may throw, if its descriptor is somebody else's: the long way takes back what it did.
    if (k !== key || k < this.min || this.e.layout.valueCode === GENERAL) {
      return this.setAny(key, value);
    }
    const v = this.e.takeValue(value);
    const slot = this.claim(k);
    this.e.storeValue((this.word + this.valueWord + slot * this.valueWords) * 4, v);
    return this;
  }

  override delete(key: number): boolean {
    if (typeof key !== "number") return this.deleteAny(key);
    const i32 = this.i32;
    const k = key | 0;
    if (k !== key || k < this.min || (i32[this.flagsAt]! & FLAGS) !== 0) return this.deleteAny(key);
    if (i32[this.flagsAt] !== this.state) this.#learn();
    this.beyond = false;
    const slot = this.seek(k);
    if (slot < 0) return false;
    const w = this.word;
    i32[(w + KEY_WORD + slot) | 0] = 0;
    const at = (w + this.valueWord + Math.imul(slot, this.valueWords)) | 0;
    for (let i = 0; i < this.valueWords; i++) i32[(at + i) | 0] = 0;
    if (i32[(w + 2) | 0] !== 0) this.t.erase(this.#first(k) * 4, w * 4, slot);
    else this.#eraseLast(w, slot);
    // Not asked whether the bucket is empty, unless it must be: one guess in four would be wrong, see 3.
    if (this.beyond && i32[w] === 0) this.#trim(w, this.#first(k));
    i32[(this.h + H_CHANGES) | 0]! += 2;
    if (--i32[(this.h + H_COUNT) | 0]! === 0) this.reseed();
    return true;
  }

  protected override find(key: number, hash: number): number {
    const slot = this.search(this.head(hash) >>> 2, key | 0, hash);
    this.at = this.word * 4;
    return slot;
  }

  /** Word index of the first bucket of the chain of a key that is there, in the everyday state. */
  #first(k: number): number {
    const { i32, h } = this;
    return this.t.bucket(mix(k ^ i32[h + H_HASH0]!) & i32[h + H_MASK]!) >>> 2;
  }

  /** Learns by heart what the fast paths need of the header. */
  #learn(): void {
    const { i32, h } = this;
    const state = i32[h + H_FLAGS]!;
    if ((state & FLAGS) !== 0) return;
    this.seed = i32[h + H_HASH0]!;
    this.mask = i32[h + H_MASK]!;
    this.directory = i32[h + H_BUCKETS]! >>> 2;
    this.limit = i32[h + H_LIMIT]!;
    this.state = state;
  }

  /** The slot of a key, to read it, or -1; `word` is its bucket. Short of V8's limit for inlining, see above. */
  protected seek(k: number): number {
    const i32 = this.i32;
    if (i32[this.flagsAt | 0] !== this.state) return this.#seekSlow(k);
    // `mix`, `topHash`, `matching` and `slotOf`, written out: each call is a load and a check that it is still that function.
    const { imul } = Math;
    let x = k ^ this.seed;
    x = imul(x ^ (x >>> 16), 0x85ebca6b);
    x = imul(x ^ (x >>> 13), 0xc2b2ae35);
    x ^= x >>> 16;
    const index = x & this.mask;
    const segment = i32[(this.directory + (index >>> this.bits)) | 0]! >>> 2;
    if (segment === 0) return -1;
    const w = (segment + imul(index & this.low, this.bucketWords)) | 0;
    const top = x >>> 24;
    const pattern = imul(top + (((top - MIN_TOP_HASH) >> 31) & MIN_TOP_HASH), 0x01010101);
    const w1 = i32[(w + 1) | 0]!;
    const a = i32[w]! ^ pattern;
    const b = w1 ^ pattern;
    const found =
      (((a - 0x01010101) & ~a & 0x80808080) >>> 7) | (((b - 0x01010101) & ~b & 0x80808080) >>> 3);
    if (found !== 0) {
      const bit = 31 - Math.clz32(found);
      const slot = (bit >>> 3) + (bit & 4);
      if (i32[(w + KEY_WORD + slot) | 0] === k) {
        this.word = w;
        return slot;
      }
    } else if (w1 >>> 24 === EMPTY_REST) {
      return -1;
    }
    return this.search(w, k, x);
  }

  #seekSlow(k: number): number {
    const slot = this.find(k, this.hashToRead(k));
    this.#learn();
    return slot;
  }

  /** The slot of a key, made if there is none; `word` is its bucket. */
  protected claim(k: number): number {
    const i32 = this.i32;
    if (i32[this.flagsAt | 0] !== this.state) return this.#claimSlow(k);
    const { imul } = Math;
    let x = k ^ this.seed;
    x = imul(x ^ (x >>> 16), 0x85ebca6b);
    x = imul(x ^ (x >>> 13), 0xc2b2ae35);
    x ^= x >>> 16;
    const index = x & this.mask;
    const segment = i32[(this.directory + (index >>> this.bits)) | 0]! >>> 2;
    if (segment === 0) return this.#claimSlow(k);
    const w = (segment + imul(index & this.low, this.bucketWords)) | 0;
    let top = x >>> 24;
    top += ((top - MIN_TOP_HASH) >> 31) & MIN_TOP_HASH;
    const pattern = imul(top, 0x01010101);
    const a = i32[w]! ^ pattern;
    const b = i32[(w + 1) | 0]! ^ pattern;
    const found =
      (((a - 0x01010101) & ~a & 0x80808080) >>> 7) | (((b - 0x01010101) & ~b & 0x80808080) >>> 3);
    if (found === 0) return this.#add(k, w, x);
    const bit = 31 - Math.clz32(found);
    const slot = (bit >>> 3) + (bit & 4);
    if (i32[(w + KEY_WORD + slot) | 0] !== k) return this.#claimFar(k, w, x);
    this.word = w;
    return slot;
  }

  /**
   * The slot of a key that is not in the first bucket of its chain, made if there is none. It, `claim` and `set` have 920 bytes
   * of bytecode between them: more, and V8 inlines none of it.
   */
  #add(k: number, w: number, hash: number): number {
    const i32 = this.i32;
    const h = this.h;
    const count = i32[(h + H_COUNT) | 0]! + 1;
    const w0 = i32[w]!;
    const w1 = i32[(w + 1) | 0]!;
    if (w1 >>> 24 !== EMPTY_REST || count > this.limit) return this.#claimFar(k, w, hash);
    // A new key, no growth is due, and the chain ends here with room. `firstEmpty`, written out.
    const { imul } = Math;
    const x = w0 & 0xfefefefe;
    const y = w1 & 0xfefefefe;
    const lo = imul(((x - 0x01010101) & ~x & 0x80808080) >>> 7, 0x01020408) >>> 24;
    const hi = imul(((y - 0x01010101) & ~y & 0x80808080) >>> 7, 0x01020408) >>> 24;
    const all = (lo & 15) | ((hi & 15) << 4);
    const slot = 31 - Math.clz32(all & -all);
    i32[(w + KEY_WORD + slot) | 0] = k;
    this.u8[((w << 2) >>> 0) + slot] = topHash(hash);
    i32[(h + H_COUNT) | 0] = count;
    this.word = w;
    return slot;
  }

  /** {@link WordMap.claim} in the everyday state, for the chain that begins at `w`, unless there is more to do than to search it. */
  #claimFar(k: number, w: number, hash: number): number {
    const found = this.search(w, k, hash);
    if (found >= 0) return found;
    const i32 = this.i32;
    const h = this.h;
    const count = i32[h + H_COUNT]! + 1;
    if (count > this.limit) return this.#claimSlow(k);
    for (; w !== 0; w = i32[(w + 2) | 0]! >>> 2) {
      const slot = firstEmpty(i32[w]!, i32[(w + 1) | 0]!);
      if (slot >= SLOTS) continue;
      this.#occupy(w, slot, k, topHash(hash));
      i32[h + H_COUNT] = count;
      this.word = w;
      return slot;
    }
    return this.#claimSlow(k);
  }

  /** The slot of a key in the chain that begins at word index `w`, or -1; `word` is its bucket. */
  protected search(w: number, k: number, hash: number): number {
    const i32 = this.i32;
    const pattern = Math.imul(topHash(hash), 0x01010101);
    while (w !== 0) {
      const w1 = i32[(w + 1) | 0]!;
      for (let m = matching(i32[w]!, w1, pattern); m !== 0; m &= m - 1) {
        const slot = slotOf(m);
        if (i32[(w + KEY_WORD + slot) | 0] === k) {
          this.word = w;
          return slot;
        }
      }
      if (w1 >>> 24 === EMPTY_REST) return -1;
      w = i32[(w + 2) | 0]! >>> 2;
      this.beyond = true;
    }
    return -1;
  }

  /** Writes key and tophash of a new entry. */
  #occupy(w: number, slot: number, k: number, top: number): void {
    const i32 = this.i32;
    i32[(w + KEY_WORD + slot) | 0] = k;
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
        if ((i32[h + H_FLAGS]! & GROWING) !== 0) this.growWork();
        const index = hash & i32[h + H_MASK]!;
        const first = t.home(index) >>> 2;
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
          w = next === 0 ? t.lengthen(w * 4, index) >>> 2 : next;
        }
        this.#occupy(w, slot, k, topHash(hash));
        i32[h + H_COUNT] = count;
        this.word = w;
        return slot;
      }
    } finally {
      i32[h + H_FLAGS]! &= ~WRITING;
      this.#learn();
    }
  }

  /** After the last bucket of a chain has become empty: so do the empty slots at the end of the one before. */
  #trim(w: number, first: number): void {
    const { i32, t } = this;
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
    const end1 = emptyTail(w1);
    const end0 = emptyTail(w0) & -(end1 >>> 2);
    i32[w] = withRest(w0, end0);
    i32[(w + 1) | 0] = withRest(w1, end1);
  }

  protected override growWork(): void {
    moveWords(this.t, this.#places);
  }
}
