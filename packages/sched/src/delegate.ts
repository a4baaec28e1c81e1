/**
 * `yield*` on engines that make a new result object of every step.
 *
 * The language says that `yield*` hands the inner iterator's result object on untouched, and V8 and SpiderMonkey do; that is how
 * a parked op reaches its scheduler. JavaScriptCore (Safari, Bun) copies `value` into a new object instead, and the op
 * would be lost. There, an op is iterated through a delegate whose result has the op as its `value`.
 *
 * Invariants
 *  1. Where results are handed on, nothing is made and nothing is asked but one constant.
 *  2. The delegate's `value` is the op only while it is parked; when it is complete, `value` is the result.
 *
 * Why not ask for the engine's name: what matters is what it does, and one step of a generator shows it.
 */
import type { OpRecord } from "./op.ts";

function copies(): boolean {
  const result = { done: false, value: 0, next: () => result };
  const inner = { [Symbol.iterator]: () => result } as unknown as Iterable<number>;
  const outer = (function* () {
    yield* inner;
  })();
  return (outer.next() as unknown) !== result;
}

/** Whether this engine copies results on their way through `yield*`. */
export const COPIES_RESULTS: boolean = /* @__PURE__ */ copies();

/** Iterates an op where results are copied. */
export class Delegate<T> implements Iterator<OpRecord<any>, T, unknown> {
  private readonly op: OpRecord<T>;

  constructor(op: OpRecord<T>) {
    this.op = op;
  }

  next(): IteratorResult<OpRecord<any>, T> {
    const r = this.op.next();
    // The op itself while it is parked; what gives way has no value.
    return r.done === true || (r as unknown) !== this.op ? r : { done: false, value: this.op };
  }

  return(value?: unknown): IteratorResult<OpRecord<any>, T> {
    return this.op.return(value);
  }

  throw(error?: unknown): IteratorResult<OpRecord<any>, T> {
    return this.op.throw(error);
  }
}
