/**
 * Go's `reflect.DeepEqual`.
 *
 * Invariants
 *  1. Types must be identical; then arrays, structs, slices, maps, pointers and interfaces are compared by what they
 *     hold, functions are equal only if both are nil, everything else as `==` compares it (so a NaN is not equal to itself).
 *  2. One pointer, one backing array or one map is equal to itself, even with a NaN inside (Go's rule).
 *  3. A nil slice or map is not equal to an empty one.
 *  4. A pair of references that is being compared already counts as equal, so cycles end.
 *  5. An object of JavaScript equals itself only, but for those of `deep-objects.ts`.
 *
 * What is left to compare stands in a list and not on JavaScript's stack, which a linked list of some ten thousand nodes would
 * overflow. The answer does not depend on the order: it is one long "and".
 */
import type { Ptr, Space, Type } from "./api.ts";
import { internalType, type BaseType } from "./base.ts";
import { type Each, objectsAlike } from "./deep-objects.ts";
import { isForeign } from "./foreign.ts";
import { identical } from "./identical.ts";
import type { MapType, SliceType } from "./kinds.ts";
import { Value } from "./reflect.ts";
import { checkValue } from "./reflect-call.ts";
import { INTS, UINTS } from "./reflect-kinds.ts";
import { bytesOf } from "./reflect-len.ts";
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
 * Whether two interface values are deeply equal, in Go's sense. Slices, arrays, strings and maps of `@gort/slice` and `@gort/map` are
 * compared by what they hold; any other object of JavaScript equals only itself. O(size of both).
 * @throws TypeError for a map that does not iterate over pairs
 * @throws RangeError for a pointer or a slice header whose address cannot be one
 *
 * @example
 * ```ts
 * import { sliceOf } from "@gort/slice";
 * import { any, array, deepEqual, toInterface } from "@gort/types";
 *
 * const t = array(any, 2);
 * deepEqual(toInterface(t, [1, "a"]), toInterface(t, [1, "a"])); // => true
 * deepEqual(NaN, NaN); // => false
 *
 * deepEqual(sliceOf(sliceOf(1, 2)), sliceOf(sliceOf(1, 2))); // => true
 * deepEqual({}, {}); // => false
 * ```
 */
export function deepEqual(x: unknown, y: unknown): boolean {
  return deep(valueOf(x), valueOf(y));
}

/**
 * Whether two reflection values, which may lie in memory, are deeply equal, as {@link deepEqual} says. O(size of both).
 * @throws TypeError for what is no reflection value; otherwise as {@link deepEqual}
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

/** Pairs still to be compared: `n` of them, from `i` on, each made when its turn comes. */
interface Pairs {
  i: number;
  readonly n: number;
  readonly pair: (i: number) => readonly [Value, Value];
}

type Todo = Pairs[];

function deep(x: Value, y: Value): boolean {
  const seen = new Visited();
  const todo: Todo = [{ i: 0, n: 1, pair: () => [x, y] }];
  for (let top; (top = todo.at(-1)) !== undefined;) {
    const [a, b] = top.pair(top.i++);
    // What was the last of its kind makes room first: a list in a list in a list takes no more than one of them.
    if (top.i === top.n) todo.pop();
    if (!alike(a, b, seen, todo)) return false;
  }
  return true;
}

/** Adds `n` pairs. */
function add(todo: Todo, n: number, pair: Pairs["pair"]): true {
  if (n > 0) todo.push({ i: 0, n, pair });
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
      return add(todo, a.len(), (i) => [a.index(i), b.index(i)]);
    case "struct":
      return add(todo, a.numField(), (i) => [a.field(i), b.field(i)]);
    case "slice":
      return slices(a, b, seen, todo);
    case "map":
      return maps(a, b, seen, todo);
    case "interface":
      return add(todo, 1, () => [a.elem(), b.elem()]);
    case "ptr":
      return pointers(a, b, seen, todo);
    case "func":
      return a.isNil() && b.isNil();
    case "string":
      // Two that lie in memory may differ in bytes that a string of JavaScript cannot hold.
      return a.canAddr() || b.canAddr() ? sameBytes(bytesOf(a), bytesOf(b)) : a.get() === b.get();
    default:
      return a.type.equalValues(a.get(), b.get());
  }
}

/** An object of JavaScript stands for itself, unless it is a slice or a map of gort's other packages. */
function objects(a: Value, p: unknown, q: unknown, seen: Visited, todo: Todo): boolean {
  if (p === q) return true;
  const each: Each = (n, pair, of) => {
    const value = (v: unknown): Value =>
      of?.type === undefined ? valueOf(v) : new Value(of.type, v, 0, of.heap ?? null, false);
    if (seen.again(p, q, [], a.type)) return true;
    return add(todo, n, (i) => {
      const [x, y] = pair(i);
      return [value(x), value(y)];
    });
  };
  return objectsAlike(p, q, each) ?? a.type.equalValues(p, q);
}

function pointers(a: Value, b: Value, seen: Visited, todo: Todo): boolean {
  const [p, q] = [a.get() as unknown, b.get() as unknown];
  // A pointer stands for an address in its space.
  if (typeof p !== "number" || typeof q !== "number") return objects(a, p, q, seen, todo);
  if (p === q && (p === 0 || a.space === b.space)) return true;
  if (p === 0 || q === 0) return false;
  return seen.again(p, q, [a.space, b.space], a.type) || add(todo, 1, () => [a.elem(), b.elem()]);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function slices(a: Value, b: Value, seen: Visited, todo: Todo): boolean {
  const n = a.len();
  if (a.isNil() !== b.isNil() || n !== b.len()) return false;
  const [p, q] = [a.pointer(), b.pointer()];
  if (p === q && a.space === b.space) return true;
  if (seen.again(p, q, [a.space, b.space, n], a.type)) return true;
  const elem = internalType((a.type as SliceType).elem);
  if (n > 0 && SCALAR.test(elem.kind) && !elem.adapted) return sameScalars(elem, a, b, n);
  return add(todo, n, (i) => [a.index(i), b.index(i)]);
}

/** Elements that are compared where they lie, without a reflection value for each. */
const SCALAR = /^(bool|u?int(\d+|ptr)?|(float|complex)\d+)$/;

function sameScalars(t: BaseType<any>, a: Value, b: Value, n: number): boolean {
  // Both ends are looked at as any element is: all between them lie well.
  for (const v of [a, b]) for (const i of [0, n - 1]) v.index(i);
  const [p, q] = [a.pointer(), b.pointer()];
  const [r, s] = [a.space!, b.space!];
  if (INTS.has(t.kind) || UINTS.has(t.kind)) {
    const bytes = (space: Space, at: Ptr): Uint8Array =>
      space.memory.u8.subarray(at, at + n * t.size);
    return sameBytes(bytes(r, p), bytes(s, q));
  }
  for (let i = 0; i < n; i++)
    if (!t.equalValues(t.get(r, p + i * t.size), t.get(s, q + i * t.size))) return false;
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
    return v.isValid() && w.isValid() && add(todo, 1, () => [v, w]);
  });
}
