/**
 * What all copies of the package in a process share: which goroutine is being stepped, by which scheduler, and what may yet wake whom.
 *
 * Invariants
 *  1. A scheduler sets `slot.g` and `sched` before it steps a goroutine and restores them when it stops stepping;
 *     between steps they are null.
 *  2. This is the only state that copies share. It lives on `globalThis` under one symbol, so that two copies of
 *     the package in one process see one world. What a module keeps for itself, such as spare objects and caches, says
 *     nothing about any program.
 *
 * Why the slot is an object of its own, which each run of a pump makes anew: V8's collector notes every young object that is
 * written into an old one, and goroutines are mostly young. A new slot is young itself; it spares a hand-off a sixteenth.
 *
 * The slot holds in a generator goroutine for its whole life, in an async one up to its first `await`. After that
 * `go`, `sleep` and the others use the defaults, which are made when first needed. `AsyncLocalStorage` was rejected
 * as the carrier: browsers lack it and it costs more than a hand-off.
 */
import type { Clock, Goroutine, Scheduler } from "./api.ts";
import type { AsyncGate } from "./async-waiter.ts";
import type { HostTime } from "./host-time.ts";

/** What is shared. */
export interface Ambient {
  /** The goroutine being stepped; whoever begins to step goroutines makes the slot anew. */
  slot: { g: Goroutine | null };
  /** The scheduler that steps it. */
  sched: Scheduler | null;
  /** The deferred call in progress outside any goroutine, for `recover`. */
  frame: unknown;
  /** The same in goroutines that do not keep it themselves, those of somebody else's schedulers. */
  frames?: WeakMap<Goroutine, unknown>;
  /** The default scheduler, and the clock and gate that async code uses even without one. */
  fallback: Scheduler | null;
  /** Runs what primitives start in a program that has no scheduler; see `launch.ts`. */
  light?: unknown;
  clock: Clock | null;
  /** Timers that outlived the program on whose clock they were: see `Clock.schedule`. */
  lasting?: Clock;
  gate: AsyncGate | null;
  /** Whose verdict of deadlock waits, how many may yet wake goroutines, how many verdicts there were, pledges: see `postpone.ts`. */
  postponed?: Set<() => void>;
  hopes?: number;
  verdicts?: number;
  pledges?: { next: object | null; due: number };
  /** What waits failed with that were called off: see `called-off.ts`. */
  calledOff?: { readonly errors: WeakSet<object>; latest: unknown };
  /** The time of all clocks on the host's. */
  time?: HostTime;
  /** What is left of a step, and what is yielded at its end; see `budget.ts`. */
  budget?: { left: number; driven: boolean };
  preempt?: { readonly done: false; readonly value: undefined };
  /** How long the host has been kept waiting; see `turn.ts`. */
  readonly turn: {
    count: number;
    started: number;
    over: boolean;
    deferred: (() => void)[];
    /** Counts programs that began a turn anew. */
    id?: number;
  };
}

const KEY = Symbol.for("gort.ambient");
const holder = globalThis as unknown as Record<symbol, Ambient | undefined>;

export const ambient: Ambient = (holder[KEY] ??= {
  slot: { g: null },
  sched: null,
  frame: null,
  fallback: null,
  clock: null,
  gate: null,
  turn: { count: 0, started: -1, over: false, deferred: [] },
});
