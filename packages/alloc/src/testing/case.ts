/** What a conformance case is, and the few assertions cases need: no test runner is imported. */
import type { Allocator, Ptr, TracedAllocator } from "../api.ts";

/** Makes a fresh allocator over a fresh memory of about `reserve` bytes. */
export type MakeAllocator<A extends Allocator = Allocator> = (reserve: number) => A;

/**
 * One behaviour. `run` throws if the allocator that `make` makes does not have it.
 *
 * @example
 * ```ts
 * import { createAllocator, createMemory } from "@gort/alloc";
 * import { allocatorCases } from "@gort/alloc/testing";
 *
 * for (const { run } of allocatorCases) run((reserve) => createAllocator(createMemory({ reserve })));
 * ```
 */
export interface ConformanceCase<A extends Allocator = Allocator> {
  /** The behaviour, as a sentence. */
  readonly name: string;
  /** Throws if what `make` makes does not conform. */
  readonly run: (make: MakeAllocator<A>) => void;
}

/**
 * Runs all cases and returns the names and errors of those that failed, for runners without a `test` function.
 *
 * @example
 * ```ts
 * import { createBumpAllocator, createMemory } from "@gort/alloc";
 * import { allocatorCases, runCases } from "@gort/alloc/testing";
 *
 * const failed = runCases(allocatorCases, (reserve) => createBumpAllocator(createMemory({ reserve })));
 * failed.length; // => 0
 * ```
 */
export function runCases<A extends Allocator>(
  cases: readonly ConformanceCase<A>[],
  make: MakeAllocator<A>,
): { name: string; error: unknown }[] {
  const failed: { name: string; error: unknown }[] = [];
  for (const { name, run } of cases) {
    try {
      run(make);
    } catch (error) {
      failed.push({ name, error });
    }
  }
  return failed;
}

/** Throws unless `ok`. */
export function assert(ok: boolean, text: string): asserts ok {
  if (!ok) throw new Error(text);
}

/** Throws unless both are the same value. */
export function same(got: unknown, want: unknown, text: string): void {
  if (!Object.is(got, want)) throw new Error(`${text}: got ${String(got)}, want ${String(want)}`);
}

/** Throws unless the bytes are all 0. */
export function isZero(a: Allocator, p: Ptr, bytes: number, what: string): void {
  const dirty = a.memory.u8.subarray(p, p + bytes).findIndex((b) => b !== 0);
  assert(dirty < 0, `byte ${dirty} of ${bytes} of ${what} at ${p} is not zero`);
}

/** Throws unless the bytes are all `value`, with which they were filled. */
export function isFilled(a: Allocator, p: Ptr, bytes: number, value: number, what: string): void {
  const changed = a.memory.u8.subarray(p, p + bytes).findIndex((b) => b !== value);
  assert(changed < 0, `byte ${changed} of ${bytes} of ${what} at ${p} has changed`);
}

/** The error `call` throws; fails if it throws none, or one whose message does not match. */
export function throws(call: () => unknown, message: RegExp): Error {
  try {
    call();
  } catch (err) {
    if (!(err instanceof Error))
      throw new Error(`threw ${String(err)}, which is no Error`, { cause: err });
    if (!message.test(err.message))
      throw new Error(`threw "${err.message}", want ${String(message)}`, { cause: err });
    return err;
  }
  throw new Error(`did not throw, want ${String(message)}`);
}

/** A small seeded generator of numbers in [0, n). */
export function random(seed: number): (n: number) => number {
  let state = seed >>> 0 || 1;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

/** How many shards there are, up to 4: the first that is refused ends them. */
export function shardsOf(a: Allocator): number {
  for (let shard = 1; shard < 4; shard++) {
    try {
      a.free(a.alloc(8, 0, shard), shard);
    } catch (err) {
      const named = err instanceof Error && err.message.includes(`shard ${shard}`);
      assert(named, `shard ${shard} is refused with ${String(err)}, which does not name it`);
      return shard;
    }
  }
  return 4;
}

/** Sweeps to the end; returns pages swept. */
export function sweepAll(a: TracedAllocator): number {
  let pages = 0;
  for (let n = a.objects.cycle.sweep(1); n > 0; n = a.objects.cycle.sweep(1)) pages += n;
  return pages;
}

/** All objects by forEach. */
export function objectsOf(a: TracedAllocator): Map<Ptr, number> {
  const all = new Map<Ptr, number>();
  a.objects.forEach((base, size) => all.set(base, size));
  return all;
}

/** Says of every word of [p, p + size) that a pointer lies there. */
export function setPointerBits(a: TracedAllocator, p: Ptr, size: number): void {
  const bits = a.objects.pointerBits >>> 2;
  for (let at = p; at < p + size; at += 4) {
    const w = bits + (at >>> 7);
    a.memory.u32[w] = a.memory.u32[w]! | (1 << ((at >>> 2) & 31));
  }
}

/** Whether any pointer bit of [p, p + size) is set. */
export function anyPointerBit(a: TracedAllocator, p: Ptr, size: number): boolean {
  for (let at = p; at < p + size; at += 4) {
    if ((a.memory.u32[(a.objects.pointerBits >>> 2) + (at >>> 7)]! >>> ((at >>> 2) & 31)) & 1)
      return true;
  }
  return false;
}
