import { array, int32, uint8 } from "@gort/types";
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

it("objects that share a block count as the block, with finalizers on some as well, as in Go", () => {
  for (const profileRate of [1, 16]) {
    let seed = 7;
    const random = (): number => (seed = (Math.imul(seed, 48271) >>> 0) % 2147483647) / 2147483647;
    const heap = createHeap({ reserve: 2 ** 24, profileRate, random, gcPercent: -1 });
    const held = heap.frame(250);
    let ran = 0;
    for (let i = 0; i < 4000; i++) {
      const p = heap.alloc(int32);
      if (i % 16 === 0) held.set(i / 16, p);
      if (i % 7 === 0) heap.setFinalizer(p, () => ran++);
    }
    for (let left = 3; left > 0; left--) {
      const { heapObjects, heapAlloc } = heap.stats();
      const [sample] = heapProfile(heap).samples;
      const error = profileRate === 1 ? 0 : 0.1;
      expect(Math.abs(sample!.inuseObjects / heapObjects - 1)).toBeLessThanOrEqual(error);
      expect(Math.abs(sample!.inuseBytes / heapAlloc - 1)).toBeLessThanOrEqual(error);
      heap.collect();
    }
    expect(ran).toBeGreaterThan(0);
  }
});

it("an object whose record finds no room is there all the same, and in no count", () => {
  const heap = createHeap({ reserve: 2 ** 20, profileRate: 1, gcPercent: -1 });
  let made = 0;
  const fill = (bytes: number): void => {
    for (;;) made += Math.sign(heap.alloc(uint8, bytes));
  };
  // A page of small objects, and all others: what is left are slots, and no page for records.
  made += Math.sign(heap.alloc(uint8, 16));
  expect(() => fill(8192)).toThrow("cannot allocate 8192-byte block");
  expect(() => fill(16)).toThrow("cannot allocate 16-byte block");
  expect(heap.stats().heapObjects).toBe(made);
  const inuse = (): number => heapProfile(heap).samples.reduce((n, s) => n + s.inuseObjects, 0);
  expect(inuse()).toBeLessThan(made);
  heap.collect();
  expect(inuse()).toBe(0);
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

it("large objects use up what the collector grants, samples or not", () => {
  const peak = (profileRate: number, size: number): number => {
    const heap = createHeap({ reserve: 2 ** 27, profileRate, now: () => 0 });
    let most = 0;
    for (let i = 0; i < 2 ** 26 / size; i++) {
      heap.alloc(uint8, size);
      most = Math.max(most, heap.stats().heapAlloc);
      heap.safepoint();
    }
    return most;
  };
  // A cycle with records to scan takes an object longer.
  for (const size of [2 ** 18, 2 ** 20])
    expect(peak(65536, size)).toBeLessThanOrEqual(2 * peak(0, size) + size);
});

it("prints the samples as they were taken, one record per place and size: pprof scales them itself, as Go's", () => {
  let seed = 7;
  const random = (): number => (seed = (Math.imul(seed, 48271) >>> 0) % 2147483647) / 2147483647;
  const heap = createHeap({ reserve: 2 ** 26, profileRate: 4096, random, gcPercent: -1 });
  const [small, large] = [array(int32, 16), array(int32, 64)];
  for (let i = 0; i < 50_000; i++) heap.alloc(i % 2 === 0 ? small : large);
  const profile = heapProfile(heap);
  expect(profile.samples.length).toBe(1);
  expect(profile.records.length).toBe(2);
  const lines = [
    ...formatHeapProfile(profile).matchAll(/^(?:heap profile: )?(\d+): (\d+) \[(\d+): (\d+)\] @/gm),
  ];
  const [total, ...records] = lines.map((m) => m.slice(1).map(Number));
  // 8 MB at one sample per 4096 bytes, and not the 50,000 objects that they stand for.
  expect(Math.abs(total![0]! / 1953 - 1)).toBeLessThan(0.15);
  for (const [objects, bytes, allocs, allocBytes] of records) {
    expect([objects, bytes]).toEqual([allocs, allocBytes]);
    expect([64, 256]).toContain(bytes! / objects!);
  }
  expect(records.reduce((n, r) => n + r[0]!, 0)).toBe(total![0]);
  // What pprof makes of them.
  const scaled = records.reduce(
    (n, [objects, bytes]) => n + objects! / (1 - Math.exp(-bytes! / objects! / 4096)),
    0,
  );
  expect(Math.abs(scaled / 50_000 - 1)).toBeLessThan(0.15);
  expect(Math.abs(profile.samples[0]!.inuseObjects / scaled - 1)).toBeLessThan(0.01);
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
