/** Values that point into one space do not get into another. */
import { describe, expect, it } from "vitest";
import {
  accessor,
  any,
  array,
  deepEqual,
  field,
  int,
  named,
  newValue,
  ptr,
  slice,
  string,
  struct,
  toInterface,
  unsafePointer,
  valueAt,
  valueOf,
} from "../src/index.ts";
import { makeMemory, makeSpace } from "./space.ts";

const P = ptr(int);

describe("an interface value that points into another space", () => {
  it("is refused by every store, and nothing is written", () => {
    const [a, b] = [makeSpace(), makeSpace()];
    const p = b.alloc(int);
    const x = toInterface(P, p, b);
    const Rec = struct({ n: int, v: any, list: array(any, 2) });
    const r = a.alloc(Rec);
    Rec.store(a, r, { n: 1, v: 2, list: [3, 4] });
    const before = a.memory.u8.slice();
    const text = /want a \*int of this space, not of another/;
    expect(() => any.store(a, r + Rec.field("v")!.offset, x)).toThrow(text);
    expect(() => Rec.store(a, r, { n: 5, v: x, list: [0, 0] })).toThrow(text);
    expect(() => Rec.store(a, r, { n: 5, v: 0, list: [0, x] })).toThrow(text);
    const at = new (accessor(Rec))(a, r);
    expect(() => (at.v = x)).toThrow(text);
    expect(a.memory.u8.every((byte, i) => byte === before[i])).toBe(true);
    const q = b.alloc(any);
    any.store(b, q, x);
    expect(valueOf(any.load(b, q)).pointer()).toBe(p);
  });

  it("is refused wherever the address lies in it: struct, array, slice, a value in a value", () => {
    const [a, b] = [makeSpace(), makeSpace()];
    const p = a.alloc(any);
    const address = b.alloc(int);
    const S = struct({ at: P, v: any });
    for (const x of [
      toInterface(unsafePointer, address, b),
      toInterface(S, { at: address, v: null }, b),
      toInterface(S, { at: 0, v: toInterface(P, address, b) }),
      toInterface(array(P, 2), [0, address], b),
      toInterface(slice(int), { ptr: address, len: 1, cap: 1 }, b),
    ])
      expect(() => any.store(a, p, x)).toThrow("of this space, not of another");
  });

  it("is taken if it holds no address, if its space is not known, or is over the same memory", () => {
    const [a, b] = [makeSpace(), makeSpace()];
    const p = a.alloc(any);
    const Text = named("main.Text", string);
    for (const x of [
      toInterface(P, 0, b),
      toInterface(Text, "a text", b),
      toInterface(struct({ at: P, s: string }), { at: 0, s: "s" }, b),
      toInterface(slice(int), { ptr: 0, len: 0, cap: 0 }, b),
      toInterface(P, 64),
      toInterface(P, 64, { ...b, memory: { ...makeMemory(64), buffer: a.memory.buffer } }),
    ]) {
      any.store(a, p, x);
      expect(x.type.kind === "slice" || any.equalValues(any.load(a, p), x)).toBe(true);
    }
  });

  it("is not equal to one with the same address in this space", () => {
    const [a, b] = [makeSpace(), makeSpace()];
    const p = a.alloc(int);
    expect(b.alloc(int)).toBe(p);
    const S = struct({ at: P });
    expect(any.equalValues(toInterface(P, p, a), toInterface(P, p, a))).toBe(true);
    expect(any.equalValues(toInterface(P, p, a), toInterface(P, p))).toBe(true);
    expect(any.equalValues(toInterface(P, p, a), toInterface(P, p, b))).toBe(false);
    expect(any.equalValues(toInterface(S, { at: p }, a), toInterface(S, { at: p }, b))).toBe(false);
    expect(any.equalValues(toInterface(P, 0, a), toInterface(P, 0, b))).toBe(true);
    const Blank = struct({ _: struct({ at: P }), list: array(struct({ _: P }), 1), at: P });
    const [v, w] = [a, b].map((s) => toInterface(Blank, { list: [{}], at: p }, s));
    expect(any.equalValues(v, w)).toBe(false);
    int.store(b, p, 1);
    expect(deepEqual(toInterface(P, p, a), toInterface(P, p, b))).toBe(false);
  });
});

describe("reflection", () => {
  it("sets no pointer and no slice of another space", () => {
    const [a, b] = [makeSpace(), makeSpace()];
    const Rec = struct({ At: field(P), List: field(slice(int)), Any: field(any) });
    const v = valueAt(Rec, a, a.alloc(Rec));
    const other = newValue(int, b);
    expect(() => v.field(0).set(other)).toThrow(/reflect\.Set: value is .* of this space/);
    const list = valueOf(toInterface(slice(int), { ptr: b.alloc(int), len: 1, cap: 1 }, b));
    expect(() => v.field(1).set(list)).toThrow("of this space");
    expect(() => v.field(2).set(other)).toThrow("of this space");
    expect(v.isZero()).toBe(true);
    v.field(0).set(newValue(int, a));
    v.field(2).set(v.field(0));
    expect(v.field(2).elem().pointer()).toBe(v.field(0).pointer());
  });
});
