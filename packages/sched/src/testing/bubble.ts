/**
 * bubble: a program on virtual time, with seeded choices and an exact leak check. Go's `testing/synctest`.
 *
 * Invariants
 *  1. The clock starts at a fixed epoch and moves only when every goroutine of the bubble is durably blocked.
 *  2. Durably blocked is one that waits on any gort primitive (mutexes too, unlike Go's), but for a channel that was made
 *     outside and a promise (`poll`): see `Op.isDurable`.
 *  3. When the body has returned, time stands still: goroutines that are left then are leaks, and reported. Those that wait for a
 *     promise have the bubble's patience to end.
 *  4. Every failure names the seed that repeats it, wherever it is printed: in its message and in its stack. Only an error that
 *     cannot be written to does not.
 *  5. Of the bubbles that have not ended the one begun last is the default scheduler, in whatever order they end: one that hangs is not
 *     that of the bubbles after it, nor of anything once its signal has fired.
 *  6. A timer of the bubble can be used only inside it, and a primitive can find out in which bubble it was made. Of bubbles side by
 *     side, async code after an `await` may be of any; of one that has ended nothing is.
 *
 * Quiescence is counted, not guessed: generator goroutines are seen to park. Only while an async function runs
 * does the bubble wait for one turn of the host, in which every promise that can settle by itself does.
 */
import { badArgument, checkOptions } from "@gort/types";
import { isSignal } from "../abort.ts";
import type { Scheduler, Tracer } from "../api.ts";
import type { HeapClock } from "../clock.ts";
import type { Core } from "../core.ts";
import { checkInside } from "../current.ts";
import {
  asyncBlocks,
  formatGoroutine,
  type GoroutineInfo,
  goroutines,
  isDeadlockError,
} from "../deadlock.ts";
import { createDeterministicScheduler } from "../deterministic.ts";
import { checkEpoch, checkMs, checkSeed, checkTracer, TEXT } from "../errors.ts";
import { macrotask, seedFromEnvironment } from "../host.ts";
import { Op, type OpRecord } from "../op.ts";
import { PanicError, PanicNilError } from "../panic.ts";
import { setDefaultScheduler } from "../preset.ts";
import { seedFromHost } from "../prng.ts";
import { tee } from "../trace/tee.ts";
import type { WaitReason } from "../wait-reason.ts";
import { OutsideWaits } from "./outside-waits.ts";
import { Patience } from "./patience.ts";

/** What the body of a bubble is given. */
export interface Bubble {
  /** The seed of all choices: select order, run order, the order of timers that are due at one instant, map iteration. */
  readonly seed: number;
  /** The bubble's scheduler: in async code, use its `go` after the first `await` where bubbles run side by side. */
  readonly scheduler: Scheduler;
  /**
   * Waits until every other goroutine of the bubble is durably blocked or gone, and what is due by now has run. Go's `synctest.Wait`;
   * several may wait at once. O(1).
   * @throws RuntimeError, where it is waited for, in code outside of the bubble and when that has ended
   */
  wait(): Op<void>;
}

/** Options of {@link bubble}. */
export interface BubbleOptions {
  /**
   * An integer from 0 to 2^32 - 1. Default: the environment variable `GORT_SEED` if it is set (a RangeError if that is none), else a new
   * one each time.
   */
  readonly seed?: number | undefined;
  /** Wall clock at the start, milliseconds since 1970. @defaultValue 2000-01-01 00:00:00 UTC */
  readonly epoch?: number | undefined;
  /** Sees every event. */
  readonly tracer?: Tracer | undefined;
  /** Whether goroutines left at the end are an error; an async function that `go` did not start is none. @defaultValue true */
  readonly leakCheck?: boolean | undefined;
  /**
   * How long, in milliseconds of the host, nothing may move before the bubble is blocked for good if async functions wait in it, or
   * before goroutines that wait for a promise at its end are left. Bubbles of generators that wait for each other need none.
   * @defaultValue 2000
   */
  readonly patience?: number | undefined;
  /**
   * When it fires, the bubble is given up: it fails, saying what everybody waits for, and is not the default scheduler any more. With one
   * that has fired already the body is not run, and the bubble fails with its reason. The signal of a test runner, vitest's
   * (`({ signal }) => …`) or that of `node:test` (`t.signal`), fires when the time of a test is over. The runner then shows an error of
   * its own; to read that of the bubble, give a signal that fires earlier, such as `AbortSignal.timeout(4000)`.
   */
  readonly signal?: AbortSignal | undefined;
}

/** Below the five seconds that test runners have. */
const PATIENCE_MS = 2000;

/**
 * Why a bubble failed by itself: all its goroutines were blocked, or some were left behind.
 *
 * @example
 * ```ts
 * import { go, sleep } from "@gort/sched";
 * import { bubble, BubbleError } from "@gort/sched/testing";
 *
 * let left: readonly string[] = [];
 * try {
 *   await bubble(() => {
 *     go(function* leak() {
 *       yield* sleep(Infinity);
 *     });
 *   });
 * } catch (e) {
 *   if (e instanceof BubbleError) left = e.goroutines.map((g) => g.name);
 * }
 * left; // => ["leak"]
 * ```
 */
export class BubbleError extends Error {
  /** The goroutines that were blocked. */
  readonly goroutines: readonly GoroutineInfo[];

  /** The message goes on with each goroutine, and with the blocks of `more`. */
  constructor(text: string, goroutines: readonly GoroutineInfo[], more: readonly string[] = []) {
    super([text, ...goroutines.map(formatGoroutine), ...more].join("\n\n"));
    this.goroutines = goroutines;
    Object.defineProperty(this, "goroutines", { enumerable: false });
  }

  override get name(): string {
    return "BubbleError";
  }
}

/** Completes when nothing but time can make anything run. */
class Settled extends Op<void> {
  private readonly core: Core;

  constructor(core: Core) {
    super();
    this.core = core;
  }

  get reason(): WaitReason {
    return "bubble wait";
  }

  tryNow(): boolean {
    checkInside(this.core.clock, TEXT.notInBubble);
    return false;
  }

  park(): void {
    this.core.settled.push(this);
  }

  unpark(): void {
    this.core.settled.remove(this);
  }
}

/**
 * Runs `body` (a generator function, or an async or plain one) in a bubble of its own and resolves with its result.
 * Rejects with the error it throws (what is no error comes as a `PanicError` with that `value`), with {@link BubbleError} when all goroutines are blocked for good or when some
 * are left at the end; the message ends with the line that repeats the run. With a TypeError or RangeError for an option that there is none of, or whose value cannot be.
 *
 * While a bubble runs it is the default scheduler, so async code in it may call `go`, `sleep` and `now` as
 * usual; of bubbles that run side by side only the one begun last is.
 *
 * Time jumps when every goroutine waits for an operation of gort's. It does not know of a promise that an async function awaits, which
 * has one turn of the host to settle: wait for files, sockets and `fetch` by `poll(promise)`, and time stands still. But start an async
 * function of yours that sleeps by `go(fn).join()`: polled, it would wait for a time that waits for it. If a generator calls an async
 * function without `go`, and no async goroutine is left, time may jump before that function waits for the first time; the body or the
 * function has to be an async goroutine. Where async functions wait, that
 * all are blocked is known when nothing moved for `patience`, or the event loop ran empty; among generators at once.
 *
 * @example
 * ```ts
 * import { go, now, sleep } from "@gort/sched";
 * import { bubble } from "@gort/sched/testing";
 *
 * const log: string[] = [];
 * await bubble(function* (b) {
 *   go(function* () {
 *     yield* sleep(60_000);
 *     log.push(`a minute later: ${now()}`);
 *   });
 *   yield* b.wait(); // the other one sleeps
 *   log.push(`now: ${now()}`);
 *   yield* sleep(120_000);
 * });
 * log; // => ["now: 0", "a minute later: 60000"]
 * ```
 */
export async function bubble<R>(
  body: (b: Bubble) => Generator<OpRecord<any> | undefined, R, any> | PromiseLike<R> | R,
  options: BubbleOptions = {},
): Promise<R> {
  checkOptions("bubble", options, "seed epoch tracer leakCheck patience signal");
  const { epoch, tracer, leakCheck = true, patience = PATIENCE_MS, signal } = options;
  if (options.seed !== undefined) checkSeed("bubble", options.seed);
  if (epoch !== undefined) checkEpoch("bubble", epoch);
  if (tracer !== undefined) checkTracer("bubble", "tracer", tracer);
  if (typeof leakCheck !== "boolean")
    throw badArgument("bubble", "leakCheck", leakCheck, "true or false", "type");
  checkMs("bubble", "patience", patience);
  if (signal !== undefined && !isSignal(signal))
    throw badArgument("bubble", "signal", signal, "an AbortSignal", "type");
  if (signal?.aborted === true) throw signal.reason;
  const seed = options.seed ?? seedFromEnvironment() ?? seedFromHost();
  const outside = new OutsideWaits();
  const scheduler = createDeterministicScheduler({
    seed,
    sites: true,
    ...(epoch === undefined ? {} : { epoch }),
    tracer: tracer === undefined ? outside : tee(outside, tracer),
  });
  const core = scheduler as unknown as Core;
  const clock = core.clock as HeapClock;
  outside.runtime = core;
  const still = new Patience(core, patience);
  const b: Bubble = { seed, scheduler, wait: () => new Settled(core) };

  function* root(): Generator<OpRecord<any> | undefined, R, any> {
    const main = scheduler.go<[Bubble], R>(body, b);
    const result: R = yield* main.join();
    still.bodyOver = true;
    yield* b.wait();
    const left = goroutines(scheduler).filter((g) => g.id !== 1);
    if (leakCheck && left.length > 0) {
      throw new BubbleError(TEXT.bubbleLeft, left, asyncBlocks(core));
    }
    return result;
  }

  let over = false;
  let givenUp = false;
  const giveUp = (): void => {
    // The test after it may begin before the host has another turn.
    leave(core);
    macrotask(() => {
      if (over) return;
      givenUp = true;
      core.deadlock();
    });
  };
  core.beneath = setDefaultScheduler(scheduler);
  core.isBubble = true;
  clock.bubble = core;
  signal?.addEventListener("abort", giveUp);
  try {
    return await scheduler.run(root);
  } catch (error) {
    const failure = isDeadlockError(error)
      ? new BubbleError(
          givenUp ? TEXT.bubbleGivenUp : TEXT.bubbleDeadlock,
          error.goroutines.filter((g) => g.id !== 1),
          // What async functions wait for, of which only the report knows.
          error.message.split("\n\n").filter((block) => block.startsWith("async function [")),
        )
      : error;
    throw withReplay(failure, seed);
  } finally {
    over = clock.over = true;
    signal?.removeEventListener("abort", giveUp);
    still.end();
    leave(core);
  }
}

/** The default scheduler is again the one that it would be, had there been no such bubble. */
function leave(core: Core): void {
  const top = setDefaultScheduler(null) as Core | null;
  setDefaultScheduler(top === core ? core.beneath : top);
  for (let above = top; above?.isBubble === true; above = above.beneath as Core | null)
    if (above.beneath === core) above.beneath = core.beneath;
}

/** Adds to an error, to its message and to the stack that is printed, how to run the same again. */
function withReplay(thrown: unknown, seed: number): unknown {
  const line = `\n\nreplay with: GORT_SEED=${seed}`;
  // Told by its message, since an error of another realm is no instance of this one's class.
  const error = (
    typeof thrown === "object" && thrown !== null && "message" in thrown
      ? thrown
      : new PanicError(thrown ?? new PanicNilError())
  ) as Error;
  for (const part of ["message", "stack"] as const) {
    try {
      const text = error[part];
      if (typeof text === "string" && !text.includes(line)) error[part] = text + line;
    } catch {
      // A frozen error stays as it is, and so does what only can be read.
    }
  }
  return error;
}
