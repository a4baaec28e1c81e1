/**
 * The tiny allocator: pointer-free objects below 16 bytes share 16-byte blocks. Go's, plus manual free.
 *
 * Invariants
 *  1. Bit i of a block's start bits is set while an object begins at its byte i; a block in use has at least one, except
 *     while it is the current block of a shard.
 *  2. Objects are aligned to 8, 4 or 2 as their size divides; 12 bytes are aligned to 8, since a pointer has 4.
 *  3. A block lives as long as any object in it; a collector sees one 16-byte object.
 *  4. What would neither fit into the current block nor leave more room in a new one gets an object of 16 bytes instead
 *     of a block: nothing else would ever be packed beside it, and its free has nothing to find out.
 *  5. `C_TINY_LIMIT` spares most of them the question: above it the answer is always that.
 *  6. Objects of 8 bytes have slots of their own, which cost the same 8 bytes: there are magazines for them, and each is freed
 *     by itself.
 *  7. A block without an object is free in its span, or in a magazine: the one that was emptied last is begun first.
 *
 * Go has no free, so its tiny blocks need no start bits. Here they make a free exact: an address where no object
 * begins is an interior pointer, and a second free is seen. They cost 2 bytes per block.
 */
import type { Ptr } from "./api.ts";
import { refill } from "./cache.ts";
import { releaseEmpty } from "./release.ts";
import type { Core } from "./core.ts";
import { keep, takeKept } from "./magazine.ts";
import { cacheOf } from "./counters.ts";
import { deadPointer, doubleFree, interiorPointer } from "./errors.ts";
import { noMemory } from "./large.ts";
import { fromWord, pageOf } from "./ptr.ts";
import { startBits } from "./span.ts";
import {
  C_TINY,
  C_TINY_ALLOCS,
  C_TINY_LIMIT,
  C_TINY_OFFSET,
  C_TINY_STARTS,
  CACHE_ENTRY,
  E_BASE,
  E_CURSOR,
  E_SLOW,
  E_SPAN,
  BLACK,
  FEATURE_TINY,
  H_COLLECTED,
  H_FEATURES,
  S_BASE,
  S_BIT_WORDS,
  S_BITS,
  TINY_SIZE,
  TINY_SPC,
} from "./words.ts";

/** Rounds `offset` up to the alignment of an object of `size` bytes. */
export function tinyAlign(offset: number, size: number): number {
  if ((size & 7) === 0 || size === 12) return (offset + 7) & ~7;
  if ((size & 3) === 0) return (offset + 3) & ~3;
  if ((size & 1) === 0) return (offset + 1) & ~1;
  return offset;
}

/** No object larger than this fits into a block of which `offset` bytes are used, or would leave more room in a new one. */
export const limitOf = (offset: number): number =>
  offset <= TINY_SIZE / 2 ? TINY_SIZE - offset : offset - 1;

/** Forgets the block of a shard, so that its next tiny object begins a new one. */
function dropBlock(c: Core, shard: number): void {
  const cache = cacheOf(c, shard);
  c.i32[cache + C_TINY] = 0;
  c.i32[cache + C_TINY_LIMIT] = c.i32[H_FEATURES]! & FEATURE_TINY ? TINY_SIZE - 1 : 0;
}

/** The same for all shards. */
export function dropTiny(c: Core): void {
  for (let shard = 0; shard < c.shards; shard++) dropBlock(c, shard);
}

/**
 * `size` bytes, 1 to 15, without pointers. Always zero: a block is cleared when it is begun. 0 if the object is to have a
 * slot of its own.
 */
export function allocTiny(c: Core, size: number, shard: number): Ptr {
  const i32 = c.i32;
  const cache = cacheOf(c, shard);
  const block = i32[cache + C_TINY]!;
  if (block !== 0) {
    const at = tinyAlign(i32[cache + C_TINY_OFFSET]!, size);
    if (at + size <= TINY_SIZE) {
      const starts = i32[cache + C_TINY_STARTS]!;
      c.u16[starts] = c.u16[starts]! | (1 << at);
      i32[cache + C_TINY_OFFSET] = at + size;
      i32[cache + C_TINY_LIMIT] = limitOf(at + size);
      const n = (cache + C_TINY_ALLOCS) >>> 1;
      c.f64[n] = c.f64[n]! + 1;
      return (block + at) >>> 0;
    }
    // Go keeps whichever block has more room left. One that it does not keep holds this object alone for ever.
    if (size >= i32[cache + C_TINY_OFFSET]!) return 0;
  }
  return newBlock(c, size, shard);
}

function newBlock(c: Core, size: number, shard: number): Ptr {
  const p = takeKept(c, shard, TINY_SPC) || takeBlock(c, shard);
  const i32 = c.i32;
  const cache = cacheOf(c, shard);
  const s = i32[c.pageMap + pageOf(p)]!;
  const starts = startBits(c, s, (p - i32[s + S_BASE]!) >>> 4);
  c.u16[starts] = 1;
  c.f64[p >>> 3] = 0;
  c.f64[(p >>> 3) + 1] = 0;
  i32[cache + C_TINY] = p;
  i32[cache + C_TINY_OFFSET] = size;
  i32[cache + C_TINY_LIMIT] = limitOf(size);
  i32[cache + C_TINY_STARTS] = starts;
  return p;
}

/** A block from the span that the shard caches, or the next one. */
function takeBlock(c: Core, shard: number): Ptr {
  const i32 = c.i32;
  const cache = cacheOf(c, shard);
  const entry = cache + TINY_SPC * CACHE_ENTRY;
  if (i32[i32[entry + E_CURSOR]!] === 0 && !refill(c, shard, TINY_SPC)) {
    releaseEmpty(c);
    if (!refill(c, shard, TINY_SPC)) throw noMemory(c, TINY_SIZE);
  }
  const cursor = i32[entry + E_CURSOR]!;
  const free = i32[cursor]!;
  const bit = free & -free;
  i32[cursor] = free ^ bit;
  if (i32[entry + E_SLOW]! & BLACK) {
    const mark = cursor + i32[i32[entry + E_SPAN]! + S_BIT_WORDS]!;
    i32[mark] = i32[mark]! | bit;
  }
  return (i32[entry + E_BASE]! + (31 - Math.clz32(bit)) * TINY_SIZE) >>> 0;
}

/** The shard that still packs objects into the block, or -1. */
function currentShard(c: Core, block: Ptr): number {
  for (let shard = 0; shard < c.shards; shard++) {
    if (fromWord(c.i32[cacheOf(c, shard) + C_TINY]!) === block) return shard;
  }
  return -1;
}

/**
 * Ends the object at `p`, checked. True if its block has no object left and must be freed in its span, as it is once a
 * collector works; before that it goes to a magazine.
 */
export function freeTiny(c: Core, s: number, p: Ptr, by: number): boolean {
  const i32 = c.i32;
  const offset = p - fromWord(i32[s + S_BASE]!);
  const index = offset >>> 4;
  if ((i32[s + S_BITS + (index >>> 5)]! >>> (index & 31)) & 1) throw doubleFree(p);
  const word = startBits(c, s, index);
  const starts = c.u16[word]!;
  const bit = 1 << (offset & 15);
  if ((starts & bit) === 0) {
    const before = starts & (bit - 1);
    if (before === 0) throw doubleFree(p);
    throw interiorPointer(p, p - (offset & 15) + 31 - Math.clz32(before));
  }
  c.u16[word] = starts ^ bit;
  if (starts !== bit) return false;
  const block = p - (offset & 15);
  const shard = currentShard(c, block);
  if (shard >= 0) dropBlock(c, shard);
  if (i32[H_COLLECTED] !== 0) return true;
  keep(c, by, TINY_SPC, block);
  return false;
}

/** Bytes up to the next object of the block, or to its end. */
export function tinyUsable(c: Core, s: number, p: Ptr): number {
  const offset = p - fromWord(c.i32[s + S_BASE]!);
  const starts = c.u16[startBits(c, s, offset >>> 4)]!;
  const at = offset & 15;
  if (((starts >>> at) & 1) === 0) throw deadPointer(p);
  const after = starts & (-2 << at);
  if (after !== 0) return 31 - Math.clz32(after & -after) - at;
  const shard = currentShard(c, p - at);
  return (shard >= 0 ? c.i32[cacheOf(c, shard) + C_TINY_OFFSET]! : TINY_SIZE) - at;
}
