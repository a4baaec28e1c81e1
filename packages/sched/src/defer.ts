/**
 * withDefer: a function with deferred calls, in the three kinds of function JavaScript has.
 *
 * Invariants
 *  1. Deferred calls run last in, first out, when the body is over, however it ended; their arguments were taken by
 *     `defer`. One that panics does not keep the others from running.
 *  2. The result is what the body returned or what a deferred call left in `result`; after a recovered panic it is
 *     `result` as it stands.
 *  3. A scope ends in one way: with its result, with the newest panic, or with a `goexit` that goes on.
 *  4. A fatal error ends everything at once: no deferred call runs, as Go ends the process. The engine's error for unbounded
 *     recursion is one.
 *  5. A deferred call that waits is waited for; where nobody can wait, in a plain function, it panics.
 *
 * One state machine ({@link Unwind}) decides what comes next; three loops call, `yield*` or `await` it. They differ
 * only in that, because a generator that never yields would still cost a plain function twice.
 *
 * `using` was rejected as the form: its disposers can neither see the panic nor change the result.
 */
import { badArgument, checkFunction, isFatalError } from "@gort/types";
import { isGoexit } from "./brands.ts";
import { COPIES_RESULTS } from "./delegate.ts";
import { driveIn } from "./drive.ts";
import { nilCall, stackOverflow } from "./errors.ts";
import { GeneratorFunction, isGenerator, LOWERED } from "./generators.ts";
import { isOp, type OpRecord } from "./op.ts";
import {
  calledDirectly,
  currentFrame,
  enterFrame,
  type Frame,
  type Goexit,
  type PanicState,
  panicState,
  recover,
  recoverIn,
  toThrow,
} from "./panic.ts";
import { poll } from "./poll.ts";
import { isStepper, type Stepper } from "./stepper.ts";

type Callee = ((...args: any[]) => unknown) | null | undefined;
type Body<R> = (scope: DeferScope<R>) => unknown;

interface Call {
  readonly fn: Callee;
  readonly args: unknown[];
  /** What it returned. */
  gave: unknown;
}

/** What the body of {@link withDefer} gets. */
export interface DeferScope<R> {
  /** Go's named result: what the function returns, which deferred calls may change. */
  result: R;
  /**
   * Go's `defer`: calls `fn(...args)` when the body is over. A nil `fn` panics then, not now; anything else that is no function
   * is a TypeError, and a call after the end of the scope an Error. What `fn` returns is waited for if it is a generator, an op
   * or a promise: in a plain function, which cannot wait, that is a TypeError when the call is due.
   */
  defer<A extends unknown[]>(fn: ((...args: A) => unknown) | null | undefined, ...args: A): void;
  /**
   * `recover` of the deferred call of this scope that runs now; for async deferred functions, which are unknown to the
   * global `recover` after their first `await`.
   */
  recover(): unknown;
}

const AsyncFunction = /* @__PURE__ */ Object.getPrototypeOf(async function () {}) as object;

/** How many frames of its own a function has on a stack: JavaScriptCore shows two of an async one. */
function framesOf(fn: Callee): number {
  if (LOWERED) return Infinity;
  return COPIES_RESULTS && fn && Object.getPrototypeOf(fn) === AsyncFunction ? 2 : 1;
}

/** Puts `old` at the end of the chain of `newest`, unless it is there. */
function putUnder(newest: PanicState, old: PanicState | null): void {
  let last = newest;
  while (last !== old && last.link !== null) last = last.link;
  if (last !== old) last.link = old;
}

/** Throws `error` on if it ends everything, that of unbounded recursion as Go's. */
function throwFatal(error: unknown): void {
  const fatal = isFatalError(error) ? error : stackOverflow(error);
  if (fatal !== null) throw fatal;
}

class Unwind<R> implements DeferScope<R> {
  result: R = undefined as R;
  /** What the body returned. */
  gave: unknown = undefined;
  /** Null when all of them ran. */
  private calls: Call[] | null = [];
  private panic: PanicState | null = null;
  /** The goexit that goes on, while there is no panic; one that began later keeps it. */
  private exit: Goexit | null = null;
  /** The deferred call that made the scope directly: `defer(recover)` in it recovers for that function. */
  private readonly outer: Frame | null;
  /** Made by what a deferred function called, which has no frame any more when a generator is stepped. */
  private readonly indirect: boolean;
  frame: Frame | null = null;

  constructor() {
    const outer = currentFrame();
    const unwinds = outer !== null && outer.panic !== null;
    this.outer = unwinds && calledDirectly(outer, 2) ? outer : null;
    this.indirect = unwinds && this.outer === null;
  }

  /** Steps the body, under the marker that tells `recover` whose it is. */
  steps(gen: Stepper): Stepper {
    return this.indirect ? marks.gortHelperGen(gen) : marks.gortScopeGen(gen);
  }

  defer<A extends unknown[]>(fn: ((...args: A) => unknown) | null | undefined, ...args: A): void {
    if (typeof fn !== "function" && fn !== null && fn !== undefined)
      throw badArgument("defer", "fn", fn, "a function", "type");
    if (this.calls === null) throw new Error("gort: defer: the function of this scope is over");
    this.calls.push({ fn, args, gave: undefined });
  }

  recover(): unknown {
    return recoverIn(this.frame);
  }

  /** The body returned. */
  returned(value: unknown): void {
    if (value !== undefined) this.result = value as R;
  }

  /** The body threw. */
  threw(error: unknown): void {
    throwFatal(error);
    if (isGoexit(error)) this.exit = error;
    else this.panic = panicState(error);
  }

  /** The next deferred call, or null when all ran; `frame` is set for it. */
  next(): Call | null {
    const call = this.calls?.pop();
    if (call === undefined) {
      this.calls = null;
      return null;
    }
    this.frame = { panic: this.panic, own: framesOf(call.fn) };
    return call;
  }

  /** The rest of the deferred call that `steps` is. */
  rest(steps: Stepper): Stepper {
    if (!isGenerator(steps)) this.frame!.own = Infinity;
    return marks.gortDeferredGen(steps);
  }

  /** Whether the call is Go's `defer recover()`, which acts for the function the scope belongs to. */
  isBuiltin(call: Call): boolean {
    if ((call.fn as unknown) !== recover) return false;
    // Only the newest panic can be recovered, and one of this function's own is newer.
    if (this.panic === null && this.exit === null) recoverIn(this.outer);
    return true;
  }

  /** The deferred call is over. */
  called(): void {
    this.frame = null;
    const state = this.panic;
    if (state !== null && state.recovered) {
      this.panic = null;
      this.exit = state.goexit;
    }
  }

  /** The deferred call threw. */
  callThrew(error: unknown): void {
    throwFatal(error);
    this.frame = null;
    const old = this.panic;
    if (isGoexit(error)) {
      // The panic is over, and one that an earlier goexit put an end to: a later one is still printed below them.
      const over = old ?? this.exit?.over ?? null;
      if (error.over === null) error.over = over;
      else putUnder(error.over, over);
      this.panic = null;
      this.exit = error;
      return;
    }
    const fresh = panicState(error);
    if (fresh !== old) {
      putUnder(fresh, old ?? this.exit?.over ?? null);
      fresh.goexit ??= old?.goexit ?? this.exit;
    }
    this.panic = fresh;
  }

  end(): R {
    if (this.panic !== null) throw toThrow(this.panic);
    if (this.exit !== null) throw this.exit;
    return this.result;
  }
}

/**
 * Markers: `recover` finds them on the stack by name. They are methods because a minifier renames functions but not
 * properties. The plain ones return nothing: JavaScriptCore (Safari, Bun) takes a function off the stack that ends with a call.
 */
const marks = {
  gortScope<R>(body: Body<R>, scope: Unwind<R>): void {
    scope.gave = body(scope);
  },
  *gortScopeGen(gen: Stepper): Stepper {
    return yield* gen;
  },
  *gortHelperGen(gen: Stepper): Stepper {
    return yield* gen;
  },
  gortDeferred(call: Call): void {
    const { fn, args } = call;
    if (typeof fn !== "function") throw nilCall();
    call.gave = fn(...args);
  },
  *gortDeferredGen(gen: Stepper): Stepper {
    return yield* gen;
  },
};

/** Whether `v` has to be waited for: a promise, or an op, which is `PromiseLike` too. */
function isThenable(v: unknown): v is PromiseLike<unknown> {
  return (
    typeof v === "object" && v !== null && typeof (v as PromiseLike<unknown>).then === "function"
  );
}

/** What was deferred, for errors. */
const DEFERRED = "defer: fn";

/** Throws if what a deferred call of a plain function returned would have to be waited for. */
function checkOver(r: object): void {
  if (isStepper(r, DEFERRED) || isThenable(r))
    throw new TypeError(
      "gort: a deferred call has something to wait for, and withDefer was given a plain function, which cannot: pass a generator or an async function",
    );
}

/** Runs the deferred calls of a plain function. */
function unwindSync<R>(u: Unwind<R>): R {
  for (let call; (call = u.next()) !== null;) {
    const outer = enterFrame(u.frame);
    try {
      if (!u.isBuiltin(call)) {
        marks.gortDeferred(call);
        const r = call.gave;
        if (typeof r === "object" && r !== null) checkOver(r);
      }
      u.called();
    } catch (error) {
      u.callThrew(error);
    } finally {
      enterFrame(outer);
    }
  }
  return u.end();
}

function* scopeGen<R>(u: Unwind<R>, gen: Stepper): Generator<OpRecord<any> | undefined, R, any> {
  try {
    u.returned(yield* u.steps(gen));
  } catch (error) {
    u.threw(error);
  }
  for (let call; (call = u.next()) !== null;) {
    const outer = enterFrame(u.frame);
    try {
      if (!u.isBuiltin(call)) {
        marks.gortDeferred(call);
        const r = call.gave;
        if (isStepper(r, DEFERRED)) yield* u.rest(r);
        else if (isOp(r)) yield* r;
        else if (isThenable(r)) yield* poll(r);
      }
      u.called();
    } catch (error) {
      u.callThrew(error);
    } finally {
      enterFrame(outer);
    }
  }
  return u.end();
}

async function scopeAsync<R>(u: Unwind<R>, body: PromiseLike<unknown>): Promise<R> {
  try {
    u.returned(await body);
  } catch (error) {
    u.threw(error);
  }
  for (let call; (call = u.next()) !== null;) {
    try {
      if (!u.isBuiltin(call)) {
        // The slot is right only until the deferred function first waits.
        const outer = enterFrame(u.frame);
        try {
          marks.gortDeferred(call);
        } finally {
          enterFrame(outer);
        }
        const r = call.gave;
        if (isStepper(r, DEFERRED)) await driveIn(u.frame, u.rest(r));
        else if (isThenable(r)) await r;
      }
      u.called();
    } catch (error) {
      u.callThrew(error);
    }
  }
  return u.end();
}

/**
 * Runs `body` as a Go function with `defer`: a plain function returns at once, an async one gives a promise, as one that
 * returns an op does, and a generator function gives a generator for `yield*`. When the body is over, deferred calls run
 * last in, first out, and may `recover` a panic or change `scope.result`.
 *
 * After a recovered panic the result is `scope.result`, undefined unless somebody set it, as Go returns zero values. The result's
 * type is that of what the body returns; name it (`withDefer<number>`) where deferred calls set `scope.result`.
 *
 * O(1), the body and the deferred calls aside.
 * @throws what the body or a deferred call throws, unless it is recovered; TypeError for a `body` that is no function or an async generator
 *
 * @example
 * ```ts
 * import { recover, run, sleep, withDefer } from "@gort/sched";
 *
 * const log: string[] = [];
 * const r = await run(function* () {
 *   return yield* withDefer<number>(function* (s) {
 *     s.defer(() => log.push("last"));
 *     s.defer(function* () {
 *       yield* sleep(1); // a deferred call may wait
 *       if (recover() !== undefined) s.result = 42;
 *     });
 *     throw new Error("oops");
 *   });
 * });
 * r; // => 42
 * log.join(); // => "last"
 * ```
 */
// First: what never returns would else be taken for a function that returns a generator.
export function withDefer<R = undefined>(body: (scope: DeferScope<R>) => never): R;
export function withDefer<R, S extends never>(
  body: (scope: DeferScope<S>) => Generator<OpRecord<any> | undefined, R, any>,
): Generator<OpRecord<any> | undefined, R, any>;
export function withDefer<R, S extends never>(
  body: (scope: DeferScope<S>) => PromiseLike<R>,
): Promise<R>;
export function withDefer<R, S extends never>(body: (scope: DeferScope<S>) => R): R;
export function withDefer<R>(
  body: (scope: DeferScope<R>) => Generator<OpRecord<any> | undefined, R | void, any>,
): Generator<OpRecord<any> | undefined, R, any>;
export function withDefer<R>(body: (scope: DeferScope<R>) => PromiseLike<R | void>): Promise<R>;
export function withDefer<R>(body: (scope: DeferScope<R>) => R | void): R;
export function withDefer<R>(body: Body<R>): unknown {
  checkFunction("withDefer", "body", body);
  const u = new Unwind<R>();
  if (body instanceof GeneratorFunction) return scopeGen(u, body(u) as Stepper);
  let r: unknown;
  try {
    marks.gortScope(body, u);
    r = u.gave;
    if (isStepper(r, "withDefer: body")) return scopeGen(u, r);
  } catch (error) {
    u.threw(error);
    return unwindSync(u);
  }
  if (isThenable(r)) return scopeAsync(u, r);
  u.returned(r);
  return unwindSync(u);
}
