/** A heap whose buffer is detached: its calls end, with an error that says so. */
import { createAllocator, memoryOver, isAllocError } from "@gort/alloc";
import { int32, ptr, struct } from "@gort/types";
import { describe, expect, it } from "vitest";
import type { GcHeap } from "../src/index.ts";
import {
  checkHeap,
  createHeap,
  createStopTheWorldHeap,
  dumpHeap,
  readMemStats,
} from "../src/index.ts";

const Node = struct({ next: ptr(int32), value: int32 });
const Wasm = (globalThis as any).WebAssembly.Memory;

const calls: Record<string, (heap: GcHeap, p: number) => unknown> = {
  collect: (heap) => heap.collect(),
  freeOSMemory: (heap) => heap.freeOSMemory(),
  step: (heap) => heap.step(1),
  stepWork: (heap) => heap.stepWork(1000),
  safepoint: (heap) => heap.safepoint(),
  "newStack().frame": (heap) => heap.newStack().frame(4),
  setFinalizer: (heap, p) => heap.setFinalizer(p, () => {}),
  addCleanup: (heap, p) => heap.addCleanup(p, () => {}, 1),
  weak: (heap, p) => heap.weak(p),
  runFinalizers: (heap) => heap.runFinalizers(),
  stats: (heap) => heap.stats(),
  setMemoryLimit: (heap) => heap.setMemoryLimit(1e6),
  readMemStats: (heap) => readMemStats(heap),
  checkHeap: (heap) => checkHeap(heap),
  dumpHeap: (heap) => dumpHeap(heap),
};

for (const [kind, create, phases] of [
  ["createHeap", createHeap, ["off", "mark", "sweep"]],
  ["createStopTheWorldHeap", createStopTheWorldHeap, ["off"]],
] as const) {
  describe(kind, () => {
    for (const phase of phases) {
      it.each(Object.keys(calls))(`in phase ${phase}: %s`, (name) => {
        const w = new Wasm({ initial: 16, maximum: 32 });
        const heap = create({ allocator: createAllocator(memoryOver(w.buffer)) });
        heap.root(heap.alloc(Node));
        const p = heap.alloc(Node);
        if (phase !== "off") heap.step(0);
        while (phase === "sweep" && heap.phase !== "sweep") heap.stepWork(1);
        expect(heap.phase).toBe(phase);
        w.grow(1);
        let code = "nothing thrown";
        try {
          calls[name]!(heap, p);
        } catch (e) {
          code = isAllocError(e) ? e.code : String(e);
          expect((e as Error).message).toContain("the buffer was detached");
        }
        expect(code).toBe("BAD_MEMORY");
      });
    }
  });
}
