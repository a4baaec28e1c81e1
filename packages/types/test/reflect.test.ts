/** Reflection over values and memory; the laws of reflection. */
import { describe, expect, it } from "vitest";
import {
  Value,
  any,
  array,
  bool,
  chan,
  complex128,
  complex64,
  convert,
  error,
  field,
  float32,
  float64,
  func,
  iface,
  implementsInterface,
  indirect,
  int,
  int8,
  int32,
  int64,
  isReflectError,
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
  typeOf,
  uint8,
  valueAt,
  valueOf,
  zeroValue,
  type Kind,
  type Type,
} from "../src/index.ts";
import { makeSpace } from "./space.ts";

const Point = named(
  "main.Point",
  struct({ X: int, Y: field(int, { tag: 'json:"y"' }), z: field(string, { exported: false }) }),
)
  .method("Sum", func([int], [int]), (p, k) => (p.X + p.Y) * k)
  .ptrMethod("Reset", func(), () => undefined);

const text = (run: () => unknown): string => {
  try {
    run();
  } catch (e) {
    expect(isReflectError(e)).toBe(true);
    return (e as Error).message;
  }
  return "no panic";
};

describe("the first law: from interface value to reflection object", () => {
  it("gives type, kind and value of a raw and of a typed value", () => {
    const v = valueOf(3.4);
    expect(typeOf(3.4)).toBe(float64);
    expect([v.type.name, v.kind, v.float()]).toEqual(["float64", "float64", 3.4]);
    const n = valueOf(toInterface(named("main.MyInt", int), 7));
    expect([n.type.name, n.kind, n.int()]).toEqual(["main.MyInt", "int", 7n]);
    expect(valueOf(null).isValid()).toBe(false);
    expect(typeOf(null)).toBe(null);
  });
});

describe("the second law: from reflection object to interface value", () => {
  it("comes back equal for values of every sort", () => {
    const values = [
      3.4,
      "s",
      true,
      5n,
      toInterface(int, 7),
      toInterface(Point, { X: 1, Y: 2, z: "q" }),
      {},
    ];
    for (const x of values) expect(any.equalValues(valueOf(x).interface(), x)).toBe(true);
  });

  it("gives what an interface holds as an `any`, whatever the interface", () => {
    const Summer = named("main.Summer", iface({ Sum: func([int], [int]) }));
    const point = toInterface(Point, { X: 1, Y: 2, z: "" });
    const v = newValue(Summer, makeSpace()).elem();
    expect(v.interface()).toBe(null);
    v.set(valueOf(point));
    const field = valueOf(toInterface(struct({ s: Summer }), { s: convert(point, Summer) }));
    for (const x of [v, field.field(0)]) {
      expect(any.equalValues(x.interface(), point)).toBe(true);
      expect(() => typeAssert(x.interface(), int)).toThrow(
        "interface conversion: interface {} is main.Point, not int",
      );
    }
    const raw = new Error("boom");
    expect(
      valueOf(toInterface(struct({ e: error }), { e: convert(raw, error) }))
        .field(0)
        .interface(),
    ).toBe(raw);
  });

  it("is refused for a value of an unexported field", () => {
    const v = valueOf(toInterface(Point, { X: 1, Y: 2, z: "q" }));
    expect(v.fieldByName("z").canInterface()).toBe(false);
    expect(text(() => v.fieldByName("z").interface())).toBe(
      "reflect.Value.Interface: cannot return value obtained from unexported field or method",
    );
  });
});

describe("the third law: to modify a reflection object, the value must be settable", () => {
  it("refuses a copy, with Go's text", () => {
    const v = valueOf(3.4);
    expect(v.canSet()).toBe(false);
    expect(text(() => v.setFloat(7.1))).toBe(
      "reflect: reflect.Value.SetFloat using unaddressable value",
    );
    expect(text(() => v.addr())).toBe("reflect.Value.Addr of unaddressable value");
  });

  it("sets through a pointer, and memory shows it", () => {
    const s = makeSpace();
    const p = s.alloc(float64);
    float64.store(s, p, 3.4);
    const v = valueOf(toInterface(ptr(float64), p, s)).elem();
    expect(v.canSet()).toBe(true);
    v.setFloat(7.1);
    expect(float64.load(s, p)).toBe(7.1);
    expect(v.addr().pointer()).toBe(p);
  });

  it("sets the exported fields of an addressable struct only", () => {
    const s = makeSpace();
    const p = s.alloc(Point);
    const v = valueAt(Point, s, p);
    v.field(0).setInt(77);
    v.fieldByName("Y").set(valueOf(toInterface(int, -1)));
    expect(Point.load(s, p)).toEqual({ X: 77, Y: -1, z: "" });
    expect(v.field(2).canSet()).toBe(false);
    expect(text(() => v.field(2).setString("x"))).toBe(
      "reflect: reflect.Value.SetString using value obtained using unexported field",
    );
    expect(text(() => v.field(0).set(v.field(2)))).toBe(
      "reflect: reflect.Value.Set using value obtained using unexported field",
    );
  });

  it("sets a value of a fitting type only", () => {
    const s = makeSpace();
    const v = newValue(int, s).elem();
    expect(text(() => v.set(valueOf("a")))).toBe(
      "reflect.Set: value of type string is not assignable to type int",
    );
    expect(text(() => v.setFloat(1))).toBe("reflect: call of reflect.Value.SetFloat on int Value");
    const e = newValue(error, s).elem();
    e.set(valueOf(new Error("boom")));
    expect(e.elem().type.name).toBe("*js.Error");
    expect(e.elem().methodByName("Error").call()[0]!.string()).toBe("boom");
  });

  it("cuts integers to their size, as Go does", () => {
    const s = makeSpace();
    const v = newValue(int8, s).elem();
    v.setInt(300);
    expect(v.int()).toBe(44n);
    const w = newValue(int64, s).elem();
    w.setInt(1n << 63n);
    expect(w.int()).toBe(-(1n << 63n));
    const u = newValue(uint8, s).elem();
    u.setUint(-1);
    expect(u.uint()).toBe(255n);
    const b = newValue(bool, s).elem();
    b.setBool(true);
    expect(b.bool()).toBe(true);
  });
});

describe("a reflection value", () => {
  it("has fields with name, type, tag and offset", () => {
    const fields = Point.fields.map((f) => [f.name, f.type.name, f.tag, f.offset, f.exported]);
    expect(fields).toEqual([
      ["X", "int", "", 0, true],
      ["Y", "int", 'json:"y"', 4, true],
      ["z", "string", "", 8, false],
    ]);
    const v = valueOf(toInterface(Point, { X: 1, Y: 2, z: "q" }));
    expect(v.numField()).toBe(3);
    expect(v.field(1).int()).toBe(2n);
    expect(v.fieldByName("nope").isValid()).toBe(false);
    expect(text(() => v.field(3))).toBe("reflect: Field index out of range");
    for (const i of [1n, "1", "length", [1], NaN, 0.5] as never[])
      expect(text(() => v.field(i))).toBe("reflect: Field index out of range");
  });

  it("indexes arrays, slices (addressable) and strings (bytes)", () => {
    const s = makeSpace();
    const base = s.alloc(int, 3);
    for (let i = 0; i < 3; i++) int.store(s, base + 4 * i, i * 10);
    const v = valueOf(toInterface(slice(int), { ptr: base, len: 3, cap: 3 }, s));
    expect([v.len(), v.cap(), v.index(2).int()]).toEqual([3, 3, 20n]);
    v.index(1).setInt(5);
    expect(int.load(s, base + 4)).toBe(5);
    expect(text(() => v.index(3))).toBe("reflect: slice index out of range");
    const a = valueOf(toInterface(array(string, 2), ["a", "é"]));
    expect([a.len(), a.index(1).string()]).toEqual([2, "é"]);
    expect(a.index(0).canSet()).toBe(false);
    expect(text(() => a.index(-1))).toBe("reflect: array index out of range");
    expect([a.index(1).len(), a.index(1).index(0).uint()]).toEqual([2, 0xc3n]);
    expect(text(() => a.index(1).index(2))).toBe("reflect: string index out of range");
    const at = valueAt(array(int, 3), s, base);
    at.index(0).setInt(9);
    expect(int.load(s, base)).toBe(9);
  });

  it("follows pointers and interfaces, nil giving the zero Value", () => {
    const s = makeSpace();
    expect(
      valueOf(toInterface(ptr(int), 0, s))
        .elem()
        .isValid(),
    ).toBe(false);
    expect(valueOf(toInterface(ptr(int), 0, s)).isNil()).toBe(true);
    const v = newValue(any, s);
    expect(v.elem().isNil()).toBe(true);
    expect(v.elem().elem().isValid()).toBe(false);
    v.elem().set(valueOf("x"));
    expect(v.elem().elem().string()).toBe("x");
    expect(indirect(v).kind).toBe("interface");
    expect(indirect(valueOf(1)).kind).toBe("float64");
  });

  it("reads and writes nothing through a pointer at which no value can lie", () => {
    const s = makeSpace(4096);
    const to = (t: Type, p: number): Value => valueOf(toInterface(ptr(t), p, s));
    const Pair = struct({ a: int32, b: int64 });
    expect(() => to(Pair, 4088).elem()).toThrow(
      /^\*struct { .* }: pointer is 4088, want a byte offset below 4081$/,
    );
    expect(() => to(int64, 68).elem()).toThrow("*int64: pointer is 68, want a multiple of 8");
    expect(to(int64, 4088).elem().int()).toBe(0n);
    const list = valueOf(toInterface(slice(int32), { ptr: 4088, len: 3, cap: 3 }, s));
    expect(list.index(1).int()).toBe(0n);
    expect(() => list.index(2)).toThrow("*int32: pointer is 4096, want a byte offset below 4093");
    const lost = valueOf(toInterface(slice(int32), { ptr: 0, len: 3, cap: 3 }, s));
    expect(() => lost.index(0)).toThrow(/nil pointer dereference$/);
    // Without a space there is nothing to look into.
    expect(() => valueOf(toInterface(ptr(int), 64)).elem()).toThrow("space is null, want a space");
  });

  it("looks into maps of any implementation", () => {
    const t = map(string, int);
    const v = valueOf(toInterface(t, new Map([["a", 1]])));
    expect([v.len(), v.mapKeys().map((k) => k.string())]).toEqual([1, ["a"]]);
    expect(v.mapIndex(valueOf("a")).int()).toBe(1n);
    expect(v.mapIndex(valueOf("b")).isValid()).toBe(false);
    const getOk = {
      len: 1,
      getOk: (k: string) => [7, k === "z"] as const,
      *[Symbol.iterator]() {
        yield ["z", 7];
      },
    };
    expect(valueOf(toInterface(t, getOk)).mapIndex(valueOf("z")).int()).toBe(7n);
    const none = valueOf(toInterface(t, null));
    expect([none.len(), none.mapKeys(), none.mapIndex(valueOf("a")).isValid()]).toEqual([
      0,
      [],
      false,
    ]);
    expect(() => valueOf(toInterface(t, {})).len()).toThrow(TypeError);
  });

  it("knows zero values, -0 among them as since Go 1.22", () => {
    const zero = [int, float64, string, Point, array(int, 2), ptr(int), any, map(int, int), func()];
    for (const t of zero) expect(zeroValue(t).isZero()).toBe(true);
    expect(valueOf(-0).isZero()).toBe(true);
    const parts = { c: { re: -0, im: 0 }, f: [-0, 0] };
    const Parts = struct({ c: complex64, f: array(float32, 2) });
    const zeroes = (v: typeof parts) => valueOf(toInterface(Parts, v)).isZero();
    expect(zeroes(parts)).toBe(true);
    expect(zeroes({ ...parts, c: { re: 0, im: 1 } })).toBe(false);
    expect(zeroes({ ...parts, f: [0, NaN] })).toBe(false);
    expect(valueOf(toInterface(Point, { X: 0, Y: 0, z: "a" })).isZero()).toBe(false);
    expect(valueOf(toInterface(array(int, 2), [0, 1])).isZero()).toBe(false);
  });

  it("finds methods by the rule of method sets and calls them", () => {
    const s = makeSpace();
    const v = valueOf(toInterface(Point, { X: 1, Y: 2, z: "" }));
    expect([v.numMethod(), methods(Point).map((m) => m.name)]).toEqual([1, ["Sum"]]);
    expect(v.method(0).type.name).toBe("func(int) int");
    expect(
      v
        .methodByName("Sum")
        .call([valueOf(toInterface(int, 10))])[0]!
        .int(),
    ).toBe(30n);
    expect(v.methodByName("Reset").isValid()).toBe(false);
    expect(text(() => v.method(1))).toBe("reflect: Method index out of range");
    for (const i of [0n, "0", "length"] as never[])
      expect(text(() => v.method(i))).toBe("reflect: Method index out of range");
    const at = newValue(Point, s);
    at.elem().field(0).setInt(4);
    expect(at.numMethod()).toBe(2);
    expect(
      at
        .methodByName("Sum")
        .call([valueOf(toInterface(int, 1))])[0]!
        .int(),
    ).toBe(4n);
  });

  it("checks the arguments of a call, with Go's texts", () => {
    const f = valueOf(
      toInterface(func([int, string], [string]), (n: number, s: string) => s.repeat(n)),
    );
    const two = valueOf(toInterface(int, 2));
    expect(f.call([two, valueOf("ab")]).map((v) => v.string())).toEqual(["abab"]);
    expect(text(() => f.call([two]))).toBe("reflect: Call with too few input arguments");
    expect(text(() => f.call([two, two, two]))).toBe("reflect: Call with too many input arguments");
    expect(text(() => f.call([valueOf("a"), valueOf("b")]))).toBe(
      "reflect: Call using string as type int",
    );
    expect(text(() => f.call([valueOf(null), valueOf("b")]))).toBe(
      "reflect: Call using zero Value argument",
    );
    expect(text(() => zeroValue(func()).call())).toBe("reflect.Value.Call: call of nil function");
    const sum = valueOf(
      toInterface(func([slice(int)], [int, bool], { variadic: true }), (...n) => [
        n.reduce((a, b) => a + b, 0),
        n.length > 0,
      ]),
    );
    expect(sum.call([two, two]).map((v) => v.get() as unknown)).toEqual([4, true]);
    expect(text(() => sum.call([valueOf("a")]))).toBe(
      "reflect: cannot use string as type int in Call",
    );
    const nothing = valueOf(toInterface(func([any]), (_: unknown) => undefined));
    expect(nothing.call([valueOf(1)])).toEqual([]);
  });

  it("panics with Go's text for each kind it is not", () => {
    const v = valueOf("s");
    expect(text(() => v.int())).toBe("reflect: call of reflect.Value.Int on string Value");
    expect(text(() => v.elem())).toBe("reflect: call of reflect.Value.Elem on string Value");
    expect(text(() => v.isNil())).toBe("reflect: call of reflect.Value.IsNil on string Value");
    expect(text(() => valueOf(1).len())).toBe(
      "reflect: call of reflect.Value.Len on float64 Value",
    );
    const zero = valueOf(null);
    expect(text(() => zero.type)).toBe("reflect: call of reflect.Value.Type on zero Value");
    expect(text(() => zero.set(v))).toBe("reflect: call of reflect.Value.Set on zero Value");
    expect(text(() => zero.canInterface())).toBe(
      "reflect: call of reflect.Value.CanInterface on zero Value",
    );
    const nil = newValue(iface({ String: func([], [string]) }), makeSpace()).elem();
    for (const method of [() => nil.method(0), () => nil.methodByName("String")])
      expect(text(method)).toBe("reflect: Method on nil interface value");
    for (const i of [-1, 1, 0.5])
      expect(text(() => v.index(i))).toBe("reflect: string index out of range");
    expect([zero.string(), String(valueOf(1)), zero.kind]).toEqual([
      "<invalid Value>",
      "<float64 Value>",
      "invalid" satisfies Kind | "invalid",
    ]);
    expect(zero).toBeInstanceOf(Value);
  });
});

describe("implements", () => {
  const Shape = named("main.Shape", iface({ Area: func([], [float64]), Name: func([], [string]) }));
  const Square = named("main.Square", struct({ side: float64 }))
    .method("Area", func([], [float64]), (q) => q.side ** 2)
    .method("Name", func([], [string]), () => "square");
  const Half = named("main.Half", int).method("Name", func([], [string]), () => "half");
  const Wrong = named("main.Wrong", int)
    .method("Area", func([], [int]), () => 1)
    .method("Name", func([], [string]), () => "wrong");

  it("compares names and types by a merge of sorted lists", () => {
    expect(implementsInterface(Square, Shape)).toBe(true);
    expect(implementsInterface(ptr(Square), Shape)).toBe(true);
    expect(implementsInterface(Half, Shape)).toBe(false);
    expect(implementsInterface(Wrong, Shape)).toBe(false);
    expect(implementsInterface(int, any)).toBe(true);
    expect(
      implementsInterface(Shape, named("main.Namer", iface({ Name: func([], [string]) }))),
    ).toBe(true);
  });

  it("dispatches dynamically, nil panicking like Go", () => {
    const shape = convert(toInterface(Square, { side: 3 }), Shape);
    expect([shape?.call("Area"), shape?.call("Name")]).toEqual([9, "square"]);
    expect(valueOf(shape).numMethod()).toBe(2);
  });
});

describe("values of JavaScript's own types", () => {
  it("can be asked, and have no address", () => {
    const o = valueOf({ a: 1 });
    expect([o.type.name, o.kind, o.isNil(), o.isZero()]).toEqual([
      "*js.Object",
      "ptr",
      false,
      false,
    ]);
    expect(text(() => o.pointer())).toBe("reflect: *js.Object has no address");
    expect(text(() => o.elem())).toBe("reflect: *js.Object has no elements");
    for (const t of [map(string, int), chan(int), func()]) {
      expect(valueOf(toInterface<unknown>(t, null)).pointer()).toBe(0);
      const held = t.kind === "func" ? () => undefined : new Map();
      const v = valueOf(toInterface<unknown>(t, held));
      expect(text(() => v.pointer())).toBe(`reflect: ${t.name} has no address`);
    }
    // A property of theirs is no address either.
    const header = valueOf({ ptr: 64, len: 1, cap: 1 });
    expect(text(() => header.pointer())).toBe("reflect: *js.Object has no address");
    expect(text(() => header.elem())).toBe("reflect: *js.Object has no elements");
    expect(valueOf({ ptr: 0 }).isNil()).toBe(false);
    expect(valueOf(toInterface(complex128, { re: 0, im: -0 })).isZero()).toBe(true);
  });

  it("are no maps of ours unless they can be looked up", () => {
    const pairs = {
      *[Symbol.iterator]() {
        yield ["a", 1];
      },
    };
    const v = valueOf(toInterface(map(string, int), pairs));
    expect(v.len()).toBe(1);
    expect(() => v.mapIndex(valueOf("a"))).toThrow(
      "want an object with getOk, or with has and get",
    );
  });
});
