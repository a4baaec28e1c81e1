/**
 * Maps on JavaScript values whose keys are kept as they are: primitives by value, objects by identity.
 *
 * Invariants
 *  1. No foreign code runs between hashing a key and the end of an operation, so `flags` need not be asked.
 *  2. No key is kept as two words: a record has its numbers from {@link REST} on, two words for each slot.
 *  3. What is not everyday (growth, overflow buckets, a first reference of a chunk, the sign of a zero) is left to {@link ValueMap}.
 *
 * Why: `get` and `set` of the everyday case are short enough to be inlined, and call nothing but the hash of a string.
 */
import { hashString, mix } from "./hash.ts";
import {
  EMPTY_REST,
  firstEmpty,
  matching,
  MIN_TOP_HASH,
  READING,
  slotOf,
  topHash,
} from "./rules.ts";
import { CHUNK_BITS, CHUNK_MASK, FORMS, LINK, REST } from "./value-words.ts";
import { ValueMap } from "./value-map.ts";

/** A map whose keys are compared by `===`. */
export class PlainMap<K, V, Z> extends ValueMap<K, V, Z> {
  override get(key: K): V | Z {
    let h: number;
    if (typeof key === "string") h = hashString(key, this.hash0);
    else if (typeof key === "number" && (key | 0) === key) h = mix(key ^ this.hash0);
    else return this.#getAny(key);
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
    if (found !== 0) {
      const bit = 31 - Math.clz32(found);
      const s = (bit >>> 3) + (bit & 4);
      const at = ((i & CHUNK_MASK) << 3) + s;
      if (c.keys[at] === key) {
        if (((m[(o + FORMS) | 0]! >>> s) & 1) === 0) return c.values[at] as V;
        return c.f64[((o + REST) >>> 1) + s] as V;
      }
    }
    return this.#getHashed(key, h);
  }

  #getAny(key: K): V | Z {
    return this.#getHashed(key, this.hashOf(key, READING));
  }

  #getHashed(key: K, h: number): V | Z {
    return this.valueAtSlot(this.find(key, h, READING));
  }

  override set(key: K, value: V): this {
    if (!this.plain) return this.setAny(key, value);
    let h: number;
    if (typeof key === "string") h = hashString(key, this.hash0);
    else if (typeof key === "number" && (key | 0) === key && key !== 0) h = mix(key ^ this.hash0);
    else return this.setAny(key, value);
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
      if (kept !== number || keys[at] !== key) return this.setHashed(key, h, value);
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

  override delete(key: K): boolean {
    let h: number;
    if (typeof key === "string") h = hashString(key, this.hash0);
    else if (typeof key === "number" && (key | 0) === key) h = mix(key ^ this.hash0);
    else return super.delete(key);
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
    const bit = 31 - Math.clz32(found);
    const s = (bit >>> 3) + (bit & 4);
    const at = ((i & CHUNK_MASK) << 3) + s;
    if (found === 0 || c.keys[at] !== key || m[(o + LINK) | 0] !== 0 || this.len === 1) {
      return this.deleteHashed(key, h);
    }
    c.eraseLast(i & CHUNK_MASK, s);
    this.len--;
    this.version++;
    return true;
  }
}
