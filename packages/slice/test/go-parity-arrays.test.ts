import { createHeap } from "@gort/gc";
import { array, int32, string, struct } from "@gort/types";
import { describe, expect, test } from "vitest";
import {
  arrayOf,
  inHeap,
  isGoArray,
  makeArray,
  makeSlice,
  nilSlice,
  range,
  sliceOf,
  sliceToArray,
  sliceToArrayPointer,
  values,
} from "@gort/slice";

describe("arrays have value semantics", () => {
  test("a clone is independent, assign copies, == compares elements", () => {
    const a = arrayOf(1, 2, 3);
    const b = a.clone();
    expect(a.equals(b)).toBe(true);
    b.set(0, 9);
    expect([a.get(0), a.equals(b)]).toEqual([1, false]);
    a.assign(b);
    expect(a.toArray()).toEqual([9, 2, 3]);
    b.set(1, 8);
    expect(a.get(1)).toBe(2);
    expect(() => a.assign(arrayOf(1))).toThrow("assign: length is 1, want 3");
    expect(a.equals(arrayOf(1))).toBe(false);
  });
  test("array assignment from an overlapping slice region behaves like copy: x[4:36] <- x[2:34]", () => {
    const x = makeSlice(
      Int32Array,
      Array.from({ length: 40 }, (_, i) => i),
    );
    const want = x.toArray();
    want.splice(4, 32, ...want.slice(2, 34));
    sliceToArrayPointer(x.slice(4), 32)!.assign(sliceToArrayPointer(x.slice(2), 32)!);
    expect(x.toArray()).toEqual(want);
  });
  test("range over an array walks a copy made at the start; over its slice the elements themselves", () => {
    const a = arrayOf(1, 2, 3);
    const seen: number[] = [];
    for (const [i, v] of range(a)) {
      if (i === 0) a.set(2, 30);
      seen.push(v);
    }
    expect(seen).toEqual([1, 2, 3]);
    expect([...a]).toEqual([1, 2, 30]);
    expect([...range(a.slice())]).toEqual([
      [0, 1],
      [1, 2],
      [2, 30],
    ]);
  });
  test("slicing shares the array's storage, in all bounds forms", () => {
    const a = makeArray(int32, 5);
    a.slice(1, 3).set(0, 7);
    expect(a.toArray()).toEqual([0, 7, 0, 0, 0]);
    expect([a.slice(1, 2).cap, a.slice(1, 2, 3).cap, a.cap, a.len]).toEqual([4, 2, 5, 5]);
    expect(a.at(-4)).toBe(7);
  });
  test("arrays of structs and in a heap", () => {
    const heap = createHeap({ reserve: 1 << 22 });
    const P = struct({ name: string });
    for (const elem of [P, inHeap(heap, P)]) {
      const a = makeArray(elem, [{ name: "a" }, { name: "b" }]);
      const b = a.clone();
      b.set(0, { name: "z" });
      expect(a.toArray()).toEqual([{ name: "a" }, { name: "b" }]);
      expect(a.equals(makeArray(P, [{ name: "a" }, { name: "b" }]))).toBe(true);
      a.assign(makeArray(P, 2));
      expect(a.toArray()).toEqual([{ name: "" }, { name: "" }]);
    }
    expect(() => makeArray(int32, 1).assign(makeArray(values("x"), 1) as never)).toThrow(
      "int32: value is",
    );
  });
  test("show themselves", () => {
    expect([String(arrayOf(1, 2)), JSON.stringify(arrayOf("a"))]).toEqual(["[1 2]", '["a"]']);
    expect([isGoArray(arrayOf(1)), isGoArray([1])]).toEqual([true, false]);
  });
});

describe("conversion of slices", () => {
  test("to an array copies, to an array pointer shares", () => {
    const s = sliceOf(1, 2, 3);
    const a = sliceToArray(s, 2);
    const p = sliceToArrayPointer(s, 2)!;
    s.set(0, 9);
    expect([a.get(0), p.get(0), p.len]).toEqual([1, 9, 2]);
  });
  test("range over an array pointer walks the elements themselves, over what it points at a copy", () => {
    const heap = createHeap({ reserve: 1 << 22 });
    for (const s of [
      sliceOf(1, 2, 3),
      makeSlice(Int32Array, [1, 2, 3]),
      makeSlice(inHeap(heap, int32), [1, 2, 3]),
    ]) {
      const p = sliceToArrayPointer<number>(s, 3)!;
      const seen: number[] = [];
      for (const [i, v] of range(p)) {
        if (i === 0) s.set(2, 30);
        seen.push(v);
      }
      for (const v of p) {
        s.set(2, 300);
        seen.push(v);
      }
      for (const v of p.clone()) {
        s.set(2, 3000);
        seen.push(v);
      }
      expect(seen).toEqual([1, 2, 30, 1, 2, 300, 1, 2, 300]);
    }
  });
  test("with too few elements: cannot convert slice with length 3 to array or pointer to array with length 4", () => {
    const text =
      "runtime error: cannot convert slice with length 3 to array or pointer to array with length 4";
    expect(() => sliceToArray(sliceOf(1, 2, 3), 4)).toThrow(text);
    expect(() => sliceToArrayPointer(sliceOf(1, 2, 3), 4)).toThrow(text);
    expect(() => sliceToArray(sliceOf(1), -1)).toThrow("sliceToArray: n is -1");
    expect(() => sliceToArray([1] as never, 1)).toThrow("sliceToArray: s is an array of 1");
  });
  test("converting a nil slice to *[0]T gives nil, a non-nil empty one does not", () => {
    expect(sliceToArrayPointer(nilSlice(int32), 0)).toBe(null);
    expect(sliceToArrayPointer(makeSlice(int32, 0), 0)).not.toBe(null);
    expect(sliceToArray(nilSlice(int32), 0).len).toBe(0);
  });
});

test("mutable elements are copied in: no two slots share one", () => {
  const s = makeSlice(array(int32, 2), 2);
  const v = [1, 2];
  s.set(0, v);
  s.set(1, s.get(0));
  v[0] = 50;
  s.get(0)[1] = 60;
  expect(s.toArray()).toEqual([
    [1, 60],
    [1, 2],
  ]);
  const Nested = struct({ p: array(int32, 1), q: struct({ n: int32 }) });
  const t = makeSlice(Nested, 1);
  const grown = t.append({ p: [1], q: { n: 1 } });
  t.get(0).q.n = 5;
  t.get(0).p[0] = 5;
  expect(grown.get(0)).toEqual({ p: [0], q: { n: 0 } });
});
