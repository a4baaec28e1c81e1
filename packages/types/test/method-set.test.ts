/** Methods: declaration, method sets, promotion through embedded fields, nil receivers. */
import { describe, expect, expectTypeOf, it } from "vitest";
import {
  convert,
  field,
  float64,
  func,
  iface,
  int,
  methods,
  named,
  ptr,
  string,
  struct,
  toInterface,
  typeAssertOk,
  type Declarable,
  type Ptr,
  type Type,
  any,
  complex128,
  error,
  map,
  slice,
  valueOf,
  array,
} from "../src/index.ts";
import { makeSpace } from "./space.ts";

const names = (t: Type): string[] => methods(t).map((m) => m.name);
const getter = func([], [int]);

describe("a named type", () => {
  it("has value methods in its set and pointer methods only in that of its pointer", () => {
    const s = makeSpace();
    const Counter = named("main.Counter", struct({ n: int }))
      .method("Get", getter, (c) => c.n)
      .ptrMethod("Inc", func(), (p) => int.store(s, p, int.load(s, p) + 1));
    expect(names(Counter)).toEqual(["Get"]);
    expect(names(ptr(Counter))).toEqual(["Get", "Inc"]);
    const p = s.alloc(Counter);
    const v = toInterface(ptr(Counter), p, s);
    v.call("Inc");
    v.call("Inc");
    expect(v.call("Get")).toBe(2);
    expect(() => toInterface(Counter, { n: 0 }).call("Inc")).toThrow(
      'main.Counter: method is "Inc"',
    );
  });

  it("starts without methods when made of one that has some, and keeps its layout", () => {
    const A = named("main.A", int).method("F", func(), () => undefined);
    const B = named("main.B", A);
    const C = named("main.C", A);
    C.method("G", func(), () => undefined);
    expect([names(A), names(B), names(C), B.name, B.size]).toEqual([["F"], [], ["G"], "main.B", 4]);
    expect(() => B.method("G", func(), () => undefined)).toThrow("before the first use");
  });

  it("refuses what Go does not compile, and late declarations", () => {
    const S = named("main.S", struct({ x: int })).method("M", func(), () => undefined);
    expect(() => S.method("M", func(), () => undefined)).toThrow(
      "a name that is no other method of main.S",
    );
    expect(() => S.method("x", func(), () => undefined)).toThrow(
      "a name that is no other field of main.S",
    );
    expect(names(S)).toEqual(["M"]);
    expect(() => S.method("N", func(), () => undefined)).toThrow(
      "a declaration before the first use",
    );
    // TypeScript offers no method there.
    const P: Declarable<any> = named("main.P", ptr(int)) as never;
    expectTypeOf(named("main.Q", ptr(int))).not.toHaveProperty("method");
    expectTypeOf(named("main.I", iface({}))).not.toHaveProperty("ptrMethod");
    expectTypeOf(named("main.N", int)).toHaveProperty("method");
    expect(() => P.method("M", func(), () => undefined)).toThrow("no pointer or interface");
    expect(() => named("", int)).toThrow('name is ""');
  });

  it("panics like Go when a value method is reached through a nil pointer", () => {
    const T = named("main.T", int)
      .method("F", func(), () => undefined)
      .ptrMethod("IsNil", func([], [int]), (p) => (p === 0 ? 1 : 0));
    const nil = toInterface(ptr(T), 0, makeSpace());
    expect(() => nil.call("F")).toThrow("value method main.T.F called using nil *T pointer");
    expect(nil.call("IsNil")).toBe(1);
    expect(() => toInterface(ptr(T), 64).call("F")).toThrow("main.T.F: space is null");
  });
});

describe("a nil pointer in an interface", () => {
  it("is not a nil interface", () => {
    const T = named("main.MyErr", int).ptrMethod(
      "Error",
      func([], [string]),
      (p: Ptr) => `at ${p}`,
    );
    const E = iface({ Error: func([], [string]) });
    const typedNil = convert(toInterface(ptr(T), 0), E);
    expect(E.equalValues(typedNil, null)).toBe(false);
    expect(E.equalValues(null, null)).toBe(true);
    expect(typedNil?.call("Error")).toBe("at 0");
    const s = makeSpace();
    const p = s.alloc(E, 2);
    E.store(s, p, typedNil);
    expect(E.equal(s, p, p + 8)).toBe(false);
    expect(E.load(s, p)).not.toBe(null);
    expect(E.load(s, p + 8)).toBe(null);
  });
});

describe("promotion through embedded fields", () => {
  const Base = named("main.Base", struct({ id: int }))
    .method("ID", getter, (b) => b.id)
    .ptrMethod("SetID", func([int]), (p, v: number) => int.store(space, p, v));
  const space = makeSpace();

  it("adds value methods to the struct and all methods to its pointer", () => {
    const Outer = struct({ pad: float64, Base: field(Base, { embedded: true }) });
    expect(names(Outer)).toEqual(["ID"]);
    expect(names(ptr(Outer))).toEqual(["ID", "SetID"]);
    expect(toInterface(Outer, { pad: 0, Base: { id: 5 } }).call("ID")).toBe(5);
    const p = space.alloc(Outer);
    const v = toInterface(ptr(Outer), p, space);
    v.call("SetID", 8);
    expect([v.call("ID"), Outer.load(space, p).Base.id]).toEqual([8, 8]);
  });

  it("adds all methods to the struct where a pointer is embedded", () => {
    const Outer = struct({ Base: field(ptr(Base), { embedded: true }) });
    expect(names(Outer)).toEqual(["ID", "SetID"]);
    const p = space.alloc(Base);
    const v = toInterface(Outer, { Base: p }, space);
    v.call("SetID", 3);
    expect(v.call("ID")).toBe(3);
    const q = space.alloc(Outer);
    Outer.store(space, q, { Base: p });
    expect(toInterface(ptr(Outer), q, space).call("ID")).toBe(3);
    expect(() => toInterface(Outer, { Base: 0 }, space).call("ID")).toThrow(
      "invalid memory address or nil pointer dereference",
    );
    expect(() => toInterface(ptr(Outer), 0, space).call("ID")).toThrow("nil pointer dereference");
  });

  it("takes the shallowest name; a tie at one depth cancels, a field hides a method", () => {
    const A = named("main.A", struct({ a: int }))
      .method("M", getter, () => 1)
      .method("N", getter, () => 1);
    const B = named("main.B", struct({ b: int })).method("M", getter, () => 2);
    const tie = struct({ A: field(A, { embedded: true }), B: field(B, { embedded: true }) });
    expect(names(tie)).toEqual(["N"]);
    const Deep = named("main.Deep", struct({ A: field(A, { embedded: true }) })).method(
      "M",
      getter,
      () => 3,
    );
    const over = struct({ Deep: field(Deep, { embedded: true }) });
    expect(names(over)).toEqual(["M", "N"]);
    const v = toInterface(over, { Deep: { A: { a: 0 } } });
    expect([v.call("M"), v.call("N")]).toEqual([3, 1]);
    expect(names(struct({ N: int, A: field(A, { embedded: true }) }))).toEqual(["M"]);
  });

  it("promotes the methods of an embedded interface", () => {
    const Namer = named("main.Namer", iface({ Name: func([], [string]) }));
    const Person = named("main.Person", string).method("Name", func([], [string]), (s) => s);
    const Outer = struct({ Namer: field(Namer, { embedded: true }) });
    expect(names(Outer)).toEqual(["Name"]);
    expect(names(ptr(Outer))).toEqual(["Name"]);
    const value = { Namer: convert(toInterface(Person, "ann"), Namer) };
    expect(toInterface(Outer, value).call("Name")).toBe("ann");
    expect(() => toInterface(Outer, { Namer: null }).call("Name")).toThrow(
      "nil pointer dereference",
    );
    const p = space.alloc(Outer);
    Outer.store(space, p, value);
    expect(toInterface(ptr(Outer), p, space).call("Name")).toBe("ann");
    expect(typeAssertOk(toInterface(Outer, value), Namer)[1]).toBe(true);
  });

  it("ends for a struct that embeds a pointer to itself", () => {
    const Loop = named(
      "main.Loop",
      struct({
        Loop: field(
          ptr((): Type => Loop),
          { embedded: true },
        ),
      }),
    );
    Loop.method("M", getter, () => 1);
    expect(names(Loop)).toEqual(["M"]);
  });
});

describe("as Go 1.19 answered", () => {
  it("a method and a field of one name at one depth hide each other", () => {
    const A = named("main.A", struct({})).method("X", getter, () => 1);
    const B = named("main.B", struct({ X: int }));
    const emb = { embedded: true };
    expect(names(struct({ A: field(A, emb), B: field(B, emb) }))).toEqual([]);
    const A2 = named("main.A", struct({})).method("X", getter, () => 1);
    expect(names(struct({ B: field(B, emb), A: field(A2, emb) }))).toEqual([]);
    const A3 = named("main.A", struct({})).method("X", getter, () => 1);
    const Deep = struct({ A: field(A3, emb) });
    expect(names(struct({ Deep: field(Deep, emb), B: field(int, emb) }))).toEqual(["X"]);
  });

  it("a value receiver is a copy, by value as by pointer, promoted and reflected", () => {
    const space = makeSpace();
    const inc = func([], [int]);
    const R = named("main.R", struct({ w: int, at: struct({ n: int }) })).method(
      "Inc",
      inc,
      (r) => ++r.w + ++r.at.n,
    );
    const r = { w: 1, at: { n: 1 } };
    const x = toInterface(R, r);
    const Outer = struct({ R: field(R, { embedded: true }) });
    const Deep = struct({ Outer: field(Outer, { embedded: true }) });
    const Incer = iface({ Inc: inc });
    const at = space.alloc(R);
    R.store(space, at, r);
    const holders = [
      x,
      convert(x, Incer)!,
      toInterface(Outer, { R: r }),
      toInterface(Deep, { Outer: { R: r } }),
      toInterface(struct({ Incer: field(Incer, { embedded: true }) }), { Incer: x }),
      toInterface(struct({ R: field(ptr(R), { embedded: true }) }), { R: at }, space),
      toInterface(ptr(R), at, space),
    ];
    for (const held of holders) {
      const before = JSON.stringify(held);
      const f = valueOf(held).methodByName("Inc");
      expect([held.call("Inc"), held.call("Inc")]).toEqual([4, 4]);
      expect([f.call()[0]!.int(), f.call()[0]!.int()]).toEqual([4n, 4n]);
      expect(JSON.stringify(held)).toBe(before);
    }
    expect([R.load(space, at), r]).toEqual([r, { w: 1, at: { n: 1 } }]);
    // Of every kind that has parts; a slice is a copy of its header.
    const shift = func([], [any]);
    const kinds = [
      toInterface(
        named("main.A", array(int, 2)).method("Next", shift, (a) => ++a[0]!),
        [1, 2],
      ),
      toInterface(
        named("main.C", complex128).method("Next", shift, (c) => ++(c as { re: number }).re),
        { re: 1, im: 0 },
      ),
      toInterface(
        named("main.S", slice(int)).method("Next", shift, (s) => ++(s as { len: number }).len),
        { ptr: 0, len: 1, cap: 9 },
      ),
    ];
    for (const held of kinds) expect([held.call("Next"), held.call("Next")]).toEqual([2, 2]);
  });

  it("only a nil receiver itself is named; a nil pointer that is embedded is a nil dereference", () => {
    const space = makeSpace();
    const In = named("main.In", struct({ Q: int })).method("Val", getter, (v) => v.Q);
    const ByPtr = struct({ In: field(ptr(In), { embedded: true }) });
    const ByValue = struct({ In: field(In, { embedded: true }) });
    const call = (t: Type, v: unknown) => (): unknown => toInterface(t, v, space).call("Val");
    const p = space.alloc(ByPtr);
    const nil = "runtime error: invalid memory address or nil pointer dereference";
    expect(call(ByPtr, { In: 0 })).toThrow(nil);
    expect(call(ptr(ByPtr), p)).toThrow(nil);
    expect(call(ptr(ByPtr), 0)).toThrow(nil);
    expect(call(ptr(ByValue), 0)).toThrow(nil);
    expect(call(ptr(In), 0)).toThrow("value method main.In.Val called using nil *In pointer");
  });
});

describe("a raw Error where an interface with methods is asked for", () => {
  const raw = new Error("in") as never;
  const W = named("main.W", struct({ E: error }));
  const Outer = named("main.Outer", struct({ error: field(error, { embedded: true }) }));
  const text = (v: { call(): { string(): string }[] }): string => v.call()[0]!.string();

  it("has its method called by reflection: as a field, an element, an entry, a result", () => {
    const e = valueOf(toInterface(W, { E: raw })).field(0);
    expect(text(e.method(0))).toBe("in");
    expect(text(e.methodByName("Error"))).toBe("in");
    const list = valueOf(toInterface(array(error, 1), [raw]));
    expect(text(list.index(0).method(0))).toBe("in");
    const entries = valueOf(toInterface(map(string, error), new Map([["a", raw]])));
    expect(text(entries.mapIndex(valueOf("a")).method(0))).toBe("in");
    const f = valueOf(toInterface(func([], [error]), () => raw));
    expect(text(f.call()[0]!.method(0))).toBe("in");
  });

  it("has its method promoted from an embedded field, in JavaScript and in memory", () => {
    expect(convert(toInterface(Outer, { error: raw }), error)!.call("Error")).toBe("in");
    const s = makeSpace();
    const p = s.alloc(Outer);
    Outer.store(s, p, { error: raw });
    expect(convert(toInterface(ptr(Outer), p, s), error)!.call("Error")).toBe("in");
  });

  it("is a nil dereference if it is nil", () => {
    const e = valueOf(toInterface(Outer, { error: null }));
    expect(() => e.methodByName("Error").call()).toThrow("nil pointer dereference");
  });
});
