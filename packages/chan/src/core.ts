/**
 * Core: the record of a channel (Go's hchan). The two operations on it: `ops.ts`. Overview of the package.
 *
 * A value moves in one of three ways: sender to parked receiver, sender to buffer, parked sender to receiver
 * (by way of the buffer's tail when there is one). Each is one synchronous step, so there is nothing to lock.
 *
 * Invariants (asserted by check.ts, but for 6)
 *  1. `recvq` and `sendq` are not both non-empty, but for a select parked on both sides of this channel.
 *  2. A receiver is parked only while the buffer is empty; a sender only while it is full.
 *  3. A closed channel has no parked ops.
 *  4. `0 <= count <= cap`; the values are `buf[(head + i) & mask]`; every other slot holds `undefined`, so the
 *     channel keeps nothing alive that was received.
 *  5. `buf.length` is a power of two, `mask` is one less, and `count <= buf.length`.
 *  6. A parked SendOperation carries its value in `value`; a completed one carries `undefined`.
 *  7. `freeRecv` and `freeSend` are null or an op that `yield*`, `start` or a select used up: no queue, no waiter, no value.
 *
 * Why used-up ops are kept: Go does the same with its sudogs. An op taken through `yield*` is out of the program's hands
 * once the value is, so the next `recv()` or `send()` takes it instead of allocating: a hand-off costs two thirds.
 * One per side is enough, since one is in use for as long as its goroutine waits. A second use of the same op is
 * still refused unless the channel gave it out again in between.
 * Why the ring starts small and grows: `makeChan(1e6)` costs nothing until used.
 * Rejected: a class per capacity kind (call sites see both), closures as waiters (an allocation per park).
 */
import { currentGoroutine } from "@gort/sched";
import { WaitQueue } from "@gort/sched/primitives";
import type { TryRecv } from "./api.ts";
import { chanError } from "./errors.ts";
import { deliver, Recv, type RecvOperation, Send, type SendOperation } from "./ops.ts";
import { Cursor } from "./range.ts";
import { DONE, FRESH } from "./states.ts";

/** The record of a channel. */
export class Core {
  closed = false;
  /** Values in the buffer. */
  count = 0;
  head = 0;
  mask: number;
  buf: unknown[];
  readonly cap: number;
  readonly recvq = new WaitQueue<RecvOperation>();
  readonly sendq = new WaitQueue<SendOperation>();
  /** The last op that was used up, for the next `recv` and `send` to take. */
  freeRecv: RecvOperation | null = null;
  freeSend: SendOperation | null = null;
  readonly name: string;
  readonly zero: unknown;
  /** Makes a fresh zero value where that is mutable; else null and `zero` serves. */
  readonly makeZero: (() => unknown) | null;

  constructor(cap: number, name: string, zero: unknown, makeZero: (() => unknown) | null) {
    this.cap = cap;
    this.name = name;
    this.zero = zero;
    this.makeZero = makeZero;
    let size = 1;
    while (size < cap && size < 64) size *= 2;
    this.mask = size - 1;
    // fill() fixes the elements kind, so that every channel's buffer has the same.
    this.buf = new Array<unknown>(size).fill(undefined);
  }

  /** A fresh receive op. */
  recv(mode: number): RecvOperation {
    const op = this.freeRecv;
    if (op === null) return new Recv(this, mode);
    this.freeRecv = null;
    op.mode = mode;
    op.state = FRESH;
    return op;
  }

  /** A fresh send op. */
  send(value: unknown): SendOperation {
    const op = this.freeSend;
    if (op === null) return new Send(this, value);
    this.freeSend = null;
    op.value = value;
    op.state = FRESH;
    return op;
  }

  /** What a receive gives when the channel is closed and drained. */
  zeroValue(): unknown {
    return this.makeZero === null ? this.zero : this.makeZero();
  }

  /** Appends to the buffer, which has room. */
  put(value: unknown): void {
    if (this.count > this.mask) this.grow();
    this.buf[(this.head + this.count) & this.mask] = value;
    this.count++;
  }

  /** Takes the oldest value of the buffer, which is not empty, and lets the first parked sender move up. */
  take(): unknown {
    const buf = this.buf;
    const head = this.head;
    const value = buf[head];
    this.head = (head + 1) & this.mask;
    const s = this.sendq.head === null ? null : this.sendq.shift();
    if (s === null) {
      buf[head] = undefined;
      this.count--;
    } else {
      // The buffer is full: the slot just read is the new tail, unless the ring is larger than cap.
      buf[head] = undefined;
      buf[(head + this.count) & this.mask] = s.value;
      s.value = undefined;
      s.state = DONE;
      if (s.waiter !== null) s.waiter.wake(s);
    }
    return value;
  }

  private grow(): void {
    const old = this.buf;
    const n = old.length;
    const buf = new Array<unknown>(n * 2).fill(undefined);
    for (let i = 0; i < n; i++) buf[i] = old[(this.head + i) & this.mask];
    this.buf = buf;
    this.head = 0;
    this.mask = n * 2 - 1;
  }

  /** Takes the value of the first parked sender, of which there is one. */
  takeFrom(): unknown {
    const s = this.sendq.shift()!;
    const value = s.value as unknown;
    s.value = undefined;
    s.state = DONE;
    if (s.waiter !== null) s.waiter.wake(s);
    return value;
  }

  /** Sends without waiting; false if that is impossible. */
  offer(value: unknown): boolean {
    if (this.closed) throw chanError("sendClosed", this);
    if (this.recvq.head !== null) {
      deliver(this.recvq.shift()!, value, true);
      return true;
    }
    if (this.count < this.cap) {
      this.put(value);
      return true;
    }
    return false;
  }

  /** Receives without waiting: value, ok, and whether that was possible. */
  poll(): TryRecv<any, any> {
    if (this.count > 0) return [this.take(), true, true];
    if (this.sendq.head !== null) return [this.takeFrom(), true, true];
    return [this.zeroValue(), false, this.closed];
  }

  /**
   * Wakes everyone: receivers with the zero value, then senders with a panic, each group from its tail.
   * Go collects the waiters on a stack, so the first to park is readied last and, with a run-next slot, runs first. A timer or code
   * outside has no such slot, so there the first is readied first.
   */
  close(): void {
    if (this.closed) throw chanError("closeClosed", this);
    this.closed = true;
    const { recvq, sendq } = this;
    if (currentGoroutine() === null) {
      if (recvq.head !== null) this.endRecv(recvq.head);
      if (sendq.head !== null) this.endSend(sendq.head);
    }
    for (let r; (r = recvq.tail) !== null;) this.endRecv(r);
    for (let s; (s = sendq.tail) !== null;) this.endSend(s);
  }

  /** A parked receiver hears of the end. */
  private endRecv(r: RecvOperation): void {
    this.recvq.remove(r);
    let zero: unknown;
    try {
      zero = this.zeroValue();
    } catch (error) {
      // As a receive that begins now does; the others wake all the same.
      r.fail(error);
      return;
    }
    deliver(r, zero, false);
  }

  /** A parked sender hears of the end. */
  private endSend(s: SendOperation): void {
    this.sendq.remove(s);
    s.value = undefined;
    s.fail(chanError("sendClosed", this));
  }

  range(): Cursor<any> {
    return new Cursor(this);
  }

  /** Whether only its own bubble can end a wait for it. */
  isDurable(): boolean {
    return false;
  }

  describe(): string {
    const name = this.name === "" ? "" : ` ${JSON.stringify(this.name)}`;
    return `chan${name} (len ${this.count}, cap ${this.cap})`;
  }
}
