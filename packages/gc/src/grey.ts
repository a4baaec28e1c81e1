/**
 * The grey set: objects found but not looked into yet, in work buffers of one page in the heap's memory.
 *
 * Invariants
 *  1. An entry is an address with a tag in its low three bits (objects are 8-aligned): {@link OBJECT} an
 *     object, {@link LARGE} one that is scanned in pieces, {@link OBLET} the rest of one from that address on.
 *  2. A buffer is a block: the first word of its payload links full or empty
 *     buffers, the second counts entries, entries follow.
 *  3. `push` never loses an object that is marked: if no buffer can be had it says so by `overflow`, the object stays
 *     marked, and the marker walks all marked objects once the grey set is empty. What is not marked needs `reserve` first.
 *  4. The first buffer is there from the start: a set without any would walk all marked objects once for each that it loses.
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
/** An object that is scanned in oblets, as a tracer pushes it. */
export const LARGE = 4;

const LINK = HEADER >>> 2;
const COUNT = LINK + 1;
const FIRST = LINK + 2;
/** Entries that move along to a new buffer. */
const MOVED = 256;
/** Entries of one buffer. */
export const CAPACITY = PAGE / 4 - FIRST;

export class GreySet {
  readonly #own: OwnMemory;
  readonly #u32: Uint32Array;
  /** Word indexes of the current buffer: its first entry, after its last entry, its end; 0 while there is none. */
  bottom = 0;
  top = 0;
  end = 0;
  #full = 0;
  #empty = 0;
  /** A push found no memory: marked objects were not recorded. */
  overflow = false;

  constructor(own: OwnMemory) {
    this.#own = own;
    this.#u32 = own.memory.u32;
    this.reserve(1);
  }

  get isEmpty(): boolean {
    return this.top === this.bottom && this.#full === 0;
  }

  push(entry: number): void {
    if (this.top === this.end && !this.reserve(1)) {
      this.overflow = true;
      return;
    }
    this.#u32[this.top++] = entry;
  }

  /** The most recent entry, 0 if there is none. */
  pop(): number {
    if (this.top === this.bottom && !this.refill()) return 0;
    return this.#u32[--this.top]!;
  }

  /** Visits every entry; for checkers. */
  forEach(visit: (address: Ptr, tag: number) => void): void {
    const u32 = this.#u32;
    const each = (first: number, end: number): void => {
      for (let i = first; i < end; i++) visit((u32[i]! & ~7) >>> 0, u32[i]! & 7);
    };
    each(this.bottom, this.top);
    for (let b = this.#full; b !== 0; b = u32[b + LINK]!)
      each(b + FIRST, b + FIRST + u32[b + COUNT]!);
  }

  /** Gives up to `max` spare buffers back; keeps the current one. */
  trim(max: number): void {
    for (let i = 0; i < max && this.#empty !== 0; i++) {
      const b = this.#empty;
      this.#empty = this.#u32[b + LINK]!;
      this.#own.give((b << 2) >>> 0);
    }
  }

  /**
   * Makes room for `n` entries in the current buffer: if it has less, an empty one takes its place, with the topmost
   * entries of the old one.
   * @returns false if there is no memory; nothing was changed then
   */
  reserve(n: number): boolean {
    if (this.end - this.top >= n) return true;
    const u32 = this.#u32;
    let next = this.#empty;
    if (next !== 0) this.#empty = u32[next + LINK]!;
    else {
      try {
        next = this.#own.take(WORK, PAGE) >>> 2;
      } catch {
        return false;
      }
    }
    const moved = Math.min(this.top - this.bottom, MOVED);
    const from = this.top - moved;
    const first = next + FIRST;
    for (let i = 0; i < moved; i++) u32[first + i] = u32[from + i]!;
    if (this.bottom !== 0) {
      const b = this.bottom - FIRST;
      // What is left may be nothing: such a buffer is an empty one.
      u32[b + COUNT] = from - this.bottom;
      if (from === this.bottom) {
        u32[b + LINK] = this.#empty;
        this.#empty = b;
      } else {
        u32[b + LINK] = this.#full;
        this.#full = b;
      }
    }
    this.bottom = first;
    this.top = first + moved;
    this.end = first + CAPACITY;
    return true;
  }

  /** Puts the current buffer, which is empty, away and takes the last full one; false if there is none. */
  refill(): boolean {
    if (this.#full === 0) return false;
    const u32 = this.#u32;
    const b = this.bottom - FIRST;
    u32[b + LINK] = this.#empty;
    this.#empty = b;
    const full = this.#full;
    this.#full = u32[full + LINK]!;
    this.bottom = full + FIRST;
    this.top = this.bottom + u32[full + COUNT]!;
    this.end = this.bottom + CAPACITY;
    return true;
  }
}
