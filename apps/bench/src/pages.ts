/**
 * What `--write` and `--out` leave behind: a page and two plots per table, an overview, and the figures themselves.
 *
 * Invariants
 *  1. Pages are made of the figures kept beside them: a run of some jobs leaves the others as they were, with the date and
 *     machine they are from.
 *  2. A run with another Node has pages and figures of its own, by a suffix.
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type * as Prettier from "prettier";
import type { BundleSize } from "./bundle-sizes.ts";
import { home } from "./contender-list.ts";
import { crossovers } from "./crossover.ts";
import { type Group, groupOf, groups } from "./groups.ts";
import { title } from "./jobs.ts";
import { type KeptGrowth, type Kept, keptResults, merge, mergeGrowth } from "./kept.ts";
import { bars, growthChart } from "./plot.ts";
import { distinct, overview } from "./overview.ts";
import { BY, markdown, page, sizeCells } from "./report.ts";
import type { Growth, JobResult } from "./run.ts";
import { verdicts } from "./verdicts.ts";

/** What is to be written, and where. */
export interface Written {
  readonly folder: string;
  readonly suffix: string;
  readonly header: readonly string[];
  readonly all: readonly JobResult[];
  readonly grown: readonly Growth[];
  readonly sizes: readonly BundleSize[];
  readonly libraries: ReadonlySet<string>;
}

/** Date and machine of the runs, without their revisions: the first lines of their headers. */
const origin = (headers: readonly string[]): string =>
  distinct(headers.map((h) => h.replace(/, revision [^;]*;/, ":"))).join("\n");

/** Saves a file in the folder, as the repository's format check wants it. */
type Save = (name: string, text: string) => Promise<void>;

async function saver(folder: string, names: string[]): Promise<Save> {
  mkdirSync(folder, { recursive: true });
  // The tool is the workspace's own.
  const prettier = createRequire(import.meta.url)("prettier") as typeof Prettier;
  const config = await prettier.resolveConfig(join(home, "README.md"));
  return async (name, text) => {
    const filepath = join(folder, name);
    const pretty = name.endsWith(".md");
    writeFileSync(filepath, pretty ? await prettier.format(text, { ...config, filepath }) : text);
    names.push(name);
  };
}

/** Writes everything; returns the names of the files. */
export async function writePages(w: Written): Promise<string[]> {
  const { folder, suffix } = w;
  const names: string[] = [];
  const save = await saver(folder, names);
  const kept = merge(join(folder, `results${suffix}.jsonl`), w.all, w.header);
  const growths = mergeGrowth(join(folder, `growth${suffix}.jsonl`), w.grown, w.header[0]!);
  for (const group of groups) {
    // What this run did not touch stays.
    if (!w.all.some((r) => groupOf(r.job.id) === group.id)) continue;
    const mine = kept.filter((k) => groupOf(k.result.job.id) === group.id);
    const growing = growths.filter((g) => groupOf(g.growth.job.id) === group.id);
    await writeTable(w, save, group, mine, growing);
  }
  if (w.sizes.length > 0 && suffix === "") await writeSizes(w, save);
  // The overview is of the usual Node, and lists the pages of others.
  const usual = suffix === "" ? kept : keptResults(join(folder, "results.jsonl"));
  if (usual.length > 0) await save("README.md", overview(folder, usual, w.libraries));
  return names;
}

/** The page of one table, with its plots. */
async function writeTable(
  { suffix, libraries }: Written,
  save: Save,
  group: Group,
  mine: readonly Kept[],
  growing: readonly KeptGrowth[],
): Promise<void> {
  const results = mine.map((k) => k.result);
  const curves = growing.map((g) => g.growth);
  const plots: string[] = [];
  const plot = async (name: string, svg: string): Promise<void> => {
    await save(name, svg);
    plots.push(name);
  };
  // Plots need the folder of the libraries, where their library is.
  if (existsSync(join(home, "peers/node_modules/echarts"))) {
    const from = origin(mine.map((k) => k.header[0]!));
    await plot(`${group.id}${suffix}.svg`, bars(group.title, results, from));
    if (curves.length > 0) {
      const svg = growthChart(group.title, curves, origin(growing.map((g) => g.header)));
      await plot(`growth-${group.id}${suffix}.svg`, svg);
    }
  }
  const judged = verdicts(results, libraries);
  const header = distinct(mine.flatMap((k) => k.header));
  const text = page(group, header, results, judged, title, plots, crossovers(curves));
  await save(`${group.id}${suffix}.md`, text);
}

async function writeSizes({ header, sizes }: Written, save: Save): Promise<void> {
  const parts = [
    "---\ntitle: Bundle sizes\n---",
    "# Bundle sizes",
    BY,
    header.map((h) => `- ${h}`).join("\n"),
    "One import alone, bundled and minified by esbuild, then gzipped. The checks of the repository hold gort's sizes to a budget, and measure Vite's bundles too.",
    markdown(sizeCells(sizes)),
    "",
  ];
  await save("sizes.md", parts.join("\n\n"));
}
