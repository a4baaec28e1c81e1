/** What the allocator costs. */
import { createAllocator, createMemory, NOSCAN, type TieredAllocator } from "@gort/alloc";
import type { JobBody } from "../job.ts";
import { picks, shuffled } from "../workload.ts";
import { sheet } from "./sheet.ts";

const all = (n: number): number => n;
const MiB = 2 ** 20;

let heaps = new Map<number, { heap: TieredAllocator; at: Uint32Array }>();

/** `alloc` of `n` objects from spans that are new to their class each time, zeroed. */
const fresh =
  (size: number): JobBody =>
  (n, meter) => {
    if (!heaps.has(size)) {
      const heap = createAllocator(createMemory({ reserve: 64 * MiB }));
      heaps = new Map([[size, { heap, at: new Uint32Array(n) }]]);
    }
    const { heap, at } = heaps.get(size)!;
    meter.start();
    for (let i = 0; i < n; i++) at[i] = heap.alloc(size, NOSCAN);
    meter.stop();
    let check = 0;
    for (let i = 0; i < n; i++) {
      if (heap.memory.f64[at[i]! >>> 3] === 0) check++;
      heap.memory.f64[at[i]! >>> 3] = 1;
      heap.free(at[i]!);
    }
    heap.trim();
    return { check };
  };

/** What a block costs on average, of sizes from 8 B to 4 KiB. */
const MEAN = 655;
let bytes = new Uint8Array(0);

const touch =
  (live: number): JobBody =>
  (n, meter) => {
    const at = picks(n, live);
    if (bytes.length !== live * MEAN) bytes = new Uint8Array(live * MEAN).fill(1);
    const u8 = bytes;
    let check = 0;
    meter.start();
    for (let i = 0; i < n; i++) {
      const p = at[i]! * MEAN;
      check += u8[p]!;
      u8[p] = 1;
    }
    meter.stop();
    return { check };
  };

let live: { n: number; heap: TieredAllocator; at: Uint32Array } | undefined;

/** A heap of `n` objects of 16 bytes and their addresses in random order. */
function objects(n: number): { heap: TieredAllocator; at: Uint32Array } {
  if (live?.n !== n) {
    const heap = createAllocator(createMemory({ reserve: 256 * MiB }));
    const made = Uint32Array.from({ length: n }, () => heap.alloc(16));
    live = { n, heap, at: Uint32Array.from(shuffled(n), (i) => made[i]!) };
  }
  return live;
}

const mark: JobBody = (n, meter) => {
  const { heap, at } = objects(n);
  const table = heap.objects;
  table.cycle.startMark();
  let check = 0;
  meter.start();
  for (let i = 0; i < n; i++) {
    const base = table.find(at[i]!);
    if (base !== 0 && table.mark(base)) check++;
  }
  meter.stop();
  table.cycle.startSweep();
  table.cycle.sweep(Infinity);
  return { check };
};

const sweep: JobBody = (n, meter) => {
  const { heap, at } = objects(n);
  const table = heap.objects;
  table.cycle.startMark();
  for (let i = 0; i < n; i++) table.mark(at[i]!);
  table.cycle.startSweep();
  meter.start();
  table.cycle.sweep(Infinity);
  meter.stop();
  return { check: heap.stats().heapObjects };
};

const memories: JobBody = (n) => {
  let check = 0;
  for (let i = 0; i < n; i++) check += createMemory({ reserve: 16 * MiB }).committed() / (16 * MiB);
  return { check };
};
const buffers: JobBody = (n) => {
  let check = 0;
  for (let i = 0; i < n; i++) check += new SharedArrayBuffer(16 * MiB).byteLength / (16 * MiB);
  return { check };
};

/** All that is not free, per object of 16 bytes. */
const perObject: JobBody = (n) => {
  const heap = createAllocator(createMemory({ reserve: 256 * MiB }));
  const used = (): number => heap.stats().sys - heap.stats().heapIdle;
  const before = used();
  for (let i = 0; i < n; i++) heap.alloc(16);
  return { check: heap.stats().heapObjects, value: (used() - before) / n };
};

export default sheet({
  package: "alloc",
  beside: {
    AssemblyScript: "AssemblyScript's TLSF",
    "@thi.ng/malloc": "@thi.ng/malloc",
    JavaScript: "JavaScript itself",
    Go: "native Go",
  },
  rows: [
    {
      id: "fresh-16",
      title: "`alloc` of 16 B, zeroed",
      n: 100_000,
      check: all,
      gort: fresh(16),
    },
    {
      id: "fresh-64",
      title: "`alloc` of 64 B, zeroed",
      n: 100_000,
      check: all,
      gort: fresh(64),
    },
    { title: "`alloc` and `free` of 64 B; `Uint8Array`; `new`", job: "alloc/pairs" },
    { title: "`free` and `alloc` at random, 8 B to 4 KiB, 10^3 live", job: "alloc/churn-1e3" },
    { title: "the same, 2·10^4 live", job: "alloc/churn-2e4" },
    { title: "the same, 10^5 live", job: "alloc/churn-1e5" },
    { title: "the same, 10^6 live", job: "alloc/churn-1e6" },
    {
      id: "touch-1e5",
      title: "the floor: one byte of such blocks read and written, 10^5 live",
      n: 200_000,
      check: all,
      javascript: touch(1e5),
    },
    {
      id: "touch-1e6",
      title: "the same, 10^6 live",
      n: 200_000,
      check: all,
      javascript: touch(1e6),
    },
    {
      id: "mark",
      title: "finding and marking one of 10^6 objects",
      n: 1_000_000,
      runs: 3,
      check: all,
      gort: mark,
    },
    {
      id: "sweep",
      title: "sweeping, per live object of 16 B",
      n: 1_000_000,
      runs: 3,
      check: all,
      gort: sweep,
    },
    {
      id: "memory",
      title: "`createMemory` of 16 MiB; `SharedArrayBuffer`",
      n: 20,
      check: all,
      gort: memories,
      javascript: buffers,
    },
    {
      id: "bytes",
      title: "memory of an object of 16 B, all overheads counted",
      unit: "B",
      n: 1_000_000,
      runs: 0,
      check: all,
      gort: perObject,
    },
    { title: "in a bundle: `createAllocator`", sizes: ["createAllocator"] },
  ],
});
