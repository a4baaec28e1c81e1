/**
 * The defaults: which scheduler `go` and `run` use when nobody chose one.
 *
 * Invariants: the default scheduler is made on first use and shares its clock and gate with async code that waits
 * outside any goroutine; every `run` has a scheduler of its own, so two programs in one process do not meet.
 */
import { ambient } from "./ambient.ts";
import type { GoFunc, Goroutine, GmpOptions, Scheduler } from "./api.ts";
import { AsyncGate } from "./async-waiter.ts";
import { RealClock } from "./clock.ts";
import { checkClock, checkMethods } from "./errors.ts";
import { GmpScheduler } from "./gmp.ts";
import { lightGoroutines } from "./launch.ts";
import { checkGmpOptions } from "./options.ts";

/**
 * The scheduler used outside goroutines, and by async goroutines after their first `await`. Made on first use. O(1).
 *
 * @example
 * ```ts
 * import { defaultScheduler } from "@gort/sched";
 *
 * defaultScheduler() === defaultScheduler(); // => true
 * ```
 */
export function defaultScheduler(): Scheduler {
  return (ambient.fallback ??= new GmpScheduler(
    {},
    (ambient.clock ??= new RealClock(1)),
    (ambient.gate ??= new AsyncGate()),
  ));
}

/**
 * Replaces the default scheduler and returns the one it replaces (null if none was made yet). For tests that put
 * async code on virtual time; always put the old one back. O(1).
 * @throws TypeError for an argument that is neither a scheduler nor null
 *
 * @example
 * ```ts
 * import { createFifoScheduler, defaultScheduler, setDefaultScheduler } from "@gort/sched";
 *
 * const mine = createFifoScheduler();
 * const old = setDefaultScheduler(mine);
 * defaultScheduler() === mine; // => true
 * setDefaultScheduler(old);
 * ```
 */
export function setDefaultScheduler(scheduler: Scheduler | null): Scheduler | null {
  if (scheduler !== null) {
    const where = "setDefaultScheduler";
    checkMethods(where, "scheduler", scheduler, "go run random numGoroutine stats");
    checkClock(where, "scheduler.clock", scheduler.clock);
  }
  const old = ambient.fallback;
  ambient.fallback = scheduler;
  return old;
}

/**
 * The scheduler of the goroutine being stepped, else the default one. O(1).
 *
 * @example
 * ```ts
 * import { createScheduler, currentScheduler, defaultScheduler } from "@gort/sched";
 *
 * currentScheduler() === defaultScheduler(); // => true
 * const s = createScheduler();
 * await s.run(() => currentScheduler() === s); // => true
 * ```
 */
export function currentScheduler(): Scheduler {
  return ambient.sched ?? defaultScheduler();
}

/**
 * Starts a goroutine on the current scheduler. Go's `go` statement: arguments are taken now, `fn` starts later. Throws
 * Go's fatal error for a nil `fn`, and a TypeError for anything else that is no function. O(1).
 *
 * In an async goroutine the current scheduler is known only up to the first `await`; after that this means the
 * default one, so code on another scheduler uses `scheduler.go`.
 *
 * @example
 * ```ts
 * import { go } from "@gort/sched";
 *
 * const g = go(function* (a: number, b: number) {
 *   return a * b;
 * }, 6, 7);
 * await g.join(); // => 42
 * ```
 */
export function go<A extends unknown[], R>(fn: GoFunc<A, R>, ...args: A): Goroutine<R> {
  return (ambient.sched ?? defaultScheduler()).go(fn, ...args);
}

/**
 * Runs `main` as a program on a scheduler of its own. Resolves with main's result when main returns (the other
 * goroutines are not waited for, as in Go), rejects with the panic that ended the program, or with a {@link DeadlockError} when nothing
 * can ever run again. While async goroutines are left it resolves one turn of the host later: an error of theirs that comes in that turn
 * rejects it, unless a wait failed with it because it was called off or because of the end itself.
 *
 * @param main a generator function, an async or a plain function, without parameters
 * @param options those of {@link createScheduler}
 * @throws RangeError or TypeError for an option that is unknown or cannot be; a `main` that is no function rejects with a TypeError,
 * a nil one with Go's fatal error
 *
 * @example
 * ```ts
 * import { go, run } from "@gort/sched";
 *
 * const sum = await run(function* () {
 *   const a = go(function* () { return 20; });
 *   const b = go(async () => 22);
 *   return (yield* a.join()) + (yield* b.join());
 * });
 * sum; // => 42
 * ```
 */
export function run<R>(main: GoFunc<[], R>, options: GmpOptions = {}): Promise<R> {
  checkGmpOptions("run", options);
  return new GmpScheduler(options).run(main);
}

/**
 * Goroutines of the current scheduler that are not dead. O(1).
 *
 * @example
 * ```ts
 * import { go, numGoroutine, run } from "@gort/sched";
 *
 * await run(function* () {
 *   go(function* () {});
 *   return numGoroutine();
 * }); // => 2
 * ```
 */
export function numGoroutine(): number {
  const s = currentScheduler();
  return s.numGoroutine() + (s === ambient.fallback ? lightGoroutines() : 0);
}
