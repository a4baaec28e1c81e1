/**
 * What is needed of a context, from whatever package: when it ends, and why.
 *
 * Invariant: a context whose channel is closed has ended, and the reason is never null, whatever its `err` says: one may close the
 * channel before it sets that.
 */
import { badArgument } from "@gort/types";
import type { Op } from "./op.ts";

/**
 * What is needed of a context: those of `@gort/context` have it.
 *
 * Both methods only answer. A wait calls `done()` when it has found that it has to wait, and does not try again after that: if `done()`
 * is what begins the work of the context, and so makes the wait's own operation ready, that is noticed only when somebody else moves.
 * Begin that work before the context is handed out.
 */
export interface ContextLike {
  /** The channel that closes when the context ends; null if it never does. */
  done(): DoneChan | null;
  /** Why it ended; null or undefined while it has not. */
  err(): unknown;
}

/** What is needed of a context's `done` channel. */
export interface DoneChan {
  /** An op that completes when the channel is closed; of a context merged of two, a select of theirs. */
  recv(): Op<unknown>;
}

/**
 * Whether `v` has what is needed of a context.
 * @internal
 */
export function isContext(v: unknown): v is ContextLike {
  const ctx = v as Partial<ContextLike> | null | undefined;
  return (
    ((typeof ctx === "object" && ctx !== null) || typeof ctx === "function") &&
    typeof ctx.done === "function" &&
    typeof ctx.err === "function"
  );
}

/**
 * The error for what is no context. Of what `withCancel` and the like give, the first element would have been one; else `hint` says more.
 * @internal
 */
export function badContext(where: string, argument: string, v: unknown, hint = ""): Error {
  const more = Array.isArray(v) ? ", such as its first element" : hint;
  return badArgument(where, argument, v, `a context${more}`, "type");
}

/**
 * Why a context ended whose channel is closed.
 * @internal
 */
export function whyEnded(ctx: ContextLike): unknown {
  return ctx.err() ?? new Error("context canceled");
}
