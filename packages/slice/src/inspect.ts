/**
 * What `console.log` shows of slices and arrays on Node: `[]int32(len 2, cap 4) [ 1, 2 ]`.
 *
 * Invariants
 *  1. No more elements are read than are shown, as many as of an array; how many more there are is said by the host itself.
 *  2. Depth counts as that of arrays: slices in slices end where arrays in arrays would.
 *  3. What holds itself ends there, at any depth. The host begins anew in what shows itself and would see no circle through it, so what
 *     is being shown around a value goes along in the options, which the host hands on. Under a string: of symbols it hands on none.
 */
import type { Slice } from "./slice.ts";

/** Node's `util.inspect`, as it is given to those who show themselves. */
export type Inspect = (value: unknown, options: object) => string;

/** Where in the options stands what is being shown around a value; maps look there, too. */
const SEEN = "gort.seen";

/** The options of Node's `util.inspect` that matter here. */
interface InspectOptions {
  readonly maxArrayLength?: number | null;
  readonly [SEEN]?: readonly object[];
}

/**
 * The text of the elements of `whole`, a slice or an array, which are those of `s`, under the name of their type; `depth` is how many
 * levels may be shown below, null for all.
 */
export function showElements(
  whole: object,
  type: string,
  size: string,
  s: Slice<unknown>,
  depth: number | null,
  options: InspectOptions,
  inspect: Inspect,
): string {
  const { maxArrayLength: max = 100, [SEEN]: seen = [] } = options;
  if (seen.includes(whole)) return "[Circular]";
  if (depth !== null && depth < 0) return `[${type}]`;
  const shown = s.slice(0, Math.max(0, Math.min(s.len, max ?? s.len))).toArray();
  // Holes, which are counted and not visited.
  shown.length = s.len;
  return `${type}${size} ${inspect(shown, { ...options, depth, [SEEN]: [...seen, whole] })}`;
}
