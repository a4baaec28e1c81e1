/**
 * onceFunc, onceValue, onceValues: Go 1.21's functions that run another one once and remember how it ended.
 *
 * Invariants
 *  1. `f` is called at most once, whatever it does, and is dropped after that call.
 *  2. Every call gives the same result; if `f` threw, every call throws that very value.
 *
 * For a plain `f` the result is a plain function that calls it at once; an async `f` gives the one promise to all;
 * for a generator function the result gives a `Routine`, which the first caller's goroutine runs while others wait.
 */
import type { Go } from "@gort/sched";
import type { Routine } from "./api.ts";
import { BaseRoutine, isGenerator } from "./body.ts";
import { fatal, texts } from "./errors.ts";
import { Once } from "./once.ts";

/**
 * A function that runs `f` once (Go: `sync.OnceFunc`).
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
export function onceFunc(f: () => Go<void>): () => Routine<void>;
export function onceFunc(f: () => Promise<void>): () => Promise<void>;
export function onceFunc(f: () => void): () => void;
export function onceFunc(f: () => unknown): () => unknown {
  return onceValue(f);
}

/**
 * A function that runs `f` once and gives its value on every call (Go: `sync.OnceValue`).
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
export function onceValue<R>(f: () => Go<R>): () => Routine<R>;
export function onceValue<T>(f: () => T): () => T;
export function onceValue<T>(f: () => T): () => unknown {
  let fn: (() => T) | null = f;
  let running = false;
  let value: unknown;
  let failure: { readonly error: unknown } | null = null;
  return () => {
    if (running) throw fatal(texts.deadlock);
    if (fn !== null) {
      const call = fn;
      fn = null;
      running = true;
      try {
        value = call();
        if (isGenerator(value)) value = new SharedRoutine(value);
      } catch (error) {
        failure = { error };
      } finally {
        running = false;
      }
    }
    if (failure !== null) throw failure.error;
    return value;
  };
}

/**
 * As {@link onceValue} for two or more values, returned as a tuple (Go: `sync.OnceValues`).
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
export function onceValues<const R extends readonly unknown[]>(f: () => Go<R>): () => Routine<R>;
export function onceValues<const R extends readonly unknown[]>(
  f: () => Promise<R>,
): () => Promise<R>;
export function onceValues<const R extends readonly unknown[]>(f: () => R): () => R;
export function onceValues(f: () => unknown): () => unknown {
  return onceValue(f);
}

/** One generator for many callers: the first to use the routine runs it. */
class SharedRoutine<R> extends BaseRoutine<R> {
  private readonly once = new Once();
  private readonly run: () => Go<void>;
  private value: R = undefined as R;
  private failure: { readonly error: unknown } | null = null;

  constructor(steps: Go<R>) {
    super();
    this.run = () => this.body(steps);
  }

  private *body(steps: Go<R>): Go<void> {
    try {
      this.value = yield* steps;
    } catch (error) {
      this.failure = { error };
    }
  }

  private outcome(): R {
    if (this.failure !== null) throw this.failure.error;
    return this.value;
  }

  *[Symbol.iterator](): Go<R> {
    yield* this.once.do(this.run);
    return this.outcome();
  }

  protected override async promise(): Promise<R> {
    await this.once.do(this.run);
    return this.outcome();
  }
}
