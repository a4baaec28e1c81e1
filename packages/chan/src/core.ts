/**
 * Core: the record of a channel (Go's hchan) and the two operations on it. Overview of the package.
 *
 * A value moves in one of three ways: sender to parked receiver, sender to buffer, parked sender to receiver
 * (by way of the buffer's tail when there is one). Each is one synchronous step, so there is nothing to lock.
 *
 * Invariants (asserted by check.ts)
 *  1. `recvq` and `sendq` are not both non-empty, but for a select parked on both sides of this channel.
 *  2. A receiver is parked only while the buffer is empty; a sender only while it is full.
 *  3. A closed channel has no parked ops.
 *  4. `0 <= count <= cap`; the values are `buf[(head + i) & mask]`; every other slot holds `undefined`, so the
 *     channel keeps nothing alive that was received.
 *  5. `buf.length` is a power of two, `mask` is one less, and `count <= buf.length`.
 *  6. A parked SendOperation carries its value in `value`; a completed one carries `undefined`.
 *  7. `freeRecv` and `freeSend` are null or an op that `yield*` used up: no queue, no waiter, no value.
 *
 * Why used-up ops are kept: Go does the same with its sudogs. An op taken through `yield*` is out of the program's hands
 * once the value is, so the next `recv()` or `send()` takes it instead of allocating: a hand-off costs two thirds.
 * One per side is enough, since one is in use for as long as its goroutine waits. A second use of the same op is
 * still refused unless the channel gave it out again in between.
 * Why the outcome is a record of its own and not the op: an op waiting to be used again must not keep the last
 * value alive. `yield*` reads the record before anything else can run.
 * Why the operations reach into the record of the channel: `next` of a ready op is then one call deep. Why `next` is
 * written out in each class and not inherited: the inherited one sees every op class of a program, and its inline
 * caches go megamorphic; the same holds for waking, which is written out where it happens. Why the ring starts small and grows: `makeChan(1e6)` costs nothing until used.
 * Rejected: a class per capacity kind (call sites see both), closures as waiters (an allocation per park).
 */
import { Op, WaitQueue } from "@gort/sched";
import type { TryRecv } from "./api.ts";
import { chanError } from "./errors.ts";
import { DONE, FRESH, ITEM, MORE, PAIR, PARKED, USED, VALUE } from "./states.ts";

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
    if (op === null) return new RecvOperation(this, mode);
    this.freeRecv = null;
    op.mode = mode;
    op.state = FRESH;
    return op;
  }

  /** A fresh send op. */
  send(value: unknown): SendOperation {
    const op = this.freeSend;
    if (op === null) return new SendOperation(this, value);
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
    if (this.closed) throw chanError("sendClosed");
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
   * Go collects the waiters on a stack, so the first to park is readied last and, with a run-next slot, runs first.
   */
  close(): void {
    if (this.closed) throw chanError("closeClosed");
    this.closed = true;
    for (let r; (r = this.recvq.tail) !== null;) {
      this.recvq.remove(r);
      deliver(r, this.zeroValue(), false);
    }
    for (let s; (s = this.sendq.tail) !== null;) {
      this.sendq.remove(s);
      s.value = undefined;
      s.fail(chanError("sendClosed"));
    }
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

// The outcome of an op that completed, as `yield*` reads it: at once, before any other op can complete.
const received: IteratorReturnResult<any> = { done: true, value: undefined };
const sent: IteratorReturnResult<any> = Object.freeze({ done: true, value: undefined });

/** Completes a parked receiver, which is off its queue. */
function deliver(r: RecvOperation, value: unknown, ok: boolean): void {
  r.settle(value, ok);
  r.state = DONE;
  if (r.waiter !== null) r.waiter.wake(r);
}

/** `<-ch` in its four forms. */
export class RecvOperation extends Op<any> {
  readonly ch: Core;
  mode: number;
  ok = false;
  /** The value received, in mode MORE. */
  item: any = undefined;

  constructor(ch: Core, mode: number) {
    super();
    this.ch = ch;
    this.mode = mode;
  }

  get reason(): "chan receive" {
    return "chan receive";
  }

  settle(item: unknown, ok: boolean): void {
    this.ok = ok;
    this.value = this.mode === VALUE ? item : this.shape(item, ok);
  }

  /** What the op gives in a mode other than VALUE. */
  private shape(item: unknown, ok: boolean): unknown {
    if (this.mode === PAIR) return [item, ok];
    if (this.mode === ITEM) return { done: !ok, value: ok ? item : undefined };
    this.item = item;
    return ok;
  }

  // One call of `settle`, so that all of it is inlined into a select.
  tryNow(): boolean {
    const ch = this.ch;
    let ok = true;
    let item: unknown;
    if (ch.count > 0) item = ch.take();
    else if (ch.sendq.head !== null) item = ch.takeFrom();
    else if (ch.closed) {
      ok = false;
      item = ch.zeroValue();
    } else return false;
    this.settle(item, ok);
    return true;
  }

  park(): void {
    this.ch.recvq.push(this);
  }

  unpark(): void {
    this.ch.recvq.remove(this);
  }

  override describe(): string {
    return this.ch.describe();
  }

  override isDurable(): boolean {
    return this.ch.isDurable();
  }

  override next(): IteratorResult<Op<any>, any> {
    const state = this.state;
    const ch = this.ch;
    if (state === FRESH) {
      if (this.mode === VALUE) return this.nextValue(ch);
      if (!this.tryNow()) {
        this.state = PARKED;
        ch.recvq.push(this);
        return this as IteratorResult<Op<any>, any>;
      }
    } else if (state === DONE) this.waiter = null;
    else return super.next();
    this.state = USED;
    received.value = this.value;
    this.value = undefined;
    if (this.mode !== MORE) ch.freeRecv = this;
    return received;
  }

  /** The plain receive, whose value need not pass through the op. */
  private nextValue(ch: Core): IteratorResult<Op<any>, any> {
    this.ok = true;
    if (ch.count > 0) received.value = ch.take();
    else if (ch.sendq.head !== null) received.value = ch.takeFrom();
    else if (ch.closed) {
      this.ok = false;
      received.value = ch.zeroValue();
    } else {
      this.state = PARKED;
      ch.recvq.push(this);
      return this as IteratorResult<Op<any>, any>;
    }
    this.state = USED;
    ch.freeRecv = this;
    return received;
  }

  override start(): any {
    if (this.state !== FRESH) return super.start();
    if (!this.tryNow()) return this.promised();
    this.state = USED;
    const value: unknown = this.value;
    this.recycle();
    return this.given(value);
  }

  /** Gives the op back after its value was taken. */
  override recycle(): void {
    this.value = undefined;
    if (this.mode !== MORE) this.ch.freeRecv = this;
  }

  /** Makes the op usable again; it must not be parked. */
  reset(): void {
    this.value = undefined;
    this.item = undefined;
    this.state = FRESH;
    this.waiter = null;
  }
}

/** `ch <- value`. The value waits in `value` until it is taken. */
export class SendOperation extends Op<any> {
  readonly ch: Core;

  constructor(ch: Core, value: unknown) {
    super();
    this.ch = ch;
    this.value = value;
  }

  get reason(): "chan send" {
    return "chan send";
  }

  tryNow(): boolean {
    if (!this.ch.offer(this.value)) return false;
    this.value = undefined;
    return true;
  }

  park(): void {
    this.ch.sendq.push(this);
  }

  unpark(): void {
    this.ch.sendq.remove(this);
  }

  override describe(): string {
    return this.ch.describe();
  }

  override isDurable(): boolean {
    return this.ch.isDurable();
  }

  override next(): IteratorResult<Op<any>, any> {
    const state = this.state;
    const ch = this.ch;
    if (state === FRESH) {
      if (!ch.offer(this.value)) {
        this.state = PARKED;
        ch.sendq.push(this);
        return this as IteratorResult<Op<any>, any>;
      }
      this.value = undefined;
    } else if (state === DONE) this.waiter = null;
    else return super.next();
    this.state = USED;
    ch.freeSend = this;
    return sent;
  }

  override start(): any {
    if (this.state !== FRESH) return super.start();
    try {
      if (!this.ch.offer(this.value)) return this.promised();
    } catch (error) {
      this.state = USED;
      return Promise.reject(error);
    }
    this.value = undefined;
    this.state = USED;
    this.ch.freeSend = this;
    return this.given(undefined);
  }

  /** Gives the op back after its value was sent, or nobody wanted it. */
  override recycle(): void {
    this.value = undefined;
    this.ch.freeSend = this;
  }
}
