import { createAllocator, createMemory, poisoningAllocator } from "@gort/alloc";
import { array, int32, ptr, struct } from "@gort/types";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type {
  Frame,
  GcHeap,
  Handle,
  HeapOptions,
  Ptr,
  RootSource,
  RootStack,
} from "../src/index.ts";
import {
  checkHeap,
  createHeap,
  createStopTheWorldHeap,
  createStressHeap,
  traced,
} from "../src/index.ts";
import { insideOf } from "../src/walk.ts";

const Node = struct({ next: ptr(int32), value: int32 });
const small = { reserve: 2 ** 25 };

describe("handles", () => {
  it("hold, change and release a pointer", () => {
    const heap = createHeap(small);
    const a = heap.alloc(Node);
    const b = heap.alloc(Node);
    const h = heap.root(a);
    expect(h.ptr).toBe(a);
    h.set(b);
    heap.collect();
    expect(heap.stats().heapObjects).toBe(1);
    h.release();
    h.release();
    expect(h.ptr).toBe(0);
    expect(() => h.set(a)).toThrow("handle: set after release");
    checkHeap(heap);
  });

  it("work with using", () => {
    const heap = createHeap(small);
    {
      using h = heap.root(heap.alloc(Node));
      heap.collect();
      expect(heap.stats().heapObjects).toBe(1);
      expect(h.ptr).not.toBe(0);
    }
    heap.collect();
    expect(heap.stats().heapObjects).toBe(0);
  });

  it("any order of making and releasing keeps exactly what is held", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1 << 20), { maxLength: 3000, minLength: 1 }), (ops) => {
        const heap = createHeap(small);
        const held: Handle[] = [];
        for (const op of ops) {
          if (op % 3 !== 0 || held.length === 0) held.push(heap.root(heap.alloc(Node)));
          else {
            const i = op % held.length;
            held[i]!.release();
            held[i] = held.at(-1)!;
            held.pop();
          }
        }
        heap.collect();
        checkHeap(heap);
        expect(heap.stats().heapObjects).toBe(held.length);
      }),
      { numRuns: 20, seed: 5 },
    );
  });

  it("a hundred thousand handles are scanned in pieces", () => {
    const heap = createHeap({ reserve: 2 ** 26, gcPercent: -1 });
    for (let i = 0; i < 100_000; i++) heap.root(heap.alloc(Node));
    let steps = 0;
    while (heap.stepWork(8192)) steps++;
    expect(steps).toBeGreaterThan(100);
    expect(heap.stats().heapObjects).toBe(100_000);
  });
});

describe("frames", () => {
  it("hold their slots until released, last made first", () => {
    const heap = createStressHeap(small);
    const outer = heap.frame(2);
    const inner = heap.frame(1);
    outer.set(0, heap.alloc(Node));
    outer.set(1, heap.alloc(Node));
    inner.set(0, heap.alloc(Node));
    heap.safepoint();
    expect(heap.stats().heapObjects).toBe(3);
    expect(() => outer.release()).toThrow("frame 1 is not the topmost of 2");
    inner.release();
    inner.release();
    heap.safepoint();
    expect(heap.stats().heapObjects).toBe(2);
    expect(() => inner.get(0)).toThrow("frame.get: frame was released");
    outer.set(0, 0);
    outer.release();
    heap.safepoint();
    expect(heap.stats().heapObjects).toBe(0);
    checkHeap(heap);
  });

  it("a bad slot or number of slots is refused by name", () => {
    const heap = createHeap(small);
    const f = heap.frame(2);
    for (const slot of [-1, 2, 0.5, NaN]) {
      expect(() => f.get(slot)).toThrow(`frame.get: slot is ${slot}`);
      expect(() => f.set(slot, 0)).toThrow(`frame.set: slot is ${slot}`);
    }
    for (const n of [-1, 1.5, NaN, 1e12]) expect(() => heap.frame(n)).toThrow(`slots is ${n}`);
    expect(heap.frame(0).slots).toBe(0);
    checkHeap(heap);
  });

  it("random stacks agree with arrays", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1 << 24), { maxLength: 400 }), (ops) => {
        const heap = createHeap(small);
        const stacks: { stack: RootStack; frames: { frame: Frame; model: number[] }[] }[] = [];
        for (const op of ops) {
          const k = (op >>> 4) % 4;
          const s = stacks[k];
          if (s === undefined) stacks.push({ stack: heap.newStack(), frames: [] });
          else if (op % 16 < 6) {
            const n = op % 97 === 0 ? 700 : (op >>> 8) % 40;
            s.frames.push({ frame: s.stack.frame(n), model: new Array<number>(n).fill(0) });
          } else if (op % 16 < 9) s.frames.pop()?.frame.release();
          else if (op % 16 === 15 && op % 5 === 0) {
            s.stack.release();
            stacks.splice(k, 1);
          } else {
            const top = s.frames[(op >>> 8) % Math.max(1, s.frames.length)];
            if (top === undefined || top.model.length === 0) continue;
            const slot = (op >>> 12) % top.model.length;
            const p = op % 7 === 0 ? 0 : heap.alloc(Node);
            top.frame.set(slot, p);
            top.model[slot] = p;
          }
        }
        heap.collect();
        checkHeap(heap);
        let want = 0;
        for (const s of stacks) {
          expect(s.stack.depth).toBe(s.frames.length);
          for (const f of s.frames) {
            f.model.forEach((p, i) => expect(f.frame.get(i)).toBe(p));
            want += f.model.filter((p) => p !== 0).length;
          }
        }
        expect(heap.stats().heapObjects).toBe(want);
      }),
      { numRuns: 60, seed: 6 },
    );
  });

  it("a released stack refuses frames and its frames refuse use", () => {
    const heap = createHeap(small);
    const stack = heap.newStack();
    const frame = stack.frame(1);
    stack.release();
    stack.release();
    expect(() => stack.frame(1)).toThrow("stack was released");
    expect(() => frame.set(0, 0)).toThrow("frame was released");
    frame.release();
    checkHeap(heap);
  });

  it("that have blocks of their own are released over an allocator that fills what is freed", () => {
    const plain = poisoningAllocator(createAllocator(createMemory(small)), { sites: false });
    const heap = createHeap({ allocator: traced(plain) });
    const frames = [5, 5000, 3000, 700].map((slots) => heap.frame(slots));
    frames[0]!.set(4, heap.alloc(Node));
    while (frames.length > 1) frames.pop()!.release();
    heap.collect();
    expect(heap.stats().heapObjects).toBe(1);
    frames[0]!.release();
    heap.collect();
    expect(heap.stats().heapObjects).toBe(0);
    checkHeap(heap);
    plain.verify();
  });

  it("pointers of all kinds of arrays of pointers are found", () => {
    fc.assert(
      fc.property(fc.nat(60), fc.nat(200), fc.nat(30), (slots, count, pad) => {
        const heap = createHeap(small);
        // Moves the object to another alignment of the bitmap.
        for (let i = 0; i < pad; i++) heap.alloc(array(ptr(int32), slots + 1));
        const Elem = struct({ skip: array(int32, slots % 5), p: array(ptr(int32), slots + 1) });
        const n = 1 + (count % 40);
        const root = heap.root(heap.alloc(Elem, n));
        for (let i = 0; i < n; i++) {
          for (let k = 0; k <= slots; k++) {
            const slot = root.ptr + i * Elem.size + (slots % 5) * 4 + 4 * k;
            heap.writePtr(slot, heap.alloc(int32, 8));
          }
        }
        heap.collect();
        expect(heap.stats().heapObjects).toBe(1 + n * (slots + 1));
      }),
      { numRuns: 100, seed: 7 },
    );
  });
});

const heaps: Record<string, (o: HeapOptions) => GcHeap> = {
  hybrid: createHeap,
  insertion: (o) => createHeap({ ...o, barrier: "insertion" }),
  deletion: (o) => createHeap({ ...o, barrier: "deletion" }),
  stress: createStressHeap,
  "stop-the-world": createStopTheWorldHeap,
};

describe("sources that get in the way of others", () => {
  for (const [name, create] of Object.entries(heaps)) {
    const make = (): { heap: GcHeap; held: Ptr[]; holders: RootSource[] } => {
      const heap = create(small);
      const held: Ptr[] = [];
      // Each holds two objects; the second comes in parts.
      const holders = [0, 2].map((first): RootSource => {
        held.push(heap.alloc(Node), heap.alloc(Node));
        const scan = (visit: (p: Ptr) => void): void => held.slice(first, first + 2).forEach(visit);
        const scanPart = (_: number, visit: (p: Ptr) => void): number => (scan(visit), 0);
        return first === 0 ? { scan } : { scan, scanPart };
      });
      return { heap, held, holders };
    };
    const throwsOnce = (): RootSource => {
      let thrown = false;
      return {
        scan() {
          if (thrown) return;
          thrown = true;
          throw new Error("boom");
        },
      };
    };
    const mustHold = (heap: GcHeap, held: Ptr[]): void => {
      heap.collect();
      heap.collect();
      expect(held.map((p) => heap.allocator.objects.find(p))).toEqual(held);
      checkHeap(heap);
    };

    it(`one that throws takes nothing from those behind it: ${name}`, () => {
      const { heap, held, holders } = make();
      heap.addRoots(throwsOnce());
      holders.forEach((h) => heap.addRoots(h));
      expect(() => heap.collect()).toThrow("boom");
      checkHeap(heap);
      mustHold(heap, held);
    });

    it(`one that removes itself or another, or adds some, takes nothing from the rest: ${name}`, () => {
      const { heap, held, holders } = make();
      const remove = heap.addRoots({ scan: () => remove() });
      const added = holders.map((h) => () => heap.addRoots(h));
      const removeOther = heap.addRoots({ scan() {} });
      heap.addRoots({
        scan() {
          removeOther();
          added.splice(0).forEach((add) => add());
        },
      });
      mustHold(heap, held);
    });

    it(`what a source lets go after another threw is kept where it was put: ${name}`, () => {
      const { heap, held } = make();
      const [black, moved] = held as [Ptr, Ptr];
      heap.root(black);
      // A list behind another root, which a step does not mark to its end.
      const list = heap.root(0);
      for (let i = 0; i < 10_000; i++) {
        const p = heap.alloc(Node);
        heap.writePtr(p, list.ptr);
        list.set(p);
      }
      heap.addRoots(throwsOnce());
      let last = moved;
      heap.addRoots({ scan: (visit) => visit(last) });
      expect(() => heap.step(0)).toThrow("boom");
      // From the source that was not asked into an object that may have been scanned, while marking goes on.
      if (name !== "stop-the-world") {
        heap.stepWork(1);
        expect(heap.phase).toBe("mark");
      }
      heap.writePtr(black, moved);
      last = 0;
      while (heap.step(0));
      expect(heap.allocator.objects.find(moved)).toBe(moved);
      checkHeap(heap);
    });
  }

  it("one that throws when it is added while marking is not added", () => {
    const heap = createHeap(small);
    heap.stepWork(1);
    const scan = (): void => {
      throw new Error("boom");
    };
    expect(() => heap.addRoots({ scan })).toThrow("boom");
    heap.collect();
    checkHeap(heap);
  });
});

describe("stacks of many words", () => {
  const heapOf = (): GcHeap => createHeap({ reserve: 2 ** 24, gcPercent: -1 });

  it("are scanned to the last slot, wherever a block or a piece of one ends", () => {
    for (const middle of [1020, 2050]) {
      for (let n = middle - 10; n <= middle + 10; n++) {
        const heap = heapOf();
        const frame = heap.newStack().frame(n);
        for (let i = 0; i < n; i++) frame.set(i, heap.alloc(Node));
        heap.collect();
        expect(heap.stats().heapObjects).toBe(n);
      }
    }
  });

  it("may be given back in the midst of their scan: the next one is scanned from its beginning", () => {
    const heap = heapOf();
    const below = heap.newStack().frame(1200);
    const held = Array.from({ length: 1200 }, (_, i) => {
      const p = heap.alloc(Node);
      below.set(i, p);
      return p;
    });
    const above = heap.newStack();
    const frame = above.frame(4000);
    for (let i = 0; i < 4000; i++) frame.set(i, held[0]!);
    heap.step(0);
    const { own } = insideOf(heap);
    while (own.cursorWords === 0 && heap.phase === "mark") heap.stepWork(1);
    expect(own.cursorWords).toBeGreaterThan(0);
    above.release();
    while (heap.stepWork(1e6));
    for (const p of held) expect(heap.allocator.objects.find(p)).toBe(p);
    checkHeap(heap);
  });

  it("hold what is put into them after they were scanned", () => {
    const heap = createHeap({ reserve: 2 ** 24, gcPercent: -1, barrier: "insertion" });
    const list = heap.root(heap.alloc(Node));
    const tail = list.ptr;
    const moved = heap.alloc(Node);
    heap.writePtr(tail, moved);
    for (let i = 0; i < 10_000; i++) {
      const p = heap.alloc(Node);
      heap.writePtr(p, list.ptr);
      list.set(p);
    }
    // The newest block of roots is scanned first.
    const frame = heap.newStack().frame(1);
    heap.step(0);
    const { own } = insideOf(heap);
    const block = own.cursor;
    while (own.cursor === block) heap.stepWork(1);
    expect(heap.phase).toBe("mark");
    frame.set(0, moved);
    heap.writePtr(tail, 0);
    while (heap.stepWork(1e6));
    expect(heap.allocator.objects.find(moved)).toBe(moved);
    checkHeap(heap);
  });

  it("have nil in the slots of a new frame, whatever was there before", () => {
    const heap = heapOf();
    const stack = heap.newStack();
    const frame = stack.frame(4);
    for (let i = 0; i < 4; i++) frame.set(i, heap.alloc(Node));
    frame.release();
    const next = stack.frame(4);
    expect([0, 1, 2, 3].map((i) => next.get(i))).toEqual([0, 0, 0, 0]);
  });
});
