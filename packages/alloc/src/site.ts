/**
 * Where a call came from: the stack frame that called a given function of this package.
 *
 * V8 and JavaScriptCore cut the stack above a function (`Error.captureStackTrace`), which works from sources and from any
 * bundle alike. Elsewhere the frames of this package are counted off, and an engine without stacks gives "unknown".
 *
 * A heap, slice or map above the allocator is not what somebody looks for: frames of packages that are installed beside this one are
 * passed over. In a bundle all have one file, and the nearest frame is named.
 */

type Cut = (target: object, below: unknown) => void;

const BESIDE = /[\\/]@gort[\\/]/;

/** The caller of `below`, which is `depth` frames up from here: function and position. */
export function callSite(below: unknown, depth: number): string {
  const cut = (Error as unknown as { captureStackTrace?: Cut }).captureStackTrace;
  const holder: { stack?: string } = cut ? {} : new Error("site");
  cut?.(holder, below);
  const frames = (holder.stack ?? "").split("\n").filter((line) => /:\d+/.test(line));
  const callers = frames.slice(cut ? 0 : depth);
  const site = callers.find((frame) => !BESIDE.test(frame)) ?? callers[0];
  return site?.trim().replace(/^at /, "") ?? "unknown";
}
