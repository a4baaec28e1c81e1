/** What `console.log` shows of a map. */
import { inspect } from "node:util";
import { createHeap } from "@gort/gc";
import { any, int32, string, struct } from "@gort/types";
import { expect, test } from "vitest";
import { type GoMap, makeMap, nilMap, structKey } from "../src/index.ts";

test("a map shows its entries, as native Map does", () => {
  const m = makeMap<string, unknown>();
  expect(inspect(m)).toBe("GoMap(0) {}");
  m.set("a", 1).set("b", { x: [1] });
  expect(inspect({ m })).toMatch(/GoMap\(2\) \{ .*'b' => \{ x: \[Array\] \}/);
  expect(inspect(m)).toContain("'a' => 1");
  m.set("self", m);
  expect(inspect(m)).toContain("'self' => [Circular]");
  expect(inspect(nilMap())).toBe("GoMap(nil)");
});

test("a map in a heap shows Go's name of its type, and that it was released", () => {
  const heap = createHeap({ reserve: 2 ** 24 });
  const m = makeMap(string, int32, { heap });
  m.set("a", 1);
  expect(inspect(m)).toBe("map[string]int32(1) { 'a' => 1 }");
  m.release();
  expect(inspect(m)).toBe("map[string]int32(released)");
});

test("a map with types on JavaScript values shows Go's name of its type too, a nil one as well", () => {
  expect(inspect(makeMap(string, int32).set("a", 1))).toBe("map[string]int32(1) { 'a' => 1 }");
  const P = struct({ x: int32, y: int32 });
  expect(inspect(makeMap(P, any))).toBe("map[struct { x int32; y int32 }]interface {}(0) {}");
  expect(inspect(makeMap({ key: int32, value: P }))).toContain("map[int32]struct");
  expect(inspect(nilMap(string, int32))).toBe("map[string]int32(nil)");
  expect(inspect(makeMap({ key: int32 }))).toBe("GoMap(0) {}");
  expect(inspect(makeMap({ key: structKey("x", "y"), value: int32 }))).toBe("GoMap(0) {}");
});

test("as text a map is Go's name of its type, whatever is in it, and nothing is drawn", () => {
  let drawn = 0;
  const random = (): number => drawn++;
  const heap = createHeap({ reserve: 2 ** 24 });
  for (const options of [{ random }, { random, heap }]) {
    const m = makeMap(string, int32, options).set("a", 1);
    const before = drawn;
    expect([String(m), `${m}`]).toEqual(Array(2).fill("map[string]int32"));
    expect(drawn).toBe(before);
    m.release();
    expect(String(m)).toBe("map[string]int32");
  }
  expect([nilMap(string, int32), nilMap(), makeMap()].map(String)).toEqual([
    "map[string]int32",
    "GoMap",
    "GoMap",
  ]);
  const self = makeMap<string, unknown>().set("odd", Object.create(null));
  self.set("self", self);
  expect(String(self)).toBe("GoMap");
  expect(Object.prototype.toString.call(self)).toBe("[object GoMap]");
});

test("keys that do not equal themselves are shown each", () => {
  const m = makeMap<number, number>();
  m.set(NaN, 1).set(NaN, 2);
  const text = inspect(m);
  expect(text).toContain("NaN => 1");
  expect(text).toContain("NaN => 2");
});

test("looking at a map draws no random number, changes nothing and shows each entry once, at any point of its growth", () => {
  let drawn = 0;
  const random = (): number => (drawn++ * 2654435761) >>> 0;
  const heap = createHeap({ reserve: 2 ** 24 });
  for (const m of [
    makeMap<number, number>({ random }),
    makeMap(int32, int32, { heap, random }),
  ] as const) {
    let growing = 0;
    for (let i = 0; i < 100; i++) {
      m.set(i, -i);
      if (m.stats().growing) growing++;
      const before = [drawn, JSON.stringify(m.dump())];
      const text = inspect(m);
      expect([drawn, JSON.stringify(m.dump())]).toEqual(before);
      const keys = [...text.matchAll(/(\d+) => -?\d+/g)].map((k) => Number(k[1]));
      expect(keys.sort((a, b) => a - b)).toEqual(Array.from({ length: i + 1 }, (_, k) => k));
    }
    expect(growing).toBeGreaterThan(0);
  }
});

test("a map inside of itself, whatever is between, is circular at any depth; one that is there twice is not", () => {
  const outer = makeMap<string, unknown>();
  const inner = makeMap<unknown, unknown>();
  outer.set("inner", [{ inner }]);
  inner.set(outer, new Map([[1, outer]]));
  for (const depth of [null, 5, 100]) {
    expect(inspect({ outer }, { depth }).replace(/\s+/g, " ")).toBe(
      "{ outer: GoMap(1) { 'inner' => [ { inner: GoMap(1) { [Circular] => Map(1) { 1 => [Circular] } } } ] } }",
    );
  }
  expect(inspect(outer, { depth: 2 })).toContain("inner: [GoMap]");
  interface Node {
    name: string;
    parent: Node | null;
    kids: GoMap<string, Node, undefined>;
  }
  const node = (name: string, parent: Node | null): Node => {
    const n: Node = { name, parent, kids: makeMap() };
    parent?.kids.set(name, n);
    return n;
  };
  const root = node("root", null);
  for (let i = 0; i < 20; i++) node(`n${i}`, node(`k${i}`, root));
  expect(inspect(root, { depth: null }).length).toBeLessThan(20_000);
  const twice = makeMap<string, unknown>().set("a", 1);
  expect(inspect([twice, twice])).toBe("[ GoMap(1) { 'a' => 1 }, GoMap(1) { 'a' => 1 } ]");
});

test("a large map shows a hundred entries and how many more there are", () => {
  const m = makeMap<number, number>();
  for (let i = 0; i < 1000; i++) m.set(i, i);
  const lines = inspect(m).split("\n");
  expect(lines).toHaveLength(103);
  expect(lines[101]).toBe("  ... 900 more items");
  for (let i = 101; i < 1000; i++) m.delete(i);
  expect(inspect(m).split("\n")[101]).toBe("  ... 1 more item");
  m.delete(100);
  expect(inspect(m)).not.toContain("more");
});
