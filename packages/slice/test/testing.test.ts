/** The published suite, on all our own backings and on one written outside. */
import { createStressHeap } from "@gort/gc";
import { string } from "@gort/types";
import { describe, expect, test } from "vitest";
import { backingOf, inHeap, makeSlice, values, type Backing, type Slice } from "@gort/slice";
import { backingCases, type BackingUnderTest } from "@gort/slice/testing";
import { kinds } from "./kinds.ts";

describe.each(kinds)("$name", ({ elem, value, settle }) => {
  test.each(backingCases)("$name", (c) => {
    c.run(() => ({ backing: backingOf<any>(elem()), value, ...(settle && { settle }) }));
  });
});

test("heaps were collected meanwhile", () => {
  const collections = kinds.flatMap((kind) => kind.collections?.() ?? []);
  expect(collections.length).toBe(6);
  expect(Math.min(...collections)).toBeGreaterThan(100);
});

/** An outside backing: counts what it makes, and leaves the rest to another. */
function counting<T>(
  inner: Backing<T>,
  made: { stores: number },
): Backing<T> & Record<symbol, true> {
  return {
    [Symbol.for("gort.slice.Backing")]: true,
    name: inner.name,
    size: inner.size,
    capMax: inner.capMax,
    growth: inner.growth,
    zero: () => inner.zero(),
    equal: (a, b) => inner.equal(a, b),
    nil: () => inner.nil(),
    withGrowth: (rule) => counting(inner.withGrowth(rule), made),
    make(len, cap) {
      made.stores++;
      return inner.make(len, cap);
    },
  };
}

describe("an outside backing, a decorator of a dozen lines", () => {
  test.each(backingCases)("$name", (c) => {
    c.run(() => ({
      backing: counting<any>(values(""), { stores: 0 }),
      value: (n: number) => `v${n}`,
    }));
  });
  test("may be an object whose value needs its this", () => {
    class Prefixed implements BackingUnderTest<string> {
      readonly backing = counting(values(""), { stores: 0 });
      readonly prefix = "v";
      value(n: number): string {
        return this.prefix + n;
      }
    }
    for (const c of backingCases) c.run(() => new Prefixed());
  });
  test("is asked for storage", () => {
    const made = { stores: 0 };
    makeSlice(counting(values(0), made), 3);
    expect(made.stores).toBe(1);
  });
});

describe("the suite finds", () => {
  const failures = (make: () => BackingUnderTest): number =>
    backingCases.filter((c) => {
      try {
        c.run(make);
        return false;
      } catch {
        return true;
      }
    }).length;
  const broken: [what: string, change: (b: Backing<number>) => Partial<Backing<number>>][] = [
    ["storage that is not zeroed", (b) => ({ make: (len, cap) => dirty(b.make(len, cap)) })],
    ["a nil slice that is not nil", (b) => ({ nil: () => b.make(0, 0) })],
    ["a rule that is not used", (b) => ({ withGrowth: () => b })],
    ["another name", () => ({ name: "fold" })],
    ["a limit that is not kept", () => ({ capMax: 700 })],
    ["a growth that is not used", () => ({ growth: (_, need) => 2 * need })],
    ["an equality that is not used", () => ({ equal: (a, b) => a % 10 === b % 10 })],
    ["storage that is too large", (b) => ({ make: (len, cap) => b.make(len, cap + 1) })],
  ];
  const dirty = (s: ReturnType<Backing<number>["make"]>): typeof s => {
    const all = s.slice(0, s.cap);
    for (let i = 0; i < all.len; i++) all.set(i, 5);
    return s;
  };
  test.each(broken)("%s", (_, change) => {
    const inner = values(0);
    const backing: Backing<number> = { ...counting(inner, { stores: 0 }), ...change(inner) };
    expect(failures(() => ({ backing, value: (n: number) => n }))).toBeGreaterThan(0);
  });
  test("storage that is reclaimed while a slice is on it", () => {
    const heap = createStressHeap({ reserve: 1 << 25 });
    const elem = inHeap(heap, string);
    const value = (n: number): string => `s${n}`;
    const settle = (): void => heap.safepoint();
    expect(failures(() => ({ backing: elem, value, settle }))).toBe(0);
    const nil = (): Slice<string> => elem.borrow({ ptr: 0, len: 0, cap: 0 });
    const borrowing: Backing<string> = { ...counting(elem, { stores: 0 }), nil };
    expect(failures(() => ({ backing: borrowing, value, settle }))).toBeGreaterThan(0);
  });
});
