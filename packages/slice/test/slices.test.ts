import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { createHeap } from "@gort/gc";
import { float32, float64, int32, string, struct } from "@gort/types";
import * as subpath from "@gort/slice/slices";
import {
  arrayOf,
  goString,
  growthGo118,
  inHeap,
  makeSlice,
  nilSlice,
  sliceFrom,
  sliceOf,
  slices,
  sliceToArray,
  values,
  type GoString,
  type Slice,
} from "@gort/slice";

const s = (...v: number[]): Slice<number> => makeSlice(Int32Array, v);
const small = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 12 });

test("the subpath and the namespace are the same functions", () => {
  expect(subpath.sort).toBe(slices.sort);
  expect(Object.keys(subpath).sort()).toEqual(Object.keys(slices).sort());
});

describe("search", () => {
  test("index, contains and their Func forms", () => {
    fc.assert(
      fc.property(small, fc.integer({ min: 0, max: 6 }), (a, v) => {
        expect(slices.index(s(...a), v)).toBe(a.indexOf(v));
        expect(slices.contains(s(...a), v)).toBe(a.includes(v));
        expect(slices.indexFunc(s(...a), (x) => x > v)).toBe(a.findIndex((x) => x > v));
        expect(slices.containsFunc(s(...a), (x) => x > v)).toBe(a.some((x) => x > v));
      }),
    );
    expect(slices.index(sliceOf(NaN), NaN)).toBe(-1);
    expect(slices.index(sliceOf(-0), 0)).toBe(0);
    const Point = struct({ x: float64, name: string });
    expect(slices.index(makeSlice(Point, [{ x: 1, name: "a" }]), { x: 1, name: "a" })).toBe(0);
  });
  test("index and contains refuse what is no value of the elements' type, where that is more than a number", () => {
    const heap = createHeap({ reserve: 1 << 22 });
    const Point = struct({ x: int32, name: string });
    for (const [type, wrong, text] of [
      [string, [undefined, null, 5, ["a"]], "string: value is"],
      [Point, [undefined, null, 5, {}], "value"],
    ] as const)
      for (const elem of [type, inHeap<any>(heap, type)])
        for (const v of wrong)
          for (const look of [slices.index, slices.contains])
            expect(() => look(makeSlice<any>(elem, 1), v)).toThrow(text);
    expect(slices.contains(sliceOf("a"), undefined as never)).toBe(false);
  });
  test("equal of elements whose type is no other's names the one that is none", () => {
    const heap = createHeap({ reserve: 1 << 22 });
    const others = sliceOf<any>({ x: 0 }, undefined);
    for (const elem of [struct({ x: int32 }), inHeap<any>(heap, struct({ x: int32 }))]) {
      const points = makeSlice<any>(elem, 2);
      const text = "value is undefined, want an object";
      expect(() => slices.equal(points, others)).toThrow(text);
      expect(() => sliceToArray(points, 2).equals(sliceToArray(others, 2))).toThrow(text);
      expect(slices.equal(points, sliceOf<any>({ x: 0 }, { x: 0 }))).toBe(true);
    }
  });
  test("equality of numbers of two kinds is that of the numbers, whichever comes first", () => {
    const list = (v: number): Slice<number>[] => [
      makeSlice(float32, [v]),
      makeSlice(float64, [v]),
      makeSlice(values(0), [v]),
      makeSlice(inHeap(createHeap({ reserve: 1 << 22 }), float32), [v]),
    ];
    for (const v of [0.1, 0.5, NaN, -0]) {
      for (const a of list(v)) {
        for (const b of list(v)) {
          const same = a.get(0) === b.get(0);
          expect(slices.equal(a, b)).toBe(same);
          expect(slices.equal(b, a)).toBe(same);
          expect(sliceToArray(a, 1).equals(sliceToArray(b, 1))).toBe(same);
          if (same) expect(slices.compare(a, b)).toBe(0);
        }
      }
    }
  });
  test("binarySearch gives the first place and whether it is there", () => {
    fc.assert(
      fc.property(small, fc.integer({ min: -1, max: 6 }), (a, v) => {
        a.sort((x, y) => x - y);
        const at = a.findIndex((x) => x >= v);
        const want = at < 0 ? a.length : at;
        expect(slices.binarySearch(s(...a), v)).toEqual([want, a.includes(v)]);
        expect(slices.binarySearchFunc(s(...a), String(v), (x, t) => x - Number(t))).toEqual([
          want,
          a.includes(v),
        ]);
      }),
    );
    expect(slices.binarySearch(sliceOf(NaN, NaN, 1), NaN)).toEqual([0, true]);
  });
  test.each([
    ["a Float32Array", () => makeSlice(Float32Array, [-0.5, 0.1, 0.1, NaN])],
    ["float32", () => makeSlice(float32, [-0.5, 0.1, 0.1, NaN])],
    [
      "a heap",
      () => makeSlice(inHeap(createHeap({ reserve: 1 << 22 }), float32), [-0.5, 0.1, 0.1, NaN]),
    ],
  ])("what a float32 is compared with is rounded to one, as in Go: %s", (_, make) => {
    const s = make();
    expect(slices.index(s, 0.1)).toBe(1);
    expect(slices.contains(s, 0.1)).toBe(true);
    expect(slices.contains(s, NaN)).toBe(false);
    expect(slices.contains(s, 0.1000001)).toBe(false);
    expect(slices.binarySearch(s.slice(0, 3), 0.1)).toEqual([1, true]);
    expect(slices.binarySearch(s.slice(0, 3), 0.1000001)).toEqual([3, false]);
    expect(s.backing.equal(0.1, Math.fround(0.1))).toBe(true);
  });
  test("equal and compare", () => {
    fc.assert(
      fc.property(small, small, (a, b) => {
        const same = JSON.stringify(a) === JSON.stringify(b);
        expect(slices.equal(s(...a), s(...b))).toBe(same);
        expect(slices.equalFunc(s(...a), s(...b), (x, y) => x === y)).toBe(same);
        const i = a.findIndex((x, k) => x !== b[k]);
        const want =
          i >= 0 && i < b.length ? Math.sign(a[i]! - b[i]!) : Math.sign(a.length - b.length);
        expect(slices.compare(s(...a), s(...b))).toBe(want);
        expect(Math.sign(slices.compareFunc(s(...a), s(...b), (x, y) => x - y))).toBe(want);
      }),
    );
    expect(slices.equal(sliceOf(NaN), sliceOf(NaN))).toBe(false);
    expect(slices.compare(sliceOf(NaN), sliceOf(-Infinity))).toBe(-1);
    expect(slices.compare(sliceOf(1n, 2n), sliceOf(1n, 3n))).toBe(-1);
    expect(slices.compare(sliceOf(1n, 2n), sliceOf(1n, 2n))).toBe(0);
    const mixed: [unknown, unknown][] = [
      [1n, 1],
      [1, 1n],
      ["1", 1],
      [1n, "1"],
    ];
    for (const [a, b] of mixed)
      expect(() => slices.compare(sliceOf(a as number), sliceOf(b as number))).toThrow(TypeError);
    expect([...slices.chunk(s(1, 2, 3), 1)].map((c) => c.toArray())).toEqual([[1], [2], [3]]);
    expect([...slices.chunk(s(), 1)]).toEqual([]);
    expect(arrayOf(1, 2).equals(arrayOf(1, 2, 3))).toBe(false);
    expect(arrayOf(1, 2, 3).equals(arrayOf(1, 2))).toBe(false);
  });
  test("min and max: the first among equals, NaN wins, an empty slice panics", () => {
    expect([slices.min(s(3, 1, 2)), slices.max(s(3, 1, 2))]).toEqual([1, 3]);
    expect([slices.min(sliceOf(1, NaN)), slices.max(sliceOf(NaN, 1))]).toEqual([NaN, NaN]);
    expect([slices.min(sliceOf("b", "a")), slices.max(sliceOf(1n, 2n))]).toEqual(["a", 2n]);
    const len = (a: string, b: string): number => a.length - b.length;
    expect(slices.minFunc(sliceOf("bb", "a", "b"), len)).toBe("a");
    expect(slices.maxFunc(sliceOf("aa", "b", "bb"), len)).toBe("aa");
    expect(slices.minFunc(sliceOf("bb", "b", "a", "aa"), len)).toBe("b");
    expect(slices.maxFunc(sliceOf("b", "aa", "bb", "a"), len)).toBe("aa");
    expect(() => slices.min(s())).toThrow(/^slices.Min: empty list$/);
    expect(() => slices.max(s())).toThrow(/^slices.Max: empty list$/);
    expect(() => slices.minFunc(s(), (a, b) => a - b)).toThrow(/^slices.MinFunc: empty list$/);
    expect(() => slices.maxFunc(s(), (a, b) => a - b)).toThrow(/^slices.MaxFunc: empty list$/);
  });
});

describe("Go's strings are equal by their bytes, as elements too", () => {
  const go = (...texts: string[]): GoString[] => texts.map((t) => goString(t));
  const s = (): Slice<GoString> => sliceOf(...go("go", "go", "js", "ädä"));

  test("searched, compared and compacted", () => {
    expect(slices.index(s(), goString("js"))).toBe(2);
    expect(slices.contains(s(), goString("xädäx").slice(1, 6))).toBe(true);
    expect(slices.contains(s(), goString("a"))).toBe(false);
    expect(slices.equal(s(), s())).toBe(true);
    expect(slices.equal(s(), sliceOf(...go("go", "go", "js", "ada")))).toBe(false);
    expect(slices.compact(s()).toArray().map(String)).toEqual(["go", "js", "ädä"]);
    expect(arrayOf(...go("x")).equals(arrayOf(...go("x")))).toBe(true);
  });

  test("JavaScript's strings among them, and what is none", () => {
    const mixed = sliceOf<unknown>("go", goString("go"), { text: "go" }, null, undefined, 1);
    expect(slices.index(mixed, goString("go"))).toBe(0);
    expect(slices.index(mixed.slice(1), "go")).toBe(0);
    for (const v of [{}, [], null, undefined, 0, "", goString("")])
      expect(slices.index(mixed.slice(0, 3), v)).toBe(-1);
    expect(slices.index(mixed, null)).toBe(3);
    expect(slices.compact(mixed.slice()).len).toBe(5);
  });
});

describe("edit", () => {
  const at = fc.nat({ max: 12 });
  test("insert, delete and replace do what splice does, and clear the tail", () => {
    fc.assert(
      fc.property(small, at, at, small, fc.nat({ max: 8 }), (a, x, y, v, slack) => {
        const [i, j] = [Math.min(x, y, a.length), Math.min(Math.max(x, y), a.length)];
        const make = (): Slice<number> => {
          const t = makeSlice(Int32Array, a, a.length + slack);
          return t;
        };
        expect(slices.insert(make(), i, ...v).toArray()).toEqual(a.toSpliced(i, 0, ...v));
        for (const [got, want, from] of [
          [slices.delete, a.toSpliced(i, j - i), []],
          [slices.replace, a.toSpliced(i, j - i, ...v), v],
        ] as const) {
          const t = make();
          const r = got(t, i, j, ...from);
          expect(r.toArray()).toEqual(want);
          if (want.length < a.length) {
            expect(t.slice(want.length).toArray()).toEqual(
              new Array(a.length - want.length).fill(0),
            );
          }
          const grown = want.length > a.length + slack;
          expect(r.cap).toBe(
            grown ? growthGo118(a.length + slack, want.length, 4) : a.length + slack,
          );
        }
      }),
    );
  });
  test("inserting and appending parts of the slice itself", () => {
    const t = makeSlice(Int32Array, [1, 2, 3], 10);
    expect(slices.insert(t, 1, ...t.slice(1)).toArray()).toEqual([1, 2, 3, 2, 3]);
  });
  test("insertSlice and replaceSlice take any number of elements, of any storage", () => {
    const many = makeSlice(Int32Array, 200_000);
    many.set(199_999, 7);
    expect(slices.insertSlice(s(1, 2), 1, many).slice(200_000).toArray()).toEqual([7, 2]);
    expect(
      slices
        .replaceSlice(s(1, 2, 3), 0, 2, many)
        .slice(199_999)
        .toArray(),
    ).toEqual([7, 3]);
    for (const t of [sliceOf(8, 9), makeSlice(Float64Array, [8, 9]), sliceFrom([8, 9])]) {
      expect([...slices.insertSlice(s(1, 2), 1, t)]).toEqual([1, 8, 9, 2]);
      expect([...slices.replaceSlice(sliceOf(1, 2), 0, 1, t)]).toEqual([8, 9, 2]);
    }
    expect(() => slices.insertSlice(s(1), 0, sliceOf(0.5))).toThrow("0.5");
    const nil = nilSlice(Int32Array);
    expect(slices.insertSlice(nil, 0, nil)).toBe(nil);
    expect([...slices.insertSlice(nil, 0, s(1))]).toEqual([1]);
  });
  test("what is put in by two arrays over one buffer goes in as it was", () => {
    const { buffer } = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const a = sliceFrom(new Uint8Array(buffer, 0, 6)).slice(0, 3);
    const b = sliceFrom(new Uint8Array(buffer, 1, 4)).slice(0, 3);
    expect([...slices.insertSlice(a, 0, b)]).toEqual([2, 3, 4, 1, 2, 3]);
    const c = sliceFrom(new Uint8Array(buffer, 6));
    expect([...slices.replaceSlice(a, 0, 1, c)]).toEqual([7, 8, 3, 4]);
  });
  test("bounds are checked as Go's slice expressions", () => {
    expect(() => slices.insert(s(1, 2), 3, 9)).toThrow(
      "runtime error: slice bounds out of range [3:2]",
    );
    expect(() => slices.insert(s(1, 2), -1, 9)).toThrow("slice bounds out of range [-1:]");
    expect(() => slices.delete(s(1, 2), 1, 3)).toThrow("slice bounds out of range [:3:2]");
    expect(() => slices.delete(s(1, 2), 2, 1)).toThrow("slice bounds out of range [2:1:]");
    expect(() => slices.replace(s(1, 2), 2, 1, 9)).toThrow("slice bounds out of range [2:1]");
    expect(() => slices.replace(makeSlice(Int32Array, 2, 5), 1, 4, 9)).toThrow(
      "slice bounds out of range [4:2]",
    );
  });
  test("deleteFunc, compact, compactFunc clear the tail", () => {
    fc.assert(
      fc.property(small, (a) => {
        const d = s(...a);
        const kept = a.filter((v) => v % 2 === 0);
        expect(slices.deleteFunc(d, (v) => v % 2 === 1).toArray()).toEqual(kept);
        expect(d.toArray().slice(kept.length)).toEqual(new Array(a.length - kept.length).fill(0));
        const runs = a.filter((v, i) => i === 0 || v !== a[i - 1]);
        const c = s(...a);
        expect(slices.compact(c).toArray()).toEqual(runs);
        expect(c.toArray().slice(runs.length)).toEqual(new Array(a.length - runs.length).fill(0));
        expect(slices.compactFunc(s(...a), () => true).len).toBe(Math.min(1, a.length));
      }),
    );
  });
  test("clip, grow, clone, concat, repeat", () => {
    expect(slices.clip(makeSlice(Int32Array, 2, 9)).cap).toBe(2);
    const g = slices.grow(s(1, 2), 100);
    expect([g.len, g.cap >= 102, g.toArray()]).toEqual([2, true, [1, 2]]);
    const roomy = makeSlice(Int32Array, 2, 9);
    expect(slices.grow(roomy, 7)).toBe(roomy);
    expect(() => slices.grow(s(1), -1)).toThrow(/^cannot be negative$/);
    expect(() => slices.grow(s(1), 0.5)).toThrow("grow: n is 0.5");
    const original = s(1, 2, 3);
    const copy = slices.clone(original);
    copy.set(0, 9);
    expect(original.get(0)).toBe(1);
    expect(slices.clone(nilSlice(Int32Array)).isNil).toBe(true);
    expect(slices.clone(s()).isNil).toBe(false);
    expect(slices.concat(s(1), s(), s(2, 3)).toArray()).toEqual([1, 2, 3]);
    expect(slices.concat(s(), s()).isNil).toBe(true);
    expect(slices.repeat(s(1, 2), 0).toArray()).toEqual([]);
    expect(() => slices.repeat(s(1), -1)).toThrow(/^cannot be negative$/);
    expect(() => slices.repeat(sliceOf(1), 2 ** 30)).toThrow("makeslice: len out of range");
  });
  test.each([
    ["numbers", s(1, 2, 3)],
    ["values", sliceOf("a", "b", "c")],
    ["values in a heap", makeSlice(inHeap(createHeap({ reserve: 1 << 22 }), string), ["a", "b"])],
    [
      "elements without size",
      makeSlice(inHeap(createHeap({ reserve: 1 << 22 }), struct({})), 3).slice(1),
    ],
  ] as [string, Slice<unknown>][])("repeat doubles what is there: %s", (_, x) => {
    let proto = Object.getPrototypeOf(x) as Slice<unknown>;
    while (!Object.hasOwn(proto, "move")) proto = Object.getPrototypeOf(proto) as Slice<unknown>;
    const move = vi.spyOn(proto, "move");
    const r = slices.repeat(x, 1000);
    expect(move.mock.calls.length).toBeLessThan(15);
    move.mockRestore();
    expect(r.toArray()).toEqual(new Array<unknown[]>(1000).fill(x.toArray()).flat());
  });
});

describe("iterators", () => {
  test("all, values, backward, chunk", () => {
    expect([...slices.all(sliceOf("a", "b"))]).toEqual([
      [0, "a"],
      [1, "b"],
    ]);
    expect([...slices.values(s(1, 2))]).toEqual([1, 2]);
    expect([...slices.backward(s(1, 2))]).toEqual([
      [1, 2],
      [0, 1],
    ]);
    const chunks = [...slices.chunk(makeSlice(Int32Array, [1, 2, 3, 4, 5], 9), 2)];
    expect(chunks.map((c) => [c.toArray(), c.cap])).toEqual([
      [[1, 2], 2],
      [[3, 4], 2],
      [[5], 1],
    ]);
    expect(() => slices.chunk(s(1), 0)).toThrow(/^cannot be less than 1$/);
    expect(() => slices.chunk(s(1), 1.5)).toThrow("chunk: n is 1.5");
    expect([...slices.chunk(s(), 3)]).toEqual([]);
  });
  test("what All, Values, Backward and Chunk give is gone through once, as iterators of JavaScript are", () => {
    const s = sliceOf(1, 2);
    for (const seq of [slices.all(s), slices.values(s), slices.backward(s), slices.chunk(s, 1)])
      expect([[...seq].length, [...seq].length]).toEqual([2, 0]);
  });
  test("collect, appendSeq, sorted", () => {
    const seq = new Set([3, 1, 2]);
    expect(slices.collect(Float64Array, seq).toArray()).toEqual([3, 1, 2]);
    expect(slices.collect(values(0), []).isNil).toBe(true);
    expect(slices.appendSeq(s(9), seq).toArray()).toEqual([9, 3, 1, 2]);
    expect(slices.sorted(float64, seq).toArray()).toEqual([1, 2, 3]);
    expect(slices.sortedFunc(float64, seq, (a, b) => b - a).toArray()).toEqual([3, 2, 1]);
    expect(slices.sortedStableFunc(float64, seq, () => 0).toArray()).toEqual([3, 1, 2]);
  });
  test("collect and sorted without an element type: JavaScript values", () => {
    const keys = () => new Set(["b", "a"]).values();
    const sorted = slices.sorted(keys());
    expect(sorted.toArray()).toEqual(["a", "b"]);
    expect(slices.grow(sorted, 1).slice(0, 3).get(2)).toBe("");
    expect(slices.collect(keys()).toArray()).toEqual(["b", "a"]);
    expect(slices.collect([]).isNil).toBe(true);
    const from = [1, 2];
    slices.collect(from).set(0, 5);
    expect(from).toEqual([1, 2]);
    expect(() => slices.sorted([1, "a"])).toThrow("compare: b is 1, want a string");
    expect(() => slices.collect(float64 as never)).toThrow("collect: seq is undefined");
  });
});
