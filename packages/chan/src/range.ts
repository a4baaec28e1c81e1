/**
 * Ranging over a channel in generator goroutines; async functions have `OpIterator` of `@gort/sched/primitives`.
 *
 * Invariants
 *  1. A cursor owns one receive op and uses it again for every value: a loop allocates nothing.
 *  2. `value` holds the last value received; it is set only while `next()` gives true.
 *  3. Leaving a loop early neither closes the channel nor takes a value from it.
 *  4. What was received for one goroutine and not looked at yet is not lost to another one that uses the same cursor.
 *  5. An op that was handed out and is still fresh is not handed out twice in a row, unless what it was given to let go of it
 *     (`withdraw`): a loop without its `yield*` would never end, and nothing else would ever run.
 *
 * Why a cursor: a `for…of` cannot wait in a generator, and a callback form takes away `break`, `return` and
 * `yield*`. This is the shape of Go's own scanners: `for rows.Next() { rows.Value() }`. Rejected: a generator
 * method `*range()` that yields ops and values in turn, which costs twice as much and cannot be told apart by types.
 */
import type { Op } from "@gort/sched";
import { unusedNext } from "@gort/sched/primitives";
import type { Range } from "./api.ts";
import type { Core } from "./core.ts";
import { Recv, type RecvOperation } from "./ops.ts";
import { FRESH, LENT, MORE, USED } from "./states.ts";

/** The cursor behind `ch.range()`. */
export class Cursor<T> implements Range<T> {
  private readonly op: RecvOperation;

  constructor(core: Core) {
    this.op = new Recv(core, MORE);
  }

  get value(): T {
    return this.op.item as T;
  }

  next(): Op<boolean> & { readonly ok: boolean } {
    const op = this.op;
    if (op.state !== FRESH) {
      if (op.state !== USED) throw new Error("gort: range used by two goroutines at once");
      op.reset();
      op.item = undefined;
    } else if (op.mode === LENT) {
      op.mode = MORE;
      throw unusedNext();
    }
    op.mode = LENT;
    return op;
  }
}
