/** Random programs on every kind of map against the list of pairs, with the checker after every step. */
import type { Heap } from "@gort/gc";
import {
  any,
  array,
  bool,
  float64,
  int16,
  int32,
  int64,
  string,
  struct,
  type Type,
  uint32,
  uint8,
} from "@gort/types";
import { describe, expect, test } from "vitest";
import { checkMap, type GoMap, makeMap, structKey, tupleKey } from "../src/index.ts";
import { createReferenceMap } from "../src/testing/index.ts";
import { picker, rounds, seed, smallHeap, stressHeap } from "./support.ts";

interface Kind {
  readonly name: string;
  readonly make: (heap: Heap) => GoMap<any, any, any>;
  readonly key: (n: number) => unknown;
  readonly value: (n: number) => unknown;
  readonly zero: unknown;
  readonly equal?: (a: any, b: any) => boolean;
}

const Point = struct({ x: int32, y: int32 });
const Mixed = struct({ a: uint8, b: float64, s: string });
const Wide = array(int64, 20);
const both = (a: any, b: any): boolean => a.x === b.x && a.y === b.y;
const point = (n: number) => ({ x: n % 16, y: n >> 4 });
const mixed = (n: number) => ({ a: n % 7, b: n / 4, s: `é${n}` });
const wide = (n: number) => Array.from({ length: 20 }, (_, i) => BigInt(n + i));
const deep = (a: unknown, b: unknown): boolean => show(a) === show(b);
const show = (v: unknown): string =>
  JSON.stringify(v, (_, x: unknown) => (typeof x === "bigint" ? `${x}n` : x));

const typed = (
  key: Type,
  value: Type,
  keyOf: (n: number) => unknown,
  valueOf: (n: number) => unknown,
  equal?: (a: any, b: any) => boolean,
): Kind[] =>
  [true, false].map((inHeap) => ({
    name: `map[${key.name}]${value.name} ${inHeap ? "in a heap" : "on values"}`,
    make: (heap) => makeMap(key, value, inHeap ? { heap } : {}),
    key: keyOf,
    value: valueOf,
    zero: value.zero(),
    ...(equal === undefined ? {} : { equal }),
  }));

const id = (n: number): number => n;
const objects = Array.from({ length: 300 }, (_, n) => (n % 3 === 0 ? () => n : { n }));
const symbols = Array.from({ length: 300 }, (_, n) => (n % 2 ? Symbol("s") : Symbol.for(`s${n}`)));
const kinds: Kind[] = [
  ...typed(
    int32,
    float64,
    (n) => n - 100,
    (n) => n / 3,
  ),
  ...typed(uint32, int32, (n) => (n * 0x9e3779b1) >>> 0, id),
  ...typed(int32, string, id, (n) => (n % 5 === 0 ? "" : `v${n}`)),
  ...typed(string, int32, (n) => ["", "ß", "日本", "x"][n % 4]! + n, id),
  ...typed(
    string,
    string,
    (n) => `k${n}`,
    (n) => `w${n}`,
  ),
  ...typed(
    float64,
    bool,
    (n) => [0, -0, NaN, n / 2][n % 4]!,
    (n) => n % 2 === 0,
  ),
  ...typed(
    int16,
    uint8,
    (n) => n - 100,
    (n) => n % 256,
  ),
  ...typed(int64, int16, (n) => BigInt(n) << 40n, id),
  ...typed(Point, Point, point, point, both),
  ...typed(Mixed, Mixed, mixed, mixed, deep),
  ...typed(Wide, Wide, wide, wide, deep),
  ...typed(
    any,
    any,
    (n) => [n, `s${n}`, null, n % 2 === 0][n % 4],
    (n) => `a${n}`,
  ),
  {
    name: "any values to any values",
    make: () => makeMap<unknown, unknown>(),
    key: (n) =>
      [n, `s${n}`, BigInt(n), n / 7, undefined, null, n > 150, NaN, objects[n], symbols[n]][n % 10],
    value: (n) => [n, undefined, `v${n}`][n % 3],
    zero: undefined,
  },
  {
    name: "structs by a hasher",
    make: () => makeMap<any, any>({ key: structKey("x", "y"), zero: () => 0 }),
    key: point,
    value: id,
    zero: 0,
    equal: both,
  },
  {
    name: "structs of two fields of any kind by a hasher, values of any kind",
    make: () => makeMap<any, any>({ key: structKey("x", "y"), zero: () => 0 }),
    key: (n) => ({
      x: [n, 0, -0, n / 2, "a", NaN][n % 6],
      y: [n >> 4, -0, `t${n}`, 0, 5n, undefined][(n >> 3) % 6],
    }),
    value: (n) => [n, n / 3, -0, `v${n}`, undefined, NaN][n % 6],
    zero: 0,
    equal: both,
  },
  {
    name: "objects as values first, numbers later",
    make: () => {
      const m = makeMap<any, any>({ zero: () => 0 });
      m.set(-1, "first");
      m.delete(-1);
      return m;
    },
    key: id,
    value: (n) => [n / 4, `v${n}`, n][n % 3],
    zero: 0,
  },
  {
    name: "structs of three fields by a hasher",
    make: () => makeMap<any, any>({ key: structKey("a", "b", "s"), zero: () => 0 }),
    key: mixed,
    value: id,
    zero: 0,
    equal: deep,
  },
  {
    name: "tuples by a hasher",
    make: () => makeMap<any, any>({ key: tupleKey(), zero: () => 0 }),
    key: (n) => [n % 8, `t${n >> 3}`, ...(n % 2 ? [true] : [])],
    value: id,
    zero: 0,
    equal: deep,
  },
  {
    name: "a hasher with few hashes: long chains and same-size growth",
    make: () =>
      makeMap<any, any>({
        key: { hash: (k: number) => k & 3, equal: (a: number, b: number) => a === b },
        zero: () => 0,
      }),
    key: id,
    value: id,
    zero: 0,
  },
];

function program(kind: Kind, heap: Heap, from: number, steps: number, checkEvery: number): void {
  const pick = picker(from);
  const m = kind.make(heap);
  const model = createReferenceMap<any, any>(kind.zero, kind.equal);
  const space = [12, 60, 300][from % 3]!;
  for (let i = 0; i < steps; i++) {
    const key = kind.key(pick(space));
    const note = `${kind.name}, seed ${from}, step ${i}, key ${typeof key === "symbol" ? "symbol" : show(key)}`;
    const what = pick(100);
    if (what < (i % 400 < 200 ? 60 : 25)) {
      const value = kind.value(pick(200));
      m.set(key, value);
      model.set(key, value);
    } else if (what < 80) {
      expect(m.delete(key), note).toBe(model.delete(key));
    } else if (what < 98) {
      expect(m.getOk(key), note).toEqual(model.getOk(key));
      expect(m.get(key), note).toEqual(model.getOk(key)[0]);
    } else if (pick(8) === 0) {
      m.clear();
      model.clear();
    } else if (pick(4) === 0) {
      m.compact();
    } else {
      heap.collect();
    }
    expect(m.len, note).toBe(model.len);
    heap.safepoint();
    if (i % checkEvery === 0) checkMap(m);
  }
  checkMap(m);
  const text = ([k, v]: readonly [unknown, unknown]): string =>
    `${typeof k} ${typeof k === "symbol" ? symbols.indexOf(k) : typeof k === "object" && k !== null ? show(k) : Object.is(k, -0) ? "-0" : String(k)}=${show(v)}`;
  expect([...m].map(text).sort()).toEqual([...model.entries()].map(text).sort());
  m.release();
}

describe.each(kinds.map((k) => [k.name, k] as const))("random programs: %s", (_, kind) => {
  test("the same results as a list of pairs, all buckets in order", () => {
    const heap = smallHeap();
    for (let i = 0; i < rounds(3); i++) program(kind, heap, seed + i, 500, 1);
  });
});

describe("under the collector's stress mode", () => {
  test.each(kinds.filter((k) => k.name.endsWith("in a heap")).map((k) => [k.name, k] as const))(
    "%s",
    (_, kind) => {
      const heap = stressHeap();
      for (let i = 0; i < rounds(2); i++) program(kind, heap, seed + i, 150, 10);
      // A collection at every safepoint, of which each step has one.
      expect(heap.stats().numGC).toBeGreaterThanOrEqual(rounds(2) * 150);
    },
  );
});
