/**
 * Contracts of `@gort/slice`: what elements a slice can have, where they are stored, how it grows.
 *
 * Invariants
 *  1. A {@link Backing} describes an element type *and* where its elements lie: in a plain array, in a typed
 *     array, in a heap. Slices of the same backing can be appended and copied to one another at full speed.
 *  2. `size` is what Go would call the size of the element; only capacities depend on it.
 *  3. A backing carries the brand `Symbol.for("gort.slice.Backing")`, by which `makeSlice` knows it from a descriptor.
 *     Outside backings decorate one of ours: `@gort/slice/testing` has the cases that one must pass. A kind of slice of one's own is
 *     not supported, for what a slice has to have for the functions here is internal.
 *  4. A {@link GrowthRule} sees only the old capacity, the need and the element size: never the old length.
 */
import type { Type } from "@gort/types";
import type { Slice } from "./slice.ts";

export type { Type } from "@gort/types";

/** Every typed array that a slice can lie on. */
export type TypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/** `number`, or `bigint` for the two 64-bit integer arrays. */
export type ElementOf<A extends TypedArray> = A extends BigInt64Array | BigUint64Array
  ? bigint
  : number;

/** The kind of typed array that `A` is derived from, `Uint8Array` for Node's `Buffer`; `A` itself if it is one. */
export type BaseArray<A extends TypedArray> =
  Extract<
    TypedArray,
    { readonly [Symbol.toStringTag]: A[typeof Symbol.toStringTag] }
  > extends infer B
    ? keyof A extends keyof B
      ? A
      : B & TypedArray
    : never;

/** A constructor such as `Int32Array`, used as a name for its element type. */
export interface TypedArrayConstructor<A extends TypedArray = TypedArray> {
  /** Such as `Int32Array`. */
  readonly name: string;
  /** Bytes of one element. */
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): A;
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): A;
}

/**
 * How `append` chooses the capacity of a new backing store.
 * @param oldCap capacity of the full slice, an integer from 0
 * @param need elements that must fit, more than `oldCap`
 * @param elemSize bytes of one element; 0 for `struct{}`
 * @returns the new capacity, at least `need`
 */
export type GrowthRule = (oldCap: number, need: number, elemSize: number) => number;

/**
 * An element type together with a place for elements. Made by {@link values}, `inHeap`, or from a descriptor or a
 * typed-array constructor by {@link backingOf}; or your own around one of these, branded with a property
 * `[Symbol.for("gort.slice.Backing")]: true` and checked by the cases of `@gort/slice/testing`. A slice asks its own `backing`, the one
 * that it lies on: yours is asked for zero values, limits and first stores, and says what that one says.
 */
export interface Backing<T> {
  /** Go's name of the element type, such as `int32`. */
  readonly name: string;
  /** Bytes of one element, as Go counts them. */
  readonly size: number;
  /** The most elements one store can hold; beyond it `len out of range`. */
  readonly capMax: number;
  /** How slices grow. */
  readonly growth: GrowthRule;
  /** Go's zero value; a fresh one where it is mutable. O(size). */
  zero(): T;
  /** Go's `==` on two elements. O(size). Throws a RuntimeError `comparing uncomparable type …` where Go panics. */
  equal(a: T, b: T): boolean;
  /** New storage of `cap` zero elements, the first `len` of them visible. The caller has checked both. O(cap). Throws a FatalError
   * `out of memory`, or in a heap its own. */
  make(len: number, cap: number): Slice<T>;
  /** The nil slice of the type. O(1). */
  nil(): Slice<T>;
  /** The same elements in the same place, growing by another rule. O(1). Throws a TypeError for what is no function. */
  withGrowth(rule: GrowthRule): Backing<T>;
}

/** What `makeSlice` accepts as an element type. */
export type Elem<T> = Type<T> | Backing<T>;
