/**
 * The op behind `select`: waits for the first of several ops.
 *
 * A select is itself an op, and the waiter of its cases. It tries them in random order; if none is ready it parks
 * all of them, and the first that completes wakes the select, which takes the others off their queues before
 * anything else can run.
 *
 * Invariants
 *  1. Exactly one case runs. Trying and taking are one step, so readiness is judged at one instant.
 *  2. If several cases are ready, each is chosen with the same probability, whatever their order in the text; so is each of those that
 *     wait for one channel, in whose queue they stand in random order: that in which they were tried, where they are more than two.
 *  3. A parked select, in state PARKED, has each of its cases parked with the select as waiter. Before it takes them off their
 *     queues it is DECIDED, and so is each select whose case it is: what is granted to another one after that is given back. What
 *     could not be, the ops of channels, leaves before anybody's code can run.
 *  4. A select uses its cases up, the chosen one and the others. What lost took nothing and gave nothing; what it had asked for
 *     before the select, such as a function handed to a group, it takes back.
 *  5. `default` is taken only if no case was ready.
 *  6. If trying or parking a case throws, the select is over and all cases have lost, but for one that somebody else waits for.
 *     What a case throws after another one was chosen, as it is parked or leaves, is an uncaught error of the host's.
 *  7. No case is parked beside one that is ready: if trying one began something, all are tried again first. Parking one may run
 *     anybody's code, unless it is of a channel: those are parked first, then selects, and of the others each is tried again before
 *     it is. A select is not: it would send to this one's own receive. So what only a select in a select starts by being parked is
 *     not to make another such ready.
 *  8. A case is tried only if nobody used it since it was given; a select that somebody waits for does not try its own for another
 *     one, which would use them up if that is refused. The object itself serves another select only after its cases are
 *     parked, though it was decided meanwhile.
 *
 * Why the order is drawn lazily: choosing the i-th case to try among those not yet tried is uniform, and a
 * select whose first try succeeds pays for one random number. Why the result of `next` is a new object and not one that serves
 * every select: an old object that points to a new one costs V8's collector more than making it.
 * Rejected: promises and `Promise.race` (the loser's value is gone, and every race leaves a reaction behind on each loser).
 */
import { type OpRecord, random } from "@gort/sched";
import { overdue, preempt, reportUncaught } from "@gort/sched/primitives";
import { leave, quit, rank, secondFirst, takeBack, useUp } from "./case-end.ts";
import { CaseList, none } from "./case-list.ts";
import { checkFresh, checkServes, hasBegun, inUse } from "./cases.ts";
import { type Chosen, defaultResult, outcome } from "./chosen.ts";
import { DECIDED, DONE, FRESH, PARKED, USED } from "./states.ts";

/** The last select that `yield*` used up, for the next one to take. */
let spare: SelectOperation | null = null;

/** The op behind `select`. */
export class SelectOperation extends CaseList {
  hasDefault = false;
  /** The op that won, from the decision until its outcome is taken: it may stand for something that must not get lost. */
  protected won: OpRecord<any> | null = null;
  /** Whether cases are being parked, which may decide the select: nobody else may use the object before that is over. */
  protected parking = false;

  /** Tries the cases in uniformly random order; permutes them. Null if none is ready. */
  tryCases(): Chosen | null {
    const { n } = this;
    try {
      return n === 2 ? this.tryTwo() : this.tryList(n);
    } catch (error) {
      this.giveUp();
      throw error;
    }
  }

  private tryTwo(): Chosen | null {
    // A loop, because `tryNow` is inlined once then.
    let takeB = random(2) === 1;
    for (let i = 0; i < 2; i++) {
      const op = takeB ? this.b : this.a;
      if (op.state > PARKED) checkServes(op, takeB ? this.nameB : this.nameA);
      if (op.tryNow()) return this.chosen(op, takeB ? this.nameB : this.nameA);
      takeB = !takeB;
    }
    return null;
  }

  private tryList(n: number): Chosen | null {
    const { a, ops, names } = this;
    if (n === 1) {
      if (a.state > PARKED) checkServes(a, this.nameA);
      return a.tryNow() ? this.chosen(a, this.nameA) : null;
    }
    for (let i = 0; i < n; i++) {
      const j = i + 1 < n ? i + random(n - i) : i;
      const op = ops[j]!;
      const name = names[j]!;
      ops[j] = ops[i]!;
      names[j] = names[i]!;
      ops[i] = op;
      names[i] = name;
      if (op.state > PARKED) checkServes(op, name);
      if (op.tryNow()) return this.chosen(op, name);
    }
    return null;
  }

  /** The outcome of the case that won. */
  protected chosen(op: OpRecord<any>, name: string | number): Chosen {
    this.won = op;
    return outcome(op, name);
  }

  tryNow(): boolean {
    // As the case of another select, while somebody waits for it: its cases are not ready, and not to be tried in that one's name.
    if (this.state === PARKED) return false;
    const chosen = this.tryCases();
    if (chosen === null && !this.hasDefault) return false;
    this.value = chosen ?? defaultResult;
    this.retire();
    return true;
  }

  park(): void {
    const { n } = this;
    try {
      if (n > 1 && this.began && this.decided()) return;
      // Another select may have parked a case since this one was made.
      if (n !== 2 || this.a.state !== FRESH || this.b.state !== FRESH) this.each(checkFresh);
      this.parking = true;
      if (n > 2) this.parkList(n);
      else {
        const turned = n > 1 && secondFirst(this.a, this.b);
        if (turned) this.wait(this.b, this.nameB);
        if (n > 0) this.wait(this.a, this.nameA);
        if (n > 1 && !turned) this.wait(this.b, this.nameB);
      }
      this.parking = false;
    } catch (error) {
      if (this.parking) {
        this.parking = false;
        if (this.state !== PARKED) {
          reportUncaught(error);
          return;
        }
        // A wait that must not be, such as `cond.wait()` without the lock: the cases before it leave their queues.
        this.unpark();
      }
      this.giveUp();
      throw error;
    }
  }

  private parkList(n: number): void {
    const { ops, names } = this;
    for (let r = 0, left = n; left > 0; r++)
      for (let i = 0; i < n; i++)
        if (rank(ops[i]!) === r) {
          left--;
          this.wait(ops[i]!, names[i]!);
        }
  }

  /** Parks a case, unless those before it made it ready as they were parked, or decided the select. */
  private wait(op: OpRecord<any>, name: string | number): void {
    if (this.state !== PARKED) return;
    if (op.state !== FRESH) throw inUse(name);
    if (rank(op) > 1) {
      if (op.tryNow()) {
        op.state = DONE;
        this.wake(op);
      }
      // Decided by it, or by what trying it began.
      if (this.state !== PARKED) return;
    }
    op.waiter = this;
    op.state = PARKED;
    op.park();
  }

  /** A case threw when it was tried or parked: no other will be chosen. */
  private giveUp(): void {
    this.state = USED;
    this.retire();
  }

  /** Whether trying a case began something, such as a call of a function, which may have made a case before it ready. */
  get began(): boolean {
    return this.n > 2 ? this.ops.some(hasBegun) : hasBegun(this.a) || hasBegun(this.b);
  }

  /** Tries the cases again while trying begins something; true if one was ready, and the select is over. */
  private decided(): boolean {
    // Each begins one thing at most.
    for (let i = this.n; i > 0 && this.began; i--) {
      const chosen = this.tryCases();
      if (chosen === null) continue;
      this.retire();
      this.complete(chosen);
      return true;
    }
    return false;
  }

  unpark(): void {
    this.state = USED;
    this.quit();
    this.release(null);
    this.retire();
  }

  /** It lost as the case of another select, or was called off before it was tried: its cases take back what they asked for. */
  withdraw(): boolean {
    this.each(takeBack);
    return true;
  }

  /** The ops of channels leave their queues, since another case was chosen, here or in the select whose case this is. */
  quit(): void {
    this.each(quit);
  }

  /** What passes `op` on was granted something, or failed: it is the one. False if another was. */
  claim(op: OpRecord<any>): boolean {
    if (!this.decide(op)) return false;
    this.quit();
    return true;
  }

  private decide(op: OpRecord<any>): boolean {
    if (this.state !== PARKED) return this.state === DECIDED && this.won === op;
    const outer = this.waiter;
    if (outer !== null && outer.claim !== undefined && !outer.claim(this)) return false;
    this.state = DECIDED;
    this.won = op;
    return true;
  }

  /** A case completed or failed: the others leave their queues, and the select's own waiter wakes. */
  wake(op: OpRecord<any>): void {
    const granted = op.state === DONE;
    if (!this.decide(op)) {
      giveBack(op, granted);
      return;
    }
    if (this.n > 2) this.quit(); // of two only one leaves, and does that first
    const name = this.release(op);
    if (this.state !== DECIDED) {
      // Its goroutine was ended by what ran when the others left.
      giveBack(op, granted);
      this.retire();
    } else if (granted) {
      const chosen = this.chosen(op, name);
      this.retire();
      this.complete(chosen);
    } else {
      const { error } = op;
      this.failed(op);
      this.retire();
      this.fail(error);
    }
  }

  /** The case that won failed: nobody may use it any more. */
  protected failed(op: OpRecord<any>): void {
    op.state = USED;
  }

  /** Takes all cases but `winner` off their queues; the name of the winner. */
  private release(winner: OpRecord<any> | null): string | number {
    const { n, a, b } = this;
    if (winner !== null) winner.waiter = null;
    if (n > 2) return this.releaseList(winner, n);
    if (n > 0 && a !== winner) leave(a, this);
    if (n < 2 || b !== winner) {
      if (n > 1) leave(b, this);
      return this.nameA;
    }
    return this.nameB;
  }

  private releaseList(winner: OpRecord<any> | null, n: number): string | number {
    const { ops, names } = this;
    let won = names[0]!;
    for (let i = 0; i < n; i++) {
      const op = ops[i]!;
      if (op === winner) won = names[i]!;
      else leave(op, this);
    }
    return won;
  }

  /** The select is over: its cases are used up, and those of channels go back to them. */
  protected retire(): void {
    const { n, a, b } = this;
    this.n = 0;
    this.a = none;
    this.b = none;
    if (n > 2) this.retireList(n);
    else {
      if (n > 0) useUp(a);
      if (n > 1) useUp(b);
    }
  }

  private retireList(n: number): void {
    const { ops } = this;
    this.dropLists();
    for (let i = 0; i < n; i++) useUp(ops[i]!);
  }

  /** The goroutine ended before it could take the outcome: the winner gives back what it stands for. */
  override discard(): void {
    this.won?.discard();
  }

  override discardFailure(): void {
    this.won?.discardFailure();
  }

  override next(): IteratorResult<OpRecord<any>, any> {
    if (this.state !== FRESH || this.n !== 2 || this.hasDefault) return this.step();
    if (overdue()) return preempt;
    // Two cases, as nearly always: what `step` does, but nothing is put into fields that is taken out again at once.
    const { a, b } = this;
    let takeB = random(2) === 1;
    try {
      for (let i = 0; i < 2; i++) {
        const op = takeB ? b : a;
        if (op.state > PARKED) checkServes(op, takeB ? this.nameB : this.nameA);
        if (op.tryNow()) {
          const value = outcome(op, takeB ? this.nameB : this.nameA);
          this.n = 0;
          this.a = null as unknown as OpRecord<any>;
          this.b = null as unknown as OpRecord<any>;
          useUp(a);
          useUp(b);
          this.state = USED;
          spare = this;
          return { done: true, value };
        }
        takeB = !takeB;
      }
    } catch (error) {
      this.giveUp();
      throw error;
    }
    this.state = PARKED;
    this.park();
    return this as IteratorResult<OpRecord<any>, any>;
  }

  /** A step of any select. */
  protected step(): IteratorResult<OpRecord<any>, any> {
    const state = this.state;
    let value: unknown;
    if (state === FRESH) {
      if (overdue()) return preempt;
      value = this.tryCases();
      if (value === null) {
        if (!this.hasDefault) {
          this.state = PARKED;
          this.park();
          return this as IteratorResult<OpRecord<any>, any>;
        }
        value = defaultResult;
      }
      this.retire();
    } else if (state === DONE) value = this.value;
    else return super.next();
    this.state = USED;
    this.recycle();
    return { done: true, value };
  }

  /** Nobody holds the select any more: it serves the next one. */
  override recycle(): void {
    this.value = undefined;
    this.waiter = null;
    this.won = null;
    if (!this.parking) spare = this;
  }
}

/** A select without cases yet. */
export function newSelect(hasDefault: boolean): SelectOperation {
  const s = spare;
  if (s === null) {
    const made = new SelectOperation();
    made.hasDefault = hasDefault;
    return made;
  }
  spare = null;
  s.hasDefault = hasDefault;
  s.state = FRESH;
  return s;
}

/** Nobody will hear what became of a case. */
function giveBack(op: OpRecord<any>, granted: boolean): void {
  if (granted) op.discard();
  else op.discardFailure();
}
