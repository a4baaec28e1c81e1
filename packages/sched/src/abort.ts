/**
 * An AbortSignal as an operation: it waits until the signal fires. Calling other operations off by a signal: `call-off.ts`.
 *
 * Invariants
 *  1. The listener is on the signal only while the op is parked; it is gone when the op is over, however it ended.
 *  2. While a goroutine waits here there is no deadlock: code outside may still abort. Virtual time does not wait for it.
 */
import { badArgument } from "@gort/types";
import { currentRuntime, type Runtime } from "./current.ts";
import { Op } from "./op.ts";
import { PARKED } from "./op-state.ts";
import type { WaitReason } from "./wait-reason.ts";

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
 * Whether `v` looks like an `AbortSignal`, of whichever realm. O(1).
 *
 * @example
 * ```ts
 * import { isSignal } from "@gort/sched";
 *
 * isSignal(new AbortController().signal); // => true
 * isSignal(new AbortController()); // => false
 * ```
 */
export function isSignal(v: unknown): v is AbortSignal {
  const signal = v as Partial<AbortSignal> | null | undefined;
  return (
    typeof signal === "object" &&
    signal !== null &&
    typeof signal.aborted === "boolean" &&
    typeof signal.addEventListener === "function"
  );
}

/**
 * Waits until `signal` fires, and completes with its reason. Useful as a select case. O(1).
 *
 * @throws TypeError for what is no signal
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
  if (!isSignal(signal)) throw badArgument("aborted", "signal", signal, "an AbortSignal", "type");
  return new AbortedOp(signal);
}
