/** What JavaScript itself has: arrays, `Map`, objects under V8's collector, host timers, `AbortSignal`, bare promises. */
import { PerformanceObserver } from "node:perf_hooks";
import type { Contender, JobBody } from "../job.ts";
import { mapJobs, stall, v8Collection, type Cell } from "../map-jobs.ts";
import { parked } from "../parked.ts";
import { blockSizes, churns, lateness, maxAndP99, picks, random, randomInts } from "../workload.ts";

/** The floor of every hand-over between async functions: one awaited promise per value, nothing handed over. */
const bare: JobBody = async (n) => {
  let check = 0;
  for (let i = 0; i < n; i++) check += await Promise.resolve(i);
  return { check };
};

/** The language's own way to hand values over one by one. */
const generator: JobBody = async (n) => {
  const source = async function* () {
    for (let i = 0; i < n; i++) yield i;
  };
  let check = 0;
  for await (const i of source()) check += i;
  return { check };
};

const timer: JobBody = async (n) => {
  const value = await lateness(n, async (over) => {
    while (!over()) await Promise.resolve();
  });
  return { check: 0, value };
};

const spawn: JobBody = async (n) => {
  const empty = async (): Promise<void> => {};
  for (let i = 0; i < n;) {
    const batch = [];
    for (const end = Math.min(n, i + 1000); i < end; i++) batch.push(empty());
    await Promise.all(batch);
  }
  return { check: n };
};

const waiting = parked(() => {
  let open!: () => void;
  const gate = new Promise<void>((resolve) => (open = resolve));
  return { wait: () => gate, open };
});

const delay = (i: number): number => 3_600_000 + (Math.imul(i, 0x9e3779b1) >>> 0) / 1200;

const timers: JobBody = (n) => {
  const all = new Array<NodeJS.Timeout>(n);
  const t0 = performance.now();
  for (let i = 0; i < n; i++) all[i] = setTimeout(() => {}, delay(i));
  const t1 = performance.now();
  for (let i = 0; i < n; i++) clearTimeout(all[i]);
  const t2 = performance.now();
  return {
    check: n,
    value: ((t1 - t0) * 1e6) / n,
    more: { "sched/timer-stop": ((t2 - t1) * 1e6) / n },
  };
};

const fire: JobBody = (n) =>
  new Promise((resolve) => {
    let fired = 0;
    const count = (): void => {
      if (++fired === n) resolve({ check: fired });
    };
    for (let i = 0; i < n; i++) setTimeout(count, 1 + (i % 50));
  });

interface AnySignal {
  any(signals: AbortSignal[]): AbortSignal;
}
const any = (s: AbortSignal): AbortSignal => (AbortSignal as unknown as AnySignal).any([s]);

const wide: JobBody = (n) => {
  const root = new AbortController();
  const all: AbortSignal[] = [];
  for (let i = 0; i < n; i++) all.push(any(root.signal));
  root.abort();
  let check = 0;
  for (const s of all) if (s.aborted) check++;
  return { check };
};

const deep: JobBody = (n) => {
  const root = new AbortController();
  let leaf = root.signal;
  for (let i = 0; i < n; i++) leaf = any(leaf);
  root.abort();
  return { check: leaf.aborted ? n : 0 };
};

const pairs: JobBody = (n) => {
  let check = 0;
  for (let i = 0; i < n; i++) {
    const p = new Uint8Array(64);
    p[0] = i;
    check += p[0];
  }
  return { check };
};

const churn =
  (live: number): JobBody =>
  (n, meter) => {
    const sizes = blockSizes();
    const at = picks(n, live);
    const slots = new Array<Uint8Array>(live);
    for (let i = 0; i < live; i++) {
      const p = new Uint8Array(sizes[i & 65535]!);
      p[0] = i;
      slots[i] = p;
    }
    let check = 0;
    meter.start();
    for (let i = 0; i < n; i++) {
      const k = at[i]!;
      check += slots[k]![0]!;
      const p = new Uint8Array(sizes[(i * 7) & 65535]!);
      p[0] = i;
      slots[k] = p;
    }
    meter.stop();
    return { check };
  };

interface TreeNode {
  left: TreeNode | null;
  right: TreeNode | null;
}
const tree = (depth: number): TreeNode =>
  depth === 0 ? { left: null, right: null } : { left: tree(depth - 1), right: tree(depth - 1) };
const count = (t: TreeNode): number => (t.left === null ? 1 : 1 + count(t.left) + count(t.right!));

const trees: JobBody = (max) => {
  const longLived = tree(max);
  let check = 0;
  for (let d = 4; d <= max; d += 4) {
    for (let i = 1 << (max - d + 4); i > 0; i--) check += count(tree(d));
  }
  return { check: check + count(longLived) };
};

interface GraphNode {
  left: GraphNode | null;
  right: GraphNode | null;
  value: number;
  more: number;
}

function graph(n: number): GraphNode[] {
  const next = random(1);
  const all: GraphNode[] = [];
  for (let i = 0; i < n; i++) {
    const p: GraphNode = { left: null, right: null, value: 0, more: 0 };
    all.push(p);
    if (i > 0) {
      p.left = all[next() % i]!;
      p.right = all[next() % i]!;
    }
  }
  return all;
}

/** The pauses V8 reports itself while the graph is made and then changed until every record was replaced once. */
const pause: JobBody = async (n) => {
  const times: number[] = [];
  const seen = new PerformanceObserver((list) => {
    for (const e of list.getEntries()) times.push(e.duration);
  });
  seen.observe({ entryTypes: ["gc"] });
  const all = graph(n);
  const next = random(9);
  for (let i = 0; i < n; i++) {
    all[i] = { left: all[next() % n]!, right: null, value: i, more: 0 };
    if ((i & 0xffff) === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await new Promise((resolve) => setTimeout(resolve, 20));
  seen.disconnect();
  const { max, p99 } = maxAndP99(times);
  return { check: all.length, value: max, more: { "gc/pause-p99": p99 } };
};

let marked: GraphNode[] | undefined;

const mark: JobBody = (n, meter) => {
  if (marked?.length !== n) marked = graph(n);
  meter.start();
  globalThis.gc?.();
  meter.stop();
  return { check: marked.length };
};

const record: JobBody = (n, meter) => {
  const all = new Array<{ a: number; b: number } | null>(n).fill(null);
  const before = meter.heapBytes();
  for (let i = 0; i < n; i++) all[i] = { a: i + 0.5, b: i + 0.25 };
  const value = (meter.heapBytes() - before) / n;
  return { check: all.length, value };
};

/** As in gort's job: the array is passed in. */
const sum = (a: Int32Array): number => {
  let total = 0;
  for (let i = 0; i < a.length; i++) total = (total + a[i]!) | 0;
  return total;
};

const loop: JobBody = (n, meter) => {
  const a = Int32Array.from({ length: n }, (_, i) => i * 7);
  meter.start();
  const check = sum(a);
  meter.stop();
  return { check };
};

const append: JobBody = (n) => {
  const a: number[] = [];
  for (let i = 0; i < n; i++) a.push(i);
  return { check: a.length + a[n - 1]! };
};

const copy: JobBody = (n, meter) => {
  const a = Int32Array.from({ length: n }, (_, i) => i);
  meter.start();
  a.copyWithin(1, 0, n - 1);
  meter.stop();
  return { check: n - 1 + a[n - 1]! };
};

const sort: JobBody = (n, meter) => {
  const a = randomInts(n);
  meter.start();
  a.sort();
  meter.stop();
  return { check: a[n >> 1]! };
};

const sortStructs: JobBody = (n, meter) => {
  const a = Array.from(randomInts(n), (key, id) => ({ key, id }));
  meter.start();
  a.sort((x, y) => x.key - y.key);
  meter.stop();
  return { check: a[n >> 1]!.key };
};

/** `Map` with the usual way round for keys by value. */
class JoinedMap {
  readonly #map = new Map<string, number>();
  set(k: Cell, v: number): void {
    this.#map.set(`${k.x},${k.y}`, v);
  }
  get(k: Cell): number | undefined {
    return this.#map.get(`${k.x},${k.y}`);
  }
  delete(k: Cell): boolean {
    return this.#map.delete(`${k.x},${k.y}`);
  }
}

const bytes: JobBody = (n, meter) => {
  const m = new Map<number, number>();
  const before = meter.heapBytes();
  for (let i = 0; i < n; i++) m.set(i * 7, i);
  const value = (meter.heapBytes() - before) / n;
  return { check: m.size, value };
};

const native: Contender = {
  name: "JavaScript",
  notes: {
    "chan-async/unbuffered": "`await Promise.resolve(i)`: the floor, nothing is handed over",
    "chan-async/buffered": "an async generator read by `for await`: no second task, no buffer",
    "latency/timer": "awaits resolved promises in a loop",
    "sched/spawn": "async functions that end at once, `Promise.all` of 1,000",
    "sched/parked": "async functions that await one promise",
    "context/deep": "AbortSignal.any flattens: every signal hangs on the first",
    "map/struct-set": "strings joined from the fields",
    "map/struct-get": "strings joined from the fields",
  },
  // Ten million signals take minutes; nobody waits for more of the slowest allocations.
  limits: {
    "context/wide": 1_000_000,
    "context/deep": 1_000_000,
    "alloc/churn-2e4": 100_000,
    "alloc/churn-1e5": 100_000,
    "alloc/churn-1e6": 100_000,
  },
  jobs: {
    "chan-async/unbuffered": bare,
    "chan-async/buffered": generator,
    "latency/timer": timer,
    "sched/spawn": spawn,
    "sched/parked": waiting,
    "sched/timer-add": timers,
    "sched/timer-fire": fire,
    "context/wide": wide,
    "context/deep": deep,
    "alloc/pairs": pairs,
    ...Object.fromEntries(Object.entries(churns).map(([id, live]) => [id, churn(live)])),
    "gc/trees": trees,
    "gc/trees-17": trees,
    "gc/trees-18": trees,
    "gc/trees-20": trees,
    "gc/pause-max": pause,
    "gc/mark": mark,
    "gc/record": record,
    "slice/loop": loop,
    "slice/view": loop,
    "slice/append": append,
    "slice/copy": copy,
    "slice/sort": sort,
    "slice/sort-structs": sortStructs,
    ...mapJobs({ int: () => new Map(), string: () => new Map(), struct: () => new JoinedMap() }),
    "map/stall": stall(() => new Map()),
    "map/bytes": bytes,
    "map/v8-gc": v8Collection(
      () => new Map<number, number>(),
      (m) => m.size,
    ),
  },
};

export default native;
