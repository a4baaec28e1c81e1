import { createAllocator, createBumpAllocator, createMemory } from "@gort/alloc";
import { array, float64, int32, ptr, struct, uint8 } from "@gort/types";
import { describe, expect, it } from "vitest";
import type { GcHeap, HeapOptions, Ptr } from "../src/index.ts";
import {
  checkHeap,
  checkTricolor,
  createHeap,
  createStopTheWorldHeap,
  traced,
} from "../src/index.ts";
import type { MarkSweepHeap } from "../src/mark-sweep.ts";
import { ASSIST_BYTES } from "../src/pacer.ts";
import { insideOf } from "../src/walk.ts";
import { simpleAllocator } from "./simple-allocator.ts";

const MiB = 2 ** 20;
const Node = struct({ next: ptr(int32), value: int32 });
const heapOf = (o: HeapOptions = {}): GcHeap => createHeap({ reserve: 64 * MiB, ...o });

/** A list of `n` nodes held by the returned handle. */
function list(heap: GcHeap, n: number) {
  const head = heap.root(0);
  for (let i = 0; i < n; i++) {
    const p = heap.alloc(Node);
    heap.memory.i32[(p + 4) >>> 2] = i;
    heap.writePtr(p, head.ptr);
    head.set(p);
  }
  return head;
}

/** Fills the memory with a list, newest first, that a handle holds; returns its length. */
function fill(heap: GcHeap): number {
  const head = heap.root(0);
  for (let n = 0; ; n++) {
    try {
      const p = heap.alloc(Node);
      heap.writePtr(p, head.ptr);
      head.set(p);
    } catch {
      return n;
    }
  }
}

describe("phases", () => {
  it("go off, mark, sweep, off in steps, and every step keeps the invariants", () => {
    const heap = heapOf({ gcPercent: -1 });
    list(heap, 2000);
    for (let i = 0; i < 500; i++) heap.alloc(Node);
    const seen: string[] = [];
    let more = true;
    while (more) {
      more = heap.stepWork(500);
      if (seen.at(-1) !== heap.phase) seen.push(heap.phase);
      checkHeap(heap);
    }
    expect(seen).toEqual(["mark", "sweep", "off"]);
    expect(heap.stats().heapObjects).toBe(2000);
  });

  it("an allocation starts a cycle at the trigger but never ends one", () => {
    const heap = heapOf();
    const kept = list(heap, 10);
    while (heap.phase === "off") heap.alloc(array(int32, 100));
    for (let i = 0; i < 50_000; i++) heap.alloc(Node);
    expect(heap.phase).toBe("mark");
    expect(heap.stats().numGC).toBe(0);
    heap.safepoint();
    expect(heap.stats().numGC).toBe(1);
    expect(kept.ptr).not.toBe(0);
  });

  it("with the deletion barrier a cycle starts only at a safepoint", () => {
    const heap = heapOf({ barrier: "deletion" });
    let told = 0;
    heap.background.onReady = () => told++;
    for (let i = 0; i < 10_000; i++) heap.alloc(array(int32, 200));
    expect(heap.phase).toBe("off");
    expect(heap.background.pending).toBe(true);
    expect(told).toBe(1);
    heap.safepoint();
    expect(heap.phase).toBe("mark");
  });

  it("assists alone finish marking before the goal", () => {
    const heap = heapOf({ reserve: 256 * MiB, now: () => 0 }); // no time passes: no background work
    list(heap, 200_000);
    heap.collect();
    const goal = heap.stats().nextGC;
    while (heap.phase === "off") heap.alloc(Node);
    const cycles = heap.stats().numGC;
    let before = 0;
    while (heap.stats().numGC === cycles) {
      before = heap.stats().heapAlloc;
      for (let i = 0; i < 100; i++) heap.alloc(Node);
      heap.safepoint();
    }
    expect(before).toBeLessThan(goal * 1.1);
  });

  it("the first share of a phase pays for what was allocated in it, not for all before", () => {
    const heap = heapOf({ reserve: 256 * MiB, now: () => 0 }); // no time passes: no background work
    list(heap, 300_000);
    heap.collect();
    const inside = insideOf(heap) as MarkSweepHeap;
    const { marker } = inside;
    const { cycle } = inside.objects;
    const drain = marker.drain.bind(marker);
    const sweep = cycle.sweep.bind(cycle);
    let most = 0;
    marker.drain = (work) => ((most = Math.max(most, work)), drain(work));
    while (heap.phase === "off") heap.alloc(Node);
    for (let i = 0; i < 5000; i++) heap.alloc(Node);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(MiB);
    marker.drain = drain;
    while (heap.phase === "mark") heap.stepWork(MiB);
    most = 0;
    cycle.sweep = (pages) => ((most = Math.max(most, pages)), sweep(pages));
    for (let i = 0; i < 20_000; i++) heap.alloc(float64);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(50);
  });

  it.each([2 ** 33, Infinity])("a step of %d bytes marks all, and one more sweeps all", (bytes) => {
    const heap = heapOf({ gcPercent: -1 });
    const kept = list(heap, 100);
    for (let i = 0; i < 50_000; i++) heap.alloc(Node);
    heap.stepWork(0);
    expect(heap.phase).toBe("mark");
    heap.stepWork(bytes);
    expect(heap.phase).toBe("sweep");
    heap.stepWork(bytes);
    expect(heap.stats().heapObjects).toBe(100);
    expect(heap.stepWork(0)).toBe(false);
    kept.release();
  });

  it("what steps have marked pays for allocations until it is used up, within one cycle", () => {
    const heap = heapOf({ now: () => 0 });
    list(heap, 200_000);
    const { marker } = insideOf(heap) as MarkSweepHeap;
    const drain = marker.drain.bind(marker);
    let assists = 0;
    marker.drain = (work) => (assists++, drain(work));
    const assistsOf = (bytes: number): number => {
      assists = 0;
      for (let i = 0; i < bytes / Node.size; i++) heap.alloc(Node);
      return assists;
    };
    for (let i = 0; i < 40; i++) heap.step(0);
    expect(assistsOf(4 * ASSIST_BYTES)).toBe(0);
    expect(assistsOf(32 * ASSIST_BYTES)).toBeGreaterThan(8);
    while (heap.step(1));
    expect(assistsOf(4 * ASSIST_BYTES)).toBe(0);
    heap.step(0);
    expect(heap.phase).toBe("mark");
    expect(assistsOf(4 * ASSIST_BYTES)).toBeGreaterThan(1);
  });

  it("assists pay for all bytes of a large object: the heap stays near its goal, and near its limit", () => {
    const over = (heap: GcHeap, size: number): number => {
      let most = 0;
      for (let i = 0; i < (64 * MiB) / size; i++) {
        heap.alloc(uint8, size);
        const { heapAlloc, nextGC } = heap.stats();
        most = Math.max(most, heapAlloc - nextGC);
        heap.safepoint();
      }
      return most;
    };
    const Row = array(ptr(int32), 256);
    for (const limited of [false, true]) {
      for (const size of [MiB / 4, MiB]) {
        const heap = heapOf({ reserve: 128 * MiB, now: () => 0 }); // no time passes: no background work
        const rows = heap.root(0);
        for (let i = 0; i < 8192; i++) {
          const p = heap.alloc(Row);
          heap.writePtr(p, rows.ptr);
          rows.set(p);
        }
        heap.collect();
        if (limited) {
          heap.setGCPercent(-1);
          heap.setMemoryLimit(20 * MiB);
        }
        expect(over(heap, size)).toBeLessThan(4 * MiB);
      }
    }
  });

  it("sweeping is proportional: it is over before the next cycle is due", () => {
    const heap = heapOf({ now: () => 0 });
    list(heap, 50_000);
    for (let i = 0; i < 50_000; i++) heap.alloc(Node);
    heap.step(0);
    while (heap.phase === "mark") heap.step(0);
    expect(heap.phase).toBe("sweep");
    // Only allocations from here on.
    while (heap.phase === "sweep") heap.alloc(Node);
    expect(heap.phase).toBe("off");
    expect(heap.stats().numGC).toBe(1);
    checkHeap(heap);
  });

  it("collect during a cycle finishes it and runs another", () => {
    const heap = heapOf();
    const head = list(heap, 100);
    heap.step(0);
    head.release(); // too late for the cycle that runs, if it saw the handle already
    heap.collect();
    expect(heap.stats().heapObjects).toBe(0);
    expect(heap.phase).toBe("off");
  });
});

describe("memory runs out", () => {
  it("the error says how much there is, how much is live, and what to do", () => {
    for (const type of [Node, array(int32, MiB / 4)]) {
      const heap = heapOf({ reserve: 4 * MiB, gcPercent: -1 });
      expect(() => {
        for (;;) heap.alloc(type);
      }).toThrow(
        /^runtime: out of memory: cannot allocate \d+-byte block \(\d+ in use\); the memory ends at 4194304 bytes: free something, or raise `reserve`; of the heap [1-9]\d* bytes are live or not collected yet: collect, or set `memoryLimit`$/,
      );
      checkHeap(heap);
      heap.collect();
      expect(heap.alloc(type)).not.toBe(0);
    }
  });

  it("with nothing live, the error does not advise to collect", () => {
    const small = heapOf({ reserve: 4 * MiB });
    expect(() => small.alloc(uint8, 8 * MiB)).toThrow(
      "of the heap nothing is live: so much does not fit, or what is freed is not used again",
    );
    const heap = createHeap({
      allocator: traced(createBumpAllocator(createMemory({ reserve: 4 * MiB }))),
    });
    expect(() => {
      for (;;) {
        heap.alloc(uint8, 100_000);
        heap.collect();
      }
    }).toThrow(/out of memory.*of the heap nothing is live/);
  });

  it("while sweeping: the rest is swept and the allocation succeeds", () => {
    const heap = heapOf({ reserve: 16 * MiB, gcPercent: -1 });
    for (let i = 0; i < 12; i++) heap.alloc(array(int32, MiB / 4));
    expect(() => {
      for (;;) heap.alloc(array(int32, MiB / 4));
    }).toThrow("out of memory");
    checkHeap(heap);
    heap.step(0);
    while (heap.phase === "mark") heap.stepWork(1e6);
    expect(heap.phase).toBe("sweep");
    expect(heap.alloc(array(int32, MiB))).not.toBe(0);
    checkHeap(heap);
  });

  it.each([1, 100, 1e6])(
    "for the grey set: no object is lost, all marked ones are scanned again, and nothing else; in steps of %d",
    (work) => {
      const allocator = simpleAllocator(1 << 24);
      const heap = createHeap({ allocator, gcPercent: -1 });
      const withOther = (): Ptr => {
        const p = heap.alloc(Node);
        heap.writePtr(p, heap.alloc(Node));
        return p;
      };
      // A comb of arrays that are scanned in one go: each leaves 511 grey objects behind, and the next one is on top.
      const Wide = array(ptr(int32), 512);
      const comb = heap.root(0);
      for (let depth = 0; depth < 12; depth++) {
        const wide = heap.alloc(Wide);
        for (let i = 0; i < 511; i++) heap.writePtr(wide + 4 * i, withOther());
        heap.writePtr(wide + 4 * 511, comb.ptr);
        comb.set(wide);
      }
      const live = heap.stats().heapObjects;
      for (let i = 0; i < 50; i++) withOther();
      const { grey } = (insideOf(heap) as MarkSweepHeap).marker;
      let overflows = 0;
      let overflow = false;
      Object.defineProperty(grey, "overflow", {
        get: () => overflow,
        set(to: boolean) {
          if (to && !overflow) overflows++;
          overflow = to;
        },
      });
      allocator.failManual = 1e9;
      heap.step(0);
      for (let steps = 0; heap.stepWork(work); steps++) {
        if (overflow) expect(heap.phase).toBe("mark");
        if (steps % 200 === 0) checkHeap(heap);
      }
      allocator.failManual = 0;
      expect(overflows).toBeGreaterThan(0);
      expect(heap.stats().heapObjects).toBe(live);
      checkHeap(heap);
    },
  );

  it("for the grey set: what objects with finalizers refer to is not lost either", () => {
    const allocator = simpleAllocator(1 << 24);
    const heap = createHeap({ allocator, gcPercent: -1, finalizers: "manual" });
    list(heap, 1000);
    const seen: number[] = [];
    const objects: number[] = [];
    for (let i = 0; i < 3000; i++) {
      const p = heap.alloc(Node);
      const q = heap.alloc(Node);
      heap.memory.i32[(q + 4) >>> 2] = i;
      heap.writePtr(p, q);
      // For the records' sake: later there is no memory for them.
      heap.setFinalizer(p, () => {});
      heap.weak(p);
      objects.push(p);
    }
    for (const p of objects) heap.setFinalizer(p, null);
    heap.step(0);
    // Until all roots are scanned: what is attached from now on is looked at once.
    const { own } = insideOf(heap);
    while (own.next(own.cursor) !== 0) heap.stepWork(1);
    expect(heap.phase).toBe("mark");
    allocator.failManual = 1e9;
    // More of them than one buffer has entries, each with a node that nobody else holds.
    const { u32 } = heap.memory;
    for (const p of objects) heap.setFinalizer(p, () => seen.push(u32[(u32[p >>> 2]! + 4) >>> 2]!));
    while (heap.stepWork(100_000));
    checkHeap(heap);
    expect(heap.stats().heapObjects).toBe(7000);
    heap.runFinalizers();
    expect(seen.sort((a, b) => a - b)).toEqual([...objects.keys()]);
  });

  it("in the first cycle: a finalizer reads what its object refers to", () => {
    const heap = heapOf({ reserve: MiB, gcPercent: -1, finalizers: "manual" });
    const conn = heap.alloc(Node);
    const file = heap.alloc(Node);
    heap.memory.i32[(file + 4) >>> 2] = 42;
    heap.writePtr(conn, file);
    const seen: number[] = [];
    heap.setFinalizer(conn, (p) =>
      seen.push(heap.memory.i32[(heap.memory.u32[p >>> 2]! + 4) >>> 2]!),
    );
    for (let i = 0; i < 100; i++) heap.alloc(Node);
    fill(heap);
    heap.collect();
    checkHeap(heap);
    for (let i = 0; i < 100; i++) heap.memory.i32[(heap.alloc(Node) + 4) >>> 2] = 666;
    heap.runFinalizers();
    expect(seen).toEqual([42]);
  });

  it("in the first cycle: a long list is marked as fast as ever", () => {
    const heap = heapOf({ reserve: MiB, gcPercent: -1 });
    const n = fill(heap);
    heap.collect();
    expect(heap.stats().heapObjects).toBe(n);
  });

  it("for a handle or a record: an error, and everything still holds", () => {
    const allocator = simpleAllocator(1 << 20);
    const heap = createHeap({ allocator });
    const p = heap.alloc(Node);
    allocator.failManual = 1e9;
    expect(() => heap.root(p)).toThrow("out of memory");
    expect(() => heap.frame(3)).toThrow("out of memory");
    expect(() => heap.setFinalizer(p, () => {})).toThrow("out of memory");
    expect(() => heap.weak(p)).toThrow("out of memory");
    expect(() => heap.values.box(1)).toThrow("out of memory");
    checkHeap(heap);
    allocator.failManual = 0;
    expect(heap.root(p).ptr).toBe(p);
    expect(heap.values.unbox(heap.values.box(1))).toBe(1);
    checkHeap(heap);
  });
});

describe("barriers", () => {
  for (const barrier of ["hybrid", "insertion", "deletion"] as const) {
    it(`${barrier}: an object moved from a grey to a black one survives`, () => {
      const heap = heapOf({ barrier, gcPercent: -1 });
      const head = list(heap, 5000);
      const black = heap.root(heap.alloc(Node)); // the last root is scanned first
      const tail = heap.alloc(Node);
      let last = head.ptr;
      for (let p = last; p !== 0; p = heap.memory.u32[p >>> 2]!) last = p;
      heap.writePtr(last, tail);
      heap.step(0);
      heap.stepWork(9000); // the handles and the first nodes
      expect(heap.phase).toBe("mark");
      // Hide the tail behind the black object.
      heap.writePtr(black.ptr, tail);
      heap.writePtr(last, 0);
      checkTricolor(heap, barrier === "insertion" ? "strong" : "weak");
      while (heap.stepWork(5000));
      expect(heap.stats().heapObjects).toBe(5002);
      expect(heap.memory.u32[black.ptr >>> 2]).toBe(tail);
    });
  }

  it("without a barrier that object would be lost: the checker says so", () => {
    const heap = heapOf({ gcPercent: -1 });
    const head = list(heap, 5000);
    const black = heap.root(heap.alloc(Node));
    heap.step(0);
    heap.stepWork(9000);
    const { u32 } = heap.memory;
    let last = head.ptr;
    let before = 0;
    for (let p = last; u32[p >>> 2] !== 0; p = u32[p >>> 2]!) {
      before = p;
      last = u32[p >>> 2]!;
    }
    u32[black.ptr >>> 2] = last;
    expect(() => checkTricolor(heap, "strong")).toThrow(/black \d+ points to white/);
    expect(() => checkTricolor(heap, "weak")).not.toThrow();
    u32[before >>> 2] = 0;
    expect(() => checkTricolor(heap, "weak")).toThrow(/only reached from black/);
  });

  it("an unknown barrier is refused by name", () => {
    expect(() => heapOf({ barrier: "none" as "hybrid" })).toThrow('barrier is "none"');
  });
});

describe("pacing", () => {
  it("a memory limit makes cycles start earlier", () => {
    const heap = heapOf({ reserve: 256 * MiB });
    list(heap, 400_000);
    heap.collect();
    const free = heap.stats().nextGC;
    const limit = heap.stats().heapMarked + 16 * MiB;
    expect(heap.setMemoryLimit(limit)).toBe(Infinity);
    expect(heap.stats().nextGC).toBeLessThanOrEqual(Math.max(limit, heap.stats().heapMarked));
    expect(heap.setMemoryLimit(-1)).toBe(limit);
    heap.setGCPercent(-1);
    expect(heap.stats().nextGC).toBeLessThan(Infinity);
    heap.setMemoryLimit(Infinity);
    expect(heap.stats().nextGC).toBe(Infinity);
    heap.setGCPercent(100);
    expect(heap.stats().nextGC).toBe(free);
  });

  it("a memory limit counts tables as far as they are touched", () => {
    for (const create of [createHeap, createStopTheWorldHeap]) {
      const heap = create({ reserve: 1024 * MiB, memoryLimit: 40 * MiB });
      list(heap, 20_000);
      heap.collect();
      expect(heap.stats().gcSys).toBeGreaterThan(30 * MiB);
      expect(heap.stats().nextGC).toBe(4 * MiB);
      for (let i = 0; i < 100_000; i++) heap.alloc(Node);
      expect(heap.stats().numGC).toBe(1);
    }
  });

  describe.each([
    ["mark-sweep", createHeap],
    ["deletion barrier", (o?: HeapOptions) => createHeap({ ...o, barrier: "deletion" })],
    ["stop-the-world", createStopTheWorldHeap],
  ] as const)("with a memory limit and GOGC off: %s", (_, create) => {
    const Kilo = struct({ next: ptr(int32), rest: array(int32, 255) });
    /** A quarter of 20 MiB in slots of 1 KiB is live, the rest of them is free. */
    function fragmented(memoryLimit: number): GcHeap {
      const heap = create({ reserve: 256 * MiB, gcPercent: -1, memoryLimit });
      const kept = heap.root(0);
      for (let i = 0; i < 20_480; i++) {
        const p = heap.alloc(Kilo);
        if (i % 4 !== 0) continue;
        heap.writePtr(p, kept.ptr);
        kept.set(p);
      }
      heap.collect();
      return heap;
    }

    it("slots that stay free count, so that the limit is held", () => {
      const heap = fragmented(48 * MiB);
      const types = [Node, array(int32, 100), array(int32, 5000)];
      const untouched = heap.stats().sys - heap.stats().heapSys - heap.allocator.system.touched!;
      let most = 0;
      for (let i = 0; heap.stats().numGC < 4; i++) {
        for (let k = 0; k < 500; k++, heap.safepoint())
          heap.alloc(types[k % 50 === 0 ? 2 : k % 3 === 0 ? 1 : 0]!);
        const { sys, heapReleased } = heap.stats();
        most = Math.max(most, sys - heapReleased - untouched);
      }
      expect(most).toBeLessThan(48 * MiB * 1.1);
      expect(most).toBeGreaterThan(48 * MiB * 0.9);
    });

    it("slots that are filled again count no more, and no cycle is wanted before the limit is near", () => {
      const heap = fragmented(24 * MiB);
      expect(heap.stats().nextGC).toBeLessThan(9 * MiB);
      for (let i = 0; i < 12_000; i++, heap.safepoint()) heap.alloc(Kilo);
      expect(heap.stats().numGC).toBe(1);
      expect(heap.stats().nextGC).toBeGreaterThan(16 * MiB);
      for (let i = 0; i < 12_000; i++, heap.safepoint()) heap.alloc(Kilo);
      expect(heap.stats().numGC).toBeGreaterThan(1);
    });
  });

  it("safepoints without a driver give marking its quarter of the time", () => {
    let now = 0;
    const clock = (): number => (now += 0.02); // each look at the clock takes its time
    const heap = heapOf({ now: clock, gcPercent: -1, forcedPeriodMs: Infinity });
    list(heap, 200_000);
    heap.step(0);
    let polls = 0;
    while (heap.phase === "mark" && polls < 1e6) {
      now += 0.05;
      heap.safepoint();
      polls++;
    }
    expect(heap.phase).toBe("sweep");
    expect(polls).toBeGreaterThan(20);
  });

  it("a driver is told once per cycle and does the work", () => {
    const heap = heapOf();
    let ready = 0;
    heap.background.onReady = () => ready++;
    while (ready === 0) {
      heap.alloc(array(int32, 64));
      heap.safepoint();
    }
    expect(heap.background.pending).toBe(true);
    let steps = 0;
    while (heap.background.step(0)) steps++;
    expect(steps).toBeGreaterThan(0);
    expect(heap.background.pending).toBe(false);
    expect(ready).toBe(1);
  });

  it("bad budgets and knobs are refused by name", () => {
    const heap = heapOf();
    expect(() => heap.step(-1)).toThrow("step: budgetMs is -1");
    expect(() => heap.stepWork(NaN)).toThrow("stepWork: bytes is NaN");
    expect(() => heap.setGCPercent(NaN)).toThrow("setGCPercent: percent is NaN");
    expect(() => heap.setMemoryLimit(NaN)).toThrow("setMemoryLimit: bytes is NaN");
    expect(() => heap.alloc(Node, -1)).toThrow("alloc: count is -1");
    expect(() => heap.addRoots(null as never)).toThrow("addRoots: source is null");
  });

  it("a root source that collects is refused, and the cycle is not harmed", () => {
    const heap = heapOf();
    list(heap, 10);
    const remove = heap.addRoots({ scan: () => heap.collect() });
    expect(() => heap.collect()).toThrow("called while the collector is at work");
    remove();
    heap.collect();
    expect(heap.stats().heapObjects).toBe(10);
    checkHeap(heap);
  });
});

it.each([
  ["mark-sweep", createHeap],
  ["stop-the-world", createStopTheWorldHeap],
] as const)(
  "a root source that steps, or comes to a safepoint, is told that there is more to do: %s",
  (_name, make) => {
    const heap = make({ reserve: 16 * MiB });
    list(heap, 10);
    const told: unknown[] = [];
    const remove = heap.addRoots({
      scan() {
        heap.safepoint();
        told.push(heap.step(1), heap.stepWork(1));
      },
    });
    heap.collect();
    expect(told.length).toBeGreaterThan(1);
    expect(told.every((more) => more === true)).toBe(true);
    remove();
    checkHeap(heap);
    expect(heap.stats().heapObjects).toBe(10);
  },
);

describe("stress", () => {
  it("poisons freed memory at the next safepoint and refuses stale pointers", () => {
    const heap = createHeap({ reserve: 16 * MiB, stress: true });
    const stale = heap.alloc(Node);
    const kept = heap.root(heap.alloc(Node));
    heap.memory.i32[(stale + 4) >>> 2] = 7;
    heap.safepoint();
    expect(heap.memory.u8[stale + 4]).toBe(0x55);
    expect(() => heap.writePtr(kept.ptr, stale)).toThrow(`writePtr: value is ${stale}`);
    expect(() => heap.writePtr(stale, kept.ptr)).toThrow(`writePtr: slot is ${stale}`);
    expect(() => heap.writePtr(kept.ptr + 4, 0)).toThrow("the address of a pointer");
    expect(() => heap.root(stale)).toThrow(`root: p is ${stale}`);
    checkHeap(heap);
  });

  it("leaves what a finalizer will get, and the values of boxes, alone", () => {
    const heap = createHeap({ reserve: 16 * MiB, stress: true });
    const p = heap.alloc(Node);
    heap.memory.i32[(p + 4) >>> 2] = 42;
    let seen = 0;
    heap.setFinalizer(p, (q) => (seen = heap.memory.i32[(q + 4) >>> 2]!));
    heap.values.box("dropped");
    heap.safepoint();
    expect(seen).toBe(42);
    checkHeap(heap);
  });
});

it("two heaps in one process do not see each other", () => {
  const a = heapOf();
  const b = createHeap({ allocator: createAllocator(createMemory({ reserve: 16 * MiB })) });
  list(a, 5);
  b.step(0);
  a.collect();
  expect(a.stats().heapObjects).toBe(5);
  expect(b.phase).toBe("mark");
});

const kinds: Record<string, (o: HeapOptions) => GcHeap> = {
  hybrid: createHeap,
  insertion: (o) => createHeap({ ...o, barrier: "insertion" }),
  deletion: (o) => createHeap({ ...o, barrier: "deletion" }),
  "stop-the-world": createStopTheWorldHeap,
};

for (const [name, create] of Object.entries(kinds)) {
  describe(`a heap close to its reservation does not run out while there is garbage: ${name}`, () => {
    const polls = (heap: GcHeap): void => {
      for (let i = 0; i < 20; i++) heap.safepoint();
    };

    it("36 of 64 MiB in objects of 64 KiB, or of 33 KiB in pages of 8", () => {
      for (const n of [8192, 4225]) {
        const heap = create({ reserve: 64 * MiB });
        for (let i = 0; i < (36 * MiB) / (n * 8); i++) {
          heap.root(heap.alloc(float64, n));
          heap.safepoint();
        }
        for (let i = 0; i < 3000; i++) {
          heap.alloc(float64, n);
          polls(heap);
        }
        expect(heap.stats().nextGC).toBeLessThan(62 * MiB);
        expect(heap.stats().numGC).toBeLessThan(40);
      }
    });

    it("half of 32 MiB in large objects of mixed sizes, one or four between safepoints", () => {
      for (const [sizes, every, objects] of [
        [[50_000, 60_000], 4, 1500],
        [[40_000, 100_000, 300_000], 1, 600],
      ] as const) {
        const heap = create({ reserve: 32 * MiB });
        let seed = 1;
        const next = (n: number): number => {
          seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
          return Math.floor((seed / 2 ** 32) * n);
        };
        const kept: { p: number; size: number }[] = [];
        heap.addRoots({ scan: (visit) => kept.forEach(({ p }) => visit(p)) });
        let bytes = 0;
        for (let i = 0; i < objects; i++) {
          const size = sizes[next(sizes.length)]!;
          const full = bytes + size > 16 * MiB;
          const at = full ? next(kept.length) : kept.length;
          const p = heap.alloc(uint8, size);
          bytes += size - (kept[at]?.size ?? 0);
          kept[at] = { p, size };
          if (i % every === 0) heap.safepoint();
        }
        expect(heap.stats().numGC).toBeLessThan(300);
        checkHeap(heap);
      }
    });

    it("a reservation below the smallest goal, one safepoint per object", () => {
      const heap = create({ reserve: 4 * MiB });
      for (let i = 0; i < 500; i++) {
        heap.alloc(float64, 8192);
        heap.safepoint();
      }
      expect(heap.stats().nextGC).toBeLessThan(4 * MiB);
      checkHeap(heap);
    });

    it("roots and frames that take the room between two cycles, or while a cycle is swept", () => {
      const takes: Record<string, (heap: GcHeap) => unknown> = {
        roots: (heap) => {
          for (let i = 0, p = heap.alloc(float64); i < 60_000; i++) heap.root(p);
        },
        "a frame": (heap) => heap.frame(120_000),
        stacks: (heap) => {
          for (let i = 0; i < 1000; i++) heap.newStack().frame(100);
        },
      };
      const work = (heap: GcHeap): void => {
        for (let i = 0; i < 120_000; i++) {
          heap.alloc(float64, 4);
          if (i % 8 === 0) heap.safepoint();
        }
      };
      for (const take of Object.values(takes)) {
        const fresh = create({ reserve: 4 * MiB });
        take(fresh);
        work(fresh);
        expect(fresh.stats().numGC).toBeGreaterThan(0);
        expect(fresh.stats().numGC).toBeLessThan(20);
        checkHeap(fresh);
        const swept = create({ reserve: 4 * MiB });
        work(swept);
        while (name !== "stop-the-world" && swept.stats().gcPhase !== "sweep") swept.step(0);
        take(swept);
        work(swept);
        checkHeap(swept);
      }
    });

    it("a small reservation, a root for each object that is kept", () => {
      for (const reserve of [MiB / 4, MiB / 2, MiB])
        for (const share of [0.05, 0.15, 0.25]) {
          const heap = create({ reserve });
          for (let bytes = 0; bytes < reserve * share; bytes += 64)
            heap.root(heap.alloc(float64, 8));
          for (let i = 0; i < 20_000; i++) {
            heap.alloc(float64, 4);
            if (i % 8 === 0) heap.safepoint();
          }
          checkHeap(heap);
        }
    });

    it("a list of 20 of 32 MiB, which takes long to mark", () => {
      const heap = create({ reserve: 32 * MiB });
      const List = struct({ next: ptr(int32), a: int32, b: int32, c: int32 });
      const head = heap.root(0);
      for (let i = 0; i < (20 * MiB) / 16; i++) {
        const p = heap.alloc(List);
        heap.writePtr(p, head.ptr);
        head.set(p);
        heap.safepoint();
      }
      for (let i = 0; i < 1_000_000; i++) {
        heap.alloc(List);
        heap.safepoint();
      }
      heap.collect();
      expect(heap.stats().heapObjects).toBe((20 * MiB) / 16);
      expect(heap.stats().numGC).toBeLessThan(20);
    });
  });
}
