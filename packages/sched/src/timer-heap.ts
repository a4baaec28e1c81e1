/**
 * TimerHeap: pending timers, the earliest first. A 4-ary heap, as each of Go's Ps has one.
 *
 * Invariants
 *  1. An item has a slot from `add` until it leaves; `items[slot]` is the item and `item.index` is `slot * stride + id`, which
 *     names its heap among those of a clock too; -1 outside.
 *  2. Place i of the heap, i below `n`, holds the slot `slots[i]` with the deadline `keys[i]`, and `pos` of that slot
 *     is i. No place is due before its parent `(i - 1) >> 2`; of equal deadlines the one with the lesser `seqs[slot]` is first: the one
 *     added first, unless somebody sets `seq` before each `add`.
 *  3. What `gather` took out waits in order at `run[runAt …]`; `pos` of its slot is the complement of its place there,
 *     and -1 in `run` is one that was removed. `run[runAt]` is never -1.
 *
 * Why four children: half the levels of a binary heap, and the four keys of one node lie side by side. Why numbers in
 * typed arrays and not the items themselves: moving an item would write to an object somewhere in a large heap, a
 * cache miss and a write barrier per level. Why `gather`: when a large part of a million timers is due, sorting that
 * part once costs a tenth of taking it out one by one. A wheel of buckets was rejected: deadlines here are fractions
 * of a millisecond and order matters.
 */
import { sortByTime } from "./timer-sort.ts";

/** A timer as the heap sees it. */
export interface TimerItem {
  /** Where it is, for its heap and its clock; -1 when in none. */
  index: number;
  /** The deadline came: the item is already out of its heap. */
  fire(when: number): void;
}

const SMALL = 16;
/** Arrays larger than this are given up when the heap is empty. */
const KEEP = 1 << 14;
/** Gathering pays from so many timers on, if at least one in `GATHER_PART` is due. */
const GATHER_MIN = 512;
const GATHER_PART = 32;

const grown = <A extends Float64Array | Int32Array>(old: A): A => {
  const next = new (old.constructor as new (n: number) => A)(old.length * 2);
  next.set(old);
  return next;
};

export class TimerHeap {
  private readonly id: number;
  private readonly stride: number;
  /** Timers in the heap and gathered ones. */
  size = 0;
  private n = 0;
  private keys = new Float64Array(SMALL);
  private slots = new Int32Array(SMALL);
  private items: (TimerItem | undefined)[] = [];
  private pos = new Int32Array(SMALL);
  private seqs = new Float64Array(SMALL);
  /** The slots without an item: a stack, because a list through the slots would touch one more place per timer. */
  private free = new Int32Array(SMALL);
  private freeCount = 0;
  /** Where the next item stands among those with its deadline. */
  seq = 0;
  private run = new Int32Array(0);
  private runKeys = new Float64Array(0);
  private runAt = 0;
  private runEnd = 0;
  /** Due timers that were found too few to gather and are still to come out one by one: until then nobody counts again. */
  private few = 0;
  /** Only there so that what `touch` reads is used. */
  touched = 0;

  /** Heap `id` of the `stride` heaps of a clock. */
  constructor(id = 0, stride = 1) {
    this.id = id;
    this.stride = stride;
  }

  /** The earliest deadline, or Infinity. */
  get earliest(): number {
    const first = this.n === 0 ? Infinity : this.keys[0]!;
    if (this.runAt === this.runEnd) return first;
    const gathered = this.runKeys[this.runAt]!;
    return gathered < first ? gathered : first;
  }

  /** The item with the latest deadline that will come, and that; null and 0 if there is none. Without what is gathered. O(n). */
  latest(): { readonly item: TimerItem | null; readonly when: number } {
    const { keys, n } = this;
    let at = -1;
    let when = 0;
    for (let i = 0; i < n; i++) {
      const key = keys[i]!;
      if (key > when && key < Infinity) {
        when = key;
        at = i;
      }
    }
    return { item: at < 0 ? null : this.items[this.slots[at]!]!, when };
  }

  /** Adds `item`; O(log4 n). */
  add(item: TimerItem, when: number): void {
    const i = this.n++;
    this.size++;
    if (i === this.keys.length) {
      this.keys = grown(this.keys);
      this.slots = grown(this.slots);
    }
    const items = this.items;
    let slot: number;
    if (this.freeCount > 0) {
      slot = this.free[--this.freeCount]!;
      items[slot] = item;
    } else {
      slot = items.length;
      if (slot === this.pos.length) {
        this.pos = grown(this.pos);
        this.seqs = grown(this.seqs);
      }
      items.push(item);
    }
    item.index = this.stride === 1 ? slot : slot * this.stride + this.id;
    this.seqs[slot] = this.seq++;
    this.siftUp(i, slot, when);
  }

  /** Takes out `item`, which is in this heap; O(log4 n). */
  remove(item: TimerItem): void {
    const slot = this.stride === 1 ? item.index : (item.index - this.id) / this.stride;
    const i = this.pos[slot]!;
    if (i >= 0) this.takeOut(i);
    else {
      this.run[~i] = -1;
      if (~i === this.runAt) this.skip();
    }
    this.leave(item, slot);
  }

  /** Takes out the earliest item, which must exist; O(log4 n). */
  shift(): TimerItem {
    let slot: number;
    if (this.gatheredFirst()) {
      slot = this.run[this.runAt++]!;
      this.skip();
    } else {
      slot = this.slots[0]!;
      if (this.few > 0) this.few--;
      this.takeOut(0);
    }
    const item = this.items[slot]!;
    this.leave(item, slot);
    return item;
  }

  /**
   * Reads the next `count` gathered items, so that their cache misses overlap: `shift` waits for them one after the other.
   */
  touch(count: number): void {
    const { run, items } = this;
    const end = Math.min(this.runAt + count, this.runEnd);
    let sum = 0;
    for (let i = this.runAt; i < end; i++) {
      const slot = run[i]!;
      if (slot >= 0) sum += items[slot]!.index;
    }
    this.touched = sum;
  }

  /** Whether the earliest item is among those gathered. */
  private gatheredFirst(): boolean {
    const at = this.runAt;
    if (at === this.runEnd) return false;
    if (this.n === 0) return true;
    const when = this.runKeys[at]!;
    const first = this.keys[0]!;
    return (
      when < first || (when === first && this.seqs[this.run[at]!]! < this.seqs[this.slots[0]!]!)
    );
  }

  /** Goes on to the next gathered item that is still there. */
  private skip(): void {
    const { run, runEnd } = this;
    let at = this.runAt;
    while (at < runEnd && run[at] === -1) at++;
    this.runAt = at;
  }

  private leave(item: TimerItem, slot: number): void {
    item.index = -1;
    this.items[slot] = undefined;
    if (--this.size > 0) {
      if (this.freeCount === this.free.length) this.free = grown(this.free);
      this.free[this.freeCount++] = slot;
      return;
    }
    // The last one: slots begin anew, and what grew is given back.
    this.items.length = 0;
    this.freeCount = 0;
    if (this.free.length > KEEP) this.free = new Int32Array(SMALL);
    this.seq = 0;
    this.few = 0;
    this.runAt = this.runEnd = 0;
    if (this.run.length > KEEP) {
      this.run = new Int32Array(0);
      this.runKeys = new Float64Array(0);
    }
    if (this.keys.length > KEEP) {
      this.keys = new Float64Array(SMALL);
      this.slots = new Int32Array(SMALL);
    }
    if (this.pos.length > KEEP) {
      this.pos = new Int32Array(SMALL);
      this.seqs = new Float64Array(SMALL);
    }
  }

  /** Closes the gap at place `i`. */
  private takeOut(i: number): void {
    const last = --this.n;
    if (i === last) return;
    const slot = this.slots[last]!;
    const when = this.keys[last]!;
    if (i > 0 && this.before(when, slot, (i - 1) >> 2)) this.siftUp(i, slot, when);
    else this.siftDown(i, slot, when);
  }

  /**
   * Takes all that is due at `now` out of the heap in one go, where that is cheaper than one by one; it comes first in
   * `shift` from then on. O(n) when it does so, else O(due).
   */
  gather(now: number, min = GATHER_MIN): void {
    const { keys, slots, pos, n } = this;
    if (n < min || this.runAt < this.runEnd) return;
    if (keys[0]! > now) this.few = 0;
    if (this.few > 0 || keys[0]! > now) return;
    const due = this.countDue(now, Math.ceil(n / GATHER_PART));
    if (due * GATHER_PART < n) {
      this.few = due;
      return;
    }
    const run = n <= this.run.length ? this.run : new Int32Array(n);
    const runKeys = n <= this.run.length ? this.runKeys : new Float64Array(n);
    let k = 0;
    let left = 0;
    for (let i = 0; i < n; i++) {
      const when = keys[i]!;
      const slot = slots[i]!;
      if (when <= now) {
        runKeys[k] = when;
        run[k++] = slot;
      } else {
        keys[left] = when;
        slots[left] = slot;
        pos[slot] = left++;
      }
    }
    this.n = left;
    for (let i = (left - 2) >> 2; i >= 0; i--) this.siftDown(i, slots[i]!, keys[i]!);
    sortByTime(run, runKeys, this.seqs, k);
    for (let i = 0; i < k; i++) pos[run[i]!] = ~i;
    this.run = run;
    this.runKeys = runKeys;
    this.runAt = 0;
    this.runEnd = k;
  }

  /** How many are due at `now`; stops at `enough`. Walks only what is due and its children. */
  private countDue(now: number, enough: number): number {
    const { keys, n } = this;
    const stack = [0];
    let count = 0;
    while (stack.length > 0 && count < enough) {
      const i = stack.pop()!;
      count++;
      const first = i * 4 + 1;
      const end = first + 4 < n ? first + 4 : n;
      for (let j = first; j < end; j++) if (keys[j]! <= now) stack.push(j);
    }
    return count;
  }

  private before(when: number, slot: number, other: number): boolean {
    const key = this.keys[other]!;
    return when < key || (when === key && this.seqs[slot]! < this.seqs[this.slots[other]!]!);
  }

  private siftUp(start: number, slot: number, when: number): void {
    const { keys, slots, pos } = this;
    let i = start;
    while (i > 0) {
      const parent = (i - 1) >> 2;
      if (!this.before(when, slot, parent)) break;
      const p = slots[parent]!;
      keys[i] = keys[parent]!;
      slots[i] = p;
      pos[p] = i;
      i = parent;
    }
    keys[i] = when;
    slots[i] = slot;
    pos[slot] = i;
  }

  private siftDown(start: number, slot: number, when: number): void {
    const { keys, slots, pos, seqs, n } = this;
    let i = start;
    for (;;) {
      const first = i * 4 + 1;
      if (first >= n) break;
      let child = first;
      let key = keys[first]!;
      const end = first + 4 < n ? first + 4 : n;
      for (let j = first + 1; j < end; j++) {
        const k = keys[j]!;
        if (k < key || (k === key && seqs[slots[j]!]! < seqs[slots[child]!]!)) {
          child = j;
          key = k;
        }
      }
      const c = slots[child]!;
      if (when < key || (when === key && seqs[slot]! < seqs[c]!)) break;
      keys[i] = key;
      slots[i] = c;
      pos[c] = i;
      i = child;
    }
    keys[i] = when;
    slots[i] = slot;
    pos[slot] = i;
  }

  /** Throws if an invariant is broken. O(n). */
  check(): void {
    let gathered = 0;
    const known = (slot: number, at: number): boolean => {
      const item = this.items[slot];
      return this.pos[slot] === at && item?.index === slot * this.stride + this.id;
    };
    for (let i = 0; i < this.n; i++) {
      const slot = this.slots[i]!;
      if (!known(slot, i))
        throw new Error(`timer heap: place ${i} holds a timer that is not there`);
      if (i > 0 && this.before(this.keys[i]!, slot, (i - 1) >> 2))
        throw new Error(`timer heap: place ${i} is due before its parent`);
    }
    let last = -Infinity;
    for (let i = this.runAt; i < this.runEnd; i++) {
      const slot = this.run[i]!;
      if (slot === -1 && i > this.runAt) continue;
      if (!known(slot, ~i)) throw new Error(`timer heap: gathered timer ${i} is not there`);
      if (this.runKeys[i]! < last)
        throw new Error(`timer heap: gathered timer ${i} is out of order`);
      last = this.runKeys[i]!;
      gathered++;
    }
    if (this.size !== this.n + gathered)
      throw new Error(`timer heap: ${this.size} counted, ${this.n} + ${gathered} there`);
  }
}
