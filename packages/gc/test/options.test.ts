/** Options that heaps refuse by name: what is misspelled would be ignored. */
import { expect, test } from "vitest";
import {
  createHeap,
  createNoCollectHeap,
  createStopTheWorldHeap,
  createStressHeap,
} from "../src/index.ts";

test.each([createHeap, createStopTheWorldHeap, createNoCollectHeap, createStressHeap])(
  "an option that there is none of is refused by name: %o",
  (make) => {
    const wrong = { reserve: 2 ** 20, gogc: 50 } as object;
    expect(() => make(wrong)).toThrow(/^createHeap: gogc is 50, want no options but allocator, /);
  },
);
