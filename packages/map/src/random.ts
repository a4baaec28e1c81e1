/**
 * Where a map's randomness comes from: its seed, the start of each range, the hashes of NaN.
 *
 * Invariants
 *  1. A source returns unsigned 32-bit integers, and each map has its own: two maps never share state.
 *
 * Why xorshift and not `Math.random` each time: it is seeded once from there, costs a third, and a source given
 * by the user (a deterministic scheduler) replaces it whole.
 */
import { badArgument } from "@gort/types";
import { hashNumber } from "./hash.ts";

/**
 * A new xorshift32 generator of unsigned 32-bit integers, as the option `random` of {@link makeMap} wants one: the same seed gives
 * the same sequence, and so a map its order of ranges. O(1).
 *
 * @param seed any number, all its bits count; 0 and `undefined` mean a random one
 * @throws TypeError for what is no number
 *
 * @example
 * ```ts
 * import { makeMap, randomSource } from "@gort/map";
 *
 * const order = (): string => {
 *   const m = makeMap<number, string>({ random: randomSource(7) });
 *   for (let i = 0; i < 20; i++) m.set(i, "");
 *   return [...m.keys()].join();
 * };
 * order() === order(); // => true
 * ```
 */
export function randomSource(seed?: number): () => number {
  if (seed !== undefined && typeof seed !== "number")
    throw badArgument("randomSource", "seed", seed, "a number", "type");
  // Xorshift never leaves 0, and reaches it from nowhere else.
  let x =
    seed !== undefined && seed !== 0 ? stateOf(seed) || 1 : (Math.random() * 0xffffffff) | 0 || 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
}

/**
 * A new seed for a map that has become empty; `old` if the source throws: all that was asked for is done by then, and whatever draws the
 * next number meets the same error.
 */
export function newSeed(random: () => number, old: number): number {
  try {
    return random() | 0;
  } catch {
    return old;
  }
}

function stateOf(seed: number): number {
  const x = seed | 0;
  return x === seed ? x : hashNumber(seed, 0);
}
