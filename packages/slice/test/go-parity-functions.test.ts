/**
 * What Go's `slices` and `strings.Builder` promise beyond their results: what becomes of elements outside of the slice, of
 * values that lie in the slice itself, of -0 and NaN.
 */
import { createHeap } from "@gort/gc";
import { int32, isMisuseError, isRuntimeError, ptr, struct } from "@gort/types";
import { describe, expect, test } from "vitest";
import {
  StringBuilder,
  checkSlice,
  inHeap,
  makeSlice,
  nilSlice,
  sliceOf,
  slices,
  type Slice,
} from "@gort/slice";
import { kinds } from "./kinds.ts";

const Point = struct({ x: int32 });
const points = (...xs: number[]): Slice<{ x: number }> =>
  makeSlice(
    Point,
    xs.map((x) => ({ x })),
  );
const xs = (s: Slice<{ x: number }>): number[] => s.toArray().map((p) => p.x);
const show = (v: unknown): string =>
  JSON.stringify(v, (_, u: unknown) => (typeof u === "bigint" ? Number(u) : u));

describe.each(kinds)("slices functions on $name", ({ elem, value, settle }) => {
  const filled = (n: number, room = n): Slice<any> => {
    const s = makeSlice(elem(), n, room);
    for (let i = 0; i < n; i++) s.set(i, value(i + 1));
    return s;
  };
  const texts = (s: Slice<any>): string[] => {
    settle?.();
    return s.toArray().map(show);
  };
  const want = (...ns: number[]): string[] => ns.map((n) => show(value(n)));
  const shows = (whole: string[], ...all: Slice<any>[]): void => {
    settle?.();
    for (const s of all) {
      checkSlice(s);
      expect(s.toArray().map(show)).toEqual(whole);
    }
  };

  test("grow brings along what lies between length and capacity", () => {
    const s = filled(4).slice(0, 1);
    expect(texts(slices.grow(s, 2).slice(0, 4))).toEqual(want(1, 2, 3, 4));
    const more = slices.grow(s, 1000);
    checkSlice(more);
    expect([more.len, more.cap >= 1001]).toEqual([1, true]);
    expect(texts(more.slice(0, 4))).toEqual(want(1, 2, 3, 4));
    more.slice(0, 4).set(3, value(9));
    expect(texts(s.slice(0, 4))).toEqual(want(1, 2, 3, 4));
  });

  test("insert of a part of the slice itself, at every place, in place and in new storage", () => {
    const n = 5;
    const list = [1, 2, 3, 4, 5];
    for (const room of [n, 2 * n]) {
      for (let i = 0; i <= n; i++) {
        for (let x = 0; x <= n; x++) {
          for (let y = x; y <= n; y++) {
            const whole = want(...list.slice(0, i), ...list.slice(x, y), ...list.slice(i));
            const [s, t] = [filled(n, room), filled(n, room)];
            const got = slices.insertSlice(t, i, t.slice(x, y));
            shows(whole, slices.insert(s, i, ...s.slice(x, y)), got);
          }
        }
      }
    }
  });

  test("repeat writes its elements and nothing behind them", () => {
    for (const [n, count] of [
      [1, 12],
      [5, 3],
      [3, 4],
    ] as const) {
      const r = slices.repeat(filled(n), count);
      // Of that size it lies next to the one before, in a heap.
      const next = makeSlice(elem(), r.len);
      shows(
        Array.from({ length: count }, () =>
          want(...Array.from({ length: n }, (_, i) => i + 1)),
        ).flat(),
        r,
      );
      expect(texts(next)).toEqual(texts(makeSlice(elem(), r.len)));
      expect(new Set(texts(next)).size).toBe(1);
      if (Array.isArray(r.array)) expect(r.array).toHaveLength(r.cap);
    }
  });

  test("insert and replace by elements that lie around the slice, some of them before it", () => {
    const list = [1, 2, 3, 4, 5];
    for (let i = 0; i <= 2; i++) {
      for (let j = i; j <= 2; j++) {
        for (let x = 0; x <= 5; x++) {
          for (let y = x; y <= 5; y++) {
            const all = filled(5, 10);
            const got = slices.replaceSlice(all.slice(2, 4), i, j, all.slice(x, y));
            const [before, after] = [list.slice(2, 2 + i), list.slice(2 + j, 4)];
            shows(want(...before, ...list.slice(x, y), ...after), got);
            if (i !== j) continue;
            const again = filled(5, 10);
            const longer = slices.insertSlice(again.slice(2, 4), i, again.slice(x, y));
            shows(want(...before, ...list.slice(x, y), ...after), longer);
          }
        }
      }
    }
  });

  test("replace by a part of the slice itself, at every place", () => {
    const n = 4;
    const list = [1, 2, 3, 4];
    for (let i = 0; i <= n; i++) {
      for (let j = i; j <= n; j++) {
        for (let x = 0; x <= n; x++) {
          for (let y = x; y <= n; y++) {
            const whole = want(...list.slice(0, i), ...list.slice(x, y), ...list.slice(j));
            const [s, t] = [filled(n, 2 * n), filled(n, 2 * n)];
            const got = slices.replaceSlice(t, i, j, t.slice(x, y));
            shows(whole, slices.replace(s, i, j, ...s.slice(x, y)), got);
          }
        }
      }
    }
  });

  test("what delete, deleteFunc, compact and replace take out is zeroed, what lies beyond the old length is not", () => {
    const zero = show(makeSlice(elem(), 1).get(0));
    const six = (): [Slice<any>, Slice<any>] => {
      const all = filled(6);
      return [all, all.slice(0, 5)];
    };
    const [a, s] = six();
    slices.delete(s, 2, 4);
    expect(texts(a)).toEqual([...want(1, 2, 5), zero, zero, ...want(6)]);
    const [b, t] = six();
    slices.deleteFunc(t, (v) => show(v) === show(value(3)) || show(v) === show(value(4)));
    expect(texts(b)).toEqual([...want(1, 2, 5), zero, zero, ...want(6)]);
    const [c, u] = six();
    slices.replace(u, 1, 4, value(8), value(9));
    expect(texts(c)).toEqual([...want(1, 8, 9, 5), zero, ...want(6)]);
    const [d, v] = six();
    slices.replace(v, 2, 5, value(9));
    expect(texts(d)).toEqual([...want(1, 2, 9), zero, zero, ...want(6)]);
    const [e, w] = six();
    w.set(1, value(1));
    w.set(3, value(3));
    slices.compact(w);
    expect(texts(e)).toEqual([...want(1, 3, 5), zero, zero, ...want(6)]);
  });

  test("replace that has to grow leaves the old storage as it was, up to its capacity", () => {
    const all = filled(6);
    const s = slices.replace(all.slice(0, 5), 1, 3, ...[7, 7, 7, 7].map(value));
    expect(texts(s)).toEqual(want(1, 7, 7, 7, 7, 4, 5));
    expect(texts(all)).toEqual(want(1, 2, 3, 4, 5, 6));
  });

  test("delete and replace refuse bounds beyond the length even if the capacity holds them", () => {
    const s = filled(5).slice(0, 2);
    for (const f of [
      () => slices.delete(s, 0, 4),
      () => slices.delete(s, 3, 3),
      () => slices.replace(s, 0, 4),
      () => slices.insert(s, 3, value(1)),
      () => slices.insert(s, 3),
      () => slices.insertSlice(s, 3, s),
      () => slices.insertSlice(s, 3, nilSlice(elem())),
      () => slices.replaceSlice(s, 0, 4, s),
    ]) {
      expect(f).toThrow("runtime error: slice bounds out of range");
    }
    expect(texts(s.slice(0, 5))).toEqual(want(1, 2, 3, 4, 5));
  });

  test("a callback that throws half way leaves whole elements, none of them in two places", () => {
    const s = filled(5);
    s.set(1, value(1));
    s.set(3, value(3));
    const stop = (v: unknown): boolean => {
      if (show(v) === show(value(5))) throw new Error("stop");
      return false;
    };
    expect(() => slices.compactFunc(s, (a, b) => stop(a) || show(a) === show(b))).toThrow("stop");
    checkSlice(s);
    const list = s.toArray().filter((v) => typeof v === "object" && v !== null);
    expect(new Set(list).size).toBe(list.length);
  });

  test("repeat has exactly the capacity it needs and is never nil", () => {
    for (const [n, count] of [
      [0, 0],
      [0, Number.MAX_SAFE_INTEGER],
      [2, 0],
      [3, 4],
    ] as const) {
      const r = slices.repeat(filled(n), count);
      expect([r.isNil, r.len, r.cap]).toEqual([false, n * count, n * count]);
    }
    expect(slices.repeat(nilSlice(elem()), 7).isNil).toBe(false);
  });

  test("clone of an empty slice is not nil, of a nil slice nil; concat of nothing is nil", () => {
    expect(slices.clone(filled(3).slice(0, 0)).isNil).toBe(false);
    expect(slices.clone(nilSlice(elem())).isNil).toBe(true);
    expect(slices.concat(filled(0), nilSlice(elem())).isNil).toBe(true);
    expect(texts(slices.concat(filled(1), nilSlice(elem()), filled(2)))).toEqual(want(1, 1, 2));
  });

  test("appending to a chunk does not reach the next one", () => {
    const s = filled(5);
    for (const c of slices.chunk(s, 2)) c.append(value(9));
    expect(texts(s)).toEqual(want(1, 2, 3, 4, 5));
  });
});

describe("order", () => {
  test("min takes -0 before 0 and max 0 before -0, in whichever order they stand", () => {
    for (const s of [sliceOf(0, -0), sliceOf(-0, 0), makeSlice(Float64Array, [0, -0])]) {
      expect(slices.min(s)).toBe(-0);
      expect(slices.max(s)).toBe(0);
    }
    expect(slices.min(sliceOf(1, -0, 0, 1))).toBe(-0);
    expect(slices.max(sliceOf(-1, 0, -0))).toBe(0);
  });

  test("a NaN in any place is what min and max give", () => {
    for (const s of [sliceOf(NaN, 1, 2), sliceOf(1, NaN, 2), sliceOf(1, 2, NaN)])
      expect([slices.min(s), slices.max(s)]).toEqual([NaN, NaN]);
  });

  test("min and max of strings and bigints", () => {
    expect([slices.min(sliceOf("b", "a")), slices.max(sliceOf("b", "a"))]).toEqual(["a", "b"]);
    expect([slices.min(sliceOf(2n, 1n)), slices.max(sliceOf(1n, 2n))]).toEqual([1n, 2n]);
  });

  test("minFunc and maxFunc give the first of equal ones", () => {
    const s = sliceOf("bb", "a", "c", "dd");
    const byLength = (a: string, b: string): number => a.length - b.length;
    expect([slices.minFunc(s, byLength), slices.maxFunc(s, byLength)]).toEqual(["a", "bb"]);
  });

  test("compare puts NaN before all numbers and beside itself", () => {
    expect(slices.compare(sliceOf(1, NaN, 3), sliceOf(1, NaN, 4))).toBe(-1);
    expect(slices.compare(sliceOf(1, 2, 3), sliceOf(1, 2, NaN))).toBe(1);
    expect(slices.compare(sliceOf(1, NaN, 3, 4), sliceOf(1, 2, NaN))).toBe(-1);
  });
});

describe("copies are copies", () => {
  test("no function leaves one struct in two slices", () => {
    const s = points(1, 2, 3);
    const others = [
      slices.clone(s),
      slices.concat(s, s),
      slices.repeat(s, 2),
      slices.grow(s, 100),
      slices.insert(s, 0, ...s),
      slices.replace(s, 0, 1, s.get(1), s.get(2), s.get(2)),
      slices.insertSlice(s, 0, s),
      slices.replaceSlice(s, 0, 1, s),
    ];
    for (const o of others) for (const p of o) p.x = 9;
    expect(xs(s)).toEqual([1, 2, 3]);
  });

  test("values inserted are copied", () => {
    const p = { x: 5 };
    const s = slices.insert(points(1), 1, p, p);
    p.x = 6;
    s.get(1).x = 7;
    expect(xs(s)).toEqual([1, 7, 5]);
  });

  test("pointers are taken out by delete, so that nothing is kept alive", () => {
    const all = makeSlice(ptr(int32), [8, 16, 24]);
    slices.delete(all, 0, 2);
    expect(all.toArray()).toEqual([24, 0, 0]);
  });
});

/** Asserts a panic with a plain string, which is no `runtime.Error` in Go. */
function misuse(f: () => unknown, text: string): void {
  let err: unknown = null;
  try {
    f();
  } catch (e) {
    err = e;
  }
  expect([isMisuseError(err), isRuntimeError(err)]).toEqual([true, false]);
  expect((err as Error).message).toBe(text);
}

test("what the package slices panics with is a string and no runtime.Error", () => {
  const s = sliceOf(1);
  const none = nilSlice(Int32Array);
  misuse(() => slices.grow(s, -1), "cannot be negative");
  misuse(() => slices.repeat(s, -1), "cannot be negative");
  // An int has 32 bits here.
  const overflows = "the result of (len(x) * count) overflows";
  misuse(() => slices.repeat(s, 2 ** 31), overflows);
  misuse(() => slices.repeat(sliceOf(1, 2), 2 ** 30), overflows);
  const most = makeSlice(inHeap(createHeap({ reserve: 1 << 22 }), struct({})), 2 ** 31 - 1);
  misuse(() => slices.repeat(most, 2), overflows);
  misuse(() => slices.concat(most, most.slice(0, 1)), "len out of range");
  misuse(() => slices.concat(sliceOf({}), most, most), "len out of range");
  misuse(() => slices.chunk(s, 0), "cannot be less than 1");
  misuse(() => slices.min(none), "slices.Min: empty list");
  misuse(() => slices.max(none), "slices.Max: empty list");
  misuse(() => slices.minFunc(none, () => 0), "slices.MinFunc: empty list");
  misuse(() => slices.maxFunc(none, () => 0), "slices.MaxFunc: empty list");
});

describe("strings.Builder", () => {
  test("grow of a negative count panics with Go's text", () => {
    const b = new StringBuilder();
    misuse(() => b.grow(-1), "strings.Builder.Grow: negative count");
    expect(() => b.grow(0.5)).toThrow("grow: n is 0.5, want an integer from 0");
  });

  test("grow makes room for n more bytes at once: twice the capacity and n", () => {
    const b = new StringBuilder();
    b.grow(0);
    expect(b.cap).toBe(0);
    b.writeString("12345678");
    b.grow(1);
    expect(b.cap).toBe(24); // 2 * 8 + 1, up to a size class
    b.grow(16);
    expect(b.cap).toBe(24);
  });

  test("a rune takes the room of its bytes and no more", () => {
    const b = new StringBuilder();
    b.writeString("1234567");
    b.writeRune(0x41);
    expect([b.len, b.cap]).toEqual([8, 8]);
    for (const r of [-1, 0xd800, 0xdfff, 0x110000]) {
      const one = new StringBuilder();
      expect(one.writeRune(r)).toBe(3);
      expect(one.string().equals("\ufffd")).toBe(true);
    }
  });
});
