/**
 * What `deepEqual` sees in the objects of `@gort/slice` and `@gort/map`: Go's slices, arrays, strings and maps on JavaScript's storage,
 * or in a heap.
 *
 * Invariants
 *  1. They are known by their brands, from whichever copy of their package, and only their public members are used.
 *  2. What they hold is compared as values of its type, where the object says the type, else as the JavaScript values that it is.
 *
 * Why here: this package can import neither of the two, and a method of theirs would be in every bundle.
 */
import type { Space, Type } from "./api.ts";
import { hasBrand } from "./errors.ts";

/** What parts are: values of `type` with pointers into `space`, or any JavaScript values. */
interface Of {
  readonly type?: Type | undefined;
  readonly heap?: Space | undefined;
}

/** Takes `n` pairs that must be equal too; returns true. */
export type Each = (
  n: number,
  pair: (i: number) => readonly [unknown, unknown],
  of: Of | undefined,
) => true;

interface SliceLike {
  readonly array: unknown;
  readonly off: number;
  readonly len: number;
  readonly isNil: boolean;
  readonly backing: Of & { readonly name: string; readonly rules?: Of };
  get(i: number): unknown;
}

interface MapLike {
  readonly len: number;
  readonly isNil: boolean;
  readonly made?: { readonly value?: Type | undefined; readonly heap?: Space | undefined };
  toString(): string;
  keys(): Iterable<unknown>;
  get(key: unknown): unknown;
  has(key: unknown): boolean;
}

const SLICE = Symbol.for("gort.Slice");
const ARRAY = Symbol.for("gort.GoArray");
const STRING = Symbol.for("gort.GoString");

/** Whether `p` and `q` are alike, as far as can be seen without their parts; undefined where `p` is no such object. */
export function objectsAlike(p: unknown, q: unknown, each: Each): boolean | undefined {
  if (hasBrand(p, SLICE)) return hasBrand(q, SLICE) && slices(p as never, q as never, each);
  if (hasBrand(p, ARRAY)) {
    const all = (v: unknown): SliceLike => (v as { slice(): SliceLike }).slice();
    return hasBrand(q, ARRAY) && slices(all(p), all(q), each);
  }
  if (hasBrand(p, STRING))
    return hasBrand(q, STRING) && (p as { equals(t: unknown): boolean }).equals(q);
  if (isMap(p)) return isMap(q) && maps(p, q, each);
  return undefined;
}

const isMap = (v: unknown): v is MapLike =>
  typeof v === "object" &&
  v !== null &&
  (v as Record<symbol, unknown>)[Symbol.toStringTag] === "GoMap";

function slices(s: SliceLike, t: SliceLike, each: Each): boolean {
  if (s.len !== t.len || s.isNil !== t.isNil || s.backing.name !== t.backing.name) return false;
  // One backing array, seen from one place, is equal to itself.
  if (s.array === t.array && s.off === t.off) return true;
  const { backing } = s;
  return each(
    s.len,
    (i) => [s.get(i), t.get(i)],
    backing.type === undefined ? backing.rules : backing,
  );
}

function maps(m: MapLike, n: MapLike, each: Each): boolean {
  if (m.len !== n.len || m.isNil !== n.isNil || m.toString() !== n.toString()) return false;
  if (m.len === 0) return true;
  const keys = [...m.keys()];
  if (!keys.every((k) => n.has(k))) return false;
  const { value, heap } = m.made ?? {};
  return each(keys.length, (i) => [m.get(keys[i]), n.get(keys[i])], { type: value, heap });
}
