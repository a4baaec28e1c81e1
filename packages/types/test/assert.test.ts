/** Type assertions and switches, as values and as TypeScript types. */
import { describe, expect, expectTypeOf, it } from "vitest";
import {
  any,
  array,
  convert,
  error,
  float64,
  func,
  iface,
  int,
  isTypeAssertionError,
  named,
  on,
  otherwise,
  string,
  struct,
  toInterface,
  typeAssert,
  typeAssertOk,
  typeSwitch,
  type InterfaceValue,
} from "../src/index.ts";

const Point = named("main.Point", struct({ x: int, y: int }));
const Str = named("main.Stringer", iface({ String: func([], [string]) }));
const T = named("main.T", int).method("String", func([], [string]), (n) => `T${n}`);

describe("typeAssert", () => {
  it("gives the value with its TypeScript type", () => {
    const n = typeAssert(toInterface(int, 5), int);
    expectTypeOf(n).toEqualTypeOf<number>();
    const p = typeAssert(toInterface(Point, { x: 1, y: 2 }), Point);
    expectTypeOf(p).toEqualTypeOf<{ x: number; y: number }>();
    expect([n, p]).toEqual([5, { x: 1, y: 2 }]);
  });

  it("gives copies: a struct in an interface never changes", () => {
    const given = { x: 1, y: 2 };
    const v = toInterface(Point, given);
    given.x = 9;
    const got = typeAssert(v, Point);
    got.y = 9;
    expect(typeAssert(v, Point)).toEqual({ x: 1, y: 2 });
  });

  it("converts between interfaces, keeping the dynamic type", () => {
    const s = typeAssert(toInterface(T, 7), Str)!;
    expect(s.call("String")).toBe("T7");
    expectTypeOf(s.call("String")).toEqualTypeOf<string>();
    expect(typeAssert(s, T)).toBe(7);
    expect(typeAssert(s, Str)).toBe(s);
    expect(any.equalValues(typeAssert(s, any), toInterface(T, 7))).toBe(true);
    expect(typeAssert("raw", any)).toBe("raw");
  });

  it("throws an error that is recognised by its brand", () => {
    let thrown: unknown;
    try {
      typeAssert(1, string);
    } catch (e) {
      thrown = e;
    }
    expect(isTypeAssertionError(thrown)).toBe(true);
    expect((thrown as Error).message).toBe(
      "interface conversion: interface {} is float64, not string",
    );
  });

  it("tells types of one name apart", () => {
    const other = named("main.T", int);
    expect(() => typeAssert(toInterface(other, 1), T)).toThrow(
      "interface conversion: interface {} is main.T, not main.T (types from different scopes)",
    );
  });
});

describe("typeAssertOk", () => {
  it("gives the zero value and false, and never throws", () => {
    expect(typeAssertOk(toInterface(int, 5), int)).toEqual([5, true]);
    expect(typeAssertOk(5, int)).toEqual([0, false]);
    expect(typeAssertOk(null, int)).toEqual([0, false]);
    expect(typeAssertOk(null, Str)).toEqual([null, false]);
    expect(typeAssertOk(5, Str)).toEqual([null, false]);
    expect(typeAssertOk(toInterface(array(int, 2), [1, 2]), array(int, 2))).toEqual([[1, 2], true]);
    expectTypeOf(typeAssertOk(5, Point)).toEqualTypeOf<
      [value: { x: number; y: number }, ok: boolean]
    >();
  });
});

describe("convert", () => {
  it("keeps nil nil, and names the missing method otherwise", () => {
    expect(convert(undefined, Str)).toBe(null);
    expect(convert(new RangeError("r"), error)?.call("Error")).toBe("r");
    expect(() => convert(5, Str)).toThrow("float64 is not main.Stringer: missing method String");
    for (const x of [5, null])
      expect(() => convert(x, int as never)).toThrow('type is "int", want an interface type');
  });
});

describe("typeSwitch", () => {
  const kind = (x: unknown) =>
    typeSwitch(
      x,
      on(null, (v) => {
        expectTypeOf(v).toEqualTypeOf<null>();
        return "nil";
      }),
      on(int, (n) => {
        expectTypeOf(n).toEqualTypeOf<number>();
        return `int ${n + 1}`;
      }),
      on([string, float64], (v) => {
        expectTypeOf(v).toEqualTypeOf<unknown>();
        return `string or float64 ${String(v)}`;
      }),
      on(Str, (s) => s!.call("String")),
      otherwise(() => 0),
    );

  it("runs the first case that matches", () => {
    expect(
      [null, undefined, toInterface(int, 1), "s", 2.5, toInterface(T, 3), {}].map(kind),
    ).toEqual(["nil", "nil", "int 2", "string or float64 s", "string or float64 2.5", "T3", 0]);
    expectTypeOf(kind(1)).toEqualTypeOf<string | number>();
  });

  it("gives undefined where nothing matches and there is no default", () => {
    const r = typeSwitch(
      true,
      on(string, () => 1),
    );
    expectTypeOf(r).toEqualTypeOf<number | undefined>();
    expect(r).toBe(undefined);
    expect(
      typeSwitch(
        null,
        on([null, string], (v) => [v]),
      ),
    ).toEqual([null]);
  });

  it("has the type of an interface case known", () => {
    const r = typeSwitch(
      toInterface(T, 1),
      on(Str, (s) => s),
    );
    expectTypeOf(r).toExtend<InterfaceValue | null | undefined>();
    expect(r?.call("String")).toBe("T1");
  });
});

describe("the static type that a failed assertion names", () => {
  const E = named("main.E", int).method("Error", func([], [string]), (n) => `code ${n}`);
  const x = convert(toInterface(E, 3), error);

  it("is the one given, else the one the value was converted to, else any", () => {
    expect(() => typeAssert(x, float64, any)).toThrow(
      "interface conversion: interface {} is main.E, not float64",
    );
    expect(() => typeAssert(x, float64)).toThrow(
      "interface conversion: error is main.E, not float64",
    );
    expect(() => typeAssert(toInterface(E, 3), float64)).toThrow("interface {} is main.E");
  });
});
