/** What the console shows of slices, arrays and strings. */
import { inspect } from "node:util";
import { createHeap } from "@gort/gc";
import { int32, named, string } from "@gort/types";
import { expect, test } from "vitest";
import {
  append,
  arrayOf,
  goString,
  inHeap,
  makeArray,
  makeSlice,
  nilSlice,
  sliceOf,
  StringBuilder,
  values,
  type Slice,
} from "@gort/slice";

test("slices and arrays show their type, their size and their elements", () => {
  expect(inspect(makeSlice(int32, [1, 2], 4))).toBe("[]int32(len 2, cap 4) [ 1, 2 ]");
  expect(inspect(nilSlice(string))).toBe("[]string(nil)");
  expect(inspect(arrayOf(1, 2))).toBe("[2]any [ 1, 2 ]");
  expect(inspect(makeArray(int32, 0))).toBe("[0]int32 []");
  expect(inspect({ s: sliceOf("a") })).toBe("{ s: []any(len 1, cap 1) [ 'a' ] }");
});

test("a slice in a heap is shown, and named in errors, by its own type", () => {
  const heap = createHeap({ reserve: 1 << 20 });
  const [ints, names] = [inHeap(heap, int32), inHeap(heap, named("main.Name", string))];
  expect(inspect(makeSlice(ints, [1, 2], 4))).toBe("[]int32(len 2, cap 4) [ 1, 2 ]");
  expect(inspect(makeSlice(names, ["a"]))).toBe("[]main.Name(len 1, cap 1) [ 'a' ]");
  expect(inspect(nilSlice(names))).toBe("[]main.Name(nil)");
  expect(() => names.header(sliceOf("a"))).toThrow("a slice of main.Name in this heap");
  expect(() => ints.header(sliceOf(1))).toThrow("a slice of int32 in this heap");
});

test("a Go string shows its text in quotes, a builder its size", () => {
  expect(inspect(goString("é"))).toBe("'é'");
  expect(inspect([goString("a long text").slice(2, 6)])).toBe("[ 'long' ]");
  const b = new StringBuilder();
  expect(inspect(b)).toBe("StringBuilder(len 0, cap 0)");
  b.writeString("ab");
  expect(inspect(b)).toBe("StringBuilder(len 2, cap 8)");
});

test("as many elements are shown, and read, as of an array; the rest is counted", () => {
  let read = 0;
  const s = makeSlice(string, 5000);
  const counting = new Proxy(s.array as string[], {
    get: (a, k, r) => (read++, Reflect.get(a, k, r) as unknown),
  });
  Object.defineProperty(s, "array", { value: counting });
  expect(inspect(s)).toMatch(
    /^\[\]string\(len 5000, cap 5000\) \[\n[^]*\.\.\. 4900 more items\n\]$/,
  );
  expect(read).toBeLessThan(500);
  const t = sliceOf(1, 2, 3);
  expect(inspect(t, { maxArrayLength: 1 })).toBe("[]any(len 3, cap 3) [ 1, ... 2 more items ]");
  expect(inspect(t, { maxArrayLength: 0 })).toBe("[]any(len 3, cap 3) [ ... 3 more items ]");
  expect(inspect(makeArray(int32, 200), { maxArrayLength: null })).not.toContain("more item");
});

test("slices in slices end at the depth where arrays in arrays do", () => {
  const nested = (n: number): Slice<any> =>
    n === 0 ? sliceOf(1) : sliceOf(nested(n - 1), nested(n - 1));
  const shown = inspect(nested(14));
  expect(shown.match(/\[\[\]any\]/g)).toHaveLength(8);
  expect(shown.length).toBeLessThan(400);
  expect(inspect(sliceOf(nested(1)), { depth: 0 })).toBe("[]any(len 1, cap 1) [ [[]any] ]");
  expect(inspect([arrayOf(1)], { depth: -1 })).toBe("[Array]");
  expect(inspect([arrayOf(1)], { depth: 0 })).toBe("[ [[1]any] ]");
  const self = makeSlice(values<unknown>(null), 1);
  self.set(0, self);
  expect(inspect(self)).toBe("[]any(len 1, cap 1) [ [Circular] ]");
  expect(inspect(nested(5), { depth: null }).match(/\[ 1 \]/g)).toHaveLength(32);
});

test("what holds itself through slices and arrays ends there, whatever lies between and however deep one looks", () => {
  interface Node {
    name: string;
    parent: Node | null;
    kids: Slice<Node>;
  }
  const node = (name: string, parent: Node | null): Node => {
    const n: Node = { name, parent, kids: nilSlice(values<Node>(null as never)) };
    if (parent !== null) parent.kids = append(parent.kids, n);
    return n;
  };
  const root = node("root", null);
  node("a", root);
  node("b", root);
  const shown = inspect(root, { depth: null });
  expect(shown.match(/\[Circular\]/g)?.length).toBeGreaterThan(1);
  expect(shown.length).toBeLessThan(2000);
  const a = makeArray(values<unknown>(null), 1);
  a.set(0, new Map([["back", { to: a }]]));
  expect(inspect(a, { depth: null })).toBe("[1]any [ Map(1) { 'back' => { to: [Circular] } } ]");
});

test("what stands at two places of a slice is shown at both", () => {
  const inner = sliceOf(1);
  expect(inspect(sliceOf(inner, inner))).toBe(
    "[]any(len 2, cap 2) [ []any(len 1, cap 1) [ 1 ], []any(len 1, cap 1) [ 1 ] ]",
  );
});
