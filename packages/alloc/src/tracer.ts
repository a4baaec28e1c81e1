/**
 * The marker's whole inner loop: from grey objects to the objects they point to, without a call per pointer.
 *
 * A batch of grey objects is taken through two loops, so that the cache misses of one object do not wait for those of
 * another:
 *
 *     gather    object → its pointer words → `edge`                            misses: the object's bytes
 *     resolve   edge → span record → test and set the mark bit, push           misses: the record and its mark bits
 *
 * Invariants
 *  1. What is pushed is the base of a scan object whose mark bit went from 0 to 1; one of more than
 *     {@link TRACE_BYTES} is pushed with bit 2 set, since it must be scanned in pieces.
 *  2. A pointer to a free object, to metadata or to nothing marks nothing; one into the object itself is skipped.
 *  3. At most {@link TRACE_ROOM} words are pushed per batch, and no batch is begun with less room than it may need.
 *  4. `edge` holds nothing between two calls.
 *
 * Why loops over a batch and not one loop that follows each pointer: whether an object was marked already is a coin toss
 * for the branch predictor, and what runs ahead of a mispredicted branch is thrown away, loads included. The
 * first loop, which misses most, has no such branch, so its loads overlap.
 */
import type { ObjectTracer, Ptr } from "./api.ts";
import type { Core } from "./core.ts";
import {
  PAGE_SHIFT,
  S_BASE,
  S_BIT_WORDS,
  S_BITS,
  S_DIV,
  S_INFO,
  S_OBJECTS,
  S_SIZE,
} from "./words.ts";

/** Objects above this many bytes are not traced whole. */
const TRACE_BYTES = 2048;
/** Pointers of one batch. */
const TRACE_ROOM = 512;
/** Objects of one batch. */
const BATCH = 16;
/** Tag of a pushed object that is too large for a batch. */
const LARGE = 4;

/** See the file header. */
export class SpanTracer implements ObjectTracer {
  readonly room = TRACE_ROOM;
  marked = 0;
  scanned = 0;
  private readonly i32: Int32Array;
  private readonly pageMap: number;
  private readonly pages: number;
  private readonly map: number;
  private readonly edge = new Int32Array(TRACE_ROOM + 32);

  constructor(c: Core) {
    this.i32 = c.i32;
    this.pageMap = c.pageMap;
    this.pages = c.pages;
    this.map = c.pointerWords;
  }

  trace(bottom: number, from: number, end: number, work: number): number {
    const i32 = this.i32;
    const pageMap = this.pageMap;
    const map = this.map;
    const edge = this.edge;
    let top = from;
    let bytes = 0;
    while (top > bottom && bytes < work) {
      const room = Math.min(end - top, TRACE_ROOM);
      let n = 0;
      let objects = 0;
      while (objects < BATCH && top > bottom) {
        const base = i32[top - 1]!;
        if ((base & 7) !== 0) break;
        const size = i32[i32[pageMap + (base >>> PAGE_SHIFT)]! + S_SIZE]!;
        const words = size >>> 2;
        if (n + words > room) break;
        top--;
        objects++;
        bytes += size;
        let at = base >>> 2;
        if (words <= 32) {
          const w = map + (at >>> 5);
          const shift = at & 31;
          let bits = i32[w]! >>> shift;
          if (shift + words > 32) bits |= i32[w + 1]! << (32 - shift);
          if (words < 32) bits &= (1 << words) - 1;
          for (; bits !== 0; bits >>>= 1, at++) {
            if ((bits & 1) === 0) continue;
            const p = i32[at]!;
            edge[n] = p;
            if (p !== 0 && (p - base) >>> 0 >= size) n++;
          }
          continue;
        }
        for (let rest = words; rest > 0; rest -= 32, at += 32) {
          const w = map + (at >>> 5);
          const shift = at & 31;
          let bits = i32[w]! >>> shift;
          if (shift + rest > 32 && shift !== 0) bits |= i32[w + 1]! << (32 - shift);
          if (rest < 32) bits &= (1 << rest) - 1;
          for (let a = at; bits !== 0; bits >>>= 1, a++) {
            if ((bits & 1) === 0) continue;
            const p = i32[a]!;
            edge[n] = p;
            if (p !== 0 && (p - base) >>> 0 >= size) n++;
          }
        }
      }
      if (objects === 0) break;
      top = this.resolve(n, top);
    }
    this.scanned += bytes;
    return top;
  }

  traceRange(from: Ptr, bytes: number, base: Ptr, size: number, out: number): number {
    const i32 = this.i32;
    const edge = this.edge;
    const at = from >>> 2;
    const words = bytes >>> 2;
    let n = 0;
    // Starts at the beginning of a bitmap word, so that the inner loop needs no shift.
    for (let k = -(at & 31); k < words; k += 32) {
      let bits = i32[this.map + ((at + k) >>> 5)]!;
      if (k < 0) bits &= -1 << -k;
      if (words - k < 32) bits &= (1 << (words - k)) - 1;
      while (bits !== 0) {
        const p = i32[at + k + 31 - Math.clz32(bits & -bits)]!;
        bits &= bits - 1;
        edge[n] = p;
        if (p !== 0 && (p - base) >>> 0 >= size) n++;
      }
    }
    return this.resolve(n, out);
  }

  private resolve(n: number, out: number): number {
    const i32 = this.i32;
    const pageMap = this.pageMap;
    const pages = this.pages;
    const edge = this.edge;
    let top = out;
    let marked = 0;
    for (let i = 0; i < n; i++) {
      const p = edge[i]!;
      const page = p >>> PAGE_SHIFT;
      if (page >= pages) continue;
      const s = i32[pageMap + page]!;
      if (s === 0) continue;
      const div = i32[s + S_DIV]!;
      const base = i32[s + S_BASE]!;
      const index = Math.imul((p - base) >>> 3, div >>> 5) >>> div;
      const free = s + S_BITS + (index >>> 5);
      const w = free + i32[s + S_BIT_WORDS]!;
      const bit = 1 << (index & 31);
      const marks = i32[w]!;
      if (marks & bit) continue;
      if (index >= i32[s + S_OBJECTS]! || i32[free]! & bit) continue;
      i32[w] = marks | bit;
      const size = i32[s + S_SIZE]!;
      marked += size >>> 0;
      if ((i32[s + S_INFO]! & 1) === 0) {
        const q = base + Math.imul(index, size);
        i32[top++] = size > TRACE_BYTES || size < 0 ? q | LARGE : q;
      }
    }
    this.marked += marked;
    return top;
  }
}
