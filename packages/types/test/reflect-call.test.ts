/** Calls and assignments through reflection: the panics of Go 1.19 for the same programs. */
import { describe, expect, test } from "vitest";
import {
  any,
  chan,
  error,
  complex128,
  convert,
  field,
  func,
  iface,
  int,
  int8,
  int32,
  array,
  map,
  named,
  ptr,
  slice,
  string,
  struct,
  toInterface,
  valueAt,
  valueOf,
  zeroValue,
  type Type,
  type Value,
} from "../src/index.ts";
import { makeSpace } from "./space.ts";

const of = (t: Type, v: unknown): Value => valueOf(toInterface(t, v));
const zero = valueOf(null);
const one = of(int, 1);
const hidden = (t: Type, v: unknown): Value =>
  of(struct({ u: field(t, { exported: false }) }), { u: v }).field(0);

describe("call", () => {
  const fn = of(func([int, string], [int]), (a: number) => a);
  const rest = of(func([int, slice(string)], [], { variadic: true }), () => undefined);
  const a = of(string, "a");
  test.each<[string, () => unknown, string]>([
    ["too few", () => fn.call([one]), "reflect: Call with too few input arguments"],
    ["too many", () => fn.call([one, a, one]), "reflect: Call with too many input arguments"],
    ["another type", () => fn.call([a, a]), "reflect: Call using string as type int"],
    // All are looked at for validity before the first is for its type.
    ["zero after a wrong one", () => fn.call([a, zero]), "reflect: Call using zero Value argument"],
    ["variadic", () => rest.call([one, one]), "reflect: cannot use int as type string in Call"],
    ["variadic, none", () => rest.call([]), "reflect: Call with too few input arguments"],
    ["nil", () => of(func(), null).call(), "reflect.Value.Call: call of nil function"],
    ["no function", () => one.call(), "reflect: call of reflect.Value.Call on int Value"],
    ["zero Value", () => zero.call(), "reflect: call of reflect.Value.Call on zero Value"],
    [
      "a function from an unexported field",
      () => hidden(func(), () => undefined).call(),
      "reflect: reflect.Value.Call using value obtained using unexported field",
    ],
    [
      "an argument from an unexported field",
      () => of(func([int]), () => undefined).call([hidden(int, 1)]),
      "reflect: reflect.Value.Call using value obtained using unexported field",
    ],
  ])("%s", (_, run, text) => {
    expect(run).toThrow(text);
  });

  test("the function does not run if an argument is refused, and gets what it is meant to get", () => {
    let calls = 0;
    const f = of(func([any], [any]), (x: unknown) => (calls++, x));
    expect(() => f.call([zero])).toThrow();
    expect(calls).toBe(0);
    expect(f.call([one])[0]!.elem().type.name).toBe("int");
  });
});

test("a variadic function gets its elements as rest arguments, by reflection as by a method", () => {
  const join = func([string, slice(int)], [string], { variadic: true });
  const T = named("main.T", int).method("Join", join, (r, s, ...n) => [s, r, ...n].join());
  const f = of(join, (s: string, ...n: number[]) => [s, ...n].join());
  const args = [of(string, "a"), of(int, 1), of(int, 2)];
  expect(f.call(args)[0]!.string()).toBe("a,1,2");
  expect(f.call(args.slice(0, 1))[0]!.string()).toBe("a");
  expect(of(T, 7).methodByName("Join").call(args)[0]!.string()).toBe("a,7,1,2");
  const joiner = convert(toInterface(T, 7), iface({ Join: join }))!;
  expect([joiner.call("Join", "b", 3, 4), joiner.call("Join", "c")]).toEqual(["b,7,3,4", "c,7"]);
});

test("an Error is an error to a parameter, a rest parameter and a map of that type", () => {
  type E = { call(name: "Error"): string } | null;
  const boo = valueOf(new Error("boo"));
  const nil = zeroValue(error);
  const F = func([error], [string]);
  const f = of(F, (e: E) => e?.call("Error") ?? "nil");
  expect(f.call([boo])[0]!.string()).toBe("boo");
  expect(f.call([nil])[0]!.string()).toBe("nil");
  const G = func([slice(error)], [string], { variadic: true });
  const g = of(G, (...list: E[]) => list.map((e) => e?.call("Error") ?? "nil").join());
  expect(g.call([boo, nil, boo])[0]!.string()).toBe("boo,nil,boo");
  const m = new Map<string, E>();
  of(map(string, error), m).setMapIndex(of(string, "k"), boo);
  expect(m.get("k")!.call("Error")).toBe("boo");
  // In an `any` it stays raw.
  const e = new Error("raw");
  const h = of(func([any], [any]), (x: unknown) => x);
  expect(h.call([valueOf(e)])[0]!.interface()).toBe(e);
});

describe("maps through reflection", () => {
  const T = map(string, int);
  const m = new Map([["a", 1]]);
  const v = of(T, m);
  test("a key of another type is refused with Go's text; a zero key is a nil dereference", () => {
    expect(() => v.mapIndex(of(int, 1))).toThrow(
      "reflect.Value.MapIndex: value of type int is not assignable to type string",
    );
    expect(() => v.mapIndex(zero)).toThrow("invalid memory address or nil pointer dereference");
    expect(v.mapIndex(of(string, "zz")).isValid()).toBe(false);
  });
  test("setMapIndex sets, and deletes for the zero Value", () => {
    v.setMapIndex(of(string, "b"), of(int, 2));
    expect([...m]).toEqual([
      ["a", 1],
      ["b", 2],
    ]);
    v.setMapIndex(of(string, "a"), zero);
    expect([...m.keys()]).toEqual(["b"]);
    expect(() => v.setMapIndex(of(string, "b"), of(string, "x"))).toThrow(
      "reflect.Value.SetMapIndex: value of type string is not assignable to type int",
    );
    expect(() => v.setMapIndex(hidden(string, "b"), of(int, 1))).toThrow(
      "reflect.Value.SetMapIndex using value obtained using unexported field",
    );
    expect([...m]).toEqual([["b", 2]]);
  });
  test("writing to a nil map panics, deleting from it does nothing", () => {
    const nil = of(T, null);
    expect(() => nil.setMapIndex(of(string, "a"), of(int, 1))).toThrow(
      "assignment to entry in nil map",
    );
    nil.setMapIndex(of(string, "a"), zero);
    expect(() =>
      of(T, { size: 0, [Symbol.iterator]: () => [].values() }).setMapIndex(of(string, "a"), zero),
    ).toThrow("reflect: map is an object (Object), want an object with set and delete");
  });
});

test("len and cap of channels, and of pointers to arrays", () => {
  const ch = of(chan(int), { len: 1, cap: 3 });
  expect([ch.len(), ch.cap()]).toEqual([1, 3]);
  const nil = of(chan(int), null);
  expect([nil.len(), nil.cap()]).toEqual([0, 0]);
  const p = of(ptr(array(int, 3)), 64);
  expect([p.len(), p.cap()]).toEqual([3, 3]);
  expect(() => of(ptr(int), 64).len()).toThrow(
    "reflect: call of reflect.Value.Len on ptr to non-array Value",
  );
  expect(() => of(map(int, int), new Map()).cap()).toThrow(
    "reflect: call of reflect.Value.Cap on map Value",
  );
  expect(() => of(chan(int), {}).len()).toThrow("reflect: channel is an object (Object)");
});

test("complex numbers are read and set", () => {
  const space = makeSpace();
  const v = valueAt(complex128, space, space.alloc(complex128));
  v.setComplex({ re: 1, im: -2 });
  expect(v.complex()).toEqual({ re: 1, im: -2 });
  expect(() => of(int, 1).complex()).toThrow("reflect: call of reflect.Value.Complex on int Value");
  expect(() => of(complex128, { re: 0, im: 0 }).setComplex({ re: 1, im: 1 })).toThrow(
    "reflect: reflect.Value.SetComplex using unaddressable value",
  );
});

test("set: a nil interface of another type empties an any, and what does not fit a number is cut off", () => {
  const space = makeSpace();
  const x = valueAt(any, space, space.alloc(any));
  x.set(of(int, 5));
  expect(x.elem().int()).toBe(5n);
  x.set(zeroValue(error));
  expect(x.isNil()).toBe(true);
  const b = valueAt(int8, space, space.alloc(int8));
  b.setInt(300);
  expect(b.int()).toBe(44n);
  expect(() => valueAt(int32, space, space.alloc(int32)).set(of(string, "a"))).toThrow(
    "reflect.Set: value of type string is not assignable to type int32",
  );
});

test("a result that is not of its type, or not as many as there are, is refused by name", () => {
  const call = (results: readonly Type[], result: unknown): (() => Value[]) => {
    const f = valueOf(toInterface(func([], results), (() => result) as never));
    return () => f.call();
  };
  for (const wrong of [undefined, [1], [1, 2, 3], "ab"])
    expect(call([int, int], wrong)).toThrow(
      /^Call: result of func\(\) \(int, int\) is .*, want a list of 2/,
    );
  expect(call([int, string], [1, 2])).toThrow("result 1 of func() (int, string)");
  expect(call([int], "x")).toThrow("result 0 of func() int");
  expect(call([int], 1.5)).toThrow("result 0 of func() int");
  expect(call([error], 5)).toThrow("result 0 of func() error");
  expect(call([int, string], [1, "a"])().map((v) => v.get())).toEqual([1, "a"]);
  expect(call([error], null)()[0]!.isNil()).toBe(true);
  expect(call([], "ignored")()).toEqual([]);
});

test("results are copies, and so are the keys and elements of maps", () => {
  const P = struct({ x: int });
  const kept = { x: 1 };
  const [only] = of(func([], [P]), () => kept).call();
  const [first, second] = of(func([], [P, any]), () => [kept, toInterface(P, kept)]).call();
  const m = of(map(P, P), new Map([[kept, kept]]));
  const [key] = m.mapKeys();
  const elem = of(map(int, P), new Map([[1, kept]])).mapIndex(one);
  kept.x = 9;
  for (const v of [only!, first!, second!.elem(), key!, elem]) expect(v.field(0).int()).toBe(1n);
});

test("a key of an unexported map finds its entry, of interface type too, but what it gives stays unexported", () => {
  const m = hidden(map(any, int), new Map([["a", 1]]));
  const v = m.mapIndex(m.mapKeys()[0]!);
  expect(v.int()).toBe(1n);
  expect(v.canInterface()).toBe(false);
  expect(() => m.setMapIndex(valueOf("b"), valueOf(1))).toThrow("unexported field");
  const open = of(map(any, int), new Map());
  expect(() => open.setMapIndex(m.mapKeys()[0]!, of(int, 1))).toThrow("unexported field");
  expect(() => valueAt(any, makeSpace(), 64).set(m.mapKeys()[0]!)).toThrow("unexported field");
});
