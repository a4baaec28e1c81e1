/**
 * Go's `reflect.DeepEqual`.
 *
 * Invariants
 *  1. Types must be identical; then arrays, structs, slices, maps, pointers and interfaces are compared by what they
 *     hold, functions are equal only if both are nil, everything else as `==` compares it (so a NaN is not equal to itself).
 *  2. One pointer, one backing array or one map is equal to itself, even with a NaN inside (Go's rule).
 *  3. A nil slice or map is not equal to an empty one.
 *  4. A pair of references that is being compared already counts as equal, so cycles end.
 *
 * What is left to compare stands in a list and not on JavaScript's stack, which a linked list of some ten thousand nodes would
 * overflow. The answer does not depend on the order: it is one long "and".
 */
import type { Type } from "./api.ts";
import { internalType } from "./base.ts";
import { isForeign } from "./foreign.ts";
import { identical } from "./identical.ts";
import type { MapType } from "./kinds.ts";
import type { Value } from "./reflect.ts";
import { checkValue } from "./reflect-call.ts";
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
  return deep(valueOf(x), valueOf(y));
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
  return deep(checkValue("deepEqualValues", x), checkValue("deepEqualValues", y));
}

/** Pairs still to be compared, flat. */
type Todo = Value[];

function deep(x: Value, y: Value): boolean {
  const seen = new Visited();
  const todo: Todo = [x, y];
  while (todo.length > 0) {
    const b = todo.pop()!;
    const a = todo.pop()!;
    if (!alike(a, b, seen, todo)) return false;
  }
  return true;
}

// Whether two values are equal as far as they can be seen; what they hold is added to the list.
function alike(a: Value, b: Value, seen: Visited, todo: Todo): boolean {
  if (!a.isValid() || !b.isValid()) return a.isValid() === b.isValid();
  if (!identical(a.type, b.type)) return false;
  // What its parts are only its maker knows.
  if (internalType(a.type).adapted) return a.type.equalValues(a.get(), b.get());
  switch (a.kind as string) {
    case "array":
      for (let i = a.len() - 1; i >= 0; i--) todo.push(a.index(i), b.index(i));
      return true;
    case "struct":
      for (let i = a.numField() - 1; i >= 0; i--) todo.push(a.field(i), b.field(i));
      return true;
    case "slice":
      return slices(a, b, seen, todo);
    case "map":
      return maps(a, b, seen, todo);
    case "interface":
      todo.push(a.elem(), b.elem());
      return true;
    case "ptr":
      return pointers(a, b, seen, todo);
    case "func":
      return a.isNil() && b.isNil();
    default:
      return a.type.equalValues(a.get(), b.get());
  }
}

function pointers(a: Value, b: Value, seen: Visited, todo: Todo): boolean {
  const [p, q] = [a.get() as unknown, b.get() as unknown];
  // A JavaScript object stands for itself; a pointer for an address in its space.
  if (typeof p !== "number" || typeof q !== "number") return a.type.equalValues(p, q);
  if (p === q && (p === 0 || a.space === b.space)) return true;
  if (p === 0 || q === 0) return false;
  if (!seen.again(p, q, [a.space, b.space], a.type)) todo.push(a.elem(), b.elem());
  return true;
}

function slices(a: Value, b: Value, seen: Visited, todo: Todo): boolean {
  const n = a.len();
  if (a.isNil() !== b.isNil() || n !== b.len()) return false;
  const [p, q] = [a.pointer(), b.pointer()];
  if (p === q && a.space === b.space) return true;
  if (seen.again(p, q, [a.space, b.space, n], a.type)) return true;
  for (let i = n - 1; i >= 0; i--) todo.push(a.index(i), b.index(i));
  return true;
}

function maps(a: Value, b: Value, seen: Visited, todo: Todo): boolean {
  if (a.isNil() !== b.isNil() || a.len() !== b.len()) return false;
  const [m, n] = [a.get() as unknown, b.get() as unknown];
  if (m === n || seen.again(m, n, [a.space, b.space], a.type)) return true;
  const { key } = a.type as unknown as MapType;
  return a.mapKeys().every((k) => {
    // An address of another space is in no map of this one.
    if (isForeign(key, k.get(), k.space, b.space)) return false;
    const [v, w] = [a.mapIndex(k), b.mapIndex(k)];
    todo.push(v, w);
    return v.isValid() && w.isValid();
  });
}
