/**
 * Pull: the op that receives into a web stream.
 *
 * Invariants
 *  1. What the channel gives stands in the stream in the same synchronous step: a stream that is cancelled right after that
 *     has it, one that was cancelled before took nothing.
 *
 * Why not a receive whose outcome is put into the stream: an async function learns of it some microtasks later, and a stream
 * that is cancelled in between has nowhere to put the value.
 */
import { Op, type OpRecord, type WaitReason, type Waiter } from "@gort/sched";
import { FAILED, PARKED, USED } from "./states.ts";

/** Receives once; closes the stream where the channel is closed. */
export class Pull<T> extends Op<void> implements Waiter {
  private readonly from: OpRecord<[value: T, ok: boolean]>;
  private readonly to: ReadableStreamDefaultController<T>;

  constructor(from: Op<[value: T, ok: boolean]>, to: ReadableStreamDefaultController<T>) {
    super();
    this.from = from as OpRecord<[value: T, ok: boolean]>;
    this.to = to;
  }

  get reason(): WaitReason {
    return this.from.reason;
  }

  override describe(): string {
    return this.from.describe();
  }

  override isDurable(): boolean {
    return this.from.isDurable();
  }

  override tryNow(): boolean {
    const { from } = this;
    if (!from.tryNow()) return false;
    from.state = USED;
    this.put(from.value);
    return true;
  }

  override park(): void {
    const { from } = this;
    from.waiter = this;
    from.state = PARKED;
    from.park();
  }

  override unpark(): void {
    const { from } = this;
    from.waiter = null;
    from.state = USED;
    from.unpark();
  }

  wake(from: OpRecord<any>): void {
    const failed = from.state === FAILED;
    from.waiter = null;
    from.state = USED;
    if (failed) {
      this.fail(from.error);
      return;
    }
    this.put(from.value);
    this.complete();
  }

  private put([value, ok]: [value: T, ok: boolean]): void {
    if (ok) this.to.enqueue(value);
    else this.to.close();
  }
}
