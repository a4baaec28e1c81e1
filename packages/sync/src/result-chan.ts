/**
 * ResultChan: the channel that `SingleFlight.doChan` returns, with room for the one result it will ever get.
 *
 * Invariants
 *  1. One result is delivered at most, and received at most once: by the first receiver in the queue, or by the
 *     first to come later.
 *  2. It is never closed: a second receive blocks for ever, as on Go's.
 *
 * It has the shape of a receive-only channel of `@gort/chan`, which this package does not depend on.
 */
import { Op, WaitQueue, type WaitReason, withOptions } from "@gort/sched";
import type { WaitOptions } from "./api.ts";

/** How a call ended. */
export type FlightOutcome<V> =
  { readonly ok: true; readonly value: V } | { readonly ok: false; readonly err: unknown };

/** Go's `singleflight.Result`. */
export type ChanResult<V> = FlightOutcome<V> & {
  /** Whether more than one caller got it. */
  readonly shared: boolean;
};

class ResultOp<V, R> extends Op<R> {
  private readonly ch: ResultChan<V>;
  private readonly wrap: (result: ChanResult<V>) => R;
  private result: ChanResult<V> | null = null;

  constructor(ch: ResultChan<V>, wrap: (result: ChanResult<V>) => R) {
    super();
    this.ch = ch;
    this.wrap = wrap;
  }

  override get reason(): WaitReason {
    return "chan receive";
  }

  override describe(): string {
    return "result of a singleflight call";
  }

  override tryNow(): boolean {
    const result = this.ch.tryRecv();
    if (!result[1]) return false;
    this.result = result[0];
    this.value = this.wrap(result[0]);
    return true;
  }

  override park(): void {
    this.ch.queue.push(this);
  }

  override unpark(): void {
    this.ch.queue.remove(this);
  }

  take(result: ChanResult<V>): void {
    this.result = result;
    this.complete(this.wrap(result));
  }

  /** Whoever received it ended before it could look: the next one gets it. */
  override discard(): void {
    this.ch.deliver(this.result!);
  }
}

/**
 * A channel that carries one {@link ChanResult}.
 *
 * @example
 * ```ts
 * import { type ResultChan, SingleFlight } from "@gort/sync";
 *
 * const flights = new SingleFlight<string, number>();
 * const ch: ResultChan<number> = flights.doChan("k", async () => 7);
 * ch.len; // => 0
 * const [result, ok] = await ch.recvOk();
 * ok && result.ok && result.value; // => 7
 * ```
 */
export class ResultChan<V> {
  /** @internal */
  readonly queue: WaitQueue<ResultOp<V, any>> = new WaitQueue();
  private result: ChanResult<V> | null = null;

  /** Results waiting: 0 or 1. */
  get len(): number {
    return this.result === null ? 0 : 1;
  }

  /** Always 1. */
  get cap(): number {
    return 1;
  }

  /** Waits for the result. O(1). */
  recv(options?: WaitOptions): Op<ChanResult<V>> {
    const op = new ResultOp<V, ChanResult<V>>(this, (result) => result);
    return withOptions(op, options, "ResultChan.recv");
  }

  /** Waits for the result, with `ok`, which is always true because the channel is never closed. O(1). */
  recvOk(options?: WaitOptions): Op<[value: ChanResult<V>, ok: boolean]> {
    const op = new ResultOp<V, [ChanResult<V>, boolean]>(this, (result) => [result, true]);
    return withOptions(op, options, "ResultChan.recvOk");
  }

  /** The result if it is there. Never blocks. O(1). */
  tryRecv(): [value: ChanResult<V>, ok: true] | [value: undefined, ok: false] {
    const { result } = this;
    if (result === null) return [undefined, false];
    this.result = null;
    return [result, true];
  }

  /** @internal */
  deliver(result: ChanResult<V>): void {
    const op = this.queue.shift();
    if (op !== null) op.take(result);
    else this.result = result;
  }
}
