/**
 * WaitQueue: the operations parked on one primitive, first come first served (Go's waitq of sudogs).
 *
 * Invariants
 *  1. An op is in at most one queue; `op.queue` names it, and is null exactly when the op is in none.
 *  2. `head.qprev` and `tail.qnext` are null; following `qnext` from head reaches tail after `length` ops.
 *
 * Why intrusive: parking allocates nothing and leaving is O(1), so a select with many cases never searches.
 * An array was rejected: `shift` and `splice` are linear.
 */
import type { OpRecord } from "./op.ts";

/**
 * The operations parked on one primitive, first come first served: an intrusive list, so parking allocates nothing and
 * leaving is O(1).
 *
 * @example
 * ```ts
 * import { Op } from "@gort/sched";
 * import { WaitQueue } from "@gort/sched/primitives";
 *
 * const q = new WaitQueue<Turn>();
 * class Turn extends Op<void> {
 *   get reason(): "semacquire" { return "semacquire"; }
 *   tryNow() { return false; }
 *   park() { q.push(this); }
 *   unpark() { q.remove(this); }
 * }
 * const [a, b] = [new Turn(), new Turn()];
 * a.park();
 * b.park();
 * a.unpark();
 * q.shift() === b; // => true
 * q.length; // => 0
 * ```
 */
export class WaitQueue<O extends OpRecord<any> = OpRecord<any>> {
  /** The op that waits longest, or null; `shift` takes it. */
  head: O | null = null;
  /** The op that came last, or null. */
  tail: O | null = null;
  /** How many wait. */
  length = 0;

  /** Adds at the tail. O(1). */
  push(op: O): void {
    op.queue = this;
    op.qnext = null;
    const tail = this.tail;
    op.qprev = tail;
    if (tail === null) this.head = op;
    else tail.qnext = op;
    this.tail = op;
    this.length++;
  }

  /** Adds at the head: Go's LIFO queueing of a mutex waiter that woke up and lost. O(1). */
  unshift(op: O): void {
    op.queue = this;
    op.qprev = null;
    const head = this.head;
    op.qnext = head;
    if (head === null) this.tail = op;
    else head.qprev = op;
    this.head = op;
    this.length++;
  }

  /** Takes from the head; null when empty. O(1). */
  shift(): O | null {
    const op = this.head;
    if (op === null) return null;
    const next = op.qnext as O | null;
    this.head = next;
    if (next === null) this.tail = null;
    else next.qprev = null;
    op.qnext = null;
    op.queue = null;
    this.length--;
    return op;
  }

  /** Takes `op` out; does nothing if it is not in this queue. O(1). */
  remove(op: O): void {
    if (op.queue !== this) return;
    const prev = op.qprev as O | null;
    const next = op.qnext as O | null;
    if (prev === null) this.head = next;
    else prev.qnext = next;
    if (next === null) this.tail = prev;
    else next.qprev = prev;
    op.qprev = null;
    op.qnext = null;
    op.queue = null;
    this.length--;
  }
}
