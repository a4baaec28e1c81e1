/**
 * The deterministic scheduler: every choice comes from a seed, and time is virtual.
 *
 * Invariants
 *  1. The same program with the same seed runs the same way, as long as it takes its randomness from `random` and its
 *     time from the clock.
 *  2. Any runnable goroutine may run next, and any of the timers due at one instant may fire first; each is equally likely.
 *  3. Time stands still while anything can run; then it jumps to the next deadline.
 *  4. While async functions may be about to run, the host has its turn, in which they do, after a number of steps and not of
 *     milliseconds: else what runs first would hang on how fast the machine is.
 *
 * It finds orders that a FIFO queue never shows, and finds them again by their seed.
 */
import { checkOptions } from "@gort/types";
import type { DeterministicOptions, GoFunc, Scheduler } from "./api.ts";
import { budget } from "./budget.ts";
import { VirtualClock } from "./clock.ts";
import { Core } from "./core.ts";
import { checkEpoch, checkSeed } from "./errors.ts";
import type { G } from "./g.ts";
import { hostNow } from "./host.ts";
import { seedFromHost } from "./prng.ts";
import { OPTIONS } from "./options.ts";
import { Ring } from "./ring.ts";
import { newTurn } from "./turn.ts";

/** Virtual time begins here, as in Go's synctest: 2000-01-01 00:00:00 UTC. */
const EPOCH_MS = 946_684_800_000;

/** Steps between two turns of the host while async functions may be about to run. */
const STEPS_MAX = 256;

class DeterministicScheduler extends Core {
  readonly procs = 1;
  readonly seed: number;
  private readonly runnable = new Ring();
  /** Steps since the host's turn, or since an async function may be about to run. */
  private unseen = 0;

  constructor(options: DeterministicOptions, seed: number) {
    super(options, new VirtualClock(1, options.epoch ?? EPOCH_MS, seed), null, true, seed);
    this.seed = seed;
  }

  override run<A extends unknown[], R>(main: GoFunc<A, R>, ...args: A): Promise<R> {
    newTurn();
    return super.run(main, ...args);
  }

  protected override steps(): boolean {
    this.unseen = 0;
    return super.steps() || this.runnable.size > 0;
  }

  protected override isOver(now: number): boolean {
    return this.isQuiet() && super.isOver(now);
  }

  protected override mayBeJoined(): boolean {
    return super.mayBeJoined() || !this.isQuiet();
  }

  protected put(g: G): void {
    this.runnable.push(g);
  }

  protected pick(): G | null {
    const { runnable } = this;
    if (this.isQuiet()) this.unseen = 0;
    else if (++this.unseen > STEPS_MAX) return null;
    const n = runnable.size;
    if (n <= 1) return runnable.shift();
    return runnable.takeAt(this.rng.below(n));
  }

  queued(): G[] {
    return this.runnable.list();
  }

  protected clearQueues(): void {
    this.runnable.clear();
  }

  /** A checkpoint is one more place where another goroutine may run; where there is none, the host may. */
  override due(): boolean {
    if (this.runnable.size > 0) return this.rng.below(2) === 0;
    return !this.isQuiet() || super.isOver(hostNow());
  }

  /** Asked after the same number of ops each time, whatever the clock says. */
  override overdue(): boolean {
    budget.left = this.atOnce;
    return this.due();
  }
}

/**
 * A scheduler whose every choice is drawn from `seed`, on virtual time that jumps to the next deadline when all
 * goroutines wait. For tests: run the same body under many seeds, and repeat a failure by its seed. O(1).
 * @throws RangeError for an option out of range, such as a seed that is no number of 32 bits; TypeError for an option that is unknown or
 * of a wrong type
 *
 * @example
 * ```ts
 * import { createDeterministicScheduler, go, now, sleep } from "@gort/sched";
 *
 * function* main() {
 *   const order: number[] = [];
 *   for (let i = 0; i < 4; i++) go(function* () { order.push(i); });
 *   yield* sleep(3_600_000); // an hour passes at once
 *   return [order.join(""), now()];
 * }
 * const a = await createDeterministicScheduler({ seed: 7 }).run(main);
 * const b = await createDeterministicScheduler({ seed: 7 }).run(main);
 * a[1]; // => 3600000
 * a[0] === b[0]; // => true
 * ```
 */
export function createDeterministicScheduler(
  options: DeterministicOptions = {},
): Scheduler & { readonly seed: number } {
  checkOptions("createDeterministicScheduler", options, `${OPTIONS} seed epoch`);
  if (options.epoch !== undefined) checkEpoch("createDeterministicScheduler", options.epoch);
  const seed =
    options.seed === undefined
      ? seedFromHost()
      : checkSeed("createDeterministicScheduler", options.seed);
  return new DeterministicScheduler(options, seed);
}
