/**
 * onceFunc, onceValue, onceValues: Go 1.21's functions that run another one once and remember how it ended.
 *
 * Invariants
 *  1. `f` is called at most once, whatever it does, and is dropped after that call.
 *  2. Every call gives the same result; if `f` threw, every call throws that very value.
 *
 * For a plain `f` the result is a plain function that calls it at once; an async `f` gives the one promise to all;
 * for a generator function, and one that gives an op or a routine, the result gives a `Routine`, which the first caller's goroutine
 * runs while others wait; options call off that wait, not the run.
 */
import type { Go } from "@gort/sched";
import type { Routine, WaitOptions } from "./api.ts";
import { BaseRoutine, checkBody, isBlocking, isGenerator } from "./body.ts";
import { fatal, texts } from "./errors.ts";
import { Once } from "./once.ts";

/**
 * A function that runs `f` once (Go: `sync.OnceFunc`). O(1), and each call after the first too.
 * @throws TypeError if `f` is no function or an async generator function. What it returns throws what `f` threw, and FatalError
 *   `all goroutines are asleep - deadlock!` if a plain `f` calls it
 *
 * @example
 * ```ts
 * import { onceFunc } from "@gort/sync";
 *
 * let n = 0;
 * const init = onceFunc(() => {
 *   n++;
 * });
 * init();
 * init();
 * n; // => 1
 * ```
 */
export function onceFunc(f: () => never): () => never;
export function onceFunc<R>(f: () => Go<R>): (options?: WaitOptions) => Routine<R>;
export function onceFunc<R>(f: () => Routine<R>): (options?: WaitOptions) => Routine<R>;
export function onceFunc<R>(f: () => Promise<R>): () => Promise<R>;
export function onceFunc(f: () => void): () => void;
export function onceFunc(f: () => unknown): () => unknown {
  return once("onceFunc", f);
}

/**
 * A function that runs `f` once and gives its value on every call (Go: `sync.OnceValue`). O(1), and each call after the first too.
 * @throws as {@link onceFunc}
 *
 * @example
 * ```ts
 * import { onceValue } from "@gort/sync";
 *
 * const config = onceValue(async () => ({ port: 8080 }));
 * const a = await config();
 * const b = await config();
 * a === b; // => true
 * ```
 */
export function onceValue(f: () => never): () => never;
export function onceValue<R>(f: () => Go<R>): (options?: WaitOptions) => Routine<R>;
export function onceValue<R>(f: () => Routine<R>): (options?: WaitOptions) => Routine<R>;
export function onceValue<T>(f: () => T): () => T;
export function onceValue(f: () => unknown): () => unknown {
  return once("onceValue", f);
}

/** What the three are; `where` is the one that was called, for errors. */
function once<T>(where: string, f: () => T): () => unknown {
  checkBody(where, "f", f);
  let fn: (() => T) | null = f;
  let running = false;
  let value: unknown;
  let shared: Shared<unknown> | null = null;
  let failure: { readonly error: unknown } | null = null;
  return (options?: WaitOptions) => {
    if (running) throw fatal(texts.deadlock);
    if (fn !== null) {
      const call = fn;
      fn = null;
      running = true;
      try {
        value = call();
        if (isGenerator(value) || isBlocking(value)) {
          shared = new Shared(value);
          value = undefined;
        }
      } catch (error) {
        failure = { error };
      } finally {
        running = false;
      }
    }
    if (failure !== null) throw failure.error;
    if (shared === null) return value;
    return new SharedRoutine(shared, shared.once.do(shared.run, options));
  };
}

/**
 * As {@link onceValue} for two or more values, returned as a tuple (Go: `sync.OnceValues`). From a generator function return
 * the tuple `as const`, which TypeScript takes for an array otherwise. O(1), and each call after the first too.
 * @throws as {@link onceFunc}
 *
 * @example
 * ```ts
 * import { onceValues } from "@gort/sync";
 *
 * const limits = onceValues(() => [1, "many"]);
 * const [low, high] = limits();
 * low; // => 1
 * high; // => "many"
 * ```
 */
// The empty tuple has TypeScript infer a tuple and not an array; the plain form stands first, for a failed attempt at another
// overload leaves an array behind.
export function onceValues<R extends readonly unknown[] | readonly []>(f: () => R): () => R;
export function onceValues<R extends readonly unknown[] | readonly []>(
  f: () => Promise<R>,
): () => Promise<R>;
export function onceValues<R extends readonly unknown[] | readonly []>(
  f: () => Go<R>,
): (options?: WaitOptions) => Routine<R>;
export function onceValues<R extends readonly unknown[] | readonly []>(
  f: () => Routine<R>,
): (options?: WaitOptions) => Routine<R>;
export function onceValues(f: () => unknown): () => unknown {
  return once("onceValues", f);
}

/** One generator for many callers, and what came of it. */
class Shared<R> {
  readonly once = new Once();
  readonly run = (): Go<void> => this.body();
  /** What is to be run; null once that began. */
  private steps: Iterable<any> | null;
  private value: R = undefined as R;
  private failure: { readonly error: unknown } | null = null;

  constructor(steps: Iterable<any>) {
    this.steps = steps;
  }

  private *body(): Go<void> {
    const steps = this.steps as Go<R>;
    this.steps = null;
    try {
      this.value = yield* steps;
    } catch (error) {
      this.failure = { error };
    }
  }

  outcome(): R {
    if (this.failure !== null) throw this.failure.error;
    return this.value;
  }
}

/** One caller's use of it: the first to use its routine runs the generator. */
class SharedRoutine<R> extends BaseRoutine<R> {
  private readonly shared: Shared<R>;
  private readonly over: Routine<void>;

  constructor(shared: Shared<R>, over: Routine<void>) {
    super();
    this.shared = shared;
    this.over = over;
  }

  *[Symbol.iterator](): Go<R> {
    const { shared } = this;
    yield* this.over;
    return shared.outcome();
  }

  protected override async promise(): Promise<R> {
    const { shared } = this;
    await this.over;
    return shared.outcome();
  }
}
