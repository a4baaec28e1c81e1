/**
 * The errors of contexts, and Go's texts for what can be done wrong with them.
 *
 * Invariants
 *  1. `ctx.err()` is null, {@link Canceled} or {@link DeadlineExceeded}: compare with `===`, or with `isCanceled` and
 *     `isDeadlineExceeded` where two copies of the package may meet.
 *  2. Messages are Go's to the letter. Names are those that the web platform uses for the same outcomes
 *     (`AbortError`, `TimeoutError`), so code written for `AbortSignal` recognises them.
 */
import { badContext as noContext } from "@gort/sched/primitives";
import type { Context } from "./api.ts";

const CONTEXT_ERROR = Symbol.for("gort.context.error");

/**
 * The class of {@link Canceled} and {@link DeadlineExceeded}.
 *
 * @example
 * ```ts
 * import { background, ContextError, withCancel } from "@gort/context";
 *
 * const [ctx, cancel] = withCancel(background());
 * cancel();
 * ctx.err() instanceof ContextError; // => true
 * ctx.err()?.name; // => "AbortError"
 * ```
 */
export class ContextError extends Error {
  readonly #name: string;

  /** @internal */
  constructor(name: string, message: string) {
    super(message);
    this.#name = name;
    // The stack would be that of the module's load.
    Object.defineProperty(this, "stack", { value: `${name}: ${message}`, configurable: true });
  }

  override get name(): string {
    return this.#name;
  }

  get [CONTEXT_ERROR](): string {
    return this.message;
  }
}

/**
 * The class of {@link DeadlineExceeded}.
 *
 * @example
 * ```ts
 * import { DeadlineExceeded } from "@gort/context";
 *
 * DeadlineExceeded.name; // => "TimeoutError"
 * DeadlineExceeded.timeout(); // => true
 * DeadlineExceeded.temporary(); // => true
 * ```
 */
export class DeadlineExceededError extends ContextError {
  /** Go's `net.Error`: it was a timeout. */
  timeout(): boolean {
    return true;
  }

  /** Go's `net.Error`: trying again may help. */
  temporary(): boolean {
    return true;
  }
}

/** What `ctx.err()` gives when a context was cancelled. Go's `context.Canceled`. */
export const Canceled: ContextError = /* @__PURE__ */ new ContextError(
  "AbortError",
  "context canceled",
);

/** What `ctx.err()` gives when a deadline passed. Go's `context.DeadlineExceeded`; `timeout()` and `temporary()` are true. */
export const DeadlineExceeded: DeadlineExceededError = /* @__PURE__ */ new DeadlineExceededError(
  "TimeoutError",
  "context deadline exceeded",
);

function is(v: unknown, message: string): boolean {
  return (
    typeof v === "object" && v !== null && (v as Record<symbol, unknown>)[CONTEXT_ERROR] === message
  );
}

/**
 * Whether `v` is {@link Canceled}, from whichever copy of this package.
 *
 * @example
 * ```ts
 * import { background, isCanceled, withCancel } from "@gort/context";
 *
 * const [ctx, cancel] = withCancel(background());
 * isCanceled(ctx.err()); // => false
 * cancel();
 * isCanceled(ctx.err()); // => true
 * ```
 */
export function isCanceled(v: unknown): v is ContextError & { readonly name: "AbortError" } {
  // The name, because with the class alone nothing would be left of a `ContextError` that is the other one.
  return is(v, Canceled.message);
}

/**
 * Whether `v` is {@link DeadlineExceeded}, from whichever copy of this package.
 *
 * @example
 * ```ts
 * import { background, isDeadlineExceeded, withTimeout } from "@gort/context";
 *
 * const [ctx, cancel] = withTimeout(background(), 0);
 * isDeadlineExceeded(ctx.err()); // => true
 * cancel();
 * ```
 */
export function isDeadlineExceeded(v: unknown): v is DeadlineExceededError {
  return is(v, DeadlineExceeded.message);
}

/** Go's texts for misuse. */
export const contextTexts = {
  nilParent: "cannot create context from nil parent",
  nilKey: "nil key",
  uncomparableKey: "key is not comparable",
} as const;

/**
 * A context was made in a way that panics in Go.
 *
 * @example
 * ```ts
 * import { background, ContextMisuse, withValue } from "@gort/context";
 *
 * let refused: unknown;
 * try {
 *   withValue(background(), ["user"], 1);
 * } catch (e) {
 *   refused = e;
 * }
 * refused instanceof ContextMisuse; // => true
 * String(refused); // => "ContextMisuse: key is not comparable"
 * ```
 */
export class ContextMisuse extends TypeError {
  override get name(): string {
    return "ContextMisuse";
  }
}

/** The panic of the given kind. */
export function misuse(code: keyof typeof contextTexts): ContextMisuse {
  return new ContextMisuse(contextTexts[code]);
}

/** What is no context, where one is wanted. */
export function badContext(where: string, name: string, v: unknown): Error {
  const hint = "aborted" in Object(v) ? "; fromSignal makes one of a signal" : "";
  return noContext(where, name, v, hint);
}

/** Refuses what is no context, for functions that only ask one. */
export function checkIsContext(where: string, ctx: unknown): void {
  if (typeof (ctx as Partial<Context> | null | undefined)?.value !== "function")
    throw badContext(where, "ctx", ctx);
}
