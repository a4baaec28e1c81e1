/**
 * Go's `maps` functions that compare two maps.
 *
 * Invariants
 *  1. Keys are compared by the second map's own rule: a key that does not equal itself (NaN) is found in no map.
 *  2. Where maps have a type for their values, `==` of that type compares these.
 */
import { checkFunction } from "@gort/types";
import type { GoMap } from "../api.ts";
import { madeOf, mustBeMap } from "./args.ts";

/**
 * Go's `maps.Equal`: as many entries, and each key of one has an equal value in the other; nil equals empty. Values are compared as Go's `==`
 * does for their type, and by `===` without one: NaN equals nothing, objects only themselves. O(len).
 *
 * @throws RuntimeError if the values' type has no `==` in Go: `comparing uncomparable type []int`
 * @throws TypeError for what is no map, or a key of `a` that the type of `b` cannot hold
 *
 * @example
 * ```ts
 * import { makeMap, maps } from "@gort/map";
 * import { int32, string, struct } from "@gort/types";
 *
 * const P = struct({ x: int32, y: int32 });
 * const a = makeMap(string, P).set("a", { x: 1, y: 2 });
 * const b = makeMap(string, P).set("a", { x: 1, y: 2 });
 * maps.equal(a, b); // => true
 * maps.equal(a, b.set("b", { x: 0, y: 0 })); // => false
 * ```
 */
export function equal<K, V>(a: GoMap<K, V, any>, b: GoMap<K, V, any>): boolean {
  mustBeMap("equal", a, "a");
  mustBeMap("equal", b, "b");
  const type = madeOf(a)?.value ?? madeOf(b)?.value;
  return sameEntries(a, b, (x, y) => (type === undefined ? x === y : type.equalValues(x, y)));
}

/**
 * Go's `maps.EqualFunc`: values may be of two types. O(len).
 *
 * @throws TypeError if `eq` is no function, `a` or `b` no map, or a key of `a` one that the type of `b` cannot hold
 *
 * @example
 * ```ts
 * import { maps } from "@gort/map";
 *
 * const a = maps.collect([["a", 1]]);
 * const b = maps.collect([["a", "1"]]);
 * maps.equalFunc(a, b, (n, s) => String(n) === s); // => true
 * ```
 */
export function equalFunc<K, A, B>(
  a: GoMap<K, A, any>,
  b: GoMap<K, B, any>,
  eq: (x: A, y: B) => boolean,
): boolean {
  mustBeMap("equalFunc", a, "a");
  mustBeMap("equalFunc", b, "b");
  checkFunction("equalFunc", "eq", eq);
  return sameEntries(a, b, eq);
}

function sameEntries<K, A, B>(
  a: GoMap<K, A, any>,
  b: GoMap<K, B, any>,
  eq: (x: A, y: B) => boolean,
): boolean {
  if (a.len !== b.len) return false;
  for (const r = a.range(); r.next();) {
    const { value } = r;
    const [other, ok] = b.getOk(r.key);
    if (!ok || !eq(value, other)) return false;
  }
  return true;
}
