/**
 * Preemption at ops: a goroutine whose ops never have to wait gives way at one of them when its time is up, as Go's sysmon
 * would make it.
 *
 * Invariants
 *  1. An op that gives way first was not tried: it is as fresh as before when its goroutine goes on.
 *  2. A goroutine is asked after a number of ops in one step that its scheduler chooses, and so is a generator that
 *     {@link drive} steps. Where nobody could pass it on, outside of those and in a plain or an async function, who steps a
 *     generator by hand is never given a bare `yield` that the generator did not write.
 *
 * Why count: looking at the clock costs as much as an op. Why before the op and not after: what it took would have to be
 * kept, or given back, by every kind of op.
 */
import { ambient } from "./ambient.ts";
import { budget, PREEMPT } from "./budget.ts";
import type { G } from "./g.ts";
import { hostNow } from "./host.ts";
import type { OpRecord } from "./op.ts";
import { turnIsLong } from "./turn.ts";

/** Ops between two looks at the clock where no scheduler of ours says how many. */
const EVERY = 32;

/** A scheduler that knows when the time of its goroutines is up. */
interface Preempting {
  overdue?(): boolean;
}

/**
 * For primitives that write `next` out: whether the op, which is fresh, gives way before it is tried. `next` returns {@link preempt}
 * then, and is called again when the goroutine goes on.
 * @internal
 */
export function overdue(): boolean {
  return --budget.left < 0 && timeIsUp();
}

/**
 * What `next` returns for {@link overdue}.
 * @internal
 */
export const preempt = PREEMPT as unknown as IteratorYieldResult<OpRecord<any>>;

function timeIsUp(): boolean {
  const g = ambient.slot.g as Partial<G> | null;
  if (g === null ? !budget.driven : g.gen === null) {
    budget.left = EVERY;
    return false;
  }
  const sched = ambient.sched as (Preempting & object) | null;
  if (sched?.overdue !== undefined) return sched.overdue();
  budget.left = EVERY;
  return turnIsLong(hostNow());
}
