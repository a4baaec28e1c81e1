/**
 * P: a processor of the GMP scheduler, with the local run queue Go's has.
 *
 * Invariants
 *  1. The queue holds `tail - head` goroutines, at most 256, at the masked indexes from `head`.
 *  2. `next` is run before the queue and shares the time slice of the goroutine that readied it.
 *  3. A P is in the list of running Ps exactly when its status is RUNNING.
 *  4. Who is locked to the P and finds no place in the queue is held back, in order, and comes into it as others leave.
 *
 * Constants of the scheduler's inner loop stand here because this file imports nothing at run time: see `op-state.ts`.
 * On one thread Ps are logical: they give order, locality and the semantics of stealing, not parallelism.
 */
import type { G } from "./g.ts";
import type { Ring } from "./ring.ts";

/** Go's numbers for the states of a P. */
export const P_IDLE = 0;
export const P_RUNNING = 1;

/** Places in a local run queue, as in Go. */
export const RUNQ = 256;
const MASK = RUNQ - 1;
/** How often a P looks at the global queue first. */
export const GLOBAL_EVERY = 61;

/** Whether `g` is locked to a P. */
const isLocked = (g: G): boolean => g.extra !== null && g.extra.lockedP >= 0;

export class Proc {
  readonly id: number;
  /** Locked to this P, and without a place in the queue. */
  readonly held: Ring;
  status: number = P_IDLE;
  head = 0;
  tail = 0;
  next: G | null = null;
  /** Counts time slices; a goroutine taken from `next` inherits the running one. */
  schedtick = 0;
  /** What sysmon saw last, and when. */
  sysmontick = -1;
  sysmonwhen = 0;
  /** The slice is over: whoever would inherit it goes to the global queue. */
  preempt = false;
  /** Looking for work to steal. */
  spinning = false;
  private readonly runq: (G | undefined)[] = new Array<G | undefined>(RUNQ).fill(undefined);

  constructor(id: number, held: Ring) {
    this.id = id;
    this.held = held;
  }

  /** Goroutines in the queue, `next` not counted. */
  get size(): number {
    return this.tail - this.head;
  }

  get empty(): boolean {
    return this.next === null && this.head === this.tail && this.held.size === 0;
  }

  /** Adds at the tail; false if the queue is full. */
  push(g: G): boolean {
    if (this.tail - this.head === RUNQ) return false;
    this.runq[this.tail++ & MASK] = g;
    return true;
  }

  /** Takes from the head, not from `next`. */
  shift(): G | null {
    if (this.head === this.tail) return null;
    const i = this.head++ & MASK;
    const g = this.runq[i]!;
    this.runq[i] = undefined;
    if (this.head === this.tail) {
      // Keeps the indexes small integers for ever.
      this.head = 0;
      this.tail = 0;
    }
    return g;
  }

  /** Moves the first half of the queue, which is full, to `to`. */
  spill(to: Ring): void {
    to.append(this.runq, this.head, RUNQ / 2);
    this.head += RUNQ / 2;
  }

  /** `g` comes last. If the queue is full its first half and `g` go to `global`, but for who is locked. */
  append(g: G, global: Ring): void {
    const full = this.size === RUNQ;
    if (full) this.halve(global);
    if (isLocked(g)) this.held.push(g);
    else if (full) global.push(g);
    else this.push(g);
    this.letIn();
  }

  /** The first half of the queue, which is full, goes to `global`, but for who is locked. */
  halve(global: Ring): void {
    for (let i = 0; i < RUNQ / 2; i++) {
      const g = this.shift()!;
      if (isLocked(g)) this.push(g);
      else global.push(g);
    }
  }

  /** Those that are held back come into the queue while there is room. */
  letIn(): void {
    const { held } = this;
    while (held.size > 0 && this.size < RUNQ) this.push(held.shift()!);
  }

  /** Takes the first `n` of `from` into the queue, which is empty. */
  fill(from: Ring, n: number): void {
    from.drain(this.runq, n);
    this.head = 0;
    this.tail = n;
  }

  clear(): void {
    this.runq.fill(undefined);
    this.held.clear();
    this.head = 0;
    this.tail = 0;
    this.next = null;
    this.preempt = false;
    this.spinning = false;
  }

  /** All that wait here, for checks and dumps: `next`, the queue, and those held back. */
  all(): G[] {
    return [...(this.next === null ? [] : [this.next]), ...this.list(), ...this.held.list()];
  }

  /** The queue in order, for checks and dumps; `next` is not in it. */
  list(): G[] {
    const list: G[] = [];
    for (let i = this.head; i < this.tail; i++) list.push(this.runq[i & MASK]!);
    return list;
  }
}
