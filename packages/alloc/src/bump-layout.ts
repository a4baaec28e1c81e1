/** Where a bump allocator's tables lie: the header page, its counters, then bitmaps linear over the memory. See bump.ts. */
import type { Ptr, ReservedMemory } from "./api.ts";
import { badMemory } from "./errors.ts";
import { CACHE_WORDS, FIRST_TABLE, PAGE_SIZE } from "./words.ts";

/** Word indexes of the tables; `first` and `pointerBits` are byte addresses. */
export class BumpLayout {
  readonly memory: ReservedMemory;
  /** Per page: the object that runs into it from the page before, or 0. */
  readonly pageMap: number;
  /** Per 8 bytes: an object begins here. */
  readonly startBits: number;
  /** Per 8 bytes: the object that begins here is black. */
  readonly markBits: number;
  readonly pointerBits: Ptr;
  readonly first: Ptr;

  constructor(memory: ReservedMemory) {
    const pages = Math.floor(memory.byteLength / PAGE_SIZE);
    this.memory = memory;
    this.pageMap = FIRST_TABLE + CACHE_WORDS;
    this.startBits = Math.ceil((this.pageMap + pages) / 16) * 16;
    this.markBits = this.startBits + pages * (PAGE_SIZE / 256);
    this.pointerBits = (this.markBits + pages * (PAGE_SIZE / 256)) * 4;
    const end = this.pointerBits + pages * (PAGE_SIZE / 32);
    this.first = Math.ceil(end / PAGE_SIZE) * PAGE_SIZE;
    if (this.first + PAGE_SIZE > memory.byteLength)
      throw badMemory(`${memory.byteLength} bytes leave no page of heap`);
  }
}
