/**
 * What a conformance case is, and the few assertions cases need: no test runner is imported.
 *
 * Invariants
 *  1. A case makes its own heap and leaves nothing behind.
 */
import type { Ptr, Type } from "@gort/types";
import type { Heap } from "../api.ts";

/** Makes a fresh heap over about `reserve` bytes. */
export type MakeHeap = (reserve: number) => Heap;

/**
 * One behaviour. `run` throws if the heap that `make` makes does not have it.
 *
 * @example
 * ```ts
 * import { createHeap } from "@gort/gc";
 * import { heapCases } from "@gort/gc/testing";
 *
 * for (const { run } of heapCases) run((reserve) => createHeap({ reserve }));
 * ```
 */
export interface HeapCase {
  /** The behaviour, as a sentence. */
  readonly name: string;
  /** What the heap has to be for the case to make sense: one that collects, or any. */
  readonly needs: "any" | "collection";
  /** Throws if what `make` makes does not conform. */
  readonly run: (make: MakeHeap) => void;
}

/**
 * Runs all cases and returns the names and errors of those that failed.
 *
 * @example
 * ```ts
 * import { createNoCollectHeap } from "@gort/gc";
 * import { heapCases, runHeapCases } from "@gort/gc/testing";
 *
 * const cases = heapCases.filter((c) => c.needs === "any");
 * runHeapCases(cases, (reserve) => createNoCollectHeap({ reserve })).length; // => 0
 * ```
 */
export function runHeapCases(
  cases: readonly HeapCase[],
  make: MakeHeap,
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

/** Throws unless `condition` holds. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** Throws unless the two are the same value. */
export function same(got: unknown, want: unknown, what: string): void {
  assert(Object.is(got, want), `${what} is ${String(got)}, want ${String(want)}`);
}

/** Throws unless `f` throws an error whose text contains `part`. */
export function throws(f: () => unknown, part: string): void {
  try {
    f();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    assert(text.includes(part), `threw "${text}", which does not mention "${part}"`);
    return;
  }
  assert(false, `did not throw, want an error that mentions "${part}"`);
}

/** A type descriptor with only the layout a heap looks at, so that the suite needs no descriptors of yours. */
export function layout(size: number, ...pointers: number[]): Type<unknown> {
  const ptrdata = pointers.length === 0 ? 0 : Math.max(...pointers) + 4;
  const ptrMask = new Uint32Array(Math.max(1, Math.ceil(ptrdata / 128)));
  for (const offset of pointers) ptrMask[offset >>> 7]! |= 1 << ((offset >>> 2) & 31);
  const no = (): never => {
    throw new Error("a layout has no values");
  };
  return {
    kind: "struct",
    name: `layout${size}`,
    size,
    align: size % 4 === 0 ? 4 : size % 2 === 0 ? 2 : 1,
    ptrdata,
    ptrMask,
    comparable: false,
    zero: no,
    load: no,
    store: no,
    equal: no,
    hash: no,
    equalValues: no,
    hashValue: no,
  };
}

/** A root source that holds an array of pointers. */
export function holder(heap: Heap): { held: Ptr[]; remove: () => void } {
  const held: Ptr[] = [];
  const remove = heap.addRoots({ scan: (visit) => held.forEach((p) => visit(p)) });
  return { held, remove };
}

export const MiB = 2 ** 20;
/** Two pointers, with a number behind each. */
export const Node = layout(16, 0, 8);
/** No pointers. */
export const Leaf = layout(24);

/** A case for every heap. */
export const any = (name: string, run: (make: MakeHeap) => void): HeapCase => ({
  name,
  needs: "any",
  run,
});
/** A case for heaps that free. */
export const collecting = (name: string, run: (make: MakeHeap) => void): HeapCase => ({
  name,
  needs: "collection",
  run,
});

/** The word at an address. */
export const word = (heap: Heap, p: Ptr): number => heap.memory.u32[p >>> 2]!;
/** Number of objects. */
export const live = (heap: Heap): number => heap.stats().heapObjects;
