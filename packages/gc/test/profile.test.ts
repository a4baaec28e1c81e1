import { array, int32 } from "@gort/types";
import { expect, it } from "vitest";
import { createHeap, formatHeapProfile, heapProfile } from "../src/index.ts";

it("rate 1 counts every object and byte by the place that allocated it", () => {
  const heap = createHeap({ reserve: 2 ** 25, profileRate: 1 });
  const one = (): number => heap.alloc(array(int32, 25));
  const two = (): number => heap.alloc(array(int32, 2000));
  const kept = heap.root(0);
  for (let i = 0; i < 10; i++) kept.set(one());
  for (let i = 0; i < 3; i++) two();
  const find = (part: string) => heapProfile(heap).samples.find((s) => s.stack[0]!.includes(part))!;
  expect(find("one")).toMatchObject({ allocObjects: 10, allocBytes: 1120, inuseObjects: 10 });
  expect(find("two")).toMatchObject({ allocObjects: 3, allocBytes: 24576, inuseBytes: 24576 });
  heap.collect();
  expect(find("one")).toMatchObject({ allocObjects: 10, inuseObjects: 1, inuseBytes: 112 });
  expect(find("two")).toMatchObject({ allocObjects: 3, inuseObjects: 0, inuseBytes: 0 });
});

it("a sampling rate estimates the true figures", () => {
  let seed = 7;
  const random = (): number => (seed = (Math.imul(seed, 48271) >>> 0) % 2147483647) / 2147483647;
  const heap = createHeap({ reserve: 2 ** 26, profileRate: 4096, random, gcPercent: -1 });
  for (let i = 0; i < 50_000; i++) heap.alloc(array(int32, 24)); // 96 bytes each
  const [sample] = heapProfile(heap).samples;
  expect(Math.abs(sample!.allocObjects / 50_000 - 1)).toBeLessThan(0.15);
  expect(Math.abs(sample!.allocBytes / 4_800_000 - 1)).toBeLessThan(0.15);
});

it("prints as Go's pprof does with debug=1", () => {
  const heap = createHeap({ reserve: 2 ** 24, profileRate: 1 });
  heap.alloc(array(int32, 4));
  const text = formatHeapProfile(heapProfile(heap));
  expect(text).toMatch(/^heap profile: 1: 16 \[1: 16\] @ heap\/2\n1: 16 \[1: 16\] @\n#\tat /);
});

it("is off unless asked for, and says so", () => {
  const heap = createHeap({ reserve: 2 ** 24 });
  expect(() => heapProfile(heap)).toThrow("made without profileRate");
  expect(() => createHeap({ reserve: 2 ** 24, profileRate: -1 })).toThrow("profileRate is -1");
  expect(() => heapProfile({})).toThrow("heap is an object (Object)");
});
