/** Keys of two fields: kept as words or as objects, whichever way found by value. */
import { int32, string, struct } from "@gort/types";
import { describe, expect, test } from "vitest";
import { checkMap, type GoMap, makeMap, structKey } from "../src/index.ts";

interface Cell {
  x: unknown;
  y: unknown;
}
const grid = () => makeMap<Cell, unknown>({ key: structKey("x", "y"), zero: () => "none" });

describe("keys of two fields", () => {
  test("integers, fractions, strings, large and negative numbers are found by value", () => {
    const m = grid();
    const fields = [
      0,
      1,
      -1,
      2 ** 31 - 1,
      -(2 ** 31),
      2 ** 31,
      0.5,
      "0",
      "",
      true,
      null,
      undefined,
      1n,
    ];
    for (const x of fields) for (const y of fields) m.set({ x, y }, [x, y]);
    checkMap(m);
    expect(m.len).toBe(fields.length ** 2);
    for (const x of fields) for (const y of fields) expect(m.get({ x, y })).toEqual([x, y]);
    expect(m.get({ x: 2, y: 2 })).toBe("none");
    for (const [k, v] of m) expect([k.x, k.y]).toEqual(v);
  });

  test("a function is a key of two fields, but no value of a struct type", () => {
    const m = grid();
    const f = Object.assign(() => 1, { x: 1, y: 2 });
    m.set(f, "f");
    expect(m.get({ x: 1, y: 2 })).toBe("f");
    const typed = makeMap(struct({ x: int32, y: int32 }), int32);
    const text = /^map key: value is function .*, want an object/;
    for (const use of [
      () => typed.get((() => 1) as never),
      () => typed.has((() => 1) as never),
      () => typed.delete((() => 1) as never),
      () => typed.set((() => 1) as never, 1),
      () => typed.set(f, 1),
    ])
      expect(use).toThrow(text);
    expect(typed.len).toBe(0);
  });

  test("+0 and -0 are one key in either field; range shows the sign of the latest write", () => {
    const m = grid();
    for (const [x, y] of [
      [0, 0],
      [-0, 0],
      [0, -0],
      [-0, -0],
      [0, 0],
    ] as const) {
      m.set({ x, y }, "v");
      expect(m.len).toBe(1);
      const [key] = [...m.keys()];
      expect(Object.is(key!.x, x) && Object.is(key!.y, y)).toBe(true);
      expect(m.get({ x: 0, y: -0 })).toBe("v");
      expect(m.get({ x: -0, y: 0 })).toBe("v");
      checkMap(m);
    }
    expect(m.delete({ x: -0, y: -0 })).toBe(true);
    expect(m.len).toBe(0);
    checkMap(m);
  });

  test("a key that holds NaN is never found, and only clear removes it", () => {
    const m = grid();
    for (let i = 0; i < 20; i++) m.set({ x: NaN, y: i & 1 }, i);
    expect(m.len).toBe(20);
    expect(m.has({ x: NaN, y: 0 })).toBe(false);
    expect([...m.values()].sort((a, b) => Number(a) - Number(b))).toEqual([...Array(20).keys()]);
    m.clear();
    checkMap(m);
    expect(m.len).toBe(0);
  });

  test("changing a key object later, or one that a range gave, changes nothing in the map", () => {
    const m = grid();
    const words = { x: 1, y: 2 };
    const text = { x: "a", y: 2 };
    m.set(words, 1).set(text, 2);
    words.x = 7;
    text.y = 7;
    for (const k of m.keys()) if (k.x === 1) k.x = 9;
    expect(m.get({ x: 1, y: 2 })).toBe(1);
    expect(m.get({ x: "a", y: 2 })).toBe(2);
    checkMap(m);
  });

  test("fields that are getters are read once, and may use the map themselves", () => {
    const m = grid();
    let reads = 0;
    const key = {
      get x() {
        reads++;
        for (let i = 0; i < 100; i++) m.set({ x: i, y: reads }, i);
        if (reads > 1) m.clear();
        return 5;
      },
      y: 6,
    };
    m.set(key, "v");
    expect(reads).toBe(1);
    expect(m.get({ x: 5, y: 6 })).toBe("v");
    expect(m.len).toBe(101);
    expect(m.get(key)).toBe("none"); // It cleared the map.
    checkMap(m);
  });

  test("a key that throws when read, or is no object, changes nothing", () => {
    const m = grid();
    m.set({ x: 1, y: 1 }, 1);
    const bad = {
      x: 1,
      get y(): number {
        throw new Error("no y");
      },
    };
    expect(() => m.set(bad, 2)).toThrow("no y");
    expect(() => m.set(undefined as never, 2)).toThrow(TypeError);
    expect(m.len).toBe(1);
    expect(m.get({ x: 1, y: 1 })).toBe(1);
    checkMap(m);
  });

  test("a struct type of two plain fields: checked, and other fields of the object do not count", () => {
    const m = makeMap(struct({ name: string, n: int32 }), int32);
    m.set({ name: "a", n: 1, more: 7 } as never, 10);
    expect(m.get({ name: "a", n: 1 })).toBe(10);
    expect([...m.keys()]).toEqual([{ name: "a", n: 1 }]);
    expect(() => m.set({ name: "a", n: 0.5 }, 1)).toThrow("0.5");
    expect(m.len).toBe(1);
  });
});

describe.each([
  ["by structKey", () => makeMap<any, any>({ key: structKey("x", "y"), zero: () => 0 })],
  ["by type", () => makeMap(struct({ x: int32, y: int32 }), int32)],
] as [string, () => GoMap<any, any>][])("update of two words, %s", (_, make) => {
  const one = { x: 1, y: 1 };
  test.each<[string, (m: GoMap<any, any>) => void, len: number]>([
    ["deletes the entry", (m) => m.delete(one), 2],
    ["deletes and sets it", (m) => void (m.delete(one), m.set(one, 100)), 2],
    ["deletes another", (m) => m.delete({ x: 2, y: 2 }), 1],
    ["clears the map", (m) => m.clear(), 1],
    ["clears and fills it", (m) => void (m.clear(), fill(m, 5)), 6],
    ["compacts the map", (m) => m.compact(), 2],
    ["makes it grow", (m) => fill(m, 100), 102],
    ["begins a growth", (m) => fill(m, 7), 9],
    ["overwrites it", (m) => m.set(one, 50), 2],
  ])("by a function that %s", (_what, change, len) => {
    const m = make();
    m.set(one, 1).set({ x: 2, y: 2 }, 5);
    const given = m.update(one, (n) => (change(m), n + 1));
    expect([given, m.get(one), m.len]).toEqual([2, 2, len]);
    checkMap(m);
  });
  const fill = (m: GoMap<any, any>, n: number): void => {
    for (let i = 0; i < n; i++) m.set({ x: 1000 + i, y: i }, i);
  };
});

test("a value changes its kind under the same key, and nothing stale stays behind", () => {
  const m = makeMap<string, unknown>();
  const kinds = [1, "s", 0.5, undefined, -0, null, NaN, { a: 1 }, 7];
  for (const first of kinds) {
    m.clear();
    m.set("first", first);
    for (const v of kinds) {
      m.set("k", v);
      expect(m.get("k")).toBe(v);
      checkMap(m);
    }
    m.delete("k");
    expect(m.getOk("k")).toEqual([undefined, false]);
    checkMap(m);
    for (let i = 0; i < 100; i++) m.set(`n${i}`, kinds[i % kinds.length]);
    for (let i = 0; i < 100; i++) expect(m.get(`n${i}`)).toBe(kinds[i % kinds.length]);
    checkMap(m);
  }
});

test("a copy function that writes to the map is caught, and nothing is lost", () => {
  const m = makeMap<number[], number>({
    key: {
      hash: (k: number[]) => k.length,
      equal: (a: number[], b: number[]) => a.join() === b.join(),
      copy: (k: number[]) => {
        if (k.includes(99)) m.set([1], 1);
        return [...k];
      },
    },
  });
  m.set([5], 5);
  expect(() => m.set([99], 1)).toThrow("concurrent map writes");
  expect(m.len).toBe(1);
  m.set([6], 6);
  expect(m.get([5])).toBe(5);
  checkMap(m);
});
