/**
 * The jobs, as data: what is measured, in which unit, how large. What each contender does for a job is in its own file.
 *
 * Invariants
 *  1. `id` is `group/name`; every group has an entry in {@link groups}.
 *  2. In every unit less is better.
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
  /** Sizes of the growth plot; the largest only with `--full`. */
  readonly growth?: readonly number[];
  /** Measured runs per process, after one that warms up. 0: one run without a warm-up. @defaultValue 3 */
  readonly runs?: number;
}

/** A group is a table and a plot. */
export interface Group {
  readonly id: string;
  readonly title: string;
  /** What is measured. */
  readonly measures: string;
  /** What the figures do not show. */
  readonly hides: string;
}

const thousandFold = [1e3, 1e4, 1e5, 1e6, 1e7] as const;
const million = [1e3, 1e4, 1e5, 1e6] as const;

export const groups: readonly Group[] = [
  {
    id: "chan",
    title: "Channels",
    measures:
      "One goroutine (or async function) sends n numbers, another receives and adds them up; select over two channels; Go's prime sieve, a chain of 2,000 goroutines and channels. gort and Go run goroutines; libraries without them run async functions.",
    hides:
      "A program does something with the values. The channel's share of its time is what this table is about, and it may be small. Real Go has more than one processor to use; gort has one thread.",
  },
  {
    id: "chan-async",
    title: "Channels from async functions",
    measures:
      "The same hand-over between two async functions, `await ch.send(i)` and `await ch.recv()`: what a user writes who never meets a goroutine. `ts-chan` yields to the event loop now and then by default, which is fair to timers; the others of the table do not (see the latency table).",
    hides:
      "An awaited operation costs at least a few microtasks whoever implements it; `trySend` and `tryRecv` are the way round.",
  },
  {
    id: "latency",
    title: "Latency under load",
    measures:
      "Two tasks hand values over as fast as they can for 1.2 s while twenty 10 ms host timers run: the 99.9th percentile of how late they fire. The load ends by itself only when the time is up, so a library that never lets the event loop turn is late by all of it.",
    hides: "A program that awaits real input and output lets the loop turn now and then anyhow.",
  },
  {
    id: "sched",
    title: "Goroutines and timers",
    measures:
      "Starting and ending goroutines under a WaitGroup; bytes of heap per parked goroutine (or pending task); a million pending timers: adding, stopping, firing.",
    hides: "What the goroutines do. A goroutine with deep generators below it holds more.",
  },
  {
    id: "sync",
    title: "Locks and limits",
    measures:
      "Uncontended lock and unlock: by `tryLock`, as an operation of a goroutine, and from an async function; 10 at a time out of many tasks, each of which waits once.",
    hides: "Contention, where the order of waiters counts and not the speed of the fast path.",
  },
  {
    id: "context",
    title: "Contexts",
    measures:
      "A tree of contexts, all children of one root, or each the child of the last: created and cancelled at the root. Native: `AbortSignal.any`.",
    hides: "Trees of programs are small; this finds wrong complexities.",
  },
  {
    id: "alloc",
    title: "Allocation",
    measures:
      "Pairs of alloc and free of 64 bytes; a random live set of blocks of 8 B to 4 KiB (log-uniform), of which one is freed and one allocated, with one byte written and read. V8 and Go allocate byte arrays and leave the freeing to their collectors, whose time counts.",
    hides: "Locality of what is allocated, and how much memory is lost to fragmentation.",
  },
  {
    id: "gc",
    title: "Garbage collection",
    measures:
      "Binary trees (many short-lived ones beside a long-lived one); the longest pause while a graph of n records is marked and swept, in steps of 0.5 ms on a gort heap, as V8 and Go do it on their own; time of a full collection per live object; bytes per record of two doubles, all overheads counted; the write barrier, beyond a raw store.",
    hides:
      "gort's collector runs in steps the program allows for, on the program's thread; V8 and Go mark on other threads meanwhile. The records are typed data, not JavaScript objects.",
  },
  {
    id: "slice",
    title: "Slices",
    measures:
      "Indexing, appending, overlapping copy and sorting 10^6 elements, beside the raw typed array or array.",
    hides: "Loops over a constant array may be optimised further than those of a real program.",
  },
  {
    id: "map",
    title: "Maps",
    measures:
      "n entries set, read in random order, deleted in random order; int32 to float64 (gort: typed, in a heap), string keys (gort: on JavaScript values), keys of two int32 fields by value (native: joined strings); the longest single `set` while growing to n; bytes per int32 to int32 entry; the time of a full V8 collection with the map live.",
    hides:
      "Native `Map` keeps insertion order, which gort's map, as Go's, does not. Keys that hash alike, and memory that is shared with other programs, are not here.",
  },
];

export const jobs: readonly JobSpec[] = [
  {
    id: "chan/unbuffered",
    title: "unbuffered hand-off",
    unit: "ns",
    n: 300_000,
    quick: 100_000,
    growth: million,
  },
  {
    id: "chan/buffered",
    title: "buffered (100) send + receive",
    unit: "ns",
    n: 500_000,
    quick: 200_000,
    growth: million,
  },
  { id: "chan/select-ready", title: "select, two ready", unit: "ns", n: 200_000, quick: 20_000 },
  {
    id: "chan/select-blocking",
    title: "select, two blocking",
    unit: "ns",
    n: 200_000,
    quick: 20_000,
  },
  {
    id: "chan/sieve",
    title: "prime sieve, all",
    unit: "ms",
    n: 2000,
    quick: 300,
    checkN: 100,
    runs: 1,
  },

  {
    id: "chan-async/unbuffered",
    title: "await, unbuffered",
    unit: "ns",
    n: 100_000,
    quick: 10_000,
  },
  {
    id: "chan-async/buffered",
    title: "await, buffered (100)",
    unit: "ns",
    n: 100_000,
    quick: 10_000,
  },

  {
    id: "latency/timer",
    title: "p99.9 lateness of a 10 ms timer",
    unit: "ms",
    n: 1200,
    quick: 300,
    checkN: 30,
    runs: 0,
  },

  {
    id: "sched/spawn",
    title: "spawn + finish, WaitGroup",
    unit: "ns",
    n: 200_000,
    quick: 20_000,
    growth: million,
  },
  {
    id: "sched/parked",
    title: "heap per parked goroutine",
    unit: "B",
    n: 100_000,
    quick: 10_000,
    full: 1_000_000,
    runs: 1,
    growth: million,
  },
  {
    id: "sched/timer-add",
    title: "add a timer",
    unit: "ns",
    n: 1_000_000,
    quick: 50_000,
    runs: 1,
    growth: million,
  },
  {
    id: "sched/timer-stop",
    title: "stop a timer",
    unit: "ns",
    n: 1_000_000,
    quick: 50_000,
    runs: 1,
  },
  {
    id: "sched/timer-fire",
    title: "add and fire a timer",
    unit: "ns",
    n: 1_000_000,
    quick: 50_000,
    runs: 1,
  },

  { id: "sync/trylock", title: "tryLock + unlock", unit: "ns", n: 1_000_000, quick: 100_000 },
  { id: "sync/lock", title: "lock + unlock in a goroutine", unit: "ns", n: 300_000, quick: 30_000 },
  { id: "sync/lock-async", title: "await lock + unlock", unit: "ns", n: 100_000, quick: 10_000 },
  { id: "sync/limit", title: "10 of n tasks at a time", unit: "ns", n: 20_000, quick: 5_000 },

  {
    id: "context/wide",
    title: "wide tree, create + cancel",
    unit: "ns",
    n: 100_000,
    quick: 5_000,
    runs: 1,
    growth: [1e3, 1e4, 1e5],
  },
  {
    id: "context/deep",
    title: "deep tree, create + cancel",
    unit: "ns",
    n: 100_000,
    quick: 5_000,
    runs: 1,
    growth: [1e3, 1e4, 1e5],
  },

  { id: "alloc/pairs", title: "alloc + free, 64 B", unit: "ns", n: 500_000, quick: 100_000 },
  {
    id: "alloc/churn-1e3",
    title: "free + alloc, 10^3 live",
    unit: "ns",
    n: 500_000,
    quick: 100_000,
    checkN: 5000,
  },
  {
    id: "alloc/churn-2e4",
    title: "free + alloc, 2·10^4 live",
    unit: "ns",
    n: 500_000,
    quick: 100_000,
    checkN: 5000,
  },
  {
    id: "alloc/churn-1e5",
    title: "free + alloc, 10^5 live",
    unit: "ns",
    n: 500_000,
    quick: 100_000,
    checkN: 5000,
  },
  {
    id: "alloc/churn-1e6",
    title: "free + alloc, 10^6 live",
    unit: "ns",
    n: 500_000,
    quick: 100_000,
    checkN: 2000,
    runs: 1,
  },

  {
    id: "gc/trees",
    title: "binary trees, all",
    unit: "ms",
    n: 16,
    quick: 10,
    full: 18,
    checkN: 6,
    runs: 1,
  },
  {
    id: "gc/pause-max",
    title: "longest pause, n live records",
    unit: "ms",
    n: 1_000_000,
    quick: 50_000,
    full: 4_000_000,
    runs: 0,
    growth: thousandFold.slice(1),
  },
  {
    id: "gc/pause-p99",
    title: "p99 of the pauses",
    unit: "ms",
    n: 1_000_000,
    quick: 50_000,
    full: 4_000_000,
    runs: 0,
  },
  {
    id: "gc/mark",
    title: "full collection, per live object",
    unit: "ns",
    n: 1_000_000,
    quick: 50_000,
    runs: 2,
  },
  {
    id: "gc/record",
    title: "bytes per record of two doubles",
    unit: "B",
    n: 1_000_000,
    quick: 100_000,
    runs: 1,
  },
  {
    id: "gc/barrier-off",
    title: "pointer write beyond a raw store, idle",
    unit: "ns",
    n: 2_000_000,
    quick: 500_000,
  },
  {
    id: "gc/barrier-on",
    title: "pointer write beyond a raw store, marking",
    unit: "ns",
    n: 2_000_000,
    quick: 500_000,
  },

  {
    id: "slice/loop",
    title: "index loop",
    unit: "ns",
    n: 1_000_000,
    quick: 100_000,
    runs: 20,
    growth: million,
  },
  {
    id: "slice/append",
    title: "append",
    unit: "ns",
    n: 1_000_000,
    quick: 100_000,
    runs: 8,
    growth: million,
  },
  {
    id: "slice/copy",
    title: "overlapping copy",
    unit: "ns",
    n: 1_000_000,
    quick: 100_000,
    runs: 20,
  },
  { id: "slice/sort", title: "sort int32", unit: "ns", n: 1_000_000, quick: 50_000 },
  {
    id: "slice/sort-structs",
    title: "sort structs by comparator",
    unit: "ns",
    n: 500_000,
    quick: 50_000,
    runs: 2,
  },

  {
    id: "map/int-set",
    title: "int32 keys, set",
    unit: "ns",
    n: 1_000_000,
    quick: 50_000,
    runs: 1,
    growth: thousandFold,
  },
  {
    id: "map/int-get",
    title: "int32 keys, get",
    unit: "ns",
    n: 1_000_000,
    quick: 50_000,
    runs: 1,
    growth: thousandFold,
  },
  {
    id: "map/int-delete",
    title: "int32 keys, delete",
    unit: "ns",
    n: 1_000_000,
    quick: 50_000,
    runs: 1,
    growth: thousandFold,
  },
  {
    id: "map/string-set",
    title: "string keys, set",
    unit: "ns",
    n: 500_000,
    quick: 50_000,
    runs: 1,
  },
  {
    id: "map/string-get",
    title: "string keys, get",
    unit: "ns",
    n: 500_000,
    quick: 50_000,
    runs: 1,
  },
  {
    id: "map/struct-set",
    title: "struct keys, set",
    unit: "ns",
    n: 500_000,
    quick: 50_000,
    runs: 1,
  },
  {
    id: "map/struct-get",
    title: "struct keys, get",
    unit: "ns",
    n: 500_000,
    quick: 50_000,
    runs: 1,
  },
  {
    id: "map/stall",
    title: "longest single set, growing to n",
    unit: "ms",
    n: 4_000_000,
    quick: 200_000,
    full: 20_000_000,
    runs: 0,
  },
  {
    id: "map/bytes",
    title: "bytes per entry, int32 to int32",
    unit: "B",
    n: 1_000_000,
    quick: 100_000,
    full: 10_000_000,
    runs: 0,
    growth: thousandFold,
  },
  {
    id: "map/v8-gc",
    title: "full V8 collection with n entries live",
    unit: "ms",
    n: 2_000_000,
    quick: 100_000,
    full: 10_000_000,
    runs: 0,
  },
];

/** The group a job belongs to. */
export const groupOf = (id: string): string => id.slice(0, id.indexOf("/"));
