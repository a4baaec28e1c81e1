/** Every public call of every heap against values that are none of what it wants: named errors, and a heap as before. */
import type { TracedAllocator } from "@gort/alloc";
import { createAllocator, createMemory, NOSCAN } from "@gort/alloc";
import type { Type } from "@gort/types";
import { array, int32, int8, ptr, struct } from "@gort/types";
import { describe, expect, it } from "vitest";
import type { CycleTrace, GcHeap, HeapOptions } from "../src/index.ts";
import {
  checkHeap,
  createHeap,
  createNoCollectHeap,
  createStopTheWorldHeap,
  createStressHeap,
  formatGctrace,
  formatHeapDump,
  formatHeapProfile,
  traced,
} from "../src/index.ts";

const reserve = 2 ** 20;
const heaps = {
  createHeap,
  createStopTheWorldHeap,
  createNoCollectHeap,
  createStressHeap,
} as const;
const Node = struct({ value: int32, next: ptr(int32) });

/** What is no number of anything, with the way an error shows it. */
const NEITHER: readonly [unknown, string][] = [
  [NaN, "NaN"],
  [undefined, "undefined"],
  [null, "null"],
  ["8", '"8"'],
  [true, "true"],
  [{}, "an object (Object)"],
  [Object.create(null), "an object (Object)"],
  [Symbol("s"), "Symbol(s)"],
  [8n, "8n"],
];
/** What is no pointer: the above, and numbers that are no address of anything. */
const NO_POINTER: readonly [unknown, string][] = [
  ...NEITHER,
  [-1, "-1"],
  [0.5, "0.5"],
  [1e12, "1000000000000"],
  [2 ** 32, "4294967296"],
  [Infinity, "Infinity"],
];
const bad = (list: readonly [unknown, string][]): { value: any; shown: string }[] =>
  list.map(([value, shown]) => ({ value, shown }));

describe.each(Object.entries(heaps))("%s", (call, make) => {
  const fresh = (): { heap: GcHeap; p: number } => {
    const heap = make({ reserve });
    const p = heap.alloc(Node);
    heap.root(p);
    return { heap, p };
  };
  /** The heap is whole, and nothing that it held is lost. */
  const whole = (heap: GcHeap, p: number): void => {
    checkHeap(heap);
    heap.collect();
    checkHeap(heap);
    expect(heap.stats().heapObjects).toBe(1);
    expect(heap.allocator.objects.find(p)).toBe(p);
  };

  it("root and handle.set refuse what is no pointer to an object, by name, also 77, a foreign and a freed pointer", () => {
    const { heap, p } = fresh();
    const handle = heap.root(p);
    const freed = heap.allocator.alloc(8192, NOSCAN);
    heap.allocator.free(freed);
    const wrong: [unknown, string][] = [
      ...NO_POINTER,
      [77, "77"],
      [freed, `${freed}`],
      [reserve, `${reserve}`],
    ];
    for (const { value, shown } of bad(wrong)) {
      expect(() => heap.root(value)).toThrow(`root: p is ${shown}, want nil or a pointer`);
      expect(() => handle.set(value)).toThrow(`handle.set: p is ${shown}, want nil or a pointer`);
      expect(handle.ptr).toBe(p);
    }
    handle.set(p + 4); // an interior pointer holds its object
    handle.set(0);
    handle.release();
    whole(heap, p);
  });

  it("the object of size 0 can be rooted", () => {
    const { heap, p } = fresh();
    const empty = heap.alloc(struct({}));
    heap.root(empty).release();
    whole(heap, p);
  });

  it("frame.set refuses what is no address, by name; slots too", () => {
    const { heap, p } = fresh();
    const frame = heap.frame(1);
    frame.set(0, p);
    for (const { value, shown } of bad([...NO_POINTER, [reserve, `${reserve}`]])) {
      expect(() => frame.set(0, value)).toThrow(`frame.set: p is ${shown}, want nil or a pointer`);
      expect(frame.get(0)).toBe(p);
      expect(() => frame.get(value)).toThrow(`frame.get: slot is ${shown}, want`);
      if (value !== reserve)
        expect(() => heap.frame(value)).toThrow(`frame: slots is ${shown}, want`);
    }
    frame.release();
    whole(heap, p);
  });

  it("alloc refuses what is no type, and counts beyond all memory, by name", () => {
    const { heap, p } = fresh();
    for (const { value, shown } of bad(NO_POINTER.filter(([v]) => v !== undefined))) {
      expect(() => heap.alloc(value)).toThrow(`alloc: type is ${shown}, want a type descriptor`);
      expect(() => heap.alloc(value, 3)).toThrow(`alloc: type is ${shown}, want a type descriptor`);
      expect(() => heap.alloc(Node, value)).toThrow(`alloc: count is ${shown}, want an integer`);
    }
    expect(() => heap.alloc(undefined as unknown as Type)).toThrow("alloc: type is undefined");
    expect(() => heap.alloc(int8, 2 ** 32)).toThrow("out of memory");
    expect(() => heap.alloc(array(ptr(int8), 2 ** 29), 2)).toThrow("out of memory");
    whole(heap, p);
  });

  it("lifetimes refuse what is no pointer and no function", () => {
    const { heap, p } = fresh();
    for (const { value, shown } of bad([...NO_POINTER, [77, "77"]])) {
      expect(() => heap.weak(value)).toThrow(`weak: p is ${shown}, want a pointer`);
      const nil = value === null || value === undefined;
      expect(() => heap.addCleanup(value, () => 0, 1)).toThrow(
        `runtime.AddCleanup: ptr ${nil ? "is nil" : "not in allocated block"}`,
      );
      expect(() => heap.addCleanup(p, value, 1)).toThrow(`addCleanup: fn is ${shown}, want`);
      expect(() => heap.setFinalizer(value, () => 0)).toThrow("runtime.SetFinalizer: ");
      expect(() => heap.addRoots(value)).toThrow(`addRoots: source is ${shown}, want`);
    }
    whole(heap, p);
  });

  it("knobs and steps refuse what is no amount, and stay as they were", () => {
    const { heap, p } = fresh();
    const percent = heap.setGCPercent(50);
    for (const { value, shown } of bad(NEITHER)) {
      expect(() => heap.setGCPercent(value)).toThrow(`setGCPercent: percent is ${shown}, want`);
      expect(() => heap.setMemoryLimit(value)).toThrow(`setMemoryLimit: bytes is ${shown}, want`);
      expect(() => heap.step(value)).toThrow(`step: budgetMs is ${shown}, want`);
      expect(() => heap.background.step(value)).toThrow(`step: budgetMs is ${shown}, want`);
      expect(() => heap.stepWork(value)).toThrow(`stepWork: bytes is ${shown}, want`);
    }
    expect(() => heap.step(-1)).toThrow("step: budgetMs is -1, want a number from 0");
    expect(() => heap.setGCPercent(Infinity)).toThrow("percent is Infinity, want a finite number");
    expect(heap.setGCPercent(percent)).toBe(50);
    expect(heap.setMemoryLimit(-1)).toBe(Infinity);
    whole(heap, p);
  });

  it("options are refused by name", () => {
    const options = (name: keyof HeapOptions, value: unknown): HeapOptions => ({
      reserve,
      [name]: value,
    });
    for (const { value, shown } of bad(NEITHER.filter(([v]) => v !== undefined))) {
      const amounts = ["gcPercent", "memoryLimit", "forcedPeriodMs", "stepMsMax", "profileRate"];
      const functions = ["now", "random", "onFinalizers", "gctrace", "onCycle"];
      for (const name of [
        ...amounts,
        ...functions,
        "barrier",
        "finalizers",
        "allocator",
      ] as const) {
        expect(() => make(options(name as keyof HeapOptions, value))).toThrow(
          `${call}: ${name} is ${shown}`,
        );
      }
    }
    // A stress heap has that option already.
    if (call !== "createStressHeap")
      for (const [value, shown] of [
        ["no", '"no"'],
        [0, "0"],
        [null, "null"],
      ] as const)
        expect(() => make(options("stress", value))).toThrow(
          `${call}: stress is ${shown}, want true or false`,
        );
    const half = { memory: {}, alloc: () => 8 } as unknown as TracedAllocator;
    expect(() => make({ allocator: half })).toThrow(`${call}: allocator is an object (Object)`);
  });
});

it("traced refuses what is no allocator, by name", () => {
  for (const { value, shown } of bad(NEITHER)) {
    expect(() => traced(value)).toThrow(`traced: allocator is ${shown}, want an allocator`);
  }
});

it("in stress mode a frame refuses what is no object, and typedMove what lies outside", () => {
  const heap = createStressHeap({ reserve });
  const frame = heap.frame(1);
  expect(() => frame.set(0, 77)).toThrow("p is 77, want nil or a pointer into an object");
  const p = heap.alloc(Node);
  frame.set(0, p);
  for (const { value, shown } of bad([...NO_POINTER, [77, "77"]])) {
    expect(() => heap.typedMove(Node, value, p, 1)).toThrow(`typedMove: dst is ${shown}, want`);
    if (value !== 77) {
      expect(() => heap.typedMove(Node, p, value, 1)).toThrow(`typedMove: src is ${shown}, want`);
      expect(() => heap.typedMove(Node, p, 0, value)).toThrow(`typedMove: count is ${shown}, want`);
    }
  }
  expect(() => heap.typedMove(Node, p, 0, 3)).toThrow("typedMove: count is 3, want");
  heap.typedMove(Node, p, 0, 1);
  frame.release();
  heap.collect();
  checkHeap(heap);
});

describe("typedMove in stress mode", () => {
  const Pair = struct({ a: ptr(int32), b: ptr(int32) });
  const setup = () => {
    const heap = createStressHeap({ reserve });
    const stale = heap.alloc(Pair);
    const live = heap.root(heap.alloc(Pair, 4)).ptr;
    heap.safepoint();
    return { heap, stale, live };
  };

  it("refuses to move from what is freed, outside of objects, or not aligned", () => {
    const { heap, stale, live } = setup();
    for (const src of [stale, 8, heap.memory.byteLength - 8, live + 2, live + 4 * 8 - 4])
      expect(() => heap.typedMove(Pair, live, src, 1)).toThrow(`typedMove: src is ${src}, want`);
    heap.typedMove(Pair, live, live + 16, 1);
    heap.typedMove(Pair, live + 4, live + 12, 1); // two pointers are two pointers
    checkHeap(heap);
  });

  it("refuses to move to where it is not aligned, or where no pointers lie", () => {
    const { heap, live } = setup();
    const flat = heap.root(heap.alloc(int32, 4)).ptr;
    expect(() => heap.typedMove(Pair, live + 2, live + 16, 1)).toThrow(
      `typedMove: dst is ${live + 2}, want`,
    );
    for (const src of [live, 0])
      expect(() => heap.typedMove(Pair, flat, src, 1)).toThrow(
        `typedMove: dst is ${flat}, want memory with a pointer at 0`,
      );
    expect(() => heap.writePtr(flat, live)).toThrow(`writePtr: slot is ${flat}, want`);
    checkHeap(heap);
  });

  it("refuses to move a pointer to what is freed", () => {
    const { heap, stale, live } = setup();
    heap.memory.u32[(live + 20) >>> 2] = stale; // behind the back of writePtr
    expect(() => heap.typedMove(Pair, live, live + 8, 2)).toThrow(
      `typedMove: pointer at 12 of src is ${stale}, want nil or a pointer into an object`,
    );
    expect(heap.memory.u32.subarray(live >>> 2, (live + 16) >>> 2)).toEqual(new Uint32Array(4));
  });
});

it("an allocator with objects is refused, which a collector would free; traced keeps them", () => {
  const allocator = createAllocator(createMemory({ reserve }));
  const p = allocator.alloc(64);
  expect(() => createHeap({ allocator })).toThrow(
    "createHeap: allocator has 1 objects, want one without",
  );
  expect(allocator.usableSize(p)).toBe(64);
  const heap = createHeap({ allocator: traced(allocator) });
  heap.alloc(int32, 100);
  heap.collect();
  heap.collect();
  expect(allocator.usableSize(p)).toBe(64);
  const empty = createAllocator(createMemory({ reserve }));
  empty.free(empty.alloc(64));
  createHeap({ allocator: empty }).collect();
  expect(() => createHeap({ allocator: empty })).toThrow("has a heap already");
});

it("a bad gcPercent or memoryLimit is named as the option it is, and no finalizer as what it is", () => {
  expect(() => createHeap({ reserve, gcPercent: NaN })).toThrow(
    "createHeap: gcPercent is NaN, want a finite number",
  );
  expect(() => createHeap({ reserve, memoryLimit: -5 })).toThrow(
    "createHeap: memoryLimit is -5, want a number from 0, or Infinity",
  );
  const heap = createHeap({ reserve });
  const p = heap.alloc(Node);
  expect(() => heap.setFinalizer(p, undefined as never)).toThrow(
    "setFinalizer: fn is undefined, want a function, or null",
  );
  heap.setFinalizer(p, () => {});
  heap.setFinalizer(p, null);
  expect(() => heap.setFinalizer(p, 5 as never)).toThrow("second argument is");
});

describe("tools and formatters", () => {
  const none: unknown[] = [null, undefined, NaN, 5, {}, "x", []];

  it("name what they do not understand", () => {
    for (const value of none) {
      const v = value as never;
      expect(() => formatHeapDump(v)).toThrow("formatHeapDump: dump is");
      expect(() => formatHeapProfile(v)).toThrow("formatHeapProfile: profile is");
      expect(() => formatGctrace(v)).toThrow("formatGctrace: cycle is");
    }
    const cycles: CycleTrace[] = [];
    const heap = createHeap({ reserve: 2 ** 24, onCycle: (cycle) => cycles.push(cycle) });
    heap.collect();
    const line = (options: unknown) => formatGctrace(cycles[0]!, options as { unit?: "KB" });
    expect(() => line({ unit: "kB" })).toThrow('formatGctrace: unit is "kB", want "MB", as in Go');
    expect(() => line({ units: "KB" })).toThrow("formatGctrace: options.units is");
    expect(() => line(null)).toThrow("formatGctrace: options is null");
    for (const value of [1n, Symbol("s"), "8", null, {}])
      expect(() => heap.values.unbox(value as never)).toThrow("unbox: p is");
  });

  it("a gctrace line without a goal has Go's greatest", () => {
    let line = "";
    const heap = createHeap({ reserve: 2 ** 24, gcPercent: -1, gctrace: (l) => (line = l) });
    heap.collect();
    expect(line).toContain(", 8796093022207 MB goal, ");
  });
});
