/**
 * How much `append` grows a full slice: Go's rules, to the number.
 *
 * Invariants
 *  1. The result is at least the need, and at least the old capacity plus one.
 *  2. It depends on the old capacity, the need and the element size only.
 *  3. Bytes are rounded up to a size class, so that the slack an allocator would waste becomes capacity.
 *
 * Why 256 and the (cap + 768) / 4 of Go 1.18: they go smoothly from doubling to a quarter, where the rule before jumped
 * at 1024 and could give a longer slice less capacity than a shorter one. Both stand here: programs that
 * print capacities were written against either.
 */
import { roundupsize } from "@gort/alloc";
import type { GrowthRule } from "./api.ts";

/** Capacity after rounding the bytes up to a size class; elements of size 0 need no storage. */
function rounded(newCap: number, need: number, elemSize: number): number {
  if (elemSize === 0) return need;
  return Math.floor(roundupsize(newCap * elemSize) / elemSize);
}

/** The capacity before rounding, since Go 1.18. */
function wanted(oldCap: number, need: number): number {
  if (need > 2 * oldCap) return need;
  if (oldCap < 256) return 2 * oldCap;
  let cap = oldCap;
  while (cap < need) cap += Math.floor((cap + 768) / 4);
  return cap;
}

/**
 * Go 1.18 and later: double below 256, then add a quarter and 192 until it fits.
 *
 * @example
 * ```ts
 * import { growthGo118 } from "@gort/slice";
 *
 * growthGo118(512, 513, 8); // => 848
 * growthGo118(5, 6, 3); // => 10
 * ```
 */
export const growthGo118: GrowthRule = (oldCap, need, elemSize) =>
  rounded(wanted(oldCap, need), need, elemSize);

/** Small objects with pointers above this size carry a header since Go 1.22; it takes this many bytes. */
const HEADERLESS_MAX = 512;
const HEADER = 8;
const SMALL_MAX = 32768;

/**
 * Go 1.22 and later for element types that hold pointers: as {@link growthGo118}, but storage above 512 bytes gives 8 of
 * them to a header.
 *
 * @example
 * ```ts
 * import { growthGo118, growthGo122Pointers } from "@gort/slice";
 *
 * growthGo122Pointers(64, 65, 8); // => 143
 * growthGo118(64, 65, 8); // => 128
 * ```
 */
export const growthGo122Pointers: GrowthRule = (oldCap, need, elemSize) => {
  const cap = wanted(oldCap, need);
  const bytes = cap * elemSize;
  if (bytes <= HEADERLESS_MAX || bytes > SMALL_MAX - HEADER) return rounded(cap, need, elemSize);
  return Math.floor((roundupsize(bytes + HEADER) - HEADER) / elemSize);
};

/**
 * Go up to 1.17: double below 1024, then add a quarter until it fits.
 *
 * @example
 * ```ts
 * import { growthGo117, makeSlice, append, withGrowth } from "@gort/slice";
 * import { float64 } from "@gort/types";
 *
 * let s = makeSlice(withGrowth(float64, growthGo117), 512);
 * s = append(s, 1);
 * s.cap; // => 1024
 * ```
 */
export const growthGo117: GrowthRule = (oldCap, need, elemSize) => {
  let cap = need;
  if (need <= 2 * oldCap) {
    if (oldCap < 1024) cap = 2 * oldCap;
    else for (cap = oldCap; cap < need;) cap += Math.floor(cap / 4);
  }
  return rounded(cap, need, elemSize);
};
