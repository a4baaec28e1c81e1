/**
 * Go's `slices.Insert` and `slices.Replace`, of values and of a slice of them, which is Go's `t...`.
 *
 * Invariants
 *  1. Work happens in place if the capacity allows, otherwise in new storage of the capacity `append` would choose.
 *  2. Bounds are checked first, with the texts of the slice expressions that Go's own code checks with.
 *  3. A slice that is put into its own storage goes in as it was; one that lies elsewhere is moved and not read element by element.
 */
import type { ElementType } from "../append.ts";
import { sliceError } from "../errors.ts";
import { abandoned, isSlice, mustBeSlice, type Slice } from "../slice.ts";

/** Checks bounds as the slice expression `s[i:j:max]` does, where none may be left out. */
export function checkBounds(s: Slice<any>, i: number, j: number, max?: number): void {
  const err = sliceError(i, j, max, s.cap);
  if (err !== null) throw err;
}

/**
 * Go's `slices.Insert`: the values stand at `i` afterwards. O(length + values).
 * The host limits arguments, to some hundred thousand: many values go by {@link insertSlice}.
 * @throws RuntimeError `slice bounds out of range [i:len]`; RangeError or TypeError for an index that is no integer, or a value that does
 * not fit the type; TypeError for what is no slice
 *
 * @example
 * ```ts
 * import { sliceOf, slices } from "@gort/slice";
 *
 * [...slices.insert(sliceOf(1, 4), 1, 2, 3)]; // => [1, 2, 3, 4]
 * ```
 */
export function insert<S extends Slice<any>>(s: S, i: number, ...values: ElementType<S>[]): S {
  mustBeSlice("insert", s);
  checkBounds(s, i, s.len);
  return values.length === 0 ? s : splice(s, i, i, values);
}

/**
 * Go's `slices.Insert(s, i, t...)`: the elements of `t`, which may overlap `s`, stand at `i` afterwards. O(length of both).
 * @throws RuntimeError `slice bounds out of range [i:len]`; RangeError or TypeError for an index that is no integer, or an element that
 * does not fit the type; TypeError for what is no slice
 *
 * @example
 * ```ts
 * import { sliceOf, slices } from "@gort/slice";
 *
 * const s = sliceOf(1, 2, 3);
 * [...slices.insertSlice(s, 1, s)]; // => [1, 1, 2, 3, 2, 3]
 * ```
 */
export function insertSlice<S extends Slice<any>>(s: S, i: number, t: Slice<ElementType<S>>): S {
  mustBeSlice("insertSlice", s);
  mustBeSlice("insertSlice", t, "t");
  checkBounds(s, i, s.len);
  return t.len === 0 ? s : splice(s, i, i, t);
}

/**
 * Go's `slices.Replace`: the values instead of the elements from `i` to `j`. O(length + values).
 * The host limits arguments, to some hundred thousand: many values go by {@link replaceSlice}.
 * @throws RuntimeError `slice bounds out of range`; RangeError or TypeError for a bound that is no integer, or a value that does not fit
 * the type; TypeError for what is no slice
 *
 * @example
 * ```ts
 * import { sliceOf, slices } from "@gort/slice";
 *
 * [...slices.replace(sliceOf(1, 2, 3, 4), 1, 3, 9)]; // => [1, 9, 4]
 * ```
 */
export function replace<S extends Slice<any>>(
  s: S,
  i: number,
  j: number,
  ...values: ElementType<S>[]
): S {
  mustBeSlice("replace", s);
  checkBounds(s, i, j);
  checkBounds(s, j, s.len);
  return splice(s, i, j, values);
}

/**
 * Go's `slices.Replace(s, i, j, t...)`: the elements of `t`, which may overlap `s`, instead of those from `i` to `j`. O(length of both).
 * @throws RuntimeError `slice bounds out of range`; RangeError or TypeError for a bound that is no integer, or an element that does not
 * fit the type; TypeError for what is no slice
 *
 * @example
 * ```ts
 * import { sliceOf, slices } from "@gort/slice";
 *
 * [...slices.replaceSlice(sliceOf(1, 2, 3, 4), 1, 3, sliceOf(7, 8, 9))]; // => [1, 7, 8, 9, 4]
 * ```
 */
export function replaceSlice<S extends Slice<any>>(
  s: S,
  i: number,
  j: number,
  t: Slice<ElementType<S>>,
): S {
  mustBeSlice("replaceSlice", s);
  mustBeSlice("replaceSlice", t, "t");
  checkBounds(s, i, j);
  checkBounds(s, j, s.len);
  return splice(s, i, j, t);
}

/** Puts the values in the place of the elements from `i` to `j`; bounds have been checked. */
function splice<S extends Slice<any>>(
  s: S,
  i: number,
  j: number,
  values: ElementType<S>[] | Slice<ElementType<S>>,
): S {
  const n = s.len;
  const tail = n - j;
  const need = i + (isSlice(values) ? values.len : values.length) + tail;
  const inPlace = need <= s.cap;
  // Two moves in one store are not one: what they would tread on is read before.
  if (isSlice(values) && !(s.fits(values) && !(inPlace && overlap(s, values))))
    values = values.toArray();
  const list = isSlice(values) ? values : s.taken(values);
  const out = inPlace ? s.slice(0, need) : s.slice(0, i).grown(need, need);
  try {
    const from = isSlice(list) ? list : out.staged(list);
    // In the same store, move works as if through a temporary; in a new one the tail comes from the old.
    out.move(need - tail, s, j, tail);
    out.place(i, from);
  } catch (e) {
    throw abandoned(out, s.backing, e);
  }
  if (need < n) s.wipe(need, n - need);
  return out;
}

/**
 * Whether elements of `t` may lie where moving the tail of `s` treads on them; of plain arrays whether both lie in one. A `t` that begins
 * before `s` ends before the tail's new place, and is moved as if through a temporary.
 */
function overlap(s: Slice<unknown>, t: Slice<unknown>): boolean {
  const [a, b] = [s.array, t.array];
  if (!ArrayBuffer.isView(a) || !ArrayBuffer.isView(b)) return a === b;
  const [from, to] = [begin(s), begin(t)];
  return a.buffer === b.buffer && from <= to && to < from + s.cap * s.backing.size;
}

/** The byte of its buffer that a slice begins at. In a heap an offset is one of bytes, and the array one of bytes, too. */
function begin({ array, off }: Slice<unknown>): number {
  const { byteOffset, BYTES_PER_ELEMENT } = array as Uint8Array;
  return byteOffset + off * BYTES_PER_ELEMENT;
}
