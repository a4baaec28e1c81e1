/**
 * `deepEqual` of random trees beside a twin that compares what they were made from: interfaces in slices, arrays, structs, maps and
 * behind pointers, with slices of numbers, NaN, functions and references that both trees share.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import {
  any,
  array,
  bool,
  chan,
  complex128,
  complex64,
  convert,
  deepEqual,
  error,
  float32,
  float64,
  func,
  int,
  int16,
  int32,
  int64,
  int8,
  map,
  named,
  ptr,
  slice,
  string,
  struct,
  toInterface,
  uint,
  uint16,
  uint32,
  uint64,
  uint8,
  uintptr,
  unsafePointer,
  type Type,
} from "../src/index.ts";
import { makeSpace, type TestSpace } from "./space.ts";

/** What a tree is made from. One node of these is one reference, however often it occurs. */
type Tree =
  | { readonly k: "nil" }
  | { readonly k: "leaf"; readonly type: Type; readonly v: unknown }
  | { readonly k: "func"; readonly v: (() => void) | null }
  | { readonly k: "ptr"; readonly of: readonly Tree[] | null }
  | { readonly k: "slice" | "errors"; readonly of: readonly Tree[] | null }
  | { readonly k: "array" | "struct" | "map"; readonly of: readonly Tree[] }
  | { readonly k: "numbers"; readonly type: Type; readonly of: readonly unknown[] };

/** An error that `==` cannot compare. */
const Errors = named("main.Errors", slice(any)).method(
  "Error",
  func([], [string]),
  () => "several errors",
);

/** Elements of a slice, somewhere in memory. */
function place(s: TestSpace, elem: Type, of: readonly unknown[] | null): unknown {
  if (of === null) return { ptr: 0, len: 0, cap: 0 };
  const p = s.alloc(elem, Math.max(of.length, 1));
  of.forEach((v, i) => elem.store(s, p + i * elem.size, v));
  return { ptr: p, len: of.length, cap: of.length };
}

function maker(s: TestSpace): (t: Tree) => unknown {
  const made = new Map<Tree, unknown>();
  const all = (of: readonly Tree[] | null) => of?.map(make) ?? null;
  const of = (t: Tree): unknown => {
    switch (t.k) {
      case "nil":
        return null;
      case "leaf":
        return toInterface(t.type, t.v);
      case "func":
        return toInterface(func(), t.v);
      case "numbers":
        return toInterface(slice(t.type), place(s, t.type, t.of) as never, s);
      case "slice":
        return toInterface(slice(any), place(s, any, all(t.of)) as never, s);
      case "errors": {
        const errors = t.of?.map((e) =>
          convert(toInterface(Errors, place(s, any, [make(e)]) as never, s), error),
        );
        return toInterface(slice(error), place(s, error, errors ?? null) as never, s);
      }
      case "ptr": {
        if (t.of === null) return toInterface(ptr(any), 0, s);
        const p = s.alloc(any);
        any.store(s, p, make(t.of[0]!));
        return toInterface(ptr(any), p, s);
      }
      case "array":
        return toInterface(array(any, t.of.length), all(t.of) as unknown[], s);
      case "struct":
        return toInterface(struct({ a: any, b: any }), { a: make(t.of[0]!), b: make(t.of[1]!) }, s);
      case "map":
        return toInterface(map(string, any), new Map(t.of.map((v, i) => [`${i}`, make(v)])));
    }
  };
  const make = (t: Tree): unknown => {
    if (!made.has(t)) made.set(t, of(t));
    return made.get(t);
  };
  return make;
}

/** Go's rules on what the trees were made from. */
function same(a: Tree, b: Tree): boolean {
  if (a.k === "nil" || b.k === "nil") return a.k === b.k;
  if (a.k === "leaf") return b.k === "leaf" && a.type === b.type && a.v === b.v;
  if (a.k === "func") return b.k === "func" && a.v === null && b.v === null;
  if (a.k === "numbers") {
    if (b.k !== "numbers" || a.type !== b.type) return false;
    return a === b || (a.of.length === b.of.length && a.of.every((v, i) => v === b.of[i]));
  }
  if (a.k !== b.k) return false;
  const [v, w] = [a.of, b.of];
  if (v === null || w === null) return v === w;
  // A reference is equal to itself whatever it leads to; an array and a struct are no references.
  if (a === b && a.k !== "array" && a.k !== "struct") return true;
  return v.length === w.length && v.every((t, i) => same(t, w[i]!));
}

/** Numbers from 0 below `n`, the same for the same seed. */
type Pick = (n: number) => number;

function picks(seed: number): Pick {
  let s = seed | 0;
  return (n) => {
    s = (s + 0x6d2b79f5) | 0;
    let t = Math.imul(s ^ (s >>> 15), s | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

const leaves: readonly Tree[] = [
  { k: "nil" },
  ...[0, 1, -0, NaN].map((v): Tree => ({ k: "leaf", type: float64, v })),
  ...[0, 1].map((v): Tree => ({ k: "leaf", type: int, v })),
  ...["", "a", "é"].map((v): Tree => ({ k: "leaf", type: string, v })),
  { k: "leaf", type: bool, v: true },
  { k: "func", v: null },
  { k: "func", v: () => undefined },
];
const numbers: readonly (readonly [Type, readonly unknown[]])[] = [
  [float64, [0, -0, 1, NaN]],
  [int16, [0, 1]],
  [uint64, [0n, 1n]],
  [bool, [true, false]],
  [string, ["", "b"]],
];

function tree(pick: Pick, depth: number): Tree {
  const some = (n: number) => Array.from({ length: n }, () => tree(pick, depth - 1));
  switch (depth === 0 ? 7 : pick(9)) {
    case 0:
      return { k: "slice", of: pick(8) === 0 ? null : some(pick(4)) };
    case 1:
      return { k: "errors", of: pick(8) === 0 ? null : some(pick(3)) };
    case 2:
      return { k: "ptr", of: pick(8) === 0 ? null : some(1) };
    case 3:
      return { k: "array", of: some(2) };
    case 4:
      return { k: "struct", of: some(2) };
    case 5:
      return { k: "map", of: some(pick(3)) };
    case 6: {
      const [type, from] = numbers[pick(numbers.length)]!;
      return {
        k: "numbers",
        type,
        of: Array.from({ length: pick(3) }, () => from[pick(from.length)]),
      };
    }
    default:
      return leaves[pick(leaves.length)]!;
  }
}

/** A tree like the one given: parts of it the very same, others made again, few of them changed. */
function like(t: Tree, pick: Pick, depth: number): Tree {
  const how = pick(24);
  if (how < 3) return t;
  if (how === 3) return tree(pick, depth);
  if (t.k === "numbers") return { ...t, of: [...t.of] };
  if (!("of" in t) || t.of === null) return { ...t };
  return { ...t, of: t.of.map((part) => like(part, pick, Math.max(depth - 1, 0))) };
}

it("agrees with a simple comparison of what random trees were made from", () => {
  const answers = { true: 0, false: 0 };
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const pick = picks(seed);
      const a = tree(pick, 4);
      const b = like(a, pick, 4);
      const make = maker(makeSpace(1 << 16));
      const want = same(a, b);
      answers[`${want}`]++;
      expect(deepEqual(make(a), make(b))).toBe(want);
      expect(deepEqual(make(b), make(a))).toBe(want);
    }),
    {
      numRuns: Number(process.env["GORT_FUZZ"] ?? 500),
      ...(process.env["GORT_SEED"] === undefined ? {} : { seed: Number(process.env["GORT_SEED"]) }),
    },
  );
  expect(Math.min(answers.true, answers.false)).toBeGreaterThan(0);
});

it("compares the elements of a slice as it compares each of them alone, whatever their kind", () => {
  const s = makeSpace();
  const at = (type: Type, v: unknown): number => {
    const p = s.alloc(type);
    type.store(s, p, v);
    return p;
  };
  const f = () => undefined;
  const kinds: readonly (readonly [Type, readonly (() => unknown)[]])[] = [
    [bool, [() => true, () => false]],
    ...[int, int8, int16, int32, uint, uint8, uint16, uint32, uintptr].map(
      (type) => [type, [() => 1, () => 2]] as const,
    ),
    ...[int64, uint64].map((type) => [type, [() => 1n, () => 2n]] as const),
    ...[float32, float64].map((type) => [type, [() => 0, () => -0, () => NaN]] as const),
    ...[complex64, complex128].map(
      (type) => [type, [() => ({ re: 0, im: 0 }), () => ({ re: 0, im: NaN })]] as const,
    ),
    [string, [() => "", () => "a"]],
    [ptr(float64), [() => 0, () => at(float64, 1), () => at(float64, NaN)]],
    [unsafePointer, [() => 0, () => 64]],
    [slice(int), [() => place(s, int, null), () => place(s, int, []), () => place(s, int, [1])]],
    [array(any, 1), [() => [1], () => [toInterface(slice(int), place(s, int, [1]) as never, s)]]],
    [struct({ x: any }), [() => ({ x: 1 }), () => ({ x: NaN })]],
    [map(string, int), [() => null, () => new Map(), () => new Map([["a", 1]])]],
    [chan(int), [() => null, () => s]],
    [func(), [() => null, () => f]],
    [
      any,
      [
        () => null,
        () => 1,
        () => toInterface(ptr(int), at(int, 5), s),
        () => toInterface(slice(int), place(s, int, [1]) as never, s),
        () => toInterface(slice(any), place(s, any, [1]) as never, s),
        () => toInterface(map(string, int), new Map([["a", 1]])),
        () => NaN,
      ],
    ],
    [
      error,
      [
        () => null,
        () => convert(toInterface(Errors, place(s, any, [1]) as never, s), error),
        () => convert(toInterface(Errors, place(s, any, [NaN]) as never, s), error),
      ],
    ],
  ];
  for (const [type, values] of kinds)
    for (const v of values)
      for (const w of values) {
        const [a, b] = [v(), w()];
        const one = array(type, 1);
        const alone = deepEqual(toInterface(one, [a], s), toInterface(one, [b], s));
        const list = (x: unknown) => toInterface(slice(type), place(s, type, [x]) as never, s);
        expect(deepEqual(list(a), list(b)), `[]${type.name}`).toBe(alone);
      }
});
