/**
 * `{ signal }` and `{ ctx }` of sends and receives: an op that can be called off.
 *
 * Invariants
 *  1. The cancellation is looked at first: if it has happened, the op fails although it could complete at once.
 *  2. Exactly one of {outcome, cancellation} is delivered. Whichever comes first takes the other off its queue in the same
 *     synchronous step, so a value is never sent, nor received, by an op that failed.
 *  3. The signal and the done channel are waited on only while the op is parked; after it nothing is left there.
 *
 * Why a wrapper: an op without options pays nothing, not even a field. Why not a select: its code would come along with
 * every channel of a bundle.
 */
import { aborted, FAILED, Op, PARKED, USED, type WaitReason, type Waiter } from "@gort/sched";
import { badArgument } from "@gort/types";
import type { ChanWaitOptions, ContextLike } from "./api.ts";

class CancellableOperation extends Op<any> implements Waiter {
  ok = false;
  private readonly inner: Op<any>;
  private readonly signal: AbortSignal | null;
  private readonly ctx: ContextLike | null;
  private onSignal: Op<any> | null = null;
  private onDone: Op<any> | null = null;

  constructor(inner: Op<any>, signal: AbortSignal | null, ctx: ContextLike | null) {
    super();
    this.inner = inner;
    this.signal = signal;
    this.ctx = ctx;
  }

  get reason(): WaitReason {
    return this.inner.reason;
  }

  override describe(): string {
    return this.inner.describe();
  }

  override tryNow(): boolean {
    const { inner, signal, ctx } = this;
    if (signal !== null && signal.aborted) throw signal.reason;
    const error = ctx === null ? null : ctx.err();
    if (error !== null && error !== undefined) throw error;
    if (!inner.tryNow()) return false;
    this.take();
    return true;
  }

  override park(): void {
    this.wait(this.inner);
    if (this.signal !== null) this.wait((this.onSignal = aborted(this.signal)));
    const done = this.ctx?.done() ?? null;
    if (done !== null) this.wait((this.onDone = done.recv()));
  }

  override unpark(): void {
    this.leave(this.inner);
    this.leaveStops();
  }

  /** The operation is over, or the cancellation came. */
  wake(op: Op<any>): void {
    op.waiter = null;
    if (op === this.inner) {
      this.leaveStops();
      if (op.state === FAILED) {
        op.state = USED;
        this.fail(op.error);
        return;
      }
      this.take();
      this.complete(this.value);
      return;
    }
    const bySignal = op === this.onSignal;
    op.state = USED;
    if (bySignal) this.onSignal = null;
    else this.onDone = null;
    this.unpark();
    this.fail(bySignal ? this.signal!.reason : this.ctx!.err());
  }

  private wait(op: Op<any>): void {
    op.waiter = this;
    op.state = PARKED;
    op.park();
  }

  private leave(op: Op<any> | null): void {
    if (op === null) return;
    op.waiter = null;
    op.unpark();
    op.state = USED;
  }

  private leaveStops(): void {
    this.leave(this.onSignal);
    this.leave(this.onDone);
    this.onSignal = null;
    this.onDone = null;
  }

  private take(): void {
    const inner = this.inner as Op<any> & { readonly ok?: boolean };
    this.value = inner.value;
    this.ok = inner.ok !== false;
    inner.state = USED;
    inner.recycle();
  }
}

/** An op that a signal or a context can call off; `op` itself if the options name neither. */
export function cancellable(op: Op<any>, options: ChanWaitOptions, where: string): any {
  const signal = options.signal ?? null;
  const ctx = options.ctx ?? null;
  if (signal === null && ctx === null) return op;
  if (signal !== null && typeof signal.addEventListener !== "function")
    throw badArgument(where, "options.signal", signal, "an AbortSignal", "type");
  if (ctx !== null && (typeof ctx.done !== "function" || typeof ctx.err !== "function"))
    throw badArgument(where, "options.ctx", ctx, "a context", "type");
  return new CancellableOperation(op, signal, ctx);
}
