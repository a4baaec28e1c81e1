/**
 * AsyncWaiter: an async function (or a `then` caller) that waits for an op.
 *
 * Invariants
 *  1. A callback is never called synchronously, neither by `then` nor by the primitive that completes the op.
 *  2. Callbacks run in the order in which their ops completed.
 *  3. Callbacks run in microtasks until the turn is spent, then after the host had one, so two async functions that
 *     wake each other for ever do not starve the host.
 *  4. An op that fails with nobody to take the error becomes an unhandled rejection, as a promise would.
 *  5. Whoever completes an op is thrown nothing, whatever value it hands over.
 *
 * Why the callbacks are handed to a settled promise of the engine's: `await op` calls `op.then(resolve, reject)` in a job
 * of its own, and `Promise.resolve(v).then(resolve, reject)` is the cheapest way to call `resolve` in a later one.
 * Rejected: a list of waiters drained by one job of ours (half as dear again, since the engine calls back into
 * JavaScript twice), `queueMicrotask` (twice as dear on Node), calling `resolve` at once where it is the engine's
 * own (nothing tells it from a function of the user's for less than the job costs).
 * Why one class without a base for both: V8 does not inline `super()` inside of a `try`, and all of an async function is one.
 * Why `then` on a parked op does not return a promise: `await` ignores what it returns. So it returns this record,
 * which becomes a promise only when somebody asks it to.
 */
import type { OpRecord, Waiter } from "./op.ts";
import { FAILED, PARKED, USED, WOKEN } from "./op-state.ts";
import { afterTurn, turnSpent } from "./turn.ts";

type Callback = ((value: any) => unknown) | null | undefined;

const settled = Promise.resolve();

/** Whether it is a promise, or says when it is asked that it has no such property: a revoked proxy, a strict object. */
function isThenable(value: any): boolean {
  if (typeof value !== "object" || value === null) return false;
  try {
    return typeof value.then === "function";
  } catch {
    return true;
  }
}

/** Calls one of the callbacks in a later job with what the op gave; the promise of what the callback gives. Never throws. */
function callBack(
  failed: boolean,
  value: any,
  onFulfilled: Callback,
  onRejected: Callback,
): Promise<unknown> {
  if (failed) return Promise.reject(value).then(onFulfilled, onRejected);
  // A promise as a value is the callback's, not ours to wait for; `await` rejects with what reading `then` throws.
  if (isThenable(value))
    return settled.then(typeof onFulfilled === "function" ? () => onFulfilled(value) : () => value);
  return Promise.resolve(value).then(onFulfilled, onRejected);
}

/** The same, after the host had a turn if that is due. */
export function callBackSoon(
  failed: boolean,
  value: unknown,
  onFulfilled: Callback,
  onRejected: Callback,
): Promise<unknown> {
  if (!turnSpent()) return callBack(failed, value, onFulfilled, onRejected);
  return new Promise((resolve) => {
    afterTurn(() => resolve(callBack(failed, value, onFulfilled, onRejected)));
  });
}

let give!: (value: any) => void;
let refuse!: (reason: unknown) => void;
const executor = (resolve: (value: any) => void, reject: (reason: unknown) => void): void => {
  give = resolve;
  refuse = reject;
};

/** Parks `op`, which could not complete at once, and gives the promise of its outcome. */
export function promiseOf<T>(gate: AsyncGate, op: OpRecord<T>): Promise<T> {
  const promise = new Promise<T>(executor);
  new AsyncWaiter(gate, op, give, refuse, true).park();
  return promise;
}

/** Who stands in an {@link AsyncGate}. */
interface Gated {
  /** What is waited for. */
  readonly op: OpRecord<any>;
  next: Gated | null;
  prev: Gated | null;
}

/** Waits in an {@link AsyncGate} for a parked op: on behalf of `then`, or of the promise of an op that was started. */
export class AsyncWaiter implements Waiter, Gated {
  readonly op: OpRecord<any>;
  next: Gated | null = null;
  prev: Gated | null = null;
  private readonly gate: AsyncGate;
  private onFulfilled: Callback;
  private onRejected: Callback;
  /** Whether the callbacks are those of a promise of ours, which may be called at once. */
  private readonly ours: boolean;
  /** What the callbacks gave, once they are on their way. */
  private result: Promise<unknown> | null = null;
  /** Gives the promise that somebody asked for before that. */
  private resolve: ((result: Promise<unknown>) => void) | null = null;

  constructor(
    gate: AsyncGate,
    op: OpRecord<any>,
    onFulfilled: Callback,
    onRejected: Callback,
    ours: boolean,
  ) {
    this.gate = gate;
    this.op = op;
    this.onFulfilled = onFulfilled;
    this.onRejected = onRejected;
    this.ours = ours;
  }

  /** Parks the op, which could not complete at once. */
  park(): void {
    const op = this.op;
    op.waiter = this;
    op.state = PARKED;
    this.gate.add(this);
    try {
      op.park();
    } catch (error) {
      this.gate.remove(this);
      this.over(true, error);
    }
  }

  wake(op: OpRecord<any>): void {
    this.gate.remove(this);
    const state = op.state;
    if (state === WOKEN) this.competeSoon();
    else if (state === FAILED) this.over(true, op.error);
    else this.over(false, op.value);
  }

  private over(failed: boolean, value: unknown): void {
    const op = this.op;
    op.state = USED;
    op.waiter = null;
    this.giveBack(failed);
    if (turnSpent()) afterTurn(() => this.settle(failed, value));
    else this.settle(failed, value);
  }

  private competeSoon(): void {
    const compete = (): void => this.compete();
    if (turnSpent()) afterTurn(compete);
    else void settled.then(compete);
  }

  /** The op was woken to compete: it completes, fails, or is parked again. */
  private compete(): void {
    const op = this.op;
    if (op.state === FAILED) {
      // Called off since: the wake-up was passed on to somebody else.
      op.state = USED;
      op.waiter = null;
      this.settle(true, op.error);
      return;
    }
    op.state = USED;
    let failed = false;
    let value: unknown;
    try {
      if (!op.retry()) {
        this.gate.add(this);
        return;
      }
      value = op.value;
    } catch (error) {
      failed = true;
      value = error;
    }
    op.state = USED;
    op.waiter = null;
    this.giveBack(failed);
    this.settle(failed, value);
  }

  /** The outcome of the op was read. Now and not later: one that serves more than once may be in use again by then. */
  private giveBack(failed: boolean): void {
    if (this.ours && !failed) this.op.recycle();
  }

  /** Hands over what became of the op, asynchronously. */
  private settle(failed: boolean, value: unknown): void {
    const { onFulfilled, onRejected } = this;
    if (this.ours) {
      if (failed) onRejected!(value);
      else onFulfilled!(value);
      return;
    }
    const result = callBack(failed, value, onFulfilled, onRejected);
    this.onFulfilled = null;
    this.onRejected = null;
    if (this.resolve !== null) this.resolve(result);
    else this.result = result;
  }

  private toPromise(): Promise<unknown> {
    return (this.result ??= new Promise((resolve) => (this.resolve = resolve)));
  }

  then(onFulfilled?: Callback, onRejected?: Callback): Promise<unknown> {
    return this.toPromise().then(onFulfilled, onRejected);
  }

  catch(onRejected?: Callback): Promise<unknown> {
    return this.toPromise().catch(onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<unknown> {
    return this.toPromise().finally(onFinally);
  }

  get [Symbol.toStringTag](): string {
    return "Promise";
  }
}

/** Waits for the op that a step of a generator parked; the next step takes what became of it. */
export class StepWaiter implements Waiter, Gated {
  readonly op: OpRecord<any>;
  next: Gated | null = null;
  prev: Gated | null = null;
  private readonly gate: AsyncGate;
  private readonly wakened: () => void;

  constructor(gate: AsyncGate, op: OpRecord<any>, wakened: () => void) {
    this.gate = gate;
    this.op = op;
    this.wakened = wakened;
  }

  add(): void {
    this.op.waiter = this;
    this.gate.add(this);
  }

  wake(): void {
    this.gate.remove(this);
    this.wakened();
  }
}

/** The async waiters of one scheduler that are parked on an op. */
export class AsyncGate {
  head: Gated | null = null;
  /** Async waiters parked on an op. */
  parked = 0;
  /** Counts wake-ups, so that a check made later can see that something moved. */
  moved = 0;
  /** Called at the next wake-up, once: time stands still until what is outside wakes somebody. */
  onMove: (() => void) | null = null;

  add(w: Gated): void {
    const head = this.head;
    w.next = head;
    if (head !== null) head.prev = w;
    this.head = w;
    this.parked++;
  }

  /** Whether every op that is waited for is durable: see `Op.isDurable`. O(parked). */
  isDurable(): boolean {
    for (let w: Gated | null = this.head; w !== null; w = w.next)
      if (!w.op.isDurable()) return false;
    return true;
  }

  remove(w: Gated): void {
    const { prev, next } = w;
    if (prev === null) this.head = next;
    else prev.next = next;
    if (next !== null) next.prev = prev;
    w.prev = null;
    w.next = null;
    this.parked--;
    this.moved++;
    if (this.onMove !== null) this.tell();
  }

  private tell(): void {
    const tell = this.onMove!;
    this.onMove = null;
    tell();
  }
}
