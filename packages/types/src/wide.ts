/**
 * Descriptors of `int64`, `uint64` (bigints) and of the complex numbers (`{ re, im }`).
 *
 * Invariants
 *  1. A bigint is stored only if it is in range; nothing is wrapped silently.
 *  2. Complex numbers compare, hash and order -0 and NaN part by part, as Go's do.
 *  3. `int64`, `uint64` and `float64` align to 8 bytes, so that one typed view reads them.
 */
import type { Kind, Ptr, Space, Type } from "./api.ts";
import { BaseType, NO_POINTERS, badValue } from "./base.ts";
import { hashBigInt64, hashFloat64, hashInt64 } from "./hash.ts";

/** The JavaScript side of Go's complex numbers. */
export interface Complex {
  /** The real part. */
  readonly re: number;
  /** The imaginary part. */
  readonly im: number;
}

abstract class Wide<T> extends BaseType<T> {
  readonly kind: Kind;

  constructor(kind: Kind, size: number, align: number) {
    super(size, align, 0, true);
    this.kind = kind;
    this.predeclared = true;
  }
  override get ptrMask(): Uint32Array {
    return NO_POINTERS;
  }
  override typeString(): string {
    return this.kind;
  }
}

abstract class BigIntType extends Wide<bigint> {
  readonly min: bigint;
  readonly max: bigint;

  constructor(kind: Kind, signed: boolean) {
    super(kind, 8, 8);
    this.min = signed ? -(1n << 63n) : 0n;
    this.max = (1n << (signed ? 63n : 64n)) - 1n;
  }
  override clone(): BaseType<bigint> {
    type Constructor = new (kind: Kind, signed: boolean) => BaseType<bigint>;
    return new (this.constructor as Constructor)(this.kind, this.min < 0n);
  }
  override zero(): bigint {
    return 0n;
  }
  override check(value: unknown, what: string): void {
    if (typeof value !== "bigint") throw badValue(what, value, "a bigint");
    if (value < this.min || value > this.max) {
      throw badValue(what, value, `a bigint from ${this.min} to ${this.max}`, true);
    }
  }
  override equal(space: Space, p: Ptr, q: Ptr): boolean {
    // Two words each: no bigint is made.
    const i32 = space.memory.i32;
    return i32[p >>> 2] === i32[q >>> 2] && i32[(p >>> 2) + 1] === i32[(q >>> 2) + 1];
  }
  override hash(space: Space, p: Ptr, seed: number): number {
    const i32 = space.memory.i32;
    return hashInt64(i32[p >>> 2]!, i32[(p >>> 2) + 1]!, seed);
  }
  override equalValues(a: bigint, b: bigint): boolean {
    return a === b;
  }
  override hashValue(value: bigint, seed: number): number {
    return hashBigInt64(value, seed);
  }
}

class Int64Type extends BigIntType {
  override get(space: Space, p: Ptr): bigint {
    return space.memory.i64[p >>> 3]!;
  }
  override put(space: Space, p: Ptr, value: bigint): void {
    space.memory.i64[p >>> 3] = value;
  }
}

class Uint64Type extends BigIntType {
  override get(space: Space, p: Ptr): bigint {
    return space.memory.u64[p >>> 3]!;
  }
  override put(space: Space, p: Ptr, value: bigint): void {
    space.memory.u64[p >>> 3] = value;
  }
}

abstract class ComplexType extends Wide<Complex> {
  override clone(): BaseType<Complex> {
    type Constructor = new (kind: Kind, size: number, align: number) => BaseType<Complex>;
    return new (this.constructor as Constructor)(this.kind, this.size, this.align);
  }
  override zero(): Complex {
    return { re: 0, im: 0 };
  }
  override copy(value: Complex): Complex {
    return { re: value.re, im: value.im };
  }
  override check(value: unknown, what: string): void {
    const c = value as Complex | null | undefined;
    if (
      typeof c !== "object" ||
      c === null ||
      typeof c.re !== "number" ||
      typeof c.im !== "number"
    ) {
      throw badValue(what, value, "an object { re, im } of two numbers");
    }
  }
  override equal(space: Space, p: Ptr, q: Ptr): boolean {
    return this.equalValues(this.get(space, p), this.get(space, q));
  }
  override hash(space: Space, p: Ptr, seed: number): number {
    return this.hashValue(this.get(space, p), seed);
  }
}

class Complex64Type extends ComplexType {
  override get(space: Space, p: Ptr): Complex {
    const f32 = space.memory.f32;
    return { re: f32[p >>> 2]!, im: f32[(p >>> 2) + 1]! };
  }
  override put(space: Space, p: Ptr, value: Complex): void {
    const f32 = space.memory.f32;
    f32[p >>> 2] = value.re;
    f32[(p >>> 2) + 1] = value.im;
  }
  override equalValues(a: Complex, b: Complex): boolean {
    return Math.fround(a.re) === Math.fround(b.re) && Math.fround(a.im) === Math.fround(b.im);
  }
  override hashValue(value: Complex, seed: number): number {
    return hashFloat64(Math.fround(value.im), hashFloat64(Math.fround(value.re), seed));
  }
}

class Complex128Type extends ComplexType {
  override get(space: Space, p: Ptr): Complex {
    const f64 = space.memory.f64;
    return { re: f64[p >>> 3]!, im: f64[(p >>> 3) + 1]! };
  }
  override put(space: Space, p: Ptr, value: Complex): void {
    const f64 = space.memory.f64;
    f64[p >>> 3] = value.re;
    f64[(p >>> 3) + 1] = value.im;
  }
  override equalValues(a: Complex, b: Complex): boolean {
    return a.re === b.re && a.im === b.im;
  }
  override hashValue(value: Complex, seed: number): number {
    return hashFloat64(value.im, hashFloat64(value.re, seed));
  }
}

/** Go's `int64`: a bigint from -2^63 to 2^63-1. */
export const int64: Type<bigint> = /* @__PURE__ */ new Int64Type("int64", true);
/** Go's `uint64`: a bigint from 0 to 2^64-1. */
export const uint64: Type<bigint> = /* @__PURE__ */ new Uint64Type("uint64", false);
/** Go's `complex64`: `{ re, im }` in single precision. */
export const complex64: Type<Complex> = /* @__PURE__ */ new Complex64Type("complex64", 8, 4);
/** Go's `complex128`: `{ re, im }`. */
export const complex128: Type<Complex> = /* @__PURE__ */ new Complex128Type("complex128", 16, 8);
