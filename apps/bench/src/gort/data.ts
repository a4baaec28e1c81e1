/** gort's slices and maps. */
import { createHeap } from "@gort/gc";
import { makeMap, structKey, type GoMap } from "@gort/map";
import {
  append,
  copy,
  nilSlice,
  sliceFrom,
  slices,
  type Slice,
  type TypedSlice,
} from "@gort/slice";
import { float64, int32 } from "@gort/types";
import type { JobBody } from "../job.ts";
import { mapJobs, stall, v8Collection } from "../map-jobs.ts";
import { randomInts } from "../workload.ts";

const sum = (s: Slice<number>): number => {
  let total = 0;
  for (let i = 0; i < s.len; i++) total = (total + s.get(i)) | 0;
  return total;
};

const loop: JobBody = (n, meter) => {
  const s = sliceFrom(Int32Array.from({ length: n }, (_, i) => i * 7));
  meter.start();
  const check = sum(s);
  meter.stop();
  return { check };
};

const sumOfView = (s: TypedSlice<Int32Array>): number => {
  const a = s.view();
  let total = 0;
  for (let i = 0; i < a.length; i++) total = (total + a[i]!) | 0;
  return total;
};

const view: JobBody = (n, meter) => {
  const s = sliceFrom(Int32Array.from({ length: n }, (_, i) => i * 7));
  meter.start();
  const check = sumOfView(s);
  meter.stop();
  return { check };
};

const appends: JobBody = (n) => {
  let s = nilSlice(int32);
  for (let i = 0; i < n; i++) s = append(s, i);
  return { check: s.len + s.get(n - 1) };
};

const copies: JobBody = (n, meter) => {
  const s = sliceFrom(Int32Array.from({ length: n }, (_, i) => i));
  meter.start();
  const moved = copy(s.slice(1), s);
  meter.stop();
  return { check: moved + s.get(n - 1) };
};

const sort: JobBody = (n, meter) => {
  const s = sliceFrom(randomInts(n));
  meter.start();
  slices.sort(s);
  meter.stop();
  return { check: s.get(n >> 1) };
};

const sortStructs: JobBody = (n, meter) => {
  const s = sliceFrom(Array.from(randomInts(n), (key, id) => ({ key, id })));
  meter.start();
  slices.sortFunc(s, (a, b) => a.key - b.key);
  meter.stop();
  return { check: s.get(n >> 1).key };
};

const reserveFor = (n: number): number => Math.min(2 ** 32, Math.max(2 ** 26, n * 160));
const typed = (n: number): GoMap<number, number> =>
  makeMap(int32, float64, { heap: createHeap({ reserve: reserveFor(n) }) });

const bytes: JobBody = (n) => {
  const heap = createHeap({ reserve: reserveFor(n) });
  const used = (): number => {
    heap.collect();
    const s = heap.stats();
    return s.sys - s.heapIdle;
  };
  const before = used();
  const m = makeMap(int32, int32, { heap });
  for (let i = 0; i < n; i++) m.set(i * 7, i);
  return { check: m.len, value: (used() - before) / n };
};

export const data: Record<string, JobBody> = {
  "slice/loop": loop,
  "slice/view": view,
  "slice/append": appends,
  "slice/copy": copies,
  "slice/sort": sort,
  "slice/sort-structs": sortStructs,
  ...mapJobs({
    int: typed,
    string: () => makeMap<string, number>(),
    struct: () => makeMap<{ x: number; y: number }, number>({ key: structKey("x", "y") }),
  }),
  "map/stall": stall(typed),
  "map/bytes": bytes,
  "map/v8-gc": v8Collection(typed, (m) => m.len),
};
