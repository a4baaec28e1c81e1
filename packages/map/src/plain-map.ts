/**
 * Maps on JavaScript values whose keys are kept as they are: primitives by value, objects by identity.
 *
 * Invariants
 *  1. No foreign code runs between hashing a key and the end of an operation, so `flags` need not be asked.
 *  2. No key is kept as two words: a record has its numbers from {@link REST} on, two words for each slot.
 *  3. What is not everyday (growth, overflow buckets, a first reference of a chunk, the sign of a zero) is left to {@link ValueMap}.
 *
 * Why: the everyday case is short enough to be inlined, and calls nothing but the hash of a string. That hash is most of
 * what a lookup takes, so `update` makes it once.
 */
import { checkFunction } from "@gort/types";
import { hashString, mix } from "./hash.ts";
import {
  EMPTY_REST,
  firstEmpty,
  matching,
  MIN_TOP_HASH,
  READING,
  slotOf,
  topHash,
  WRITING,
} from "./rules.ts";
import { CHUNK_BITS, CHUNK_MASK, FORMS, LINK, REST } from "./value-words.ts";
import { ValueMap } from "./value-map.ts";

/** A map whose keys are compared by `===`. */
export class PlainMap<K, V, Z> extends ValueMap<K, V, Z> {
  override get(key: K): V | Z {
    let h: number;
    if (typeof key === "string") h = hashString(key, this.hash0);
    else if (typeof key === "number" && (key | 0) === key) h = mix(key ^ this.hash0);
    else h = this.hashOf(key, READING);
    return this.#read(key, h);
  }

  override has(key: K): boolean {
    let h: number;
    if (typeof key === "string") h = hashString(key, this.hash0);
    else if (typeof key === "number" && (key | 0) === key) h = mix(key ^ this.hash0);
    else h = this.hashOf(key, READING);
    return this.#seek(key, h) >= 0 || this.find(key, h, READING) >= 0 || this.refit(key) >= 0;
  }

  override set(key: K, value: V): this {
    if (!this.plain) {
      if (this.fitKey !== null) key = this.fitKey(key);
      if (this.fitValue !== null) value = this.fitValue(value);
    }
    let h: number;
    if (typeof key === "string") h = hashString(key, this.hash0);
    else if (typeof key === "number" && (key | 0) === key) h = mix(key ^ this.hash0);
    else h = this.hashOf(key, WRITING);
    return this.#write(key, h, value);
  }

  override delete(key: K): boolean {
    let h: number;
    if (typeof key === "string") h = hashString(key, this.hash0);
    else if (typeof key === "number" && (key | 0) === key) h = mix(key ^ this.hash0);
    else h = this.hashOf(key, WRITING);
    const s = this.#seek(key, h);
    const i = h & this.mask;
    const c = this.chunks[i >>> CHUNK_BITS]!;
    const o = Math.imul(i & CHUNK_MASK, c.stride);
    if (s < 0 || c.meta[(o + LINK) | 0] !== 0 || this.len === 1) return this.deleteHashed(key, h);
    c.eraseLast(i & CHUNK_MASK, s);
    this.len--;
    this.version++;
    return true;
  }

  override update(key: K, change: (value: V | Z) => V): V {
    checkFunction("update", "change", change);
    const seed = this.hash0;
    let h: number;
    if (typeof key === "string") h = hashString(key, seed);
    else if (typeof key === "number" && (key | 0) === key) h = mix(key ^ seed);
    else return super.update(key, change);
    const value = change(this.#read(key, h));
    // `change` may have emptied the map, which brings a new seed.
    if (seed === this.hash0 && this.plain) this.#write(key, h, value);
    else this.set(key, value);
    return value;
  }

  /** The slot of a key in the first bucket of its chain; -1 if it is not there, or must be looked for by {@link ValueMap.find}. */
  #seek(key: K, h: number): number {
    // See `word-map.ts` for what is gained by a few instructions.
    const { imul } = Math;
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
    if (found === 0) return -1;
    const bit = 31 - Math.clz32(found);
    const s = (bit >>> 3) + (bit & 4);
    return c.keys[((i & CHUNK_MASK) << 3) + s] === key ? s : -1;
  }

  #read(key: K, h: number): V | Z {
    const s = this.#seek(key, h);
    if (s < 0) return this.valueAtSlot(this.find(key, h, READING), key);
    const i = h & this.mask;
    const c = this.chunks[i >>> CHUNK_BITS]!;
    const o = Math.imul(i & CHUNK_MASK, c.stride);
    if (((c.meta[(o + FORMS) | 0]! >>> s) & 1) === 0) {
      const value = c.values[((i & CHUNK_MASK) << 3) + s] as V;
      return this.giveValue === null ? value : this.giveValue(value);
    }
    return c.f64[((o + REST) >>> 1) + s] as V;
  }

  #write(key: K, h: number, value: V): this {
    const { imul } = Math;
    const i = h & this.mask;
    const c = this.chunks[i >>> CHUNK_BITS]!;
    const m = c.meta;
    const o = imul(i & CHUNK_MASK, c.stride);
    const w0 = m[o]!;
    const w1 = m[(o + 1) | 0]!;
    const top = topHash(h);
    const found = matching(w0, w1, imul(top, 0x01010101));
    const { keys } = c;
    const number = typeof value === "number";
    if (found !== 0) {
      const s = slotOf(found);
      const at = ((i & CHUNK_MASK) << 3) + s;
      const kept = ((m[(o + FORMS) | 0]! >>> s) & 1) !== 0;
      if (kept !== number || keys[at] !== key || key === 0) return this.setHashed(key, h, value);
      if (number) c.f64[((o + REST) >>> 1) + s] = value;
      else c.values[at] = value;
      return this;
    }
    if (
      w1 >>> 24 !== EMPTY_REST ||
      keys.length === 0 ||
      (number ? c.numbers : c.values.length) === 0 ||
      this.len >= this.table!.limit
    ) {
      return this.setHashed(key, h, value);
    }
    const s = firstEmpty(w0, w1);
    const at = ((i & CHUNK_MASK) << 3) + s;
    keys[at] = key;
    if (number) {
      c.f64[((o + REST) >>> 1) + s] = value;
      m[(o + FORMS) | 0]! |= 1 << s;
    } else {
      c.values[at] = value;
    }
    m[(o + c.hashes + s) | 0] = h;
    const w = (o + (s >>> 2)) | 0;
    m[w] = (m[w]! & ~(0xff << (s << 3))) | (top << (s << 3));
    this.len++;
    this.version++;
    return this;
  }
}
