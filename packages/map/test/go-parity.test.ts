/** Go's own answers, recorded in apps/oracle, and the behaviours of Go's map tests, one named test each. */
import { readFileSync } from "node:fs";
import {
  any,
  array,
  chan,
  complex128,
  float32,
  float64,
  func,
  int,
  int32,
  int64,
  map,
  named,
  ptr,
  isFatalError,
  isRuntimeError,
  slice,
  string,
  struct,
  toInterface,
  type Type,
  uint8,
} from "@gort/types";
import { describe, expect, test } from "vitest";
import { checkMap, type GoMap, makeMap, nilMap } from "../src/index.ts";
import { makers, smallHeap, stressHeap } from "./support.ts";

const oracle = (name: string) =>
  JSON.parse(
    readFileSync(new URL(`../../../apps/oracle/data/${name}.json`, import.meta.url), "utf8"),
  );
const facts = oracle("maptable");
const panics: { name: string; panicked: boolean; text: string }[] = oracle("panics").cases;
const textOf = (name: string): string => panics.find((c) => c.name === name)!.text;

function thrown(f: () => unknown): Error {
  try {
    f();
  } catch (e) {
    return e as Error;
  }
  throw new Error("nothing was thrown");
}

function filled(make: (typeof makers)[number][1], n: number): GoMap<number, number> {
  const m = make({ float: false });
  for (let i = 0; i < n; i++) m.set(i, i);
  return m;
}

describe("nil maps", () => {
  const m = nilMap(string, int);

  test("nil map: len 0, reads give zero and ok=false, range visits nothing, delete and clear are no-ops", () => {
    expect(m.len).toBe(0);
    expect(m.isNil).toBe(true);
    expect(m.get("a")).toBe(0);
    expect(m.getOk("a")).toEqual([0, false]);
    expect([...m]).toEqual([]);
    expect(m.delete("a")).toBe(false);
    m.clear();
    m.compact();
    m.forEach(() => expect.unreachable());
    checkMap(m);
  });

  test("writing (also m[k]++ and append) to a nil map panics, a runtime.Error without the prefix", () => {
    for (const f of [() => m.set("a", 1), () => m.update("a", (n) => n + 1)]) {
      const e = thrown(f);
      expect(isRuntimeError(e)).toBe(true);
      expect(e.message).toBe(textOf("map/nil-set"));
      expect(e.message).toBe(textOf("map/nil-op-set"));
    }
  });
});

describe.each(makers)("basics: %s", (_, make) => {
  test("maps are references: writes through n show in m", () => {
    const m = make({ float: false });
    const n = m;
    n.set(1, 2);
    expect(m.get(1)).toBe(2);
  });

  test("make with negative or absurd hint is accepted and treated as no hint", () => {
    for (const hint of [-1, -(2 ** 62), 2 ** 62, Infinity, NaN]) {
      const m = make({ float: false, hint });
      expect(m.stats().buckets).toBe(1);
      m.set(1, 1);
      expect(m.get(1)).toBe(1);
    }
  });

  test("len counts entries; delete of an absent key changes nothing", () => {
    const m = filled(make, 100);
    expect(m.delete(1000)).toBe(false);
    expect(m.len).toBe(100);
    m.set(5, 6);
    expect(m.len).toBe(100);
  });

  test("deleted and re-created elements start from zero, also after clearing by loop", () => {
    const m = make({ float: false });
    m.set(1, 99);
    m.delete(1);
    expect(m.update(1, (v) => v + 1)).toBe(1);
    for (let i = 0; i < 50; i++) m.set(i, 99);
    for (const k of m.keys()) m.delete(k);
    expect(m.len).toBe(0);
    for (let i = 0; i < 50; i++) expect(m.update(i, (v) => v + 1)).toBe(1);
  });

  test("op-assign works for every operator", () => {
    const m = make({ float: false });
    const ops: ((v: number) => number)[] = [
      () => 12345,
      (v) => v + 67890,
      (v) => Math.trunc(v / 123),
      (v) => v % 456,
      (v) => v - 5,
      (v) => v * 3,
      (v) => v << 2,
      (v) => v >> 1,
      (v) => v & 0xff,
      (v) => v | 0x100,
      (v) => v ^ 0x55,
    ];
    let want = 0;
    for (const op of ops) {
      want = op(want);
      expect(m.update(0, op)).toBe(want);
    }
    expect(m.get(0)).toBe(want);
  });

  test("if the right side panics, no entry is inserted", () => {
    const m = make({ float: false });
    expect(() =>
      m.update(1, () => {
        throw new Error("right side");
      }),
    ).toThrow("right side");
    expect(m.len).toBe(0);
    checkMap(m);
  });

  test("the table never shrinks after deletes; len is 0 and refilling needs no growth", () => {
    const m = filled(make, 3000);
    const { buckets } = m.stats();
    for (let i = 0; i < 3000; i++) m.delete(i);
    expect(m.len).toBe(0);
    expect(m.stats().buckets).toBe(buckets);
    for (let i = 0; i < 3000; i++) m.set(i, i);
    expect(m.stats().buckets).toBe(buckets);
  });

  test("steady delete and insert of fresh keys at constant size does not keep growing", () => {
    const m = filled(make, 100);
    let most = 0;
    for (let i = 100; i < 30_000; i++) {
      m.delete(i - 100);
      m.set(i, i);
      if (i % 500 === 0) most = Math.max(most, m.stats().bytes);
    }
    expect(m.stats().buckets).toBeLessThanOrEqual(64);
    expect(most).toBeLessThan(200_000);
    checkMap(m);
  });

  test("deletion clears the element slot", () => {
    const m = filled(make, 200);
    for (let i = 0; i < 200; i += 2) m.delete(i);
    for (const chain of m.dump().buckets) {
      for (const b of chain) b.tops.forEach((t, i) => expect(t >= 5 || b.clean[i]).toBe(true));
    }
  });

  test("buckets double when count exceeds 6.5 per bucket", () => {
    const m = make({ float: false });
    let n = 0;
    for (const [at, buckets] of facts.buckets_by_insert) {
      if (at > 6657) break;
      while (n < at - 1) m.set(++n, n);
      if (at > 0) {
        expect(m.stats().buckets).toBeLessThan(buckets);
        m.set(++n, n);
      }
      expect(m.stats().buckets).toBe(buckets);
    }
  });

  test("make(hint) gives the buckets that Go gives", () => {
    const steps: [number, number][] = facts.buckets_by_hint;
    steps.forEach(([hint, buckets], i) => {
      expect(make({ float: false, hint }).stats().buckets).toBe(buckets);
      const last = steps[i + 1]?.[0] ?? 20001;
      expect(make({ float: false, hint: last - 1 }).stats().buckets).toBe(buckets);
    });
  });

  test("concurrent reads without writers are fine, also right after growth", () => {
    const m = filled(make, 54);
    const ranges = [m.range(), m.range(), m.range()];
    for (let i = 0; i < 54; i++) {
      for (const r of ranges) expect(r.next()).toBe(true);
      expect(m.get(i)).toBe(i);
    }
    for (const r of ranges) expect(r.next()).toBe(false);
  });
});

describe("values and keys of Go's types", () => {
  test("missing key gives the zero value of the element type, however large", () => {
    const Big = array(int64, 200);
    const m = makeMap(int, Big, { heap: smallHeap() });
    expect(m.get(1)).toEqual(Array.from({ length: 200 }, () => 0n));
    m.set(
      1,
      Array.from({ length: 200 }, (_, i) => BigInt(i)),
    );
    expect(m.get(1)[199]).toBe(199n);
    expect(m.get(2)[199]).toBe(0n);
    checkMap(m);
  });

  test("m[k] = append(m[k], …) works on an absent key", () => {
    const m = makeMap<string, number[]>({ zero: () => [] });
    m.update("a", (s) => [...s, 1]);
    m.update("a", (s) => [...s, 2]);
    expect(m.get("a")).toEqual([1, 2]);
  });

  test("defer delete(m, k) evaluates k at defer time and deletes at exit", () => {
    const m = makeMap<number, boolean>({ zero: () => false });
    const deferred: (() => void)[] = [];
    for (let i = 0; i < 10; i++) {
      m.set(i, true);
      const k = i;
      deferred.push(() => m.delete(k));
    }
    expect(m.len).toBe(10);
    while (deferred.length > 0) deferred.pop()!();
    expect(m.len).toBe(0);
  });

  test("empty struct keys: one entry at most; empty struct values take part normally", () => {
    const Empty = struct({});
    for (const options of [{}, { heap: smallHeap() }]) {
      const a = makeMap(Empty, int32, options);
      a.set({}, 1);
      a.set({}, 2);
      expect(a.len).toBe(1);
      expect(a.get({})).toBe(2);
      checkMap(a);
      const b = makeMap(int32, Empty, options);
      for (let i = 0; i < 100; i++) b.set(i, {});
      expect(b.len).toBe(100);
      expect(b.getOk(7)).toEqual([{}, true]);
      expect(b.getOk(700)[1]).toBe(false);
      checkMap(b);
    }
  });

  test("complex keys follow the rules per part; arrays and structs holding NaN never match", () => {
    for (const options of [{}, { heap: smallHeap() }]) {
      const c = makeMap(complex128, int, options);
      c.set({ re: 0, im: -0 }, 1);
      c.set({ re: -0, im: 0 }, 2);
      expect(c.len).toBe(1);
      c.set({ re: NaN, im: 0 }, 3);
      c.set({ re: NaN, im: 0 }, 4);
      expect(c.len).toBe(3);
      expect(c.has({ re: NaN, im: 0 })).toBe(false);
      const a = makeMap(array(float64, 2), int, options);
      a.set([1, NaN], 1);
      a.set([1, NaN], 2);
      a.set([1, 2], 3);
      a.set([1, 2], 4);
      expect(a.len).toBe(3);
      expect(a.get([1, 2])).toBe(4);
      expect([...a.values()].sort()).toEqual([1, 2, 4]);
      checkMap(a);
      checkMap(c);
    }
  });

  test("struct and array keys compare field by field; same fields under another type are another key", () => {
    const A = named("A", struct({ a: int, b: string }));
    const B = named("B", struct({ a: int, b: string }));
    const m = makeMap(any, int, { heap: smallHeap() });
    m.set(toInterface(A, { a: 1, b: "x" }), 1);
    expect(m.get(toInterface(A, { a: 1, b: "x" }))).toBe(1);
    expect(m.has(toInterface(A, { a: 1, b: "y" }))).toBe(false);
    expect(m.has(toInterface(B, { a: 1, b: "x" }))).toBe(false);
  });

  test("pointer and channel keys compare by identity", () => {
    const heap = smallHeap();
    const p = heap.alloc(int32);
    const q = heap.alloc(int32);
    using _p = heap.root(p);
    using _q = heap.root(q);
    const m = makeMap(ptr(int32), int, { heap });
    m.set(p, 1);
    expect(m.get(p)).toBe(1);
    expect(m.has(q)).toBe(false);
    for (const options of [{}, { heap }]) {
      const ch = { name: "a channel" };
      const byChan = makeMap(chan(int), int, options);
      byChan.set(ch, 1).set(null, 2);
      for (let i = 0; i < 50; i++) byChan.set({ name: "a channel" }, i);
      heap.collect();
      expect(byChan.len).toBe(52);
      expect([byChan.get(ch), byChan.get(null)]).toEqual([1, 2]);
      expect(byChan.has({ name: "a channel" })).toBe(false);
      checkMap(byChan);
      expect([byChan.delete(ch), byChan.has(ch), byChan.has(null)]).toEqual([true, false, true]);
      checkMap(byChan);
    }
  });

  const heap = stressHeap();
  const pA = heap.alloc(int);
  const pB = heap.alloc(int);
  heap.root(pA);
  heap.root(pB);
  const chA = {};
  const chB = {};
  const value = (text: string): unknown => {
    const v = <T>(t: Type<T>, x: T) => toInterface(t, x);
    const St = named("st", struct({ a: int, b: string }));
    const St2 = named("st2", struct({ a: int, b: string }));
    const table: Record<string, [unknown, unknown]> = {
      "int 1 / int 1": [v(int, 1), v(int, 1)],
      "int 1 / int64 1": [v(int, 1), v(int64, 1n)],
      "int 1 / float64 1": [v(int, 1), v(float64, 1)],
      "int 1 / named 1": [v(int, 1), v(named("named", int), 1)],
      "uint8 97 / rune 97": [v(uint8, 97), v(int32, 97)],
      "rune 97 / int32 97": [v(int32, 97), v(int32, 97)],
      "byte 1 / uint8 1": [v(uint8, 1), v(uint8, 1)],
      "string a / string a": [v(string, "a"), v(string, String.fromCharCode(97))],
      "string 1 / int 1": [v(string, "1"), v(int, 1)],
      "+0.0 / -0.0": [v(float64, 0), v(float64, -0)],
      "NaN / NaN": [v(float64, NaN), v(float64, NaN)],
      "float32 0.1 / float64 0.1": [v(float32, 0.1), v(float64, 0.1)],
      "complex 1+0i / float64 1": [v(complex128, { re: 1, im: 0 }), v(float64, 1)],
      "complex(0,0) / complex(-0,0)": [
        v(complex128, { re: 0, im: 0 }),
        v(complex128, { re: -0, im: 0 }),
      ],
      "complex NaN / complex NaN": [
        v(complex128, { re: NaN, im: 0 }),
        v(complex128, { re: NaN, im: 0 }),
      ],
      "struct / equal struct": [v(St, { a: 1, b: "x" }), v(St, { a: 1, b: "x" })],
      "struct / other type same fields": [v(St, { a: 1, b: "x" }), v(St2, { a: 1, b: "x" })],
      "array / equal array": [v(array(int, 2), [1, 2]), v(array(int, 2), [1, 2])],
      "array [2]any{1,x} / equal": [
        v(array(any, 2), [v(int, 1), v(string, "x")]),
        v(array(any, 2), [v(int, 1), v(string, "x")]),
      ],
      "array [2]any{1} / [2]any{int64 1}": [
        v(array(any, 2), [v(int, 1), v(int, 0)]),
        v(array(any, 2), [v(int64, 1n), v(int, 0)]),
      ],
      "nil / nil": [null, null],
      "nil / (*int)(nil)": [null, v(ptr(int), 0)],
      "(*int)(nil) / (*string)(nil)": [v(ptr(int), 0), v(ptr(string), 0)],
      "pointer / same pointer": [v(ptr(int), pA), v(ptr(int), pA)],
      "pointer / other pointer to equal value": [v(ptr(int), pA), v(ptr(int), pB)],
      "chan / same chan": [v(chan(int), chA), v(chan(int), chA)],
      "chan / other chan": [v(chan(int), chA), v(chan(int), chB)],
      "true / true": [true, true],
      "empty struct / empty struct": [v(struct({}), {}), v(struct({}), {})],
      "struct with NaN / itself": [v(array(float64, 1), [NaN]), v(array(float64, 1), [NaN])],
    };
    return table[text];
  };

  test.each(facts.key_equality_name_found_lenAfterSet as [string, boolean, number][])(
    "key of type interface compares dynamic type and value: %s",
    (name, found, len) => {
      const [a, b] = value(name) as [any, any];
      for (const options of [{}, { heap }]) {
        using m = makeMap(any, int, options);
        m.set(a, 7);
        heap.safepoint();
        expect(m.has(b)).toBe(found);
        m.set(b, 8);
        expect(m.len).toBe(len);
        checkMap(m);
      }
    },
  );
});

describe("unhashable keys", () => {
  const Bad = named("main.S", struct({ s: slice(int) }));
  const header = { ptr: 0, len: 0, cap: 0 };
  const keys: [string, unknown][] = [
    ["map/unhashable-set", toInterface(slice(int), header)],
    ["map/unhashable-map", toInterface(map(string, int), {})],
    ["map/unhashable-struct", toInterface(Bad, { s: header })],
    ["map/unhashable-array", toInterface(array(any, 1), [toInterface(slice(int), header)])],
  ];

  test.each(keys)("%s panics with Go's text; the map stays usable", (name, key) => {
    for (const options of [{}, { heap: smallHeap() }]) {
      const m = makeMap(any, int, options);
      m.set("a", 1);
      for (const f of [
        () => m.set(key, 1),
        () => m.get(key),
        () => m.has(key),
        () => m.delete(key),
      ]) {
        const e = thrown(f);
        expect(isRuntimeError(e)).toBe(true);
        expect(e.message).toBe(textOf(name));
      }
      m.set("b", 2);
      expect(m.len).toBe(2);
      checkMap(m);
    }
  });

  test("the same panic happens on reading or deleting from an empty or nil map", () => {
    const key = toInterface(slice(int), header) as any;
    for (const m of [
      makeMap(any, int),
      nilMap(any, int),
      makeMap(any, int, { heap: smallHeap() }),
    ]) {
      expect(thrown(() => m.get(key)).message).toBe(textOf("map/unhashable-get-empty"));
      expect(thrown(() => m.getOk(key)).message).toBe(textOf("map/unhashable-get-nil"));
      expect(thrown(() => m.delete(key)).message).toBe(textOf("map/unhashable-delete-empty"));
    }
  });

  test("an update reads before it writes, as m[k] /= v and m[k] = append(m[k], v) do: of a nil map, too, it is the key that panics", () => {
    const key = toInterface(slice(int), header) as any;
    const m = nilMap(any, int);
    const change = (): number => expect.unreachable();
    expect(thrown(() => m.update(key, change)).message).toBe(textOf("map/unhashable-get-nil"));
    expect(thrown(() => m.set(key, 1)).message).toBe(textOf("map/nil-set"));
  });

  test("a nil function panics as every function does, alone and in a struct, and is a value that keeps its type", () => {
    const nil = toInterface(func(), null);
    const Key = struct({ k: any });
    for (const options of [{}, { heap: smallHeap() }]) {
      const m = makeMap(any, any, options);
      const n = makeMap(Key, int, options);
      for (const f of [
        () => m.set(nil, 1),
        () => m.get(nil),
        () => m.delete(nil),
        () => n.set({ k: nil }, 1),
        () => n.get({ k: nil }),
      ])
        expect(thrown(f).message).toBe("runtime error: hash of unhashable type func()");
      expect([m.len, n.len]).toEqual([0, 0]);
      m.set("a", nil);
      expect(String(m.get("a"))).toBe("func()(null)");
      checkMap(m);
    }
  });

  test("a key type without == is refused when the map is made", () => {
    expect(() => makeMap(slice(int), int)).toThrow("invalid map key type []int");
    expect(() => makeMap(Bad, int, { heap: smallHeap() })).toThrow("invalid map key type main.S");
  });
});

const numberOf = (text: string): number =>
  text === "+Inf" ? Infinity : text === "-Inf" ? -Infinity : Number(text);
const fkey = (f: number): string => {
  if (Math.abs(f) === Infinity) return f < 0 ? "-Inf" : "+Inf";
  if (f === 1e300) return "1e+300";
  return Object.is(f, -0) ? "-0" : String(f);
};

describe.each(makers)("float programs recorded from Go: %s", (_, make) => {
  test.each((facts.float_programs as any[][][]).map((steps, i) => [i + 1, steps] as const))(
    "program %i",
    (_n, steps) => {
      const m = make({ float: true });
      for (const [op, a, b, c] of steps) {
        if (op === "set") m.set(numberOf(a), b);
        else if (op === "add") m.update(numberOf(a), (v) => v + b);
        else if (op === "del") m.delete(numberOf(a));
        else if (op === "delete-loop") for (const k of m.keys()) m.delete(k);
        if (op === "get") expect(m.getOk(numberOf(a))).toEqual([b, c]);
        else if (op === "entries") {
          const got = [...m].map(([k, v]) => `${fkey(k)}=${v}`);
          expect(got.sort()).toEqual([...a].sort());
        } else expect(m.len).toBe(op === "del" ? b : op === "delete-loop" ? a : c);
        checkMap(m);
      }
    },
  );
});

test("concurrent use is detected: a write from inside a hash or equal function", () => {
  let inside: (() => void) | null = null;
  const m = makeMap<number, number>({
    key: {
      hash: (k: number) => (inside?.(), k % 4),
      equal: (a: number, b: number) => (inside?.(), a === b),
    },
  });
  m.set(1, 1);
  const during = (op: () => void, nested: () => void): string => {
    inside = nested;
    try {
      const e = thrown(op);
      expect(isFatalError(e)).toBe(true);
      return e.message;
    } finally {
      inside = null;
    }
  };
  expect(
    during(
      () => m.set(5, 5),
      () => m.set(9, 9),
    ),
  ).toBe("concurrent map writes");
  expect(
    during(
      () => m.delete(5),
      () => m.clear(),
    ),
  ).toBe("concurrent map writes");
  expect(
    during(
      () => m.set(5, 5),
      () => m.get(9),
    ),
  ).toBe("concurrent map read and map write");
  expect(
    during(
      () => m.get(1),
      () => m.set(9, 9),
    ),
  ).toBe("concurrent map read and map write");
  const r = m.range();
  expect(
    during(
      () => m.set(5, 5),
      () => r.next(),
    ),
  ).toBe("concurrent map iteration and map write");
  expect([...m]).toEqual([[1, 1]]);
  checkMap(m);
});
