/** The timer heap against a sorted array, and a million timers. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TimerHeap, TimerNode } from "../src/timer-heap.ts";

class Node extends TimerNode {
  readonly id: number;
  constructor(id: number) {
    super();
    this.id = id;
  }
  override fire(): void {}
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
          ),
          { maxLength: 120 },
        ),
        (steps) => {
          const heap = new TimerHeap({ cancel: () => true });
          const model: { when: number; node: Node }[] = [];
          let id = 0;
          for (const step of steps) {
            if (step.op === "add") {
              const node = new Node(id++);
              heap.add(node, step.when);
              let i = model.length;
              while (i > 0 && model[i - 1]!.when > step.when) i--;
              model.splice(i, 0, { when: step.when, node });
            } else if (model.length > 0) {
              if (step.op === "shift") {
                expect(heap.shift()).toBe(model.shift()!.node);
              } else {
                const [gone] = model.splice(step.at % model.length, 1);
                heap.remove(gone!.node);
                expect([gone!.node.index, gone!.node.heap]).toEqual([-1, null]);
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
    const heap = new TimerHeap({ cancel: () => true });
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
});
