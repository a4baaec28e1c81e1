/**
 * Descriptors of arrays and of slice headers.
 *
 * Invariants
 *  1. An array of n elements has n times the size and the alignment of its element; its mask is made when first asked for.
 *  2. Arrays are equal if all elements are; the comparison stops at the first difference, so a later
 *     uncomparable interface value does not panic (as in Go).
 *  3. An array asks nothing of its element that needs the types it refers to: those may be made later.
 *  4. The address in a slice header is written with the barrier, its length and capacity plainly.
 */
import type { Ptr, Space, Type } from "./api.ts";
import {
  BaseType,
  NO_POINTERS,
  ONE_POINTER,
  UncomparableType,
  badValue,
  internalType,
  checkLazy,
  checkType,
  resolveType,
} from "./base.ts";
import { badArgument, uncomparableType, unhashableType } from "./errors.ts";
import { addMask, checkTypeSize, emptyMask } from "./layout.ts";
import { spell } from "./spell.ts";
import type { ArrayType, Lazy, SliceHeader, SliceType } from "./kinds.ts";

class ArrayDescriptor<T> extends BaseType<T[]> implements ArrayType<T> {
  readonly kind = "array";
  readonly elem: BaseType<T>;
  readonly len: number;
  private mask: Uint32Array | null = null;

  constructor(elem: BaseType<T>, len: number) {
    // The prefix ends with the last pointer of the last element.
    const ptrdata = len === 0 || elem.ptrdata === 0 ? 0 : elem.size * (len - 1) + elem.ptrdata;
    super(elem.size * len, elem.align, ptrdata, elem.comparable);
    this.elem = elem;
    this.len = len;
  }
  override clone(): BaseType<T[]> {
    return new (this.constructor as typeof ArrayDescriptor)(this.elem, this.len);
  }
  override get ptrMask(): Uint32Array {
    if (this.mask !== null) return this.mask;
    if (this.ptrdata === 0) return (this.mask = NO_POINTERS);
    const mask = emptyMask(this.ptrdata);
    for (let i = 0; i < this.len; i++) addMask(mask, this.elem, i * this.elem.size);
    return (this.mask = mask);
  }
  override typeString(): string {
    return spell(this, () => `[${this.len}]${this.elem.name}`);
  }
  override zero(): T[] {
    const out: T[] = [];
    for (let i = 0; i < this.len; i++) out.push(this.elem.zero());
    return out;
  }
  override copy(value: T[]): T[] {
    return Array.from(value, (v) => this.elem.copy(v));
  }
  override get(space: Space, p: Ptr): T[] {
    const { elem, len } = this;
    const out: T[] = [];
    for (let i = 0, q = p; i < len; i++, q += elem.size) out.push(elem.get(space, q));
    return out;
  }
  override check(value: unknown, what: string, space?: Space): void {
    const a = value as ArrayLike<unknown> | null | undefined;
    if (typeof a !== "object" || a === null || a.length !== this.len) {
      throw badValue(what, value, `an array of ${this.len}`);
    }
    for (let i = 0; i < this.len; i++) this.elem.check(a[i], `${what}[${i}]`, space);
  }
  override put(space: Space, p: Ptr, value: ArrayLike<T>): void {
    const { elem, len } = this;
    for (let i = 0, q = p; i < len; i++, q += elem.size) elem.put(space, q, value[i]!);
  }
  override equal(space: Space, p: Ptr, q: Ptr): boolean {
    if (!this.comparable) throw uncomparableType(this.name);
    const { elem, size } = this;
    for (let i = 0; i < size; i += elem.size) if (!elem.equal(space, p + i, q + i)) return false;
    return true;
  }
  override hash(space: Space, p: Ptr, seed: number): number {
    if (!this.comparable) throw unhashableType(this.name);
    const { elem, size } = this;
    for (let i = 0; i < size; i += elem.size) seed = elem.hash(space, p + i, seed);
    return seed;
  }
  override equalValues(a: T[], b: T[]): boolean {
    if (!this.comparable) throw uncomparableType(this.name);
    for (let i = 0; i < this.len; i++) if (!this.elem.equalValues(a[i]!, b[i]!)) return false;
    return true;
  }
  override hashValue(value: T[], seed: number): number {
    if (!this.comparable) throw unhashableType(this.name);
    // Elements of size 0 have one value and add nothing, in memory as here.
    if (this.size === 0) return seed;
    for (let i = 0; i < this.len; i++) seed = this.elem.hashValue(value[i]!, seed);
    return seed;
  }
}

/** A number first: bits of a bigint or a symbol cannot be had. */
const isWord = (v: unknown): boolean => typeof v === "number" && v >>> 0 === v;

class SliceDescriptor<T> extends UncomparableType<SliceHeader> implements SliceType<T> {
  readonly kind = "slice";
  private target: Lazy<T>;

  constructor(elem: Lazy<T>) {
    super(12, 4, 4, false);
    this.target = elem;
  }
  override clone(): BaseType<SliceHeader> {
    return new (this.constructor as typeof SliceDescriptor)(this.target);
  }
  get elem(): Type<T> {
    return (this.target = resolveType("slice", this.target));
  }
  override get ptrMask(): Uint32Array {
    return ONE_POINTER;
  }
  override typeString(): string {
    return spell(this, () => `[]${this.elem.name}`);
  }
  override zero(): SliceHeader {
    return { ptr: 0, len: 0, cap: 0 };
  }
  override copy(value: SliceHeader): SliceHeader {
    return { ptr: value.ptr, len: value.len, cap: value.cap };
  }
  override get(space: Space, p: Ptr): SliceHeader {
    const u32 = space.memory.u32;
    const w = p >>> 2;
    return { ptr: u32[w]!, len: u32[w + 1]!, cap: u32[w + 2]! };
  }
  override check(value: unknown, what: string): void {
    const h = value as SliceHeader | null | undefined;
    const ok =
      typeof h === "object" && h !== null && isWord(h.ptr) && isWord(h.len) && isWord(h.cap);
    if (!ok) throw badValue(what, value, "a slice header { ptr, len, cap }");
    if (h.len > h.cap) {
      throw badArgument(what, "len", h.len, `at most cap, which is ${h.cap}`);
    }
  }
  override put(space: Space, p: Ptr, value: SliceHeader): void {
    const u32 = space.memory.u32;
    const w = p >>> 2;
    space.writePtr(p, value.ptr);
    u32[w + 1] = value.len;
    u32[w + 2] = value.cap;
  }
}

/**
 * `[n]T`. O(1).
 * @param n number of elements, an integer from 0
 * @throws RangeError if `n` is no such integer, or the array would be larger than memory can be; TypeError for what is no descriptor
 *
 * @example
 * ```ts
 * import { array, uint8 } from "@gort/types";
 *
 * const t = array(uint8, 4);
 * t.name; // => "[4]uint8"
 * t.equalValues([1, 2, 3, 4], [1, 2, 3, 4]); // => true
 * ```
 */
export function array<T>(elem: Type<T>, n: number): ArrayType<T> {
  if (!Number.isSafeInteger(n) || n < 0) throw badArgument("array", "n", n, "an integer from 0");
  const { size } = checkType("array", elem);
  // Not the element's name: it may refer to the type that this array becomes a part of, which is not there yet.
  checkTypeSize(size * n, `array of ${n} values of ${size} bytes`);
  return new ArrayDescriptor(internalType(elem), n);
}

/**
 * `[]T`: in memory the header (pointer, length, capacity), 12 bytes. O(1).
 * @throws TypeError for what is no descriptor
 *
 * @example
 * ```ts
 * import { slice, string } from "@gort/types";
 *
 * slice(string).name; // => "[]string"
 * slice(string).comparable; // => false
 * ```
 */
export function slice<T>(elem: Lazy<T>): SliceType<T> {
  return new SliceDescriptor(checkLazy("slice", elem));
}
