/** What is no function, no map and no type is refused by name, and the map is as it was. */
import { createHeap } from "@gort/gc";
import { float64, int32, string } from "@gort/types";
import { describe, expect, test } from "vitest";
import { checkMap, makeMap, mapAt, nilMap, structKey, type GoMap } from "@gort/map";

const NONE: readonly [unknown, string][] = [
  [null, "null"],
  [undefined, "undefined"],
  [NaN, "NaN"],
  [-1, "-1"],
  ["x", '"x"'],
  [{}, "an object (Object)"],
  [[], "an array of 0"],
  [new Map(), "an object (Map)"],
  [Symbol("s"), "Symbol(s)"],
  [1n, "1n"],
];
const heap = createHeap({ reserve: 2 ** 22 });
const maps: Record<string, () => GoMap<any, any, any>> = {
  values: () => makeMap({ zero: () => 0 }),
  pairs: () => makeMap({ key: structKey("x", "y"), zero: () => 0 }),
  typed: () => makeMap(string, float64),
  "in a heap": () => makeMap(int32, float64, { heap }),
  nil: () => nilMap(int32, float64),
};
const keys: Record<string, unknown> = { pairs: { x: 1, y: 2 }, typed: "a" };

describe.each(NONE.map(([value, shown]) => ({ value: value as never, shown })))(
  "$shown",
  ({ value, shown }) => {
    test.each(Object.entries(maps))("is no function for a map: %s", (name, make) => {
      const m = make();
      const key = keys[name] ?? 1;
      if (!m.isNil) m.set(key, 7);
      expect(() => m.update(key, value)).toThrow(`update: change is ${shown}, want a function`);
      expect(() => m.forEach(value)).toThrow(`forEach: visit is ${shown}, want a function`);
      checkMap(m);
      expect([m.len, m.get(key)]).toEqual(m.isNil ? [0, 0] : [1, 7]);
      m.release();
    });

    test("is no map to check", () => {
      expect(() => checkMap(value)).toThrow(
        `checkMap: m is ${shown}, want a map made by this package`,
      );
    });

    test("is no key or value type to open a map with", () => {
      using m = makeMap(int32, float64, { heap });
      expect(() => mapAt(heap, m.ptr, value, float64)).toThrow(
        `mapAt: key is ${shown}, want a type`,
      );
      expect(() => mapAt(heap, m.ptr, int32, value)).toThrow(
        `mapAt: value is ${shown}, want a type`,
      );
      expect(() => mapAt(heap, 0, value, float64)).toThrow(`mapAt: key is ${shown}, want a type`);
    });
  },
);
