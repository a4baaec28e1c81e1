/**
 * What maps of every storage have in common: ranging, the habits of native `Map`, statistics and dumps.
 * See `rules.ts` for the numbers, `range.ts` for iteration, `value-map.ts` and `heap-map.ts` for the tables.
 *
 * Invariants
 *  1. Nothing here touches a bucket; all goes through {@link Storage} and the few abstract methods.
 */
import { checkFunction } from "@gort/types";
import type { BucketDump, GoMap, MapDump, MapRange, MapStats, Ptr, Type } from "./api.ts";
import { type Inspect, showMap } from "./inspect.ts";
import { mapToJSON } from "./json.ts";
import { ENTRIES, Hiter, KEYS, RangeIterator, VALUES } from "./range.ts";
import { MIN_TOP_HASH, SAME_SIZE_GROW, SLOTS } from "./rules.ts";
import type { Snapshot, Storage } from "./storage.ts";

// Not touched as a global at load: the symbol may not exist, and must not be made up.
const dispose: typeof Symbol.dispose =
  Symbol.dispose ?? (Symbol.for("Symbol.dispose") as typeof Symbol.dispose);

/** A map over some storage. */
export abstract class BaseMap<K, V, Z> implements GoMap<K, V, Z>, Storage<K, V> {
  abstract readonly len: number;
  abstract readonly ptr: Ptr;
  abstract get(key: K): V | Z;
  abstract has(key: K): boolean;
  abstract set(key: K, value: V): this;
  abstract delete(key: K): boolean;
  abstract clear(): void;
  abstract compact(): void;
  abstract release(): void;

  abstract readonly B: number;
  abstract readonly oldB: number;
  abstract readonly flags: number;
  abstract readonly version: number;
  abstract readonly moves: number;
  abstract readonly epoch: number;
  abstract readonly shape: number;
  abstract readonly random: () => number;
  abstract evacuated(index: number): boolean;
  abstract gather(
    old: boolean,
    index: number,
    offset: number,
    want: number,
    out: Snapshot<K, V>,
  ): void;
  abstract valueAt(from: Snapshot<K, V>, i: number): V;

  get keysStay(): boolean {
    return true;
  }

  keyAt(from: Snapshot<K, V>, i: number): K {
    return from.keys[i]!;
  }

  abstract lookup(key: K): boolean;
  abstract foundKey: K;
  abstract foundValue: V;
  abstract equalKeys(a: K, b: K): boolean;

  abstract getOk(key: K): [value: V, ok: true] | [value: Z, ok: false];
  /** The seed. */
  abstract readonly hash0: number;
  abstract readonly noverflow: number;
  abstract readonly nevacuate: number;
  /** Bytes of all buckets, of which `overflow` are chained behind current ones. */
  protected abstract bytes(overflow: number): number;
  protected abstract readonly storage: MapStats["storage"];
  /** A chain as plain data. */
  protected abstract dumpChain(old: boolean, index: number): BucketDump<K, V>[];
  /** Buckets chained behind a current bucket. */
  protected abstract chainLength(index: number): number;

  get isNil(): boolean {
    return false;
  }

  update(key: K, change: (value: V | Z) => V): V {
    checkFunction("update", "change", change);
    const k = typeof key === "object" && key !== null ? this.takeKey(key) : key;
    const value = change(this.get(k));
    this.set(k, value);
    return value;
  }

  /** What a key that is an object is now, whatever is done to it later. */
  protected takeKey(key: K): K {
    return key;
  }

  range(): MapRange<K, V> {
    return new Hiter<K, V>(this);
  }

  keys(): IterableIterator<K> {
    return new RangeIterator<K, V, K>(this.range(), KEYS);
  }

  values(): IterableIterator<V> {
    return new RangeIterator<K, V, V>(this.range(), VALUES);
  }

  entries(): IterableIterator<[K, V]> {
    return new RangeIterator<K, V, [K, V]>(this.range(), ENTRIES);
  }

  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.entries();
  }

  forEach(visit: (value: V, key: K) => void): void {
    checkFunction("forEach", "visit", visit);
    for (const r = this.range(); r.next();) visit(r.value, r.key);
  }

  toJSON(): { [key: string]: V } | [key: K, value: V][] | null {
    return mapToJSON(this);
  }

  /**
   * Go's name of the type, `map[string]int32`, or `GoMap` where it is not known: what a context prints of a map that it carries. The
   * entries are what `console.log` and `toJSON` show; a text that is taken in passing must be short, and draw no number for a range. O(1).
   */
  toString(): string {
    return this.typeName;
  }

  get [Symbol.toStringTag](): string {
    return "GoMap";
  }

  /** What `console.log` shows on Node: `GoMap(1) { 'a' => 1 }`, or `map[string]int32(1) { … }` of a map with types. */
  [Symbol.for("nodejs.util.inspect.custom")](
    depth: number | null,
    options: object,
    inspect: Inspect = String,
  ): string {
    if (this.isNil) return `${this.typeName}(nil)`;
    return showMap(this, this.typeName, depth, options, inspect);
  }

  /** Go's name of the type, where it is known. */
  protected abstract readonly typeName: string;

  [dispose](): void {
    this.release();
  }

  stats(): MapStats {
    const buckets = 2 ** this.B;
    let overflow = 0;
    for (let i = 0; i < buckets; i++) overflow += this.chainLength(i);
    return {
      len: this.len,
      B: this.B,
      buckets,
      load: this.len / buckets,
      overflow,
      noverflow: this.noverflow,
      growing: this.oldB >= 0,
      sameSizeGrow: (this.flags & SAME_SIZE_GROW) !== 0,
      oldBuckets: this.oldB < 0 ? 0 : 2 ** this.oldB,
      nevacuate: this.oldB < 0 ? 0 : this.nevacuate,
      bytes: this.bytes(overflow),
      storage: this.storage,
    };
  }

  dump(): MapDump<K, V> {
    const stats = this.stats();
    const chains = (old: boolean, n: number): BucketDump<K, V>[][] =>
      Array.from({ length: n }, (_, i) => this.dumpChain(old, i));
    return {
      stats,
      seed: this.hash0 >>> 0,
      buckets: chains(false, stats.buckets),
      oldBuckets: chains(true, stats.oldBuckets),
    };
  }
}

/** Go's name of the type of a map from `key` to `value`, if both have one. */
export function nameOf(key: Type | null, value: Type | null): string {
  return key === null || value === null ? "GoMap" : `map[${key.name}]${value.name}`;
}

/** Tophash bytes `0…7` of two words. */
export function topsOf(w0: number, w1: number): number[] {
  return Array.from({ length: SLOTS }, (_, i) => ((i < 4 ? w0 : w1) >>> ((i & 3) << 3)) & 0xff);
}

/** What is shown of a chain without a bucket, whose tophash bytes would all be `top`. */
export function absentChain<K, V>(top: number): BucketDump<K, V>[] {
  const none = new Array<undefined>(SLOTS).fill(undefined);
  return [
    {
      tops: none.map(() => top),
      keys: none,
      values: none,
      hashes: none.map(() => -1),
      clean: none.map(() => true),
    },
  ];
}

/** Whether a tophash byte says that an entry lives there. */
export function isLive(top: number): boolean {
  return top >= MIN_TOP_HASH;
}
