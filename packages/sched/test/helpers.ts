/** What the tests share: the package, small primitives in the place of channels, and spelling helpers. */
import { Op, type Tracer, type WaitReason } from "@gort/sched";
import { WaitQueue } from "@gort/sched/primitives";
import { isFatalError } from "@gort/types";
export * from "@gort/sched";
export * from "@gort/sched/primitives";
export { recordOf } from "./record-of.ts";

export const isFatalErrorLike = isFatalError;

/** A channel of numbers, just enough for the scheduler's own tests. */
export class Chan<T = number> {
  readonly buf: T[] = [];
  readonly cap: number;
  closed = false;
  readonly senders = new WaitQueue<SendOp<T>>();
  readonly receivers = new WaitQueue<RecvOp<T>>();
  constructor(cap = 0) {
    this.cap = cap;
  }
  send(v: T): Op<void> {
    return new SendOp(this, v);
  }
  /** The value, undefined once closed. */
  recv(): Op<T | undefined> {
    return new RecvOp(this);
  }
  close(): void {
    this.closed = true;
    // As Go's closechan: collected on a stack, so readied last parked first.
    const stack: RecvOp<T>[] = [];
    for (let r; (r = this.receivers.shift()) !== null;) stack.push(r);
    for (let r; (r = stack.pop()) !== undefined;) r.complete(undefined);
  }
}

class SendOp<T> extends Op<void> {
  readonly c: Chan<T>;
  readonly v: T;
  constructor(c: Chan<T>, v: T) {
    super();
    this.c = c;
    this.v = v;
  }
  get reason(): WaitReason {
    return "chan send";
  }
  override tryNow(): boolean {
    const { c } = this;
    const r = c.receivers.shift();
    if (r !== null) {
      r.complete(this.v);
      return true;
    }
    if (c.buf.length < c.cap) {
      c.buf.push(this.v);
      return true;
    }
    return false;
  }
  override park(): void {
    this.c.senders.push(this);
  }
  override unpark(): void {
    this.c.senders.remove(this);
  }
  override describe(): string {
    return `chan (len ${this.c.buf.length}, cap ${this.c.cap})`;
  }
}

class RecvOp<T> extends Op<T | undefined> {
  readonly c: Chan<T>;
  constructor(c: Chan<T>) {
    super();
    this.c = c;
  }
  get reason(): WaitReason {
    return "chan receive";
  }
  override tryNow(): boolean {
    const { c } = this;
    if (c.buf.length > 0) {
      this.value = c.buf.shift();
      const s = c.senders.shift();
      if (s !== null) {
        c.buf.push(s.v);
        s.complete(undefined);
      }
      return true;
    }
    const s = c.senders.shift();
    if (s !== null) {
      this.value = s.v;
      s.complete(undefined);
      return true;
    }
    return c.closed;
  }
  override park(): void {
    this.c.receivers.push(this);
  }
  override unpark(): void {
    this.c.receivers.remove(this);
  }
  override describe(): string {
    return `chan (len ${this.c.buf.length}, cap ${this.c.cap})`;
  }
}

/** A WaitGroup, as far as the tests need one. */
export class WaitGroup {
  n = 0;
  readonly waiters = new WaitQueue<WaitOp>();
  add(n: number): void {
    this.n += n;
    if (this.n === 0) for (let w; (w = this.waiters.shift()) !== null;) w.complete(undefined);
  }
  done(): void {
    this.add(-1);
  }
  wait(): Op<void> {
    return new WaitOp(this);
  }
}

class WaitOp extends Op<void> {
  readonly wg: WaitGroup;
  constructor(wg: WaitGroup) {
    super();
    this.wg = wg;
  }
  get reason(): WaitReason {
    return "sync.WaitGroup.Wait";
  }
  override tryNow(): boolean {
    return this.wg.n === 0;
  }
  override park(): void {
    this.wg.waiters.push(this);
  }
  override unpark(): void {
    this.wg.waiters.remove(this);
  }
}

/** An op nobody completes. */
export class Never extends Op<never> {
  readonly what: string;
  readonly why: WaitReason;
  constructor(what = "nothing", why: WaitReason = "select (no cases)") {
    super();
    this.what = what;
    this.why = why;
  }
  get reason(): WaitReason {
    return this.why;
  }
  override tryNow(): boolean {
    return false;
  }
  override park(): void {}
  override unpark(): void {}
  override describe(): string {
    return this.what;
  }
}

const nothing = (): void => {};

/** A tracer that does nothing, for those that look at one event. */
export const silent: Tracer = {
  create: nothing,
  start: nothing,
  stop: nothing,
  block: nothing,
  unblock: nothing,
  end: nothing,
  steal: nothing,
  timer: nothing,
  proc: nothing,
};
