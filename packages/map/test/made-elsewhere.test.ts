/** Keys and values of a type whose descriptor somebody else made: its kind says how they lie in memory, and nothing else. */
import {
  array,
  bool,
  float64,
  int,
  int16,
  int32,
  int64,
  int8,
  named,
  ptr,
  string,
  struct,
  toInterface,
  any,
  type Type,
  type TypeExtras,
} from "@gort/types";
import { describe, expect, test } from "vitest";
import { checkMap, type GoMap, makeMap } from "../src/index.ts";
import { smallHeap } from "./support.ts";

/** A type that lies in memory as `base` does and looks otherwise in JavaScript. */
function codec<A, B>(
  base: Type<B>,
  to: (v: A) => B,
  from: (v: B) => A,
  extras: Partial<Type<A> & TypeExtras<A>> = {},
): Type<A> {
  return {
    kind: base.kind,
    name: `main.My${base.kind}`,
    size: base.size,
    align: base.align,
    ptrdata: base.ptrdata,
    ptrMask: base.ptrMask,
    comparable: true,
    zero: () => from(base.zero()),
    load: (s, p) => from(base.load(s, p)),
    store: (s, p, v) => base.store(s, p, to(v)),
    equal: (s, p, q) => base.equal(s, p, q),
    hash: (s, p, seed) => base.hash(s, p, seed),
    equalValues: (a, b) => base.equalValues(to(a), to(b)),
    hashValue: (v, seed) => base.hashValue(to(v), seed),
    ...extras,
  };
}

interface N {
  n: number;
}
const boxed = (base: Type<number>): Type<N> =>
  codec(
    base,
    (v) => v.n,
    (n) => ({ n }),
  );
const n = (v: number) => (): N => ({ n: v });
const date = codec(
  float64,
  (d: Date) => d.getTime(),
  (t) => new Date(t),
);
const tenths = codec(
  int32,
  (v: number) => v * 10,
  (v) => v / 10,
);

/** The type, and what makes two values of it anew. */
const samples: [name: string, type: Type<any>, a: () => unknown, b: () => unknown][] = [
  ["Date as float64", date, () => new Date(5), () => new Date(7)],
  ["object as int32", boxed(int32), n(5), n(7)],
  ["object as int8", boxed(int8), n(5), n(7)],
  ["number as int32", tenths, () => 20.5, () => -3.5],
  [
    "number as int64",
    codec(
      int64,
      (v: number) => BigInt(v),
      (v) => Number(v),
    ),
    () => 5,
    () => 7,
  ],
  [
    "string as bool",
    codec(
      bool,
      (v: string) => v === "yes",
      (v) => (v ? "yes" : "no"),
    ),
    () => "yes",
    () => "no",
  ],
  [
    "object as string",
    codec(
      string,
      (v: { s: string }) => v.s,
      (s) => ({ s }),
    ),
    () => ({ s: "a" }),
    () => ({ s: "b" }),
  ],
  [
    "object as struct",
    codec(
      struct({ x: int, y: int }),
      (v: N) => ({ x: v.n, y: 1 }),
      (v) => ({ n: v.x }),
    ),
    n(5),
    n(7),
  ],
  [
    "object as array",
    codec(
      array(int, 2),
      (v: N) => [v.n, 1],
      (v) => ({ n: v[0]! }),
    ),
    n(5),
    n(7),
  ],
];

/** Ways in which it is the type of a key or value, and what its values are then. */
const forms: [name: string, type: (t: Type) => Type, value: (v: unknown) => unknown][] = [
  ["alone", (t) => t, (v) => v],
  ["as the type of a field", (t) => struct({ v: t }).fields[0]!.type, (v) => v],
  ["named", (t) => named("main.Named", t), (v) => v],
  ["in a struct", (t) => struct({ v: t }), (v) => ({ v })],
  ["in a struct of two", (t) => struct({ id: int32, v: t }), (v) => ({ id: 1, v })],
  ["in a struct of three", (t) => struct({ a: int, b: t, c: int }), (b) => ({ a: 1, b, c: 2 })],
  ["deeper", (t) => struct({ l: array(struct({ v: t }), 1) }), (v) => ({ l: [{ v }] })],
];

describe.each([
  ["on values", () => ({})],
  ["in a heap", () => ({ heap: smallHeap() })],
] as const)("%s", (_, options) => {
  describe.each(samples)("%s", (_name, given, a, b) => {
    test.each(forms)("as a key: %s", (_form, form, value) => {
      const m = makeMap<unknown, number>(form(given), int32, options());
      for (const v of [a, b, a]) m.update(value(v()), (count) => count + 1);
      expect([m.len, m.get(value(a())), m.get(value(b()))]).toEqual([2, 2, 1]);
      const keys = [...m.keys()];
      for (const v of [a, b]) expect(keys).toContainEqual(value(v()));
      checkMap(m);
      expect([m.delete(value(a())), m.delete(value(a())), m.len]).toEqual([true, false, 1]);
      expect(m.get(value(a()))).toBe(0);
    });

    test.each(forms)("as a value: %s", (_form, form, value) => {
      const type = form(given);
      const ints: GoMap<any, any> = makeMap(int32, type, options());
      const strings: GoMap<any, any> = makeMap(string, type, options());
      for (const [m, k, l] of [
        [ints, 1, 2],
        [strings, "k", "l"],
      ] as const) {
        expect(m.get(k)).toEqual(type.zero());
        m.set(k, value(a()));
        m.set(l, value(a()));
        m.set(l, value(b()));
        expect([m.get(k), m.get(l)]).toEqual([value(a()), value(b())]);
        expect([...m.values()]).toContainEqual(value(b()));
        checkMap(m);
      }
    });
  });

  test("many, through growth", () => {
    const m = makeMap(struct({ id: int32, at: date }), date, options());
    const keys = Array.from({ length: 300 }, (_, i) => ({ id: i % 7, at: new Date(i) }));
    for (const k of keys) m.set(k, k.at);
    for (const k of keys) expect(m.get({ id: k.id, at: new Date(k.at) })).toEqual(k.at);
    expect(m.len).toBe(300);
    checkMap(m);
  });

  test("a key that does not equal itself, whatever its kind is", () => {
    // Go's NaT: no time at all.
    const same = (x: number, y: number): boolean => x === y && x !== -1;
    const time = codec<N, number>(
      int32,
      (v) => v.n,
      (v) => ({ n: v }),
      {
        equalValues: (x, y) => same(x.n, y.n),
        equal: (s, p, q) => same(int32.load(s, p), int32.load(s, q)),
      },
    );
    const m = makeMap(time, int32, options());
    for (let i = 0; i < 40; i++) m.set({ n: -1 }, i).set({ n: i }, i);
    expect([m.len, m.has({ n: -1 }), m.get({ n: 39 })]).toEqual([80, false, 39]);
    expect([...m.values()].sort((x, y) => x - y)).toHaveLength(80);
    checkMap(m);
  });

  test("a key written over one that equals it is not looked into", () => {
    interface Node {
      id: string;
      self?: Node;
    }
    const node = codec<Node | null, string>(
      string,
      (v) => v?.id.toLowerCase() ?? "",
      (id) => {
        if (id === "") return null;
        const v: Node = { id };
        v.self = v;
        return v;
      },
      { check: () => {} },
    );
    for (const [type, of] of [
      [struct({ v: node, f: float64 }), (v: Node | null) => ({ v, f: 0 })],
      [any, (v: Node | null) => toInterface(node, v)],
    ] as const) {
      const m: GoMap<any, number> = makeMap<any, number>(type, int32, options());
      const v: Node = { id: "A" };
      v.self = v;
      m.set(of(v), 1)
        .set(of({ id: "a" }), 2)
        .set(of(v), 3)
        .set(of(null), 4);
      m.set(of({ id: "" }), 5);
      expect([m.len, m.get(of({ id: "A" })), m.get(of(null))]).toEqual([2, 3, 5]);
    }
  });
});

test("what such a type copies itself is copied in and out", () => {
  const type: Type<Date> = { ...date, ...{ copy: (d: Date) => new Date(d) } };
  const m = makeMap(type, type);
  const d = new Date(5);
  m.set(d, d);
  d.setTime(6);
  m.get(new Date(5)).setTime(7);
  [...m.keys()][0]!.setTime(8);
  expect([m.get(new Date(5)), m.has(d)]).toEqual([new Date(5), false]);
});

describe("a descriptor that throws when it has written a part", () => {
  let fail = false;
  const half = <T>(base: Type<T>): Type<T> =>
    codec<T, T>(
      base,
      (v) => v,
      (v) => v,
      {
        store(s, p, v) {
          base.store(s, p, v);
          if (fail) throw new RangeError("no more of it");
        },
      },
    );

  test.each([
    ["alone", half(int16), 1, 2],
    ["in a struct of bytes", struct({ a: int8, b: half(int8) }), { a: 1, b: 1 }, { a: 2, b: 2 }],
    [
      "in a struct of halves of words",
      struct({ a: int16, b: half(int16), c: int16 }),
      { a: 1, b: 1, c: 1 },
      { a: 2, b: 2, c: 2 },
    ],
    ["of words", half(struct({ x: int, y: int })), { x: 1, y: 1 }, { x: 2, y: 2 }],
    [
      "with pointers",
      struct({ p: ptr(int), v: half(int32), s: string }),
      { p: 0, v: 1, s: "a" },
      { p: 0, v: 2, s: "b" },
    ],
  ] as [string, Type, unknown, unknown][])(
    "has changed nothing of the entry: %s",
    (_, type, a, b) => {
      const values = makeMap(int32, type, { heap: smallHeap() });
      // Its own idea of what is equal: all are one.
      const one: Type = codec(
        type,
        (v) => v,
        (v) => v,
        { equal: () => true, equalValues: () => true, hash: () => 1, hashValue: () => 1 },
      );
      const keys = makeMap(one, int32, { heap: smallHeap() });
      for (let k = 0; k < 3; k++) values.set(k, a);
      keys.set(a, 1);
      fail = true;
      try {
        expect(() => values.set(1, b)).toThrow("no more of it");
        expect(() => values.set(9, b)).toThrow("no more of it");
        expect(() => keys.set(b, 2)).toThrow("no more of it");
      } finally {
        fail = false;
      }
      expect([...values.values()]).toEqual([a, a, a]);
      expect([...keys]).toEqual([[a, 1]]);
      values.set(1, b);
      keys.set(b, 2);
      expect([values.get(0), values.get(1), values.get(2)]).toEqual([a, b, a]);
      expect([...keys]).toEqual([[b, 2]]);
      checkMap(values);
    },
  );
});
