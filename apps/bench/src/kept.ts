/** The figures behind docs/benchmarks: the latest result of each job, with the machine and date it is from. */
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
  const old = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8"), revive) as Kept[]) : [];
  const byJob = new Map(old.map((k) => [k.result.job.id, k]));
  for (const result of results) byJob.set(result.job.id, { header, result });
  const merged = jobs.map((j) => byJob.get(j.id)).filter((k) => k !== undefined);
  writeFileSync(file, JSON.stringify(merged, replace) + "\n");
  return merged;
}
