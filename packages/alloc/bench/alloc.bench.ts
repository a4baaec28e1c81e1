/**
 * Nanoseconds per free+alloc at random live sets, sizes log-uniform from 8 B to 4 KiB, and of a few fixed shapes.
 *
 *     node --conditions=@gort/source --import tsx packages/alloc/bench/alloc.bench.ts
 *
 * Read ratios between rows of one run; the machine drifts.
 */
import { createAllocator, createMemory, NOSCAN, NOZERO } from "../src/index.ts";

let seed = 12345;
const next = (): number => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0);
const N = 1 << 16;
const sizes = Int32Array.from({ length: N }, () => Math.floor(8 * 2 ** ((next() / 2 ** 32) * 9)));
const order = Int32Array.from({ length: N }, () => next() >>> 1);

function churn(live: number, flags: number, ops: number): number {
  const heap = createAllocator(createMemory({ reserve: 2 ** 31 }));
  const slots = new Float64Array(live);
  for (let i = 0; i < live; i++) slots[i] = heap.alloc(sizes[i & (N - 1)]!, flags);
  const run = (n: number): number => {
    const t = performance.now();
    for (let i = 0; i < n; i++) {
      const k = order[i & (N - 1)]! % live;
      heap.free(slots[k]!);
      slots[k] = heap.alloc(sizes[(i * 7) & (N - 1)]!, flags);
    }
    return ((performance.now() - t) / n) * 1e6;
  };
  run(ops >> 2);
  return run(ops);
}

function pairs(size: number, flags: number, n: number): number {
  const heap = createAllocator(createMemory({ reserve: 2 ** 28 }));
  const run = (): number => {
    const t = performance.now();
    for (let i = 0; i < n; i++) heap.free(heap.alloc(size, flags));
    return ((performance.now() - t) / n) * 1e6;
  };
  run();
  return run();
}

function fresh(size: number, flags: number, n: number): number {
  let best = Infinity;
  for (let round = 0; round < 3; round++) {
    const heap = createAllocator(createMemory({ reserve: 2 ** 30 }));
    const t = performance.now();
    for (let i = 0; i < n; i++) heap.alloc(size, flags);
    best = Math.min(best, ((performance.now() - t) / n) * 1e6);
  }
  return best;
}

const row = (name: string, ns: number): void =>
  console.log(name.padEnd(44), ns.toFixed(1).padStart(8), "ns");
const quick = process.argv.includes("--quick");
const ops = quick ? 20_000 : 1_000_000;
for (const live of quick ? [1000] : [1000, 20_000, 100_000, 1_000_000]) {
  row(`free+alloc, mix 8 B..4 KiB, ${live} live`, churn(live, NOSCAN | NOZERO, ops));
}
row("free+alloc, mix, zeroed and scan, 1000 live", churn(1000, 0, ops));
for (const size of [4, 16, 64, 1024, 32768])
  row(`alloc+free pair, ${size} B noscan nozero`, pairs(size, NOSCAN | NOZERO, ops));
row("alloc+free pair, 64 B scan zeroed", pairs(64, 0, ops));
for (const size of [16, 64])
  row(`alloc only, fresh spans, ${size} B scan zeroed`, fresh(size, 0, ops));
