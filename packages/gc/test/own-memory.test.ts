import { checkAllocator, createAllocator, createMemory } from "@gort/alloc";
import fc from "fast-check";
import { expect, it } from "vitest";
import { HANDLES, HEADER, OwnMemory, PAGE, RECORDS, SMALL, STACK } from "../src/own-memory.ts";

const seed = Number(process.env["GORT_SEED"] ?? 11);
const KINDS = [HANDLES, STACK, RECORDS];

it("lists exactly the blocks in use, zeroed, newest first, after any takes and gives", () => {
  const step = fc.record({ give: fc.boolean(), pick: fc.nat(1e6), bytes: fc.nat(40_000) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const allocator = createAllocator(createMemory({ reserve: 2 ** 24 }));
      const own = new OwnMemory(allocator);
      const model: { block: number; kind: number; bytes: number }[] = [];
      for (const { give, pick, bytes } of steps) {
        if (give && model.length > 0) own.give(model.splice(pick % model.length, 1)[0]!.block);
        else {
          const kind = KINDS[pick % 3]!;
          const block = own.take(kind, HEADER + bytes);
          const size = HEADER + bytes <= SMALL ? SMALL : Math.ceil((HEADER + bytes) / PAGE) * PAGE;
          expect(own.words(block) * 4).toBe(size);
          const payload = own.memory.u32.subarray((block + HEADER) >>> 2, (block + size) >>> 2);
          expect(payload.every((w) => w === 0)).toBe(true);
          payload.fill(0xffffffff);
          model.unshift({ block, kind, bytes: size });
        }
        const seen: number[] = [];
        own.forEach((block, kind) => seen.push(block, kind));
        expect(seen).toEqual(model.flatMap((m) => [m.block, m.kind]));
        const sum = (of: typeof model): number => of.reduce((n, m) => n + m.bytes, 0);
        expect(own.bytes).toBe(sum(model));
        expect(own.stackBytes).toBe(sum(model.filter((m) => m.kind === STACK)));
      }
      for (const m of model) own.give(m.block);
      expect(own.bytes).toBe(0);
      checkAllocator(allocator);
    }),
    { seed, numRuns: 40 },
  );
});

it("a walk in pieces comes to every block that was there and still is, and to no new one", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1e6), { maxLength: 60 }), (choices) => {
      const own = new OwnMemory(createAllocator(createMemory({ reserve: 2 ** 24 })));
      const blocks = Array.from({ length: 20 }, () => own.take(HANDLES, SMALL));
      const there = new Set(blocks);
      const fresh = new Set<number>();
      const seen = new Set<number>();
      own.startWalk();
      for (const c of choices) {
        if (own.cursor === 0) break;
        if (c % 3 === 0) {
          seen.add(own.cursor);
          own.advance();
        } else if (c % 3 === 1) {
          const block = own.take(STACK, SMALL);
          fresh.add(block);
          seen.delete(block); // may be the memory of a block that was given back
        } else {
          const block = blocks.splice(c % blocks.length, 1)[0];
          if (block === undefined) continue;
          there.delete(block);
          own.give(block);
        }
      }
      for (; own.cursor !== 0; own.advance()) seen.add(own.cursor);
      for (const block of there) expect(seen.has(block)).toBe(true);
      for (const block of fresh) expect(seen.has(block)).toBe(false);
    }),
    { seed, numRuns: 60 },
  );
});

it("an allocator takes one collector", () => {
  const allocator = createAllocator(createMemory({ reserve: 2 ** 20 }));
  new OwnMemory(allocator);
  expect(() => new OwnMemory(allocator)).toThrow("createHeap: the allocator has a heap already");
});
