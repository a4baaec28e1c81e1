/** What TypeScript infers, without annotations at the place of use. */
import { int32, string } from "@gort/types";
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
  const e = makeMap<{ x: number; y: number }, string>({ key: structKey("x", "y"), zero: () => "" });
  expectTypeOf(e.get({ x: 1, y: 2 })).toEqualTypeOf<string>();
  expect(e.get({ x: 1, y: 2 })).toBe("");
});
