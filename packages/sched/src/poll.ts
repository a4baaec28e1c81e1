/**
 * poll: a promise as an operation. Our netpoll: what the host finishes makes a goroutine runnable.
 *
 * Invariants
 *  1. While a goroutine is parked on a promise there is no deadlock: the host may still settle it.
 *  2. A promise that settles after its op was given up is ignored; its rejection counts as handled.
 *  3. A `then` that throws leaves no wait behind.
 */
import { badArgument } from "@gort/types";
import type { Op } from "./op.ts";
import { PARKED, USED } from "./op-state.ts";
import { OutsideOp } from "./outside-op.ts";
import type { WaitReason } from "./wait-reason.ts";

/** Waits for a promise. */
export class PollOp<T> extends OutsideOp<T> {
  private readonly promise: PromiseLike<T>;

  constructor(promise: PromiseLike<T>) {
    super();
    this.promise = promise;
  }

  get reason(): WaitReason {
    return "IO wait";
  }

  override tryNow(): boolean {
    return false;
  }

  override park(): void {
    try {
      this.promise.then(
        (value) => {
          if (this.state === PARKED) this.complete(value);
        },
        (error: unknown) => {
          if (this.state === PARKED) this.fail(error);
        },
      );
    } catch (error) {
      this.state = USED;
      throw error;
    }
    super.park();
  }

  override unpark(): void {
    super.unpark();
    // The state has to differ from PARKED for the promise to be ignored, whoever gave the op up.
    this.state = USED;
  }

  override describe(): string {
    return "a promise";
  }
}

/**
 * Waits for a promise from a goroutine: its value, or its rejection thrown here. O(1).
 *
 * @param promise anything with `then`
 * @throws TypeError for what is no promise
 *
 * @example
 * ```ts
 * import { poll, run } from "@gort/sched";
 *
 * const answer = await run(function* () {
 *   return yield* poll(Promise.resolve(42));
 * });
 * answer; // => 42
 * ```
 */
export function poll<T>(promise: PromiseLike<T>): Op<T> {
  if (typeof (promise as Partial<PromiseLike<T>> | null | undefined)?.then !== "function")
    throw badArgument("poll", "promise", promise, "a promise", "type");
  return new PollOp<T>(promise);
}
