/**
 * Nanoseconds per object for the collector's part of the work: find and mark, find-and-mark, sweep.
 *
 *     node --conditions=@gort/source --import tsx packages/alloc/bench/mark.bench.ts
 */
import { createAllocator, createMemory } from "../src/index.ts";

const row = (name: string, ns: number): void =>
  console.log(name.padEnd(52), ns.toFixed(1).padStart(8), "ns");

function bench(n: number, size: number): void {
  const heap = createAllocator(createMemory({ reserve: 2 ** 30 }));
  const all = new Int32Array(n);
  for (let i = 0; i < n; i++) all[i] = heap.alloc(size);
  const order = Int32Array.from(all);
  let seed = 1;
  for (let i = n - 1; i > 0; i--) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    const j = seed % (i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  const { objects } = heap;
  const time = (f: () => number): number => {
    let best = Infinity;
    for (let round = 0; round < 5; round++) {
      objects.cycle.startMark();
      const t = performance.now();
      f();
      best = Math.min(best, ((performance.now() - t) / n) * 1e6);
      for (const p of all) objects.mark(p);
      objects.cycle.startSweep();
      objects.cycle.sweep(Infinity);
    }
    return best;
  };
  const label = `${n} objects of ${size} bytes`;
  for (const [name, list] of [
    ["in order", all],
    ["at random", order],
  ] as const) {
    row(
      `${label}, ${name}: find, then mark`,
      time(() => {
        let marked = 0;
        for (let i = 0; i < n; i++) {
          const base = objects.find(list[i]!);
          if (base !== 0 && objects.mark(base)) marked++;
        }
        return marked;
      }),
    );
    row(
      `${label}, ${name}: findAndMark`,
      time(() => {
        let marked = 0;
        for (let i = 0; i < n; i++) if (objects.findAndMark(list[i]!) !== 0) marked++;
        return marked;
      }),
    );
  }
  let best = Infinity;
  for (let round = 0; round < 5; round++) {
    objects.cycle.startMark();
    for (const p of all) objects.mark(p);
    objects.cycle.startSweep();
    const t = performance.now();
    objects.cycle.sweep(Infinity);
    best = Math.min(best, ((performance.now() - t) / n) * 1e6);
  }
  row(`${label}: sweep, all live`, best);
}

const quick = process.argv.includes("--quick");
for (const n of quick ? [10_000] : [10_000, 1_000_000]) bench(n, 16);
bench(quick ? 10_000 : 300_000, 64);
