/**
 * The figures behind the pages: the latest result of each job, with the machine and date it is from; a line of JSON each. Growth
 * is kept beside them in the same way.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { jobs } from "./jobs.ts";
import type { Growth, JobResult } from "./run.ts";

/** A result and the header of its run. */
export interface Kept {
  readonly header: readonly string[];
  readonly result: JobResult;
}

// JSON has no Infinity and no NaN; their names stand for them.
const replace = (_: string, v: unknown): unknown =>
  typeof v === "number" && !Number.isFinite(v) ? String(v) : v;
const revive = (_: string, v: unknown): unknown =>
  v === "Infinity" || v === "-Infinity" || v === "NaN" ? Number(v) : v;

/** The lines of a file; none if it is not there. */
export const read = <T>(file: string): T[] =>
  existsSync(file)
    ? readFileSync(file, "utf8")
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line, revive) as T)
    : [];

/** In the order of the list of jobs; what is no longer in it is dropped. */
const inOrder = <T>(byJob: ReadonlyMap<string, T>): T[] =>
  jobs.map((j) => byJob.get(j.id)).filter((k) => k !== undefined);

function write<T>(file: string, all: T[]): T[] {
  if (all.length > 0)
    writeFileSync(file, all.map((k) => JSON.stringify(k, replace) + "\n").join(""));
  return all;
}

const readResults = (file: string): Map<string, Kept> =>
  new Map(read<Kept>(file).map((k) => [k.result.job.id, k]));

/** The results kept in a file. */
export const keptResults = (file: string): Kept[] => inOrder(readResults(file));

/** Puts results in the place of earlier ones of the same jobs; all, in the order of the list of jobs. */
export function merge(
  file: string,
  results: readonly JobResult[],
  header: readonly string[],
): Kept[] {
  const byJob = readResults(file);
  for (const result of results) byJob.set(result.job.id, { header, result });
  return write(file, inOrder(byJob));
}

/** A growth curve and the first line of the header of its run. */
export interface KeptGrowth {
  readonly header: string;
  readonly growth: Growth;
}

/** The same for growth. */
export function mergeGrowth(file: string, grown: readonly Growth[], header: string): KeptGrowth[] {
  const byJob = new Map(read<KeptGrowth>(file).map((k) => [k.growth.job.id, k]));
  for (const growth of grown) byJob.set(growth.job.id, { header, growth });
  return write(file, inOrder(byJob));
}
