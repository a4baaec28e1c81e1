/** Options that heaps refuse by name: what is misspelled would be ignored. */
import { createAllocator, createMemory } from "@gort/alloc";
import { expect, test } from "vitest";
import {
  createHeap,
  createNoCollectHeap,
  createStopTheWorldHeap,
  createStressHeap,
} from "../src/index.ts";

const makers = [createHeap, createStopTheWorldHeap, createNoCollectHeap, createStressHeap];

test.each(makers)("an option that there is none of is refused by name: %o", (make) => {
  const wrong = { reserve: 2 ** 20, gogc: 50 } as object;
  expect(() => make(wrong)).toThrow(`${make.name}: gogc is 50, want no options but allocator, `);
});

test.each(makers)("what is refused says by whom: %o", (make) => {
  expect(() => make(null as never)).toThrow(`${make.name}: options is null, want an object`);
  expect(() => make(5 as never)).toThrow(`${make.name}: options is 5, want an object`);
  for (const name of ["gcPercent", "memoryLimit", "stepMsMax", "random"])
    expect(() => make({ reserve: 2 ** 20, [name]: "1" })).toThrow(`${make.name}: ${name} is "1"`);
  const allocator = createAllocator(createMemory({ reserve: 2 ** 20 }));
  const p = allocator.alloc(8);
  expect(() => make({ allocator })).toThrow(`${make.name}: allocator has 1 objects`);
  allocator.free(p);
  make({ allocator });
  expect(() => make({ allocator })).toThrow(`${make.name}: the allocator has a heap already`);
});
