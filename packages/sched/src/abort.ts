/**
 * AbortSignals: an operation that gives up when a signal fires, and a signal as an operation.
 *
 * Invariants
 *  1. The signal is looked at first: if it has fired, the op fails with `signal.reason` although it could
 *     complete at once, and nothing was taken.
 *  2. An op either completes or is aborted, never both: aborting takes it off its queue in the same
 *     synchronous step.
 *  3. The listener is gone when the op is over, however it ended.
 *
 * Why a wrapper op: an op without a signal pays nothing, not even a field.
 */
import { currentRuntime, type Runtime } from "./current.ts";
import { FAILED, type Op as OpType, Op, PARKED, USED, type Waiter } from "./op.ts";
import type { WaitReason } from "./wait-reason.ts";

class SignalOp<T> extends Op<T> implements Waiter {
  private readonly inner: Op<T>;
  private readonly signal: AbortSignal;
  private runtime: Runtime | null = null;

  constructor(inner: Op<T>, signal: AbortSignal) {
    super();
    this.inner = inner;
    this.signal = signal;
  }

  get reason(): WaitReason {
    return this.inner.reason;
  }

  override tryNow(): boolean {
    if (this.signal.aborted) throw this.signal.reason;
    const inner = this.inner;
    if (!inner.tryNow()) return false;
    inner.state = USED;
    this.value = inner.value;
    return true;
  }

  override park(): void {
    const inner = this.inner;
    inner.waiter = this;
    inner.state = PARKED;
    inner.park();
    this.runtime = currentRuntime();
    this.runtime?.signals(1);
    this.signal.addEventListener("abort", this);
  }

  override unpark(): void {
    this.leave();
    this.inner.state = USED;
    this.inner.waiter = null;
    this.inner.unpark();
  }

  private leave(): void {
    this.signal.removeEventListener("abort", this);
    this.runtime?.signals(-1);
    this.runtime = null;
  }

  /** The inner op is over. */
  wake(inner: OpType<any>): void {
    this.leave();
    const failed = inner.state === FAILED;
    inner.state = USED;
    inner.waiter = null;
    if (failed) this.fail(inner.error);
    else this.complete(inner.value as T);
  }

  /** The signal fired. */
  handleEvent(): void {
    if (this.state !== PARKED) return;
    this.unpark();
    this.fail(this.signal.reason);
  }

  override describe(): string {
    return this.inner.describe();
  }
}

/**
 * `op`, given up with `signal.reason` when the signal fires; `op` itself when there is no signal. If the signal has
 * already fired the result fails, even if `op` could complete at once. Primitives use it for their `{ signal }`. O(1).
 *
 * @example
 * ```ts
 * import { sleep, withSignal } from "@gort/sched";
 *
 * const controller = new AbortController();
 * controller.abort(new Error("enough"));
 * let message = "";
 * try {
 *   await withSignal(sleep(1000), controller.signal);
 * } catch (e) {
 *   message = (e as Error).message;
 * }
 * message; // => "enough"
 * ```
 */
export function withSignal<T>(op: Op<T>, signal: AbortSignal | null | undefined): Op<T> {
  return signal === null || signal === undefined ? op : new SignalOp<T>(op, signal);
}

class AbortedOp extends Op<unknown> {
  private readonly signal: AbortSignal;
  private runtime: Runtime | null = null;

  constructor(signal: AbortSignal) {
    super();
    this.signal = signal;
  }

  get reason(): WaitReason {
    return "abort signal";
  }

  override tryNow(): boolean {
    if (!this.signal.aborted) return false;
    this.value = this.signal.reason;
    return true;
  }

  override park(): void {
    this.runtime = currentRuntime();
    this.runtime?.signals(1);
    this.signal.addEventListener("abort", this);
  }

  override unpark(): void {
    this.signal.removeEventListener("abort", this);
    this.runtime?.signals(-1);
    this.runtime = null;
  }

  handleEvent(): void {
    if (this.state !== PARKED) return;
    this.unpark();
    this.complete(this.signal.reason);
  }

  override describe(): string {
    return "an AbortSignal";
  }
}

/**
 * Waits until `signal` fires, and completes with its reason. Useful as a select case. O(1).
 *
 * @example
 * ```ts
 * import { aborted } from "@gort/sched";
 *
 * const reason = await aborted(AbortSignal.abort("stop"));
 * reason; // => "stop"
 * ```
 */
export function aborted(signal: AbortSignal): Op<unknown> {
  return new AbortedOp(signal);
}
