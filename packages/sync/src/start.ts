/**
 * start: runs a body in a goroutine for a primitive that wants to know what it returned or threw.
 *
 * Invariants
 *  1. Exactly one of `returned` and `threw` is called, once, when the body ended; neither if the program ended it, which the hook
 *     is told.
 *  2. An async or plain body starts in the async context (`AsyncLocalStorage`) in which `start` was called, unless that
 *     was inside a generator goroutine, whose scheduler decides about contexts.
 *
 * Why two ways to launch: `launch` keeps the context of functions that are no generator functions, and pays a promise
 * for it; a generator function is launched as one.
 */
import type { Goroutine, OpRecord, Scheduler } from "@gort/sched";
import { type EndHook, enter, launch, leave } from "@gort/sched/primitives";
import type { Body } from "./api.ts";
import { finishSteps, isBlocking, isGenerator, isPlain, isThenable } from "./body.ts";

type Steps = Generator<OpRecord<any> | undefined, void, any>;

/** Who is told how a body ended. */
export interface Outcome {
  returned(value: any): void;
  /** What this throws again is the goroutine's panic. */
  threw(error: unknown): void;
}

const GeneratorFunction = /* @__PURE__ */ Object.getPrototypeOf(function* () {}) as object;

/** Whether calling `fn` gives a generator. */
export function isGeneratorFunction(fn: unknown): boolean {
  return Object.getPrototypeOf(fn) === GeneratorFunction;
}

/** Starts `fn` in a goroutine of its own, which has its name in dumps; `hook` is told when that ended. O(1). */
export function start(fn: Body<unknown>, to: Outcome, hook: EndHook): void {
  const g = launch(hook, isGeneratorFunction(fn) ? runSteps : call, [fn, to]);
  g.name = fn.name || "anonymous";
}

/** Goes on in a goroutine, called `name`, with what a body returned: a generator, an op or a routine. */
export function startSteps(r: unknown, to: Outcome, hook: EndHook, name: string): Goroutine<void> {
  const g = launch(hook, goOn, [r, to]);
  g.name = name || "anonymous";
  return g;
}

function* runSteps(fn: Body<unknown>, to: Outcome): Steps {
  let value: unknown;
  try {
    value = yield* finishSteps(fn());
  } catch (error) {
    to.threw(error);
    return;
  }
  to.returned(value);
}

function* goOn(r: unknown, to: Outcome): Steps {
  let value: unknown;
  try {
    value = yield* finishSteps(r);
  } catch (error) {
    to.threw(error);
    return;
  }
  to.returned(value);
}

function call(fn: Body<unknown>, to: Outcome): Steps | PromiseLike<void> | void {
  let r: unknown;
  let steps: boolean;
  try {
    r = fn();
    steps = goesOn(r);
  } catch (error) {
    to.threw(error);
    return;
  }
  if (steps) return goOn(r, to);
  else if (isThenable(r)) return whenSettled(r, to);
  else to.returned(r);
}

/** Whether what a body returned has to be stepped, in a goroutine: a generator, an op or a routine. */
export function goesOn(r: unknown): boolean {
  return !isPlain(r) && (isGenerator(r) || isBlocking(r));
}

/**
 * Tells how a promise ended, once and never at once, whatever a foreign one does. What this returns lasts until all of it is over, a
 * generator that was promised included: the goroutine of the body, which waits for that, does not end before.
 */
export async function whenSettled(r: PromiseLike<unknown>, to: Outcome): Promise<void> {
  let value: unknown;
  let steps: boolean;
  try {
    value = await r;
    steps = isGenerator(value);
  } catch (error) {
    to.threw(error);
    return;
  }
  if (steps) await stepped(value, to);
  else to.returned(value);
}

/** Goes on with a promised generator, and lasts until that is over. */
async function stepped(steps: unknown, to: Outcome): Promise<void> {
  let end: { readonly error: unknown } | null = null;
  const hook: EndHook = { done() {}, killed: (error) => (end = { error }) };
  try {
    await startSteps(steps, to, hook, "").join();
  } catch (error) {
    // Its program ended it, of which nobody was told yet; else it is a panic.
    if (end === null) throw error;
    to.threw(error);
  }
}

/** The scheduler that steps the running goroutine, null outside of any: unlike asking for the current one this makes none. */
export function place(): Scheduler | null {
  const now = enter(null, null);
  leave(now);
  return now.scheduler;
}
