/**
 * TimerHeap: pending timers, the earliest first. A 4-ary heap, as each of Go's Ps has one.
 *
 * Invariants
 *  1. `keys[i]` is `items[i].when`, and `items[i].index === i` for every i below `size`; an item that is in no
 *     heap has index -1.
 *  2. No item is due before its parent `(i - 1) >> 2`; equal deadlines keep the order in which they were added.
 *
 * Why four children: half the levels of a binary heap, and the four keys of one node lie side by side. Why the
 * keys stand apart in a Float64Array: V8 boxes a fractional number in an object field, so a comparison through
 * the items would chase two pointers. A wheel of buckets was rejected: deadlines here are fractions of a millisecond
 * and order matters.
 */

/** A timer as the heap sees it. */
export interface TimerItem {
  /** Position in its heap, -1 when in none. */
  index: number;
  /** Order among equal deadlines. */
  seq: number;
  /** The heap it is in. */
  heap: TimerHeap | null;
  /** The deadline came: the item is already out of its heap. */
  fire(when: number): void;
}

/** A timer that is nothing else. */
export abstract class TimerNode implements TimerItem {
  index = -1;
  seq = 0;
  heap: TimerHeap | null = null;
  abstract fire(when: number): void;
}

export class TimerHeap {
  /** Who counts its timers. */
  readonly owner: { cancel(item: TimerItem): boolean };
  size = 0;
  private keys = new Float64Array(16);
  private items: (TimerItem | undefined)[] = [];
  private seq = 0;

  constructor(owner: { cancel(item: TimerItem): boolean }) {
    this.owner = owner;
  }

  /** The earliest deadline, or Infinity. */
  get earliest(): number {
    return this.size === 0 ? Infinity : this.keys[0]!;
  }

  /** Deadline of the node at `index`. */
  whenAt(index: number): number {
    return this.keys[index]!;
  }

  /** Adds `node`; O(log4 n). */
  add(node: TimerItem, when: number): void {
    const i = this.size++;
    if (i === this.keys.length) {
      const keys = new Float64Array(i * 2);
      keys.set(this.keys);
      this.keys = keys;
    }
    node.heap = this;
    node.seq = this.seq++;
    this.siftUp(i, node, when);
  }

  /** Takes out `node`, which is in this heap; O(log4 n). */
  remove(node: TimerItem): void {
    const i = node.index;
    const last = --this.size;
    const items = this.items;
    node.index = -1;
    node.heap = null;
    if (i !== last) {
      const moved = items[last]!;
      const when = this.keys[last]!;
      items[last] = undefined;
      if (i > 0 && this.before(when, moved, (i - 1) >> 2)) this.siftUp(i, moved, when);
      else this.siftDown(i, moved, when);
    } else {
      items[last] = undefined;
    }
  }

  /** Takes out the earliest node, which must exist; O(log4 n). */
  shift(): TimerItem {
    const node = this.items[0]!;
    this.remove(node);
    return node;
  }

  private before(when: number, node: TimerItem, other: number): boolean {
    const key = this.keys[other]!;
    return when < key || (when === key && node.seq < this.items[other]!.seq);
  }

  private siftUp(start: number, node: TimerItem, when: number): void {
    const keys = this.keys;
    const items = this.items;
    let i = start;
    while (i > 0) {
      const parent = (i - 1) >> 2;
      if (!this.before(when, node, parent)) break;
      const p = items[parent]!;
      keys[i] = keys[parent]!;
      items[i] = p;
      p.index = i;
      i = parent;
    }
    keys[i] = when;
    items[i] = node;
    node.index = i;
  }

  private siftDown(start: number, node: TimerItem, when: number): void {
    const keys = this.keys;
    const items = this.items;
    const size = this.size;
    let i = start;
    for (;;) {
      const first = i * 4 + 1;
      if (first >= size) break;
      let child = first;
      let key = keys[first]!;
      const end = first + 4 < size ? first + 4 : size;
      for (let j = first + 1; j < end; j++) {
        const k = keys[j]!;
        if (k < key || (k === key && items[j]!.seq < items[child]!.seq)) {
          child = j;
          key = k;
        }
      }
      const c = items[child]!;
      if (when < key || (when === key && node.seq < c.seq)) break;
      keys[i] = key;
      items[i] = c;
      c.index = i;
      i = child;
    }
    keys[i] = when;
    items[i] = node;
    node.index = i;
  }

  /** Throws if an invariant is broken. O(n). */
  check(): void {
    for (let i = 0; i < this.size; i++) {
      const node = this.items[i];
      if (node === undefined || node.index !== i || node.heap !== this)
        throw new Error(`timer heap: slot ${i} holds a node that is not there`);
      if (i > 0 && this.before(this.keys[i]!, node, (i - 1) >> 2))
        throw new Error(`timer heap: slot ${i} is due before its parent`);
    }
  }
}
