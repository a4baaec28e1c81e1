/**
 * What all slices on typed arrays share; the classes themselves are generated, two for each kind of array.
 *
 * Invariants
 *  1. A value that the element type cannot hold is refused, never wrapped or truncated. (Go's compiler refuses it
 *     too; a conversion says so with `| 0`, `& 0xff` or `Math.fround`.) -0 becomes 0 in an integer.
 *  2. Bulk work goes through the platform's `copyWithin`, `set` and `fill`.
 *  3. A slice of the first class of a kind begins where its store does, whose length is below 2^31; of the second it begins anywhere.
 *  4. The store may be shared memory, and may be a view over a whole heap: nothing here assumes that the
 *     array is the slice's own.
 *  5. A view of elements in a heap holds what holds their root: V8 drops a slice after its last use, and the view is used on. The store
 *     keeps the last such view: to hold takes tens of times as long as to make one, and a loop asks for the same again and again.
 *
 * Why `get` reads beyond the store instead of branching to the panic: V8 moves loads out of a loop only if nothing comes back into it
 * from elsewhere, and it knows that what it reads from a typed array is not undefined. The index must be a positive small integer:
 * after one read at -1 V8 takes indexes for names. Integers of 32 bits branch, to a `throw`: there the choice of an index takes V8
 * almost twice as long as a branch. Why two classes: the offset alone costs a sixth of an index loop. Rejected: a view per
 * header (100 ns for each append), or made by the first `get` (V8 must then expect it in each turn of a loop).
 */
import { badArgument } from "@gort/types";
import type { ElementOf, TypedArray, TypedArrayConstructor } from "./api.ts";
import { Slice, mustBeSlice, storeError, storeTag } from "./slice.ts";

/** By view, the store in a heap that it was made of. A property of the view would cost each access to its elements. */
const holds = /* @__PURE__ */ new WeakMap<TypedArray, ViewedStore>();

/** What a backing in a heap knows of views of its store. */
export interface ViewedStore {
  /** Negative if nothing keeps the store for JavaScript's sake: a view then cannot either. */
  readonly slot: number;
  /** The last view that keeps it. */
  viewed: TypedArray | null;
}

/** What to throw for what bulk work threw: the platform does not say whose store its owner has taken away. */
function lost(error: unknown, ...slices: Slice<any>[]): unknown {
  const bare = slices.find(({ array, off, cap }) => (array as TypedArray).length < off + cap);
  return bare === undefined ? error : storeError(bare);
}

/** The methods that bulk work needs, with one type for numbers and bigints. */
interface BulkArray {
  readonly length: number;
  copyWithin(target: number, start: number, end: number): unknown;
  fill(value: unknown, start: number, end: number): unknown;
  set(source: unknown, at: number): void;
  subarray(start: number, end: number): BulkArray;
}

/**
 * A slice on a typed array. `A` is the kind of array.
 *
 * @example
 * ```ts
 * import { makeSlice, type TypedSlice } from "@gort/slice";
 *
 * const s: TypedSlice<Int32Array> = makeSlice(Int32Array, [1, 2, 3]);
 * s.slice(1).view(); // => Int32Array.of(2, 3)
 * s.slice(1).array === s.array; // => true
 * ```
 */
export abstract class TypedSlice<A extends TypedArray> extends Slice<ElementOf<A>> {
  abstract override readonly array: A;

  /**
   * The elements as a typed array over the same storage, without a copy. O(1), though making the view costs many times
   * as much as an index operation.
   *
   * A view into a heap keeps the elements as the slice itself does: for as long as JavaScript holds either of the two, or until the slice
   * is released, and of a borrowed slice until the next safepoint. Keeping them alive makes a new
   * view many times as expensive. Asked for again, by a slice with the same bounds, it is the same view, unless another part of the
   * store was asked for meanwhile. What is made of the view (`view.subarray(1)`) keeps nothing alive, and costs no more than elsewhere.
   *
   * @example
   * ```ts
   * import { makeSlice } from "@gort/slice";
   *
   * const s = makeSlice(Float64Array, [1.5, 2.5, 3.5]).slice(1);
   * s.view(); // => Float64Array.of(2.5, 3.5)
   * ```
   */
  view(): A {
    const store = this.backing as Partial<ViewedStore>;
    return store.slot === undefined || store.slot < 0 || this.len === 0
      ? this.elements()
      : this.held(store as ViewedStore);
  }

  /** The view that holds `store`. */
  private held(store: ViewedStore): A {
    const { array, len } = this;
    const last = store.viewed;
    const begin = array.byteOffset + this.off * array.BYTES_PER_ELEMENT;
    if (last !== null && last.length === len && last.byteOffset === begin) return last as A;
    const view = this.elements();
    holds.set(view, store);
    store.viewed = view;
    return view;
  }

  /** {@link TypedSlice.view} for the moment: it holds nothing. */
  private elements(): A {
    const begin = this.len === 0 ? 0 : this.off;
    try {
      return this.array.subarray(begin, begin + this.len) as A;
    } catch (e) {
      throw lost(e, this);
    }
  }

  override toArray(): ElementOf<A>[] {
    return Array.from(this.elements() as unknown as ArrayLike<ElementOf<A>>);
  }

  /** @internal */
  override fits(t: Slice<unknown>): boolean {
    // The array alone does not tell: under a slice of pointers in a heap lie bytes, too.
    return "view" in t && (t.array as A).constructor === this.array.constructor;
  }

  /** @internal */
  override move(i: number, src: Slice<ElementOf<A>>, j: number, n: number): void {
    if (n === 0) return;
    const dst = this.array as unknown as BulkArray;
    const from = src.array as BulkArray;
    const at = this.off + i;
    const start = src.off + j;
    try {
      if (from === dst) dst.copyWithin(at, start, start + n);
      else if (n === from.length) dst.set(from, at);
      else dst.set(from.subarray(start, start + n), at);
    } catch (e) {
      throw lost(e, src, this);
    }
  }

  /** @internal */
  override wipe(i: number, n: number): void {
    const zero: number | bigint = this.backing.zero();
    if (n === 0) return;
    try {
      (this.array as unknown as BulkArray).fill(zero, this.off + i, this.off + i + n);
    } catch (e) {
      throw lost(e, this);
    }
  }
}

/**
 * The elements of a slice of numbers as a typed array over the same storage: {@link TypedSlice.view}, of slices of which TypeScript does
 * not know the array, as those made by a type descriptor and those in a heap. A view into a heap keeps the elements as the slice itself
 * does; what is made of it (`subarray`) does not. O(1), as {@link TypedSlice.view}.
 * @throws TypeError for a slice on anything else than such an array
 *
 * @example
 * ```ts
 * import { makeSlice, viewOf } from "@gort/slice";
 * import { float64 } from "@gort/types";
 *
 * const s = makeSlice(float64, [1, 2, 3]);
 * let sum = 0;
 * for (const v of viewOf(s, Float64Array)) sum += v;
 * sum; // => 6
 * viewOf(s, Int8Array); // throws want a slice on an array of the kind Int8Array
 * ```
 */
export function viewOf<A extends TypedArray>(
  s: Slice<ElementOf<A>>,
  array: TypedArrayConstructor<A>,
): A {
  mustBeSlice("viewOf", s);
  if (typeof array !== "function")
    throw badArgument("viewOf", "array", array, "a constructor of typed arrays", "type");
  if (storeTag(s) !== array.name)
    throw badArgument("viewOf", "s", s, `a slice on an array of the kind ${array.name}`, "type");
  return (s as TypedSlice<A>).view();
}
