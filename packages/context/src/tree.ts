/**
 * The tree of cancellable contexts: who is whose child, and what happens when one ends. Overview of the package.
 *
 * A context that can be cancelled is a node. Each live node hangs, by an intrusive list, under the nearest cancellable node above
 * it; contexts between the two (values, wrappers) need no place in the tree. Ending a node takes it and all below it off the tree
 * in one pass and tells the world in a second one.
 *
 * Invariants (asserted by check.ts, but for 3 and for the signal)
 *  1. A node in a children list is live: its `error` is null. An ended node has no children, no parent link, no timer.
 *  2. A child is in its `up`'s list exactly while both are live; it leaves at once when it ends, so nothing
 *     accumulates under a long-lived parent.
 *  3. `error` and `reason` are set once, together, before anything else is told: code that runs while a tree is being
 *     cancelled sees every context of it either untouched or with its final error.
 *  4. The `done` channel and the signal, if anybody asked for them, are closed and aborted in the same call. A `done` channel that
 *     was made in a bubble cannot be closed from outside: that is thrown, as in Go, but after everybody else was told.
 *
 * Why two passes, and no recursion: abort listeners run synchronously and may cancel or derive contexts; and a chain of 100,000
 * contexts must not overflow the stack. The children of each node are spliced onto the one list that is being worked off, so that
 * a cancellation allocates nothing. Why no goroutine for a foreign parent, as in Go: a receive on its `done()` is parked, with a
 * waiter that ends the child, and leaves when the child ends.
 */
import { type Chan, type RecvChan, makeChan, nilChan } from "@gort/chan";
import type { ClockTimer, Op, OpRecord } from "@gort/sched";
import { PARKED } from "@gort/sched/primitives";
import { badArgument } from "@gort/types";
import type { CancelCauseFunc, CancelFunc, Context, Key } from "./api.ts";
import { isAwaited, isClosed } from "./awaited.ts";
import { badContext, Canceled, checkIsContext, misuse } from "./errors.ts";
import { contextName } from "./text.ts";

/**
 * Asks a context for its nearest node, through wrappers that pass `value` on. A node of another copy of this package
 * answers too: it is no parent for ours, but it knows its cause.
 */
export const NODE = Symbol.for("gort.context.node");

/** Lets other packages derive from a context without importing this one. */
const DERIVE = Symbol.for("gort.context.derive");

/** What all contexts of this package share: values and text, found without recursion. */
export abstract class Base implements Context {
  abstract readonly parent: Context | null;

  /** The one key this context answers for, and its value. Fields, not a method: a lookup is then a walk of loads. */
  protected readonly ownKey: unknown;
  protected readonly ownValue: unknown;

  constructor(ownKey: unknown, ownValue: unknown) {
    this.ownKey = ownKey;
    this.ownValue = ownValue;
  }

  /** What `String(ctx)` adds to the parent's text. */
  protected abstract suffix(): string;

  /** The context that decides when this one ends, besides itself; null if none does. */
  lifeline(): Context | null {
    return this.parent;
  }

  /** This context's own deadline, or NaN. */
  protected ownDeadline(): number {
    return NaN;
  }

  /** The nearest context, from this one up, that knows how to end; null if this one never ends. */
  mortal(): Context | null {
    let ctx: Context | null = this;
    while (isBase(ctx) && !(ctx instanceof Node)) ctx = ctx.lifeline();
    return ctx;
  }

  deadline(): [at: number, ok: boolean] {
    let ctx: Context | null = this;
    while (isBase(ctx)) {
      const at = ctx.ownDeadline();
      if (!Number.isNaN(at)) return [at, true];
      ctx = ctx.lifeline();
    }
    return (ctx?.deadline() as [number, boolean] | undefined) ?? [0, false];
  }

  done(): RecvChan<void> {
    const ctx = this.mortal();
    return ctx === null ? nilChan<void>() : ctx.done();
  }

  err(): Error | null {
    const ctx = this.mortal();
    return ctx === null ? null : ctx.err();
  }

  get signal(): AbortSignal {
    const ctx = this.mortal();
    // A signal that never aborts is made anew each time: listeners on a shared one would pile up for ever.
    return ctx === null ? new AbortController().signal : ctx.signal;
  }

  value<T>(key: Key<T>): T | undefined;
  value(key: unknown): unknown;
  value(key: unknown): unknown {
    let ctx: Context | null = this;
    while (isBase(ctx)) {
      if (ctx.ownKey === key) return key === NODE && ctx instanceof Node ? ctx : ctx.ownValue;
      ctx = ctx.parent;
    }
    return ctx === null ? undefined : ctx.value(key);
  }

  toString(): string {
    const parts: string[] = [];
    let ctx: Context | null = this;
    while (isBase(ctx)) {
      parts.push(ctx.suffix());
      ctx = ctx.parent;
    }
    if (ctx !== null) parts.push(contextName(ctx));
    return parts.reverse().join("");
  }

  /** What `JSON.stringify` shows. */
  toJSON(): string {
    return this.toString();
  }

  /** What `console.log` shows on Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** Derives a cancellable context. */
  [DERIVE](): [Context, CancelCauseFunc] {
    return withCancelCause(this);
  }
}

/** Outside of the class: one that names itself in its body is renamed by the bundler. */
function isBase(ctx: Context | null): ctx is Base {
  return ctx instanceof Base;
}

/** A context that can be cancelled: a node of the tree. */
export class Node extends Base {
  readonly parent: Context;
  /** The node this one hangs under, while both are live. */
  up: Node | null = null;
  prev: Node | null = null;
  next: Node | null = null;
  first: Node | null = null;
  last: Node | null = null;
  error: Error | null = null;
  /** The cause; meaningful once `error` is set. */
  reason: unknown = undefined;
  timer: ClockTimer | null = null;
  /** Leaves what is no node but would end this one: a foreign parent, or a signal. */
  detach: (() => void) | null = null;
  doneChan: Chan<void> | null = null;
  private controller: AbortController | null = null;

  constructor(parent: Context) {
    super(NODE, null);
    this.parent = parent;
  }

  protected suffix(): string {
    return ".WithCancel";
  }

  override done(): RecvChan<void> {
    let ch = this.doneChan;
    if (ch === null) {
      ch = makeChan<void>(0, { name: "context.Done" });
      this.doneChan = ch;
      if (this.error !== null) ch.close();
    }
    return ch.recvOnly();
  }

  override err(): Error | null {
    return this.error;
  }

  override get signal(): AbortSignal {
    let controller = this.controller;
    if (controller === null) {
      controller = new AbortController();
      this.controller = controller;
      if (this.error !== null) controller.abort(this.reason);
    }
    return controller.signal;
  }

  /** Tells the world that the node ended; the tree is already consistent. */
  settle(): void {
    const { timer, detach } = this;
    if (timer !== null) {
      this.timer = null;
      timer.cancel();
    }
    if (detach !== null) {
      this.detach = null;
      detach();
    }
    try {
      // One that was made since the end, by code that ran meanwhile, is closed.
      if (this.doneChan !== null && !isClosed(this.doneChan)) this.doneChan.close();
    } finally {
      if (this.controller !== null) this.controller.abort(this.reason);
    }
  }

  /** Ends the node and everything below it; does nothing if it has ended. O(descendants). */
  end(error: Error, cause: unknown): void {
    if (this.error !== null) return;
    if (this.up !== null) unlink(this);
    const reason = cause ?? error;
    let tail: Node = this;
    for (let node: Node | null = this; node !== null; node = node.next) {
      node.error = error;
      node.reason = reason;
      node.up = null;
      node.prev = null;
      if (node.first !== null) {
        tail.next = node.first;
        tail = node.last!;
        node.first = null;
        node.last = null;
      }
    }
    let thrown: { readonly error: unknown } | null = null;
    for (let node: Node | null = this; node !== null;) {
      const next: Node | null = node.next;
      node.next = null;
      try {
        node.settle();
      } catch (error) {
        thrown ??= { error };
      }
      node = next;
    }
    if (thrown !== null) throw thrown.error;
  }

  /** @internal Whether anybody waits for its end, or that of a context below it. O(descendants). */
  isAwaited(): boolean {
    return isAwaited(this);
  }

  /** Hangs `child` under this live node. O(1). */
  adopt(child: Node): void {
    child.up = this;
    const last = this.last;
    child.prev = last;
    if (last === null) this.first = child;
    else last.next = child;
    this.last = child;
  }
}

function unlink(child: Node): void {
  const up = child.up!;
  const { prev, next } = child;
  if (prev === null) up.first = next;
  else prev.next = next;
  if (next === null) up.last = prev;
  else next.prev = prev;
  child.up = null;
  child.prev = null;
  child.next = null;
}

/** Asserts that there is a parent, which Go panics without, and that it has a context's methods; `where` is who asks. */
export function checkParent(
  where: string,
  parent: Context | null | undefined,
  name = "parent",
): asserts parent is Context {
  if (parent instanceof Base) return;
  if (parent === null || parent === undefined) throw misuse("nilParent");
  for (const method of ["deadline", "done", "err", "value"] as const)
    if (typeof parent[method] !== "function") throw badContext(where, name, parent);
}

/** Arranges that `child` ends when its parent does, at once if that is already done. O(1) for parents of this package. */
export function attach(child: Node): void {
  const parent = child.parent;
  const ctx = parent instanceof Base ? parent.mortal() : parent;
  if (ctx === null) return;
  if (ctx instanceof Node) attachTo(ctx, child);
  else attachForeign(ctx, child);
}

function attachTo(node: Node, child: Node): void {
  if (node.error !== null) child.end(node.error, node.reason);
  else node.adopt(child);
}

/** A parent that some other code made: by its embedded node, its `afterFunc`, or its done channel. */
function attachForeign(parent: Context, child: Node): void {
  const done = parent.done() as RecvChan<void> | null | undefined;
  if (done === null || done === undefined || done === nilChan()) return;
  if (typeof done.recv !== "function")
    throw badArgument("context", "parent.done()", done, "a channel", "type");
  // The child leaves the parent when it settles, and whatever else it hangs on with it.
  const end = (): void => child.end(parent.err() ?? Canceled, cause(parent));
  const op = done.recv() as Op<unknown> as OpRecord<unknown>;
  if (op.tryNow()) return end();
  const node = parent.value(NODE);
  if (node instanceof Node && node.done() === done) return attachTo(node, child);
  const afterFunc = (parent as { afterFunc?: unknown }).afterFunc;
  if (typeof afterFunc === "function") {
    const stop = afterFunc.call(parent, end) as () => boolean;
    if (child.error === null) child.detach = () => void stop();
    return;
  }
  op.waiter = { wake: end };
  op.state = PARKED;
  op.park();
  child.detach = () => {
    if (op.state === PARKED) op.unpark();
  };
}

/**
 * Why a context ended: the cause given to its cancel function, else `ctx.err()`; null while that is null. O(depth).
 * @throws TypeError for what is no context
 *
 * @example
 * ```ts
 * import { background, cause, withCancelCause } from "@gort/context";
 *
 * const [ctx, cancel] = withCancelCause(background());
 * cause(ctx); // => null
 * cancel(new Error("disk full"));
 * String(ctx.err()); // => "AbortError: context canceled"
 * String(cause(ctx)); // => "Error: disk full"
 * ```
 */
export function cause(ctx: Context): unknown {
  checkIsContext("cause", ctx);
  const error = ctx.err();
  // Asked first: a context of somebody's own may end otherwise than the one that it wraps.
  if (error === null || error === undefined) return null;
  const node = ctx.value(NODE) as Partial<Node> | null | undefined;
  return node?.error ? node.reason : error;
}

/**
 * A copy of `parent` that ends when `cancel` is called or when `parent` ends. Go's `context.WithCancel`. O(1), and O(values)
 * between `parent` and the nearest context that can end.
 *
 * Call `cancel` as soon as the work is over: it takes the context off its parent.
 * @throws `cannot create context from nil parent`; a TypeError for a parent that is no context
 *
 * @example
 * ```ts
 * import { background, withCancel } from "@gort/context";
 *
 * const [ctx, cancel] = withCancel(background());
 * const [child] = withCancel(ctx);
 * child.err(); // => null
 * cancel();
 * child.err()?.message; // => "context canceled"
 * ```
 */
export function withCancel(parent: Context): [ctx: Context, cancel: CancelFunc] {
  checkParent("withCancel", parent);
  const node = new Node(parent);
  attach(node);
  return [node, () => node.end(Canceled, null)];
}

/**
 * Like {@link withCancel}, but the cancel function takes a cause, which `cause(ctx)` and `ctx.signal.reason` then tell.
 * Go's `context.WithCancelCause`. O(1), as far as {@link withCancel} is.
 * @throws `cannot create context from nil parent`; a TypeError for a parent that is no context
 *
 * @example
 * ```ts
 * import { background, withCancelCause } from "@gort/context";
 *
 * const [ctx, cancel] = withCancelCause(background());
 * cancel("enough");
 * ctx.signal.reason; // => "enough"
 * ```
 */
export function withCancelCause(parent: Context): [ctx: Context, cancel: CancelCauseFunc] {
  checkParent("withCancelCause", parent);
  const node = new Node(parent);
  attach(node);
  return [node, (why) => node.end(Canceled, why)];
}
