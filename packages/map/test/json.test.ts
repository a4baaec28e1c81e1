/** What JSON shows of a map. */
import { createHeap } from "@gort/gc";
import { any, float64, int32, int64, map, string, struct, toInterface, uint8 } from "@gort/types";
import { expect, test } from "vitest";
import { makeMap, nilMap, tupleKey } from "../src/index.ts";

test("names and whole numbers are keys of an object, sorted as texts, as Go writes them", () => {
  const heap = createHeap({ reserve: 2 ** 24 });
  for (const m of [makeMap<string, number>(), makeMap(string, int32, { heap })]) {
    expect(JSON.stringify(m)).toBe("{}");
    m.set("b", 2).set("a", 1).set("__proto__", 3).set("é", 4);
    expect(JSON.stringify({ m })).toBe('{"m":{"__proto__":3,"a":1,"b":2,"é":4}}');
  }
  for (const m of [makeMap<number, number>(), makeMap(int32, uint8, { heap })]) {
    for (const k of [-1, 3, 20]) m.set(k, k + 1);
    expect(JSON.parse(JSON.stringify(m))).toEqual({ "-1": 0, "3": 4, "20": 21 });
  }
  const wide = makeMap(int64, string)
    .set(2n ** 60n, "x")
    .set(-5n, "y");
  expect(JSON.stringify(wide)).toBe('{"-5":"y","1152921504606846976":"x"}');
});

test("keys are sorted by their bytes, as Go sorts them, and not by UTF-16 units", () => {
  const m = makeMap<string, number>().set("\u{10000}", 1).set("\uffff", 2).set("\ud800", 3);
  expect(Object.keys(m.toJSON()!)).toEqual(["\ud800", "\uffff", "\u{10000}"]);
});

test("interface values are written as what they hold, keys and values", () => {
  const heap = createHeap({ reserve: 2 ** 24 });
  const inner = makeMap<string, number>().set("n", 1);
  for (const options of [{}, { heap }]) {
    const m = makeMap(string, any, options)
      .set("a", toInterface(int32, 3))
      .set("b", toInterface(struct({ x: any }), { x: toInterface(int32, 4) }))
      .set("c", toInterface(map(string, int32), inner))
      .set("d", null);
    expect(JSON.stringify(m)).toBe('{"a":3,"b":{"x":4},"c":{"n":1},"d":null}');
    const keyed = makeMap(any, int32, options).set(toInterface(int32, 7), 1);
    expect(JSON.stringify(keyed)).toBe("[[7,1]]");
  }
});

test("other keys come in pairs, a nil map as null", () => {
  const pairs = makeMap(struct({ x: int32, y: int32 }), string).set({ x: 1, y: 2 }, "gold");
  expect(JSON.stringify(pairs)).toBe('[[{"x":1,"y":2},"gold"]]');
  expect(JSON.stringify(makeMap(float64, int32).set(0.5, 1))).toBe("[[0.5,1]]");
  expect(JSON.stringify(makeMap<unknown, number>().set("1", 1))).toBe('{"1":1}');
  expect(makeMap<unknown, number>().set("1", 1).set(1, 2).toJSON()).toHaveLength(2);
  expect(JSON.stringify(makeMap({ key: tupleKey() }).set([1, "a"], 2))).toBe('[[[1,"a"],2]]');
  expect(JSON.stringify([nilMap<string, number>()])).toBe("[null]");
});

test("a map in a map is written with it, and nothing of what is inside", () => {
  const m = makeMap<string, unknown>().set("in", makeMap<string, number>().set("n", 1));
  const text = JSON.stringify(m);
  expect(text).toBe('{"in":{"n":1}}');
});
