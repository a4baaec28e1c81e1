/**
 * Contracts of `@gort/sched`: the scheduler, its clock, its tracer.
 *
 * Invariants
 *  1. A goroutine is in exactly one of: a run queue, running, parked on one op, dead.
 *  2. `ready` makes a parked goroutine runnable exactly once; the order in which goroutines are readied is
 *     the order in which a FIFO scheduler runs them.
 *  3. A scheduler yields to the host's event loop at least once per time slice while it has work.
 */
import type { Op } from "./op.ts";

/** What a goroutine runs: a generator function (fast, steppable) or an async or plain function. */
export type GoFunc<A extends unknown[], R> = (
  ...args: A
) => Generator<Op<any> | undefined, R, any> | PromiseLike<R> | R;

/** The generator type of a goroutine body: `function* worker(): Go<void> { … }`. */
export type Go<R = void> = Generator<Op<any> | undefined, R, any>;

/** Go's names of the states of a goroutine. */
export type GStatus = "idle" | "runnable" | "running" | "syscall" | "waiting" | "dead";

/** Handle of a goroutine. */
export interface Goroutine<R = unknown> {
  readonly id: number;
  name: string;
  readonly status: GStatus;
  /** Waits for the end: its result, or its panic thrown here (which then counts as handled). */
  join(): Op<R>;
}

/** Runs goroutines. Every implementation passes `@gort/sched/testing`. */
export interface Scheduler {
  /** Starts a goroutine. Go's `go` statement: `fn` starts later, its arguments are taken now. */
  go<A extends unknown[], R>(fn: GoFunc<A, R>, ...args: A): Goroutine<R>;
  /** Runs a program: resolves when `main` returns, rejects with its panic or with a deadlock error. */
  run<A extends unknown[], R>(main: GoFunc<A, R>, ...args: A): Promise<R>;
  readonly clock: Clock;
  /** Uniform integer in [0, n): select order, steal order, map iteration. Seeded where deterministic. */
  random(n: number): number;
  /** Goroutines that are not dead. */
  numGoroutine(): number;
  stats(): SchedStats;
}

/** Time and timers, in milliseconds. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Wall clock, milliseconds since 1970. */
  wall(): number;
  /** Calls `fire` once, at `when` (of `now()`) or soon after. */
  schedule(when: number, fire: () => void): ClockTimer;
}

export interface ClockTimer {
  /** True if it prevented the call. O(log n). */
  cancel(): boolean;
}

export interface SchedStats {
  readonly goroutinesCreated: number;
  readonly goroutinesLive: number;
  readonly contextSwitches: number;
  readonly steals: number;
  readonly timers: number;
  /** Parks by wait reason. */
  readonly blocks: Readonly<Record<string, number>>;
  readonly procs: number;
}
