/**
 * The numbers of `value-chunk.ts`. Plain literals and no imports, so that the build writes them into the code; see
 * `heap-words.ts`.
 */

/** Log2 of the buckets of a chunk: 180 KiB and less for each of its arrays, small enough to be made inside one `set`. */
export const CHUNK_BITS = 10;
/** Selects the place of a bucket in its chunk. */
export const CHUNK_MASK = 1023;
/** Log2 of the slots of a chunk. */
export const SLOT_BITS = 13;
/** Word of the overflow link in a record, after two words of tophash bytes. */
export const LINK = 2;
/** Word of the forms: bit `i` for a value kept as a number, bit `8 + i` for a key kept as two words. */
export const FORMS = 3;
/** First word behind these four. */
export const REST = 4;
/** Words of a key of two words, and of a number. */
export const PAIR_WORDS = 2;
export const NUMBER_WORDS = 2;
/** Bit of slot 0 for a key kept as two words. */
export const PAIR = 256;
