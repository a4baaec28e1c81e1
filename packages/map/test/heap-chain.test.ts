/** What a map in a heap keeps alive: its entries, whatever was deleted or moved before. */
import { createHeap, type GcHeap } from "@gort/gc";
import { array, float64, int32, type Ptr, ptr, string, struct } from "@gort/types";
import { expect, test } from "vitest";
import { checkMap, makeMap, randomSource } from "../src/index.ts";

/** A size that nothing else in the heap has. */
const Big = struct({ all: array(float64, 150) });
const live = (heap: GcHeap, size: number): number => {
  heap.collect();
  const s = heap.stats().bySize.find((b) => b.size >= size)!;
  return s.mallocs - s.frees;
};

test("after any deletions, in the middle of a growth too, the heap holds the entries' objects and no other", () => {
  for (let seed = 1; seed <= 8; seed++) {
    const heap = createHeap({ reserve: 2 ** 24 });
    const m = makeMap(int32, ptr(Big), { heap, random: randomSource(seed) });
    const next = randomSource(seed + 100);
    for (let i = 0; i < 1200; i++) {
      m.set(i, heap.alloc(Big));
      // A window: what is in it moves through all the buckets, and its chains wait, are moved and emptied again.
      if (i >= 40 && next() % 8 !== 0) m.delete(i - 40);
      if (next() % 64 === 0) {
        expect(live(heap, Big.size)).toBe(m.len);
        checkMap(m);
      }
    }
  }
});

test("keys are let go with their entries", () => {
  const heap = createHeap({ reserve: 2 ** 24 });
  const m = makeMap(string, ptr(Big), { heap });
  const text = "k".repeat(1000);
  for (let i = 0; i < 1000; i++) {
    m.set(text + String(i).padStart(4, "0"), 0);
    if (i >= 30) m.delete(text + String(i - 30).padStart(4, "0"));
  }
  expect(live(heap, 1004)).toBe(30);
});

test("records that point to the next one die behind a window that moves over them", () => {
  const heap = createHeap({ reserve: 2 ** 27 });
  const Node = struct({ id: int32, next: ptr((): typeof Big => Big), rest: array(float64, 150) });
  const m = makeMap(int32, ptr(Node), { heap });
  let last: Ptr = 0;
  for (let i = 0; i < 9000; i++) {
    const p = heap.alloc(Node);
    if (last !== 0) heap.writePtr(last + 4, p);
    m.set(i, (last = p));
    if (i >= 1000) m.delete(i - 1000);
  }
  // Some of the map's own bucket arrays have that size too.
  expect(live(heap, Node.size)).toBeLessThan(1050);
});
