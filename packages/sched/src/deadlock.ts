/**
 * What is said of goroutines that wait: one record per goroutine, and the report when all wait for ever.
 *
 * Invariants
 *  1. The first line is Go's fatal error; then one block per goroutine in Go's form, by id: the header with the
 *     wait reason, what it waits on, and where it was created.
 *  2. Making a report changes nothing.
 */
import { badArgument, brand, FatalError, hasBrand } from "@gort/types";
import { ambient } from "./ambient.ts";
import type { AsyncGate } from "./async-waiter.ts";
import { TEXT } from "./errors.ts";
import { WAITING } from "./g-state.ts";
import type { G } from "./g.ts";
import type { OpRecord } from "./op.ts";
import { createdBy, framesOf } from "./site.ts";
import type { GStatus, Scheduler } from "./api.ts";
import type { WaitReason } from "./wait-reason.ts";

/** A goroutine as a dump shows it. */
export interface GoroutineInfo {
  /** Counts from 1 in each scheduler. */
  readonly id: number;
  /** Its own name if it was given one, else that of its function. */
  readonly name: string;
  /** Go's name of its state. */
  readonly status: GStatus;
  /** Why it waits; null when it does not. */
  readonly reason: WaitReason | null;
  /** What it waits on, as the operation describes itself, and in a bubble whether that holds up time; "" if it does not. */
  readonly waitsOn: string;
  /** `function (file:line:column)` of the `go` call, of main that of `run`; "" if it was not captured. */
  readonly createdAt: string;
  /** Whole minutes that it has waited, by the scheduler's clock; 0 for an async function, whose waits nobody sees. */
  readonly waitMinutes?: number;
  /** Whether it is locked to the P it runs on. */
  readonly locked?: boolean;
  /** Id of the goroutine that created it; 0 when it was started from outside. */
  readonly createdBy: number;
}

const minutesSince = (g: G): number =>
  Math.max(0, Math.floor((g.core.clock.now() / 1000 - g.since) / 60));

/** What an op describes itself as, and in a bubble whether it holds up time, for which the sleeps of the same list wait. */
function waitsOn(op: OpRecord<any>, inBubble: boolean): string {
  const what = op.describe();
  if (!inBubble || op.isDurable()) return what;
  return `${what} (from outside the bubble, so time stands still)`.trimStart();
}

/** The record of one goroutine. */
export function goroutineInfo(g: G, inBubble: boolean): GoroutineInfo {
  const site = framesOf(g.extra?.site)[0];
  const op = g.state === WAITING ? g.op : null;
  return {
    id: g.id,
    name: g.name,
    status: g.status,
    reason: g.reason,
    waitsOn: op === null ? "" : waitsOn(op, inBubble),
    createdAt: site === undefined ? "" : site.func === "" ? site.at : `${site.func} (${site.at})`,
    createdBy: g.extra?.creator ?? 0,
    waitMinutes: op === null ? 0 : minutesSince(g),
    locked: g.extra !== null && g.extra.lockedP >= 0,
  };
}

/**
 * Every goroutine of a scheduler that is not dead, by id; an empty list for one that does not tell. O(n log n).
 *
 * @throws TypeError if `scheduler` is no object
 *
 * @example
 * ```ts
 * import { createScheduler, goroutines } from "@gort/sched";
 *
 * const s = createScheduler();
 * s.go(function* worker() {});
 * goroutines(s).map((g) => `${g.id} ${g.name} ${g.status}`); // => ["1 worker runnable"]
 * ```
 */
export function goroutines(scheduler: Scheduler): GoroutineInfo[] {
  if (typeof scheduler !== "object" || scheduler === null)
    throw badArgument("goroutines", "scheduler", scheduler, "a scheduler", "type");
  return [...(scheduler.goroutines?.() ?? [])].sort((a, b) => a.id - b.id);
}

/**
 * One goroutine as Go prints it: header, function, creation site. The indented line below the function says what it waits on,
 * where Go has the place in its source, which JavaScript cannot tell of a function that does not run. O(length of the text).
 *
 * @throws TypeError if `info` is no such record
 *
 * @example
 * ```ts
 * import { createScheduler, formatGoroutine, goroutines, sleep } from "@gort/sched";
 *
 * const s = createScheduler({ sites: false });
 * s.go(function* worker() {
 *   yield* sleep(20);
 * });
 * formatGoroutine(goroutines(s)[0]!); // => "goroutine 1 [runnable]:\nworker(...)"
 * ```
 */
export function formatGoroutine(info: GoroutineInfo): string {
  if (typeof info?.id !== "number")
    throw badArgument("formatGoroutine", "info", info, "a record that goroutines() gave", "type");
  const minutes = (info.waitMinutes ?? 0) > 0 ? `, ${info.waitMinutes} minutes` : "";
  const locked = info.locked === true ? ", locked to thread" : "";
  let text = `goroutine ${info.id} [${info.reason ?? info.status}${minutes}${locked}]:\n${info.name}(...)`;
  if (info.waitsOn !== "") text += `\n\twaiting on ${info.waitsOn}`;
  if (info.createdAt === "") return text;
  // A path may have " (" in it, but only one behind a function ends with ")".
  const made = /^(.+?) \((.+)\)$/s.exec(info.createdAt);
  const site = { func: made?.[1] ?? "", at: made?.[2] ?? info.createdAt };
  return `${text}\n${createdBy(site, info.createdBy)}`;
}

/** At most this many goroutines are written out; the others are counted. */
const SHOWN_MAX = 100;

function blocksOf(list: readonly GoroutineInfo[]): string[] {
  const blocks = list.slice(0, SHOWN_MAX).map(formatGoroutine);
  if (list.length > SHOWN_MAX) blocks.push(`... ${list.length - SHOWN_MAX} more goroutines`);
  return blocks;
}

const DEADLOCK = Symbol.for("gort.DeadlockError");

/**
 * Nothing can ever run again: Go's fatal error, with every goroutine that waits.
 *
 * @example
 * ```ts
 * import { isDeadlockError, run, sleep } from "@gort/sched";
 *
 * const waits: string[] = [];
 * try {
 *   await run(function* main() {
 *     yield* sleep(Infinity);
 *   });
 * } catch (e) {
 *   if (isDeadlockError(e)) for (const g of e.goroutines) waits.push(`${g.name}: ${g.reason}`);
 * }
 * waits; // => ["main: sleep"]
 * ```
 */
export class DeadlockError extends FatalError {
  /** Every goroutine that was left, by id. */
  readonly goroutines: readonly GoroutineInfo[];

  /** `text` is Go's; the message goes on with each goroutine as Go prints it, and with the blocks of `more`. */
  constructor(text: string, goroutines: readonly GoroutineInfo[], more: readonly string[] = []) {
    super([text, ...blocksOf(goroutines), ...more].join("\n\n"));
    this.goroutines = goroutines;
    Object.defineProperty(this, "goroutines", { enumerable: false });
    brand(this, DEADLOCK);
  }
}

/**
 * Whether `v` is a {@link DeadlockError}, from whichever copy of this package. O(1).
 *
 * @example
 * ```ts
 * import { isDeadlockError, run, sleep } from "@gort/sched";
 *
 * const why = await run(function* () {
 *   yield* sleep(Infinity);
 * }).catch((e: unknown) => e);
 * isDeadlockError(why); // => true
 * isDeadlockError(new Error("deadlock")); // => false
 * ```
 */
export function isDeadlockError(v: unknown): v is DeadlockError {
  return hasBrand(v, DEADLOCK);
}

/** Where async functions wait. */
interface AsyncSource {
  readonly gate: AsyncGate;
  readonly asyncs: number;
  readonly isBubble?: boolean;
}

/** What async functions await, a block each. That is known, but not by which of them: `await` looks at an op in a job of its own. */
export function asyncBlocks(source: AsyncSource): string[] {
  const blocks: string[] = [];
  // An async function may have begun to wait before the program; but before a bubble it was that of another test.
  const before = source.asyncs > 0 && source.isBubble !== true;
  const gates = before ? [source.gate, ambient.gate] : [source.gate];
  for (const gate of new Set(gates)) {
    for (let w = gate?.head ?? null, n = 0; w !== null && n < SHOWN_MAX; w = w.next, n++) {
      const what = waitsOn(w.op, source.isBubble === true);
      blocks.push(`async function [${w.op.reason}]:${what === "" ? "" : `\n\twaiting on ${what}`}`);
    }
  }
  return blocks;
}

/** The error of a program in which nothing can run. */
export function deadlockError(
  source: AsyncSource & { goroutines(): GoroutineInfo[] },
  mainExited: boolean,
): DeadlockError {
  return new DeadlockError(
    mainExited ? TEXT.mainExited : TEXT.deadlock,
    source.goroutines(),
    asyncBlocks(source),
  );
}
