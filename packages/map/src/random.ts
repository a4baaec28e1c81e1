/**
 * Where a map's randomness comes from: its seed, the start of each range, the hashes of NaN.
 *
 * Invariants
 *  1. A source returns unsigned 32-bit integers, and each map has its own: two maps never share state.
 *
 * Why xorshift and not `Math.random` each time: it is seeded once from there, costs a third, and a source given
 * by the user (a deterministic scheduler) replaces it whole.
 */

/** A new xorshift32 generator. @param seed any number; 0 and `undefined` mean a random one */
export function randomSource(seed?: number): () => number {
  let x = (seed ?? 0) | 0 || (Math.random() * 0xffffffff) | 0 || 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
}
