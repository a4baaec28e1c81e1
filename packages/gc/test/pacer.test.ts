import { array, int32, ptr, struct } from "@gort/types";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createHeap, createStopTheWorldHeap } from "../src/index.ts";
import {
  ASSIST_BYTES,
  ASSIST_RATIO_MAX,
  HEAP_MINIMUM,
  Pacer,
  UTILIZATION,
  WINDOW_MS,
} from "../src/pacer.ts";

const MiB = 2 ** 20;
const seed = Number(process.env["GORT_SEED"] ?? 77);
const bytes = fc.integer({ min: 0, max: 4096 * MiB });

function pacer(percent = 100, limit = Infinity): Pacer {
  const p = new Pacer();
  p.gcPercent = percent;
  p.memoryLimit = limit;
  return p;
}

describe("the goal", () => {
  it("is live + (live + roots) x GOGC / 100, as since Go 1.18", () => {
    const p = pacer();
    p.commit(100 * MiB, 0, 0);
    expect(p.goal).toBe(200 * MiB);
    p.commit(100 * MiB, 10 * MiB, 0);
    expect(p.goal).toBe(210 * MiB);
    p.gcPercent = 50;
    p.commit(100 * MiB, 0, 0);
    expect(p.goal).toBe(150 * MiB);
    p.gcPercent = 400;
    p.commit(100 * MiB, 0, 0);
    expect(p.goal).toBe(500 * MiB);
  });

  it("is at least 4 MiB x GOGC / 100, and never below what is live", () => {
    for (const percent of [0, 10, 100, 200]) {
      const p = pacer(percent);
      p.commit(0, 0, 0);
      expect(p.goal).toBe(Math.floor((HEAP_MINIMUM * percent) / 100));
    }
    const p = pacer(100, 10 * MiB);
    p.commit(50 * MiB, 0, 0);
    expect(p.goal).toBe(50 * MiB);
  });

  it("does not exist with GOGC off, unless there is a memory limit", () => {
    const p = pacer(-1);
    p.commit(100 * MiB, 0, 0);
    expect([p.goal, p.trigger]).toEqual([Infinity, Infinity]);
    p.memoryLimit = 300 * MiB;
    p.commit(100 * MiB, 0, 20 * MiB);
    expect(p.goal).toBe(280 * MiB);
    expect(p.trigger).toBeLessThan(p.goal);
  });
});

describe("the room that the memory has", () => {
  it("is the goal where GOGC or the memory limit allow more, and no reason to collect by itself", () => {
    const p = pacer();
    p.commit(36 * MiB, 0, 0, 60 * MiB);
    expect(p.goal).toBe(60 * MiB);
    p.commit(36 * MiB, 0, 0, 4096 * MiB);
    expect(p.goal).toBe(72 * MiB);
    p.commit(70 * MiB, 0, 0, 60 * MiB);
    expect(p.goal).toBe(70 * MiB);
    p.gcPercent = -1;
    p.commit(36 * MiB, 0, 0, 60 * MiB);
    expect([p.goal, p.trigger]).toEqual([Infinity, Infinity]);
    p.memoryLimit = 100 * MiB;
    p.commit(36 * MiB, 0, 0, 60 * MiB);
    expect(p.goal).toBe(60 * MiB);
  });

  it("changes neither trigger nor assists while it is far away", () => {
    fc.assert(
      fc.property(bytes, bytes, bytes, (marked, scan, scanned) => {
        const [near, far] = [pacer(), pacer()];
        for (const [p, room] of [
          [near, 16384 * MiB],
          [far, Infinity],
        ] as const) {
          p.scanLast = scan;
          p.commit(marked, 0, 0, room);
          p.revise(p.trigger, p.trigger, Math.min(scanned, p.trigger));
        }
        expect([near.goal, near.trigger]).toEqual([far.goal, far.trigger]);
        expect(near.assistRatio).toBe(far.assistRatio);
        expect(near.assistWork(ASSIST_BYTES)).toBe(far.assistWork(ASSIST_BYTES));
      }),
      { seed },
    );
  });

  it("is not used up before marking is over, however much there is to scan", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 8 * MiB, max: 2048 * MiB }),
        fc.double({ min: 1.02, max: 3, noNaN: true }),
        (marked, share) => {
          const p = pacer();
          p.scanLast = marked;
          const room = Math.floor(marked * share);
          p.commit(marked, 0, 0, room);
          const start = p.trigger;
          let scanned = 0;
          let live = start;
          for (; scanned < start; live += ASSIST_BYTES) {
            p.revise(live, start, scanned);
            scanned += p.assistWork(ASSIST_BYTES);
          }
          // Two assists beyond it at most: the headroom is a 32nd of the memory.
          expect(live).toBeLessThanOrEqual(room + 2 * ASSIST_BYTES);
        },
      ),
      { seed, numRuns: 60 },
    );
  });
});

describe("the trigger", () => {
  it("lies between 70 % and 95 % of the way to the goal, whatever was learned", () => {
    fc.assert(
      fc.property(
        bytes,
        fc.integer({ min: 0, max: 800 }),
        fc.double({ min: 0, max: 100, noNaN: true }),
        bytes,
        bytes,
        fc.option(bytes, { nil: Infinity }),
        (marked, percent, consMark, scan, burst, limit) => {
          const p = pacer(percent, limit);
          p.consMark = consMark;
          p.scanLast = scan;
          p.burst = burst;
          p.commit(marked, 0, 0);
          const span = p.goal - marked;
          const high = Math.max(marked + 0.95 * span, p.goal - HEAP_MINIMUM);
          expect(p.goal).toBeGreaterThanOrEqual(marked);
          expect(p.trigger).toBeGreaterThanOrEqual(Math.floor(marked + 0.7 * span));
          expect(p.trigger).toBeLessThanOrEqual(high);
          expect(p.trigger).toBeLessThanOrEqual(p.goal);
        },
      ),
      { seed },
    );
  });

  it("comes earlier the faster the program allocates against marking", () => {
    const triggers = [0, 0.01, 0.05, 0.1, 1].map((consMark) => {
      const p = pacer();
      p.consMark = consMark;
      p.scanLast = 100 * MiB;
      p.commit(100 * MiB, 0, 0);
      return p.trigger;
    });
    expect(triggers).toEqual([...triggers].sort((a, b) => b - a));
    expect(triggers[0]).toBeGreaterThan(triggers.at(-1)!);
  });

  it("leaves room for assists at their most, where a quarter of the window is enough to mark everything", () => {
    const p = pacer();
    p.consMark = 1;
    p.scanLast = 20 * MiB;
    p.burst = 20 * MiB;
    p.commit(20 * MiB, 0, 0);
    expect(p.goal - p.trigger).toBe((20 * MiB) / ASSIST_RATIO_MAX);
    let scanned = 0;
    let live = p.trigger;
    for (; scanned < 20 * MiB; live += ASSIST_BYTES) {
      p.revise(live, p.trigger, scanned);
      scanned += p.assistWork(ASSIST_BYTES);
    }
    expect(live).toBeLessThanOrEqual(p.goal + ASSIST_BYTES);
  });

  it.each([
    ["all but a burst at a quarter of the processor", 0.02, 100, 40, 60 * 0.06 + 40 * 0.06],
    ["the burst no faster than assists at their most", 0.1, 100, 40, 60 * 0.3 + 40 / 4],
    ["no more than is scanned, however much a burst may be", 0.1, 100, 400, 100 / 4],
    ["what the last cycle scanned, and not what it marked", 0.1, 40, 0, 40 * 0.3],
    ["as much as is live, where the last cycle scanned nothing", 0.05, 0, 0, 100 * 0.15],
  ])("leaves room for %s", (_what, consMark, scan, burst, runway) => {
    const p = pacer();
    p.consMark = consMark;
    p.scanLast = scan * MiB;
    p.burst = burst * MiB;
    p.commit(100 * MiB, 0, 0);
    expect((p.goal - p.trigger) / MiB).toBeCloseTo(runway, 5);
  });

  it("comes no earlier with a window than without, and no earlier with a longer one", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2048 * MiB }),
        fc.double({ min: 0, max: 2, noNaN: true }),
        bytes,
        bytes,
        (marked, consMark, scan, burst) => {
          const triggers = [0, burst, 2 * burst].map((most) => {
            const p = pacer();
            p.consMark = consMark;
            p.scanLast = scan;
            p.burst = most;
            p.commit(marked, 0, 0);
            return p.trigger;
          });
          expect(triggers).toEqual([...triggers].sort((a, b) => a - b));
        },
      ),
      { seed },
    );
  });

  it.each([
    ["near the goal where marking is short", 0.001, 0.85, 0.95],
    ["at 70 % of the way where it is long", 1, 0.69, 0.75],
  ])("comes %s, once a heap has seen a cycle", (_where, tick, least, most) => {
    // Every look at the clock takes as long: marking takes many, the program next to none.
    let ms = 0;
    const starts: number[] = [];
    let marked = 0;
    const heap = createHeap({
      reserve: 64 * MiB,
      forcedPeriodMs: Infinity,
      now: () => (ms += tick),
      onCycle: (c) => {
        starts.push((c.heapStart - marked) / (c.goal - marked));
        marked = c.heapLive;
      },
    });
    const node = struct({ next: ptr(int32), id: int32 });
    const root = heap.root(0);
    for (let i = 0; i < MiB / 8; i++) {
      const p = heap.alloc(node);
      heap.writePtr(p, root.ptr);
      root.set(p);
    }
    while (starts.length < 6) {
      for (let i = 0; i < 20_000; i++) heap.alloc(node);
      heap.safepoint();
    }
    for (const start of starts.slice(3)) {
      expect(start).toBeGreaterThanOrEqual(least);
      expect(start).toBeLessThanOrEqual(most);
    }
  });
});

describe("the assist ratio", () => {
  it("is enough to finish the scan work before the goal", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 8 * MiB, max: 2048 * MiB }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (marked, doneShare, usedShare) => {
          const p = pacer();
          p.scanLast = marked;
          p.commit(marked, 0, 0);
          const scanned = Math.floor(marked * doneShare);
          const live = Math.floor(p.trigger + (p.goal - p.trigger) * usedShare * 0.9);
          p.revise(live, p.trigger, scanned);
          expect(p.assistRatio * (p.goal - live)).toBeGreaterThanOrEqual(
            (marked - scanned) * 0.999,
          );
        },
      ),
      { seed },
    );
  });

  it("past the goal aims at 1.1 times the goal and assumes that all is reachable", () => {
    const p = pacer();
    p.scanLast = 10 * MiB;
    p.commit(10 * MiB, 0, 0);
    p.revise(p.goal + 1, 18 * MiB, 5 * MiB);
    expect(p.assistRatio).toBeCloseTo((13 * MiB) / (p.goal * 0.1 - 1), 5);
  });
});

it("learns bytes allocated per byte marked, and forgets old figures by halves", () => {
  const p = pacer();
  p.learn(1000, 10, 5000, 5); // 100 bytes/ms against 1000 bytes/ms
  expect(p.consMark).toBeCloseTo(0.1);
  expect(p.burst).toBeCloseTo(1000 * UTILIZATION * WINDOW_MS);
  p.learn(3000, 10, 5000, 5);
  expect(p.consMark).toBeCloseTo(0.2);
  expect(p.burst).toBeCloseTo(2500);
  expect(p.scanLast).toBe(5000);
  p.learn(3000, 0, 0, 0); // a cycle without figures changes nothing but the scan work
  expect(p.consMark).toBeCloseTo(0.2);
  expect(p.burst).toBeCloseTo(2500);
  p.learn(1000, 10, 15_000, 5); // marked three times as fast
  expect(p.burst).toBeCloseTo(5000);
  expect(UTILIZATION).toBe(0.25);
});

it("what was allocated while marking counts as live for the next goal", () => {
  const heap = createHeap({ reserve: 64 * MiB, gcPercent: -1 });
  heap.root(heap.alloc(int32));
  heap.step(0);
  expect(heap.phase).toBe("mark");
  for (let i = 0; i < 8; i++) heap.root(heap.alloc(array(int32, MiB / 4)));
  while (heap.step(0));
  heap.setGCPercent(100);
  expect(heap.stats().heapMarked).toBeGreaterThanOrEqual(8 * MiB);
  expect(heap.stats().nextGC).toBeGreaterThanOrEqual(16 * MiB);
});

it("a stop-the-world heap does not collect for every object where what lives is beyond the goal already", () => {
  const small = array(int32, 16);
  for (const options of [{ memoryLimit: MiB / 2 }, { gcPercent: 0 }]) {
    const heap = createStopTheWorldHeap({
      reserve: 16 * MiB,
      forcedPeriodMs: Infinity,
      ...options,
    });
    heap.root(heap.alloc(array(int32, MiB / 4)));
    heap.collect();
    for (let bytes = 0; bytes < MiB / 16; bytes += small.size) {
      heap.alloc(small);
      heap.safepoint();
    }
    expect(heap.stats().numGC).toBeGreaterThan(2);
    expect(heap.stats().numGC).toBeLessThan(8);
  }
});
