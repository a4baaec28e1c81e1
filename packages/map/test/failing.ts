/** A heap that runs out of memory on demand: the default one, with a counter in front of `alloc`. */
import type { Heap } from "@gort/gc";
import { smallHeap } from "./support.ts";

export function createFailingHeap(inner: Heap = smallHeap()): {
  readonly heap: Heap;
  /** The allocation after `n` more throws, and all that follow. */
  failAfter(n: number): void;
} {
  let left = Infinity;
  const heap: Heap = {
    memory: inner.memory,
    values: inner.values,
    alloc(type, count) {
      if (left-- <= 0) throw new Error("no memory");
      return inner.alloc(type, count);
    },
    writePtr: (slot, value) => inner.writePtr(slot, value),
    typedMove: (type, dst, src, count) => inner.typedMove(type, dst, src, count),
    addRoots: (source) => inner.addRoots(source),
    safepoint: () => inner.safepoint(),
    collect: () => inner.collect(),
    stats: () => inner.stats(),
  };
  return {
    heap,
    failAfter(n) {
      left = n;
    },
  };
}
