/** A linked list in a gort heap: no V8 object per node; what is dropped is collected. */
import { createHeap } from "@gort/gc";
import { int32, named, ptr, struct, type Type } from "@gort/types";
import type { Program } from "./api.ts";

const NODES = 100_000;
const Node: Type<{ next: number; value: number }> = named(
  "main.Node",
  struct({ next: ptr(() => Node), value: int32 }),
);

export const linkedList: Program = {
  about: "a list of 100,000 nodes in a gort heap: half of it dropped, and collected",
  *main(print) {
    const heap = createHeap({ reserve: 64 << 20 });
    const list = heap.root(0);
    for (let value = 0; value < NODES; value++) {
      const node = heap.alloc(Node);
      Node.store(heap, node, { next: list.ptr, value });
      list.set(node);
    }
    heap.collect();
    print(`${NODES} nodes: ${heap.stats().heapObjects} objects live`);

    let node = list.ptr;
    for (let i = 1; i < NODES / 2; i++) node = Node.load(heap, node).next;
    heap.writePtr(node, 0);
    heap.collect();
    const { heapObjects, frees, numGC } = heap.stats();
    print(`second half dropped: ${heapObjects} live, ${frees} collected in ${numGC} cycles`);
    list.release();
  },
};
