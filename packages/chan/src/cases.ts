/**
 * What can be a case of a select, and the errors for what cannot.
 *
 * Invariant: nothing is used here, only looked at.
 */
import { type OpRecord, aborted, isOp } from "@gort/sched";
import { isSignal } from "@gort/sched/primitives";
import { badArgument } from "@gort/types";
import { FRESH } from "./states.ts";

/** The brand of an op, of whichever copy of the package. */
const OP = Symbol.for("gort.op");

/** What was given is no record of cases: an op instead of `{ name: op }`, perhaps. */
export function casesError(cases: unknown): Error {
  return badArgument("select", "cases", cases, "an object or a list of operations", "type");
}

/** What has to be a boolean and is none. */
export function booleanError(where: string, argument: string, v: unknown): Error {
  return badArgument(where, argument, v, "true or false", "type");
}

/** What is named `default` says whether the select waits: an op of that name could not be told from "nothing was ready". */
export function defaultError(where: string, v: unknown): Error {
  return booleanError(where, "case default", v);
}

/** An op that was used before, or is another case too. */
export function inUse(name: string | number): Error {
  return new Error(`gort: select case ${name} is an operation that is already in use`);
}

/** From this many cases on, finding one given twice takes a set. */
const MANY = 9;

/** Refuses a case that is one of the first `n` already; returns the set of all of them, made when there are many. */
export function refuseTwice(
  op: OpRecord<any>,
  name: string | number,
  ops: OpRecord<any>[],
  n: number,
  seen: Set<OpRecord<any>> | null,
): Set<OpRecord<any>> | null {
  if (n < MANY) for (let i = 0; i < n; i++) if (ops[i] === op) throw inUse(name);
  if (n < MANY - 1) return seen;
  const all = seen ?? new Set(ops.slice(0, n));
  if (all.has(op)) throw inUse(name);
  return all.add(op);
}

/** Refuses a case that is about to wait and was used meanwhile. */
export function checkFresh(op: OpRecord<any>, name: string | number): void {
  if (op.state !== FRESH) throw inUse(name);
}

/** Refuses a case that is about to be tried and was used since it was given, but for one that serves more than once. */
export function checkServes(op: OpRecord<any>, name: string | number): void {
  if ((op as { arm?(): void }).arm === undefined) throw inUse(name);
}

/** Makes a case that is not fresh ready for a pass, if it is a prepared select; anything else is in use. */
export function makeReady(op: OpRecord<any>, name: string | number): void {
  checkServes(op, name);
  (op as unknown as { arm(): void }).arm();
}

/** Whether what holds no case is no record or list, but a `Map` or a promise, say: a select would wait for ever. */
export function isNoRecord(cases: object): boolean {
  if (Array.isArray(cases)) return false;
  return Symbol.iterator in cases || typeof (cases as { then?: unknown }).then === "function";
}

/** Whether `v` is an op. By the brand and not by `isOp`, which asks for the type first: a program's ops have few shapes, and then this is free. */
export function isBranded(v: object | string | number | boolean): v is OpRecord<any> {
  return (v as unknown as Record<symbol, unknown>)[OP] === true;
}

/** The op of a case; null for a case that is never ready. */
export function caseOp(v: unknown, name: string | number, cases?: unknown): OpRecord<any> | null {
  if (v === null || v === undefined) return null;
  if (isBranded(v)) return v;
  if (isSignal(v)) return aborted(v) as OpRecord<unknown>;
  if (isOp(cases)) throw casesError(cases);
  throw badArgument("select", `case ${name}`, v, wanted(v), "type");
}

/** What could be a case in place of `v`: what waits for it, if it is something that one can wait for. */
function wanted(v: unknown): string {
  const it = v as Record<string, unknown>;
  const has = (name: string): boolean => typeof it[name] === "function";
  const method = ["recv", "join", "lock", "acquire", "wait"].find(has);
  let such = method === undefined ? "" : `its ${method}()`;
  if (Number.isFinite(v)) such = `sleep(${String(v)})`;
  else if (typeof v === "function") such = "its result";
  else if (has("then")) such = "poll(promise)";
  else if (has("done") && has("err")) such = "its done().recv()";
  else if (has("stop")) such = "its c.recv()";
  else if (has("abort")) such = "its signal";
  return such === "" ? "an operation, an AbortSignal or null" : `an operation, such as ${such}`;
}

/** Whether trying the op began something; one of `@gort/sync` does. */
export function hasBegun(op: OpRecord<any> | null): boolean {
  return (op as { readonly began?: boolean } | null)?.began === true;
}
