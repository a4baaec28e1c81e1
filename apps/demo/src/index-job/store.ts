/**
 * The inverted index, in a gort heap: a map from word to posting list, lists of chunks of postings.
 *
 *   index: map[string]*List      List{head *Chunk, files, total int32}
 *                                Chunk{next *Chunk, n int32, docs, counts [7]int32}     64 bytes
 *
 * Invariants
 *  1. No JavaScript object per posting: the words' bytes, the lists and the chunks are heap objects.
 *  2. A list's `files` is the number of its postings, `total` the sum of their counts.
 *  3. A document is dead once it was indexed again under another number. `compact` rebuilds the lists without
 *     the postings of the dead, and the old chunks are garbage; until then they are counted.
 *  4. A raw pointer is never held across `safepoint`; the map is the root of everything.
 */
import type { Heap } from "@gort/gc";
import { makeMap, type GoMap } from "@gort/map";
import {
  array,
  int32,
  offsetOf,
  ptr,
  string,
  struct,
  type Ptr,
  type StructType,
} from "@gort/types";

const POSTINGS = 7;

interface ChunkFields {
  next: Ptr;
  n: number;
  docs: number[];
  counts: number[];
}

const Chunk: StructType<ChunkFields> = struct({
  next: ptr(() => Chunk),
  n: int32,
  docs: array(int32, POSTINGS),
  counts: array(int32, POSTINGS),
});
const List = struct({ head: ptr(Chunk), files: int32, total: int32 });

const NEXT = offsetOf(Chunk, "next");
const N = offsetOf(Chunk, "n");
const DOCS = offsetOf(Chunk, "docs");
const COUNTS = offsetOf(Chunk, "counts");
const HEAD = offsetOf(List, "head");
const FILES = offsetOf(List, "files");
const TOTAL = offsetOf(List, "total");

export class Store {
  readonly heap: Heap;
  readonly index: GoMap<string, Ptr>;
  readonly #i32: Int32Array;
  readonly #dead = new Set<number>();
  /** Postings in all lists. */
  postings = 0;
  /** Chunks that `compact` dropped, for the collector. */
  dropped = 0;

  constructor(heap: Heap) {
    this.heap = heap;
    this.index = makeMap(string, ptr(List), { heap });
    this.#i32 = heap.memory.i32;
  }

  /** Adds the words of one document. */
  add(doc: number, counts: GoMap<string, number>): void {
    for (const r = counts.range(); r.next();) {
      const list = this.index.get(r.key) || this.#newList(r.key);
      this.#append(list, doc, r.value);
      this.postings++;
    }
  }

  /** The document was indexed again under another number: its postings are dead from now on. */
  kill(doc: number): void {
    this.#dead.add(doc);
  }

  isDead(doc: number): boolean {
    return this.#dead.has(doc);
  }

  /**
   * Rebuilds every list that has dead postings, so that invariant 2 holds. Yields after each few hundred
   * words: a place for a safepoint.
   */
  *compact(): Generator<void, void, void> {
    if (this.#dead.size === 0) return;
    const empty: string[] = [];
    let words = 0;
    for (const r = this.index.range(); r.next();) {
      if (this.#rebuild(r.value) === 0) empty.push(r.key);
      if (++words % 512 === 0) yield;
    }
    for (const word of empty) this.index.delete(word);
    this.#dead.clear();
  }

  forEachWord(visit: (word: string, files: number, total: number) => void): void {
    for (const r = this.index.range(); r.next();) {
      visit(r.key, this.#i32[(r.value + FILES) >> 2]!, this.#i32[(r.value + TOTAL) >> 2]!);
    }
  }

  /** Visits the postings of a word, chunk by chunk. */
  forEachPosting(word: string, visit: (doc: number, count: number) => void): void {
    const list = this.index.get(word);
    if (list === 0) return;
    const i32 = this.#i32;
    for (let c = i32[(list + HEAD) >> 2]!; c !== 0; c = i32[(c + NEXT) >> 2]!) {
      for (let i = 0; i < i32[(c + N) >> 2]!; i++) {
        visit(i32[((c + DOCS) >> 2) + i]!, i32[((c + COUNTS) >> 2) + i]!);
      }
    }
  }

  #newList(word: string): Ptr {
    const list = this.heap.alloc(List);
    this.index.set(word, list);
    return list;
  }

  #append(list: Ptr, doc: number, count: number): void {
    const i32 = this.#i32;
    let chunk = i32[(list + HEAD) >> 2]!;
    if (chunk === 0 || i32[(chunk + N) >> 2]! === POSTINGS) {
      const fresh = this.heap.alloc(Chunk);
      this.heap.writePtr(fresh + NEXT, chunk);
      this.heap.writePtr(list + HEAD, fresh);
      chunk = fresh;
    }
    const n = i32[(chunk + N) >> 2]!++;
    i32[((chunk + DOCS) >> 2) + n] = doc;
    i32[((chunk + COUNTS) >> 2) + n] = count;
    i32[(list + FILES) >> 2]!++;
    i32[(list + TOTAL) >> 2]! += count;
  }

  /** Replaces the list's chunks by new ones without the dead, if there are any; returns its live postings. */
  #rebuild(list: Ptr): number {
    const i32 = this.#i32;
    const head = i32[(list + HEAD) >> 2]!;
    let chunks = 0;
    let dead = 0;
    for (let c = head; c !== 0; c = i32[(c + NEXT) >> 2]!) {
      chunks++;
      for (let i = 0; i < i32[(c + N) >> 2]!; i++) {
        if (this.#dead.has(i32[((c + DOCS) >> 2) + i]!)) dead++;
      }
    }
    if (dead > 0) {
      this.heap.writePtr(list + HEAD, 0);
      i32[(list + FILES) >> 2] = 0;
      i32[(list + TOTAL) >> 2] = 0;
      this.dropped += chunks;
      this.postings -= dead;
      for (let c = head; c !== 0; c = i32[(c + NEXT) >> 2]!) {
        for (let i = 0; i < i32[(c + N) >> 2]!; i++) {
          const doc = i32[((c + DOCS) >> 2) + i]!;
          if (!this.#dead.has(doc)) this.#append(list, doc, i32[((c + COUNTS) >> 2) + i]!);
        }
      }
    }
    return i32[(list + FILES) >> 2]!;
  }
}
