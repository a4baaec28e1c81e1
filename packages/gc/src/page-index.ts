/**
 * Which specials and boxes lie on which page: an open-addressed hash table in the collector's memory,
 * from the number of an 8 KiB page to the heads of two intrusive lists.
 *
 * Invariants
 *  1. An entry is three words: page + 1 (0 for empty), head of the records, head of the boxes.
 *  2. At most half of the entries are taken; lookups probe linearly and end at an empty entry.
 *  3. An entry whose lists are both empty stays until the table is rebuilt.
 *
 * Why by page: a sweep comes with the address range of a span, and asks what is special in there.
 * Rejected: a JavaScript `Map`, whose entries a second thread could not see.
 */
import type { OwnMemory } from "./own-memory.ts";
import { HEADER, INDEX, USER_INDEX, USER_INDEX_MASK, USER_INDEX_USED } from "./own-memory.ts";

const ENTRY = 3;
const MIN_ENTRIES = 64;
/** Offsets inside an entry. */
export const RECORDS_HEAD = 1;
export const BOXES_HEAD = 2;

export class PageIndex {
  readonly #own: OwnMemory;
  readonly #u32: Uint32Array;

  constructor(own: OwnMemory) {
    this.#own = own;
    this.#u32 = own.memory.u32;
  }

  // The state of the table lies in the memory.
  get #block(): number {
    return this.#u32[this.#own.user + USER_INDEX]!;
  }
  set #block(block: number) {
    this.#u32[this.#own.user + USER_INDEX] = block;
  }
  get #mask(): number {
    return this.#u32[this.#own.user + USER_INDEX_MASK]!;
  }
  set #mask(mask: number) {
    this.#u32[this.#own.user + USER_INDEX_MASK] = mask;
  }
  get #used(): number {
    return this.#u32[this.#own.user + USER_INDEX_USED]!;
  }
  set #used(used: number) {
    this.#u32[this.#own.user + USER_INDEX_USED] = used;
  }
  /** Word index of entry 0. */
  get #base(): number {
    return (this.#block + HEADER) >>> 2;
  }

  /** Word index of the page's entry, or 0. */
  find(page: number): number {
    if (this.#block === 0) return 0;
    const u32 = this.#u32;
    for (let i = hash(page) & this.#mask; ; i = (i + 1) & this.#mask) {
      const entry = this.#base + i * ENTRY;
      const key = u32[entry]!;
      if (key === page + 1) return entry;
      if (key === 0) return 0;
    }
  }

  /** Word index of the page's entry, made if there is none. May allocate. */
  ensure(page: number): number {
    const found = this.find(page);
    if (found !== 0) return found;
    if (this.#block === 0 || this.#used * 2 >= this.#mask + 1) this.#rebuild();
    return this.#insert(page);
  }

  /** Visits the entry of each page that has a list. */
  forEach(visit: (page: number, entry: number) => void): void {
    if (this.#block === 0) return;
    for (let i = 0; i <= this.#mask; i++) {
      const entry = this.#base + i * ENTRY;
      if (this.#u32[entry] !== 0 && this.#isFull(entry)) visit(this.#u32[entry]! - 1, entry);
    }
  }

  #isFull(entry: number): boolean {
    return this.#u32[entry + RECORDS_HEAD] !== 0 || this.#u32[entry + BOXES_HEAD] !== 0;
  }

  #insert(page: number): number {
    const u32 = this.#u32;
    for (let i = hash(page) & this.#mask; ; i = (i + 1) & this.#mask) {
      const entry = this.#base + i * ENTRY;
      if (u32[entry] === 0) {
        u32[entry] = page + 1;
        this.#used++;
        return entry;
      }
    }
  }

  #rebuild(): void {
    let live = 0;
    this.forEach(() => live++);
    let entries = MIN_ENTRIES;
    while (entries < (live + 1) * 4) entries *= 2;
    const block = this.#own.take(INDEX, HEADER + entries * ENTRY * 4);
    const u32 = this.#u32;
    const old = this.#block;
    const oldBase = this.#base;
    const oldMask = this.#mask;
    this.#block = block;
    this.#mask = entries - 1;
    this.#used = 0;
    if (old === 0) return;
    for (let i = 0; i <= oldMask; i++) {
      const from = oldBase + i * ENTRY;
      if (u32[from + RECORDS_HEAD] === 0 && u32[from + BOXES_HEAD] === 0) continue;
      const to = this.#insert(u32[from]! - 1);
      u32[to + RECORDS_HEAD] = u32[from + RECORDS_HEAD]!;
      u32[to + BOXES_HEAD] = u32[from + BOXES_HEAD]!;
    }
    this.#own.give(old);
  }
}

function hash(page: number): number {
  return Math.imul(page, 0x9e3779b1) >>> 8;
}
