/**
 * The grey set: objects found but not looked into yet, in work buffers of one page in the heap's memory.
 *
 * Invariants
 *  1. An entry is an address with a tag in its low three bits (objects are 8-aligned): {@link OBJECT} an
 *     object, {@link OBLET} the rest of a large object from that address on, {@link ROOTS} a block of roots.
 *  2. A buffer is a block: the first word of its payload links full or empty
 *     buffers, the second counts entries, entries follow.
 *  3. `push` never loses an object: if no buffer can be had it says so by `overflow`, the object stays
 *     marked, and the marker walks all marked objects once the grey set is empty.
 *
 * Why buffers in a list and not one growing stack: growth never copies, and buffers can be handed from
 * one worker to another, as in Go. Rejected: the objects' own memory (pointer reversal), since the
 * mutator reads it between two steps.
 */
import type { Ptr } from "@gort/types";
import type { OwnMemory } from "./own-memory.ts";
import { HEADER, PAGE, WORK } from "./own-memory.ts";

/** Tags of entries. */
export const OBJECT = 0;
export const OBLET = 1;
export const ROOTS = 2;

const LINK = HEADER >>> 2;
const COUNT = LINK + 1;
const FIRST = LINK + 2;
/** Entries of one buffer. */
export const CAPACITY = PAGE / 4 - FIRST;

export class GreySet {
  readonly #own: OwnMemory;
  readonly #u32: Uint32Array;
  /** Word index of the first entry of the current buffer; 0 before the first push. */
  #base = 0;
  #n = 0;
  #full = 0;
  #empty = 0;
  /** A push found no memory: marked objects were not recorded. */
  overflow = false;

  constructor(own: OwnMemory) {
    this.#own = own;
    this.#u32 = own.memory.u32;
  }

  get isEmpty(): boolean {
    return this.#n === 0 && this.#full === 0;
  }

  push(entry: number): void {
    if (this.#n === CAPACITY || this.#base === 0) {
      if (!this.#turn()) return;
    }
    this.#u32[this.#base + this.#n] = entry;
    this.#n++;
  }

  /** The most recent entry, 0 if there is none. */
  pop(): number {
    if (this.#n === 0 && !this.#refill()) return 0;
    this.#n--;
    return this.#u32[this.#base + this.#n]!;
  }

  /** Visits every entry; for checkers. */
  forEach(visit: (address: Ptr, tag: number) => void): void {
    const u32 = this.#u32;
    const each = (first: number, count: number): void => {
      for (let i = 0; i < count; i++) visit((u32[first + i]! & ~7) >>> 0, u32[first + i]! & 7);
    };
    if (this.#base !== 0) each(this.#base, this.#n);
    for (let b = this.#full; b !== 0; b = u32[b + LINK]!) each(b + FIRST, u32[b + COUNT]!);
  }

  /** Gives spare buffers back at the end of a cycle; keeps the current one. */
  trim(): void {
    for (let b = this.#empty; b !== 0;) {
      const next = this.#u32[b + LINK]!;
      this.#own.give((b << 2) >>> 0);
      b = next;
    }
    this.#empty = 0;
  }

  /** Puts the full current buffer away and takes an empty one. */
  #turn(): boolean {
    const u32 = this.#u32;
    let next = this.#empty;
    if (next !== 0) this.#empty = u32[next + LINK]!;
    else {
      try {
        next = this.#own.take(WORK, PAGE) >>> 2;
      } catch {
        this.overflow = true;
        return false;
      }
    }
    if (this.#base !== 0) {
      const b = this.#base - FIRST;
      u32[b + COUNT] = this.#n;
      u32[b + LINK] = this.#full;
      this.#full = b;
    }
    this.#base = next + FIRST;
    this.#n = 0;
    return true;
  }

  #refill(): boolean {
    if (this.#full === 0) return false;
    const u32 = this.#u32;
    const b = this.#base - FIRST;
    u32[b + LINK] = this.#empty;
    this.#empty = b;
    const full = this.#full;
    this.#full = u32[full + LINK]!;
    this.#n = u32[full + COUNT]!;
    this.#base = full + FIRST;
    return true;
  }
}
