/**
 * AsyncWaiter: an async function (or a `then` caller) that waits for an op.
 *
 * Invariants
 *  1. A callback is never called synchronously, neither by `then` nor by the primitive that completes the op.
 *  2. Callbacks run in the order in which their ops completed.
 *  3. Callbacks run in microtasks until the turn is spent, then in macrotasks, so two async functions that
 *     wake each other for ever do not starve the host.
 *  4. An op that fails with nobody to take the error becomes an unhandled rejection, as a promise would.
 *
 * Why not simply a promise: `await op` calls `op.then(resolve, reject)` and ignores what it returns. A promise
 * and its two closures per op, plus one more hop, cost as much again as the await itself. So `then` returns this
 * record, which becomes a promise only when somebody asks it to.
 */
import type { Op, Waiter } from "./op.ts";
import { soon } from "./turn.ts";

type Callback = ((value: any) => unknown) | null | undefined;

/** What became of a callback, for those who asked. */
interface Outcome {
  readonly promise: Promise<unknown>;
  readonly resolve?: (value: unknown) => void;
  readonly reject?: (reason: unknown) => void;
}

/** States of an op (see `op.ts`), repeated here so that the modules need no cycle at load. */
const OP_PARKED = 1;
const OP_FAILED = 3;
const OP_USED = 4;
const OP_WOKEN = 5;

export class AsyncWaiter implements Waiter {
  readonly op: Op<any>;
  next: AsyncWaiter | null = null;
  prev: AsyncWaiter | null = null;
  private readonly gate: AsyncGate;
  private onFulfilled: Callback;
  private onRejected: Callback;
  private settledYet = false;
  /** Made when the outcome matters: not for `await`, whose callbacks return nothing. */
  private outcome: Outcome | null = null;

  constructor(gate: AsyncGate, op: Op<any>, onFulfilled: Callback, onRejected: Callback) {
    this.gate = gate;
    this.op = op;
    this.onFulfilled = onFulfilled;
    this.onRejected = onRejected;
  }

  /** Starts the op. */
  start(): void {
    const op = this.op;
    op.waiter = this;
    try {
      if (op.tryNow()) {
        op.state = OP_USED;
        this.gate.enqueue(this);
      } else {
        op.state = OP_PARKED;
        this.gate.add(this);
        op.park();
      }
    } catch (error) {
      if (this.prev !== null || this.gate.head === this) this.gate.remove(this);
      op.error = error;
      op.state = OP_FAILED;
      this.gate.enqueue(this);
    }
  }

  wake(_op: Op<any>): void {
    this.gate.remove(this);
    this.gate.enqueue(this);
  }

  /** Hands the outcome to the callback. */
  run(): void {
    const op = this.op;
    if (op.state === OP_WOKEN && !this.retry()) return;
    const failed = op.state === OP_FAILED;
    op.state = OP_USED;
    op.waiter = null;
    const callback = failed ? this.onRejected : this.onFulfilled;
    this.onFulfilled = null;
    this.onRejected = null;
    if (typeof callback !== "function") {
      if (failed) this.rejected(op.error);
      else this.settled(op.value);
      return;
    }
    try {
      this.settled(callback(failed ? op.error : op.value));
    } catch (error) {
      this.rejected(error);
    }
  }

  /** The op was woken to compete: false if it lost and is parked again. */
  private retry(): boolean {
    const op = this.op;
    op.state = OP_USED;
    try {
      if (op.retry()) return true;
      this.gate.add(this);
      return false;
    } catch (error) {
      op.error = error;
      op.state = OP_FAILED;
      return true;
    }
  }

  private settled(value: unknown): void {
    this.settledYet = true;
    const outcome = this.outcome;
    if (outcome !== null) outcome.resolve!(value);
    else if (value !== undefined) this.outcome = { promise: Promise.resolve(value) };
  }

  private rejected(error: unknown): void {
    this.settledYet = true;
    const outcome = this.outcome;
    if (outcome !== null) outcome.reject!(error);
    else this.outcome = { promise: Promise.reject(error) };
  }

  private toPromise(): Promise<unknown> {
    if (this.outcome !== null) return this.outcome.promise;
    if (this.settledYet) return Promise.resolve(undefined);
    let resolve!: (value: unknown) => void;
    let reject!: (reason: unknown) => void;
    const promise = new Promise((yes, no) => {
      resolve = yes;
      reject = no;
    });
    this.outcome = { promise, resolve, reject };
    return promise;
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

/** The async waiters of one scheduler: those parked, and those about to be called. */
export class AsyncGate {
  head: AsyncWaiter | null = null;
  /** Async waiters parked on an op. */
  parked = 0;
  /** Counts wake-ups, so that a check made later can see that something moved. */
  moved = 0;
  private ready: AsyncWaiter[] = [];
  private spare: AsyncWaiter[] = [];
  private armed = false;

  add(w: AsyncWaiter): void {
    const head = this.head;
    w.next = head;
    if (head !== null) head.prev = w;
    this.head = w;
    this.parked++;
  }

  remove(w: AsyncWaiter): void {
    const { prev, next } = w;
    if (prev === null) this.head = next;
    else prev.next = next;
    if (next !== null) next.prev = prev;
    w.prev = null;
    w.next = null;
    this.parked--;
  }

  enqueue(w: AsyncWaiter): void {
    this.moved++;
    this.ready.push(w);
    if (this.armed) return;
    this.armed = true;
    soon(this.flush);
  }

  private readonly flush = (): void => {
    this.armed = false;
    const batch = this.ready;
    this.ready = this.spare;
    for (let i = 0; i < batch.length; i++) batch[i]!.run();
    batch.length = 0;
    this.spare = batch;
  };
}
