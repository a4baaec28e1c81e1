/**
 * OutsideOp: an op that something outside the program may complete, such as a promise, an event of the host, another clock or
 * another scheduler.
 *
 * Invariants
 *  1. A wait that was counted is counted, by the scheduler in which it began, until the op is over or given up, and then no more:
 *     there is no deadlock while it lasts, and unless the op is durable no virtual time passes. What outlasts its program is nothing to
 *     the scheduler's next one.
 *
 * Why counted and not asked for when a verdict is due: a program of many goroutines would look through them all each time it
 * comes to rest.
 */
import { type Counter, currentCounter } from "./current.ts";
import { PARKED } from "./op-state.ts";
import { Op } from "./op.ts";
import { tallyOf, type Tallies } from "./tally.ts";

/**
 * The base of ops that something outside the program completes, such as an event of the host: while one is waited for there is no
 * deadlock, and virtual time stands still. `park` and `unpark` do that, so what extends this calls them.
 *
 * @example
 * ```ts
 * import { run } from "@gort/sched";
 * import { OutsideOp } from "@gort/sched/primitives";
 *
 * class Fired extends OutsideOp<string> {
 *   private readonly target: EventTarget;
 *   private readonly heard = (e: Event) => {
 *     this.unpark();
 *     this.complete(e.type);
 *   };
 *   constructor(target: EventTarget) { super(); this.target = target; }
 *   get reason(): "IO wait" { return "IO wait"; }
 *   tryNow() { return false; }
 *   override park() { this.target.addEventListener("ready", this.heard); super.park(); }
 *   override unpark() { this.target.removeEventListener("ready", this.heard); super.unpark(); }
 * }
 * const target = new EventTarget();
 * setTimeout(() => target.dispatchEvent(new Event("ready")), 5);
 * await run(function* () { return yield* new Fired(target); }); // => "ready"
 * ```
 */
export abstract class OutsideOp<T> extends Op<T> {
  /** Where the wait is counted; null while it is not. */
  private counter: Tallies | null = null;
  /** Whether virtual time stands still for it: as it was counted, whatever the op says by then. */
  private holdsTime = false;

  /** Counts the wait. To be called last, when what may complete the op is arranged: `super.park()`. */
  override park(): void {
    this.count(currentCounter());
  }

  /** Counts it no more. `complete` and `fail` see to that too. */
  override unpark(): void {
    this.uncount();
  }

  /** @internal Has `s` count the wait, unless that is over already. */
  protected count(s: Counter | null): void {
    if (this.state !== PARKED) return;
    this.counter = tallyOf(s);
    this.holdsTime = !this.isDurable();
    this.counter.outside(1, this.holdsTime);
  }

  /** @internal The wait is over. */
  protected uncount(): void {
    const s = this.counter;
    if (s === null) return;
    this.counter = null;
    s.outside(-1, this.holdsTime);
  }

  /** @internal Whether the wait is counted. */
  protected get isCounted(): boolean {
    return this.counter !== null;
  }

  /** The op is over: no wait is counted any more. */
  override complete(value: T): void {
    this.uncount();
    super.complete(value);
  }

  /** The op is over: no wait is counted any more. */
  override fail(error: unknown): void {
    this.uncount();
    super.fail(error);
  }

  /** Says no: time in a bubble, and on any clock that jumps, stands still during the wait. */
  override isDurable(): boolean {
    return false;
  }
}
