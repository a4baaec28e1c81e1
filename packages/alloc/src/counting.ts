/**
 * A decorator that counts what goes through it, and keeps a high-water mark.
 *
 * Invariants
 *  1. Calls and results are those of the inner allocator; a call that throws is counted as failed only.
 *  2. `bytes` are requested bytes, not rounded ones, so it can be held against the inner statistics.
 *
 * The counts live in JavaScript: they belong to this decorator, not to the heap.
 */
import type { Allocator, AllocStats, Memory, Ptr } from "./api.ts";
import { checkInner } from "./errors.ts";
import { inspectAllocator } from "./inspect.ts";

/** What a counting allocator has seen. Sizes in bytes. */
export interface Counts {
  /** Calls of `alloc` that succeeded. */
  readonly allocs: number;
  /** Calls of `free` that succeeded. */
  readonly frees: number;
  /** Calls of alloc or free that threw. */
  readonly failed: number;
  /** Sum of the sizes asked for. */
  readonly bytes: number;
  /** Objects allocated and not freed. */
  readonly live: number;
  /** The most objects that were live at once. */
  readonly liveMax: number;
}

/** An allocator that counts. */
export interface CountingAllocator extends Allocator {
  /** A snapshot of the counts. */
  counts(): Counts;
}

class Counting implements CountingAllocator {
  readonly memory: Memory;
  private readonly inner: Allocator;
  private allocs = 0;
  private frees = 0;
  private failed = 0;
  private bytes = 0;
  private liveMax = 0;

  constructor(inner: Allocator) {
    this.inner = inner;
    this.memory = inner.memory;
    inspectAllocator(this);
  }

  alloc(size: number, flags?: number, shard?: number): Ptr {
    let p: Ptr;
    try {
      p = this.inner.alloc(size, flags, shard);
    } catch (err) {
      this.failed++;
      throw err;
    }
    this.allocs++;
    this.bytes += size;
    this.liveMax = Math.max(this.liveMax, this.allocs - this.frees);
    return p;
  }

  free(p: Ptr, shard?: number): void {
    try {
      this.inner.free(p, shard);
    } catch (err) {
      this.failed++;
      throw err;
    }
    if (p !== 0) this.frees++;
  }

  usableSize(p: Ptr): number {
    return this.inner.usableSize(p);
  }

  stats(): AllocStats {
    return this.inner.stats();
  }

  counts(): Counts {
    const { allocs, frees, failed, bytes, liveMax } = this;
    return { allocs, frees, failed, bytes, live: allocs - frees, liveMax };
  }
}

/**
 * Counts calls, bytes and live objects of an allocator. For a heap to run on the result, pass it to `traced` of `@gort/gc`. A call
 * costs a few additions more than the inner one; `counts()` is O(1).
 *
 * @throws AllocError `BAD_ARGUMENT` for what is no allocator; its methods throw what the inner ones throw
 *
 * @example
 * ```ts
 * import { countingAllocator, createAllocator, createMemory } from "@gort/alloc";
 *
 * const heap = countingAllocator(createAllocator(createMemory({ reserve: 2 ** 20 })));
 * heap.free(heap.alloc(10));
 * heap.alloc(20);
 * heap.counts().live; // => 1
 * heap.counts().bytes; // => 30
 * ```
 */
export function countingAllocator(inner: Allocator): CountingAllocator {
  checkInner("countingAllocator", inner);
  return new Counting(inner);
}
