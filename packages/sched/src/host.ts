/**
 * The host seam: the only file of gort that names the host's timers and queues, and its clocks but for the default of a heap.
 *
 * Invariants
 *  1. Every global is read when it is called, never at load, so fake timers installed later are honoured; {@link behindFakes} and
 *     {@link realTimers} alone go by the timers that were there before them.
 *  2. `macrotask` lets the host run its timers and I/O before `fn`, and is not subject to the 4 ms clamp of
 *     nested timeouts.
 *  3. Nothing here keeps a process alive but an armed timer, a macrotask that is about to run, and who asks for that.
 *  4. A macrotask is the host's, not a fake that comes when somebody moves its time, or never: what waits for one would wait
 *     with it. An error that nobody caught goes to the host itself likewise, and `ownTimer` is of its time.
 *
 * `setImmediate` is taken where it exists (Node, Deno, Bun); a browser gets a `MessageChannel`, whose messages
 * are macrotasks without the clamp; `setTimeout` is the last resort.
 */

/** An armed host timer. */
export type HostTimer = unknown;

type Listener = (...args: any[]) => void;

interface HostProcess {
  on?(event: string, listener: Listener): unknown;
  off?(event: string, listener: Listener): unknown;
  listeners?(event: string): Listener[];
  env?: Readonly<Record<string, string | undefined>>;
  getBuiltinModule?(name: "node:async_hooks"): AsyncHooks | undefined;
}

interface AsyncHooks {
  readonly AsyncResource: new (
    type: string,
    options: { requireManualDestroy: boolean },
  ) => { runInAsyncScope(fn: () => void): void };
}

/** Captures the caller's async context and returns how to run a step in it. */
export type Capture = () => (step: () => void) => void;

type SetTimer = (fn: () => void, ms: number) => HostTimer;
type ClearTimer = (timer: HostTimer) => void;

const host = globalThis as unknown as {
  performance?: { now(): number };
  setTimeout?: SetTimer;
  clearTimeout?: ClearTimer;
  setImmediate?: (fn: () => void) => unknown;
  MessageChannel?: new () => {
    port1: { onmessage: (() => void) | null };
    port2: { postMessage(value: unknown): void };
  };
  process?: HostProcess;
};

/** Monotonic milliseconds, with fractions. */
export function hostNow(): number {
  const p = host.performance;
  return p === undefined ? Date.now() : p.now();
}

/** Milliseconds since 1970. */
export function hostWall(): number {
  return Date.now();
}

const resolved = Promise.resolve();

/**
 * Calls `fn`, which must not throw, after the current job and before the host looks at its timers. A promise job:
 * Node's `queueMicrotask` makes an async resource each time and costs five times as much.
 */
export function microtask(fn: () => void): void {
  void resolved.then(fn);
}

/**
 * Whether something of the host's is a fake: those of vitest, jest and sinon carry their clock, those of `node:test` are bound
 * functions, and a `Date` with `isMock`. (Where the real ones are bound too they pass for fakes: then every timer that the host
 * fires a little early moves gort's time ahead of the host's by that little, about 10 microseconds, and those add up.)
 */
export function isFake(what: object): boolean {
  const { clock, isMock, name } = what as { clock?: unknown; isMock?: unknown; name?: unknown };
  return (
    clock !== undefined ||
    isMock === true ||
    (typeof name === "string" && name.startsWith("bound "))
  );
}

/** The fake `Date`, where that was replaced and `performance` was not; else null. */
export function fakeDate(): object | null {
  const p = host.performance;
  return isFake(Date) && (p === undefined || !isFake(p)) ? Date : null;
}

/** Calls `fn` after the host had a turn. */
export function macrotask(fn: () => void): void {
  const immediate = host.setImmediate;
  if (immediate !== undefined && !isFake(immediate)) {
    immediate(fn);
    return;
  }
  const Channel = host.MessageChannel;
  if (Channel === undefined) {
    // By itself: browsers refuse their timers as methods of anything else.
    const set = realTimers();
    set(fn, 0);
    return;
  }
  const channel = new Channel();
  channel.port1.onmessage = () => {
    channel.port1.onmessage = null;
    fn();
  };
  channel.port2.postMessage(null);
}

/** The longest delay a host timer takes without wrapping round. */
export const DELAY_MAX = 0x7fffffff;

/** The sum of a time and a delay, and the difference again, may be this much more than the delay. */
const NOISE = 1e-6;

/** Calls `fn` after about `ms`; a longer delay than {@link DELAY_MAX} fires early, so the callee checks the time. */
export function setHostTimer(ms: number, fn: () => void): HostTimer {
  const delay = ms > 0 ? Math.ceil(ms - NOISE) : 0;
  return setTimeout(fn, delay < DELAY_MAX ? delay : DELAY_MAX);
}

/**
 * Calls `fn` after about `ms` of the host's own time, also while a test has fake timers. Returns how to call it off. The process waits
 * for it, unless this was loaded amid fakes.
 */
export function ownTimer(ms: number, fn: () => void): () => void {
  const set = realTimers();
  const clear = set === loadedWith ? clearedWith : (clearTimeout as ClearTimer);
  const delay = Math.min(Math.ceil(ms), DELAY_MAX);
  if (isFake(set) && typeof AbortSignal.timeout === "function") {
    const signal = AbortSignal.timeout(delay);
    signal.addEventListener("abort", fn);
    return () => signal.removeEventListener("abort", fn);
  }
  const timer = set(fn, delay);
  return () => clear?.(timer);
}

/** What arms timers now: tests exchange it, and a timer of another one may never fire. */
export function hostTimers(): (fn: () => void, ms: number) => unknown {
  return setTimeout;
}

/** The process need not wait for `timer`, where the host has that. */
export function unrefHostTimer(timer: HostTimer): void {
  (timer as { unref?(): void }).unref?.();
}

export function clearHostTimer(timer: HostTimer): void {
  clearTimeout(timer as ReturnType<typeof setTimeout>);
}

const loadedWith = host.setTimeout;
const clearedWith = host.clearTimeout;

/** What arms the host's own timers: that of now, unless it is a fake and this was loaded before it. */
function realTimers(): SetTimer {
  return (isFake(setTimeout) && loadedWith) || setTimeout;
}

/** Calls `fn` after about `ms` of the host's own time, whatever fakes there are; never if this was loaded amid fakes. No process waits for it. */
export function behindFakes(ms: number, fn: () => void): void {
  if (loadedWith !== undefined && !isFake(loadedWith)) unrefHostTimer(loadedWith(fn, ms));
}

/**
 * Keeps the process from ending until what this returns is called: at most {@link DELAY_MAX}, which is as long as a signal of
 * `AbortSignal.timeout` can take. Fake timers keep no process, so they are not asked to.
 */
export function keepAlive(): () => void {
  if (isFake(setTimeout)) return () => {};
  // Fakes may have come by the time this is called.
  const clear = clearTimeout;
  const timer = setTimeout(() => {}, DELAY_MAX);
  return () => clear(timer);
}

/**
 * Whether `signal` fires by itself in some time for which the host does not wait: one of Node's `AbortSignal.timeout`, or one of
 * `AbortSignal.any` that follows such. Only a mark of Node's own tells (and before Node 24 none on the second kind, but the
 * signals that it follows). Deno waits for those that have a listener; Bun does not, and has no mark.
 */
export function isTimed(signal: object): boolean {
  try {
    for (const key of Object.getOwnPropertySymbols(signal)) {
      const mark = (signal as Record<symbol, unknown>)[key];
      if (key.description === "kTimeout" && mark === true) return true;
      if (key.description === "kSourceSignals")
        for (const source of mark as Iterable<WeakRef<object>>) {
          const followed = source.deref();
          if (followed !== undefined && isTimed(followed)) return true;
        }
    }
  } catch {
    // Not Node's, or of a Node that does it differently.
  }
  return false;
}

/** Who wants to know when the event loop has run empty: one listener for all, since Node warns of the eleventh. */
const watchers = new Set<() => void>();

const loopEmpty = (): void => {
  for (const fn of watchers) fn();
};

/**
 * Calls `fn`, a function of its own, when the event loop has run empty, where the host can tell (Node). Returns how to stop
 * listening.
 */
export function onLoopEmpty(fn: () => void): () => void {
  const process = host.process;
  if (typeof process?.on !== "function") return () => {};
  if (watchers.size === 0) process.on("beforeExit", loopEmpty);
  watchers.add(fn);
  return () => {
    if (watchers.delete(fn) && watchers.size === 0) process.off?.("beforeExit", loopEmpty);
  };
}

/**
 * The host's way to keep `AsyncLocalStorage` (Node from 20.16, Deno, Bun); null where there is none. An `AsyncResource` costs
 * a hundredth of what `AsyncLocalStorage.snapshot()` does, which has the collector call back for each.
 */
export function hostContext(): Capture | null {
  const hooks = host.process?.getBuiltinModule?.("node:async_hooks");
  if (hooks === undefined) return null;
  const { AsyncResource } = hooks;
  return () => {
    const resource = new AsyncResource("gort.goroutine", { requireManualDestroy: true });
    return (step) => resource.runInAsyncScope(step);
  };
}

/**
 * Hands an error nobody caught to the host: Node's `uncaughtException`, the browser's `error` event.
 * @internal
 */
export function reportUncaught(error: unknown): void {
  const report = (): void => {
    throw error;
  };
  if (isFake(queueMicrotask)) macrotask(report);
  else queueMicrotask(report);
}

/**
 * Gives `listener` alone what {@link reportUncaught} hands to the host, where that can be done (Node, Deno, Bun); null elsewhere.
 * Returns how to put back who listened before.
 */
export function catchUncaught(listener: (error: unknown) => void): (() => void) | null {
  const EVENT = "uncaughtException";
  const process = host.process;
  const others = process?.listeners?.(EVENT);
  if (process === undefined || others === undefined) return null;
  for (const other of others) process.off?.(EVENT, other);
  process.on?.(EVENT, listener);
  return () => {
    process.off?.(EVENT, listener);
    for (const other of others) process.on?.(EVENT, other);
  };
}

/** The seed in the environment variable `GORT_SEED`, where the host has an environment; else null. */
export function seedFromEnvironment(): number | null {
  const text = host.process?.env?.["GORT_SEED"];
  if (text === undefined || text === "") return null;
  const seed = Number(text);
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) {
    throw new RangeError(`GORT_SEED is ${text}, want an integer from 0 to 4294967295`);
  }
  return seed;
}
