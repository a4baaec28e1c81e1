import { array, int32 } from "@gort/types";
import { expect, it, vi } from "vitest";
import type { CycleTrace } from "../src/index.ts";
import {
  createHeap,
  createNoCollectHeap,
  createStopTheWorldHeap,
  readMemStats,
} from "../src/index.ts";
import { Ledger, PAUSES } from "../src/ledger.ts";

it("pauseNs and pauseEnd are rings of 256: cycle n is at (n + 255) % 256", () => {
  let now = 1000;
  const heap = createHeap({ reserve: 2 ** 22, now: () => (now += 0.25), forcedPeriodMs: Infinity });
  const ends: number[] = [];
  for (let n = 1; n <= 300; n++) {
    heap.collect();
    const m = readMemStats(heap);
    ends.push(m.lastGC);
    expect([m.numGC, m.numForcedGC]).toEqual([n, n]);
    expect(m.pauseEnd[(n + 255) % 256]).toBe(m.lastGC);
    expect(m.pauseNs[(n + 255) % 256]).toBeGreaterThan(0);
    if (n < 256) {
      expect(m.pauseNs.slice(n).every((x) => x === 0)).toBe(true);
      expect(m.pauseNs.reduce((a, b) => a + b)).toBe(m.pauseTotalNs);
    }
  }
  const m = readMemStats(heap);
  for (let n = 300; n > 300 - 256; n--) expect(m.pauseEnd[(n + 255) % 256]).toBe(ends[n - 1]);
  expect(heap.stats().pauseMs).toHaveLength(256);
});

it("lastGC and pauseEnd are moments of the wall clock, or of the heap's own clock, and 0 before the first cycle", () => {
  const wall = vi.spyOn(Date, "now").mockImplementation(() => 1_750_000_000_123);
  try {
    for (const create of [createHeap, createStopTheWorldHeap, createNoCollectHeap]) {
      const heap = create({ reserve: 2 ** 22 });
      expect(readMemStats(heap).lastGC).toBe(0);
      heap.collect();
      // What is done to the clock later changes nothing.
      wall.mockImplementation(() => 5);
      const { lastGC, pauseEnd } = readMemStats(heap);
      wall.mockImplementation(() => 1_750_000_000_123);
      expect([lastGC, ...pauseEnd.slice(0, 2)]).toEqual([1.750_000_000_123e18, lastGC, 0]);
      const own = create({ reserve: 2 ** 22, now: () => 7 });
      own.collect();
      expect(readMemStats(own).lastGC).toBe(7e6);
    }
  } finally {
    wall.mockRestore();
  }
});

it("sums hold: heap = idle + in use, sys = all Sys fields, objects = mallocs - frees", () => {
  const heap = createHeap({ reserve: 2 ** 24 });
  for (let i = 0; i < 2000; i++) heap.alloc(array(int32, i % 300));
  heap.frame(1000);
  heap.collect();
  const m = readMemStats(heap);
  expect(m.heapIdle + m.heapInuse).toBe(m.heapSys);
  expect(m.heapObjects).toBe(m.mallocs - m.frees);
  expect([m.alloc, m.lookups]).toEqual([m.heapAlloc, 0]);
  const parts = [
    m.heapSys,
    m.stackSys,
    m.mspanSys,
    m.mcacheSys,
    m.buckHashSys,
    m.gcSys,
    m.otherSys,
  ];
  expect(parts.reduce((a, b) => a + b)).toBe(m.sys);
  expect(m.bySize).toHaveLength(61);
  expect(m.stackInuse).toBeGreaterThanOrEqual(4000);
  expect(m.numForcedGC).toBeLessThanOrEqual(m.numGC);
});

it("a cycle's trace adds up with the statistics", () => {
  const cycles: CycleTrace[] = [];
  const heap = createHeap({ reserve: 2 ** 24, onCycle: (c) => cycles.push(c) });
  const kept = heap.root(heap.alloc(array(int32, 5000)));
  heap.alloc(array(int32, 5000));
  heap.collect();
  expect(cycles).toHaveLength(1);
  const c = cycles[0]!;
  expect([c.n, c.forced, c.procs]).toEqual([1, true, 1]);
  expect(c.heapLive).toBe(heap.stats().heapMarked);
  expect(c.heapLive).toBe(20_480);
  expect(c.heapStart).toBeGreaterThanOrEqual(40_000);
  expect(c.cpuFraction).toBeGreaterThan(0);
  expect(c.setupMs + c.terminationMs).toBeCloseTo(heap.stats().pauseMs[0]!, 6);
  kept.release();
});

it("the ledger keeps the last 256 pauses, the sum of all, and the longest piece of work", () => {
  const ledger = new Ledger(10);
  for (let i = 1; i <= 400; i++) ledger.finish(i, 10 + i, i % 2 === 0);
  expect(ledger.list()).toEqual(Array.from({ length: PAUSES }, (_, i) => 400 - PAUSES + 1 + i));
  expect([ledger.numGC, ledger.numForcedGC, ledger.lastGCMs]).toEqual([400, 200, 410]);
  expect(ledger.pauseTotalMs).toBe((400 * 401) / 2);
  ledger.spend(3);
  ledger.spend(7);
  ledger.spend(5);
  expect([ledger.gcMs, ledger.longestMs]).toEqual([15, 7]);
  expect(ledger.fraction(40)).toBe(0.5);
  expect(ledger.fraction(10)).toBe(0);
});
