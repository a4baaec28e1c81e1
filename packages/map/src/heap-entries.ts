/**
 * Keys and values in the buckets of a heap: hashing, comparing, reading, writing, moving them.
 *
 * Invariants
 *  1. A key hashes alike from JavaScript and from memory; NaN differently each time.
 *  2. Pointers are written only through the heap, so that its collector sees them.
 *  3. A value is checked whole before the first byte is written.
 *
 * Why a `switch` on a small code and not a class per type: the views have one hidden class, so each case is one
 * typed-array access, and the branch is always the same one for a map. Calls of `Type.load`, a different
 * class for each type, would be megamorphic as soon as a program has five kinds of maps.
 */
import { hashBytes, hashString, utf8Read } from "@gort/types";
import type { Heap, Ptr, Type } from "./api.ts";
import { hashInt, hashNumber } from "./hash.ts";
import type { Layout } from "./heap-layout.ts";
import { FLOAT64, INT32, POINTER, SCALAR, STRING, UINT32, WORDS } from "./heap-words.ts";

/** Descriptors of `@gort/types` check values; others check when they store. */
interface Checked {
  check?(value: unknown, what: string): void;
}

/** The entries of maps of one layout in one heap. Addresses are in bytes, buckets given by theirs. */
export class Entries {
  readonly layout: Layout;
  readonly heap: Heap;
  readonly #u8: Uint8Array;
  readonly #i32: Int32Array;
  readonly #u32: Uint32Array;
  readonly #f64: Float64Array;
  readonly #keyCode: number;
  readonly #valueCode: number;
  readonly #keys: number;
  readonly #keySize: number;
  readonly #values: number;
  readonly #valueSize: number;
  /** The words of the {@link WORDS} key that {@link Entries.hashKey} saw last. */
  readonly #words: Int32Array;
  readonly #random: () => number;
  /** The names of the fields, of a struct of two `int32`. */
  readonly #pair: readonly [string, string] | null;

  constructor(layout: Layout, heap: Heap, random: () => number) {
    const { u8, i32, u32, f64 } = heap.memory;
    this.layout = layout;
    this.heap = heap;
    this.#u8 = u8;
    this.#i32 = i32;
    this.#u32 = u32;
    this.#f64 = f64;
    this.#keyCode = layout.keyCode;
    this.#valueCode = layout.valueCode;
    this.#keys = layout.keys;
    this.#keySize = layout.keySize;
    this.#values = layout.values;
    this.#valueSize = layout.valueSize;
    this.#words = new Int32Array(layout.words?.paths.length ?? 0);
    this.#random = random;
    const [a, b, c] = layout.words?.paths ?? [];
    const plain = c === undefined && a?.length === 1 && b?.length === 1;
    this.#pair = plain && layout.words!.signed.every(Boolean) ? [a[0]!, b[0]!] : null;
  }

  keyAt(bucket: Ptr, slot: number): Ptr {
    return bucket + this.#keys + slot * this.#keySize;
  }

  valueAt(bucket: Ptr, slot: number): Ptr {
    return bucket + this.#values + slot * this.#valueSize;
  }

  /** Hash of a key given in JavaScript. Throws for one that is no `K`. */
  hashKey(key: any, seed: number): number {
    switch (this.#keyCode) {
      case INT32:
        if (typeof key !== "number" || (key | 0) !== key)
          this.#check(this.layout.key, key, "map key");
        return hashInt(key, seed);
      case UINT32:
        if (typeof key !== "number" || key >>> 0 !== key)
          this.#check(this.layout.key, key, "map key");
        return hashInt(key | 0, seed);
      case FLOAT64:
        if (typeof key !== "number") this.#check(this.layout.key, key, "map key");
        return key !== key ? this.#random() | 0 : hashNumber(key, seed);
      case STRING:
        if (typeof key !== "string") this.#check(this.layout.key, key, "map key");
        return hashString(key, seed);
      case WORDS:
        return this.#hashFields(key, seed);
      default:
        this.#check(this.layout.key, key, "map key");
        return this.layout.key.hashValue(key, seed) | 0;
    }
  }

  #hashFields(key: any, seed: number): number {
    const { paths, signed } = this.layout.words!;
    const words = this.#words;
    if (this.#pair !== null && typeof key === "object" && key !== null) {
      // Two fields, the commonest struct key: each read is a place of its own, so V8 learns its name.
      const a = key[this.#pair[0]];
      const b = key[this.#pair[1]];
      if (typeof a === "number" && typeof b === "number" && (a | 0) === a && (b | 0) === b) {
        words[0] = a;
        words[1] = b;
        return hashInt(b, hashInt(a, seed));
      }
    }
    for (let i = 0; i < words.length; i++) {
      const path = paths[i]!;
      let v: any = key;
      for (let j = 0; j < path.length; j++) v = v?.[path[j]!];
      if (typeof v !== "number" || (signed[i]! ? v | 0 : v >>> 0) !== v)
        this.#check(this.layout.key, key, "map key");
      words[i] = v;
      seed = hashInt(v | 0, seed);
    }
    return seed;
  }

  /** Hash of the key in a slot. */
  hashAt(bucket: Ptr, slot: number, seed: number): number {
    const p = bucket + this.#keys + slot * this.#keySize;
    switch (this.#keyCode) {
      case INT32:
      case UINT32:
        return hashInt(this.#i32[p >>> 2]!, seed);
      case FLOAT64: {
        const v = this.#f64[p >>> 3]!;
        return v !== v ? this.#random() | 0 : hashNumber(v, seed);
      }
      case STRING:
        return hashBytes(this.#u8, this.#u32[p >>> 2]!, this.#u32[(p >>> 2) + 1]!, seed);
      case WORDS:
        for (let i = 0; i < this.#words.length; i++)
          seed = hashInt(this.#i32[(p >>> 2) + i]!, seed);
        return seed;
      default:
        return this.layout.key.hash(this.heap, this.keyPtr(bucket, slot), seed) | 0;
    }
  }

  /** Whether the key in a slot is `key`, which {@link Entries.hashKey} has seen just before. */
  matches(bucket: Ptr, slot: number, key: any): boolean {
    const p = bucket + this.#keys + slot * this.#keySize;
    switch (this.#keyCode) {
      case INT32:
        return this.#i32[p >>> 2]! === key;
      case UINT32:
        return this.#u32[p >>> 2]! === key;
      case FLOAT64:
        return this.#f64[p >>> 3]! === key;
      case STRING:
        return this.#sameString(this.#u32[p >>> 2]!, this.#u32[(p >>> 2) + 1]!, key);
      case WORDS: {
        const words = this.#words;
        for (let i = 0; i < words.length; i++) {
          if (this.#i32[(p >>> 2) + i]! !== words[i]!) return false;
        }
        return true;
      }
      case SCALAR:
        return this.layout.key.load(this.heap, p) === this.#rounded(key);
      default: {
        const type = this.layout.key;
        return type.equalValues(type.load(this.heap, this.keyPtr(bucket, slot)), key);
      }
    }
  }

  #rounded(key: any): any {
    return this.layout.key.kind === "float32" ? Math.fround(key) : key;
  }

  #sameString(p: Ptr, n: number, key: string): boolean {
    const u8 = this.#u8;
    if (key.length > n) return false;
    for (let i = 0; i < key.length; i++) {
      const c = key.charCodeAt(i);
      if (c > 0x7f) return utf8Read(u8, p, n) === key.replace(/\p{Surrogate}/gu, "\ufffd");
      if (u8[p + i] !== c) return false;
    }
    return n === key.length;
  }

  /** Whether the key in a slot equals itself: it does not if it is or holds a NaN. */
  reflexiveAt(bucket: Ptr, slot: number): boolean {
    if (this.layout.reflexive) return true;
    const p = this.keyPtr(bucket, slot);
    if (this.#keyCode === FLOAT64) {
      const v = this.#f64[p >>> 3]!;
      return v === v;
    }
    return this.layout.key.equal(this.heap, p, p);
  }

  /** Address of the key itself, which may lie outside of the bucket. */
  keyPtr(bucket: Ptr, slot: number): Ptr {
    const p = this.keyAt(bucket, slot);
    return this.layout.indirectKey ? this.#u32[p >>> 2]! : p;
  }

  loadKey(bucket: Ptr, slot: number): any {
    const p = this.keyPtr(bucket, slot);
    switch (this.#keyCode) {
      case INT32:
        return this.#i32[p >>> 2]!;
      case UINT32:
        return this.#u32[p >>> 2]!;
      case FLOAT64:
        return this.#f64[p >>> 3]!;
      default:
        return this.layout.key.load(this.heap, p);
    }
  }

  /** Writes the key of a new entry, or the same key anew: the sign of a zero follows the latest write. */
  storeKey(bucket: Ptr, slot: number, key: any): void {
    const p = this.keyAt(bucket, slot);
    switch (this.#keyCode) {
      case INT32:
      case UINT32:
        this.#i32[p >>> 2] = key;
        return;
      case FLOAT64:
        this.#f64[p >>> 3] = key;
        return;
      case WORDS: {
        const words = this.#words;
        for (let i = 0; i < words.length; i++) this.#i32[(p >>> 2) + i] = words[i]!;
        return;
      }
      default:
        this.#storeAt(this.layout.key, this.layout.indirectKey, p, key);
    }
  }

  /** Reads the value at the address {@link Entries.valueAt} gives. */
  loadValue(at: Ptr): any {
    switch (this.#valueCode) {
      case FLOAT64:
        return this.#f64[at >>> 3]!;
      case INT32:
        return this.#i32[at >>> 2]!;
      case UINT32:
      case POINTER:
        return this.#u32[at >>> 2]!;
      default:
        return this.layout.value.load(
          this.heap,
          this.layout.indirectValue ? this.#u32[at >>> 2]! : at,
        );
    }
  }

  /** Throws unless `value` is a `V`. */
  checkValue(value: any): void {
    switch (this.#valueCode) {
      case FLOAT64:
        if (typeof value === "number") return;
        break;
      case INT32:
        if (typeof value === "number" && (value | 0) === value) return;
        break;
      case UINT32:
        if (typeof value === "number" && value >>> 0 === value) return;
        break;
      default:
        break;
    }
    this.#check(this.layout.value, value, "map value");
  }

  storeValue(at: Ptr, value: any): void {
    switch (this.#valueCode) {
      case FLOAT64:
        this.#f64[at >>> 3] = value;
        return;
      case INT32:
      case UINT32:
        this.#i32[at >>> 2] = value;
        return;
      case POINTER:
        this.heap.writePtr(at, value);
        return;
      default:
        this.#storeAt(this.layout.value, this.layout.indirectValue, at, value);
    }
  }

  /** Zeroes a slot's key and value. */
  clear(bucket: Ptr, slot: number): void {
    const { key, value, keyPointers, valuePointers, indirectKey, indirectValue } = this.layout;
    const k = this.keyAt(bucket, slot);
    const v = this.valueAt(bucket, slot);
    if (indirectKey) this.heap.writePtr(k, 0);
    else if (keyPointers) this.heap.typedMove(key, k, 0, 1);
    else this.#zero(k, this.#keySize);
    if (indirectValue) this.heap.writePtr(v, 0);
    else if (valuePointers) this.heap.typedMove(value, v, 0, 1);
    else this.#zero(v, this.#valueSize);
  }

  /** Whether a slot's key and value are all zero bytes. */
  isClear(bucket: Ptr, slot: number): boolean {
    const k = this.keyAt(bucket, slot);
    const v = this.valueAt(bucket, slot);
    return (
      this.#u8.subarray(k, k + this.#keySize).every((b) => b === 0) &&
      this.#u8.subarray(v, v + this.#valueSize).every((b) => b === 0)
    );
  }

  /** Copies an entry to an empty slot of another bucket. */
  move(to: Ptr, toSlot: number, from: Ptr, fromSlot: number): void {
    const { key, value, keyPointers, valuePointers, indirectKey, indirectValue } = this.layout;
    const kd = this.keyAt(to, toSlot);
    const ks = this.keyAt(from, fromSlot);
    const vd = this.valueAt(to, toSlot);
    const vs = this.valueAt(from, fromSlot);
    if (indirectKey) this.heap.writePtr(kd, this.#u32[ks >>> 2]!);
    else if (keyPointers) this.heap.typedMove(key, kd, ks, 1);
    else this.#copy(kd, ks, this.#keySize);
    if (indirectValue) this.heap.writePtr(vd, this.#u32[vs >>> 2]!);
    else if (valuePointers) this.heap.typedMove(value, vd, vs, 1);
    else this.#copy(vd, vs, this.#valueSize);
  }

  #copy(d: Ptr, s: Ptr, n: number): void {
    if ((n & 3) === 0) {
      for (let i = 0; i < n >>> 2; i++) this.#i32[(d >>> 2) + i] = this.#i32[(s >>> 2) + i]!;
    } else {
      for (let i = 0; i < n; i++) this.#u8[d + i] = this.#u8[s + i]!;
    }
  }

  #zero(p: Ptr, n: number): void {
    for (let i = 0; i < n; i++) this.#u8[p + i] = 0;
  }

  #storeAt(type: Type, indirect: boolean, at: Ptr, v: any): void {
    if (!indirect) {
      type.store(this.heap, at, v);
      return;
    }
    const w = at >>> 2;
    if (this.#u32[w] !== 0) {
      type.store(this.heap, this.#u32[w]!, v);
      return;
    }
    const p = this.heap.alloc(type);
    type.store(this.heap, p, v);
    this.heap.writePtr(at, p);
  }

  #check(type: Type, v: unknown, what: string): void {
    (type as Checked).check?.(v, what);
    if (type.kind !== "interface" && (type as Checked).check === undefined && v === undefined) {
      throw new TypeError(`${what} is undefined, want a ${type.name}`);
    }
  }
}
