/**
 * What ranges, dumps and the checker need of a storage: `ValueMap` and `HeapMap` both are one. And the parts that one on
 * JavaScript values is made of.
 *
 * Invariants
 *  1. `version` changes with every change of where entries lie or which there are; overwriting a value keeps it. Where
 *     `keysStay`, it changes too when a key becomes one that equals it and is not the same: a zero of another sign.
 *  2. `moves` changes when entries may have got other slots: with each bucket that growth moves, and with new buckets.
 *  3. `epoch` changes when the hash of every key changes: at a new seed (clear, the last deletion).
 *  4. `shape` changes when a rebuild may lower `B`, after which a range cannot be continued.
 *  5. An entry's index in a table of `2^b` buckets is the low `b` bits of its index in any larger one, NaN's too.
 */

import type { Fit } from "@gort/types";
import type { Hasher, Heap, Type } from "./api.ts";

/** What a map on JavaScript values is made of. */
export interface ValueMapParts<K, V, Z> {
  readonly hint: number | undefined;
  readonly random: () => number;
  /** Null: primitives by value, objects by identity. */
  readonly hasher: Hasher<K> | null;
  readonly zero: () => Z;
  /** Makes a key or a value one of its type, see `valueFitter`; null where anything goes. */
  readonly fitKey: Fit<K> | null;
  readonly fitValue: Fit<V> | null;
  /** Throws for a key, to be looked up with the hasher, that is none of the type; null where anything goes. */
  readonly checkKey: ((key: K) => void) | null;
  /** Copies what is given away; null for what cannot change, and without a type. */
  readonly giveKey: Fit<K> | null;
  readonly giveValue: Fit<V> | null;
  /** The types, where there are any, for the map's name. */
  readonly key: Type | null;
  readonly value: Type | null;
}

/** The options, types among them, that make another map like one. */
export interface Made<K = any, V = any> {
  readonly key?: Type<K> | Hasher<K> | undefined;
  readonly value?: Type<V> | undefined;
  readonly zero?: () => any;
  readonly heap?: Heap;
}

/** The entries of one bucket chain, as a range found them. Reused from bucket to bucket. */
export interface Snapshot<K, V> {
  /** Number of entries. */
  n: number;
  /** Their keys. */
  readonly keys: K[];
  /** Where each lies, in terms of the storage. */
  readonly slots: number[];
  /** The how-manieth slot of its chain each is, counted in the order of the range. */
  readonly orders: number[];
  /** Values of keys that do not equal themselves, which cannot be looked up again. */
  readonly values: V[];
  /** Whether the key equals itself. */
  readonly reflexive: boolean[];
  /** The storage's own note of where the slots are. */
  place: unknown;
  version: number;
  moves: number;
  epoch: number;
}

/** A snapshot of nothing yet. */
export const emptySnapshot = <K, V>(): Snapshot<K, V> => ({
  n: 0,
  keys: [],
  slots: [],
  orders: [],
  values: [],
  reflexive: [],
  place: null,
  version: -1,
  moves: -1,
  epoch: -1,
});

/** A hash table seen as buckets. */
export interface Storage<K, V> {
  readonly len: number;
  readonly B: number;
  /** `B` of the old table; -1 when not growing. */
  readonly oldB: number;
  readonly flags: number;
  readonly version: number;
  readonly moves: number;
  readonly epoch: number;
  readonly shape: number;
  /** Whether keys of a snapshot that is up to date are what they were; else {@link Storage.keyAt} tells. */
  readonly keysStay: boolean;
  readonly random: () => number;
  /** Whether old bucket `index` has been moved. */
  evacuated(index: number): boolean;
  /**
   * Appends the live entries of a chain to `out`, each bucket from slot `offset` on and round. With `want` from 0,
   * only those whose place in the current table is bucket `want`.
   */
  gather(old: boolean, index: number, offset: number, want: number, out: Snapshot<K, V>): void;
  /** The key at slot `i` of a snapshot that is up to date. */
  keyAt(from: Snapshot<K, V>, i: number): K;
  /** The value at slot `i` of a snapshot that is up to date. */
  valueAt(from: Snapshot<K, V>, i: number): V;
  /** Finds an entry by key; then `foundKey` and `foundValue` are its own. */
  lookup(key: K): boolean;
  readonly foundKey: K;
  readonly foundValue: V;
  /** Whether two keys that are stored are one key to the map; false for a NaN and itself. */
  equalKeys(a: K, b: K): boolean;
}
