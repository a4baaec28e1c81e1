/**
 * Cases about what lies at an edge: alignment, objects of no bytes, moves of pointers over each other, values behind pointers,
 * a memory that is full.
 *
 * Invariants
 *  1. Only members of the `Heap` contract are used.
 */
import type { Ptr, Type } from "@gort/types";
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
  throws,
  word,
} from "./case.ts";

/** A list that fills the memory, its head in `held`; how many objects it has. */
function fill(heap: Heap, held: Ptr[]): number {
  held[0] = 0;
  for (let n = 1; ; n++) {
    let p: Ptr;
    try {
      p = heap.alloc(Node, 300);
    } catch {
      return n - 1;
    }
    heap.memory.u32[(p + 4) >>> 2] = n;
    heap.writePtr(p, held[0]);
    held[0] = p;
  }
}

/** Moves elements that point to objects of their own over each other; `check` gets how many of these are left. */
function overlapping(heap: Heap, check: (pointed: number) => void): void {
  const { held } = holder(heap);
  const count = 20;
  for (const type of [layout(4, 0), Node, layout(20, 4, 12), layout(72, 0, 68)]) {
    const offsets = [0, 4, 8, 12, 68].filter(
      (at) => at < type.ptrdata && (type.ptrMask[0]! >>> (at >>> 2)) & 1,
    );
    const p = heap.alloc(type, count);
    held[0] = p;
    for (const [to, from, n] of [
      [0, 3, 10],
      [3, 0, 10],
      [5, 5, 4],
      [1, 0, 19],
      [0, 1, 19],
    ] as const) {
      const want: Ptr[] = [];
      for (let i = 0; i < count; i++) {
        for (const at of offsets) {
          const leaf = heap.alloc(Leaf);
          heap.writePtr(p + i * type.size + at, leaf);
          want.push(leaf);
        }
      }
      want.copyWithin(to * offsets.length, from * offsets.length, (from + n) * offsets.length);
      heap.typedMove(type, p + to * type.size, p + from * type.size, n);
      const got = want.map((_, i) =>
        word(heap, p + Math.floor(i / offsets.length) * type.size + offsets[i % offsets.length]!),
      );
      same(got.join(), want.join(), `move of ${n} x ${type.size} from ${from} to ${to}`);
      check(new Set(want).size);
    }
  }
}

/** See the file header. */
export const edgeCases: readonly HeapCase[] = [
  any("alloc gives memory that is aligned as the type is", (make) => {
    const heap = make(16 * MiB);
    const of = (align: number, type: Type): Type => ({ ...type, align });
    const types = [of(1, layout(1)), of(1, layout(9)), of(2, layout(6)), of(4, layout(12))];
    types.push(of(8, layout(8)), of(8, layout(24)), of(4, layout(4, 0)), of(8, layout(40, 8)));
    for (let i = 0; i < 400; i++) {
      const type = types[(i * 3 + (i >> 3)) % types.length]!;
      const count = i % 5 === 0 ? 1 + (i % 90) : 1;
      const p = heap.alloc(type, count);
      same(p % type.align, 0, `${count} x ${type.size} bytes at ${p}: the rest of ${type.align}`);
    }
  }),
  any("a pointer to nothing may be held and stored as any other", (make) => {
    const heap = make(16 * MiB);
    const { held } = holder(heap);
    const node = heap.alloc(Node);
    held.push(node, heap.alloc(layout(0)), heap.alloc(Node, 0));
    heap.writePtr(node, held[1]!);
    heap.writePtr(node + 8, held[2]!);
    for (let cycle = 0; cycle < 2; cycle++) {
      heap.collect();
      same(word(heap, node), held[1], "pointer to an object of size 0");
      same(word(heap, node + 8), held[2], "pointer to an array of no values");
    }
    heap.typedMove(layout(0), held[1]!, held[2]!, 1);
  }),
  any("typedMove of values with pointers copies as if through a temporary, both ways", (make) => {
    overlapping(make(16 * MiB), () => {});
  }),
  collecting(
    "typedMove of values with pointers over each other keeps what they point to",
    (make) => {
      const heap = make(16 * MiB);
      const base = live(heap);
      overlapping(heap, (pointed) => {
        heap.collect();
        same(live(heap) - base, 1 + pointed, "objects");
      });
    },
  ),
  collecting("a value is held as long as an object leads to its box", (make) => {
    const heap = make(16 * MiB);
    const { held } = holder(heap);
    const node = heap.alloc(Node);
    held.push(node);
    const [value, other] = [{}, {}];
    heap.writePtr(node, heap.values.box(value));
    heap.writePtr(node + 8, heap.values.box(other));
    for (let cycle = 0; cycle < 2; cycle++) {
      heap.collect();
      same(heap.values.unbox(word(heap, node)), value, "value");
      same(heap.values.unbox(word(heap, node + 8)), other, "the other value");
    }
    const box = word(heap, node);
    heap.writePtr(node, 0);
    heap.collect();
    throws(() => heap.values.unbox(box), String(box));
    same(heap.values.unbox(word(heap, node + 8)), other, "the other value");
  }),
  any("a full memory is an error that can be caught; what is held stays whole", (make) => {
    const heap = make(4 * MiB);
    const { held } = holder(heap);
    const n = fill(heap, held);
    assert(n > 100, `only ${n} objects of 4,800 bytes fit into 4 MiB`);
    for (let cycle = 0; cycle < 2; cycle++) {
      let want = n;
      for (let p = held[0]!; p !== 0; p = word(heap, p)) same(word(heap, p + 4), want--, "number");
      same(want, 0, "end of the list");
      heap.collect();
    }
  }),
  collecting("when a full memory is let go, as much fits as before", (make) => {
    const heap = make(4 * MiB);
    const { held } = holder(heap);
    const base = live(heap);
    const first = fill(heap, held);
    held.length = 0;
    heap.collect();
    same(live(heap) - base, 0, "objects");
    const second = fill(heap, held);
    assert(second >= first * 0.9, `${second} objects fit where ${first} did`);
  }),
];
