/** Go's own answers: every catalogued panic of assertions, comparisons, hashes and nil, to the letter. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  any,
  array,
  error,
  func,
  iface,
  int,
  isRuntimeError,
  map,
  named,
  ptr,
  slice,
  string,
  struct,
  float64,
  toInterface,
  typeAssert,
  typeAssertOk,
  convert,
  type RuntimeError,
  type Type,
} from "../src/index.ts";
import { makeSpace } from "./space.ts";

interface Case {
  readonly name: string;
  readonly panicked: boolean;
  readonly type?: string;
  readonly text: string;
}
const url = new URL("../../../apps/oracle/data/panics.json", import.meta.url);
const catalogue = (JSON.parse(readFileSync(url, "utf8")) as { cases: Case[] }).cases;

const S = named("main.S", struct({ a: int, c: slice(int) }));
const T = named("main.T", int).method("F", func(), () => undefined);
const F = named("main.F", iface({ F: func() }));
const G = named("main.G", iface({ Gee: func() }));
const H = named("main.H", iface({ Beta: func(), Alpha: func() }));

const one = toInterface(int, 1);
const ints = toInterface(slice(int), { ptr: 0, len: 0, cap: 0 });
const intMap = toInterface(map(int, int), new Map());
const fn = toInterface(func(), () => undefined);
const s = toInterface(S, { a: 0, c: { ptr: 0, len: 0, cap: 0 } });
const f = convert(toInterface(T, 1), F);
const space = makeSpace();
const pair = array(any, 2);

const hash = (v: unknown): unknown => any.hashValue(v, 1);

const programs: Record<string, () => unknown> = {
  "assert/concrete-nil": () => typeAssert(null, int),
  "assert/concrete": () => typeAssert(one, string),
  "assert/concrete-named": () => typeAssert(one, T),
  "assert/ptr": () => typeAssert(toInterface(ptr(S), 0), S),
  "assert/iface-nil": () => typeAssert(null, F),
  "assert/iface-missing": () => typeAssert(one, F),
  "assert/iface-missing-sorted": () => typeAssert(one, H),
  "assert/nonempty-to-iface": () => typeAssert(f, G),
  "assert/nonempty-nil": () => typeAssert(null, T, F),
  "assert/nonempty-nil-iface": () => typeAssert(null, G, F),
  "assert/nonempty-concrete": () => typeAssert(f, ptr(T)),
  "assert/error": () => typeAssert(one, error),
  "assert/comma-ok": () => typeAssertOk(one, string),
  "assert/int-float": () => typeAssert(one, float64),
  "cmp/uncomparable": () => any.equalValues(ints, ints),
  "cmp/uncomparable-struct": () => any.equalValues(s, s),
  "cmp/uncomparable-map": () => any.equalValues(intMap, intMap),
  "cmp/different-types": () => any.equalValues(ints, one),
  "cmp/func": () => any.equalValues(fn, fn),
  "cmp/array-short-circuit": () => pair.equalValues([1, fn], [2, fn]),
  "map/unhashable-set": () => hash(ints),
  "map/unhashable-get": () => hash(ints),
  "map/unhashable-get-empty": () => hash(ints),
  "map/unhashable-get-nil": () => hash(ints),
  "map/unhashable-delete-empty": () => hash(ints),
  "map/unhashable-map": () => hash(toInterface(map(string, int), null)),
  "map/unhashable-func": () => hash(fn),
  "map/unhashable-struct": () => hash(s),
  "map/unhashable-array": () => hash(toInterface(array(any, 1), [ints])),
  "map/unhashable-iface-key": () => pair.hashValue([1, fn], 1),
  "nil/deref": () => int.load(space, 0),
  "nil/field": () => S.load(space, 0),
  "nil/value-method-ptr": () => convert(toInterface(ptr(T), 0, space), F)?.call("F"),
};

describe("Go's panics, to the letter", () => {
  const wanted = catalogue.filter((c) =>
    /^(assert|cmp)\/|^map\/unhashable|^nil\/(deref|field|value-)/.test(c.name),
  );

  it("has a program for each of the catalogue's cases that are about types", () => {
    expect(wanted.map((c) => c.name).sort()).toEqual(Object.keys(programs).sort());
  });

  for (const c of wanted) {
    it(`${c.name}: ${c.panicked ? c.text : "no panic"}`, () => {
      const run = programs[c.name]!;
      if (!c.panicked) {
        expect(run).not.toThrow();
        return;
      }
      let thrown: unknown;
      try {
        run();
      } catch (e) {
        thrown = e;
      }
      expect(isRuntimeError(thrown)).toBe(true);
      expect((thrown as RuntimeError).message).toBe(c.text);
      expect((thrown as RuntimeError).goType).toBe(c.type);
    });
  }
});

describe("interface keys and comparisons", () => {
  it("compares dynamic type and value: int 1, float64 1 and a named int 1 are different", () => {
    const keys = [one, 1, 1n, toInterface(T, 1)];
    for (const a of keys) for (const b of keys) expect(any.equalValues(a, b)).toBe(a === b);
  });

  it("stops at the first difference: {f,1} == {f,2} panics, {1,f} == {2,f} is false", () => {
    expect(pair.equalValues([1, fn], [2, fn])).toBe(false);
    expect(() => pair.equalValues([fn, 1], [fn, 2])).toThrow("comparing uncomparable type func()");
  });

  it("panics for structs and arrays that hold what cannot be compared, even for no element", () => {
    const list = slice(int);
    const types: Type[] = [
      list,
      map(string, int),
      func(),
      array(list, 2),
      array(list, 0),
      struct({ n: int, list }),
      named("main.P", struct({ lists: array(list, 2) })),
    ];
    for (const t of types) {
      const [p, v] = [space.alloc(t), t.zero() as unknown];
      const uncomparable = `runtime error: comparing uncomparable type ${t.name}`;
      const unhashable = `runtime error: hash of unhashable type ${t.name}`;
      expect(() => t.equal(space, p, p)).toThrow(uncomparable);
      expect(() => t.equalValues(v, v)).toThrow(uncomparable);
      expect(() => t.hash(space, p, 1)).toThrow(unhashable);
      expect(() => t.hashValue(v, 1)).toThrow(unhashable);
    }
  });

  it("panics in memory as on the JavaScript side", () => {
    const p = space.alloc(any, 2);
    for (const v of [ints, s, intMap, fn]) {
      any.store(space, p, v);
      any.store(space, p + 8, v);
      const name = v.type.name;
      expect(() => any.equal(space, p, p + 8)).toThrow(
        `runtime error: comparing uncomparable type ${name}`,
      );
      expect(() => any.hash(space, p, 1)).toThrow(`runtime error: hash of unhashable type ${name}`);
    }
  });

  it("treats struct and array keys field by field; the same fields under another type are another key", () => {
    const P = named("main.P", struct({ x: int, y: int }));
    const Q = named("main.Q", struct({ x: int, y: int }));
    const v = { x: 1, y: 2 };
    expect(any.equalValues(toInterface(P, v), toInterface(P, { ...v }))).toBe(true);
    expect(any.equalValues(toInterface(P, v), toInterface(Q, v))).toBe(false);
    expect(P.equalValues(v, { x: 1, y: 3 })).toBe(false);
  });

  it("compares pointer and channel keys by identity", () => {
    expect(any.equalValues(toInterface(ptr(int), 8), toInterface(ptr(int), 8))).toBe(true);
    expect(any.equalValues(toInterface(ptr(int), 8), toInterface(ptr(int), 16))).toBe(false);
    const o = {};
    expect(any.equalValues(o, o)).toBe(true);
    expect(any.equalValues(o, {})).toBe(false);
  });

  it("has +0 and -0 as one value and no NaN equal to itself, in complex parts too", () => {
    expect(float64.equalValues(0, -0)).toBe(true);
    expect(float64.hashValue(0, 3)).toBe(float64.hashValue(-0, 3));
    expect(any.equalValues(NaN, NaN)).toBe(false);
    expect(float64.hashValue(NaN, 3)).not.toBe(float64.hashValue(NaN, 3));
  });
});
