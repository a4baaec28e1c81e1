/**
 * Misuse of reflection, panic for panic as Go 1.19 answered the same expressions, and what Go's compiler would have refused.
 * Then the corners of method sets, assertions and deepEqual that only a comparison of random programs with Go finds.
 */
import { describe, expect, it } from "vitest";
import {
  any,
  array,
  assignableTo,
  bool,
  deepEqual,
  deepEqualValues,
  error,
  field,
  float64,
  func,
  iface,
  implementsInterface,
  indirect,
  int,
  int8,
  map,
  methods,
  named,
  newValue,
  ptr,
  slice,
  string,
  struct,
  toInterface,
  typeAssert,
  typeAssertOk,
  typeSwitch,
  valueAt,
  valueOf,
  zeroValue,
  type Type,
  type Value,
} from "@gort/types";
import { makeSpace } from "./space.ts";

const space = makeSpace();
const U = named(
  "main.U",
  struct({
    x: field(int, { exported: false }),
    Y: int,
    f: field(func(), { exported: false }),
  }),
);
const E = named("main.E", int).method("M", func(), () => undefined);
const of = (t: Type, v: unknown): Value => valueOf(toInterface(t, v, space));
const i = (n: number): Value => of(int, n);
const s = (text: string): Value => valueOf(text);
const zero = valueOf(null);
const u = of(ptr(U), space.alloc(U));
const uv = of(U, { x: 0, Y: 0, f: null });
const m = of(map(string, int), new Map([["a", 1]]));
const nilMap = of(map(string, int), null);
const arr = of(ptr(array(int, 3)), space.alloc(array(int, 3)));
const anyVar = valueAt(any, space, space.alloc(any));
const boolVar = valueAt(bool, space, space.alloc(bool));
const intVar = valueAt(int, space, space.alloc(int));
const takes = (params: Type[], variadic = false): Value =>
  of(func(params, [], { variadic }), () => undefined);
const wrong = null as never;

describe("misuse of reflection panics with Go's text", () => {
  const unexported = "using value obtained using unexported field";
  const on = (method: string, kind: string): string =>
    `reflect: call of reflect.Value.${method} on ${kind} Value`;
  const table: [() => unknown, string][] = [
    [() => of(ptr(int), 0).len(), on("Len", "ptr to non-array")],
    [() => of(ptr(int), 0).cap(), on("Cap", "ptr to non-array")],
    [() => s("").cap(), on("Cap", "string")],
    [() => i(1).len(), on("Len", "int")],
    [() => anyVar.len(), on("Len", "interface")],
    [() => zero.len(), on("Len", "zero")],
    [() => m.setMapIndex(zero, i(1)), on("SetMapIndex", "zero")],
    [() => m.mapIndex(zero), "runtime error: invalid memory address or nil pointer dereference"],
    [
      () => m.setMapIndex(i(1), i(1)),
      "reflect.Value.SetMapIndex: value of type int is not assignable to type string",
    ],
    [
      () => m.setMapIndex(s("a"), s("b")),
      "reflect.Value.SetMapIndex: value of type string is not assignable to type int",
    ],
    [() => nilMap.setMapIndex(s("a"), i(1)), "assignment to entry in nil map"],
    [
      () => of(map(int, int), new Map()).setMapIndex(uv.field(0), i(1)),
      `reflect: reflect.Value.SetMapIndex ${unexported}`,
    ],
    [
      () => of(map(int, int), new Map()).setMapIndex(i(1), uv.field(0)),
      `reflect: reflect.Value.SetMapIndex ${unexported}`,
    ],
    [
      () => m.mapIndex(i(1)),
      "reflect.Value.MapIndex: value of type int is not assignable to type string",
    ],
    [() => u.elem().field(1).set(zero), on("Set", "zero")],
    [() => u.elem().field(1).set(u.elem().field(0)), `reflect: reflect.Value.Set ${unexported}`],
    [() => u.elem().field(0).set(i(1)), `reflect: reflect.Value.Set ${unexported}`],
    [() => uv.field(1).setInt(1), "reflect: reflect.Value.SetInt using unaddressable value"],
    [() => uv.field(0).setInt(1), `reflect: reflect.Value.SetInt ${unexported}`],
    [() => u.elem().field(1).setString(""), on("SetString", "int")],
    [() => boolVar.setInt(1), on("SetInt", "bool")],
    [() => zero.setInt(1), on("SetInt", "zero")],
    [() => of(func(), null).call(), "reflect.Value.Call: call of nil function"],
    [() => uv.field(2).call(), `reflect: reflect.Value.Call ${unexported}`],
    [() => takes([int]).call([zero]), "reflect: Call using zero Value argument"],
    [() => takes([int]).call([i(1), i(2)]), "reflect: Call with too many input arguments"],
    [() => takes([int]).call([]), "reflect: Call with too few input arguments"],
    [() => takes([int]).call([s("")]), "reflect: Call using string as type int"],
    [
      () => takes([slice(int)], true).call([s("")]),
      "reflect: cannot use string as type int in Call",
    ],
    [() => takes([int]).call([uv.field(0)]), `reflect: reflect.Value.Call ${unexported}`],
    [
      () => takes([int, slice(int)], true).call([uv.field(0), uv.field(0)]),
      `reflect: reflect.Value.Set ${unexported}`,
    ],
    [() => i(3).call(), on("Call", "int")],
    [() => zero.call(), on("Call", "zero")],
    [() => i(3).elem(), on("Elem", "int")],
    [() => zero.elem(), on("Elem", "zero")],
    [() => zero.addr(), "reflect.Value.Addr of unaddressable value"],
    [() => uv.field(9), "reflect: Field index out of range"],
    [() => uv.field(-1), "reflect: Field index out of range"],
    [() => i(3).fieldByName("x"), on("FieldByName", "int")],
    [() => of(array(int, 1), [1]).index(-1), "reflect: array index out of range"],
    [() => s("a").index(1), "reflect: string index out of range"],
    [() => arr.index(1), on("Index", "ptr")],
    [() => of(E, 1).method(1), "reflect: Method index out of range"],
    [() => of(E, 1).method(-1), "reflect: Method index out of range"],
    [() => zero.method(0), on("Method", "zero")],
    [() => zero.methodByName("x"), on("MethodByName", "zero")],
    [() => newValue(wrong, space), "reflect: New(nil)"],
    [() => zeroValue(wrong), "reflect: Zero(nil)"],
    [() => assignableTo(int, wrong), "reflect: nil type passed to Type.AssignableTo"],
    [() => implementsInterface(int, wrong), "reflect: nil type passed to Type.Implements"],
    [
      () => implementsInterface(int, int as never),
      "reflect: non-interface type passed to Type.Implements",
    ],
  ];
  const rows = table.map(([f, text]) => [text, f] as const);
  it.each(rows)("the same expression panics in Go with: %s", (text, f) => {
    let message = "nothing thrown";
    try {
      f();
    } catch (e) {
      ({ message } = e as Error);
    }
    expect(message).toBe(text);
  });

  it("deleting from a nil map does nothing", () => {
    nilMap.setMapIndex(s("a"), zero);
    expect(nilMap.len()).toBe(0);
  });
});

describe("what Go's compiler would have refused is named", () => {
  const table: [() => unknown, string][] = [
    [() => intVar.setInt(NaN), "setInt: v is NaN, want an integer"],
    [() => intVar.setInt(1.5), "setInt: v is 1.5, want an integer"],
    [() => intVar.setInt("x" as never), 'setInt: v is "x", want an integer'],
    [() => intVar.setInt(undefined as never), "setInt: v is undefined, want an integer"],
    [() => anyVar.set(3 as never), "Set: value is 3, want a reflection value"],
    [() => m.setMapIndex("a" as never, i(1)), 'SetMapIndex: value is "a", want a reflection value'],
    [() => m.setMapIndex(s("a"), 1 as never), "SetMapIndex: value is 1, want a reflection value"],
    [() => m.mapIndex("a" as never), 'value is "a", want a reflection value'],
    [() => takes([int]).call([3 as never]), "Call: value is 3, want a reflection value"],
    [() => takes([]).call(wrong), "Call: args is null, want a list of values"],
    [
      () => deepEqualValues(1 as never, s("")),
      "deepEqualValues: value is 1, want a reflection value",
    ],
    [() => indirect(wrong), "indirect: value is null, want a reflection value"],
    [() => typeSwitch(3, wrong), "typeSwitch: case is null, want a case made by on or otherwise"],
    [
      () => func([named("main.Ints", slice(int))], [], { variadic: true }),
      'func: value is "main.Ints", want a type []T as the last parameter if variadic',
    ],
  ];
  const rows = table.map(([f, text]) => [text, f] as const);
  it.each(rows)("by its place and its value: %s", (text, f) => {
    expect(f).toThrow(text);
    expect(new Map(m.get() as Map<string, number>)).toEqual(new Map([["a", 1]]));
  });

  it("the element of a variadic parameter may not be there yet", () => {
    const F: Type = named("main.F", func([slice((): Type => F)], [], { variadic: true }));
    expect(func([slice(F)], [], { variadic: true }).name).toBe("func(...main.F)");
  });
});

describe("method sets", () => {
  const getter = func([], [int]);
  const names = (t: Type): string[] => methods(t).map((x) => x.name);
  const promoted = { embedded: true };

  it("a method with a pointer receiver hides the promoted one of its name even where it is not in the set", () => {
    const In = named("main.In", struct({})).method("M", getter, () => 1);
    const Out = named("main.Out", struct({ In: field(In, promoted) })).ptrMethod(
      "M",
      getter,
      () => 2,
    );
    expect(names(Out)).toEqual([]);
    expect(names(ptr(Out))).toEqual(["M"]);
    const I = iface({ M: getter });
    const p = space.alloc(Out);
    expect(typeAssert(toInterface(ptr(Out), p, space), I)!.call("M")).toBe(2);
    expect(() => typeAssert(toInterface(Out, { In: {} }), named("main.I", I))).toThrow(
      "interface conversion: main.Out is not main.I: missing method M",
    );
  });

  it("at one depth it takes part in the tie", () => {
    const A = named("main.A", struct({})).method("M", getter, () => 1);
    const B = named("main.B", struct({})).ptrMethod("M", getter, () => 2);
    expect(names(struct({ A: field(A, promoted), B: field(B, promoted) }))).toEqual([]);
    expect(names(struct({ B: field(B, promoted), A: field(A, promoted) }))).toEqual([]);
    expect(names(struct({ B: field(B, promoted) }))).toEqual([]);
    expect(names(struct({ B: field(ptr(B), promoted) }))).toEqual(["M"]);
  });
});

describe("deepEqual in Go's own corners", () => {
  it("values of two types are different however alike they are", () => {
    const Bytes = named("main.Bytes", slice(int8));
    const nil = { ptr: 0, len: 0, cap: 0 };
    expect(deepEqual(toInterface(Bytes, nil), toInterface(slice(int8), nil))).toBe(false);
    expect(deepEqual(toInterface(slice(int8), nil), toInterface(slice(int8), nil))).toBe(true);
    expect(deepEqual(toInterface(int, 1), 1)).toBe(false);
    expect(deepEqual(null, toInterface(ptr(int), 0))).toBe(false);
  });

  it("an empty slice is not a nil one", () => {
    const empty = { ptr: space.alloc(int8), len: 0, cap: 1 };
    const list = slice(int8);
    expect(
      deepEqual(toInterface(list, empty, space), toInterface(list, { ptr: 0, len: 0, cap: 0 })),
    ).toBe(false);
  });

  it("one function is equal to nothing, not even to itself, unless nil", () => {
    const f = toInterface(func(), () => undefined);
    expect(deepEqual(f, f)).toBe(false);
    expect(deepEqual(toInterface(func(), null), toInterface(func(), null))).toBe(true);
  });

  it("two lists that lead into each other are equal to themselves and to one another", () => {
    const Node: Type<{ next: number; v: number }> = named(
      "main.Node",
      struct({ next: ptr((): Type => Node), v: float64 }),
    );
    const [p, q] = [space.alloc(Node), space.alloc(Node)];
    Node.store(space, p, { next: q, v: 1 });
    Node.store(space, q, { next: p, v: 1 });
    const at = (x: number): unknown => toInterface(ptr(Node), x, space);
    expect(deepEqual(at(p), at(q))).toBe(true);
    Node.store(space, q, { next: p, v: NaN });
    expect(deepEqual(at(q), at(q))).toBe(true); // one pointer
    expect(deepEqual(at(p), at(q))).toBe(false);
  });
});

describe("assertions", () => {
  it("of nil say so for both kinds of types", () => {
    expect(() => typeAssert(null, int)).toThrow(
      "interface conversion: interface {} is nil, not int",
    );
    expect(() => typeAssert(null, error)).toThrow(
      "interface conversion: interface is nil, not error",
    );
    expect(typeAssertOk(null, error)).toEqual([null, false]);
  });

  it("of a type that prints alike name the scopes", () => {
    const [A, B] = [named("main.T", int), named("main.T", int)];
    expect(() => typeAssert(toInterface(A, 1), B)).toThrow(
      "interface conversion: interface {} is main.T, not main.T (types from different scopes)",
    );
  });
});
