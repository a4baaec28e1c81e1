/**
 * Where a call came from: the stack frame that called a given function of this package.
 *
 * V8 and JavaScriptCore cut the stack above a function (`Error.captureStackTrace`), which works from sources and from any
 * bundle alike. Elsewhere the frames of this package are counted off, and an engine without stacks gives "unknown".
 */

type Cut = (target: object, below: unknown) => void;

/** The caller of `below`, which is `depth` frames up from here: function and position. */
export function callSite(below: unknown, depth: number): string {
  const cut = (Error as unknown as { captureStackTrace?: Cut }).captureStackTrace;
  const holder: { stack?: string } = cut ? {} : new Error("site");
  cut?.(holder, below);
  const frames = (holder.stack ?? "").split("\n").filter((line) => /:\d+/.test(line));
  return frames[cut ? 0 : depth]?.trim().replace(/^at /, "") ?? "unknown";
}
