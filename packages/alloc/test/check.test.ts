/** The checker finds what it is there to find: each test breaks one thing in a good heap. */
import { describe, expect, test } from "vitest";
import {
  checkAllocator,
  createAllocator,
  createBumpAllocator,
  createMemory,
  NOSCAN,
  type TieredAllocator,
} from "@gort/alloc";
import { Core } from "../src/core.ts";
import { cacheOf } from "../src/counters.ts";
import * as w from "../src/words.ts";

function make(): { heap: TieredAllocator; c: Core; i32: Int32Array; span: (p: number) => number } {
  const heap = createAllocator(createMemory({ reserve: 2 ** 20 }), { shards: 2 });
  for (const size of [8, 8, 64, 2000, 20_000, 50_000, 3]) heap.alloc(size, size === 3 ? NOSCAN : 0);
  heap.free(heap.alloc(90_000));
  const c = new Core(heap.memory as never, 2);
  return { heap, c, i32: c.i32, span: (p) => c.i32[c.pageMap + (p >>> 13)]! };
}

test("a good heap passes", () => checkAllocator(make().heap));

test("a good heap passes in a memory of any size, full and empty", () => {
  for (const kib of [192, 1000, 1536, 3072, 5000, 6144, 10_240, 12_288]) {
    const heap = createAllocator(createMemory({ reserve: kib * 1024 }));
    const got = [heap.alloc(100)];
    checkAllocator(heap);
    for (let size = kib * 64; size > 0; size >>= 1)
      try {
        for (;;) got.push(heap.alloc(size));
      } catch (err) {
        expect(err).toMatchObject({ code: "OUT_OF_MEMORY" });
        if (size < 1000) break;
      }
    checkAllocator(heap);
    for (const p of got) heap.free(p);
    checkAllocator(heap, { deep: true });
  }
});

describe("the checker finds", () => {
  const cases: [string, RegExp, (h: ReturnType<typeof make>, p: number) => void][] = [
    ["a store through nil", /through nil/, ({ i32 }) => void (i32[0] = 1)],
    [
      "a page in use marked free",
      /a page of a span is free|summary/,
      ({ c, i32 }, p) => {
        i32[c.freeBits + (p >>> 18)]! |= 1 << ((p >>> 13) & 31);
      },
    ],
    [
      "a page map entry that points elsewhere",
      /page map points to another/,
      ({ c, i32, span }, p) => {
        const other = span(p);
        const last = i32[w.H_FRONTIER]! - 1;
        i32[c.freeBits + (last >>> 5)]! &= ~(1 << (last & 31));
        i32[c.zeroBits + (last >>> 5)]! &= ~(1 << (last & 31));
        i32[c.pageMap + last] = other;
      },
    ],
    [
      "pages in use miscounted",
      /pages in use are miscounted/,
      ({ i32 }) => void (i32[w.H_PAGES_INUSE]! += 1),
    ],
    [
      "an arena's count",
      /an arena miscounts/,
      ({ c, i32 }) => void (i32[c.arenas + w.A_INUSE]! += 1),
    ],
    ["a tree node", /a page summary is wrong/, ({ c, i32 }) => void (i32[c.tree + 4]! += 1)],
    [
      "a zero page that is not zero",
      /said to be zero/,
      ({ heap, c, i32 }) => {
        expect(heap.scavenge()).toBeGreaterThan(0);
        let last = i32[w.H_FRONTIER]! - 1;
        while (((i32[c.zeroBits + (last >>> 5)]! >>> (last & 31)) & 1) === 0) last--;
        c.u8[last * 8192 + 17] = 1;
      },
    ],
    [
      "a wrong sweepgen",
      /sweepgen/,
      ({ i32, span }, p) => void (i32[span(p) + w.S_SWEEPGEN]! += 2),
    ],
    [
      "a marked free object",
      /a free object is marked/,
      ({ i32, span }, p) => {
        const s = span(p);
        i32[s + w.S_BITS + i32[s + w.S_BIT_WORDS]!]! |= 1 << 20;
      },
    ],
    [
      "a mark left over",
      /a mark bit is left over/,
      ({ i32, span }, p) => {
        const s = span(p);
        i32[s + w.S_BITS + i32[s + w.S_BIT_WORDS]!]! |= 1;
      },
    ],
    [
      "a bit past the last object",
      /past the last object/,
      ({ i32, span, heap }) => {
        const q = heap.alloc(2000);
        i32[span(q) + w.S_BITS]! |= 1 << 30;
      },
    ],
    [
      "a lost object",
      /count is wrong/,
      ({ heap, i32, span }, p) => {
        heap.stats(); // settles the span
        i32[span(p) + w.S_BITS]! |= 1;
      },
    ],
    [
      "a wrong owner",
      /another owner/,
      ({ i32, span }, p) => void (i32[span(p) + w.S_INFO]! += 1 << w.OWNER_SHIFT),
    ],
    [
      "a cursor beyond a free object",
      /before the cursor|cursor/,
      ({ c, i32 }) => {
        const entry = cacheOf(c, 0) + 2 * w.CACHE_ENTRY;
        i32[entry + w.E_CURSOR]! += 1;
      },
    ],
    [
      "a slow word that is off",
      /slow word/,
      ({ c, i32 }) => void (i32[cacheOf(c, 0) + 2 * w.CACHE_ENTRY + w.E_SLOW] = 2),
    ],
    ["a torn list", /tail is wrong|torn/, ({ i32 }) => void (i32[w.H_CENTRAL + 1]! += 1)],
    [
      "a tiny block without objects",
      /holds no object/,
      ({ c, i32 }) => {
        c.u16[i32[cacheOf(c, 0) + w.C_TINY_STARTS]!] = 0;
      },
    ],
    ["span records miscounted", /span records/, ({ i32 }) => void (i32[w.H_RECORD_WORDS]! += 2)],
    ["spans miscounted", /spans are miscounted/, ({ i32 }) => void (i32[w.H_SPANS]! += 1)],
    [
      "a counter that is off",
      /a class miscounts/,
      ({ c }) => void (c.f64[(cacheOf(c, 1) + w.C_FREES + 2) >>> 1]! += 1),
    ],
    [
      "a bit in the word without bits",
      /word without bits|count/,
      ({ i32 }) => void (i32[w.H_NO_BITS] = 1),
    ],
  ];
  test.each(cases)("%s", (_name, message, damage) => {
    const h = make();
    const p = h.heap.alloc(8);
    checkAllocator(h.heap);
    damage(h, p);
    expect(() => checkAllocator(h.heap)).toThrow(message);
  });

  test("damage in a bump heap", () => {
    const heap = createBumpAllocator(createMemory({ reserve: 2 ** 20 }));
    const p = heap.alloc(64);
    heap.alloc(9000);
    checkAllocator(heap);
    heap.memory.i32[p / 4 - 2]! += 8;
    expect(() => checkAllocator(heap)).toThrow(/start bit|objects do not end|runs over/);
  });

  test("options that are none", () => {
    const heap = createBumpAllocator(createMemory({ reserve: 2 ** 20 }));
    for (const [options, text] of [
      [null, "options are null, want an object"],
      [{ depth: true }, "option depth is true, want no options but deep"],
      [{ deep: "no" }, 'option deep is "no", want a boolean'],
    ] as const)
      expect(() => checkAllocator(heap, options as never)).toThrow(text);
    checkAllocator(heap, { deep: undefined });
  });

  test("a memory without an allocator", () => {
    expect(() => checkAllocator({ memory: createMemory({ reserve: 2 ** 20 }) })).toThrow(
      "no allocator lies in the memory",
    );
  });
});
