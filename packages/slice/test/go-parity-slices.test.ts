import { inspect } from "node:util";
import type { RuntimeError } from "@gort/types";
import { isRuntimeError } from "@gort/types";
import { describe, expect, test } from "vitest";
import {
  append,
  appendSlice,
  cap,
  checkSlice,
  clear,
  copy,
  isSlice,
  len,
  makeSlice,
  nilSlice,
  range,
  sliceOf,
  slices,
  type Slice,
} from "@gort/slice";
import { kinds } from "./kinds.ts";

/** Asserts Go's text, thrown as a runtime error. */
export function panics(f: () => unknown, text: string): void {
  let err: unknown;
  try {
    f();
  } catch (e) {
    err = e;
  }
  expect((err as Error | undefined)?.message).toBe(`runtime error: ${text}`);
  expect(isRuntimeError(err)).toBe(true);
}

describe.each(kinds)("on every kind of storage: $name", ({ elem, value, settle }) => {
  const filled = (n: number, room = n): Slice<any> => {
    const s = makeSlice(elem(), n, room);
    for (let i = 0; i < n; i++) s.set(i, value(i + 1));
    settle?.();
    return s;
  };
  const nums = (...ns: number[]): unknown[] => ns.map(value);

  test("a nil slice has len 0, cap 0; an empty one is not nil", () => {
    const nil = nilSlice(elem());
    expect([nil.len, nil.cap, nil.isNil]).toEqual([0, 0, true]);
    const empty = makeSlice(elem(), 0);
    expect([empty.len, empty.cap, empty.isNil]).toEqual([0, 0, false]);
    checkSlice(nil);
    checkSlice(empty);
    expect(isSlice(nil)).toBe(true);
  });

  test("any index of a nil slice panics index out of range", () => {
    panics(() => nilSlice(elem()).get(1), "index out of range [1] with length 0");
    panics(() => nilSlice(elem()).set(1, value(1)), "index out of range [1] with length 0");
  });

  test("make gives zero values, and zero values appear when slicing beyond the length", () => {
    const s = makeSlice(elem(), 1, 3);
    const zero: unknown = s.backing.zero();
    expect(s.slice(0, 3).toArray()).toEqual([zero, zero, zero]);
    checkSlice(s);
  });

  test("s[lo:hi] shares storage: len = hi-lo, cap = cap(s)-lo, writes are seen both ways", () => {
    const s = filled(5, 8);
    const t = s.slice(1, 3);
    expect([t.len, t.cap]).toEqual([2, 7]);
    t.set(0, value(50));
    expect(s.get(1)).toEqual(value(50));
    s.set(2, value(60));
    expect(t.get(1)).toEqual(value(60));
    expect(s.slice(1, 3, 4).cap).toBe(3);
  });

  test("hi may exceed len up to cap; what lies between reappears", () => {
    const s = filled(4).slice(0, 1);
    expect(s.slice(0, 4).toArray()).toEqual(nums(1, 2, 3, 4));
  });

  test("s[len(s):] is an empty slice, with cap 0 not pointing past the storage; s[cap:cap:cap] is legal", () => {
    const s = filled(3);
    const end = s.slice(s.len);
    expect([end.len, end.cap, end.isNil, end.off]).toEqual([0, 0, false, s.off]);
    expect(s.slice(3, 3, 3).len).toBe(0);
  });

  test("nil[0:0] and nil[:] stay nil, an empty slice stays non-nil", () => {
    const nil = nilSlice(elem());
    expect(nil.slice(0, 0).isNil && nil.slice().isNil && nil.slice(0, 0, 0).isNil).toBe(true);
    expect(makeSlice(elem(), 0).slice(0, 0).isNil).toBe(false);
  });

  test("append with no values returns s unchanged, keeping nil", () => {
    const nil = nilSlice(elem());
    expect(append(nil)).toBe(nil);
    expect(appendSlice(nil, nil).isNil).toBe(true);
    const s = filled(2);
    expect(append(s)).toBe(s);
  });

  test("append in place if it fits (seen through other slices, cap kept), the input header is unchanged", () => {
    const s = filled(2, 4);
    const t = append(s, value(9));
    expect([s.len, t.len, t.cap]).toEqual([2, 3, 4]);
    expect(s.slice(0, 3).get(2)).toEqual(value(9));
    const u = append(s, value(7));
    expect(t.get(2)).toEqual(value(7));
    expect(u.array).toBe(s.array);
  });

  test("append beyond the capacity copies: the old storage is not written", () => {
    const s = filled(2);
    const t = append(s, value(9), value(8));
    t.set(0, value(100));
    expect(s.toArray()).toEqual(nums(1, 2));
    expect(t.toArray()).toEqual(nums(100, 2, 9, 8));
    checkSlice(t);
  });

  test("appending to s[lo:hi:hi] never writes into the original storage", () => {
    const s = filled(4);
    append(s.slice(1, 2, 2), value(9));
    appendSlice(s.slice(1, 2, 2), s.slice(0, 2));
    expect(s.toArray()).toEqual(nums(1, 2, 3, 4));
  });

  test("overlapping append: x = 1234, append(x[1:], x...) = 2341234", () => {
    const x = filled(4);
    expect(appendSlice(x.slice(1), x).toArray()).toEqual(nums(2, 3, 4, 1, 2, 3, 4));
    const y = filled(4, 16);
    expect(appendSlice(y.slice(1), y).toArray()).toEqual(nums(2, 3, 4, 1, 2, 3, 4));
  });

  test("append and copy evaluate in order: append(x,1), f(), append(x,1) sees f's change only in the second", () => {
    let x = filled(1, 1);
    const f = (): void => {
      x = filled(2, 2);
    };
    const got = [append(x, value(7)).len, f(), append(x, value(7)).len];
    expect([got[0], got[2]]).toEqual([2, 3]);
    x = filled(1);
    const t = makeSlice(elem(), 5);
    const n = [copy(t, x), f(), copy(t, x)];
    expect([n[0], n[2]]).toEqual([1, 2]);
  });

  test("new storage beyond len is zero", () => {
    const s = append(filled(5), value(6));
    const zero: unknown = s.backing.zero();
    for (const v of s.slice(6, s.cap)) expect(v).toEqual(zero);
  });

  test("copy returns min(len) and works as if through a temporary, for all overlaps, touching nothing around", () => {
    const n = 10;
    for (let from = 0; from <= n; from += 2) {
      for (let to = 0; to <= n; to += 3) {
        const s = filled(n);
        const want = s.toArray();
        const count = Math.min(n - from, n - to);
        want.splice(to, count, ...want.slice(from, from + count));
        expect(copy(s.slice(to), s.slice(from))).toBe(count);
        expect(s.toArray()).toEqual(want);
      }
    }
  });

  test("clear zeroes len elements and keeps len and cap; clear(nil) is fine", () => {
    const s = filled(4);
    clear(s.slice(1, 3));
    const zero: unknown = s.backing.zero();
    expect(s.toArray()).toEqual([value(1), zero, zero, value(4)]);
    clear(nilSlice(elem()));
    expect([s.len, s.cap]).toEqual([4, 4]);
  });

  test("range fixes the length at loop start: what is appended is not visited, writes ahead are seen", () => {
    let s = filled(3, 8);
    const seen: unknown[] = [];
    for (const [i, v] of range(s)) {
      if (i === 0) s.set(2, value(30));
      s = append(s, value(99));
      seen.push(v);
    }
    expect(seen).toEqual(nums(1, 2, 30));
    expect(s.len).toBe(6);
  });

  test("range over a slice evaluates its operand once", () => {
    let calls = 0;
    const operand = (): Slice<any> => {
      calls++;
      return filled(3);
    };
    let n = 0;
    for (const _ of range(operand())) n++;
    for (const _ of operand()) n++;
    expect([calls, n]).toEqual([2, 6]);
  });

  test("range with index, value assignment to outside variables; an empty range leaves them unchanged", () => {
    let i = -1;
    let v: unknown = "before";
    for ([i, v] of range(nilSlice(elem()))) throw new Error("not reached");
    expect([i, v]).toEqual([-1, "before"]);
    for ([i, v] of range(filled(3))) if (i === 1) break;
    expect([i, v]).toEqual([1, value(2)]);
  });

  test("bad arguments name themselves and change nothing", () => {
    const s = filled(3);
    for (const bad of [0.5, NaN, Infinity, "1", null] as number[]) {
      expect(() => s.get(bad)).toThrow(/^index: i is /);
      expect(() => s.set(bad, value(9))).toThrow(/^index: i is /);
      expect(() => s.slice(bad, 2)).toThrow(/^slice: lo is /);
      expect(() => s.slice(0, bad)).toThrow(/^slice: hi is /);
      expect(() => s.slice(0, 1, bad)).toThrow(/^slice: max is /);
      expect(() => makeSlice(elem(), bad)).toThrow(bad === null ? /null/ : /makeSlice|iterable/);
    }
    expect(s.toArray()).toEqual(nums(1, 2, 3));
  });

  test("at counts from the end, and panics where there is nothing", () => {
    const s = filled(3);
    expect(s.at(-1)).toEqual(value(3));
    expect(s.at(0)).toEqual(value(1));
    panics(() => s.at(-4), "index out of range [-4]");
    panics(() => s.at(3), "index out of range [3] with length 3");
  });

  test("slices functions agree with plain arrays", () => {
    const s = filled(5, 9);
    expect(slices.insert(s.slice(0, 3), 1, value(8), value(9)).toArray()).toEqual(
      nums(1, 8, 9, 2, 3),
    );
    const d = filled(5);
    expect(slices.delete(d, 1, 3).toArray()).toEqual(nums(1, 4, 5));
    const zero: unknown = d.backing.zero();
    expect(d.slice(3).toArray()).toEqual([zero, zero]);
    expect(slices.replace(filled(4), 1, 3, value(7)).toArray()).toEqual(nums(1, 7, 4));
    expect(slices.replace(filled(4), 1, 2, value(7), value(8), value(9)).toArray()).toEqual(
      nums(1, 7, 8, 9, 3, 4),
    );
    const r = filled(5);
    slices.reverse(r);
    expect(r.toArray()).toEqual(nums(5, 4, 3, 2, 1));
    const c = append(nilSlice(elem()), ...nums(1, 1, 2, 2, 1));
    expect(slices.compact(c).toArray()).toEqual(nums(1, 2, 1));
    expect(slices.index(filled(4), value(3))).toBe(2);
    expect(slices.equal(filled(4), filled(4))).toBe(true);
    expect(slices.repeat(filled(2), 3).toArray()).toEqual(nums(1, 2, 1, 2, 1, 2));
    expect(slices.concat(filled(1), filled(2)).toArray()).toEqual(nums(1, 1, 2));
    expect(slices.clone(filled(3)).toArray()).toEqual(nums(1, 2, 3));
    const sorted = append(nilSlice(elem()), ...nums(3, 1, 2));
    slices.sortFunc(sorted, (a, b) =>
      String(JSON.stringify(a, text)) < JSON.stringify(b, text) ? -1 : 1,
    );
    expect(sorted.toArray()).toEqual(nums(1, 2, 3));
  });
});

const text = (_: string, v: unknown): unknown => (typeof v === "bigint" ? Number(v) : v);

describe("len and cap", () => {
  test("of slices, strings and nothing", () => {
    expect([len(sliceOf(1, 2)), cap(sliceOf(1, 2)), len(null), cap(undefined)]).toEqual([
      2, 2, 0, 0,
    ]);
  });
});

describe("how a slice shows itself", () => {
  test("as fmt.Print, JSON and the console do", () => {
    const s = makeSlice(Int32Array, [1, 2]);
    expect(String(s)).toBe("[1 2]");
    expect(JSON.stringify({ s, nil: nilSlice(Int32Array) })).toBe('{"s":[1,2],"nil":null}');
    expect(JSON.stringify(makeSlice(Uint8Array, [1, 2]))).toBe("[1,2]");
    expect(inspect(s)).toBe("[]int32(len 2, cap 2) [ 1, 2 ]");
    expect(inspect(nilSlice(Int32Array))).toBe("[]int32(nil)");
  });
  test("errors of bounds are Go's boundsError", () => {
    try {
      sliceOf(1).get(5);
      expect.unreachable();
    } catch (err) {
      expect((err as RuntimeError).goType).toBe("runtime.boundsError");
    }
  });
});
