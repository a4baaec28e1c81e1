/** Targets beside what was measured. */
import type { JobResult, Row } from "./run.ts";
import type { Spread } from "./stats.ts";
import { isRival, type Target, targets } from "./targets.ts";

/** How a target came out. */
export interface Verdict {
  readonly target: Target;
  readonly text: string;
  readonly measured: Spread;
  readonly unit: string;
  readonly met: boolean;
  /** Whom it was measured against, if anybody. */
  readonly rival?: string;
  /** Whether gort is slower than that by more than the noise. */
  readonly lost: boolean;
}

/** Whether a ratio below 1 is no larger a difference than gort has to itself. */
export const withinNoise = (r: JobResult, ratio: Spread): boolean =>
  ratio.median >= Math.min(r.noise.min, 1 / r.noise.max);

/** gort's row against which a target's ratio is read: the rival itself, or the fastest of the libraries. */
function rivalOf(r: JobResult, name: string, libraries: ReadonlySet<string>): Row | undefined {
  return r.rows
    .filter((row) => row.error === undefined && Number.isFinite(row.value.median))
    .filter((row) => isRival(name, row.name, libraries.has(row.name)))
    .sort((a, b) => a.value.median - b.value.median)[0];
}

const times = (x: number): string => `${Number(x.toFixed(2))}×`;

/** The verdicts on the jobs that were measured; a target whose rival, or gort's form, did not take part has none. */
export function verdicts(results: readonly JobResult[], libraries: ReadonlySet<string>): Verdict[] {
  const all: Verdict[] = [];
  for (const target of targets) {
    const r = results.find((x) => x.job.id === target.job);
    if (r === undefined) continue;
    if (target.rival === undefined) {
      const measured = r.rows[0]!.value;
      const met = measured.median <= target.atMost!;
      const text = `at most ${Number(target.atMost!.toFixed(1))} ${r.job.unit}`;
      all.push({ target, text, measured, unit: ` ${r.job.unit}`, met, lost: false });
      continue;
    }
    const rival = rivalOf(r, target.rival, libraries);
    const measured = target.form === undefined ? rival?.ratio : rival?.otherRatio;
    if (rival === undefined || measured === undefined) continue;
    const kind =
      target.rival === "fastest"
        ? `the fastest library, ${rival.name}`
        : target.rival === "fairest"
          ? `the fastest fair library, ${rival.name}`
          : rival.name;
    const text = `at least ${times(target.atLeast!)} ${kind}`;
    // Of the other form nobody else says why it is slower.
    const lost = target.form === undefined && measured.median < 1 && !withinNoise(r, measured);
    const met = measured.median >= target.atLeast!;
    all.push({ target, text, measured, unit: "×", met, rival: rival.name, lost });
  }
  return all;
}
