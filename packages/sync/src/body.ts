/**
 * Running user code inside a blocking call, in whichever of the three forms it is written.
 *
 * Invariants
 *  1. A generator body runs on the goroutine that does `yield*`, step by step, so its waits are that
 *     goroutine's waits and `goexit` inside ends that goroutine.
 *  2. From an async function a body is called directly, so `AsyncLocalStorage` holds; a generator body is stepped
 *     there too, without a scheduler, so that a lock does not carry one into a bundle.
 *  3. Nothing runs before the routine is used, and nothing runs twice: what has begun is given again to who awaits it, and refused
 *     to who steps it.
 *  4. A promise of a body does not stop virtual time, as an async goroutine does not: its function may itself wait for that time.
 *     What can be stepped instead, such as the routine of another lock, is.
 *  5. While an async function waits for the promise of a body, those who wait for the lock are not deadlocked.
 *
 * Why classes with a generator method and not closures: making a generator function at run time makes a prototype
 * object for it, which costs 2 microseconds and keeps the collector busy; a method is made once.
 */
import type { Op, OpRecord, WaitReason } from "@gort/sched";
import { drive, isStepper, OutsideOp, pledge } from "@gort/sched/primitives";
import { checkFunction } from "@gort/types";
import type { Body, Routine } from "./api.ts";
import { PARKED, USED } from "./states.ts";

type Steps<R> = Generator<OpRecord<any> | undefined, R, any>;

/** Whether `v` is what calling a generator function gives. Throws a TypeError for what an async one gives. */
export function isGenerator(v: unknown): v is Generator<any, any, any> {
  return isStepper(v, "fn");
}

const asyncGenerator = async function* (): AsyncGenerator<never> {};

/** Refuses what can be no body; `where` and `name` say whose argument it is. */
export function checkBody(where: string, name: string, fn: unknown): void {
  checkFunction(where, name, fn);
  const kind: unknown = Object.getPrototypeOf(asyncGenerator);
  // A compiler for older engines makes plain functions of async generators, this one too.
  if (kind !== Function.prototype && Object.getPrototypeOf(fn) === kind)
    isStepper(asyncGenerator(), `${where}: ${name}`);
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

/** Whether `v` is an op or a {@link Routine}, of whatever copy of the package: awaited outside, but stepped in a goroutine. */
export function isBlocking(v: unknown): v is Iterable<any> {
  return isThenable(v) && typeof (v as Partial<Iterable<any>>)[Symbol.iterator] === "function";
}

/** The promise of a body. */
class BodyOp extends OutsideOp<unknown> {
  private readonly promise: PromiseLike<unknown>;

  constructor(promise: PromiseLike<unknown>) {
    super();
    this.promise = promise;
  }

  override get reason(): WaitReason {
    return "await";
  }

  override describe(): string {
    return "an async function";
  }

  override isDurable(): boolean {
    return true;
  }

  override tryNow(): boolean {
    return false;
  }

  override park(): void {
    // A thenable of somebody's may throw.
    Promise.resolve(this.promise).then(
      (value) => {
        if (this.state === PARKED) this.complete(value);
      },
      (error: unknown) => {
        if (this.state === PARKED) this.fail(error);
      },
    );
    super.park();
  }

  override unpark(): void {
    super.unpark();
    this.state = USED;
  }
}

/** Waits, in a generator goroutine, for what a body returned. */
export function* finishSteps(r: unknown): Steps<unknown> {
  if (isGenerator(r)) return yield* r;
  if (!isThenable(r)) return r;
  if (isBlocking(r)) return yield* r as Iterable<any> as Steps<unknown>;
  const value: unknown = yield* new BodyOp(r);
  return isGenerator(value) ? yield* value : value;
}

/** What an async function awaits of what a body returned; what a promise gives may have to be finished too. */
export function finishAsync<R>(r: unknown): PromiseLike<R> | R {
  return (isGenerator(r) ? drive(r) : r) as PromiseLike<R> | R;
}

/** Whether what a body returned is a promise, whose end is nobody's that a scheduler knows of. */
export function isPromise(r: unknown): boolean {
  return !isPlain(r) && !isGenerator(r) && isThenable(r) && !isBlocking(r);
}

/** What the routines share; a subclass says how it runs from a generator and from an async function. */
export abstract class BaseRoutine<R> implements Routine<R> {
  /** What it gives who awaits it, once that began. */
  private promised: Promise<R> | null = null;

  abstract [Symbol.iterator](): Steps<R>;

  /** What `JSON.stringify` shows: as of a promise. */
  toJSON(): object {
    return {};
  }

  /** What `console.log` shows on Node, which is often given one that was to be awaited. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "Routine: use it by `yield*` or `await`";
  }

  protected abstract promise(): Promise<R>;

  then<R1 = R, R2 = never>(
    onFulfilled?: ((value: R) => R1 | PromiseLike<R1>) | null,
    onRejected?: ((reason: any) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    return (this.promised ??= this.promise()).then(onFulfilled, onRejected);
  }
}

/** Something held while a body runs. */
export interface Held {
  /** Gives it back. */
  unlock(): void;
  /** Whether others wait for it. */
  isAwaited(): boolean;
}

/** Runs `fn` between the op that takes something and what gives it back, whatever way `fn` ends. */
export class HoldingRoutine<R> extends BaseRoutine<R> {
  private readonly held: Held;
  private readonly fn: Body<R>;
  /** Takes it; null once that began, for an op may be another lock's by then. */
  private taking: Op<unknown> | null;

  constructor(taking: Op<unknown>, held: Held, fn: Body<R>) {
    super();
    this.taking = taking;
    this.held = held;
    this.fn = fn;
  }

  *[Symbol.iterator](): Steps<R> {
    yield* this.take();
    try {
      const r: unknown = this.fn();
      return (isPlain(r) ? r : yield* finishSteps(r)) as R;
    } finally {
      this.held.unlock();
    }
  }

  protected override async promise(): Promise<R> {
    await this.take().start();
    let release: (() => void) | null = null;
    try {
      const r: unknown = this.fn();
      const promised = isPromise(r);
      if (promised) release = pledge(this.held);
      const value = await finishAsync<R>(r);
      return promised && isGenerator(value) ? await finishAsync<R>(value) : value;
    } finally {
      release?.();
      this.held.unlock();
    }
  }

  private take(): Op<unknown> {
    const op = this.taking;
    if (op === null)
      throw new Error(
        "gort: operation used twice; a Routine is one-shot, make a new one for each use",
      );
    this.taking = null;
    return op;
  }
}
