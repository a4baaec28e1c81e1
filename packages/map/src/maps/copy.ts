/**
 * Go's `maps` functions that make a map like another, and that change one by another or by a function.
 *
 * Invariants
 *  1. A clone that cannot be made whole is not there at all; what `copy` and `deleteFunc` have done stays done when they throw, as in Go.
 */
import { badArgument, checkFunction } from "@gort/types";
import type { GoMap } from "../api.ts";
import { build } from "../preset.ts";
import { randomSource } from "../random.ts";
import type { Storage } from "../storage.ts";
import { filled, madeOf, mustBeMap } from "./args.ts";

/**
 * Go's `maps.Clone`: another map of the same kind and in the same place, with the same keys and values; of a nil map a nil one.
 * It has a source of random numbers of its own, seeded by that of `m`. O(len).
 *
 * @throws TypeError for what is no map, or one that is another implementation of `GoMap`; the heap's `out of memory`
 *
 * @example
 * ```ts
 * import { makeMap, maps, structKey } from "@gort/map";
 *
 * const m = makeMap<{ x: number; y: number }, string>({ key: structKey("x", "y") });
 * m.set({ x: 1, y: 2 }, "gold");
 * const other = maps.clone(m);
 * m.clear();
 * other.get({ x: 1, y: 2 }); // => "gold"
 * ```
 */
export function clone<M extends GoMap<any, any, any>>(m: M): M {
  mustBeMap("clone", m);
  if (m.isNil) return m;
  const made = madeOf(m);
  if (made === undefined) throw badArgument("clone", "m", m, "a map made by this package", "type");
  const { random } = m as unknown as Storage<unknown, unknown>;
  const options = { ...made, hint: m.len, random: randomSource(random() || 1) };
  return filled(build("clone", options, false) as M, (to) => setFrom(to, m));
}

/**
 * Go's `maps.Copy`: sets all entries of `src` in `dst`; keys that are there take the values of `src`. O(len of `src`).
 *
 * @throws RuntimeError `assignment to entry in nil map`, of a nil `dst` if `src` has entries
 * @throws TypeError for what is no map; what `set` of `dst` throws
 *
 * @example
 * ```ts
 * import { maps } from "@gort/map";
 *
 * const m = maps.collect([["a", 1], ["b", 2]]);
 * maps.copy(m, maps.collect([["b", 20], ["c", 30]]));
 * [m.len, m.get("a"), m.get("b"), m.get("c")]; // => [3, 1, 20, 30]
 * ```
 */
export function copy<K, V>(dst: GoMap<K, V, any>, src: GoMap<K, V, any>): void {
  mustBeMap("copy", dst, "dst");
  mustBeMap("copy", src, "src");
  setFrom(dst, src);
}

function setFrom(to: GoMap<any, any, any>, from: GoMap<any, any, any>): void {
  for (const r = from.range(); r.next();) to.set(r.key, r.value);
}

/**
 * Go's `maps.DeleteFunc`: deletes the entries for which `del` gives true; a key that does not equal itself (NaN) stays, as no key deletes it.
 * O(len).
 *
 * @throws TypeError if `del` is no function, or `m` no map
 *
 * @example
 * ```ts
 * import { maps } from "@gort/map";
 *
 * const m = maps.collect([["a", 1], ["b", 2]]);
 * maps.deleteFunc(m, (_, v) => v > 1);
 * [...m.keys()]; // => ["a"]
 * ```
 */
export function deleteFunc<K, V>(m: GoMap<K, V, any>, del: (key: K, value: V) => boolean): void {
  mustBeMap("deleteFunc", m);
  checkFunction("deleteFunc", "del", del);
  for (const r = m.range(); r.next();) {
    const { key } = r;
    if (del(key, r.value)) m.delete(key);
  }
}
