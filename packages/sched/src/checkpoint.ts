/**
 * checkpoint, lockToP, unlockFromP: what a goroutine says about the processor it runs on.
 *
 * Invariants
 *  1. A checkpoint that is not due costs a look at the clock and gives nobody way.
 *  2. One that is due lets every other runnable goroutine, and the host when its turn came, go first.
 *
 * Go preempts a running goroutine by a signal; JavaScript cannot be interrupted, so a long loop says where it may be.
 */
import { ambient } from "./ambient.ts";
import { PREEMPT } from "./budget.ts";
import { Core } from "./core.ts";
import type { G } from "./g.ts";
import { hostNow, macrotask } from "./host.ts";
import { Op, type OpRecord } from "./op.ts";
import { FRESH } from "./op-state.ts";
import { GoschedOp } from "./sleep.ts";
import { turnIsLong } from "./turn.ts";
import type { WaitReason } from "./wait-reason.ts";

/** An op that is complete from the start and can be used any number of times, by any number of users at once. */
class Done extends Op<void> {
  get reason(): WaitReason {
    return "sleep";
  }
  override tryNow(): boolean {
    return true;
  }
  override park(): void {}
  override unpark(): void {}
  override next(): IteratorResult<OpRecord<any>, void> {
    return FINISHED;
  }
  override then<R1 = void, R2 = never>(
    onFulfilled?: ((value: void) => R1 | PromiseLike<R1>) | null,
    onRejected?: ((reason: unknown) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    return Promise.resolve().then(onFulfilled, onRejected);
  }
  override start(): void | Promise<void> {
    return this.given(undefined);
  }
}

/** Completes after the host had a turn. */
class HostTurn extends Op<void> {
  get reason(): WaitReason {
    return "sleep";
  }
  override tryNow(): boolean {
    return false;
  }
  override park(): void {
    macrotask(() => {
      if (this.waiter !== null) this.complete(undefined);
    });
  }
  override unpark(): void {
    this.waiter = null;
  }
}

const FINISHED = /* @__PURE__ */ Object.freeze({ done: true as const, value: undefined });
/** Whoever uses it may say that it is used: it stays fresh. */
const done = /* @__PURE__ */ alwaysFresh();
function alwaysFresh(): Done {
  return Object.defineProperty(new Done(), "state", { get: () => FRESH, set: () => {} });
}

/**
 * A place where a long computation may be preempted: gives way if the goroutine had its 10 ms or the host is waiting
 * for its turn, else does nothing. In an async function it gives way to the host's event loop. O(1).
 *
 * @example
 * ```ts
 * import { checkpoint, run } from "@gort/sched";
 *
 * const sum = await run(function* () {
 *   let sum = 0;
 *   for (let i = 0; i < 100_000; i++) {
 *     sum += i;
 *     if (i % 1000 === 0) yield* checkpoint();
 *   }
 *   return sum;
 * });
 * sum; // => 4999950000
 * ```
 */
export function checkpoint(): Op<void> {
  const s = ambient.sched;
  if (isOurs(s)) return s.due() ? new GoschedOp(PREEMPT) : done;
  return turnIsLong(hostNow()) ? new HostTurn() : done;
}

/**
 * Go's `runtime.LockOSThread`, for a logical processor: from now on the current goroutine runs on the P it is on, and
 * is never stolen, until {@link unlockFromP} was called as often. Does nothing outside a goroutine. O(1).
 *
 * @example
 * ```ts
 * import { lockToP, run, unlockFromP } from "@gort/sched";
 *
 * await run(function* () {
 *   lockToP();
 *   yield;
 *   unlockFromP();
 *   return "done";
 * }, { procs: 4 }); // => "done"
 * ```
 */
export function lockToP(): void {
  lock(true);
}

/**
 * Go's `runtime.UnlockOSThread`: undoes one {@link lockToP}; one too many does nothing. O(1).
 *
 * @example
 * ```ts
 * import { lockToP, run, unlockFromP } from "@gort/sched";
 *
 * const done = await run(function* () {
 *   lockToP();
 *   try {
 *     yield; // still on the same P afterwards
 *   } finally {
 *     unlockFromP();
 *   }
 *   return "free again";
 * }, { procs: 2 });
 * done; // => "free again"
 * ```
 */
export function unlockFromP(): void {
  lock(false);
}

/** Whether `s` is one of our schedulers, from whichever copy of this package. */
function isOurs(s: unknown): s is Core {
  if (s instanceof Core) return true;
  const other = s as Partial<Core> | null;
  return typeof other?.due === "function" && typeof other.lock === "function";
}

function lock(on: boolean): void {
  const { sched } = ambient;
  const { g } = ambient.slot;
  if (g !== null && isOurs(sched)) sched.lock(g as G, on);
}
