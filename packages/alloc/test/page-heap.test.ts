import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createMemory } from "@gort/alloc";
import { clearBits, countBits, popcount, setBits } from "../src/bits.ts";
import { checkPages } from "../src/check-pages.ts";
import { Core, writeHeader } from "../src/core.ts";
import { findPages, givePages, growHeap, takePages, takeZeroBits } from "../src/page-heap.ts";
import { H_FRONTIER, H_PAGES_INUSE, KIND_TIERED, PAGE_SIZE } from "../src/words.ts";

/** A bare page heap. */
function make(reserve: number): Core {
  const core = new Core(createMemory({ reserve }), 1);
  writeHeader(core.memory, KIND_TIERED, 1, core.firstPage);
  return core;
}

/** Takes pages for good: their zero bits too. */
function take(c: Core, n: number): number {
  const page = takePages(c, n);
  takeZeroBits(c, page, n);
  return page;
}

/** Checks the page heap of a core whose taken pages belong to nobody: they count as metadata. */
function check(c: Core, taken: number): void {
  const metadata = 15;
  c.i32[metadata] = taken;
  checkPages(c, false);
  expect(c.i32[H_PAGES_INUSE]).toBe(0);
}

describe("page heap", () => {
  test("takes the lowest run that fits: address-ordered first fit", () => {
    const c = make(2 ** 23);
    const runs = [3, 5, 2, 40, 1].map((n) => [takePages(c, n), n] as const);
    expect(runs[0]![0]).toBe(c.firstPage);
    for (const [page, n] of [runs[1]!, runs[3]!]) givePages(c, page, n);
    expect(takePages(c, 4)).toBe(runs[1]![0]);
    expect(takePages(c, 33)).toBe(runs[3]![0]);
    expect(takePages(c, 1)).toBe(runs[1]![0] + 4);
  });

  test("neighbours coalesce in whatever order they come back", () => {
    const c = make(2 ** 23);
    const pages = Array.from({ length: 100 }, () => take(c, 1));
    for (const i of [...pages.keys()].sort((a, b) => ((a * 37) % 100) - ((b * 37) % 100)))
      givePages(c, pages[i]!, 1);
    expect(take(c, 100)).toBe(c.firstPage);
    check(c, 100);
  });

  test("a run may span words and every level of the tree", () => {
    const c = make(2 ** 26);
    const total = c.pages - c.firstPage;
    expect(growHeap(c, total)).toBe(true);
    for (const n of [33, 64, 65, 1000, 4097, total]) {
      const page = takePages(c, n);
      expect(page).toBe(c.firstPage);
      givePages(c, page, n);
    }
    expect(findPages(c, total + 1)).toBe(0);
    check(c, 0);
  });

  test("grows by at least a unit, uses what is free at the frontier, and stops at the end of the memory", () => {
    const c = make(2 ** 23);
    const frontier = c.i32[H_FRONTIER]!;
    takePages(c, 1);
    expect(c.i32[H_FRONTIER]! - frontier).toBe(c.growUnit);
    takePages(c, c.growUnit + 5);
    expect(c.i32[H_FRONTIER]! - frontier).toBe(2 * c.growUnit);
    const rest = c.pages - c.i32[H_FRONTIER]! + c.growUnit - 6;
    expect(takePages(c, rest + 1)).toBe(0);
    expect(takePages(c, rest)).toBeGreaterThan(0);
    expect(takePages(c, 1)).toBe(0);
  });

  test("fresh pages are known to be zero, pages given back are not", () => {
    const c = make(2 ** 22);
    const page = takePages(c, 3);
    expect(takeZeroBits(c, page, 3)).toBe(false);
    givePages(c, page, 3);
    const again = takePages(c, 4);
    expect([again, takeZeroBits(c, again, 4)]).toEqual([page, true]);
  });

  test("agrees with a model that is an array of booleans", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 90 }), fc.boolean(), fc.nat(100))),
        (ops) => {
          const c = make(2 ** 22);
          const used = Array<boolean>(c.pages).fill(false).fill(true, 0, c.firstPage);
          const runs: [number, number][] = [];
          const lowest = (n: number): number => {
            for (let at = c.firstPage, run = 0; at < c.pages; at++) {
              run = used[at] ? 0 : run + 1;
              if (run === n) return at - n + 1;
            }
            return 0;
          };
          for (const [n, give, pick] of ops) {
            if (give && runs.length > 0) {
              const [page, length] = runs.splice(pick % runs.length, 1)[0]!;
              givePages(c, page, length);
              used.fill(false, page, page + length);
            } else {
              const page = takePages(c, n);
              expect(page).toBe(lowest(n));
              if (page === 0) continue;
              takeZeroBits(c, page, n);
              runs.push([page, n]);
              used.fill(true, page, page + n);
            }
          }
          check(
            c,
            runs.reduce((sum, [, n]) => sum + n, 0),
          );
        },
      ),
      { numRuns: 200 },
    );
  });
});

test("bitmaps: set, clear and count any range", () => {
  fc.assert(
    fc.property(fc.nat(200), fc.nat(120), fc.nat(200), fc.nat(120), (a, n, b, m) => {
      const words = new Int32Array(16);
      const model = new Set<number>();
      setBits(words, 1, a, n);
      for (let i = a; i < a + n; i++) model.add(i);
      let cleared = 0;
      for (let i = b; i < b + m; i++) if (model.delete(i)) cleared++;
      expect(clearBits(words, 1, b, m)).toBe(cleared);
      expect(countBits(words, 1, 15)).toBe(model.size);
      for (const i of model) expect((words[1 + (i >>> 5)]! >>> (i & 31)) & 1).toBe(1);
      expect(words[0]).toBe(0);
    }),
  );
  expect([0, 1, -1, 0x55555555].map(popcount)).toEqual([0, 1, 32, 16]);
});

test("a page is 8 KiB", () => expect(PAGE_SIZE).toBe(8192));
