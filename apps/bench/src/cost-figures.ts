/**
 * The figures of the cost tables: those that `pnpm costs --write` measured (docs/benchmarks/costs.jsonl, a line of JSON per row), those
 * of `pnpm bench --write` beside them, and the sizes of bundles.
 *
 * Invariants
 *  1. A figure of the file belongs to a row of a sheet: writing drops the others.
 *  2. A run of some packages leaves the figures of the others as they were, with their date and machine.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sheets } from "./costs/index.ts";
import { isMeasured, type Sheet } from "./costs/sheet.ts";
import { type Kept, read } from "./kept.ts";

/** The repository. This file runs from `src` in tests and from `dist` otherwise, side by side. */
export const root = fileURLToPath(new URL("../../../", import.meta.url));
const benchmarks = join(root, "docs/benchmarks");
const costsFile = join(benchmarks, "costs.jsonl");

/** Where and when something was measured. */
export interface Origin {
  /** As `2026-11-21`. */
  readonly date: string;
  /** As `2 × AMD EPYC`. */
  readonly machine: string;
  /** As `v20.20.2`. */
  readonly node: string;
}

/** A measured row: the median of the processes, by contender. */
export interface CostFigure extends Origin {
  /** Package and row, as `chan/try`. */
  readonly id: string;
  readonly values: Readonly<Record<string, number>>;
}

/** What tables are made of. */
export interface Figures {
  readonly costs: ReadonlyMap<string, CostFigure>;
  readonly jobs: ReadonlyMap<string, Kept>;
  /** Bytes by package, import and bundler. */
  readonly sizes: Readonly<Record<string, Readonly<Record<string, { esbuild: number }>>>>;
}

export const idOf = (sheet: Sheet, row: { id: string }): string => `${sheet.package}/${row.id}`;

/** The figures as they are kept. */
export function readFigures(): Figures {
  const costs = read<CostFigure>(costsFile);
  const jobs = read<Kept>(join(benchmarks, "results.jsonl"));
  return {
    costs: new Map(costs.map((c) => [c.id, c])),
    jobs: new Map(jobs.map((k) => [k.result.job.id, k])),
    sizes: JSON.parse(
      readFileSync(join(root, "apps/checks/sizes.json"), "utf8"),
    ) as Figures["sizes"],
  };
}

/** These figures with newer ones in their place, in the order of the sheets. */
export function withCosts(figures: Figures, measured: readonly CostFigure[]): Figures {
  const all = new Map([...figures.costs, ...measured.map((m) => [m.id, m] as const)]);
  const ids = sheets.flatMap((s) => s.rows.filter(isMeasured).map((row) => idOf(s, row)));
  const kept = ids.map((id) => all.get(id)).filter((c) => c !== undefined);
  return { ...figures, costs: new Map(kept.map((c) => [c.id, c])) };
}

/** Keeps the measured ones. */
export function keep(figures: Figures): void {
  const lines = [...figures.costs.values()].map((c) => JSON.stringify(c) + "\n");
  writeFileSync(costsFile, lines.join(""));
}
