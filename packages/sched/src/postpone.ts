/**
 * Who may yet wake a goroutine of whichever program: clocks with timers ahead, schedulers that have something to run or that wait for
 * something outside, waits and callbacks outside of all schedulers.
 *
 * Invariants
 *  1. Each of them is one of `ambient.hopes`, as long as it may. A scheduler whose goroutines all wait for each other is none,
 *     and nor is a bubble, which knows what it waits for.
 *  2. Whoever was told that something is pending is called once: when there is no hope left, and no pledge that counts. Then it asks
 *     again.
 *  3. A pledge counts only while somebody waits for it: most are those of async functions that nobody will ever hear of again.
 *  4. A pledge that lasts keeps nothing alive: when the promise can never settle, for nobody holds it, what was pledged can be
 *     collected, and the pledge goes with it.
 *
 * Why all of it counts for every program: what a callback, or another program that holds a lock, will do nobody knows. The price is that
 * a deadlock is reported later: programs that wait for each other's promises, for one, when the event loop has run empty.
 * Why a number and no list: a service runs a program for each request, and many of them may wait for one lock.
 * Why a pledge is held weakly only when it has lasted for a while: most end soon, and a `WeakRef` for each costs a tenth of taking a lock.
 * That of an async function whose program is over is weak from the beginning: most such functions never end.
 */
import { ambient } from "./ambient.ts";
import type { Clock } from "./api.ts";
import type { RealClock } from "./clock.ts";

/**
 * Whether something else may yet wake a goroutine, so that it is too early to speak of a deadlock: timers on the host's time, as those of
 * contexts, callbacks for signals, other schedulers that run or wait for something outside. Then `again`, a function of its own for
 * each scheduler, is called when those are gone. For schedulers, before their verdict; timers of `own`, the scheduler's clock, do
 * not count. O(1), and O(async functions that ended programs have left, or that hold a lock).
 *
 * @example
 * ```ts
 * import { onAbort } from "@gort/sched";
 * import { pendingOutside } from "@gort/sched/primitives";
 *
 * const looks: string[] = [];
 * const stop = onAbort(new AbortController().signal, () => {});
 * pendingOutside(() => looks.push("looked again")); // => true
 * stop();
 * looks; // => ["looked again"]
 * pendingOutside(() => {}); // => false
 * ```
 */
export function pendingOutside(again: () => void, own: Clock | null = null): boolean {
  const ours = (own as { readonly hope?: Hope } | null)?.hope?.on === true ? 1 : 0;
  if ((ambient.hopes ?? 0) <= ours && !isPledged()) return false;
  (ambient.postponed ??= new Set()).add(again);
  return true;
}

/** `again` need not be called any more. */
export function notAgain(again: () => void): void {
  ambient.postponed?.delete(again);
}

/** One more who may wake a goroutine (1), or one less (-1): without any, programs that waited look again whether they are deadlocked. */
export function listens(delta: 1 | -1): void {
  ambient.hopes = (ambient.hopes ?? 0) + delta;
  lookAgain();
}

function lookAgain(): void {
  const { postponed } = ambient;
  if ((ambient.hopes ?? 0) > 0 || postponed === undefined || postponed.size === 0) return;
  // Each of them would only be told to wait on; and they are as many as wait for what is pledged.
  if (isPledged()) return;
  const looks = [...postponed];
  postponed.clear();
  for (const look of looks) look();
}

/** One who may wake a goroutine of others, or not. */
export class Hope {
  on = false;

  set(on: boolean): void {
    if (on === this.on) return;
    this.on = on;
    listens(on ? 1 : -1);
  }
}

/** What others wait for, of whatever program. */
export interface Awaitable {
  /** Whether anybody waits now; without this somebody always may. */
  isAwaited?(): boolean;
}

/** A pledge, or the head of the list of all. */
interface Pledged {
  next: Pledge | null;
}

/** The list of all, the newest first. */
interface Pledges extends Pledged {
  /** How many more are made before it is looked through. */
  due: number;
}

/** At least so many are made between two looks through the list. */
const DUE_MIN = 64;

const pledges = (): Pledges => (ambient.pledges ??= { next: null, due: DUE_MIN }) as Pledges;

/** An async function will go on when a promise settles that nobody else knows of, and `what` others wait for will come of it. */
export class Pledge {
  private what: Awaitable | WeakRef<Awaitable>;
  /** The one made after it, or the list of all, and null when it is over; the one made before. A set takes several times as long. */
  private before: Pledged | null;
  next: Pledge | null = null;

  constructor(what: Awaitable) {
    this.what = what;
    const list = pledges();
    if (--list.due < 0) lookThrough(list);
    this.before = list;
    this.next = list.next;
    list.next = this;
    if (this.next !== null) this.next.before = this;
  }

  private target(): Awaitable | undefined {
    const { what } = this;
    return "deref" in what ? what.deref() : what;
  }

  /** Whether somebody waits for it. */
  isAwaited(): boolean {
    const what = this.target();
    return what !== undefined && (what.isAwaited?.() ?? true);
  }

  /** Holds weakly from now on what it is about. False if that is gone, and the pledge with it. */
  lasts(): boolean {
    const what = this.target();
    if (what === undefined) this.unlink();
    // Workers of Cloudflare have to ask for weak references.
    else if (what === this.what && typeof WeakRef === "function") this.what = new WeakRef(what);
    return what !== undefined;
  }

  /** It came to an end; a second call does nothing. */
  end(): void {
    if (this.before === null) return;
    this.unlink();
    lookAgain();
  }

  private unlink(): void {
    const { before, next } = this;
    before!.next = next;
    if (next !== null) next.before = before;
    this.before = null;
  }
}

function isPledged(): boolean {
  let pledge = pledges().next;
  while (pledge !== null && !pledge.isAwaited()) pledge = pledge.next;
  return pledge !== null;
}

/** Forgets those whose promises can never settle, and comes again when as many were made as are left: O(1) for each that is made. */
function lookThrough(list: Pledges): void {
  list.due = DUE_MIN;
  for (let { next } = list; next !== null; next = next.next) if (next.lasts()) list.due++;
}

/** Counts waits for what is outside where there is no scheduler. */
export const NOBODY = { outside: listens };

/** Whether a timer that outlived its program is ahead, for which the process then waits: a program does. */
export function awaitsLasting(): boolean {
  const lasting = ambient.lasting as RealClock | undefined;
  if (lasting?.hope.on !== true) return false;
  lasting.keep();
  return true;
}
