import { describe, expect, test } from "vitest";
import {
  allocator,
  attachAllocator,
  checkAllocator,
  createAllocator,
  createBumpAllocator,
  createMemory,
  heapMap,
  isAllocError,
  memoryOver,
  NOSCAN,
  NOZERO,
  type AllocErrorCode,
  type TieredAllocator,
} from "@gort/alloc";

const MIB = 2 ** 20;
const make = (reserve = 4 * MIB, shards = 4): TieredAllocator =>
  createAllocator(createMemory({ reserve }), { shards });

/** The code of the error that `call` throws. */
function codeOf(call: () => unknown): AllocErrorCode | undefined {
  try {
    call();
  } catch (err) {
    return isAllocError(err) ? err.code : undefined;
  }
  return undefined;
}

describe("one memory, several allocator objects", () => {
  test("a second object attached to the same buffer continues allocating and freeing what the first one made", () => {
    const memory = createMemory({ reserve: 4 * MIB });
    const first = createAllocator(memory, { shards: 2 });
    const all = [8, 3, 100, 5000, 50_000].map((size) => first.alloc(size, NOSCAN));
    const second = attachAllocator(memoryOver(memory.buffer));
    for (const p of all) expect(second.usableSize(p)).toBe(first.usableSize(p));
    expect(second.stats()).toEqual(first.stats());
    for (const p of all) second.free(p);
    expect(codeOf(() => first.free(all[2]!))).toBe("DOUBLE_FREE");
    expect(first.alloc(100)).not.toBe(second.alloc(100));
    checkAllocator(first);
    checkAllocator(second);
    expect(first.stats().heapObjects).toBe(2);
  });

  test("a collection begun by one object is finished by the other", () => {
    const memory = createMemory({ reserve: 4 * MIB });
    const [a, b] = [createAllocator(memory), attachAllocator(memory)];
    const keep = a.alloc(64);
    for (let i = 0; i < 1000; i++) b.alloc(64);
    a.objects.cycle.startMark();
    b.objects.mark(keep);
    const born = b.alloc(64);
    a.objects.cycle.startSweep();
    while (b.objects.cycle.sweep(1) > 0) checkAllocator(a);
    expect([a.objects.find(keep), a.objects.find(born), a.stats().heapObjects]).toEqual([
      keep,
      born,
      2,
    ]);
  });

  test("a memory takes one allocator; attaching needs one of the right kind and length", () => {
    const memory = createMemory({ reserve: MIB });
    expect(() => attachAllocator(memory)).toThrow("no allocator of this kind lies in the memory");
    createAllocator(memory);
    expect(() => createAllocator(memory)).toThrow("the memory is in use already");
    expect(() => createBumpAllocator(memory)).toThrow("the memory is in use already");
    const copy = new ArrayBuffer(2 * MIB);
    new Uint8Array(copy).set(memory.u8);
    expect(() => attachAllocator(memoryOver(copy))).toThrow(
      "the allocator was made for 1048576 bytes, not 2097152",
    );
  });
});

describe("shards", () => {
  test("each shard allocates from spans of its own", () => {
    const heap = make();
    for (let shard = 0; shard < 4; shard++) heap.alloc(64, 0, shard);
    const spans = heapMap(heap).regions.filter((r) => r.kind === "span");
    expect(spans.map((s) => [s.shard, s.allocated])).toEqual(
      [0, 1, 2, 3].map((shard) => [shard, 1]),
    );
  });

  test("cross-shard free: any shard may free any object; it hands the slot out again, and after trim any shard does", () => {
    const heap = make();
    const all = Array.from({ length: 128 }, () => heap.alloc(64, 0, 1));
    heap.free(all[5]!, 3);
    checkAllocator(heap);
    expect(heap.alloc(64, 0, 3)).toBe(all[5]);
    heap.free(all[5]!, 3);
    heap.trim();
    expect(heap.alloc(64, 0, 1)).toBe(all[5]);
    for (const p of all) heap.free(p, 2);
    checkAllocator(heap);
    expect(heap.stats()).toMatchObject({ mallocs: 130, frees: 130, heapObjects: 0 });
  });

  test.each([-1, 4, 1.5, NaN])("shard %s is refused by name and value", (shard) => {
    const heap = make();
    const p = heap.alloc(8);
    const text = `alloc: shard ${shard} is not an integer from 0 to 3`;
    expect(() => heap.alloc(8, 0, shard)).toThrow(text);
    expect(() => heap.alloc(100_000, 0, shard)).toThrow(text);
    expect(() => heap.allocAligned(8, 64, 0, shard)).toThrow(text);
    expect(() => heap.free(p, shard)).toThrow(text);
    expect(heap.stats().heapObjects).toBe(1);
  });

  test("the number of shards is checked", () => {
    for (const shards of [0, -1, 257, 1.5, NaN]) {
      expect(() => make(MIB, shards)).toThrow(
        `alloc: option shards is ${shards}, want an integer from 1 to 256`,
      );
    }
  });
});

describe("errors, each with its own text", () => {
  test("size: negative, NaN, fractional, beyond the limit", () => {
    const heap = make();
    for (const size of [-1, NaN, 0.5, 2 ** 33]) {
      expect(() => heap.alloc(size)).toThrow(
        `alloc: size ${size} is not an integer from 0 to 4294967296`,
      );
      expect(() => heap.allocAligned(size, 8)).toThrow(`alloc: size ${size} is not`);
      expect(() => heap.realloc(heap.alloc(8), size)).toThrow(`alloc: size ${size} is not`);
    }
    expect(() => heap.alloc("8" as never)).toThrow('alloc: size "8" is not an integer');
  });

  test("free: foreign, interior, double, tail of a span, metadata", () => {
    const heap = make();
    const p = heap.alloc(48);
    expect(() => heap.free(p + 16)).toThrow(
      `alloc: interior pointer 0x${(p + 16).toString(16)}: the object begins at 0x${p.toString(16)}, 16 bytes before`,
    );
    expect(codeOf(() => heap.free(p - (p % 8192) + 170 * 48))).toBe("FOREIGN_POINTER");
    expect(codeOf(() => heap.free(8))).toBe("FOREIGN_POINTER");
    expect(codeOf(() => heap.free(heap.system.persistentAlloc(64)))).toBe("FOREIGN_POINTER");
    expect(codeOf(() => heap.free(heap.memory.byteLength))).toBe("BAD_POINTER");
    expect(codeOf(() => heap.free(p + 0.5))).toBe("BAD_POINTER");
    heap.free(p);
    expect(codeOf(() => heap.free(p))).toBe("DOUBLE_FREE");
    const big = heap.alloc(100_000);
    expect(codeOf(() => heap.free(big + 8192))).toBe("INTERIOR_POINTER");
    heap.free(big);
    expect(codeOf(() => heap.free(big))).toBe("FOREIGN_POINTER");
    checkAllocator(heap);
  });

  test("tiny objects: interior and double frees are told apart though they share a block", () => {
    const heap = make();
    const [a, b] = [heap.alloc(4, NOSCAN), heap.alloc(4, NOSCAN)];
    expect(b).toBe(a + 4);
    expect(codeOf(() => heap.free(a + 1))).toBe("INTERIOR_POINTER");
    heap.free(a);
    expect(codeOf(() => heap.free(a))).toBe("DOUBLE_FREE");
    expect(heap.usableSize(b)).toBe(4);
    heap.free(b);
    expect(codeOf(() => heap.free(b))).toBe("DOUBLE_FREE");
    checkAllocator(heap);
  });

  test("usableSize and realloc of an object that is free, or is none", () => {
    const heap = make();
    const p = heap.alloc(100);
    expect(codeOf(() => heap.usableSize(p + 8))).toBe("INTERIOR_POINTER");
    heap.free(p);
    for (const call of [() => heap.usableSize(p), () => heap.realloc(p, 8)])
      expect(codeOf(call)).toBe("DEAD_POINTER");
    expect(codeOf(() => heap.usableSize(4096))).toBe("FOREIGN_POINTER");
    expect(codeOf(() => heap.usableSize(-8))).toBe("BAD_POINTER");
  });

  test("out of memory: Go's text, the heap stays valid, and what is freed can be had again", () => {
    const heap = make(MIB);
    const all: number[] = [];
    const fill = (size: number) => {
      for (;;) all.push(heap.alloc(size, NOZERO));
    };
    for (const size of [20_000, 3000, 100, 8]) {
      expect(() => fill(size)).toThrow(
        /^runtime: out of memory: cannot allocate \d+-byte block \(\d+ in use\); the memory ends at 1048576 bytes: free something, or raise `reserve`$/,
      );
      checkAllocator(heap);
    }
    for (const p of all) heap.free(p);
    checkAllocator(heap);
    heap.trim();
    expect(heap.stats()).toMatchObject({ heapObjects: 0, heapInuse: 0 });
    expect(heap.alloc(600_000)).toBeGreaterThan(0);
  });

  test("errors are recognised by their brand, not by their class", () => {
    const foreign = Object.assign(new Error("x"), { [Symbol.for("gort.alloc.error")]: true });
    expect([isAllocError(foreign), isAllocError(new Error("x")), isAllocError(null)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe("realloc", () => {
  test("keeps the bytes, zeroes what is new, and frees the old object", () => {
    const heap = make();
    let p = heap.alloc(10);
    heap.memory.u8.fill(7, p, p + 16);
    for (const size of [40, 600, 5000, 70_000, 200_000]) {
      p = heap.realloc(p, size);
      expect([...heap.memory.u8.subarray(p, p + 10)]).toEqual(Array<number>(10).fill(7));
      expect(heap.memory.u8.subarray(p + 16, p + size).every((b) => b === 0)).toBe(true);
      checkAllocator(heap);
    }
    p = heap.realloc(p, 5);
    expect(heap.memory.u8[p + 4]).toBe(7);
    expect(heap.stats().heapObjects).toBe(1);
  });

  test("stays in place while the size class fits and half of it is used", () => {
    const heap = make();
    const p = heap.alloc(100);
    expect([101, 112, 57].map((size) => heap.realloc(p, size))).toEqual([p, p, p]);
    expect(heap.realloc(p, 56)).not.toBe(p);
  });

  test("checks size and shard before it looks at anything, in place or not", () => {
    const heap = make();
    for (const p of [0, heap.alloc(100), heap.alloc(50_000), heap.alloc(0)]) {
      for (const size of [99.5, "99", 99n, -1, NaN, 2 ** 33])
        expect(codeOf(() => heap.realloc(p, size as never))).toBe("BAD_SIZE");
      expect(codeOf(() => heap.realloc(p, 100, 0, 99))).toBe("BAD_SHARD");
      expect(codeOf(() => heap.realloc(p, 60_000, 0, -1))).toBe("BAD_SHARD");
    }
    expect(heap.realloc(heap.alloc(0), 0)).toBe(heap.alloc(0));
    checkAllocator(heap);
  });

  test("gives the kind that is asked for, whether it grows, stays or shrinks, small, large or tiny", () => {
    const heap = make();
    for (const [old, sizes] of [
      [100, [90, 112, 40, 500]],
      [100_000, [90_000, 50_000, 110_000, 200_000]],
      [4, [3, 4, 2, 40]],
    ] as const) {
      for (const size of sizes) {
        for (const [from, to] of [
          [NOSCAN, 0],
          [0, NOSCAN],
          [0, 0],
          [NOSCAN, NOSCAN],
        ] as const) {
          const p = heap.alloc(old, from);
          heap.memory.u8[p] = 7;
          const q = heap.realloc(p, size, to);
          expect(heap.objects.isScan(q)).toBe(to === 0);
          expect(heap.memory.u8[q]).toBe(7);
          if (from !== to) expect(q).not.toBe(p);
          heap.free(q);
        }
      }
    }
    checkAllocator(heap);
    expect(heap.stats().heapObjects).toBe(0);
  });

  test("of nil allocates; to size 0 frees; out of memory leaves the old object as it was", () => {
    const heap = make(MIB);
    const p = heap.realloc(0, 50);
    heap.memory.u8[p] = 9;
    expect(() => heap.realloc(p, 8 * MIB)).toThrow("out of memory");
    expect([heap.memory.u8[p], heap.usableSize(p)]).toEqual([9, 64]);
    expect(heap.realloc(p, 0)).toBe(heap.alloc(0));
    expect(heap.stats().heapObjects).toBe(0);
  });
});

describe("allocAligned", () => {
  test("every power of two up to 1 MiB, small and large, and free as usual", () => {
    const heap = make(16 * MIB);
    const all: number[] = [];
    for (let align = 1; align <= MIB; align *= 2) {
      for (const size of [1, 24, 100, 3000, 40_000]) {
        const p = heap.allocAligned(size, align);
        expect(p % align).toBe(0);
        expect(heap.usableSize(p)).toBeGreaterThanOrEqual(size);
        all.push(p);
      }
    }
    checkAllocator(heap);
    for (const p of all) heap.free(p);
    checkAllocator(heap);
    expect(heap.stats().heapObjects).toBe(0);
  });

  test("the pages that alignment skips are free again", () => {
    const heap = make(16 * MIB);
    heap.allocAligned(8192, MIB);
    expect(heap.stats().heapInuse).toBe(8192);
  });

  test.each([0, 3, -8, 1.5, NaN, 2 ** 31])("align %s is refused by name and value", (align) => {
    expect(() => make().allocAligned(8, align)).toThrow(
      `alloc: align ${align} is not a power of two from 1 to 1073741824`,
    );
  });
});

describe("page use", () => {
  test("an empty span goes back to the page heap, but for one that its class keeps", () => {
    const heap = make();
    const all = Array.from({ length: 1000 }, () => heap.alloc(1024));
    expect(heap.stats().heapInuse).toBe(1000 * 1024);
    for (const p of all) heap.free(p);
    expect(heap.stats().heapInuse).toBeLessThanOrEqual(2 * 8192);
    expect(heap.trim()).toBe(heap.stats().heapInuse === 0 ? 2 * 8192 : -1);
    checkAllocator(heap);
  });

  test("large objects come back page by page, and their neighbours coalesce", () => {
    const heap = make(8 * MIB, 1);
    const all = Array.from({ length: 20 }, () => heap.alloc(5 * 8192));
    const inuse = heap.stats().heapSys;
    for (const p of all) heap.free(p);
    expect(heap.alloc(100 * 8192)).toBe(all[0]);
    expect(heap.stats().heapSys).toBe(inuse);
  });

  test("fresh memory needs no zeroing, reused memory does: needzero as in Go", () => {
    const heap = make();
    const p = heap.alloc(200_000, NOZERO);
    heap.memory.u8.fill(0xff, p, p + 200_000);
    heap.free(p);
    const dirty = heap.alloc(200_000, NOZERO);
    expect([dirty, heap.memory.u8[dirty]]).toEqual([p, 0xff]);
    heap.free(dirty);
    const clean = heap.alloc(200_000);
    expect(heap.memory.u8.subarray(clean, clean + 200_000).every((b) => b === 0)).toBe(true);
  });

  test("a small memory pays little: 1 MiB holds at least 850 KiB of objects", () => {
    const heap = make(MIB);
    let bytes = 0;
    expect(() => {
      for (;;) bytes += heap.usableSize(heap.alloc(4096));
    }).toThrow("out of memory");
    expect(bytes).toBeGreaterThan(850 * 1024);
  });

  test("a record of 16 bytes costs at most 1.15 times its size class, all overheads counted", () => {
    const heap = make(64 * MIB);
    const before = heap.stats();
    const n = 1_000_000;
    for (let i = 0; i < n; i++) heap.alloc(16);
    const after = heap.stats();
    const pointerBits = after.heapInuse / 32;
    const bytes =
      after.heapInuse -
      before.heapInuse +
      (after.mspanSys - before.mspanSys) +
      pointerBits +
      after.heapInuse / 2048;
    expect(bytes / (16 * n)).toBeLessThan(1.08);
  });
});

test("the preset makes memory and allocator in one call", () => {
  const heap = allocator({ reserve: MIB, shards: 1 });
  expect(heap.memory.byteLength).toBe(MIB);
  expect(() => heap.alloc(8, 0, 1)).toThrow("from 0 to 0");
});

test.each<[string, (heap: TieredAllocator) => number]>([
  ["small", (heap) => heap.alloc(1024)],
  ["tiny", (heap) => heap.alloc(3, NOSCAN)],
  ["large", (heap) => heap.alloc(40_000)],
  ["aligned", (heap) => heap.allocAligned(40_000, 16_384)],
])("a full memory is swept to its end before an allocation fails: %s", (_, alloc) => {
  const heap = createAllocator(createMemory({ reserve: 128 * MIB }), { shards: 1 });
  // Live ones come first by address: more than an allocation sweeps as long as there may be fresh pages.
  const live = Array.from({ length: 300 }, () => heap.alloc(320 * 1024, NOSCAN));
  expect(() => {
    for (;;) heap.alloc(40_000, NOSCAN);
  }).toThrow(expect.objectContaining({ code: "OUT_OF_MEMORY" }));
  heap.objects.cycle.startMark();
  for (const p of live) heap.objects.findAndMark(p);
  heap.objects.cycle.startSweep();
  expect(live).not.toContain(alloc(heap));
  checkAllocator(heap, { deep: false });
  expect(live.map((p) => heap.objects.find(p))).toEqual(live);
});

test.each([48, 4096, 40_000])(
  "objects of %s bytes that a sweep has not reached yet are freed once, marked or not",
  (size) => {
    for (const marked of [true, false]) {
      const heap = createAllocator(createMemory({ reserve: 4 * MIB }), { shards: 1 });
      const all = Array.from({ length: 3 }, () => heap.alloc(size));
      heap.objects.cycle.startMark();
      for (const p of marked ? all : all.slice(1)) heap.objects.findAndMark(p);
      heap.objects.cycle.startSweep();
      heap.free(all[0]!);
      checkAllocator(heap);
      expect(heap.stats()).toMatchObject({ mallocs: 3, frees: 1, heapObjects: 2 });
      while (heap.objects.cycle.sweep(1) > 0);
      checkAllocator(heap);
      expect(heap.stats()).toMatchObject({ mallocs: 3, frees: 1, heapObjects: 2 });
      expect(all.map((p) => heap.objects.find(p))).toEqual([0, all[1], all[2]]);
    }
  },
);

test("addresses above 2 GiB work like any other", () => {
  const heap = createAllocator(createMemory({ reserve: 2 ** 32 }), { shards: 1 });
  const low = heap.alloc(2 ** 31 + 2 ** 20, NOSCAN);
  const all = [3, 16, 48, 5000, 100_000].map((size) => heap.alloc(size, NOSCAN));
  expect(Math.min(...all)).toBeGreaterThan(2 ** 31);
  for (const p of all) {
    expect(heap.objects.find(p + 2)).toBe(all[0] === p ? p - (p % 16) : p);
    heap.memory.u8[p] = 1;
  }
  heap.objects.cycle.startMark();
  for (const p of [low, ...all]) heap.objects.findAndMark(p);
  heap.objects.cycle.startSweep();
  heap.objects.cycle.sweep(Infinity);
  checkAllocator(heap, { deep: false });
  for (const p of all) heap.free(p);
  expect(heap.realloc(heap.alloc(100), 9000)).toBeGreaterThan(2 ** 31);
  heap.free(low);
  checkAllocator(heap, { deep: false });
});
