/** Options that maps refuse: what is misspelled, or a heap in the place of options, would be ignored. */
import { createHeap } from "@gort/gc";
import { int32 } from "@gort/types";
import { expect, test } from "vitest";
import { makeMap, mapAt, nilMap } from "../src/index.ts";

const wrong = (options: object): never => options as never;

test("an option that there is none of is refused by name", () => {
  expect(() => makeMap(wrong({ zeero: 1 }))).toThrow(
    /^makeMap: options.zeero is 1, want no options/,
  );
  expect(() => nilMap(wrong({ size: 1 }))).toThrow(/^nilMap: options.size is 1/);
  expect(() => makeMap(int32, int32, wrong({ hep: 1 }))).toThrow(/^makeMap: options.hep is 1/);
});

test("a heap in the place of options is refused, and so is a zero that is no function", () => {
  const heap = createHeap({ reserve: 2 ** 20 });
  expect(() => makeMap(int32, int32, wrong(heap))).toThrow(/^makeMap: options\./);
  expect(() => makeMap(wrong({ zero: 0 }))).toThrow("makeMap: zero is 0, want a function");
});

test("a key that hashes nothing, a value without a type and a source that is no function are refused by name", () => {
  expect(() => makeMap(wrong({ key: 5 }))).toThrow(
    "makeMap: key is 5, want a type descriptor or { hash, equal }",
  );
  expect(() => makeMap(wrong({ key: { hash: () => 1 } }))).toThrow(/^makeMap: key is an object/);
  expect(() => makeMap(wrong({ value: "int" }))).toThrow(
    'makeMap: value is "int", want a type descriptor',
  );
  expect(() => makeMap(wrong({ random: 7 }))).toThrow("makeMap: random is 7, want a function");
  const heap = createHeap({ reserve: 2 ** 20 });
  const { ptr } = makeMap(int32, int32, { heap });
  expect(() => mapAt(heap, ptr, int32, int32, wrong({ rand: 1 }))).toThrow(
    /^mapAt: options.rand is 1, want no options/,
  );
});
