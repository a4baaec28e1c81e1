/** Defined types of every kind. */
import { describe, expect, it } from "vitest";
import {
  any,
  array,
  bool,
  chan,
  complex128,
  complex64,
  float32,
  float64,
  func,
  identical,
  iface,
  int,
  int64,
  int8,
  map,
  named,
  ptr,
  slice,
  string,
  struct,
  toInterface,
  typeAssertOk,
  uint16,
  uint64,
  underlyingOf,
  unsafePointer,
  valueOf,
  zeroValue,
  type Type,
} from "../src/index.ts";
import { makeSpace } from "./space.ts";

const f = (): undefined => undefined;
const cases: [Type, unknown][] = [
  [bool, true],
  [int, -5],
  [int8, -128],
  [uint16, 65535],
  [int64, -(1n << 63n)],
  [uint64, (1n << 64n) - 1n],
  [float32, 0.5],
  [float64, -0.1],
  [complex64, { re: 1, im: -2 }],
  [complex128, { re: 0.1, im: 0.2 }],
  [string, "é"],
  [ptr(int), 64],
  [unsafePointer, 64],
  [slice(int), { ptr: 64, len: 1, cap: 2 }],
  [array(int8, 3), [1, 2, 3]],
  [struct({ a: int, s: string }), { a: 1, s: "x" }],
  [map(string, int), new Map()],
  [chan(int), {}],
  [func(), f],
  [any, "x"],
  [
    iface({ Error: func([], [string]) }),
    toInterface(named("main.E", int).method("Error", func([], [string]), String), 1),
  ],
];

describe.each(cases.map(([t, v]) => [t.name, t, v] as const))("type T %s", (_name, t, v) => {
  const T = named("main.T", t);

  it("has the layout and the operations of its underlying type under its own name", () => {
    expect([T.name, T.kind, T.size, T.align, T.ptrdata, T.comparable]).toEqual([
      "main.T",
      t.kind,
      t.size,
      t.align,
      t.ptrdata,
      t.comparable,
    ]);
    expect(T.ptrMask).toEqual(t.ptrMask);
    const s = makeSpace();
    const p = s.alloc(T);
    T.store(s, p, v);
    const back = T.load(s, p) as unknown;
    if (t.kind === "interface" && typeof v === "object")
      expect(any.equalValues(back, v)).toBe(true);
    else expect(back).toEqual(v);
    if (T.comparable) expect(t.equalValues(t.load(s, p), back)).toBe(true);
    if (T.comparable) {
      expect(T.equal(s, p, p)).toBe(true);
      expect(T.hash(s, p, 9)).toBe(t.hashValue(v, 9));
    }
    expect(zeroValue(T).isZero()).toBe(true);
  });

  it("is a type of its own", () => {
    expect(identical(T, t)).toBe(false);
    expect(underlyingOf(T)).toBe(t);
    if (t.kind === "interface") return;
    const x = toInterface(T, v);
    expect(typeAssertOk(x, T)[1]).toBe(true);
    expect(typeAssertOk(x, t)[1]).toBe(false);
    expect(valueOf(x).type).toBe(T);
    expect(() => named("main.U", T).name).not.toThrow();
    expect(underlyingOf(named("main.U", T))).toBe(t);
  });
});
