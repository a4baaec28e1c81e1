/**
 * Go's package `unsafe`: sizes, offsets and pointer arithmetic on purpose, and its checker.
 *
 * Invariants
 *  1. Arithmetic stays within the 4 GiB that a pointer can name; beyond it throws instead of wrapping.
 *  2. The checker knows Go's three `checkptr` errors: a result in another object than it came from, a value that straddles objects,
 *     a misaligned pointer (of any type here: typed arrays would read another word). It needs an allocator that finds objects, so it is for the poisoning build.
 */
import type { Ptr, Type } from "./api.ts";
import { checkType } from "./base.ts";
import { FatalError, RuntimeError, badArgument, badNumber } from "./errors.ts";
import type { SliceHeader, StructType } from "./kinds.ts";

/**
 * Go's `unsafe.Sizeof`: bytes of one value. O(1).
 *
 * @throws TypeError for what is no descriptor
 *
 * @example
 * ```ts
 * import { int16, sizeOf, string, struct } from "@gort/types";
 *
 * sizeOf(string); // => 8
 * sizeOf(struct({ a: int16, s: string })); // => 12
 * ```
 */
export function sizeOf(t: Type): number {
  return checkType("sizeOf", t).size;
}

/**
 * Go's `unsafe.Alignof`: 1, 2, 4 or 8. O(1).
 *
 * @throws TypeError for what is no descriptor
 *
 * @example
 * ```ts
 * import { alignOf, float64, int8, struct } from "@gort/types";
 *
 * alignOf(int8); // => 1
 * alignOf(struct({ a: int8, b: float64 })); // => 8
 * ```
 */
export function alignOf(t: Type): number {
  return checkType("alignOf", t).align;
}

/**
 * Go's `unsafe.Offsetof`: bytes from the start of a struct to a field, or along a path of fields. O(length of the path).
 * @throws TypeError if there is no such field
 *
 * @example
 * ```ts
 * import { float64, int8, offsetOf, struct } from "@gort/types";
 *
 * const Point = struct({ tag: int8, x: float64 });
 * offsetOf(Point, "x"); // => 8
 * offsetOf(struct({ n: int8, at: Point }), "at", "x"); // => 16
 * ```
 */
export function offsetOf(t: StructType, ...path: [string, ...string[]]): number {
  let offset = 0;
  let at: Type = checkType("offsetOf", t);
  for (const name of path) {
    const f = at.kind === "struct" ? (at as StructType).field(name) : undefined;
    if (f === undefined)
      throw badArgument("offsetOf", "field", name, `a field of ${at.name}`, "type");
    offset += f.offset;
    at = f.type;
  }
  return offset;
}

/**
 * Go's `unsafe.Add`: `p` moved by `n` bytes. O(1).
 * @throws RangeError if `n` is no integer, or `p` or the result no pointer
 *
 * @example
 * ```ts
 * import { add } from "@gort/types";
 *
 * add(64, 8); // => 72
 * add(64, -8); // => 56
 * ```
 */
export function add(p: Ptr, n: number): Ptr {
  if (typeof p !== "number" || p >>> 0 !== p) throw badArgument("add", "p", p, "a pointer");
  const q = typeof n === "number" ? p + n : NaN;
  if (q >>> 0 !== q)
    throw badArgument("add", "n", n, `an integer that keeps ${p} + n from 0 to 4294967295`);
  return q;
}

/**
 * Go's `unsafe.Slice`: the header of a slice of `len` values at `p`; nil for a nil pointer and length 0. O(1).
 * @throws RuntimeError `unsafe.Slice: len out of range`, `unsafe.Slice: ptr is nil and len is not zero`
 * @throws RangeError if `p` is no pointer; TypeError if `elem` is no descriptor
 *
 * @example
 * ```ts
 * import { int32, unsafeSlice } from "@gort/types";
 *
 * unsafeSlice(int32, 64, 3); // => { ptr: 64, len: 3, cap: 3 }
 * unsafeSlice(int32, 0, 1); // throws unsafe.Slice: ptr is nil and len is not zero
 * ```
 */
export function unsafeSlice(elem: Type, p: Ptr, len: number): SliceHeader {
  checkType("unsafeSlice", elem);
  if (typeof p !== "number" || p >>> 0 !== p) throw badArgument("unsafeSlice", "p", p, "a pointer");
  const isLength = typeof len === "number" && len >>> 0 === len && len <= 0x7fff_ffff;
  // A length that is none first, one that is too large only where there is something to point to: Go's order.
  if (!isLength || (p !== 0 && len * elem.size > 0x1_0000_0000 - p)) {
    throw new RuntimeError("runtime error: unsafe.Slice: len out of range");
  }
  if (p === 0 && len > 0) {
    throw new RuntimeError("runtime error: unsafe.Slice: ptr is nil and len is not zero");
  }
  return { ptr: p, len, cap: len };
}

/** What the checker asks of an allocator. `find` is `objects.find` of a traced allocator. */
export interface ObjectBounds {
  /** Base of the live object that contains `p`, or 0. */
  find(p: Ptr): Ptr;
  /** Bytes of the object at `base`. */
  usableSize(base: Ptr): number;
}

/** Pointer arithmetic that is checked as `go build -d=checkptr` does. */
export interface CheckedPointers {
  /** {@link add}, where the result must lie in the object that `p` lies in. @throws FatalError with Go's text */
  add(p: Ptr, n: number): Ptr;
  /**
   * Takes `p` as a pointer to `n` values of `t`; default 1.
   * @throws FatalError with Go's text; RangeError or TypeError for what is no pointer, no type or no number of values
   */
  cast(p: Ptr, t: Type, n?: number): Ptr;
}

/**
 * A checker over an allocator, with Go's `checkptr` errors. O(1); what it gives asks the allocator.
 * @throws TypeError if `bounds` lacks `find` or `usableSize`
 *
 * @example
 * ```ts
 * import { checkPointers } from "@gort/types";
 *
 * const one = { find: (p: number) => (p >= 64 && p < 80 ? 64 : 0), usableSize: () => 16 };
 * checkPointers(one).add(64, 8); // => 72
 * ```
 */
export function checkPointers(bounds: ObjectBounds): CheckedPointers {
  const { find, usableSize } = (bounds ?? {}) as Partial<ObjectBounds>;
  if (typeof find !== "function" || typeof usableSize !== "function")
    throw badArgument("checkPointers", "bounds", bounds, "find and usableSize", "type");
  return {
    add(p, n) {
      const q = add(p, n);
      if (q === 0 && p !== 0) {
        throw new FatalError("checkptr: pointer arithmetic computed bad pointer value");
      }
      if (bounds.find(q) !== bounds.find(p)) {
        throw new FatalError("checkptr: pointer arithmetic result points to invalid allocation");
      }
      return q;
    },
    cast(p, t, n = 1) {
      if (typeof p !== "number" || p >>> 0 !== p) throw badNumber("cast", "p", p, "a pointer");
      checkType("cast", t);
      if (typeof n !== "number" || !Number.isSafeInteger(n) || n < 0)
        throw badNumber("cast", "n", n, "an integer from 0");
      if (p === 0) return p;
      if (p % t.align !== 0) throw new FatalError("checkptr: misaligned pointer conversion");
      const base = bounds.find(p);
      const last = p + Math.max(t.size * n, 1) - 1;
      if (base === 0 || last >= base + bounds.usableSize(base)) {
        throw new FatalError("checkptr: converted pointer straddles multiple allocations");
      }
      return p;
    },
  };
}
