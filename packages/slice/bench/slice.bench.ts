/**
 * Slices beside raw arrays, in one process, turn by turn. Prints the lower quartile of each and the ratio of the pair.
 *
 * Run: node --conditions=@gort/source --import tsx packages/slice/bench/slice.bench.ts [rounds]
 */
import { argv, stdout } from "node:process";
import { createHeap } from "@gort/gc";
import { int32, struct, float64 } from "@gort/types";
import {
  append,
  copy,
  inHeap,
  makeSlice,
  nilSlice,
  sliceFrom,
  slices,
  type Slice,
  type TypedSlice,
} from "@gort/slice";

const N = 1_000_000;
const rounds = Number(argv[2] ?? 15);
const random = (seed: number) => () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
  return seed;
};
let sink = 0;

interface Pair {
  name: string;
  /** What is to be reached: ours must be at least this many times as fast. */
  goal: number;
  ours: () => unknown;
  native: () => unknown;
}

const raw = new Int32Array(N).map((_, i) => i * 7);
const typed = sliceFrom(raw);
const heap = createHeap({ reserve: 1 << 28 });
const inside = makeSlice(inHeap(heap, int32), raw);
const plainRaw = Array.from(raw);
const plain = sliceFrom(plainRaw);

// One loop per kind, as a program has them: each call site sees one class.
const loopTyped = (s: Slice<number>): number => {
  let sum = 0;
  for (let i = 0; i < s.len; i++) sum = (sum + s.get(i)) | 0;
  return sum;
};
const loopHeap = (s: Slice<number>): number => {
  let sum = 0;
  for (let i = 0; i < s.len; i++) sum = (sum + s.get(i)) | 0;
  return sum;
};
const loopPlain = (s: Slice<number>): number => {
  let sum = 0;
  for (let i = 0; i < s.len; i++) sum = (sum + s.get(i)) | 0;
  return sum;
};
const loopRaw = (a: Int32Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum = (sum + a[i]!) | 0;
  return sum;
};
const loopArray = (a: number[]): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum = (sum + a[i]!) | 0;
  return sum;
};
const loopView = (s: TypedSlice<Int32Array>): number => {
  const a = s.view();
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum = (sum + a[i]!) | 0;
  return sum;
};

const ints = (n: number): Int32Array => {
  const next = random(42);
  return Int32Array.from({ length: n }, () => next());
};
const doubles = Float64Array.from(ints(N), (v) => v / 3);
const shuffled = ints(N);
interface Row {
  key: number;
  id: number;
}
const rows: Row[] = Array.from(shuffled, (key, id) => ({ key, id }));
const byKey = (a: Row, b: Row): number => a.key - b.key;
const byKeyToo = (a: Row, b: Row): number => a.key - b.key;
const half = N >> 1;
const pairOf = struct({ key: int32, weight: float64 });
const heapPairs = makeSlice(inHeap(heap, pairOf), 1000);

const pairs: Pair[] = [
  {
    name: "loop over view(), []int32 / Int32Array",
    goal: 0.9,
    ours: () => loopView(typed),
    native: () => loopRaw(raw),
  },
  {
    name: "index loop, []int32 / Int32Array",
    goal: 0.9,
    ours: () => loopTyped(typed),
    native: () => loopRaw(raw),
  },
  {
    name: "index loop over a constant, []int32 / Int32Array",
    goal: 0.9,
    ours: () => {
      let sum = 0;
      for (let i = 0; i < typed.len; i++) sum = (sum + typed.get(i)) | 0;
      return sum;
    },
    native: () => {
      let sum = 0;
      for (let i = 0; i < raw.length; i++) sum = (sum + raw[i]!) | 0;
      return sum;
    },
  },
  {
    name: "index loop, []int32 in a heap / Int32Array",
    goal: 0.9,
    ours: () => loopHeap(inside),
    native: () => loopRaw(raw),
  },
  {
    name: "index loop, values / Array",
    goal: 0.9,
    ours: () => loopPlain(plain),
    native: () => loopArray(plainRaw),
  },
  {
    name: "write loop, []int32 / Int32Array",
    goal: 0.9,
    ours: () => {
      for (let i = 0; i < typed.len; i++) typed.set(i, (typed.get(i) + 1) | 0);
    },
    native: () => {
      for (let i = 0; i < raw.length; i++) raw[i] = (raw[i]! + 1) | 0;
    },
  },
  {
    name: "for…of, []int32 / Int32Array",
    goal: 0.5,
    ours: () => {
      for (const v of typed) sink += v;
    },
    native: () => {
      for (const v of raw) sink += v;
    },
  },
  {
    name: "append 10^6 int32, append() / Array.push",
    goal: 1,
    ours: () => {
      let s = nilSlice(int32);
      for (let i = 0; i < N; i++) s = append(s, i);
      sink += s.len;
    },
    native: () => {
      const a: number[] = [];
      for (let i = 0; i < N; i++) a.push(i);
      sink += a.length;
    },
  },
  {
    name: "append 10^6 int32, appendOne() / Array.push",
    goal: 1,
    ours: () => {
      let s = nilSlice(int32);
      for (let i = 0; i < N; i++) s = s.appendOne(i);
      sink += s.len;
    },
    native: () => {
      const a: number[] = [];
      for (let i = 0; i < N; i++) a.push(i);
      sink += a.length;
    },
  },
  {
    name: "append 10^6 values, append() / Array.push",
    goal: 0.5,
    ours: () => {
      let s = sliceFrom<number>([]);
      for (let i = 0; i < N; i++) s = append(s, i);
      sink += s.len;
    },
    native: () => {
      const a: number[] = [];
      for (let i = 0; i < N; i++) a.push(i);
      sink += a.length;
    },
  },
  {
    name: "copy 5·10^5 overlapping, copy() / copyWithin",
    goal: 0.95,
    ours: () => copy(typed.slice(1), typed.slice(0, half)),
    native: () => raw.copyWithin(1, 0, half),
  },
  {
    name: "copy 1000 structs in a heap, copy() / loop",
    goal: 1,
    ours: () => copy(heapPairs.slice(1), heapPairs),
    native: () => {
      for (let i = 999; i > 0; i--) heapPairs.set(i, heapPairs.get(i - 1));
    },
  },
  {
    name: "sort 10^6 int32 / TypedArray.sort",
    goal: 1,
    ours: () => slices.sort(sliceFrom(shuffled.slice())),
    native: () => shuffled.slice().sort(),
  },
  {
    name: "sort 10^6 float64 / TypedArray.sort",
    goal: 1,
    ours: () => slices.sort(sliceFrom(doubles.slice())),
    native: () => doubles.slice().sort(),
  },
  {
    name: "sort 10^6 structs by comparator, sortFunc / Array.sort",
    goal: 1,
    ours: () => slices.sortFunc(sliceFrom(rows.slice()), byKey),
    native: () => rows.slice().sort(byKeyToo),
  },
  {
    name: "sort 10^6 structs, sortStableFunc / Array.sort",
    goal: 1,
    ours: () => slices.sortStableFunc(sliceFrom(rows.slice()), byKey),
    native: () => rows.slice().sort(byKeyToo),
  },
  {
    name: "sort 10^6 sorted structs, sortFunc / Array.sort",
    goal: 1,
    ours: () => slices.sortFunc(sliceFrom(rows.slice()), (a, b) => a.id - b.id),
    native: () => rows.slice().sort((a, b) => a.id - b.id),
  },
];

const time = (f: () => unknown): number => {
  const t0 = performance.now();
  f();
  return performance.now() - t0;
};
/** The lower quartile: on a shared machine, disturbances only ever add time. */
const typical = (a: number[]): number => a.sort((x, y) => x - y)[a.length >> 2]!;

for (const p of pairs) {
  const ours: number[] = [];
  const native: number[] = [];
  for (let r = 0; r < (p.name.startsWith("sort") ? 2 : 40); r++)
    sink += time(p.ours) + time(p.native);
  const n = p.name.startsWith("sort") ? Math.max(3, rounds >> 1) : rounds * 2;
  for (let r = 0; r < n; r++) {
    ours.push(time(p.ours));
    native.push(time(p.native));
  }
  const [a, b] = [typical(ours), typical(native)];
  const ratio = b / a;
  const verdict = ratio >= p.goal ? "ok" : "SHORT";
  stdout.write(
    `${p.name.padEnd(58)} ${a.toFixed(2).padStart(8)} ms ${b.toFixed(2).padStart(8)} ms ` +
      `${ratio.toFixed(2).padStart(6)}x  goal ${p.goal} ${verdict}\n`,
  );
}
if (sink === 1) stdout.write("\n");
