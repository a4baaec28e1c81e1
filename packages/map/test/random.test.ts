/** Sources of random numbers: what a seed means. */
import { any, float32, float64, int32, struct, type Type } from "@gort/types";
import { describe, expect, test } from "vitest";
import { checkMap, type GoMap, makeMap, randomSource, structKey, tupleKey } from "../src/index.ts";
import { smallHeap } from "./support.ts";

const first = (seed?: number): string => {
  const next = randomSource(seed);
  return Array.from({ length: 4 }, next).join();
};

test("the same seed gives the same sequence, whatever number it is; other seeds give others", () => {
  const seeds = [
    1,
    -1,
    7,
    0.5,
    0.25,
    1.5,
    2 ** 32,
    2 ** 32 + 1,
    2 ** 33,
    1e300,
    Infinity,
    -Infinity,
    NaN,
  ];
  for (const seed of seeds) expect(first(seed)).toBe(first(seed));
  expect(new Set(seeds.map(first)).size).toBe(seeds.length);
});

test("0 and undefined mean a random seed", () => {
  for (const seed of [0, -0, undefined]) {
    expect(new Set(Array.from({ length: 8 }, () => first(seed))).size).toBe(8);
  }
});

test("what is no number is refused by name", () => {
  for (const seed of [null, "7", 7n, Symbol("s"), {}]) {
    expect(() => randomSource(seed as never)).toThrow(/^randomSource: seed is .*, want a number/);
  }
});

test("every number of a source is an unsigned 32-bit integer", () => {
  const next = randomSource(0.5);
  for (let i = 0; i < 1000; i++) {
    const x = next();
    expect(x >>> 0).toBe(x);
  }
});

test("a source that uses the map when a new seed is drawn leaves it whole", () => {
  for (const key of ["k", { x: 1 }, 0.5]) {
    let m: ReturnType<typeof makeMap<unknown, number>> | null = null;
    let draws = 0;
    m = makeMap<unknown, number>({
      random: () => {
        draws++;
        if (m?.len === 0) m.set("other", draws);
        return draws * 77;
      },
    });
    m.set(key, 1);
    expect(m.delete(key)).toBe(true);
    expect([...m.keys()]).toEqual(["other"]);
    expect(m.has("other")).toBe(true);
  }
});

test("the same source gives the same order, with keys that hold a NaN too", () => {
  const kinds = [
    () => makeMap<any, number>({ random: randomSource(7) }),
    () => makeMap<any, number>({ key: structKey("x", "y"), random: randomSource(7) }),
    () => makeMap<any, number>({ key: structKey("x", "y", "z"), random: randomSource(7) }),
    () => makeMap<any, number>({ key: tupleKey(), random: randomSource(7) }),
    ...[float64, float32, any, struct({ x: int32, y: float64, z: int32 })].flatMap(
      (key: Type<any>) => [
        () => makeMap<any, number>(key, int32, { random: randomSource(7) }),
        () => makeMap<any, number>(key, int32, { random: randomSource(7), heap: smallHeap() }),
      ],
    ),
  ];
  const key = (kind: number, i: number): unknown => {
    if (kind === 0 || (kind > 3 && kind < 10)) return i % 2 === 0 ? NaN : i;
    return kind === 3 ? [NaN, i] : { x: i, y: NaN, z: 1 };
  };
  kinds.forEach((make, kind) => {
    const run = (): string => {
      const m = make();
      for (let i = 0; i < 100; i++) m.set(key(kind, i), i);
      expect(m.len).toBe(100);
      expect(m.has(key(kind, 2))).toBe(false);
      m.compact();
      checkMap(m);
      return [...m.values()].join();
    };
    expect(run()).toBe(run());
    expect(run().split(",").length).toBe(100);
  });
});

test("a source that looks up another key while one with a NaN is hashed disturbs nothing", () => {
  let m: GoMap<any, string, any> | null = null;
  const next = randomSource(3);
  const random = (): number => {
    m?.get({ x: 5, y: "other" });
    return next();
  };
  m = makeMap<any, string>({ key: structKey("x", "y"), random });
  for (let i = 0; i < 20; i++) m.set({ x: NaN, y: i }, "v");
  expect([...m.keys()].map((k) => k.y as number).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 20 }, (_, i) => i),
  );
  checkMap(m);
});

describe("a source that throws", () => {
  /** Numbers until {@link over}, then an error. */
  const recording = () => {
    const next = randomSource(11);
    const source = Object.assign(
      (): number => {
        if (source.over) throw new Error("the recording is over");
        return next();
      },
      { over: false },
    );
    return source;
  };
  const makers: [string, (random: () => number) => GoMap<any, any>][] = [
    ["on values", (random) => makeMap({ zero: () => 0, random })],
    ["on values, typed", (random) => makeMap(float64, int32, { random })],
    ["in a heap", (random) => makeMap(float64, int32, { heap: smallHeap(), random })],
    ["in a heap, of float32", (random) => makeMap(float32, int32, { heap: smallHeap(), random })],
    ["in a heap, of any", (random) => makeMap(any, int32, { heap: smallHeap(), random })],
  ];

  test.each(makers)("while entries move loses none: %s", (name, make) => {
    const random = recording();
    const m = make(random);
    for (let i = 0; i < 50; i++) m.set(i, i);
    for (let i = 0; i < 52; i++) m.set(NaN, i);
    expect(m.stats().growing).toBe(false);
    m.set(50, 50).set(51, 51);
    let thrown = 0;
    for (let i = 52; i < 90; i++) {
      random.over = true;
      try {
        m.set(i, i);
      } catch (e) {
        expect((e as Error).message).toBe("the recording is over");
        thrown++;
      }
      random.over = false;
      checkMap(m);
    }
    // On values the hashes are kept, so that nothing is asked.
    expect(thrown > 0).toBe(name.startsWith("in a heap"));
    for (let i = 52; i < 90; i++) m.set(i, i);
    for (let i = 0; i < 90; i++) expect(m.get(i)).toBe(i);
    expect([...m].length).toBe(142);
    checkMap(m);
  });

  test.each(makers)("when a map becomes empty leaves it its seed: %s", (_, make) => {
    const random = recording();
    const m = make(random);
    m.set(1, 1);
    const { seed } = m.dump();
    random.over = true;
    expect(m.delete(1)).toBe(true);
    m.set(2, 2).set(3, 3);
    m.clear();
    expect(m.dump().seed).toBe(seed);
    expect([m.len, m.has(2)]).toEqual([0, false]);
    m.set(4, 4);
    expect(m.get(4)).toBe(4);
    expect(() => m.set(NaN, 1)).toThrow("the recording is over");
    expect(() => m.range()).toThrow("the recording is over");
    checkMap(m);
  });

  test("and maps whose keys are words keep their seeds too", () => {
    const random = recording();
    const m = makeMap(int32, int32, { heap: smallHeap(), random });
    m.set(1, 1);
    random.over = true;
    expect(m.delete(1)).toBe(true);
    expect(m.set(2, 2).get(2)).toBe(2);
    m.clear();
    checkMap(m);
  });
});
