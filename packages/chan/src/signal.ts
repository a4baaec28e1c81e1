/**
 * An `AbortSignal` as a select case: an op that completes with the signal's reason once it aborted.
 *
 * Invariants
 *  1. The listener exists only while the op is parked: a select that went another way leaves none behind.
 *  2. An aborted signal is ready at once.
 */
import { Op, type WaitReason } from "@gort/sched";

/** Waits for a signal to abort; gives its reason. */
export class SignalOperation extends Op<unknown> {
  readonly signal: AbortSignal;
  private listener: (() => void) | null = null;

  constructor(signal: AbortSignal) {
    super();
    this.signal = signal;
  }

  get reason(): WaitReason {
    return "abort signal";
  }

  tryNow(): boolean {
    if (!this.signal.aborted) return false;
    this.value = this.signal.reason;
    return true;
  }

  park(): void {
    const listener = (): void => {
      this.listener = null;
      this.complete(this.signal.reason);
    };
    this.listener = listener;
    this.signal.addEventListener("abort", listener, { once: true });
  }

  unpark(): void {
    const listener = this.listener;
    if (listener === null) return;
    this.listener = null;
    this.signal.removeEventListener("abort", listener);
  }

  override describe(): string {
    return "AbortSignal";
  }
}
