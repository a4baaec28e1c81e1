/**
 * The numbers of `heap-layout.ts`: the words of a map's header, and the kinds of keys and values.
 *
 * Invariants
 *  1. Every constant is a plain literal, and this file has no imports: so the build writes each into the code that uses it.
 *     After an import or a computed constant every use would be a variable, which V8 loads, checks and adds each time.
 */

/** Largest key or value, in bytes, that lies in the bucket itself. */
export const MAX_INLINE = 128;

/** Byte offset of the overflow link in a bucket. */
export const LINK_BYTES = 8;

/** Word of the first key in a bucket of keys of one word, behind the tophash bytes and the link. */
export const KEY_WORD = 3;

/** Words of the header. The first four are pointers. */
export const H_BUCKETS = 0;
export const H_OLD = 1;
export const H_OVERFLOW = 2;
export const H_OLD_OVERFLOW = 3;
export const H_COUNT = 4;
export const H_FLAGS = 5;
export const H_B = 6;
export const H_NOVERFLOW = 7;
export const H_HASH0 = 8;
export const H_NEVACUATE = 9;
/** What changed besides new entries, see `HeapMap.version`. */
export const H_CHANGES = 10;
export const H_EPOCH = 11;
export const H_SHAPE = 12;
/** Next free pre-allocated overflow bucket, and the end of them; addresses inside a segment that is kept alive otherwise. */
export const H_NEXT_OVERFLOW = 13;
export const H_END_OVERFLOW = 14;
/** Used length and capacity of the list of overflow segments. */
export const H_SEGMENTS = 15;
export const H_SEGMENTS_CAP = 16;
/** Tells a header from other memory, and maps of other types. */
export const H_MAGIC = 17;
/** `2^B - 1`. */
export const H_MASK = 18;
/** How many entries there may be before the next new one makes the map grow; 0 with too many overflow buckets. */
export const H_LIMIT = 19;
/** Counts the buckets that were moved or replaced. */
export const H_MOVES = 20;
/** Next segment of the old array to be used again, if its buckets have all moved. */
export const H_RECYCLED = 21;
/** Words of the header. */
export const HEADER_WORDS = 22;

/** How a key or a value is kept, which chooses the code that reads and writes it. */
export const INT32 = 0;
export const UINT32 = 1;
export const FLOAT64 = 2;
export const STRING = 3;
/** A struct of 32-bit integers: compared and hashed as words. */
export const WORDS = 4;
/** Another type whose values `===` compares as Go does. */
export const SCALAR = 5;
/** Anything else: by the descriptor's own methods. */
export const GENERAL = 6;
/** A pointer (as a value). */
export const POINTER = 7;
