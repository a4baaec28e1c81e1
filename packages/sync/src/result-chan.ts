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
import { Op, type WaitReason } from "@gort/sched";
import { OpIterator, rangeNext, WaitQueue, withOptions } from "@gort/sched/primitives";
import type { WaitOptions } from "./api.ts";

/** How a call ended. */
export type FlightOutcome<V> =
  { readonly ok: true; readonly value: V } | { readonly ok: false; readonly err: unknown };

/** Go's `singleflight.Result`. */
export type ChanResult<V> = FlightOutcome<V> & {
  /** Whether more than one caller got it. */
  readonly shared: boolean;
};

/** A receive from a {@link ResultChan}. */
export interface ResultRecv<T> extends Op<T> {
  /** Always true: the channel is never closed. */
  readonly ok: boolean;
}

/** A loop over what comes from a {@link ResultChan}: `for (const r = ch.range(); yield* r.next(); ) use(r.value);` */
export interface ResultLoop<V> {
  /** What the last `next()` received. */
  readonly value: ChanResult<V>;
  /**
   * An op that receives the next result into `value`; always true.
   * @throws Error if no op of a hundred calls in a row was used: the loop lacks its `yield*`
   */
  next(): ResultRecv<boolean>;
}

class ResultOp<V, R> extends Op<R> {
  readonly ok = true;
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
export class ResultChan<V> implements AsyncIterable<ChanResult<V>> {
  /** @internal */
  readonly queue: WaitQueue<ResultOp<V, any>> = new WaitQueue();
  /** Always `""`. */
  readonly name = "";
  private result: ChanResult<V> | null = null;

  /** Results waiting: 0 or 1. */
  get len(): number {
    return this.result === null ? 0 : 1;
  }

  /** Always 1. */
  get cap(): number {
    return 1;
  }

  /**
   * Waits for the result. O(1).
   * @throws TypeError for options that are unknown or of a wrong type
   */
  recv(options?: WaitOptions): ResultRecv<ChanResult<V>> {
    return this.receive((result) => result, options, "ResultChan.recv");
  }

  /** Waits for the result, with `ok`, which is always true because the channel is never closed. O(1). */
  recvOk(options?: WaitOptions): ResultRecv<[value: ChanResult<V>, ok: true]> {
    return this.receive((result) => [result, true], options, "ResultChan.recvOk");
  }

  /** Receives if the result is there: it, `ok`, and whether there was one. Never blocks. O(1). */
  tryRecv():
    [value: ChanResult<V>, ok: true, ready: true] | [value: undefined, ok: false, ready: false] {
    const { result } = this;
    if (result === null) return [undefined, false, false];
    this.result = null;
    return [result, true, true];
  }

  /** Go's `for v := range ch`, for generator goroutines. It waits for ever after the one result. */
  range(): ResultLoop<V> {
    const loop = {
      value: undefined as unknown as ChanResult<V>,
      next: rangeNext(
        () =>
          new ResultOp<V, boolean>(this, (result) => {
            loop.value = result;
            return true;
          }),
      ),
    };
    return loop;
  }

  /** Go's `for v := range ch`, for async functions. It waits for ever after the one result. */
  [Symbol.asyncIterator](): AsyncIterableIterator<ChanResult<V>> {
    return new OpIterator<ChanResult<V>>(() =>
      this.receive((value) => ({ done: false as const, value })),
    );
  }

  /** What `JSON.stringify` shows: nothing of its insides, as Go. */
  toJSON(): object {
    return {};
  }

  /** What `console.log` shows on Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `singleflight.ResultChan (${this.len}/1)`;
  }

  private receive<R>(
    wrap: (result: ChanResult<V>) => R,
    options?: WaitOptions,
    where = "",
  ): ResultRecv<R> {
    return withOptions(new ResultOp<V, R>(this, wrap), options, where) as ResultOp<V, R>;
  }

  /** @internal */
  deliver(result: ChanResult<V>): void {
    const op = this.queue.shift();
    if (op !== null) op.take(result);
    else this.result = result;
  }
}
