/**
 * The cached views and constants of one memory: all that the parts of the allocator share, and nothing else.
 *
 * Invariants
 *  1. Every field but the collector's hooks is fixed when the object is made; state is read from the memory each time.
 *  2. Two cores over the same buffer are interchangeable.
 */
import type { ReservedMemory } from "./api.ts";
import { layoutOf } from "./layout.ts";
import { badMemory } from "./errors.ts";
import {
  H_FIRST_PAGE,
  H_FRONTIER,
  H_KIND,
  H_LIMIT,
  H_MAGIC,
  H_PAGES,
  H_SHARDS,
  H_SWEEPGEN,
  H_VERSION,
  MAGIC,
  PAGE_SIZE,
  VERSION,
} from "./words.ts";

/** See the file header. */
export class Core {
  readonly memory: ReservedMemory;
  readonly i32: Int32Array;
  readonly u16: Uint16Array;
  readonly u8: Uint8Array;
  readonly f64: Float64Array;
  /** Whether the buffer is a `SharedArrayBuffer`, on which `fill` is slow. */
  readonly shared: boolean;
  readonly pages: number;
  readonly shards: number;
  readonly caches: number;
  readonly states: number;
  readonly magazines: number;
  readonly magazineShift: number;
  readonly kinds: number;
  readonly starts: number;
  readonly pageMap: number;
  readonly tree: number;
  readonly leaves: number;
  readonly freeBits: number;
  readonly zeroBits: number;
  readonly arenas: number;
  readonly pointerBits: number;
  readonly pointerWords: number;
  readonly firstPage: number;
  readonly growUnit: number;
  readonly arenaPages: number;
  readonly chunkPages: number;
  /** What the collector wants called before a special span is swept. */
  onSweep: ((start: number, end: number) => void) | null = null;
  /** What the owner of claimed runs wants called before anything is counted or visited; see runs.ts. */
  onCount: (() => void) | null = null;

  constructor(memory: ReservedMemory, shards: number) {
    const l = layoutOf(memory.byteLength, shards);
    this.memory = memory;
    this.i32 = memory.i32;
    this.u16 = memory.u16;
    this.u8 = memory.u8;
    this.f64 = memory.f64;
    this.shared =
      typeof SharedArrayBuffer !== "undefined" && memory.buffer instanceof SharedArrayBuffer;
    this.pages = l.pages;
    this.shards = l.shards;
    this.caches = l.caches;
    this.states = l.states;
    this.magazines = l.magazines;
    this.magazineShift = l.magazineShift;
    this.kinds = l.kinds;
    this.starts = l.starts;
    this.pageMap = l.pageMap;
    this.tree = l.tree;
    this.leaves = l.leaves;
    this.freeBits = l.freeBits;
    this.zeroBits = l.zeroBits;
    this.arenas = l.arenas;
    this.pointerBits = l.pointerBits;
    this.pointerWords = l.pointerBits >>> 2;
    this.firstPage = l.firstPage;
    this.growUnit = l.growUnit;
    this.arenaPages = l.arenaPages;
    this.chunkPages = l.chunkPages;
  }
}

/** Writes the header of a fresh memory whose heap begins at page `firstPage`. */
export function writeHeader(
  memory: ReservedMemory,
  kind: number,
  shards: number,
  firstPage: number,
): void {
  const i32 = memory.i32;
  if (i32[H_MAGIC] !== 0) {
    throw badMemory(
      "the memory is in use already; attachAllocator continues an allocator that lies in it",
    );
  }
  if (!memory.commit(firstPage * PAGE_SIZE))
    throw badMemory("the host refused to grow the buffer to its tables");
  i32[H_VERSION] = VERSION;
  i32[H_KIND] = kind;
  i32[H_PAGES] = Math.floor(memory.byteLength / PAGE_SIZE);
  i32[H_FIRST_PAGE] = firstPage;
  i32[H_FRONTIER] = firstPage;
  i32[H_LIMIT] = i32[H_PAGES];
  i32[H_SHARDS] = shards;
  i32[H_SWEEPGEN] = 2;
  i32[H_MAGIC] = MAGIC;
}

/** Checks the header of a memory that an allocator lies in; returns its number of shards. */
export function readHeader(memory: ReservedMemory, kind: number): number {
  const i32 = memory.i32;
  if (i32[H_MAGIC] !== MAGIC || i32[H_KIND] !== kind)
    throw badMemory("no allocator of this kind lies in the memory");
  if (i32[H_VERSION] !== VERSION)
    throw badMemory(`layout version ${i32[H_VERSION]}, this package reads ${VERSION}`);
  if (i32[H_PAGES] !== Math.floor(memory.byteLength / PAGE_SIZE)) {
    throw badMemory(
      `the allocator was made for ${i32[H_PAGES]! * PAGE_SIZE} bytes, not ${memory.byteLength}`,
    );
  }
  return i32[H_SHARDS]!;
}
