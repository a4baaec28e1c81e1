/**
 * The operations on a channel, send and receive; the record they work on, and what happens to used ones: `core.ts`.
 *
 * Why the outcome is a record of its own and not the op: an op waiting to be used again must not keep the last
 * value alive. `yield*` reads the record before anything else can run.
 * Why the operations reach into the record of the channel: `next` of a ready op is then one call deep. Why `next` is
 * written out in each class and not inherited: the inherited one sees every op class of a program, and its inline
 * caches go megamorphic; the same holds for waking, which is written out where it happens.
 * Why the constructors stand beside the classes: see `opMaker`. `await ch.recv()` costs a seventh less this way.
 */
import { Op, type OpRecord } from "@gort/sched";
import { initOp, opMaker, overdue, preempt } from "@gort/sched/primitives";
import type { Core } from "./core.ts";
import { DONE, FRESH, ITEM, LENT, MORE, PAIR, PARKED, USED, VALUE } from "./states.ts";

// The outcome of an op that completed, as `yield*` reads it: at once, before any other op can complete.
const received: IteratorReturnResult<any> = { done: true, value: undefined };
const sent: IteratorReturnResult<any> = /* @__PURE__ */ Object.freeze({
  done: true,
  value: undefined,
});

/** Completes a parked receiver, which is off its queue. */
export function deliver(r: RecvOperation, value: unknown, ok: boolean): void {
  r.settle(value, ok);
  r.state = DONE;
  if (r.waiter !== null) r.waiter.wake(r);
}

/** What both have. */
abstract class ChanOperation extends Op<any> {
  declare ch: Core;

  override describe(): string {
    return this.ch.describe();
  }

  override isDurable(): boolean {
    return this.ch.isDurable();
  }

  /** As a case of a select that is decided it leaves its queue before any code of a user's can run: see `select-op.ts`. */
  quit(): void {
    if (this.state !== PARKED) return;
    this.waiter = null;
    this.unpark();
    this.state = FRESH;
  }
}

/** `<-ch` in its forms. Made by {@link Recv}. */
export class RecvOperation extends ChanOperation {
  declare mode: number;
  declare ok: boolean;
  /** The value received, in modes MORE and LENT. */
  declare item: any;

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

  override next(): IteratorResult<OpRecord<any>, any> {
    const state = this.state;
    const ch = this.ch;
    if (state === FRESH) {
      if (overdue()) {
        this.withdraw(); // Its goroutine may end here.
        return preempt;
      }
      if (this.mode === VALUE) return this.nextValue(ch);
      this.withdraw(); // It is used, whatever becomes of it.
      if (!this.tryNow()) {
        this.state = PARKED;
        ch.recvq.push(this);
        return this as IteratorResult<OpRecord<any>, any>;
      }
    } else if (state === DONE) this.waiter = null;
    else return super.next();
    this.state = USED;
    received.value = this.value;
    this.value = undefined;
    if (this.mode < MORE) ch.freeRecv = this;
    return received;
  }

  /** The plain receive, whose value need not pass through the op. */
  private nextValue(ch: Core): IteratorResult<OpRecord<any>, any> {
    this.ok = true;
    if (ch.count > 0) received.value = ch.take();
    else if (ch.sendq.head !== null) received.value = ch.takeFrom();
    else if (ch.closed) {
      this.ok = false;
      received.value = ch.zeroValue();
    } else {
      this.state = PARKED;
      ch.recvq.push(this);
      return this as IteratorResult<OpRecord<any>, any>;
    }
    this.state = USED;
    ch.freeRecv = this;
    return received;
  }

  override start(): any {
    if (this.state !== FRESH) return super.start();
    try {
      if (!this.tryNow()) return this.promised();
    } catch (error) {
      this.state = USED;
      return Promise.reject(error);
    }
    this.state = USED;
    const value: unknown = this.value;
    this.recycle();
    return this.given(value);
  }

  /** Gives the op back after its value was taken. */
  override recycle(): void {
    this.value = undefined;
    if (this.mode < MORE) this.ch.freeRecv = this;
  }

  /** Its range may hand it out again: it was used, or what it was given to is over without having tried it. */
  withdraw(): boolean {
    if (this.mode === LENT) this.mode = MORE;
    return true;
  }

  /** Makes the op usable again; it must not be parked. */
  reset(): void {
    this.value = undefined;
    this.state = FRESH;
    this.waiter = null;
    this.withdraw();
  }
}

/** `ch <- value`. The value waits in `value` until it is taken. Made by {@link Send}. */
export class SendOperation extends ChanOperation {
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

  override next(): IteratorResult<OpRecord<any>, any> {
    const state = this.state;
    const ch = this.ch;
    if (state === FRESH) {
      if (overdue()) return preempt;
      if (!ch.offer(this.value)) {
        this.state = PARKED;
        ch.sendq.push(this);
        return this as IteratorResult<OpRecord<any>, any>;
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
    let sent: boolean;
    try {
      sent = this.ch.offer(this.value);
    } catch (error) {
      this.state = USED;
      return Promise.reject(error);
    }
    if (!sent) return this.promised();
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

/** Makes a receive op. */
export const Recv = /* @__PURE__ */ opMaker(RecvOperation, function (ch: Core, mode: number) {
  initOp(this);
  this.ch = ch;
  this.mode = mode;
  this.ok = false;
  this.item = undefined;
});

/** Makes a send op. */
export const Send = /* @__PURE__ */ opMaker(SendOperation, function (ch: Core, value: unknown) {
  initOp(this);
  this.value = value;
  this.ch = ch;
});
