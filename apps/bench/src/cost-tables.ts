/**
 * The cost tables in the packages' READMEs: made of figures that are kept, between two comments.
 *
 * Invariants
 *  1. A table is a function of the sheet and of the figures, so that a test can tell one that is not up to date.
 *  2. Two digits of a time are shown: more would be noise.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type * as Prettier from "prettier";
import { type Figures, idOf, type Origin, readFigures, root } from "./cost-figures.ts";
import { sheets } from "./costs/index.ts";
import { isJob, isMeasured, type Row, type Sheet } from "./costs/sheet.ts";
import { groupOf } from "./groups.ts";
import type { JobSpec } from "./jobs.ts";
import { markdown } from "./report.ts";

const BEGIN = "<!-- costs: written by pnpm costs --write -->";
const END = "<!-- /costs -->";

const scales: Readonly<Record<JobSpec["unit"], readonly string[]>> = {
  ns: ["ns", "µs", "ms", "s"],
  ms: ["ms", "s"],
  B: ["B", "kB", "MB"],
};

/** Two digits and a unit; three of bytes, which are the same in each run. */
export function short(value: number, unit: JobSpec["unit"]): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "–" : "never";
  if (unit === "ns" && value < 0.1) return "below 0.1 ns";
  const units = scales[unit];
  let scale = 0;
  for (; value >= 10_000 && scale < units.length - 1; scale++) value /= 1000;
  const digits = unit === "B" ? 3 : 2;
  return `${Number(value.toPrecision(digits)).toLocaleString("en-US", { maximumFractionDigits: 6 })} ${units[scale]}`;
}

const kilobytes = (bytes: number): string =>
  bytes < 950 ? `${(bytes / 1000).toFixed(1)}` : `${Math.round(bytes / 1000)}`;

/** What a row shows, by contender; undefined where there is no figure. */
function cell(sheet: Sheet, row: Row, who: string, figures: Figures): string | undefined {
  if (isMeasured(row)) {
    const value = figures.costs.get(idOf(sheet, row))?.values[who];
    return value === undefined ? undefined : short(value, row.unit ?? "ns");
  }
  if (isJob(row)) {
    const result = figures.jobs.get(row.job)?.result;
    const found = result?.rows.find((r) => r.name === (who === "gort" ? (row.who ?? who) : who));
    return found === undefined || found.error !== undefined
      ? undefined
      : short(found.value.median, result!.job.unit);
  }
  if (who !== "gort") return undefined;
  const sizes = row.sizes.map((name) => figures.sizes[`@gort/${sheet.package}`]?.[name]?.esbuild);
  return sizes.some((s) => s === undefined)
    ? undefined
    : `${sizes.map((s) => kilobytes(s!)).join("; ")} kB`;
}

/** What is shown of a sheet: heading and rows. */
export function costCells(sheet: Sheet, figures: Figures): { head: string[]; body: string[][] } {
  const who = ["gort", ...Object.keys(sheet.beside)];
  return {
    head: ["", "gort", ...Object.values(sheet.beside)],
    body: sheet.rows.map((row) => [
      row.title,
      ...who.map((w) => cell(sheet, row, w, figures) ?? ""),
    ]),
  };
}

/** The rows of a sheet that have no figure of gort's, or of whoever else they are for. */
export const withoutFigure = (sheet: Sheet, figures: Figures): string[] =>
  sheet.rows
    .filter((row) => {
      const who = isMeasured(row) && row.gort === undefined ? "JavaScript" : "gort";
      return cell(sheet, row, who, figures) === undefined;
    })
    .map((row) => row.title);

/** Date, machine and Node of a header of `pnpm bench`. */
function originOf(header: readonly string[]): Origin {
  const [date, machine, node] =
    /^(\S+), revision [^;]*; (.+?), .*; Node (v[\d.]+)/.exec(header[0] ?? "")?.slice(1) ?? [];
  return { date: date ?? "", machine: machine ?? "", node: node ?? "" };
}

const inWords = (names: readonly string[]): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;

const said = (origins: readonly Origin[]): string =>
  inWords([...new Set(origins.map((o) => `${o.date}, ${o.machine}, Node ${o.node}`))].sort());

/** Where the figures are from, and how to have one's own. */
function caption(sheet: Sheet, figures: Figures): string {
  const own = sheet.rows
    .filter(isMeasured)
    .map((row) => figures.costs.get(idOf(sheet, row)))
    .filter((c) => c !== undefined);
  const jobs = sheet.rows.filter(isJob).map((row) => row.job);
  const headers = [...new Set(jobs)]
    .map((id) => figures.jobs.get(id)?.header)
    .filter((h) => h !== undefined);
  const theirs = headers.map(originOf);
  const groups = [...new Set(jobs.map(groupOf))];
  const go = /\bGo go([\d.]+)/.exec(headers.map((h) => h.join(" ")).join(" "))?.[1];
  const pages = groups.map((g) => `[\`pnpm bench ${g}\`](../../docs/benchmarks/${g}.md)`);
  const version = go === undefined || !("Go" in sheet.beside) ? "" : `, Go ${go} on one P`;
  const command = `\`pnpm costs ${sheet.package}\``;
  return [
    `${said([...own, ...theirs])}${version}; two digits, of which the second is often noise: read the ratios.`,
    groups.length === 0
      ? `In the repository ${command} measures again.`
      : `In the repository ${command} measures again, and ${inWords(pages)}, where the other columns are from, beside more contenders.`,
    "Bundles: the import alone, by esbuild, minified and gzipped.",
  ].join("\n");
}

/** A README with the table of its package as the figures have it. */
export async function withTable(readme: string, sheet: Sheet, figures: Figures): Promise<string> {
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (begin < 0 || end < begin) {
    throw new Error(`packages/${sheet.package}/README.md has no ${BEGIN} … ${END}`);
  }
  const table = markdown(costCells(sheet, figures));
  const text = [
    readme.slice(0, begin) + BEGIN,
    table,
    caption(sheet, figures),
    readme.slice(end),
  ].join("\n\n");
  // As the repository's format check wants it; the tool is the workspace's own.
  const prettier = createRequire(import.meta.url)("prettier") as typeof Prettier;
  const filepath = join(root, "packages", sheet.package, "README.md");
  return prettier.format(text, { ...(await prettier.resolveConfig(filepath)), filepath });
}

/** Brings the READMEs in line with the figures that are kept; returns the packages whose README changed. */
export async function writeTables(figures: Figures = readFigures()): Promise<string[]> {
  const changed: string[] = [];
  for (const sheet of sheets) {
    const path = join(root, "packages", sheet.package, "README.md");
    const before = readFileSync(path, "utf8");
    const after = await withTable(before, sheet, figures);
    if (after === before) continue;
    writeFileSync(path, after);
    changed.push(sheet.package);
  }
  return changed;
}
