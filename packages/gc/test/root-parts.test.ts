/** Foreign roots that are scanned in parts: no stop grows with them, and nothing they hold is lost. */
import { int32, ptr, struct } from "@gort/types";
import { describe, expect, it } from "vitest";
import type { HeapOptions, Ptr, RootSource } from "../src/index.ts";
import { checkHeap, createHeap, createStopTheWorldHeap } from "../src/index.ts";

const Node = struct({ next: ptr(int32), value: int32 });
const options: HeapOptions = { reserve: 2 ** 25, gcPercent: -1 };

/** A table of roots, scanned ten at a time. */
class Table implements RootSource {
  readonly held: Ptr[] = [];
  parts = 0;
  whole = 0;
  #tell: (p: Ptr) => void = () => {};

  add(p: Ptr): void {
    this.held.push(p);
    this.#tell(p);
  }
  scan(visit: (p: Ptr) => void): void {
    this.whole++;
    this.held.forEach((p) => visit(p));
  }
  scanPart(from: number, visit: (p: Ptr) => void): number {
    this.parts++;
    this.#tell = visit;
    for (const p of this.held.slice(from, from + 10)) visit(p);
    return from + 10 < this.held.length ? from + 10 : 0;
  }
}

describe("a source in parts", () => {
  it("is scanned between steps, once per cycle, and in no stop", () => {
    const heap = createHeap(options);
    const table = new Table();
    heap.addRoots(table);
    for (let i = 0; i < 95; i++) table.add(heap.alloc(Node));
    heap.stepWork(1);
    expect([heap.phase, table.parts]).toEqual(["mark", 0]);
    heap.stepWork(1);
    expect(table.parts).toBe(1);
    for (let before = table.parts; heap.phase === "mark"; before = table.parts) {
      heap.stepWork(1);
      expect(table.parts - before).toBeLessThanOrEqual(1);
    }
    expect([table.parts, table.whole]).toEqual([10, 0]);
    heap.collect();
    expect([table.parts, table.whole]).toEqual([20, 0]);
    expect(heap.stats().heapObjects).toBe(95);
    checkHeap(heap);
  });

  it("keeps what it comes to hold behind the scan", () => {
    const heap = createHeap(options);
    const table = new Table();
    heap.addRoots(table);
    const only = heap.root(heap.alloc(Node));
    heap.writePtr(only.ptr, heap.alloc(Node));
    for (let i = 0; i < 20; i++) table.add(heap.alloc(Node));
    heap.stepWork(1);
    while (table.parts < 2) heap.stepWork(1);
    // From the handle's object, not yet scanned or just so, into the table, which was.
    const moved = heap.memory.u32[only.ptr >>> 2]!;
    table.add(moved);
    heap.writePtr(only.ptr, 0);
    only.release();
    heap.collect();
    heap.collect();
    expect(heap.stats().heapObjects).toBe(21);
    checkHeap(heap);
  });

  it("may come and go while marking", () => {
    const heap = createHeap(options);
    const [a, b] = [new Table(), new Table()];
    for (let i = 0; i < 30; i++) {
      a.add(heap.alloc(Node));
      b.add(heap.alloc(Node));
    }
    const remove = heap.addRoots(a);
    heap.addRoots(b);
    heap.stepWork(1);
    heap.stepWork(1);
    remove();
    const late = new Table();
    for (let i = 0; i < 15; i++) late.add(b.held.pop()!);
    heap.addRoots(late);
    while (heap.step(0));
    expect(late.parts).toBe(2);
    heap.collect();
    expect(heap.stats().heapObjects).toBe(30);
    checkHeap(heap);
  });

  it("is not asked again once it was removed, though parts of it are left", () => {
    const heap = createHeap(options);
    const table = new Table();
    for (let i = 0; i < 200; i++) table.add(heap.alloc(Node));
    const remove = heap.addRoots(table);
    while (table.parts < 3) heap.stepWork(1);
    remove();
    while (heap.stepWork(1));
    expect(table.parts).toBe(3);
    checkHeap(heap);
  });

  it("cannot enter the collector, and its errors leave the cycle as it was", () => {
    const heap = createHeap(options);
    const table = new Table();
    table.add(heap.alloc(Node));
    let broken = true;
    const source: RootSource = {
      scan: (visit) => table.scan(visit),
      scanPart(from, visit) {
        if (broken) heap.collect();
        return table.scanPart(from, visit);
      },
    };
    heap.addRoots(source);
    expect(() => heap.collect()).toThrow("called while the collector is at work");
    broken = false;
    heap.collect();
    expect(heap.stats().heapObjects).toBe(1);
    checkHeap(heap);
  });

  it("is refused if it has no scan, or does not come to an end", () => {
    const heap = createHeap(options);
    expect(() => heap.addRoots({ scan() {}, scanPart: 1 as never })).toThrow(
      "addRoots: source.scanPart is 1",
    );
    const remove = heap.addRoots({ scan() {}, scanPart: (from) => from });
    heap.collect();
    remove();
    heap.addRoots({ scan() {}, scanPart: (from) => (from === 0 ? 7 : 3) });
    expect(() => heap.collect()).toThrow("scanPart: result is 3, want 0 or a number above 7");
  });

  it("may remove itself, and add others, while it is asked: what others hold stays", () => {
    const heap = createHeap(options);
    const [kept, late] = [new Table(), new Table()];
    for (let i = 0; i < 15; i++) kept.add(heap.alloc(Node));
    heap.addRoots(kept);
    let other = (): void => {};
    const remove = heap.addRoots({
      scan() {},
      scanPart(): number {
        remove();
        other = heap.addRoots(late);
        late.add(heap.alloc(Node));
        return 0;
      },
    });
    heap.collect();
    heap.collect();
    expect(heap.stats().heapObjects).toBe(16);
    other();
    heap.collect();
    expect(heap.stats().heapObjects).toBe(15);
    checkHeap(heap);
  });

  it("goes on with the part in which it threw", () => {
    const heap = createHeap(options);
    const table = new Table();
    for (let i = 0; i < 30; i++) table.add(heap.alloc(Node));
    const asked: number[] = [];
    heap.addRoots({
      scan: (visit) => table.scan(visit),
      scanPart(from, visit) {
        asked.push(from);
        if (asked.length === 2) throw new Error("boom");
        return table.scanPart(from, visit);
      },
    });
    expect(() => heap.collect()).toThrow("boom");
    checkHeap(heap);
    while (heap.step(0));
    expect(asked).toEqual([0, 10, 10, 20]);
    expect(heap.stats().heapObjects).toBe(30);
  });

  it("is scanned whole where there are no steps, and in a snapshot", () => {
    for (const heap of [
      createStopTheWorldHeap(options),
      createHeap({ ...options, barrier: "deletion" }),
    ]) {
      const table = new Table();
      heap.addRoots(table);
      for (let i = 0; i < 25; i++) table.add(heap.alloc(Node));
      heap.collect();
      expect(table.parts).toBe(0);
      expect(table.whole).toBeGreaterThan(0);
      expect(heap.stats().heapObjects).toBe(25);
    }
  });
});
