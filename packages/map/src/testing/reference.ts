/**
 * The reference map: a list of pairs, searched from the front. It is what the fast maps are compared with.
 *
 * Invariants
 *  1. Keys are compared with the `equal` given, `===` by default: NaN is never found, -0 is 0.
 *  2. The pair of a key that is written again keeps its place and takes the new key.
 *
 * Why a list: it has no hash, no buckets and no growth, so it can share no mistake with the others.
 */

/** The few operations that programs of random operations need; every `GoMap` has them too. */
export interface SimpleMap<K, V> {
  /** Number of entries. */
  readonly len: number;
  /** The value and true, or the zero value and false. */
  getOk(key: K): readonly [value: V, ok: boolean];
  /** Stores a value. */
  set(key: K, value: V): unknown;
  /** Removes a key; tells whether it was there. */
  delete(key: K): boolean;
  /** Removes everything. */
  clear(): void;
  /** All pairs, in any order. */
  entries(): Iterable<readonly [K, V]>;
}

/**
 * A map that is too simple to be wrong, O(n) in every operation.
 * @param zero what a missing key gives
 * @param equal when two keys are the same
 *
 * @example
 * ```ts
 * import { createReferenceMap } from "@gort/map/testing";
 *
 * const m = createReferenceMap<number, string>("");
 * m.set(NaN, "a");
 * m.set(NaN, "b");
 * m.len; // => 2
 * m.getOk(NaN); // => ["", false]
 * ```
 */
export function createReferenceMap<K, V>(
  zero: V,
  equal: (a: K, b: K) => boolean = (a, b) => a === b,
): SimpleMap<K, V> {
  let pairs: [K, V][] = [];
  const find = (key: K): [K, V] | undefined => pairs.find(([k]) => equal(k, key));
  return {
    get len() {
      return pairs.length;
    },
    getOk(key) {
      const pair = find(key);
      return pair === undefined ? [zero, false] : [pair[1], true];
    },
    set(key, value) {
      const pair = find(key);
      if (pair === undefined) pairs.push([key, value]);
      else pair.splice(0, 2, key, value);
    },
    delete(key) {
      const before = pairs.length;
      pairs = pairs.filter(([k]) => !equal(k, key));
      return pairs.length < before;
    },
    clear() {
      pairs = [];
    },
    entries: () => pairs.map(([k, v]) => [k, v] as const),
  };
}
