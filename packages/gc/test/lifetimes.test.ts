import { createAllocator, createBumpAllocator, createMemory } from "@gort/alloc";
import { int32, ptr, struct } from "@gort/types";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GcHeap, Ptr } from "../src/index.ts";
import { checkHeap, createHeap, createStopTheWorldHeap, traced } from "../src/index.ts";

const Node = struct({ next: ptr(int32), value: int32, pad: ptr(int32) });
const small = { reserve: 2 ** 25 };

it("an object allocated while a sweep runs is not dead to it, on any allocator", () => {
  const memory = () => createMemory({ reserve: 2 ** 22 });
  for (const allocator of [
    createAllocator(memory()),
    createBumpAllocator(memory()),
    traced(createAllocator(memory())),
  ]) {
    const heap = createHeap({ allocator, gcPercent: -1 });
    for (let i = 0; i < 1000; i++) heap.alloc(Node);
    heap.setFinalizer(heap.root(heap.alloc(Node)).ptr, () => {});
    heap.step(0);
    while (heap.phase === "mark") heap.stepWork(10);
    expect(heap.phase).toBe("sweep");
    const p = heap.root(heap.alloc(Node)).ptr;
    let ran = 0;
    heap.setFinalizer(p, () => ran++);
    heap.addCleanup(p, () => ran++, 0);
    const weak = heap.weak(p);
    while (heap.stepWork(10));
    heap.runFinalizers();
    expect([ran, weak.value()]).toEqual([0, p]);
    checkHeap(heap);
  }
});

it.each([
  ["bump", () => createBumpAllocator(createMemory({ reserve: 2 ** 24 }))],
  ["tiered", () => createAllocator(createMemory({ reserve: 2 ** 24 }))],
  ["traced", () => traced(createAllocator(createMemory({ reserve: 2 ** 24 })))],
] as const)("ends that lie on many pages are all seen: %s", (_name, make) => {
  const heap = createHeap({ allocator: make(), gcPercent: -1 });
  const kept = heap.root(heap.alloc(Node));
  const held = heap.weak(kept.ptr);
  const ends: string[] = [];
  const weak: ReturnType<GcHeap["weak"]>[] = [];
  for (let i = 0; i < 40_000; i++) {
    const p = heap.alloc(Node);
    if (i % 1000 === 0) weak.push(heap.weak(p));
    if (i % 1000 === 1) heap.addCleanup(p, () => ends.push("cleanup"), 0);
    if (i % 1000 === 2) heap.setFinalizer(p, () => ends.push("finalizer"));
  }
  heap.collect();
  heap.runFinalizers();
  expect(weak.filter((w) => w.value() !== 0)).toEqual([]);
  expect(ends.filter((e) => e === "cleanup").length).toBe(40);
  expect(ends.filter((e) => e === "finalizer").length).toBe(40);
  expect(held.value()).toBe(kept.ptr);
  checkHeap(heap);
});

describe("the queue", () => {
  it("in manual mode waits for runFinalizers, and says when there is something", () => {
    let told = 0;
    const heap = createHeap({ ...small, finalizers: "manual", onFinalizers: () => told++ });
    const ran: number[] = [];
    for (let i = 0; i < 3; i++) heap.setFinalizer(heap.alloc(Node), () => ran.push(i));
    heap.collect();
    expect(told).toBe(1);
    expect(ran).toEqual([]);
    // What is queued is held: it survives further cycles.
    heap.collect();
    heap.collect();
    expect(heap.stats().heapObjects).toBe(3);
    checkHeap(heap);
    expect(heap.runFinalizers()).toBe(3);
    expect(ran.sort()).toEqual([0, 1, 2]);
    heap.collect();
    expect(heap.stats().heapObjects).toBe(0);
  });

  it("onFinalizers is called once for what is queued, however many safepoints follow", () => {
    for (const create of [createHeap, createStopTheWorldHeap]) {
      for (const finalizers of ["manual", "safepoint"] as const) {
        let told = 0;
        const heap = create({ ...small, finalizers, onFinalizers: () => told++ });
        const add = (): void => heap.setFinalizer(heap.alloc(Node), () => new Promise(() => {}));
        for (let i = 0; i < 3; i++) add();
        heap.collect();
        expect(told).toBe(1);
        for (let i = 0; i < 200; i++) heap.safepoint();
        heap.collect();
        expect(told).toBe(1);
        // More of them: once more, though those before still wait.
        add();
        heap.collect();
        heap.collect();
        for (let i = 0; i < 200; i++) heap.safepoint();
        expect(told).toBe(2);
      }
    }
  });

  it("onFinalizers that throws is called again for what still waits", () => {
    for (const create of [createHeap, createStopTheWorldHeap]) {
      let told = 0;
      let bad = 2;
      const onFinalizers = (): void => {
        told++;
        heap.safepoint(); // A call from inside it does not tell again.
        if (bad-- > 0) throw new Error("not now");
      };
      const heap = create({ ...small, finalizers: "manual", onFinalizers });
      heap.setFinalizer(heap.alloc(Node), () => {});
      expect(() => heap.collect()).toThrow("not now");
      expect(() => heap.collect()).toThrow("not now");
      for (let i = 0; i < 5; i++) heap.safepoint();
      heap.collect();
      expect(told).toBe(3);
      expect(heap.runFinalizers()).toBe(1);
      checkHeap(heap);
    }
  });

  it("onFinalizers that drives runFinalizers is called again for those behind one that throws", async () => {
    for (const create of [createHeap, createStopTheWorldHeap]) {
      const thrown: unknown[] = [];
      let told = 0;
      const run = (): void => {
        try {
          heap.runFinalizers();
        } catch (e) {
          thrown.push((e as Error).message);
        }
      };
      const onFinalizers = (): void => (told++, queueMicrotask(run));
      const heap = create({ ...small, finalizers: "manual", onFinalizers });
      let ran = 0;
      const fin = (): void => {
        if (++ran === 2) throw new Error("second");
      };
      for (let i = 0; i < 4; i++) heap.setFinalizer(heap.alloc(Node), fin);
      heap.collect();
      await Promise.resolve();
      expect([told, ran, thrown]).toEqual([1, 2, ["second"]]);
      for (let i = 0; i < 3; i++) {
        heap.safepoint();
        await Promise.resolve();
      }
      expect([told, ran]).toEqual([2, 4]);
      heap.collect();
      expect(heap.stats().heapObjects).toBe(0);
      checkHeap(heap);
    }
  });

  it("a finalizer that throws is used up, the rest still run", () => {
    const heap = createHeap(small);
    let ran = 0;
    for (let i = 0; i < 3; i++) {
      heap.setFinalizer(heap.alloc(Node), () => {
        if (++ran === 1) throw new Error("first");
      });
    }
    expect(() => heap.collect()).toThrow("first");
    checkHeap(heap);
    heap.collect();
    expect(ran).toBe(3);
    heap.collect();
    expect(heap.stats().heapObjects).toBe(0);
    checkHeap(heap);
  });

  it("a finalizer may allocate, set finalizers and collect", () => {
    const heap = createHeap(small);
    let ran = 0;
    const fin = (): void => {
      if (++ran < 5) heap.setFinalizer(heap.alloc(Node), fin);
      heap.collect();
      checkHeap(heap);
    };
    heap.setFinalizer(heap.alloc(Node), fin);
    for (let i = 0; i < 10; i++) heap.collect();
    expect(ran).toBe(5);
    expect(heap.stats().heapObjects).toBe(0);
  });

  it("an asynchronous finalizer holds its object until it settles", async () => {
    const heap = createHeap(small);
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    const p = heap.alloc(Node);
    heap.memory.i32[(p + 4) >>> 2] = 77;
    let seen = 0;
    heap.setFinalizer(p, async (q) => {
      await gate;
      seen = heap.memory.i32[(q + 4) >>> 2]!;
    });
    heap.collect();
    heap.collect();
    expect(heap.stats().heapObjects).toBe(1);
    checkHeap(heap);
    open();
    for (let i = 0; i < 10; i++) await Promise.resolve();
    expect(seen).toBe(77);
    heap.collect();
    expect(heap.stats().heapObjects).toBe(0);
  });

  it("whatever a finalizer returns, it is done once, and the rest run", async () => {
    const odd: (() => unknown)[] = [
      () => ({ then: (a: () => void) => (a(), a()) }),
      () => ({ then: (a: () => void, b: (e: unknown) => void) => (a(), b(1), a()) }),
      () => ({
        then(a: () => void) {
          a();
          throw new Error("bad");
        },
      }),
      () => ({ then: 5 }),
      () => Object.assign(() => 1, { then: (a: () => void) => a() }),
      () => {
        let looks = 0;
        return {
          get then() {
            return looks++ === 0 ? (a: () => void): void => a() : 7;
          },
        };
      },
    ];
    const heap = createHeap({ ...small, finalizers: "manual" });
    let ran = 0;
    for (const make of odd) heap.setFinalizer(heap.alloc(Node), () => (ran++, make()));
    heap.collect();
    for (let i = 0; i < odd.length; i++) {
      heap.runFinalizers();
      for (let k = 0; k < 10; k++) await Promise.resolve();
      checkHeap(heap);
    }
    expect(ran).toBe(odd.length);
    heap.collect();
    // Two records at a time, which a record freed twice would make one.
    for (let i = 0; i < 2; i++) heap.setFinalizer(heap.root(heap.alloc(Node)).ptr, () => {});
    heap.collect();
    expect(heap.stats().heapObjects).toBe(2);
    checkHeap(heap);
  });

  it("a rejection, or a then that throws, is an unhandled rejection, and the rest run", async () => {
    const listeners = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    const reasons: unknown[] = [];
    process.on("unhandledRejection", (reason) => reasons.push(reason));
    try {
      let ready = 0;
      const onFinalizers = (): void => {
        if (ready++ > 0) throw new Error("from onFinalizers");
      };
      const heap = createHeap({ ...small, finalizers: "manual", onFinalizers });
      const ran: string[] = [];
      const fin = (name: string, result: unknown) =>
        heap.setFinalizer(heap.alloc(Node), () => (ran.push(name), result));
      const bad = {
        then() {
          throw new Error("bad");
        },
      };
      const rejected = Promise.reject(new Error("rejected"));
      rejected.catch(() => {});
      fin("a", bad);
      fin("b", rejected);
      fin("c", undefined);
      heap.collect();
      for (let i = 0; i < 3; i++) {
        heap.runFinalizers();
        await new Promise((resolve) => setTimeout(resolve));
      }
      expect(ran.sort()).toEqual(["a", "b", "c"]);
      const texts = reasons.map((e) => (e as Error).message);
      for (const text of ["bad", "rejected", "from onFinalizers"]) expect(texts).toContain(text);
      checkHeap(heap);
    } finally {
      process.removeAllListeners("unhandledRejection");
      for (const l of listeners) process.on("unhandledRejection", l);
    }
  });

  it("goes on after an asynchronous one with the next runFinalizers, or at a safepoint: never by itself", async () => {
    for (const finalizers of ["manual", "safepoint"] as const) {
      let told = 0;
      const heap = createHeap({ ...small, finalizers, onFinalizers: () => told++ });
      let driver = 0;
      heap.background.onReady = () => driver++;
      const ran: string[] = [];
      const first = heap.alloc(Node);
      heap.setFinalizer(first, async () => {
        await Promise.resolve();
        ran.push("a");
      });
      heap.writePtr(first, heap.alloc(Node));
      heap.collect();
      if (finalizers === "manual") expect(heap.runFinalizers()).toBe(1);
      heap.setFinalizer(heap.alloc(Node), () => ran.push("b"));
      heap.collect();
      const before = told;
      expect([heap.runFinalizers(), heap.background.pending]).toEqual([0, false]);
      for (let i = 0; i < 10; i++) await Promise.resolve();
      expect(ran).toEqual(["a"]);
      expect(told).toBe(before + 1);
      expect([driver, heap.background.pending]).toEqual(
        finalizers === "manual" ? [0, false] : [1, true],
      );
      if (finalizers === "manual") expect(heap.runFinalizers()).toBe(1);
      else heap.safepoint();
      expect(ran).toEqual(["a", "b"]);
    }
  });

  it("onFinalizers that throws when an asynchronous one is done is called again at the next safepoint", async () => {
    const caught: unknown[] = [];
    const listeners = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    process.on("unhandledRejection", (reason) => caught.push(reason));
    try {
      for (const finalizers of ["manual", "safepoint"] as const) {
        let told = 0;
        const onFinalizers = (): void => {
          if (++told === 2) throw new Error("not now");
        };
        const heap = createHeap({ ...small, finalizers, onFinalizers });
        let driver = 0;
        heap.background.onReady = () => driver++;
        for (let i = 0; i < 2; i++) heap.setFinalizer(heap.alloc(Node), () => Promise.resolve());
        heap.collect();
        if (finalizers === "manual") heap.runFinalizers();
        await new Promise((resolve) => setTimeout(resolve));
        expect([told, driver]).toEqual([2, finalizers === "manual" ? 0 : 1]);
        for (let i = 0; i < 3; i++) heap.safepoint();
        expect(told).toBe(3);
        checkHeap(heap);
      }
      expect(caught.map(String)).toEqual(["Error: not now", "Error: not now"]);
    } finally {
      process.removeAllListeners("unhandledRejection");
      for (const l of listeners) process.on("unhandledRejection", l);
    }
  });

  it("a cleanup can be stopped until it is queued; then stop has no effect, as in Go", () => {
    const heap = createHeap({ ...small, finalizers: "manual" });
    const ran: number[] = [];
    const p = heap.alloc(Node);
    const all = [0, 1, 2, 3].map((i) => heap.addCleanup(p, (n) => ran.push(n), i));
    all[0]!.stop();
    all[3]!.stop();
    all[3]!.stop();
    checkHeap(heap);
    heap.collect();
    all[1]!.stop();
    checkHeap(heap);
    expect(heap.runFinalizers()).toBe(2);
    all[2]!.stop(); // too late, and harmless
    expect(ran.sort()).toEqual([1, 2]);
    checkHeap(heap);
  });

  it("a cleanup that is stopped twice, or after it ran, takes no other one away", () => {
    const heap = createHeap(small);
    const ran: string[] = [];
    const add = (name: string) => heap.addCleanup(heap.alloc(Node), () => ran.push(name), 0);
    const stopped = add("stopped");
    stopped.stop();
    const first = add("first"); // in the record of the one before
    stopped.stop();
    heap.collect();
    expect(ran).toEqual(["first"]);
    add("second");
    first.stop();
    heap.collect();
    expect(ran).toEqual(["first", "second"]);
    checkHeap(heap);
  });

  it("every invariant holds while a cleanup runs, and while its promise is waited for", async () => {
    const heap = createHeap(small);
    let ran = 0;
    const whole = heap.addCleanup(heap.alloc(Node), () => (checkHeap(heap), ran++), 0);
    heap.collect();
    whole.stop();
    heap.addCleanup(heap.alloc(Node), () => Promise.resolve(ran++), 0);
    heap.collect();
    expect(ran).toBe(2);
    checkHeap(heap);
    heap.addCleanup(heap.alloc(Node), () => ran++, 0);
    heap.collect(); // waits for its turn
    checkHeap(heap);
    expect(ran).toBe(2);
    await new Promise((resolve) => setTimeout(resolve));
    heap.safepoint();
    expect(ran).toBe(3);
    checkHeap(heap);
  });

  it("the object of size 0 is never gone: cleanups of it never run, weak pointers stay", () => {
    const heap = createHeap(small);
    const z = heap.alloc(struct({}));
    heap.setFinalizer(z, () => expect.unreachable());
    const cleanup = heap.addCleanup(z, () => expect.unreachable(), 1);
    const weak = heap.weak(z);
    expect(heap.weak(z)).toBe(weak);
    heap.collect();
    heap.collect();
    cleanup.stop();
    expect([weak.value(), heap.runFinalizers()]).toEqual([z, 0]);
    checkHeap(heap);
  });

  it("arguments are checked", () => {
    const heap = createHeap(small);
    const p = heap.alloc(Node);
    expect(() => heap.addCleanup(0, () => {}, 1)).toThrow("runtime.AddCleanup: ptr is nil");
    expect(() => heap.addCleanup(null as never, () => {}, 1)).toThrow(
      "runtime.AddCleanup: ptr is nil",
    );
    expect(() => heap.addCleanup(p, 5 as never, 1)).toThrow("addCleanup: fn is 5");
    expect(() => heap.addCleanup(8, () => {}, 1)).toThrow("ptr not in allocated block");
    expect(() => heap.weak(8)).toThrow("weak: p is 8");
  });
});

/** A random program over lifetimes, against what a walk of plain objects says must happen. */
function lifetimes(heap: GcHeap, ops: readonly number[]): void {
  interface Obj {
    readonly ptr: Ptr;
    next: Obj | null;
    root: { release(): void } | null;
    finalizer: boolean;
    finalized: number;
    cleaned: number;
    value: object | null;
  }
  const all: Obj[] = [];
  const at = (n: number): Obj | undefined => {
    const held = all.filter((o) => o.root !== null);
    return held.length === 0 ? undefined : held[n % held.length];
  };
  const reached = (): Set<Obj> => {
    const seen = new Set<Obj>();
    const walk = (o: Obj | null): void => {
      for (; o !== null && !seen.has(o); o = o.next) seen.add(o);
    };
    for (const o of all) if (o.root !== null) walk(o);
    return seen;
  };
  for (const op of ops) {
    const kind = op % 16;
    const o = at(op >>> 4);
    if (kind < 5 || o === undefined) {
      const p = heap.alloc(Node);
      all.push({
        ptr: p,
        next: null,
        root: heap.root(p),
        finalizer: false,
        finalized: 0,
        cleaned: 0,
        value: null,
      });
    } else if (kind < 7) {
      const to = at(op >>> 9)!;
      heap.writePtr(o.ptr, to.ptr);
      o.next = to;
    } else if (kind < 9) {
      if (!o.finalizer) {
        o.finalizer = true;
        heap.setFinalizer(o.ptr, (p) => {
          if (p !== o.ptr) throw new Error(`finalizer of ${o.ptr} got ${p}`);
          if (reached().has(o)) throw new Error("finalized while reachable");
          o.finalized++;
        });
      }
    } else if (kind === 9) heap.addCleanup(o.ptr + 4, () => o.cleaned++, null);
    else if (kind === 10) {
      o.value = { of: o.ptr };
      heap.writePtr(o.ptr + 8, heap.values.box(o.value));
    } else if (kind < 13) {
      o.root!.release();
      o.root = null;
    } else if (kind === 13) heap.stepWork((op >>> 4) % 2000);
    else if (kind === 14) heap.safepoint();
    else if (op % 3 === 0) {
      heap.collect();
      const live = reached();
      for (const x of all) {
        if (live.has(x) && (x.finalized > 0 || x.cleaned > 0)) throw new Error("ended too early");
        if (live.has(x) && x.value !== null) {
          if (heap.values.unbox(heap.memory.u32[(x.ptr + 8) >>> 2]!) !== x.value)
            throw new Error("value lost");
        }
      }
    }
    if (op % 11 === 0) checkHeap(heap);
  }
  for (const o of all) o.root?.release();
  for (const o of all) o.root = null;
  // A chain is finalized one object per cycle.
  for (let i = 0; i <= all.length + 1; i++) heap.collect();
  checkHeap(heap);
  for (const o of all) {
    const onCycle = ((): boolean => {
      let x = o.next;
      for (let i = 0; i < all.length && x !== null; i++, x = x.next)
        if (x === o) return o.next !== o;
      return false;
    })();
    if (o.finalized > 1) throw new Error("finalized twice");
    if (o.finalizer && !onCycle && o.finalized !== 1) {
      // It may hang from a cycle that a finalizer keeps.
      const held = all.some((c) => c.finalizer && c.finalized === 0 && c !== o);
      if (!held) throw new Error("never finalized");
    }
  }
}

describe("random lifetimes", () => {
  for (const [name, create] of [
    ["mark-sweep", createHeap],
    ["insertion barrier", (o: object) => createHeap({ ...o, barrier: "insertion" })],
    ["deletion barrier", (o: object) => createHeap({ ...o, barrier: "deletion" })],
    ["stress", (o: object) => createHeap({ ...o, stress: true })],
    ["stop-the-world", createStopTheWorldHeap],
  ] as const) {
    it(`end when they must, once, and never early: ${name}`, () => {
      fc.assert(
        fc.property(fc.array(fc.nat(1 << 28), { maxLength: 200 }), (ops) => {
          lifetimes(create(small), ops);
        }),
        { numRuns: Number(process.env["GORT_FUZZ"] ?? 40), seed: 11 },
      );
    });
  }
});
