/** What `console.log` and `JSON.stringify` show of allocators and memories. */
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
  expect(JSON.parse(JSON.stringify(a))).toEqual(JSON.parse(JSON.stringify(a.stats())));
});

test("a memory is not written byte by byte", () => {
  const memory = createMemory({ reserve: 2 ** 20, backing: "array" });
  expect(JSON.stringify(memory)).toBe(
    '{"backing":"array","byteLength":1048576,"committed":1048576}',
  );
});
