/**
 * A context that passes everything on: the base for contexts of one's own, as embedding is in Go.
 *
 * Invariant: what a subclass does not override is the wrapped context's; a child of a wrapper hangs directly under
 * the wrapped node as long as `done` and `value` are not overridden.
 */
import type { RecvChan } from "@gort/chan";
import type { CancelCauseFunc, Context, Key } from "./api.ts";
import { checkParent, withCancelCause } from "./tree.ts";
import { contextName } from "./text.ts";

/**
 * Embeds a context: override what should differ. `done`, `err` and `signal` go together: one that ends by itself, or
 * not with the wrapped one, overrides all three ({@link signalOf} gives the signal).
 *
 * @example
 * ```ts
 * import { ContextWrapper, background, withCancel } from "@gort/context";
 *
 * class Traced extends ContextWrapper {
 *   override value(key: unknown): any {
 *     return key === "trace" ? 42 : super.value(key);
 *   }
 * }
 * const [parent, cancel] = withCancel(background());
 * const [child] = withCancel(new Traced(parent));
 * child.value("trace"); // => 42
 * cancel();
 * child.err()?.message; // => "context canceled"
 * ```
 */
export class ContextWrapper implements Context {
  /** The wrapped context. */
  protected readonly inner: Context;

  /** @throws `cannot create context from nil parent`; a TypeError for what is no context */
  constructor(inner: Context) {
    checkParent("ContextWrapper", inner, "inner");
    this.inner = inner;
  }

  deadline(): [at: number, ok: boolean] {
    return this.inner.deadline();
  }

  done(): RecvChan<void> {
    return this.inner.done();
  }

  err(): Error | null {
    return this.inner.err();
  }

  value<T>(key: Key<T>): T | undefined;
  /** The wrapped context's value for a key of any other kind. */
  value(key: unknown): unknown;
  value(key: unknown): unknown {
    return this.inner.value(key);
  }

  get signal(): AbortSignal {
    return this.inner.signal;
  }

  /** Derives a cancellable context, for packages that know contexts only by this method. */
  [Symbol.for("gort.context.derive")](): [Context, CancelCauseFunc] {
    return withCancelCause(this);
  }

  /** What Go's `%v` prints of the wrapped context. */
  toString(): string {
    return contextName(this.inner);
  }

  /** What `JSON.stringify` shows. */
  toJSON(): string {
    return this.toString();
  }

  /** What `console.log` shows on Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}
