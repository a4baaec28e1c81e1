/** Code of others that runs inside an operation (getters of keys and values, hashers, descriptors, callbacks) and uses the map. */
import type { Heap } from "@gort/gc";
import {
  any,
  array,
  complex128,
  float64,
  int32,
  int64,
  isFatalError,
  string,
  struct,
  toInterface,
  type InterfaceValue,
  type Type,
} from "@gort/types";
import { describe, expect, test } from "vitest";
import {
  checkMap,
  type GoMap,
  makeMap,
  type MapRange,
  mapAt,
  structKey,
  tupleKey,
} from "../src/index.ts";
import { picker, rounds, seed, smallHeap, stressHeap } from "./support.ts";

const C = struct({ x: int32, y: int32 });
const D = struct({ x: int32, y: int32, z: int32 });
const G = struct({ x: float64, s: string });
const V = struct({ v: float64 });

const text = (v: unknown): string =>
  JSON.stringify(v, (_, x: unknown) => (typeof x === "bigint" ? `${x}n` : x));

describe.each(["on values", "in a heap"] as const)("%s", (where) => {
  const make = (key: Type, value: Type): GoMap<any, any> =>
    makeMap(key, value, where === "in a heap" ? { heap: smallHeap() } : {});

  test.each([
    [C, { x: 2, y: 2 }, { x: 7, y: 7 }],
    [D, { x: 2, y: 2, z: 2 }, { x: 7, y: 7, z: 7 }],
    [G, { x: 2, s: "2" }, { x: 7, s: "7" }],
    [array(int32, 2), [2, 2], [7, 7]],
  ] as const)(
    "a value that is made when it is read, from the map itself: keys of type $name",
    (type: Type, two, seven) => {
      const m = make(type, V);
      m.set(two, { v: 2 });
      let made: number | undefined;
      m.set(seven, {
        get v() {
          return (made ??= (m.get(two).v as number) + 40);
        },
      });
      expect([m.get(two).v, m.get(seven).v, m.len]).toEqual([2, 42, 2]);
      checkMap(m);
    },
  );

  test("a key whose fields are read from the map, by keys of the same type", () => {
    for (const type of [C, D]) {
      const m = make(type, int32);
      for (let i = 0; i < 20; i++) m.set({ x: i, y: i, z: i }, i);
      const key = (i: number): any => ({
        x: 100 + i,
        get y() {
          return m.get({ x: i, y: i, z: i }) as number;
        },
        get z() {
          return m.has({ x: 0, y: 0, z: 0 }) ? 5 : 6;
        },
      });
      for (let i = 0; i < 20; i++) m.set(key(i), i + 50);
      for (let i = 0; i < 20; i++) {
        expect(m.get({ x: 100 + i, y: i, z: 5 })).toBe(i + 50);
        expect(m.get(key(i))).toBe(i + 50);
        expect(m.delete(key(i))).toBe(true);
      }
      expect(m.len).toBe(20);
      checkMap(m);
    }
  });

  test.each(["clear", "compact", "grow"] as const)("%s in a getter of a key or a value", (what) => {
    for (const type of [C, D, G]) {
      const m = make(type, V);
      const disturb = (): void => {
        if (what !== "grow") m[what]();
        else for (let i = 0; i < 50; i++) m.set({ x: i + 1000, y: m.len, z: 0, s: "" }, { v: i });
      };
      for (let i = 0; i < 30; i++) m.set({ x: i, y: i, z: i, s: "" }, { v: i });
      const key = { x: 5, y: 5, z: 5, s: "" };
      const sly = Object.defineProperty({ ...key }, "x", {
        get: () => (disturb(), 5),
      });
      const slyValue = Object.defineProperty({}, "v", {
        get: () => (disturb(), 7),
      }) as { v: number };
      for (const use of [
        () => m.get(sly),
        () => m.has(sly),
        () => m.set(sly, { v: 1 }),
        () => m.delete(sly),
        () => m.set(key, slyValue),
        () => m.set(sly, slyValue),
        () => m.update(sly, () => slyValue),
      ]) {
        try {
          use();
        } catch (e) {
          // On JavaScript values, to look a key up by a descriptor is to read it in place.
          expect(isFatalError(e) && where === "on values" && type !== C).toBe(true);
        }
        checkMap(m);
      }
      expect(m.get(key)).toEqual({ v: 7 });
    }
  });

  test("update reads its key once, and stores under that key whatever its function does to the object", () => {
    for (const type of [C, D, G]) {
      const m = make(type, int32);
      const key = { x: 1, y: 2, z: 3, s: "s" };
      m.set(key, 10);
      const given = { ...key };
      expect(m.update(given, (n: number) => ((given.x = 9), n + 1))).toBe(11);
      expect([m.get(key), m.len]).toEqual([11, 1]);
      checkMap(m);
    }
  });
});

test("a map that is released while a key or value is read says so", () => {
  for (const type of [C, D, G]) {
    for (const use of [
      (m: GoMap<any, any>, sly: any) => m.get(sly),
      (m: GoMap<any, any>, sly: any) => m.set(sly, { v: 1 }),
      (m: GoMap<any, any>, sly: any) => m.set({ x: 1, y: 1, z: 1, s: "" }, sly),
    ]) {
      const heap = smallHeap();
      const m = makeMap<any, any>(type, V, { heap });
      m.set({ x: 1, y: 1, z: 1, s: "" }, { v: 1 });
      using same = mapAt<any, any>(heap, m.ptr, type, V);
      const sly = { y: 1, z: 1, s: "", v: 1 };
      Object.defineProperty(sly, "x", { get: () => (m.release(), heap.collect(), 1) });
      Object.defineProperty(sly, "v", { get: () => (m.release(), heap.collect(), 1) });
      expect(() => use(m, sly)).toThrow("map: used after release");
      same.set({ x: 2, y: 2, z: 2, s: "" }, { v: 2 });
      expect(same.len).toBe(2);
      checkMap(same);
    }
  }
});

/** A type that somebody else made: only the public contract, and `inside` runs in each of its methods. */
function foreign<T>(t: Type<T>, inside: (method: string) => void): Type<T> {
  const run =
    <A extends unknown[], R>(name: string, f: (...args: A) => R) =>
    (...args: A): R => {
      inside(name);
      return f(...args);
    };
  return {
    kind: t.kind,
    name: t.name,
    size: t.size,
    align: t.align,
    ptrdata: t.ptrdata,
    ptrMask: t.ptrMask,
    comparable: t.comparable,
    fields: (t as any).fields,
    elem: (t as any).elem,
    zero: () => t.zero(),
    load: run("load", (space, p) => t.load(space, p)),
    store: run("store", (space, p, v) => t.store(space, p, v)),
    equal: run("equal", (space, p, q) => t.equal(space, p, q)),
    hash: run("hash", (space, p, s) => t.hash(space, p, s)),
    equalValues: run("equalValues", (a, b) => t.equalValues(a, b)),
    hashValue: run("hashValue", (v, s) => t.hashValue(v, s)),
  } as Type<T>;
}

test("what is written over and put back is kept while a descriptor of somebody else's collects, and then throws", () => {
  const heap = stressHeap();
  const Held = struct({ first: any, held: any });
  let inside: (() => void) | null = null;
  const partly: Type<any> = {
    ...foreign(Held, () => {}),
    store: (space, p, v) => {
      Held.store(space, p, v);
      inside?.();
    },
  };
  const m = makeMap(
    foreign(any, () => {}),
    partly,
    { heap },
  );
  m.set("key", { first: "some", held: "value" });
  inside = () => {
    heap.collect();
    throw new Error("mine");
  };
  expect(() => m.set("key", { first: "other", held: "values" })).toThrow("mine");
  inside = null;
  heap.collect();
  checkMap(m);
  expect([...m]).toEqual([["key", { first: "some", held: "value" }]]);
});

test("what an interface holds of somebody else's type is kept while its descriptor collects, whether it then throws or not", () => {
  const heap = stressHeap();
  const Held = struct({ first: any, held: any });
  let inside: (() => void) | null = null;
  const other = foreign(Held, (method) => method === "store" && inside?.());
  const value = (n: number): unknown => toInterface(other, { first: `some ${n}`, held: n });
  const m = makeMap(any, any, { heap });
  inside = () => heap.collect();
  for (let i = 0; i < 20; i++) m.set(value(i), value(i + 1));
  m.set(value(3), value(50));
  inside = () => {
    heap.collect();
    throw new Error("mine");
  };
  expect(() => m.set(value(4), value(60))).toThrow("mine");
  expect(() => m.set(value(70), value(1))).toThrow("mine");
  inside = null;
  const objects = (): number => {
    heap.collect();
    return heap.stats().heapObjects;
  };
  m.set(value(3), value(51));
  const before = objects();
  m.set(value(3), value(50));
  // What was written over is nobody's any more.
  expect(objects()).toBe(before);
  checkMap(m);
  expect(m.len).toBe(20);
  for (let i = 0; i < 20; i++) {
    const n = i === 3 ? 50 : i + 1;
    const got = m.get(value(i)) as InterfaceValue;
    expect(got.value).toEqual({ first: `some ${n}`, held: n });
  }
});

test("a range that is gone on with by a hasher, which then throws, gives no entry twice", () => {
  let inside: (() => void) | null = null;
  const m = makeMap<string, number>({
    key: {
      hash: (k: string) => (inside?.(), k.length * 0x9e3779b1),
      equal: (a: string, b: string) => a === b,
    },
  });
  const key = (i: number): string => "k".repeat(i + 1);
  for (let i = 0; i < 8; i++) m.set(key(i), i);
  const r = m.range();
  const seen: number[] = [];
  expect(r.next()).toBe(true);
  seen.push(r.value);
  // From here on the range looks its keys up.
  for (let i = 8; i < 40; i++) m.set(key(i), i);
  inside = () => {
    inside = null;
    expect(r.next()).toBe(true);
    seen.push(r.value);
    throw new Error("no hash");
  };
  expect(() => r.next()).toThrow("no hash");
  while (r.next()) seen.push(r.value);
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen.length).toBeGreaterThan(6);
  checkMap(m);
});

describe("random programs whose keys, values, hashers, descriptors and callbacks run programs themselves", () => {
  interface Kind {
    readonly name: string;
    readonly make: (heap: Heap, inside: () => void) => GoMap<any, any, any>;
    readonly key: (n: number) => any;
    readonly value: (n: number) => any;
  }
  const point = (n: number): any => ({ x: n % 8, y: n >> 3, z: n & 1, s: `s${n}` });
  const types: [Type, (n: number) => any][] = [
    [C, (n) => ({ x: n % 8, y: n >> 3 })],
    [D, (n) => ({ x: n % 8, y: n >> 3, z: 1 })],
    [struct({ in: C, u: int32 }), (n) => ({ in: { x: n, y: 1 }, u: 2 })],
    [struct({ s: string, n: int32 }), (n) => ({ s: `k${n % 5}`, n })],
    [G, (n) => ({ x: n, s: `g${n}` })],
    [array(int32, 2), (n) => [n % 7, n]],
    [array(int64, 20), (n) => Array.from({ length: 20 }, (_, i) => BigInt(n + i))],
    [complex128, (n) => ({ re: n, im: 1 })],
    [any, (n) => [n, `a${n}`][n & 1]],
    [string, (n) => `k${n}`],
    [int32, (n) => n],
  ];
  const kinds: Kind[] = types.flatMap(([type, key], i) => {
    const [value, valueOf] = types[(i * 3 + 1) % types.length]!;
    return [false, true].map((inHeap) => ({
      name: `map[${type.name}]${value.name} ${inHeap ? "in a heap" : "on values"}`,
      make: (heap: Heap) => makeMap(type, value, inHeap ? { heap } : {}),
      key,
      value: valueOf,
    }));
  });
  for (const [type, key] of types) {
    for (const inHeap of [false, true]) {
      kinds.push({
        name: `map[foreign ${type.name}]foreign struct ${inHeap ? "in a heap" : "on values"}`,
        make: (heap, inside) =>
          makeMap(foreign(type, inside), foreign(V, inside), inHeap ? { heap } : {}),
        key,
        value: (n) => ({ v: n / 2 }),
      });
    }
  }
  const value = (n: number): unknown => [n, n / 3, `v${n}`][n % 3];
  kinds.push(
    {
      name: "structKey of two",
      make: () => makeMap({ key: structKey("x", "y") }),
      key: (n) => ({ x: n % 8, y: n >> 3 }),
      value,
    },
    {
      name: "structKey of four",
      make: () => makeMap({ key: structKey("x", "y", "z", "s") }),
      key: point,
      value,
    },
    {
      name: "tupleKey",
      make: () => makeMap({ key: tupleKey() }),
      key: (n) => [n % 5, `t${n}`],
      value,
    },
    {
      name: "a hasher whose functions use the map",
      make: (_, inside) =>
        makeMap({
          key: {
            hash: (k: { x: number }) => (inside(), k.x % 7),
            equal: (a: any, b: any) => (inside(), text(a) === text(b)),
            copy: (k: object) => (inside(), { ...k }),
          },
        }),
      key: point,
      value,
    },
  );

  function program(kind: Kind, from: number, steps: number): void {
    const pick = picker(from);
    const heap = smallHeap();
    let depth = 0;
    let on = false;
    const inside = (): void => {
      if (on && depth < 3 && pick(6) === 0) some();
      if (on && pick(60) === 0) throw new Error("mine");
    };
    const m = kind.make(heap, inside);
    const model = new Map<string, string>();
    const ranges: MapRange<any, any>[] = [];
    /** The same with a getter, which runs a program, in one of its fields. */
    const sly = (v: any): any => {
      if (typeof v !== "object" || pick(2) === 0) return v;
      const copy = Array.isArray(v) ? [...v] : { ...v };
      const names = Object.keys(copy);
      const name = names[pick(names.length)]!;
      const was = copy[name];
      return Object.defineProperty(copy, name, {
        enumerable: true,
        get: () => (inside(), was),
      });
    };
    /** What is done inside may be refused, or throw an error of its own; all else is a mistake. */
    const attempt = (op: () => void): void => {
      depth++;
      try {
        op();
      } catch (e) {
        if (!isFatalError(e) && (e as Error).message !== "mine") throw e;
      } finally {
        depth--;
      }
    };
    const some = (): void => {
      for (let i = 1 + pick(3); i > 0; i--) attempt(step);
    };
    const found = (k: string, v: unknown): void => {
      // Only what is there now counts: what ran inside may have changed it since, a foreign `load` last of all.
      if (depth <= 1 && !kind.name.includes("foreign"))
        expect(model.get(k), note).toBe(v === undefined ? undefined : text(v));
    };
    let note = "";
    const step = (): void => {
      const n = pick(70);
      const plain = kind.key(n);
      const k = text(plain);
      const key = sly(plain);
      const what = pick(100);
      if (what < 40) {
        const v = kind.value(pick(50));
        m.set(key, sly(v));
        model.set(k, text(v));
      } else if (what < 55) {
        const had = m.delete(key);
        expect(model.delete(k), note).toBe(had);
      } else if (what < 65) {
        const [v, ok] = m.getOk(key);
        found(k, ok ? v : undefined);
      } else if (what < 72) {
        expect(m.has(key), note).toBe(model.has(k));
      } else if (what < 80) {
        const v = kind.value(pick(50));
        m.update(key, () => (inside(), sly(v)));
        model.set(k, text(v));
      } else if (what < 82) {
        m.clear();
        model.clear();
      } else if (what < 84) {
        m.compact();
      } else if (what < 90) {
        if (ranges.length > 3) ranges.shift();
        ranges.push(m.range());
      } else if (ranges.length > 0) {
        const r = ranges[pick(ranges.length)]!;
        if (r.next()) found(text(r.key), r.value);
        if (depth === 0 && pick(2) === 0) for (let i = pick(20); i > 0 && r.next(); i--);
      } else {
        heap.collect();
      }
      if (depth === 1) expect(m.len, note).toBe(model.size);
    };
    for (let i = 0; i < steps; i++) {
      note = `${kind.name}, seed ${from}, step ${i}`;
      on = true;
      attempt(step);
      on = false;
      ranges.splice(0, pick(20) === 0 ? 4 : 0);
      try {
        checkMap(m);
      } catch (e) {
        throw new Error(note, { cause: e });
      }
      expect(m.len, note).toBe(model.size);
    }
    expect([...m].map(([k, v]) => `${text(k)}=${text(v)}`).sort(), note).toEqual(
      [...model].map(([k, v]) => `${k}=${v}`).sort(),
    );
    m.release();
  }

  test.each(kinds.map((k) => [k.name, k] as const))("%s", (_, kind) => {
    for (let i = 0; i < rounds(3); i++) program(kind, seed + i, 250);
  });
});

test("a key outside of its bucket that a descriptor deletes while a range asks whether it equals itself is left out", () => {
  let inside = (): void => {};
  const key = foreign(array(float64, 20), () => inside());
  const m = makeMap(key, int32, { heap: smallHeap() });
  const keyOf = (n: number): number[] => Array.from({ length: 20 }, () => n);
  for (let n = 0; n < 5; n++) m.set(keyOf(n), n);
  const range = m.range();
  inside = () => {
    inside = () => {};
    for (let n = 0; n < 4; n++) m.delete(keyOf(n));
  };
  const seen: number[] = [];
  while (range.next()) seen.push(range.value);
  expect(seen).toEqual([4]);
  checkMap(m);
});

test("a range goes on where a hasher threw: no key is left out or comes twice", () => {
  let left = Infinity;
  let thrown = 0;
  const key = {
    hash(k: number, seed: number): number {
      if (left-- === 0) throw new Error("mine");
      return Math.imul(k ^ seed, 0x9e3779b1) ^ (k >>> 1);
    },
    equal: (a: number, b: number) => a === b,
  };
  const all = Array.from({ length: 104 }, (_, i) => i);
  for (const start of [3, 100])
    for (let at = 0; at < 120; at++) {
      const m = makeMap<number, number>({ key });
      for (const i of all) m.set(i, i);
      const r = m.range();
      const seen: number[] = [];
      for (let i = 0; i < start && r.next(); i++) seen.push(r.key);
      // Grows, so that the range looks up what it has read before.
      m.set(104, 104);
      left = at;
      for (let more = true; more;) {
        try {
          more = r.next();
          if (more) seen.push(r.key);
        } catch (error) {
          expect((error as Error).message).toBe("mine");
          thrown++;
        }
      }
      left = Infinity;
      expect(seen.filter((k) => k < 104).sort((a, b) => a - b)).toEqual(all);
    }
  expect(thrown).toBeGreaterThan(0);
});
