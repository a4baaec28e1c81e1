/** What the collector costs beyond what `pnpm bench gc` compares. */
import { createHeap, type GcHeap, type Ptr, type RootSource } from "@gort/gc";
import { float64, int32, ptr, struct } from "@gort/types";
import type { JobBody } from "../job.ts";
import { sheet } from "./sheet.ts";

const all = (n: number): number => n;
const GiB = 2 ** 30;
const Node = struct({ next: ptr(int32), value: float64 });

/** `n` records that die at once, and the cycles that take them back. */
const allocs: JobBody = (n) => {
  const heap = createHeap({ reserve: GiB / 4 });
  const { f64 } = heap.memory;
  let check = 0;
  for (let i = 0; i < n; i++) {
    const p = heap.alloc(Node);
    f64[(p + 8) >>> 3] = 1;
    check += f64[(p + 8) >>> 3]!;
    heap.safepoint();
  }
  return { check };
};

interface Item {
  next: Item | null;
  value: number;
}
let last: Item | null = null;

const objects: JobBody = (n) => {
  let check = 0;
  for (let i = 0; i < n; i++) {
    const item: Item = { next: null, value: 1 };
    last = item;
    check += item.value;
  }
  return { check: last === null ? 0 : check };
};

const roots: JobBody = (n) => {
  const heap = createHeap({ reserve: GiB / 16, gcPercent: -1 });
  const p = heap.alloc(Node);
  let check = 0;
  for (let i = 0; i < n; i++) {
    const handle = heap.root(p);
    if (handle.ptr === p) check++;
    handle.release();
  }
  return { check };
};

/** Roots of another owner. */
class Table implements RootSource {
  readonly held: Uint32Array;
  constructor(held: Uint32Array) {
    this.held = held;
  }
  scan(visit: (p: Ptr) => void): void {
    for (const p of this.held) visit(p);
  }
}
class Parts extends Table {
  scanPart(from: number, visit: (p: Ptr) => void): number {
    const end = Math.min(from + 1000, this.held.length);
    for (let i = from; i < end; i++) visit(this.held[i]!);
    return end < this.held.length ? end : 0;
  }
}

let heaps = new Map<boolean, GcHeap>();

/** The two stops of a cycle together, with `n` roots of another owner. */
const stops =
  (inParts: boolean): JobBody =>
  (n) => {
    if (!heaps.has(inParts)) {
      const heap = createHeap({ reserve: GiB, gcPercent: -1 });
      const held = Uint32Array.from({ length: n }, () => heap.alloc(Node));
      heap.addRoots(inParts ? new Parts(held) : new Table(held));
      heaps = new Map([[inParts, heap]]);
    }
    const heap = heaps.get(inParts)!;
    const before = heap.stats().pauseTotalMs;
    do heap.step(0.5);
    while (heap.phase !== "off");
    return { check: heap.stats().heapObjects, value: heap.stats().pauseTotalMs - before };
  };

export default sheet({
  package: "gc",
  beside: { JavaScript: "objects under V8", Go: "native Go" },
  rows: [
    {
      id: "alloc",
      title: "`alloc` of a record of 16 B that dies at once, its collection included",
      n: 500_000,
      check: all,
      gort: allocs,
      javascript: objects,
    },
    { title: "binary trees, depth 16", job: "gc/trees" },
    { title: "the same, depth 20", job: "gc/trees-20" },
    { title: "full collection of 10^6 records of three pointers, per record", job: "gc/mark" },
    { title: "the longest pause of it, in steps of 0.5 ms", job: "gc/pause-max" },
    { title: "the 99th percentile of its pauses", job: "gc/pause-p99" },
    {
      id: "stops",
      title: "the two stops of a cycle with a `RootSource` of 10^6 pointers",
      unit: "ms",
      n: 1_000_000,
      runs: 3,
      check: all,
      gort: stops(false),
    },
    {
      id: "stops-parts",
      title: "the same, the source scanned in parts (`scanPart`)",
      unit: "ms",
      n: 1_000_000,
      runs: 3,
      check: all,
      gort: stops(true),
    },
    { title: "pointer write beyond a plain store, no cycle running", job: "gc/barrier-off" },
    { title: "the same while marking", job: "gc/barrier-on" },
    {
      id: "root",
      title: "`root(p)` and `release()`",
      n: 200_000,
      check: all,
      gort: roots,
    },
    { title: "memory of a record of two doubles, all overheads counted", job: "gc/record" },
    { title: "in a bundle: `createHeap`", sizes: ["createHeap"] },
  ],
});
