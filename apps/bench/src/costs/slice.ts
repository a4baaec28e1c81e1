/** What slices cost beyond what `pnpm bench slice` compares. */
import { createHeap } from "@gort/gc";
import { append, inHeap, makeSlice, type Slice, sliceFrom, slices } from "@gort/slice";
import { int32 } from "@gort/types";
import type { JobBody } from "../job.ts";
import { randomInts } from "../workload.ts";
import { sheet } from "./sheet.ts";

const all = (n: number): number => n;

const ones = (n: number): Int32Array => new Int32Array(n).fill(1);

const sum = (s: Slice<number>): number => {
  let total = 0;
  for (let i = 0; i < s.len; i++) total = (total + s.get(i)) | 0;
  return total;
};
const sumRaw = (a: Int32Array): number => {
  let total = 0;
  for (let i = 0; i < a.length; i++) total = (total + a[i]!) | 0;
  return total;
};
const fill = (s: Slice<number>): void => {
  for (let i = 0; i < s.len; i++) s.set(i, 1);
};
const fillRaw = (a: Int32Array): void => {
  for (let i = 0; i < a.length; i++) a[i] = 1;
};

/** Reading all of a slice that was made once. */
const reading = (make: (n: number) => Slice<number>): JobBody => {
  let made: Slice<number> | undefined;
  return (n) => {
    if (made?.len !== n) made = make(n);
    return { check: sum(made) };
  };
};

const later = (n: number): Slice<number> => sliceFrom(ones(n + 1)).slice(1);

/** Both kinds of slices in one loop, half of the elements each. */
const both: JobBody = (n, meter) => {
  const half = sliceFrom(ones(n / 2));
  const rest = later(n / 2);
  meter.start();
  const check = sum(half) + sum(rest);
  meter.stop();
  return { check };
};

const readRaw: JobBody = (n, meter) => {
  const a = ones(n);
  meter.start();
  const check = sumRaw(a);
  meter.stop();
  return { check };
};

const writing: JobBody = (n, meter) => {
  const a = new Int32Array(n);
  const s = sliceFrom(a);
  meter.start();
  fill(s);
  meter.stop();
  return { check: sumRaw(a) };
};
const writeRaw: JobBody = (n, meter) => {
  const a = new Int32Array(n);
  meter.start();
  fillRaw(a);
  meter.stop();
  return { check: sumRaw(a) };
};

const cuts: JobBody = (n) => {
  const s = sliceFrom(ones(1000));
  let check = 0;
  for (let i = 0; i < n; i++) check += s.slice(i % 1000).get(0);
  return { check };
};
const subarrays: JobBody = (n) => {
  const a = ones(1000);
  let check = 0;
  for (let i = 0; i < n; i++) check += a.subarray(i % 1000)[0]!;
  return { check };
};

const appends: JobBody = (n) => {
  let s = sliceFrom<number>([]);
  for (let i = 0; i < n; i++) s = append(s, i);
  return { check: s.len };
};
const pushes: JobBody = (n) => {
  const a: number[] = [];
  for (let i = 0; i < n; i++) a.push(i);
  return { check: a.length };
};

const doubles = (n: number): Float64Array => Float64Array.from(randomInts(n), (v) => v / 3);
const sorted = (a: ArrayLike<number>): number => {
  let check = 1;
  for (let i = 1; i < a.length; i++) if (a[i - 1]! <= a[i]!) check++;
  return check;
};
const sort: JobBody = (n, meter) => {
  const a = doubles(n);
  meter.start();
  slices.sort(sliceFrom(a));
  meter.stop();
  return { check: sorted(a) };
};
const sortRaw: JobBody = (n, meter) => {
  const a = doubles(n);
  meter.start();
  a.sort();
  meter.stop();
  return { check: sorted(a) };
};

const records = (n: number) => Array.from(randomInts(n), (key, id) => ({ key, id }));
const stable: JobBody = (n, meter) => {
  const a = records(n);
  meter.start();
  slices.sortStableFunc(sliceFrom(a), (x, y) => x.key - y.key);
  meter.stop();
  return { check: sorted(a.map((r) => r.key)) };
};
const stableRaw: JobBody = (n, meter) => {
  const a = records(n);
  meter.start();
  a.sort((x, y) => x.key - y.key);
  meter.stop();
  return { check: sorted(a.map((r) => r.key)) };
};

export default sheet({
  package: "slice",
  beside: { JavaScript: "arrays of JavaScript", Go: "native Go" },
  rows: [
    { title: "`s.get(i)` in a loop, `int32`", job: "slice/loop" },
    {
      id: "get-later",
      title: "the same, the slice beginning later than its store",
      n: 1_000_000,
      runs: 10,
      check: all,
      gort: reading(later),
      javascript: readRaw,
    },
    {
      id: "get-heap",
      title: "the same, in a heap",
      n: 1_000_000,
      runs: 10,
      check: all,
      gort: reading((n) => makeSlice(inHeap(createHeap({ reserve: 2 ** 26 }), int32), ones(n))),
    },
    {
      id: "get-both",
      title: "the same loop over slices of both kinds in turns",
      n: 1_000_000,
      runs: 10,
      check: all,
      gort: both,
    },
    {
      id: "set",
      title: "`s.set(i, v)` in a loop",
      n: 1_000_000,
      runs: 10,
      check: all,
      gort: writing,
      javascript: writeRaw,
    },
    { title: "a loop over `s.view()`", job: "slice/view" },
    {
      id: "cut",
      title: "`s.slice(lo)`; `subarray`",
      n: 100_000,
      check: all,
      gort: cuts,
      javascript: subarrays,
    },
    { title: "`append(s, v)`, 10^6 `int32`; `push`", job: "slice/append" },
    {
      id: "append-values",
      title: "`append(s, v)`, 10^6 JavaScript values; `push`",
      n: 1_000_000,
      check: all,
      gort: appends,
      javascript: pushes,
    },
    { title: "`copy(dst, src)`, per element; `copyWithin`", job: "slice/copy" },
    { title: "`slices.sort`, 10^6 `int32`, per element", job: "slice/sort" },
    {
      id: "sort-float64",
      title: "the same, `float64`",
      n: 1_000_000,
      runs: 2,
      check: all,
      gort: sort,
      javascript: sortRaw,
    },
    { title: "`slices.sortFunc`, 5·10^5 structs, per element", job: "slice/sort-structs" },
    {
      id: "sort-stable",
      title: "`slices.sortStableFunc`, 5·10^5 structs, per element",
      n: 500_000,
      runs: 2,
      check: all,
      gort: stable,
      javascript: stableRaw,
    },
    { title: "in a bundle: `append`; `slices`", sizes: ["append", "slices"] },
  ],
});
