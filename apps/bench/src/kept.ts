/** The figures behind docs/benchmarks: the latest result of each job, with the machine and date it is from; a line of JSON each. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { jobs } from "./jobs.ts";
import type { JobResult } from "./run.ts";

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

/** Puts results in the place of earlier ones of the same jobs; all, in the order of the list of jobs. */
export function merge(
  file: string,
  results: readonly JobResult[],
  header: readonly string[],
): Kept[] {
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
  const old = lines.map((line) => JSON.parse(line, revive) as Kept);
  const byJob = new Map(old.map((k) => [k.result.job.id, k]));
  for (const result of results) byJob.set(result.job.id, { header, result });
  const merged = jobs.map((j) => byJob.get(j.id)).filter((k) => k !== undefined);
  writeFileSync(file, merged.map((k) => JSON.stringify(k, replace) + "\n").join(""));
  return merged;
}
