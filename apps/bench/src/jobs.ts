/**
 * The jobs, as data: what is measured, in which unit, how large. What each contender does for a job is in its own file.
 *
 * Invariants
 *  1. `id` is `group/name`; every group has an entry in groups.ts.
 *  2. In every unit less is better.
 *  3. A job that is measured `with` another stands after it and has the same sizes: one process gives both values.
 */

/** One thing that is measured. */
export interface JobSpec {
  readonly id: string;
  readonly title: string;
  /** `ns`: nanoseconds per operation, `n` operations. Others are returned by the job itself. */
  readonly unit: "ns" | "ms" | "B";
  /** Size of a measured run. */
  readonly n: number;
  /** Size for `--quick`. */
  readonly quick: number;
  /** Size for `--full`, if it differs. */
  readonly full?: number;
  /** Size at which the results are compared first. @defaultValue 1000 */
  readonly checkN?: number;
  /** Sizes of the growth plot; those above 10^6 only if asked for. None where n is no size of a structure. */
  readonly growth?: readonly number[];
  /** Measured runs per process, after one that warms up. 0: one run without a warm-up. @defaultValue 3 */
  readonly runs?: number;
  /** The job whose process measures this one too. */
  readonly with?: string;
}

const decades = [1e3, 1e4, 1e5, 1e6, 1e7] as const;
const grows = { growth: decades };

type More = Partial<Omit<JobSpec, "id" | "title" | "n" | "quick">>;
const job =
  (unit: JobSpec["unit"]) =>
  (id: string, title: string, n: number, quick: number, more: More = {}): JobSpec => ({
    id,
    title,
    unit,
    n,
    quick,
    ...more,
  });
const ns = job("ns");
const ms = job("ms");
const bytes = job("B");

export const jobs: readonly JobSpec[] = [
  ns("chan/unbuffered", "unbuffered hand-off", 300_000, 100_000, grows),
  ns("chan/buffered", "buffered (100) send + receive", 500_000, 200_000, grows),
  ns("chan/select-ready", "select, two ready", 200_000, 20_000, grows),
  ns("chan/select-blocking", "select, two blocking", 200_000, 20_000, grows),
  ms("chan/sieve", "prime sieve, all", 2000, 300, { checkN: 100, runs: 2 }),

  ns("chan-async/unbuffered", "await, unbuffered", 100_000, 10_000, grows),
  ns("chan-async/buffered", "await, buffered (100)", 100_000, 10_000, grows),

  ms("latency/timer", "p99.9 lateness of a 10 ms timer", 1200, 300, { checkN: 30, runs: 0 }),

  ns("sched/spawn", "spawn + finish, WaitGroup", 200_000, 20_000, grows),
  bytes("sched/parked", "heap per parked goroutine", 20_000, 10_000, {
    full: 1_000_000,
    runs: 1,
    ...grows,
  }),
  ns("sched/timer-add", "add a timer", 1_000_000, 50_000, { runs: 1, ...grows }),
  ns("sched/timer-stop", "stop a timer", 1_000_000, 50_000, {
    runs: 1,
    with: "sched/timer-add",
    ...grows,
  }),
  ns("sched/timer-fire", "add and fire a timer", 1_000_000, 50_000, { runs: 1, ...grows }),

  ns("sync/trylock", "tryLock + unlock", 1_000_000, 100_000, grows),
  ns("sync/lock", "lock + unlock in a goroutine", 300_000, 30_000, grows),
  ns("sync/lock-async", "await lock + unlock", 100_000, 10_000, grows),
  ns("sync/limit", "10 of n tasks at a time", 20_000, 5_000, grows),

  ns("context/wide", "wide tree, create + cancel", 100_000, 5_000, { runs: 1, ...grows }),
  ns("context/deep", "deep tree, create + cancel", 100_000, 5_000, { runs: 1, ...grows }),

  ns("alloc/pairs", "alloc + free, 64 B", 500_000, 100_000, grows),
  ns("alloc/churn-1e3", "free + alloc, 10^3 live", 500_000, 100_000, { checkN: 5000 }),
  ns("alloc/churn-2e4", "free + alloc, 2·10^4 live", 500_000, 100_000, { checkN: 1000 }),
  ns("alloc/churn-1e5", "free + alloc, 10^5 live", 500_000, 100_000, { checkN: 5000 }),
  ns("alloc/churn-1e6", "free + alloc, 10^6 live", 500_000, 100_000, { checkN: 2000, runs: 1 }),

  ms("gc/trees", "binary trees 16 deep, all", 16, 10, { checkN: 6 }),
  ms("gc/trees-17", "binary trees 17 deep, all", 17, 11, { runs: 1, checkN: 7 }),
  ms("gc/trees-18", "binary trees 18 deep, all", 18, 12, { runs: 1, checkN: 8 }),
  ms("gc/trees-20", "binary trees 20 deep, all", 20, 13, { runs: 0, checkN: 9 }),
  ms("gc/pause-max", "longest pause, n live records", 1_000_000, 50_000, {
    full: 4_000_000,
    runs: 0,
    growth: decades.slice(1),
  }),
  ms("gc/pause-p99", "p99 of the pauses", 1_000_000, 50_000, {
    full: 4_000_000,
    runs: 0,
    growth: decades.slice(1),
    with: "gc/pause-max",
  }),
  ns("gc/mark", "full collection, per live object", 1_000_000, 50_000, { runs: 2, ...grows }),
  bytes("gc/record", "bytes per record of two doubles", 1_000_000, 100_000, { runs: 0, ...grows }),
  ns("gc/barrier-off", "pointer write beyond a raw store, idle", 2_000_000, 500_000),
  ns("gc/barrier-on", "pointer write beyond a raw store, marking", 2_000_000, 500_000),

  ns("slice/loop", "index loop, slice passed in", 1_000_000, 100_000, { runs: 20, ...grows }),
  ns("slice/view", "loop over view()", 1_000_000, 100_000, { runs: 20, ...grows }),
  ns("slice/append", "append", 1_000_000, 100_000, { runs: 8, ...grows }),
  ns("slice/copy", "overlapping copy", 1_000_000, 100_000, { runs: 20, ...grows }),
  ns("slice/sort", "sort int32", 1_000_000, 50_000, grows),
  ns("slice/sort-structs", "sort structs by comparator", 500_000, 50_000, { runs: 2, ...grows }),

  ns("map/int-set", "int32 keys, set", 1_000_000, 50_000, { runs: 2, ...grows }),
  ns("map/int-get", "int32 keys, get", 1_000_000, 50_000, {
    runs: 2,
    with: "map/int-set",
    ...grows,
  }),
  ns("map/int-delete", "int32 keys, delete", 1_000_000, 50_000, {
    runs: 2,
    with: "map/int-set",
    ...grows,
  }),
  ns("map/string-set", "string keys, set", 500_000, 50_000, { runs: 2, ...grows }),
  ns("map/string-get", "string keys, get", 500_000, 50_000, {
    runs: 2,
    with: "map/string-set",
    ...grows,
  }),
  ns("map/string-delete", "string keys, delete", 500_000, 50_000, {
    runs: 2,
    with: "map/string-set",
    ...grows,
  }),
  ns("map/struct-set", "struct keys, set", 500_000, 50_000, { runs: 2, ...grows }),
  ns("map/struct-get", "struct keys, get", 500_000, 50_000, {
    runs: 2,
    with: "map/struct-set",
    ...grows,
  }),
  ns("map/struct-delete", "struct keys, delete", 500_000, 50_000, {
    runs: 2,
    with: "map/struct-set",
    ...grows,
  }),
  ms("map/stall", "longest single set, growing to n", 2_000_000, 200_000, {
    full: 20_000_000,
    runs: 0,
    ...grows,
  }),
  bytes("map/bytes", "bytes per entry, int32 to int32", 1_000_000, 100_000, {
    full: 10_000_000,
    runs: 0,
    ...grows,
  }),
  ms("map/v8-gc", "full V8 collection with n entries live", 2_000_000, 100_000, {
    full: 10_000_000,
    runs: 0,
    ...grows,
  }),
];

/** The title of a job, or its name if there is none of that name any more. */
export const title = (id: string): string => jobs.find((j) => j.id === id)?.title ?? id;

/** The job whose process measures `job`: itself, or the one it is measured with. */
export const leaderOf = (job: JobSpec): JobSpec =>
  job.with === undefined ? job : jobs.find((j) => j.id === job.with)!;
