/**
 * Looking into maps whose implementation this package does not know: `@gort/map`'s, a native `Map`, anything alike.
 *
 * Invariants
 *  1. A map is an object that iterates over `[key, value]` pairs; `len` or `size` counts them; nil is empty.
 *  2. A lookup uses `getOk(key)` if there is one, else `has` and `get`.
 */
import type { Type } from "./api.ts";
import { RuntimeError, badArgument } from "./errors.ts";
import type { MapType } from "./kinds.ts";
import { assignTo, checkValue, mustBeExported } from "./reflect-call.ts";
import { unexported } from "./reflect-errors.ts";
import type { Value } from "./reflect.ts";

interface MapLike {
  readonly len?: number;
  readonly size?: number;
  getOk?(key: unknown): readonly [unknown, boolean];
  get?(key: unknown): unknown;
  has?(key: unknown): boolean;
  set?(key: unknown, value: unknown): unknown;
  delete?(key: unknown): unknown;
  [Symbol.iterator]?(): Iterator<readonly [unknown, unknown]>;
}

function asMap(m: unknown): MapLike {
  const like = m as MapLike;
  if (typeof like?.[Symbol.iterator] !== "function") {
    throw badArgument("reflect", "map", m, "an object that iterates over [key, value]", "type");
  }
  return like;
}

/** Number of entries. */
export function mapLen(m: unknown): number {
  if (m === null) return 0;
  const like = asMap(m);
  return like.len ?? like.size ?? mapKeys(m).length;
}

/** The keys in the map's own order. */
export function mapKeys(m: unknown): unknown[] {
  if (m === null) return [];
  const out: unknown[] = [];
  for (const [k] of asMap(m) as Iterable<readonly [unknown, unknown]>) out.push(k);
  return out;
}

/** The value of a key, and whether there is one. */
export function mapEntry(m: unknown, key: unknown): readonly [value: unknown, ok: boolean] {
  if (m === null) return [undefined, false];
  const like = asMap(m);
  if (typeof like.getOk === "function") return like.getOk(key);
  if (typeof like.has === "function" && typeof like.get === "function") {
    return like.has(key) ? [like.get(key), true] : [undefined, false];
  }
  throw badArgument("reflect", "map", m, "an object with getOk, or with has and get", "type");
}

/** Go's `Value.SetMapIndex` of `m`, which is a map: sets the element of a key, or deletes it if `elem` is the zero `Value`. */
export function setMapEntry(m: Value, key: Value, elem: Value): void {
  const method = "SetMapIndex";
  if (!m.canInterface()) throw unexported(method);
  const t = m.type as MapType;
  const as = (v: Value, to: Type): unknown =>
    assignTo(mustBeExported(method, v), to, `reflect.Value.${method}`, m.space);
  const k = as(key, t.key);
  if (checkValue(method, elem).isValid()) mapSet(m.get(), k, as(elem, t.elem));
  else mapSet(m.get(), k);
}

/** Sets the value of a key, or deletes the key if no value is given. */
function mapSet(m: unknown, key: unknown, ...value: [value?: unknown]): void {
  if (m === null) {
    if (value.length === 0) return;
    throw new RuntimeError("assignment to entry in nil map");
  }
  const like = asMap(m);
  if (typeof like.set !== "function" || typeof like.delete !== "function")
    throw badArgument("reflect", "map", m, "an object with set and delete", "type");
  if (value.length === 0) like.delete(key);
  else like.set(key, value[0]);
}
