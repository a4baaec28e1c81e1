import { int32, ptr, struct } from "@gort/types";
import { describe, expect, it } from "vitest";
import type { GcHeap } from "../src/index.ts";
import { checkHeap, checkTricolor, createHeap, createStopTheWorldHeap } from "../src/index.ts";
import { USER_HANDLES_COUNT, USER_QUEUED } from "../src/own-memory.ts";
import type { MarkSweepHeap } from "../src/mark-sweep.ts";

const Node = struct({ next: ptr(int32), id: int32 });

/** A heap with something of everything. */
function full(): { heap: GcHeap; inside: MarkSweepHeap } {
  const heap = createHeap({ reserve: 2 ** 23, gcPercent: -1, finalizers: "manual" });
  const p = heap.alloc(Node);
  heap.root(p);
  heap.root(0).release();
  heap.frame(3).set(1, p);
  heap.writePtr(p, heap.values.box("v"));
  heap.setFinalizer(heap.alloc(Node), () => {});
  heap.addCleanup(p, () => {}, 1);
  heap.weak(p);
  heap.collect(); // one finalizer is queued now
  checkHeap(heap);
  return { heap, inside: heap as unknown as MarkSweepHeap };
}

describe("a broken invariant is found and named", () => {
  const cases: [string, string, (h: MarkSweepHeap) => void][] = [
    ["bytes of blocks", "blocks have", (h) => (h.own.bytes += 8)],
    ["bytes of stacks", "stacks have", (h) => (h.own.stackBytes -= 2048)],
    ["a cursor on no block", "the cursor is at", (h) => (h.own.cursor = 64)],
    ["the count of handles", "handles in use", (h) => h.u32[h.own.user + USER_HANDLES_COUNT]!++],
    ["the length of the queue", "records queued", (h) => h.u32[h.own.user + USER_QUEUED]!++],
    ["a pointer to nowhere", "names no object", (h) => h.frame(1).set(0, 64)],
    ["a barrier that is on", "barrier 3 in phase off", (h) => (h.wb = 3)],
  ];
  it.each(cases)("%s", (_, text, damage) => {
    const { heap, inside } = full();
    damage(inside);
    expect(() => checkHeap(heap)).toThrow(
      expect.objectContaining({ name: "GcCheckError", message: expect.stringContaining(text) }),
    );
  });

  it("a dangling pointer in an object", () => {
    const { heap } = full();
    const p = heap.root(heap.alloc(Node));
    heap.memory.u32[p.ptr >>> 2] = 4096;
    expect(() => checkHeap(heap)).toThrow(`pointer 4096 in slot ${p.ptr} of object ${p.ptr}`);
  });

  it("a white object behind a black one, by both invariants", () => {
    const heap = createHeap({ reserve: 2 ** 23, gcPercent: -1 });
    const white = heap.alloc(Node);
    heap.step(0);
    const black = heap.alloc(Node);
    heap.memory.u32[black >>> 2] = white; // around the barrier
    expect(() => checkTricolor(heap, "strong")).toThrow(`black ${black} points to white ${white}`);
    expect(() => checkTricolor(heap, "weak")).toThrow(`white ${white} is only reached from black`);
    heap.root(white); // now grey
    expect(() => checkTricolor(heap, "strong")).not.toThrow();
  });

  it("a white object that is also reached from a grey one breaks only the strong invariant", () => {
    const heap = createHeap({ reserve: 2 ** 23, gcPercent: -1 });
    const grey = heap.alloc(Node);
    const white = heap.alloc(Node);
    heap.writePtr(grey, white);
    heap.root(grey);
    heap.step(0);
    const black = heap.alloc(Node);
    heap.memory.u32[black >>> 2] = white;
    expect(() => checkTricolor(heap, "weak")).not.toThrow();
    expect(() => checkTricolor(heap, "strong")).toThrow(`black ${black} points to white ${white}`);
  });
});

it("the tri-color invariant can only be asked of a heap that marks", () => {
  expect(() => checkTricolor(createHeap({ reserve: 2 ** 22 }), "weak")).toThrow("phase is off");
  expect(() => checkTricolor(createStopTheWorldHeap({ reserve: 2 ** 22 }), "weak")).toThrow(
    "phase",
  );
});
