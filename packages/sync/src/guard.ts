/**
 * guard: an op that can be called off by an `AbortSignal` or a context.
 *
 * Invariants
 *  1. The cancellation is looked at first: if it already happened, the inner op is never tried.
 *  2. Exactly one of {inner outcome, cancellation} is delivered. The inner op is unparked in the same
 *     synchronous step in which the cancellation is delivered, so nothing can be granted to it afterwards.
 *  3. The signal and the done channel are waited on only while the op is parked; after it nothing is left there.
 *  4. An inner op that must clean up before it may fail (`Cond.wait` has to lock again) has `abort`; it is told,
 *     and delivers the failure itself.
 *
 * Why a wrapper and not fields of every op: an op without options stays small and has no branch for it.
 */
import { aborted, type Op, type Waiter, type WaitReason } from "@gort/sched";
import { badArgument } from "@gort/types";
import { isSignal } from "./arguments.ts";
import type { ContextLike, WaitOptions } from "./api.ts";
import { type Competing, CompetingOp } from "./competing.ts";
import { FAILED, PARKED, USED, WOKEN } from "./states.ts";

/** An op that cleans up before it fails; false if its outcome is decided and stands. */
export interface Abortable {
  abort(error: unknown): boolean;
}

class GuardOp<T> extends CompetingOp<T> implements Waiter {
  private readonly inner: Op<T> & Partial<Competing & Abortable>;
  private readonly signal: AbortSignal | null;
  private readonly ctx: ContextLike | null;
  private doneOp: Op<unknown> | null = null;
  private abortOp: Op<unknown> | null = null;

  constructor(inner: Op<T>, signal: AbortSignal | null, ctx: ContextLike | null) {
    super();
    this.inner = inner;
    this.signal = signal;
    this.ctx = ctx;
  }

  override get reason(): WaitReason {
    return this.inner.reason;
  }

  override describe(): string {
    return this.inner.describe();
  }

  override tryNow(): boolean {
    const { signal, ctx, inner } = this;
    if (signal !== null && signal.aborted) throw signal.reason;
    if (ctx !== null) {
      const err = ctx.err();
      if (err !== null && err !== undefined) throw err;
      const done = ctx.done();
      if (done !== null) {
        const op = (this.doneOp = done.recv());
        if (op.tryNow()) throw ctx.err();
      }
    }
    if (!inner.tryNow()) return false;
    inner.state = USED;
    this.value = inner.value;
    return true;
  }

  override park(): void {
    const { inner, signal, doneOp } = this;
    inner.waiter = this;
    if (inner.competes !== undefined) inner.competes = this.competes;
    inner.state = PARKED;
    inner.park();
    if (signal !== null) this.watch((this.abortOp = aborted(signal)));
    if (doneOp !== null) this.watch(doneOp);
  }

  private watch(op: Op<unknown>): void {
    op.waiter = this;
    op.state = PARKED;
    op.park();
  }

  override unpark(): void {
    this.detach();
    this.inner.unpark();
  }

  override discard(): void {
    this.inner.value = this.value;
    this.inner.discard();
  }

  wake(op: Op<any>): void {
    if (op === this.abortOp) {
      op.state = USED;
      this.cancel(op.value);
    } else if (op === this.doneOp) {
      op.state = USED;
      this.cancel(this.ctx!.err());
    } else if (op.state === WOKEN) {
      this.state = WOKEN;
      this.waiter?.wake(this);
    } else {
      this.detach();
      const failed = op.state === FAILED;
      op.state = USED;
      if (failed) this.fail(op.error);
      else this.complete(op.value);
    }
  }

  override retry(): boolean {
    const { inner } = this;
    inner.state = USED;
    try {
      if (!inner.retry()) {
        this.state = PARKED;
        return false;
      }
    } catch (error) {
      this.detach();
      throw error;
    }
    this.detach();
    this.value = inner.value;
    return true;
  }

  private cancel(error: unknown): void {
    const state = this.state;
    if (state !== PARKED && state !== WOKEN) return;
    const { inner } = this;
    if (inner.abort !== undefined) {
      if (inner.abort(error)) this.detach();
      return;
    }
    this.detach();
    inner.unpark();
    if (state === PARKED) {
      this.fail(error);
    } else {
      // Woken but not run yet: its waiter is on its way already and finds the failure.
      this.error = error;
      this.state = FAILED;
    }
  }

  private detach(): void {
    const { abortOp, doneOp } = this;
    this.abortOp = null;
    this.doneOp = null;
    if (abortOp !== null) leave(abortOp);
    if (doneOp !== null) leave(doneOp);
  }
}

function leave(op: Op<unknown>): void {
  if (op.state !== PARKED) return;
  op.state = USED;
  op.unpark();
}

/** `op` itself without options, else an op that a signal or a context can call off. */
export function guard<T>(op: Op<T>, options: WaitOptions | undefined, where: string): Op<T> {
  if (options === undefined) return op;
  if (typeof options !== "object" || options === null || isSignal(options))
    throw badArgument(where, "options", options, "{ signal } or { ctx }", "type");
  let signal = options.signal ?? null;
  let ctx = options.ctx ?? null;
  const whole = options as Partial<ContextLike>;
  if (ctx === null && typeof whole.done === "function" && typeof whole.err === "function") {
    ctx = whole as ContextLike;
    signal = null;
  }
  if (signal === null && ctx === null) return op;
  if (signal !== null && !isSignal(signal))
    throw badArgument(where, "options.signal", signal, "an AbortSignal", "type");
  if (ctx !== null && (typeof ctx.done !== "function" || typeof ctx.err !== "function"))
    throw badArgument(where, "options.ctx", ctx, "a context", "type");
  return new GuardOp(op, signal, ctx);
}
