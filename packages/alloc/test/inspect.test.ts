/** What `console.log` shows of allocators. */
import { inspect } from "node:util";
import { expect, test } from "vitest";
import {
  type Allocator,
  type Memory,
  countingAllocator,
  createAllocator,
  createBumpAllocator,
  createMemory,
  failingAllocator,
  poisoningAllocator,
} from "../src/index.ts";

const makes: [string, (memory: Memory) => Allocator][] = [
  ["createAllocator", (memory) => createAllocator(memory)],
  ["createBumpAllocator", (memory) => createBumpAllocator(memory)],
  ["countingAllocator", (memory) => countingAllocator(createAllocator(memory))],
  ["failingAllocator", (memory) => failingAllocator(createAllocator(memory), { after: 5 })],
  ["poisoningAllocator", (memory) => poisoningAllocator(createAllocator(memory))],
];

test.each(makes)("%s: an allocator shows its statistics", (_, make) => {
  const a = make(createMemory({ reserve: 2 ** 20 }));
  a.alloc(64);
  const { heapAlloc, heapInuse } = a.stats();
  expect(inspect(a)).toBe(
    `Allocator { heapAlloc: ${heapAlloc}, heapObjects: 1, heapInuse: ${heapInuse} }`,
  );
});
