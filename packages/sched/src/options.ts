/**
 * Options of schedulers: their names, and the checks of those that all kinds have.
 *
 * Invariant: a bad option is refused before anything is made, by an error that names it and its value.
 */
import { badArgument, checkFunction, checkOptions } from "@gort/types";
import type { GmpOptions, SchedulerOptions } from "./api.ts";
import { checkTracer } from "./errors.ts";

/** The options that all kinds of schedulers have: see api.ts. */
export const OPTIONS = "slice tracer sites onPanic deadlock context";

/** Throws for options that are not those of Go's scheduler. */
export function checkGmpOptions(where: string, options: GmpOptions): void {
  checkOptions(where, options, `${OPTIONS} clock procs seed`);
}

/** Throws for a value that one of the options cannot have which say what is reported, and to whom. */
export function checkReports({ deadlock, sites, onPanic, tracer }: SchedulerOptions): void {
  if (deadlock !== undefined && deadlock !== "report" && deadlock !== "exit" && deadlock !== "off")
    throw badArgument("scheduler", "deadlock", deadlock, '"report", "exit" or "off"', "type");
  if (sites !== undefined && typeof sites !== "boolean" && sites !== "auto")
    throw badArgument("scheduler", "sites", sites, 'true, false or "auto"', "type");
  if (onPanic !== undefined) checkFunction("scheduler", "onPanic", onPanic);
  if (tracer !== undefined && tracer !== null) checkTracer("scheduler", "tracer", tracer);
}

/**
 * How many goroutines have their creation site captured unless told otherwise: as many as a report shows, because
 * one costs microseconds.
 */
const SITES_MAX = 100;

/** How many goroutines have their creation site captured. */
export function sitesOf({ sites }: SchedulerOptions): number {
  return sites === true ? Infinity : sites === false ? 0 : SITES_MAX;
}
