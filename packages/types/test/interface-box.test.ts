/** An interface value is a box that never changes: it is shared and not copied, and what is taken out of it is a copy. */
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import {
  any,
  array,
  convert,
  copyValue,
  deepEqual,
  float32,
  func,
  iface,
  int,
  jsObject,
  named,
  string,
  struct,
  toInterface,
  typeAssert,
  typeAssertOk,
  valueChecker,
  valueCopier,
  valueFitter,
  valueOf,
  valueReader,
  type InterfaceValue,
} from "../src/index.ts";
import * as types from "../src/index.ts";
import { ofAnotherVersion } from "./another-version.ts";
import { makeSpace } from "./space.ts";

const List = named("main.List", iface({ Next: func([], [any]) }));
const Cons = named("main.Cons", struct({ n: int, next: List })).method(
  "Next",
  func([], [any]),
  (c) => c.next,
);
type List = InterfaceValue | null;

/** A list deeper than the stack of JavaScript: what went through all of it would overflow. */
function chain(n: number): List {
  let list: List = null;
  for (let i = 0; i < n; i++) list = convert(toInterface(Cons, { n: i, next: list }), List);
  return list;
}

describe("a long chain of interface values", () => {
  const n = 50_000;

  it("is built and walked by assertions, calls and reflection, each step at the cost of its own struct", () => {
    const first = chain(n);
    let steps = 0;
    for (let at: List = first; at !== null; at = typeAssert(at, Cons).next) steps++;
    expect(steps).toBe(n);
    for (let at: List = first; at !== null; at = at.call("Next") as List) steps--;
    expect(steps).toBe(0);
    for (let at: List = first; at !== null; at = valueOf(at).field(1).interface() as List) steps++;
    expect(steps).toBe(n);
    for (let at: List = first; at !== null; at = typeAssertOk(at, Cons)[0].next) steps--;
    expect(steps).toBe(0);
    for (let at: List = first; at !== null; at = (at.value as { next: List }).next) steps++;
    expect(steps).toBe(n);
    expect(deepEqual(first, chain(n))).toBe(true);
    expect(deepEqual(first, chain(n - 1))).toBe(false);
  });

  it("is checked, copied and fitted as one value", () => {
    const next = chain(n);
    expect(copyValue(Cons, { n: 1, next }).next === next).toBe(true);
    expect(valueFitter(Cons, "value")!({ n: 1, next }).next === next).toBe(true);
    expect(valueCopier(Cons)!({ n: 1, next }).next === next).toBe(true);
    // As an `any` it has no itab: another box of the same.
    const bare = valueFitter(struct({ next: any }), "value")!({ next });
    expect(typeAssert(bare.next, Cons).n).toBe(n - 1);
    const x = toInterface(array(any, 1), [next]);
    expect(valueFitter(any, "value")!(x) === x).toBe(true);
  });
});

describe("what an interface value holds", () => {
  const Inner = struct({ n: int });
  const T = named("main.T", struct({ n: int, a: array(Inner, 1), e: any })).method(
    "Spoil",
    func([], []),
    (t) => {
      t.n = 9;
      t.a[0]!.n = 9;
      (t.e as InterfaceValue).value.n = 9;
    },
  );
  const make = () => ({ n: 1, a: [{ n: 2 }], e: toInterface(Inner, { n: 3 }) });
  const seen = (x: unknown): unknown => JSON.parse(JSON.stringify(x));
  const want = { n: 1, a: [{ n: 2 }], e: { n: 3 } };

  it("is nobody else's", () => {
    const given = make();
    const x = toInterface(T, given);
    const same = copyValue(struct({ x: any }), { x }).x as typeof x;
    const spoil = (t: ReturnType<typeof make>): void => {
      t.n = 9;
      t.a[0]!.n = 9;
      t.e.value.n = 9;
      t.e = toInterface(Inner, { n: 9 });
    };
    spoil(given);
    expect(seen(x)).toEqual(want);
    spoil(x.value as never);
    spoil(typeAssert(x, T) as never);
    spoil(typeAssertOk(x, T)[0] as never);
    spoil(valueOf(x).get() as never);
    x.call("Spoil");
    (typeAssert(x, any) as InterfaceValue).call("Spoil");
    valueOf(x).methodByName("Spoil").call();
    spoil((valueOf(x).interface() as typeof x).value as never);
    spoil(typeAssert(valueOf(x).interface(), T) as never);
    spoil((valueFitter(any, "value")!(x) as typeof x).value as never);
    expect(seen(x)).toEqual(want);
    expect(seen(same)).toEqual(want);
    const s = makeSpace();
    const p = s.alloc(any);
    any.store(s, p, x);
    const y = any.load(s, p) as typeof x;
    spoil(y.value as never);
    y.call("Spoil");
    expect(seen(any.load(s, p))).toEqual(want);
    expect(seen(y)).toEqual(want);
  });

  it("is in the form that memory gives back", () => {
    expect(toInterface(float32, 0.1).value).toBe(Math.fround(0.1));
    expect(toInterface(string, "a\ud800").value).toBe("a\ufffd");
    expect(toInterface(int, -0).value).toBe(0);
  });

  it("is made by toInterface alone: the class is a type", () => {
    expect("InterfaceValue" in types).toBe(false);
  });

  it("is checked when it is made, and its getters run then only", () => {
    const P = struct({ x: int });
    let n = 0;
    const counted = {
      get x(): number {
        return ++n;
      },
    };
    const x = toInterface(P, counted);
    expect([x.value, x.value, n]).toEqual([{ x: 1 }, { x: 1 }, 1]);
    expect(() => toInterface(P, { x: 0.5 })).toThrow("struct { x int }.x: value is 0.5");
  });
});

describe("an interface value of another version of this package, whose value is anybody's", () => {
  const P = struct({ x: int });
  const S = named("main.S", P).method("X", func([], [int]), (s) => s.x);
  const X = iface({ X: func([], [int]) });

  it("is copied into a box wherever it is kept", () => {
    const H = struct({ e: any });
    const keep: ((x: unknown) => unknown)[] = [
      (x) => valueFitter(any, "value")!(x),
      (x) => valueFitter(X, "value")!(x as InterfaceValue),
      (x) => valueReader(any, "value")!(x),
      (x) => valueFitter(H, "value")!({ e: x }).e,
      (x) => copyValue(any, x),
      (x) => copyValue(array(any, 1), [x])[0],
      (x) => toInterface(H, { e: x }).value.e,
      (x) => convert(x, X),
    ];
    for (const put of keep) {
      const given = { x: 1 };
      const kept = put(ofAnotherVersion(S, given)) as InterfaceValue;
      given.x = 2;
      expect(typeAssert(kept, S)).toEqual({ x: 1 });
      (kept.value as typeof given).x = 3;
      expect(any.equalValues(kept, toInterface(S, { x: 1 }))).toBe(true);
      expect(kept.call("X")).toBe(1);
    }
  });

  it("is checked wherever it is kept", () => {
    const bad = ofAnotherVersion(P, { x: 0.5 });
    expect(() => valueFitter(any, "value")!(bad)).toThrow("x: value is 0.5");
    expect(() => valueReader(any, "value")!(bad)).toThrow("x: value is 0.5");
    expect(() => valueChecker(any, "value")!(bad)).toThrow("x: value is 0.5");
    expect(() => copyValue(any, bad)).toThrow("x: value is 0.5");
    const s = makeSpace();
    expect(() => any.store(s, s.alloc(any), bad)).toThrow("x: value is 0.5");
  });
});

describe("what the console shows of an interface value", () => {
  const Point = named("main.Point", struct({ x: int, y: any }));

  it("is its type and its value, at any depth", () => {
    const p = toInterface(Point, { x: 1, y: toInterface(int, 2) });
    expect(inspect(p)).toBe("main.Point({ x: 1, y: int(2) })");
    expect(inspect([toInterface(string, "a"), toInterface(func(), null)])).toBe(
      "[ string('a'), func()(null) ]",
    );
    expect(inspect({ a: { b: p } })).toBe("{ a: { b: main.Point({ x: 1, y: int(2) }) } }");
    expect(inspect({ a: { b: { c: p } } })).toBe("{ a: { b: { c: main.Point([Object]) } } }");
    expect(inspect({ a: { b: { c: p.value.y } } })).toBe("{ a: { b: { c: int(2) } } }");
  });

  it("ends where it holds itself, and where a tree is deeper than is asked for", () => {
    const o: Record<string, unknown> = {};
    o["self"] = toInterface(jsObject, o);
    expect(inspect(o["self"], { depth: null })).toBe("*js.Object({ self: [Circular] })");
    expect(inspect(chain(9))).toMatch(/^main\.Cons\(\{[^]*main\.Cons\(\[Object\]\)[^]*\}\)$/);
  });
});
