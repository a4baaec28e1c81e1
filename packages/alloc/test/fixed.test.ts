import { expect, test } from "vitest";
import { createMemory } from "@gort/alloc";
import { Core, writeHeader } from "../src/core.ts";
import { giveRecord, takeRecord } from "../src/fixed.ts";
import { persistentAlloc } from "../src/persistent.ts";
import { bitWordsOf, recordWords } from "../src/span.ts";
import { H_LIMIT, H_PERSISTENT_PAGES, H_RECORD_WORDS, KIND_TIERED } from "../src/words.ts";

function make(reserve = 2 ** 20): Core {
  const core = new Core(createMemory({ reserve }), 1);
  writeHeader(core.memory, KIND_TIERED, 1, core.firstPage);
  return core;
}

test("records of a shape come back in last in, first out order; shapes do not mix", () => {
  const c = make();
  const [a, b, other] = [takeRecord(c, 4, false), takeRecord(c, 4, false), takeRecord(c, 5, false)];
  expect(new Set([a, b, other, 0]).size).toBe(4);
  giveRecord(c, a, 4, false);
  giveRecord(c, b, 4, false);
  expect(takeRecord(c, 5, false)).not.toBe(b);
  expect([takeRecord(c, 4, false), takeRecord(c, 4, false)]).toEqual([b, a]);
  expect(c.i32[H_RECORD_WORDS]).toBe(2 * recordWords(4, false) + 2 * recordWords(5, false));
});

test("records do not overlap, whatever their shape, and use one chunk together", () => {
  const c = make();
  const seen = new Set<number>();
  for (let k = 0; k < 60; k++) {
    const words = bitWordsOf(k % 30);
    const s = takeRecord(c, words, false);
    for (let i = s; i < s + recordWords(words, false); i++) {
      expect(seen.has(i)).toBe(false);
      seen.add(i);
    }
  }
  expect(c.pages - c.i32[H_LIMIT]!).toBeLessThanOrEqual(3);
  expect(c.i32[H_PERSISTENT_PAGES]).toBe(0);
});

test("out of memory gives 0 and changes nothing", () => {
  const c = make(2 ** 18);
  while (persistentAlloc(c, 2000, 8) !== 0);
  const before = c.i32.slice();
  expect(takeRecord(c, 32, true)).toBe(0);
  expect(c.i32).toEqual(before);
});

test("persistentAlloc aligns, zeroes, and gives large requests pages of their own", () => {
  const c = make();
  const p = persistentAlloc(c, 5, 1);
  expect(persistentAlloc(c, 8, 64) % 64).toBe(0);
  expect(persistentAlloc(c, 20_000, 8) % 8192).toBe(0);
  expect(persistentAlloc(c, 8, 8)).toBeLessThan(p + 8192);
  expect(c.pages - c.i32[H_LIMIT]!).toBe(4);
});
