/**
 * The unit of a pointer, hidden in one file: everything that turns an address into a page, a word or a bit.
 *
 * Invariants
 *  1. A `Ptr` is a byte offset from the start of the memory, an integer in [0, 2^32).
 *  2. In an `Int32Array` it is stored as its low 32 bits; {@link fromWord} restores the unsigned value.
 *  3. Page numbers, word indexes and span records are below 2^30 and therefore small integers in V8.
 *
 * Why byte offsets and not 8-byte granules in an int32: measured on Node 20 over a 4 GiB memory, best of 12, ns per
 * step through a linked list of 4 M nodes.
 *
 *     |                                   | bytes < 2 GiB | bytes > 2 GiB | granules |
 *     |-----------------------------------|---------------|---------------|----------|
 *     | chase, everything inlined         | 2.1           | 2.8 to 3.7    | 2.5      |
 *     | chase, signed word as the pointer | 2.0           | 2.0           |          |
 *     | across a call that is not inlined | 5.0           | 11 to 12      | 5 to 7   |
 *
 * Granules save nothing below 2 GiB, where a byte offset is a small integer as well and needs no scaling. Above it a byte
 * offset that leaves optimised code becomes a heap number: 6 ns and 16 bytes of garbage each. Granules would
 * reach 16 GiB without that, but could not name a byte of a string or a 4-byte field, so every interior pointer would be a
 * pair. So: byte offsets, 4 GiB at most, best below 2 GiB.
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
