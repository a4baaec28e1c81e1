/** Damage that `checkSlice` has to find; what is whole it passes, as all other tests show. */
import { createHeap } from "@gort/gc";
import { string } from "@gort/types";
import { expect, test } from "vitest";
import { checkSlice, inHeap, makeSlice, sliceOf, values, type Slice } from "@gort/slice";

/** The same slice with some of its members changed. */
const broken = (s: Slice<any>, members: object): Slice<any> =>
  Object.create(
    s,
    Object.fromEntries(Object.entries(members).map(([k, value]) => [k, { value }])),
  ) as Slice<any>;

const s = (): Slice<any> => makeSlice(Int32Array, [1, 2, 3], 5);
const plain = (): Slice<any> => sliceOf(1, 2, 3);

test.each<[string, () => Slice<any>, object]>([
  ["0.5 is no integer", s, { off: 0.5 }],
  ["NaN is no integer", s, { len: NaN }],
  ["1: 0 <= len <= cap", s, { len: 6 }],
  ["1: 0 <= len <= cap", s, { len: -1 }],
  ["1: capacity beyond the limit of its storage", s, { cap: 2 ** 40 }],
  ["3: off below -1", s, { off: -2 }],
  ["3: a nil slice has capacity 0", s, { off: -1 }],
  ["3: isNil", s, { isNil: true }],
  ["1: the store holds 5 only", s, { off: 1 }],
  ["1: the store holds 3 only", plain, { cap: 4 }],
  ["4: slot 1 is a hole", plain, { array: [1, , 3] }], // eslint-disable-line no-sparse-arrays
])("%s", (text, make, members) => {
  expect(() => checkSlice(make())).not.toThrow();
  expect(() => checkSlice(broken(make(), members))).toThrow(`slice invariant broken: ${text}`);
});

test("a slice in a heap may not reach beyond the memory, counted in bytes", () => {
  const heap = createHeap({ reserve: 1 << 20 });
  const whole = makeSlice(inHeap(heap, string), 4);
  checkSlice(whole);
  const off = heap.memory.byteLength - 3 * string.size;
  expect(() => checkSlice(broken(whole, { off }))).toThrow("1: the store holds");
});

test("an element that its type does not hold is found", () => {
  const names = makeSlice(string, ["a", "b"]);
  (names.array as unknown[])[1] = 5;
  expect(() => checkSlice(names)).toThrow("value is 5, want a string");
  const any = makeSlice(values<unknown>(null), 2);
  (any.array as unknown[])[1] = 5;
  expect(() => checkSlice(any)).not.toThrow();
});
