/**
 * `makeMap`: chooses the storage. On JavaScript values by default; in a heap where one is given.
 *
 * Invariants
 *  1. Where a key type is given it is comparable; where a value type or a `zero` is given, `get` never makes up `undefined`.
 */
import {
  badArgument,
  badNumber,
  checkFunction,
  checkOptions,
  valueChecker,
  valueCopier,
  valueFitter,
} from "@gort/types";
import type {
  AnyMapOptions,
  GoMap,
  Hasher,
  MapOptions,
  Type,
  Heap,
  Ptr,
  TypedMapOptions,
  ValueMapOptions,
  ZeroMapOptions,
} from "./api.ts";
import { newHeapMap, openHeapMap } from "./heap-open.ts";
import { isDescriptor, pairOf, typeHasher } from "./keys.ts";
import { NilMap } from "./nil-map.ts";
import { randomSource } from "./random.ts";
import { PairMap } from "./pair-map.ts";
import { PlainMap } from "./plain-map.ts";
import type { ValueMapParts } from "./storage.ts";
import { ValueMap } from "./value-map.ts";

type AnyOptions = TypedMapOptions & Partial<ZeroMapOptions<any, any>>;

/**
 * A new, empty map. Go's `make(map[K]V, hint)`.
 *
 * With two type descriptors the map is typed: keys and values are checked, and copied where they can change, a missing key gives
 * Go's zero value, and with `heap` it lives in that heap. Without, keys and values are any JavaScript values: primitives by value, objects by
 * identity, or by value with a hasher such as `structKey`.
 *
 * O(1); with a hint O(hint / 1024).
 *
 * @throws TypeError if the key type has no `==` in Go: `invalid map key type []int`; for options that are unknown or cannot be
 * @throws RangeError if `random` gives no integer
 * @throws the heap's `out of memory` for a map in a heap
 *
 * @example
 * ```ts
 * import { makeMap } from "@gort/map";
 *
 * const age = makeMap<string, number>({ zero: () => 0 });
 * age.set("ann", 41);
 * age.get("ann"); // => 41
 * age.get("bob"); // => 0
 * const [, ok] = age.getOk("bob");
 * ok; // => false
 * age.update("bob", (n) => n + 1); // => 1
 * age.len; // => 2
 * ```
 *
 * @example
 * ```ts
 * import { makeMap } from "@gort/map";
 * import { int32, struct } from "@gort/types";
 *
 * const Cell = struct({ x: int32, y: int32 });
 * const visits = makeMap(Cell, int32);
 * visits.set({ x: 1, y: 2 }, 7);
 * visits.get({ x: 1, y: 2 }); // => 7
 * visits.get({ x: 2, y: 1 }); // => 0
 * ```
 */
export function makeMap<K, V>(hint?: number): GoMap<K, V, undefined>;
export function makeMap<K, V>(key: Type<K>, value: Type<V>, options?: TypedMapOptions): GoMap<K, V>;
export function makeMap<K, V>(
  options: ZeroMapOptions<K, V> & { readonly kind?: never }, // A descriptor has a `zero` too.
): GoMap<K, V>;
export function makeMap<K, V>(
  options: ValueMapOptions<K, V> & { readonly value: Type<V> },
): GoMap<K, V>;
export function makeMap<K, V>(
  options: AnyMapOptions<K, V> & { readonly kind?: never },
): GoMap<K, V, undefined>;
export function makeMap(
  first?: number | Type | ValueMapOptions<any, any>,
  value?: Type,
  typed?: TypedMapOptions,
): GoMap<any, any, any> {
  return build("makeMap", readOptions("makeMap", first, value, typed), false);
}

/**
 * A map that stays empty: reads are fine, writes throw. The same forms as {@link makeMap}. Go's nil map, `var m map[K]V`. O(1).
 *
 * @throws TypeError if the key type has no `==` in Go: `invalid map key type []int`; for options that are unknown or cannot be
 *
 * @example
 * ```ts
 * import { nilMap } from "@gort/map";
 *
 * const m = nilMap<string, number>({ zero: () => 0 });
 * m.get("a"); // => 0
 * m.len; // => 0
 * try {
 *   m.set("a", 1);
 * } catch (e) {
 *   (e as Error).message; // => "assignment to entry in nil map"
 * }
 * ```
 */
export function nilMap<K, V>(): GoMap<K, V, undefined>;
export function nilMap<K, V>(key: Type<K>, value: Type<V>): GoMap<K, V>;
export function nilMap<K, V>(
  options: ZeroMapOptions<K, V> & { readonly kind?: never }, // As in `makeMap`.
): GoMap<K, V>;
export function nilMap<K, V>(
  options: ValueMapOptions<K, V> & { readonly value: Type<V> },
): GoMap<K, V>;
export function nilMap<K, V>(
  options: AnyMapOptions<K, V> & { readonly kind?: never },
): GoMap<K, V, undefined>;
export function nilMap(
  first?: Type | ValueMapOptions<any, any>,
  value?: Type,
): GoMap<any, any, any> {
  return build("nilMap", readOptions("nilMap", first, value, undefined), true);
}

/**
 * Opens the map whose header lies at `ptr`, which is what {@link GoMap.ptr} gave and other heap objects may hold.
 * The map opened is the same map; 0 is the nil map. Whoever has the pointer sees to it that the map is still there: another `GoMap` of it
 * that JavaScript holds, or a heap object with the pointer in it that is reachable. O(1).
 *
 * @throws TypeError if there is no map of these types at `ptr`, or the key type has no `==`; for options that are unknown or cannot be
 * @throws RangeError if `random` gives no integer
 *
 * @example
 * ```ts
 * import { createHeap } from "@gort/gc";
 * import { makeMap, mapAt } from "@gort/map";
 * import { float64, int32 } from "@gort/types";
 *
 * const heap = createHeap({ reserve: 16 * 2 ** 20 });
 * const m = makeMap(int32, float64, { heap });
 * const same = mapAt(heap, m.ptr, int32, float64);
 * same.set(7, 0.5);
 * m.get(7); // => 0.5
 * ```
 */
export function mapAt<K, V>(
  heap: Heap,
  ptr: Ptr,
  key: Type<K>,
  value: Type<V>,
  options: MapOptions = {},
): GoMap<K, V> {
  checkHeap("mapAt", heap);
  checkOptions("mapAt", options, "hint random");
  if (!isDescriptor(key)) throw badArgument("mapAt", "key", key, "a type descriptor", "type");
  if (!isDescriptor(value)) throw badArgument("mapAt", "value", value, "a type descriptor", "type");
  checkHint("mapAt", options);
  if (ptr === 0) return nilMap(key, value);
  return openHeapMap(heap, ptr, key, value, sourceOf("mapAt", options));
}

/** The options of all forms as one. @internal */
export function readOptions(
  where: string,
  first: number | Type | ValueMapOptions<any, any> | undefined,
  value: Type | undefined,
  typed: TypedMapOptions | undefined,
): AnyOptions {
  if (first === undefined) return {};
  if (typeof first === "number") return { hint: first };
  if (typeof first !== "object" || first === null) {
    throw badArgument(where, "first argument", first, "a hint, options or a key type", "type");
  }
  if (!isDescriptor(first)) {
    checkOptions(where, first, "hint random key value zero heap");
    return first;
  }
  if (!isDescriptor(value)) throw badArgument(where, "value", value, "a type descriptor", "type");
  if (typed === undefined) return { key: first, value };
  checkOptions(where, typed, "heap hint random");
  return { ...typed, key: first, value };
}

/** Makes a map of what {@link readOptions} gave, or a nil one; `where` is the function to blame. @internal */
export function build(where: string, o: AnyOptions, nil: boolean): GoMap<any, any, any> {
  const refuse = (name: string, v: unknown, want: string): never => {
    throw badArgument(where, name, v, want, "type");
  };
  const keyType = isDescriptor(o.key) ? o.key : null;
  const valueType = o.value ?? null;
  const own = keyType === null ? (o.key as Hasher<any> | undefined) : undefined;
  if (own !== undefined && !isHasher(own))
    refuse("key", own, "a type descriptor or { hash, equal }");
  const hasher = keyType !== null ? typeHasher(keyType) : (own ?? null);
  if (o.value !== undefined && !isDescriptor(o.value))
    refuse("value", o.value, "a type descriptor");
  if (o.zero !== undefined && typeof o.zero !== "function")
    refuse("zero", o.zero, "a function that gives the zero value");
  checkHint(where, o);
  const zero = o.zero ?? (valueType !== null ? () => valueType.zero() : () => undefined);
  if (nil) return new NilMap({ hasher, zero, key: keyType, value: valueType });
  const random = sourceOf(where, o);
  if (o.heap !== undefined) {
    checkHeap(where, o.heap);
    if (keyType === null)
      return refuse("key", o.key, "a type descriptor, for the map is in a heap");
    if (valueType === null)
      return refuse("value", o.value, "a type descriptor, for the map is in a heap");
    if (o.zero !== undefined)
      refuse("zero", o.zero, "none, for the map is in a heap and its type has one");
    return newHeapMap(o.heap, keyType, valueType, o.hint, random);
  }
  const parts: ValueMapParts<any, any, any> = {
    hint: o.hint,
    random,
    hasher,
    zero,
    // Of somebody else's type there may be a copy only.
    fitKey: keyType && (valueFitter(keyType, "map key") ?? valueCopier(keyType)),
    fitValue: valueType && (valueFitter(valueType, "map value") ?? valueCopier(valueType)),
    checkKey: hasher && keyType && valueChecker(keyType, "map key"),
    giveKey: keyType && valueCopier(keyType),
    giveValue: valueType && valueCopier(valueType),
    key: keyType,
    value: valueType,
  };
  const pair = pairOf(o.key);
  if (pair !== null) return new PairMap(parts, pair);
  return hasher === null ? new PlainMap(parts) : new ValueMap(parts);
}

const isHasher = (v: Partial<Hasher<any>> | null): boolean =>
  typeof v?.hash === "function" && typeof v.equal === "function";

function checkHint(where: string, { hint }: MapOptions): void {
  if (hint !== undefined && typeof hint !== "number")
    throw badArgument(where, "hint", hint, "a number of entries", "type");
}

function checkHeap(where: string, heap: unknown): void {
  if (typeof (heap as Heap | null)?.addRoots !== "function")
    throw badArgument(where, "heap", heap, "a heap", "type");
}

function sourceOf(where: string, { random }: MapOptions): () => number {
  if (random === undefined) return randomSource();
  checkFunction(where, "random", random);
  // `Math.random` would give one seed and one order, without a word.
  const first: unknown = random();
  if (!Number.isInteger(first))
    throw badNumber(where, "random()", first, "an unsigned 32-bit integer, as of randomSource");
  return random;
}
