/**
 * The conformance suite of `Heap`: what every heap has to do, ours or an outsider's.
 *
 * Invariants
 *  1. Only members of the `Heap` contract are used.
 *  2. Cases that need objects to be freed say so (`needs`), so that a heap that never frees can run the rest.
 */
import type { HeapCase } from "./case.ts";
import {
  any,
  assert,
  collecting,
  holder,
  layout,
  Leaf,
  live,
  MiB,
  Node,
  same,
  throws,
  word,
} from "./case.ts";
import { edgeCases } from "./edge-cases.ts";
import { mutatorCases } from "./mutator-cases.ts";
import { sourceCases } from "./source-cases.ts";

const Big = layout(40_000, 0, 20_000, 39_996);

const anyHeap: readonly HeapCase[] = [
  any("alloc gives zeroed memory that overlaps nothing", (make) => {
    const heap = make(16 * MiB);
    const { held } = holder(heap);
    let end = 0;
    const spans: [number, number][] = [];
    for (let i = 0; i < 500; i++) {
      const count = 1 + (i % 7);
      const p = heap.alloc(i % 3 === 0 ? Node : Leaf, count);
      const bytes = (i % 3 === 0 ? 16 : 24) * count;
      held.push(p);
      for (let a = p; a < p + bytes; a++) same(heap.memory.u8[a], 0, `byte ${a}`);
      if (i % 3 !== 0) heap.memory.u8.fill(0xff, p, p + bytes);
      spans.push([p, p + bytes]);
    }
    spans.sort((a, b) => a[0] - b[0]);
    for (const [from, to] of spans) {
      assert(from >= end, `object at ${from} begins inside the one before it`);
      end = to;
    }
  }),
  any("alloc of nothing gives a pointer that is not nil", (make) => {
    const heap = make(16 * MiB);
    assert(heap.alloc(layout(0)) !== 0, "size 0 gave nil");
    assert(heap.alloc(Node, 0) !== 0, "count 0 gave nil");
  }),
  any("alloc with a bad count throws, names it, and changes nothing", (make) => {
    const heap = make(16 * MiB);
    const before = live(heap);
    for (const count of [-1, 1.5, NaN]) throws(() => heap.alloc(Node, count), String(count));
    for (const count of [1e12, 2 ** 28, 2 ** 28 + 1, 2 ** 32, 2 ** 32 + 1, Infinity])
      throws(() => heap.alloc(Node, count), "");
    for (const count of [-1, 1.5, NaN]) throws(() => heap.alloc(layout(0), count), String(count));
    same(live(heap), before, "objects");
    assert(heap.alloc(Node) !== 0, "the heap cannot allocate any more");
  }),
  any("writePtr stores, nil too", (make) => {
    const heap = make(16 * MiB);
    const { held } = holder(heap);
    const a = heap.alloc(Node);
    held.push(a);
    const b = heap.alloc(Node);
    heap.writePtr(a, b);
    same(word(heap, a), b, "slot");
    heap.writePtr(a, 0);
    same(word(heap, a), 0, "slot");
  }),
  any("typedMove copies as if through a temporary, both ways, and clears from nil", (make) => {
    for (const size of [1, 2, 3, 4, 7, 12, 16, 25, 100]) {
      const heap = make(16 * MiB);
      const type = layout(size);
      const n = 20;
      const p = heap.alloc(type, n);
      holder(heap).held.push(p);
      const fill = (): number[] => {
        for (let i = 0; i < n * size; i++) heap.memory.u8[p + i] = (i * 7) & 0xff;
        return Array.from(heap.memory.u8.subarray(p, p + n * size));
      };
      for (const [to, from, count] of [
        [0, 3, 10],
        [3, 0, 10],
        [5, 5, 4],
        [1, 0, 1],
        [1, 0, 3],
        [7, 2, 0],
      ] as const) {
        const want = fill();
        want.copyWithin(to * size, from * size, (from + count) * size);
        heap.typedMove(type, p + to * size, p + from * size, count);
        const got = Array.from(heap.memory.u8.subarray(p, p + n * size));
        same(got.join(), want.join(), `move of ${count} x ${size} from ${from} to ${to}`);
      }
      for (const [to, count] of [
        [3, 0],
        [2, 1],
        [5, 7],
        [0, n],
      ] as const) {
        const want = fill().fill(0, to * size, (to + count) * size);
        heap.typedMove(type, p + to * size, 0, count);
        const got = Array.from(heap.memory.u8.subarray(p, p + n * size));
        same(got.join(), want.join(), `clearing ${count} x ${size} from ${to} on`);
      }
    }
  }),
  any("values come back from their boxes; undefined is nil; another pointer is refused", (make) => {
    const heap = make(16 * MiB);
    const { held } = holder(heap);
    const values = [{}, "text", 1.5, -0, null, false, Symbol("s"), () => 1, 10n, NaN];
    for (const v of values) held.push(heap.values.box(v));
    heap.collect();
    values.forEach((v, i) => same(heap.values.unbox(held[i]!), v, "value"));
    same(heap.values.box(undefined), 0, "box of undefined");
    same(heap.values.unbox(0), undefined, "value of nil");
    held.push(heap.alloc(Leaf));
    throws(() => heap.values.unbox(held.at(-1)!), String(held.at(-1)!));
    throws(() => heap.values.unbox(held[0]! + 4), String(held[0]! + 4));
  }),
  any("what a root reaches survives collections unchanged", (make) => {
    const heap = make(64 * MiB);
    const { held } = holder(heap);
    held.push(0);
    for (let i = 1; i <= 3000; i++) {
      const p = heap.alloc(Node);
      heap.memory.u32[(p + 4) >>> 2] = i;
      heap.writePtr(p, held[0]!);
      held[0] = p;
      if (i % 100 === 0) heap.safepoint();
    }
    heap.collect();
    heap.collect();
    let want = 3000;
    for (let p = held[0]!; p !== 0; p = word(heap, p)) same(word(heap, p + 4), want--, "number");
    same(want, 0, "end of the list");
  }),
  any("statistics are consistent", (make) => {
    const heap = make(16 * MiB);
    for (let i = 0; i < 100; i++) heap.alloc(Node);
    heap.collect();
    const s = heap.stats();
    same(s.heapIdle + s.heapInuse, s.heapSys, "heapIdle + heapInuse");
    same(s.mallocs - s.frees, s.heapObjects, "mallocs - frees");
    same(s.numGC, 1, "numGC");
    same(s.numForcedGC, 1, "numForcedGC");
    assert(s.gcCPUFraction >= 0 && s.gcCPUFraction <= 1, `gcCPUFraction ${s.gcCPUFraction}`);
    same(s.pauseMs.length, 1, "pauses");
    same(s.pauseTotalMs, s.pauseMs[0], "pauseTotalMs after one cycle");
    for (const name of ["pauseTotalMs", "lastGCMs", "heapMarked", "nextGC"] as const)
      assert(s[name] >= 0, `${name} is ${s[name]}, want a number from 0`);
    assert(Number.isFinite(s.lastGCMs + s.pauseTotalMs), "a time is infinite");
    assert(s.heapMarked <= s.totalAlloc, `heapMarked ${s.heapMarked} of ${s.totalAlloc} bytes`);
    assert(s.nextGC >= s.heapMarked, `nextGC ${s.nextGC} is below heapMarked ${s.heapMarked}`);
    const phases = ["off", "sweep"];
    assert(phases.includes(s.gcPhase), `gcPhase is ${s.gcPhase} after a cycle`);
    same(s.sys, s.heapSys + s.mspanSys + s.mcacheSys + s.gcSys + s.otherSys, "sys");
  }),
  any("pauses are counted and summed up, the last 256 kept, oldest first", (make) => {
    const heap = make(16 * MiB);
    let before = heap.stats();
    let sum = 0;
    for (let n = 1; n <= 300; n++) {
      heap.collect();
      const s = heap.stats();
      const last = s.pauseMs.at(-1)!;
      sum += last;
      same(s.numGC, n, "numGC");
      same(s.pauseMs.length, Math.min(n, 256), `pauses after ${n} cycles`);
      same(before.pauseMs.length, Math.min(n - 1, 256), "pauses of a snapshot before that");
      same(s.pauseMs.at(-2), before.pauseMs.at(-1), "the pause before the last");
      assert(last >= 0, `a pause of ${last} ms`);
      assert(
        Math.abs(s.pauseTotalMs - sum) <= 1e-6 * sum,
        `pauses of ${s.pauseTotalMs}, not ${sum}`,
      );
      before = s;
    }
  }),
];

const collectingHeap: readonly HeapCase[] = [
  collecting("what nothing reaches is freed, cycles too", (make) => {
    const heap = make(16 * MiB);
    const { held, remove } = holder(heap);
    const base = live(heap);
    const a = heap.alloc(Node);
    const b = heap.alloc(Node);
    heap.writePtr(a, b);
    heap.writePtr(b, a);
    held.push(a);
    heap.alloc(Leaf, 3);
    heap.collect();
    same(live(heap) - base, 2, "objects");
    held.length = 0;
    heap.collect();
    same(live(heap) - base, 0, "objects");
    held.push(heap.alloc(Node));
    remove();
    heap.collect();
    same(live(heap) - base, 0, "objects after the source was removed");
  }),
  collecting("an interior pointer keeps the whole object", (make) => {
    const heap = make(16 * MiB);
    const { held } = holder(heap);
    const base = live(heap);
    const big = heap.alloc(Big, 3);
    heap.writePtr(big + 2 * 40_000 + 39_996, heap.alloc(Leaf));
    held.push(big + 40_001);
    heap.collect();
    same(live(heap) - base, 2, "objects");
    held[0] = big + 3 * 40_000 - 1;
    heap.collect();
    same(live(heap) - base, 2, "objects");
  }),
  collecting("an interior pointer in an object keeps the whole object", (make) => {
    const heap = make(16 * MiB);
    const { held } = holder(heap);
    const base = live(heap);
    const node = heap.alloc(Node);
    held.push(node);
    const far = [heap.alloc(Leaf), heap.alloc(Leaf)];
    const [small, big] = [heap.alloc(Node, 5), heap.alloc(Big, 3)];
    heap.writePtr(small + 4 * 16, far[0]!);
    heap.writePtr(big + 2 * 40_000 + 39_996, far[1]!);
    heap.writePtr(node, small + 3 * 16 + 4);
    heap.writePtr(node + 8, big + 40_001);
    for (let cycle = 0; cycle < 2; cycle++) {
      heap.collect();
      same(live(heap) - base, 5, "objects");
    }
    same(word(heap, small + 4 * 16), far[0], "pointer in the small one");
    heap.writePtr(node, 0);
    heap.collect();
    same(live(heap) - base, 3, "objects");
  }),
  collecting("of an array all elements are followed", (make) => {
    const types = [Node, layout(4, 0), layout(12, 4), layout(136, 4, 132), layout(520, 516)];
    for (const type of types) {
      for (const n of [2, 33, 700, 5000]) {
        const heap = make(16 * MiB);
        const { held } = holder(heap);
        const base = live(heap);
        const p = heap.alloc(type, n);
        held.push(p);
        const last = type.ptrdata - 4; // in an element
        const at = [...new Set([0, 1, n >> 1, n - 2, n - 1])];
        for (const i of at) heap.writePtr(p + i * type.size + last, heap.alloc(Leaf));
        heap.collect();
        same(live(heap) - base, 1 + at.length, `objects of an array of ${n} x ${type.size} bytes`);
      }
    }
  }),
  collecting(
    "objects that are reached all at once, or one through another, are all followed",
    (make) => {
      const heap = make(32 * MiB);
      const { held } = holder(heap);
      const base = live(heap);
      // More than the powers of two at which a stack may be full, and than calls in calls that an engine allows.
      const [siblings, depth] = [70_000, 20_000];
      const wide = heap.alloc(layout(4, 0), siblings);
      held.push(wide, 0);
      for (let i = 0; i < siblings; i++) {
        const sibling = heap.alloc(Node);
        heap.writePtr(wide + 4 * i, sibling);
        if (i % 10 === 0) heap.writePtr(sibling + 8, heap.alloc(Leaf));
      }
      for (let i = 0; i < depth; i++) {
        const node = heap.alloc(Node);
        heap.writePtr(node, held[1]!);
        held[1] = node;
      }
      heap.collect();
      same(live(heap) - base, 1 + siblings + siblings / 10 + depth, "objects");
      held.length = 0;
      heap.collect();
      same(live(heap) - base, 0, "objects that are left when nothing holds them");
    },
  ),
  collecting("only words that hold pointers are followed", (make) => {
    const heap = make(16 * MiB);
    const { held } = holder(heap);
    const base = live(heap);
    const node = heap.alloc(Node);
    held.push(node);
    heap.memory.u32[(node + 4) >>> 2] = heap.alloc(Leaf); // not a pointer slot
    const raw = heap.alloc(Leaf);
    heap.writePtr(node, raw);
    heap.memory.u32[raw >>> 2] = heap.alloc(Leaf); // a pointer-free object
    heap.collect();
    same(live(heap) - base, 2, "objects");
  }),
  collecting("typedMove carries pointers and drops those it overwrites", (make) => {
    const heap = make(16 * MiB);
    const { held } = holder(heap);
    const base = live(heap);
    const from = heap.alloc(Node, 8);
    const to = heap.alloc(Node, 8);
    held.push(to);
    for (let i = 0; i < 8; i++) {
      heap.writePtr(from + 16 * i, heap.alloc(Leaf));
      heap.writePtr(to + 16 * i + 8, heap.alloc(Leaf));
    }
    heap.typedMove(Node, to, from, 8);
    heap.collect();
    same(live(heap) - base, 1 + 8, "objects");
    heap.typedMove(Node, to, 0, 8);
    heap.collect();
    same(live(heap) - base, 1, "objects");
  }),
  collecting("a value is let go when its box is", (make) => {
    const heap = make(16 * MiB);
    const { held } = holder(heap);
    const value = {};
    const p = heap.values.box(value);
    held.push(p);
    heap.collect();
    held.length = 0;
    heap.collect();
    throws(() => heap.values.unbox(p), String(p));
    held.push(heap.values.box(value));
    heap.collect();
    same(heap.values.unbox(held[0]!), value, "value of a second box");
  }),
  collecting("memory is reused: garbage of many times the memory fits", (make) => {
    const heap = make(32 * MiB);
    for (let i = 0; i < 3000; i++) {
      heap.alloc(Leaf, 2000); // 48 KB
      heap.safepoint();
    }
    assert(heap.stats().numGC > 0, "no cycle ran");
    same(heap.stats().numForcedGC, 0, "numForcedGC");
  }),
  collecting("what the last cycle found is what is there", (make) => {
    const heap = make(16 * MiB);
    const { held } = holder(heap);
    const before = heap.stats().heapAlloc;
    for (let i = 0; i < 50; i++) held.push(heap.alloc(Node, 1 + i)); // 20,400 bytes
    for (let i = 0; i < 50; i++) heap.alloc(Leaf, 100);
    const most = heap.stats().heapAlloc - before;
    assert(most >= 140_400, `heapAlloc grew by ${most} bytes, and 140,400 were allocated`);
    heap.collect();
    const { heapAlloc, heapMarked } = heap.stats();
    same(heapMarked, heapAlloc, "heapMarked");
    const kept = heapAlloc - before;
    assert(kept >= 20_400 && kept < 40_800, `heapAlloc grew by ${kept} bytes, and 20,400 are kept`);
  }),
];

/** All cases. Filter by `needs` for a heap that never frees. */
export const heapCases: readonly HeapCase[] = [
  ...anyHeap,
  ...collectingHeap,
  ...edgeCases,
  ...mutatorCases,
  ...sourceCases,
];
