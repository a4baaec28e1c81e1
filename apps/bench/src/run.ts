/**
 * The method: results are compared first, then the contenders take turns, each time in a fresh process.
 *
 * Invariants
 *  1. Nobody whose result differs from gort's is timed.
 *  2. A ratio is made of two processes of the same round, so that a slow minute of the machine hits both; what is
 *     reported is the median of the rounds, and their spread.
 *  3. gort runs twice per round; the ratio of the two is the noise floor. A difference within it means nothing.
 *  4. Whom no target names is there for orientation, and has one round unless more are asked for.
 */
import { availableParallelism } from "node:os";
import { ask, type Entrant } from "./contender-list.ts";
import type { Task } from "./job.ts";
import type { JobSpec } from "./jobs.ts";
import { ratios, spread, type Spread } from "./stats.ts";
import { isRival, OTHER_FORM, targets } from "./targets.ts";

/** One contender's figures for a job. */
export interface Row {
  readonly name: string;
  readonly value: Spread;
  /** How many times as fast (or small) gort is. */
  readonly ratio: Spread;
  /** The same of gort's other form, where it has one. */
  readonly otherRatio?: Spread;
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
  /** Processes per contender and job. */
  readonly rounds: number;
  /**
   * Whether everybody takes part in every round, however long that takes; else whom no target names has one, and jobs and
   * processes that take long have fewer rounds and runs.
   */
  readonly thorough: boolean;
}

export const sizeOf = (job: JobSpec, size: Effort["size"]): number =>
  size === "quick" ? job.quick : size === "full" ? (job.full ?? job.n) : job.n;

const message = (e: unknown): string => (e instanceof Error ? e.message : String(e));

/** What the rounds of one job brought, by contender. */
interface Measured {
  /** Values by job: of the job itself and of those measured with it. */
  readonly values: Map<string, number[]>;
  readonly notes: Set<string>;
  error?: string;
}

const fresh = (): Measured => ({ values: new Map(), notes: new Set() });

function add(m: Measured, id: string, value: number): void {
  const list = m.values.get(id);
  if (list === undefined) m.values.set(id, [value]);
  else list.push(value);
}

const taskFor = (job: JobSpec, n: number, more: { runs?: number; ms?: number } = {}): Task => ({
  job: job.id,
  n,
  runs: job.runs ?? 3,
  ms: Infinity,
  unit: job.unit,
  ...more,
});

/** Who takes part in a job at all. */
const able = (entrants: readonly Entrant[], leader: JobSpec): Entrant[] =>
  entrants.filter((e) => e.jobs.includes(leader.id));

/** Asks everyone for the result at a small size; says what is wrong with those that differ from the first. */
export async function compareResults(
  leader: JobSpec,
  entrants: readonly Entrant[],
  n: number,
  progress: (who: string) => void,
): Promise<Map<Entrant, string>> {
  const all = able(entrants, leader);
  const task = taskFor(leader, Math.min(leader.checkN ?? 1000, n), { runs: 0 });
  const errors = new Map<Entrant, string>();
  const checks = new Map<Entrant, number>();
  // Nothing is timed here: every processor may have one.
  const queue = all[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (const e of queue) {
      progress(`${e.name}: same result?`);
      try {
        checks.set(e, (await ask(e, task)).check);
      } catch (error) {
        errors.set(e, message(error));
      }
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  const expected = all.map((e) => checks.get(e)).find((check) => check !== undefined);
  for (const [e, check] of checks) {
    if (check !== expected) errors.set(e, `its result is ${check}, gort's ${expected}`);
  }
  return errors;
}

/** Unless a run is thorough: seconds after which a job takes no further round, and timed seconds after which a process takes no further run. */
const ROUNDS_SECONDS = 5;
const RUNS_SECONDS = 0.7;

/** A library that needs at most this many times as much as the fastest in the first round may yet be the fastest. */
const CLOSE = 1.5;

/** Whom the targets of some jobs name: rivals, the libraries that may be the fastest, and gort's other form. */
function rivals(jobs: readonly JobSpec[], measured: ReadonlyMap<Entrant, Measured>): Set<Entrant> {
  const found = new Set<Entrant>();
  for (const { job, rival, form } of targets) {
    if (rival === undefined || !jobs.some((j) => j.id === job)) continue;
    if (form !== undefined)
      for (const e of measured.keys()) if (e.name === OTHER_FORM) found.add(e);
    const first = (e: Entrant): number => measured.get(e)?.values.get(job)?.[0] ?? Infinity;
    const some = [...measured.keys()].filter((e) => isRival(rival, e.name, e.library));
    const least = Math.min(...some.map(first));
    for (const e of some) if (first(e) <= least * CLOSE) found.add(e);
  }
  return found;
}

/**
 * Measures the jobs of one process: `leader`, and those of `wanted` that are measured with it. The first of `entrants` is gort.
 * `now` tells the milliseconds after which there is no further round.
 */
export async function runJob(
  leader: JobSpec,
  wanted: readonly JobSpec[],
  entrants: readonly Entrant[],
  effort: Effort,
  progress: (who: string) => void,
  now: () => number = () => performance.now(),
): Promise<JobResult[]> {
  const n = sizeOf(leader, effort.size);
  const errors = await compareResults(leader, entrants, n, progress);
  const began = now();
  const task = taskFor(leader, n, effort.thorough ? {} : { ms: RUNS_SECONDS * 1000 });
  const all = able(entrants, leader);
  const measured = new Map(all.map((e) => [e, fresh()]));
  const again = fresh();
  for (const [e, error] of errors) measured.get(e)!.error = error;
  const measure = async (e: Entrant, to: Measured): Promise<void> => {
    if (to.error !== undefined) return;
    progress(e.name);
    try {
      const r = await ask(e, task);
      add(to, leader.id, r.value);
      for (const [id, v] of Object.entries(r.more ?? {})) add(to, id, v);
      if (r.note) to.notes.add(r.note);
    } catch (error) {
      to.error = message(error);
    }
  };
  const gort = measured.get(all[0]!)!;
  const tooLong = (round: number): boolean =>
    !effort.thorough && round > 0 && now() - began > ROUNDS_SECONDS * 1000;
  for (let round = 0; round < effort.rounds && !tooLong(round); round++) {
    const some = round === 0 || effort.thorough ? null : rivals(wanted, measured);
    for (const e of all) {
      if (some === null || e === all[0] || some.has(e)) await measure(e, measured.get(e)!);
    }
    if (gort.error === undefined) await measure(all[0]!, again);
  }
  return wanted.map((job) => {
    const valuesOf = (m: Measured | undefined): number[] => m?.values.get(job.id) ?? [];
    const own = valuesOf(gort);
    const other = valuesOf(measured.get(all.find((e) => e.name === OTHER_FORM)!));
    const rows: Row[] = [];
    for (const e of all) {
      const m = measured.get(e)!;
      const values = valuesOf(m);
      if (values.length === 0 && m.error === undefined) continue;
      const fixed = [e.notes[job.id], e.notes["*"]].find((x) => x !== undefined);
      const limit = e.limits[leader.id];
      rows.push({
        name: e.name,
        value: spread(values),
        ratio: spread(ratios(values, own)),
        ...(other.length > 0 ? { otherRatio: spread(ratios(values, other)) } : {}),
        notes: [
          ...(fixed ? [fixed] : []),
          ...(limit !== undefined && limit < n ? [`n = ${limit}`] : []),
          ...m.notes,
        ],
        ...(m.error === undefined ? {} : { error: m.error }),
      });
    }
    return { job, n, rows, noise: spread(ratios(valuesOf(again), own)) };
  });
}

/** One line of the growth plot. */
export interface Growth {
  readonly job: JobSpec;
  readonly lines: readonly { name: string; points: readonly [n: number, value: number][] }[];
}

/** Measures the jobs of one process at growing sizes, gort and the contenders named, once each. */
export async function runGrowth(
  leader: JobSpec,
  wanted: readonly JobSpec[],
  entrants: readonly Entrant[],
  max: number,
  progress: (who: string) => void,
): Promise<Growth[]> {
  const sizes = (leader.growth ?? []).filter((n) => n <= max);
  const lines = new Map(
    wanted.map((job) => [job.id, [] as { name: string; points: [number, number][] }[]]),
  );
  for (const e of able(entrants, leader)) {
    const points = new Map(wanted.map((job) => [job.id, [] as [number, number][]]));
    for (const n of sizes) {
      if (n > (e.limits[leader.id] ?? Infinity)) break;
      progress(`${e.name}, n = ${n}`);
      try {
        // Small sizes are over before V8 has compiled, unless they are repeated.
        const runs = leader.runs === 0 ? 0 : n <= 1e4 ? 20 : n <= 1e5 ? 5 : 1;
        const r = await ask(e, taskFor(leader, n, { runs }));
        for (const [id, v] of Object.entries({ [leader.id]: r.value, ...r.more })) {
          if (Number.isFinite(v)) points.get(id)?.push([n, v]);
        }
      } catch {
        break; // What fails here is named in the table.
      }
    }
    for (const [id, at] of points) {
      if (at.length > 0) lines.get(id)!.push({ name: e.name, points: at });
    }
  }
  return wanted.map((job) => ({ job, lines: lines.get(job.id)! }));
}
