/** Typed maps on JavaScript values beside those in a heap: what is stored, what is given back, what is refused. */
import {
  any,
  array,
  bool,
  complex128,
  complex64,
  convert,
  error,
  float32,
  float64,
  int16,
  int32,
  int64,
  int8,
  ptr,
  string,
  struct,
  toInterface,
  type Type,
  uint32,
} from "@gort/types";
import { describe, expect, test } from "vitest";
import { checkMap, type GoMap, makeMap, nilMap } from "../src/index.ts";
import { smallHeap } from "./support.ts";

const P = struct({ x: int32 });
const Pair = struct({ x: int32, name: string });
const Three = struct({ x: int32, y: int32, name: string });
const Single = struct({ f: float32, s: string });

const storages = ["on values", "in a heap"] as const;
const make = (where: string, key: Type, value: Type): GoMap<any, any> =>
  makeMap(key, value, where === "in a heap" ? { heap: smallHeap() } : {});

describe.each(storages)("%s", (where) => {
  test("a float32 key is found by the number that it was set by", () => {
    const m = make(where, float32, int32);
    m.set(0.1, 5);
    expect([m.get(0.1), m.get(Math.fround(0.1)), m.has(0.1), m.getOk(0.1)]).toEqual([
      5,
      5,
      true,
      [5, true],
    ]);
    expect(m.update(0.1, (n: number) => n + 1)).toBe(6);
    expect([...m]).toEqual([[Math.fround(0.1), 6]]);
    expect(m.get(0.2)).toBe(0);
    checkMap(m);
    expect(m.delete(0.1)).toBe(true);
    expect(m.len).toBe(0);
    m.set(NaN, 1);
    expect([m.has(NaN), m.delete(NaN), m.len]).toEqual([false, false, 1]);
    m.set(0, 1);
    m.set(-0, 2);
    expect([...m.keys()].some((k) => Object.is(k, -0))).toBe(true);
    checkMap(m);
  });

  test.each([int8, int16, int32, uint32])(
    "-0 is 0 in an integer of type $name, key and value",
    (t) => {
      const m = make(where, t, t);
      m.set(-0, -0);
      expect([...m]).toEqual([[0, 0]]);
      expect([m.get(0), m.get(-0)]).toEqual([0, 0]);
      m.set(-0, 7);
      expect([...m]).toEqual([[0, 7]]);
      expect(m.delete(-0)).toBe(true);
    },
  );

  test("half a surrogate pair is U+FFFD, in keys and values, at any depth", () => {
    const m = make(where, string, string);
    m.set("\ud800", "a\udc00").set("\ufffd", "\ud83d\ude00");
    expect([...m]).toEqual([["\ufffd", "\ud83d\ude00"]]);
    expect([m.get("\udfff"), m.has("\ud800")]).toEqual(["\ud83d\ude00", true]);
    expect(m.update("\ud800", (s: string) => s + "\ud800")).toBe("\ud83d\ude00\ud800");
    expect([...m.values()]).toEqual(["\ud83d\ude00\ufffd"]);
    expect(m.delete("\ud900")).toBe(true);
    const deep = make(where, Pair, array(Single, 1));
    deep.set({ x: -0, name: "\ud800" }, [{ f: 0.1, s: "\ud800" }]);
    expect([...deep]).toEqual([[{ x: 0, name: "\ufffd" }, [{ f: Math.fround(0.1), s: "\ufffd" }]]]);
    expect(deep.has({ x: 0, name: "\ufffd" })).toBe(true);
    expect(deep.has({ x: 0, name: "\ud801" })).toBe(true);
    expect(deep.delete({ x: -0, name: "\ud801" })).toBe(true);
    checkMap(deep);
  });

  test.each([
    [P, { x: 1 }, (v: any): void => void (v.x = 300)],
    [array(int32, 2), [1, 2], (v: any): void => void (v[0] = 300)],
    [
      struct({ in: P, list: array(P, 1) }),
      { in: { x: 1 }, list: [{ x: 2 }] },
      (v: any): void => void ((v.in.x = 300), (v.list[0].x = 300)),
    ],
    [complex128, { re: 1, im: 2 }, (v: any): void => void (v.re = 300)],
    [complex64, { re: 1, im: 2 }, (v: any): void => void (v.re = 300)],
  ] as const)(
    "values and keys of type $name are copied in and out",
    (type: Type, given: unknown, change: (v: any) => void) => {
      const want = structuredClone(given);
      for (const key of [string, int32, P, Three, float64] as Type[]) {
        const k = { string: "a", int32: 1, float64: 0.5 }[key.name] ?? { x: 1, y: 2, name: "n" };
        const m = make(where, key, type);
        const v = structuredClone(given);
        m.set(k, v);
        const givers: (() => unknown)[] = [
          () => v,
          () => m.get(k),
          () => m.getOk(k)[0],
          () => [...m.values()][0],
          () => m.entries().next().value![1],
          () => m.update(k, (old: unknown) => old),
        ];
        for (const give of givers) {
          change(give());
          expect(m.get(k)).toEqual(want);
        }
        m.update(k, (old: unknown) => (change(old), structuredClone(given)));
        expect(m.get(k)).toEqual(want);
        for (const r = m.range(); r.next();) {
          m.delete("x" in Object(k) ? { x: 5, y: 5, name: "" } : k);
          change(r.value);
        }
        checkMap(m);
      }
      const m = make(where, type, int32);
      const k = structuredClone(given);
      m.set(k, 1);
      change(k);
      change([...m.keys()][0]);
      expect([m.get(want), m.has(k), m.len]).toEqual([1, false, 1]);
      const again = structuredClone(given);
      expect(m.update(again, (n: number) => (change(again), n + 1))).toBe(2);
      expect([m.get(want), m.len]).toEqual([2, 1]);
      checkMap(m);
    },
  );

  test.each<[Type, unknown[]]>([
    [int64, [5, "5", null, 1n << 63n]],
    [int32, [5n, "5", 1.5, NaN, 2 ** 31, null, undefined, {}]],
    [float32, ["1", 1n, null]],
    [string, [5, null, undefined, ["a"]]],
    [bool, [0, "true", null]],
    [Pair, [null, undefined, 5, "ab", { x: 1 }, { x: "1", name: "a" }, { x: 0.5, name: "a" }]],
    [struct({ a: int32, b: int32 }), [null, 5, { a: 1 }, { a: 1.5, b: 1 }, { a: 1n, b: 1 }]],
    [Three, [null, 5, { x: 1, y: 1 }, { x: 1, y: 1, name: 5 }]],
    [array(int32, 2), [null, [1], [1, 2, 3], [1, "2"], new Set([1, 2])]],
    [complex128, [5, null, { re: 1 }]],
    [struct({ in: P }), [{}, { in: null }, { in: { x: "1" } }]],
  ])(
    "what is no key of type $name is refused by every operation, with or without entries",
    (type, wrong) => {
      for (const filled of [false, true]) {
        const m = make(where, type, int32);
        if (filled) m.set(type.zero(), 1);
        for (const k of wrong) {
          for (const use of [
            () => m.get(k),
            () => m.getOk(k),
            () => m.has(k),
            () => m.delete(k),
            () => m.set(k, 1),
            () => m.update(k, () => 1),
          ]) {
            expect(use).toThrow(/^map key/);
          }
        }
        expect(m.len).toBe(filled ? 1 : 0);
        checkMap(m);
      }
      const nil = nilMap(type, int32);
      for (const k of wrong) expect(() => nil.get(k)).toThrow(/^map key/);
    },
  );

  test("what is no value is refused, and nothing is changed", () => {
    const m = make(where, string, struct({ in: struct({ x: int8 }), c: complex128 }));
    const good = { in: { x: 1 }, c: { re: 1, im: 2 } };
    m.set("a", good);
    for (const v of [
      null,
      {},
      { ...good, in: null },
      { ...good, in: { x: 300 } },
      { ...good, c: 5 },
    ]) {
      expect(() => m.set("a", v)).toThrow(/^map value/);
      expect(() => m.set("b", v)).toThrow(/^map value/);
      expect(() => m.update("a", () => v)).toThrow(/^map value/);
    }
    expect([...m]).toEqual([["a", good]]);
  });

  test("a getter that answers otherwise when asked again stores nothing that the type cannot hold", () => {
    const m = make(where, Three, struct({ v: int8, w: float64 }));
    const liar = (good: unknown, bad: unknown, after: number): any => {
      let n = 0;
      return {
        get x() {
          return n++ < after ? good : bad;
        },
        get v() {
          return n++ < after ? good : bad;
        },
        y: 1,
        w: 1,
        name: "n",
      };
    };
    let refused = 0;
    for (let after = 0; after < 4; after++) {
      for (const use of [
        () => m.set(liar(1, "x", after), { v: 1, w: 1 }),
        () => m.set({ x: 1, y: 1, name: "n" }, liar(1, 300, after)),
        () => m.set(liar(1, 2, after), { v: 1, w: 1 }),
      ]) {
        try {
          use();
        } catch (e) {
          expect((e as Error).message).toMatch(/^map (key|value)/);
          refused++;
        }
        checkMap(m);
      }
    }
    expect(refused).toBeGreaterThan(1);
    expect(m.len).toBeGreaterThan(0);
    for (const [k, v] of m) {
      expect(typeof k.x).toBe("number");
      expect(v.v).toBe(1);
      expect(m.has(k)).toBe(true);
    }
  });
});

test.each(storages)("interface values are what memory would give back, %s", (where) => {
  const m = make(where, any, any);
  const object = {};
  m.set("a", object)
    .set(1, "\ud800")
    .set(undefined, undefined)
    .set("\udc00", toInterface(int32, -0));
  expect(m.get("a")).toBe(object);
  expect(m.get(1)).toBe("\ufffd");
  expect([...m.keys()].sort()).toEqual(["a", 1, null, "\ufffd"].sort());
  expect([m.get(null), m.get(undefined)]).toEqual([null, null]);
  expect(Object.is((m.get("\ud800") as { value: unknown }).value, 0)).toBe(true);
  expect(m.delete("\ud801") && m.delete(null)).toBe(true);
  const boo = new Error("boo");
  const errors = make(where, int32, error);
  errors.set(1, undefined).set(2, convert(boo, error)).set(3, boo);
  expect(errors.get(1)).toBe(null);
  for (const k of [2, 3]) {
    expect(errors.get(k).value).toBe(boo);
    expect(errors.get(k).call("Error")).toBe("boo");
  }
  checkMap(m);
  checkMap(errors);
});

test("interface values are copied where they hold structs", () => {
  const m = makeMap(string, any);
  const given = { x: 1 };
  m.set("a", toInterface(P, given));
  given.x = 2;
  (m.get("a") as { value: { x: number } }).value.x = 3;
  expect((m.get("a") as { value: unknown }).value).toEqual({ x: 1 });
});

test("without a value type values are held by reference", () => {
  const m = makeMap<string, { x: number }>();
  const v = { x: 1 };
  m.set("a", v);
  expect(m.get("a")).toBe(v);
});

test("a key or value that points into another heap is refused, and the map stays as it was", () => {
  const [here, there] = [smallHeap(), smallHeap()];
  const At = ptr(P);
  const held = there.root(there.alloc(P));
  const x = toInterface(At, held.ptr, there);
  const m = makeMap(int32, any, { heap: here });
  const keyed = makeMap(any, int32, { heap: here });
  const text = /^map (key|value): value is .* of this space, not of another$/;
  expect(() => m.set(1, x)).toThrow(text);
  expect(() => keyed.set(x, 1)).toThrow(text);
  expect([m.len, keyed.len]).toEqual([0, 0]);
  const own = here.root(here.alloc(P));
  keyed.set(toInterface(At, own.ptr, here), 7);
  expect(keyed.get(toInterface(At, own.ptr, here))).toBe(7);
  checkMap(m);
  checkMap(keyed);
});
