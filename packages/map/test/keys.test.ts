/** Hashers for keys with fields and for tuples: what spreads, and what is no key. */
import { describe, expect, test } from "vitest";
import { checkMap, type GoMap, makeMap, nilMap, structKey, tupleKey } from "../src/index.ts";

const kinds: [string, () => GoMap<any, any, any>, (n: number) => unknown][] = [
  ["of one field", () => makeMap<any, any>({ key: structKey("x") }), (x) => ({ x })],
  ["of two fields", () => makeMap<any, any>({ key: structKey("x", "y") }), (x) => ({ x, y: 1 })],
  [
    "of three",
    () => makeMap<any, any>({ key: structKey("x", "y", "z") }),
    (x) => ({ x, y: 1, z: 2 }),
  ],
  ["that are tuples", () => makeMap<any, any>({ key: tupleKey() }), (x) => [1, x]],
];

test.each(kinds)("keys %s with a NaN inside spread over the buckets", (_, make, key) => {
  const m = make();
  for (let i = 0; i < 3000; i++) m.set(key(NaN), i);
  expect(m.len).toBe(3000);
  expect(m.has(key(NaN))).toBe(false);
  const { buckets } = m.dump();
  // With one hash for all it would be 375 buckets.
  expect(Math.max(...buckets.map((chain) => chain.length))).toBeLessThan(6);
  checkMap(m);
});

describe.each(kinds)("keys %s", (_, make, key) => {
  const none = [null, undefined, 5, true, 1n, Symbol("s")];
  test.each(none.map((k) => [String(k), k]))("%s is no key, and is named", (_text, k) => {
    const m = make();
    for (let i = 0; i < 2; i++) {
      for (const use of [
        () => m.get(k),
        () => m.getOk(k),
        () => m.has(k),
        () => m.delete(k),
        () => m.set(k, 1),
        () => m.update(k, () => 1),
      ]) {
        expect(use).toThrow(TypeError);
        expect(use).toThrow(/^map key: value is .*, want an (object|array)$/);
      }
      m.set(key(1), 7);
    }
    expect([m.len, m.get(key(1))]).toEqual([1, 7]);
    checkMap(m);
  });
});

test("a nil map refuses them too", () => {
  const m = nilMap<any, any>({ key: structKey("x", "y") });
  expect(() => m.get(null)).toThrow("map key: value is null, want an object");
  expect(() => nilMap<any, any>({ key: tupleKey() }).delete(5)).toThrow("want an array");
});

test("array-likes are tuples", () => {
  const m = makeMap<any, number>({ key: tupleKey() });
  m.set(Uint8Array.of(1, 2), 5);
  expect(m.get([1, 2])).toBe(5);
  m.set({ length: 1, 0: "a" }, 6);
  expect(m.get(["a"])).toBe(6);
  checkMap(m);
});

test("a key of no fields, and of what is no field name, is refused", () => {
  expect(() => structKey()).toThrow("structKey: fields is an array of 0, want names of fields");
  expect(() => structKey(5 as never)).toThrow("structKey: fields is an array of 1, want names");
});
