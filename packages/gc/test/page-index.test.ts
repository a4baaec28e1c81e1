import { createAllocator, createMemory } from "@gort/alloc";
import fc from "fast-check";
import { expect, it } from "vitest";
import { OwnMemory } from "../src/own-memory.ts";
import { BOXES_HEAD, PageIndex, RECORDS_HEAD } from "../src/page-index.ts";

const seed = Number(process.env["GORT_SEED"] ?? 3);

it("agrees with a Map, through growth and entries that fall empty", () => {
  const step = fc.record({ page: fc.nat(3000), head: fc.nat(5), boxes: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 600 }), (steps) => {
      const own = new OwnMemory(createAllocator(createMemory({ reserve: 2 ** 24 })));
      const index = new PageIndex(own);
      const u32 = own.memory.u32;
      const model = new Map<number, [number, number]>();
      expect(index.find(7)).toBe(0);
      for (const { page, head, boxes } of steps) {
        const entry = index.ensure(page);
        expect(index.find(page)).toBe(entry);
        const heads = model.get(page) ?? [0, 0];
        expect([u32[entry + RECORDS_HEAD], u32[entry + BOXES_HEAD]]).toEqual(heads);
        u32[entry + (boxes ? BOXES_HEAD : RECORDS_HEAD)] = head;
        heads[boxes ? 1 : 0] = head;
        model.set(page, heads);
      }
      const seen = new Map<number, [number, number]>();
      index.forEach((page, entry) =>
        seen.set(page, [u32[entry + RECORDS_HEAD]!, u32[entry + BOXES_HEAD]!]),
      );
      expect(seen).toEqual(new Map([...model].filter(([, [r, b]]) => r !== 0 || b !== 0)));
    }),
    { seed, numRuns: 40 },
  );
});

it("is never more than half full, so that a page that is not there is found out", () => {
  const own = new OwnMemory(createAllocator(createMemory({ reserve: 2 ** 24 })));
  const index = new PageIndex(own);
  for (let page = 0; page < 500; page++) {
    own.memory.u32[index.ensure(page) + RECORDS_HEAD] = 1;
    expect(index.find(page + 1)).toBe(0);
  }
});
