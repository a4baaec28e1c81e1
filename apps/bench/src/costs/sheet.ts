/**
 * What the tables under "What it costs" in the packages' READMEs are made of: a sheet per package, in the file of its name
 * beside this one. To add a row is to add an entry to a sheet and to run `pnpm costs PACKAGE --write`.
 *
 * Invariants
 *  1. Every figure of a table is a row of its sheet: measured by `pnpm costs`, or by `pnpm bench` where the job is one that rivals
 *     do as well (no second harness for rivals), or taken from the budget of bundle sizes.
 *  2. Each body that is measured has a process of its own and says by `check` that it did its work.
 *  3. Less is better in every row.
 */
import type { Contender, JobBody } from "../job.ts";
import type { JobSpec } from "../jobs.ts";

/** A row that `pnpm costs` measures. */
export interface MeasuredRow {
  /** Its name in the kept figures; unique in the package. */
  readonly id: string;
  /** What the reader sees, in Markdown. */
  readonly title: string;
  /** `ns`: nanoseconds per operation, `n` operations a run. Others are returned by the body. @defaultValue "ns" */
  readonly unit?: JobSpec["unit"];
  /** Operations a run: for some milliseconds, so that the clock is fine enough. */
  readonly n: number;
  /** Measured runs per process, after the warm-up; 0: one run without any. @defaultValue 5 */
  readonly runs?: number;
  /** Options of Node. */
  readonly flags?: readonly string[];
  /** What the bodies must return as `check`. */
  readonly check: (n: number) => number;
  /** None for a floor: what JavaScript takes for the least there can be. */
  readonly gort?: JobBody;
  /** The nearest that JavaScript itself has. */
  readonly javascript?: JobBody;
}

/** A row of figures that `pnpm bench` measured. */
export interface JobRow {
  readonly title: string;
  /** A job of jobs.ts. */
  readonly job: string;
  /** Whose figure is gort's. @defaultValue "gort" */
  readonly who?: "gort" | "gort, other form";
}

/** A row of sizes: imports of the package, each bundled alone, minified and gzipped. */
export interface SizeRow {
  readonly title: string;
  /** Names that apps/checks/sizes.json has. */
  readonly sizes: readonly string[];
}

export type Row = MeasuredRow | JobRow | SizeRow;

/** A package's table. */
export interface Sheet {
  readonly package: string;
  /** The columns beside gort's: contender, as `pnpm bench` calls it, to heading. */
  readonly beside: Readonly<Record<string, string>>;
  readonly rows: readonly Row[];
}

export const isMeasured = (row: Row): row is MeasuredRow => "check" in row;
export const isJob = (row: Row): row is JobRow => "job" in row;

/** The name of a body in its process. */
export const bodyName = (id: string, who: string): string => `${id}, ${who}`;

/** The bodies of a row, by contender. */
export const bodiesOf = (row: MeasuredRow): Readonly<Record<string, JobBody>> => ({
  ...(row.gort === undefined ? {} : { gort: row.gort }),
  ...(row.javascript === undefined ? {} : { JavaScript: row.javascript }),
});

/** A sheet that the measuring process can load as a contender. */
export function sheet(spec: Sheet): Sheet & Contender {
  const jobs: Record<string, JobBody> = {};
  for (const row of spec.rows.filter(isMeasured)) {
    for (const [who, body] of Object.entries(bodiesOf(row))) jobs[bodyName(row.id, who)] = body;
  }
  return { ...spec, name: spec.package, jobs };
}
