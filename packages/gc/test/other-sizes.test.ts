/** A program that goes over to other sizes: pages in use are full of free slots that it does not ask for. */
import { uint8 } from "@gort/types";
import { describe, it } from "vitest";
import { checkHeap, createHeap, createStopTheWorldHeap } from "../src/index.ts";

const MiB = 2 ** 20;

describe("a heap does not run out of pages while it has garbage", () => {
  it.each([
    ["mark-sweep", createHeap],
    ["stop-the-world", createStopTheWorldHeap],
  ])("%s", (_name, create) => {
    const heap = create({ reserve: 16 * MiB, now: () => 0 });
    const kept = Array.from({ length: 2500 }, () => heap.root(0));
    let seed = 1;
    const random = (n: number): number => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return Math.floor((seed / 2 ** 32) * n);
    };
    // Large and small ones, then large ones only, then all again: never more than 9 MB are live.
    for (const [least, most] of [
      [8, 3500],
      [8, 100],
      [2500, 3500],
      [8, 3500],
      [1500, 1600],
      [2500, 3500],
    ] as const) {
      for (let i = 0; i < 30_000; i++) {
        kept[random(2500)]!.set(heap.alloc(uint8, least + random(most - least)));
        if (i % 16 === 0) heap.safepoint();
      }
      checkHeap(heap);
    }
  });
});
