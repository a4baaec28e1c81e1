import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  attachBumpAllocator,
  checkAllocator,
  createBumpAllocator,
  createMemory,
  NOSCAN,
  NOZERO,
} from "@gort/alloc";

const make = (reserve = 2 ** 22) => createBumpAllocator(createMemory({ reserve }));

describe("bump allocator", () => {
  test("hands out memory from front to back, 8 bytes of header per object", () => {
    const heap = make();
    const [a, b, c] = [heap.alloc(8), heap.alloc(24), heap.alloc(8)];
    expect([b - a, c - b]).toEqual([16, 32]);
    expect(heap.used()).toBe(64);
  });

  test("reset in the middle of a cycle leaves no mark behind", () => {
    const heap = make();
    const before = Array.from({ length: 40 }, () => heap.alloc(300));
    heap.objects.cycle.startMark();
    for (const p of before) heap.objects.findAndMark(p);
    heap.reset();
    checkAllocator(heap);
    const after = Array.from({ length: 40 }, () => heap.alloc(300));
    expect(after).toEqual(before);
    expect(after.some((p) => heap.objects.isMarked(p))).toBe(false);
    checkAllocator(heap);
  });

  test("reset frees everything at once; memory is zero again when it is handed out", () => {
    const heap = make();
    const first = heap.alloc(1000);
    for (let i = 0; i < 200; i++) heap.memory.u8.fill(0xff, heap.alloc(3000, NOZERO), heap.used());
    heap.memory.u8.fill(0xff, first, first + 1000);
    heap.memory.u32.fill(
      0xffffffff,
      heap.objects.pointerBits / 4 + first / 128,
      heap.objects.pointerBits / 4 + first / 128 + 50,
    );
    heap.reset();
    checkAllocator(heap);
    expect(heap.stats()).toMatchObject({
      heapObjects: 0,
      heapAlloc: 0,
      heapInuse: 0,
      mallocs: 201,
      frees: 201,
    });
    expect(heap.objects.find(first)).toBe(0);
    expect(heap.alloc(1000)).toBe(first);
    expect(heap.memory.u8.subarray(first, first + 1000).every((byte) => byte === 0)).toBe(true);
    expect(heap.memory.u32[heap.objects.pointerBits / 4 + (first >>> 7) + 1]).toBe(0);
  });

  test("sweeping frees nothing, but accounting is right", () => {
    const heap = make();
    for (let i = 0; i < 100; i++) heap.alloc(100);
    heap.objects.cycle.startMark();
    heap.objects.cycle.startSweep();
    while (heap.objects.cycle.sweep(1) > 0);
    expect(heap.stats()).toMatchObject({
      heapObjects: 100,
      frees: 0,
      mallocs: 100,
      heapAlloc: 100 * 104,
    });
  });

  test("find looks back over pages: an object of many pages is found at every address", () => {
    const heap = make();
    const p = heap.alloc(100_000);
    const q = heap.alloc(16);
    for (let at = p; at < p + 100_000; at += 997) expect(heap.objects.find(at)).toBe(p);
    expect([heap.objects.find(q - 1), heap.objects.find(q), heap.objects.find(q + 16)]).toEqual([
      0,
      q,
      0,
    ]);
  });

  test("a second object over the memory continues", () => {
    const memory = createMemory({ reserve: 2 ** 20 });
    const first = createBumpAllocator(memory);
    const p = first.alloc(40);
    const second = attachBumpAllocator(memory);
    const q = second.alloc(40);
    expect(q).toBeGreaterThan(p);
    first.free(q);
    expect(second.stats()).toEqual(first.stats());
    expect(() => second.free(q)).toThrow("double free");
  });

  test("agrees with a model over random programs", () => {
    const step = fc.record({
      size: fc.integer({ min: 1, max: 20_000 }),
      flags: fc.nat(3),
      what: fc.nat(20),
      n: fc.nat(1000),
    });
    let full = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 80 }), (steps) => {
        const heap = make(2 ** 17);
        let live: { p: number; size: number; mark: number }[] = [];
        for (const { size, flags, what, n } of steps) {
          if (what === 0) {
            heap.reset();
            live = [];
          } else if (what < 8 && live.length > 0) {
            heap.free(live.splice(n % live.length, 1)[0]!.p);
          } else {
            let p: number;
            try {
              p = heap.alloc(size, flags);
            } catch (err) {
              expect(String(err)).toMatch(/out of memory/);
              full++;
              checkAllocator(heap);
              continue;
            }
            if ((flags & NOZERO) === 0)
              expect(heap.memory.u8.subarray(p, p + size).every((byte) => byte === 0)).toBe(true);
            expect(heap.objects.isScan(p)).toBe((flags & NOSCAN) === 0);
            heap.memory.u8.fill((n % 255) + 1, p, p + size);
            live.push({ p, size, mark: (n % 255) + 1 });
          }
          checkAllocator(heap);
        }
        for (const { p, size, mark } of live) {
          expect(heap.memory.u8.subarray(p, p + size).every((byte) => byte === mark)).toBe(true);
        }
        expect(heap.stats().heapObjects).toBe(live.length);
      }),
      { numRuns: 40 },
    );
    expect(full).toBeGreaterThan(0);
  });
});
