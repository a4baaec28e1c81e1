/**
 * bubble: a program on virtual time, with seeded choices and an exact leak check. Go's `testing/synctest`.
 *
 * Invariants
 *  1. The clock starts at a fixed epoch and moves only when every goroutine of the bubble is durably blocked.
 *  2. Durably blocked is one that waits on any gort primitive (mutexes too, unlike Go's), but for a channel that was made
 *     outside and a promise (`poll`): see `Op.isDurable`.
 *  3. When the body has returned, time stands still: goroutines that are left then are leaks, and reported.
 *  4. Every failure names the seed that repeats it, wherever it is printed: in its message and in its stack. Only an error that
 *     cannot be written to does not.
 *  5. A timer of the bubble can be used only inside it, and a primitive can find out in which bubble it was made.
 *
 * Quiescence is counted, not guessed: generator goroutines are seen to park. Only while an async function runs
 * does the bubble wait for one turn of the host, in which every promise that can settle by itself does.
 */
import { badArgument, checkOptions } from "@gort/types";
import type { Scheduler, Tracer } from "../api.ts";
import type { HeapClock } from "../clock.ts";
import type { Core } from "../core.ts";
import { formatGoroutine, type GoroutineInfo, goroutines, isDeadlockError } from "../deadlock.ts";
import { createDeterministicScheduler } from "../deterministic.ts";
import { checkEpoch, checkSeed, checkTracer, TEXT } from "../errors.ts";
import { seedFromEnvironment } from "../host.ts";
import { Op } from "../op.ts";
import { PanicError, PanicNilError } from "../panic.ts";
import { setDefaultScheduler } from "../preset.ts";
import { seedFromHost } from "../prng.ts";
import { tee } from "../trace/tee.ts";
import type { WaitReason } from "../wait-reason.ts";
import { OutsideWaits } from "./outside-waits.ts";

/** What the body of a bubble is given. */
export interface Bubble {
  /** The seed of all choices: select order, run order, map iteration. */
  readonly seed: number;
  /** The bubble's scheduler: in async code, use its `go` after the first `await` where bubbles run side by side. */
  readonly scheduler: Scheduler;
  /** Waits until every other goroutine of the bubble is durably blocked or gone. Go's `synctest.Wait`. */
  wait(): Op<void>;
}

/** Options of {@link bubble}. */
export interface BubbleOptions {
  /** Default: the environment variable `GORT_SEED` if it is set, else a new one each time. */
  readonly seed?: number;
  /** Wall clock at the start, milliseconds since 1970. @defaultValue 2000-01-01 00:00:00 UTC */
  readonly epoch?: number;
  /** Sees every event. */
  readonly tracer?: Tracer;
  /** Whether goroutines left at the end are an error. @defaultValue true */
  readonly leakCheck?: boolean;
}

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

  constructor(text: string, goroutines: readonly GoroutineInfo[]) {
    super([text, ...goroutines.map(formatGoroutine)].join("\n\n"));
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
 * usual; of bubbles that run side by side only the first is.
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
  body: (b: Bubble) => Generator<Op<any> | undefined, R, any> | PromiseLike<R> | R,
  options: BubbleOptions = {},
): Promise<R> {
  checkOptions("bubble", options, "seed epoch tracer leakCheck");
  const { epoch, tracer, leakCheck = true } = options;
  if (options.seed !== undefined) checkSeed("bubble", options.seed);
  if (epoch !== undefined) checkEpoch("bubble", epoch);
  if (tracer !== undefined) checkTracer("bubble", "tracer", tracer);
  if (typeof leakCheck !== "boolean")
    throw badArgument("bubble", "leakCheck", leakCheck, "true or false", "type");
  const seed = options.seed ?? seedFromEnvironment() ?? seedFromHost();
  const outside = new OutsideWaits();
  const scheduler = createDeterministicScheduler({
    seed,
    sites: true,
    ...(epoch === undefined ? {} : { epoch }),
    tracer: tracer === undefined ? outside : tee(outside, tracer),
  });
  const core = scheduler as unknown as Core;
  outside.runtime = core;
  const b: Bubble = { seed, scheduler, wait: () => new Settled(core) };

  function* root(): Generator<Op<any> | undefined, R, any> {
    const main = scheduler.go<[Bubble], R>(body, b);
    const result: R = yield* main.join();
    yield* b.wait();
    const left = goroutines(scheduler).filter((g) => g.id !== 1);
    if (leakCheck && left.length > 0) {
      throw new BubbleError(TEXT.bubbleLeft, left);
    }
    return result;
  }

  const previous = setDefaultScheduler(scheduler);
  const beside = (previous as Partial<Core> | null)?.isBubble === true;
  if (beside) setDefaultScheduler(previous);
  core.isBubble = true;
  (core.clock as HeapClock).bubble = true;
  try {
    return await scheduler.run(root);
  } catch (error) {
    const failure = isDeadlockError(error)
      ? new BubbleError(
          TEXT.bubbleDeadlock,
          error.goroutines.filter((g) => g.id !== 1),
        )
      : error;
    throw withReplay(failure, seed);
  } finally {
    if (!beside) setDefaultScheduler(previous);
  }
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
