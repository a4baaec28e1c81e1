/**
 * Select: waits for the first of several ops. `select` gives an op, `trySelect` the answer at once.
 *
 * A select is itself an op, and the waiter of its cases. It tries them in random order; if none is ready it parks
 * all of them, and the first that completes wakes the select, which takes the others off their queues before
 * anything else can run.
 *
 * Invariants
 *  1. Exactly one case runs. Trying and taking are one step, so readiness is judged at one instant.
 *  2. If several cases are ready, each is chosen with the same probability, whatever their order in the text.
 *  3. A parked select has each of its cases parked with the select as waiter. After it woke, none is parked.
 *  4. A select uses its cases up, the chosen one and the others. What lost took nothing and gave nothing.
 *  5. `default` is taken only if no case was ready.
 *
 * Why the order is drawn lazily: choosing the i-th case to try among those not yet tried is uniform, and a
 * select whose first try succeeds pays for one random number. Why cases are parallel arrays that are permuted in place:
 * nothing but the result is allocated after the cases. Rejected: promises and `Promise.race` (the loser's value is
 * gone, and every race leaves a reaction behind on each loser).
 */
import {
  DONE,
  FAILED,
  FRESH,
  Op,
  PARKED,
  USED,
  type WaitReason,
  aborted,
  isOp,
  isSignal,
  random,
} from "@gort/sched";
import { badArgument } from "@gort/types";
import { RecvOperation, SendOperation } from "./core.ts";
import type {
  DefaultResult,
  SelectCase,
  SelectCases,
  SelectListResult,
  SelectResult,
} from "./api.ts";

/** The case's name or index with its outcome. */
export interface Chosen {
  readonly case: string | number;
  readonly value: unknown;
  readonly ok: boolean;
}

/** Fills the arrays of a new select. */
const none = null as unknown as Op<any>;

/** From this many cases on, finding one given twice takes a set. */
const MANY = 9;

// What `yield*` reads: at once, before anything else can run.
const chosenNow: IteratorReturnResult<any> = { done: true, value: undefined };

/** The last select that `yield*` used up, for the next one to take. */
let spare: SelectOperation | null = null;

export const defaultResult: DefaultResult = Object.freeze({
  case: "default",
  value: undefined,
  ok: false,
});

/** The op behind `select`. */
export class SelectOperation extends Op<any> {
  /** Number of cases; the arrays may be longer. Most selects have two cases; more make the arrays grow. */
  n = 0;
  readonly ops: Op<any>[] = [none, none];
  readonly names: (string | number)[] = ["", ""];
  hasDefault = false;
  /** The op that won, until its outcome is taken, if it stands for something that must not get lost. */
  private won: Op<any> | null = null;
  private seen: Set<Op<any>> | null = null;

  /** A select over one case waits for what the case waits for, as in Go. */
  get reason(): WaitReason {
    return this.n === 0 ? "select (no cases)" : this.n === 1 ? this.ops[0]!.reason : "select";
  }

  override describe(): string {
    return this.ops
      .slice(0, this.n)
      .map((op) => op.describe())
      .join(", ");
  }

  /** Adds a case that can be ready. */
  add(v: unknown, name: string | number): void {
    const op = v instanceof Op || isOp(v) ? v : caseOp(v, name);
    if (op === null) return;
    const { ops, n } = this;
    if (op.state !== FRESH) throw inUse(name);
    if (n < MANY) for (let i = 0; i < n; i++) if (ops[i] === op) throw inUse(name);
    if (n >= MANY - 1) this.addToSet(op, name);
    ops[n] = op;
    this.names[n] = name;
    this.n = n + 1;
  }

  private addToSet(op: Op<any>, name: string | number): void {
    this.seen ??= new Set(this.ops.slice(0, this.n));
    if (this.seen.has(op)) throw inUse(name);
    this.seen.add(op);
  }

  /** Tries the cases in uniformly random order; permutes them. Null if none is ready. */
  tryCases(): Chosen | null {
    const { ops, names, n } = this;
    if (n === 2) {
      const first = random(2);
      return this.tryCase(first) ?? this.tryCase(1 - first);
    }
    for (let i = 0; i < n; i++) {
      const left = n - i;
      if (left > 1) {
        const j = i + random(left);
        if (j !== i) {
          const op = ops[i]!;
          ops[i] = ops[j]!;
          ops[j] = op;
          const name = names[i]!;
          names[i] = names[j]!;
          names[j] = name;
        }
      }
      const chosen = this.tryCase(i);
      if (chosen !== null) return chosen;
    }
    return null;
  }

  private tryCase(i: number): Chosen | null {
    const op = this.ops[i]!;
    if (!op.tryNow()) return null;
    const chosen = outcome(op, this.names[i]!);
    this.finish(op);
    return chosen;
  }

  tryNow(): boolean {
    const chosen = this.tryCases();
    if (chosen === null && !this.hasDefault) return false;
    this.value = chosen ?? defaultResult;
    this.retire();
    return true;
  }

  park(): void {
    const { ops, n } = this;
    for (let i = 0; i < n; i++) {
      const op = ops[i]!;
      op.waiter = this;
      op.state = PARKED;
      op.park();
    }
  }

  unpark(): void {
    this.release(null);
  }

  /** A case completed or failed: the others leave their queues, and the select's own waiter wakes. */
  wake(op: Op<any>): void {
    const won = this.release(op);
    if (op.state === FAILED) {
      op.state = USED;
      this.retire();
      this.fail(op.error);
    } else {
      const chosen = outcome(op, this.names[won]!);
      this.finish(op);
      this.retire();
      this.complete(chosen);
    }
  }

  /** The select is over: its cases are used up, and those of channels go back to them. */
  protected retire(): void {
    const { ops, n } = this;
    for (let i = 0; i < n; i++) {
      const op = ops[i]!;
      ops[i] = none;
      if (op.state !== FRESH) continue;
      op.state = USED;
      if (op instanceof RecvOperation || op instanceof SendOperation) op.recycle();
    }
    this.n = 0;
  }

  /** The value of the winner is taken. */
  protected finish(op: Op<any>): void {
    op.state = USED;
    if (op instanceof RecvOperation || op instanceof SendOperation) op.recycle();
    else this.won = op;
  }

  /** The goroutine ended before it could take the outcome: the winner gives back what it stands for. */
  override discard(): void {
    this.won?.discard();
  }

  /** Takes all cases but `winner` off their queues; the index of the winner. */
  private release(winner: Op<any> | null): number {
    const { ops, n } = this;
    let won = -1;
    for (let i = 0; i < n; i++) {
      const op = ops[i]!;
      op.waiter = null;
      if (op === winner) won = i;
      else {
        op.unpark();
        op.state = FRESH;
      }
    }
    return won;
  }

  override next(): IteratorResult<Op<any>, any> {
    const state = this.state;
    if (state === FRESH) {
      if (!this.tryNow()) {
        this.state = PARKED;
        this.park();
        return this as IteratorResult<Op<any>, any>;
      }
    } else if (state !== DONE) return super.next();
    this.state = USED;
    this.won = null;
    chosenNow.value = this.value;
    this.recycle();
    return chosenNow;
  }

  /** Nobody holds the select any more: it serves the next one. */
  override recycle(): void {
    this.value = undefined;
    this.waiter = null;
    if (this.seen === null) spare = this;
  }
}

/** A select without cases yet. */
function newSelect(hasDefault: boolean): SelectOperation {
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

/** What a completed case gives. Only a receive has `ok`; any other op that completed is ok. */
function outcome(op: Op<any>, name: string | number): Chosen {
  const ok = op instanceof RecvOperation ? op.ok : (op as { ok?: boolean }).ok !== false;
  return { case: name, value: op.value as unknown, ok };
}

function inUse(name: string | number): Error {
  return new Error(`gort: select case ${name} is an operation that is already in use`);
}

/** The op of a case that is not given as one; null for a case that is never ready. */
function caseOp(v: unknown, name: string | number): Op<any> | null {
  if (v === null || v === undefined) return null;
  if (isSignal(v)) return aborted(v);
  throw badArgument("select", `case ${name}`, v, "an operation, an AbortSignal or null", "type");
}

function makeSelect(
  cases: SelectCases | readonly SelectCase[],
  hasDefault: boolean,
): SelectOperation {
  const s = newSelect(hasDefault);
  if (Array.isArray(cases)) {
    for (let i = 0; i < cases.length; i++) s.add(cases[i], i);
    return s;
  }
  for (const name in cases as SelectCases) {
    const v = (cases as SelectCases)[name];
    if (name === "default" && (v === true || v === false)) s.hasDefault = v;
    else s.add(v, name);
  }
  return s;
}

/**
 * Waits until one of several operations can proceed, and does that one. Go's `select`. O(cases).
 *
 * Any op can be a case: receives, sends, locks, timers, joins. An `AbortSignal` is a case that is ready once it aborted.
 * `null` is a case that is never ready. If several are ready, one is chosen uniformly at random. With `default: true`
 * (in the list form, a second argument `{ default: true }`) the select never waits: if nothing is ready its
 * result is `{ case: "default" }`. Without any case it blocks forever.
 *
 * The result is a discriminated union: `case` is the name (or index), `value` what the op gave, and for a receive `ok`
 * tells a value from a closed channel.
 *
 * @throws `send on closed channel` if a send to a closed channel is chosen
 *
 * @example
 * ```ts
 * import { makeChan, select } from "@gort/chan";
 *
 * const jobs = makeChan<string>(1);
 * const results = makeChan<number>();
 * jobs.trySend("read");
 * const r = await select({ job: jobs.recv(), out: results.send(7) });
 * switch (r.case) {
 *   case "job":
 *     console.log(r.ok && r.value.toUpperCase()); // => READ
 *     break;
 *   case "out":
 *     throw new Error("nobody receives");
 * }
 * const idle = await select({ job: jobs.recv(), default: true });
 * idle.case; // => "default"
 * ```
 */
export function select<const C extends readonly SelectCase[]>(
  cases: C,
  options: { readonly default: true },
): Op<SelectListResult<C> | DefaultResult>;
export function select<const C extends readonly SelectCase[]>(cases: C): Op<SelectListResult<C>>;
export function select<const C extends SelectCases>(cases: C): Op<SelectResult<C>>;
export function select(
  cases: SelectCases | readonly SelectCase[],
  options?: { readonly default?: boolean },
): Op<any> {
  return makeSelect(cases, options?.default === true);
}

/**
 * Does one of several operations if that is possible without waiting. Go's `select` with `default`. O(cases).
 *
 * @throws `send on closed channel` if a send to a closed channel is chosen
 *
 * @example
 * ```ts
 * import { makeChan, trySelect } from "@gort/chan";
 *
 * const ch = makeChan<number>(1);
 * trySelect({ put: ch.send(5), get: ch.recv() }).case; // => "put"
 * const r = trySelect({ put: ch.send(6), get: ch.recv() });
 * r.case === "get" && r.value; // => 5
 * trySelect([ch.recv()]).case; // => "default"
 * ```
 */
export function trySelect<const C extends readonly SelectCase[]>(
  cases: C,
): SelectListResult<C> | DefaultResult;
export function trySelect<const C extends SelectCases>(
  cases: C,
): SelectResult<Omit<C, "default">> | DefaultResult;
export function trySelect(cases: SelectCases | readonly SelectCase[]): unknown {
  const s = makeSelect(cases, true);
  s.tryNow();
  const chosen = s.value as Chosen;
  s.state = USED;
  s.recycle();
  return chosen;
}
