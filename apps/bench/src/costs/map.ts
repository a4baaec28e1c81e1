/** What maps cost beyond what `pnpm bench map` compares: small ones, ranges, and entries on JavaScript values. */
import { createHeap } from "@gort/gc";
import { type GoMap, makeMap } from "@gort/map";
import { float64, int32 } from "@gort/types";
import type { JobBody } from "../job.ts";
import type { AnyMap } from "../map-jobs.ts";
import { sheet } from "./sheet.ts";

const all = (n: number): number => n;
const size = 1000;

let heap: ReturnType<typeof createHeap> | undefined;
function typed(): GoMap<number, number> {
  heap ??= createHeap({ reserve: 2 ** 28 });
  return makeMap(int32, float64, { heap });
}

const gets =
  (make: () => AnyMap<number>): JobBody =>
  (n) => {
    const m = make();
    for (let i = 0; i < size; i++) m.set(i * 7, 1);
    let check = 0;
    for (let i = 0; i < n; i++) check += m.get((i % size) * 7)!;
    return { check };
  };

const sets =
  (make: () => AnyMap<number>): JobBody =>
  (n) => {
    const m = make();
    for (let i = 0; i < n; i++) m.set((i % size) * 7, i);
    let check = 0;
    for (let i = 0; i < size; i++) check += m.get(i * 7) === n - size + i ? n / size : 0;
    return { check };
  };

const ranges =
  (make: () => AnyMap<number> & Iterable<[number, number]>): JobBody =>
  (n) => {
    const m = make();
    for (let i = 0; i < size; i++) m.set(i * 7, 1);
    let check = 0;
    for (let round = 0; round < n / size; round++) for (const [, v] of m) check += v;
    return { check };
  };

const bytes: JobBody = (n, meter) => {
  const before = meter.heapBytes();
  const m = makeMap<number, number>();
  for (let i = 0; i < n; i++) m.set(i * 7, i);
  const value = (meter.heapBytes() - before) / n;
  return { check: m.len, value };
};

const native = (): Map<number, number> => new Map<number, number>();

export default sheet({
  package: "map",
  beside: { JavaScript: "native `Map`", Go: "native Go" },
  rows: [
    { title: "10^6 `int32` keys in a heap: `set`", job: "map/int-set" },
    { title: "the same: `get`, in random order", job: "map/int-get" },
    { title: "the same: `delete`, in random order", job: "map/int-delete" },
    { title: "5·10^5 string keys: `set`", job: "map/string-set" },
    { title: "the same: `get`", job: "map/string-get" },
    { title: "5·10^5 keys of two fields: `set`; joined strings", job: "map/struct-set" },
    { title: "the same: `get`", job: "map/struct-get" },
    { title: "the longest single `set` on the way to 4·10^6 entries", job: "map/stall" },
    { title: "a full collection of V8's with 2·10^6 entries live", job: "map/v8-gc" },
    {
      id: "small-get",
      title: "1,000 `int32` keys in a heap: `get`",
      n: 200_000,
      check: all,
      gort: gets(typed),
      javascript: gets(native),
    },
    {
      id: "small-set",
      title: "the same: `set` of a key that is there",
      n: 200_000,
      check: all,
      gort: sets(typed),
      javascript: sets(native),
    },
    {
      id: "range",
      title: "the same: a step of `for (const [k, v] of m)`",
      n: 200_000,
      check: all,
      gort: ranges(typed),
      javascript: ranges(native),
    },
    { title: "memory of an `int32` → `int32` entry, 10^6 of them", job: "map/bytes" },
    {
      id: "bytes-values",
      title: "memory of an entry on JavaScript values (two numbers)",
      unit: "B",
      n: 1_000_000,
      runs: 0,
      check: all,
      gort: bytes,
    },
    { title: "in a bundle: `makeMap`", sizes: ["makeMap"] },
  ],
});
