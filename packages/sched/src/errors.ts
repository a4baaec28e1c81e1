/**
 * Every text of this package: Go's own, to the letter, and ours for what Go has no word for.
 *
 * Invariants
 *  1. What is fatal in Go is a `FatalError`, which `recover` never sees; what is a runtime error there is a
 *     `RuntimeError`; a panic with a plain string is a panic with that string.
 *  2. The text of a bad argument names the argument and its value.
 */
import { badArgument, badNumber, checkFunction, FatalError, RuntimeError, show } from "@gort/types";
import { calledOff } from "./called-off.ts";
import { type Capture, hostContext } from "./host.ts";
import { isError } from "./panic-text.ts";

/** `go f()` with a nil `f`: fatal in Go. */
function nilGoFunc(): FatalError {
  return new FatalError("go of nil func value");
}

/** Throws unless `fn`, the argument `name`, is something that can run in a goroutine. */
export function checkGoFunc(where: string, fn: unknown, name = "fn"): void {
  if (typeof fn === "function") return;
  throw fn == null ? nilGoFunc() : badArgument(where, name, fn, "a function", "type");
}

/** A goroutine yielded what a scheduler cannot use. */
export function badYield(value: unknown, op: boolean): TypeError {
  if (op)
    return new TypeError(
      "gort: `yield op` has no effect on an operation; write `yield* op` (with the star) to wait for it",
    );
  if (typeof (value as PromiseLike<unknown> | null)?.then === "function")
    return new TypeError(
      "gort: a goroutine yielded a promise; write `yield* poll(promise)` to wait for it",
    );
  return new TypeError(
    `gort: a goroutine yielded ${show(value)}; it may only \`yield* op\`, or \`yield\` nothing to give way`,
  );
}

/** Go's texts of this package. */
export const TEXT = {
  deadlock: "all goroutines are asleep - deadlock!",
  mainExited: "no goroutines (main called runtime.Goexit) - deadlock!",
  nilPanic: "panic called with nil argument (use GODEBUG=panicnil=1 to disable)",
  nilDeferred: "runtime error: invalid memory address or nil pointer dereference",
  newTicker: "non-positive interval for NewTicker",
  resetTicker: "non-positive interval for Ticker.Reset",
  stopTimer: "time: Stop called on uninitialized Timer",
  resetZeroTicker: "time: Reset called on uninitialized Ticker",
  resetTimer: "time: Reset called on uninitialized Timer",
  recvOutside: "receive on synctest channel from outside bubble",
  stopOutside: "stop of synctest timer from outside bubble",
  resetOutside: "reset of synctest timer from outside bubble",
  notInBubble: "goroutine is not in a bubble",
  bubbleDeadlock: "deadlock: all goroutines in bubble are blocked",
  bubbleGivenUp: "bubble given up by its signal",
  bubbleLeft: "deadlock: main bubble goroutine has exited but blocked goroutines remain",
} as const;

/** Calling a nil function: what Go's hardware trap becomes. */
export function nilCall(): RuntimeError {
  return new RuntimeError(TEXT.nilDeferred, "runtime.errorString");
}

/** Somebody outside joins a goroutine whose program is over. */
export function programEnded(id: number): Error {
  return calledOff(new Error(`gort: the program ended before goroutine ${id} did`));
}

/** Refuses what is no object with all of `methods`, which are separated by spaces. */
export function checkMethods(where: string, argument: string, v: unknown, methods: string): void {
  for (const method of methods.split(" "))
    if (typeof (v as Record<string, unknown> | null | undefined)?.[method] !== "function")
      throw badArgument(
        where,
        argument,
        v,
        `an object with the methods ${methods.replaceAll(" ", ", ")}`,
        "type",
      );
}

const TRACER_METHODS = "create start stop block unblock end steal timer proc";

/** Refuses what cannot trace. */
export function checkTracer(where: string, argument: string, tracer: unknown): void {
  checkMethods(where, argument, tracer, TRACER_METHODS);
}

/** Refuses what is no clock. */
export function checkClock(where: string, argument: string, clock: unknown): void {
  checkMethods(where, argument, clock, "now wall schedule");
}

/** A number of milliseconds, or an error naming the argument. NaN is refused; infinities are allowed. */
export function checkMs(where: string, argument: string, ms: unknown): number {
  if (typeof ms !== "number" || ms !== ms)
    throw badNumber(where, argument, ms, "a number of milliseconds");
  return ms;
}

/** An integer in [min, max], or an error naming the argument. */
export function checkCount(
  where: string,
  argument: string,
  n: unknown,
  min: number,
  max: number,
): number {
  if (typeof n !== "number" || !Number.isInteger(n) || n < min || n > max)
    throw badNumber(where, argument, n, `an integer from ${min} to ${max}`);
  return n;
}

/** A seed: an integer of 32 bits. */
export function checkSeed(where: string, seed: unknown): number {
  return checkCount(where, "seed", seed, 0, 0xffffffff);
}

/** A wall clock at time 0: milliseconds since 1970. */
export function checkEpoch(where: string, ms: unknown): void {
  if (typeof ms !== "number" || !Number.isFinite(ms))
    throw badNumber(where, "epoch", ms, "a finite number of milliseconds");
}

/** A time slice: more than 0, at most a minute. */
export function checkSlice(ms: unknown): number {
  if (typeof ms !== "number" || !(ms > 0) || ms > 60_000)
    throw badNumber("scheduler", "slice", ms, "more than 0 and at most 60000 milliseconds");
  return ms;
}

/** How to keep the context of a `go`, or null. */
export function checkContext(context: unknown): Capture | null {
  if (context === undefined || context === false) return null;
  if (typeof context === "function")
    return () => {
      const enter = (context as Capture)();
      checkFunction("scheduler", "result of context", enter);
      return enter;
    };
  const own = context === true ? hostContext() : null;
  if (own !== null) return own;
  throw badArgument(
    "scheduler",
    "context",
    context,
    context === true ? "a function: this host has no async context" : "true, false or a function",
    "type",
  );
}

/** Whether it is the engine's error for unbounded recursion, which SpiderMonkey calls otherwise than the others. */
function isOverflow(error: unknown): boolean {
  if (!isError(error)) return false;
  const { name, message } = error;
  return name === "RangeError"
    ? /call stack/i.test(message)
    : name === "InternalError" && message === "too much recursion";
}

/** Go's fatal error for unbounded recursion, made of the engine's. */
export function stackOverflow(error: unknown): FatalError | null {
  try {
    if (!isOverflow(error)) return null;
  } catch {
    return null; // a proxy, a getter: whatever it is, it is not the engine's
  }
  return Object.assign(new FatalError("stack overflow"), { cause: error });
}
