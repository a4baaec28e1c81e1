/**
 * poll: a promise as an operation. Our netpoll: what the host finishes makes a goroutine runnable.
 *
 * Invariants
 *  1. While a goroutine is parked on a promise there is no deadlock: the host may still settle it.
 *  2. A promise that settles after its op was given up is ignored; its rejection counts as handled.
 */
import { currentRuntime, type Runtime } from "./current.ts";
import { Op, PARKED } from "./op.ts";
import type { WaitReason } from "./wait-reason.ts";

class PollOp<T> extends Op<T> {
  private readonly promise: PromiseLike<T>;
  private runtime: Runtime | null = null;

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
    this.runtime = currentRuntime();
    this.runtime?.external(1);
    this.promise.then(
      (value) => {
        if (this.state !== PARKED) return;
        this.runtime?.external(-1);
        this.complete(value);
      },
      (error: unknown) => {
        if (this.state !== PARKED) return;
        this.runtime?.external(-1);
        this.fail(error);
      },
    );
  }

  override unpark(): void {
    this.runtime?.external(-1);
    // The state has to differ from PARKED for the promise to be ignored, whoever gave the op up.
    this.state = 4;
  }

  override describe(): string {
    return "a promise";
  }
}

/**
 * Waits for a promise from a goroutine: its value, or its rejection thrown here. O(1).
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
  return new PollOp<T>(promise);
}
