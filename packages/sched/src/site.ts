/**
 * Creation sites: where `go` was called, for dumps and deadlock reports.
 *
 * Invariant: capturing never throws and leaves `Error.stackTraceLimit` as it was; the text is made only when
 * somebody reads it.
 *
 * Why an Error: it is the only portable way to a stack, and V8 formats it lazily. One costs some microseconds, so
 * a scheduler captures only the first hundred unless told otherwise.
 */

interface StackError {
  stackTraceLimit?: number;
  captureStackTrace?(target: object, above?: unknown): void;
}

/** Frames kept to see who called a function, and of a creation site: the caller, below a wrapper or two. */
const FRAMES = 24;
const SITE_FRAMES = 5;
/** How frames of gort look in a stack, in the sources and in a build. */
const OWN = /[\\/](@gort[\\/]\w+|packages[\\/](sched|chan|sync|context))[\\/](src|dist)[\\/]/;

/** A stack whose text is made when it is read. */
export interface Site {
  readonly stack?: string;
}

/**
 * Remembers the stack of the caller; with `above`, only what is below the call of that function, where the engine
 * can tell. (In a bundle gort's frames have no file of their own.)
 */
export function captureSite(above?: unknown): Site {
  const E = Error as StackError;
  const limit = E.stackTraceLimit;
  try {
    if (limit !== undefined) E.stackTraceLimit = above === undefined ? FRAMES : SITE_FRAMES;
    if (above === undefined || E.captureStackTrace === undefined) return new Error("created");
    const site: Site = {};
    E.captureStackTrace(site, above);
    return site;
  } catch {
    return {}; // a frozen Error
  } finally {
    if (limit !== undefined && E.stackTraceLimit !== limit) E.stackTraceLimit = limit;
  }
}

/** One frame of a stack. */
export interface Frame {
  readonly func: string;
  readonly at: string;
}

/** The frames of `error`'s stack outside this package, the innermost first. */
export function framesOf(error: Site | null | undefined): Frame[] {
  const stack = typeof error?.stack === "string" ? error.stack : "";
  const frames: Frame[] = [];
  for (const line of stack.split("\n")) {
    const frame = parseFrame(line);
    if (frame === null || frame.at === "<anonymous>" || frame.at.startsWith("node:")) continue;
    if (!OWN.test(frame.at)) frames.push(frame);
  }
  return frames;
}

/** V8: `at f (file:1:2)` or `at file:1:2`, where a path may have " (" in it; Firefox and Safari: `f@file:1:2`. */
export function parseFrame(line: string): Frame | null {
  const v8 = /^\s+at (?:async )?(?:(.+?) \((.+)\)|(.+))$/.exec(line);
  if (v8 !== null) return { func: v8[1] ?? "", at: v8[2] ?? v8[3]! };
  const gecko = /^(.*?)@(.+)$/.exec(line);
  return gecko === null ? null : { func: gecko[1]!, at: gecko[2]! };
}
