/**
 * poll: a promise as an operation. Our netpoll: what the host finishes makes a goroutine runnable.
 *
 * Invariants
 *  1. While a goroutine is parked on a promise there is no deadlock: the host may still settle it.
 *  2. A promise that settles after its op was given up is ignored; its rejection counts as handled.
 *  3. A `then` that throws leaves no wait behind.
 *  4. A promise is asked no more often than goroutines wait for it at once: the callbacks of a wait that was given up serve the next
 *     one, since nothing can take them back from the promise.
 *
 * Why only then: most promises are waited for once, and a table of all of them would cost each wait more than its op.
 */
import { badArgument } from "@gort/types";
import type { Op } from "./op.ts";
import { PARKED, USED } from "./op-state.ts";
import { OutsideOp } from "./outside-op.ts";
import type { WaitReason } from "./wait-reason.ts";

/** Callbacks that a promise has. */
class Asked {
  /** Who waits by them; null when that was given up. */
  op: PollOp<any> | null;
  private readonly promise: PromiseLike<any>;
  /** Others of the same promise that nobody waits by. */
  private next: Asked | undefined;

  constructor(promise: PromiseLike<any>, op: PollOp<any>) {
    this.promise = promise;
    this.op = op;
    promise.then(
      (value) => this.settled()?.complete(value),
      (error: unknown) => this.settled()?.fail(error),
    );
  }

  /** Those of `promise` that nobody waits by, for one who does. */
  static free(promise: PromiseLike<any>): Asked | undefined {
    const asked = unused?.get(promise);
    if (asked === undefined) return undefined;
    if (asked.next === undefined) unused!.delete(promise);
    else unused!.set(promise, asked.next);
    return asked;
  }

  giveUp(): void {
    if (this.op === null) return;
    this.op = null;
    this.next = (unused ??= new WeakMap()).get(this.promise);
    unused.set(this.promise, this);
  }

  private settled(): PollOp<any> | null {
    const { op } = this;
    this.op = null;
    // Whoever waits from now on asks anew.
    unused?.delete(this.promise);
    return op !== null && op.state === PARKED ? op : null;
  }
}

/** What was given up. Most programs give up no wait for a promise. */
let unused: WeakMap<PromiseLike<any>, Asked> | undefined;

/** Waits for a promise. */
export class PollOp<T> extends OutsideOp<T> {
  private readonly promise: PromiseLike<T>;
  private asked: Asked | undefined = undefined;

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
    const asked = Asked.free(this.promise);
    if (asked !== undefined) {
      asked.op = this;
      this.asked = asked;
    } else {
      try {
        const made = (this.asked = new Asked(this.promise, this));
        // By what `then` ran: another case of its select was chosen, say.
        if (this.state !== PARKED) made.giveUp();
      } catch (error) {
        this.state = USED;
        throw error;
      }
    }
    super.park();
  }

  override unpark(): void {
    super.unpark();
    this.asked?.giveUp();
    this.state = USED;
  }

  override describe(): string {
    return "a promise";
  }
}

/**
 * Waits for a promise from a goroutine: its value, or its rejection thrown here. Meanwhile there is no deadlock, and virtual time stands
 * still: in a bubble that is how to wait for files, sockets and `fetch`, while an async function that itself sleeps there is
 * started by `go(fn).join()`. An operation needs no `poll`: it is awaited or yielded itself. Polled, it counts as something outside, which
 * hides deadlocks, and holds up the time that it may wait for. O(1).
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
