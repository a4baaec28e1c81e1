/**
 * The method: results are compared first, then the contenders take turns, each time in a fresh process.
 *
 * Invariants
 *  1. Nobody whose result differs from gort's is timed.
 *  2. A ratio is made of two processes of the same round, so that a slow minute of the machine hits both; what is
 *     reported is the median of the rounds, and their spread.
 *  3. gort runs twice per round; the ratio of the two is the noise floor. A difference within it means nothing.
 */
import { ask, type Entrant } from "./contender-list.ts";
import type { JobSpec } from "./jobs.ts";
import { ratios, spread, type Spread } from "./stats.ts";

/** One contender's figures for a job. */
export interface Row {
  readonly name: string;
  readonly value: Spread;
  /** How many times as fast (or small) gort is. */
  readonly ratio: Spread;
  readonly notes: readonly string[];
  /** Why there are no figures. */
  readonly error?: string;
}

/** All figures for a job. */
export interface JobResult {
  readonly job: JobSpec;
  readonly n: number;
  readonly rows: readonly Row[];
  /** gort against itself. */
  readonly noise: Spread;
}

/** How large and how often. */
export interface Effort {
  readonly size: "quick" | "default" | "full";
  readonly rounds: number;
}

export const sizeOf = (job: JobSpec, size: Effort["size"]): number =>
  size === "quick" ? job.quick : size === "full" ? (job.full ?? job.n) : job.n;

const message = (e: unknown): string => (e instanceof Error ? e.message : String(e));

/** Measures one job. The first of `entrants` is gort. */
export async function runJob(
  job: JobSpec,
  entrants: readonly Entrant[],
  effort: Effort,
  progress: (who: string) => void,
): Promise<JobResult> {
  const n = sizeOf(job, effort.size);
  const checkN = job.checkN ?? 1000;
  const runs = job.runs ?? 3;
  const able = entrants.filter((e) => e.jobs.includes(job.id));
  const errors = new Map<Entrant, string>();
  let expected: number | undefined;
  for (const e of able) {
    progress(`${e.name}: same result?`);
    try {
      const { check } = await ask(e, job.id, Math.min(checkN, n), 0, job.unit);
      expected ??= check;
      if (check !== expected) errors.set(e, `its result is ${check}, gort's ${expected}`);
    } catch (error) {
      errors.set(e, message(error));
    }
  }
  const values = new Map<Entrant, number[]>(able.map((e) => [e, []]));
  const again: number[] = [];
  const notes = new Map<Entrant, Set<string>>(able.map((e) => [e, new Set()]));
  const measure = async (e: Entrant, to: number[]): Promise<void> => {
    progress(e.name);
    try {
      const r = await ask(e, job.id, n, runs, job.unit);
      to.push(r.value);
      if (r.note) notes.get(e)!.add(r.note);
    } catch (error) {
      errors.set(e, message(error));
    }
  };
  for (let round = 0; round < effort.rounds; round++) {
    for (const e of able) {
      if (!errors.has(e)) await measure(e, values.get(e)!);
    }
    if (!errors.has(able[0]!)) await measure(able[0]!, again);
  }
  const own = values.get(able[0]!)!;
  const rows = able.map((e): Row => {
    const all = values.get(e)!;
    const fixed = [e.notes[job.id], e.notes["*"]].find((x) => x !== undefined);
    const limit = e.limits[job.id];
    const error = errors.get(e);
    return {
      name: e.name,
      value: spread(all),
      ratio: spread(ratios(all, own)),
      notes: [
        ...(fixed ? [fixed] : []),
        ...(limit !== undefined && limit < n ? [`n = ${limit}`] : []),
        ...notes.get(e)!,
      ],
      ...(error === undefined ? {} : { error }),
    };
  });
  return { job, n, rows, noise: spread(ratios(again, own)) };
}

/** One line of the growth plot. */
export interface Growth {
  readonly job: JobSpec;
  readonly lines: readonly { name: string; points: readonly [n: number, value: number][] }[];
}

/** Measures a job at growing sizes, gort and the contenders named, once each. */
export async function runGrowth(
  job: JobSpec,
  entrants: readonly Entrant[],
  effort: Effort,
  progress: (who: string) => void,
): Promise<Growth> {
  const sizes = (job.growth ?? []).filter((n) => effort.size === "full" || n <= 1_000_000);
  const lines = [];
  for (const e of entrants.filter((c) => c.jobs.includes(job.id))) {
    const points: [number, number][] = [];
    for (const n of sizes) {
      if (n > (e.limits[job.id] ?? Infinity)) break;
      progress(`${e.name}, n = ${n}`);
      try {
        const r = await ask(e, job.id, n, Math.min(job.runs ?? 3, n < 1e5 ? 3 : 1), job.unit);
        if (Number.isFinite(r.value)) points.push([n, r.value]);
      } catch {
        break; // What fails here is named in the table.
      }
    }
    lines.push({ name: e.name, points });
  }
  return { job, lines };
}
