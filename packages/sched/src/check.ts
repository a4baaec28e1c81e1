/**
 * Asserts the invariants of a scheduler: tests call it after every step.
 *
 * Checked, each named after the file that states it:
 *  - core 1 and g 2, 3: every live goroutine is in exactly the place its state says, and linked to the op it waits on;
 *  - gmp 1, 2, 5: no goroutine is queued twice, nor where no P looks, queues hold runnable ones only, locked ones are on their own P;
 *  - proc 1, 3 and gmp 4: sizes are within bounds, running Ps are listed, at most one spins;
 *  - timer-heap 1, 2, 3: heaps are ordered and know their nodes, those that were gathered too;
 *  - of a scheduler of somebody else's, that what it says of itself agrees.
 */
import { badArgument } from "@gort/types";
import type { Scheduler } from "./api.ts";
import { asGmp, ourScheduler } from "./brands.ts";
import type { HeapClock } from "./clock.ts";
import { type G, TRANSITIONS } from "./g.ts";
import { DEAD, RUNNABLE, RUNNING, WAITING } from "./g-state.ts";
import type { GmpScheduler } from "./gmp.ts";
import { PARKED } from "./op-state.ts";
import { P_IDLE, P_RUNNING, RUNQ } from "./proc.ts";

function fail(what: string): never {
  throw new Error(`gort: broken invariant: ${what}`);
}

/**
 * Throws an Error naming the first broken invariant of a scheduler of this package, of any copy of it. Of a scheduler that somebody
 * else made it checks what that one says of itself: `goroutines`, `numGoroutine` and `stats`, as far as it has them. Throws a TypeError
 * for one of a version that keeps its state otherwise, and for what is no object. O(goroutines + timers).
 *
 * @example
 * ```ts
 * import { checkScheduler, createScheduler } from "@gort/sched";
 *
 * const s = createScheduler({ procs: 2 });
 * s.go(function* () {});
 * checkScheduler(s); // => undefined
 * ```
 */
export function checkScheduler(scheduler: unknown): void {
  const s = ourScheduler("checkScheduler", scheduler);
  if (s === null) {
    if (typeof scheduler !== "object" || scheduler === null)
      throw badArgument("checkScheduler", "scheduler", scheduler, "a scheduler", "type");
    checkAnswers(scheduler);
    return;
  }
  const queued = new Set<G>();
  const enqueue = (g: G, where: string): void => {
    if (queued.has(g)) fail(`goroutine ${g.id} is queued twice, again in ${where}`);
    if (g.state !== RUNNABLE) fail(`goroutine ${g.id} in ${where} is ${g.status}`);
    queued.add(g);
  };
  const gmp = asGmp(s);
  if (gmp !== null) checkGmp(gmp, enqueue);
  else for (const g of s.queued()) enqueue(g, "the queue");
  for (let g: G | null | undefined = s.all, prev: G | null = null; g != null; g = g.allNext) {
    if (g.allPrev !== prev) fail(`goroutine ${g.id} is linked to the wrong neighbour`);
    prev = g;
  }
  let live = 0;
  let running = 0;
  for (const g of s.everyone()) {
    live++;
    if (g.state === WAITING && g.allNext === undefined)
      fail(`goroutine ${g.id} waits but is not listed`);
    if (g.state === DEAD) fail(`goroutine ${g.id} is dead but listed`);
    if (g.state === RUNNING) running++;
    if ((g.state === RUNNABLE) !== queued.has(g))
      fail(`goroutine ${g.id} is ${g.status} and ${queued.has(g) ? "" : "not "}queued`);
    if (g.op !== null && g.state !== WAITING && g.state !== RUNNABLE)
      fail(`goroutine ${g.id} is ${g.status} but linked to an op`);
    if (g.op !== null && g.state === WAITING && (g.op.state !== PARKED || g.op.waiter !== g))
      fail(`goroutine ${g.id} is linked to an op it does not wait on`);
    if (g.state === WAITING && g.op === null && g.gen !== null)
      fail(`goroutine ${g.id} waits for nothing`);
    queued.delete(g);
  }
  for (const g of queued) fail(`goroutine ${g.id} is queued but not listed`);
  if (live !== s.live) fail(`${live} goroutines are listed, ${s.live} counted`);
  if (running > 1) fail(`${running} goroutines run at once`);
  const { heaps, size } = s.clock as Partial<HeapClock>;
  if (heaps !== undefined) {
    let timers = 0;
    for (const heap of heaps) {
      heap.check();
      timers += heap.size;
    }
    if (timers !== size) fail(`${timers} timers are pending, ${size} counted`);
  }
}

function checkGmp(s: GmpScheduler, enqueue: (g: G, where: string) => void): void {
  for (const g of s.global.list()) enqueue(g, "the global queue");
  for (const g of s.netpoll.list()) enqueue(g, "the netpoll list");
  let spinning = 0;
  for (const p of s.ps) {
    if (p.size < 0 || p.size > RUNQ) fail(`P${p.id} has ${p.size} goroutines`);
    if (p.next !== null) enqueue(p.next, `next of P${p.id}`);
    for (const g of p.list()) enqueue(g, `the queue of P${p.id}`);
    for (const g of p.held.list()) {
      enqueue(g, `those held back by P${p.id}`);
      if ((g.extra?.lockedP ?? -1) < 0) fail(`goroutine ${g.id} is held back but not locked`);
    }
    for (const g of p.all()) {
      const locked = g.extra?.lockedP ?? -1;
      if (locked >= 0 && locked !== p.id)
        fail(`goroutine ${g.id} is locked to P${locked} but queued on P${p.id}`);
    }
    if (p.spinning) spinning++;
    if (p.status === P_IDLE && (p.spinning || !p.empty)) fail(`P${p.id} is idle but has work`);
    if ((p.status === P_RUNNING) !== s.isListed(p)) fail(`P${p.id} is listed wrongly`);
  }
  if (spinning > 1) fail(`${spinning} Ps spin`);
  const waiting = s.global.size + s.netpoll.size;
  if (waiting > 0 && !s.ps.some((p) => s.isListed(p)))
    fail(`${waiting} goroutines are queued for any P, but none runs`);
}

/** What any scheduler may say: that its answers agree. */
function checkAnswers(s: Partial<Scheduler>): void {
  const live = s.numGoroutine?.();
  const list = s.goroutines?.();
  const ids = new Set<number>();
  let running = 0;
  for (const { id, status, reason } of list ?? []) {
    if (!Number.isInteger(id) || id < 1 || ids.has(id)) fail(`${id} is no id of one goroutine`);
    ids.add(id);
    if (status === "dead") fail(`goroutine ${id} is dead but listed`);
    if (reason !== null && status !== "waiting") fail(`goroutine ${id} is ${status} for ${reason}`);
    if (status === "running") running++;
  }
  if (running > 1) fail(`${running} goroutines run at once`);
  if (live !== undefined && list !== undefined && list.length !== live)
    fail(`${list.length} goroutines are listed, ${live} counted`);
  const stats = s.stats?.();
  if (stats === undefined) return;
  const { blocks, ...counts } = stats;
  for (const [name, n] of [...Object.entries(counts), ...Object.entries(blocks)])
    if (!(Number.isInteger(n) && n >= 0)) fail(`stats count ${n} ${name}`);
  if (stats.procs < 1) fail("there is no processor");
  if (live !== undefined && stats.goroutinesLive !== live)
    fail(`stats count ${stats.goroutinesLive} goroutines, numGoroutine ${live}`);
  if (stats.goroutinesCreated < stats.goroutinesLive) fail("more goroutines live than were made");
}

/** Throws if a goroutine may not go from state `from` to state `to`. */
export function checkTransition(from: number, to: number): void {
  if (!TRANSITIONS[from]!.includes(to)) fail(`a goroutine went from state ${from} to ${to}`);
}
