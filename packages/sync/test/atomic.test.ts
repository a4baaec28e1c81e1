import { show } from "@gort/types";
import { describe, expect, it } from "vitest";
import {
  AtomicBool,
  AtomicInt32,
  AtomicInt64,
  AtomicPointer,
  AtomicUint32,
  AtomicUint64,
} from "../src/index.ts";

describe("atomic integers", () => {
  it("wrap around as Go's do", () => {
    expect(new AtomicInt32(2 ** 31 - 1).add(1)).toBe(-(2 ** 31));
    expect(new AtomicInt32(-(2 ** 31)).add(-1)).toBe(2 ** 31 - 1);
    expect(new AtomicUint32(2 ** 32 - 1).add(1)).toBe(0);
    expect(new AtomicUint32().add(-1)).toBe(2 ** 32 - 1);
    for (const big of [2 ** 53, -(2 ** 53), 2 ** 60, 2 ** 53 - 2 ** 32]) {
      expect([new AtomicInt32(1).add(big), new AtomicUint32(1).add(big)]).toEqual([1, 1]);
    }
    expect(new AtomicInt64(2n ** 63n - 1n).add(1n)).toBe(-(2n ** 63n));
    expect(new AtomicUint64().add(-1n)).toBe(2n ** 64n - 1n);
  });

  it("load, store, swap, compareAndSwap, and, or return as Go's do", () => {
    for (const a of [new AtomicInt32(6), new AtomicUint32(6)]) {
      expect(a.load()).toBe(6);
      expect(a.and(3)).toBe(6);
      expect(a.load()).toBe(2);
      expect(a.or(8)).toBe(2);
      expect(a.swap(1)).toBe(10);
      expect(a.compareAndSwap(2, 5)).toBe(false);
      expect(a.compareAndSwap(1, 5)).toBe(true);
      a.store(2 ** 32 + 7);
      expect(a.load()).toBe(7);
    }
    for (const a of [new AtomicInt64(6n), new AtomicUint64(6n)]) {
      expect(a.and(3n)).toBe(6n);
      expect(a.or(8n)).toBe(2n);
      expect(a.swap(1n)).toBe(10n);
      expect(a.compareAndSwap(2n, 5n)).toBe(false);
      expect(a.compareAndSwap(1n, 5n)).toBe(true);
      a.store(2n ** 64n + 7n);
      expect(a.load()).toBe(7n);
    }
    expect(new AtomicUint32(2 ** 31).or(1)).toBe(2 ** 31);
    const high = new AtomicUint32(2 ** 31);
    high.or(1);
    expect(high.load()).toBe(2 ** 31 + 1);
  });

  it("refuse what is no integer by name, and stay as they are", () => {
    const calls = ["store", "swap", "add", "and", "or"] as const;
    for (const [name, a, bad, want] of [
      [
        "AtomicInt32",
        new AtomicInt32(6),
        ["1", 1.5, NaN, Infinity, 1n, null, undefined],
        "an integer",
      ],
      ["AtomicUint32", new AtomicUint32(6), ["1", 1.5, NaN, -Infinity, 1n, true], "an integer"],
      ["AtomicInt64", new AtomicInt64(6n), ["1", 1, null, undefined], "a bigint"],
      ["AtomicUint64", new AtomicUint64(6n), ["1", 1, {}], "a bigint"],
    ] as const) {
      const before = a.load();
      const loose = a as unknown as Record<string, (...args: unknown[]) => unknown>;
      for (const v of bad) {
        for (const m of calls) {
          const argument = m === "add" ? "delta" : m === "and" || m === "or" ? "mask" : "value";
          const text = `${name}.${m}: ${argument} is ${show(v)}, want ${want}`;
          expect(() => loose[m]!(v)).toThrow(new TypeError(text));
        }
        const cas = `${name}.compareAndSwap: `;
        expect(() => loose["compareAndSwap"]!(v, before)).toThrow(`${cas}old is ${show(v)}, want`);
        expect(() => loose["compareAndSwap"]!(before, v)).toThrow(
          `${cas}value is ${show(v)}, want`,
        );
        if (v !== undefined) {
          const Class = a.constructor as new (v: unknown) => unknown;
          expect(() => new Class(v)).toThrow(`${name}: value is ${show(v)}, want ${want}`);
        }
        expect(a.load()).toBe(before);
      }
    }
    expect(new AtomicInt32(-0).add(2 ** 40 + 1)).toBe(1);
  });

  it("AtomicBool", () => {
    const b = new AtomicBool();
    expect(b.swap(true)).toBe(false);
    expect(b.compareAndSwap(false, true)).toBe(false);
    expect(b.compareAndSwap(true, false)).toBe(true);
    b.store(true);
    expect(b.load()).toBe(true);
  });

  it("AtomicPointer compares by identity and takes references only", () => {
    const a = { n: 1 };
    const p = new AtomicPointer<{ n: number }>();
    expect(p.load()).toBe(null);
    expect(p.compareAndSwap(null, a)).toBe(true);
    expect(p.compareAndSwap({ n: 1 }, null)).toBe(false);
    expect(p.swap(null)).toBe(a);
    expect(() => p.store(5 as never)).toThrow(
      "AtomicPointer.store: value is 5, want an object, a function or null",
    );
    expect(p.load()).toBe(null);
  });
});

it("an AtomicBool takes booleans only, an AtomicPointer references only, also in a compareAndSwap that does not match", () => {
  const flag = new AtomicBool(true);
  const p = new AtomicPointer<object>();
  const no: any = undefined;
  for (const [text, call] of [
    ["AtomicBool: value is 1, want a boolean", () => new AtomicBool(1 as any)],
    ["AtomicBool.store: value is undefined, want a boolean", () => flag.store(no)],
    ["AtomicBool.swap: value is undefined, want a boolean", () => flag.swap(no)],
    ["AtomicBool.compareAndSwap: value is undefined", () => flag.compareAndSwap(false, no)],
    ["AtomicBool.compareAndSwap: old is undefined", () => flag.compareAndSwap(no, false)],
    [
      "AtomicPointer.compareAndSwap: value is 5, want an object",
      () => p.compareAndSwap({}, 5 as any),
    ],
    [
      "AtomicPointer.compareAndSwap: old is 5, want an object",
      () => p.compareAndSwap(5 as any, {}),
    ],
  ] as [string, () => unknown][]) {
    expect(call).toThrow(TypeError);
    expect(call).toThrow(text);
  }
  expect([flag.load(), p.load()]).toEqual([true, null]);
});

it("a compareAndSwap that matches has stored the value", () => {
  const n = new AtomicInt32(1);
  const wide = new AtomicInt64(1n);
  const flag = new AtomicBool(false);
  expect([n.compareAndSwap(1, 2), n.load()]).toEqual([true, 2]);
  expect([wide.compareAndSwap(1n, 2n), wide.load()]).toEqual([true, 2n]);
  expect([flag.compareAndSwap(false, true), flag.load()]).toEqual([true, true]);
});
