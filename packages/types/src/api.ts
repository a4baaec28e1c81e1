/**
 * Contracts of `@gort/types`: what a type descriptor is, and the little it needs of a memory.
 *
 * Invariants
 *  1. A `Ptr` is a byte offset into one memory; 0 is nil. Interior pointers are ordinary numbers.
 *  2. `size` is a multiple of `align`; `align` is 1, 2, 4 or 8; pointers and `int` take 4 bytes.
 *  3. `ptrdata` is a multiple of 4 and at most `size`; no pointer lies at or beyond it. 0 means pointer-free.
 *  4. Bit `i` of `ptrMask` is set exactly when the 4-byte word at offset `4 * i` holds a `Ptr`.
 *  5. Bytes of padding are zero in every value that was written by `store`.
 *
 * Why byte offsets of 4 bytes: half the memory of Go's 8-byte words, interior pointers and unsafe
 * arithmetic stay as in Go, and a `Ptr` is a small integer in V8 below 2 GiB. Granule pointers (8-byte
 * units, 16 GiB) were rejected because they cannot name a byte inside a string or a 4-byte field.
 */

/** A byte offset into a {@link Memory}; 0 is nil. */
export type Ptr = number;

/** The typed views over one address space, made once and all over the same buffer. */
export interface Memory {
  /** What all views lie on: an `ArrayBuffer` or a `SharedArrayBuffer`. */
  readonly buffer: ArrayBufferLike;
  /** Size of the address space in bytes; no pointer reaches it. */
  readonly byteLength: number;
  /** The bytes as `int8`; index a pointer as it is. */
  readonly i8: Int8Array;
  /** The bytes as `uint8`; index a pointer as it is. */
  readonly u8: Uint8Array;
  /** The memory as `int16`; the index is the pointer shifted right by 1. */
  readonly i16: Int16Array;
  /** The memory as `uint16`; the index is the pointer shifted right by 1. */
  readonly u16: Uint16Array;
  /** The memory as `int32`; the index is the pointer shifted right by 2. */
  readonly i32: Int32Array;
  /** The memory as `uint32`, and as pointers; the index is the pointer shifted right by 2. */
  readonly u32: Uint32Array;
  /** The memory as `float32`; the index is the pointer shifted right by 2. */
  readonly f32: Float32Array;
  /** The memory as `float64`; the index is the pointer shifted right by 3. */
  readonly f64: Float64Array;
  /** The memory as `int64`; the index is the pointer shifted right by 3. */
  readonly i64: BigInt64Array;
  /** The memory as `uint64`; the index is the pointer shifted right by 3. */
  readonly u64: BigUint64Array;
}

/** JavaScript values held from memory: a box is a heap object that stands for one value. */
export interface ValueTable {
  /** Returns a pointer that stands for `value`; the same object may get several boxes. `undefined` is nil. */
  box(value: unknown): Ptr;
  /** The value a box stands for; `undefined` for nil. Throws for a pointer that is no box. */
  unbox(p: Ptr): unknown;
}

/**
 * The part of a heap that a type descriptor needs to load and store values. `@gort/gc`'s `Heap` is one.
 * Pointers are written only through `writePtr` and `typedMove`, so that a collector sees every write.
 */
export interface Space {
  /** The views that values are read and written through. */
  readonly memory: Memory;
  /** The boxes that stand for JavaScript values. */
  readonly values: ValueTable;
  /** A zeroed object holding `count` (default 1) consecutive values of `type`, at a multiple of its `align`. Never returns 0. */
  alloc(type: Type, count?: number): Ptr;
  /** Stores pointer `value` at `slot`, with the write barrier. */
  writePtr(slot: Ptr, value: Ptr): void;
  /** Copies `count` values of `type` as if through a temporary, with barriers; `src` 0 clears. */
  typedMove(type: Type, dst: Ptr, src: Ptr, count: number): void;
}

/**
 * A Go type: how its values lie in memory, and how they are hashed and compared.
 * `T` is the JavaScript side of a value, inferred from the descriptor.
 */
export interface Type<T = any> {
  /** Go's kind, such as `"int32"`, `"struct"`, `"slice"`. */
  readonly kind: Kind;
  /** Go's way to print the type: `int32`, `[]string`, `main.Point`. */
  readonly name: string;
  /** Bytes of one value. */
  readonly size: number;
  /** 1, 2, 4 or 8. */
  readonly align: number;
  /** Bytes of the prefix that can hold pointers; 0 means the collector need not look inside. */
  readonly ptrdata: number;
  /** One bit per 4-byte word of the prefix, least significant first. */
  readonly ptrMask: Uint32Array;
  /** Whether `==` is defined on the type (dynamic types inside interfaces may still panic). */
  readonly comparable: boolean;
  /** Go's zero value as a JavaScript value; a fresh one where it is mutable. */
  zero(): T;
  /** Reads the value at `p`. */
  load(space: Space, p: Ptr): T;
  /** Writes `value` at `p`, range-checked; allocates for strings and boxed values. */
  store(space: Space, p: Ptr, value: T): void;
  /** Go's `==` on two values in memory. */
  equal(space: Space, p: Ptr, q: Ptr): boolean;
  /** Seeded 32-bit hash of the value in memory; equal values hash alike, NaN differs every time. */
  hash(space: Space, p: Ptr, seed: number): number;
  /** Go's `==` on two JavaScript-side values. */
  equalValues(a: T, b: T): boolean;
  /** The same hash as `hash`, from the JavaScript side. */
  hashValue(value: T, seed: number): number;
  /** Type-level brand for inference only; never present at run time. */
  readonly __type?: T;
}

/**
 * The JavaScript type of a descriptor's values. With the descriptor's own name it is the one name of both.
 *
 * @example
 * ```ts
 * import { float64, struct, type ValueOf } from "@gort/types";
 *
 * const Point = struct({ x: float64, y: float64 });
 * type Point = ValueOf<typeof Point>; // { x: number; y: number }
 * const origin: Point = { x: 0, y: 0 };
 * Point.equalValues(origin, Point.zero()); // => true
 * ```
 */
export type ValueOf<D> = D extends Type<infer T> ? T : never;

/** Go's kinds, spelled as `reflect.Kind.String()` prints them. */
export type Kind =
  | "bool"
  | "int"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "uintptr"
  | "float32"
  | "float64"
  | "complex64"
  | "complex128"
  | "array"
  | "chan"
  | "func"
  | "interface"
  | "map"
  | "ptr"
  | "slice"
  | "string"
  | "struct"
  | "unsafe.Pointer";
