/**
 * Running user code inside a blocking call, in whichever of the three forms it is written.
 *
 * Invariants
 *  1. A generator body runs on the goroutine that does `yield*`, step by step, so its waits are that
 *     goroutine's waits and `goexit` inside ends that goroutine.
 *  2. From an async function a body is called directly, so `AsyncLocalStorage` holds; a generator body is stepped
 *     there too, without a scheduler, so that a lock does not carry one into a bundle.
 *  3. Nothing runs before the routine is used.
 *
 * Why classes with a generator method and not closures: making a generator function at run time makes a prototype
 * object for it, which costs 2 microseconds and keeps the collector busy; a method is made once.
 */
import { drive, isOp, isStepper, type Op, poll } from "@gort/sched";
import type { Body, Locker, Routine, WaitOptions } from "./api.ts";

type Steps<R> = Generator<Op<any> | undefined, R, any>;

/** Whether `v` is what calling a generator function gives. Throws a TypeError for what an async one gives. */
export function isGenerator(v: unknown): v is Generator<any, any, any> {
  return isStepper(v, "fn");
}

/** Whether `await` would wait for `v`. */
export function isThenable(v: unknown): v is PromiseLike<any> {
  return (
    ((typeof v === "object" && v !== null) || typeof v === "function") &&
    typeof (v as { then?: unknown }).then === "function"
  );
}

/** Whether what a body returned is its result already. */
export function isPlain(r: unknown): boolean {
  return (typeof r !== "object" && typeof r !== "function") || r === null;
}

/** Waits, in a generator goroutine, for what a body returned. */
export function* finishSteps(r: unknown): Steps<unknown> {
  if (isGenerator(r)) return yield* r;
  if (isOp(r)) return yield* r;
  if (!isThenable(r)) return r;
  const value: unknown = yield* poll(r);
  return isGenerator(value) ? yield* value : value;
}

/** Calls a body from an async function. */
export function callAsync<R>(fn: Body<R>): PromiseLike<R> | R {
  const r: unknown = fn();
  return (isGenerator(r) ? drive(r) : r) as PromiseLike<R> | R;
}

/** What the routines share; a subclass says how it runs from a generator and from an async function. */
export abstract class BaseRoutine<R> implements Routine<R> {
  abstract [Symbol.iterator](): Steps<R>;
  protected abstract promise(): Promise<R>;

  then<R1 = R, R2 = never>(
    onFulfilled?: ((value: R) => R1 | PromiseLike<R1>) | null,
    onRejected?: ((reason: any) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    return this.promise().then(onFulfilled, onRejected);
  }
}

/** Something held while a body runs. */
export interface Holding {
  /** The op that takes it. */
  enter(options: WaitOptions | undefined): Op<unknown>;
  /** Gives it back. */
  leave(): void;
}

/** Runs `fn` between `enter` and `leave`, whatever way `fn` ends. */
export class HoldingRoutine<R> extends BaseRoutine<R> {
  private readonly holding: Holding;
  private readonly fn: Body<R>;
  private readonly options: WaitOptions | undefined;

  constructor(holding: Holding, fn: Body<R>, options: WaitOptions | undefined) {
    super();
    this.holding = holding;
    this.fn = fn;
    this.options = options;
  }

  *[Symbol.iterator](): Steps<R> {
    yield* this.holding.enter(this.options);
    try {
      const r: unknown = this.fn();
      return (isPlain(r) ? r : yield* finishSteps(r)) as R;
    } finally {
      this.holding.leave();
    }
  }

  protected override async promise(): Promise<R> {
    await this.holding.enter(this.options).start();
    try {
      return await callAsync(this.fn);
    } finally {
      this.holding.leave();
    }
  }
}

/** A {@link Locker} as something to hold. */
export class LockHolding implements Holding {
  private readonly l: Locker;

  constructor(l: Locker) {
    this.l = l;
  }

  enter(options: WaitOptions | undefined): Op<unknown> {
    return this.l.lock(options);
  }

  leave(): void {
    this.l.unlock();
  }
}
