/**
 * Contracts of `@gort/context`.
 *
 * Invariants
 *  1. A context is done exactly when `err()` is not null, and then `done()` is closed and `signal` aborted: code that runs while several
 *     are cancelled, such as an abort listener, may see the error of one whose channel and signal are yet to follow.
 *  2. What made it done first stays: neither `err()` nor the cause changes afterwards.
 *  3. A context is done no later than any of its ancestors (`withoutCancel` excepted).
 *
 * Why four methods and a getter, and no class to extend: anything with these members is a context, as in Go.
 * `ContextWrapper` gives a starting point.
 */
import type { RecvChan } from "@gort/chan";
import type { Clock } from "@gort/sched";

/** Carries a deadline, a cancellation signal and values across function calls. Go's `context.Context`. */
export interface Context {
  /** When the work should end, in milliseconds since 1970; `[0, false]` if there is no deadline. */
  deadline(): [at: number, ok: boolean];
  /** Closed when the work should end; the nil channel if that can never happen. Always the same channel. */
  done(): RecvChan<void>;
  /** Null until done, then {@link Canceled} or {@link DeadlineExceeded}. */
  err(): Error | null;
  /** The value of the nearest `withValue` for this key; `undefined` if there is none. */
  value<T>(key: Key<T>): T | undefined;
  /** The value of the nearest `withValue` for a key of any other kind, compared by `===`. */
  value(key: unknown): unknown;
  /**
   * Aborted when the work should end, with the cause as reason. Made when first asked for, and from then on the same; of a context that
   * can never end it is a new one each time.
   */
  readonly signal: AbortSignal;
  /** How it was derived, as Go prints it: `context.Background.WithCancel`. Of a context of your own whatever it says of itself. */
  toString(): string;
}

/**
 * Ends the work of a context. May be called any number of times, from anywhere; only the first counts. Only for a context whose `done()`
 * was made in a bubble of `@gort/sched/testing` it has to be called inside of that: from outside it throws, after the context has ended,
 * `close of synctest channel from outside bubble`.
 */
export type CancelFunc = () => void;

/** Ends the work of a context and says why. `undefined` and `null` mean: no particular reason. */
export type CancelCauseFunc = (cause?: unknown) => void;

/** A typed key for `withValue`. Made by {@link key}; two keys are never equal, whatever their names. */
export interface Key<T> {
  /** The name, as printed by `String(ctx)`. */
  readonly name: string;
  /**
   * The value in a context: `[value, true]`, or `[undefined, false]` if there is none (or `undefined`).
   * @throws TypeError for what is no context
   */
  get(ctx: Context): [value: T, ok: true] | [value: undefined, ok: false];
  /** Its name. */
  toString(): string;
  /** Type-level brand for inference only; never present at run time. */
  readonly __key?: T;
}

/** Options of the contexts that end by themselves. */
export interface DeadlineOptions {
  /** The clock that tells the time and fires. Default: the current scheduler's, virtual inside a bubble. */
  readonly clock?: Clock | undefined;
}

/** Anything that knows a point in time, such as a `Date`. */
export interface HasTime {
  /** Milliseconds since 1970. */
  getTime(): number;
}

/** A point in time: milliseconds since 1970, or a `Date`. */
export type Instant = number | HasTime;
