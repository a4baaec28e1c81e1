import { createAllocator, createMemory } from "@gort/alloc";
import fc from "fast-check";
import { expect, it } from "vitest";
import { CAPACITY, GreySet } from "../src/grey.ts";
import { OwnMemory, WORK } from "../src/own-memory.ts";

const seed = Number(process.env["GORT_SEED"] ?? 5);

function make(reserve = 2 ** 24) {
  const own = new OwnMemory(createAllocator(createMemory({ reserve })));
  return { own, grey: new GreySet(own) };
}

const buffers = (own: OwnMemory): number => {
  let n = 0;
  own.forEach((_, kind) => (n += Number(kind === WORK)));
  return n;
};

it("is a stack, over any number of work buffers", () => {
  const { own, grey } = make();
  const n = CAPACITY * 5 + 17;
  for (let i = 1; i <= n; i++) grey.push(i * 8);
  expect(buffers(own)).toBeGreaterThanOrEqual(6);
  for (let i = n; i >= 1; i--) if (grey.pop() !== i * 8) throw new Error(`entry ${i} is lost`);
  expect([grey.pop(), grey.isEmpty, grey.overflow]).toEqual([0, true, false]);
});

it("agrees with an array under any mix of push, pop, reserve and trim", () => {
  const operation = fc.oneof(
    { weight: 3, arbitrary: fc.record({ op: fc.constant("push"), n: fc.nat(1500) }) },
    { weight: 3, arbitrary: fc.record({ op: fc.constant("pop"), n: fc.nat(1500) }) },
    fc.record({ op: fc.constant("reserve"), n: fc.integer({ min: 1, max: 1024 }) }),
    fc.record({ op: fc.constant("trim"), n: fc.nat(3) }),
  );
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
      const { own, grey } = make();
      const model: number[] = [];
      let next = 8;
      for (const { op, n } of operations) {
        if (op === "push") {
          for (let i = 0; i < n; i++, next += 8) {
            grey.push(next);
            model.push(next);
          }
        } else if (op === "pop") {
          for (let i = 0; i < n; i++) expect(grey.pop()).toBe(model.pop() ?? 0);
        } else if (op === "reserve") {
          expect(grey.reserve(n)).toBe(true);
          expect(grey.end - grey.top).toBeGreaterThanOrEqual(n);
        } else grey.trim(n);
        expect(grey.isEmpty).toBe(model.length === 0);
        const seen: number[] = [];
        grey.forEach((address) => seen.push(address));
        expect(seen.sort((a, b) => a - b)).toEqual(model);
      }
      grey.trim(Infinity);
      expect(buffers(own)).toBeLessThanOrEqual(Math.ceil(model.length / 128) + 2);
    }),
    { seed, numRuns: 30 },
  );
});

it("tells an entry's tag from its address", () => {
  const { grey } = make();
  grey.push(800);
  grey.push(1600 + 1);
  grey.push(2 ** 32 - 8 + 4);
  const seen: [number, number][] = [];
  grey.forEach((address, tag) => seen.push([address, tag]));
  expect(seen).toEqual([
    [800, 0],
    [1600, 1],
    [2 ** 32 - 8, 4],
  ]);
  expect(grey.pop()).toBe(2 ** 32 - 4);
});

it("says so when there is no memory for a buffer, and keeps what it has", () => {
  const { own, grey } = make(2 ** 20);
  let pushed = 0;
  while (!grey.overflow) grey.push(++pushed * 8);
  expect(grey.reserve(CAPACITY)).toBe(false);
  let popped = 0;
  while (grey.pop() !== 0) popped++;
  expect(popped).toBe(pushed - 1);
  const before = own.bytes;
  grey.trim(Infinity);
  expect(own.bytes).toBeLessThan(before);
});
