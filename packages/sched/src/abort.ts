/**
 * An AbortSignal as an operation: it waits until the signal fires. Calling other operations off by a signal: `call-off.ts`.
 *
 * Invariants
 *  1. All who wait for a signal share one listener. It is on the signal only while somebody waits, and gone when the last
 *     wait is over, however that ended. What one of them throws is nothing to the others.
 *  2. While a goroutine waits here there is no deadlock: code outside may still abort. Virtual time does not wait for it. While a
 *     callback of code outside of programs does, none is reported of any program: what the callback does nobody knows.
 *  3. Waiting for a signal that fires by itself (`AbortSignal.timeout`) keeps the process alive, as a sleep does; waiting for one
 *     that only code can abort does not.
 *
 * Why one listener: a service has one signal for its end and many who wait for it; Node warns of a leak from eleven listeners
 * on, and looks through all of them to add one more. Which signal has whose list is kept beside the signal, weakly: what is not
 * ours is not written to.
 */
import { badArgument, checkFunction } from "@gort/types";
import { isTimed, keepAlive, reportUncaught } from "./host.ts";
import { ambient } from "./ambient.ts";
import type { Op } from "./op.ts";
import { PARKED, USED } from "./op-state.ts";
import { OutsideOp } from "./outside-op.ts";
import { listens } from "./postpone.ts";
import { WaitQueue } from "./wait-queue.ts";
import type { WaitReason } from "./wait-reason.ts";

/** Those who wait for one signal. */
class Waiting {
  private readonly signal: AbortSignal;
  private readonly queue = new WaitQueue<AbortedOp>();
  private listening = false;
  /** Whether the signal will fire by itself, and the process has to be kept alive for that. */
  private readonly timed: boolean;
  private release: (() => void) | null = null;

  constructor(signal: AbortSignal) {
    this.signal = signal;
    this.timed = isTimed(signal);
  }

  add(op: AbortedOp): void {
    this.queue.push(op);
    if (this.listening) return;
    this.listening = true;
    if (this.timed) this.release = keepAlive();
    this.signal.addEventListener("abort", this);
  }

  remove(op: AbortedOp): void {
    if (op.queue !== this.queue) return;
    this.queue.remove(op);
    if (this.queue.length === 0) this.stop();
  }

  private stop(): void {
    if (!this.listening) return;
    this.listening = false;
    this.release?.();
    this.release = null;
    this.signal.removeEventListener("abort", this);
  }

  handleEvent(): void {
    const { queue, signal } = this;
    this.stop();
    for (let op; (op = queue.shift()) !== null;) give(op, signal.reason);
  }
}

/** A wait that is over: what it throws belongs to it alone. */
function give(op: AbortedOp, reason: unknown): void {
  try {
    op.complete(reason);
  } catch (error) {
    reportUncaught(error);
  }
}

const waiting = /* @__PURE__ */ new WeakMap<AbortSignal, Waiting>();

function waitingFor(signal: AbortSignal): Waiting {
  let w = waiting.get(signal);
  if (w === undefined) waiting.set(signal, (w = new Waiting(signal)));
  return w;
}

class AbortedOp extends OutsideOp<unknown> {
  private readonly signal: AbortSignal;

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
    waitingFor(this.signal).add(this);
    super.park();
  }

  override unpark(): void {
    waiting.get(this.signal)?.remove(this);
    super.unpark();
  }

  override isDurable(): boolean {
    return true;
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
 * import { isSignal } from "@gort/sched/primitives";
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

/** The error for what is no signal, but an AbortController perhaps. */
export function badSignal(where: string, argument: string, v: unknown): Error {
  const has = typeof (v as Partial<AbortController> | null | undefined)?.abort === "function";
  const want = has ? "an AbortSignal, such as its signal" : "an AbortSignal";
  return badArgument(where, argument, v, want, "type");
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
  if (!isSignal(signal)) throw badSignal("aborted", "signal", signal);
  return new AbortedOp(signal);
}

/**
 * Calls `fn` when `signal` fires; the signal must not have fired yet. Returns a function that takes the callback off. All waits of
 * gort for a signal share one listener on it. While the callback is there, the program that asked for it is not reported as
 * deadlocked before the event loop has run empty; if code outside of programs asked, no program is. What `fn` throws becomes an
 * uncaught exception of the host. O(1).
 *
 * @throws TypeError for what is no signal and no function
 *
 * @example
 * ```ts
 * import { onAbort } from "@gort/sched";
 *
 * const controller = new AbortController();
 * const heard: string[] = [];
 * const stop = onAbort(controller.signal, () => heard.push("first"));
 * onAbort(controller.signal, () => heard.push("second"));
 * stop();
 * controller.abort();
 * heard; // => ["second"]
 * ```
 */
export function onAbort(signal: AbortSignal, fn: () => unknown): () => void {
  if (!isSignal(signal)) throw badSignal("onAbort", "signal", signal);
  checkFunction("onAbort", "fn", fn);
  const op = new AbortedOp(signal);
  // The default scheduler runs no program, or one that counts the op.
  const outside = (ambient.sched ?? ambient.fallback) === ambient.fallback;
  const over = (): void => {
    op.state = USED;
    if (outside) listens(-1);
  };
  op.waiter = {
    wake() {
      over();
      fn();
    },
  };
  op.state = PARKED;
  op.park();
  if (outside) listens(1);
  return () => {
    if (op.state !== PARKED) return;
    op.unpark();
    over();
  };
}
