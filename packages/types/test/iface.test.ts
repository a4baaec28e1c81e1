/** Interface values in memory. */
import { runInNewContext } from "node:vm";
import { describe, expect, it, vi } from "vitest";
import {
  any,
  array,
  chan,
  convert,
  dynamicType,
  error,
  field,
  float64,
  func,
  iface,
  int,
  int64,
  isInterfaceValue,
  jsBigInt,
  jsError,
  jsFunction,
  jsObject,
  jsSymbol,
  map,
  named,
  nilDereference,
  on,
  ptr,
  slice,
  string,
  struct,
  toInterface,
  typeAssertOk,
  typeSwitch,
  uint64,
  valueAt,
  valueFitter,
  valueOf,
  type InterfaceValue,
  type Ptr,
  type Space,
  type StructType,
  type Type,
} from "../src/index.ts";
import { internalType } from "../src/base.ts";
import { ofAnotherVersion } from "./another-version.ts";
import { makeSpace } from "./space.ts";

describe("an interface value as JSON", () => {
  it("is what it holds, as Go writes it, at any depth", () => {
    const P = struct({ x: any });
    const holds = toInterface(P, { x: toInterface(int, 4) });
    expect(JSON.stringify({ a: toInterface(int, 3), b: [holds] })).toBe('{"a":3,"b":[{"x":4}]}');
    const nothing = toInterface(map(string, int), null);
    expect(JSON.stringify([nothing, toInterface(string, "s")])).toBe('[null,"s"]');
  });

  it("that shows itself in a way of its own is asked, with its key", () => {
    const own = { toJSON: (key: string) => `under ${key}` };
    expect(JSON.stringify({ k: toInterface(map(string, int), own) })).toBe('{"k":"under k"}');
    expect(() => JSON.stringify(toInterface(int64, 1n))).toThrow(TypeError);
  });
});

describe("an interface value in memory", () => {
  it("is the number of its dynamic type and a pointer; nil is two zero words", () => {
    const s = makeSpace();
    const p = s.alloc(any, 3);
    any.store(s, p, 1.5);
    any.store(s, p + 8, toInterface(ptr(int), 64));
    const u32 = s.memory.u32;
    expect(float64.load(s, u32[(p >>> 2) + 1]!)).toBe(1.5);
    // A pointer lies in the word itself.
    expect(u32[(p >>> 2) + 3]).toBe(64);
    expect([u32[(p >>> 2) + 4], u32[(p >>> 2) + 5]]).toEqual([0, 0]);
    any.store(s, p, null);
    expect([u32[p >>> 2], u32[(p >>> 2) + 1]]).toEqual([0, 0]);
  });

  it("keeps raw values raw and typed ones typed", () => {
    const s = makeSpace();
    const p = s.alloc(any);
    const back = (v: unknown): unknown => {
      any.store(s, p, v);
      return any.load(s, p);
    };
    const o = { a: 1 };
    const e = new Error("e");
    const f = (): number => 1;
    const sym = Symbol("s");
    for (const v of [
      1.5,
      -0,
      "é",
      true,
      7n,
      -(1n << 63n),
      (1n << 64n) - 1n,
      1n << 90n,
      o,
      e,
      f,
      sym,
      null,
    ]) {
      expect(back(v)).toBe(v);
    }
    for (const [t, v] of [
      [int, 5],
      [uint64, 5n],
      [array(int, 2), [1, 2]],
      [slice(int), { ptr: 64, len: 1, cap: 2 }],
      [struct({ a: string }), { a: "x" }],
      [named("main.F", float64), 2.5],
      [map(string, int), new Map()],
      [chan(int), {}],
      [func([int]), f],
    ] as [Type, unknown][]) {
      const got = back(toInterface(t, v)) as { type: Type; value: unknown };
      expect(isInterfaceValue(got)).toBe(true);
      expect([got.type.name, got.value]).toEqual([t.name, v]);
    }
  });

  it("that holds a nil function or a nil object keeps its type, and is not nil", () => {
    const s = makeSpace();
    const [p, q] = [s.alloc(any), s.alloc(any)];
    const Box = struct({ v: any });
    const fit = valueFitter(any, "value")!;
    const nil = (t: Type) => toInterface(t, null);
    for (const t of [
      func(),
      jsFunction,
      jsObject,
      jsError,
      jsSymbol,
      jsBigInt,
      func([int]),
      map(int, int),
    ]) {
      any.store(s, p, nil(t));
      valueAt(any, s, q).set(valueOf(nil(t)));
      const lying = [any.load(s, p), any.load(s, q), valueAt(any, s, p).interface()];
      const fitted = [fit(nil(t)), valueFitter(Box, "value")!({ v: nil(t) }).v];
      for (const v of [...lying, ...fitted, valueOf(nil(t)).interface()]) {
        expect([dynamicType(v)?.name, (v as InterfaceValue).value]).toEqual([t.name, null]);
        expect(any.equalValues(v, null)).toBe(false);
        expect(
          typeSwitch(
            v,
            on(null, () => "nil"),
            on(t, (held) => held),
          ),
        ).toBe(null);
      }
      expect(valueAt(any, s, q).isNil()).toBe(false);
      expect(valueAt(any, s, q).elem().type.name).toBe(t.name);
    }
    for (const t of [jsObject, jsError, jsSymbol, jsBigInt] as Type[]) {
      // From here or from another copy, whose box may hold it as it was given.
      const own = toInterface(t, undefined);
      const other = Object.create(own, { held: { value: undefined } }) as InterfaceValue;
      expect(own.value).toBe(null);
      for (const v of [own, other]) {
        any.store(s, p, v);
        for (const held of [v, fit(v), any.load(s, p), valueOf(v).interface()]) {
          expect(dynamicType(held)?.name).toBe(t.name);
          expect(any.equalValues(held, nil(t))).toBe(true);
          expect(any.equalValues(held, null)).toBe(false);
        }
      }
    }
    any.store(s, p, nil(func()));
    any.store(s, q, any.load(s, p));
    for (const same of [
      () => any.equal(s, p, q),
      () => any.equalValues(any.load(s, p), fit(nil(func()))),
    ])
      expect(same).toThrow("comparing uncomparable type func()");
    expect(() => any.hash(s, q, 1)).toThrow("hash of unhashable type func()");
    expect(() => any.hashValue(any.load(s, q), 1)).toThrow("hash of unhashable type func()");
  });

  it("has one type number for identical types, of any descriptor object", () => {
    const s = makeSpace();
    const p = s.alloc(any, 2);
    any.store(s, p, toInterface(array(int, 2), [1, 2]));
    any.store(s, p + 8, toInterface(array(int, 2), [1, 2]));
    expect(s.memory.u32[p >>> 2]).toBe(s.memory.u32[(p + 8) >>> 2]);
    expect(any.equal(s, p, p + 8)).toBe(true);
  });

  it("has one number for one type that contains itself, from wherever its name is spelled", () => {
    for (const first of [0, 1, 2]) {
      const s = makeSpace();
      const Node: StructType<any> = struct({ value: int, next: ptr((): Type => Node) });
      const types = [Node.field("next")!.type, ptr(Node), ptr((): Type => Node)];
      void types[first]!.name;
      const p = s.alloc(any, 3);
      types.forEach((t, i) => any.store(s, p + 8 * i, toInterface(t, 64, s)));
      for (const q of [p + 8, p + 16]) {
        expect(any.equal(s, p, q)).toBe(true);
        expect(any.equalValues(any.load(s, p), any.load(s, q))).toBe(true);
      }
      for (const t of types) expect(t.name).toMatch(/^\*struct { value int; next /);
      expect(Node.name).toMatch(/^struct { value int; next \*(…|struct .*)/);
    }
  });

  it("knows nothing of another space's types", () => {
    const [s, t] = [makeSpace(), makeSpace()];
    const p = s.alloc(any);
    any.store(s, p, "x");
    t.memory.u8.set(s.memory.u8);
    expect(() => any.load(t, p)).toThrow("interface value: type word is 1, want at most 0");
  });

  it("of an interface with methods must implement it, on storing as on converting", () => {
    const s = makeSpace();
    const Str = named("main.Stringer", iface({ String: func([], [string]) }));
    const T = named("main.T", int).method("String", func([], [string]), (n) => `T${n}`);
    const p = s.alloc(Str);
    Str.store(s, p, convert(toInterface(T, 4), Str));
    expect(Str.load(s, p)?.call("String")).toBe("T4");
    // A value that was never converted is taken too, as Go converts on assignment.
    Str.store(s, p, toInterface(T, 5));
    expect(Str.load(s, p)?.call("String")).toBe("T5");
    expect(() => Str.store(s, p, 5 as never)).toThrow(
      "main.Stringer: value is 5, want a value that implements main.Stringer (missing method String)",
    );
    expect(Str.load(s, p)?.call("String")).toBe("T5");
    error.store(s, p, convert(new TypeError("bad"), error));
    expect(error.load(s, p)?.call("Error")).toBe("bad");
  });

  it("is checked like its dynamic type, whoever made it, and a refused store changes nothing", () => {
    const s = makeSpace();
    const p = s.alloc(any);
    any.store(s, p, "before");
    const v = ofAnotherVersion(struct({ n: int }), { n: 1e10 });
    expect(() => any.store(s, p, v)).toThrow("n: value is 10000000000");
    expect(any.load(s, p)).toBe("before");
    expect(() => toInterface(int, 0.5)).toThrow("int: value is 0.5");
    expect(() => toInterface(any as Type, 1)).toThrow("a type that is no interface");
  });
});

describe("an interface value that knows its space", () => {
  const s = makeSpace();
  const T = named("main.T", int).method("Get", func([], [int]), (n) => n);
  const Get = iface({ Get: func([], [int]) });
  const p = s.alloc(T);
  T.store(s, p, 5);
  const x = convert(toInterface(ptr(T), p, s), Get)!;

  it("is called in it by a method that a struct without one promotes", () => {
    const Outer = struct({ Get: field(Get, { embedded: true }) });
    expect(toInterface(named("main.O", Outer), { Get: x }).type.name).toBe("main.O");
    const S = named("main.S", struct({ in: field(Get, { embedded: true }) }));
    expect(toInterface(S, { in: x }).call("Get")).toBe(5);
    expect(convert(toInterface(S, { in: x }), Get)!.call("Get")).toBe(5);
  });

  it("keeps it in a container of values", () => {
    expect((valueFitter(any, "value")!(x) as typeof x).call("Get")).toBe(5);
    expect(valueFitter(Get, "value")!(toInterface(ptr(T), p, s))!.call("Get")).toBe(5);
  });
});

it("a nil *js.Error in an interface panics as every nil pointer when its message is asked for", () => {
  for (const e of [
    toInterface<Error | null>(jsError, null),
    toInterface(jsError as Type, undefined),
  ]) {
    expect(() => convert(e, error)!.call("Error")).toThrow(nilDereference());
    expect(() => e.call("Error")).toThrow(nilDereference());
  }
});

describe("the dynamic type of a raw value", () => {
  it("is *js.Error of every Error, whatever its tag, and of nothing that only has the tag", () => {
    class Tagged extends Error {
      get [Symbol.toStringTag](): string {
        return "Tagged";
      }
    }
    const reason: unknown = AbortSignal.abort().reason;
    const foreign = runInNewContext("new TypeError('far')") as unknown;
    for (const e of [reason, new DOMException("late", "TimeoutError"), new Tagged("t"), foreign]) {
      expect(dynamicType(e)!.name).toBe("*js.Error");
      expect(convert(e, error)!.call("Error")).toBe((e as Error).message);
    }
    const forged = { [Symbol.toStringTag]: "Error" };
    expect(dynamicType(forged)!.name).toBe("*js.Object");
    expect(typeAssertOk(forged, error)[1]).toBe(false);
  });

  it("is the type of Go that the value is", () => {
    const name = (v: unknown): string => dynamicType(v)?.name ?? "nil";
    expect(
      [
        1,
        "a",
        true,
        1n,
        1n << 63n,
        1n << 64n,
        null,
        undefined,
        {},
        [],
        new Error(),
        () => 1,
        Symbol(),
      ].map(name),
    ).toEqual([
      "float64",
      "string",
      "bool",
      "int64",
      "uint64",
      "js.BigInt",
      "nil",
      "nil",
      "*js.Object",
      "*js.Object",
      "*js.Error",
      "func()",
      "js.Symbol",
    ]);
    expect(dynamicType(-1n)).toBe(int64);
  });
});

describe("a descriptor made by somebody else", () => {
  it("works as a part of ours by its public members", () => {
    // Celsius: an int16 of tenths of degrees.
    const celsius: Type<number> = {
      kind: "int16",
      name: "weather.Celsius",
      size: 2,
      align: 2,
      ptrdata: 0,
      ptrMask: new Uint32Array(0),
      comparable: true,
      zero: () => 0,
      load: (s: Space, p: Ptr) => s.memory.i16[p >>> 1]! / 10,
      store: (s: Space, p: Ptr, v: number) => void (s.memory.i16[p >>> 1] = v * 10),
      equal: (s: Space, p: Ptr, q: Ptr) => s.memory.i16[p >>> 1] === s.memory.i16[q >>> 1],
      hash: (_s: Space, _p: Ptr, seed: number) => seed,
      equalValues: (a: number, b: number) => a === b,
      hashValue: (_v: number, seed: number) => seed,
    };
    const T = struct({ flag: int, at: array(celsius, 2) });
    const s = makeSpace();
    const p = s.alloc(T);
    T.store(s, p, { flag: 1, at: [20.5, -3.1] });
    expect(T.load(s, p)).toEqual({ flag: 1, at: [20.5, -3.1] });
    expect([T.name, T.size]).toEqual(["struct { flag int; at [2]weather.Celsius }", 8]);
    expect(T.equal(s, p, p)).toBe(true);
    expect(T.hash(s, p, 1)).toBe(T.hashValue(T.load(s, p), 1));
    const q = s.alloc(any);
    any.store(s, q, toInterface(celsius, 1.5));
    expect((any.load(s, q) as { value: number }).value).toBe(1.5);
    expect(any.equal(s, q, q)).toBe(true);
    // One adapter for good: asked again, the same answers and no new itabs.
    const Str = iface({ String: func([], [string]) });
    expect([1, 2].map(() => typeAssertOk(toInterface(celsius, 1), Str)[1])).toEqual([false, false]);
    expect(internalType(celsius)).toBe(internalType(celsius));
  });
});

describe("two copies of the package over one space", () => {
  it("read what the other wrote: raw values raw, types by their identity", async () => {
    vi.resetModules();
    const there = await import("../src/index.ts");
    expect(there.any === any).toBe(false);
    const s = makeSpace();
    const p = s.alloc(any, 4);
    const own = named("main.Own", int);
    // Each numbers a type of its own first.
    there.any.store(s, p, there.toInterface(there.named("main.Theirs", there.string), "theirs"));
    any.store(s, p + 8, toInterface(own, 7));
    there.any.store(s, p + 16, 1.5);
    any.store(s, p + 24, toInterface(int, 3));
    expect(String(any.load(s, p))).toBe('main.Theirs("theirs")');
    expect(any.load(s, p + 16)).toBe(1.5);
    expect(there.any.load(s, p + 16)).toBe(1.5);
    const seven = there.any.load(s, p + 8);
    expect(there.dynamicType(seven) === own).toBe(true);
    expect(there.typeAssertOk(there.any.load(s, p + 24), there.int)).toEqual([3, true]);
    there.any.store(s, p + 16, there.toInterface(there.int, 3));
    expect(any.equal(s, p + 16, p + 24)).toBe(true);
    expect(there.any.equal(s, p, p + 8)).toBe(false);
  });

  it("a space that cannot be extended has the types of each copy to itself", () => {
    const s = Object.freeze(makeSpace());
    const p = s.alloc(any);
    any.store(s, p, toInterface(int, 3));
    expect(String(any.load(s, p))).toBe("int(3)");
  });
});
