import { runInThisContext } from "node:vm";
import { describe, expect, test } from "vitest";
import {
  checkAllocator,
  createAllocator,
  createBumpAllocator,
  createMemory,
  NOZERO,
  poisoningAllocator,
  type PoisoningAllocator,
  type PoisonOptions,
} from "@gort/alloc";
import { allocatorCases } from "@gort/alloc/testing";

const make = (options: PoisonOptions = {}): PoisoningAllocator =>
  poisoningAllocator(createAllocator(createMemory({ reserve: 2 ** 20 })), options);

/** A function with a name to find in a site. */
function allocateHere(heap: PoisoningAllocator, size: number): number {
  return heap.alloc(size);
}
function freeHere(heap: PoisoningAllocator, p: number): void {
  heap.free(p);
}

describe("poisoning", () => {
  test("fresh memory reads 0xAA with NOZERO, 0 without; freed memory reads 0x55", () => {
    const heap = make();
    const p = heap.alloc(100, NOZERO);
    const q = heap.alloc(100);
    expect(new Set(heap.memory.u8.subarray(p, p + 100))).toEqual(new Set([0xaa]));
    expect(new Set(heap.memory.u8.subarray(q, q + 100))).toEqual(new Set([0]));
    heap.free(p);
    expect(new Set(heap.memory.u8.subarray(p, p + 100))).toEqual(new Set([0x55]));
  });

  test("a write past the end is found at free, with the site of the allocation", () => {
    const heap = make();
    const p = allocateHere(heap, 10);
    heap.memory.u8[p + 10] = 1;
    expect(() => heap.free(p)).toThrow(
      /redzone overwritten at 0x[0-9a-f]+, 0 bytes past the end of the 10-byte object/,
    );
    expect(() => heap.free(p)).toThrow(/allocated at allocateHere .*poisoning\.test\.ts:\d+/);
  });

  test("a write before the beginning is found by verify", () => {
    const heap = make();
    const p = heap.alloc(10);
    heap.verify();
    heap.memory.u8[p - 3] = 1;
    expect(() => heap.verify()).toThrow(
      /redzone overwritten at 0x[0-9a-f]+, 3 bytes before the 10-byte object/,
    );
  });

  test("a write after free is found by verify and when the object leaves quarantine, with both sites", () => {
    const heap = make({ quarantine: 1 });
    const p = allocateHere(heap, 40);
    freeHere(heap, p);
    heap.memory.u8[p + 7] = 0;
    expect(() => heap.verify()).toThrow(
      /write after free at 0x[0-9a-f]+, byte 7 of the 40-byte object/,
    );
    const q = heap.alloc(8);
    expect(() => heap.free(q)).toThrow(/allocated at allocateHere .*\n {2}freed at freeHere /);
  });

  test("a double free names where the object was allocated and freed", () => {
    const heap = make();
    const p = allocateHere(heap, 40);
    freeHere(heap, p);
    expect(() => heap.free(p)).toThrow(
      /double free of 0x[0-9a-f]+: .*\n {2}allocated at allocateHere .*\n {2}freed at freeHere /,
    );
  });

  test("quarantine keeps a freed address from being reused", () => {
    const heap = make({ quarantine: 4 });
    const p = heap.alloc(64);
    heap.free(p);
    for (let i = 0; i < 4; i++) {
      const q = heap.alloc(64);
      expect(q).not.toBe(p);
      heap.free(q);
    }
  });

  test("memory that is kept back is given up before memory is said to be out", () => {
    const heap = make({ quarantine: 1000, sites: false });
    for (let i = 0; i < 100; i++) heap.free(heap.alloc(100_000));
    heap.drain();
    checkAllocator(heap);
    expect(heap.stats().heapObjects).toBe(0);
  });

  test("the site is in the program, and not in a heap or a map that allocates for it", () => {
    const heap = make();
    const filename = "/app/node_modules/@gort/gc/dist/index.js";
    const code = "(function alloc(allocator) { return allocator.alloc(24); })";
    const alloc = runInThisContext(code, { filename }) as (allocator: typeof heap) => number;
    expect(heap.siteOf(alloc(heap))).toMatch(/poisoning\.test\.ts/);
    const program = Error.stackTraceLimit;
    Error.stackTraceLimit = 1; // as in a bundle, where every frame is of one file
    const p = alloc(heap);
    Error.stackTraceLimit = program;
    expect(heap.siteOf(p)).toMatch(filename);
  });

  test("siteOf tells where a live object was allocated; without sites it is empty", () => {
    const heap = make();
    expect(heap.siteOf(allocateHere(heap, 8))).toMatch(/^allocateHere /);
    const plain = make({ sites: false });
    expect(plain.siteOf(plain.alloc(8))).toBe("");
  });

  test("bad options are named", () => {
    expect(() => make({ redzone: 8 })).toThrow(
      "alloc: option redzone is 8, want a multiple of 16 from 16 to 65536",
    );
    expect(() => make({ quarantine: -1 })).toThrow(
      "alloc: option quarantine is -1, want an integer from 0",
    );
  });

  test.each(allocatorCases)("conforms: $name", ({ run }) =>
    run((reserve) =>
      poisoningAllocator(createAllocator(createMemory({ reserve })), { sites: false }),
    ),
  );
  test.each(allocatorCases)("conforms over the bump allocator: $name", ({ run }) =>
    run((reserve) =>
      poisoningAllocator(createBumpAllocator(createMemory({ reserve: 4 * reserve })), {
        sites: false,
      }),
    ),
  );
});

test("a write after free is reported once, and the free that found it has happened", () => {
  const heap = poisoningAllocator(createAllocator(createMemory({ reserve: 2 ** 20 })), {
    quarantine: 2,
  });
  const [a, b, c, d] = [24, 24, 24, 24].map((n) => heap.alloc(n)) as [
    number,
    number,
    number,
    number,
  ];
  heap.free(a);
  heap.memory.u8[a + 3] = 1;
  heap.free(b);
  expect(() => heap.free(c)).toThrow(/write after free at 0x\w+, byte 3 of the 24-byte object/);
  expect(heap.stats()).toMatchObject({ heapObjects: 1, heapAlloc: 24, mallocs: 4, frees: 3 });
  expect(() => heap.free(c)).toThrow(/double free/);
  heap.free(d);
  heap.verify();
  expect(heap.stats()).toMatchObject({ heapObjects: 0, heapAlloc: 0 });
  checkAllocator(heap);
});
