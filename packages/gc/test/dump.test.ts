import { array, int32, ptr, struct } from "@gort/types";
import { expect, it } from "vitest";
import type { GcHeap } from "../src/index.ts";
import {
  checkHeap,
  checkTricolor,
  createHeap,
  dumpHeap,
  formatHeapDump,
  heapProfile,
  isReachable,
  readMemStats,
} from "../src/index.ts";

const Pair = struct({ a: ptr(int32), b: ptr(int32) });
const heapOf = (): GcHeap => createHeap({ reserve: 2 ** 24, gcPercent: -1 });
const hex = (p: number): string => `0x${p.toString(16)}`;

it("prints one line per root and object, in address order", () => {
  const heap = heapOf();
  const a = heap.alloc(Pair);
  const b = heap.alloc(Pair);
  const bytes = heap.alloc(int32, 4);
  heap.writePtr(a, b + 4); // into the middle of b
  heap.writePtr(a + 4, bytes);
  heap.root(a);
  heap.frame(2).set(1, bytes);
  heap.addRoots({ scan: (visit) => visit(b) });
  const lost = heap.alloc(Pair);
  const text = formatHeapDump(dumpHeap(heap));
  expect(text.split("\n")[0]).toBe("heap: phase off, 3 roots, 4 objects, 40 bytes");
  expect(text).toContain(`root source ${hex(b)}\n`);
  expect(text).toContain(`root handle ${hex(a)}\n`);
  expect(text).toContain(`root stack ${hex(bytes)}\n`);
  expect(text).toContain(`object ${hex(a)} 8 scan -> ${hex(b)} ${hex(bytes)}\n`);
  expect(text).toContain(`object ${hex(bytes)} 16 noscan\n`);
  expect(text).toContain(`object ${hex(lost)} 8 scan garbage\n`);
  const bases = dumpHeap(heap).objects.map((o) => o.base);
  expect(bases).toEqual([...bases].sort((x, y) => x - y));
});

it("may be taken in any phase, and changes nothing", () => {
  const heap = heapOf();
  const root = heap.root(0);
  for (let i = 0; i < 3000; i++) {
    const p = heap.alloc(Pair);
    heap.writePtr(p, root.ptr);
    if (i % 2 === 0) root.set(p);
  }
  const graph = (): string =>
    JSON.stringify(
      dumpHeap(heap)
        .objects.filter((o) => o.reachable)
        .map((o) => [o.base, o.pointers]),
    );
  const before = graph();
  const phases = new Set<string>();
  for (let more = true; more;) {
    more = heap.stepWork(2000);
    phases.add(dumpHeap(heap).phase);
    const { objects } = dumpHeap(heap);
    expect(objects.some((o) => o.marked)).toBe(
      heap.phase === "mark" && objects.some((o) => heap.allocator.objects.isMarked(o.base)),
    );
    expect(graph()).toBe(before);
  }
  expect([...phases]).toEqual(["mark", "sweep", "off"]);
  expect(dumpHeap(heap).objects.every((o) => o.reachable)).toBe(true);
});

it("an object with a finalizer is a root of what it refers to, not of itself", () => {
  const heap = heapOf();
  const inner = heap.alloc(int32, 4);
  const p = heap.alloc(Pair);
  heap.writePtr(p, inner);
  heap.setFinalizer(p, () => {});
  expect(dumpHeap(heap).roots).toEqual([{ kind: "finalizer", ptr: inner }]);
  expect(isReachable(heap, p, inner, 0)).toEqual([false, true, false]);
});

it("tools refuse what is no heap, by name", () => {
  for (const tool of [
    dumpHeap,
    isReachable,
    heapProfile,
    readMemStats,
    checkHeap,
    checkTricolor,
  ] as ((heap: object) => unknown)[]) {
    expect(() => tool({})).toThrow(`${tool.name}: heap is an object (Object), want a heap made by`);
    expect(() => tool(null as never)).toThrow(`${tool.name}: heap is null`);
  }
  expect(() => checkTricolor(heapOf(), "Weak" as never)).toThrow(
    'checkTricolor: kind is "Weak", want "strong" or "weak"',
  );
});

it("arrays list their pointers in the order of their slots", () => {
  const heap = heapOf();
  const list = heap.alloc(array(ptr(int32), 5));
  const cells = [3, 0, 4, 1].map((i) => {
    const p = heap.alloc(int32, 4);
    heap.writePtr(list + 4 * i, p);
    return [i, p] as const;
  });
  const want = cells.sort(([i], [j]) => i - j).map(([, p]) => p);
  expect(dumpHeap(heap).objects.find((o) => o.base === list)!.pointers).toEqual(want);
});
