/**
 * What `--write` and `--out` leave behind: a page and two plots per table, an overview, and the figures themselves.
 *
 * Invariants
 *  1. Pages are made of the figures kept beside them: a run of some jobs leaves the others as they were, with the date and
 *     machine they are from.
 *  2. A run with another Node has pages and figures of its own, by a suffix.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type * as Prettier from "prettier";
import type { BundleSize } from "./bundle-sizes.ts";
import { home } from "./contender-list.ts";
import { crossovers } from "./crossover.ts";
import { groupOf, groups } from "./groups.ts";
import { jobs } from "./jobs.ts";
import { keptResults, merge, mergeGrowth } from "./kept.ts";
import { bars, growthChart } from "./plot.ts";
import { markdown, page, sizeCells, verdictCells } from "./report.ts";
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

const BY = "<!-- Written by `pnpm bench --write`; not by hand. -->";
const title = (id: string): string => jobs.find((j) => j.id === id)?.title ?? id;
/** Date and machine of the runs, without their revisions: the first lines of their headers. */
const origin = (headers: readonly string[]): string =>
  distinct(headers.map((h) => h.replace(/, revision [^;]*;/, ":"))).join("\n");
const distinct = (lines: readonly string[]): string[] => [...new Set(lines)];

/** Writes everything; returns the names of the files. */
export async function writePages(w: Written): Promise<string[]> {
  const { folder, suffix, libraries } = w;
  mkdirSync(folder, { recursive: true });
  const names: string[] = [];
  // As the repository's format check wants it; the tool is the workspace's own.
  const prettier = createRequire(import.meta.url)("prettier") as typeof Prettier;
  const config = await prettier.resolveConfig(join(home, "README.md"));
  const save = async (name: string, text: string): Promise<void> => {
    const filepath = join(folder, name);
    const pretty = name.endsWith(".md");
    writeFileSync(filepath, pretty ? await prettier.format(text, { ...config, filepath }) : text);
    names.push(name);
  };
  // Plots need the folder of the libraries, where their library is.
  const canPlot = existsSync(join(home, "peers/node_modules/echarts"));
  const kept = merge(join(folder, `results${suffix}.jsonl`), w.all, w.header);
  const growths = mergeGrowth(join(folder, `growth${suffix}.jsonl`), w.grown, w.header[0]!);
  for (const group of groups) {
    const mine = kept.filter((k) => groupOf(k.result.job.id) === group.id);
    // What this run did not touch stays.
    const touched = w.all.some((r) => groupOf(r.job.id) === group.id);
    if (mine.length === 0 || !touched) continue;
    const results = mine.map((k) => k.result);
    const plots: string[] = [];
    const growing = growths.filter((g) => groupOf(g.growth.job.id) === group.id);
    if (canPlot) {
      await save(
        `${group.id}${suffix}.svg`,
        bars(group.title, results, origin(mine.map((k) => k.header[0]!))),
      );
      plots.push(`${group.id}${suffix}.svg`);
      if (growing.length > 0) {
        const name = `growth-${group.id}${suffix}.svg`;
        await save(
          name,
          growthChart(
            group.title,
            growing.map((g) => g.growth),
            origin(growing.map((g) => g.header)),
          ),
        );
        plots.push(name);
      }
    }
    const judged = verdictCells(verdicts(results, libraries), title);
    const crossings = crossovers(growing.map((g) => g.growth));
    const header = distinct(mine.flatMap((k) => k.header));
    await save(`${group.id}${suffix}.md`, page(group, header, results, judged, plots, crossings));
  }
  if (w.sizes.length > 0 && suffix === "") {
    const note =
      "One import alone, bundled and minified by esbuild, then gzipped. The checks of the repository hold gort's sizes to a budget, and measure Vite's bundles too.";
    const lines = [
      "---\ntitle: Bundle sizes\n---",
      "# Bundle sizes",
      BY,
      w.header.map((h) => `- ${h}`).join("\n"),
      note,
    ];
    await save("sizes.md", [...lines, markdown(sizeCells(w.sizes)), ""].join("\n\n"));
  }
  // The overview is of the usual Node, and lists the pages of others.
  const usual = suffix === "" ? kept : keptResults(join(folder, "results.jsonl"));
  if (usual.length > 0) {
    removeStale(folder, names);
    const judged = verdicts(
      usual.map((k) => k.result),
      libraries,
    );
    const met = judged.filter((v) => v.met).length;
    const has = ([file]: readonly string[]): boolean => existsSync(join(folder, file!));
    const others = readdirSync(folder)
      .filter((f) => /-node-\d+\.md$/.test(f))
      .sort();
    const pages = [
      ...groups.flatMap((g) => [
        [`${g.id}.md`, g.title],
        ...others
          .filter((f) => f.startsWith(`${g.id}-node-`))
          .map((f) => [f, `${g.title}, with Node ${/\d+/.exec(f)![0]}`]),
      ]),
      ["sizes.md", "Bundle sizes"],
    ].filter(has);
    await save(
      "README.md",
      [
        "---",
        "title: Benchmarks",
        "children:",
        ...pages.map(([file]) => `  - ./${file}`),
        "---",
        "",
        "# Benchmarks",
        "",
        BY,
        "",
        ...distinct(usual.map((k) => `- ${k.header.slice(0, 2).join("; ")}`)),
        "",
        "`pnpm bench` measures all of this again, `pnpm bench chan` one table. Each contender runs in a fresh process with a fixed number of",
        "operations, in turns with gort; results are compared before anything is timed. Read ratios, not nanoseconds: machines differ.",
        "",
        ...pages.map(([file, name]) => `- [${name}](./${file})`),
        "",
        `## Targets: ${met} of ${judged.length} met`,
        "",
        markdown(verdictCells(judged, title)),
        "",
      ].join("\n"),
    );
  }
  return names;
}

/** Growth plots had a file per job once. */
function removeStale(folder: string, names: readonly string[]): void {
  const plots = new Set(groups.map((g) => `growth-${g.id}`));
  for (const f of readdirSync(folder)) {
    if (!/^growth-.*\.svg$/.test(f) || names.includes(f)) continue;
    if (!plots.has(f.replace(/(-node-\d+)?\.svg$/, ""))) rmSync(join(folder, f));
  }
}
