import fc from "fast-check";
import { expect, it } from "vitest";
import { Proc, RUNQ } from "../src/proc.ts";
import { Ring } from "../src/ring.ts";

type Entry = Parameters<Ring["push"]>[0];
const entry = (id: number): Entry => ({ id }) as unknown as Entry;
const ids = (list: Entry[]): number[] => list.map((g) => g.id);

it("a ring keeps the order of what is added one by one, by the half queue, and moved out in one go", () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant("push" as const), n: fc.integer({ min: 1, max: 40 }) }),
    fc.record({ do: fc.constant("shift" as const), n: fc.integer({ min: 1, max: 40 }) }),
    fc.record({ do: fc.constant("append" as const), n: fc.integer({ min: 0, max: 200 }) }),
    fc.record({ do: fc.constant("drain" as const), n: fc.integer({ min: 0, max: 128 }) }),
  );
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 0, max: 255 }),
      (steps, at) => {
        const ring = new Ring();
        let model: number[] = [];
        let id = 0;
        for (const { do: what, n } of steps) {
          if (what === "push")
            for (let i = 0; i < n; i++) {
              model.push(++id);
              ring.push(entry(id));
            }
          else if (what === "shift")
            for (let i = 0; i < n; i++) expect(ring.shift()?.id).toBe(model.shift());
          else if (what === "append") {
            const from = new Array<Entry | undefined>(256).fill(undefined);
            for (let i = 0; i < n; i++) {
              model.push(++id);
              from[(at + i) & 255] = entry(id);
            }
            ring.append(from, at, n);
            expect(from.every((g) => g === undefined)).toBe(true);
          } else {
            const some = Math.min(n, model.length);
            const to = new Array<Entry | undefined>(256).fill(undefined);
            ring.drain(to, some);
            expect(ids(to.slice(0, some) as Entry[])).toEqual(model.slice(0, some));
            model = model.slice(some);
          }
          expect(ring.size).toBe(model.length);
          expect(ids(ring.list())).toEqual(model);
        }
      },
    ),
    { numRuns: 100 },
  );
});

it("a full local queue spills its first half, and takes as many back when it is empty", () => {
  const p = new Proc(0, new Ring());
  const global = new Ring();
  // The queue begins somewhere in the middle of its places.
  for (let i = 0; i < 100; i++) p.push(entry(-i));
  for (let i = 0; i < 99; i++) p.shift();
  for (let i = 0; i < RUNQ - 1; i++) p.push(entry(i + 1));
  p.shift();
  p.push(entry(RUNQ));
  expect(p.push(entry(0))).toBe(false);
  p.spill(global);
  expect(ids(p.list())).toEqual(Array.from({ length: RUNQ / 2 }, (_, i) => RUNQ / 2 + 1 + i));
  expect(ids(global.list())).toEqual(Array.from({ length: RUNQ / 2 }, (_, i) => i + 1));
  while (p.shift() !== null);
  p.fill(global, 100);
  expect(ids(p.list())).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  expect(global.size).toBe(RUNQ / 2 - 100);
});
