/**
 * Slices on plain JavaScript arrays: any values at all.
 *
 * Invariants
 *  1. All slots from `off` to `off + cap` are present, holding the zero value until written.
 *  2. For an element type of Go with mutable values (structs, arrays, complex numbers), what comes in is copied: `set`, `append`,
 *     `copy` and growth never let two slots share an object. `get` gives the element itself, so that
 *     `s.get(i).x = 1` is Go's `s[i].x = 1`. Values of no declared type are held by reference, as Go holds pointers.
 *
 * Why the slack is filled when storage is made: reslicing beyond the length must show zero values, and
 * filling then costs a fraction of a nanosecond per slot where testing for holes would cost every `get`.
 */
import { badArgument, checkFunction, type Type } from "@gort/types";
import type { Backing, GrowthRule } from "./api.ts";
import { outOfMemory } from "./errors.ts";
import { growthGo118 } from "./growth.ts";
import { Slice, failIndex, growCap } from "./slice.ts";

/** V8's limit on the elements of an array in fast mode. */
const CAP_MAX = 2 ** 27 - 32;

/** How values of an element type behave on JavaScript storage. */
export interface ValueRules<T> {
  /** Go's name of the type. */
  readonly name: string;
  /** The descriptor, where there is one. */
  readonly type?: Type<T>;
  /** Bytes of one value, as Go counts them. */
  readonly size: number;
  /** The zero value. */
  zero(): T;
  /** Whether each slot needs a zero value of its own, because they can be written to. */
  readonly freshZero: boolean;
  /** Go's `==`. */
  equal(a: T, b: T): boolean;
  /** Copies a mutable value of the type, from slot to slot; null for types whose values cannot change. */
  readonly copy: ((v: T) => T) | null;
  /** What slots hold for a value from outside: checked, and a copy if it is mutable; null for types that take anything as it is. */
  readonly fit: ((v: T) => T) | null;
}

/**
 * A slice on a plain array.
 *
 * @example
 * ```ts
 * import { sliceOf, type ArraySlice } from "@gort/slice";
 *
 * const s: ArraySlice<string> = sliceOf("a", "b", "c");
 * s.slice(1).array === s.array; // => true
 * s.slice(1).off; // => 1
 * ```
 */
export class ArraySlice<T> extends Slice<T> {
  declare readonly backing: ArrayBacking<T>;
  declare readonly array: T[];
  declare readonly off: number;
  declare readonly len: number;
  declare readonly cap: number;

  constructor(backing: ArrayBacking<T>, array: T[], off: number, len: number, cap: number) {
    super();
    this.backing = backing;
    this.array = array;
    this.off = off;
    this.len = len;
    this.cap = cap;
  }

  /** See slice.ts on names. */
  static override get name(): string {
    return "ArraySlice";
  }

  get(i: number): T {
    if (!(typeof i === "number" && i >= 0 && i < this.len && (i | 0) === i)) failIndex(this, i);
    return this.array[this.off + i]!;
  }

  set(i: number, v: T): void {
    if (!(typeof i === "number" && i >= 0 && i < this.len && (i | 0) === i)) failIndex(this, i);
    const { fit } = this.backing.rules;
    this.array[this.off + i] = fit === null ? v : fit(v);
  }

  appendOne(v: T): this {
    const { fit } = this.backing.rules;
    if (fit !== null) v = fit(v);
    const n = this.len;
    if (n < this.cap) {
      this.array[this.off + n] = v;
      // By its own name a class is looked up, and compared, each time; `constructor` is a constant to V8.
      const Same = this.constructor as typeof ArraySlice<T>;
      return new Same(this.backing, this.array, this.off, n + 1, this.cap) as this;
    }
    const out = this.grown(n + 1, n + 1);
    out.array[n] = v;
    return out;
  }

  /** @internal */
  override part(lo: number, len: number, cap: number): this {
    const off = cap === 0 ? this.off : this.off + lo;
    return new ArraySlice(this.backing, this.array, off, len, cap) as this;
  }

  /** @internal */
  override check(v: T): void {
    this.backing.rules.fit?.(v);
  }

  /** @internal */
  override fits(t: Slice<unknown>): boolean {
    const { rules } = this.backing;
    return rules.fit === null || (t.backing as Partial<ArrayBacking<T>>).rules === rules;
  }

  /** @internal */
  override taken(values: T[]): T[] {
    const { fit } = this.backing.rules;
    return fit === null ? values : values.map((v) => fit(v));
  }

  /** @internal */
  override put(i: number, v: T): void {
    this.array[this.off + i] = v;
  }

  /** @internal */
  override move(i: number, src: Slice<T>, j: number, n: number): void {
    if (n === 0) return;
    const { copy } = this.backing.rules;
    const at = this.off + i;
    if (copy === null && src instanceof ArraySlice) {
      moveWithin(this.array, at, src.array as T[], src.off + j, n);
      return;
    }
    // Through a temporary: the source may overlap, and its elements may be objects to copy.
    const values = src.part(j, n, n).toArray();
    if (copy !== null) for (let k = 0; k < n; k++) values[k] = copy(values[k]!);
    for (let k = 0; k < n; k++) this.array[at + k] = values[k]!;
  }

  /** @internal */
  override wipe(i: number, n: number): void {
    this.backing.fill(this.array, this.off + i, this.off + i + n);
  }

  /** @internal */
  override grown(need: number, len: number): this {
    const { backing, array, off, len: n } = this;
    const cap = growCap(backing, this.cap, need);
    const { copy } = backing.rules;
    const out = newArray<T>(cap);
    if (copy === null) for (let k = 0; k < n; k++) out[k] = array[off + k]!;
    else for (let k = 0; k < n; k++) out[k] = copy(array[off + k]!);
    backing.fill(out, n, cap);
    return new ArraySlice(backing, out, 0, len, cap) as this;
  }

  override toArray(): T[] {
    return this.len === 0 ? [] : this.array.slice(this.off, this.off + this.len);
  }
}

/**
 * Plain-array storage for one element type.
 *
 * @example
 * ```ts
 * import { append, sliceOf } from "@gort/slice";
 *
 * const { backing } = sliceOf("a");
 * backing.over(["x", "y"]).get(1); // => "y"
 * append(backing.make(0, 4), "b").cap; // => 4
 * ```
 */
export class ArrayBacking<T> implements Backing<T> {
  /** How its values behave. */
  readonly rules: ValueRules<T>;
  readonly growth: GrowthRule;
  readonly name: string;
  readonly size: number;
  readonly capMax: number;

  constructor(rules: ValueRules<T>, growth: GrowthRule = growthGo118) {
    this.rules = rules;
    this.growth = growth;
    this.name = rules.name;
    this.size = rules.size;
    this.capMax = CAP_MAX;
  }

  /** The brand, `Symbol.for("gort.slice.Backing")`. */
  get [Symbol.for("gort.slice.Backing")](): true {
    return true;
  }
  zero(): T {
    return this.rules.zero();
  }
  equal(a: T, b: T): boolean {
    return this.rules.equal(a, b);
  }
  make(len: number, cap: number): ArraySlice<T> {
    const array = newArray<T>(cap);
    this.fill(array, 0, cap);
    return new ArraySlice(this, array, 0, len, cap);
  }
  nil(): ArraySlice<T> {
    return new ArraySlice<T>(this, [], -1, 0, 0);
  }
  withGrowth(rule: GrowthRule): ArrayBacking<T> {
    checkFunction("withGrowth", "rule", rule);
    return new ArrayBacking(this.rules, rule);
  }
  /**
   * A slice over all of an array that the caller owns, without a copy. O(1).
   * @throws RangeError for an array that is longer than slices on JavaScript storage can be
   */
  over(array: T[]): ArraySlice<T> {
    if (array.length > CAP_MAX) {
      throw badArgument("sliceFrom", "array length", array.length, `at most ${CAP_MAX}`);
    }
    return new ArraySlice(this, array, 0, array.length, array.length);
  }
  /** Puts zero values into the slots from `from` to `to`: one each if they are mutable. O(to - from). */
  fill(array: T[], from: number, to: number): void {
    const { rules } = this;
    if (from >= to) return;
    if (!rules.freshZero) array.fill(rules.zero(), from, to);
    else for (let i = from; i < to; i++) array[i] = rules.zero();
  }
}

function newArray<T>(cap: number): T[] {
  try {
    return new Array<T>(cap);
  } catch {
    throw outOfMemory();
  }
}

/** `memmove` for plain arrays. */
function moveWithin<T>(dst: T[], at: number, src: T[], from: number, n: number): void {
  if (dst === src && from < at) for (let k = n - 1; k >= 0; k--) dst[at + k] = src[from + k]!;
  else for (let k = 0; k < n; k++) dst[at + k] = src[from + k]!;
}
