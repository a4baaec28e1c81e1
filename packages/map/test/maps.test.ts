/** Go's `maps` functions: kinds and places that a clone keeps, arguments, errors half-way, types, and a native twin. */
import * as fc from "fast-check";
import { any, float64, int32, ptr, string, struct } from "@gort/types";
import { describe, expect, expectTypeOf, test } from "vitest";
import * as entry from "../src/maps/index.ts";
import { checkMap, type GoMap, makeMap, maps, randomSource, structKey } from "../src/index.ts";
import { createFailingHeap } from "./failing.ts";
import { rounds, seed, smallHeap } from "./support.ts";

test("the namespace is the entry point", () => {
  expect({ ...maps }).toEqual({ ...entry });
});

const Cell = struct({ x: int32, y: int32 });
const upper = {
  hash: (k: string, s: number) => k.length ^ s,
  equal: (a: string, b: string) => a.toUpperCase() === b.toUpperCase(),
};
const heap = smallHeap();
const kinds: [string, () => GoMap<any, any, any>, key: (i: number) => unknown, value?: unknown][] =
  [
    ["without types", () => makeMap(), (i) => (i % 2 ? `k${i}` : { i })],
    ["with a zero", () => makeMap({ zero: () => "zero" }), (i) => i],
    [
      "of two fields",
      () => makeMap<any, any>({ key: structKey("x", "y") }),
      (i) => ({ x: i, y: "" }),
    ],
    [
      "of three",
      () => makeMap<any, any>({ key: structKey("x", "y", "z") }),
      (i) => ({ x: i, y: 1, z: 2 }),
    ],
    ["by a hasher", () => makeMap<any, any>({ key: upper, zero: () => 7 }), (i) => `k${i}`],
    ["with a value type", () => makeMap({ value: Cell }), (i) => i, { x: 1, y: 2 }],
    ["with a key type", () => makeMap({ key: Cell }), (i) => ({ x: i, y: i })],
    ["typed", () => makeMap(Cell, string), (i) => ({ x: i, y: i }), "s"],
    ["of words in a heap", () => makeMap(int32, float64, { heap }), (i) => i],
    ["of structs in a heap", () => makeMap(Cell, any, { heap }), (i) => ({ x: i, y: i }), null],
    [
      "of any in a heap",
      () => makeMap(any, Cell, { heap }),
      (i) => (i % 2 ? `k${i}` : i),
      { x: 1, y: 2 },
    ],
  ];

describe.each(kinds)("maps %s", (_, make, key, value = 5) => {
  test("a clone is of the same kind and in the same place, and finds the same keys", () => {
    const m = make();
    for (let i = 0; i < 60; i++) m.set(key(i), value);
    const n = maps.clone(m);
    expect(n).not.toBe(m);
    expect(n.constructor).toBe(m.constructor);
    expect([n.len, n.stats().storage, n.ptr === 0]).toEqual([60, m.stats().storage, m.ptr === 0]);
    for (const [k, v] of m) expect(n.get(k)).toEqual(v);
    const missing = key(1000);
    expect(n.get(missing)).toEqual(m.get(missing));
    expect(n.getOk(missing)[1]).toBe(false);
    checkMap(n);
    expect(maps.equal(m, n)).toBe(true);
    m.clear();
    expect([n.len, maps.clone(m).len]).toEqual([60, 0]);
    expect(n.delete(key(3))).toBe(true);
    n.release();
    m.release();
  });
});

test("a clone by a hasher finds keys as the hasher does", () => {
  const m = makeMap<string, number>({ key: upper }).set("a", 1);
  expect(maps.clone(m).get("A")).toBe(1);
});

test("a seeded map has clones of one order", () => {
  const order = (): string => {
    const m = makeMap<number, number>({ random: randomSource(5) });
    for (let i = 0; i < 30; i++) m.set(i, i);
    return [...maps.clone(m).keys()].join();
  };
  expect(order()).toBe(order());
});

test("what All, Keys and Values give is gone through once, as iterators of JavaScript are", () => {
  const m = maps.collect([["a", 1]]);
  for (const seq of [maps.all(m), maps.keys(m), maps.values(m)])
    expect([[...seq].length, [...seq].length]).toEqual([1, 0]);
});

test("a map over somebody else's implementation is copied and compared, but not cloned", () => {
  const inner = makeMap<string, number>({ zero: () => 0 });
  const other = new Proxy(inner, {
    get(to, name: keyof typeof inner | "made") {
      if (name === "made") return undefined;
      const found: unknown = to[name];
      return typeof found === "function" ? (found.bind(to) as unknown) : found;
    },
  });
  const m = maps.collect(string, int32, Object.entries({ a: 1, b: 2 }));
  maps.copy(other, m);
  expect([maps.equal(other, m), maps.equal(m, other)]).toEqual([true, true]);
  expect(() => maps.clone(other)).toThrow(/^clone: m is .*, want a map made by this package$/);
});

test("arguments that are none are refused by name", () => {
  const m = makeMap<string, number>();
  const no = [null, undefined, 5, "m", {}, new Map()] as never[];
  for (const x of no) {
    for (const f of [maps.keys, maps.values, maps.all, maps.clone] as ((m: unknown) => unknown)[])
      expect(() => f(x)).toThrow(new RegExp(`^${f.name}: m is .*, want a map$`));
    expect(() => maps.insert(x, [])).toThrow(/^insert: m is .*, want a map$/);
    expect(() => maps.copy(x, m)).toThrow(/^copy: dst is .*, want a map$/);
    expect(() => maps.copy(m, x)).toThrow(/^copy: src is .*, want a map$/);
    expect(() => maps.equal(x, m)).toThrow(/^equal: a is .*, want a map$/);
    expect(() => maps.equal(m, x)).toThrow(/^equal: b is .*, want a map$/);
    expect(() => maps.equalFunc(m, x, () => true)).toThrow(/^equalFunc: b is .*, want a map$/);
    expect(() => maps.deleteFunc(x, () => true)).toThrow(/^deleteFunc: m is .*, want a map$/);
  }
  expect(() => maps.deleteFunc(m, 5 as never)).toThrow("deleteFunc: del is 5, want a function");
  expect(() => maps.equalFunc(m, m, 5 as never)).toThrow("equalFunc: eq is 5, want a function");
  for (const seq of [null, undefined, 5, {}] as never[]) {
    expect(() => maps.insert(m, seq)).toThrow(/^insert: seq is .*, want an iterable$/);
    expect(() => maps.collect(seq)).toThrow(/^collect: seq is .*, want an iterable$/);
    expect(() => maps.collect(string, int32, seq)).toThrow(
      /^collect: seq is .*, want an iterable$/,
    );
  }
  expect(() => maps.insert(m, ["ab"] as never)).toThrow(
    'insert: what seq gives is "ab", want [key, value]',
  );
  expect(() => maps.collect([], { sero: () => 0 } as never)).toThrow(/^collect: options.sero is /);
  expect(() => maps.collect(string, 5 as never, [])).toThrow("collect: value is 5, want a type");
  expect(() => maps.collect(string, int32, [["a", "b" as never]])).toThrow(/^map value: /);
});

test("what an iterable gave before it threw is set, and the iterable is closed", () => {
  const m = makeMap<string, number>();
  let closed = 0;
  function* pairs(): Generator<[string, number]> {
    try {
      yield ["a", 1];
      yield ["b", "no number" as never];
    } finally {
      closed++;
    }
  }
  const typed = makeMap(string, int32);
  expect(() => maps.insert(typed, pairs())).toThrow("map value");
  expect([typed.get("a"), typed.len, closed]).toEqual([1, 1, 1]);
  expect(() => maps.insert(m, failing())).toThrow("no more");
  expect(m.get("a")).toBe(1);
});

function* failing(): Generator<[string, number]> {
  yield ["a", 1];
  throw new Error("no more");
}

test("when memory runs out at any allocation, a clone and a collected map leave nothing behind, and a copy what it has done", () => {
  const { heap: scarce, failAfter } = createFailingHeap();
  const Node = struct({ name: string, next: ptr((): typeof Cell => Cell) });
  const make = () => makeMap(string, Node, { heap: scarce });
  const m = make();
  for (let i = 0; i < 30; i++) m.set(`key ${i}`, { name: `name ${i}`, next: 0 });
  const roots = (): number => {
    scarce.collect();
    return scarce.stats().heapAlloc;
  };
  const pairs = [...m];
  let failures = 0;
  const before = roots();
  for (const run of [
    () => maps.clone(m),
    () => maps.collect(string, Node, pairs, { heap: scarce }),
  ]) {
    for (let n = 0; ; n++) {
      failAfter(n);
      try {
        const made = run();
        failAfter(Infinity);
        expect(maps.equal(made, m)).toBe(true);
        checkMap(made);
        made.release();
        break;
      } catch (e) {
        expect((e as Error).message).toBe("no memory");
        failures++;
      } finally {
        failAfter(Infinity);
      }
      if (n % 16 === 0) expect(roots()).toBe(before);
      checkMap(m);
    }
  }
  expect(failures).toBeGreaterThan(100);
  expect(roots()).toBe(before);
  const dst = make();
  failAfter(20);
  expect(() => maps.copy(dst, m)).toThrow("no memory");
  failAfter(Infinity);
  checkMap(dst);
  for (const [k, v] of dst) expect(m.get(k)).toEqual(v);
  maps.copy(dst, m);
  expect(maps.equal(dst, m)).toBe(true);
});

test("a released map is not cloned", () => {
  const m = makeMap(int32, int32, { heap: smallHeap() });
  m.release();
  expect(() => maps.clone(m)).toThrow("map: used after release");
});

test("types are inferred", () => {
  const a = makeMap<string, number>();
  const b = makeMap(string, int32);
  expectTypeOf(maps.clone(a)).toEqualTypeOf<GoMap<string, number, undefined>>();
  expectTypeOf(maps.clone(b)).toEqualTypeOf<GoMap<string, number>>();
  expectTypeOf(maps.keys(b)).toEqualTypeOf<IterableIterator<string>>();
  expectTypeOf(maps.values(a)).toEqualTypeOf<IterableIterator<number>>();
  expectTypeOf(maps.all(a)).toEqualTypeOf<IterableIterator<[string, number]>>();
  expectTypeOf(maps.collect(new Map([["a", 1]]))).toEqualTypeOf<GoMap<string, number, undefined>>();
  expectTypeOf(maps.collect([["a", 1]])).toEqualTypeOf<GoMap<string, number, undefined>>();
  expectTypeOf(maps.collect(Object.entries({ a: 1 }), { zero: () => 0 })).toEqualTypeOf<
    GoMap<string, number>
  >();
  expectTypeOf(maps.collect(a, { value: int32 })).toEqualTypeOf<GoMap<string, number>>();
  expectTypeOf(maps.collect(string, int32, a, { heap: smallHeap() })).toEqualTypeOf<
    GoMap<string, number>
  >();
  expectTypeOf(maps.collect(b, { hint: 5 })).toEqualTypeOf<GoMap<string, number, undefined>>();
  maps.copy(a, b);
  maps.equal(a, b);
  maps.deleteFunc(a, (k, v) => {
    expectTypeOf(k).toEqualTypeOf<string>();
    expectTypeOf(v).toEqualTypeOf<number>();
    return false;
  });
  // @ts-expect-error: other values
  maps.insert(a, [["a", "b"]]);
  // @ts-expect-error: other keys
  maps.copy(makeMap<number, number>(), makeMap<string, number>());
});

describe("beside a native Map", () => {
  type Pair = readonly [number, number];
  /** Go's map by a list: NaN is many keys, and the zeros one, that the latest write shows. */
  class Twin {
    pairs: [number, number][] = [];
    set(k: number, v: number): void {
      const i = this.pairs.findIndex(([q]) => q === k);
      if (i < 0) this.pairs.push([k, v]);
      else this.pairs[i] = [k, v];
    }
    get text(): string {
      const one = ([k, v]: Pair): string => `${Object.is(k, -0) ? "-0" : k}=${v}`;
      return this.pairs.map(one).sort().join();
    }
  }
  const number = fc.oneof(fc.integer({ min: -4, max: 40 }), fc.constantFrom(NaN, -0, 0.5));
  const pairs = fc.array(fc.tuple(number, fc.integer({ min: 0, max: 9 })), { maxLength: 40 });
  const places: [string, () => GoMap<number, number>][] = [
    ["on values", () => makeMap<number, number>({ zero: () => 0 })],
    ["typed", () => makeMap(float64, int32)],
    ["in a heap", () => makeMap(float64, int32, { heap })],
  ];
  test.each(places)(
    "insert, copy, clone, deleteFunc and equal do what they do to a list: %s",
    (_, make) => {
      const program = fc.property(
        pairs,
        pairs,
        fc.integer({ min: 0, max: 9 }),
        (some, more, limit) => {
          const [m, n] = [make(), make()];
          const [twin, other] = [new Twin(), new Twin()];
          const shown = (map: GoMap<number, number>): string =>
            Object.assign(new Twin(), { pairs: [...maps.all(map)] }).text;
          maps.insert(m, some);
          for (const [k, v] of some) twin.set(k, v);
          maps.insert(n, more);
          for (const [k, v] of more) other.set(k, v);
          const odd = twin.pairs.some(([k]) => k !== k);
          const cloned = maps.clone(m);
          expect(shown(cloned)).toBe(twin.text);
          expect(maps.equal(cloned, m)).toBe(!odd);
          const same = (a: string): string => a.replaceAll("-0=", "0=");
          const whole = same(twin.text) === same(other.text) && !odd;
          expect([maps.equal(m, n), maps.equal(n, m)]).toEqual([whole, whole]);
          maps.copy(m, n);
          for (const [k, v] of other.pairs) twin.set(k, v);
          expect(shown(m)).toBe(twin.text);
          maps.deleteFunc(m, (_k, v) => v < limit);
          twin.pairs = twin.pairs.filter(([k, v]) => k !== k || v >= limit);
          expect(shown(m)).toBe(twin.text);
          for (const map of [m, n, cloned]) {
            checkMap(map);
            map.release();
          }
        },
      );
      fc.assert(program, { numRuns: rounds(60), seed });
    },
  );
});
