/**
 * A soak: grows, shrinks and fragments a 2 GiB heap over and over, with the checker after every round, and fails if
 * pages leak. Not part of any test run.
 *
 *     GORT_SOAK_MINUTES=30 node --conditions=@gort/source --import tsx packages/alloc/bench/soak.ts
 *
 * In the first half of the time objects are freed one by one, through magazines; in the second half every other wave is a
 * collection.
 *
 * No leak means: after everything has been freed and trimmed no page is in use, every page obtained is free or
 * metadata, the metadata stops growing, and a heap-sized object can be had again.
 */
import {
  checkAllocator,
  createAllocator,
  createMemory,
  isAllocError,
  NOSCAN,
  NOZERO,
  type Ptr,
} from "../src/index.ts";

const minutes = Number(process.env["GORT_SOAK_MINUTES"] ?? 30);
const seed = Number(process.env["GORT_SEED"] ?? Date.now() % 1_000_000);
const heap = createAllocator(createMemory({ reserve: 2 ** 31 }));
let state = seed >>> 0;
const next = (n: number): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * n);
};

let operations = 0;
let peak = 0;

/** Small objects alone would fill JavaScript's side of the soak, not the heap's. */
const OBJECTS_MAX = 2_000_000;

/** Sizes of a round: each round favours another range, so that spans of one class make room for another's. */
function sizeOf(round: number): number {
  const [lo, hi] = [
    [3, 6],
    [4, 12],
    [10, 15],
    [3, 21],
  ][round % 4] as [number, number];
  return Math.floor(2 ** (lo + (next(1000) / 1000) * (hi - lo)));
}

/** Allocates until `bytes` are live, frees most at random, and so on; returns what is left. */
function fragment(round: number, bytes: number, collects: boolean): Ptr[] {
  let live: Ptr[] = [];
  for (let wave = 0; wave < 4; wave++) {
    try {
      for (let left = bytes - heap.stats().heapAlloc; left > 0 && live.length < OBJECTS_MAX;) {
        const size = sizeOf(round + wave);
        live.push(heap.alloc(size, NOZERO | next(2), next(4)));
        left -= size;
        operations++;
      }
    } catch (err) {
      if (!isAllocError(err) || err.code !== "OUT_OF_MEMORY") throw err;
    }
    peak = Math.max(peak, heap.stats().heapInuse);
    if (wave % 2 === 0 || !collects) {
      const before = live.length;
      live = live.filter((p) => next(4) === 0 || (heap.free(p, next(4)), false));
      operations += before - live.length;
    } else {
      // The same by a collection: a quarter is marked, the rest is swept lazily while the next wave allocates.
      heap.objects.cycle.startMark();
      live = live.filter((p) => next(4) === 0 && (heap.objects.findAndMark(p), true));
      // A tiny neighbour of a marked object survives with it; it is nobody's and goes in a later round.
      heap.objects.cycle.startSweep();
    }
  }
  return live;
}

console.log(`soak of ${minutes} minutes, GORT_SEED=${seed}`);
const start = performance.now();
const end = start + minutes * 60_000;
let rounds = 0;
let metadata = 0;
for (let round = 0; performance.now() < end; round++, rounds++) {
  const collects = performance.now() > (start + end) / 2;
  const live = fragment(round, (256 + next(1500)) * 2 ** 20, collects);
  checkAllocator(heap, { deep: false });
  const full = heap.stats();
  for (const p of live) heap.free(p);
  operations += live.length;
  if (collects) {
    heap.objects.cycle.startMark();
    heap.objects.cycle.startSweep();
    while (heap.objects.cycle.sweep(1000) > 0);
  }
  heap.trim();
  checkAllocator(heap, { deep: false });
  const s = heap.stats();
  if (s.heapInuse !== 0 || s.heapObjects !== 0)
    throw new Error(`round ${round}: ${s.heapInuse} bytes of pages leaked`);
  if (round > 8 && s.mspanSys > metadata * 1.5 + 2 ** 20)
    throw new Error(`round ${round}: metadata grew to ${s.mspanSys}`);
  metadata = Math.max(metadata, s.mspanSys);
  heap.free(heap.alloc(2 ** 30, NOSCAN | NOZERO));
  const mib = (n: number): string => `${(n / 2 ** 20).toFixed(0)} MiB`;
  console.log(
    `round ${round}: ${full.heapObjects} objects, ${mib(full.heapInuse)} in use, ${mib(s.heapSys)} obtained, ${mib(s.mspanSys)} metadata`,
  );
}
console.log(
  `${minutes} minutes, ${rounds} rounds, ${operations} operations, ${(peak / 2 ** 20).toFixed(0)} MiB in use at most, 0 pages leaked`,
);
