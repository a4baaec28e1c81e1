import { createHeap } from "@gort/gc";
import { any, float64, int32, string, struct } from "@gort/types";
import { expect, test } from "vitest";
import { checkMap, makeMap } from "../src/index.ts";

test("a map in a heap grows and finds", () => {
  const heap = createHeap({ reserve: 64 * 2 ** 20 });
  const m = makeMap(int32, float64, { heap });
  for (let i = 0; i < 20000; i++) {
    m.set(i, i / 2);
    if (i % 997 === 0) checkMap(m);
  }
  for (let i = 0; i < 20000; i++) expect(m.get(i)).toBe(i / 2);
  expect(new Map(m).size).toBe(20000);
  heap.collect();
  checkMap(m);
  for (let i = 0; i < 20000; i += 2) expect(m.delete(i)).toBe(true);
  m.compact();
  heap.collect();
  checkMap(m);
  expect(m.len).toBe(10000);
});

test("strings, structs and interfaces", () => {
  const heap = createHeap({ reserve: 64 * 2 ** 20 });
  const P = struct({ x: int32, y: int32 });
  const a = makeMap(string, string, { heap });
  const b = makeMap(P, int32, { heap });
  const c = makeMap(any, P, { heap });
  for (let i = 0; i < 2000; i++) {
    a.set(`k${i}`, `v${i}`);
    b.set({ x: i, y: -i }, i);
    c.set(i % 2 ? `s${i}` : i, { x: i, y: 1 });
    if (i % 97 === 0) {
      checkMap(a);
      checkMap(b);
      checkMap(c);
      heap.collect();
    }
  }
  for (let i = 0; i < 2000; i++) {
    expect(a.get(`k${i}`)).toBe(`v${i}`);
    expect(b.get({ y: -i, x: i })).toBe(i);
    expect(c.get(i % 2 ? `s${i}` : i)).toEqual({ x: i, y: 1 });
  }
});
