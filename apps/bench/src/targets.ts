/**
 * The targets, as data: what gort set out to reach, beside what it reached. A target that is missed is printed as missed;
 * it never fails anything.
 */

/** One target. */
export interface Target {
  readonly job: string;
  /**
   * Rivals it is measured against: the name of a contender; `fastest` and `fairest` are the fastest JavaScript library,
   * and the fastest one that lets timers fire under load. None for a bound on gort's own value.
   */
  readonly rival?: string;
  /** Judged for gort's other form of the job, which is this. */
  readonly form?: string;
  /** gort must be at least this many times as fast (or as small) as the rival. */
  readonly atLeast?: number;
  /** gort's own value must be at most this, in the unit of the job. */
  readonly atMost?: number;
  /** What stands in the way, where it is missed although gort is the faster one; where gort loses: `reasons.ts`. */
  readonly short?: string;
}

const steps =
  "both goroutines are resumed for each value, and two bare generators that resume each other, with no channel between them, take as long";
const delegation = "`yield*` alone takes V8 almost half of the time, whatever it is applied to";
const misses =
  "most of the time both wait for memory: the blocks' own misses of the caches and of the page table are the same for every allocator";
const lines =
  "a lookup waits for two or three cache lines, the object that is the key among them; the rival computes (it joins and hashes a string), so that the factor follows the memory's speed";
const givingWay =
  "here an operation is made first, and counted, so that the event loop has its turn, which the other never gives it";
const waiting =
  "both wait for memory, about as often: a bucket and its value here, an index and an entry there";

/** The libraries whose timers fire while their channels are busy. */
const fair: readonly string[] = ["ts-chan", "effect", "js-csp"];

/** What gort's other forms are called as a contender. */
export const OTHER_FORM = "gort, other form";

/** Whether a contender may be whom a target is measured against. */
export const isRival = (rival: string, name: string, library: boolean): boolean =>
  rival === "fastest" || rival === "fairest"
    ? library && (rival === "fastest" || fair.includes(name))
    : rival === name;

export const targets: readonly Target[] = [
  { job: "chan/unbuffered", rival: "Go", atLeast: 1 },
  { job: "chan/unbuffered", rival: "Go (wasm)", atLeast: 8 },
  { job: "chan/unbuffered", rival: "fastest", atLeast: 3, short: steps },
  { job: "chan/buffered", rival: "Go", atLeast: 0.8 },
  { job: "chan/buffered", rival: "Go (wasm)", atLeast: 3 },
  { job: "chan/buffered", rival: "fastest", atLeast: 5, short: delegation },
  { job: "chan-async/unbuffered", rival: "fairest", atLeast: 1.5 },
  { job: "chan-async/unbuffered", rival: "fastest", atLeast: 1 },
  {
    job: "chan-async/unbuffered",
    form: "`op.start()`",
    rival: "fastest",
    atLeast: 1,
    short: givingWay,
  },
  { job: "chan-async/buffered", rival: "fairest", atLeast: 1.5 },
  { job: "chan-async/buffered", rival: "fastest", atLeast: 1 },
  {
    job: "chan-async/buffered",
    form: "`op.start()`",
    rival: "fastest",
    atLeast: 1,
    short: givingWay,
  },
  { job: "chan/select-ready", rival: "Go", atLeast: 1 },
  { job: "chan/select-blocking", rival: "Go", atLeast: 1 },
  { job: "chan/sieve", rival: "Go", atLeast: 1 },
  { job: "latency/timer", atMost: 10 },
  {
    job: "sched/spawn",
    rival: "Go",
    atLeast: 2,
    short: "V8 makes a generator for each goroutine and resumes it twice, which Go does not",
  },
  { job: "sched/parked", atMost: 450 },
  { job: "sched/timer-add", rival: "JavaScript", atLeast: 3 },
  { job: "sched/timer-stop", rival: "JavaScript", atLeast: 3 },
  { job: "sched/timer-fire", rival: "JavaScript", atLeast: 3 },
  { job: "sync/trylock", atMost: 20 },
  { job: "sync/lock", atMost: 60 },
  { job: "sync/lock", rival: "fastest", atLeast: 5, short: delegation },
  { job: "context/wide", rival: "Go", atLeast: 1 / 3 },
  { job: "context/deep", rival: "Go", atLeast: 1 / 3 },
  { job: "alloc/pairs", rival: "AssemblyScript", atLeast: 3 },
  { job: "alloc/pairs", rival: "Go", atLeast: 0.5 },
  { job: "alloc/churn-1e3", rival: "AssemblyScript", atLeast: 3 },
  { job: "alloc/churn-1e5", rival: "AssemblyScript", atLeast: 3, short: misses },
  { job: "alloc/churn-1e6", rival: "AssemblyScript", atLeast: 3, short: misses },
  { job: "alloc/churn-2e4", rival: "@thi.ng/malloc", atLeast: 20 },
  { job: "gc/trees", rival: "JavaScript", atLeast: 0.5 },
  { job: "gc/trees", rival: "Go", atLeast: 1 / 3 },
  { job: "gc/trees-17", rival: "JavaScript", atLeast: 0.5 },
  { job: "gc/trees-17", rival: "Go", atLeast: 1 / 3 },
  { job: "gc/trees-18", rival: "JavaScript", atLeast: 0.5 },
  { job: "gc/trees-18", rival: "Go", atLeast: 1 / 3 },
  { job: "gc/trees-20", rival: "JavaScript", atLeast: 0.5 },
  { job: "gc/trees-20", rival: "Go", atLeast: 1 / 3 },
  { job: "gc/pause-max", atMost: 3 },
  { job: "gc/pause-p99", atMost: 1 },
  { job: "gc/mark", atMost: 60 },
  { job: "gc/record", atMost: 16 * 1.15 },
  { job: "gc/barrier-off", atMost: 2 },
  { job: "gc/barrier-on", atMost: 20 },
  { job: "slice/loop", rival: "JavaScript", atLeast: 0.9 },
  { job: "slice/view", rival: "JavaScript", atLeast: 0.9 },
  { job: "slice/append", rival: "JavaScript", atLeast: 1 },
  { job: "slice/copy", rival: "JavaScript", atLeast: 0.9 },
  { job: "slice/sort", rival: "JavaScript", atLeast: 1 },
  { job: "slice/sort-structs", rival: "JavaScript", atLeast: 1 },
  { job: "map/int-set", rival: "JavaScript", atLeast: 1.5, short: waiting },
  { job: "map/int-set", rival: "Go", atLeast: 1 },
  { job: "map/int-get", rival: "JavaScript", atLeast: 1.5, short: waiting },
  { job: "map/int-get", rival: "Go", atLeast: 1 },
  { job: "map/int-delete", rival: "JavaScript", atLeast: 1.5, short: waiting },
  { job: "map/int-delete", rival: "Go", atLeast: 1 },
  { job: "map/string-set", rival: "JavaScript", atLeast: 0.7 },
  { job: "map/string-get", rival: "JavaScript", atLeast: 0.7 },
  { job: "map/struct-set", rival: "JavaScript", atLeast: 3, short: lines },
  { job: "map/struct-get", rival: "JavaScript", atLeast: 3, short: lines },
  { job: "map/stall", atMost: 1 },
  { job: "map/bytes", atMost: 24 },
  { job: "map/v8-gc", atMost: 10 },
];
