/** The first page of the benchmarks: where each table is, and which targets are met. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { groups } from "./groups.ts";
import { title } from "./jobs.ts";
import type { Kept } from "./kept.ts";
import { BY, markdown, verdictCells } from "./report.ts";
import { verdicts } from "./verdicts.ts";

export const distinct = (lines: readonly string[]): string[] => [...new Set(lines)];

/** The pages there are in a folder, in the order of the tables; those of other Nodes after that of the usual one. */
function pagesIn(folder: string): { file: string; name: string }[] {
  const others = readdirSync(folder)
    .filter((f) => /-node-\d+\.md$/.test(f))
    .sort();
  const pages = groups.flatMap((g) => [
    { file: `${g.id}.md`, name: g.title },
    ...others
      .filter((f) => f.startsWith(`${g.id}-node-`))
      .map((file) => ({ file, name: `${g.title}, with Node ${/\d+/.exec(file)![0]}` })),
  ]);
  pages.push({ file: "sizes.md", name: "Bundle sizes" });
  return pages.filter(({ file }) => existsSync(join(folder, file)));
}

/** The text of the page. */
export function overview(
  folder: string,
  kept: readonly Kept[],
  libraries: ReadonlySet<string>,
): string {
  const pages = pagesIn(folder);
  const results = kept.map((k) => k.result);
  const judged = verdicts(results, libraries);
  const met = judged.filter((v) => v.met).length;
  return [
    "---",
    "title: Benchmarks",
    "children:",
    ...pages.map(({ file }) => `  - ./${file}`),
    "---",
    "",
    "# Benchmarks",
    "",
    BY,
    "",
    ...distinct(kept.map((k) => `- ${k.header.slice(0, 2).join("; ")}`)),
    "",
    "`pnpm bench` measures all of this again, `pnpm bench chan` one table. Each contender runs in a fresh process with a fixed number of",
    "operations, in turns with gort; results are compared before anything is timed. Read ratios, not nanoseconds: machines differ.",
    "",
    ...pages.map(({ file, name }) => `- [${name}](./${file})`),
    "",
    `## Targets: ${met} of ${judged.length} met`,
    "",
    markdown(verdictCells(judged, title)),
    "",
  ].join("\n");
}
