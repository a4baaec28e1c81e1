/**
 * `afterFunc`: run something once a context is done.
 *
 * Invariants
 *  1. `f` runs at most once, in a goroutine of its own; cancelling does not wait for it.
 *  2. `stop()` is true exactly if it is the reason why `f` will not run.
 *  3. `f` is started in the async context of the call, where the scheduler keeps contexts and from async code. That may be in a later
 *     job; until then the program in which the context ended counts it as if it ran.
 *
 * Why a node of the tree: stopping takes it off its parent like any other child that ended.
 */
import { type GoFunc, type Scheduler, currentScheduler } from "@gort/sched";
import { keptContext, startBy } from "@gort/sched/primitives";
import { checkFunction } from "@gort/types";
import type { Context } from "./api.ts";
import { Canceled } from "./errors.ts";
import { Node, attach, checkParent } from "./tree.ts";

class AfterFuncNode extends Node {
  private f: GoFunc<[], unknown> | null;
  private readonly scheduler: Scheduler;
  private readonly context = keptContext();

  constructor(parent: Context, f: GoFunc<[], unknown>, scheduler: Scheduler) {
    super(parent);
    this.f = f;
    this.scheduler = scheduler;
  }

  override settle(): void {
    try {
      super.settle();
    } finally {
      const { f, scheduler, context } = this;
      this.f = null;
      if (f !== null) {
        if (context === null) scheduler.go(f);
        else
          startBy(context, scheduler, (over) => {
            if (!over) scheduler.go(f);
          });
      }
    }
  }

  /** True if this prevented the call. */
  stop(): boolean {
    if (this.f === null) return false;
    this.f = null;
    this.end(Canceled, null);
    return true;
  }
}

/**
 * Calls `f` in a goroutine of its own once `ctx` is done, at once if it is done already. Returns a function that
 * prevents the call: true if it did, false if `f` was started or stopped before. Go's `context.AfterFunc`. O(1), as far as
 * `withCancel` is.
 *
 * @throws `cannot create context from nil parent`; a TypeError if `f` is no function, or `ctx` no context
 *
 * @example
 * ```ts
 * import { afterFunc, background, withCancel } from "@gort/context";
 *
 * const [ctx, cancel] = withCancel(background());
 * const stop = afterFunc(ctx, () => console.error("never printed"));
 * stop(); // => true
 * cancel();
 * stop(); // => false
 * ```
 */
export function afterFunc(ctx: Context, f: GoFunc<[], unknown>): () => boolean {
  checkParent("afterFunc", ctx, "ctx");
  checkFunction("afterFunc", "f", f);
  const node = new AfterFuncNode(ctx, f, currentScheduler());
  attach(node);
  return () => node.stop();
}
