/** Identity, assignability and names of types. */
import { describe, expect, it } from "vitest";
import {
  any,
  array,
  assignableTo,
  bool,
  byte,
  chan,
  complex128,
  error,
  field,
  func,
  identical,
  iface,
  int,
  int32,
  int8,
  isNamed,
  isType,
  map,
  named,
  ptr,
  rune,
  slice,
  string,
  struct,
  uint8,
  underlyingOf,
  unsafePointer,
  type Type,
} from "../src/index.ts";

// Two of each, made apart; no two rows are identical.
const literals: (() => Type)[] = [
  () => int,
  () => int32,
  () => string,
  () => unsafePointer,
  () => complex128,
  () => ptr(int),
  () => ptr(() => int8),
  () => slice(int),
  () => slice(slice(int)),
  () => array(int, 2),
  () => array(int, 3),
  () => map(string, int),
  () => map(string, string),
  () => chan(int),
  () => chan(int, "recv"),
  () => chan(int, "send"),
  () => func(),
  () => func([int]),
  () => func([slice(int)]),
  () => func([slice(int)], [], { variadic: true }),
  () => func([], [int, error]),
  () => struct({}),
  () => struct({ a: int }),
  () => struct({ b: int }),
  () => struct({ a: field(int, { tag: "t" }) }),
  () => struct({ a: field(int, { embedded: true }) }),
  () => struct({ a: field(int, { exported: false }) }),
  () => struct({ a: int, b: int }),
  () => iface({}),
  () => iface({ A: func() }),
  () => iface({ A: func(), B: func() }),
  () => iface({ A: func([int]) }),
  () => error,
];

describe("identical", () => {
  it("is structural for literals", () => {
    literals.forEach((a, i) => {
      literals.forEach((b, j) => expect([i, j, identical(a(), b())]).toEqual([i, j, i === j]));
    });
    expect(identical(any, iface({}))).toBe(true);
    expect(identical(iface({ A: func(), B: func() }), iface({ B: func(), A: func() }))).toBe(true);
  });

  it("keeps every defined type apart, but not an alias", () => {
    const A = named("main.A", int);
    expect(identical(A, A)).toBe(true);
    expect(identical(A, int)).toBe(false);
    expect(identical(A, named("main.A", int))).toBe(false);
    expect(identical(slice(A), slice(A))).toBe(true);
    expect([identical(byte, uint8), identical(rune, int32)]).toEqual([true, true]);
  });
});

describe("literals that contain themselves", () => {
  const make = (value: Type): Type => {
    const Node: Type = struct({
      next: ptr((): Type => Node),
      kids: slice((): Type => Node),
      value,
    });
    return Node;
  };

  it("are compared to an end", () => {
    expect(identical(make(int), make(int))).toBe(true);
    expect(identical(make(int), make(string))).toBe(false);
    expect(identical(ptr(make(int)), ptr(make(int)))).toBe(true);
  });

  it("have a name that ends, and none before they are there", () => {
    expect(make(int).name).toBe("struct { next *…; kids []…; value int }");
    const there: Type[] = [];
    const early = ptr((): Type => {
      if (there.length === 0) throw new Error("not yet");
      return there[0]!;
    });
    expect(() => early.name).toThrow("not yet");
    there.push(int);
    expect(early.name).toBe("*int");
  });
});

describe("names", () => {
  it("are spelled as Go prints them", () => {
    const name = (t: Type): string => t.name;
    expect([
      name(any),
      name(ptr(slice(array(bool, 2)))),
      name(map(string, chan(int))),
      name(chan(chan(int, "recv"))),
      name(chan(chan(int), "send")),
      name(func([int, slice(string)], [bool, error], { variadic: true })),
      name(struct({})),
      name(struct({ a: int, T: field(named("main.T", int), { embedded: true }) })),
      name(iface({ B: func([int]), A: func([], [string]) })),
      name(unsafePointer),
      name(byte),
      String(slice(int)),
    ]).toEqual([
      "interface {}",
      "*[][2]bool",
      "map[string]chan int",
      "chan (<-chan int)",
      "chan<- chan int",
      "func(int, ...string) (bool, error)",
      "struct {}",
      "struct { a int; main.T }",
      "interface { A() string; B(int) }",
      "unsafe.Pointer",
      "uint8",
      "[]int",
    ]);
  });
});

describe("assignability", () => {
  it("is identity, or one underlying type with a side that is not named, or an interface", () => {
    const Ints = named("main.Ints", slice(int));
    const Other = named("main.Other", slice(int));
    expect(assignableTo(slice(int), Ints)).toBe(true);
    expect(assignableTo(Ints, slice(int))).toBe(true);
    expect(assignableTo(Ints, Other)).toBe(false);
    expect(assignableTo(int, any)).toBe(true);
    expect(assignableTo(int, error)).toBe(false);
    expect(assignableTo(int, int32)).toBe(false);
    expect(assignableTo(chan(int), chan(int, "recv"))).toBe(true);
    expect(assignableTo(chan(int, "recv"), chan(int))).toBe(false);
    expect(underlyingOf(Ints)).toBe(underlyingOf(named("main.Deep", Ints)));
    expect([isNamed(int), isNamed(Ints), isNamed(slice(int)), isNamed(error)]).toEqual([
      true,
      true,
      false,
      true,
    ]);
    expect([isType(int), isType({}), isType(null)]).toEqual([true, false, false]);
  });
});
