/**
 * The eleven typed-array backings and how to find the one for a constructor or a kind.
 *
 * Invariants
 *  1. Backings are constants: nothing about them changes once made.
 *  2. New storage is zeroed by the platform.
 */
import { badArgument, checkFunction, kindTells, type Type } from "@gort/types";
import type { Backing, ElementOf, GrowthRule, TypedArray, TypedArrayConstructor } from "./api.ts";
import { outOfMemory } from "./errors.ts";
import { growthGo118 } from "./growth.ts";
import type { TypedSlice } from "./typed-slice.ts";
import * as g from "./typed-slices.generated.ts";
import { TypedStore } from "./typed-store.ts";

/** A slice class of the generated file, for slices from the first element of their store on. */
type SliceClass<A extends TypedArray> = new (
  array: A,
  store: TypedStore<ElementOf<A>>,
  len: number,
) => TypedSlice<A>;

/** One for all other slices. */
type PartClass<A extends TypedArray> = new (
  backing: Backing<ElementOf<A>>,
  array: A,
  off: number,
  len: number,
  cap: number,
) => TypedSlice<A>;

/** Indexes are 32-bit integers and an address space is 4 GiB. */
const elementsMax = (size: number): number =>
  size <= 1 ? 2 ** 31 - 1 : Math.floor(2 ** 32 / size) - (size === 2 ? 1 : 0);

/** Typed-array storage for one element type. */
export class TypedBacking<A extends TypedArray> implements Backing<ElementOf<A>> {
  readonly name: string;
  readonly ctor: TypedArrayConstructor<A>;
  readonly cls: SliceClass<A>;
  /** The class of slices that do not begin where their store does. */
  readonly partCls: PartClass<A>;
  readonly growth: GrowthRule;
  readonly size: number;
  readonly capMax: number;
  readonly zeroValue: ElementOf<A>;
  /** Whether elements are float32: what they are compared with is rounded to one, as in Go. */
  private readonly rounds: boolean;

  constructor(
    name: string,
    ctor: TypedArrayConstructor<A>,
    cls: SliceClass<A>,
    partCls: PartClass<A>,
    growth: GrowthRule = growthGo118,
  ) {
    this.name = name;
    this.ctor = ctor;
    this.cls = cls;
    this.partCls = partCls;
    this.growth = growth;
    this.size = ctor.BYTES_PER_ELEMENT;
    this.capMax = elementsMax(this.size);
    this.zeroValue = (ctor.name.startsWith("Big") ? 0n : 0) as ElementOf<A>;
    this.rounds = ctor.name === "Float32Array";
  }

  /** The brand, `Symbol.for("gort.slice.Backing")`. */
  get [Symbol.for("gort.slice.Backing")](): true {
    return true;
  }
  zero(): ElementOf<A> {
    return this.zeroValue;
  }
  equal(a: ElementOf<A>, b: ElementOf<A>): boolean {
    return a === b || (this.rounds && Math.fround(a as number) === Math.fround(b as number));
  }
  make(len: number, cap: number): TypedSlice<A> {
    let array: A;
    try {
      array = new this.ctor(cap);
    } catch {
      throw outOfMemory();
    }
    return new this.cls(array, new TypedStore(this, 0, cap), len);
  }
  nil(): TypedSlice<A> {
    return new this.cls(new this.ctor(0), new TypedStore(this, -1, 0), 0);
  }
  withGrowth(rule: GrowthRule): TypedBacking<A> {
    checkFunction("withGrowth", "rule", rule);
    return new TypedBacking(this.name, this.ctor, this.cls, this.partCls, rule);
  }
  /** The same storage under the name of a defined type. */
  named(name: string): TypedBacking<A> {
    if (name === this.name) return this;
    return new TypedBacking(name, this.ctor, this.cls, this.partCls, this.growth);
  }
  /** A slice over all of an array that the caller owns, without a copy. */
  over(array: A): TypedSlice<A> {
    const n = array.length;
    if (n > this.capMax) {
      throw badArgument("sliceFrom", "array length", n, `at most ${this.capMax}`);
    }
    // A derived class, or that of another realm, shares its memory: one class for all slices of a kind, before and after growth.
    const own =
      array.constructor === this.ctor ? array : new this.ctor(array.buffer, array.byteOffset, n);
    return new this.cls(own, new TypedStore(this, 0, n), n);
  }
}

const table = /* @__PURE__ */ backings();
// A function with a name, for esbuild writes out one that is called where it stands, and then cannot leave the table out.
function backings(): Readonly<Record<string, TypedBacking<any>>> {
  return {
    Int8Array: new TypedBacking<Int8Array>("int8", Int8Array, g.Int8Slice, g.Int8Part),
    Uint8Array: new TypedBacking<Uint8Array>("uint8", Uint8Array, g.Uint8Slice, g.Uint8Part),
    Uint8ClampedArray: new TypedBacking<Uint8ClampedArray>(
      "uint8",
      Uint8ClampedArray,
      g.Uint8ClampedSlice,
      g.Uint8ClampedPart,
    ),
    Int16Array: new TypedBacking<Int16Array>("int16", Int16Array, g.Int16Slice, g.Int16Part),
    Uint16Array: new TypedBacking<Uint16Array>("uint16", Uint16Array, g.Uint16Slice, g.Uint16Part),
    Int32Array: new TypedBacking<Int32Array>("int32", Int32Array, g.Int32Slice, g.Int32Part),
    Uint32Array: new TypedBacking<Uint32Array>("uint32", Uint32Array, g.Uint32Slice, g.Uint32Part),
    Float32Array: new TypedBacking<Float32Array>(
      "float32",
      Float32Array,
      g.Float32Slice,
      g.Float32Part,
    ),
    Float64Array: new TypedBacking<Float64Array>(
      "float64",
      Float64Array,
      g.Float64Slice,
      g.Float64Part,
    ),
    BigInt64Array: new TypedBacking<BigInt64Array>(
      "int64",
      BigInt64Array,
      g.BigInt64Slice,
      g.BigInt64Part,
    ),
    BigUint64Array: new TypedBacking<BigUint64Array>(
      "uint64",
      BigUint64Array,
      g.BigUint64Slice,
      g.BigUint64Part,
    ),
  };
}

/** Name of the typed array that holds values of a kind, or undefined if none does. */
export const ARRAY_OF_KIND: Readonly<Record<string, string>> = {
  int8: "Int8Array",
  uint8: "Uint8Array",
  int16: "Int16Array",
  uint16: "Uint16Array",
  int: "Int32Array",
  int32: "Int32Array",
  uint: "Uint32Array",
  uint32: "Uint32Array",
  uintptr: "Uint32Array",
  float32: "Float32Array",
  float64: "Float64Array",
  int64: "BigInt64Array",
  uint64: "BigUint64Array",
};

/** The backing for a typed array's name, such as `"Int32Array"`; undefined for any other. */
export function typedBacking(name: string): TypedBacking<any> | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/**
 * The typed-array backing for the kind of a type; undefined for kinds that no typed array holds, and for a descriptor that somebody else
 * made: its kind says how its values lie in memory, and not that they are numbers.
 */
export function typedBackingOf(type: Type): TypedBacking<any> | undefined {
  if (!kindTells(type)) return undefined;
  const name = ARRAY_OF_KIND[type.kind];
  return name === undefined ? undefined : table[name];
}
