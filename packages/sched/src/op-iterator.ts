/**
 * OpIterator: the async iterator of a source whose ops give its values, such as a channel.
 *
 * Invariants
 *  1. Leaving a loop early takes nothing from the source: `return` ends a `next` that still waits, which a stream calls side by
 *     side, and takes its op off the queue.
 *  2. What is kept of ops that are over is bounded by how many wait, also where several workers share one iterator.
 *
 * Why the ops are started and not awaited: `next` gives a promise in any case, and an op that is ready then costs one turn of the
 * microtask queue instead of four. Why no async generator: its `return` waits for the `next` before it, so for the next value.
 */
import { PARKED } from "./op-state.ts";
import type { Op, OpRecord, Waiter } from "./op.ts";

/** An op that had to wait, and who waits for it: the op alone may serve others by now. */
interface Waiting {
  readonly op: OpRecord<any>;
  readonly waiter: Waiter | null;
}

/** So many are kept before those that are over are looked for. */
const KEEP = 8;

const isWaiting = ({ op, waiter }: Waiting): boolean => op.state === PARKED && op.waiter === waiter;

/**
 * The async iterator of what the ops of `op` give, each an iterator result.
 * @internal
 */
export class OpIterator<T> implements AsyncIterableIterator<T> {
  private readonly op: () => Op<IteratorResult<T>>;
  private over = false;
  /** In the order in which they end; those that are over may be among them, at most as many as wait. */
  private waiting: Waiting[] = [];
  private keep = KEEP;

  constructor(op: () => Op<IteratorResult<T>>) {
    this.op = op;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T>> {
    if (this.over) return Promise.resolve({ done: true, value: undefined });
    const op = this.op() as OpRecord<IteratorResult<T>>;
    const result = op.start();
    if (op.state === PARKED) this.note(op);
    return Promise.resolve(result);
  }

  private note(op: OpRecord<any>): void {
    let { waiting } = this;
    const last = waiting[waiting.length - 1];
    if (last !== undefined && !isWaiting(last)) waiting.length = 0;
    else if (waiting.length === this.keep) {
      this.waiting = waiting = waiting.filter(isWaiting);
      this.keep = Math.max(KEEP, waiting.length * 2);
    }
    waiting.push({ op, waiter: op.waiter });
  }

  return(value?: unknown): Promise<IteratorResult<T>> {
    this.over = true;
    for (const w of this.waiting.splice(0)) {
      if (!isWaiting(w)) continue;
      w.op.unpark();
      w.op.complete({ done: true, value: undefined });
    }
    return Promise.resolve({ done: true, value });
  }
}
