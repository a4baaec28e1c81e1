/**
 * The collector's own memory: blocks of pages beside the objects, for work buffers, handles, stacks and
 * records of specials, so that all of that lies in the heap's address space.
 *
 * Invariants
 *  1. A block begins with four words: next and previous block in use, kind, bytes; then the payload.
 *  2. A block never moves, so addresses of slots inside are stable.
 *  3. New blocks are put before all others. So a walk that began before, and keeps its place in `cursor`, comes to each
 *     block that was there and is still there; giving a block back moves the cursor on.
 *  4. Blocks of up to {@link SMALL} bytes are quarters of a page and are reused; larger ones go back as pages.
 *
 * Why the words of `user`: list heads lie in the memory too, where a second thread or a tool finds them.
 */
import type { Memory, Ptr, SystemMemory, TracedAllocator } from "@gort/alloc";
import { checkAttached, GcArgumentError } from "./errors.ts";

/** Kinds of blocks. */
export const WORK = 1;
export const HANDLES = 2;
export const STACK = 3;
export const RECORDS = 4;
export const INDEX = 5;

/** Bytes before the payload. */
export const HEADER = 16;
/** Bytes of a page, and of most blocks. */
export const PAGE = 8192;
/** Bytes of a small block. */
export const SMALL = 2048;

const NEXT = 0;
const PREVIOUS = 1;
const KIND = 2;
const BYTES = 3;

/** Words of the user area. */
export const USER_MAGIC = 0;
export const USER_BLOCKS = 1;
export const USER_SMALL = 2;
export const USER_HANDLES_FREE = 3;
export const USER_HANDLES_COUNT = 4;
export const USER_INDEX = 5;
export const USER_INDEX_MASK = 6;
export const USER_INDEX_USED = 7;
export const USER_RECORDS_FREE = 8;
export const USER_QUEUE_HEAD = 9;
export const USER_QUEUE_TAIL = 10;
export const USER_QUEUED = 11;
export const USER_CYCLE = 12;
/** The barrier's buffer, up to the end of the area. */
export const USER_BARRIER = 16;
export const USER_END = 256;
const MAGIC = 0x67636763;

export class OwnMemory {
  readonly memory: Memory;
  /** Word index of the user area. */
  readonly user: number;
  readonly #system: SystemMemory;
  readonly #u32: Uint32Array;
  /** Bytes of blocks in use, and of those that are stacks. */
  bytes = 0;
  stackBytes = 0;
  /** The block that a walk in pieces comes to next, and words of it that are done; 0 for no walk. */
  cursor: Ptr = 0;
  cursorWords = 0;
  /** Called when a block was taken. Must not take any. */
  onTake: (() => void) | null = null;

  /** @param call what makes the heap, for errors */
  constructor(allocator: TracedAllocator, call = "createHeap") {
    this.memory = allocator.memory;
    this.#system = allocator.system;
    this.#u32 = allocator.memory.u32;
    this.user = allocator.system.user >>> 2;
    if (this.#u32[this.user + USER_MAGIC] === MAGIC)
      throw new GcArgumentError(`${call}: the allocator has a heap already`);
    const { heapObjects } = allocator.stats();
    if (heapObjects > 0)
      throw new GcArgumentError(
        `${call}: allocator has ${heapObjects} objects, want one without: the collector would free them (traced(allocator) keeps them)`,
      );
    this.#u32[this.user + USER_MAGIC] = MAGIC;
  }

  /** A zeroed block of at least `bytes` bytes, header included. Throws what the allocator throws. */
  take(kind: number, bytes: number): Ptr {
    const u32 = this.#u32;
    checkAttached(u32);
    const size = bytes <= SMALL ? SMALL : Math.ceil(bytes / PAGE) * PAGE;
    const block = size === SMALL ? this.#takeSmall() : this.#system.allocManual(size);
    const head = u32[this.user + USER_BLOCKS]!;
    const w = block >>> 2;
    u32[w + NEXT] = head;
    u32[w + PREVIOUS] = 0;
    u32[w + KIND] = kind;
    u32[w + BYTES] = size;
    if (head !== 0) u32[(head >>> 2) + PREVIOUS] = block;
    u32[this.user + USER_BLOCKS] = block;
    this.bytes += size;
    if (kind === STACK) this.stackBytes += size;
    this.onTake?.();
    return block;
  }

  /** Gives a block back. */
  give(block: Ptr): void {
    const u32 = this.#u32;
    checkAttached(u32);
    const w = block >>> 2;
    const next = u32[w + NEXT]!;
    const previous = u32[w + PREVIOUS]!;
    const size = u32[w + BYTES]!;
    if (previous === 0) u32[this.user + USER_BLOCKS] = next;
    else u32[(previous >>> 2) + NEXT] = next;
    if (next !== 0) u32[(next >>> 2) + PREVIOUS] = previous;
    if (block === this.cursor) {
      this.cursor = next;
      this.cursorWords = 0;
    }
    this.bytes -= size;
    if (u32[w + KIND] === STACK) this.stackBytes -= size;
    if (size === SMALL) {
      u32[w + NEXT] = u32[this.user + USER_SMALL]!;
      u32[this.user + USER_SMALL] = block;
    } else this.#system.freeManual(block, size);
  }

  /** Begins a walk over all blocks in use: `cursor` is the first. */
  startWalk(): void {
    this.cursor = this.#u32[this.user + USER_BLOCKS]!;
    this.cursorWords = 0;
  }

  /** The block under the cursor is done. */
  advance(): void {
    this.cursor = this.next(this.cursor);
    this.cursorWords = 0;
  }

  /** The block after another, 0 after the last. */
  next(block: Ptr): Ptr {
    return this.#u32[(block >>> 2) + NEXT]!;
  }

  /** Number of 4-byte words of a block, header included. */
  words(block: Ptr): number {
    return this.#u32[(block >>> 2) + BYTES]! >>> 2;
  }

  kind(block: Ptr): number {
    return this.#u32[(block >>> 2) + KIND]!;
  }

  /** Visits every block in use, the most recent first. `visit` may take blocks. */
  forEach(visit: (block: Ptr, kind: number) => void): void {
    const u32 = this.#u32;
    for (let block = u32[this.user + USER_BLOCKS]!; block !== 0;) {
      const next = u32[block >>> 2]!;
      visit(block, u32[(block >>> 2) + KIND]!);
      block = next;
    }
  }

  #takeSmall(): Ptr {
    const u32 = this.#u32;
    if (u32[this.user + USER_SMALL] === 0) {
      const page = this.#system.allocManual(PAGE);
      for (let at = page + PAGE - SMALL; at >= page; at -= SMALL) {
        u32[at >>> 2] = u32[this.user + USER_SMALL]!;
        u32[this.user + USER_SMALL] = at;
      }
    }
    const block = u32[this.user + USER_SMALL]!;
    u32[this.user + USER_SMALL] = u32[block >>> 2]!;
    u32.fill(0, block >>> 2, (block + SMALL) >>> 2);
    return block;
  }
}
