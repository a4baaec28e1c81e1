/**
 * Contexts that end at a point in time.
 *
 * Invariants
 *  1. A deadline never outlives the parent's: if the parent's is earlier, the child is a plain cancellable context.
 *  2. A deadline that has passed gives a context that is done at once.
 *  3. The timer is gone as soon as the context has ended, however that came.
 *  4. The cause of a timeout applies only to the timeout; an explicit cancel gives Canceled.
 *  5. Where the scheduler keeps async contexts, whoever hears of the end does so in the context in which the deadline was set.
 *  6. It ends in time also if the program in which it was made has ended by then, but on virtual time, which stands still then.
 *
 * Why the clock is the scheduler's: under a deterministic scheduler deadlines are virtual like everything else. The
 * deadline is wall time, as in Go; the timer runs on the monotonic clock, for the time that was left at the start.
 */
import { type Clock, currentClock } from "@gort/sched";
import { currentContext } from "@gort/sched/primitives";
import { badArgument, badNumber, checkOptions } from "@gort/types";
import type { CancelFunc, Context, DeadlineOptions, HasTime, Instant } from "./api.ts";
import { Canceled, DeadlineExceeded } from "./errors.ts";
import { formatDuration, formatTime } from "./text.ts";
import { Node, attach, checkParent, withCancel } from "./tree.ts";

class DeadlineNode extends Node {
  private readonly at: number;
  private readonly clock: Clock;

  constructor(parent: Context, at: number, clock: Clock) {
    super(parent);
    this.at = at;
    this.clock = clock;
  }

  protected override ownDeadline(): number {
    return this.at;
  }

  protected override suffix(): string {
    return `.WithDeadline(${formatTime(this.at)} [${formatDuration(this.at - this.clock.wall())}])`;
  }
}

function derive(
  parent: Context,
  at: number,
  clock: Clock,
  why: unknown,
): [ctx: Context, cancel: CancelFunc] {
  const limit = parent.deadline() as [at: number, ok: boolean] | null | undefined;
  if (at === Infinity || (limit?.[1] === true && limit[0] < at)) return withCancel(parent);
  const node = new DeadlineNode(parent, at, clock);
  // Before the node is anybody's child: a clock of somebody's may throw.
  const left = at - clock.wall();
  const when = clock.now() + left;
  attach(node);
  if (left <= 0) node.end(DeadlineExceeded, why);
  else if (node.error === null) {
    const over = (): void => {
      node.timer = null;
      node.end(DeadlineExceeded, why);
    };
    const context = currentContext();
    const end = context === null ? over : () => context(over);
    try {
      node.timer = clock.schedule(when, end, true);
    } catch (error) {
      node.end(Canceled, null);
      throw error;
    }
  }
  return [node, () => node.end(Canceled, null)];
}

/**
 * A copy of `parent` that ends at `at`, or earlier with `cancel` or with `parent`. Go's `context.WithDeadline`. O(log timers + depth).
 *
 * It ends in time also after the program in which it was made, then without keeping the process alive. On virtual time, in a bubble
 * or under a deterministic scheduler, it does not: that time stands still when the program is over.
 * Made outside of any program it keeps the process alive, as `setTimeout` does, until it ends or is cancelled.
 *
 * @param at milliseconds since 1970, or a `Date`; `Infinity` for no deadline
 * @throws `cannot create context from nil parent`; a RangeError if `at` is NaN, a TypeError if it is neither a number nor a `Date`, for a
 *   parent that is no context, and for an option that is unknown or cannot be
 *
 * @example
 * ```ts
 * import { background, withDeadline } from "@gort/context";
 *
 * const [ctx, cancel] = withDeadline(background(), new Date("2020-01-01"));
 * ctx.err()?.message; // => "context deadline exceeded"
 * cancel();
 * ```
 */
export function withDeadline(
  parent: Context,
  at: Instant,
  options?: DeadlineOptions,
): [ctx: Context, cancel: CancelFunc] {
  return endingAt("withDeadline", parent, at, null, options);
}

/**
 * Like {@link withDeadline}, with a cause for the timeout. Go's `context.WithDeadlineCause`. O(log timers + depth).
 * @throws `cannot create context from nil parent`; a RangeError if `at` is NaN, a TypeError if it is neither a number nor a `Date`, for a
 *   parent that is no context, and for an option that is unknown or cannot be
 *
 * @example
 * ```ts
 * import { background, cause, withDeadlineCause } from "@gort/context";
 *
 * const [ctx, cancel] = withDeadlineCause(background(), new Date("2020-01-01"), "too late");
 * ctx.err()?.message; // => "context deadline exceeded"
 * cause(ctx); // => "too late"
 * cancel();
 * ```
 */
export function withDeadlineCause(
  parent: Context,
  at: Instant,
  cause: unknown,
  options?: DeadlineOptions,
): [ctx: Context, cancel: CancelFunc] {
  return endingAt("withDeadlineCause", parent, at, cause, options);
}

function endingAt(
  where: string,
  parent: Context,
  at: Instant,
  cause: unknown,
  options: DeadlineOptions | undefined,
): [ctx: Context, cancel: CancelFunc] {
  checkParent(where, parent);
  const { getTime } = Object(at ?? 0) as Partial<HasTime>;
  const ms = typeof getTime === "function" ? (at as HasTime).getTime() : at;
  if (typeof ms !== "number" || Number.isNaN(ms))
    throw badNumber(where, "at", ms, "milliseconds since 1970 or a Date");
  return derive(parent, ms, clockOf(where, options), cause);
}

/**
 * A copy of `parent` that ends `timeoutMs` from now, or earlier with `cancel` or with `parent`.
 * Go's `context.WithTimeout`. O(log timers + depth). After the program in which it was made it ends as {@link withDeadline} says.
 *
 * @param timeoutMs milliseconds; zero or less gives a context that is done at once, `Infinity` one without deadline
 * @throws `cannot create context from nil parent`; a RangeError if `timeoutMs` is NaN, a TypeError if it is no number, for a parent
 *   that is no context, and for an option that is unknown or cannot be
 *
 * @example
 * ```ts
 * import { background, withTimeout } from "@gort/context";
 *
 * const [ctx, cancel] = withTimeout(background(), 5);
 * await ctx.done().recv();
 * ctx.err()?.message; // => "context deadline exceeded"
 * cancel();
 * ```
 */
export function withTimeout(
  parent: Context,
  timeoutMs: number,
  options?: DeadlineOptions,
): [ctx: Context, cancel: CancelFunc] {
  return endingIn("withTimeout", parent, timeoutMs, null, options);
}

/**
 * Like {@link withTimeout}, with a cause for the timeout. Go's `context.WithTimeoutCause`. O(log timers + depth).
 * @throws `cannot create context from nil parent`; a RangeError if `timeoutMs` is NaN, a TypeError if it is no number, for a parent
 *   that is no context, and for an option that is unknown or cannot be
 *
 * @example
 * ```ts
 * import { background, cause, withTimeoutCause } from "@gort/context";
 *
 * const [ctx, cancel] = withTimeoutCause(background(), 0, new Error("too slow"));
 * ctx.err()?.message; // => "context deadline exceeded"
 * String(cause(ctx)); // => "Error: too slow"
 * cancel();
 * ```
 */
export function withTimeoutCause(
  parent: Context,
  timeoutMs: number,
  cause: unknown,
  options?: DeadlineOptions,
): [ctx: Context, cancel: CancelFunc] {
  return endingIn("withTimeoutCause", parent, timeoutMs, cause, options);
}

function endingIn(
  where: string,
  parent: Context,
  timeoutMs: number,
  cause: unknown,
  options: DeadlineOptions | undefined,
): [ctx: Context, cancel: CancelFunc] {
  checkParent(where, parent);
  if (typeof timeoutMs !== "number" || Number.isNaN(timeoutMs)) {
    throw badNumber(where, "timeoutMs", timeoutMs, "a number of milliseconds");
  }
  const clock = clockOf(where, options);
  return derive(parent, clock.wall() + timeoutMs, clock, cause);
}

function clockOf(where: string, options: DeadlineOptions | undefined): Clock {
  if (options === undefined) return currentClock();
  checkOptions(where, options, "clock");
  const clock = options.clock ?? currentClock();
  const { now, wall, schedule } = clock as Partial<Clock>;
  if (typeof now !== "function" || typeof wall !== "function" || typeof schedule !== "function")
    throw badArgument(where, "options.clock", clock, "a clock", "type");
  return clock;
}
