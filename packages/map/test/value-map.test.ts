import { expect, test } from "vitest";
import { checkMap, makeMap } from "../src/index.ts";

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
