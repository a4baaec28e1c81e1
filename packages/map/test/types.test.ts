/** What TypeScript infers, without annotations at the place of use. */
import { createHeap } from "@gort/gc";
import { float64, int32, string, struct, uint64 } from "@gort/types";
import { expect, expectTypeOf, test } from "vitest";
import { type GoMap, makeMap, nilMap, structKey, tupleKey } from "../src/index.ts";

test("maps infer their types", () => {
  const a = makeMap<string, number>();
  expectTypeOf(a).toEqualTypeOf<GoMap<string, number, undefined>>();
  expectTypeOf(a.get("x")).toEqualTypeOf<number | undefined>();
  const b = makeMap(string, int32);
  expectTypeOf(b).toEqualTypeOf<GoMap<string, number>>();
  expectTypeOf(b.get("x")).toEqualTypeOf<number>();
  const c = makeMap<string, number>({ zero: () => 0 });
  expectTypeOf(c.get("x")).toEqualTypeOf<number>();
  expectTypeOf(nilMap(string, int32).get("x")).toEqualTypeOf<number>();
  const [value, ok] = a.getOk("x");
  if (ok) expectTypeOf(value).toEqualTypeOf<number>();
  else expectTypeOf(value).toEqualTypeOf<undefined>();
  expect(ok).toBe(false);
});

test("hashers fit the keys they are for", () => {
  const d = makeMap<[string, number], number>({ key: tupleKey() });
  d.set(["a", 1], 10);
  expect(d.get(["a", 1])).toBe(10);
  const pairs = makeMap<readonly [string, number], number>({ key: tupleKey(), zero: () => 0 });
  expectTypeOf(pairs.keys()).toEqualTypeOf<IterableIterator<readonly [string, number]>>();
  expectTypeOf(makeMap({ key: tupleKey(), value: int32 })).toEqualTypeOf<
    GoMap<readonly unknown[], number>
  >();
  const e = makeMap<{ x: number; y: number }, string>({ key: structKey("x", "y"), zero: () => "" });
  expectTypeOf(e.get({ x: 1, y: 2 })).toEqualTypeOf<string>();
  expect(e.get({ x: 1, y: 2 })).toBe("");
});

test("types of keys and values follow from descriptors, in a heap too", () => {
  const Cell = struct({ x: int32, y: int32 });
  const m = makeMap(Cell, float64);
  expectTypeOf(m).toEqualTypeOf<GoMap<{ x: number; y: number }, number>>();
  expectTypeOf(m.get).parameters.toEqualTypeOf<[key: { x: number; y: number }]>();
  for (const [k, v] of m) {
    expectTypeOf(k).toEqualTypeOf<{ x: number; y: number }>();
    expectTypeOf(v).toEqualTypeOf<number>();
  }
  const h = makeMap(uint64, string, { heap: createHeap({ reserve: 2 ** 22 }) });
  expectTypeOf(h).toEqualTypeOf<GoMap<bigint, string>>();
  expectTypeOf(h.update(1n, (s) => s + "x")).toEqualTypeOf<string>();
  const counts = makeMap<string, number>();
  expectTypeOf(counts.update("a", (n) => (n ?? 0) + 1)).toEqualTypeOf<number>();
  const none: number = nilMap({ key: string, value: int32 }).get("a");
  expect(none).toBe(0);
  const inferred = makeMap({ key: string, value: int32 });
  expectTypeOf(inferred).toEqualTypeOf<GoMap<string, number>>();
  const perhaps: (() => number) | undefined = none === 0 ? undefined : () => 1;
  expectTypeOf(makeMap<string, number>({ zero: perhaps }).get("a")).toEqualTypeOf<
    number | undefined
  >();
  h.release();
});

test("misuse does not compile", () => {
  const refused = (m: GoMap<string, number>) => {
    // @ts-expect-error a number is no key of it
    m.get(5);
    // @ts-expect-error a string is no value of it
    m.set("a", "b");
    // @ts-expect-error an option that there is none of
    makeMap(string, int32, { hep: 1 });
    // @ts-expect-error a string is no tuple
    makeMap<string, number>({ key: tupleKey() });
    // @ts-expect-error the zero value is made by a function
    makeMap<string, number>({ zero: 0 });
    // @ts-expect-error a key type alone: it has a `zero`, as options have
    makeMap(string);
    // @ts-expect-error the same
    nilMap(int32);
  };
  expectTypeOf(refused).returns.toEqualTypeOf<void>();
});
