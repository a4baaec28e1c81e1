import { describe, expect, test } from "vitest";
import { checkMap } from "../src/index.ts";
import { createReferenceMap, mapCases } from "../src/testing/index.ts";
import { makers } from "./support.ts";

describe.each(makers)("the conformance suite: %s", (_, make) => {
  test.each(mapCases.map((c) => [c.name, c] as const))("%s", (_name, c) => {
    c.run(make);
  });

  test("every case leaves maps that pass the checker", () => {
    for (const c of mapCases) {
      const made: ReturnType<typeof make>[] = [];
      c.run((o) => {
        const m = make(o);
        made.push(m);
        return m;
      });
      made.forEach(checkMap);
    }
  });
});

test("the reference map is a list of pairs", () => {
  const m = createReferenceMap<number, number>(0);
  m.set(1, 2);
  m.set(1, 3);
  m.set(NaN, 4);
  expect([...m.entries()]).toEqual([
    [1, 3],
    [NaN, 4],
  ]);
  expect(m.getOk(1)).toEqual([3, true]);
  expect(m.delete(1)).toBe(true);
  expect(m.delete(NaN)).toBe(false);
  m.clear();
  expect(m.len).toBe(0);
});
