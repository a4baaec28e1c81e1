import { expect, test } from "vitest";
import { checkMap, type GoMap, makeMap, structKey, tupleKey } from "../src/index.ts";

test("a map grows to many entries and finds them all", () => {
  const m = makeMap<string | number, number>();
  for (let i = 0; i < 5000; i++) {
    m.set(i % 2 === 0 ? i : `k${i}`, i);
    if (i % 97 === 0) checkMap(m);
  }
  expect(m.len).toBe(5000);
  for (let i = 0; i < 5000; i++) expect(m.get(i % 2 === 0 ? i : `k${i}`)).toBe(i);
  expect(new Map(m).size).toBe(5000);
  for (let i = 0; i < 5000; i += 3) {
    expect(m.delete(i % 2 === 0 ? i : `k${i}`)).toBe(true);
    if (i % 97 === 0) checkMap(m);
  }
  m.compact();
  checkMap(m);
  expect([...m.keys()].length).toBe(m.len);
  m.clear();
  checkMap(m);
  expect(m.len).toBe(0);
});

const kinds: [string, () => GoMap<any, any, any>, (i: number) => unknown][] = [
  ["strings", () => makeMap<string, number>(), (i) => `key ${i}`],
  ["two integers", () => makeMap({ key: structKey("x", "y") }), (i) => ({ x: i % 100, y: i })],
  ["strings and numbers", () => makeMap(), (i) => (i % 2 === 0 ? i : `${i}`)],
  ["tuples", () => makeMap({ key: tupleKey() }), (i) => [i, `${i % 7}`, i & 1]],
];

test.each(kinds)("chunks of the old table serve the new one: keys that are %s", (_, make, key) => {
  const m = make();
  const n = 30_000;
  const value = (i: number): unknown => (i % 5 === 0 ? `v${i}` : i + 0.5);
  let checks = 0;
  for (let i = 0; i < n; i++) {
    m.set(key(i), value(i));
    // In the middle of a growth with several chunks in each table; some of what has not moved is changed or deleted there.
    if (i % 40 === 39 && i > 26_000 && m.stats().growing) {
      if (checks++ === 20) checkMap(m);
      m.set(key(i >> 1), value(i >> 1));
      expect(m.delete(key(i))).toBe(true);
      m.set(key(i), value(i));
    }
  }
  expect(checks).toBeGreaterThan(20);
  expect(m.len).toBe(n);
  for (let i = 0; i < n; i++) {
    if (!Object.is(m.get(key(i)), value(i))) throw new Error(`entry ${i} is lost`);
  }
  checkMap(m);
});
