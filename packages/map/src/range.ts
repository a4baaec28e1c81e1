/**
 * Ranging over a map: random start, and Go's promises while the map changes underneath.
 *
 * A range walks the `2^b` buckets there were when it began, from a random one on, each from a random slot on. It
 * takes the keys of one chain at a time. If the map has changed since, it reads the chain again from where it is, or,
 * once growth has moved entries, looks up each key that it took.
 *
 * Invariants
 *  1. A table only splits: what was bucket `i` of `2^b` lies, after growth, in the buckets whose low `b` bits are
 *     `i`. So each starting bucket stands for the same keys all through, and each is visited once.
 *  2. A bucket that splits while it waits is replaced on the stack by its two halves: memory stays that of one chain.
 *  3. Entries keep their slots until growth moves their chain, so slots before the current one are done.
 *  4. No key is produced unless it is in the map at that moment. A new seed together with new buckets means that all
 *     that was taken before has been deleted; it is dropped.
 *  5. A range that has ended stays so, whatever is done to the map.
 *
 * Why not Go's iterator, which keeps the old bucket array and reads that: it would have to be rooted in the heap for
 * as long as a forgotten iterator lives, and after several growths each key costs a lookup. Here a range holds no pointer.
 */
import type { MapRange } from "./api.ts";
import { concurrentIteration } from "./errors.ts";
import { WRITING } from "./rules.ts";
import { emptySnapshot, type Storage } from "./storage.ts";

/** Go's `hiter`. */
export class Hiter<K, V> implements MapRange<K, V> {
  key = undefined as K;
  value = undefined as V;
  readonly #map: Storage<K, V>;
  readonly #shape: number;
  readonly #B: number;
  readonly #offset: number;
  readonly #keysStay: boolean;
  #bucket: number;
  /** Starting buckets to come; -1 after the end. */
  #left: number;
  #i = 0;
  /** The last slot of the current chain that is done, in the order of the range. */
  #done = -1;
  /** The current chain, as it was asked for; -1 while there is none. */
  #chain = -1;
  #old = false;
  #want = -1;
  /** Parts of the current starting bucket still to be read: bucket index, and how many bits it has. */
  readonly #index: number[] = [];
  readonly #bits: number[] = [];
  readonly #snap = emptySnapshot<K, V>();
  /** Whether a chain is being read, while a hasher or descriptor must not call {@link Hiter.next}. */
  #taking = false;

  constructor(map: Storage<K, V>) {
    // First the numbers: their source is somebody else's, and may use the map.
    const r = map.random();
    this.#offset = (map.B > 28 ? map.random() : r >>> map.B) & 7;
    this.#map = map;
    this.#shape = map.shape;
    this.#B = map.B;
    this.#keysStay = map.keysStay;
    this.#bucket = r & ((1 << map.B) - 1);
    this.#left = map.len === 0 ? 0 : 2 ** map.B;
  }

  next(): boolean {
    const map = this.#map;
    const snap = this.#snap;
    if ((map.flags & WRITING) !== 0 || this.#taking) throw concurrentIteration();
    for (;;) {
      if (snap.version !== map.version && snap.moves === map.moves) this.#again();
      while (this.#i < snap.n) {
        const i = this.#i++;
        if (snap.version === map.version) {
          const key = this.#keysStay ? snap.keys[i]! : map.keyAt(snap, i);
          this.#done = snap.orders[i]!;
          // First the value: a descriptor that somebody else made may use the range.
          this.value = map.valueAt(snap, i);
          this.key = key;
          return true;
        }
        if (snap.epoch !== map.epoch) break;
        if (!snap.reflexive[i]!) {
          this.key = snap.keys[i]!;
          this.value = snap.values[i]!;
          return true;
        }
        if (this.#find(snap.keys[i]!, i)) {
          this.key = map.foundKey;
          this.value = map.foundValue;
          return true;
        }
      }
      if (this.#left < 0) return false;
      if (this.#shape !== map.shape) throw concurrentIteration();
      this.#i = 0;
      this.#done = -1;
      this.#chain = -1;
      snap.n = 0;
      if (!this.#advance()) {
        this.#left = -1;
        return false;
      }
    }
  }

  /** Looks up entry `i`; if a hasher throws, the next call comes to it again. */
  #find(key: K, i: number): boolean {
    try {
      return this.#map.lookup(key);
    } catch (error) {
      if (this.#i === i + 1) this.#i = i;
      throw error;
    }
  }

  /** Takes the next chain; false at the end. */
  #advance(): boolean {
    const index = this.#index;
    const bits = this.#bits;
    if (index.length === 0) {
      if (this.#left === 0) return false;
      this.#left--;
      index.push(this.#bucket);
      bits.push(this.#B);
      this.#bucket = (this.#bucket + 1) & ((1 << this.#B) - 1);
    }
    const map = this.#map;
    const at = index.pop()!;
    const b = bits.pop()!;
    const { B, oldB } = map;
    const old = oldB >= 0 && b >= oldB ? at & ((1 << oldB) - 1) : -1;
    if (old >= 0 && !map.evacuated(old)) {
      this.#take(true, old, b > oldB ? at : -1);
    } else if (b < B) {
      index.push(at + 2 ** b, at);
      bits.push(b + 1, b + 1);
    } else {
      this.#take(false, at, -1);
    }
    return true;
  }

  #take(old: boolean, index: number, want: number): void {
    const map = this.#map;
    const snap = this.#snap;
    this.#old = old;
    this.#chain = index;
    this.#want = want;
    snap.version = map.version;
    snap.moves = map.moves;
    snap.epoch = map.epoch;
    this.#taking = true;
    try {
      map.gather(old, index, this.#offset, want, snap);
    } catch (error) {
      // A hasher has thrown. The next call takes the chain again.
      snap.n = 0;
      snap.version = -1;
      throw error;
    } finally {
      this.#taking = false;
    }
  }

  /** Reads the current chain again, whose entries are where they were, and goes on behind the slot that is done. */
  #again(): void {
    const snap = this.#snap;
    snap.n = 0;
    if (this.#chain < 0) return;
    this.#take(this.#old, this.#chain, this.#want);
    this.#i = 0;
    while (this.#i < snap.n && snap.orders[this.#i]! <= this.#done) this.#i++;
  }
}

/** What an iterator over a range gives. */
export const KEYS = 0;
export const VALUES = 1;
export const ENTRIES = 2;

/** A range as the iterator JavaScript knows. Why not a generator: this is about twice as fast. */
export class RangeIterator<K, V, T> implements IterableIterator<T, undefined> {
  readonly #range: MapRange<K, V>;
  readonly #what: number;
  #over = false;

  constructor(range: MapRange<K, V>, what: number) {
    this.#range = range;
    this.#what = what;
  }

  next(): IteratorResult<T, undefined> {
    const r = this.#range;
    if (this.#over || !r.next()) {
      this.#over = true;
      return { value: undefined, done: true };
    }
    const value = this.#what === ENTRIES ? [r.key, r.value] : this.#what === KEYS ? r.key : r.value;
    return { value: value as T, done: false };
  }

  return(): IteratorResult<T, undefined> {
    this.#over = true;
    return { value: undefined, done: true };
  }

  [Symbol.iterator](): this {
    return this;
  }
}
