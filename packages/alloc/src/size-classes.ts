/**
 * Which size class serves a request, and how large its objects are; see the generated table for the classes.
 *
 * Invariants
 *  1. `classOf(n)` is the smallest class whose size is at least n, for 1 <= n <= 32,768.
 *  2. Lookup is one shift and one load: steps of 8 bytes to 1,024, of 128 bytes above, as in Go.
 *  3. `objectIndex(offset, classDiv[class])` equals `floor(offset / size)` for every offset of a span.
 *
 * Why a 32-bit multiply instead of Go's 64-bit one: V8 has no 64-bit integer product short of BigInt, and a
 * product in doubles costs two conversions. Offsets and sizes are both multiples of 8, so dividing both by 8
 * first leaves 14 bits by 12 bits and a multiplier exists for every class (the generator proves each one).
 */
import { badArgument } from "./errors.ts";
import {
  CLASS_DIV_MUL,
  CLASS_DIV_SHIFT,
  CLASS_OBJECTS,
  CLASS_PAGES,
  CLASS_SIZE,
  NUM_SIZE_CLASSES,
} from "./size-classes.generated.ts";
import { MAX_SMALL_SIZE, PAGE_SIZE, TINY_SIZE } from "./words.ts";

export { NUM_SIZE_CLASSES };

const column = (values: readonly number[], tiny: number): Int32Array =>
  Int32Array.from([...values, tiny]);

/** Bytes of an object by class; the last entry is the tiny block. */
export const classSize = /* @__PURE__ */ column(CLASS_SIZE, TINY_SIZE);
export const classPages = /* @__PURE__ */ column(CLASS_PAGES, 1);
export const classObjects = /* @__PURE__ */ column(CLASS_OBJECTS, PAGE_SIZE / TINY_SIZE);
/** Multiplier << 5 | shift; see {@link objectIndex}. Class 0 gives index 0 for every offset. */
const divs = /* @__PURE__ */ CLASS_DIV_MUL.map((mul, k) => (mul << 5) | CLASS_DIV_SHIFT[k]!);
export const classDiv = /* @__PURE__ */ column(divs, divs[2]!);

/** Class by `(size + 7) >>> 3`, for all sizes. */
export const sizeToClass = /* @__PURE__ */ classes();
function classes(): Uint8Array {
  const table = new Uint8Array(MAX_SMALL_SIZE / 8 + 1);
  for (let n = 8, c = 1; n <= MAX_SMALL_SIZE; n += 8) {
    while (n > CLASS_SIZE[c]!) c++;
    table[n >>> 3] = c;
  }
  return table;
}

/** The smallest class for `size` bytes, 1 to 32,768. */
export const classOf = (size: number): number => sizeToClass[(size + 7) >>> 3]!;

/** Index of the object at `offset` bytes into a span, by its class's entry of {@link classDiv}. The tracer spells it out, in parts. */
export const objectIndex = (offset: number, div: number): number =>
  Math.imul(offset >>> 3, div >>> 5) >>> div;

/**
 * The bytes that a request of `size` bytes really takes: its size class, or whole pages above 32 KiB.
 * Go's `roundupsize`; `append` uses it to choose capacities. O(1).
 * @param size bytes, an integer from 0; 0 gives 0
 * @throws AllocError `BAD_ARGUMENT` for another size
 *
 * @example
 * ```ts
 * import { roundupsize } from "@gort/alloc";
 *
 * roundupsize(33); // => 48
 * roundupsize(32769); // => 40960
 * ```
 */
export function roundupsize(size: number): number {
  if (!Number.isInteger(size) || size < 0)
    throw badArgument("roundupsize", "size", size, "an integer from 0");
  if (size <= MAX_SMALL_SIZE) return size > 0 ? classSize[classOf(size)]! : 0;
  return Math.ceil(size / PAGE_SIZE) * PAGE_SIZE;
}

/** One row of {@link sizeClasses}. */
export interface SizeClass {
  /** 1 to 67. */
  readonly class: number;
  /** Bytes of an object. */
  readonly size: number;
  /** 8 KiB pages of a span. */
  readonly pages: number;
  /** Objects of a span. */
  readonly objects: number;
  /** Bytes at the end of a span that no object fits into. */
  readonly tailWaste: number;
}

/**
 * Go's table of size classes, class 0 (large objects) excluded: a new array each time. O(classes).
 *
 * @example
 * ```ts
 * import { sizeClasses } from "@gort/alloc";
 *
 * const table = sizeClasses();
 * table.length; // => 67
 * table[4]!.size; // => 48
 * table[4]!.objects; // => 170
 * ```
 */
export function sizeClasses(): SizeClass[] {
  return Array.from({ length: NUM_SIZE_CLASSES - 1 }, (_, i) => {
    const size = classSize[i + 1]!;
    const pages = classPages[i + 1]!;
    return {
      class: i + 1,
      size,
      pages,
      objects: classObjects[i + 1]!,
      tailWaste: (pages * PAGE_SIZE) % size,
    };
  });
}
