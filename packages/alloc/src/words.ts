/**
 * The words of a memory, by index: header, shard caches, span records. See layout.ts and span.ts for what they mean.
 *
 * This file imports nothing on purpose: only then does the build inline its constants into the code that uses them,
 * which makes the fast paths twice as fast as loading each one from its module.
 */

/** log2 of the page size, as in Go. */
export const PAGE_SHIFT = 13;
/** Bytes of a page. */
export const PAGE_SIZE = 8192;
/** The largest memory a byte offset can span. */
export const MAX_MEMORY = 4294967296;

/** Largest request served from a size class; above it an object has a span of its own. */
export const MAX_SMALL_SIZE = 32768;
/** Bytes of a tiny block. */
export const TINY_SIZE = 16;
/** The class of tiny blocks: one past Go's 68. */
export const TINY_CLASS = 68;
/** Span classes: two per size class (scan, noscan), then one for tiny blocks. */
export const TINY_SPC = 137;
export const NUM_SPC = 138;

export const MAGIC = 0x74726f67;
export const VERSION = 4;
export const KIND_TIERED = 1;
export const KIND_BUMP = 2;

/** Phases. */
export const IDLE = 0;
export const MARKING = 1;
export const SWEEPING = 2;

export const FEATURE_TINY = 1;

// Header words.
export const H_MAGIC = 2;
export const H_VERSION = 3;
export const H_KIND = 4;
export const H_PAGES = 5;
export const H_FIRST_PAGE = 6;
/** Page after the last one the heap has obtained so far. */
export const H_FRONTIER = 7;
export const H_SHARDS = 8;
export const H_PHASE = 9;
export const H_SWEEPGEN = 10;
/** Page at which the search for unswept spans goes on. */
export const H_SWEEP_CURSOR = 11;
export const H_FEATURES = 12;
/** Byte addresses of the rest of the current chunk of persistentAlloc, and pages of the heap that hold metadata. */
export const H_PERSISTENT = 13;
export const H_PERSISTENT_END = 14;
export const H_PERSISTENT_PAGES = 15;
/** Pages that belong to spans in use. */
export const H_PAGES_INUSE = 16;
/** Free pages known to be zero. */
export const H_PAGES_ZERO = 17;
export const H_SPANS = 18;
/** No free page with unknown content lies at or above it. */
export const H_SCAVENGE_HIGH = 19;
/** Words of span records in use. */
export const H_RECORD_WORDS = 20;
/** Bump allocator: linearAlloc's two words. */
export const H_BUMP_NEXT = 21;
export const H_BUMP_END = 22;
/** Page that the heap may grow up to: metadata lies from there to the end of the memory. */
export const H_LIMIT = 23;
/** Heads of the free lists of span records, one per number of bitmap words, the last for tiny spans. */
export const H_RECORD_LISTS = 24;
export const NUM_RECORD_LISTS = 34;
/** 1 once a collector has begun to work: there are no magazines then, and no start bits. See magazine.ts. */
export const H_COLLECTED = 58;
/** The object of size zero: 8 bytes at a multiple of 16. */
export const H_ZERO_BASE = 60;
/** A bitmap word that is always 0: what the cursor of an empty cache slot points to. */
export const H_NO_BITS = 62;
/** Bump allocator: end of what may hold old bytes, whether a special object exists, f64 bytes of its system memory. */
export const H_BUMP_DIRTY = 64;
export const H_BUMP_SPECIAL = 65;
export const H_BUMP_SYSTEM = 66;
/** Sentinels of the central lists, two words each: next and previous. */
export const H_CENTRAL = 96;
/** Lists of a span class: partial spans, for both parities of sweepgen. */
export const LISTS_PER_SPC = 2;
/** Words that belong to whoever runs on the allocator: a collector keeps its own state here. */
export const H_USER = 1216;
export const USER_WORDS = 256;
/** Where the shards' caches begin. */
export const FIRST_TABLE = 2048;

// A shard's cache: one entry of four words per span class, then the tiny block, then counters.
export const CACHE_ENTRY = 4;
/** The span, or 0. */
export const E_SPAN = 0;
/** Bitmap word that allocation goes on with. */
export const E_CURSOR = 1;
/** Address of that word's first object. */
export const E_BASE = 2;
/** NEEDS_ZERO, BLACK and STARTS, or 0 when an allocation has nothing else to do. */
export const E_SLOW = 3;
/** Bit of E_SLOW: a collector is marking, objects are born black. */
export const BLACK = 2;
/** Bit of E_SLOW: objects have start bits. */
export const STARTS = 4;
/** Current tiny block, bytes used of it, index of its start bits in the u16 view, largest size it matters to. */
export const C_TINY = 552;
export const C_TINY_OFFSET = 553;
export const C_TINY_STARTS = 554;
export const C_TINY_LIMIT = 555;
/** Objects allocated and freed by class, f64; counted when a span is settled. */
export const C_MALLOCS = 556;
export const C_FREES = 694;
export const C_TINY_ALLOCS = 832;
export const C_LARGE_BYTES = 834;
export const C_LARGE_FREED = 836;
export const CACHE_WORDS = 848;

// The state of a magazine: objects in it, frees since they were settled (in units of M_FREE), M_OPEN.
export const M_COUNT = 127;
export const M_FREE = 128;
/** The sign: objects may be freed into it. */
export const M_OPEN = -2147483648;
/** The state of a magazine that is shut, and empty. */
export const M_SHUT = 128;
/** Objects above this many bytes are not kept in magazines. */
export const M_SIZE_MAX = 8192;

// An arena's record: pages obtained, pages in use (spans and metadata), two spare words.
export const A_PAGES = 0;
export const A_INUSE = 1;
export const ARENA_WORDS = 4;

// A span record.
/** Address of the first byte, as stored in an Int32Array. */
export const S_BASE = 0;
export const S_PAGES = 1;
/** Span class in bits 0 to 7, flags in bits 8 and 9, 1 + the shard that caches the span from bit 16. */
export const S_INFO = 2;
/** Bytes of an object; of a large one its pages' (as stored in an Int32Array). */
export const S_SIZE = 3;
export const S_OBJECTS = 4;
/** Multiplier << 5 | shift: index = imul(offset >>> 3, div >>> 5) >>> div (shifts count modulo 32). */
export const S_DIV = 5;
/** Words of one bitmap. */
export const S_BIT_WORDS = 6;
export const S_COUNT = 7;
export const S_SETTLED = 8;
export const S_SWEEPGEN = 9;
export const S_NEXT = 10;
export const S_PREV = 11;
export const S_BITS = 12;

/** Span class, within S_INFO. */
export const SPC_MASK = 255;
/** Flag of S_INFO: bytes may be dirty, objects must be zeroed and their pointer bits cleared when handed out. */
export const NEEDS_ZERO = 256;
/** Flag of S_INFO: the collector wants to see the span before it is swept. */
export const SPECIAL = 512;
export const OWNER_SHIFT = 16;

// The tracer's constants stand here so that the build inlines them.
/** Objects above this many bytes are not traced whole. */
export const T_BYTES = 2048;
/** Pointers of one batch. */
export const T_ROOM = 512;
/** Objects of one batch. */
export const T_BATCH = 16;
/** Tag of a pushed object that is too large for a batch. */
export const T_LARGE = 4;
