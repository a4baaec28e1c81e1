/**
 * Random programs on every kind of storage against a twin that is plain arrays and nothing else; every slice is
 * checked after every step. GORT_FUZZ=runs and GORT_SEED=n choose more of them, and other ones.
 */
import { env } from "node:process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { kinds } from "./kinds.ts";
import { OPS, Pair, REGS, type Step } from "./twin.ts";

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom(...OPS),
  fc.nat(REGS - 1),
  fc.nat(REGS - 1),
  fc.integer({ min: -1, max: 14 }),
  fc.integer({ min: -1, max: 14 }),
  fc.array(fc.nat(200), { maxLength: 6 }),
);

const runs = Number(env["GORT_FUZZ"] ?? 30);
const seed = Number(env["GORT_SEED"] ?? 20260101);

describe.each(kinds)("$name", ({ elem, value, settle, collections }) => {
  test(`behaves as its twin in ${runs} random programs (seed ${seed})`, () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 60 }), (program) => {
        new Pair(elem(), value).run(program, settle);
      }),
      { numRuns: runs, seed },
    );
    if (collections !== undefined) expect(collections()).toBeGreaterThan(20 * runs);
  });
});

/** A program of `n` steps; slices live long in it, and share storage in ways that short ones do not come to. */
function* longProgram(n: number, from: number): Generator<Step> {
  let state = from | 0;
  const below = (k: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 8) % k;
  };
  for (; n > 0; n--) {
    const ns = Array.from({ length: below(7) }, () => below(200));
    yield [OPS[below(OPS.length)]!, below(REGS), below(REGS), below(16) - 1, below(16) - 1, ns];
  }
}

const steps = Number(env["GORT_FUZZ"] ?? 0) > 0 ? 100_000 : 8_000;

// Fourteen kinds of storage: more than 10^5 steps in all, each kind with a seed of its own.
describe.each(kinds.map((kind, i) => ({ ...kind, seed: seed + i })))("$name", (kind) => {
  test(`behaves as its twin in one program of ${steps} steps (seed ${kind.seed})`, () => {
    const { elem, value, settle } = kind;
    // V8 finds unused slices now and then only: the more of them a collection meets, the longer it takes.
    let step = 0;
    const sometimes = settle && (() => ++step % 50 === 0 && settle());
    new Pair(elem(), value).run(longProgram(steps, kind.seed), sometimes);
  }, 600_000);
});
