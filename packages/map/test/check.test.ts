/** What {@link checkMap} finds in maps whose entries were lost or doubled behind their back. */
import { any, float64, int32, string, struct, toInterface } from "@gort/types";
import { describe, expect, test } from "vitest";
import {
  type BucketDump,
  checkMap,
  type GoMap,
  type Hasher,
  makeMap,
  type MapDump,
  structKey,
  tupleKey,
} from "../src/index.ts";
import { smallHeap } from "./support.ts";

/** The keys of a map as they are stored. */
const storedKeys = (m: GoMap<any, any, any>): any[] =>
  m.dump().buckets.flatMap((chain) => chain.flatMap((b) => b.keys.filter((k) => k !== undefined)));

const byHash: Hasher<any> = { hash: (k) => k.h, equal: (a, b) => a.h === b.h };

describe.each<
  [string, Hasher<any>, key: (n: number) => any, change: (key: any, n: number) => void]
>([
  [
    "two fields of structs",
    structKey("a", "b"),
    (n) => ({ a: `${n}`, b: 0 }),
    (k, n) => (k.a = `${n}`),
  ],
  [
    "three fields of structs",
    structKey("a", "b", "c"),
    (n) => ({ a: n, b: 0, c: 0 }),
    (k, n) => (k.a = n),
  ],
  ["tuples", tupleKey(), (n) => [n, "x"], (k, n) => (k[0] = n)],
  ["objects by a hasher of one's own", byHash, (n) => ({ h: n }), (k, n) => (k.h = n)],
])("keys that are %s", (_, hasher, key, change) => {
  const filled = (n: number): GoMap<any, any, any> => {
    const m = makeMap<any, any>({ key: hasher });
    for (let i = 0; i < n; i++) m.set(key(i), true);
    checkMap(m);
    return m;
  };

  test.each([1, 8, 100])("one of %i that was changed is not found", (n) => {
    const m = filled(n);
    const stored = storedKeys(m)[n >> 1];
    // Of 250 keys one may have the same byte of its hash in the same bucket, by chance.
    for (let to = 1000; m.has(stored); to++) change(stored, to);
    expect(() => checkMap(m)).toThrow(/^map check: (old )?bucket \d+: key is not found$/);
  });

  test.each([2, 8, 100])("one of %i that was made another's like is there twice", (n) => {
    const m = filled(n);
    const [first] = storedKeys(m);
    const other = [...Array(n).keys()].find((i) => !hasher.equal(key(i), first))!;
    change(first, other);
    expect(() => checkMap(m)).toThrow(
      /^map check: (old )?bucket \d+: (a key twice|a key finds the entry of another)$/,
    );
  });
});

describe("a dump that was spoilt", () => {
  type Spoil = (d: MapDump<any, any>, m: GoMap<any, any>) => MapDump<any, any>;
  const spoilt = (m: GoMap<any, any, any>, spoil: Spoil): GoMap<any, any, any> => {
    const dump = m.dump();
    return Object.assign(m, { dump: () => spoil(dump, m) });
  };
  const kinds: [string, () => GoMap<any, any, any>][] = [
    ["on values", () => makeMap<number, number>()],
    ["in a heap", () => makeMap(int32, int32, { heap: smallHeap() })],
  ];
  /** The dump with one bucket of each chain as `change` gives it. */
  const each = (d: MapDump<any, any>, change: (b: BucketDump<any, any>) => object): typeof d => ({
    ...d,
    buckets: d.buckets.map((chain) => chain.map((b) => ({ ...b, ...change(b) }))),
  });
  const filled = (make: () => GoMap<any, any, any>, n: number): GoMap<any, any, any> => {
    const m = make();
    for (let i = 0; i < n; i++) m.set(i, i);
    checkMap(m);
    return m;
  };

  test.each(kinds)("an empty slot that holds something: %s", (_, make) => {
    const m = spoilt(filled(make, 3), (d) =>
      each(d, (b) => ({ clean: b.clean.map((c, i) => c && i !== 5) })),
    );
    expect(() => checkMap(m)).toThrow("map check: bucket 0: slot 5 is empty but holds something");
  });

  test.each(kinds)("a key with the value of another: %s", (_, make) => {
    const m = spoilt(filled(make, 3), (d) =>
      each(d, (b) => ({ values: b.values.map((v: unknown) => (v === 1 ? 2 : v)) })),
    );
    expect(() => checkMap(m)).toThrow("map check: bucket 0: key finds another value");
  });

  test.each(kinds)("a new bucket that is filled before its old one has moved: %s", (_, make) => {
    const m = filled(make, 53);
    const { stats } = m.dump();
    expect([stats.growing, stats.oldBuckets, stats.nevacuate]).toEqual([true, 8, 2]);
    spoilt(m, (d) => ({
      ...d,
      buckets: d.buckets.map((chain, i) => {
        if (i % 8 < stats.nevacuate) return chain;
        // An entry that is going to be there.
        return d.oldBuckets[i % 8]!.slice(0, 1).map((b) => {
          const at = b.hashes.findIndex((h) => h >= 0 && h % 16 === i);
          const only = <T>(all: readonly T[], none: T): T[] =>
            [0, 1, 2, 3, 4, 5, 6, 7].map((s) => (s === 0 && at >= 0 ? all[at]! : none));
          return {
            tops: only(b.tops, 0),
            keys: only(b.keys, undefined),
            values: only(b.values, undefined),
            hashes: only(b.hashes, -1),
            clean: b.clean.map(() => true),
          };
        });
      }),
    }));
    expect(() => checkMap(m)).toThrow(
      /^map check: bucket \d+ has entries before its old bucket has moved$/,
    );
  });
});

test("two keys that a hasher has come to think equal are one key twice", () => {
  let fold = false;
  const m = makeMap<string, number>({
    key: {
      hash: () => 7,
      equal: (a: string, b: string) => (fold ? a.toLowerCase() === b.toLowerCase() : a === b),
    },
  });
  m.set("a", 1).set("A", 1);
  checkMap(m);
  fold = true;
  expect(() => checkMap(m)).toThrow("a key twice");
});

test("a key that does not equal itself is fine until the map finds it", () => {
  const m = makeMap<{ n: number }, number>({
    key: { hash: () => 7, equal: (a: { n: number }, b: { n: number }) => a.n === b.n },
  });
  m.set({ n: NaN }, 1).set({ n: NaN }, 1);
  checkMap(m);
  let odd = 0;
  const n = makeMap<number, number>({
    key: { hash: () => 7, equal: (a: number, b: number) => odd > 0 && --odd === 0 && a === b },
  });
  n.set(1, 1);
  checkMap(n);
  odd = 2;
  expect(() => checkMap(n)).toThrow("a key that does not equal itself is found");
});

describe("in a heap", () => {
  const Pair = struct({ x: int32, y: int32 });
  const Mixed = struct({ a: int32, f: float64 });

  test("the words of one key written over another's, mark and all", () => {
    const heap = smallHeap();
    const m = makeMap(Pair, int32, { heap });
    m.set({ x: 0x1234567, y: 1 }, 1).set({ x: 0x1234567, y: 2 }, 1);
    checkMap(m);
    const { i32, u8 } = heap.memory;
    const at = i32.indexOf(0x1234567);
    expect([...i32.subarray(at, at + 4)]).toEqual([0x1234567, 1, 0x1234567, 2]);
    i32[at + 3] = 1;
    expect(() => checkMap(m)).toThrow(/^map check: bucket 0: /);
    const tops = bucketOf(heap.memory, at, m);
    u8[tops + 1] = u8[tops]!;
    expect(() => checkMap(m)).toThrow("a key twice");
  });

  test("NaN inside of keys of every kind is no fault", () => {
    for (const options of [{}, { heap: smallHeap() }]) {
      const a = makeMap(Mixed, int32, options);
      const b = makeMap(any, string, options);
      for (let i = 0; i < 40; i++) {
        a.set({ a: i % 3, f: NaN }, i).set({ a: i, f: 1 }, i);
        b.set(toInterface(Mixed, { a: 1, f: NaN }), "x").set(
          toInterface(Mixed, { a: i, f: 1 }),
          "y",
        );
        if (i % 13 > 0) continue;
        checkMap(a);
        checkMap(b);
      }
      expect([a.len, b.len]).toEqual([80, 80]);
    }
  });
});

/** Where the tophash bytes of the bucket lie whose first key is at word `at`. */
function bucketOf({ u8 }: { u8: Uint8Array }, at: number, m: GoMap<any, any>): number {
  const { tops } = m.dump().buckets[0]![0]!;
  for (let p = at * 4; ; p -= 4) if (tops.every((t, i) => u8[p + i] === t)) return p;
}
