/**
 * The unit of a pointer, hidden in one file: everything that turns an address into a page, a word or a bit.
 *
 * Invariants
 *  1. A `Ptr` is a byte offset from the start of the memory, an integer in [0, 2^32).
 *  2. In an `Int32Array` it is stored as its low 32 bits; {@link fromWord} restores the unsigned value.
 *  3. Page numbers, word indexes and span records are below 2^30 and therefore small integers in V8.
 */
import type { Ptr } from "./api.ts";
import { PAGE_SHIFT, PAGE_SIZE } from "./words.ts";

export const pageOf = (p: Ptr): number => p >>> PAGE_SHIFT;
/** Address of a page's first byte. */
export const addressOf = (page: number): Ptr => (page << PAGE_SHIFT) >>> 0;
/** A pointer as read from an `Int32Array`. */
export const fromWord = (word: number): Ptr => word >>> 0;
export const wordOf = (p: Ptr): number => p >>> 2;
export const pagesFor = (bytes: number): number => Math.ceil(bytes / PAGE_SIZE);
