/**
 * Select: waits for the first of several ops. `select` gives an op, `trySelect` the answer at once. How it chooses and
 * waits: `select-op.ts`.
 *
 * Invariant: the cases are read, and what cannot be one is refused, when the select is made; nothing else happens then.
 */
import type { Op } from "@gort/sched";
import { checkOptions } from "@gort/types";
import type { DefaultOf, DefaultResult, SelectCase, SelectCases, SelectResult } from "./api.ts";
import { booleanError, caseOp, casesError, defaultError, isBranded, isNoRecord } from "./cases.ts";
import type { Chosen } from "./chosen.ts";
import { type SelectOperation, newSelect } from "./select-op.ts";
import { USED } from "./states.ts";

// What is rare stands elsewhere, so that V8 inlines the rest.
function makeSelect(
  cases: SelectCases | readonly SelectCase[],
  hasDefault: boolean,
): SelectOperation {
  if (typeof cases !== "object" || cases === null) throw casesError(cases);
  const s = newSelect(hasDefault);
  try {
    if (Array.isArray(cases)) addList(s, cases);
    else
      for (const name in cases as SelectCases) {
        const v = (cases as SelectCases)[name];
        if (v !== null && v !== undefined && isBranded(v) && name !== "default") s.add(v, name);
        else addOther(s, v, name, cases);
      }
  } catch (error) {
    // The mistake is the caller's: what may be used still, may.
    s.withdraw();
    throw error;
  }
  if (s.n === 0 && isNoRecord(cases)) throw casesError(cases);
  return s;
}

function addList(s: SelectOperation, cases: readonly SelectCase[]): void {
  for (let i = 0; i < cases.length; i++) {
    const op = caseOp(cases[i], i);
    if (op !== null) s.add(op, i);
  }
}

/** What is no op: `default`, a signal, nothing, or what cannot be a case. */
function addOther(s: SelectOperation, v: unknown, name: string, cases: unknown): void {
  if (name === "default") {
    if (v !== null && v !== undefined && typeof v !== "boolean") throw defaultError("select", v);
    s.hasDefault = v === true;
  } else {
    const op = caseOp(v, name, cases);
    if (op !== null) s.add(op, name);
  }
}

/**
 * Waits until one of several operations can proceed, does that one and no other, and says which it was. What lost took and gave
 * nothing, unlike in `Promise.race`. Go's `select`. O(cases).
 *
 * Any op can be a case: receives, sends, locks, timers, joins. An `AbortSignal` is a case that is ready once it aborted.
 * `null` is a case that is never ready. If several are ready, one is chosen uniformly at random. With `default: true`
 * (in the list form, a second argument `{ default: true }`) the select never waits: if nothing is ready its
 * result is `{ case: "default" }`, so no operation can have that name. Without any case it blocks forever.
 *
 * The result is a discriminated union: `case` is the name (or index), `value` what the op gave, and for a receive `ok`
 * tells a value from a closed channel.
 *
 * @throws `send on closed channel` if a send to a closed channel is chosen; an Error for an operation that was used before or is in use
 * @throws TypeError, at once, for a case that is no operation, no `AbortSignal` and not nullish, for cases that are neither a record nor a
 * list, and for an option that is unknown or cannot be
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
// One signature for each number of arguments: the compiler reports a mistake once for each that could be meant.
export function select<const C extends readonly SelectCase[] | SelectCases>(
  cases: C,
): Op<SelectResult<C>>;
export function select<
  const C extends readonly SelectCase[],
  const O extends { readonly default?: boolean | undefined } | undefined,
>(cases: C, options: O): Op<SelectResult<C> | DefaultOf<O>>;
export function select(
  cases: SelectCases | readonly SelectCase[],
  options?: { readonly default?: boolean | undefined },
): Op<any> {
  if (options === undefined) return makeSelect(cases, false);
  checkOptions("select", options, "default");
  const v = options.default ?? false;
  if (typeof v !== "boolean") throw booleanError("select", "options.default", v);
  return makeSelect(cases, v);
}

/**
 * Does one of several operations if that is possible without waiting. Go's `select` with `default`. O(cases).
 *
 * @throws `send on closed channel` if a send to a closed channel is chosen; for cases that cannot be, as {@link select}
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
export function trySelect<const C extends readonly SelectCase[] | SelectCases>(
  cases: C,
): SelectResult<C> | DefaultResult {
  const s = makeSelect(cases, true);
  // It never waits, whatever `default` says.
  s.hasDefault = true;
  s.tryNow();
  const chosen = s.value as Chosen;
  s.state = USED;
  s.recycle();
  return chosen as SelectResult<C>;
}
