/** Descriptors that implement the public contract only, as parts of ours: their kind says nothing of their JavaScript side. */
import { describe, expect, it, test } from "vitest";
import {
  accessor,
  any,
  array,
  assignableTo,
  bool,
  complex128,
  convert,
  copyValue,
  deepEqual,
  error,
  field,
  float32,
  float64,
  func,
  identical,
  int,
  int16,
  int64,
  methods,
  named,
  ptr,
  string,
  struct,
  toInterface,
  typeAssert,
  typeAssertOk,
  uint8,
  valueFitter,
  valueOf,
  valueReader,
  type StructType,
  type Type,
  type TypeExtras,
} from "../src/index.ts";
import { makeSpace } from "./space.ts";

/** A type that lies in memory as `base` does and looks otherwise in JavaScript. */
function codec<A, B>(
  name: string,
  base: Type<B>,
  to: (v: A) => B,
  from: (v: B) => A,
  extras: Partial<TypeExtras<A>> = {},
): Type<A> {
  return {
    kind: base.kind,
    name,
    size: base.size,
    align: base.align,
    ptrdata: base.ptrdata,
    ptrMask: base.ptrMask,
    comparable: true,
    zero: () => from(base.zero()),
    load: (s, p) => from(base.load(s, p)),
    store: (s, p, v) => base.store(s, p, to(v)),
    equal: (s, p, q) => base.equal(s, p, q),
    hash: (s, p, seed) => base.hash(s, p, seed),
    equalValues: (a, b) => base.equalValues(to(a), to(b)),
    hashValue: (v, seed) => base.hashValue(to(v), seed),
    ...extras,
  };
}

const date = codec(
  "main.Date",
  float64,
  (d: Date) => d.getTime(),
  (n) => new Date(n),
);
const date32 = codec(
  "main.Date32",
  float32,
  (d: Date) => d.getTime(),
  (n) => new Date(n),
);
const big = codec(
  "main.Big",
  int64,
  (v: { n: number }) => BigInt(v.n),
  (n) => ({ n: Number(n) }),
);
const celsius = codec(
  "weather.Celsius",
  int16,
  (v: number) => v * 10,
  (n) => n / 10,
);
const url = codec(
  "main.URL",
  string,
  (u: URL | null) => u?.href ?? "",
  (s) => (s === "" ? null : new URL(s)),
);
const where = codec(
  "main.Where",
  ptr(int),
  (v: { at: number }) => v.at,
  (at) => ({ at }),
);
const pair = codec(
  "main.Pair",
  struct({ x: int }),
  (v: { n: number }) => ({ x: v.n }),
  (v) => ({ n: v.x }),
);

const samples: [Type, unknown, unknown][] = [
  [date, new Date(5), new Date(7)],
  [date32, new Date(5), new Date(7)],
  [big, { n: 5 }, { n: 7 }],
  [celsius, 20.5, -3.5],
  [url, new URL("http://a/"), null],
  [where, { at: 8 }, { at: 0 }],
  [pair, { n: 5 }, { n: 7 }],
];

describe.each(samples.map((s) => [s[0].name, ...s] as const))(
  "%s as a field",
  (_name, type, a, b) => {
    const make = (): StructType<{ id: number; v: any }> => struct({ id: int, v: type });

    it("is the same at its first use and at its last", () => {
      const R = make();
      const s = makeSpace();
      const [p, q] = [s.alloc(R), s.alloc(R)];
      for (let i = 0; i < 300; i++) {
        const v = i % 2 === 0 ? a : b;
        const value = { id: i, v };
        if (i % 30 === 0 || i > 196) {
          R.store(s, p, value);
          R.store(s, q, value);
          expect(R.load(s, p)).toEqual(value);
          expect(type.load(s, p + R.field("v")!.offset)).toEqual(v);
          expect(R.equal(s, p, q)).toBe(true);
          expect(R.equalValues(R.load(s, p), value)).toBe(true);
          expect(R.hashValue(value, 1)).toBe(R.hash(s, p, 1));
          expect(valueFitter(R, "value")!(value)).toEqual(value);
          expect(copyValue(R, value)).toEqual(value);
        } else R.equalValues(value, value);
      }
    });

    it.each([true, false])("is read and written by its descriptor, compiled %s", (codegen) => {
      const R = make();
      const s = makeSpace();
      const at = new (accessor(R, { codegen }))(s, s.alloc(R));
      at.v = a;
      expect(at.v).toEqual(a);
      at.v = b;
      expect(at.v).toEqual(b);
      expect(at.$load()).toEqual({ id: 0, v: b });
      expect(at.id).toBe(0);
    });

    it("fits where it lies deeper, and in an interface", () => {
      const s = makeSpace();
      for (const t of [array(type, 1), struct({ l: array(type, 1), s: struct({ v: type }) })]) {
        const whole: Type = t;
        const value = t.kind === "array" ? [a] : { l: [a], s: { v: b } };
        expect(valueFitter(whole, "value")!(value)).toEqual(value);
        expect(valueReader(whole, "value")!(value)).toEqual(value);
        expect(typeAssert(toInterface(whole, value), whole)).toEqual(value);
      }
      const x = toInterface(type, a);
      expect(x.value).toEqual(a);
      expect((valueFitter(any, "value")!(x) as typeof x).value).toEqual(a);
      const p = s.alloc(any);
      any.store(s, p, x);
      const y = any.load(s, p) as typeof x;
      expect(y.value).toEqual(a);
      expect(any.equal(s, p, p)).toBe(true);
      // Its type is the one that was stored, whatever stands for it.
      expect(y.type).toBe(type);
      expect(any.equalValues(x, y)).toBe(true);
      expect(typeAssertOk(y, type)).toEqual([a, true]);
      expect(typeAssert(y, type)).toEqual(a);
      expect(deepEqual(x, y)).toBe(true);
    });

    it("has no methods, and takes some under a name of its own", () => {
      expect(methods(type)).toEqual([]);
      expect(typeAssertOk(toInterface(type, a), error)).toEqual([null, false]);
      if (type.kind === "ptr") return;
      const E = named("main.E", type).method("Error", func([], [string]), (v) => typeof v);
      expect(convert(toInterface(E, a), error)!.call("Error")).toBe(typeof a);
      expect([identical(E, type), E.name]).toEqual([false, "main.E"]);
      const Em = struct({ v: field(type, { embedded: true }) });
      expect(methods(Em)).toEqual([]);
    });

    it("is one type to reflection", () => {
      const v = valueOf(toInterface(make(), { id: 1, v: a })).field(1);
      expect(v.type).toBe(type);
      expect([identical(v.type, type), assignableTo(v.type, type)]).toEqual([true, true]);
      expect(typeAssert(v.interface(), type)).toEqual(a);
    });
  },
);

test("a part with a check of its own is checked before the first byte is written, and copied by its own copy", () => {
  const checked = codec(
    "main.Date",
    float64,
    (d: Date) => d.getTime(),
    (n) => new Date(n),
    {
      copy: (d) => new Date(d),
      check(v, what) {
        if (!(v instanceof Date)) throw new TypeError(`${what} is no date`);
      },
    },
  );
  const R = struct({ id: int, at: checked });
  const s = makeSpace();
  const p = s.alloc(R);
  R.store(s, p, { id: 1, at: new Date(1) });
  expect(() => R.store(s, p, { id: 2, at: {} as never })).toThrow(/at is no date$/);
  expect(R.load(s, p)).toEqual({ id: 1, at: new Date(1) });
  const at = new Date(5);
  const x = toInterface(R, { id: 1, at });
  at.setTime(6);
  expect(x.value.at).toEqual(new Date(5));
  expect(valueFitter(checked, "value")!(at)).toEqual(at);
});

test("reflection does not guess by the kind", () => {
  const t = valueOf(toInterface(celsius, 20.5));
  expect([t.kind, t.get()]).toEqual(["int16", 20.5]);
  expect(() => t.int()).toThrow("reflect: weather.Celsius is no integer in JavaScript");
  const v = valueOf(toInterface(pair, { n: 5 }));
  expect(v.kind).toBe("struct");
  expect(() => v.numField()).toThrow("reflect: main.Pair tells no fields");
  expect(v.isZero()).toBe(false);
  expect(valueOf(toInterface(pair, { n: 0 })).isZero()).toBe(true);
});

test("reflection gives what its methods promise or says that it cannot", () => {
  const text = codec(
    "main.Text",
    string,
    (v: { t: string }) => v.t,
    (t) => ({ t }),
  );
  const bit = codec(
    "main.Bit",
    bool,
    (v: number) => v === 1,
    (v) => Number(v),
  );
  const angle = codec(
    "main.Angle",
    complex128,
    (a: number) => ({ re: Math.cos(a), im: Math.sin(a) }),
    ({ re, im }) => Math.atan2(im, re),
  );
  const code = codec(
    "main.Code",
    array(uint8, 2),
    (s: string) => [...s].map((c) => c.charCodeAt(0)),
    (bytes) => String.fromCharCode(...bytes),
  );
  const of = <T>(type: Type<T>, v: T) => valueOf(toInterface(type, v));
  const at = new Date(5);
  expect(() => of(date, at).float()).toThrow("reflect: main.Date is no number in JavaScript");
  expect(() => of(date32, at).float()).toThrow("reflect: main.Date32 is no number in JavaScript");
  expect(() => of(bit, 1).bool()).toThrow("reflect: main.Bit is no boolean in JavaScript");
  expect(() => of(angle, 1).complex()).toThrow(
    "reflect: main.Angle is no complex number in JavaScript",
  );
  expect(() => of(text, { t: "a" }).len()).toThrow("reflect: main.Text is no string in JavaScript");
  // As of every value that is no string: this one never throws.
  expect(of(text, { t: "a" }).string()).toBe("<main.Text Value>");
  const elsewhere = [of(code, "ab"), valueOf(toInterface(ptr(code), 0))];
  for (const v of elsewhere)
    for (const size of [() => v.len(), () => v.cap()])
      expect(size).toThrow("reflect: main.Code tells no elements");
});

test("an accessor is for structs that tell their fields", () => {
  for (const type of [pair, date])
    expect(() => accessor(type as unknown as StructType)).toThrow(
      `accessor: type is "${type.name}", want a struct type that tells its fields`,
    );
});
