/**
 * panic, recover and goexit: Go's rules over JavaScript's `throw`.
 *
 * Invariants
 *  1. Anything thrown is a panic; `panic(v)` throws a {@link PanicError} that carries `v`, which may be any value.
 *  2. `recover` returns a value only when called directly by a deferred function that runs because of a panic, and
 *     only once per panic. It never sees a fatal error or `goexit`.
 *  3. `goexit` unwinds like a panic but nothing stops it; a panic on the way that is recovered lets it go on.
 *
 * "Called directly" is told from the stack, between `recover` and the marker function that calls deferred ones; that
 * costs only while a panic is being handled. The call is allowed where no stack tells: in an engine without stacks, where they show no
 * frames of gort's, in code that a compiler lowered, whose helpers stand between, and in JavaScriptCore for what a function ended
 * with calling, since that keeps no frame of such a function. After an `await` in a deferred async function there is no stack either,
 * and it is not allowed: use the scope's own `recover()` there.
 */
import { brand, RuntimeError } from "@gort/types";
import { ambient } from "./ambient.ts";
import type { Goroutine } from "./api.ts";
import { GOEXIT, isPanicError, PANIC } from "./brands.ts";
import { TEXT } from "./errors.ts";
import { G } from "./g.ts";
import { isError, panicDump, printPanicValue } from "./panic-text.ts";
import { captureSite, parseFrame, type Site } from "./site.ts";

/** What a panic is made of while it unwinds. */
export interface PanicState {
  readonly value: unknown;
  /** What was thrown. */
  readonly thrown: unknown;
  recovered: boolean;
  /** The panic this one was raised on top of, for the printed chain. */
  link: PanicState | null;
  /** The `goexit` that goes on when this panic is recovered. */
  goexit: Goexit | null;
}

/**
 * What `panic(v)` throws. `String(error)` is Go's text, such as `panic: boom`.
 *
 * @example
 * ```ts
 * import { panic, PanicError } from "@gort/sched";
 *
 * let caught: unknown;
 * try {
 *   panic({ code: 7 });
 * } catch (e) {
 *   caught = e;
 * }
 * caught instanceof PanicError && caught.value; // => { code: 7 }
 * String(caught); // => "panic: (main.Object) {\"code\":7}"
 * ```
 */
export class PanicError extends Error {
  /** What was passed to `panic`. */
  readonly value: unknown;
  /**
   * Set while it unwinds on top of an older panic.
   * @internal
   */
  state: PanicState | null = null;
  /**
   * Where it was thrown, once `stack` may be what Go prints; of one made of another error, that of the other.
   * @internal
   */
  trace: Site | null = null;

  constructor(value: unknown) {
    super(printPanicValue(value), isError(value) ? { cause: value } : undefined);
    this.value = value;
    Object.defineProperty(this, "state", { enumerable: false });
    Object.defineProperty(this, "trace", { enumerable: false });
    brand(this, PANIC);
  }

  override get name(): string {
    return "panic";
  }

  /**
   * What Go prints when `g` dies of it.
   * @internal
   */
  dump(g: Goroutine): string {
    this.trace ??= { stack: this.stack ?? "" };
    return panicDump(this, g);
  }
}

/**
 * Go's `*runtime.PanicNilError`: what `recover` returns after `panic(nil)`.
 *
 * @example
 * ```ts
 * import { panic, PanicNilError, recover, withDefer } from "@gort/sched";
 *
 * let value: unknown;
 * withDefer((s) => {
 *   s.defer(() => {
 *     value = recover();
 *   });
 *   panic(null);
 * });
 * value instanceof PanicNilError; // => true
 * ```
 */
export class PanicNilError extends RuntimeError {
  constructor() {
    super(TEXT.nilPanic);
  }

  override get name(): string {
    return "PanicNilError";
  }
}

/**
 * The signal `goexit` throws. Not for catching.
 *
 * @example
 * ```ts
 * import { Goexit, goexit, isGoexit } from "@gort/sched";
 *
 * let thrown: unknown;
 * try {
 *   goexit();
 * } catch (e) {
 *   thrown = e;
 * }
 * thrown instanceof Goexit && isGoexit(thrown); // => true
 * ```
 */
export class Goexit extends Error {
  /** Tells it from other errors. */
  declare readonly [GOEXIT]?: true;

  /**
   * The panic it put an end to, for the printed chain.
   * @internal
   */
  over: PanicState | null = null;

  constructor() {
    super("runtime.Goexit: only a goroutine can be ended by goexit");
    Object.defineProperty(this, "over", { enumerable: false });
    brand(this, GOEXIT);
  }
}

/**
 * Go's `panic`: throws. Deferred functions run, one of them may `recover` the value; a panic nobody recovers ends the
 * program with Go's text. `panic(null)` and `panic(undefined)` panic with a {@link PanicNilError}, as since Go 1.21. O(1).
 * @throws PanicError always, with `value`
 *
 * @example
 * ```ts
 * import { panic, recover, withDefer } from "@gort/sched";
 *
 * const answer = withDefer<string>((s) => {
 *   s.defer(() => {
 *     s.result = `recovered ${recover()}`;
 *   });
 *   panic("boom");
 * });
 * answer; // => "recovered boom"
 * ```
 */
export function panic(value: unknown): never {
  if (value === null || value === undefined) throw new PanicError(new PanicNilError());
  throw new PanicError(isPanicError(value) ? value.value : value);
}

/**
 * Go's `runtime.Goexit`: ends the calling goroutine after running its deferred functions. `recover` cannot stop it.
 * From main it ends only main: the others go on, and when they are done the program is deadlocked, as in Go.
 * It works by throwing, so a `catch` must throw it on; see {@link isGoexit}. O(1), the deferred calls aside.
 * @throws Goexit always
 *
 * @example
 * ```ts
 * import { go, goexit, run, withDefer } from "@gort/sched";
 *
 * const seen: string[] = [];
 * await run(function* () {
 *   const g = go(() => {
 *     withDefer((s) => {
 *       s.defer(() => seen.push("deferred"));
 *       goexit();
 *     });
 *     seen.push("never");
 *   });
 *   yield* g.join();
 * });
 * seen.join(); // => "deferred"
 * ```
 */
export function goexit(): never {
  throw new Goexit();
}

/** The state of a panic that reached a scope. */
export function panicState(thrown: unknown): PanicState {
  if (isPanicError(thrown)) {
    const old = thrown.state;
    // Thrown again after it was recovered: the same value, a new panic.
    if (old !== null && !old.recovered) return old;
    return { value: thrown.value, thrown, recovered: false, link: null, goexit: null };
  }
  const value = thrown ?? new PanicNilError();
  return { value, thrown, recovered: false, link: null, goexit: null };
}

/** What leaves a scope for a panic that was not recovered there. */
export function toThrow(state: PanicState): unknown {
  const { thrown } = state;
  if (state.link === null && state.goexit === null) return thrown;
  const ours = isPanicError(thrown);
  if (ours && thrown.state?.recovered !== true) {
    thrown.state = state;
    return thrown;
  }
  const error = new PanicError(state.value);
  error.state = state;
  if (ours) error.trace = thrown.trace ?? thrown;
  else if (isError(thrown)) error.trace = thrown;
  return error;
}

/** A deferred call in progress. */
export interface Frame {
  /** The panic because of which it runs, or null. */
  readonly panic: PanicState | null;
  /** How many frames the deferred function itself has on a stack; where a compiler wrote it anew nobody knows. */
  own: number;
}

/** Whether `g` keeps its deferred call itself: one of ours does, from whichever copy of this package. */
const keepsFrame = (g: Goroutine | null): g is G =>
  g instanceof G || typeof (g as Partial<G> | null)?.more === "function";

/** The deferred call in progress here, or null. */
export function currentFrame(): Frame | null {
  const g = ambient.slot.g;
  if (g === null) return ambient.frame as Frame | null;
  return (
    ((keepsFrame(g) ? g.extra?.frame : ambient.frames?.get(g)) as Frame | null | undefined) ?? null
  );
}

/** Makes `frame` the deferred call in progress and returns the one before. */
export function enterFrame(frame: Frame | null): Frame | null {
  const g = ambient.slot.g;
  if (keepsFrame(g)) {
    const extra = g.more();
    const old = extra.frame as Frame | null;
    extra.frame = frame;
    return old;
  }
  const old = currentFrame();
  if (g === null) ambient.frame = frame;
  else if (frame === null) ambient.frames?.delete(g);
  else (ambient.frames ??= new WeakMap()).set(g, frame);
  return old;
}

/** Stops the panic of `frame` and returns its value; undefined if there is none to stop. */
export function recoverIn(frame: Frame | null): unknown {
  const state = frame?.panic ?? null;
  if (state === null || state.recovered) return undefined;
  state.recovered = true;
  return state.value;
}

/**
 * Go's `recover`: called directly by a deferred function while a panic unwinds, it stops the panic and returns its
 * value. Otherwise, and the second time, it returns undefined. After an `await` use the scope's `recover()`. O(1) while nothing
 * panics, else it reads a few frames of the stack.
 *
 * @example
 * ```ts
 * import { recover, withDefer } from "@gort/sched";
 *
 * let seen: unknown;
 * withDefer((s) => {
 *   s.defer(() => {
 *     seen = recover();
 *   });
 *   throw new RangeError("too much");
 * });
 * (seen as Error).message; // => "too much"
 * recover(); // => undefined
 * ```
 */
export function recover(): unknown {
  const frame = currentFrame();
  if (frame === null || frame.panic === null || frame.panic.recovered) return undefined;
  return calledDirectly(frame, 1) ? recoverIn(frame) : undefined;
}

/** A method, which minifiers do not rename, that ends with no call: see `defer.ts`. */
const marks = {
  gortLook(at: { site?: Site }): void {
    at.site = captureSite();
  },
};

const LOOK = /\bgortLook\b/;
const DEFERRED = /\bgortDeferred(Gen)?\b/;
const SCOPE = /\bgortScope\b/;
const SCOPE_GEN = /\bgortScopeGen\b/;
const HELPER_GEN = /\bgortHelperGen\b/;
/** Frames of the engine itself; that of a proxy has no name. */
const ENGINE = /^$|(^|\.)(next|throw|return|apply|call)$/;
/** What an async function that a compiler lowered begins with. Those of the engine have none. */
const LOWERED_ASYNC = /^(new )?Promise$/;
/** Where an engine says that a frame is its own: V8, and JavaScriptCore itself and in Bun. */
const NATIVE = /^(<anonymous|\[?native|unknown$)/;

/**
 * Whether the caller of the function `skip` frames up was called by the marker that calls deferred functions, of which `frame` is
 * in progress. A function's own scope belongs to the function: its body and the `withDefer` that runs it are not counted.
 */
export function calledDirectly(frame: Frame, skip: number): boolean {
  if (frame.own === Infinity) return true;
  const at: { site?: Site } = {};
  marks.gortLook(at);
  const stack = at.site?.stack;
  if (typeof stack !== "string") return true;
  const lines = stack.split("\n");
  const here = lines.findIndex((line) => LOOK.test(line));
  // What shows no frame of ours cannot show the marker.
  if (here < 0) return true;
  let seen = -1 - skip; // calledDirectly, and the callers to skip
  let lowered = false;
  for (const line of lines.slice(here + 1)) {
    const parsed = parseFrame(line);
    if (parsed === null) continue;
    const { func } = parsed;
    if (NATIVE.test(parsed.at)) {
      lowered ||= LOWERED_ASYNC.test(func);
      if (lowered || ENGINE.test(func)) continue;
    }
    if (DEFERRED.test(func)) return lowered || seen <= frame.own;
    if (HELPER_GEN.test(func)) return false;
    if (SCOPE_GEN.test(func)) {
      // Below it stands the deferred generator function, unless that gave the scope's generator itself to be run.
      if (seen > 1) return false;
      seen -= 2;
    } else if (SCOPE.test(func)) seen -= 2;
    else seen++;
  }
  // The stack was cut before the marker.
  return false;
}
