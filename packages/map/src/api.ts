/**
 * Contracts of `@gort/map`: Go's map as JavaScript sees it, how keys are hashed, and what can be looked at.
 *
 * Invariants
 *  1. An operation either happens whole or throws and changes nothing.
 *  2. `len` counts the entries; each key is stored once, except keys that do not equal themselves (NaN).
 *  3. A range produces each entry that is there throughout exactly once, a deleted one never after its
 *     deletion, one added meanwhile at most once; across any number of growths.
 *  4. No call does work in proportion to `len`, but for `clear`, `compact`, `stats`, `dump`, `toJSON` and a whole range.
 *
 * Why one interface for maps on JavaScript values and maps in a heap: code that uses a map does not care where
 * it lives. Why not the whole of native `Map`: insertion order is what Go's map does not promise.
 */
import type { Heap, Ptr } from "@gort/gc";
import type { Type } from "@gort/types";

export type { Heap, Ptr } from "@gort/gc";
export type { Type } from "@gort/types";

/**
 * A hash table from keys to values, in no particular order, that compares keys by value where it has a type or hasher for them. Go's
 * `map[K]V`, and a reference as there: two variables can name the same map.
 * `Z` is the type of the zero value, what `get` gives for a missing key: `undefined` for a map without one.
 *
 * Beside what each of them throws: members of a map that was released throw `map: used after release`; from inside a hasher that runs
 * for a write, a write is a FatalError `concurrent map writes` and a read one `concurrent map read and map write`, as is a write from
 * inside one that runs for a read; in a heap, whatever makes entries, growth or roots may throw the heap's `out of memory`.
 */
export interface GoMap<K, V, Z = V> {
  /** Number of entries. Go's `len(m)`. */
  readonly len: number;
  /** Whether the map is one that stays empty: writing to it throws. Go's nil map. */
  readonly isNil: boolean;
  /**
   * The map's header in the heap, to be stored in other heap objects; 0 for nil maps and for maps on JavaScript values. The number keeps
   * nothing alive: the map is a root as long as JavaScript holds this object and it is not released.
   */
  readonly ptr: Ptr;
  /**
   * The value of the key; the zero value (`undefined` in a map without one) if the key is missing. Go's `m[key]`. O(1).
   * @throws RuntimeError `hash of unhashable type …` for such a key in an interface
   * @throws RangeError or TypeError for a key that the map's type cannot hold
   */
  get(key: K): V | Z;
  /**
   * The value of the key, and whether the key is there. The pair is a discriminated union: where `ok` is true, `value` is a `V`. Go's
   * `value, ok := m[key]`. O(1).
   * @throws as {@link GoMap.get} does
   */
  getOk(key: K): [value: V, ok: true] | [value: Z, ok: false];
  /**
   * Whether the key is there. O(1).
   * @throws as {@link GoMap.get} does
   */
  has(key: K): boolean;
  /**
   * Stores the value under the key, in place of one that is there. Go's `m[key] = value`. O(1), growth included: at most two old buckets
   * are moved.
   * @throws RuntimeError `assignment to entry in nil map`; `hash of unhashable type …` for such a key in an interface
   * @throws RangeError or TypeError for a key or value that the map's types cannot hold
   */
  set(key: K, value: V): this;
  /**
   * Stores what `change` makes of the key's value, or of the zero value, as Go's `m[key] op= …`. Returns what `change` gave, which a map
   * with types may store in another form: a `float32` rounded. If `change` throws, nothing is stored. `change` may use
   * the map. The key is what it was when `update` was called. O(1).
   * @throws as {@link GoMap.set} does; TypeError if `change` is no function
   */
  update(key: K, change: (value: V | Z) => V): V;
  /**
   * Removes the key and its value; tells whether they were there. Fine on a nil map. Go's `delete(m, key)`. O(1).
   * @throws as {@link GoMap.get} does
   */
  delete(key: K): boolean;
  /**
   * Removes all entries, those no key finds (NaN) included. Keeps the number of buckets; in a heap it allocates nothing. Fine on a nil
   * map. Go's `clear(m)`. O(buckets / 1024).
   */
  clear(): void;
  /**
   * A walk over the entries in random order, without an object per entry:
   * `for (const r = m.range(); r.next(); ) use(r.key, r.value)`. The map may be changed on the way. Go's `range m`. O(1), and O(buckets) to
   * the end.
   */
  range(): MapRange<K, V>;
  /** Keys, in Go's random order, under the promises of a range. O(1), and O(buckets) to the end. */
  keys(): IterableIterator<K>;
  /** Values, in Go's random order. O(1), and O(buckets) to the end. */
  values(): IterableIterator<V>;
  /** `[key, value]` pairs, in Go's random order. O(1), and O(buckets) to the end. */
  entries(): IterableIterator<[K, V]>;
  /** `for (const [key, value] of m)`: {@link GoMap.entries}. */
  [Symbol.iterator](): IterableIterator<[K, V]>;
  /**
   * As native `Map`'s `forEach`, in Go's random order. O(buckets).
   * @throws TypeError if `visit` is no function
   */
  forEach(visit: (value: V, key: K) => void): void;
  /**
   * What `JSON.stringify` shows, as Go's `encoding/json`: an object by keys sorted as bytes if these are strings or whole numbers, null for a
   * nil map. Pairs for other keys, where Go gives an error. As in every object of JavaScript, keys that are whole numbers from 0 come
   * first, by value; and `JSON.stringify` itself refuses values that are bigints. O(len log len).
   */
  toJSON(): { [key: string]: V } | [key: K, value: V][] | null;
  /** Go's name of its type, such as `map[string]int32`, or `GoMap` where that is not known. O(1). */
  toString(): string;
  /**
   * Rebuilds the map with the fewest buckets that hold its entries; Go's maps never shrink by themselves.
   * O(len). Where that makes fewer buckets, ranges under way end with `concurrent map iteration and map write`.
   */
  compact(): void;
  /** Buckets, load, overflow, growth progress and memory; a snapshot. O(buckets). */
  stats(): MapStats;
  /** All buckets as plain data, for tools and for the checker. O(buckets). */
  dump(): MapDump<K, V>;
  /** Lets go of the heap: the map's root is removed. Later use throws. Nothing happens for other maps, nor the second time. O(1). */
  release(): void;
  /** The same as {@link GoMap.release}, for `using`. */
  [Symbol.dispose](): void;
}

/** A range over a map under way. It needs no closing. */
export interface MapRange<K, V> {
  /** The key of the current entry; of the last one after the end. */
  readonly key: K;
  /** The value of the current entry, read when the entry was reached. */
  readonly value: V;
  /**
   * Goes to the next entry; false at the end, and from then on. O(1) of a map that is as full as growth makes it; empty buckets on the
   * way are passed over.
   * @throws FatalError `concurrent map iteration and map write` from inside a write, or after a `compact` that made fewer buckets
   */
  next(): boolean;
}

/** How keys of a type of your own are hashed and compared by value. Its functions must not write to the map. */
export interface Hasher<K> {
  /**
   * A 32-bit hash, as any number (its low 32 bits count); equal keys hash alike for the same seed. Keys that do not equal themselves
   * had better differ each time: `random` is the map's own source, of unsigned 32-bit integers. Parts that are objects, compared by
   * identity, are hashed by `hashIdentity` of `@gort/types`.
   */
  hash(key: K, seed: number, random?: () => number): number;
  /** Whether two keys are the same. May be false for a key and itself: such a key is never found. */
  equal(a: K, b: K): boolean;
  /** A copy that later changes to `key` do not reach; default: the key itself. */
  copy?(key: K): K;
}

/** A {@link Hasher} of arrays, whatever their elements. */
export interface TupleHasher {
  /** As {@link Hasher.hash}. */
  hash(key: readonly unknown[], seed: number, random?: () => number): number;
  /** As {@link Hasher.equal}. */
  equal(a: readonly unknown[], b: readonly unknown[]): boolean;
  /** As {@link Hasher.copy}. */
  copy<K extends readonly unknown[]>(key: K): K;
}

/** What every map can be given. */
export interface MapOptions {
  /** Number of entries to make room for; negative or absurd hints count as none, as in Go. @defaultValue 0 */
  readonly hint?: number | undefined;
  /**
   * Where randomness comes from: unsigned 32-bit integers, for the hash seed and the order of ranges, as {@link randomSource} makes them;
   * `Math.random` gives others and is refused. @defaultValue a generator seeded by `Math.random`
   */
  readonly random?: (() => number) | undefined;
}

/** Options of a map on JavaScript values. */
export interface ValueMapOptions<K, V> extends MapOptions {
  /** How keys are compared; a type checks them too, on lookups as well. @defaultValue primitives by value, objects and functions by identity */
  readonly key?: Type<K> | Hasher<K> | undefined;
  /** The type of the values: checks them, copies those that can change in and out, and gives the zero value. */
  readonly value?: Type<V> | undefined;
}

/** Options of a map on JavaScript values that has a zero value. */
export interface ZeroMapOptions<K, V> extends ValueMapOptions<K, V> {
  /** Makes the zero value. */
  readonly zero: () => V;
}
/** Options of a map on JavaScript values that may name a zero value or not. */
export interface AnyMapOptions<K, V> extends ValueMapOptions<K, V> {
  /** Makes the zero value; without it a miss gives undefined. */
  readonly zero?: (() => V) | undefined;
}

/** Options of a map with typed keys and values. */
export interface TypedMapOptions extends MapOptions {
  /** The heap that the map lives in. @defaultValue none: the map lives on JavaScript values */
  readonly heap?: Heap | undefined;
}

/** What a map looks like from outside; numbers of buckets, bytes. */
export interface MapStats {
  /** Number of entries. */
  readonly len: number;
  /** Go's `B`: there are `2^B` buckets of eight. */
  readonly B: number;
  /** `2^B`. */
  readonly buckets: number;
  /** Entries per bucket; growth starts above 6.5. */
  readonly load: number;
  /** Overflow buckets chained to current buckets, exact. */
  readonly overflow: number;
  /** Go's `noverflow`: exact up to B = 15, an estimate above. */
  readonly noverflow: number;
  /** Whether old buckets are being moved. */
  readonly growing: boolean;
  /** Whether the growth is to the same number of buckets (too many overflow buckets). */
  readonly sameSizeGrow: boolean;
  /** Old buckets there are; 0 when not growing. */
  readonly oldBuckets: number;
  /** Go's `nevacuate`: old buckets below this one have been moved. */
  readonly nevacuate: number;
  /** Bytes of buckets, old ones included; estimated from 8-byte references for maps on JavaScript values. */
  readonly bytes: number;
  /** Where keys and values are. */
  readonly storage: "values" | "heap" | "nil";
}

/** One bucket of eight slots. */
export interface BucketDump<K, V> {
  /** The eight tophash bytes: 0 empty and so is all that follows, 1 empty, 2 and 3 moved, 4 moved and empty, from 5 an entry. */
  readonly tops: readonly number[];
  /** The key of each slot that holds an entry, `undefined` elsewhere. */
  readonly keys: readonly (K | undefined)[];
  /** The value of each slot that holds an entry, `undefined` elsewhere. */
  readonly values: readonly (V | undefined)[];
  /** The hash of each entry's key under the current seed, unsigned; -1 where there is none or it is not kept (NaN in a heap). */
  readonly hashes: readonly number[];
  /** For each slot whether it is empty of key and value: nothing stale left behind. */
  readonly clean: readonly boolean[];
}

/** All buckets of a map: each is a chain, the bucket itself first, then its overflow buckets. */
export interface MapDump<K, V> {
  /** What {@link GoMap.stats} says. */
  readonly stats: MapStats;
  /** Go's `hash0`, the seed. */
  readonly seed: number;
  /** The `2^B` current buckets. */
  readonly buckets: readonly (readonly BucketDump<K, V>[])[];
  /** The old buckets while growing, else empty. */
  readonly oldBuckets: readonly (readonly BucketDump<K, V>[])[];
}
