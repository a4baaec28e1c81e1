/**
 * Running user code inside a blocking call, in whichever of the three forms it is written.
 *
 * Invariants
 *  1. A generator body runs on the goroutine that does `yield*`, step by step, so its waits are that
 *     goroutine's waits and `goexit` inside ends that goroutine.
 *  2. From an async function a plain or async body is called directly, so `AsyncLocalStorage` holds; a generator
 *     body needs a scheduler and gets a goroutine of its own.
 *  3. Nothing runs before the routine is used.
 */
import { go, isOp, type Op, poll } from "@gort/sched";
import type { Body, Routine } from "./api.ts";

type Steps<R> = Generator<Op<any> | undefined, R, any>;

/** Whether `v` is what calling a generator function gives. */
export function isGenerator(v: unknown): v is Generator<any, any, any> {
  return (
    typeof v === "object" &&
    v !== null &&
    (v as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === "Generator" &&
    typeof (v as { next?: unknown }).next === "function"
  );
}

/** Whether `await` would wait for `v`. */
export function isThenable(v: unknown): v is PromiseLike<any> {
  return (
    ((typeof v === "object" && v !== null) || typeof v === "function") &&
    typeof (v as { then?: unknown }).then === "function"
  );
}

/** Calls a body from a generator goroutine. */
export function* callSteps<R, A extends unknown[]>(fn: Body<R, A>, ...args: A): Steps<R> {
  const r: unknown = fn(...args);
  if (isGenerator(r)) return (yield* r) as R;
  if (isOp(r)) return (yield* r) as R;
  if (isThenable(r)) return (yield* poll(r)) as R;
  return r as R;
}

/** Calls a body from an async function. */
export function callAsync<R, A extends unknown[]>(fn: Body<R, A>, ...args: A): PromiseLike<R> | R {
  const r: unknown = fn(...args);
  return (isGenerator(r) ? go(() => r).join() : r) as PromiseLike<R> | R;
}

/** A {@link Routine} from its two ways to run. */
export class TwoWayRoutine<R> implements Routine<R> {
  private readonly steps: () => Steps<R>;
  private readonly promise: () => Promise<R>;

  constructor(steps: () => Steps<R>, promise: () => Promise<R>) {
    this.steps = steps;
    this.promise = promise;
  }

  [Symbol.iterator](): Steps<R> {
    return this.steps();
  }

  then<R1 = R, R2 = never>(
    onFulfilled?: ((value: R) => R1 | PromiseLike<R1>) | null,
    onRejected?: ((reason: unknown) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    return this.promise().then(onFulfilled, onRejected);
  }
}

/** Runs `fn` between a lock op and its release, whatever way `fn` ends. */
export function locked<R>(lock: () => Op<unknown>, unlock: () => void, fn: Body<R>): Routine<R> {
  return new TwoWayRoutine(
    function* () {
      yield* lock();
      try {
        return yield* callSteps(fn);
      } finally {
        unlock();
      }
    },
    async () => {
      await lock();
      try {
        return await callAsync(fn);
      } finally {
        unlock();
      }
    },
  );
}
