/**
 * The words of values in memory, kept while others are written over them: for containers, which write all of a value or nothing.
 *
 * Invariants
 *  1. They are put back without an allocation, and pointers through the write barrier. Of types that are aligned to less than a word, of
 *     which none has pointers, they are the bytes.
 *  2. What they point to is kept by nobody: they go stale at the next safepoint.
 *
 * Why words and not values: a value of several parts would have to be made once to be kept and once to be put back, in a memory that
 * has just run out.
 */
import type { Ptr, Space, Type } from "./api.ts";
import { isOpaque } from "./fit.ts";

/**
 * Whether writing over a value can fail half way: it has several parts, and some have data of their own, for which memory may be
 * wanting; or a descriptor that somebody else made writes it, and may throw when it has written a part, or all. O(fields).
 * @internal
 */
export const isParted = (type: Type): boolean =>
  (type.ptrdata > 0 && /^(struct|array)$/.test(type.kind)) || isOpaque(type);

/** What {@link savedWords} keeps. */
export type SavedWords = readonly number[] | Uint8Array;

/**
 * The words of `n` values of a type, which lie at `p`. O(their words).
 * @internal
 */
export function savedWords({ memory }: Space, type: Type, p: Ptr, n = 1): SavedWords {
  if (type.align < 4) return memory.u8.slice(p, p + n * type.size);
  const { i32 } = memory;
  const begin = p >>> 2;
  const words: number[] = [];
  for (let w = begin; w < begin + ((n * type.size) >>> 2); w++) words.push(i32[w]!);
  return words;
}

/**
 * Puts {@link savedWords} back. O(their number).
 * @internal
 */
export function restoreWords(space: Space, type: Type, p: Ptr, words: SavedWords): void {
  if (words instanceof Uint8Array) return space.memory.u8.set(words, p);
  const { i32 } = space.memory;
  words.forEach((word, k) => {
    if (isPointer(type, k)) space.writePtr(p + 4 * k, word >>> 0);
    else i32[(p >>> 2) + k] = word;
  });
}

/** Whether word `k` of values that follow each other is a pointer. */
function isPointer({ ptrMask, size }: Type, k: number): boolean {
  const at = k % (size >>> 2);
  return (((ptrMask[at >>> 5] ?? 0) >>> (at & 31)) & 1) !== 0;
}

/**
 * Visits the pointers among {@link savedWords}: nothing else keeps what they point to while a descriptor that somebody else made
 * writes, and may collect. O(their number).
 * @internal
 */
export function visitSaved(type: Type, words: SavedWords, visit: (p: Ptr) => void): void {
  if (words instanceof Uint8Array) return;
  words.forEach((word, k) => {
    if (word !== 0 && isPointer(type, k)) visit(word >>> 0);
  });
}
