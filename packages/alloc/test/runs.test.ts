import {
  checkAllocator,
  createAllocator,
  createMemory,
  NOSCAN,
  type ObjectRuns,
  type TieredAllocator,
} from "@gort/alloc";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const seed = Number(process.env["GORT_SEED"] ?? 19);
const make = (reserve = 2 ** 22): TieredAllocator & { runs: ObjectRuns } =>
  createAllocator(createMemory({ reserve }), { shards: 2 }) as never;

test("a run is allocated objects side by side, zeroed, in one span", () => {
  const a = make();
  for (const size of [8, 16, 24, 48, 100, 256]) {
    for (const flags of [0, NOSCAN]) {
      const p = a.runs.claim(size, flags);
      const { end } = a.runs;
      const step = a.usableSize(p);
      expect((end - p) % step).toBe(0);
      expect(end - p).toBeGreaterThanOrEqual(4096);
      for (let q = p; q < end; q += step) {
        expect(a.objects.find(q + step - 1)).toBe(q);
        expect(a.objects.isScan(q)).toBe(flags === 0);
      }
      expect(a.memory.u8.subarray(p, end).every((x) => x === 0)).toBe(true);
    }
  }
  checkAllocator(a);
});

test("what is given back has no pointers: the bits that were set for it are clear, those before it are not", () => {
  const a = make();
  const map = new Uint32Array(a.memory.buffer, a.objects.pointerBits);
  const bit = (p: number): number => (map[p >>> 7]! >>> ((p >>> 2) & 31)) & 1;
  for (const size of [16, 48, 256]) {
    const p = a.runs.claim(size, 0);
    const { end } = a.runs;
    for (let q = p; q < end; q += 4) map[q >>> 7]! |= 1 << ((q >>> 2) & 31);
    const kept = p + 3 * size;
    a.runs.unclaim(kept, end);
    const bits = (from: number, to: number): Set<number> => {
      const seen = new Set<number>();
      for (let q = from; q < to; q += 4) seen.add(bit(q));
      return seen;
    };
    expect([bits(p, kept), bits(kept, end)]).toEqual([new Set([1]), new Set([0])]);
  }
});

test("what is given back was never allocated, by every count", () => {
  const a = make();
  const p = a.runs.claim(16, 0);
  const { end } = a.runs;
  a.runs.unclaim(p + 48, end);
  expect(a.stats()).toMatchObject({ mallocs: 3, frees: 0, heapObjects: 3, totalAlloc: 48 });
  expect(a.objects.find(p + 48)).toBe(0);
  expect(a.alloc(16)).toBe(p + 48);
  a.runs.unclaim(end, end); // nothing
  checkAllocator(a);
});

describe.each([0, NOSCAN])("with flags %d", (flags) => {
  /** Which size classes have served how many. */
  const served = (a: TieredAllocator): [size: number, mallocs: number, frees: number][] =>
    a
      .stats()
      .bySize.flatMap(({ size, mallocs, frees }) =>
        mallocs + frees > 0 ? [[size, mallocs, frees]] : [],
      );

  test("counted when its span left the cache and came back, it is uncounted", () => {
    for (const taken of [1, 30, Infinity]) {
      const a = make();
      const p = a.runs.claim(81, flags);
      const { end } = a.runs;
      a.trim();
      // All but one, or as many as told.
      const n = Math.min(taken, (end - p) / a.objects.sizeOf(p) - 1);
      for (let i = 0; i < n; i++) a.alloc(81, flags);
      a.runs.unclaim(p, end);
      for (let round = 0; round < 2; round++) {
        checkAllocator(a);
        expect(a.stats()).toMatchObject({ mallocs: n, frees: 0, heapObjects: n });
        expect(served(a)).toEqual([[a.objects.sizeOf(p), n, 0]]);
        a.trim();
      }
    }
  });

  test("counted in between, it is uncounted again", () => {
    const a = make();
    const p = a.runs.claim(64, flags);
    const { end } = a.runs;
    expect(a.stats().mallocs).toBe((end - p) / 64);
    a.runs.unclaim(p, end);
    expect(a.stats()).toMatchObject({ mallocs: 0, frees: 0, heapObjects: 0, totalAlloc: 0 });
    expect(served(a)).toEqual([]);
    checkAllocator(a);
  });
});

test("whoever counts, visits or starts a phase asks for the runs first", () => {
  const a = make();
  let asked = 0;
  a.runs.onCount = () => asked++;
  a.stats();
  a.objects.forEach(() => {});
  a.objects.cycle.startMark();
  a.objects.cycle.startSweep();
  expect(asked).toBe(4);
});

test("runs, objects, frees and cycles in any order agree with a model", () => {
  const step = fc.record({ op: fc.nat(15), size: fc.integer({ min: 1, max: 256 }), n: fc.nat(99) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const a = make();
      const live = new Map<number, number>();
      const runs: { next: number; end: number; step: number }[] = [];
      const flush = (): void => {
        for (const r of runs.splice(0)) a.runs.unclaim(r.next, r.end);
      };
      a.runs.onCount = flush;
      const add = (p: number): void => {
        if (live.has(p)) throw new Error(`${p} was handed out twice`);
        live.set(p, a.objects.sizeOf(p));
        if (a.memory.u8[p] !== 0) throw new Error(`${p} is not zero`);
        a.memory.u8.fill(0xff, p, p + live.get(p)!);
      };
      for (const { op, size, n } of steps) {
        const shard = n & 1;
        if (op < 5) {
          const p = a.runs.claim(size, n & 2 ? NOSCAN : 0, shard);
          runs.push({ next: p, end: a.runs.end, step: a.objects.sizeOf(p) });
        } else if (op < 9) {
          const r = runs[n % (runs.length || 1)];
          for (let i = 0; r !== undefined && i < n && r.next < r.end; i++, r.next += r.step)
            add(r.next);
        } else if (op < 11) add(a.alloc(size + 15, 0, shard));
        else if (op < 13) {
          for (const p of [...live.keys()].slice(n, n + 20)) {
            a.free(p, shard);
            live.delete(p);
          }
        } else if (op === 13) {
          const r = runs.splice(n % (runs.length || 1), 1)[0];
          if (r !== undefined) a.runs.unclaim(r.next, r.end);
        } else if (op === 14) {
          a.objects.cycle.startMark();
          // Half of what lives is marked, and whatever is claimed while marking is black.
          for (const p of [...live.keys()]) if (p % 3 !== 0) a.objects.mark(p);
          const before = [...live.keys()];
          const p = a.runs.claim(size, 0, shard);
          for (let q = p; q < a.runs.end; q += a.objects.sizeOf(p))
            expect(a.objects.isMarked(q)).toBe(true);
          add(p);
          runs.push({ next: p + a.objects.sizeOf(p), end: a.runs.end, step: a.objects.sizeOf(p) });
          a.objects.cycle.startSweep();
          expect(runs).toEqual([]);
          for (const q of before) if (q % 3 === 0) live.delete(q);
          if (n % 2 === 0) a.objects.cycle.sweep(Infinity);
        } else expect(a.trim()).toBeGreaterThanOrEqual(0);
        checkAllocator(a);
      }
      while (a.objects.cycle.sweep(1) > 0);
      const seen = new Set<number>();
      a.objects.forEach((base) => seen.add(base));
      expect(seen).toEqual(new Set(live.keys()));
      expect(a.stats().heapObjects).toBe(live.size);
      checkAllocator(a);
    }),
    { seed, numRuns: Number(process.env["GORT_FUZZ"] ?? 40) },
  );
});

test("out of memory: the error of alloc, and nothing is lost", () => {
  const a = make(2 ** 18);
  const all: number[] = [];
  expect(() => {
    for (;;) {
      const p = a.runs.claim(128, 0);
      for (let q = p; q < a.runs.end; q += 128) all.push(q);
    }
  }).toThrow(expect.objectContaining({ code: "OUT_OF_MEMORY" }));
  checkAllocator(a);
  for (const p of all) a.free(p);
  expect(a.stats().heapObjects).toBe(0);
  checkAllocator(a);
});
