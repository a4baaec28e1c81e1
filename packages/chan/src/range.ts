/**
 * Ranging over a channel: the cursor for generator goroutines and the async iterator.
 *
 * Invariants
 *  1. A cursor owns one receive op and uses it again for every value: a loop allocates nothing.
 *  2. `value` holds the last value received; it is set only while `next()` gives true.
 *  3. Leaving a loop early neither closes the channel nor takes a value from it: `return` of the async iterator ends a
 *     `next` that still waits, which a stream calls side by side.
 *
 * Why the async iterator starts its receives and does not await them: `next` gives a promise in any case, and a receive that is
 * ready then costs one turn of the microtask queue instead of four.
 *
 * Why a cursor: a `for…of` cannot wait in a generator, and a callback form takes away `break`, `return` and
 * `yield*`. This is the shape of Go's own scanners: `for rows.Next() { rows.Value() }`. Rejected: a generator
 * method `*range()` that yields ops and values in turn, which costs twice as much and cannot be told apart by types.
 */
import type { Op, Waiter } from "@gort/sched";
import type { Range } from "./api.ts";
import type { Core } from "./core.ts";
import { Recv, type RecvOperation } from "./ops.ts";
import { FRESH, ITEM, MORE, PARKED } from "./states.ts";

/** The cursor behind `ch.range()`. */
export class Cursor<T> implements Range<T> {
  private readonly op: RecvOperation;

  constructor(core: Core) {
    this.op = new Recv(core, MORE);
  }

  get value(): T {
    return this.op.item as T;
  }

  next(): Op<boolean> {
    const op = this.op;
    if (op.state === PARKED) throw new Error("gort: range used by two goroutines at once");
    if (op.state !== FRESH) op.reset();
    return op;
  }
}

/** What an async iterator receives from: the record of a channel, or the nil channel. */
interface Iterated {
  recv(mode: number): Op<IteratorResult<any>>;
}

function isWaiting(w: { readonly op: Op<any>; readonly waiter: Waiter | null }): boolean {
  return w.op.state === PARKED && w.op.waiter === w.waiter;
}

/** The async iterator of a channel; `return` leaves the channel as it is. */
export class ChanIterator<T> implements AsyncIterableIterator<T> {
  private readonly from: Iterated;
  private over = false;
  /** The receives that had to wait and who waits for them; they end in this order. An op alone may serve others by now. */
  private readonly waiting: { readonly op: Op<any>; readonly waiter: Waiter | null }[] = [];

  constructor(from: Iterated) {
    this.from = from;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T>> {
    if (this.over) return Promise.resolve({ done: true, value: undefined });
    const op = this.from.recv(ITEM);
    const result = op.start();
    if (op.state === PARKED) {
      const { waiting } = this;
      const last = waiting[waiting.length - 1];
      if (last !== undefined && !isWaiting(last)) waiting.length = 0;
      waiting.push({ op, waiter: op.waiter });
    }
    return Promise.resolve(result);
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
