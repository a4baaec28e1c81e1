/**
 * The lines that `GODEBUG=schedtrace=X,scheddetail=1` prints, in the format of current Go, so that what is
 * written about them applies.
 *
 * Invariants
 *  1. A line is made from the scheduler's own state when it is printed, never from counts of events.
 *  2. `schedTracer` sets no timer: it looks at the clock when something happens, so it neither keeps a process
 *     alive nor hides a deadlock. A program in which nothing happens prints nothing.
 *
 * What is not there prints as what it is: one thread (M0), no needspinning, no system calls.
 */
import { badArgument, badNumber, checkFunction, checkOptions } from "@gort/types";
import type { Goroutine, Scheduler, Tracer } from "../api.ts";
import { asGmp, ourScheduler } from "../brands.ts";
import type { Core } from "../core.ts";
import { RUNNING, WAITING } from "../g-state.ts";
import type { G } from "../g.ts";
import { P_IDLE, P_RUNNING } from "../proc.ts";

/** Options of {@link schedTracer}. */
export interface SchedTraceOptions {
  /** Print at most so often, in milliseconds of the scheduler's clock; from 1. */
  readonly everyMs: number;
  /** One line per P, M and goroutine below each header (`scheddetail=1`). @defaultValue false */
  readonly detail?: boolean | undefined;
  /** Gets each line, without the line break. */
  readonly print: (line: string) => void;
}

/**
 * What `GODEBUG=schedtrace` would print now: a header and, with `detail`, a line per P, M and goroutine. `sinceMs`,
 * by default 0, is what the header begins with. O(goroutines).
 *
 * @throws TypeError for a scheduler that is not one of ours (of any copy of this package), or of a version that keeps its
 * state otherwise; for an option that there is none of; TypeError or RangeError for a `sinceMs` that is no finite number
 *
 * @example
 * ```ts
 * import { createScheduler, schedTrace } from "@gort/sched";
 *
 * const s = createScheduler({ procs: 2 });
 * schedTrace(s)[0];
 * // => "SCHED 0ms: gomaxprocs=2 idleprocs=2 threads=1 spinningthreads=0 needspinning=0 idlethreads=1 runqueue=0 [ 0 0 ] schedticks=[ 0 0 ]"
 * ```
 */
export function schedTrace(
  scheduler: Scheduler,
  options: { readonly detail?: boolean | undefined; readonly sinceMs?: number | undefined } = {},
): string[] {
  checkOptions("schedTrace", options, "detail sinceMs");
  const { sinceMs = 0 } = options;
  if (!Number.isFinite(sinceMs))
    throw badNumber("schedTrace", "sinceMs", sinceMs, "a finite number of milliseconds");
  const core = ourScheduler("schedTrace", scheduler);
  if (core === null)
    throw badArgument("schedTrace", "scheduler", scheduler, "one of @gort/sched's", "type");
  const gmp = asGmp(core);
  const ps = gmp?.ps ?? [];
  const current = running(core);
  const idle = gmp ? ps.filter((p) => p.status === P_IDLE).length : current === null ? 1 : 0;
  const spinning = ps.filter((p) => p.spinning).length;
  const queue = gmp ? gmp.global.size + gmp.netpoll.size : core.queued().length;
  const sizes = gmp ? ps.map((p) => p.size + (p.next === null ? 0 : 1)) : [0];
  const ticks = gmp ? ps.map((p) => p.schedtick) : [core.stats().contextSwitches];
  const header =
    `SCHED ${Math.floor(sinceMs)}ms: gomaxprocs=${core.procs} idleprocs=${idle}` +
    ` threads=1 spinningthreads=${spinning} needspinning=0 idlethreads=${current === null ? 1 : 0}` +
    ` runqueue=${queue}`;
  if (options.detail !== true) {
    return [`${header} [ ${sizes.join(" ")} ] schedticks=[ ${ticks.join(" ")} ]`];
  }
  const lines = [
    `${header} gcwaiting=false nmidlelocked=0 stopwait=0 sysmonwait=${current === null}`,
  ];
  const timers = core.timerCounts();
  ticks.forEach((tick, id) => {
    const p = ps[id];
    const busy = p === undefined ? current !== null : p.status === P_RUNNING;
    lines.push(
      `  P${id}: status=${busy ? 1 : 0} schedtick=${tick} syscalltick=0 m=${busy ? 0 : "nil"}` +
        ` runqsize=${sizes[id]} gfreecnt=0 timerslen=${timers[id] ?? 0}`,
    );
  });
  lines.push(
    `  M0: p=${current === null ? "nil" : core.currentProc()} curg=${current?.id ?? "nil"} mallocing=0 throwing=0` +
      ` preemptoff= locks=0 dying=0 spinning=${spinning > 0} blocked=${current === null} lockedg=nil`,
  );
  for (const g of core.everyone()) {
    const why = g.state === WAITING ? g.reason : "";
    const locked = g.extra !== null && g.extra.lockedP >= 0;
    lines.push(
      `  G${g.id}: status=${g.state}(${why}) m=${g === current ? 0 : "nil"} lockedm=${locked ? 0 : "nil"}`,
    );
  }
  return lines;
}

/** The goroutine that runs now on this scheduler. */
function running(scheduler: Core): G | null {
  return scheduler.everyone().find((g) => g.state === RUNNING) ?? null;
}

/**
 * A tracer that prints {@link schedTrace} every so often while goroutines run, as `GODEBUG=schedtrace=X` does. Each time O(goroutines).
 *
 * @throws RangeError unless `everyMs` is at least 1; TypeError for a `print` that is no function, and for an option that there is none of
 *
 * @example
 * ```ts
 * import { createDeterministicScheduler, schedTracer, sleep } from "@gort/sched";
 *
 * const lines: string[] = [];
 * const tracer = schedTracer({ everyMs: 100, print: (line) => lines.push(line) });
 * await createDeterministicScheduler({ tracer }).run(function* () {
 *   for (let i = 0; i < 4; i++) yield* sleep(100);
 * });
 * lines.length; // => 4
 * lines[0]!.startsWith("SCHED 100ms: gomaxprocs=1 "); // => true
 * ```
 */
export function schedTracer(options: SchedTraceOptions): Tracer {
  checkOptions("schedTracer", options, "everyMs detail print");
  const { everyMs, print, detail = false } = options;
  if (typeof everyMs !== "number" || !(everyMs >= 1))
    throw badNumber("schedTracer", "everyMs", everyMs, "at least 1 millisecond");
  checkFunction("schedTracer", "print", print);
  let began = NaN;
  let next = NaN;
  const look = (at: number, g: Goroutine): void => {
    if (began !== began) {
      began = at;
      next = at + everyMs;
    }
    if (at < next) return;
    next = at + everyMs;
    const { core } = g as Partial<G>;
    if (ourScheduler("schedTracer", core) === null) return;
    for (const line of schedTrace(core!, { detail, sinceMs: at - began })) print(line);
  };
  const nothing = (): void => {};
  return {
    create: nothing,
    start: look,
    stop: nothing,
    block: nothing,
    unblock: nothing,
    end: nothing,
    steal: nothing,
    timer: nothing,
    proc: nothing,
  };
}
