/**
 * Go's `reflect.DeepEqual`.
 *
 * Invariants
 *  1. Types must be identical; then arrays, structs, slices, maps, pointers and interfaces are compared by what they
 *     hold, functions are equal only if both are nil, everything else as `==` compares it (so a NaN is not equal to itself).
 *  2. One pointer, one backing array or one map is equal to itself, even with a NaN inside (Go's rule).
 *  3. A nil slice or map is not equal to an empty one.
 *  4. A pair of references that is being compared already counts as equal, so cycles end.
 */
import type { Type } from "./api.ts";
import { identical } from "./identical.ts";
import type { Value } from "./reflect.ts";
import { valueOf } from "./reflect-of.ts";

/** The pairs of references seen: numbers for spaces and objects, so that a pair is one string. */
class Visited {
  private readonly pairs = new Set<string>();
  private readonly numbers = new Map<unknown, number>();

  /** True the second time for the same pair. */
  again(a: unknown, b: unknown, spaces: readonly unknown[], type: Type): boolean {
    const key = [a, b, ...spaces, type].map((x) => this.numberOf(x)).join(" ");
    if (this.pairs.has(key)) return true;
    this.pairs.add(key);
    return false;
  }
  private numberOf(x: unknown): string {
    if (typeof x === "number") return `${x}`;
    let n = this.numbers.get(x);
    if (n === undefined) this.numbers.set(x, (n = this.numbers.size));
    return `#${n}`;
  }
}

/**
 * Whether two interface values are deeply equal, in Go's sense. O(size of both).
 *
 * @example
 * ```ts
 * import { any, array, deepEqual, toInterface } from "@gort/types";
 *
 * const t = array(any, 2);
 * deepEqual(toInterface(t, [1, "a"]), toInterface(t, [1, "a"])); // => true
 * deepEqual(NaN, NaN); // => false
 * ```
 */
export function deepEqual(x: unknown, y: unknown): boolean {
  return deep(valueOf(x), valueOf(y), new Visited());
}

/**
 * The same for two reflection values, which may lie in memory.
 *
 * @example
 * ```ts
 * import { deepEqualValues, valueOf } from "@gort/types";
 *
 * deepEqualValues(valueOf("a"), valueOf("a")); // => true
 * ```
 */
export function deepEqualValues(x: Value, y: Value): boolean {
  return deep(x, y, new Visited());
}

function deep(a: Value, b: Value, seen: Visited): boolean {
  if (!a.isValid() || !b.isValid()) return a.isValid() === b.isValid();
  if (!identical(a.type, b.type)) return false;
  switch (a.kind as string) {
    case "array":
      return each(a.len(), (i) => deep(a.index(i), b.index(i), seen));
    case "struct":
      return each(a.numField(), (i) => deep(a.field(i), b.field(i), seen));
    case "slice":
      return slices(a, b, seen);
    case "map":
      return maps(a, b, seen);
    case "interface":
      return deep(a.elem(), b.elem(), seen);
    case "ptr":
      return pointers(a, b, seen);
    case "func":
      return a.isNil() && b.isNil();
    default:
      return a.type.equalValues(a.get(), b.get());
  }
}

function each(n: number, equal: (i: number) => boolean): boolean {
  for (let i = 0; i < n; i++) if (!equal(i)) return false;
  return true;
}

function pointers(a: Value, b: Value, seen: Visited): boolean {
  const [p, q] = [a.get() as unknown, b.get() as unknown];
  // A JavaScript object stands for itself; a pointer for an address in its space.
  if (typeof p !== "number" || typeof q !== "number") return a.type.equalValues(p, q);
  if (p === q && (p === 0 || a.space === b.space)) return true;
  if (p === 0 || q === 0) return false;
  return seen.again(p, q, [a.space, b.space], a.type) || deep(a.elem(), b.elem(), seen);
}

function slices(a: Value, b: Value, seen: Visited): boolean {
  if (a.isNil() !== b.isNil() || a.len() !== b.len()) return false;
  const [p, q] = [a.pointer(), b.pointer()];
  if (p === q && a.space === b.space) return true;
  if (seen.again(p, q, [a.space, b.space, a.len()], a.type)) return true;
  return each(a.len(), (i) => deep(a.index(i), b.index(i), seen));
}

function maps(a: Value, b: Value, seen: Visited): boolean {
  if (a.isNil() !== b.isNil() || a.len() !== b.len()) return false;
  const [m, n] = [a.get() as unknown, b.get() as unknown];
  if (m === n || seen.again(m, n, [a.space, b.space], a.type)) return true;
  return a.mapKeys().every((k) => {
    const [v, w] = [a.mapIndex(k), b.mapIndex(k)];
    return v.isValid() && w.isValid() && deep(v, w, seen);
  });
}
