/** What Go does, by Go's own recorded answers (apps/oracle) and by the behaviours its tests state. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  createAllocator,
  createMemory,
  NOSCAN,
  NOZERO,
  roundupsize,
  sizeClasses,
  type TieredAllocator,
} from "@gort/alloc";
import { CLASS_DIV_MAGIC, CLASS_SIZE } from "../src/size-classes.generated.ts";
import { classDiv, classOf, objectIndex, sizeToClass } from "../src/size-classes.ts";
import { settleAll } from "../src/stats.ts";
import { Core, readHeader } from "../src/core.ts";
import { KIND_TIERED } from "../src/words.ts";

interface Oracle {
  classes: { class: number; size: number; pages: number; objects: number; tail_waste: number }[];
  roundup_runs_maxn_size: [number, number][];
  first_n_of_class: [number, number][];
  memstats_bysize_sizes: number[];
  num_classes: number;
  max_small_size: number;
}
const oracle = JSON.parse(
  readFileSync(new URL("../../../apps/oracle/data/sizeclasses.json", import.meta.url), "utf8"),
) as Oracle;

const make = (reserve = 2 ** 24): TieredAllocator => createAllocator(createMemory({ reserve }));

describe("size classes", () => {
  test("67 size classes (68 with class 0): 8, 16, 24, 32, 48, ... 28672, 32768, with Go's pages, objects and tail waste", () => {
    expect(sizeClasses().length).toBe(oracle.num_classes - 1);
    expect(
      sizeClasses().map(({ class: k, size, pages, objects, tailWaste }) => ({
        class: k,
        size,
        pages,
        objects,
        tail_waste: tailWaste,
      })),
    ).toEqual(oracle.classes);
  });

  test("request n <= 32768 gets the smallest class >= n; larger is rounded up to 8192-byte pages: every n to 262144", () => {
    let run = 0;
    for (let n = 1; n <= 262_144; n++) {
      while (n > oracle.roundup_runs_maxn_size[run]![0]) run++;
      const want = oracle.roundup_runs_maxn_size[run]![1];
      if (roundupsize(n) !== want)
        throw new Error(`roundupsize(${n}) = ${roundupsize(n)}, Go ${want}`);
    }
    expect(roundupsize(32769)).toBe(40960);
    expect(roundupsize(0)).toBe(0);
  });

  test("what the allocator really hands out agrees with roundupsize", () => {
    const heap = make(2 ** 26);
    for (let n = 16; n <= 40_000; n += 37) {
      const p = heap.alloc(n);
      expect(heap.usableSize(p)).toBe(roundupsize(n));
      heap.free(p);
    }
  });

  test("class rules: steps of 8 below 32, 16 from 32; round-up waste <= 12.5% beyond tiny sizes, span tail waste <= 12.5%", () => {
    const sizes = sizeClasses();
    for (const [i, { size, pages, tailWaste }] of sizes.entries()) {
      const before = sizes[i - 1]?.size ?? 0;
      if (size <= 32) expect(size - before).toBe(8);
      else if (size <= 128) expect(size - before).toBe(16);
      expect(tailWaste).toBeLessThanOrEqual((pages * 8192) / 8);
      // Growing a size to fill its span (rule 4) may add a little to the 1/8 a step is designed for.
      if (size > 128) expect((size - before - 1) / size).toBeLessThan(0.158);
    }
  });

  test("a class that holds as many objects on the same pages as the one before does not exist", () => {
    const seen = new Set(sizeClasses().map(({ pages, objects }) => `${pages}:${objects}`));
    expect(seen.size).toBe(67);
  });

  test("span pages per class: class 35 (1408) 2 pages, class 52 (9472) 7, class 65 (27264) 10", () => {
    const of = (k: number) => sizeClasses()[k - 1]!;
    expect([of(35).size, of(35).pages]).toEqual([1408, 2]);
    expect([of(52).size, of(52).pages]).toEqual([9472, 7]);
    expect([of(65).size, of(65).pages]).toEqual([27264, 10]);
  });

  test("objects per span: class 1: 1024, class 5 (48): 170, class 20 (320): 25, class 67: 1", () => {
    expect([1, 5, 20, 67].map((k) => sizeClasses()[k - 1]!.objects)).toEqual([1024, 170, 25, 1]);
  });

  test("lookup uses 8-byte steps to 1024 and 128-byte steps above: (n+7)/8, (n-1024+127)/128", () => {
    for (const [n, k] of oracle.first_n_of_class) {
      if (n > oracle.max_small_size) continue;
      expect(classOf(n)).toBe(k);
      if (n > 1) expect(classOf(n - 1)).toBe(k - 1);
    }
    // One table in steps of 8 for both: above 1024 Go's coarser steps never cut through a class.
    expect(sizeToClass.length).toBe(4097);
    for (let n = 1; n <= 32768; n++) {
      const last = n <= 1024 ? Math.ceil(n / 8) * 8 : Math.ceil(n / 128) * 128;
      if (sizeToClass[(n + 7) >>> 3] !== classOf(last)) expect(n).toBe("in the class of its step");
    }
  });

  test("object index in a span without division: m = floor((2^32-1)/size)+1, (offset*m)>>32 == floor(offset/size) for every offset of every class", () => {
    for (const { class: k, size, pages } of sizeClasses()) {
      const magic = Math.floor((2 ** 32 - 1) / size) + 1;
      expect(CLASS_DIV_MAGIC[k]).toBe(magic);
      for (let offset = 0; offset < pages * 8192; offset++) {
        const want = Math.floor(offset / size);
        // The product is below 2^53, so doubles hold it exactly.
        if (Math.floor((offset * magic) / 2 ** 32) !== want)
          throw new Error(`Go's magic fails at ${offset} of ${size}`);
        if (objectIndex(offset, classDiv[k]!) !== want)
          throw new Error(`the 32-bit divisor fails at ${offset} of ${size}`);
      }
    }
  });
});

describe("allocation", () => {
  test("size 0 allocations take no memory and may share one address", () => {
    const heap = make();
    expect(heap.alloc(0)).toBe(heap.alloc(0, NOSCAN));
    expect(heap.usableSize(heap.alloc(0))).toBe(0);
    expect(heap.stats()).toMatchObject({ mallocs: 0, heapAlloc: 0, heapInuse: 0 });
  });

  test("pointer-free objects under 16 bytes are packed into 16-byte blocks: 16 one-byte objects share 8-byte chunks", () => {
    const heap = make();
    const chunks = new Set<number>();
    for (let i = 0; i < 16; i++) chunks.add(heap.alloc(1, NOSCAN) >>> 3);
    expect(chunks.size).toBeLessThan(16);
    expect(chunks.size).toBe(2);
    const scan = new Set<number>();
    for (let i = 0; i < 16; i++) scan.add(heap.alloc(1) >>> 3);
    expect(scan.size).toBe(16);
  });

  test("tiny packing aligns to 8, 4 or 2 as the size divides; with 4-byte pointers a 12-byte object is 8-aligned too", () => {
    for (let size = 1; size < 16; size++) {
      const heap = make(2 ** 20);
      const align = size % 8 === 0 || size === 12 ? 8 : size % 4 === 0 ? 4 : size % 2 === 0 ? 2 : 1;
      for (let i = 0; i < 40; i++) {
        heap.alloc(1, NOSCAN);
        const p = heap.alloc(size, NOSCAN);
        expect(p % align).toBe(0);
        expect(p % 16).toBeLessThanOrEqual(16 - size);
      }
    }
  });

  test("a tiny block lives as long as any object in it", () => {
    const heap = make();
    const [a, b] = [heap.alloc(4, NOSCAN), heap.alloc(4, NOSCAN)];
    expect(heap.objects.find(b)).toBe(a);
    heap.objects.cycle.startMark();
    heap.objects.findAndMark(b);
    heap.objects.cycle.startSweep();
    heap.objects.cycle.sweep(Infinity);
    expect(heap.objects.find(a)).toBe(a);
    heap.objects.cycle.startMark();
    heap.objects.cycle.startSweep();
    heap.objects.cycle.sweep(Infinity);
    expect(heap.objects.find(b)).toBe(0);
  });

  test("TotalAlloc and Mallocs count class sizes: 1000 x 33 bytes adds 48000 bytes and 1000 objects", () => {
    const heap = make();
    const before = heap.stats();
    for (let i = 0; i < 1000; i++) heap.alloc(33);
    const after = heap.stats();
    expect(after.totalAlloc - before.totalAlloc).toBe(48_000);
    expect(after.mallocs - before.mallocs).toBe(1000);
  });

  test("BySize lists 61 classes: 0,8,16,...,18432", () => {
    const heap = make();
    for (const size of [8, 8, 100, 18432, 32768]) heap.alloc(size);
    const { bySize, mallocs } = heap.stats();
    expect(bySize.map((row) => row.size)).toEqual(oracle.memstats_bysize_sizes);
    expect(bySize.length).toBe(61);
    expect([bySize[1]!.mallocs, bySize[9]!.mallocs, bySize[60]!.mallocs, mallocs]).toEqual([
      2, 1, 1, 5,
    ]);
  });

  test("what an object of n bytes counts as, by Go's own counters", () => {
    const { alloc_size_counted_objects: rows } = JSON.parse(
      readFileSync(new URL("../../../apps/oracle/data/gcfin.json", import.meta.url), "utf8"),
    ) as { alloc_size_counted_objects: [number, number, number][] };
    for (const [n, counted, objects] of rows) {
      const heap = make();
      heap.alloc(n);
      expect(heap.stats()).toMatchObject({
        totalAlloc: counted,
        mallocs: objects,
        heapAlloc: counted,
      });
    }
  });

  test("[1.22] objects with pointers and more than 512 bytes carry an 8-byte header, the class is chosen for n+8: roundupsize(n+8)-8 says what fits, and here, where a bitmap says where pointers are, all n do", () => {
    const heap = make();
    for (const n of [520, 576, 640, 1016, 1024, 4096]) {
      const withHeader = roundupsize(n + 8);
      expect(withHeader - 8).toBeGreaterThanOrEqual(n);
      // The bytes of a header are the caller's here, with pointers as without.
      expect(heap.usableSize(heap.alloc(n))).toBe(roundupsize(n));
      expect(heap.usableSize(heap.alloc(withHeader - 8))).toBe(withHeader);
    }
    expect([roundupsize(576), roundupsize(576 + 8) - 8]).toEqual([576, 632]);
  });

  test("freed memory is zeroed before reuse; fresh objects are all zero", () => {
    const heap = make(2 ** 20);
    for (let round = 0; round < 3; round++) {
      const all: number[] = [];
      for (let i = 0; i < 300; i++) {
        const p = heap.alloc(1000);
        expect(heap.memory.u8.subarray(p, p + 1024).every((b) => b === 0)).toBe(true);
        heap.memory.u8.fill(0xff, p, p + 1024);
        all.push(p);
      }
      for (const p of all) heap.free(p);
    }
  });
});

describe("statistics", () => {
  test("HeapIdle+HeapInuse == HeapSys; Sys == sum of the *Sys fields; HeapObjects == Mallocs-Frees; Alloc == HeapAlloc; Lookups == 0", () => {
    const heap = make();
    for (let i = 0; i < 2000; i++) {
      const p = heap.alloc((i * 37) % 5000, i & 1);
      if (i % 3 === 0) heap.free(p);
      if (i % 100 !== 0) continue;
      const s = heap.stats();
      expect(s.heapIdle + s.heapInuse).toBe(s.heapSys);
      expect(s.heapSys + s.mspanSys + s.mcacheSys + s.gcSys + s.otherSys).toBe(s.sys);
      expect(s.mallocs - s.frees).toBe(s.heapObjects);
      expect(s.alloc).toBe(s.heapAlloc);
      expect(s.lookups).toBe(0);
    }
  });

  test("fast statistics equal a full walk of the heap; pages in use equal a direct count", () => {
    const heap = make();
    for (let i = 0; i < 5000; i++) {
      const p = heap.alloc(1 + ((i * 7919) % 3000), NOZERO);
      if (i % 4 === 0) heap.free(p);
      if (i % 500 !== 0) continue;
      let [objects, bytes] = [0, 0];
      heap.objects.forEach((_base, size) => {
        objects++;
        bytes += size;
      });
      const s = heap.stats();
      expect([s.heapObjects, s.heapAlloc]).toEqual([objects, bytes]);
      const c = new Core(createMemoryOver(heap), readHeader(createMemoryOver(heap), KIND_TIERED));
      settleAll(c);
      let pages = 0;
      for (let page = 0; page < c.pages; page++) if (c.i32[c.pageMap + page] !== 0) pages++;
      expect(s.heapInuse).toBe(pages * 8192);
    }
  });

  test("tiny objects count as mallocs, and as objects by block", () => {
    const heap = make();
    for (let i = 0; i < 32; i++) heap.alloc(1, NOSCAN);
    expect(heap.stats()).toMatchObject({ mallocs: 32, frees: 30, heapObjects: 2, heapAlloc: 32 });
  });
});

const createMemoryOver = (heap: TieredAllocator) => heap.memory as ReturnType<typeof createMemory>;

test("sizes in the generated table begin with class 0", () => {
  expect(CLASS_SIZE[0]).toBe(0);
});
