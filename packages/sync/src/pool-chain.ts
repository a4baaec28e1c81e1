/**
 * PoolChain: the double-ended queue of one P in a `Pool`. Its owner pushes and pops at the head (newest first),
 * others steal at the tail (oldest first).
 *
 * Invariants
 *  1. The rings are linked from tail (oldest) to head (newest); each is twice as long as the one before, up to a
 *     limit; only the head ring is pushed to. One that is empty is dropped when `popTail` passes it, if it is not the head.
 *  2. In a ring the elements are at indexes `tail` to `head - 1`, modulo its length, and `head - tail` is at most
 *     its length; every other slot is undefined, so nothing is kept alive.
 *
 * This is Go's poolChain without its atomics: on one thread nobody can steal while the owner pushes. Growing by
 * another ring instead of by copying keeps a push O(1) in the worst case.
 */

const FIRST_RING = 8;
const LAST_RING = 1 << 20;

class Ring<T> {
  readonly slots: (T | undefined)[];
  readonly mask: number;
  head = 0;
  tail = 0;
  newer: Ring<T> | null = null;
  older: Ring<T> | null = null;

  constructor(size: number) {
    this.slots = new Array<T | undefined>(size).fill(undefined);
    this.mask = size - 1;
  }
}

/** @internal */
export class PoolChain<T> {
  head: Ring<T> | null = null;
  tail: Ring<T> | null = null;
  length = 0;

  /** O(1). */
  pushHead(x: T): void {
    let ring = this.head;
    if (ring === null) {
      ring = this.head = this.tail = new Ring<T>(FIRST_RING);
    } else if (ring.head - ring.tail === ring.slots.length) {
      const next = new Ring<T>(Math.min(ring.slots.length * 2, LAST_RING));
      next.older = ring;
      ring.newer = next;
      this.head = ring = next;
    }
    ring.slots[ring.head & ring.mask] = x;
    ring.head++;
    this.length++;
  }

  /** The newest. O(rings), at most the logarithm of the longest it was, or one for each `LAST_RING` elements. */
  popHead(): T | undefined {
    for (let ring = this.head; ring !== null; ring = ring.older) {
      if (ring.head === ring.tail) continue;
      ring.head--;
      return this.taken(ring, ring.head & ring.mask);
    }
    return undefined;
  }

  /** The oldest. O(1) amortised. */
  popTail(): T | undefined {
    for (let ring = this.tail; ring !== null; ring = ring.newer) {
      if (ring.head !== ring.tail) return this.taken(ring, ring.tail++ & ring.mask);
      // Empty, and never pushed to again unless it is the head: drop it.
      if (ring.newer === null) return undefined;
      this.tail = ring.newer;
      ring.newer.older = null;
    }
    return undefined;
  }

  private taken(ring: Ring<T>, i: number): T {
    const x = ring.slots[i] as T;
    ring.slots[i] = undefined;
    this.length--;
    return x;
  }
}
