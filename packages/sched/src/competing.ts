/**
 * Competing: ops whose waiter can be woken to look again, instead of being told the outcome.
 *
 * Invariants
 *  1. `competes` is true only if a goroutine in `yield*` or an async function waits: those run `Op.retry` when they are
 *     woken in state WOKEN. A case of a select never gets there, since it is used by none of these three methods, or refused.
 */
import { Op, type OpRecord } from "./op.ts";
import { FRESH } from "./op-state.ts";

/** An op whose waiter may be woken to compete; see `Op.retry`. */
export interface Competing {
  /** Whether the waiter can be woken so; else it has to be given the outcome. */
  competes: boolean;
}

/**
 * The base of ops whose waiter may be woken to compete: it notes whether whoever uses the op is able to. `Mutex.lock` of
 * `@gort/sync` is one.
 *
 * @example
 * ```ts
 * import { CompetingOp, PARKED, WaitQueue, WOKEN } from "@gort/sched/primitives";
 *
 * // A lock without an order: whoever is woken takes it if nobody was faster.
 * let taken = true;
 * const queue = new WaitQueue<Take>();
 * class Take extends CompetingOp<string> {
 *   get reason(): "semacquire" { return "semacquire"; }
 *   tryNow() { if (taken) return false; taken = true; this.value = "mine"; return true; }
 *   park() { queue.push(this); }
 *   unpark() { queue.remove(this); }
 *   override retry() { if (this.tryNow()) return true; queue.unshift(this); this.state = PARKED; return false; }
 * }
 * const waiting = new Take().start();
 * taken = false;
 * const op = queue.shift()!;
 * op.competes; // => true
 * op.state = WOKEN;
 * op.waiter?.wake(op);
 * await waiting; // => "mine"
 * ```
 */
export abstract class CompetingOp<T> extends Op<T> implements Competing {
  competes = false;

  override next(): IteratorResult<OpRecord<any>, T> {
    if (this.state === FRESH) this.competes = true;
    return super.next();
  }

  override then<R1 = T, R2 = never>(
    onFulfilled?: ((value: T) => R1 | PromiseLike<R1>) | null,
    onRejected?: ((reason: any) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    if (this.state === FRESH) this.competes = true;
    return super.then(onFulfilled, onRejected);
  }

  override start(): T | Promise<T> {
    if (this.state === FRESH) this.competes = true;
    return super.start();
  }
}
