/**
 * The marker's whole inner loop: from grey objects to the objects they point to, without a call per pointer.
 *
 * A batch of grey objects is taken through two loops, so that the cache misses of one object do not wait for those of
 * another:
 *
 *     gather    object → its pointer words → the free words above the grey ones   misses: the object's bytes
 *     words     pointer → span record → test and set the mark bit, push           misses: the record and its mark bits
 *
 * Invariants
 *  1. What is pushed is the base of a scan object whose mark bit went from 0 to 1; one of more than
 *     {@link T_BYTES} is pushed with bit 2 set, since it must be scanned in pieces. One of 8 bytes, all 0, is black at
 *     once: it counts as traced.
 *  2. A pointer to a free object, to metadata or to nothing marks nothing. One into the object itself finds it marked;
 *     `traceRange`, whose object may be white, skips it.
 *  3. A batch writes no word at or above `end`, and at most {@link T_ROOM} above the grey objects. What `traceWords` pushes
 *     never overtakes what it reads: a batch has popped one object at least, and pushes one per pointer at most.
 *
 * Why loops over a batch and not one loop that follows each pointer: whether an object was marked already is a coin toss
 * for the branch predictor, and what runs ahead of a mispredicted branch is thrown away, loads included. The
 * first loop, which misses most, has no such branch, not even for nil. Why the pointers lie above the grey set: in every loop
 * V8 checks anew what kind of array each array is, and loads its length and address, so that one array costs less
 * than two. For the same reason the words are taken in pairs, and what a span says is kept while pointers stay on its page.
 * Rejected: the same loops in WebAssembly, which take a quarter less time: the heap would have to lie in a
 * `WebAssembly.Memory`, which a host can forbid and large pages do not reach.
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
  T_BATCH,
  T_BYTES,
  T_LARGE,
  T_ROOM,
} from "./words.ts";

/** See the file header. */
export class SpanTracer implements ObjectTracer {
  readonly room = T_ROOM;
  marked = 0;
  scanned = 0;
  private readonly i32: Int32Array;
  private readonly pageMap: number;
  private readonly pages: number;
  private readonly map: number;

  constructor(c: Core) {
    this.i32 = c.i32;
    this.pageMap = c.pageMap;
    this.pages = c.pages;
    this.map = c.pointerWords;
  }

  trace(bottom: number, from: number, end: number, work: number): number {
    const i32 = this.i32;
    const pageMap = this.pageMap | 0;
    const map = this.map | 0;
    let top = from | 0;
    let bytes = 0;
    // What the span of the page seen last says: objects that were found together mostly lie together.
    let page = -1;
    let size = 0;
    while (top > bottom && bytes < work) {
      const first = top;
      const last = (end - top) >>> 0 > T_ROOM ? (top + T_ROOM) | 0 : end | 0;
      let e = top;
      const least = top - bottom > T_BATCH ? (top - T_BATCH) | 0 : bottom | 0;
      while (top > least) {
        const base = i32[top - 1]!;
        if ((base & 7) !== 0) break;
        if (base >>> PAGE_SHIFT !== page) {
          page = base >>> PAGE_SHIFT;
          size = i32[i32[(pageMap + page) | 0]! + S_SIZE]!;
        }
        const words = size >>> 2;
        if (((e + words) | 0) > last) break;
        top = (top - 1) | 0;
        bytes = (bytes + size) | 0;
        let at = base >>> 2;
        for (let rest = words; ; at = (at + 32) | 0) {
          const w = (map + (at >>> 5)) | 0;
          const shift = at & 31;
          let bits = (i32[w]! >>> shift) | 0;
          if (((shift + rest) | 0) > 32 && shift !== 0)
            bits = bits | (i32[(w + 1) | 0]! << (32 - shift));
          if (rest < 32) bits = bits & ((1 << rest) - 1);
          // Two words at a time and without a branch on what is in them; an object has an even number of words.
          for (let a = at; bits !== 0; bits = (bits >>> 2) | 0, a = (a + 2) | 0) {
            const p = i32[a]! & -(bits & 1);
            const q = i32[(a + 1) | 0]! & -((bits >>> 1) & 1);
            i32[e] = p;
            e = (e + ((p | -p) >>> 31)) | 0;
            i32[e] = q;
            e = (e + ((q | -q) >>> 31)) | 0;
          }
          rest = (rest - 32) | 0;
          if (rest <= 0) break;
        }
      }
      if (top === first) break;
      top = this.traceWords(first, e, top);
    }
    this.scanned += bytes;
    return top;
  }

  traceRange(from: Ptr, bytes: number, base: Ptr, size: number, out: number): number {
    const i32 = this.i32;
    const at = from >>> 2;
    const words = bytes >>> 2;
    let e = out;
    // Starts at the beginning of a bitmap word, so that the inner loop needs no shift.
    for (let k = -(at & 31); k < words; k += 32) {
      let bits = i32[this.map + ((at + k) >>> 5)]!;
      if (k < 0) bits &= -1 << -k;
      if (words - k < 32) bits &= (1 << (words - k)) - 1;
      while (bits !== 0) {
        const p = i32[at + k + 31 - Math.clz32(bits & -bits)]!;
        bits &= bits - 1;
        i32[e] = p;
        if (p !== 0 && (p - base) >>> 0 >= size) e++;
      }
    }
    return this.traceWords(out, e, out);
  }

  traceWords(first: number, end: number, out: number): number {
    const i32 = this.i32;
    const pageMap = this.pageMap | 0;
    const pages = this.pages;
    let top = out | 0;
    // In units of 8 bytes: distinct objects, so that it stays an int32.
    let marked = 0;
    let nils = 0;
    let page = -1;
    let s = 0;
    let base = 0;
    let div = 0;
    let mul = 0;
    let size = 0;
    let marks = 0;
    let tag = 0;
    for (let i = first | 0; i < end; i = (i + 1) | 0) {
      const p = i32[i]!;
      if (p >>> PAGE_SHIFT !== page) {
        page = p >>> PAGE_SHIFT;
        s = page < pages ? i32[(pageMap + page) | 0]! : 0;
        if (s !== 0) {
          div = i32[s + S_DIV]!;
          mul = div >>> 5;
          base = i32[s + S_BASE]!;
          size = i32[s + S_SIZE]!;
          marks = (s + S_BITS + i32[s + S_BIT_WORDS]!) | 0;
          tag = i32[s + S_INFO]! & 1 ? -1 : size > T_BYTES || size < 0 ? T_LARGE : 0;
        }
      }
      if (s === 0) continue;
      const index = Math.imul(((p - base) | 0) >>> 3, mul) >>> div;
      const word = index >>> 5;
      const bit = 1 << (index & 31);
      const black = i32[(marks + word) | 0]!;
      if (black & bit) continue;
      if (index >= i32[s + S_OBJECTS]! || i32[s + S_BITS + word]! & bit) continue;
      i32[(marks + word) | 0] = black | bit;
      marked = (marked + (size >>> 3)) | 0;
      if (tag < 0) continue;
      const q = (base + Math.imul(index, size)) | 0;
      i32[top] = q | tag;
      if (size === 8) {
        // A leaf, or the end of a list: it is looked into at once, again without a branch.
        const v = i32[q >>> 2]! | i32[((q >>> 2) + 1) | 0]!;
        const some = (v | -v) >>> 31;
        top = (top + some) | 0;
        nils = (nils + 1 - some) | 0;
      } else top = (top + 1) | 0;
    }
    this.scanned += nils * 8;
    this.marked += marked * 8;
    return top;
  }
}
