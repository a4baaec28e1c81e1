/**
 * Prepared select: one select, made once and used in every pass of a loop.
 *
 * Invariants
 *  1. Receives given as such are owned by the prepared select and used again in every pass. Which ops can be is said by
 *     a method `reset`: those of channels, timers and the nil channel have it.
 *  2. Cases given as functions are called once per pass, in the order of the text, before anything is tried: Go's rule
 *     for the operands of a select.
 *  3. It is used by one goroutine at a time; a second use while one is pending is an error.
 *  4. What a pass made of the functions serves that pass only: it is over, or called off, or another one begins, and what was asked
 *     for is taken back. As the case of something else it is FRESH only from the time it was tried until that is over.
 *     Whatever has it as a case and finds that its pass is gone begins another.
 *
 * Why: a select in a loop makes a record of its cases each time, and two lists where there are more than two of them; here a
 * pass allocates nothing but its result. Why sends must be functions: the value to send differs from pass to pass, and a
 * fixed one is nearly always a mistake.
 */
import { Op, type OpRecord, aborted, isOp } from "@gort/sched";
import { isSignal, reportUncaught } from "@gort/sched/primitives";
import { badArgument } from "@gort/types";
import type { DefaultResult, PreparedCases, PreparedSelect } from "./api.ts";
import { takeBack } from "./case-end.ts";
import { caseOp, defaultError, isNoRecord } from "./cases.ts";
import { type Chosen, defaultResult } from "./chosen.ts";
import { SelectOperation } from "./select-op.ts";
import { FRESH, USED } from "./states.ts";

/** An op that can be used again: `reset` makes it fresh after a pass that it won. */
interface Reusable extends OpRecord<any> {
  reset(): void;
}

function isReusable(v: unknown): v is Reusable {
  return isOp(v) && typeof (v as Partial<Reusable>).reset === "function";
}

/** A case with what makes its op: the op itself, or a function. */
interface Slot {
  readonly name: string;
  readonly op: Reusable | null;
  readonly make: (() => unknown) | null;
}

/** What an op is iterated by; `super[Symbol.iterator]` is a slow lookup each time. */
const iterate = /* @__PURE__ */ iteratorOfOps();
function iteratorOfOps(): Op<any>[typeof Symbol.iterator] {
  return Op.prototype[Symbol.iterator];
}

class PreparedOperation extends SelectOperation {
  private readonly slots: Slot[];
  /** Whether the ops of the last pass serve again as they are. */
  private readonly fixed: boolean;
  /** Whether there are cases that functions made for a pass, which is not over. */
  private made = false;

  constructor(slots: Slot[], hasDefault: boolean) {
    super();
    this.slots = slots;
    this.hasDefault = hasDefault;
    this.fixed = slots.every((slot) => slot.op !== null);
    this.state = USED;
    if (this.fixed) for (const slot of slots) this.add(slot.op!, slot.name);
  }

  /** A pass begins: when it becomes the case of a select or something else that passes it on, which then tries it. */
  arm(): void {
    this.refusePending();
    this.done = false;
    this.value = undefined;
    this.waiter = null;
    if (!this.fixed) this.makeCases();
    this.state = USED;
  }

  private refusePending(): void {
    if ((this.state !== USED && this.state !== FRESH) || this.parking)
      throw new Error("gort: prepared select used while it is pending");
  }

  /** A pass of its own begins. */
  private begin(): void {
    this.arm();
    this.state = FRESH;
  }

  private makeCases(): void {
    if (this.made) this.withdraw();
    this.n = 0;
    this.made = true;
    try {
      for (const slot of this.slots) {
        const { make } = slot;
        const op = slot.op ?? caseOp(make!(), slot.name);
        if (op !== null) this.add(op, slot.name);
      }
    } catch (error) {
      this.withdraw();
      throw error;
    }
  }

  /** Ops that stay are made fresh at once; those of functions are used up. */
  protected override chosen(op: OpRecord<any>, name: string | number): Chosen {
    const chosen = super.chosen(op, name);
    if (this.owns(op)) op.reset();
    else op.state = USED;
    return chosen;
  }

  /** One that stays serves again. */
  protected override failed(op: OpRecord<any>): void {
    super.failed(op);
    if (!this.owns(op)) return;
    try {
      op.reset();
    } catch (error) {
      // Whoever waits for the pass is to hear why it failed.
      reportUncaught(error);
    }
  }

  private owns(op: OpRecord<any>): op is Reusable {
    if (this.fixed) return true;
    for (const slot of this.slots) if (slot.op === op) return true;
    return false;
  }

  /** The cases that are given as such stay for the next pass; one that a function made may have to be taken back. */
  protected override retire(): void {
    if (this.fixed) return;
    this.made = false;
    const { n, ops } = this;
    for (let i = 0; i < n; i++) takeBack(n > 2 ? ops[i]! : i === 0 ? this.a : this.b);
  }

  /** The pass is called off, or another case was chosen. */
  override withdraw(): boolean {
    this.made = false;
    if (this.state === FRESH) this.state = USED;
    return super.withdraw();
  }

  override tryNow(): boolean {
    // Two selects whose case it is may have been made before the first of them waited.
    this.refusePending();
    // Another pass came between, or was refused: what was made for this one is gone.
    if (!this.fixed && !this.made) this.makeCases();
    if (super.tryNow()) return true;
    this.state = FRESH;
    return false;
  }

  /** It is used again as it is. */
  override recycle(): void {
    this.value = undefined;
    this.waiter = null;
    this.won = null;
  }

  override next(): IteratorResult<OpRecord<any>, any> {
    return this.step();
  }

  override [Symbol.iterator](): Iterator<OpRecord<any>, any, unknown> {
    this.begin();
    return iterate.call(this);
  }

  override then<R1 = any, R2 = never>(
    onFulfilled?: ((value: any) => R1 | PromiseLike<R1>) | null,
    onRejected?: ((reason: unknown) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    try {
      this.begin();
    } catch (error) {
      return Promise.reject(error).then(onFulfilled, onRejected);
    }
    return super.then(onFulfilled, onRejected);
  }

  override start(): any {
    try {
      this.begin();
    } catch (error) {
      return Promise.reject(error);
    }
    return super.start();
  }

  try(): Chosen | DefaultResult {
    this.begin();
    const chosen = this.tryCases();
    this.retire();
    this.state = USED;
    return chosen ?? defaultResult;
  }
}

/**
 * Makes a select for a loop: used again and again by `yield*` or `await`, it allocates next to nothing per pass. As a case of another
 * select, and in `withSignal`, each use of that is a pass.
 *
 * Receives from channels, timers and tickers are given as they are; sends, receives with options and other ops as
 * functions, which are called in every pass, in the order of the text, and may return `null` to switch their case off for
 * that pass. O(cases), and each pass too.
 *
 * @throws TypeError for cases that are no record, and for a case that is neither of these, no `AbortSignal` and not nullish. A pass
 * throws what the chosen case or one of the functions throws, and an Error if another pass is pending.
 *
 * @example
 * ```ts
 * import { makeChan, prepare } from "@gort/chan";
 *
 * const input = makeChan<number>(3, { zero: 0 });
 * const output = makeChan<number>(3);
 * for (const n of [1, 2, 3]) input.trySend(n);
 * input.close();
 *
 * const queue: number[] = [];
 * const step = prepare({
 *   in: input.recv(),
 *   out: () => (queue.length > 0 ? output.send(queue[0]! * 10) : null),
 * });
 * for (let open = true; open || queue.length > 0; ) {
 *   const r = await step;
 *   if (r.case === "out") queue.shift();
 *   else if (r.ok) queue.push(r.value);
 *   else open = false;
 * }
 * output.len; // => 3
 * ```
 */
export function prepare<const C extends PreparedCases>(cases: C): PreparedSelect<C> {
  if (typeof cases !== "object" || (cases as unknown) === null || isOp(cases))
    throw prepareError(cases);
  const slots: Slot[] = [];
  let hasDefault = false;
  for (const name in cases) {
    const v = cases[name] as unknown;
    if (v === null || v === undefined) continue;
    if (name === "default") {
      if (typeof v !== "boolean") throw defaultError("prepare", v);
      hasDefault = v;
    } else if (isReusable(v)) {
      takeBack(v); // The op of a range is the select's from here on.
      slots.push({ name, op: v, make: null });
    } else if (typeof v === "function") slots.push({ name, op: null, make: v as () => unknown });
    else if (isSignal(v)) slots.push({ name, op: null, make: () => aborted(v) });
    else {
      const want =
        "a receive without options, an AbortSignal, null, or a function that makes the operation of each pass, () => …";
      throw badArgument("prepare", `case ${name}`, v, want, "type");
    }
  }
  if (slots.length === 0 && isNoRecord(cases)) throw prepareError(cases);
  return new PreparedOperation(slots, hasDefault) as unknown as PreparedSelect<C>;
}

function prepareError(cases: unknown): Error {
  return badArgument("prepare", "cases", cases, "an object of operations and functions", "type");
}
