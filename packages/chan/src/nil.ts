/**
 * The nil channel: what a Go channel variable holds before `make`.
 *
 * Invariants
 *  1. It keeps nothing: its ops never complete and park nowhere, so one frozen object serves every program.
 *  2. There is one per copy of the package; `ch === nilChan()` is Go's `ch == nil`.
 *
 * Why an object and not `null`: `ch.recv()` then needs no check, and a variable can be set to it to switch a
 * select case off. A select also takes `null` in place of a case, for the same purpose.
 */
import { Op } from "@gort/sched";
import { OpIterator, rangeNext, withOptions } from "@gort/sched/primitives";
import type { Chan, Range, RecvOp, SendOp, TryRecv, WaitOptions } from "./api.ts";
import { chanError } from "./errors.ts";

/** A receive from or a send to the nil channel: never ready, parked nowhere. */
class NilOperation extends Op<any> {
  readonly reason: "chan receive (nil chan)" | "chan send (nil chan)";

  constructor(reason: "chan receive (nil chan)" | "chan send (nil chan)") {
    super();
    this.reason = reason;
  }

  tryNow(): boolean {
    return false;
  }

  park(): void {}

  unpark(): void {}

  override describe(): string {
    return "nil chan";
  }
}

/** A receive, which a prepared select may use in every pass. */
class NilReceive extends NilOperation {
  /** Never read: it never completes. */
  declare readonly ok: boolean;

  constructor() {
    super("chan receive (nil chan)");
  }

  /** Nothing to do: it never completes. */
  reset(): void {}
}

/** The nil channel. */
class NilChannel implements Chan<any, any> {
  readonly len = 0;
  readonly cap = 0;
  readonly name = "";

  get [Symbol.for("gort.Chan")](): true {
    return true;
  }

  recv(options?: WaitOptions): RecvOp<any, any> {
    const op = new NilReceive();
    return withOptions(op, options, "Chan.recv") as RecvOp<any, any>;
  }

  recvOk(options?: WaitOptions): RecvOp<any, any> {
    const op = new NilReceive();
    return withOptions(op, options, "Chan.recvOk") as RecvOp<any, any>;
  }

  tryRecv(): TryRecv<any, any> {
    return [undefined, false, false];
  }

  send(_value: unknown, options?: WaitOptions): SendOp {
    return withOptions(new NilOperation("chan send (nil chan)"), options, "Chan.send");
  }

  trySend(_value: unknown): boolean {
    return false;
  }

  close(): never {
    throw chanError("closeNil");
  }

  range(): Range<any> {
    return { value: undefined, next: rangeNext(() => new NilReceive()) };
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<any> {
    return new OpIterator(() => this.recv());
  }

  recvOnly(): this {
    return this;
  }

  sendOnly(): this {
    return this;
  }

  toString(): string {
    return "nil chan";
  }

  /** What `JSON.stringify` shows. */
  toJSON(): string {
    return "nil chan";
  }

  /** What `console.log` shows on Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "nil chan";
  }
}

const nil = /* @__PURE__ */ Object.freeze(/* @__PURE__ */ new NilChannel());

/**
 * Go's nil channel: sending and receiving block forever, in a select its cases are never ready, `len` and `cap` are 0
 * and `close` panics. Always the same object, so `ch === nilChan()` is Go's `ch == nil`. O(1).
 *
 * @example
 * ```ts
 * import { type Chan, makeChan, nilChan } from "@gort/chan";
 *
 * let jobs: Chan<string> = makeChan<string>(1);
 * jobs = nilChan(); // no case on jobs can be chosen any more
 * jobs.trySend("x"); // => false
 * jobs.close(); // throws close of nil channel
 * ```
 */
export function nilChan<T = never, Z = T | undefined>(): Chan<T, Z> {
  return nil;
}
