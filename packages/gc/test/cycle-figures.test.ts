/** What a heap writes into the figures of a cycle: whose time it was, and which bytes. */
import { array, int32, ptr, struct } from "@gort/types";
import { describe, expect, it } from "vitest";
import type { CycleTrace } from "../src/index.ts";
import { createHeap } from "../src/index.ts";
import type { MarkSweepHeap } from "../src/mark-sweep.ts";

const Node = struct({ next: ptr(int32), value: int32 });

/** A heap with 20,000 nodes in a list, on a clock that moves by a tenth of a millisecond at each look. */
function fixture() {
  const traces: CycleTrace[] = [];
  let t = 0;
  const heap = createHeap({
    reserve: 2 ** 26,
    gcPercent: -1,
    now: () => (t += 0.1),
    onCycle: (trace) => traces.push(trace),
  }) as MarkSweepHeap;
  const head = heap.root(0);
  for (let i = 0; i < 20_000; i++) {
    const p = heap.alloc(Node);
    heap.writePtr(p, head.ptr);
    head.set(p);
  }
  return { heap, traces };
}
describe("the figures of a cycle", () => {
  it("count bytes at its start, when marking ends, and what was found", () => {
    const { heap, traces } = fixture();
    const frame = heap.frame(10);
    heap.root(0);
    heap.step(1);
    // Born while marking: it is there at the end, and counts as found.
    heap.alloc(array(int32, 1000));
    while (heap.step(1));
    heap.collect();
    expect(traces).toMatchObject([
      { n: 1, heapStart: 160_000, heapEnd: 164_000, heapLive: 164_000, forced: false },
      { n: 2, heapStart: 164_000, heapEnd: 164_000, heapLive: 160_000, forced: true },
    ]);
    for (const { globalBytes, stackBytes, procs } of traces) {
      expect([globalBytes, procs]).toEqual([16, 1]);
      expect(stackBytes).toBe(heap.stackBytes);
    }
    expect(heap.stackBytes).toBeGreaterThanOrEqual(40);
    frame.release();
  });

  it("call marking by `step` idle time, by a driver background, by allocations assists", () => {
    const { heap, traces } = fixture();
    while (heap.step(1));
    heap.background.onReady = () => {};
    heap.step(1);
    while (heap.background.step(1));
    heap.background.onReady = null;
    heap.setGCPercent(100);
    heap.step(1);
    for (let i = 0; i < 2_000_000 && !heap.marker.isDone; i++) heap.alloc(Node);
    while (heap.step(1));
    const [idle, background, assist] = traces as [CycleTrace, CycleTrace, CycleTrace];
    for (const trace of traces) {
      const gcMs = trace.assistMs + trace.backgroundMs + trace.idleMs;
      expect(gcMs).toBeGreaterThan(0.5);
      expect(gcMs).toBeLessThanOrEqual(trace.markMs);
      expect(trace.setupMs).toBeCloseTo(0.1);
      expect(trace.terminationMs).toBeCloseTo(0.1);
    }
    expect(idle.idleMs).toBeGreaterThan(3);
    expect([idle.backgroundMs, idle.assistMs]).toEqual([0, 0]);
    expect(background.backgroundMs).toBeGreaterThan(3);
    expect([background.idleMs, background.assistMs]).toEqual([0, 0]);
    expect(assist.assistMs).toBeGreaterThan(0.5);
    expect(assist.backgroundMs).toBe(0);
    expect(assist.startMs).toBeGreaterThan(background.startMs + background.markMs);
  });
});
