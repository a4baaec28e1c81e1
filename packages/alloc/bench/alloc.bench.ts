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
const N = 1 << 18;
const sizes = Int32Array.from({ length: N }, () => Math.floor(8 * 2 ** ((next() / 2 ** 32) * 9)));
const order = Int32Array.from({ length: N }, () => next() >>> 1);

/** The least time of many short rounds: what is left when the machine is busy with something else. */
function best(rounds: number, ops: number, f: (n: number) => void): number {
  let least = Infinity;
  for (let round = 0; round < rounds; round++) {
    const t = performance.now();
    f(ops);
    least = Math.min(least, ((performance.now() - t) / ops) * 1e6);
  }
  return least;
}

function churn(live: number, flags: number, rounds: number): number {
  const heap = createAllocator(createMemory({ reserve: 2 ** 31 }));
  const slots = new Int32Array(live);
  const picks = order.map((n) => n % live);
  for (let i = 0; i < live; i++) slots[i] = heap.alloc(sizes[i & (N - 1)]!, flags);
  let at = 0;
  return best(rounds, 40_000, (n) => {
    for (let i = 0; i < n; i++) {
      at++;
      const k = picks[at & (N - 1)]!;
      heap.free(slots[k]!);
      slots[k] = heap.alloc(sizes[(at * 7) & (N - 1)]!, flags);
    }
  });
}

function pairs(size: number, flags: number, rounds: number): number {
  const heap = createAllocator(createMemory({ reserve: 2 ** 28 }));
  return best(rounds, 30_000, (n) => {
    for (let i = 0; i < n; i++) heap.free(heap.alloc(size, flags));
  });
}

function fresh(size: number, flags: number, rounds: number): number {
  const heap = createAllocator(createMemory({ reserve: 2 ** 31 }));
  return best(rounds, 100_000, (n) => {
    for (let i = 0; i < n; i++) heap.alloc(size, flags);
  });
}

const row = (name: string, ns: number): void =>
  console.log(name.padEnd(44), ns.toFixed(1).padStart(8), "ns");
const quick = process.argv.includes("--quick");
const rounds = quick ? 2 : 30;
for (const live of quick ? [1000] : [1000, 20_000, 100_000, 1_000_000]) {
  row(`free+alloc, mix 8 B..4 KiB, ${live} live`, churn(live, NOSCAN | NOZERO, rounds));
}
row("free+alloc, mix, zeroed and scan, 1000 live", churn(1000, 0, rounds));
for (const size of [4, 16, 64, 1024, 32768])
  row(`alloc+free pair, ${size} B noscan nozero`, pairs(size, NOSCAN | NOZERO, rounds));
row("alloc+free pair, 64 B scan zeroed", pairs(64, 0, rounds));
for (const size of [16, 64])
  row(`alloc only, fresh spans, ${size} B scan zeroed`, fresh(size, 0, rounds));
