/** Every public function against values that are no types, pointers, spaces or lists: an error that names the argument and its value. */
import { describe, expect, it } from "vitest";
import * as types from "../src/index.ts";
import { array, chan, func, iface, int, map, named, ptr, slice, struct } from "../src/index.ts";
import { makeSpace } from "./space.ts";

const NO_TYPE: readonly [any, string][] = [
  [NaN, "NaN"],
  [-1, "-1"],
  [null, "null"],
  ["int", '"int"'],
  [{}, "an object (Object)"],
];

describe.each(NO_TYPE.map(([value, shown]) => ({ value, shown })))("$shown", ({ value, shown }) => {
  it("is no type: everything that takes one says so by name", () => {
    const calls: Record<string, () => unknown> = {
      array: () => array(value, 2),
      map: () => map(value, int),
      "map: ": () => map(int, value),
      chan: () => chan(value),
      func: () => func([value]),
      "func: type": () => func([], [value]),
      identical: () => types.identical(value, int),
      "identical: type": () => types.identical(int, value),
      typeAssert: () => types.typeAssert(1, value),
      typeAssertOk: () => types.typeAssertOk(1, value),
      zeroValue: () => types.zeroValue(value),
      sizeOf: () => types.sizeOf(value),
      alignOf: () => types.alignOf(value),
      offsetOf: () => types.offsetOf(value, "a"),
      unsafeSlice: () => types.unsafeSlice(value, 64, 1),
      newValue: () => types.newValue(value, makeSpace()),
      "type: ": () => types.isNamed(value),
      convert: () => types.convert(1, value),
    };
    for (const [name, call] of Object.entries(calls)) {
      // Nil has Go's own texts there.
      if (value === null && (name === "zeroValue" || name === "newValue")) {
        expect(call).toThrow("(nil)");
        continue;
      }
      // Assertions to an object that is no type get as far as the comparison of types.
      const at = name.startsWith("typeAssert") && typeof value === "object" ? "" : name;
      expect(call, name).toThrow(`${at.split(":")[0]!}${at && ": "}type is ${shown}, want`);
    }
    // Null stands for nil in a type switch.
    if (value !== null) expect(() => types.on(value, () => 1)).toThrow(`on: type is ${shown}`);
    expect(() => types.implementsInterface(int, value ?? {})).toThrow("interface is ");
  });

  it("is no result of the function that gives an element type", () => {
    for (const [where, t] of [
      ["ptr", ptr(() => value)],
      ["slice", slice(() => value)],
      ["chan", chan(() => value)],
      ["map", map(int, () => value)],
    ] as const) {
      const text = `${where}: element type is ${shown}, want a type descriptor`;
      expect(() => t.elem).toThrow(text);
      expect(() => t.name).toThrow(text);
    }
  });

  it("is no list of fields, methods or parameters, no function and no name", () => {
    const T = named("main.T", int);
    if (value === null || typeof value !== "object") {
      expect(() => struct(value)).toThrow(`struct: fields is ${shown}, want`);
      expect(() => iface(value)).toThrow(`iface: methods is ${shown}, want`);
    }
    expect(() => func(value)).toThrow(`func: params is ${shown}, want`);
    expect(() => func([], value)).toThrow(`func: results is ${shown}, want`);
    expect(() => chan(int, value)).toThrow(`chan: dir is ${shown}, want "both"`);
    expect(() => T.method("F", value, () => 1)).toThrow(`method: type of F is ${shown}, want`);
    expect(() => T.method("F", func(), value)).toThrow(`method: fn of F is ${shown}, want`);
    if (typeof value !== "string") {
      expect(() => T.method(value, func(), () => 1)).toThrow(`method: name is ${shown}, want`);
      expect(() => types.field(int, { tag: value })).toThrow(
        `field: options.tag is ${shown}, want`,
      );
    }
    expect(() => types.on(int, value)).toThrow(`on: run is ${shown}, want a function`);
    expect(() => types.otherwise(value)).toThrow(`otherwise: run is ${shown}, want a function`);
    expect(() => types.checkPointers(value)).toThrow(`checkPointers: bounds is ${shown}, want`);
    expect(types.methods(T)).toEqual([]);
  });

  it("is no space and no value of a struct", () => {
    expect(() => types.newValue(int, value)).toThrow(`newValue: space is ${shown}, want`);
    expect(() => types.valueAt(int, value, 64)).toThrow(`*int: space is ${shown}, want`);
    expect(() => types.copyValue(struct({ a: int }), value)).toThrow("copyValue");
  });
});

it("pointer arithmetic refuses what is no pointer and no offset, by name", () => {
  for (const [value, shown] of [
    [NaN, "NaN"],
    [0.5, "0.5"],
    [undefined, "undefined"],
    [null, "null"],
    ["8", '"8"'],
    [1e12, "1000000000000"],
    [-65, "-65"],
  ] as [any, string][]) {
    expect(() => types.add(value, 8)).toThrow(`add: p is ${shown}, want a pointer`);
    expect(() => types.add(64, value)).toThrow(`add: n is ${shown}, want an integer`);
    expect(() => types.unsafeSlice(int, value, 1)).toThrow(`unsafeSlice: p is ${shown}, want`);
    expect(() => types.unsafeSlice(int, 64, value)).toThrow("unsafe.Slice: len out of range");
  }
});

it("a function is no type where the size must be known, so a struct or an array cannot contain itself", () => {
  const lazy = (() => int) as never;
  expect(() => array(lazy, 2)).toThrow("array: type is function lazy, want a type descriptor");
  expect(() => struct({ a: lazy })).toThrow("struct: field a is function lazy, want");
  expect(() => map(lazy, int)).toThrow("map: type is function lazy, want");
  expect(() => named("main.T", lazy)).toThrow("named: type is function lazy, want");
});

it("a type that was left out, as in a circle of imports, is named by who was given none", () => {
  const none = undefined as never;
  expect(() => ptr(none)).toThrow("ptr: type is undefined, want a type descriptor");
  expect(() => named("main.T", none)).toThrow("named: type is undefined, want a type descriptor");
  expect(() => types.toInterface(none, 1)).toThrow("toInterface: type is undefined, want a type");
});

it("members come in a plain object, by names that are identifiers", () => {
  const F = func();
  for (const bad of [new Map([["x", int]]), [int], null, 5] as never[]) {
    expect(() => struct(bad)).toThrow(/^struct: fields is .*, want an object of types$/);
    expect(() => types.iface(bad)).toThrow(/^iface: methods is .*, want an object of func types$/);
  }
  for (const name of ["a b", "0", "", "x-y", "__proto__"]) {
    const methods = Object.fromEntries([[name, F]]);
    expect(() => types.iface(methods)).toThrow(
      `iface: method name is "${name}", want an identifier`,
    );
    expect(() => named("main.T", int).method(name, F, () => undefined)).toThrow("method: name is");
  }
});

it("a type that points to itself has a name, a mask and an identity; a list of it is loaded and stored", () => {
  const Node: types.StructType<any> = struct({ v: int, next: ptr((): types.Type => Node) });
  const List: types.Type = named("main.List", struct({ all: slice((): types.Type => List) }));
  expect([Node.size, Node.ptrMask[0], List.name]).toEqual([8, 2, "main.List"]);
  expect(Node.name).toContain("struct { v int; next *");
  expect(types.identical(Node, Node)).toBe(true);
  const heap = makeSpace();
  const p = heap.alloc(Node);
  Node.store(heap, p, { v: 1, next: p });
  expect(Node.load(heap, p)).toEqual({ v: 1, next: p });
  expect(heap.writes).toEqual([[p + 4, p]]);
});

it("arrays too large for memory are refused when described", () => {
  expect(() => array(int, 2 ** 30)).toThrow("size is 4294967296, want at most");
  expect(() => array(int, 1e300)).toThrow("array: n is 1e+300, want an integer from 0");
  expect(() => array(array(int, 2 ** 16), 2 ** 16)).toThrow("want at most");
  // Describing the largest one costs nothing: its mask is made when it is asked for.
  expect(array(ptr(int), 2 ** 29).size).toBe(2 ** 31);
  expect(array(ptr(int), 2 ** 29).ptrdata).toBe(2 ** 31);
});

it("options that there are not, or of another type, are named", () => {
  const { accessor, field, func } = types as any;
  const S = struct({ a: int });
  for (const [call, text] of [
    [
      () => field(int, { embeded: true }),
      "field: options.embeded is true, want no options but tag, embedded, exported",
    ],
    [() => field(int, { exported: "no" }), 'field: options.exported is "no", want a boolean'],
    [() => field(int, { embedded: 1 }), "field: options.embedded is 1, want a boolean"],
    [() => field(int, { tag: 5 }), "field: options.tag is 5, want a string"],
    [() => field(int, null), "field: options is null"],
    [() => func([slice(int)], [], { varadic: true }), "func: options.varadic is true"],
    [() => func([slice(int)], [], { variadic: 1 }), "func: options.variadic is 1, want a boolean"],
    [() => func([], [], null), "func: options is null"],
    [() => accessor(S, { codgen: false }), "accessor: options.codgen is false"],
    [() => accessor(S, { codegen: 0 }), "accessor: options.codegen is 0, want a boolean"],
    [() => accessor(S, null), "accessor: options is null"],
  ] as const)
    expect(call).toThrow(text);
});

it.each([
  [5, "5"],
  [null, "null"],
  [undefined, "undefined"],
  [["a"], "an array of 1"],
] as [any, string][])("%j is no string: what reads one says so by name", (value, shown) => {
  const calls: [() => unknown, string, string][] = [
    [() => types.utf8Length(value), "utf8Length", "s"],
    [() => types.utf8Compare(value, value), "utf8Compare", "a"],
    [() => types.utf8Compare("a", value), "utf8Compare", "b"],
  ];
  for (const [call, where, argument] of calls)
    expect(call).toThrow(new TypeError(`${where}: ${argument} is ${shown}, want a string`));
});
