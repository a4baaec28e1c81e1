/**
 * Contexts and AbortSignals: `ctx.signal` goes one way, `fromSignal` the other.
 *
 * Invariants
 *  1. A listener on a foreign signal, one for all contexts, is gone as soon as the last context has ended, whoever ended it.
 *  2. An aborted signal gives a context that is done at once.
 *  3. The reason of the signal is the cause of the context; a timeout stays a timeout (`DeadlineExceeded`).
 *  4. While a context follows a signal, whoever made it, a program that may wait for it is not taken for deadlocked: see `onAbort`.
 */
import { onAbort } from "@gort/sched";
import { isSignal } from "@gort/sched/primitives";
import { badArgument } from "@gort/types";
import type { CancelFunc, Context } from "./api.ts";
import { Canceled, checkIsContext, DeadlineExceeded } from "./errors.ts";
import { Node, attach, checkParent } from "./tree.ts";
import { background } from "./values.ts";

class SignalNode extends Node {
  protected override suffix(): string {
    return ".WithSignal";
  }
}

/** The platform's mark of a timeout, which is also the name of `DeadlineExceeded`. */
function isTimeout(reason: unknown): boolean {
  return (
    typeof reason === "object" &&
    reason !== null &&
    (reason as { name?: unknown }).name === DeadlineExceeded.name
  );
}

/**
 * A context that ends when `signal` aborts, when `parent` ends, or with `cancel`. O(1).
 *
 * Its cause is the signal's reason; its error is {@link DeadlineExceeded} for a timeout (`AbortSignal.timeout`), else
 * {@link Canceled}. Call `cancel` when the work is over: it takes the listener off the signal. As long as
 * it is there no program is said to be deadlocked before the event loop has run empty, since the signal may fire yet.
 *
 * @throws `cannot create context from nil parent`; a TypeError for what is no signal, and for a parent that is no context
 *
 * @example
 * ```ts
 * import { cause, fromSignal } from "@gort/context";
 *
 * const controller = new AbortController();
 * const [ctx, cancel] = fromSignal(controller.signal);
 * controller.abort("user left");
 * ctx.err()?.message; // => "context canceled"
 * cause(ctx); // => "user left"
 * cancel();
 * ```
 */
export function fromSignal(
  signal: AbortSignal,
  parent: Context = background(),
): [ctx: Context, cancel: CancelFunc] {
  if (!isSignal(signal))
    throw badArgument("fromSignal", "signal", signal, "an AbortSignal", "type");
  checkParent("fromSignal", parent);
  const node = new SignalNode(parent);
  attach(node);
  const end = (): void => {
    const { reason } = signal;
    node.end(isTimeout(reason) ? DeadlineExceeded : Canceled, reason);
  };
  if (signal.aborted) end();
  else if (node.error === null) {
    const before = node.detach;
    const leave = onAbort(signal, end);
    node.detach = () => {
      before?.();
      leave();
    };
  }
  return [node, () => node.end(Canceled, null)];
}

/**
 * An `AbortSignal` for any context, for implementations of their own: aborted, with the cause as reason, when the context
 * is done. Contexts of this package have it as `ctx.signal`. O(1).
 *
 * The signal follows the context for as long as that lives; make one per context and keep it.
 *
 * @throws TypeError for what is no context
 *
 * @example
 * ```ts
 * import { background, type Context, signalOf, withCancelCause } from "@gort/context";
 *
 * const [inner, cancel] = withCancelCause(background());
 * const mine: Context = {
 *   deadline: () => inner.deadline(),
 *   done: () => inner.done(),
 *   err: () => inner.err(),
 *   value: (key: unknown): any => inner.value(key),
 *   get signal() {
 *     return signalOf(this);
 *   },
 * };
 * const { signal } = mine;
 * cancel("enough");
 * signal.reason; // => "enough"
 * ```
 */
export function signalOf(ctx: Context): AbortSignal {
  checkIsContext("signalOf", ctx);
  const node = new Node(ctx);
  attach(node);
  return node.signal;
}
