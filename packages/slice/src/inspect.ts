/**
 * What `console.log` shows of slices and arrays on Node: `[]int32(len 2, cap 4) [ 1, 2 ]`.
 *
 * Invariants
 *  1. No more elements are read than are shown, as many as of an array; how many more there are is said by the host itself.
 *  2. Depth counts as that of arrays: a slice that holds itself ends where an array of arrays would.
 */
import type { Slice } from "./slice.ts";

/** Node's `util.inspect`, as it is given to those who show themselves. */
export type Inspect = (value: unknown, options: object) => string;

/** The text of elements under the name of their type; `depth` is how many levels may be shown below, null for all. */
export function showElements(
  type: string,
  size: string,
  s: Slice<unknown>,
  depth: number | null,
  options: { maxArrayLength?: number | null },
  inspect: Inspect,
): string {
  if (depth !== null && depth < 0) return `[${type}]`;
  const { maxArrayLength: max = 100 } = options;
  const shown = s.slice(0, Math.max(0, Math.min(s.len, max ?? s.len))).toArray();
  // Holes, which are counted and not visited.
  shown.length = s.len;
  return `${type}${size} ${inspect(shown, { ...options, depth })}`;
}
