/**
 * Creation sites: where `go` was called, for dumps and deadlock reports.
 *
 * Invariant: capturing never throws and leaves `Error.stackTraceLimit` as it was; the text is made only when
 * somebody reads it.
 *
 * Why an Error: it is the only portable way to a stack, and V8 formats it lazily. One costs some microseconds, so
 * a scheduler captures only the first hundred unless told otherwise.
 */

import { COPIES_RESULTS } from "./delegate.ts";

interface StackError {
  stackTraceLimit?: number;
  captureStackTrace?(target: object, above?: unknown): void;
}

/** Frames kept to see who called a function, and of a creation site: the caller, below a wrapper or two. */
const FRAMES = 24;
const SITE_FRAMES = 5;
/** How frames of gort look in a stack where it is installed. */
const INSTALLED = /[\\/]@gort[\\/]\w+[\\/](src|dist)[\\/]/;
/** In its own repository they are below the folder that this file is in: somebody else's `packages/sync` is not ours. */
const SIBLINGS = /^(sched|chan|sync|context)[\\/](src|dist)[\\/]/;
/** Where this file is, as a source or in a build. */
const HERE = /^(.*[\\/])sched[\\/](src[\\/]site|dist[\\/]chunk-\w+)\.\w+/;

/** Frames of the engine and of the host: V8's, Node's, Bun's (of a proxy, too), Safari's. */
const HOSTS = /^(<anonymous>$|node:|native:|unknown$|\[native code\]$)/;

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
    // JavaScriptCore keeps no frame of a function that ended with a call, as `above` does, and then gives none below it either.
    const cut = above === undefined || COPIES_RESULTS ? undefined : E.captureStackTrace;
    if (limit !== undefined) E.stackTraceLimit = cut === undefined ? FRAMES : SITE_FRAMES;
    if (cut === undefined) return new Error("created");
    const site: Site = {};
    cut.call(E, site, above);
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

/** The folder of gort's packages in their repository, "" elsewhere; null until somebody asks. */
let home: string | null = null;

function findHome(): string {
  for (const line of textOf(captureSite()).split("\n")) {
    const at = HERE.exec(parseFrame(line)?.at ?? "");
    if (at !== null) return at[1]!;
  }
  return "";
}

function isOwn(at: string): boolean {
  home ??= findHome();
  return (
    INSTALLED.test(at) ||
    (home !== "" && at.startsWith(home) && SIBLINGS.test(at.slice(home.length)))
  );
}

/** The text of a stack; "" if there is none or it cannot be read. */
function textOf(error: Site | null | undefined): string {
  try {
    return typeof error?.stack === "string" ? error.stack : "";
  } catch {
    return "";
  }
}

/** The frames of `error`'s stack outside this package, the innermost first. */
export function framesOf(error: Site | null | undefined): Frame[] {
  const frames: Frame[] = [];
  const lines = textOf(error).split("\n");
  // V8 has the error's own text above the frames, which may look like anything: mine@example.com.
  const v8 = lines.some((line) => V8_FRAME.test(line));
  for (const line of lines) {
    const frame = v8 && !V8_FRAME.test(line) ? null : parseFrame(line);
    if (frame === null || HOSTS.test(frame.at)) continue;
    if (!isOwn(frame.at)) frames.push(frame);
  }
  return frames;
}

/** Where a goroutine was started as Go prints it; `creator` is the one that started it, 0 if none did. */
export function createdBy(site: Frame, creator: number): string {
  const by = creator === 0 ? "" : ` in goroutine ${creator}`;
  return `created by ${site.func || "(anonymous)"}${by}\n\t${site.at}`;
}

const V8_FRAME = /^\s+at /;

/**
 * V8: `at f (file:1:2)` or `at file:1:2`, where a path may have " (" in it; Bun: `at <anonymous> (file:1:2)` too; Firefox and Safari:
 * `f@file:1:2`.
 */
export function parseFrame(line: string): Frame | null {
  const v8 = /^\s+at (?:async )?(?:(.+?) \((.+)\)|(.+))$/.exec(line);
  if (v8 !== null)
    return { func: v8[1] === "<anonymous>" ? "" : (v8[1] ?? ""), at: v8[2] ?? v8[3]! };
  const gecko = /^(.*?)@(.+)$/.exec(line);
  return gecko === null ? null : { func: gecko[1]!, at: gecko[2]! };
}
