/**
 * check: asserts the invariants of primitives, as the comments at the heads of the files number them, as far as a state shows them:
 * of all but `SingleFlight`, `SyncMap`, `Pool` beside its chains, and the atomics.
 * For tests, after every step of a random program; it throws an Error that names what does not hold.
 *
 * Why it is not exported, as the checks of other packages are: those look at what code of users may have broken, by raw memory, an
 * implementation of a contract or a misbehaving op; what is in here only the package's own files touch.
 */
import type { OpRecord } from "@gort/sched";
import type { WaitQueue } from "@gort/sched/primitives";
import type { Cond } from "./cond.ts";
import type { ErrGroup } from "./err-group.ts";
import type { Mutex } from "./mutex.ts";
import type { Once } from "./once.ts";
import type { PoolChain } from "./pool-chain.ts";
import type { RWMutex } from "./rw-mutex.ts";
import { HELD, NONE, PENDING } from "./rw-ops.ts";
import type { Semaphore } from "./semaphore.ts";
import { DONE, PARKED, USED, WOKEN } from "./states.ts";
import type { WaitGroup } from "./wait-group.ts";

function must(ok: boolean, what: string): void {
  if (!ok) throw new Error(`invariant broken: ${what}`);
}

/** Links, length and states of a queue of parked ops. */
function checkQueue(queue: WaitQueue<any>, what: string): void {
  let n = 0;
  let last: OpRecord<any> | null = null;
  for (let op = queue.head as OpRecord<any> | null; op !== null; op = op.qnext) {
    must(op.queue === queue, `${what}: a queued op names its queue`);
    must(op.qprev === last, `${what}: qprev is the one before`);
    must(op.state === PARKED, `${what}: a queued op is parked`);
    last = op;
    n++;
  }
  must(queue.tail === last, `${what}: tail is the last`);
  must(queue.length === n, `${what}: length is ${queue.length}, counted ${n}`);
}

/** An op that will be handed out again. */
function checkSpare(op: OpRecord<any> | null, what: string): void {
  if (op === null) return;
  must(op.state === USED && op.queue === null, `${what}: a spare op is used and in no queue`);
  must(op.waiter === null && !op.done, `${what}: a spare op never waited`);
}

/** Invariants of {@link Mutex}. */
export function checkMutex(m: Mutex): void {
  checkQueue(m.queue, "mutex");
  if (m.starving)
    must(m.locked && m.queue.head !== null, "mutex 1: starving, so locked and queued");
  if (!m.locked && m.queue.head !== null)
    must(m.woken !== null, "mutex 2: free and queued, so woken");
  if (m.woken !== null) {
    must(m.woken.state === WOKEN, "mutex 3: the woken waiter is in state WOKEN");
    must(m.woken.queue === null, "mutex 3: the woken waiter is in no queue");
  }
  if (!m.locked) must(m.holder === null, "mutex 4: unlocked, so no holder");
  checkSpare(m.spare, "mutex 5");
}

/** Invariants of {@link RWMutex}. */
export function checkRWMutex(rw: RWMutex): void {
  checkQueue(rw.queue, "rwmutex writers");
  checkQueue(rw.waitingReaders, "rwmutex readers");
  must(rw.readers >= 0, "rwmutex: readers from 0");
  if (rw.writer === HELD) must(rw.readers === 0, "rwmutex 1: a writer is alone");
  if (rw.writer === PENDING)
    must(rw.readers > 0 && rw.pending?.state === PARKED, "rwmutex 2: pending behind readers");
  else must(rw.pending === null, "rwmutex 2: pending only if PENDING");
  if (rw.writer === NONE) {
    must(rw.waitingReaders.head === null, "rwmutex 3: no reader waits for what is free");
    if (rw.queue.head !== null) must(rw.woken !== null, "rwmutex 3: no turn and queued, so woken");
  }
  if (rw.writer !== HELD) must(rw.holder === null, "rwmutex: no holder unless a writer has it");
  checkSpare(rw.spareWrite, "rwmutex 5");
  checkSpare(rw.spareRead, "rwmutex 5");
  if (rw.woken !== null) {
    must(rw.woken.state === WOKEN, "rwmutex 6: the woken writer is in state WOKEN");
    must(rw.woken.queue === null, "rwmutex 6: the woken writer is in no queue");
  }
  if (rw.starving)
    must(rw.writer !== NONE && rw.queue.head !== null, "rwmutex 6: starving, so taken and queued");
}

/** Invariants of {@link WaitGroup}. */
export function checkWaitGroup(wg: WaitGroup): void {
  checkQueue(wg.queue, "waitgroup");
  must(wg.count >= 0, "waitgroup 1: the counter is not negative");
  if (wg.count === 0) must(wg.queue.head === null, "waitgroup 2: nobody waits at 0");
}

/** Invariants of {@link Once}. */
export function checkOnce(once: Once): void {
  checkQueue(once.queue, "once");
  const waiting = once.queue.head !== null;
  const watched = once["watching"];
  if (once.state !== 1) {
    must(!waiting, "once 3: queued only while it runs");
    must(
      once.runner === null && watched === null,
      "once 4: then nobody runs it and nobody is watched",
    );
  }
  if (watched !== null) {
    must(waiting && once.runner !== null, "once 4: watched only while others wait");
    must(watched.join.state === PARKED, "once 4: the watch is parked");
  }
}

/** Invariants of {@link Cond}. */
export function checkCond(c: Cond): void {
  checkQueue(c.queue, "cond");
  const { conds } = c.l as Partial<Mutex>;
  if (conds !== undefined) must(conds >= c.queue.length, "cond 5: its lock counts who waits");
}

/** Invariants of {@link Semaphore}. */
export function checkSemaphore(s: Semaphore): void {
  checkQueue(s.queue, "semaphore");
  must(s.held >= 0 && s.held <= s.size, "semaphore 1: held from 0 to size");
  const head = s.queue.head;
  if (head !== null) must(head.weight > s.size - s.held, "semaphore 2: the head does not fit");
  for (let op = head; op !== null; op = op.qnext as typeof head)
    must(op.weight <= s.size, "semaphore 3: a request above size is in no queue");
  checkSpare(s.spare, "semaphore 5");
}

/** Invariants of {@link ErrGroup}. */
export function checkErrGroup(g: ErrGroup): void {
  must(g.running >= 0 && g.running <= g.limit, "errgroup 1: running up to the limit");
  must(g.active === g.running + g.queue.length, "errgroup 1: active is running and queued");
  if (g.queue.head !== null) must(g.running === g.limit, "errgroup 1: queued only at the limit");
  for (let op = g.queue.head; op !== null; op = op.qnext as typeof op)
    must(!op.started && op.state < DONE, "errgroup: a queued function is not started");
  checkQueue(g.waiters, "errgroup waiters");
  if (g.active === 0) must(g.waiters.head === null, "errgroup: nobody waits for nothing");
}

/** Invariants of a {@link PoolChain}. */
export function checkPoolChain(c: PoolChain<any>): void {
  let n = 0;
  let older = null;
  for (let ring = c.tail; ring !== null; ring = ring.newer) {
    must(ring.older === older, "pool chain 1: rings are linked both ways");
    const live = ring.head - ring.tail;
    must(live >= 0 && live <= ring.slots.length, "pool chain 2: at most a ring full");
    let filled = 0;
    for (const slot of ring.slots) if (slot !== undefined) filled++;
    must(filled === live, "pool chain 2: every other slot is undefined");
    n += live;
    older = ring;
  }
  must(c.head === older, "pool chain 1: head is the newest");
  must(c.length === n, "pool chain: length");
}
