/**
 * Contracts of `@gort/sched`: the scheduler, its clock, its tracer.
 *
 * Invariants
 *  1. A goroutine is in exactly one of: a run queue, running, parked on one op, dead.
 *  2. `ready` makes a parked goroutine runnable exactly once; the order in which goroutines are readied is
 *     the order in which a FIFO scheduler runs them.
 *  3. A scheduler yields to the host's event loop at least once per time slice while it has work.
 */
import type { GoroutineInfo } from "./deadlock.ts";
import type { Op, OpRecord } from "./op.ts";
import type { WaitReason } from "./wait-reason.ts";

/** What a goroutine runs: a generator function (fast, steppable) or an async or plain function. */
export type GoFunc<A extends unknown[], R> = (
  ...args: A
) => Generator<OpRecord<any> | undefined, R, any> | PromiseLike<R> | R;

/**
 * The type of a generator that runs as a goroutine, or that one steps by `yield*`, where it has to be written out: `function* worker(): Go`,
 * and `Go<number>` for one that gives a number. It yields operations only; `Generator<unknown, R, unknown>` would let a promise pass.
 *
 * @example
 * ```ts
 * import { type Go, go, sleep } from "@gort/sched";
 *
 * function* countdown(n: number): Go<string> {
 *   if (n === 0) return "lift-off";
 *   yield* sleep(1);
 *   return yield* countdown(n - 1);
 * }
 * await go(countdown, 3).join(); // => "lift-off"
 * ```
 */
export type Go<R = void> = Generator<OpRecord<any> | undefined, R, any>;

/** What `yield*` gives `T` for, such as an op. To infer `T` from an op as a whole would tell a value that is a promise in two ways. */
export interface Yields<T> {
  /** For `yield*`. */
  [Symbol.iterator](): Iterator<any, T, any>;
}

/** Go's names of the states of a goroutine. None here is ever `"syscall"`: there is no thread to leave behind in the system. */
export type GStatus = "idle" | "runnable" | "running" | "syscall" | "waiting" | "dead";

/** Handle of a goroutine. */
export interface Goroutine<R = unknown> {
  /** Counts from 1 in each scheduler; never given twice. */
  readonly id: number;
  /** Shown in dumps and reports; that of its function unless set. To set what is no string throws a TypeError. */
  name: string;
  /** Go's name of its state now. */
  readonly status: GStatus;
  /**
   * Waits until its function has ended and gives its result, or throws here what it threw, which then counts as handled. Fails if the
   * end of its program ended it. Go has no such wait: it uses a channel or a WaitGroup. O(1).
   */
  join(): Op<R>;
}

/**
 * Runs goroutines. Every implementation passes `@gort/sched/testing`, which asks for more than the members say:
 *
 *  - `go` and a wake-up from outside are followed up in microtasks: code that only awaits promises sees goroutines proceed;
 *  - while goroutines run, the host gets a turn at least once per time slice;
 *  - each step runs between `enter(g, scheduler)` and `leave`, so that `go()` and `currentGoroutine()` know who runs;
 *  - a verdict of deadlock waits for one turn of the host, since code outside may be about to wake somebody; there is none while a
 *    wait is counted by `outside`, nor while `pendingOutside` says that a context made outside, or another program, may yet help;
 *  - the end of a program ends its goroutines where they stand: no `finally` block and no deferred call of a generator runs, but an op
 *    that is parked when its goroutine is ended is given up by `op.return()`;
 *  - whether a panic is joined is judged so late that an async function that joins at once, as in `await go(fn).join()`, is in time;
 *  - a panic that nobody joins or recovers while no program runs is thrown in a job of its own, for the host to report;
 *    `goexit` is never one.
 */
export interface Scheduler {
  /** Starts a goroutine. Go's `go` statement: `fn` starts later, its arguments are taken now. */
  go<A extends unknown[], R>(fn: GoFunc<A, R>, ...args: A): Goroutine<R>;
  /**
   * Runs a program: resolves when `main` returns, rejects with its panic or with a deadlock error. A panic that began before main
   * returned comes first; our own wait for that one turn of the host while async goroutines are left. Until the promise is settled the
   * scheduler runs no other program: our own then reject with an Error.
   */
  run<A extends unknown[], R>(main: GoFunc<A, R>, ...args: A): Promise<R>;
  /** What `sleep`, timers and deadlines of its goroutines go by. */
  readonly clock: Clock;
  /**
   * Uniform integer in [0, n), n from 1 to 2^32: select order, steal order, map iteration. Seeded where deterministic. Our own throw
   * a RangeError for another n.
   */
  random(n: number): number;
  /** Goroutines that are not dead. */
  numGoroutine(): number;
  /** What happened so far. O(wait reasons). */
  stats(): SchedStats;
  /** Goroutines that are not dead, for `goroutines(scheduler)` and dumps. May be missing: then those show none. */
  goroutines?(): GoroutineInfo[];
  /**
   * Counts a wait for something outside the program that begins (1) or is over (-1): for a promise, a signal, an event of the
   * host, another clock. There is no deadlock while any is counted. `holdsTime` says whether virtual time has to stand still
   * meanwhile. May be missing: then whoever waits only for such things seems stuck.
   */
  outside?(delta: 1 | -1, holdsTime: boolean): void;
}

/** Time and timers, in milliseconds. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Wall clock, milliseconds since 1970; goes on as fast as `now()`. */
  wall(): number;
  /**
   * Calls `fire` once, at `when` (of `now()`) or soon after; never for Infinity. The timers on a scheduler's clock end with its
   * program, unless they are `lasting`, as a context's deadline is: on the host's time those go on, without keeping the process alive.
   * Virtual time stands still after its program. A clock of yours that ends with no program may take no notice of `lasting`.
   */
  schedule(when: number, fire: () => void, lasting?: boolean): ClockTimer;
}

/** A pending call of {@link Clock.schedule}. */
export interface ClockTimer {
  /** True if it prevented the call. O(log n). */
  cancel(): boolean;
}

/** What a scheduler did since it was made. */
export interface SchedStats {
  /** Goroutines started so far. */
  readonly goroutinesCreated: number;
  /** Goroutines that are not dead. */
  readonly goroutinesLive: number;
  /** How often a goroutine was stepped. */
  readonly contextSwitches: number;
  /** How often a P took goroutines from another one. */
  readonly steals: number;
  /** Timers pending now. */
  readonly timers: number;
  /** Parks by wait reason. */
  readonly blocks: Readonly<Record<string, number>>;
  /** Logical processors. */
  readonly procs: number;
}

/** Options every scheduler of ours takes. */
export interface SchedulerOptions {
  /**
   * Longest run before the host's event loop gets a turn: more than 0 and at most 60,000 milliseconds. While async functions may be
   * about to run, a deterministic scheduler counts steps instead.
   * @defaultValue 4
   */
  readonly slice?: number | undefined;
  /** Time source; default the host's. */
  readonly clock?: Clock | undefined;
  /** Sees every event; without one an event costs one branch. */
  readonly tracer?: Tracer | null | undefined;
  /**
   * Whether `go` remembers where it was called, for dumps: microseconds each. `"auto"` does so for the first hundred
   * goroutines, which is as many as a deadlock report shows.
   * @defaultValue "auto"
   */
  readonly sites?: boolean | "auto" | undefined;
  /**
   * Called for a panic that nobody recovered or joined, instead of ending the program; a throw here ends it with
   * what is thrown. The main goroutine's panic always ends the program.
   */
  readonly onPanic?: ((error: unknown, g: Goroutine) => void) | undefined;
  /**
   * When a deadlock is reported. `"report"`: at once if every goroutine is a generator that waits for another one; when the event
   * loop has run empty if anything outside is waited for: promises, signals, async goroutines, what is on another scheduler, or any
   * `OutsideOp`; and, whoever waits for them, as long as timers or callbacks for signals (those of contexts, too) are pending
   * outside of programs, or other programs run, sleep, or wait for what is outside. `"exit"`: only when the event loop has run empty, for programs that event handlers feed without an op that
   * says so. `"off"`: never.
   * @defaultValue "report"
   */
  readonly deadlock?: "report" | "exit" | "off" | undefined;
  /**
   * Keeps `AsyncLocalStorage` in generator goroutines too, and for functions given to `afterFunc`; without it they see the
   * store of whoever woke the scheduler, while async functions keep theirs anyway. `true` takes the host's own means and
   * throws a TypeError where it has none (Node before 20.16, browsers); the README's cost table says what it takes a step and a
   * goroutine. A function captures the caller's context when a goroutine starts and returns how to run a step
   * in it; if it returns no function, the call that starts the goroutine throws a TypeError.
   * @defaultValue false
   */
  readonly context?: boolean | (() => (step: () => void) => void) | undefined;
}

/** Options of the GMP scheduler. */
export interface GmpOptions extends SchedulerOptions {
  /**
   * Logical processors, 1 to 1024. One gives Go's order with `GOMAXPROCS=1`.
   * @defaultValue 1
   */
  readonly procs?: number | undefined;
  /** Seed of `random` and of the choice of victims, an integer from 0 to 2^32 - 1; default unforeseeable. */
  readonly seed?: number | undefined;
}

/** Options of the deterministic scheduler; it brings its own clock. */
export interface DeterministicOptions extends Omit<SchedulerOptions, "clock"> {
  /** From which every choice is drawn, an integer from 0 to 2^32 - 1; default unforeseeable. */
  readonly seed?: number | undefined;
  /**
   * Wall clock at virtual time 0, milliseconds since 1970.
   * @defaultValue 2000-01-01 00:00:00 UTC
   */
  readonly epoch?: number | undefined;
}

/**
 * Sees what a scheduler does. Times are `clock.now()`, in milliseconds. A tracer must not call back into the
 * scheduler, and what it throws is the host's uncaught exception. One that several schedulers have must tell their goroutines apart by
 * the object, not by the id.
 */
export interface Tracer {
  /** `g` was started by `by` (null: from outside). */
  create(at: number, g: Goroutine, by: Goroutine | null): void;
  /** `g` begins to run on P `proc`. */
  start(at: number, g: Goroutine, proc: number): void;
  /** `g` stops running but stays runnable. */
  stop(at: number, g: Goroutine, why: "gosched" | "preempted"): void;
  /** `g` parks; `op` is what it waits for, null for an async function. */
  block(at: number, g: Goroutine, reason: WaitReason, op: OpRecord<any> | null): void;
  /** `g` becomes runnable because of `by` (null: a timer or the host). */
  unblock(at: number, g: Goroutine, by: Goroutine | null, op: OpRecord<any> | null): void;
  /** `g` ended: by itself, or `"killed"` by the end of its program. */
  end(at: number, g: Goroutine, how: "return" | "goexit" | "panic" | "killed"): void;
  /** P `proc` took `count` goroutines from P `victim`. */
  steal(at: number, proc: number, victim: number, count: number): void;
  /** A timer fired on P `proc`. */
  timer(at: number, proc: number): void;
  /** P `proc` begins or stops looking for work. */
  proc(at: number, proc: number, what: "start" | "stop"): void;
}
