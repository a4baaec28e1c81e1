/**
 * Random tests: GORT_FUZZ sets the number of runs, GORT_SEED the seed. A failure prints the seed and the shrunk case.
 */
import fc from "fast-check";

const env = process.env;
const seed = env.GORT_SEED === undefined ? undefined : Number(env.GORT_SEED);

export function property<T>(arbitrary: fc.Arbitrary<T>, body: (value: T) => void): void {
  fc.assert(fc.property(arbitrary, body), params());
}

function params(): fc.Parameters<any> {
  const numRuns = env.GORT_FUZZ === undefined ? 150 : Number(env.GORT_FUZZ);
  return seed === undefined ? { numRuns } : { numRuns, seed };
}
