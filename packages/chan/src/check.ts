/**
 * The invariants of core.ts as code: tests call this after every step.
 *
 * Invariant: nothing here changes the channel.
 */
import { isOp, type OpRecord } from "@gort/sched";
import type { WaitQueue } from "@gort/sched/primitives";
import type { RecvChan, SendChan } from "./api.ts";
import { coreOf } from "./channel.ts";
import { checkChannel } from "./errors.ts";
import { PARKED, USED } from "./states.ts";

function fail(text: string): never {
  throw new Error(`gort: channel invariant broken: ${text}`);
}

function checkQueue(queue: WaitQueue<OpRecord<any>>, name: string): OpRecord<any>[] {
  const ops: OpRecord<any>[] = [];
  let prev: OpRecord<any> | null = null;
  for (let op = queue.head; op !== null; op = op.qnext) {
    if (op.queue !== queue) fail(`${name}: an op does not name the queue it is in`);
    if (op.qprev !== prev) fail(`${name}: links disagree`);
    if (op.state !== PARKED) fail(`${name}: an op in state ${op.state} is queued`);
    if (outermost(op).state !== PARKED) fail(`${name}: a case of a select that is over is queued`);
    ops.push(op);
    prev = op;
  }
  if (queue.tail !== prev) fail(`${name}: tail is not the last op`);
  if (queue.length !== ops.length) fail(`${name}: length ${queue.length}, ops ${ops.length}`);
  return ops;
}

/** The op that somebody waits for, which `op` is a part of: a select, or what can be called off; `op` itself else. */
function outermost(op: OpRecord<any>): OpRecord<any> {
  let outer = op;
  for (let by: unknown = op.waiter; isOp(by); by = by.waiter) outer = by;
  return outer;
}

/** An op that was used up, for the next call to take. */
function checkFree(op: OpRecord<any> | null, name: string): void {
  if (op === null) return;
  if (op.state !== USED || op.queue !== null) fail(`${name}: the op kept is in use`);
  if (op.waiter !== null) fail(`${name}: the op kept has a waiter`);
  if (op.value !== undefined) fail(`${name}: the op kept holds a value`);
}

/**
 * Asserts every invariant of a channel. O(buffer + waiters).
 * @throws an error that says which invariant is broken; a TypeError for what is no channel
 *
 * @example
 * ```ts
 * import { checkChan, makeChan } from "@gort/chan";
 *
 * const ch = makeChan<number>(4);
 * ch.trySend(1);
 * checkChan(ch); // => { receivers: 0, senders: 0 }
 * ```
 */
export function checkChan(ch: RecvChan<any, any> | SendChan<any>): {
  /** Receive ops parked on the channel. */
  receivers: number;
  /** Send ops parked on the channel. */
  senders: number;
} {
  checkChannel("checkChan", "ch", ch, "close");
  const core = coreOf(ch);
  if (core === null) return { receivers: 0, senders: 0 };
  const receivers = checkQueue(core.recvq, "recvq");
  const senders = checkQueue(core.sendq, "sendq");
  if (receivers.length > 0 && senders.length > 0) {
    const waiting = new Set([...receivers, ...senders].map(outermost));
    if (waiting.size > 1 || core.cap > 0) fail("receivers and senders wait for each other");
  }
  if (receivers.length > 0 && core.count > 0) fail("receivers wait beside buffered values");
  if (senders.length > 0 && core.count < core.cap) fail("senders wait beside free slots");
  if (core.closed && receivers.length + senders.length > 0) fail("ops wait on a closed channel");
  const size = core.buf.length;
  if ((size & (size - 1)) !== 0 || core.mask !== size - 1) fail("the ring is no power of two");
  if (core.count < 0 || core.count > core.cap || core.count > size) fail(`count ${core.count}`);
  if (core.head < 0 || core.head > core.mask) fail(`head ${core.head}`);
  for (let i = core.count; i < size; i++) {
    if (core.buf[(core.head + i) & core.mask] !== undefined) fail("a free slot holds a value");
  }
  checkFree(core.freeRecv, "freeRecv");
  checkFree(core.freeSend, "freeSend");
  return { receivers: receivers.length, senders: senders.length };
}
