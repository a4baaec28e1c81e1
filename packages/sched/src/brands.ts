/**
 * Brands: what was thrown and which schedulers are ours, told by symbol, so that two copies of the package know each
 * other's.
 *
 * Apart from the classes, so that who only asks does not carry them.
 */
import { hasBrand } from "@gort/types";
import type { Core } from "./core.ts";
import type { GmpScheduler } from "./gmp.ts";
import type { Goexit, PanicError } from "./panic.ts";

export const GOEXIT = Symbol.for("gort.Goexit");
export const PANIC = Symbol.for("gort.PanicError");

/**
 * Whether `v` is a {@link PanicError}, from whichever copy of this package. O(1).
 *
 * @example
 * ```ts
 * import { isPanicError, panic } from "@gort/sched";
 *
 * let value: unknown;
 * try {
 *   panic("boom");
 * } catch (e) {
 *   if (isPanicError(e)) value = e.value;
 * }
 * value; // => "boom"
 * isPanicError(new Error("boom")); // => false
 * ```
 */
export function isPanicError(v: unknown): v is PanicError {
  return hasBrand(v, PANIC);
}

/**
 * Whether `error` is the signal that `goexit` throws. O(1).
 *
 * @example
 * ```ts
 * import { go, goexit, isGoexit } from "@gort/sched";
 *
 * const seen: string[] = [];
 * const g = go(() => {
 *   try {
 *     goexit();
 *   } catch (e) {
 *     if (isGoexit(e)) throw e; // not an error: the goroutine ends
 *     seen.push("an error");
 *   }
 * });
 * await g.join();
 * seen; // => []
 * ```
 */
export function isGoexit(error: unknown): error is Goexit {
  return hasBrand(error, GOEXIT);
}

const SCHEDULER = Symbol.for("gort.scheduler");
/**
 * The layout of a scheduler's fields, of its goroutines and Ps, which dumps and checks read. To be raised when one of those
 * that `schedTrace` and `checkScheduler` look at changes its meaning.
 */
const LAYOUT = 1;

/** Marks a scheduler of ours, of this layout. */
export function brandScheduler(s: Core): void {
  Object.defineProperty(s, SCHEDULER, { value: LAYOUT });
}

/**
 * `s` if it is one of our schedulers, from whichever copy of this package; null for one of somebody else. Throws a
 * TypeError for one of a version of this package whose fields mean something else.
 */
export function ourScheduler(where: string, s: unknown): Core | null {
  if (typeof s !== "object" || s === null) return null;
  const layout = (s as Record<symbol, unknown>)[SCHEDULER];
  if (layout === undefined) return null;
  if (layout === LAYOUT) return s as Core;
  throw new TypeError(
    `${where}: scheduler is of another version of @gort/sched (layout ${String(layout)}, this one reads ${LAYOUT}); use that version's ${where}`,
  );
}

/** A scheduler of ours as the GMP scheduler, if it is that. */
export function asGmp(s: Core): GmpScheduler | null {
  return (s as Partial<GmpScheduler>).ps === undefined ? null : (s as unknown as GmpScheduler);
}
