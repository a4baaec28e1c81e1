/**
 * Go's `maps` functions over iterators; any JavaScript iterable is one.
 *
 * Invariants
 *  1. Iterators over a map are ranges: in random order, under the promises of Go's `range`, each to be gone through once.
 */
import type {
  AnyMapOptions,
  GoMap,
  Type,
  TypedMapOptions,
  ValueMapOptions,
  ZeroMapOptions,
} from "../api.ts";
import { isDescriptor } from "../keys.ts";
import { build, readOptions } from "../preset.ts";
import { filled, mustBeMap, setAll } from "./args.ts";

/**
 * Go's `maps.Keys`: the keys, in random order. O(1), and O(buckets) to its end.
 *
 * @throws TypeError for what is no map; as a range does, on the way
 *
 * @example
 * ```ts
 * import { maps } from "@gort/map";
 *
 * const m = maps.collect(Object.entries({ a: 1, b: 2 }));
 * [...maps.keys(m)].sort(); // => ["a", "b"]
 * ```
 */
export function keys<K>(m: GoMap<K, any, any>): IterableIterator<K> {
  mustBeMap("keys", m);
  return m.keys();
}

/**
 * Go's `maps.Values`: the values, in random order. O(1), and O(buckets) to its end.
 *
 * @throws TypeError for what is no map; as a range does, on the way
 *
 * @example
 * ```ts
 * import { maps } from "@gort/map";
 *
 * const m = maps.collect(Object.entries({ a: 1, b: 2 }));
 * [...maps.values(m)].sort(); // => [1, 2]
 * ```
 */
export function values<V>(m: GoMap<any, V, any>): IterableIterator<V> {
  mustBeMap("values", m);
  return m.values();
}

/**
 * Go's `maps.All`: `[key, value]` pairs in random order, as `for…of` over the map itself. O(1), and O(buckets) to its end.
 *
 * @throws TypeError for what is no map; as a range does, on the way
 *
 * @example
 * ```ts
 * import { maps } from "@gort/map";
 *
 * [...maps.all(maps.collect([["a", 1]]))]; // => [["a", 1]]
 * ```
 */
export function all<K, V>(m: GoMap<K, V, any>): IterableIterator<[K, V]> {
  mustBeMap("all", m);
  return m.entries();
}

/**
 * Go's `maps.Insert`: sets what the iterable gives; a key that is there takes the new value. O(its pairs). If the iterable throws, or gives
 * what the map cannot hold, what it gave before has been set, as in Go.
 *
 * @throws RuntimeError `assignment to entry in nil map`, of a nil map if there is a pair
 * @throws TypeError for what is no map, no iterable or no pair; what `set` throws
 *
 * @example
 * ```ts
 * import { makeMap, maps } from "@gort/map";
 *
 * const m = makeMap<string, number>();
 * maps.insert(m, new Map([["a", 1]]));
 * maps.insert(m, Object.entries({ a: 2, b: 3 }));
 * [m.len, m.get("a")]; // => [2, 2]
 * ```
 */
export function insert<K, V>(m: GoMap<K, V, any>, seq: Iterable<readonly [K, V]>): void {
  mustBeMap("insert", m);
  setAll("insert", m, seq);
}

/**
 * Go's `maps.Collect`: a new map of what the iterable gives, and what a literal with entries is in Go. With types or options as
 * `makeMap` takes them. O(its pairs).
 *
 * @throws TypeError for what is no iterable or no pair; what `makeMap` and `set` throw
 *
 * @example
 * ```ts
 * import { maps } from "@gort/map";
 * import { int32, string } from "@gort/types";
 *
 * const age = maps.collect(string, int32, Object.entries({ ann: 41, bob: 7 }));
 * age.get("ann"); // => 41
 * age.get("eve"); // => 0
 * maps.collect([["a", 1], ["a", 2]]).get("a"); // => 2
 * ```
 */
export function collect<K, V>(
  key: Type<K>,
  value: Type<V>,
  seq: Iterable<readonly [K, V]>,
  options?: TypedMapOptions,
): GoMap<K, V>;
export function collect<K, V>(seq: Iterable<readonly [K, V]>): GoMap<K, V, undefined>;
export function collect<K, V>(
  seq: Iterable<readonly [K, V]>,
  options: ZeroMapOptions<K, V>,
): GoMap<K, V>;
export function collect<K, V>(
  seq: Iterable<readonly [K, V]>,
  options: ValueMapOptions<K, V> & { readonly value: Type<V> },
): GoMap<K, V>;
export function collect<K, V>(
  seq: Iterable<readonly [K, V]>,
  options: AnyMapOptions<K, V>,
): GoMap<K, V, undefined>;
export function collect(
  first: Type | Iterable<readonly [any, any]>,
  second?: Type | ValueMapOptions<any, any>,
  third?: Iterable<readonly [any, any]>,
  typed?: TypedMapOptions,
): GoMap<any, any, any> {
  const where = "collect";
  const [options, seq] = isDescriptor(first)
    ? [readOptions(where, first, second as Type, typed), third!]
    : [readOptions(where, second, undefined, undefined), first];
  return filled(build(where, options, false), (m) => setAll(where, m, seq));
}
