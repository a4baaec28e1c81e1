/**
 * Ring: an unbounded FIFO of goroutines.
 *
 * Invariants
 *  1. The capacity is a power of two; the entries are at `head .. head + size - 1`, masked.
 *  2. A slot outside them holds undefined, so the ring keeps nobody alive.
 *
 * Why a ring: `Array.shift` is linear and an intrusive list costs every goroutine a field.
 */
import type { G } from "./g.ts";

export class Ring {
  size = 0;
  private items: (G | undefined)[] = new Array<G | undefined>(64).fill(undefined);
  private mask = 63;
  private head = 0;

  push(g: G): void {
    if (this.size > this.mask) this.grow();
    this.items[(this.head + this.size++) & this.mask] = g;
  }

  shift(): G | null {
    if (this.size === 0) return null;
    const i = this.head;
    const g = this.items[i]!;
    this.items[i] = undefined;
    this.head = (i + 1) & this.mask;
    this.size--;
    return g;
  }

  /** Adds `n` entries from `from`, a ring of a power of two of places, and clears those. */
  append(from: (G | undefined)[], at: number, n: number): void {
    while (this.size + n > this.items.length) this.grow();
    const { items, mask } = this;
    const tail = this.head + this.size;
    const places = from.length - 1;
    for (let i = 0; i < n; i++) {
      const place = (at + i) & places;
      items[(tail + i) & mask] = from[place];
      from[place] = undefined;
    }
    this.size += n;
  }

  /** Moves the first `n` entries to the first places of `to`. */
  drain(to: (G | undefined)[], n: number): void {
    const { items, mask, head } = this;
    for (let i = 0; i < n; i++) {
      const place = (head + i) & mask;
      to[i] = items[place];
      items[place] = undefined;
    }
    this.head = (head + n) & mask;
    this.size -= n;
  }

  /** The entries in order, for checks and dumps. */
  list(): G[] {
    const list: G[] = [];
    for (let i = 0; i < this.size; i++) list.push(this.items[(this.head + i) & this.mask]!);
    return list;
  }

  /** Takes out entry `i` by moving the last one there; O(1), order is lost. */
  takeAt(i: number): G {
    const at = (this.head + i) & this.mask;
    const last = (this.head + --this.size) & this.mask;
    const g = this.items[at]!;
    this.items[at] = this.items[last];
    this.items[last] = undefined;
    return g;
  }

  clear(): void {
    this.items.fill(undefined);
    this.size = 0;
    this.head = 0;
  }

  private grow(): void {
    const old = this.items;
    const n = old.length;
    const items = new Array<G | undefined>(n * 2).fill(undefined);
    for (let i = 0; i < n; i++) items[i] = old[(this.head + i) & this.mask];
    this.items = items;
    this.mask = n * 2 - 1;
    this.head = 0;
  }
}
