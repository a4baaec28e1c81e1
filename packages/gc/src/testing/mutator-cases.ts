/**
 * Cases in which a program goes on while cycles run: it moves pointers about, allocates between safepoints, gets memory that
 * others had. What they look for shows only if a collector is wrong, so each is built to make a wrong one lose something.
 *
 * Invariants
 *  1. Only members of the `Heap` contract are used, and no clock: how far a cycle gets between two operations is the heap's
 *     affair. The programs make several MiB of garbage between few safepoints, so that cycles start, and some operations fall into them,
 *     in every heap that does not collect all at once.
 */
import type { Ptr } from "@gort/types";
import type { Heap } from "../api.ts";
import type { HeapCase } from "./case.ts";
import {
  any,
  assert,
  collecting,
  holder,
  layout,
  Leaf,
  live,
  MiB,
  Node,
  same,
  word,
} from "./case.ts";

const Slot = layout(4, 0);
const SLOTS = 5000;

/** Several slots. */
const Rows = layout(40, 0, 4, 8, 12, 16, 20, 24, 28, 32, 36);

/** Exchanges the pointers of two slots; `spare` is a further place of 40 bytes, nil before and after. */
type Exchange = (heap: Heap, a: Ptr, b: Ptr, spare: Ptr, table: Ptr) => void;

/**
 * Objects that are all reachable at every safepoint, and all the time change places: between slots of a table, and with one that only
 * a root holds. A cycle that sees an old place of one and the new place of none, for want of a barrier or of a last look at the roots,
 * frees it.
 */
function exchanging(heap: Heap, exchange: Exchange): void {
  const base = live(heap);
  const { held } = holder(heap);
  const offsets = Array.from({ length: SLOTS + 10 }, (_, i) => 4 * i);
  const table = heap.alloc(layout(4 * SLOTS + 40, ...offsets));
  held.push(table, 0);
  const make = (number: number): Ptr => {
    const p = heap.alloc(Node);
    heap.memory.u32[(p + 4) >>> 2] = number;
    return p;
  };
  for (let i = 0; i < SLOTS; i++) heap.writePtr(table + 4 * i, make(i));
  held[1] = make(SLOTS);
  let seed = 1;
  for (let round = 0; round < 2500; round++) {
    for (let k = 0; k < 8; k++) {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      const a = table + 4 * Math.floor((seed / 2 ** 32) * SLOTS);
      const b = table + 4 * ((8 * round + k) % SLOTS);
      exchange(heap, a, b, table + 4 * SLOTS, table);
      if (k !== 0) continue;
      const p = word(heap, a);
      heap.writePtr(a, held[1]);
      held[1] = p;
    }
    heap.alloc(Node, 200);
    if (round % 250 === 0) heap.safepoint();
  }
  heap.collect();
  same(live(heap) - base, SLOTS + 2, "objects");
  const numbers = new Set([word(heap, held[1] + 4)]);
  for (let i = 0; i < SLOTS; i++) numbers.add(word(heap, word(heap, table + 4 * i) + 4));
  for (let i = 0; i <= SLOTS; i++) assert(numbers.has(i), `object ${i} is lost`);
}

/** See the file header. */
export const mutatorCases: readonly HeapCase[] = [
  collecting("a cycle loses nothing that writePtr moves from place to place meanwhile", (make) => {
    exchanging(make(32 * MiB), (heap, a, b) => {
      const p = word(heap, a);
      heap.writePtr(a, word(heap, b));
      heap.writePtr(b, p);
    });
  }),
  collecting("a cycle loses nothing that typedMove moves from place to place meanwhile", (make) => {
    exchanging(make(32 * MiB), (heap, a, b, spare) => {
      heap.typedMove(Slot, spare, a, 1);
      heap.typedMove(Slot, a, b, 1);
      heap.typedMove(Slot, b, spare, 1);
      heap.typedMove(Slot, spare, 0, 1);
    });
  }),
  collecting("a cycle loses nothing that typedMove moves in values of several pointers", (make) => {
    exchanging(make(32 * MiB), (heap, a, b, spare, table) => {
      const [type, count] = (a & 4) === 0 ? [Rows, 1] : [Slot, 10];
      const [p, q] = [a, b].map((at) => at - ((at - table) % 40)) as [Ptr, Ptr];
      heap.typedMove(type, spare, p, count);
      heap.typedMove(type, p, q, count);
      heap.typedMove(type, q, spare, count);
      heap.typedMove(type, spare, 0, count);
    });
  }),
  any(
    "alloc and writePtr never free: what nobody holds is there until the next safepoint",
    (make) => {
      const heap = make(64 * MiB);
      const { held } = holder(heap);
      held.push(heap.alloc(Node));
      const before = heap.stats();
      const all: Ptr[] = [];
      for (let i = 0; i < 4000; i++) {
        const p = heap.alloc(Node, 200);
        heap.memory.u32[(p + 4) >>> 2] = i;
        heap.writePtr(held[0]!, p);
        all.push(p);
      }
      all.forEach((p, i) => same(word(heap, p + 4), i, `number of the object at ${p}`));
      const after = heap.stats();
      same(after.frees, before.frees, "frees");
      same(after.heapObjects - before.heapObjects, 4000, "objects");
      same(after.numGC, before.numGC, "numGC");
    },
  ),
  collecting("memory that is used again is zero, whoever had it before", (make) => {
    const heap = make(32 * MiB);
    const { held } = holder(heap);
    const leaf = heap.alloc(Leaf);
    held.push(leaf);
    const types = [
      Node,
      layout(8),
      Leaf,
      layout(64, 4, 60),
      layout(100),
      layout(640),
      layout(5000, 4996),
    ];
    for (let round = 0; round < 21; round++) {
      // Others have the memory in every round, and in every fourth those that had it before.
      const type = types[(round + (round >> 2)) % types.length]!;
      const count = round % 2 === 0 ? 1 : 3;
      for (let made = 0; made < 30_000; made += type.size * count) {
        const p = heap.alloc(type, count);
        const words = heap.memory.u32.subarray(p >>> 2, (p + type.size * count) >>> 2);
        const dirty = words.findIndex((w) => w !== 0);
        assert(dirty < 0, `word ${dirty} of ${count} x ${type.size} bytes at ${p} is not zero`);
        for (let at = 0; at < type.size * count; at += 4) {
          const offset = at % type.size;
          if ((type.ptrMask[offset >>> 7]! >>> ((offset >>> 2) & 31)) & 1)
            heap.writePtr(p + at, leaf);
          else heap.memory.u32[(p + at) >>> 2] = 0xffffffff;
        }
      }
      heap.collect();
    }
  }),
];
