/**
 * A decorator that runs out of memory when told to: for tests of what callers do then.
 *
 * Invariants
 *  1. An allocation that is to fail never reaches the inner allocator, and throws the very error a full memory gives.
 *  2. free, usableSize and stats always pass.
 */
import type { Allocator, AllocStats, Memory, Ptr } from "./api.ts";
import { badOption, checkInner, checkOptions, outOfMemory } from "./errors.ts";
import { inspectAllocator } from "./inspect.ts";

/** When a failing allocator fails. All that are given apply. */
export interface FailingOptions {
  /** Allocations that succeed before every further one fails, from 0. */
  readonly after?: number | undefined;
  /** Every n-th call of `alloc` fails, counted from 1; n from 1. */
  readonly every?: number | undefined;
  /** Bytes that may be allocated in total, from 0, by calls that succeed. */
  readonly budget?: number | undefined;
  /** Decides per call; `n` counts from 1. */
  readonly when?: ((size: number, n: number) => boolean) | undefined;
}

class Failing implements Allocator {
  readonly memory: Memory;
  private readonly inner: Allocator;
  private readonly options: FailingOptions;
  /** Calls of `alloc`, and those that succeeded. */
  private n = 0;
  private done = 0;
  private bytes = 0;

  constructor(inner: Allocator, options: FailingOptions) {
    this.inner = inner;
    this.options = options;
    this.memory = inner.memory;
    inspectAllocator(this);
  }

  alloc(size: number, flags?: number, shard?: number): Ptr {
    const { after = Infinity, every = Infinity, budget = Infinity, when } = this.options;
    const n = ++this.n;
    if (
      this.done >= after ||
      n % every === 0 ||
      this.bytes + size > budget ||
      when?.(size, n) === true
    ) {
      throw outOfMemory(size, this.inner.stats().heapInuse, this.memory.byteLength);
    }
    const p = this.inner.alloc(size, flags, shard);
    this.bytes += size;
    this.done++;
    return p;
  }

  free(p: Ptr, shard?: number): void {
    this.inner.free(p, shard);
  }

  usableSize(p: Ptr): number {
    return this.inner.usableSize(p);
  }

  stats(): AllocStats {
    return this.inner.stats();
  }
}

/**
 * Makes chosen allocations fail as if memory had run out. For a heap to run on the result, pass it to `traced` of `@gort/gc`.
 * O(1) beside the inner call; one that fails takes the inner statistics.
 *
 * @throws AllocError `BAD_ARGUMENT` for what is no allocator, `BAD_OPTION` for an option that is unknown or cannot be; its `alloc` throws
 * `OUT_OF_MEMORY` where it is to fail, and what `when` throws
 *
 * @example
 * ```ts
 * import { createAllocator, createMemory, failingAllocator, isAllocError } from "@gort/alloc";
 *
 * const heap = failingAllocator(createAllocator(createMemory({ reserve: 2 ** 20 })), { after: 1 });
 * heap.alloc(8) > 0; // => true
 * try {
 *   heap.alloc(8);
 * } catch (err) {
 *   console.log(isAllocError(err) && err.code); // => "OUT_OF_MEMORY"
 * }
 * ```
 */
export function failingAllocator(inner: Allocator, options: FailingOptions): Allocator {
  checkInner("failingAllocator", inner);
  checkOptions(options, "after every budget when");
  for (const name of ["after", "every", "budget"] as const) {
    const value = options[name];
    const least = name === "every" ? 1 : 0;
    if (value !== undefined && !(typeof value === "number" && value >= least))
      throw badOption(name, value, `a number from ${least}`);
  }
  if (options.when !== undefined && typeof options.when !== "function")
    throw badOption("when", options.when, "a function");
  return new Failing(inner, options);
}
