/** Memory outside of objects: what is counted, what is refused, and that misuse gives no page to two owners. */
import { describe, expect, test } from "vitest";
import {
  checkAllocator,
  createAllocator,
  createBumpAllocator,
  createMemory,
  isAllocError,
  memoryOver,
  type TieredAllocator,
} from "../src/index.ts";

const MIB = 2 ** 20;
const PAGE = 8192;
const make = (reserve = 4 * MIB): TieredAllocator => createAllocator(createMemory({ reserve }));
const codeOf = (fn: () => unknown): string => {
  try {
    fn();
  } catch (e) {
    if (isAllocError(e)) return `${e.code} ${e.message}`;
    throw e;
  }
  return "nothing thrown";
};

describe("touched", () => {
  test("of a fresh memory is what its tables hold, however large it is", () => {
    for (const reserve of [16 * MIB, 256 * MIB, 2 ** 30, 2 ** 32]) {
      const { system } = make(reserve);
      expect(system.touched).toBeGreaterThan(0);
      expect(system.touched).toBeLessThan(MIB / 2);
    }
  });

  test("grows with the heap, by its share of the tables, and never above overhead", () => {
    const heap = make(64 * MIB);
    const { system } = heap;
    let before = system.touched!;
    for (let i = 0; i < 15; i++) {
      heap.alloc(4 * MIB - PAGE);
      expect(system.touched).toBeGreaterThanOrEqual(before);
      before = system.touched!;
    }
    const overhead = system.overhead!;
    expect(before).toBeLessThanOrEqual(overhead);
    expect(overhead - before).toBeLessThan(overhead / 4);
  });
});

describe("freeManual refuses, and changes nothing", () => {
  test("pages that are free, an object's, or not all of them taken", () => {
    const heap = make();
    const { system } = heap;
    const p = system.allocManual(3 * PAGE);
    const object = heap.alloc(100);
    const span = object - (object % PAGE);
    const last = system.allocManual(PAGE);
    const text = (page: number): string => `0x${page.toString(16)}`;
    expect(codeOf(() => system.freeManual(span, PAGE))).toBe(
      `FOREIGN_POINTER alloc: foreign pointer ${text(span)}: this allocator did not hand it out`,
    );
    expect(codeOf(() => system.freeManual(p, 8 * PAGE))).toMatch(/^FOREIGN_POINTER|^DOUBLE_FREE/);
    system.freeManual(last, PAGE);
    expect(codeOf(() => system.freeManual(last, PAGE))).toContain(
      `DOUBLE_FREE alloc: double free of ${text(last)}`,
    );
    system.freeManual(p, 3 * PAGE);
    expect(codeOf(() => system.freeManual(p, 3 * PAGE))).toContain("DOUBLE_FREE");
    for (const bad of [p + 8, -PAGE, 0, heap.memory.byteLength, NaN, 2 ** 40])
      expect(codeOf(() => system.freeManual(bad, PAGE))).toContain("BAD_POINTER");
    checkAllocator(heap);
  });
});

describe("arguments", () => {
  for (const create of [createAllocator, createBumpAllocator]) {
    test(`of persistentAlloc: align is a power of two up to a page: ${create.name}`, () => {
      const heap = create(createMemory({ reserve: MIB }));
      const { system } = heap;
      const before = heap.stats();
      for (const align of [0, -8, 1.5, 3, NaN, 16384, "8" as never])
        expect(codeOf(() => system.persistentAlloc(16, align))).toContain("BAD_ALIGN alloc: align");
      expect(heap.stats()).toEqual(before);
      for (const align of [1, 8, 512, 8192])
        expect(system.persistentAlloc(16, align) % align).toBe(0);
    });

    test(`bytes are an integer from 1, and named as they were given: ${create.name}`, () => {
      const { system } = create(createMemory({ reserve: MIB }));
      const wrong = [0, -1, 1.5, NaN, 2 ** 33, "8", null];
      for (const call of [
        (n: never) => system.persistentAlloc(n),
        (n: never) => system.allocManual(n),
      ])
        for (const bytes of wrong as never[])
          expect(codeOf(() => call(bytes))).toBe(
            `BAD_SIZE alloc: size ${JSON.stringify(bytes).replace("null", String(bytes))} is not an integer from 1 to 4294967296`,
          );
    });
  }

  test("of fits: a number of bytes; what is more than there can be does not fit", () => {
    const { system } = make();
    for (const bytes of [NaN, -1, "x", null, undefined, 8n])
      expect(codeOf(() => system.fits!(bytes as number))).toContain(
        "BAD_ARGUMENT alloc: fits: bytes is",
      );
    expect([0, 1.5, 8192, 2 ** 33, Infinity].map((n) => system.fits!(n))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});

test("a detached memory: every part of it says so", () => {
  const Wasm = (globalThis as any).WebAssembly.Memory;
  const w = new Wasm({ initial: 16, maximum: 64 });
  const { system } = createAllocator(memoryOver(w.buffer));
  const p = system.allocManual(PAGE);
  w.grow(1);
  for (const call of [
    () => system.fits!(1),
    () => system.touched,
    () => system.overhead,
    () => system.persistentAlloc(8),
    () => system.freeManual(p, PAGE),
  ])
    expect(codeOf(call)).toContain("BAD_MEMORY alloc: the buffer was detached");
});

test("an object with pages of its own that is freed twice: the error says that its pages are free", () => {
  const heap = make();
  const p = heap.alloc(100_000);
  heap.free(p);
  const text = `FOREIGN_POINTER alloc: foreign pointer 0x${p.toString(16)}: it points to free pages: freed already, or never allocated`;
  expect(codeOf(() => heap.free(p))).toBe(text);
  expect(codeOf(() => heap.usableSize(p))).toBe(text);
  // Metadata, and what the heap has not obtained yet, are not.
  expect(codeOf(() => heap.free(8))).toContain("did not hand it out");
  checkAllocator(heap);
});

test("allocAligned while sweeping: all that is dead makes room, as for alloc", () => {
  const heap = make();
  const objects: number[] = [];
  for (;;) {
    try {
      objects.push(heap.alloc(100_000));
    } catch {
      break;
    }
  }
  // Gaps in the first half, which is swept first, are too short.
  heap.objects.cycle.startMark();
  for (let i = 0; i < objects.length / 2; i += 2) heap.objects.mark(objects[i]!);
  heap.objects.cycle.startSweep();
  expect(heap.allocAligned(MIB / 2, 65536) % 65536).toBe(0);
  checkAllocator(heap);
});
