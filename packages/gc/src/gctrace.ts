/**
 * `gctrace` lines, byte for byte as the Go runtime prints them with `GODEBUG=gctrace=1`.
 *
 * Invariants
 *  1. Times are truncated to what Go shows: whole milliseconds from 10 ms on, else two significant digits, down to
 *     whole microseconds.
 *  2. Sizes are whole MiB, rounded down, unless the caller asks for KiB. With GOGC off the goal is 8796093022207 MB, all that an int64 counts; Go takes a few MiB of
 *     overheads off.
 *
 * A line reads: gc N @seconds percent: setup+mark+termination ms clock, the same in processor time with
 * marking split into assists/background/idle, heap at start->at end->live, goal, roots, processors.
 */
import { checkOptions } from "@gort/types";
import type { CycleTrace } from "./api.ts";
import { badArgument } from "./errors.ts";

/** A duration as Go's `fmtNSAsMS` prints it. */
export function formatMs(ms: number): string {
  const ns = Math.max(0, Math.round(ms * 1e6));
  if (ns >= 10e6) return String(Math.floor(ns / 1e6));
  let x = Math.floor(ns / 1000);
  if (x === 0) return "0";
  let decimals = 3;
  while (x >= 100) {
    x = Math.floor(x / 10);
    decimals--;
  }
  return fixed(x, decimals);
}

/** `x` divided by 10^decimals, as digits. */
function fixed(x: number, decimals: number): string {
  if (decimals === 0) return String(x);
  const digits = String(x).padStart(decimals + 1, "0");
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** Go's greatest goal, 2^63 - 1 bytes, in MiB. */
const NO_GOAL = 8796093022207;

/**
 * The line for one cycle, without a line break. O(1).
 *
 * @param options `unit: "KB"` for heaps so small that whole MB say nothing: the one way in which the line is not Go's
 *
 * @throws GcArgumentError for what `onCycle` did not get, or another unit; TypeError for options that are no object, or a name that is
 * none of theirs
 *
 * @example
 * ```ts
 * import { createHeap, formatGctrace } from "@gort/gc";
 *
 * const lines: string[] = [];
 * const heap = createHeap({ reserve: 1 << 24, onCycle: (cycle) => lines.push(formatGctrace(cycle)) });
 * heap.collect();
 * lines[0]?.startsWith("gc 1 @"); // => true
 * ```
 */
export function formatGctrace(c: CycleTrace, options: { unit?: "MB" | "KB" } = {}): string {
  if (typeof (c as Partial<CycleTrace> | null | undefined)?.markMs !== "number")
    badArgument("formatGctrace", "cycle", c, "what onCycle gets");
  checkOptions("formatGctrace", options, "unit");
  const { unit = "MB" } = options;
  if (unit !== "MB" && unit !== "KB")
    badArgument("formatGctrace", "unit", unit, '"MB", as in Go, or "KB"');
  const shift = unit === "MB" ? 20 : 10;
  const size = (bytes: number): number =>
    Math.min(Math.floor(bytes / 2 ** shift), NO_GOAL * 2 ** (20 - shift));
  const clock = [c.setupMs, c.markMs, c.terminationMs].map(formatMs).join("+");
  const mark = [c.assistMs, c.backgroundMs, c.idleMs].map(formatMs).join("/");
  const cpu = [formatMs(c.setupMs * c.procs), mark, formatMs(c.terminationMs * c.procs)].join("+");
  const at = fixed(Math.floor(c.startMs), 3);
  const percent = Math.floor(c.cpuFraction * 100);
  const heap = [c.heapStart, c.heapEnd, c.heapLive].map(size).join("->");
  return (
    `gc ${c.n} @${at}s ${percent}%: ${clock} ms clock, ${cpu} ms cpu, ${heap} ${unit}, ` +
    `${size(c.goal)} ${unit} goal, ${size(c.stackBytes)} ${unit} stacks, ` +
    `${size(c.globalBytes)} ${unit} globals, ` +
    `${c.procs} P${c.forced ? " (forced)" : ""}`
  );
}
