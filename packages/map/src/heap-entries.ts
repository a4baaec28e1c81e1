/**
 * Keys and values in the buckets of a heap: hashing, comparing, reading, writing, moving them.
 *
 * Invariants
 *  1. A key hashes alike from JavaScript and from memory; NaN differently each time.
 *  2. Pointers are written only through the heap, so that its collector sees them.
 *  3. A value is checked whole before the first byte is written.
 *  4. A getter of a key or value runs in {@link Entries.hashKey} and {@link Entries.takeValue} only, before the seed is read there
 *     and before anything in the table is: it can do as it pleases. What is compared and stored afterwards is what was read.
 *
 * Why a `switch` on a small code and not a class per type: the views have one hidden class, so each case is one
 * typed-array access, and the branch is always the same one for a map. Calls of `Type.load`, a different
 * class for each type, would be megamorphic as soon as a program has five kinds of maps.
 */
import { hashBytes, hashString, utf8Read, type Fit, type TypeExtras } from "@gort/types";
import type { Heap, Ptr, Type } from "./api.ts";
import { concurrentReadWrite, refuse } from "./errors.ts";
import { hashInt, hashNumber } from "./hash.ts";
import { WordFields } from "./heap-fields.ts";
import type { Layout } from "./heap-layout.ts";
import { sameParts } from "./same.ts";
import {
  FLOAT64,
  H_CHANGES,
  H_COUNT,
  H_HASH0,
  INT32,
  POINTER,
  SCALAR,
  STRING,
  UINT32,
  WORDS,
} from "./heap-words.ts";

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
  /** Word index of the map's header. */
  readonly #h: number;
  /** Of maps with {@link WORDS} keys, and the words of the key that {@link Entries.hashKey} saw last. */
  readonly #fields: WordFields | null;
  readonly #words: Int32Array;
  /** The {@link SCALAR} or general key that {@link Entries.hashKey} saw last. */
  #key: any = null;
  readonly #random: () => number;
  /** The names of the fields, of a struct of two `int32`. */
  readonly #pair: readonly [string, string] | null;

  constructor(layout: Layout, heap: Heap, ptr: Ptr, random: () => number) {
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
    this.#h = ptr >>> 2;
    this.#fields =
      layout.words && new WordFields(layout.words, i32, this.#h, (key) => this.#refuseKey(key));
    this.#words = this.#fields?.words ?? i32;
    const { paths: [a, b, c] = [], flat, signed } = layout.words ?? {};
    this.#pair = flat && b && !c && signed!.every(Boolean) ? [a![0]!, b[0]!] : null;
    this.#random = random;
  }

  keyAt(bucket: Ptr, slot: number): Ptr {
    return bucket + this.#keys + slot * this.#keySize;
  }

  valueAt(bucket: Ptr, slot: number): Ptr {
    return bucket + this.#values + slot * this.#valueSize;
  }

  /** Hash of a key given in JavaScript, under the seed that the map has once the key is read. Throws for one that is no `K`. */
  hashKey(key: any): number {
    const seed = this.#h + H_HASH0;
    switch (this.#keyCode) {
      case INT32:
        if (typeof key !== "number" || (key | 0) !== key) this.#refuseKey(key);
        return hashInt(key, this.#i32[seed]!);
      case UINT32:
        if (typeof key !== "number" || key >>> 0 !== key) this.#refuseKey(key);
        return hashInt(key | 0, this.#i32[seed]!);
      case FLOAT64:
        if (typeof key !== "number") this.#refuseKey(key);
        return key !== key ? this.#random() | 0 : hashNumber(key, this.#i32[seed]!);
      case STRING:
        if (typeof key !== "string") this.#refuseKey(key);
        return hashString(key, this.#i32[seed]!);
      case WORDS:
        return this.#hashFields(key);
      default: {
        const whole = this.takeKey(key);
        const s = this.#i32[seed]!;
        const { key: type, reflexive } = this.layout;
        let hash = type.hashValue(whole, s) | 0;
        if (!reflexive && !type.equalValues(whole, whole)) hash = this.#random() | 0;
        // A descriptor, or a source, that somebody else made may have emptied the map.
        if (this.#i32[seed] !== s) throw concurrentReadWrite();
        this.#key = whole;
        return hash;
      }
    }
  }

  #hashFields(key: any): number {
    if (this.#pair !== null && typeof key === "object" && key !== null) {
      // Two fields, the commonest struct key: each read is a place of its own, so V8 learns its name.
      const a = key[this.#pair[0]];
      const b = key[this.#pair[1]];
      if (typeof a !== "number" || typeof b !== "number" || (a | 0) !== a || (b | 0) !== b) {
        this.#refuseKey(key);
      }
      this.#words[0] = a;
      this.#words[1] = b;
      return hashInt(b, hashInt(a, this.#i32[this.#h + H_HASH0]!));
    }
    return this.#fields!.hash(key);
  }

  /** A key that stays what it is, whatever is done to the object that was given. */
  takeKey(key: any): any {
    const { key: type, words, fitKey } = this.layout;
    // It has nothing in it but words, so it can be copied before it is checked.
    if (words?.flat && key !== null) return (type as TypeExtras).copy?.(key) ?? key;
    return this.#keyCode < WORDS ? key : this.#take(fitKey, key, "map key", type);
  }

  #take(fit: Fit<any> | null, v: any, what: string, type: Type): any {
    return fit !== null ? fit(v, this.heap) : v === undefined ? refuse(null, what, v, type) : v;
  }

  #refuseKey(key: any): never {
    return refuse(this.layout.fitKey, "map key", key, this.layout.key);
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
        if (!this.reflexiveAt(bucket, slot)) return this.#random() | 0;
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
      default: {
        const { key: type } = this.layout;
        const k = this.#key;
        const changes = this.#changes();
        const stored = type.load(this.heap, this.keyPtr(bucket, slot));
        const same = this.#keyCode === SCALAR ? stored === k : type.equalValues(stored, k);
        // A descriptor that somebody else made may have looked up another key, or changed the map.
        this.#key = k;
        if (this.#changes() !== changes) throw concurrentReadWrite();
        return same;
      }
    }
  }

  #changes(): number {
    return this.#i32[this.#h + H_CHANGES]! + this.#i32[this.#h + H_COUNT]!;
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

  /** Whether the key in a slot is `key` to the bit, which equals it: the zeros of two signs are equal. */
  sameKey(bucket: Ptr, slot: number, key: any): boolean {
    const given: unknown = this.#keyCode === FLOAT64 ? key : this.#key;
    // What a descriptor of somebody else's has loaded is not looked into.
    return !this.layout.opaqueKey && sameParts(this.loadKey(bucket, slot), given);
  }

  /** Writes a key over one that equals it, of which ranges have to know. */
  rekey(bucket: Ptr, slot: number, key: any): void {
    this.storeKey(bucket, slot, key);
    this.#i32[this.#h + H_CHANGES]!++;
  }

  /** Writes the key of a new entry. */
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
        if (this.#keyCode !== STRING) key = this.#key;
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

  /** A value to be stored: it is a `V`, and no getter runs when it is read. Throws for what is none. */
  takeValue(value: any): any {
    switch (this.#valueCode) {
      case FLOAT64:
        if (typeof value === "number") return value;
        break;
      case INT32:
        if (typeof value === "number" && (value | 0) === value) return value;
        break;
      case UINT32:
      case POINTER:
        if (typeof value === "number" && value >>> 0 === value) return value;
        break;
      default:
        return this.#take(this.layout.fitValue, value, "map value", this.layout.value);
    }
    return refuse(this.layout.fitValue, "map value", value, this.layout.value);
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

  /** Stores what {@link Entries.hashKey} or {@link Entries.takeValue} has seen to. */
  #storeAt(type: Type, indirect: boolean, at: Ptr, v: any): void {
    if (!indirect) return this.#put(type, at, v);
    const w = at >>> 2;
    if (this.#u32[w] !== 0) return this.#put(type, this.#u32[w]!, v);
    const p = this.heap.alloc(type);
    // Now, for a descriptor that somebody else made may collect.
    this.heap.writePtr(at, p);
    this.#put(type, p, v);
  }

  #put(type: Type, at: Ptr, v: any): void {
    if ((type as TypeExtras).put !== undefined) (type as TypeExtras).put!(this.heap, at, v);
    else type.store(this.heap, at, v);
  }
}
