import { expect, test } from "vitest";
import { createAllocator, createBumpAllocator, createMemory, heapMap, NOSCAN } from "@gort/alloc";

test("regions follow each other without gap from the first page to the frontier", () => {
  const heap = createAllocator(createMemory({ reserve: 2 ** 22 }));
  const all = [8, 100, 3000, 20_000, 100_000].flatMap((size) => [
    heap.alloc(size),
    heap.alloc(size, NOSCAN),
  ]);
  heap.free(all[8]!);
  const map = heapMap(heap);
  let at = map.start;
  for (const region of map.regions) {
    expect(region.start).toBe(at);
    at += region.bytes;
  }
  expect(at).toBe(map.end);
  expect(map.limit).toBe(2 ** 22);
  const stats = heap.stats();
  const bytes = (kind: string) =>
    map.regions.reduce((n, r) => n + (r.kind === kind ? r.bytes : 0), 0);
  expect(bytes("span")).toBe(stats.heapInuse);
  expect(bytes("free")).toBe(stats.heapIdle);
  expect(bytes("metadata") + map.limit - map.metadataStart).toBe(stats.mspanSys);
});

test("spans tell class, fill, scan, tiny, owner and whether they still have to be swept", () => {
  const heap = createAllocator(createMemory({ reserve: 2 ** 20 }), { shards: 2 });
  for (let i = 0; i < 5; i++) heap.alloc(48, 0, 1);
  heap.alloc(3, NOSCAN);
  heap.alloc(50_000, NOSCAN);
  const spans = () => heapMap(heap).regions.filter((r) => r.kind === "span");
  expect(spans().find((s) => s.size === 48)).toMatchObject({
    sizeClass: 5,
    objects: 170,
    allocated: 5,
    shard: 1,
    noscan: false,
  });
  expect(spans().find((s) => s.tiny)).toMatchObject({
    sizeClass: 2,
    size: 16,
    allocated: 1,
    noscan: true,
    shard: 0,
  });
  expect(spans().find((s) => s.sizeClass === 0)).toMatchObject({
    size: 57344,
    objects: 1,
    allocated: 1,
    shard: -1,
  });
  heap.objects.cycle.startMark();
  heap.objects.cycle.startSweep();
  expect(spans().every((s) => s.unswept)).toBe(true);
  heap.objects.cycle.sweep(1000);
  expect(spans()).toEqual([]);
});

test("another kind of allocator has no map", () => {
  expect(() => heapMap(createBumpAllocator(createMemory({ reserve: 2 ** 20 })))).toThrow(
    "no allocator of this kind",
  );
});
