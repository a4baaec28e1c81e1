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
  expect(() => makeMap(int32, int32, wrong(heap))).toThrow(/^makeMap: options is an object /);
  expect(() => makeMap(wrong({ zero: 0 }))).toThrow("makeMap: zero is 0, want a function");
});

test("a key that hashes nothing, a value without a type and a source that is no function are refused by name", () => {
  expect(() => makeMap(wrong({ key: 5 }))).toThrow(
    "makeMap: key is 5, want a type descriptor or { hash, equal }",
  );
  for (const make of [makeMap, nilMap])
    expect(() => make(wrong({ key: null }))).toThrow(
      `${make.name}: key is null, want a type descriptor or { hash, equal }`,
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

test("a source of other numbers than integers is refused by name, Math.random before all", () => {
  const heap = createHeap({ reserve: 2 ** 20 });
  using m = makeMap(int32, int32, { heap });
  const want = "want an unsigned 32-bit integer, as of randomSource";
  expect(() => makeMap({ random: Math.random })).toThrow(
    /^makeMap: random\(\) is 0\.\d+(e-\d+)?, want an/,
  );
  for (const x of [0.5, NaN, Infinity, "7", 7n, undefined]) {
    const random = (): never => x as never;
    const text = new RegExp(`random\\(\\) is .*, ${want}$`);
    expect(() => makeMap({ random })).toThrow(text);
    expect(() => makeMap(int32, int32, { heap, random })).toThrow(text);
    expect(() => mapAt(heap, m.ptr, int32, int32, { random })).toThrow(text);
  }
  for (const x of [0, 7, 2 ** 32 - 1, -5])
    expect(makeMap<string, number>({ random: () => x }).set("a", 1).len).toBe(1);
});

test("a map in a heap needs a value type, and has the zero of it", () => {
  const heap = createHeap({ reserve: 2 ** 20 });
  expect(() => makeMap(wrong({ key: int32, heap }))).toThrow(
    "makeMap: value is undefined, want a type descriptor, for the map is in a heap",
  );
  expect(() => makeMap(wrong({ value: int32, heap }))).toThrow("makeMap: key is undefined");
  expect(() => makeMap(wrong({ key: int32, value: int32, heap, zero: () => 7 }))).toThrow(
    /^makeMap: zero is .*, want none/,
  );
});

test("a hint that is no number and an address that is none are refused by name", () => {
  const heap = createHeap({ reserve: 2 ** 20 });
  for (const hint of [1n, Symbol("s"), "9", null, {}]) {
    expect(() => makeMap(wrong({ hint }))).toThrow(/^makeMap: hint is .*, want a number/);
    expect(() => makeMap(int32, int32, wrong({ heap, hint }))).toThrow("makeMap: hint is");
    expect(() => nilMap(wrong({ hint }))).toThrow("nilMap: hint is");
  }
  using m = makeMap(int32, int32, { heap });
  for (const p of [Symbol("s"), 8n, "8", null, 2 ** 40 + m.ptr, m.ptr + 0.5, -m.ptr]) {
    expect(() => mapAt(heap, p as never, int32, int32)).toThrow(
      /^mapAt: ptr is .*, want the address/,
    );
  }
  expect(() => mapAt(heap, m.ptr, int32, int32, wrong({ random: 1 }))).toThrow(
    "mapAt: random is 1",
  );
});
