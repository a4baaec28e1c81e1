/**
 * What is done to a whole bucket chain of a map in a heap: taking its keys for a range, dumping it, moving it.
 *
 * Invariants
 *  1. Which half an entry moves to, and which half a range counts it to before, is decided alike: by a bit of
 *     the hash, or, for a key that does not equal itself, by the lowest bit of its tophash.
 */
import type { BucketDump, Ptr } from "./api.ts";
import { absentChain, isLive, topsOf } from "./base.ts";
import type { Entries } from "./heap-entries.ts";
import {
  FLOAT64,
  H_BUCKETS,
  H_CHANGES,
  H_COUNT,
  H_FLAGS,
  H_HASH0,
  H_MOVES,
  HEADER_WORDS,
  SCALAR,
} from "./heap-words.ts";
import type { HeapTable } from "./heap-table.ts";
import {
  EMPTY_ONE,
  EMPTY_REST,
  EVACUATED_EMPTY,
  EVACUATED_X,
  EVACUATED_Y,
  MIN_TOP_HASH,
  SAME_SIZE_GROW,
  SLOTS,
  topHash,
} from "./rules.ts";
import type { Snapshot } from "./storage.ts";

/** Appends the live entries of a chain to a snapshot, see `Storage.gather`. */
export function gatherChain<K, V>(
  t: HeapTable,
  e: Entries,
  old: boolean,
  index: number,
  offset: number,
  want: number,
  out: Snapshot<K, V>,
): void {
  const { u8 } = t;
  const seed = t.seed;
  const B = t.B;
  let order = 0;
  for (let b = old ? t.oldBucket(index) : t.bucket(index); b !== 0; order += SLOTS) {
    for (let j = 0; j < SLOTS; j++) {
      const i = (j + offset) & (SLOTS - 1);
      const top = u8[b + i]!;
      if (top < MIN_TOP_HASH) continue;
      const reflexive = e.reflexiveAt(b, i);
      if (want >= 0) {
        const there = reflexive
          ? (e.hashAt(b, i, seed) & ((1 << B) - 1)) === want
          : want >>> (B - 1) === (top & 1);
        if (!there) continue;
      }
      // A descriptor of somebody else's may have deleted the entry, or let it move, when it was asked.
      if (u8[b + i]! !== top) continue;
      const n = out.n++;
      out.keys[n] = e.loadKey(b, i) as K;
      out.slots[n] = e.valueAt(b, i);
      out.orders[n] = order + j;
      out.reflexive[n] = reflexive;
      if (!reflexive) out.values[n] = e.loadValue(e.valueAt(b, i)) as V;
    }
    b = t.link(b);
  }
}

/** Whether a slot's key and value are all zero bytes. */
function isClear({ u8 }: HeapTable, e: Entries, bucket: Ptr, slot: number): boolean {
  const zero = (p: Ptr, n: number): boolean => u8.subarray(p, p + n).every((b) => b === 0);
  return (
    zero(e.keyAt(bucket, slot), e.layout.keySize) &&
    zero(e.valueAt(bucket, slot), e.layout.valueSize)
  );
}

/** A chain as plain data. */
export function dumpChain<K, V>(
  t: HeapTable,
  e: Entries,
  old: boolean,
  index: number,
): BucketDump<K, V>[] {
  const chain: BucketDump<K, V>[] = [];
  let b = old ? t.oldBucket(index) : t.bucket(index);
  // Never written, or moved and already let go.
  if (b === 0) return absentChain(old && t.evacuated(index) ? EVACUATED_EMPTY : EMPTY_REST);
  for (; b !== 0; b = t.link(b)) {
    const at = b;
    const tops = topsOf(t.i32[b >>> 2]!, t.i32[(b >>> 2) + 1]!);
    chain.push({
      tops,
      keys: tops.map((x, i) => (isLive(x) ? (e.loadKey(at, i) as K) : undefined)),
      values: tops.map((x, i) => (isLive(x) ? (e.loadValue(e.valueAt(at, i)) as V) : undefined)),
      hashes: tops.map((x, i) =>
        isLive(x) && e.reflexiveAt(at, i) ? e.hashAt(at, i, t.seed) >>> 0 : -1,
      ),
      clean: tops.map((_, i) => isClear(t, e, at, i)),
    });
  }
  return chain;
}

/** For each entry of a chain its hash, and 1 if its key equals itself, else 0. */
function fates(t: HeapTable, e: Entries, from: Ptr, seed: number): number[] {
  const found: number[] = [];
  for (let b = from; b !== 0; b = t.link(b)) {
    for (let i = 0; i < SLOTS; i++) {
      if (isLive(t.u8[b + i]!)) found.push(e.hashAt(b, i, seed), Number(e.reflexiveAt(b, i)));
    }
  }
  return found;
}

/** Whether somebody else's code hashes the keys of a chain: a descriptor, or the map's source where a key is NaN. */
function foreign(t: HeapTable, e: Entries, from: Ptr): boolean {
  const { keyCode } = e.layout;
  if (keyCode !== FLOAT64) return keyCode >= SCALAR;
  for (let b = from; b !== 0; b = t.link(b)) {
    for (let i = 0; i < SLOTS; i++) if (isLive(t.u8[b + i]!) && !e.reflexiveAt(b, i)) return true;
  }
  return false;
}

/**
 * Moves an old chain to its one or two new places. What it needs is allocated first, and what a descriptor or a source of random
 * numbers has to say is asked first: between the first entry and the last nothing can fail.
 */
export function moveChain(t: HeapTable, e: Entries, index: number): void {
  const h = t.h;
  const u8 = t.u8;
  const { oldB } = t;
  const seed = t.i32[h + H_HASH0]!;
  const same = (t.i32[h + H_FLAGS]! & SAME_SIZE_GROW) !== 0;
  const buckets = t.u32[h + H_BUCKETS]!;
  const bit = same ? 0 : 1 << oldB;
  const from = t.oldBucket(index);
  if (from === 0) return;
  let x = t.touch(buckets, index);
  let y = same ? 0 : t.touch(buckets, index + bit);
  let chain = 0;
  for (let b = t.link(from); b !== 0; b = t.link(b)) chain++;
  if (chain > 0) t.reserve(chain);
  const known = !same && foreign(t, e, from) ? fates(t, e, from, seed) : null;
  let next = 0;
  t.i32[h + H_CHANGES]!++;
  t.i32[h + H_MOVES]!++;
  let xi = 0;
  let yi = 0;
  for (let b = from; b !== 0; b = t.link(b)) {
    for (let i = 0; i < SLOTS; i++) {
      let top = u8[b + i]!;
      if (top <= EMPTY_ONE) {
        u8[b + i] = EVACUATED_EMPTY;
        continue;
      }
      let toY = false;
      if (!same) {
        const hash = known === null ? e.hashAt(b, i, seed) : known[next++]!;
        if (known === null ? e.reflexiveAt(b, i) : known[next++]! === 1) {
          toY = (hash & bit) !== 0;
        } else {
          toY = (top & 1) !== 0;
          top = topHash(hash);
        }
      }
      if (toY) {
        if (yi === SLOTS) {
          y = t.extend(y);
          yi = 0;
        }
        e.move(y, yi, b, i);
        u8[y + yi++] = top;
        u8[b + i] = EVACUATED_Y;
      } else {
        if (xi === SLOTS) {
          x = t.extend(x);
          xi = 0;
        }
        e.move(x, xi, b, i);
        u8[x + xi++] = top;
        u8[b + i] = EVACUATED_X;
      }
      // The bucket may live as long as the new table, whose overflow buckets lie in one array: it must keep nothing alive.
      if (!e.layout.noscan) e.clear(b, i);
    }
  }
}

/** Where all entries of a map are, with their hashes. */
function* liveSlots(
  t: HeapTable,
  e: Entries,
): Generator<[bucket: Ptr, slot: number, hash: number]> {
  const n = 2 ** t.B;
  for (let i = 0; i < n + (t.oldB < 0 ? 0 : 2 ** t.oldB); i++) {
    if (i >= n && t.evacuated(i - n)) continue;
    for (let b = i < n ? t.bucket(i) : t.oldBucket(i - n); b !== 0; b = t.link(b)) {
      for (let s = 0; s < SLOTS; s++) {
        if (isLive(t.u8[b + s]!)) yield [b, s, e.hashAt(b, s, t.seed)];
      }
    }
  }
}

/** Moves all entries to a table of `2^B` buckets, each by `place`; a throw on the way leaves all as it was. */
export function rebuild(
  t: HeapTable,
  e: Entries,
  B: number,
  place: (bucket: Ptr, slot: number, hash: number) => void,
): void {
  const { h, i32 } = t;
  const live = [...liveSlots(t, e)];
  const saved = i32.slice(h, h + HEADER_WORDS);
  const fresh = t.arrays(B);
  // The old buckets stay alive: nothing is freed before the next safepoint.
  try {
    t.reset(fresh);
    for (const [bucket, slot, hash] of live) {
      place(bucket, slot, hash);
      i32[h + H_COUNT]!++;
    }
    t.reshape();
  } catch (error) {
    for (let i = 0; i < 4; i++) t.heap.writePtr(t.ptr + i * 4, saved[i]! >>> 0);
    i32.set(saved.subarray(4), h + 4);
    throw error;
  }
}
