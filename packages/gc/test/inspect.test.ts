/** What `console.log` and `JSON.stringify` show of heaps. */
import { inspect } from "node:util";
import { array, int32 } from "@gort/types";
import { expect, test } from "vitest";
import {
  createHeap,
  createNoCollectHeap,
  createStopTheWorldHeap,
  createStressHeap,
} from "../src/index.ts";

test.each([createHeap, createNoCollectHeap, createStopTheWorldHeap, createStressHeap])(
  "%o: a heap shows how much lives in it, its goal and its cycles",
  (create) => {
    const heap = create({ reserve: 2 ** 24 });
    heap.root(heap.alloc(array(int32, 256)));
    heap.collect();
    expect(inspect({ heap })).toMatch(
      /^\{\s+heap: Heap \{ live: 1024, goal: \w+, numGC: 1 \}\s+\}$/,
    );
    expect(JSON.parse(JSON.stringify({ heap }))).toMatchObject({ heap: { heapObjects: 1 } });
  },
);
