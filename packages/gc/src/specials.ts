/**
 * Specials: what is known about single objects beyond their type, as Go's `special` records. A finalizer,
 * any number of cleanups, weak pointers and profile samples may be attached to one object.
 *
 * Invariants
 *  1. A record is six words in a block of records: next, base of its object, kind, cycle of its last
 *     sweep, index of its JavaScript side, offset of the pointer inside the object.
 *  2. A record of an attached kind is on the list of its object's page, and the object's span is special.
 *  3. What a finalizer's object refers to is marked from its record, the object itself is not. So an
 *     object is finalized only when nothing else reaches it, those that point to it come first, and
 *     objects on a cycle never are.
 *  4. A queued or running finalizer's object is a root.
 *  5. When an unmarked object is swept: its weak pointers become nil; then, if it has a finalizer, that is
 *     queued and the object is marked (it lives on for one more cycle); else its cleanups are queued.
 *  6. The sweep hook never allocates memory.
 *
 * Why at the sweep and not at the end of marking: a stop must not grow with the number of specials.
 */
import type { ObjectTable, Ptr } from "@gort/alloc";
import type { Boxes } from "./boxes.ts";
import type { OwnMemory } from "./own-memory.ts";
import {
  HEADER,
  PAGE,
  RECORDS,
  USER_CYCLE,
  USER_QUEUE_HEAD,
  USER_QUEUE_TAIL,
  USER_QUEUED,
  USER_RECORDS_FREE,
} from "./own-memory.ts";
import type { PageIndex } from "./page-index.ts";
import { RECORDS_HEAD } from "./page-index.ts";

/** Kinds of records. */
export const FREE = 0;
export const FINALIZER = 1;
export const CLEANUP = 2;
export const WEAK = 3;
export const SAMPLE = 4;
export const FINALIZER_QUEUED = 5;
export const CLEANUP_QUEUED = 6;
export const FINALIZER_RUNNING = 7;

/** Words of a record. */
export const NEXT = 0;
export const BASE = 1;
export const KIND = 2;
export const CYCLE = 3;
export const SIDE = 4;
export const OFFSET = 5;
export const RECORD = 6;

/** Bytes of one block of records. */
export const RECORD_BLOCK = PAGE;
export const RECORDS_FIRST = HEADER >>> 2;
export const RECORDS_END =
  RECORDS_FIRST + Math.floor((RECORD_BLOCK - HEADER) / (RECORD * 4)) * RECORD;

/** The JavaScript side of a weak pointer or a profile sample. */
export interface Mortal {
  /** Its object is gone. */
  die(): void;
}

export class Specials {
  readonly #own: OwnMemory;
  readonly #index: PageIndex;
  readonly #objects: ObjectTable;
  readonly #boxes: Boxes;
  readonly #u32: Uint32Array;

  readonly #sides: unknown[] = [];
  readonly #freeSides: number[] = [];

  constructor(own: OwnMemory, index: PageIndex, objects: ObjectTable, boxes: Boxes) {
    this.#own = own;
    this.#index = index;
    this.#objects = objects;
    this.#boxes = boxes;
    this.#u32 = own.memory.u32;
  }

  // The lists and counts lie in the memory.
  get #free(): number {
    return this.#u32[this.#own.user + USER_RECORDS_FREE]!;
  }
  set #free(value: number) {
    this.#u32[this.#own.user + USER_RECORDS_FREE] = value;
  }
  get #queueHead(): number {
    return this.#u32[this.#own.user + USER_QUEUE_HEAD]!;
  }
  set #queueHead(value: number) {
    this.#u32[this.#own.user + USER_QUEUE_HEAD] = value;
  }
  get #queueTail(): number {
    return this.#u32[this.#own.user + USER_QUEUE_TAIL]!;
  }
  set #queueTail(value: number) {
    this.#u32[this.#own.user + USER_QUEUE_TAIL] = value;
  }
  /** Number of finalizers and cleanups that wait to run. */
  get queued(): number {
    return this.#u32[this.#own.user + USER_QUEUED]!;
  }
  set queued(value: number) {
    this.#u32[this.#own.user + USER_QUEUED] = value;
  }
  /** Number of those that were ever queued. */
  enqueued = 0;
  /** Number of the cycle whose sweep runs or ran last. */
  get cycle(): number {
    return this.#u32[this.#own.user + USER_CYCLE]!;
  }
  set cycle(value: number) {
    this.#u32[this.#own.user + USER_CYCLE] = value;
  }

  /** Word index of a new record of an object; may allocate. */
  attach(base: Ptr, kind: number, side: unknown, offset: number): number {
    const entry = this.#index.ensure(base >>> 13);
    if (this.#free === 0) this.#grow();
    this.#objects.cycle.setSpecial(base);
    const u32 = this.#u32;
    const r = this.#free;
    this.#free = u32[r + NEXT]!;
    const index = this.#freeSides.pop() ?? this.#sides.length;
    this.#sides[index] = side;
    u32[r + BASE] = base;
    u32[r + KIND] = kind;
    u32[r + CYCLE] = this.cycle;
    u32[r + SIDE] = index;
    u32[r + OFFSET] = offset;
    u32[r + NEXT] = u32[entry + RECORDS_HEAD]!;
    u32[entry + RECORDS_HEAD] = r;
    return r;
  }

  /** The first record of a kind on an object, at a given offset unless that is -1; 0 if there is none. */
  lookup(base: Ptr, kind: number, offset: number): number {
    const entry = this.#index.find(base >>> 13);
    if (entry === 0) return 0;
    const u32 = this.#u32;
    for (let r = u32[entry + RECORDS_HEAD]!; r !== 0; r = u32[r + NEXT]!) {
      if (u32[r + BASE] !== base || u32[r + KIND] !== kind) continue;
      if (offset === -1 || u32[r + OFFSET] === offset) return r;
    }
    return 0;
  }

  /** Takes an attached record off its page and frees it. */
  detach(record: number): void {
    const u32 = this.#u32;
    let link = this.#index.find(u32[record + BASE]! >>> 13) + RECORDS_HEAD;
    while (u32[link] !== record) link = u32[link]! + NEXT;
    u32[link] = u32[record + NEXT]!;
    this.release(record);
  }

  /** The JavaScript side of a record. */
  side(record: number): unknown {
    return this.#sides[this.#u32[record + SIDE]!];
  }

  /** Frees a record that is on no list. */
  release(record: number): void {
    const u32 = this.#u32;
    const index = u32[record + SIDE]!;
    this.#sides[index] = undefined;
    this.#freeSides.push(index);
    u32[record + KIND] = FREE;
    u32[record + BASE] = 0;
    u32[record + NEXT] = this.#free;
    this.#free = record;
  }

  /** Takes the longest queued finalizer or cleanup off the queue; 0 if there is none. */
  dequeue(): number {
    const r = this.#queueHead;
    if (r === 0) return 0;
    const u32 = this.#u32;
    this.#queueHead = u32[r + NEXT]!;
    if (this.#queueHead === 0) this.#queueTail = 0;
    u32[r + NEXT] = 0;
    this.queued--;
    return r;
  }

  #enqueue(record: number): void {
    const u32 = this.#u32;
    u32[record + NEXT] = 0;
    if (this.#queueTail === 0) this.#queueHead = record;
    else u32[this.#queueTail + NEXT] = record;
    this.#queueTail = record;
    this.queued++;
    this.enqueued++;
  }

  /** The allocator's sweep hook: deals with what died in a range of addresses, by invariant 5. */
  readonly onSweep = (start: Ptr, end: Ptr): void => {
    const last = (end - 1) >>> 13;
    let page = start >>> 13;
    // Of a large object only the page of its base has an entry; what lies behind its end may have one.
    const behind = last - page > 16 ? this.#endOfLarge(start) : 0;
    for (; page <= last; page = Math.max(page + 1, behind)) {
      const entry = this.#index.find(page);
      if (entry === 0) continue;
      this.#pass(entry, WEAK, WEAK);
      const tail = this.#queueTail;
      this.#pass(entry, FINALIZER, FINALIZER);
      this.#reviveAfter(tail);
      this.#pass(entry, CLEANUP, SAMPLE);
      this.#boxes.sweep(entry);
    }
  };

  /** The page on which the large object that begins at `start` ends, 0 if none does. */
  #endOfLarge(start: Ptr): number {
    if (start === 0 || this.#objects.find(start) !== start) return 0;
    return Math.floor((start + this.#objects.sizeOf(start)) / PAGE);
  }

  /** Marks the objects of the finalizers queued behind `tail`: all those of a shared tiny block at once. */
  #reviveAfter(tail: number): void {
    const u32 = this.#u32;
    let r = tail === 0 ? this.#queueHead : u32[tail + NEXT]!;
    for (; r !== 0; r = u32[r + NEXT]!) {
      if (u32[r + KIND] === FINALIZER_QUEUED) this.#objects.mark(u32[r + BASE]!);
    }
  }

  /** Stamps the records of two kinds on a page, and ends those whose objects are not marked. */
  #pass(entry: number, kindA: number, kindB: number): void {
    const u32 = this.#u32;
    let link = entry + RECORDS_HEAD;
    for (let r = u32[link]!; r !== 0; r = u32[link]!) {
      const kind = u32[r + KIND]!;
      if (kind !== kindA && kind !== kindB) {
        link = r + NEXT;
        continue;
      }
      const base = u32[r + BASE]!;
      if (this.#objects.isMarked(base)) {
        u32[r + CYCLE] = this.cycle;
        link = r + NEXT;
        continue;
      }
      u32[link] = u32[r + NEXT]!;
      if (kind === FINALIZER) {
        u32[r + KIND] = FINALIZER_QUEUED;
        this.#enqueue(r);
      } else if (kind === CLEANUP) {
        u32[r + KIND] = CLEANUP_QUEUED;
        this.#enqueue(r);
      } else {
        const mortal = this.side(r) as Mortal;
        this.release(r);
        mortal.die();
      }
    }
  }

  /** Whether the object of a record is known to live on, in any phase. */
  isAlive(record: number, sweeping: boolean): boolean {
    const u32 = this.#u32;
    // While sweeping, a span not swept yet still has the marks of this cycle.
    return (
      !sweeping || u32[record + CYCLE] === this.cycle || this.#objects.isMarked(u32[record + BASE]!)
    );
  }

  #grow(): void {
    const block = this.#own.take(RECORDS, RECORD_BLOCK) >>> 2;
    for (let i = RECORDS_END - RECORD; i >= RECORDS_FIRST; i -= RECORD) {
      this.#u32[block + i + NEXT] = this.#free;
      this.#free = block + i;
    }
  }
}

/** Visits the roots in a block of records: objects to mark, and objects whose contents are to be marked. */
export function scanRecords(
  u32: Uint32Array,
  block: Ptr,
  object: (base: Ptr) => void,
  contents: (base: Ptr) => void,
): void {
  const start = block >>> 2;
  for (let i = start + RECORDS_FIRST; i < start + RECORDS_END; i += RECORD) {
    const kind = u32[i + KIND]!;
    if (kind === FINALIZER) contents(u32[i + BASE]!);
    else if (kind === FINALIZER_QUEUED || kind === FINALIZER_RUNNING) object(u32[i + BASE]!);
  }
}
