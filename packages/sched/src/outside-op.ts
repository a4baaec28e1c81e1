/**
 * OutsideOp: an op that something outside its scheduler may complete, such as a promise, another clock or another scheduler.
 *
 * Invariants
 *  1. A wait that was counted is counted as one from outside until the op is over or given up, and then no more: there is no
 *     deadlock while it lasts, and no time passes in a bubble.
 */
import type { Runtime } from "./current.ts";
import { Op } from "./op.ts";

export abstract class OutsideOp<T> extends Op<T> {
  /** Where the wait is counted; null while it is not. */
  private from: Runtime | null = null;

  /** Counts the wait with the scheduler it is in, if it is in one of ours. */
  protected count(s: Runtime | null): void {
    if (s !== null) (this.from = s).external(1);
  }

  /** The wait is over. */
  protected uncount(): void {
    this.from?.external(-1);
    this.from = null;
  }

  override complete(value: T): void {
    this.uncount();
    super.complete(value);
  }

  override fail(error: unknown): void {
    this.uncount();
    super.fail(error);
  }

  override isDurable(): boolean {
    return this.from === null;
  }
}
