/** The timer heap against a sorted array, and a hundred thousand timers. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TimerHeap, type TimerItem } from "../src/timer-heap.ts";

class Node implements TimerItem {
  index = -1;
  readonly id: number;
  constructor(id: number) {
    this.id = id;
  }
  fire(): void {}
}

const runs = Number(process.env.GORT_FUZZ ?? 300);
const seed = process.env.GORT_SEED === undefined ? {} : { seed: Number(process.env.GORT_SEED) };

describe("timer heap", () => {
  test("behaves as a stable sorted list under random adds, removals and shifts", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.record({ op: fc.constant("add" as const), when: fc.integer({ min: 0, max: 30 }) }),
            fc.record({ op: fc.constant("remove" as const), at: fc.nat(60) }),
            fc.record({ op: fc.constant("shift" as const) }),
            fc.record({ op: fc.constant("gather" as const), now: fc.integer({ min: 0, max: 30 }) }),
          ),
          { maxLength: 120 },
        ),
        (steps) => {
          const heap = new TimerHeap(steps.length % 3, 3);
          const model: { when: number; node: Node }[] = [];
          let id = 0;
          for (const step of steps) {
            if (step.op === "add") {
              const node = new Node(id++);
              heap.add(node, step.when);
              let i = model.length;
              while (i > 0 && model[i - 1]!.when > step.when) i--;
              model.splice(i, 0, { when: step.when, node });
            } else if (step.op === "gather") {
              heap.gather(step.now, 1);
            } else if (model.length > 0) {
              if (step.op === "shift") {
                expect(heap.shift()).toBe(model.shift()!.node);
              } else {
                const [gone] = model.splice(step.at % model.length, 1);
                heap.remove(gone!.node);
                expect(gone!.node.index).toBe(-1);
              }
            }
            heap.check();
            expect(heap.size).toBe(model.length);
            expect(heap.earliest).toBe(model[0]?.when ?? Infinity);
          }
          while (model.length > 0) expect(heap.shift()).toBe(model.shift()!.node);
        },
      ),
      { numRuns: runs, ...seed },
    );
  });

  test("a hundred thousand timers come out in order, half of them stopped", () => {
    const heap = new TimerHeap();
    const nodes: Node[] = [];
    let x = 12345;
    for (let i = 0; i < 100_000; i++) {
      x = (Math.imul(x, 1103515245) + 12345) >>> 0;
      const node = new Node(i);
      nodes.push(node);
      heap.add(node, x % 1000003);
    }
    for (let i = 0; i < nodes.length; i += 2) heap.remove(nodes[i]!);
    heap.check();
    let last = -1;
    let n = 0;
    while (heap.size > 0) {
      const when = heap.earliest;
      expect(when >= last).toBe(true);
      last = when;
      heap.shift();
      n++;
    }
    expect(n).toBe(50_000);
  });

  test("what is gathered in one go comes out in order, equal deadlines as they were added", () => {
    const heap = new TimerHeap();
    const deadlines = [
      (i: number) => i % 50,
      (i: number) => 7 - (i & 1),
      (i: number) => (i % 3 === 0 ? -Infinity : Math.sin(i)),
      (i: number) => 1e-9 * ((i * 7919) % 1000) + (i % 5 === 0 ? 1e9 : 0),
      () => 3,
    ];
    for (const deadline of deadlines) {
      const nodes: { when: number; node: Node }[] = [];
      const removed = new Node(-1);
      heap.add(removed, 4);
      for (let i = 0; i < 5000; i++) {
        const node = new Node(i);
        nodes.push({ when: deadline(i), node });
        heap.add(node, deadline(i));
        // Slots are used again, so their numbers do not tell the age.
        if (i === 100) heap.remove(removed);
      }
      heap.gather(3e9);
      heap.check();
      const gone = nodes.splice(1000, 500);
      for (const { node } of gone) heap.remove(node);
      const late = { when: 2.5, node: new Node(5000) };
      nodes.push(late);
      heap.add(late.node, late.when);
      heap.check();
      nodes.sort((a, b) => (a.when < b.when ? -1 : a.when > b.when ? 1 : a.node.id - b.node.id));
      expect(nodes.map(() => (heap.shift() as Node).id)).toEqual(nodes.map((x) => x.node.id));
      expect(heap.size).toBe(0);
      heap.check();
    }
  });
});
