/**
 * What the collector costs: marking per object, longest step, write barrier, allocation, binary trees.
 * Run: node --conditions=@gort/source --import tsx packages/gc/bench/gc.bench.ts [objects]
 * Columns that are compared run in this one process, alternately, best of three.
 */
import { array, int32, ptr, struct } from "@gort/types";
import type { BarrierKind, GcHeap, Ptr } from "../src/index.ts";
import { createHeap, createNoCollectHeap } from "../src/index.ts";

const objects = Number(process.argv[2] ?? 1_000_000);
const Node = struct({ left: ptr(int32), right: ptr(int32), value: int32, more: int32 });
const GiB = 2 ** 30;

const row = (name: string, ...cells: string[]): void =>
  console.log(name.padEnd(46), ...cells.map((c) => c.padStart(14)));
const best = (runs: number, f: () => number): number =>
  Math.min(...Array.from({ length: runs }, () => f()));

/** A random graph of `n` nodes reachable from one table. */
function build(heap: GcHeap, n: number): Ptr[] {
  const table = heap.alloc(array(ptr(int32), n));
  heap.root(table);
  const all: Ptr[] = [];
  let seed = 1;
  for (let i = 0; i < n; i++) {
    const p = heap.alloc(Node);
    heap.writePtr(table + 4 * i, p);
    all.push(p);
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    if (i > 0) {
      heap.writePtr(p, all[seed % i]!);
      heap.writePtr(p + 4, all[(seed >>> 8) % i]!);
    }
  }
  return all;
}

function pauses(n: number): void {
  const heap = createHeap({ reserve: GiB, gcPercent: -1 });
  const all = build(heap, n);
  for (let k = 0; k < 2; k++) {
    const times: number[] = [];
    let more = true;
    while (more) {
      const t = performance.now();
      more = heap.step(0.5);
      times.push(performance.now() - t);
      // The program goes on between steps.
      for (let i = 0; i < 50; i++) heap.writePtr(all[(i * 7919) % n]!, all[(i * 104729) % n]!);
    }
    if (k === 0) continue;
    const total = times.reduce((a, b) => a + b, 0);
    times.sort((a, b) => a - b);
    row(
      `${n} live objects, steps of 0.5 ms`,
      `p99 ${times[Math.floor(times.length * 0.99)]!.toFixed(2)} ms`,
      `max ${times.at(-1)!.toFixed(2)} ms`,
      `all ${total.toFixed(0)} ms`,
    );
  }
}

function marking(n: number): void {
  const heap = createHeap({ reserve: GiB, gcPercent: -1 });
  build(heap, n);
  heap.collect();
  const ms = best(3, () => {
    heap.step(0);
    const t = performance.now();
    while (heap.phase === "mark") heap.stepWork(2 ** 30);
    const spent = performance.now() - t;
    while (heap.phase !== "off") heap.stepWork(2 ** 30);
    return spent;
  });
  row(`marking, ${n} nodes of 16 B, 3 pointers each`, `${((ms * 1e6) / n).toFixed(1)} ns/obj`);
}

function barrier(kind: BarrierKind): void {
  const heap = createHeap({ reserve: GiB, gcPercent: -1, barrier: kind });
  const n = 200_000;
  const all = build(heap, n);
  const run = (): number => {
    const t = performance.now();
    for (let i = 0; i < 2_000_000; i++) heap.writePtr(all[i & 65535]!, all[(i * 7) & 65535]!);
    return ((performance.now() - t) * 1e6) / 2_000_000;
  };
  const raw = (): number => {
    const u32 = heap.memory.u32;
    const t = performance.now();
    for (let i = 0; i < 2_000_000; i++) u32[all[i & 65535]! >>> 2] = all[(i * 7) & 65535]!;
    return ((performance.now() - t) * 1e6) / 2_000_000;
  };
  run();
  raw();
  const plain = best(3, raw);
  const off = best(3, run);
  const on = best(3, () => {
    heap.collect();
    heap.step(0);
    const ns = run();
    if (heap.phase !== "mark") throw new Error("not marking");
    return ns;
  });
  row(
    `pointer write, ${kind}`,
    `raw ${plain.toFixed(1)} ns`,
    `off ${off.toFixed(1)} ns`,
    `on ${on.toFixed(1)} ns`,
  );
}

// Binary trees, as in the benchmarks game: many short-lived trees beside one long-lived one.
interface JsNode {
  left: JsNode | null;
  right: JsNode | null;
}
const jsTree = (depth: number): JsNode =>
  depth === 0 ? { left: null, right: null } : { left: jsTree(depth - 1), right: jsTree(depth - 1) };
const jsCheck = (t: JsNode): number =>
  t.left === null ? 1 : 1 + jsCheck(t.left) + jsCheck(t.right!);

const Pair = struct({ left: ptr(int32), right: ptr(int32) });
function tree(heap: GcHeap, depth: number): Ptr {
  const p = heap.alloc(Pair);
  if (depth > 0) {
    heap.writePtr(p, tree(heap, depth - 1));
    heap.writePtr(p + 4, tree(heap, depth - 1));
  }
  return p;
}
function check(u32: Uint32Array, p: Ptr): number {
  const left = u32[p >>> 2]!;
  return left === 0 ? 1 : 1 + check(u32, left) + check(u32, u32[(p >>> 2) + 1]!);
}

function trees(
  max: number,
  make: () => void,
  free: () => void,
  churn: (d: number) => number,
): number {
  const t = performance.now();
  make();
  let sum = 0;
  for (let d = 4; d <= max; d += 4) {
    const rounds = 1 << (max - d + 4);
    for (let i = 0; i < rounds; i++) sum += churn(d);
  }
  free();
  if (sum <= 0) throw new Error("no trees");
  return performance.now() - t;
}

function binaryTrees(max: number): void {
  let longLived: JsNode | null = null;
  const js = (): number =>
    trees(
      max,
      () => (longLived = jsTree(max)),
      () => (longLived = null),
      (d) => jsCheck(jsTree(d)),
    );
  const gort = (create: typeof createHeap): number => {
    const heap = create({ reserve: 2 * GiB });
    const u32 = heap.memory.u32;
    const root = heap.root(0);
    return trees(
      max,
      () => root.set(tree(heap, max)),
      () => root.release(),
      (d) => {
        const n = check(u32, tree(heap, d));
        heap.safepoint();
        return n;
      },
    );
  };
  gort(createHeap);
  js();
  const a = best(2, () => gort(createHeap));
  const b = best(2, js);
  const c = max <= 16 ? best(2, () => gort(createNoCollectHeap)) : NaN;
  if (longLived !== null) throw new Error("kept");
  row(
    `binary trees, depth ${max}`,
    `gort ${a.toFixed(0)} ms`,
    `V8 ${b.toFixed(0)} ms`,
    `ratio ${(a / b).toFixed(2)}`,
    `no-collect ${c.toFixed(0)}`,
  );
}

marking(objects);
for (const n of [100_000, objects]) pauses(n);
for (const kind of ["hybrid", "insertion", "deletion"] as const) barrier(kind);
binaryTrees(14);
binaryTrees(16);
