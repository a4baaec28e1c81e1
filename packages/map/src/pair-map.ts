/**
 * Maps on JavaScript values whose keys are objects of two fields, compared by value.
 *
 * Invariants
 *  1. A key whose fields are both 32-bit integers is kept as two words, any other as an object of its own. A field of -0 is no
 *     integer here, for a range must show it.
 *  2. All that is read of a key is read once, before the table is looked at: getters can do as they please.
 *  3. Equal keys hash alike whichever way they are kept.
 *
 * Why: a key such as `{ x: 1, y: 2 }` is then found without an object being made, copied or looked at.
 */
import { checkFunction } from "@gort/types";
import { hashPart, mustHaveFields, type PairFields } from "./keys.ts";
import { mix } from "./hash.ts";
import {
  EMPTY_REST,
  firstEmpty,
  matching,
  MIN_TOP_HASH,
  READING,
  SLOTS,
  slotOf,
  topHash,
} from "./rules.ts";
import { type Chunk } from "./value-chunk.ts";
import { CHUNK_BITS, CHUNK_MASK, FORMS, LINK, PAIR, REST } from "./value-words.ts";
import type { ValueMapParts } from "./storage.ts";
import { ValueMap } from "./value-map.ts";

/** A key as it is given: what is none has no fields either, and is refused off the everyday paths. */
type Fields = Readonly<Record<string, unknown>> | null | undefined;

/** Whether a field can be kept as a word. */
const isWord = (v: unknown): v is number =>
  typeof v === "number" && (v | 0) === v && (v !== 0 || 1 / v > 0);

/** A map with keys of two fields. */
export class PairMap<K, V, Z> extends ValueMap<K, V, Z> {
  readonly #first: string;
  readonly #second: string;
  readonly #fits: PairFields["fits"];
  /** The fields of the key that was hashed last. */
  #a: unknown = 0;
  #b: unknown = 0;

  constructor(parts: ValueMapParts<K, V, Z>, { names: [first, second], fits }: PairFields) {
    super(parts, (a, b) => ({ [first]: a, [second]: b }));
    this.#first = first;
    this.#second = second;
    this.#fits = fits;
  }

  override get(key: K): V | Z {
    if (key === undefined || key === null) mustHaveFields(key);
    const a = (key as NonNullable<Fields>)[this.#first];
    const b = (key as NonNullable<Fields>)[this.#second];
    if (typeof a !== "number" || typeof b !== "number") return this.#getAny(key, a, b);
    const k = a | 0;
    const l = b | 0;
    if (k !== a || l !== b) return this.#getAny(key, a, b);
    // The everyday case, in a few instructions: see `word-map.ts` for what is gained by that.
    const { imul } = Math;
    let h = k ^ this.hash0;
    h = imul(h ^ (h >>> 16), 0x85ebca6b);
    h = imul(h ^ (h >>> 13), 0xc2b2ae35);
    h ^= l ^ (h >>> 16);
    h = imul(h ^ (h >>> 16), 0x85ebca6b);
    h = imul(h ^ (h >>> 13), 0xc2b2ae35);
    h ^= h >>> 16;
    const i = h & this.mask;
    const c = this.chunks[i >>> CHUNK_BITS]!;
    const m = c.meta;
    const o = imul(i & CHUNK_MASK, c.stride);
    const top = h >>> 24;
    const pattern = imul(top + (((top - MIN_TOP_HASH) >> 31) & MIN_TOP_HASH), 0x01010101);
    const x = m[o]! ^ pattern;
    const y = m[(o + 1) | 0]! ^ pattern;
    const found =
      (((x - 0x01010101) & ~x & 0x80808080) >>> 7) | (((y - 0x01010101) & ~y & 0x80808080) >>> 3);
    if (found !== 0) {
      const bit = 31 - Math.clz32(found);
      const s = (bit >>> 3) + (bit & 4);
      const at = (o + REST + imul(s, c.step)) | 0;
      const forms = m[(o + FORMS) | 0]! >>> s;
      if (m[at] === k && m[(at + 1) | 0] === l && (forms & PAIR) !== 0) {
        if ((forms & 1) !== 0) return c.f64[((at >>> 1) + 1) | 0] as V;
        const value = c.values[((i & CHUNK_MASK) << 3) + s] as V;
        return this.giveValue === null ? value : this.giveValue(value);
      }
    }
    return this.#getAny(key, a, b);
  }

  #getAny(key: K, a: unknown, b: unknown): V | Z {
    return this.valueAtSlot(this.find(key, this.#hash(key, a, b), READING), key);
  }

  protected override refit(key: K): number {
    if (this.#fits === null) return -1;
    const a = this.#fit(0, this.#a);
    const b = this.#fit(1, this.#b);
    return a === this.#a && b === this.#b ? -1 : this.find(key, this.#hash(key, a, b), READING);
  }

  override set(key: K, value: V): this {
    if (this.fitValue !== null) value = this.fitValue(value);
    if (key === undefined || key === null) mustHaveFields(key);
    let a = (key as NonNullable<Fields>)[this.#first];
    let b = (key as NonNullable<Fields>)[this.#second];
    if (this.#fits !== null) {
      mustHaveFields(key, true);
      a = this.#fit(0, a);
      b = this.#fit(1, b);
    }
    const h = this.#hash(key, a, b);
    // The everyday case: numbers, no growth, and the chain is one bucket that has the key, or room for it.
    if (typeof value !== "number" || !isWord(a) || !isWord(b)) return this.setHashed(key, h, value);
    const { imul } = Math;
    const i = h & this.mask;
    const c = this.chunks[i >>> CHUNK_BITS]!;
    const m = c.meta;
    const o = imul(i & CHUNK_MASK, c.stride);
    const w0 = m[o]!;
    const w1 = m[(o + 1) | 0]!;
    const top = topHash(h);
    const found = matching(w0, w1, imul(top, 0x01010101));
    if (found !== 0) {
      const s = slotOf(found);
      const at = (o + REST + imul(s, c.step)) | 0;
      const forms = m[(o + FORMS) | 0]! >>> s;
      if (m[at] !== a || m[(at + 1) | 0] !== b || (forms & (PAIR | 1)) !== (PAIR | 1)) {
        return this.setHashed(key, h, value);
      }
      c.f64[((at >>> 1) + 1) | 0] = value;
      return this;
    }
    if (c.numbers === 0 || w1 >>> 24 !== EMPTY_REST || this.len >= this.table!.limit) {
      return this.setHashed(key, h, value);
    }
    const s = firstEmpty(w0, w1);
    const at = (o + REST + imul(s, c.step)) | 0;
    m[at] = a;
    m[(at + 1) | 0] = b;
    c.f64[((at >>> 1) + 1) | 0] = value;
    m[(o + FORMS) | 0]! |= (PAIR | 1) << s;
    m[(o + c.hashes + s) | 0] = h;
    const w = (o + (s >>> 2)) | 0;
    m[w] = (m[w]! & ~(0xff << (s << 3))) | (top << (s << 3));
    this.len++;
    this.version++;
    return this;
  }

  override update(key: K, change: (value: V | Z) => V): V {
    checkFunction("update", "change", change);
    const a = (key as Fields)?.[this.#first];
    const b = (key as Fields)?.[this.#second];
    const h = this.#hash(key, a, b);
    const s = this.#seek(h, a, b);
    const { version } = this;
    const c = this.chunks[(h & this.mask) >>> CHUNK_BITS]!;
    const i = h & this.mask & CHUNK_MASK;
    const value = change(s < 0 ? this.#getAny(key, a, b) : this.valueToGive(c.value(i, s) as V));
    const stored = this.fitValue === null ? value : this.fitValue(value);
    // Unless the entry has moved since, or its key is to take another form.
    if (s >= 0 && version === this.version && isWord(a) && isWord(b)) c.setValue(i, s, stored);
    else this.setHashed(key, this.#hash(key, this.#fit(0, a), this.#fit(1, b)), stored);
    return value;
  }

  override delete(key: K): boolean {
    const a = (key as Fields)?.[this.#first];
    const b = (key as Fields)?.[this.#second];
    const h = this.#hash(key, a, b);
    const { imul } = Math;
    const i = h & this.mask;
    const c = this.chunks[i >>> CHUNK_BITS]!;
    const m = c.meta;
    const o = imul(i & CHUNK_MASK, c.stride);
    const found = matching(m[o]!, m[(o + 1) | 0]!, imul(topHash(h), 0x01010101));
    if (found !== 0 && m[(o + LINK) | 0] === 0 && this.len > 1) {
      const s = slotOf(found);
      const at = (o + REST + imul(s, c.step)) | 0;
      const forms = m[(o + FORMS) | 0]! >>> s;
      if (m[at] === a && m[(at + 1) | 0] === b && (forms & PAIR) !== 0) {
        c.eraseLast(i & CHUNK_MASK, s);
        this.len--;
        this.version++;
        return true;
      }
    }
    return this.deleteHashed(key, h);
  }

  /** A field as its type has it. */
  #fit(i: 0 | 1, v: unknown): unknown {
    const fit = this.#fits?.[i];
    return fit ? fit(v) : v;
  }

  /** The slot of a key of two words in the first bucket of its chain; -1 if {@link ValueMap.find} must look for it. */
  #seek(h: number, a: unknown, b: unknown): number {
    const { imul } = Math;
    const i = h & this.mask;
    const c = this.chunks[i >>> CHUNK_BITS]!;
    const m = c.meta;
    const o = imul(i & CHUNK_MASK, c.stride);
    const found = matching(m[o]!, m[(o + 1) | 0]!, imul(topHash(h), 0x01010101));
    if (found === 0) return -1;
    const s = slotOf(found);
    const at = (o + REST + imul(s, c.step)) | 0;
    const pair = ((m[(o + FORMS) | 0]! >>> s) & PAIR) !== 0;
    return pair && m[at] === a && m[(at + 1) | 0] === b ? s : -1;
  }

  protected override hashOf(key: K, mode: number): number {
    this.mayUse(mode);
    return this.#hash(key, (key as Fields)?.[this.#first], (key as Fields)?.[this.#second]);
  }

  #hash(key: K, a: unknown, b: unknown): number {
    const seed = this.hash0;
    if (typeof a === "number" && typeof b === "number" && (a | 0) === a && (b | 0) === b) {
      this.#a = a;
      this.#b = b;
      return mix(b ^ mix(a ^ seed));
    }
    mustHaveFields(key, this.#fits !== null);
    const h = hashPart(b, hashPart(a, seed, this.random), this.random);
    // After the source, which is somebody else's and may look up another key.
    this.#a = a;
    this.#b = b;
    return h;
  }

  protected override matches(c: Chunk, bucket: number, slot: number): boolean {
    if (c.isPair(bucket, slot)) {
      const at = bucket * c.stride + c.pairs + slot * c.step;
      return c.meta[at] === this.#a && c.meta[at + 1] === this.#b;
    }
    const k = c.keys[bucket * SLOTS + slot] as NonNullable<Fields>;
    return k[this.#first] === this.#a && k[this.#second] === this.#b;
  }

  protected override putKey(c: Chunk, bucket: number, slot: number): void {
    const a = this.#a;
    const b = this.#b;
    if (isWord(a) && isWord(b)) c.setPair(bucket, slot, a, b);
    else c.setKey(bucket, slot, { [this.#first]: a, [this.#second]: b });
  }

  protected override rekey(c: Chunk, bucket: number, slot: number): void {
    const a = this.#a;
    const b = this.#b;
    // Two words that equal the fields are the fields, but for the sign of a zero.
    if (c.isPair(bucket, slot)) {
      if (isWord(a) && isWord(b)) return;
    } else {
      const k = c.keys[bucket * SLOTS + slot] as NonNullable<Fields>;
      if (Object.is(k[this.#first], a) && Object.is(k[this.#second], b)) return;
    }
    this.putKey(c, bucket, slot);
    this.version++;
  }

  override get keysStay(): boolean {
    return true;
  }

  protected override reflexive(key: K): boolean {
    const a = (key as Fields)?.[this.#first];
    const b = (key as Fields)?.[this.#second];
    return a === a && b === b;
  }
}
