/**
 * Arithmetic of layouts: alignment and pointer masks.
 *
 * Invariants
 *  1. A mask has one bit per 4-byte word of the pointer prefix, least significant first, and no more
 *     words than the prefix needs.
 *  2. Sizes stay below 2^32: what cannot be addressed cannot be described.
 */
import type { Type } from "./api.ts";
import { badArgument } from "./errors.ts";

/** Largest size of a type in bytes. */
const MAX_TYPE_SIZE = 0xffff_fff8;

/** `n` rounded up to a multiple of `align`, a power of two. O(1). */
export function alignUp(n: number, align: number): number {
  const rest = n % align;
  return rest === 0 ? n : n + align - rest;
}

/** An empty mask for a prefix of `ptrdata` bytes. */
export function emptyMask(ptrdata: number): Uint32Array {
  return new Uint32Array(Math.ceil(ptrdata / 128));
}

/** Sets in `mask` the bits of a value of `t` that lies `offset` bytes from the start. O(words of t). */
export function addMask(mask: Uint32Array, t: Type, offset: number): void {
  const words = t.ptrdata / 4;
  const base = offset / 4;
  for (let i = 0; i < words; i++) {
    if ((t.ptrMask[i >>> 5]! >>> (i & 31)) & 1) {
      const bit = base + i;
      mask[bit >>> 5]! |= 1 << (bit & 31);
    }
  }
}

/** Throws if a type would be too large to address. */
export function checkTypeSize(size: number, what: string): void {
  if (size > MAX_TYPE_SIZE) throw badArgument(what, "size", size, `at most ${MAX_TYPE_SIZE} bytes`);
}
