/** Values as their types store them: what a fitter gives is what memory would give back. */
import { describe, expect, test } from "vitest";
import {
  any,
  array,
  bool,
  chan,
  complex128,
  complex64,
  convert,
  error,
  float32,
  float64,
  func,
  iface,
  type InterfaceValue,
  int,
  int16,
  int32,
  int64,
  int8,
  isInterfaceValue,
  map,
  named,
  ptr,
  slice,
  string,
  struct,
  toInterface,
  type Type,
  uint32,
  uint64,
  uint8,
  uintptr,
  unsafePointer,
  valueChecker,
  valueCopier,
  valueFitter,
  valueReader,
  wellFormed,
} from "../src/index.ts";
import { makeSpace } from "./space.ts";

const P = struct({ x: int32, f: float32 });
const Name = named("main.Name", string).method("Name", func([], [string]), (s) => s);
const Named = iface({ Name: func([], [string]) });
const Mixed = struct({ a: any, b: array(any, 2), n: Named, _: int8, p: P });

const types: Type[] = [
  ...[bool, int8, int16, int32, int, uint8, uint32, uintptr, int64, uint64, float32, float64],
  ...[complex64, complex128, string, ptr(P), unsafePointer, slice(int), map(string, int)],
  ...[chan(int), func([], []), any, error, Named, P, Mixed, array(float32, 2), array(P, 1)],
  ...[array(string, 2), struct({}), struct({ s: string }), struct({ f: float64, c: complex64 })],
  named("main.F", float32),
  named("main.S", struct({ s: string, at: any })),
];

const p = { x: -0, f: 0.1 };
const odd: unknown[] = [
  ...[undefined, null, true, 0, -0, 1, 1.5, 0.1, NaN, Infinity, 2 ** 31, 1n, -1n, 1n << 63n],
  ...["", "a", "\ud800", "\u{1f600}", "a\udc00b", Symbol("s"), () => 1, new Error("boo"), {}],
  ...[[0.1, 0.2], ["\ud800", "b"], [p], p, { s: "\ud800" }, { s: "\ud800", at: undefined }],
  ...[
    { re: 0.1, im: -0 },
    { f: 0.1, c: { re: 0.1, im: 0 } },
    { ptr: 0, len: 0, cap: 0 },
  ],
  ...[toInterface(string, "\ud800"), toInterface(float64, 0.1), toInterface(float32, 0.1)],
  ...[toInterface(int, -0), toInterface(uint64, 1n), toInterface(uint64, 1n << 63n)],
  ...[toInterface(P, p), toInterface(array(P, 1), [p]), toInterface(Name, "\ud800")],
  ...[
    toInterface(struct({ at: any }), { at: undefined }),
    toInterface(complex64, { re: 0.1, im: 1 }),
  ],
  convert(toInterface(Name, "a\ud800"), Named),
  convert(new Error("e"), error),
  { a: undefined, b: ["\ud800", toInterface(P, p)], n: toInterface(Name, "\ud800"), p },
];

/** A value with what interface values hold spelled out, but for the space that memory knows. */
function plain(v: unknown): unknown {
  if (isInterfaceValue(v)) {
    const { type, value, itab } = v;
    return { type: type.name, value: plain(value), by: itab?.inter.name };
  }
  if (Array.isArray(v)) return v.map(plain);
  const object =
    typeof v === "object" && v !== null && Object.getPrototypeOf(v) === Object.prototype;
  return object ? Object.fromEntries(Object.entries(v).map(([k, e]) => [k, plain(e)])) : v;
}

/** `==`, or the text of its panic. */
function equal(type: Type, a: unknown, b: unknown): unknown {
  try {
    return type.equalValues(a, b);
  } catch (e) {
    return String(e);
  }
}

describe("valueFitter", () => {
  test.each(types)("gives what memory gives back, or refuses what memory does: $name", (type) => {
    const fit = valueFitter(type, "value")!;
    const space = makeSpace();
    const at = space.alloc(type);
    let taken = 0;
    for (const v of odd) {
      let want: unknown;
      try {
        type.store(space, at, v);
        want = type.load(space, at);
      } catch {
        expect(() => fit(v)).toThrow(/^value/);
        continue;
      }
      taken++;
      const got = fit(v);
      expect(plain(got)).toStrictEqual(plain(want));
      expect(plain(fit(got))).toStrictEqual(plain(want));
      expect(equal(type, got, v)).toBe(equal(type, want, v));
    }
    expect(taken).toBeGreaterThan(0);
  });

  test.each(types.filter((t) => t.kind === "struct"))(
    "does the same once it is compiled: $name",
    (type) => {
      const fit = valueFitter(type, "value")!;
      for (let i = 0; i < 300; i++) fit(type.zero());
      const slow = valueFitter(type, "value")!;
      for (const v of odd) {
        const outcome = (f: (v: unknown) => unknown): unknown => {
          try {
            return plain(f(v));
          } catch (e) {
            return String(e);
          }
        };
        expect(outcome(fit)).toStrictEqual(outcome(slow));
      }
      let reads = 0;
      const read = Object.fromEntries(Object.entries(type.zero() as object));
      const counted = Object.defineProperties(
        {},
        Object.fromEntries(
          Object.entries(read).map(([k, get]) => [k, { get: () => (reads++, get as unknown) }]),
        ),
      );
      expect(plain(fit(counted))).toStrictEqual(plain(type.zero()));
      expect(reads).toBe(Object.keys(read).length);
    },
  );

  test("what it gives of several parts is nobody else's, at any depth", () => {
    const fit = valueFitter(Mixed, "value")!;
    const given = { a: toInterface(P, { x: 1, f: 1 }), b: [1, 2], n: null, p: { x: 1, f: 1 } };
    const got = fit(given);
    const again = fit(got);
    given.b[0] = 5;
    given.p.x = 5;
    (given.a.value as { x: number }).x = 5;
    const want = {
      a: { type: P.name, value: { x: 1, f: 1 } },
      b: [1, 2],
      n: null,
      p: { x: 1, f: 1 },
    };
    expect(plain(got)).toEqual(want);
    (got.a as InterfaceValue).value.x = 6;
    got.p.x = 6;
    expect(plain(again)).toEqual(want);
  });

  test("a getter that answers otherwise when asked again is refused, or what it gave is held", () => {
    const fit = valueFitter(P, "value")!;
    let refused = 0;
    for (let good = 0; good < 5; good++) {
      let n = 0;
      const liar = {
        get x(): number {
          return n++ < good ? 1 : 0.5;
        },
        f: 1,
      };
      let got: unknown = { x: 1, f: 1 };
      try {
        got = fit(liar);
      } catch (e) {
        expect((e as Error).message).toBe(
          "value.x: value is 0.5, want an integer from -2147483648 to 2147483647",
        );
        refused++;
      }
      expect(got).toEqual({ x: 1, f: 1 });
    }
    expect(refused).toBe(1);
  });
});

test("an array or a complex number that changes its mind is refused", () => {
  for (const [type, make] of [
    [array(int32, 1), (get: () => unknown) => Object.defineProperty([1], 0, { get })],
    [complex128, (get: () => unknown) => Object.defineProperty({ im: 1 }, "re", { get })],
  ] as [Type, (get: () => unknown) => unknown][]) {
    let n = 0;
    const liar = make(() => (n++ === 0 ? 1 : "no"));
    expect(() => valueFitter(type, "value")!(liar)).toThrow(/^value/);
  }
});

describe("valueReader", () => {
  test("checks what memory checks, and stores as the value would have", () => {
    for (const type of types) {
      const read = valueReader(type, "value")!;
      const space = makeSpace();
      const [a, b] = [space.alloc(type), space.alloc(type)];
      for (const v of odd) {
        let fine = true;
        try {
          type.store(space, a, v);
        } catch {
          fine = false;
        }
        if (!fine) {
          expect(() => read(v, space)).toThrow(/^value/);
          continue;
        }
        type.store(space, b, read(v, space));
        expect(plain(type.load(space, b))).toStrictEqual(plain(type.load(space, a)));
      }
    }
  });

  test("refuses what points into another space", () => {
    const [here, there] = [makeSpace(), makeSpace()];
    const x = toInterface(ptr(P), there.alloc(P), there);
    expect(() => valueReader(any, "map value")!(x, here)).toThrow(
      /^map value: value is .*, want a \*struct .* of this space, not of another$/,
    );
    expect(isInterfaceValue(valueReader(any, "map value")!(x, there))).toBe(true);
  });
});

describe("valueCopier and valueChecker", () => {
  test("a copier is there for values of several parts only", () => {
    const copied = types.filter((t) => valueCopier(t) !== null).map((t) => t.kind);
    expect(new Set(copied)).toEqual(
      new Set(["complex64", "complex128", "slice", "interface", "struct", "array"]),
    );
  });

  test("a checker names the place of what is wrong", () => {
    const check = valueChecker(Mixed, "map key")!;
    expect(() => check({ a: 1, b: [1, 2], n: null, p: { x: "1", f: 1 } } as never)).toThrow(
      /^map key\.p\.x: value is "1"/,
    );
  });

  test("a type that somebody else made, by the contract alone, checks when it stores", () => {
    const { kind, name, size, align, ptrdata, ptrMask, comparable } = int32;
    const foreign = { kind, name, size, align, ptrdata, ptrMask, comparable } as Type<number>;
    for (const make of [valueChecker, valueFitter, valueReader])
      expect(make(foreign, "x")).toBe(null);
    expect(valueCopier(foreign)).toBe(null);
  });

  test("what is no descriptor is refused by name", () => {
    for (const make of [valueChecker, valueCopier, valueFitter, valueReader])
      for (const t of [undefined, null, 5, "int", {}])
        expect(() => make(t as never, "x")).toThrow(new RegExp(`^${make.name}: type is `));
  });
});

test("wellFormed is what the bytes give back, on platforms without String.prototype.toWellFormed too", () => {
  const native = Object.getOwnPropertyDescriptor(String.prototype, "toWellFormed");
  const all = (): string[] =>
    ["a", "\ud800", "\udc00\ud800", "\u{1f600}\ud83d", ""].map(wellFormed);
  const want = ["a", "\ufffd", "\ufffd\ufffd", "\u{1f600}\ufffd", ""];
  expect(all()).toEqual(want);
  try {
    delete (String.prototype as { toWellFormed?: unknown }).toWellFormed;
    expect(all()).toEqual(want);
  } finally {
    if (native !== undefined) Object.defineProperty(String.prototype, "toWellFormed", native);
  }
});
