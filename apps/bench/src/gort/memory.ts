/** gort's allocator and collector. */
import { createAllocator, createMemory, NOSCAN, NOZERO } from "@gort/alloc";
import { createHeap, type GcHeap, type Ptr } from "@gort/gc";
import { array, float64, int32, ptr, struct } from "@gort/types";
import type { JobBody } from "../job.ts";
import { type Malloc, mallocJobs } from "../malloc-jobs.ts";
import { processorWait } from "../processor-wait.ts";
import { maxAndP99, random } from "../workload.ts";

const GiB = 2 ** 30;
const plain = NOSCAN | NOZERO;

const malloc = (live: number): Malloc => {
  const a = createAllocator(createMemory({ reserve: live === 0 ? GiB / 4 : 2 * GiB }));
  return { u8: a.memory.u8, alloc: (size) => a.alloc(size, plain), free: (p) => a.free(p) };
};

const Pair = struct({ left: ptr(int32), right: ptr(int32) });

function tree(heap: GcHeap, depth: number): Ptr {
  const p = heap.alloc(Pair);
  if (depth > 0) {
    heap.writePtr(p, tree(heap, depth - 1));
    heap.writePtr(p + 4, tree(heap, depth - 1));
  }
  return p;
}

function count(u32: Uint32Array, p: Ptr): number {
  const left = u32[p >>> 2]!;
  return left === 0 ? 1 : 1 + count(u32, left) + count(u32, u32[(p >>> 2) + 1]!);
}

const trees: JobBody = (max, meter) => {
  const heap = createHeap({ reserve: 2 * GiB });
  const { u32 } = heap.memory;
  let check = 0;
  meter.start();
  const root = heap.root(0);
  root.set(tree(heap, max));
  for (let d = 4; d <= max; d += 4) {
    for (let i = 1 << (max - d + 4); i > 0; i--) {
      check += count(u32, tree(heap, d));
      heap.safepoint();
    }
  }
  check += count(u32, root.ptr);
  root.release();
  meter.stop();
  return { check };
};

const Node = struct({ left: ptr(int32), right: ptr(int32), value: int32, more: int32 });

/** A random graph of `n` nodes reachable from one table. */
function graph(heap: GcHeap, n: number): Uint32Array {
  const table = heap.alloc(array(ptr(int32), n));
  heap.root(table);
  const next = random(1);
  const all = new Uint32Array(n);
  for (let i = 0; i < n; i++) {
    const p = heap.alloc(Node);
    heap.writePtr(table + 4 * i, p);
    all[i] = p;
    if (i > 0) {
      heap.writePtr(p, all[next() % i]!);
      heap.writePtr(p + 4, all[next() % i]!);
    }
  }
  return all;
}

const reserveFor = (n: number): number => Math.min(4 * GiB, Math.max(GiB / 4, n * 128));

/** Steps enough for a 99th percentile. */
const STEPS = 1000;
/** Cycles in which V8 compiles the collector. */
const WARM = 2;

const pause: JobBody = (n) => {
  const heap = createHeap({ reserve: reserveFor(n), gcPercent: -1 });
  const all = graph(heap, n);
  const waited = processorWait();
  const own: number[] = [];
  let longest = 0;
  for (let cycle = 0; cycle < WARM || own.length < STEPS; cycle++) {
    for (let more = true; more;) {
      const w = waited();
      const t = performance.now();
      more = heap.step(0.5);
      const took = performance.now() - t;
      if (cycle >= WARM) {
        own.push(Math.max(0, took - (waited() - w)));
        if (took > longest) longest = took;
      }
      // The program goes on between steps.
      for (let i = 0; i < 50; i++) heap.writePtr(all[(i * 7919) % n]!, all[(i * 104729) % n]!);
    }
  }
  const { max, p99 } = maxAndP99(own);
  const note = `${longest.toFixed(1)} ms with waiting for a processor`;
  return { check: n, value: max, note, more: { "gc/pause-p99": p99 } };
};

let marked: { n: number; heap: GcHeap } | undefined;

const mark: JobBody = (n, meter) => {
  // The graph is built once; every run collects it again.
  if (marked?.n !== n) {
    const heap = createHeap({ reserve: reserveFor(n), gcPercent: -1 });
    graph(heap, n);
    marked = { n, heap };
  }
  meter.start();
  marked.heap.collect();
  meter.stop();
  return { check: n };
};

const TwoDoubles = struct({ a: float64, b: float64 });

const record: JobBody = (n) => {
  const heap = createHeap({ reserve: reserveFor(n), gcPercent: -1 });
  const { f64 } = heap.memory;
  const table = heap.alloc(array(ptr(int32), n));
  heap.root(table);
  const { sys, heapIdle } = heap.stats();
  for (let i = 0; i < n; i++) {
    const p = heap.alloc(TwoDoubles);
    f64[p >>> 3] = i + 0.5;
    f64[(p >>> 3) + 1] = i + 0.25;
    heap.writePtr(table + 4 * i, p);
  }
  const after = heap.stats();
  return { check: n, value: (after.sys - after.heapIdle - (sys - heapIdle)) / n };
};

const barrier =
  (on: boolean): JobBody =>
  (n) => {
    const heap = createHeap({ reserve: GiB, gcPercent: -1 });
    const size = 65_536;
    const all = graph(heap, size);
    const { u32 } = heap.memory;
    // Another one in each pass over the slots: a write of what stands there already would have less to do.
    const value = (i: number): number => all[(i * 7 + (i >>> 16)) & 65535]!;
    const raw = (): number => {
      const t = performance.now();
      for (let i = 0; i < n; i++) u32[all[i & 65535]! >>> 2] = value(i);
      return performance.now() - t;
    };
    const written = (): number => {
      const t = performance.now();
      for (let i = 0; i < n; i++) heap.writePtr(all[i & 65535]!, value(i));
      return performance.now() - t;
    };
    raw();
    written();
    if (on) heap.step(0);
    let least = Infinity;
    for (let i = 0; i < 3; i++) least = Math.min(least, written());
    let base = Infinity;
    for (let i = 0; i < 3; i++) base = Math.min(base, raw());
    if (on !== (heap.phase === "mark")) throw new Error(`the heap is in phase ${heap.phase}`);
    return { check: n, value: Math.max(0, ((least - base) * 1e6) / n) };
  };

export const memory: Record<string, JobBody> = {
  ...mallocJobs(malloc),
  "gc/trees": trees,
  "gc/trees-17": trees,
  "gc/trees-18": trees,
  "gc/trees-20": trees,
  "gc/pause-max": pause,
  "gc/mark": mark,
  "gc/record": record,
  "gc/barrier-off": barrier(false),
  "gc/barrier-on": barrier(true),
};
