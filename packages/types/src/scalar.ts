/**
 * Descriptors of `bool`, the integers up to 32 bits, `uintptr` and the floats.
 *
 * Invariants
 *  1. `int`, `uint` and `uintptr` take 4 bytes, as on Go's 32-bit architectures.
 *  2. An integer is stored only if it is one and in range; nothing is wrapped silently. (Go's constants do not
 *     compile out of range; conversions wrap, and so do the helpers in raw.ts.)
 *  3. -0 is stored in an integer as 0; a float32 is rounded on the way in, as Go's conversion does.
 *
 * One small class per kind, and not one class with a switch: `get` and `put` are what accessors, slices and maps call
 * per element, and each must be one typed-array access.
 */
import type { Kind, Ptr, Space, Type } from "./api.ts";
import { BaseType, NO_POINTERS, badValue } from "./base.ts";
import { hashFloat64, hashInt32 } from "./hash.ts";

abstract class Scalar<T> extends BaseType<T> {
  readonly kind: Kind;

  constructor(kind: Kind, size: number) {
    super(size, size, 0, true);
    this.kind = kind;
    this.predeclared = true;
  }
  override clone(): BaseType<T> {
    type Constructor = new (kind: Kind, size: number) => BaseType<T>;
    return new (this.constructor as Constructor)(this.kind, this.size);
  }
  override get ptrMask(): Uint32Array {
    return NO_POINTERS;
  }
  override typeString(): string {
    return this.kind;
  }
}

class BoolType extends Scalar<boolean> {
  override zero(): boolean {
    return false;
  }
  override get(space: Space, p: Ptr): boolean {
    return space.memory.u8[p]! !== 0;
  }
  override check(value: unknown, what: string): void {
    if (typeof value !== "boolean") throw badValue(what, value, "a boolean");
  }
  override put(space: Space, p: Ptr, value: boolean): void {
    space.memory.u8[p] = value ? 1 : 0;
  }
  override equal(space: Space, p: Ptr, q: Ptr): boolean {
    return this.get(space, p) === this.get(space, q);
  }
  override hash(space: Space, p: Ptr, seed: number): number {
    return hashInt32(space.memory.u8[p]! !== 0 ? 1 : 0, seed);
  }
  override equalValues(a: boolean, b: boolean): boolean {
    return a === b;
  }
  override hashValue(value: boolean, seed: number): number {
    return hashInt32(value ? 1 : 0, seed);
  }
}

abstract class IntegerType extends Scalar<number> {
  readonly min: number;
  readonly max: number;

  constructor(kind: Kind, size: number, signed: boolean) {
    super(kind, size);
    this.min = signed ? -(2 ** (8 * size - 1)) : 0;
    this.max = 2 ** (signed ? 8 * size - 1 : 8 * size) - 1;
  }
  override clone(): BaseType<number> {
    type Constructor = new (kind: Kind, size: number, signed: boolean) => BaseType<number>;
    return new (this.constructor as Constructor)(this.kind, this.size, this.min < 0);
  }
  override zero(): number {
    return 0;
  }
  override check(value: unknown, what: string): void {
    if (
      typeof value !== "number" ||
      !(value >= this.min && value <= this.max) ||
      Math.floor(value) !== value
    ) {
      const want = `an integer from ${this.min} to ${this.max}`;
      throw badValue(what, value, want, typeof value === "number");
    }
  }
  override equal(space: Space, p: Ptr, q: Ptr): boolean {
    return this.get(space, p) === this.get(space, q);
  }
  override hash(space: Space, p: Ptr, seed: number): number {
    return hashInt32(this.get(space, p), seed);
  }
  override equalValues(a: number, b: number): boolean {
    return a === b;
  }
  override hashValue(value: number, seed: number): number {
    return hashInt32(value, seed);
  }
}

class Int8Type extends IntegerType {
  override get(space: Space, p: Ptr): number {
    return space.memory.i8[p]!;
  }
  override put(space: Space, p: Ptr, value: number): void {
    space.memory.i8[p] = value;
  }
}

class Uint8Type extends IntegerType {
  override get(space: Space, p: Ptr): number {
    return space.memory.u8[p]!;
  }
  override put(space: Space, p: Ptr, value: number): void {
    space.memory.u8[p] = value;
  }
}

class Int16Type extends IntegerType {
  override get(space: Space, p: Ptr): number {
    return space.memory.i16[p >>> 1]!;
  }
  override put(space: Space, p: Ptr, value: number): void {
    space.memory.i16[p >>> 1] = value;
  }
}

class Uint16Type extends IntegerType {
  override get(space: Space, p: Ptr): number {
    return space.memory.u16[p >>> 1]!;
  }
  override put(space: Space, p: Ptr, value: number): void {
    space.memory.u16[p >>> 1] = value;
  }
}

class Int32Type extends IntegerType {
  override get(space: Space, p: Ptr): number {
    return space.memory.i32[p >>> 2]!;
  }
  override put(space: Space, p: Ptr, value: number): void {
    space.memory.i32[p >>> 2] = value;
  }
}

class Uint32Type extends IntegerType {
  override get(space: Space, p: Ptr): number {
    return space.memory.u32[p >>> 2]!;
  }
  override put(space: Space, p: Ptr, value: number): void {
    space.memory.u32[p >>> 2] = value;
  }
}

abstract class FloatType extends Scalar<number> {
  override zero(): number {
    return 0;
  }
  override check(value: unknown, what: string): void {
    if (typeof value !== "number") throw badValue(what, value, "a number");
  }
  override equal(space: Space, p: Ptr, q: Ptr): boolean {
    return this.get(space, p) === this.get(space, q);
  }
  override hash(space: Space, p: Ptr, seed: number): number {
    return hashFloat64(this.get(space, p), seed);
  }
}

class Float32Type extends FloatType {
  override get(space: Space, p: Ptr): number {
    return space.memory.f32[p >>> 2]!;
  }
  override put(space: Space, p: Ptr, value: number): void {
    space.memory.f32[p >>> 2] = value;
  }
  override equalValues(a: number, b: number): boolean {
    return Math.fround(a) === Math.fround(b);
  }
  override hashValue(value: number, seed: number): number {
    return hashFloat64(Math.fround(value), seed);
  }
}

class Float64Type extends FloatType {
  override get(space: Space, p: Ptr): number {
    return space.memory.f64[p >>> 3]!;
  }
  override put(space: Space, p: Ptr, value: number): void {
    space.memory.f64[p >>> 3] = value;
  }
  override equalValues(a: number, b: number): boolean {
    return a === b;
  }
  override hashValue(value: number, seed: number): number {
    return hashFloat64(value, seed);
  }
}

/** Go's `bool`: one byte, a boolean in JavaScript. */
export const bool: Type<boolean> = /* @__PURE__ */ new BoolType("bool", 1);
/** Go's `int`, 4 bytes: an integer from -2147483648 to 2147483647. */
export const int: Type<number> = /* @__PURE__ */ new Int32Type("int", 4, true);
/** Go's `int8`: an integer from -128 to 127. */
export const int8: Type<number> = /* @__PURE__ */ new Int8Type("int8", 1, true);
/** Go's `int16`: an integer from -32768 to 32767. */
export const int16: Type<number> = /* @__PURE__ */ new Int16Type("int16", 2, true);
/** Go's `int32`: an integer from -2147483648 to 2147483647. */
export const int32: Type<number> = /* @__PURE__ */ new Int32Type("int32", 4, true);
/** Go's `uint`, 4 bytes: an integer from 0 to 4294967295. */
export const uint: Type<number> = /* @__PURE__ */ new Uint32Type("uint", 4, false);
/** Go's `uint8`: an integer from 0 to 255. */
export const uint8: Type<number> = /* @__PURE__ */ new Uint8Type("uint8", 1, false);
/** Go's `uint16`: an integer from 0 to 65535. */
export const uint16: Type<number> = /* @__PURE__ */ new Uint16Type("uint16", 2, false);
/** Go's `uint32`: an integer from 0 to 4294967295. */
export const uint32: Type<number> = /* @__PURE__ */ new Uint32Type("uint32", 4, false);
/** Go's `uintptr`, 4 bytes: a number that no collector follows. */
export const uintptr: Type<number> = /* @__PURE__ */ new Uint32Type("uintptr", 4, false);
/** Go's `float32`: a number, rounded to single precision when stored. */
export const float32: Type<number> = /* @__PURE__ */ new Float32Type("float32", 4);
/** Go's `float64`: a number. */
export const float64: Type<number> = /* @__PURE__ */ new Float64Type("float64", 8);
/** Go's alias of `uint8`. */
export const byte: Type<number> = uint8;
/** Go's alias of `int32`. */
export const rune: Type<number> = int32;
