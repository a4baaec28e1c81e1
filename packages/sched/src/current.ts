/**
 * What is current: the goroutine, clock, random source and gate that a primitive should use right now.
 *
 * Invariant: inside a goroutine these are its scheduler's; elsewhere the default scheduler's if there is one, else
 * the host's. Nothing here makes a scheduler, so a program that only awaits channels does not carry one.
 */
import { badNumber, RuntimeError } from "@gort/types";
import { ambient } from "./ambient.ts";
import type { Clock, Goroutine, Scheduler } from "./api.ts";
import { AsyncGate } from "./async-waiter.ts";
import { RealClock } from "./clock.ts";
import { type Capture, hostNow, hostWall } from "./host.ts";

/** What a scheduler of ours offers to ops beyond the public contract. */
export interface Runtime extends Scheduler {
  readonly gate: AsyncGate;
}

/** A scheduler that counts the waits for what is outside. */
export type Counter = Scheduler & Required<Pick<Scheduler, "outside">>;

/**
 * The goroutine being stepped, or null outside of any. O(1).
 *
 * @example
 * ```ts
 * import { currentGoroutine, run } from "@gort/sched";
 *
 * currentGoroutine(); // => null
 * await run(function* main() {
 *   return currentGoroutine()?.name;
 * }); // => "main"
 * ```
 */
export function currentGoroutine(): Goroutine | null {
  return ambient.slot.g;
}

/** What was current before {@link enter}. */
export interface Entered {
  /** The goroutine, null outside of any. */
  readonly g: Goroutine | null;
  /** Its scheduler, null outside of any goroutine. */
  readonly scheduler: Scheduler | null;
}

/**
 * Makes `g` the current goroutine and `scheduler` the current scheduler, which `go`, `sleep`, `recover` and the others
 * look for. For schedulers of your own: call it before a step, and {@link leave} after it, however the step ends. O(1).
 *
 * @example
 * ```ts
 * import { createFifoScheduler, currentScheduler } from "@gort/sched";
 * import { enter, leave } from "@gort/sched/primitives";
 *
 * const mine = createFifoScheduler(); // stands for a scheduler of your own
 * const before = enter(null, mine);
 * try {
 *   currentScheduler() === mine; // => true
 * } finally {
 *   leave(before);
 * }
 * ```
 */
export function enter(g: Goroutine | null, scheduler: Scheduler | null): Entered {
  const before = { g: ambient.slot.g, scheduler: ambient.sched };
  ambient.slot.g = g;
  ambient.sched = scheduler;
  return before;
}

/**
 * Puts back what was current before an {@link enter}. O(1).
 *
 * @example
 * ```ts
 * import { createFifoScheduler, currentScheduler } from "@gort/sched";
 * import { enter, leave } from "@gort/sched/primitives";
 *
 * const mine = createFifoScheduler(); // stands for a scheduler of your own
 * const outside = currentScheduler();
 * const before = enter(null, mine);
 * leave(before);
 * currentScheduler() === outside; // => true
 * ```
 */
export function leave(before: Entered): void {
  ambient.slot.g = before.g;
  ambient.sched = before.scheduler;
}

/**
 * The clock of the current scheduler, else one on the host's time. O(1).
 *
 * @example
 * ```ts
 * import { createDeterministicScheduler, currentClock } from "@gort/sched";
 *
 * const s = createDeterministicScheduler({ seed: 1 });
 * await s.run(() => currentClock() === s.clock); // => true
 * currentClock() === s.clock; // => false
 * ```
 */
export function currentClock(): Clock {
  const s = ambient.sched ?? ambient.fallback;
  return s !== null ? s.clock : (ambient.clock ??= new RealClock(1));
}

/**
 * Monotonic milliseconds of the current scheduler's clock: virtual inside a deterministic one. O(1).
 *
 * @example
 * ```ts
 * import { now } from "@gort/sched";
 *
 * const start = now();
 * now() >= start; // => true
 * ```
 */
export function now(): number {
  const s = ambient.sched ?? ambient.fallback;
  return s !== null ? s.clock.now() : (ambient.time?.now() ?? hostNow());
}

/**
 * Wall clock of the current scheduler, milliseconds since 1970. O(1).
 *
 * @example
 * ```ts
 * import { createDeterministicScheduler, wall } from "@gort/sched";
 *
 * const at = await createDeterministicScheduler().run(() => wall());
 * new Date(at).toISOString(); // => "2000-01-01T00:00:00.000Z"
 * ```
 */
export function wall(): number {
  const s = ambient.sched ?? ambient.fallback;
  return s !== null ? s.clock.wall() : hostWall();
}

/**
 * Uniform integer in [0, n) from the current scheduler: seeded where that is deterministic. Go's `rand.Intn`. O(1).
 *
 * @throws RangeError if `n` is not an integer from 1 to 2^32; TypeError for what is no number
 *
 * @example
 * ```ts
 * import { createDeterministicScheduler, random } from "@gort/sched";
 *
 * const dice = () => [random(6), random(6), random(6)];
 * const a = await createDeterministicScheduler({ seed: 7 }).run(dice);
 * const b = await createDeterministicScheduler({ seed: 7 }).run(dice);
 * String(a) === String(b); // => true
 * a.every((n) => n >= 0 && n < 6); // => true
 * ```
 */
export function random(n: number): number {
  if (!Number.isInteger(n) || n < 1 || n > 2 ** 32)
    throw badNumber("random", "n", n, "an integer from 1 to 4294967296");
  const s = ambient.sched ?? ambient.fallback;
  return s !== null ? s.random(n) : Math.floor(Math.random() * n);
}

/** The current scheduler if it is one of ours. */
function currentRuntime(): Runtime | null {
  const s = (ambient.sched ?? ambient.fallback) as Partial<Runtime> | null;
  return s !== null && s.gate !== undefined ? (s as Runtime) : null;
}

/**
 * The program to which a goroutine belongs that is started now; null outside of programs.
 * @internal
 */
export function currentProgram(): { readonly over: boolean } | null {
  const s = (ambient.sched ?? ambient.fallback) as { program?: { over: boolean } | null } | null;
  return s?.program ?? null;
}

/**
 * How what is started later runs in the async context of now, if the current scheduler keeps contexts (its option `context`); null if
 * not.
 * @internal
 */
export function currentContext(): Carrier | null {
  const s = (ambient.sched ?? ambient.fallback) as { readonly capture?: Capture | null } | null;
  return s?.capture?.() ?? null;
}

/**
 * Runs what it is given in an async context that was kept.
 * @internal
 */
export type Carrier = (start: () => void) => void;

/**
 * What starts one thing later in the async context of now, outside of goroutines: in a job of a promise made here, which is what keeps
 * that context on every host, without naming a host's API.
 * @internal
 */
export function carrier(): Carrier {
  let begin!: Carrier;
  void new Promise<() => void>((resolve) => (begin = resolve)).then((start) => start());
  return begin;
}

/**
 * How what is started later runs in the async context of now: as {@link currentContext} says, else by a {@link carrier}; null inside a
 * generator goroutine whose scheduler keeps no contexts, for that one decides.
 * @internal
 */
export function keptContext(): Carrier | null {
  const g = ambient.slot.g as { readonly gen?: unknown } | null;
  return currentContext() ?? (g === null || g.gen === null ? carrier() : null);
}

/** The current scheduler if it counts waits for what is outside. */
export function currentCounter(): Counter | null {
  const s = ambient.sched ?? ambient.fallback;
  return s !== null && s.outside !== undefined ? (s as Counter) : null;
}

/**
 * The bubble (see `@gort/sched/testing`) that the code running now belongs to: an object to compare by identity; null outside.
 * A primitive that was made in a bubble refuses to be used from outside it. O(1).
 *
 * @example
 * ```ts
 * import { currentBubble } from "@gort/sched/primitives";
 * import { bubble } from "@gort/sched/testing";
 *
 * currentBubble(); // => null
 * await bubble(function* () {
 *   return currentBubble() !== null;
 * }); // => true
 * ```
 */
export function currentBubble(): object | null {
  const s = (ambient.sched ?? ambient.fallback) as { readonly isBubble?: boolean } | null;
  return s !== null && s.isBubble === true ? s : null;
}

/**
 * Whether the code running now belongs to `bubble`, which {@link currentBubble} gave, as far as that can be told: of bubbles side by
 * side, code that runs after an `await` may be of any that has not ended. O(1).
 * @internal
 */
export function isInside(bubble: object): boolean {
  const here = currentBubble();
  if (here === bubble || here === null) return here !== null;
  return ambient.sched === null && (bubble as { clock?: { over?: boolean } }).clock?.over !== true;
}

/** Throws `text`, as Go panics, if `clock` is that of a bubble and code outside of it is running. */
export function checkInside(clock: Clock, text: string): void {
  const { bubble } = clock as { readonly bubble?: object | null };
  if (bubble != null && !isInside(bubble)) throw new RuntimeError(text);
}

/** Where async functions that wait are kept. */
export function currentGate(): AsyncGate {
  return currentRuntime()?.gate ?? (ambient.gate ??= new AsyncGate());
}
