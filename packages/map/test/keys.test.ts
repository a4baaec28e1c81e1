/** Hashers for keys with fields and for tuples: what spreads, and what is no key. */
import { describe, expect, test } from "vitest";
import { checkMap, type GoMap, makeMap, nilMap, structKey, tupleKey } from "../src/index.ts";

const kinds: [string, () => GoMap<any, any, any>, (n: number) => unknown][] = [
  ["of one field", () => makeMap<any, any>({ key: structKey("x") }), (x) => ({ x })],
  ["of two fields", () => makeMap<any, any>({ key: structKey("x", "y") }), (x) => ({ x, y: 1 })],
  [
    "of three",
    () => makeMap<any, any>({ key: structKey("x", "y", "z") }),
    (x) => ({ x, y: 1, z: 2 }),
  ],
  ["that are tuples", () => makeMap<any, any>({ key: tupleKey() }), (x) => [1, x]],
];

test.each(kinds)("keys %s with a NaN inside spread over the buckets", (_, make, key) => {
  const m = make();
  for (let i = 0; i < 3000; i++) m.set(key(NaN), i);
  expect(m.len).toBe(3000);
  expect(m.has(key(NaN))).toBe(false);
  const { buckets } = m.dump();
  // With one hash for all it would be 375 buckets.
  expect(Math.max(...buckets.map((chain) => chain.length))).toBeLessThan(6);
  checkMap(m);
});

const parts: [string, (i: number) => unknown][] = [
  ["objects", (i) => ({ i })],
  ["frozen objects", (i) => Object.freeze([i])],
  ["functions", (i) => () => i],
  ["symbols", () => Symbol("one text")],
  ["symbols of the registry", (i) => Symbol.for(`gort.test.${i}`)],
];
test.each(kinds.flatMap((kind) => parts.map((part) => [kind[0], part[0], kind, part] as const)))(
  "keys %s with %s inside are compared by identity, and spread over the buckets",
  (_name, _part, [, make, key], [, part]) => {
    const m = make();
    const all = Array.from({ length: 2000 }, (_, i) => part(i));
    all.forEach((p, i) => m.set(key(p as number), i));
    expect(m.len).toBe(2000);
    all.forEach((p, i) => expect(m.get(key(p as number))).toBe(i));
    expect(m.has(key({} as never))).toBe(false);
    // With one hash for all there would be 250 buckets in one chain.
    const { buckets, stats } = m.dump();
    expect(Math.max(...buckets.map((chain) => chain.length))).toBeLessThan(6);
    expect(stats.B).toBe(9);
    checkMap(m);
    for (const p of all) expect(m.delete(key(p as number))).toBe(true);
    expect(m.len).toBe(0);
  },
);

test("an object is another key in each field, and beside null and undefined", () => {
  const m = makeMap<any, number>({ key: structKey("from", "to") });
  const [a, b] = [{}, {}];
  const nodes = [a, b, null, undefined];
  const edges = nodes.flatMap((from) => nodes.map((to) => ({ from, to })));
  edges.forEach((edge, i) => m.set(edge, i));
  expect(edges.map((edge) => m.get({ ...edge }))).toEqual(edges.map((_, i) => i));
  checkMap(m);
});

describe.each(kinds)("keys %s", (_, make, key) => {
  const none = [null, undefined, 5, true, 1n, Symbol("s")];
  test.each(none.map((k) => [String(k), k]))("%s is no key, and is named", (_text, k) => {
    const m = make();
    for (let i = 0; i < 2; i++) {
      for (const use of [
        () => m.get(k),
        () => m.getOk(k),
        () => m.has(k),
        () => m.delete(k),
        () => m.set(k, 1),
        () => m.update(k, () => 1),
      ]) {
        expect(use).toThrow(TypeError);
        expect(use).toThrow(/^map key: value is .*, want an (object|array)$/);
      }
      m.set(key(1), 7);
    }
    expect([m.len, m.get(key(1))]).toEqual([1, 7]);
    checkMap(m);
  });
});

interface Part {
  name: string;
  zone: string;
  rack: string;
}
describe.each([
  ["two", ["name", "zone"]],
  ["three", ["name", "zone", "rack"]],
] as const)("hashers made of one of %s fields", (_, fields) => {
  const base = structKey<keyof Part>(...fields);
  const lower = (k: Part): Part => ({ ...k, name: k.name.toLowerCase() });
  const hash: typeof base.hash = (k, seed, random) => base.hash(lower(k), seed, random);
  const equal = (a: Part, b: Part): boolean => base.equal(lower(a), lower(b));
  const makers: Record<string, () => typeof base> = {
    spread: () => ({ ...base, hash, equal }),
    assigned: () => Object.assign({}, base, { hash, equal }),
    inherited: () => Object.assign(Object.create(base) as typeof base, { hash, equal }),
    changed: () => Object.assign(structKey<keyof Part>(...fields), { hash, equal }),
  };
  test.each(Object.entries(makers))("%s", (_how, make) => {
    const m = makeMap<Part, number>({ key: make() });
    m.set({ name: "API", zone: "eu", rack: "1" }, 1);
    expect(m.get({ name: "api", zone: "eu", rack: "1" })).toBe(1);
    expect(m.has({ name: "api", zone: "us", rack: "1" })).toBe(false);
    checkMap(m);
  });

  test("with a copy of its own", () => {
    const copied: Part[] = [];
    const copy = (k: Part): Part => (copied.push(k), { ...k });
    const m = makeMap<Part, number>({ key: { ...base, copy } });
    m.set({ name: "a", zone: "b", rack: "c" }, 1);
    expect([...m.keys()]).toEqual(copied);
    expect(copied).toHaveLength(1);
  });
});

test("one function of a hasher of two fields is put in another's place, and is called", () => {
  const calls: string[] = [];
  const own = (name: "hash" | "equal" | "copy") => {
    const hasher = structKey("x", "y");
    const inner = hasher[name] as (...args: unknown[]) => unknown;
    return Object.assign(hasher, {
      [name]: (...args: unknown[]) => (calls.push(name), inner(...args)),
    });
  };
  for (const name of ["hash", "equal", "copy"] as const) {
    calls.length = 0;
    const m = makeMap<{ x: number; y: number }, number>({ key: own(name) });
    m.set({ x: 1, y: 2 }, 3);
    expect(m.get({ x: 1, y: 2 })).toBe(3);
    expect(new Set(calls)).toEqual(new Set([name]));
    checkMap(m);
  }
});

test.each([1n, undefined, "5", null])("a hash that is %s is no number, and is named", (result) => {
  const m = makeMap<string, number>({
    key: { hash: () => result as never, equal: (a: string, b: string) => a === b },
  });
  for (const use of [() => m.set("a", 1), () => m.get("a"), () => m.delete("a")])
    expect(use).toThrow(/^hash: result is .*, want a number$/);
  expect(m.len).toBe(0);
  checkMap(m);
});

test.each([1, 2, 3])("a field may be called __proto__, among %s", (n) => {
  const fields = ["__proto__", "x", "y"].slice(0, n);
  const m = makeMap<any, number>({ key: structKey(...fields) });
  const key = (p: number): unknown => JSON.parse(`{ "__proto__": ${p}, "x": 1, "y": 2 }`);
  m.set(key(1), 1).set(key(2), 2);
  expect([m.get(key(1)), m.get(key(2)), m.len]).toEqual([1, 2, 2]);
  checkMap(m);
});

test("a nil map refuses them too", () => {
  const m = nilMap<any, any>({ key: structKey("x", "y") });
  expect(() => m.get(null)).toThrow("map key: value is null, want an object");
  expect(() => nilMap<any, any>({ key: tupleKey() }).delete(5)).toThrow("want an array");
});

test("a hasher of tuples tells lengths, booleans and what is in them apart, and can be asked without a map", () => {
  const { hash, equal } = tupleKey();
  expect([equal([1], [1, 2]), equal([1, 2], [1]), equal([], [])]).toEqual([false, false, true]);
  expect([equal([1, 2], [1, 2]), equal([1, 2], [1, 3]), equal([NaN], [NaN])]).toEqual([
    true,
    false,
    false,
  ]);
  const keys = [[], [true], [false], [null], [0], [1], [""], ["a"], [1n], [true, true], [0, 0]];
  expect(new Set(keys.map((k) => hash(k, 7))).size).toBe(keys.length);
  for (const k of keys) expect(hash([...k], 7)).toBe(hash(k, 7));
  // NaN hashes anew each time.
  expect(new Set(Array.from({ length: 20 }, () => hash([NaN], 7))).size).toBeGreaterThan(1);
});

test("array-likes are tuples", () => {
  const m = makeMap<any, number>({ key: tupleKey() });
  m.set(Uint8Array.of(1, 2), 5);
  expect(m.get([1, 2])).toBe(5);
  m.set({ length: 1, 0: "a" }, 6);
  expect(m.get(["a"])).toBe(6);
  for (const length of [-1, 0.5, NaN, Infinity, 2 ** 53, "1", 1n, undefined])
    for (const use of [() => m.get({ length }), () => m.set({ length }, 7)])
      expect(use).toThrow("map key: value is an object (Object), want an array");
  checkMap(m);
});

test("a key of no fields, and of what is no field name, is refused", () => {
  expect(() => structKey()).toThrow("structKey: fields is an array of 0, want names of fields");
  expect(() => structKey("x", 5 as never)).toThrow(
    "structKey: name 1 is 5, want the name of a field",
  );
});
